//! CRLs: the newest of each issuer and distribution point, those that were never made, and revocations
//! that are on none.

use std::collections::BTreeMap;

use super::item::{CrlFacts, Item, Kind, uid};
use super::rules::{self, Why};
use crate::base::clock::Timestamp;
use crate::base::validity::Validity;
use crate::inventory::{KnownCrl, Unpublished};

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
    /// The distribution points that its new certificates name; none when they name none.
    pub(super) points: Vec<String>,
}

/// An issuer's key and a distribution point.
type Place = ([u8; 32], String);

/// The CRLs with a date. Those of an issuer whose certificate ended before `at` are not among them:
/// nobody asks for them any more.
pub(super) fn items(
    issuers: &[CrlIssuer],
    made: Vec<KnownCrl>,
    unpublished: Vec<Unpublished>,
    at: Timestamp,
) -> Vec<Item> {
    let issuer = |key: &[u8; 32]| issuers.iter().find(|issuer| issuer.key == *key);
    let mut waiting: BTreeMap<Place, Unpublished> = unpublished
        .into_iter()
        .map(|one| ((one.issuer_key_sha256, one.point.clone()), one))
        .collect();
    let mut missing: BTreeMap<Place, Timestamp> = BTreeMap::new();
    for issuer in issuers {
        let begin = issuer.life.not_before();
        missing.extend(issuer.points.iter().map(|point| ((issuer.key, point.clone()), begin)));
    }
    let mut items = Vec::new();
    for crl in made {
        let place = (key(&crl), crl.point.clone());
        let overlap = issuer(&place.0).map_or(0, |issuer| issuer.overlap);
        let mut item = signed(crl, issuer(&place.0), overlap);
        if item.crl.as_ref().is_some_and(|crl| crl.base.is_none()) {
            missing.remove(&place);
            if let Some(first) = waiting.remove(&place).filter(|first| first.since < item.due) {
                (item.due, item.why) = (first.since, Why::Unpublished(first.count));
            }
        }
        items.push((place.0, item));
    }
    for (place, first) in waiting {
        missing.remove(&place);
        // A home that lost an issuer's folder has its revocations all the same, but cannot sign for it.
        let Some(issuer) = issuer(&place.0) else { continue };
        let why = Why::Unpublished(first.count);
        items.push((place.0, unsigned(issuer, &place.1, first.since, why)));
    }
    for (place, since) in missing {
        let Some(issuer) = issuer(&place.0) else { continue };
        items.push((place.0, unsigned(issuer, &place.1, since, Why::NeverMade)));
    }
    let ended = |key: &[u8; 32]| issuer(key).is_some_and(|issuer| issuer.life.not_after() < at);
    items.retain(|(key, _)| !ended(key));
    items.into_iter().map(|(_, item)| item).collect()
}

