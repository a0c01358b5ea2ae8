//! Many requests in one run.

use std::os::unix::fs::symlink;

use crate::site::Site;

#[test]
fn in_a_folder_a_refused_request_is_named_and_the_others_are_signed() {
    let site = Site::with_root();
    std::fs::create_dir(site.path("in")).unwrap();
    for number in 0..5 {
        site.server_request(&format!("in/web{number}.csr"), &format!("web{number}.example.com"));
    }
    site.put("in/noise.csr", "this is no request\n");
    site.put("in/readme.txt", "not looked at\n");
    std::fs::create_dir(site.path("in/deeper.csr")).unwrap();
    symlink(site.path("in/web0.csr"), site.path("in/link.csr")).unwrap();
    site.program("mkfifo", &["in/pipe.csr"]).done();

    let run = site.sign(&["in"]).fails(1, &["refused: in/noise.csr", "5 of 6 issued"]);
    // Five key files, the text, the folder, the link and the pipe.
    assert!(run.stderr.contains("9 other entries are left alone"), "{}", run.story());
    for number in 0..5 {
        assert!(site.exists(&format!("out/web{number}.crt")));
    }
    for absent in ["link", "deeper", "pipe", "noise"] {
        assert!(!site.exists(&format!("out/{absent}.crt")), "{absent}");
    }
    // Five leaves and the root; the refusal has its audit row.
    assert_eq!(site.entries().len(), 6);
    let audit = site.keystead(&["audit", "verify", "--json"]).done().json();
    assert_eq!(audit["refused"], 1);
}

#[test]
fn a_batch_that_was_cut_off_goes_on_where_it_was() {
    let site = Site::with_root();
    for name in ["a", "b"] {
        site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
    }
    site.sign(&["a.csr"]).done();
    let before = site.read("out/a.crt");
    site.sign(&["a.csr", "b.csr"]).fails(2, &["out/a.crt exists already", "--skip-existing"]);
    assert!(!site.exists("out/b.crt"));
    site.sign(&["a.csr", "b.csr", "--skip-existing"]).done();
    assert_eq!(site.read("out/a.crt"), before);
    assert!(site.exists("out/b.crt"));
    let report = site.sign(&["a.csr", "b.csr", "--skip-existing", "--json"]).done().json();
    assert_eq!((&report["skipped"], &report["issued"]), (&2.into(), &0.into()));

    // Under the same name, another key: that is not the same request.
    site.server_request("a.csr", "a.example.com");
    site.sign(&["a.csr", "--skip-existing"]).fails(2, &["is no certificate for the key of a.csr"]);
}

#[test]
fn two_requests_that_would_become_one_file_are_found_before_anything_is_signed() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    std::fs::copy(site.path("web.csr"), site.path("web.pem")).unwrap();
    site.sign(&["web.csr", "web.pem"]).fails(2, &["would both become web.crt"]);
    assert_eq!(site.entries().len(), 1);
    assert!(!site.exists("out/web.crt"));
}

#[test]
fn names_for_one_certificate_are_not_given_to_many() {
    let site = Site::with_root();
    for name in ["a", "b"] {
        site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
    }
    site.sign(&["a.csr", "b.csr", "--san", "dns:x.example.com"])
        .fails(2, &["there are 2 requests"]);
    site.sign(&["a.csr", "--san", "dns:x.example.com", "--days", "7"]).done();
    let text =
        site.program("openssl", &["x509", "-in", "out/a.crt", "-noout", "-ext", "subjectAltName"]);
    let text = text.done().stdout;
    assert!(text.contains("DNS:x.example.com") && !text.contains("a.example.com"), "{text}");
}

#[test]
fn a_folder_without_requests_is_a_mistake() {
    let site = Site::with_root();
    std::fs::create_dir(site.path("in")).unwrap();
    site.sign(&["in"]).fails(2, &["there is no request", "*.csr"]);
}
