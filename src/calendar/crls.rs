//! CRLs: the newest of each issuer and distribution point, those that were never made, and revocations
//! that are on none.

use std::collections::BTreeMap;

use super::item::{CrlFacts, Item, Kind, uid};
use super::rules::{self, Why};
use crate::base::clock::Timestamp;
use crate::base::validity::Validity;
use crate::inventory::KnownCrl;

/// What a home says of an issuer's CRLs.
pub(super) struct CrlIssuer {
    /// Its name.
    pub(super) name: String,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub(super) key: [u8; 32],
    /// When its certificate is valid.
    pub(super) life: Validity,
    /// How many seconds the next CRL is to overlap the one before.
    pub(super) overlap: u64,
    /// Whether new certificates point to its CRLs.
    pub(super) is_pointed_to: bool,
    /// The distribution points of the CRLs that it makes, as the store names them; one, empty, when it
    /// makes a single one.
    pub(super) points: Vec<String>,
}

/// An issuer's key and a distribution point.
pub(super) type Place = ([u8; 32], String);

/// What is on no CRL yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    /// How many revocations and holds.
    pub(super) count: u64,
    /// When the first of them was recorded.
    pub(super) since: Timestamp,
}

/// The CRLs with a date: those that the issuers of the home make. CRLs of a distribution point that an
/// issuer gave up, of an issuer that is gone, or of one whose certificate ended before `at`, are not
/// among them: no command makes their successors.
pub(super) fn items(
    issuers: &[CrlIssuer],
    made: &[KnownCrl],
    waiting: &BTreeMap<Place, Waiting>,
    at: Timestamp,
) -> Vec<Item> {
    let mut items = Vec::new();
    for issuer in issuers.iter().filter(|issuer| at <= issuer.life.not_after()) {
        for point in &issuer.points {
            let here = |crl: &&KnownCrl| key(crl) == issuer.key && crl.point == *point;
            let waits = waiting.get(&(issuer.key, point.clone()));
            match made.iter().filter(here).find(|crl| crl.base.is_none()) {
                Some(crl) => {
                    let mut item = signed(crl, issuer);
                    if let Some(first) = waits.filter(|first| first.since < item.due) {
                        (item.due, item.why) = (first.since, Why::Unpublished(first.count));
                    }
                    items.push(item);
                }
                None => items.extend(match waits {
                    Some(first) => {
                        Some(unsigned(issuer, point, first.since, Why::Unpublished(first.count)))
                    }
                    None if issuer.is_pointed_to => {
                        Some(unsigned(issuer, point, issuer.life.not_before(), Why::NeverMade))
                    }
                    None => None,
                }),
            }
            let deltas = made.iter().filter(here).filter(|crl| crl.base.is_some());
            items.extend(deltas.map(|crl| signed(crl, issuer)));
        }
    }
    items
}

/// A CRL that was made, perhaps when its issuer had another name.
fn signed(crl: &KnownCrl, issuer: &CrlIssuer) -> Item {
    let is_delta = crl.base.is_some();
    // The overlap is that of complete CRLs; a delta lives as long as its base lets it.
    let overlap = if is_delta { 0 } else { issuer.overlap };
    let (due, why) = rules::crl(crl.this_update, crl.next_update, overlap);
    Item {
        what: Kind::Crl,
        issuer: Some(issuer.name.clone()),
        name: name(&issuer.name, &crl.point, is_delta),
        serial: None,
        begin: Some(crl.this_update),
        due,
        why,
        end: Some(crl.next_update),
        crl: Some(CrlFacts {
            point: crl.point.clone(),
            number: crl.number,
            base: crl.base,
            entries: crl.entries,
        }),
        uid: crl_uid(&issuer.key, &crl.point, is_delta),
    }
}

/// A CRL that should be there.
fn unsigned(issuer: &CrlIssuer, point: &str, due: Timestamp, why: Why) -> Item {
    Item {
        what: Kind::Crl,
        issuer: Some(issuer.name.clone()),
        name: name(&issuer.name, point, false),
        serial: None,
        begin: None,
        due,
        why,
        end: None,
        crl: None,
        uid: crl_uid(&issuer.key, point, false),
    }
}

/// The key that the table requires to be 32 octets.
fn key(crl: &KnownCrl) -> [u8; 32] {
    crl.issuer_key_sha256.0.as_ref().try_into().unwrap_or_default()
}

