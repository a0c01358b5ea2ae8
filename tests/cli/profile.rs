//! `keystead profile`: without a token, and for shipped profiles without a home.

use std::process::Command;

use crate::site::{Run, Site};

/// Settings whose token does not exist: nothing here may look for it.
const SETTINGS: &str = "[token]\nmodule = \"/nowhere/module.so\"\nuri = \"pkcs11:token=none\"\n\
                        pin-source = \"prompt\"\n";

/// `keystead` in a folder that is no home.
fn homeless(site: &Site, arguments: &[&str]) -> Run {
    let mut command: Command = site.command("home", arguments);
    Run::new(command.env_remove("KEYSTEAD_HOME").output().unwrap())
}

/// A folder with a home that has the profile `web-internal`, as the documents have it.
fn with_home() -> Site {
    let site = Site::blank();
    std::fs::create_dir_all(site.path("home/profiles")).unwrap();
    site.put("home/keystead.toml", SETTINGS);
    site.put("home/profiles/web-internal.toml", &documented());
    site
}

fn documented() -> String {
    let page = include_str!("../../docs/profiles.md");
    let (_, example) = page.split_once("```toml\n").unwrap();
    example.split_once("```").unwrap().0.to_owned()
}

#[track_caller]
fn fits_80_columns(run: &Run) {
    let wide: Vec<&str> = run.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn the_shipped_profiles_are_listed_and_shown_without_a_home() {
    let site = Site::blank();
    let list = homeless(&site, &["profile", "list"]).done();
    fits_80_columns(&list);
    let rows = homeless(&site, &["profile", "list", "--json"]).done().json();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() >= 13);
    for row in rows {
        assert_eq!(row["from"], "shipped");
        let name = row["name"].as_str().unwrap();
        let show = homeless(&site, &["profile", "show", name]).done();
        fits_80_columns(&show);
        assert!(show.stdout.contains(row["sha256"].as_str().unwrap()), "{}", show.story());
        let facts = homeless(&site, &["profile", "show", name, "--json"]).done().json();
        assert_eq!((&facts["sha256"], &facts["kind"]), (&row["sha256"], &row["kind"]));
    }
    let toml = homeless(&site, &["profile", "show", "tls-server", "--toml"]).done();
    assert_eq!(toml.stdout, include_str!("../../profiles/tls-server.toml"));
}

#[test]
fn a_profile_without_limits_on_names_says_so_and_one_with_limits_names_them() {
    let site = with_home();
    let open = site.keystead(&["profile", "show", "tls-server"]).done();
    assert!(open.stdout.contains("NOT LIMITED: dns, ip, uri names"), "{}", open.story());
    let limited = site.keystead(&["profile", "show", "web-internal"]).done();
    fits_80_columns(&limited);
    assert!(!limited.stdout.contains("NOT LIMITED: dns"), "{}", limited.story());
    for words in ["web-internal (site)", "Host names lie inside example.com", "SHA-256"] {
        assert!(limited.stdout.contains(words), "{words}: {}", limited.story());
    }
    let ca = site.keystead(&["profile", "show", "root-ca"]).done();
    assert!(ca.stdout.contains("NOT LIMITED: any number of CAs"), "{}", ca.story());
}

#[test]
fn a_profile_that_is_not_there_or_dangerous_is_a_usage_error_that_says_why() {
    let site = with_home();
    homeless(&site, &["profile", "show", "web-internal"])
        .fails(2, &["there is no profile", "--home"]);
    site.keystead(&["profile", "show", "./none.toml"]).fails(3, &["cannot read ./none.toml"]);
    let leaf = documented().replace("[\"digitalSignature\"]", "[\"keyCertSign\"]");
    site.put("ca.toml", &leaf);
    site.keystead(&["profile", "show", "ca.toml"]).fails(2, &["usage.key-usage", "keyCertSign"]);
    site.put("home/profiles/tls-server.toml", &documented());
    site.keystead(&["profile", "show", "tls-server"]).fails(2, &["its name is \"web-internal\""]);
}

