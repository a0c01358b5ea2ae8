//! `crl issue`: what is on record stays sound, no number is used twice, what is published is whole, and
//! the next run completes.

use super::{Saved, Trial, events, recorded};
use crate::site::Site;

pub(super) const ISSUE: [&str; 5] = ["crl", "issue", "example", "--out", "srv"];

/// The number of a published CRL, which is whole and signed.
fn published(site: &Site, file: &str) -> u64 {
    let verify = ["crl", "verify", file, "--issuer", "home/issuers/example/ca.crt", "--json"];
    let report = site.keystead(&verify).done().json();
    report["crl"]["number"].as_str().unwrap().parse().unwrap()
}

/// The number of every CRL that was recorded, in the order of the record.
fn numbers(site: &Site) -> Vec<u64> {
    let crls = recorded(&events(site), "intent", "crl");
    crls.iter().filter_map(|crl| crl["number"].as_u64()).collect()
}

#[test]
fn killed_before_any_change_of_a_file_no_number_is_used_twice_and_the_next_run_completes() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    site.keystead(&["revoke", "out/web.crt", "--reason", "superseded"]).done();
    site.keystead(&ISSUE).done();
    let (tokens, saved) = (Saved::tokens(&site), Saved::new(&site, &["home", "srv"]));
    let records = numbers(&site).len();
    let before = published(&site, "srv/example.crl");
    let Some(mut trial) = Trial::of(&site, &ISSUE) else { return };
    let mut maybe = 0;
    for call in trial.chosen() {
        tokens.restore();
        saved.restore();
        let (run, place) = trial.kill(&call);
        tokens.restore();

        site.keystead(&["audit", "verify"]).done();
        let after = numbers(&site);
        let published =
            ["srv/example.crl", "srv/example.crl.pem"].map(|file| published(&site, file));
        assert!(published.iter().all(|number| *number >= before), "{published:?}: {place}");
        for number in published {
            assert!(after.contains(&number), "{number} is on no record: {place}");
        }
        let is_told = run.stdout.contains("published in srv");
        assert!(!is_told || published.iter().all(|number| *number > before), "{place}");
        maybe += usize::from(after.len() > records && published[0] == before);

        let next = site.keystead(&[&ISSUE[..], &["--json"]].concat()).done().json();
        let number = next["crls"][0]["number"].as_u64().unwrap();
        assert!(after.iter().all(|earlier| *earlier < number), "{number}, {after:?}: {place}");
        assert_eq!(next["crls"][0]["entries"], 1, "{place}");
        assert_eq!(numbers(&site), [&after[..], &[number]].concat(), "{place}");
        assert!(after.is_sorted_by(|one, next| one < next), "{after:?}: {place}");
        site.keystead(&["audit", "verify"]).done();
    }
    // Some died between the record and the file.
    assert!(maybe > 0, "{maybe}");
    trial.end(&format!("{maybe} numbers spent unpublished"));
}
