//! A CRL is out there that this store knows nothing of: nothing is signed until somebody has decided, and
//! then nothing that it said is lost.

use serde_json::Value;

use crate::crls::Ca;
use crate::site::{Run, Site};

/// A site with a root and a certificate `out/NAME.crt` for each name.
fn site_with(names: &[&str]) -> Site {
    let site = Site::with_root();
    let files: Vec<String> = names.iter().map(|name| format!("{name}.csr")).collect();
    for (file, name) in files.iter().zip(names) {
        site.server_request(file, &format!("{name}.example.com"));
    }
    site.sign(&files.iter().map(String::as_str).collect::<Vec<_>>()).done();
    site
}

fn copy(site: &Site, from: &str, to: &str) {
    site.program("cp", &["-a", from, to]).done();
}

fn revoke(site: &Site, home: &str, certificate: &str, more: &[&str]) {
    site.keystead_in(home, &[&["revoke", certificate], more].concat()).done();
}

/// `crl issue` of a home into a folder, as JSON; the number.
#[track_caller]
fn issue(site: &Site, home: &str, out: &str) -> u64 {
    let arguments = ["crl", "issue", "example", "--out", out, "--json"];
    let report = site.keystead_in(home, &arguments).done().json();
    report["crls"][0]["number"].as_u64().unwrap()
}

/// Serial number and reason of every entry, by openssl.
pub(crate) fn listed(site: &Site, crl: &str) -> Vec<String> {
    let run = site.program("openssl", &["crl", "-in", crl, "-noout", "-text"]).done();
    let mut serials: Vec<String> = run
        .stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Serial Number: "))
        .map(str::to_lowercase)
        .collect();
    serials.sort();
    serials
}

pub(crate) fn serials(site: &Site, certificates: &[&str]) -> Vec<String> {
    let mut serials: Vec<String> = certificates
        .iter()
        .map(|file| {
            let run = site.program("openssl", &["x509", "-in", file, "-noout", "-serial"]).done();
            run.stdout.trim().trim_start_matches("serial=").to_lowercase()
        })
        .collect();
    serials.sort();
    serials
}

/// `crl issue` with more arguments refuses with this code and names the way out; the token is gone in
/// the meantime, so whoever had asked for it would have failed otherwise.
#[track_caller]
fn refused_without_token(site: &Site, more: &[&str], code: &str, words: &[&str]) -> Run {
    let tokens = (site.path("tokens"), site.path("tokens-away"));
    std::fs::rename(&tokens.0, &tokens.1).unwrap();
    let before = site.keystead(&["audit", "export"]).done().stdout;
    let arguments = [&["crl", "issue", "example"], more].concat();
    let run = site.keystead(&arguments).fails(1, words);
    let code = format!("[{code}; RFC 5280");
    assert!(run.stderr.contains(&code), "{code}: {}", run.story());
    assert_eq!(site.keystead(&["audit", "export"]).done().stdout, before);
    std::fs::rename(&tokens.1, &tokens.0).unwrap();
    run
}

fn is_sound(site: &Site) -> Value {
    site.keystead(&["audit", "verify", "--json"]).done().json()
}

#[test]
fn a_crl_of_another_store_with_a_higher_number_stops_the_next_until_it_is_adopted() {
    let site = site_with(&["web", "api", "db"]);
    revoke(&site, "home", "out/web.crt", &["--reason", "superseded"]);
    issue(&site, "home", "srv");
    // The same CA in another place, as after a move that was not finished.
    copy(&site, "home", "moved");
    let since = ["--reason", "keyCompromise", "--invalidity", "2026-01-31"];
    revoke(&site, "moved", "out/api.crt", &since);
    let ahead = issue(&site, "moved", "srv");
    let before = std::fs::read(site.path("srv/example.crl")).unwrap();

    let words = ["srv/example.crl", "the highest on record here is", "crl adopt example"];
    refused_without_token(&site, &["--out", "srv"], "crl.number-ahead", &words);
    let elsewhere = ["--out", "elsewhere", "--last", "srv/example.crl.pem"];
    refused_without_token(&site, &elsewhere, "crl.number-ahead", &["srv/example.crl.pem"]);
    assert_eq!(std::fs::read(site.path("srv/example.crl")).unwrap(), before);

    let adopt = ["crl", "adopt", "example", "srv/example.crl", "--json"];
    let adopted = site.keystead(&adopt).done().json();
    assert_eq!((&adopted["entries"], &adopted["new"]), (&2.into(), &1.into()), "{adopted}");
    // Again is the same.
    assert_eq!(site.keystead(&adopt).done().json()["new"], 0);
    copy(&site, "srv/example.crl", "before.crl");
    assert!(issue(&site, "home", "srv") > ahead);
    assert_eq!(listed(&site, "srv/example.crl"), serials(&site, &["out/web.crt", "out/api.crt"]),);
    let text = site.program("openssl", &["crl", "-in", "srv/example.crl", "-noout", "-text"]);
    for words in ["Key Compromise", "Superseded", "Jan 31 00:00:00 2026 GMT"] {
        assert!(text.stdout.contains(words), "{words}: {}", text.story());
    }
    let verify = ["crl", "verify", "srv/example.crl", "--issuer", "home/issuers/example/ca.crt"];
    site.keystead(&[&verify[..], &["--previous", "before.crl"]].concat()).done();
    assert_eq!(is_sound(&site)["revocations"], 2);
    site.lint_crls("srv");
}

