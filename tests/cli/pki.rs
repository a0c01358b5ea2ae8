//! From nothing to certificates that openssl accepts.

use crate::site::Site;

#[test]
fn a_root_signs_a_request_and_openssl_accepts_the_certificate() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    let root = "home/issuers/example/ca.crt";
    let verify = |purpose: &str| {
        site.program(
            "openssl",
            &["verify", "-x509_strict", "-purpose", purpose, "-CAfile", root, "out/web.crt"],
        )
    };
    verify("sslserver").done();
    assert_ne!(verify("sslclient").code, Some(0));
    let text = site.program("openssl", &["x509", "-in", "out/web.crt", "-noout", "-text"]).done();
    assert!(text.stdout.contains("DNS:web.example.com"), "{}", text.story());
    assert!(text.stdout.contains("CA:FALSE"), "{}", text.story());
    // The root is not sent along, and the key of the certificate is that of the request.
    assert_eq!(site.read("out/web.crt").matches("BEGIN CERTIFICATE").count(), 1);
    let key = site.program("openssl", &["pkey", "-in", "web.csr.key", "-pubout"]).done().stdout;
    let certified = site.program("openssl", &["x509", "-in", "out/web.crt", "-noout", "-pubkey"]);
    assert_eq!(certified.done().stdout, key);
    site.keystead(&["audit", "verify"]).done();
}

#[test]
fn a_subordinate_in_another_home_with_another_token_signs_with_its_chain() {
    let site = Site::with_root();
    site.token("second").done();
    site.init("sub", "second").done();
    let subject = "CN=Example Sub,O=Example";
    let request =
        ["ca", "request", "sub", "--subject", subject, "--key", "ec-p384", "--out", "sub.csr"];
    site.keystead_in("sub", &request).done();
    site.server_request("web.csr", "web.example.com");
    let sign = ["sign", "web.csr", "--issuer", "sub", "--profile", "tls-server", "--out", "out"];
    site.keystead_in("sub", &sign).fails(2, &["has no certificate yet", "ca install sub"]);

    site.keystead(&[
        "sign",
        "sub.csr",
        "--issuer",
        "example",
        "--profile",
        "intermediate-ca",
        "--out",
        "ca",
    ])
    .done();
    let install = ["ca", "install", "sub", "ca/sub.crt"];
    site.keystead_in("sub", &install).fails(1, &["is not among those given", "--chain FILE"]);
    let root = site.keystead(&["ca", "show", "example", "--pem"]).done().stdout;
    site.put("root.crt", &root);
    let with_chain = ["ca", "install", "sub", "ca/sub.crt", "--chain", "root.crt"];
    site.keystead_in("sub", &with_chain).done();
    site.keystead_in("sub", &with_chain).fails(2, &["has its certificate already"]);

    site.keystead_in("sub", &sign).done();
    let chain = site.read("out/web.crt");
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2, "{chain}");
    site.program(
        "openssl",
        &[
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-CAfile",
            "root.crt",
            "-untrusted",
            "out/web.crt",
            "out/web.crt",
        ],
    )
    .done();
    for (home, issuer) in [("home", "example"), ("sub", "sub")] {
        site.keystead_in(home, &["crl", "issue", issuer, "--out", "crls"]).done();
    }
    assert_eq!(site.lint_crls("crls"), 2);
}

#[test]
fn a_certificate_for_another_key_is_not_installed() {
    let site = Site::with_root();
    let request = |name: &str, out: &str| {
        let subject = format!("CN={name},O=Example");
        site.keystead(&[
            "ca",
            "request",
            name,
            "--subject",
            &subject,
            "--key",
            "ec-p256",
            "--out",
            out,
        ])
        .done();
    };
    request("one", "one.csr");
    request("two", "two.csr");
    site.keystead(&[
        "sign",
        "one.csr",
        "--issuer",
        "example",
        "--profile",
        "intermediate-ca",
        "--out",
        "ca",
    ])
    .done();
    let root = "home/issuers/example/ca.crt";
    site.keystead(&["ca", "install", "two", "ca/one.crt", "--chain", root])
        .fails(1, &["it is for another key"]);
    assert!(!site.exists("home/issuers/two/ca.crt"));
}

#[test]
fn requests_on_standard_input_become_files_named_by_serial() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    let request = site.read("web.csr");
    let twice = format!("{request}{request}");
    let arguments =
        ["sign", "-", "--issuer", "example", "--profile", "tls-server", "--out", "out", "--json"];
    let report = site.keystead_fed(&arguments, &twice).done().json();
    let serials: Vec<_> = report["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["serial"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(serials.len(), 2);
    assert_ne!(serials[0], serials[1]);
    for serial in serials {
        let file = site.read(&format!("out/{serial}.crt"));
        let shown = site.keystead(&["inventory", "show", &serial, "--pem"]).done();
        assert_eq!(shown.stdout, file);
    }
}

#[test]
fn a_ca_key_that_was_imported_is_refused() {
    let site = Site::new();
    site.program(
        "openssl",
        &[
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-out",
            "import.pem",
        ],
    )
    .done();
    site.program(
        "softhsm2-util",
        &[
            "--import",
            "import.pem",
            "--token",
            "test",
            "--label",
            "imported",
            "--id",
            "0b0b",
            "--pin",
            crate::site::TEST_PIN,
        ],
    )
    .done();
    let imported = ["ca", "root", "imported", "--subject", "CN=Imported", "--existing-key"];
    site.keystead(&imported).fails(1, &["is refused as a CA key", "key show imported"]);
    assert!(site.entries().is_empty());
    assert!(!site.exists("home/issuers/imported"));
    let shown = site.keystead(&["key", "show", "imported", "--json"]).done().json();
    assert_eq!(shown["basis"], "reported by the module");
    assert_eq!(shown["attributes"]["local"], false);
    assert!(shown["refused"].is_string());
}

