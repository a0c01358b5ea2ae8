//! A responder with software keys and a real inventory: what it answers, signs, keeps and refuses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use const_oid::db::rfc6960;

use super::testing::{Site, cert_id, extension, request, start, tlv};
use super::*;
use crate::base::cert_id::{CertHash, CertId};
use crate::base::revocation::Reason;
use crate::inventory::StoreError;
use crate::tbs::CertStatus;

fn nonce(octet: u8) -> Vec<u8> {
    extension(rfc6960::ID_PKIX_OCSP_NONCE, false, &tlv(0x04, &[octet; 16]))
}

#[track_caller]
fn signed(reply: Reply) -> Arc<SignedReply> {
    match reply {
        Reply::Signed(reply) => reply,
        Reply::Error(status) => panic!("{status:?}"),
    }
}

#[track_caller]
fn refused(reply: Reply) -> ErrorStatus {
    match reply {
        Reply::Error(status) => status,
        Reply::Signed(_) => panic!("it was answered"),
    }
}

/// What a reader finds in a reply.
#[track_caller]
fn read(reply: &SignedReply) -> Response {
    Response::from_der(&reply.der).unwrap()
}

#[test]
fn an_issued_certificate_is_good_by_every_hash_and_the_answer_names_it_as_asked() {
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder(Settings::default());
    for hash in CertHash::ALL {
        let id = CertId::of(hash, site.issuer.certificate(), &serial).unwrap();
        let reply = signed(responder.answer(&request(std::slice::from_ref(&id), &[])));
        let found = read(&reply);
        assert_eq!((&found.answers[0].id, found.answers[0].status), (&id, CertStatus::Good));
        assert_eq!(found.answers[0].this_update, start());
        assert_eq!(found.answers[0].next_update, start().plus(site.lifetime));
        assert_eq!(found.nonce, None);
    }
}

#[test]
fn a_certificate_that_is_asked_about_twice_has_one_answer() {
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder(Settings::default());
    let [one, two] = [CertHash::Sha1, CertHash::Sha256]
        .map(|hash| CertId::of(hash, site.issuer.certificate(), &serial).unwrap());
    let asked = [one.clone(), two.clone(), one.clone(), two.clone()];
    let found = read(&signed(responder.answer(&request(&asked, &[]))));
    let answered: Vec<CertId> = found.answers.into_iter().map(|answer| answer.id).collect();
    assert_eq!(answered, [one, two]);
}

#[test]
fn a_revocation_shows_in_the_next_answer_although_the_last_one_is_kept() {
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder(Settings::default());
    let asked = site.request(&serial);
    let first = signed(responder.answer(&asked));
    assert_eq!(signed(responder.answer(&asked)), first);
    site.revoke(&serial, Reason::KeyCompromise);
    let revoked = read(&signed(responder.answer(&asked)));
    let expected = CertStatus::Revoked { date: start(), reason: Reason::KeyCompromise };
    assert_eq!(revoked.answers[0].status, expected);
}

#[test]
fn a_kept_answer_is_signed_anew_after_half_of_its_life() {
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder(Settings::default());
    let asked = site.request(&serial);
    let first = signed(responder.answer(&asked));
    site.clock.set(start().plus(site.lifetime / 2 - 1));
    assert_eq!(signed(responder.answer(&asked)), first);
    site.clock.set(start().plus(site.lifetime / 2));
    let second = signed(responder.answer(&asked));
    assert_eq!(second.this_update, start().plus(site.lifetime / 2));
    assert_ne!(second.der, first.der);
}

#[test]
fn what_is_not_known_to_be_issued_is_never_good() {
    let site = Site::new();
    let unknown = site.request(&[0x01, 0x02]);
    let silent = site.responder(Settings::default());
    assert_eq!(refused(silent.answer(&unknown)), ErrorStatus::Unauthorized);
    let unknown_too = Settings { unknown: UnknownSerial::Status, ..Settings::default() };
    let outspoken = site.responder(unknown_too);
    let reply = signed(outspoken.answer(&unknown));
    assert_eq!(read(&reply).answers[0].status, CertStatus::Unknown);
    assert_eq!(reply.fresh_until, None, "an unknown certificate may be issued at any time");
    // What may have been signed by a crashed run is not known to be issued.
    let lost = site.maybe_signed_leaf();
    assert_eq!(refused(silent.answer(&site.request(&lost))), ErrorStatus::Unauthorized);
    site.revoke(&lost, Reason::Superseded);
    let status = read(&signed(silent.answer(&site.request(&lost)))).answers[0].status;
    assert!(matches!(status, CertStatus::Revoked { .. }), "{status:?}");
}

#[test]
fn a_certificate_of_another_ca_is_unauthorized_also_beside_one_of_ours() {
    let site = Site::new();
    let ours = CertId::of(CertHash::Sha1, site.issuer.certificate(), &site.leaf()).unwrap();
    let responder = site.responder(Settings::default());
    for ids in [&[cert_id(1)][..], &[ours.clone(), cert_id(1)], &[cert_id(1), ours]] {
        assert_eq!(refused(responder.answer(&request(ids, &[]))), ErrorStatus::Unauthorized);
    }
    assert_eq!(refused(responder.answer(&[0x30, 1])), ErrorStatus::MalformedRequest);
}

