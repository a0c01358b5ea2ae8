//! What goes wrong outside: tokens, keys, PINs, folders, disks. Each has its own error and exit code,
//! nothing is signed without a record, nothing is half-written.

use std::os::unix::fs::PermissionsExt as _;

use crate::site::{MODULE, Site};

/// Files below `folder` that look like something unfinished.
fn leftovers(site: &Site, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(site.path(folder)) else { return Vec::new() };
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("tmp"))
        .collect()
}

#[test]
fn two_tokens_with_one_label_refuse_and_both_are_named() {
    let site = Site::with_root();
    site.token("test").fails(3, &["there is a token labelled \"test\" already"]);
    // SoftHSM itself does allow it.
    site.program(
        "softhsm2-util",
        &[
            "--init-token",
            "--free",
            "--label",
            "test",
            "--so-pin",
            "test-so-pin-7305",
            "--pin",
            crate::site::TEST_PIN,
        ],
    )
    .done();
    site.server_request("web.csr", "web.example.com");
    let run = site.sign(&["web.csr"]).fails(3, &["several tokens match", "pkcs11:serial="]);
    assert!(run.stderr.matches("serial").count() >= 2, "{}", run.story());
    assert!(!site.exists("out/web.crt"));
    assert_eq!(site.entries().len(), 1);
    site.init("other", "test").fails(3, &["several tokens are labelled", "pkcs11:serial="]);
    assert!(!site.exists("other/keystead.toml"));
}

#[test]
fn two_keys_with_one_label_and_id_refuse() {
    let site = Site::with_root();
    let settings = site.read("home/issuers/example/issuer.toml");
    let id =
        settings.lines().find_map(|line| line.strip_prefix("id = ")).unwrap().trim_matches('"');
    site.program(
        "pkcs11-tool",
        &[
            "--module",
            MODULE,
            "--token-label",
            "test",
            "--login",
            "--pin",
            crate::site::TEST_PIN,
            "--keypairgen",
            "--key-type",
            "EC:prime256v1",
            "--label",
            "example",
            "--id",
            id,
        ],
    )
    .done();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).fails(3, &["several private keys match"]);
    assert!(!site.exists("out/web.crt"));
    assert_eq!(site.entries().len(), 1);
}

#[test]
fn a_missing_module_is_named() {
    let site = Site::with_root();
    let settings = site.read("home/keystead.toml");
    site.put("home/keystead.toml", &settings.replace(MODULE, "/nonexistent/module.so"));
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).fails(3, &["no PKCS#11 module at /nonexistent/module.so"]);
}

#[test]
fn a_wrong_pin_is_tried_once_and_never_shown() {
    let site = Site::with_root();
    site.put_private("pin", "wrong-pin-5519");
    site.server_request("web.csr", "web.example.com");
    // pkcs11-spy stands between and writes down every call.
    let settings = site.read("home/keystead.toml");
    let spy = "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so";
    let spy = [spy, "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so", "/usr/lib/pkcs11/pkcs11-spy.so"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
        .expect("OpenSC's pkcs11-spy.so is needed for this test");
    site.put("home/keystead.toml", &settings.replace(MODULE, spy));
    let output = site
        .command(
            "home",
            &["sign", "web.csr", "--issuer", "example", "--profile", "tls-server", "--out", "out"],
        )
        .env("PKCS11SPY", MODULE)
        .env("PKCS11SPY_OUTPUT", site.path("spy.log"))
        .env("KEYSTEAD_LOG", "trace")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("PIN"), "{stderr}");
    assert!(!stderr.contains("wrong-pin-5519"), "{stderr}");
    let calls = site.read("spy.log");
    assert_eq!(calls.matches("C_Login").count(), 1, "{calls}");
    assert_eq!(calls.matches("C_SignInit").count(), 0);
    assert!(!site.exists("out/web.crt"));
}

#[test]
fn a_pin_file_that_others_can_read_refuses() {
    let site = Site::with_root();
    std::fs::set_permissions(site.path("pin"), std::fs::Permissions::from_mode(0o644)).unwrap();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).fails(3, &["PIN"]);
}

