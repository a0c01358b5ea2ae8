//! `keystead lint`, and external linters before the token is touched.

use std::os::unix::fs::symlink;

use crate::site::{Run, Site};

/// The certificate of the root `example`.
const ROOT: &str = "home/issuers/example/ca.crt";

/// A folder with a root, a request, and a linter that runs `script`, for at most a second.
fn site_with_linter(script: &str) -> Site {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.put("linter", script);
    let linter = format!(
        "\n[[linter]]\nname = \"probe\"\ncommand = [\"/bin/sh\", \"{}\"]\ntimeout-seconds = 1\n",
        site.shown("linter")
    );
    let settings = site.read("home/keystead.toml");
    site.put("home/keystead.toml", &(settings + &linter));
    site
}

/// Nothing but the root is on record as signed or maybe signed, and the refusal is.
fn nothing_was_signed(site: &Site) {
    assert_eq!(site.entries().len(), 1);
    assert!(!site.exists("out/web.crt"));
    let audit = site.keystead(&["audit", "verify", "--json"]).done().json();
    assert_eq!(
        (&audit["intents"], &audit["crls"], &audit["refused"]),
        (&2.into(), &1.into(), &1.into())
    );
}

#[test]
fn what_a_linter_lets_pass_is_signed_and_the_linter_is_on_record() {
    let site = site_with_linter("grep -q 'BEGIN CERTIFICATE'");
    site.sign(&["web.csr"]).done();
    let audit = site.keystead(&["audit", "export"]).done().stdout;
    assert_eq!(audit.matches(r#"\"linters\":[\"probe\"]"#).count(), 1, "{audit}");
    site.keystead(&["audit", "verify"]).done();
}

#[test]
fn a_linter_that_refuses_is_quoted_and_nothing_is_signed() {
    let site = site_with_linter("printf 'no \\033[31m good\\n'; exit 3");
    site.sign(&["web.csr"])
        .fails(1, &["linter probe refused it, exit status 3", r"no \u{1b}[31m good"]);
    nothing_was_signed(&site);
}

#[test]
fn a_linter_that_crashes_hangs_floods_or_is_missing_lets_nothing_be_signed() {
    for (script, words) in [
        ("kill -KILL $$", "killed by signal 9"),
        ("sleep 600 & wait", "without an answer"),
        ("exec yes", "more than 1024 KiB"),
        ("exec /nonexistent/program", "exit status 12"),
    ] {
        let site = site_with_linter(script);
        site.sign(&["web.csr"]).fails(1, &[words]);
        nothing_was_signed(&site);
    }
    let site = site_with_linter("");
    let settings = site.read("home/keystead.toml").replace("/bin/sh", "./no-such-linter");
    site.put("home/keystead.toml", &settings);
    site.sign(&["web.csr"]).fails(1, &["cannot be started", "home/./no-such-linter"]);
    nothing_was_signed(&site);
}

#[test]
fn a_root_is_shown_to_linters_that_are_for_roots() {
    let site = site_with_linter("exit 1");
    let settings = site.read("home/keystead.toml");
    let roots = settings.replace("timeout-seconds = 1", "kinds = [\"root\"]");
    site.put("home/keystead.toml", &roots);
    site.root("second").fails(1, &["linter probe refused it"]);
    assert_eq!(site.entries().len(), 1);
}

#[test]
fn linter_settings_that_make_no_sense_are_shown() {
    let site = site_with_linter("");
    let settings = site.read("home/keystead.toml");
    for (from, to, words) in [
        ("timeout-seconds = 1", "timeout-seconds = 0", "time-out is 0 s"),
        ("timeout-seconds = 1", "kinds = [\"server\"]", "unknown kind \"server\""),
        ("timeout-seconds = 1", "shell = true", "unknown field `shell`"),
        ("name = \"probe\"", "name = \"a probe\"", "a linter's name is \"a probe\""),
    ] {
        site.put("home/keystead.toml", &settings.replace(from, to));
        site.sign(&["web.csr"]).fails(2, &["keystead.toml", words]);
    }
}

/// `keystead lint` where there is no home.
fn lint(site: &Site, arguments: &[&str]) -> Run {
    site.keystead_in("nowhere", &[&["lint"], arguments].concat())
}

/// A self-signed CA certificate by openssl, which has no key usage.
fn bad_certificate(site: &Site, file: &str) {
    let arguments = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let more = ["-nodes", "-keyout", "bad.key", "-subj", "/CN=bad", "-out", file];
    site.program("openssl", &[&arguments[..], &more].concat()).done();
}

#[test]
fn what_we_issue_breaks_no_rule_with_and_without_its_issuer() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    let run = lint(&site, &["out/web.crt", ROOT, "web.csr"]).done();
    assert!(run.stdout.contains("3 checked"), "{}", run.story());
    lint(&site, &["out/web.crt", "--issuer", ROOT]).done();
    bad_certificate(&site, "bad.pem");
    lint(&site, &["out/web.crt", "--issuer", "bad.pem"]).fails_quietly(1, "rfc5280.issuer-name");
}

#[test]
fn errors_exit_with_1_and_name_file_rule_and_clause() {
    let site = Site::with_root();
    bad_certificate(&site, "bad.pem");
    let run = lint(&site, &["bad.pem", ROOT]);
    assert_eq!(run.code, Some(1), "{}", run.story());
    for words in ["bad.pem: certificate", "rfc5280.key-usage-present", "RFC 5280 §4.2.1.3"] {
        assert!(run.stdout.contains(words), "{}", run.story());
    }
    assert!(!run.stdout.contains(ROOT), "what is clean is only counted: {}", run.story());
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.story());
    let json = lint(&site, &["bad.pem", "--json"]).json();
    assert_eq!((&json["checked"], &json["with_errors"]), (&1.into(), &1.into()));
    let codes: Vec<_> = json["found"][0]["findings"].as_array().unwrap().iter().collect();
    assert!(codes.iter().any(|one| one["code"] == "lint.rfc5280.key-usage-present"), "{json}");
}