fn name(issuer: &str, point: &str, is_delta: bool) -> String {
    let parts = [issuer, point, if is_delta { "delta" } else { "" }];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn crl_uid(key: &[u8; 32], point: &str, is_delta: bool) -> String {
    let part: &[u8] = if is_delta { b"delta" } else { b"complete" };
    uid(Kind::Crl, &[key, point.as_bytes(), part])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Hex;
    use crate::base::validity::DAY;

    fn at(day: u64) -> Timestamp {
        Timestamp::from_unix(day * DAY)
    }

    fn issuer(points: &[&str]) -> CrlIssuer {
        CrlIssuer {
            name: "example".to_owned(),
            key: [1; 32],
            life: Validity::lasting(at(0), 1_000 * DAY),
            overlap: 0,
            is_pointed_to: true,
            points: points.iter().map(|point| (*point).to_owned()).collect(),
        }
    }

    fn made(point: &str, number: u64, base: Option<u64>) -> KnownCrl {
        KnownCrl {
            intent: 1,
            issuer: "old name".to_owned(),
            issuer_key_sha256: Hex(vec![1; 32].into()),
            point: point.to_owned(),
            number,
            base,
            this_update: at(100),
            next_update: at(108),
            entries: 7,
            covers: 1,
            issued: true,
        }
    }

    fn waiting(point: &str, since: u64) -> BTreeMap<Place, Waiting> {
        let waits = Waiting { count: 2, since: at(since) };
        BTreeMap::from([(([1; 32], point.to_owned()), waits)])
    }

    fn nothing() -> BTreeMap<Place, Waiting> {
        BTreeMap::new()
    }

    fn told(items: &[Item]) -> Vec<(&str, u64, Why, bool)> {
        let day = |item: &Item| item.due.as_unix() / DAY;
        let rows = items.iter().map(|item| (day(item), item));
        rows.map(|(day, item)| (&*item.name, day, item.why, item.crl.is_some())).collect()
    }

    #[test]
    fn a_crl_has_the_date_of_its_rule_and_the_issuers_present_name() {
        let found = items(&[issuer(&[""])], &[made("", 5, None)], &nothing(), at(100));
        assert_eq!(told(&found), [("example", 106, Why::ThreeQuarters, true)]);
        let wide = CrlIssuer { overlap: 4 * DAY, ..issuer(&[""]) };
        let crls = [made("", 5, None), made("", 6, Some(5))];
        let found = items(&[wide], &crls, &nothing(), at(100));
        let expected = [
            ("example", 104, Why::Overlap(4 * DAY), true),
            ("example delta", 106, Why::ThreeQuarters, true),
        ];
        assert_eq!(told(&found), expected);
        assert_ne!(found[0].uid, found[1].uid);
    }

    #[test]
    fn a_revocation_that_is_on_no_crl_makes_the_complete_crl_due_at_once() {
        let crls = [made("", 5, None), made("", 6, Some(5))];
        let found = items(&[issuer(&[""])], &crls, &waiting("", 103), at(104));
        let expected = [
            ("example", 103, Why::Unpublished(2), true),
            ("example delta", 106, Why::ThreeQuarters, true),
        ];
        assert_eq!(told(&found), expected);
        // One that is due anyway stays due for its own reason.
        let found = items(&[issuer(&[""])], &crls, &waiting("", 107), at(107));
        assert_eq!(found[0].why, Why::ThreeQuarters);
        // Without a CRL there is a date all the same, and no end.
        let unknown = CrlIssuer { is_pointed_to: false, ..issuer(&[""]) };
        let found = items(&[unknown], &[], &waiting("", 103), at(104));
        assert_eq!(told(&found), [("example", 103, Why::Unpublished(2), false)]);
        assert_eq!(found[0].end, None);
    }

    #[test]
    fn every_distribution_point_of_new_certificates_needs_its_crl() {
        let points = ["http://crl.example.com/0", "http://crl.example.com/1"];
        let crls = [made(points[0], 1, None), made("http://crl.example.com/old", 1, None)];
        let found = items(&[issuer(&points)], &crls, &nothing(), at(101));
        let expected = [
            ("example http://crl.example.com/0", 106, Why::ThreeQuarters, true),
            ("example http://crl.example.com/1", 0, Why::NeverMade, false),
        ];
        assert_eq!(told(&found), expected);
        // A delta is no complete CRL.
        let delta = [made(points[0], 2, Some(1))];
        let found = items(&[issuer(&points[..1])], &delta, &nothing(), at(101));
        assert_eq!(found[0].why, Why::NeverMade);
        // Where no certificate points to one, none is missed.
        let unknown = CrlIssuer { is_pointed_to: false, ..issuer(&[""]) };
        assert!(items(&[unknown], &[], &nothing(), at(101)).is_empty());
    }

    #[test]
    fn the_name_of_a_missing_crl_is_that_of_the_one_that_will_be_made() {
        let missing = items(&[issuer(&["p"])], &[], &nothing(), at(1));
        let there = items(&[issuer(&["p"])], &[made("p", 1, None)], &nothing(), at(100));
        assert_eq!(missing[0].uid, there[0].uid);
    }

    #[test]
    fn crls_that_no_command_makes_anew_have_no_date() {
        let crls = [made("", 5, None), made("p", 5, None)];
        let ended = CrlIssuer { life: Validity::lasting(at(0), 50 * DAY), ..issuer(&["p"]) };
        assert!(items(&[ended], &crls, &waiting("p", 10), at(100)).is_empty());
        assert!(items(&[], &crls, &waiting("p", 10), at(100)).is_empty());
        // Another key under the same name.
        let other = CrlIssuer { key: [2; 32], is_pointed_to: false, ..issuer(&["", "p"]) };
        assert!(items(&[other], &crls, &waiting("p", 10), at(100)).is_empty());
    }
}