#[test]
fn a_token_that_was_removed_is_missed_by_its_name() {
    let site = Site::with_root();
    site.program("softhsm2-util", &["--delete-token", "--token", "test"]).done();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).fails(3, &["no token matches", "test", "token list"]);
    assert_eq!(site.entries().len(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_anything_is_signed() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.put("out", "a file where a folder should be");
    site.sign(&["web.csr"]).fails(3, &["out"]);
    assert_eq!(site.entries().len(), 1);
    // Permissions bind nobody who is root, a file system without writing binds all.
    let proc =
        ["sign", "web.csr", "--issuer", "example", "--profile", "tls-server", "--out", "/proc"];
    site.keystead(&proc).fails(3, &["/proc"]);
    assert_eq!(site.entries().len(), 1);
}

/// A file system of 1 MiB at `name`; unmounted when dropped.
struct SmallDisk {
    path: std::path::PathBuf,
}

impl SmallDisk {
    /// None, told loudly, where mounting is not allowed.
    fn mount(site: &Site, name: &str, test: &str) -> Option<Self> {
        std::fs::create_dir(site.path(name)).unwrap();
        let path = site.path(name);
        let mounted =
            site.program("mount", &["-t", "tmpfs", "-o", "size=1m", "none", &site.shown(name)]);
        if mounted.code != Some(0) {
            println!(
                "skipped: {test} (mount of a tmpfs is not permitted: {})",
                mounted.stderr.trim()
            );
            return None;
        }
        Some(Self { path })
    }

    fn fill(&self) {
        use std::io::Write as _;
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).append(true).open(self.path.join("filler")).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.path).status();
    }
}

#[test]
fn on_a_full_disk_for_certificates_the_record_says_what_was_issued() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    let test = "on_a_full_disk_for_certificates_the_record_says_what_was_issued";
    let Some(disk) = SmallDisk::mount(&site, "out", test) else { return };
    disk.fill();
    let run = site.sign(&["web.csr"]).fails(3, &["recorded but not written", "inventory show"]);
    assert!(leftovers(&site, "out").is_empty());
    assert!(!site.exists("out/web.crt"), "{}", run.story());
    // Root and leaf: the way to the certificate is the one that the hint names.
    let entries = site.entries();
    assert_eq!(entries.len(), 2);
    let serial = entries[0]["serial"].as_str().unwrap();
    let pem = site.keystead(&["inventory", "show", serial, "--pem"]).done().stdout;
    assert!(pem.contains("BEGIN CERTIFICATE"));
}

#[test]
fn a_batch_onto_a_full_disk_claims_no_file_that_is_not_there() {
    let site = Site::with_root();
    let names = ["a.csr", "b.csr", "c.csr"];
    for name in names {
        site.server_request(name, "web.example.com");
    }
    let test = "a_batch_onto_a_full_disk_claims_no_file_that_is_not_there";
    let Some(disk) = SmallDisk::mount(&site, "out", test) else { return };
    disk.fill();
    let mut arguments = names.to_vec();
    arguments.push("--json");
    let run = site.sign(&arguments).fails(3, &["recorded but not written", "--skip-existing"]);
    for row in run.json()["certificates"].as_array().unwrap() {
        assert_ne!(row["outcome"], "issued", "{row}");
    }
    assert!(leftovers(&site, "out").is_empty());
    std::fs::remove_file(site.path("out/filler")).unwrap();
    site.sign(&["a.csr", "b.csr", "c.csr", "--skip-existing"]).done();
    assert!(site.exists("out/a.crt") && site.exists("out/c.crt"));
    site.keystead(&["audit", "verify"]).done();
}

#[test]
fn on_a_full_disk_for_the_record_nothing_is_signed() {
    let site = Site::blank();
    site.token("test").done();
    let test = "on_a_full_disk_for_the_record_nothing_is_signed";
    let Some(disk) = SmallDisk::mount(&site, "home", test) else { return };
    site.init("home", "test").done();
    site.root("example").done();
    let count = |site: &Site| site.entries().len();
    assert_eq!(count(&site), 1);
    site.server_request("web.csr", "web.example.com");
    disk.fill();
    let run = site.sign(&["web.csr"]);
    assert_eq!(run.code, Some(3), "{}", run.story());
    assert!(run.stderr.contains("space") || run.stderr.contains("full"), "{}", run.story());
    assert!(!site.exists("out/web.crt"));
    std::fs::remove_file(site.path("home/filler")).unwrap();
    assert_eq!(count(&site), 1);
    site.keystead(&["audit", "verify"]).done();
    site.sign(&["web.csr"]).done();
}
