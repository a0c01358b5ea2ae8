//! What a profile says about lint, and linters that are not ours, up to the audit record.

use std::path::Path;

use crate::oracle::oracle;
use crate::site::Site;

/// A site whose home has the profile `legacy`: tls-server but for what `skip` names.
fn site_that_skips(rule: &str) -> Site {
    let site = Site::with_root();
    let shipped = include_str!("../../profiles/tls-server.toml");
    let (before, examples) = shipped.split_once("[[example]]").unwrap();
    let named = before.replace("name = \"tls-server\"", "name = \"legacy\"");
    assert_ne!(named, before);
    let skip = format!(
        "[lint]\nskip = [{{ rule = \"{rule}\", reason = \"old devices read no other form\" }}]\n"
    );
    std::fs::create_dir_all(site.path("home/profiles")).unwrap();
    site.put("home/profiles/legacy.toml", &format!("{named}{skip}\n[[example]]{examples}"));
    site.server_request("web.csr", "web.example.com");
    site
}

fn sign_legacy(site: &Site) -> crate::site::Run {
    site.keystead(&[
        "sign",
        "web.csr",
        "--issuer",
        "example",
        "--profile",
        "legacy",
        "--out",
        "out",
    ])
}

#[test]
fn a_skipped_rule_is_on_record_with_its_reason_beside_the_intent() {
    let site = site_that_skips("rfc5280.subject-key-identifier");
    sign_legacy(&site).done();
    site.keystead(&["audit", "verify"]).done();
    let export = site.keystead(&["audit", "export"]).done().stdout;
    let events: Vec<serde_json::Value> = export
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|row| serde_json::from_str(row["event"].as_str().unwrap()).unwrap())
        .collect();
    let skipped: Vec<_> = events
        .iter()
        .map(|event| &event["event"])
        .filter(|event| event["skipped_lints"].is_array())
        .collect();
    assert_eq!(skipped.len(), 1, "{export}");
    assert_eq!(skipped[0]["profile"], "legacy", "{export}");
    let expected = serde_json::json!([{
        "rule": "rfc5280.subject-key-identifier",
        "reason": "old devices read no other form",
    }]);
    assert_eq!(skipped[0]["skipped_lints"], expected);
}

#[test]
fn a_promise_of_our_own_and_a_rule_that_is_none_cannot_be_skipped() {
    for (rule, words) in [
        ("keystead.profile-kind", "holds for every profile"),
        ("rfc5280.no-such-rule", "is no lint rule"),
    ] {
        let site = site_that_skips(rule);
        sign_legacy(&site).fails(1, &["keystead.skip-allowed", rule, words]);
        assert_eq!(site.entries().len(), 1, "only the root was signed");
        let check = site.keystead(&["profile", "check", "legacy", "web.csr", "--json"]);
        assert_eq!(check.json()["requests"][0]["code"], "keystead.skip-allowed");
    }
}

#[test]
fn pkilint_and_zlint_judge_before_the_token_and_let_leaves_of_both_kinds_pass() {
    let Some(pkilint) = oracle("lint_pkix_cert") else { return };
    let Some(zlint) = oracle("zlint") else { return };
    let gate = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/linters/zlint-gate");
    let site = Site::with_root();
    let settings = site.read("home/keystead.toml");
    let linters = format!(
        "\n[[linter]]\nname = \"pkilint\"\ncommand = [{:?}, \"lint\", \"-s\", \"WARNING\", \"-\"]\n\
         timeout-seconds = 120\n\
         \n[[linter]]\nname = \"zlint\"\ncommand = [\"/usr/bin/env\", \"ZLINT={}\", {:?}]\n\
         timeout-seconds = 120\n",
        pkilint.to_str().unwrap(),
        zlint.display(),
        gate.to_str().unwrap(),
    );
    site.put("home/keystead.toml", &(settings + &linters));
    site.server_request("ec.csr", "ec.example.com");
    let make = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key"];
    let names = ["-subj", "/CN=rsa.example.com", "-addext", "subjectAltName=DNS:rsa.example.com"];
    site.program("openssl", &[&make[..], &names, &["-out", "rsa.csr"]].concat()).done();
    site.sign(&["ec.csr", "rsa.csr"]).done();
    let export = site.keystead(&["audit", "export"]).done().stdout;
    let on_record = r#"\"linters\":[\"pkilint\",\"zlint\"]"#;
    assert_eq!(export.matches(on_record).count(), 2, "{export}");

    // By the rules of the public web, which zlint-gate leaves out, a private leaf is wrong.
    let strict = site.read("home/keystead.toml").replace("ZLINT=", "ZLINT_EXCLUDE=\", \"ZLINT=");
    site.put("home/keystead.toml", &strict);
    site.server_request("public.csr", "public.example.com");
    site.sign(&["public.csr"])
        .fails(1, &["linter zlint refused it", "\"error\"", "[lint.external"]);
    assert!(!site.exists("out/public.crt"));
}
