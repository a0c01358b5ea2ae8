//! What has a date: live certificates, those the token may have signed, what is on no CRL yet.

use super::revocation::varied_and_revoked;
use super::*;
use crate::base::revocation::Reason;

/// The intents of live certificates.
fn live(inventory: &Inventory, since: Timestamp) -> Vec<i64> {
    let mut found = Vec::new();
    inventory
        .each_live(since, |live| {
            assert_eq!(live.recorded_at, now());
            assert_eq!(live.subject, format!("CN=host-{}", live.intent));
            found.push(live.intent);
            Ok(())
        })
        .unwrap();
    found.sort_unstable();
    found
}

fn end() -> Timestamp {
    now().plus(86_400)
}

fn revocation(intent: i64) -> Revocation {
    Revocation {
        authority_key: [1; 32],
        serial: serial(u8::try_from(intent).unwrap()).as_bytes().to_vec(),
        intent: Some(IntentId(intent)),
        date: now(),
        reason: Reason::Superseded,
        invalidity: None,
        not_after: Some(end()),
        point: String::new(),
        ca: Some(false),
        block_key: None,
    }
}

#[test]
fn live_is_what_was_issued_has_not_ended_and_is_not_revoked() {
    // The second of three intents has no result.
    let (_folder, mut inventory) = varied();
    assert_eq!(live(&inventory, now()), [1, 3]);
    assert_eq!(live(&inventory, end()), [1, 3], "the last second counts");
    assert!(live(&inventory, end().plus(1)).is_empty());
    inventory.revoke(&[revocation(1)], now()).unwrap();
    assert_eq!(live(&inventory, now()), [3]);
}

#[test]
fn certificates_that_may_be_signed_are_counted_until_they_end_or_are_revoked() {
    let (_folder, mut inventory) = varied();
    let open = |inventory: &Inventory, since| -> Vec<(String, u64)> {
        inventory.open_certificates(since).unwrap().into_iter().collect()
    };
    assert_eq!(open(&inventory, now()), [("web".to_owned(), 1)]);
    assert!(open(&inventory, end().plus(1)).is_empty());
    inventory.revoke(&[revocation(2)], now()).unwrap();
    assert!(open(&inventory, now()).is_empty());
}

#[test]
fn the_facts_of_a_certificate_are_those_of_its_intent() {
    let (_folder, inventory) = varied_and_revoked();
    let facts = inventory.certificate_facts(1).unwrap().unwrap();
    let told = (facts.issuer.as_str(), facts.profile.as_str(), facts.subject.as_str());
    assert_eq!(told, ("web", "tls-server", "CN=host-1"));
    assert_eq!((facts.issuer_key_sha256, facts.key_sha256), ([1; 32], [3; 32]));
    assert_eq!((facts.serial.as_slice(), facts.tbs), (serial(1).as_bytes(), tbs(1)));
    // A CRL, and nothing.
    assert_eq!(inventory.certificate_facts(4).unwrap(), None);
    assert_eq!(inventory.certificate_facts(99).unwrap(), None);
}

#[test]
fn changes_are_what_was_revoked_held_or_released_after_a_row_of_the_chain() {
    let (_folder, mut inventory) = varied();
    let changes = |inventory: &Inventory, after, since| {
        let mut found = Vec::new();
        inventory.each_change_after(&[1; 32], after, since, |change| found.push(change)).unwrap();
        found
    };
    let before = inventory.counts().unwrap().audit_rows;
    inventory.revoke(&[revocation(2)], now()).unwrap();
    inventory.hold(Hold { intent: IntentId(3), held: true }, now()).unwrap();
    inventory.hold(Hold { intent: IntentId(3), held: false }, now()).unwrap();
    let change = |number, audit_seq| Change {
        serial: serial(number).as_bytes().to_vec(),
        at: now(),
        audit_seq,
    };
    let all = [change(2, before + 1), change(3, before + 2), change(3, before + 3)];
    assert_eq!(changes(&inventory, 0, now()), all);
    assert_eq!(changes(&inventory, before + 1, now()), all[1..]);
    assert!(changes(&inventory, before + 3, now()).is_empty());
    // Ended certificates need not be listed; another issuer's are not ours.
    assert!(changes(&inventory, 0, end().plus(1)).is_empty());
    inventory.each_change_after(&[2; 32], 0, now(), |other| panic!("{other:?}")).unwrap();
}

#[test]
fn a_renamed_issuer_and_an_edited_profile_stand_for_the_same() {
    let (_folder, mut inventory) = varied();
    let bytes = tbs(7);
    let edited = NewIntent { profile_sha256: [9; 32], ..intent(7, &bytes) };
    let other = NewIntent { profile: "tls-client", profile_sha256: [8; 32], ..intent(8, &bytes) };
    let mut transcript = inventory.begin(now()).unwrap();
    transcript.intents("web-renamed", [edited, other]).unwrap();
    transcript.commit().unwrap();
    let same = inventory.renamed().unwrap();
    assert_eq!((same.issuer(1), same.issuer(2)), (1, 1));
    assert_eq!((same.profile(1), same.profile(2), same.profile(3)), (1, 1, 3));
    assert_eq!(same.issuer(77), 77);
}

#[test]
fn live_certificates_are_found_by_the_index_of_their_ends() {
    let (_folder, inventory) = home();
    let sql = "EXPLAIN QUERY PLAN SELECT id, authority, profile, subject, recorded_at, not_after
               FROM intent WHERE not_after >= 1 ORDER BY not_after";
    let mut plan = Vec::new();
    inventory
        .each_row(
            sql,
            &[],
            |row| row.get::<_, String>(3),
            |step| {
                plan.push(step);
                Ok::<(), StoreError>(())
            },
        )
        .unwrap();
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(plan[0].starts_with("SEARCH intent USING"), "{plan:?}");
}
