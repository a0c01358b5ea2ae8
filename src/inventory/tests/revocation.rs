//! Revocations, holds and CRL numbers as the store keeps them.

use super::*;
use crate::base::revocation::Reason;
use crate::tbs::CrlFacts;

const ISSUER: [u8; 32] = [1; 32];
const POINT: &str = "http://crl.example.com/3.crl";

fn revocation(number: u8, intent: Option<IntentId>) -> Revocation {
    Revocation {
        authority_key: ISSUER,
        serial: serial(number).as_bytes().to_vec(),
        intent,
        date: now(),
        reason: Reason::KeyCompromise,
        invalidity: Some(now().minus(60)),
        not_after: Some(now().plus(86_400)),
        point: POINT.to_owned(),
        ca: Some(false),
        block_key: Some([3; 32]),
    }
}

fn crl(number: u64, base: Option<u64>) -> CrlFacts<'static> {
    CrlFacts {
        point: POINT,
        number,
        base,
        this_update: now(),
        next_update: now().plus(100),
        entries: 1,
        covers: 2,
    }
}

fn record_crl(inventory: &mut Inventory, facts: CrlFacts<'_>) -> Result<IntentId, StoreError> {
    let bytes = tbs(9);
    let intent = NewIntent {
        kind: Subject::Crl,
        serial: None,
        not_after: None,
        crl: Some(facts),
        ..intent(9, &bytes)
    };
    let mut transcript = inventory.begin(now())?;
    transcript.intents("web", [intent])?;
    Ok(transcript.commit()?[0][0].intent())
}

/// An inventory with a row in every table.
pub(super) fn varied_and_revoked() -> (tempfile::TempDir, Inventory) {
    let (folder, mut inventory) = varied_and_blocked();
    inventory.revoke(&[revocation(1, Some(IntentId(1)))], now()).unwrap();
    inventory.hold(Hold { intent: IntentId(3), held: true }, now()).unwrap();
    let made = record_crl(&mut inventory, crl(5, Some(4))).unwrap();
    finish(&mut inventory, 9, made).unwrap();
    inventory.adopt_crl((ISSUER, POINT, 7), [6; 32], &[], now()).unwrap();
    (folder, inventory)
}

fn entries(inventory: &Inventory) -> Vec<(Vec<u8>, Reason)> {
    let mut found = Vec::new();
    inventory
        .each_revoked(&ISSUER, |one| {
            found.push((one.entry.serial, one.entry.reason));
            Ok::<(), StoreError>(())
        })
        .unwrap();
    found
}

#[test]
fn a_store_with_revocations_holds_and_crls_is_sound_and_counts_them() {
    let (_folder, inventory) = varied_and_revoked();
    let report = inventory.verify_audit(None).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.crls, report.revocations, report.holds, report.crls_seen), (1, 1, 1, 1));
}

#[test]
fn an_entry_says_since_when_and_why_it_is_revoked_or_on_hold() {
    let (_folder, mut inventory) = varied_and_revoked();
    let standing = |inventory: &Inventory, number: u8| {
        inventory.show(&serial(number).to_string()).unwrap().remove(0).revoked
    };
    let revoked = standing(&inventory, 1).unwrap();
    assert_eq!((revoked.at, revoked.reason), (now(), Reason::KeyCompromise));
    assert_eq!(revoked.invalidity, Some(now().minus(60)));
    assert_eq!(standing(&inventory, 2), None);
    assert!(standing(&inventory, 3).unwrap().is_hold());
    inventory.hold(Hold { intent: IntentId(3), held: false }, now()).unwrap();
    assert_eq!(standing(&inventory, 3), None);
    inventory.hold(Hold { intent: IntentId(3), held: true }, now()).unwrap();
    inventory.revoke(&[revocation(3, Some(IntentId(3)))], now()).unwrap();
    assert_eq!(standing(&inventory, 3).unwrap().reason, Reason::KeyCompromise);
}

#[test]
fn a_second_revocation_changes_nothing_and_the_first_reason_stays() {
    let (_folder, mut inventory) = varied_and_revoked();
    let again = Revocation { reason: Reason::Superseded, ..revocation(1, Some(IntentId(1))) };
    assert_eq!(inventory.revoke(&[again], now()).unwrap(), [false]);
    let found = inventory.revoked(&ISSUER, serial(1).as_bytes()).unwrap().unwrap();
    assert_eq!(found.entry.reason, Reason::KeyCompromise);
    assert_eq!((found.not_after, found.point.as_str()), (Some(now().plus(86_400)), POINT));
}

#[test]
fn a_compromised_key_is_blocked_in_the_same_transaction() {
    let (_folder, mut inventory) = varied();
    inventory.revoke(&[revocation(1, Some(IntentId(1)))], now()).unwrap();
    assert!(inventory.key_guard().unwrap().blocked(&[3; 32]).is_some());
    assert!(matches!(record(&mut inventory, &[7]), Err(StoreError::KeyBlocked { .. })));
}

#[test]
fn a_hold_is_no_reason_to_revoke_and_a_future_date_refuses_all_of_them() {
    let (_folder, mut inventory) = varied();
    let hold = Revocation { reason: Reason::CertificateHold, ..revocation(1, None) };
    assert!(matches!(inventory.revoke(&[hold], now()), Err(StoreError::NotPermanent(_))));
    let early = Revocation { date: now().plus(1), ..revocation(2, None) };
    let both = [revocation(1, None), early];
    assert!(matches!(inventory.revoke(&both, now()), Err(StoreError::RevokedInFuture { .. })));
    assert!(entries(&inventory).is_empty());
}