#[test]
fn in_a_folder_regular_files_count_and_links_are_not_followed() {
    let site = Site::with_root();
    std::fs::create_dir(site.path("certs")).unwrap();
    bad_certificate(&site, "bad.pem");
    std::fs::copy(site.path(ROOT), site.path("certs/a.crt")).unwrap();
    symlink(site.path("bad.pem"), site.path("certs/b.pem")).unwrap();
    site.program("mkfifo", &["certs/c.pem"]).done();
    site.put("certs/readme.txt", "no certificate");
    let run = lint(&site, &["certs"]).done();
    assert!(run.stdout.contains("1 checked"), "{}", run.story());
    assert!(run.stderr.contains("3 other entries are left alone"), "{}", run.story());
}

#[test]
fn standard_input_may_hold_several_blocks_and_keys_are_left_alone() {
    let site = Site::with_root();
    bad_certificate(&site, "bad.pem");
    let text = site.read(ROOT) + &site.read("bad.key") + &site.read("bad.pem");
    let run = site.keystead_fed(&["lint", "-"], &text);
    assert_eq!(run.code, Some(1), "{}", run.story());
    assert!(run.stdout.contains("stdin #3: certificate"), "{}", run.story());
    assert!(run.stdout.contains("2 checked"), "{}", run.story());
    assert!(run.stderr.contains("1 PEM blocks of other things"), "{}", run.story());
}

#[test]
fn warnings_alone_exit_with_4_and_do_not_count_when_errors_are_asked_for() {
    let site = Site::with_root();
    site.request("web.csr", "web.example.com", &["-addext", "subjectAltName=DNS:a.example.com"]);
    let subject = ["--subject", "CN=web.example.com"];
    let out = ["--issuer", "example", "--profile", "tls-server", "--out", "out"];
    site.keystead(&[&["sign", "web.csr"], &subject[..], &out].concat()).done();
    let run = lint(&site, &["out/web.crt"]);
    assert_eq!(run.code, Some(4), "{}", run.story());
    assert!(run.stdout.contains("keystead.server-cn-among-names"), "{}", run.story());
    lint(&site, &["out/web.crt", "--severity", "error"]).done();
}

#[test]
fn garbage_is_a_finding_and_what_cannot_be_read_a_failure() {
    let site = Site::blank();
    site.put("garbage.pem", "garbage");
    lint(&site, &["garbage.pem"]).fails_quietly(1, "keystead.readable");
    lint(&site, &["missing.pem"]).fails(3, &["cannot read missing.pem"]);
    site.put("only.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    lint(&site, &["only.key"]).fails(2, &["nothing to lint"]);
    lint(&site, &["garbage.pem", "--issuer", "garbage.pem"]).fails(2, &["not one certificate"]);
    lint(&site, &[]).fails(2, &["PATH"]);
}

#[test]
fn the_rules_are_listed_and_filtered_and_a_file_called_list_is_a_path() {
    let site = Site::blank();
    let all = lint(&site, &["list", "--json"]).done().json();
    let all = all["rules"].as_array().unwrap();
    assert!(all.len() > 80, "{}", all.len());
    let crl = lint(&site, &["list", "--source", "rfc5280", "--kind", "crl", "--json"]).done();
    let crl = crl.json();
    let crl = crl["rules"].as_array().unwrap();
    assert!(crl.len() >= 12 && crl.iter().all(|rule| rule["kind"] == "crl"), "{crl:?}");
    let ocsp = lint(&site, &["list", "--kind", "ocsp", "--json"]).done().json();
    assert!(ocsp["rules"].as_array().unwrap().len() >= 8);
    lint(&site, &["list", "--source", "nonsense"]).fails(2, &["rfc6960"]);
    let text = lint(&site, &["list"]).done().stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let whole = |rule: &serde_json::Value| text.contains(rule["name"].as_str().unwrap());
    assert!(all.iter().all(whole), "names are not broken: {text}");
    site.put("list", "garbage");
    lint(&site, &["./list"]).fails_quietly(1, "./list");
}