#[test]
fn a_key_that_was_made_ahead_becomes_a_root() {
    let site = Site::new();
    site.keystead(&["key", "generate", "ahead", "--algorithm", "ec-p384"]).done();
    site.keystead(&["ca", "root", "ahead", "--subject", "CN=Ahead", "--key", "ec-p256"])
        .fails(3, &["labelled \"ahead\" already", "--existing-key"]);
    let existing = ["ca", "root", "ahead", "--subject", "CN=Ahead", "--existing-key"];
    site.keystead(&existing).done();
    let listed = site.keystead(&["key", "list", "--json"]).done().json();
    assert_eq!(listed[0]["issuers"], serde_json::json!(["ahead"]));
    assert_eq!(listed[0]["algorithm"], "ec-p384");
    site.keystead(&existing).fails(2, &["already"]);
}

#[test]
fn a_cluster_file_becomes_a_tree_and_a_second_run_changes_nothing() {
    let site = Site::new();
    let cluster = format!("{}/examples/kubernetes/cluster.yaml", env!("CARGO_MANIFEST_DIR"));
    let issue = ["k8s", "issue", &cluster, "--out", "pki", "--json"];
    site.keystead(&issue).fails(2, &["ca root kubernetes", "ca root etcd", "ca root front-proxy"]);
    for (name, common_name) in
        [("kubernetes", "kubernetes"), ("etcd", "etcd-ca"), ("front-proxy", "front-proxy-ca")]
    {
        let subject = format!("CN={common_name}");
        site.keystead(&[
            "ca",
            "root",
            name,
            "--subject",
            &subject,
            "--key",
            "ec-p256",
            "--profile",
            "k8s-ca",
        ])
        .done();
    }
    let statuses = |report: serde_json::Value| -> Vec<String> {
        let rows = report["rows"].as_array().unwrap().clone();
        rows.iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect()
    };
    let first = statuses(site.keystead(&issue).done().json());
    assert!(first.len() > 40 && first.iter().all(|status| status == "written"), "{first:?}");
    let second = statuses(site.keystead(&issue).done().json());
    assert!(second.iter().all(|status| status == "unchanged"), "{second:?}");
    site.program(
        "openssl",
        &[
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-CAfile",
            "home/issuers/kubernetes/ca.crt",
            "pki/cp1.example.com/pki/apiserver.crt",
        ],
    )
    .done();
    assert_eq!(site.lint_crls("home/published"), 3, "the first CRL of each root");
}

#[test]
fn a_home_in_the_current_folder_is_found() {
    let site = Site::with_root();
    let run = site.command("home", &["ca", "list"]).env_remove("KEYSTEAD_HOME").output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    let inside = site
        .command("home", &["ca", "list"])
        .env_remove("KEYSTEAD_HOME")
        .current_dir(site.path("home"))
        .output()
        .unwrap();
    assert_eq!(inside.status.code(), Some(0));
    assert!(String::from_utf8(inside.stdout).unwrap().contains("example"));
}

#[test]
fn the_name_constraints_of_every_ca_above_are_applied_before_anything_is_signed() {
    let site = Site::with_root();
    let profile = include_str!("../../profiles/intermediate-ca.toml")
        .replace("name = \"intermediate-ca\"", "name = \"middle-ca\"")
        .replace("path-length = 0", "path-length = 1\npermitted = [\"dns:example.com\"]")
        // Longer than what it signs, which may begin a second later.
        .replace("default-days = 1825", "default-days = 2000");
    std::fs::create_dir_all(site.path("home/profiles")).unwrap();
    site.put("home/profiles/middle-ca.toml", &profile);
    let root = site.keystead(&["ca", "show", "example", "--pem"]).done().stdout;
    site.put("chain.pem", &root);
    for (name, issuer, profile) in
        [("middle", "example", "middle-ca"), ("issuing", "middle", "intermediate-ca")]
    {
        let (subject, csr) = (format!("CN={name},O=Example"), format!("{name}.csr"));
        let request =
            ["ca", "request", name, "--subject", &subject, "--key", "ec-p256", "--out", &csr];
        site.keystead(&request).done();
        let sign = ["sign", &csr, "--issuer", issuer, "--profile", profile, "--out", "ca"];
        site.keystead(&sign).done();
        let certificate = format!("ca/{name}.crt");
        site.keystead(&["ca", "install", name, &certificate, "--chain", "chain.pem"]).done();
    }
    let sign = |csr: &str| {
        site.keystead(&[
            "sign",
            csr,
            "--issuer",
            "issuing",
            "--profile",
            "tls-server",
            "--out",
            "out",
        ])
    };
    site.server_request("inside.csr", "web.example.com");
    sign("inside.csr").done();
    let before = site.entries().len();
    site.server_request("outside.csr", "web.example.net");
    sign("outside.csr").fails(1, &["web.example.net"]);
    assert_eq!(site.entries().len(), before);
}