#[test]
fn requests_are_checked_with_code_sentence_and_clause() {
    let site = with_home();
    std::fs::create_dir(site.path("in")).unwrap();
    site.request(
        "in/good.csr",
        "web.example.com",
        &["-addext", "subjectAltName=DNS:web.example.com"],
    );
    site.request(
        "in/alien.csr",
        "web.example.org",
        &["-addext", "subjectAltName=DNS:web.example.org"],
    );
    site.request("in/number.csr", "web.example.com", &["-addext", "subjectAltName=DNS:10.0.0.1"]);
    site.put("in/noise.csr", "noise");
    site.put("in/block.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let run = site.keystead(&["profile", "check", "web-internal", "in/good.csr"]).done();
    assert!(run.stdout.contains("accepted"), "{}", run.story());
    let run = site.keystead(&["profile", "check", "web-internal", "in"]);
    assert_eq!(run.code, Some(1), "{}", run.story());
    fits_80_columns(&run);
    assert!(run.stderr.contains("1 would be issued, 4 refused, 0 failed"), "{}", run.story());
    let run = site.keystead(&["profile", "check", "web-internal", "in", "--json"]);
    let verdicts = run.json();
    assert_eq!(verdicts["issuer"], serde_json::Value::Null);
    let row = |name: &str| {
        let rows = verdicts["requests"].as_array().unwrap();
        let named = |row: &&serde_json::Value| row["request"].as_str().unwrap().contains(name);
        rows.iter().find(named).unwrap().clone()
    };
    assert_eq!(row("good")["verdict"], "accepted");
    assert_eq!(row("good")["sans"], serde_json::json!(["dns:web.example.com"]));
    assert_eq!(row("alien")["code"], "policy.san-not-allowed");
    assert_eq!(row("alien")["clause"], "the profile");
    assert_eq!(row("number")["code"], "request.dns.ip-address");
    assert!(row("number")["clause"].as_str().unwrap().contains('§'), "{}", row("number"));
    assert_eq!(row("noise")["code"], "request.encoding");
    assert_eq!(row("block")["code"], "input.not-a-request");
    assert!(!site.path("home/inventory.db").exists(), "nothing is recorded");
    assert_eq!(verdicts["weak_keys_asked"], true);
    assert_eq!(verdicts["inventory_asked"], false);
    assert!(run.stderr.contains("no inventory yet"), "{}", run.story());
    site.keystead(&["profile", "check", "root-ca", "in/good.csr"]).fails(2, &["makes roots"]);
    site.keystead(&["profile", "check", "tls-server", "none.csr"])
        .fails(3, &["cannot read none.csr"]);
}

#[test]
fn an_issuers_certificate_limits_what_is_accepted() {
    let site = Site::blank();
    site.request("web.csr", "web.example.org", &["-addext", "subjectAltName=DNS:web.example.org"]);
    site.request("sub.csr", "Sub CA", &[]);
    let ca = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "ca.key",
        "-subj",
        "/CN=Narrow CA",
        "-days",
        "400",
        "-out",
        "ca.pem",
        "-addext",
        "keyUsage=critical,keyCertSign",
        "-addext",
        "basicConstraints=critical,CA:TRUE,pathlen:0",
        "-addext",
        "nameConstraints=critical,permitted;DNS:example.com",
    ];
    site.program("openssl", &ca).done();
    let code = |profile: &str, csr: &str, more: &[&str]| {
        let mut arguments = vec!["profile", "check", profile, csr, "--json"];
        arguments.extend(more);
        homeless(&site, &arguments).json()["requests"][0]["code"].clone()
    };
    let issuer = ["--issuer-cert", "ca.pem"];
    assert_eq!(code("tls-server", "web.csr", &[]), serde_json::Value::Null);
    assert_eq!(code("tls-server", "web.csr", &issuer), "policy.not-permitted");
    assert_eq!(code("intermediate-ca", "sub.csr", &[]), serde_json::Value::Null);
    assert_eq!(code("intermediate-ca", "sub.csr", &issuer), "policy.path-length");
    let run =
        homeless(&site, &["profile", "check", "tls-server", "web.csr", "--issuer-cert", "web.csr"]);
    run.fails(2, &["web.csr is no issuer's certificate"]);
}

#[test]
fn profiles_prove_themselves_or_say_what_is_wrong() {
    let site = with_home();
    let run = site.keystead(&["profile", "test", "web-internal"]).done();
    fits_80_columns(&run);
    assert!(run.stdout.contains("cases passed"), "{}", run.story());
    let wrong = documented() + "\n[[example]]\nsubject = \"CN=a\"\nexpect = \"accepted\"\n";
    site.put("wrong.toml", &wrong);
    site.put("broken.toml", "version = 1\n");
    let run = site.keystead(&["profile", "test", "web-internal", "./wrong.toml", "broken.toml"]);
    assert_eq!(run.code, Some(1), "{}", run.story());
    for words in ["expected: accepted", "policy.sans-missing", "broken.toml cannot be used"] {
        let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words}: {}", run.story());
    }
    let run = site.keystead(&["profile", "test", "./wrong.toml", "--json"]);
    let results = run.json();
    assert_eq!((run.code, &results["passed"]), (Some(1), &serde_json::json!(false)));
    let cases = results["profiles"][0]["cases"].as_array().unwrap();
    let failed: Vec<_> = cases.iter().filter(|case| case["passed"] == false).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0]["found"], "policy.sans-missing");
}
