//! `revoke` of all certificates of a stolen key: all of them and the key, or nothing; earlier revocations
//! stay; the next run completes, and everything is recorded and listed once.

use serde_json::Value;

use super::crl::ISSUE;
use super::{Saved, Trial, events, recorded};
use crate::crl_lost::{listed, serials};
use crate::site::Site;

const REVOKE: [&str; 6] = ["revoke", "--key", "a.csr", "--reason", "keyCompromise", "--yes"];

/// The certificates of the stolen key.
const STOLEN: [&str; 3] = ["out/a.crt", "out/b.crt", "out/c.crt"];

/// What is on record.
struct Revoked {
    /// Serial numbers, sorted.
    serials: Vec<String>,
    keys: Vec<Value>,
}

impl Revoked {
    /// The record is sound, and the tables say what it says.
    fn on_record(site: &Site) -> Self {
        let report = site.keystead(&["audit", "verify", "--json"]).done().json();
        let events = events(site);
        let serials = recorded(&events, "revoked", "serial");
        let mut serials: Vec<String> =
            serials.iter().map(|serial| serial.as_str().unwrap().to_owned()).collect();
        serials.sort();
        assert_eq!(report["revocations"], serials.len(), "{report}");
        let revoked = site.entries().into_iter().filter(|entry| entry["revoked"].is_object());
        let mut shown: Vec<String> =
            revoked.map(|entry| entry["serial"].as_str().unwrap().to_owned()).collect();
        shown.sort();
        assert_eq!(shown, serials);
        let keys = recorded(&events, "key-blocked", "key_sha256");
        let blocked = site.keystead(&["key", "blocked", "--json"]).done().json();
        assert_eq!(blocked.as_array().unwrap().len(), keys.len(), "{blocked}");
        Self { serials, keys }
    }
}

#[test]
fn killed_before_any_change_of_a_file_a_revocation_is_whole_or_absent_and_the_next_run_completes() {
    let site = Site::with_root();
    for name in ["old", "a"] {
        site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
    }
    for copy in ["b.csr", "c.csr"] {
        site.program("cp", &["a.csr", copy]).done();
    }
    site.sign(&["old.csr", "a.csr", "b.csr", "c.csr"]).done();
    site.keystead(&["revoke", "out/old.crt", "--reason", "superseded"]).done();
    site.keystead(&ISSUE).done();
    let earlier = serials(&site, &["out/old.crt"]);
    let all = serials(&site, &[&["out/old.crt"], &STOLEN[..]].concat());
    let saved = Saved::new(&site, &["home", "srv"]);
    let Some(mut trial) = Trial::of(&site, &REVOKE) else { return };
    let (mut absent, mut whole) = (0, 0);
    for call in trial.chosen() {
        saved.restore();
        let (run, place) = trial.kill(&call);

        let after = Revoked::on_record(&site);
        let is_whole = after.serials != earlier;
        let expected = if is_whole { (&all, 1) } else { (&earlier, 0) };
        assert_eq!((&after.serials, after.keys.len()), expected, "{place}");
        assert!(is_whole || !run.stdout.contains("3 revoked"), "told, not recorded: {place}");
        if is_whole {
            whole += 1;
        } else {
            absent += 1;
        }

        let next = site.keystead(&[&REVOKE[..], &["--json"]].concat()).done().json();
        let (changed, keys) = if is_whole { (0, 0) } else { (3, 1) };
        assert_eq!(next["changed"], changed, "{next}: {place}");
        assert_eq!(next["unchanged"], 3 - changed, "{next}: {place}");
        assert_eq!(next["keys_blocked"].as_array().unwrap().len(), keys, "{next}: {place}");
        let end = Revoked::on_record(&site);
        assert_eq!((&end.serials, end.keys.len()), (&all, 1), "{place}");
        site.keystead(&ISSUE).done();
        assert_eq!(listed(&site, "srv/example.crl"), all, "{place}");
    }
    assert!(absent > 0 && whole > 0, "{absent} absent, {whole} whole");
    trial.end(&format!("{absent} times nothing was revoked, {whole} times everything"));
}