/// A CRL that was made. An issuer may have another name by now, or none.
fn signed(crl: KnownCrl, issuer: Option<&CrlIssuer>, overlap: u64) -> Item {
    // The overlap is that of complete CRLs; a delta lives as long as its maker likes.
    let overlap = if crl.base.is_none() { overlap } else { 0 };
    let (due, why) = rules::crl(crl.this_update, crl.next_update, overlap);
    let uid = crl_uid(&key(&crl), &crl.point, crl.base.is_some());
    let issuer = issuer.map_or(crl.issuer, |issuer| issuer.name.clone());
    Item {
        what: Kind::Crl,
        name: name(&issuer, &crl.point, crl.base.is_some()),
        issuer: Some(issuer),
        serial: None,
        begin: Some(crl.this_update),
        due,
        why,
        end: Some(crl.next_update),
        uid,
        crl: Some(CrlFacts {
            point: crl.point,
            number: crl.number,
            base: crl.base,
            entries: crl.entries,
        }),
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

    fn waiting(point: &str, since: u64) -> Unpublished {
        let (issuer_key_sha256, point) = ([1; 32], point.to_owned());
        Unpublished { issuer_key_sha256, point, count: 2, since: at(since) }
    }

    fn told(items: &[Item]) -> Vec<(&str, u64, Why, bool)> {
        let day = |item: &Item| item.due.as_unix() / DAY;
        let tell = |item| (day(item), item);
        let rows = items.iter().map(tell);
        rows.map(|(day, item)| (&*item.name, day, item.why, item.crl.is_some())).collect()
    }

    #[test]
    fn a_crl_has_the_date_of_its_rule_and_the_issuers_present_name() {
        let found = items(&[issuer(&[])], vec![made("", 5, None)], Vec::new(), at(100));
        assert_eq!(told(&found), [("example", 106, Why::ThreeQuarters, true)]);
        let wide = CrlIssuer { overlap: 4 * DAY, ..issuer(&[]) };
        let found =
            items(&[wide], vec![made("", 5, None), made("", 6, Some(5))], Vec::new(), at(100));
        let expected = [
            ("example", 104, Why::Overlap(4 * DAY), true),
            ("example delta", 106, Why::ThreeQuarters, true),
        ];
        assert_eq!(told(&found), expected);
        assert_ne!(found[0].uid, found[1].uid);
    }

    #[test]
    fn a_revocation_that_is_on_no_crl_makes_the_complete_crl_due_at_once() {
        let crls = || vec![made("", 5, None), made("", 6, Some(5))];
        let found = items(&[issuer(&[])], crls(), vec![waiting("", 103)], at(104));
        let expected = [
            ("example", 103, Why::Unpublished(2), true),
            ("example delta", 106, Why::ThreeQuarters, true),
        ];
        assert_eq!(told(&found), expected);
        // One that is due anyway stays due for its own reason.
        let found = items(&[issuer(&[])], crls(), vec![waiting("", 107)], at(107));
        assert_eq!(found[0].why, Why::ThreeQuarters);
        // Without a CRL there is a date all the same, and no end.
        let found = items(&[issuer(&[])], Vec::new(), vec![waiting("", 103)], at(104));
        assert_eq!(told(&found), [("example", 103, Why::Unpublished(2), false)]);
        assert_eq!(found[0].end, None);
    }

    #[test]
    fn every_distribution_point_of_new_certificates_needs_its_crl() {
        let points = ["http://crl.example.com/0", "http://crl.example.com/1"];
        let crls = vec![made(points[0], 1, None), made("http://crl.example.com/old", 1, None)];
        let found = items(&[issuer(&points)], crls, Vec::new(), at(101));
        let expected = [
            ("example http://crl.example.com/0", 106, Why::ThreeQuarters, true),
            // Certificates of earlier settings still point there.
            ("example http://crl.example.com/old", 106, Why::ThreeQuarters, true),
            ("example http://crl.example.com/1", 0, Why::NeverMade, false),
        ];
        assert_eq!(told(&found), expected);
        // A delta is no complete CRL.
        let delta = vec![made(points[0], 2, Some(1))];
        let found = items(&[issuer(&points[..1])], delta, Vec::new(), at(101));
        assert_eq!(found.last().unwrap().why, Why::NeverMade);
    }

    #[test]
    fn the_name_of_a_missing_crl_is_that_of_the_one_that_will_be_made() {
        let missing = items(&[issuer(&["p"])], Vec::new(), Vec::new(), at(1));
        let there = items(&[issuer(&["p"])], vec![made("p", 1, None)], Vec::new(), at(100));
        assert_eq!(missing[0].uid, there[0].uid);
    }

    #[test]
    fn crls_of_a_ca_that_ended_are_not_due_and_those_of_a_folder_that_is_gone_are() {
        let ended = CrlIssuer { life: Validity::lasting(at(0), 50 * DAY), ..issuer(&["p"]) };
        let everything = || (vec![made("", 5, None)], vec![waiting("q", 10)]);
        let (crls, unpublished) = everything();
        assert!(items(&[ended], crls, unpublished, at(100)).is_empty());
        let (crls, unpublished) = everything();
        let found = items(&[], crls, unpublished, at(100));
        assert_eq!(told(&found), [("old name", 106, Why::ThreeQuarters, true)]);
    }
}
