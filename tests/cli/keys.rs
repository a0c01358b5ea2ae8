//! Keys that get no certificate: blocked, the CA's own, weak; and how that is told.

use crate::site::{Run, Site};

const PASTED: &str = "private key was on a paste site";

#[test]
fn a_blocked_key_is_refused_for_ever_and_its_reason_is_told() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    // Named by its certificate, refused in its request.
    let block = ["key", "block", "out/web.crt", "--reason", PASTED, "--json"];
    let first = site.keystead(&block).done().json();
    assert_eq!((&first["new"], &first["reason"]), (&true.into(), &PASTED.into()));
    let key = first["key_sha256"].as_str().unwrap();
    let again = site.keystead(&["key", "block", key, "--reason", "other", "--json"]).done().json();
    assert_eq!((&again["new"], &again["reason"]), (&false.into(), &PASTED.into()));

    site.program("cp", &["web.csr", "again.csr"]).done();
    let note = "[request.key.blocked; CA/Browser Forum BR 6.1.1.3]";
    site.sign(&["again.csr"]).fails(1, &["refused: again.csr", PASTED, note]);
    let run = site.sign(&["again.csr", "--json"]);
    let row = run.json()["certificates"][0].clone();
    assert_eq!(row["code"], "request.key.blocked");
    assert_eq!(row["clause"], "CA/Browser Forum BR 6.1.1.3");
    assert!(!site.exists("out/again.crt"));

    // Who asks before signing is told the same.
    let check = ["profile", "check", "tls-server", "again.csr", "--json"];
    let asked = site.keystead(&check).json();
    assert_eq!(asked["requests"][0]["code"], "request.key.blocked");
    assert_eq!(
        (&asked["weak_keys_asked"], &asked["inventory_asked"]),
        (&true.into(), &true.into())
    );
    let mut homeless = site.command("home", &["profile", "check", "tls-server", "again.csr"]);
    let homeless = homeless.env_remove("KEYSTEAD_HOME").output().unwrap();
    let blind = Run::new(homeless).done();
    assert!(blind.stderr.contains("blocked keys and CA keys were not asked"), "{}", blind.story());

    let list = site.keystead(&["key", "blocked", "--json"]).done().json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["key_sha256"], key);
    let audit = site.keystead(&["audit", "verify", "--json"]).done().json();
    assert_eq!((&audit["blocked_keys"], &audit["refused"]), (&1.into(), &2.into()));
    let export = site.keystead(&["audit", "export"]).done();
    assert!(export.stdout.contains(note), "{}", export.story());
    assert_eq!(site.keystead(&["status", "--json"]).done().json()["blocked_keys"], 1);
}

#[test]
fn a_key_to_block_is_a_file_with_one_or_64_digits_and_has_a_reason() {
    let site = Site::with_root();
    site.put("noise", "no key");
    site.keystead(&["key", "block", "noise", "--reason", "x"]).fails(2, &["holds no public key"]);
    site.keystead(&["key", "block", "none", "--reason", "x"]).fails(3, &["64 hexadecimal digits"]);
    let digits = "ab".repeat(32);
    site.keystead(&["key", "block", &digits, "--reason", " "]).fails(2, &["--reason is empty"]);
    site.keystead(&["key", "block", &digits]).fails(2, &["--reason"]);
    let text = site.keystead(&["key", "blocked"]).done();
    assert!(text.stdout.contains("no blocked keys"), "{}", text.story());
}

#[test]
fn a_ca_key_of_this_home_gets_no_leaf_certificate_but_a_ca_certificate() {
    let site = Site::with_root();
    let subject = "CN=Example Sub";
    let request =
        ["ca", "request", "sub", "--subject", subject, "--key", "ec-p256", "--out", "sub.csr"];
    site.keystead(&request).done();
    let sign = |profile: &str, out: &str| {
        site.keystead(&[
            "sign",
            "sub.csr",
            "--issuer",
            "example",
            "--profile",
            profile,
            "--out",
            out,
        ])
    };
    sign("tls-client", "leaf").fails(1, &["is a CA key of this home", "[request.key.ours"]);
    let check = |profile: &str| {
        site.keystead(&["profile", "check", profile, "sub.csr", "--json"]).json()["requests"][0]
            ["code"]
            .clone()
    };
    assert_eq!(check("tls-client"), "request.key.ours");
    assert_eq!(check("intermediate-ca"), serde_json::Value::Null);
    sign("intermediate-ca", "ca").done();
}

#[test]
fn keys_on_an_installed_list_are_refused_and_status_says_whether_there_is_one() {
    let site = Site::with_root();
    let status = site.keystead(&["status"]).done();
    let json = site.keystead(&["status", "--json"]).done().json();
    if json["weak_keys"]["entries"] == 0 {
        assert!(status.stdout.contains("no list of weak keys"), "{}", status.story());
    }
    let make = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "web.key"];
    let names = ["-subj", "/CN=a.example.com", "-addext", "subjectAltName=DNS:a.example.com"];
    site.program("openssl", &[&make[..], &names, &["-out", "web.csr"]].concat()).done();
    // The list's entry as its format defines it, by other programs.
    let entry = "openssl req -in web.csr -noout -modulus | openssl dgst -sha1 -r | cut -c 21-40";
    let entry = site.program("sh", &["-c", entry]).done().stdout;
    site.put("home/weak", &format!("# a list\n0002a4226a4043426396\n{entry}"));
    let settings = site.read("home/keystead.toml");
    std::fs::remove_file(site.path("home/keystead.toml")).unwrap();
    site.put("home/keystead.toml", &format!("{settings}\n[request]\nweak-keys = [\"weak\"]\n"));

    let code = "[request.key.debian-weak; CA/Browser Forum BR 6.1.1.3]";
    site.sign(&["web.csr"]).fails(1, &["CVE-2008-0166", "home/weak", code]);
    let check = site.keystead(&["profile", "check", "tls-server", "web.csr", "--json"]);
    assert_eq!(check.json()["requests"][0]["code"], "request.key.debian-weak");
    site.server_request("other.csr", "web.example.com");
    site.sign(&["other.csr"]).done();
    let json = site.keystead(&["status", "--json"]).done().json();
    assert_eq!(json["weak_keys"]["files"].as_array().unwrap().len(), 1);
    assert_eq!(json["weak_keys"]["entries"], 2);

    std::fs::remove_file(site.path("home/weak")).unwrap();
    site.sign(&["other.csr", "--skip-existing"]).done();
    site.server_request("third.csr", "web.example.com");
    site.sign(&["third.csr"]).fails(3, &["list of weak keys", "cannot be read"]);
}