#[test]
fn a_hold_can_be_released_and_held_again_until_it_is_revoked() {
    let (_folder, mut inventory) = varied();
    let held = serial(3).as_bytes().to_vec();
    let hold = |held| Hold { intent: IntentId(3), held };
    assert!(!inventory.hold(hold(false), now()).unwrap(), "it was not on hold");
    assert!(inventory.hold(hold(true), now()).unwrap());
    assert!(!inventory.hold(hold(true), now()).unwrap());
    assert_eq!(entries(&inventory), [(held.clone(), Reason::CertificateHold)]);
    assert!(inventory.hold(hold(false), now()).unwrap());
    assert!(entries(&inventory).is_empty());
    let released = inventory.released_since(&ISSUER, 0).unwrap();
    assert_eq!(released[0].entry.reason, Reason::RemoveFromCrl);
    inventory.hold(hold(true), now()).unwrap();
    assert!(inventory.released_since(&ISSUER, 0).unwrap().is_empty());
    inventory.revoke(&[revocation(3, Some(IntentId(3)))], now()).unwrap();
    assert_eq!(entries(&inventory), [(held, Reason::KeyCompromise)]);
    let error = inventory.hold(hold(false), now()).unwrap_err();
    assert!(matches!(error, StoreError::HeldAfterRevocation(_)), "{error:?}");
}

#[test]
fn a_crl_number_that_is_not_above_those_made_and_those_seen_is_not_recorded() {
    let (_folder, mut inventory) = varied();
    assert_eq!(inventory.highest_crl_number(&ISSUER, POINT).unwrap(), 0);
    record_crl(&mut inventory, crl(5, None)).unwrap();
    for number in [4, 5] {
        let error = record_crl(&mut inventory, crl(number, None)).unwrap_err();
        assert!(matches!(error, StoreError::CrlNumber { .. }), "{error:?}");
    }
    inventory.adopt_crl((ISSUER, POINT, 9), [6; 32], &[], now()).unwrap();
    assert!(record_crl(&mut inventory, crl(8, None)).is_err());
    assert_eq!(inventory.highest_crl_number(&ISSUER, POINT).unwrap(), 9);
    record_crl(&mut inventory, crl(10, Some(5))).unwrap();
    record_crl(&mut inventory, CrlFacts { point: "", ..crl(1, None) }).unwrap();
    let numbers: Vec<u64> =
        inventory.crls(&ISSUER, POINT).unwrap().iter().map(|crl| crl.number).collect();
    assert_eq!(numbers, [5, 10]);
}

#[test]
fn only_issued_crls_are_the_newest_and_complete_and_delta_ones_apart() {
    let (_folder, mut inventory) = varied();
    let first = record_crl(&mut inventory, crl(5, None)).unwrap();
    record_crl(&mut inventory, crl(6, None)).unwrap();
    let delta = record_crl(&mut inventory, crl(7, Some(5))).unwrap();
    assert!(inventory.newest_crls().unwrap().is_empty());
    finish(&mut inventory, 9, first).unwrap();
    finish(&mut inventory, 9, delta).unwrap();
    let newest: Vec<u64> = inventory.newest_crls().unwrap().iter().map(|crl| crl.number).collect();
    assert_eq!(newest, [5, 7]);
}

#[test]
fn the_crl_of_an_issuer_whose_key_is_blocked_is_recorded() {
    let (_folder, mut inventory) = varied();
    inventory.block_key([3; 32], "burned", now()).unwrap();
    assert!(record(&mut inventory, &[7]).is_err());
    record_crl(&mut inventory, crl(5, None)).unwrap();
}

#[test]
fn revocations_and_crls_are_neither_changed_nor_removed() {
    let (folder, inventory) = varied_and_revoked();
    drop(inventory);
    let database = rusqlite::Connection::open(folder.path().join(sqlite::FILE)).unwrap();
    for sql in [
        "DELETE FROM revocation",
        "UPDATE revocation SET reason = 0",
        "DELETE FROM hold",
        "UPDATE hold SET held = 0",
        "DELETE FROM crl",
        "UPDATE crl SET number = 99",
        "DELETE FROM crl_seen",
    ] {
        assert!(database.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn of_many_serials_those_that_are_neither_revoked_nor_on_hold_are_named() {
    let (_folder, inventory) = varied_and_revoked();
    let held = inventory.revoked(&ISSUER, serial(3).as_bytes()).unwrap().unwrap();
    assert_eq!(held.entry.reason, Reason::CertificateHold);
    let mut asked: Vec<Vec<u8>> =
        [0, 1, 1, 2, 3, 200].map(|number| serial(number).as_bytes().to_vec()).into();
    asked.sort();
    let mut missing = Vec::new();
    let serials = asked.iter().map(Vec::as_slice);
    inventory.each_not_revoked(&ISSUER, serials, |serial| missing.push(serial.to_vec())).unwrap();
    assert_eq!(missing, [0, 2, 200].map(|number| serial(number).as_bytes().to_vec()));
    let serials = asked.iter().map(Vec::as_slice);
    let mut others = 0;
    inventory.each_not_revoked(&[7; 32], serials, |_| others += 1).unwrap();
    assert_eq!(others, 6);
}
