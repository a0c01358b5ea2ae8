//! What is refused, with which exit code, and what is said.

use crate::site::Site;

#[test]
fn what_a_request_may_not_ask_for_is_refused_and_on_record() {
    let site = Site::with_root();
    let cases: [(&str, &[&str]); 3] = [
        ("ca", &["-addext", "basicConstraints=critical,CA:TRUE"]),
        ("usage", &["-addext", "keyUsage=keyCertSign"]),
        ("policy", &["-addext", "certificatePolicies=1.2.3.4"]),
    ];
    for (name, more) in cases {
        let file = format!("{name}.csr");
        let mut arguments = vec!["-addext", "subjectAltName=DNS:web.example.com"];
        arguments.extend(more);
        site.request(&file, "web.example.com", &arguments);
        site.sign(&[&file]).fails(1, &[&format!("refused: {file}")]);
        assert!(!site.exists(&format!("out/{name}.crt")));
    }
    assert_eq!(site.entries().len(), 1);
    let audit = site.keystead(&["audit", "verify", "--json"]).done().json();
    assert_eq!(audit["refused"], 3);
}

#[test]
fn a_request_whose_signature_is_wrong_is_refused() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    let der =
        site.program("openssl", &["req", "-in", "web.csr", "-outform", "DER", "-out", "web.der"]);
    der.done();
    let mut bytes = std::fs::read(site.path("web.der")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let base64 = site.path("bad.der");
    std::io::Write::write_all(
        &mut std::fs::OpenOptions::new().create_new(true).write(true).open(base64).unwrap(),
        &bytes,
    )
    .unwrap();
    site.sign(&["bad.der"]).fails(1, &["refused: bad.der"]);
    site.sign(&["web.der"]).done();
}

#[test]
fn a_command_line_that_makes_no_sense_exits_with_2() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    let sign = |issuer: &str, profile: &str| {
        site.keystead(&[
            "sign",
            "web.csr",
            "--issuer",
            issuer,
            "--profile",
            profile,
            "--out",
            "out",
        ])
    };
    sign("exampel", "tls-server").fails(2, &["no issuer \"exampel\"", "found example"]);
    sign("../x", "tls-server").fails(2, &["is not a name for an issuer"]);
    sign("example", "tls-sever").fails(2, &["no profile \"tls-sever\"", "tls-server"]);
    site.keystead(&["sign", "web.csr"]).fails(2, &["--issuer"]);
    site.keystead(&["frobnicate"]).fails(2, &["frobnicate"]);
    site.keystead_in("nowhere", &["ca", "list"])
        .fails(2, &["is not a keystead home", "keystead init"]);
    site.keystead(&["ca", "root", "x", "--subject", "nonsense", "--key", "ec-p256"])
        .fails(2, &["is not a distinguished name"]);
    let days = ["ca", "root", "x", "--subject", "CN=x", "--key", "ec-p256", "--days", "0"];
    site.keystead(&days).fails(2, &["at least 1"]);
    assert_eq!(site.entries().len(), 1);
}

#[test]
fn an_unknown_setting_is_shown_with_its_line() {
    let site = Site::with_root();
    let settings = site.read("home/keystead.toml");
    site.put("home/keystead.toml", &format!("{settings}pin = \"0000\"\n"));
    site.keystead(&["ca", "list"]).fails(2, &["keystead.toml is not valid", "unknown field `pin`"]);
}

#[test]
fn an_issuer_signs_under_its_own_profiles_only() {
    let site = Site::new();
    site.keystead(&[
        "ca",
        "root",
        "example",
        "--subject",
        "CN=Example",
        "--key",
        "ec-p256",
        "--allow-profile",
        "tls-client",
    ])
    .done();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).fails(1, &["does not sign under the profile \"tls-server\""]);
    assert_eq!(site.entries().len(), 1);
}

#[test]
fn an_exchanged_ca_certificate_is_not_used() {
    let site = Site::with_root();
    site.root("other").done();
    std::fs::copy(site.path("home/issuers/other/ca.crt"), site.path("home/issuers/example/ca.crt"))
        .unwrap();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).fails(3, &["is for another key than the pinned one"]);
}

#[test]
fn a_changed_audit_row_is_found_and_named() {
    let site = Site::with_root();
    let checkpoint = site.keystead(&["audit", "verify", "--json"]).done().json();
    let head = checkpoint["head"].as_str().unwrap().to_owned();
    site.keystead(&["audit", "verify", "--checkpoint", &head]).done();
    // The store's own triggers stand in the way: a forger takes them away first.
    let names = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
    let triggers = site.program("sqlite3", &["home/inventory.db", names]).done().stdout;
    assert!(triggers.lines().count() > 0);
    let mut script: String = triggers.lines().map(|name| format!("DROP TRIGGER {name};")).collect();
    script.push_str(
        "UPDATE audit SET event = replace(event, 'key-generated', 'key-generatee') WHERE seq = 2;",
    );
    site.program("sqlite3", &["home/inventory.db", &script]).done();
    let run = site.keystead(&["audit", "verify"]).fails(3, &["audit row 2 was changed"]);
    assert!(run.stdout.contains("problems"), "{}", run.story());
}

#[test]
fn text_from_a_request_cannot_steer_the_terminal() {
    let site = Site::with_root();
    site.request(
        "evil.csr",
        "a\u{1b}[31mb",
        &["-utf8", "-addext", "subjectAltName=DNS:web.example.com"],
    );
    let run = site.sign(&["evil.csr"]);
    let all = format!("{}{}", run.stdout, run.stderr);
    assert!(!all.contains('\u{1b}'), "{}", run.story());
    let list = site.keystead(&["inventory", "list"]).done();
    assert!(!list.stdout.contains('\u{1b}'), "{}", list.story());
}