#[test]
fn a_nonce_is_repeated_and_its_answer_is_for_one_client_alone() {
    let site = Site::new();
    let id = CertId::of(CertHash::Sha256, site.issuer.certificate(), &site.leaf()).unwrap();
    let responder = site.responder(Settings::default());
    for octet in [1, 2] {
        let reply = signed(responder.answer(&request(std::slice::from_ref(&id), &[&nonce(octet)])));
        assert_eq!(read(&reply).nonce, Some(vec![octet; 16]));
        assert_eq!(reply.fresh_until, None);
    }
    let without = signed(responder.answer(&request(&[id], &[])));
    assert_eq!(read(&without).nonce, None);
}

#[test]
fn beyond_the_pace_a_nonce_is_left_out_and_other_single_answers_wait() {
    let site = Site::new();
    let (one, two) = (site.leaf(), site.leaf());
    let id = |serial: &[u8]| CertId::of(CertHash::Sha1, site.issuer.certificate(), serial).unwrap();
    let settings = Settings { fresh_per_second: 1, ..Settings::default() };
    let responder = site.responder(settings);
    let asked = request(&[id(&one)], &[&nonce(7)]);
    assert!(read(&signed(responder.answer(&asked))).nonce.is_some());
    let second = signed(responder.answer(&asked));
    assert_eq!((read(&second).nonce, second.fresh_until.is_some()), (None, true));
    let both = request(&[id(&one), id(&two)], &[]);
    assert_eq!(refused(responder.answer(&both)), ErrorStatus::TryLater);
    site.clock.set(start().plus(1));
    assert_eq!(read(&signed(responder.answer(&both))).answers.len(), 2);

    let none = site.responder(Settings { fresh_per_second: 0, ..settings });
    assert_eq!(read(&signed(none.answer(&asked))).nonce, None);
}

#[test]
fn every_answer_is_on_record_before_it_is_signed() {
    let site = Site::new();
    let serial = site.leaf();
    let before = site.intents();
    let responder = site.responder(Settings::default());
    for _ in 0..3 {
        signed(responder.answer(&site.request(&serial)));
    }
    assert_eq!(site.intents(), before + 1, "one signature, kept for the others");
    assert!(site.audit().is_sound());
}

#[test]
fn no_answer_outlives_the_certificate_of_its_responder_or_is_given_after_it() {
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder(Settings::default());
    let end = responder.parties()[0].responder().validity().not_after();
    site.clock.set(end.minus(10));
    let reply = signed(responder.answer(&site.request(&serial)));
    assert_eq!(reply.next_update, end);
    site.clock.set(end.plus(1));
    let late = responder.answer(&site.request(&serial));
    assert_eq!(refused(late), ErrorStatus::InternalError);
}

#[test]
fn a_new_certificate_of_the_responder_is_found_within_a_minute() {
    let site = Site::new();
    let serial = site.leaf();
    let end = site.responder(Settings::default()).parties()[0].responder().validity().not_after();
    site.clock.set(end.minus(100));
    let renewed = Mutex::new(Some(site.responder_certificate()));
    let responder = site.responder(Settings::default());
    let responder = responder.with_renewals(Box::new(move |_| renewed.lock().unwrap().take()));
    site.clock.set(end.plus(1));
    let reply = signed(responder.answer(&site.request(&serial)));
    assert!(reply.next_update > end);
}

#[test]
fn a_responder_that_is_revoked_itself_is_silent() {
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder(Settings::default());
    let own = responder.parties()[0].responder().serial().to_vec();
    site.revoke(&own, Reason::CessationOfOperation);
    let reply = responder.answer(&site.request(&serial));
    assert_eq!(refused(reply), ErrorStatus::InternalError);
}

#[test]
fn a_store_that_cannot_be_read_is_an_internal_error_not_an_answer() {
    struct Broken(AtomicU64);
    impl StatusSource for Broken {
        fn status(&self, _: &[u8; 32], _: &[u8]) -> Result<CertStatus, StoreError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Err(StoreError::NoReason)
        }
    }
    let site = Site::new();
    let serial = site.leaf();
    let responder = site.responder_over(Settings::default(), Box::new(Broken(AtomicU64::new(0))));
    let reply = responder.answer(&site.request(&serial));
    assert_eq!(refused(reply), ErrorStatus::InternalError);
}

#[test]
fn no_more_answers_are_kept_than_allowed() {
    let site = Site::new();
    let serials = [site.leaf(), site.leaf(), site.leaf()];
    let responder = site.responder(Settings { kept: 2, ..Settings::default() });
    let before = site.intents();
    for _ in 0..2 {
        for serial in &serials {
            signed(responder.answer(&site.request(serial)));
        }
    }
    let made = site.intents() - before;
    assert!((4..=6).contains(&made), "{made} were signed");
}