#[test]
fn a_crl_with_a_lower_number_that_revokes_more_stops_the_next_until_it_is_adopted() {
    let site = site_with(&["web", "api"]);
    copy(&site, "home", "moved");
    revoke(&site, "moved", "out/api.crt", &[]);
    let theirs = issue(&site, "moved", "theirs");
    while issue(&site, "home", "ours") < theirs {}
    let last = ["--out", "ours", "--last", "theirs/example.crl"];
    let serial = serials(&site, &["out/api.crt"]).remove(0);
    let words = ["theirs/example.crl", serial.as_str(), "crl adopt example"];
    refused_without_token(&site, &last, "crl.lost", &words);
    site.keystead(&["crl", "adopt", "example", "theirs/example.crl"]).done();
    issue(&site, "home", "ours");
    assert_eq!(listed(&site, "ours/example.crl"), [serial]);
    // The ones of both stores.
    copy(&site, "theirs", "ours/theirs");
    site.lint_crls("ours");
    is_sound(&site);
}

#[test]
fn an_old_copy_of_the_inventory_stops_the_next_crl_until_the_last_one_is_adopted() {
    let site = site_with(&["web", "api"]);
    revoke(&site, "home", "out/web.crt", &[]);
    issue(&site, "home", "srv");
    copy(&site, "home/inventory.db", "backup.db");
    // Since the backup: a certificate that it does not know, and two revocations.
    site.server_request("late.csr", "late.example.com");
    site.sign(&["late.csr"]).done();
    revoke(&site, "home", "out/late.crt", &["--reason", "cessationOfOperation"]);
    revoke(&site, "home", "out/api.crt", &[]);
    let last = issue(&site, "home", "srv");
    for file in ["home/inventory.db-wal", "home/inventory.db-shm"] {
        assert!(!site.exists(file), "{file}");
    }
    std::fs::remove_file(site.path("home/inventory.db")).unwrap();
    copy(&site, "backup.db", "home/inventory.db");

    let words = ["restored from a backup", "crl adopt example srv/example.crl"];
    refused_without_token(&site, &["--out", "srv"], "crl.number-ahead", &words);
    // A delta CRL is no way round.
    refused_without_token(&site, &["--out", "srv", "--delta"], "crl.number-ahead", &words);
    let adopt = ["crl", "adopt", "example", "srv/example.crl"];
    let run = site.keystead(&adopt).done();
    assert!(run.stdout.contains("3 entries, 2 of them new here"), "{}", run.story());
    assert!(issue(&site, "home", "srv") > last);
    let all = ["out/web.crt", "out/api.crt", "out/late.crt"];
    assert_eq!(listed(&site, "srv/example.crl"), serials(&site, &all));
    let show = site.keystead(&["inventory", "show", &serials(&site, &all[1..2])[0], "--json"]);
    assert!(show.done().json()["revoked"].is_object());
    assert_eq!(is_sound(&site)["revocations"], 3);
    site.lint_crls("srv");
}

#[test]
fn only_an_issuers_own_crl_is_adopted_or_followed() {
    let site = Site::with_root();
    site.put_bytes("foreign.crl", &Ca::new("example root").crl().finish());
    let words = ["foreign.crl is not a CRL of this issuer"];
    site.keystead(&["crl", "adopt", "example", "foreign.crl"]).fails(1, &words);
    let last = ["--out", "srv", "--last", "foreign.crl"];
    refused_without_token(&site, &last, "crl.issuer", &words);
    assert_eq!(is_sound(&site)["crls_seen"], 0);
}

#[test]
fn an_own_crl_of_a_distribution_point_that_the_settings_no_longer_have_stops_the_next() {
    let site = site_with(&["web"]);
    let file = "home/issuers/example/issuer.toml";
    let crl = "[crl]\nurl = \"http://crl.example.com/{shard}.crl\"\nshards = 2\n";
    site.put(file, &site.read(file).replace("[crl]\n", crl));
    let issue = ["crl", "issue", "example", "--out", "sharded"];
    site.keystead(&issue).done();
    site.keystead(&issue).done();
    site.put(file, &site.read(file).replace("//crl.example.com", "//other.example.com"));
    refused_without_token(
        &site,
        &["--out", "sharded"],
        "crl.other-point",
        &["http://crl.example.com/0.crl"],
    );
}
