//! CRLs as anybody hands them over.

use std::sync::Arc;

use der::Tag;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::Timestamp;
use keystead::base::crl::{Crl, CrlEntry};
use keystead::base::crypto::verify_signature;
use keystead::base::element::Element;
use keystead::base::revocation::{Reason, RevokedEntry};
use keystead::revocation::compare::{Change, changes};
use keystead::revocation::reader::{CrlFault, future_faults, verify};
use keystead::tbs::{CrlPlan, IssuingPoint, Tbs, assemble};
use x509_parser::prelude::FromDer as _;

use super::pipeline::{ISSUER, key, now};
use super::request::{element, first_element, sign_any};
use super::shown::{assert_clear, assert_clear_error};

/// The input as a CRL, and as what stands behind nextUpdate in one that the issuer of the tests signed.
pub fn crl(data: &[u8]) {
    any(data);
    let times = element(0x17, b"260601000000Z").repeat(2);
    let algorithm = SignatureAlgorithm::Ed25519.algorithm_identifier();
    let tbs = [&[2, 1, 1], algorithm, ISSUER.subject().as_der(), &times, data].concat();
    let signed = sign_any(&key(1), &tbs);
    any(&signed);
    if let Ok(crl) = Crl::from_der(&signed) {
        let about_key = |fault: &CrlFault| matches!(fault, CrlFault::KeyId { .. });
        assert!(verify(&crl, &ISSUER).iter().all(about_key));
    }
}

/// Whatever is read lies in the input, is read the same by others, and differs in nothing from itself.
fn any(data: &[u8]) {
    let crl = match Crl::from_der(data) {
        Ok(crl) => crl,
        Err(error) => return assert_clear_error(&error),
    };
    let again = Crl::from_der(data).expect("the same verdict twice");
    assert_eq!(format!("{crl:?}"), format!("{again:?}"));
    is_all_of(&crl, data);
    entries(&crl, data);
    agrees(&crl, data);
    assert_clear(&crl.issuer().to_string());
    assert!(crl.same_series(&again));
    let repeated = ascending(&crl).windows(2).any(|pair| pair[0].key() == pair[1].key());
    let between: Vec<Change<'_>> = changes(&crl, &again).collect();
    assert!(between.is_empty() || repeated, "{between:?}");
    verdict(&crl);
}

/// The outline, put together again, is the input.
fn is_all_of(crl: &Crl<'_>, data: &[u8]) {
    let signature = [&[0], crl.signature()].concat();
    let parts = [crl.tbs(), crl.algorithm(), &element(3, &signature)].concat();
    assert_eq!(element(0x30, &parts), data);
    assert_eq!(crl.as_der(), data);
    for part in [crl.tbs(), crl.algorithm(), crl.signed_algorithm(), crl.signature()] {
        assert!(within(part, data));
    }
}

/// Whether `part` is a piece of `whole`, not a copy.
fn within(part: &[u8], whole: &[u8]) -> bool {
    let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}

fn ascending<'a>(crl: &Crl<'a>) -> Vec<CrlEntry<'a>> {
    crl.ascending().map(|(_, entry)| entry).collect()
}

fn entries(crl: &Crl<'_>, data: &[u8]) {
    let all: Vec<CrlEntry<'_>> = crl.entries().collect();
    assert_eq!(u64::try_from(all.len()).expect("few"), crl.entry_count());
    for entry in &all {
        assert!(!entry.serial.is_empty() && within(entry.serial, crl.tbs()));
        assert!(entry.issuer.is_none_or(|issuer| within(issuer, data)));
        assert!(!entry.reason_name().is_empty());
    }
    let mut sorted = all;
    sorted.sort_by_key(CrlEntry::key);
    let ascending = ascending(crl);
    assert!(ascending.is_sorted_by_key(CrlEntry::key));
    let keys = |entries: &[CrlEntry<'_>]| {
        format!("{:?}", entries.iter().map(CrlEntry::key).collect::<Vec<_>>())
    };
    assert_eq!(keys(&sorted), keys(&ascending));
}

/// Where another parser reads it too, it sees the same.
fn agrees(crl: &Crl<'_>, data: &[u8]) {
    let read = x509_parser::revocation_list::CertificateRevocationList::from_der(data);
    let Ok((rest, other)) = read else { return };
    assert!(rest.is_empty());
    let list = &other.tbs_cert_list;
    assert_eq!(list.as_ref(), crl.tbs());
    assert_eq!(list.version.map_or(1, |version| version.0 + 1), u32::from(crl.version()));
    // x509-parser ends a name at an RDN without attributes, which is for lint to refuse.
    if !crl.issuer().as_name().iter_rdn().any(|rdn| rdn.as_ref().is_empty()) {
        assert_eq!(list.issuer.as_raw(), crl.issuer().as_der());
    }
    assert_eq!(&*other.signature_value.data, crl.signature());
    let seconds = |at: Timestamp| i64::try_from(at.as_unix()).expect("a year of four digits");
    assert_eq!(list.this_update.timestamp(), seconds(crl.this_update()));
    assert_eq!(list.next_update.map(|at| at.timestamp()), crl.next_update().map(seconds));
    assert_eq!(list.revoked_certificates.len(), crl.entries().count());
    for (theirs, ours) in list.revoked_certificates.iter().zip(crl.entries()) {
        assert_eq!(theirs.raw_serial(), ours.serial);
        assert_eq!(theirs.revocation_date.timestamp(), seconds(ours.date));
        if let Some((_, code)) = theirs.reason_code() {
            assert_eq!(Some(code.0), ours.reason);
        }
    }
}

/// No CRL is the issuer's that the issuer's key does not verify, and each fault can be shown.
fn verdict(crl: &Crl<'_>) {
    let faults = verify(crl, &ISSUER);
    for fault in faults.iter().chain(&future_faults(crl, now())) {
        assert!(fault.code().starts_with("crl.") && fault.clause().starts_with("RFC 5280"));
        assert_clear(&fault.to_string());
    }
    if faults.is_empty() {
        assert_eq!(crl.issuer().as_der(), ISSUER.subject().as_der());
        assert_eq!(crl.key_id(), Some(ISSUER.key_id()));
        assert_eq!(crl.algorithm(), crl.signed_algorithm());
        let algorithm = SignatureAlgorithm::Ed25519;
        verify_signature(ISSUER.spki(), algorithm, crl.tbs(), crl.signature())
            .expect("a CRL without fault is signed");
    }
}

/// CRLs of our own making: empty, with entries of each kind, of a scope, a delta.
pub(crate) fn crls() -> Vec<Vec<u8>> {
    let scoped = |plan: &mut CrlPlan| {
        let uri = Some("http://crl.example.com/a.crl".to_owned());
        plan.point = Some(IssuingPoint { uri, only_user_certificates: true, ..Default::default() });
        plan.freshest = Some("http://crl.example.com/a-delta.crl".to_owned());
    };
    let delta = |plan: &mut CrlPlan| {
        plan.base = Some(7);
        push(plan, 3, Reason::RemoveFromCrl, None);
    };
    let full = |plan: &mut CrlPlan| {
        for (serial, reason) in (1..).zip([
            Reason::Unspecified,
            Reason::KeyCompromise,
            Reason::CertificateHold,
            Reason::Superseded,
        ]) {
            push(plan, serial, reason, (serial % 2 == 0).then(now));
        }
    };
    let both = |plan: &mut CrlPlan| {
        scoped(plan);
        full(plan);
    };
    vec![made(|_| ()), made(scoped), made(delta), made(full), made(both)]
}

/// What `crl` signs anew: entries and extensions of a CRL.
pub(crate) fn behind_times(der: &[u8]) -> Vec<u8> {
    let crl = Crl::from_der(der).expect("a good CRL");
    let mut rest = Element::only(crl.tbs(), Tag::Sequence).expect("a sequence").content;
    // Version, algorithm, name and two times.
    for _ in 0..5 {
        rest = &rest[first_element(rest).expect("an element")..];
    }
    rest.to_vec()
}

fn push(plan: &mut CrlPlan, serial: u8, reason: Reason, invalidity: Option<Timestamp>) {
    let serial = [&[serial][..], &[0x5a; 15]].concat();
    let entry = RevokedEntry { serial, date: now(), reason, invalidity };
    plan.entries.push(&entry).expect("a good entry");
}

fn made(fill: impl FnOnce(&mut CrlPlan)) -> Vec<u8> {
    let algorithm = SignatureAlgorithm::Ed25519;
    let times = (now(), now().plus(604_800));
    let mut plan = CrlPlan::new(Arc::clone(&ISSUER), algorithm, 8, times);
    fill(&mut plan);
    let tbs = Tbs::encode_crl(plan).expect("a good CRL");
    let signature = key(1).sign(tbs.as_der());
    let der = assemble(tbs.as_der(), algorithm.algorithm_identifier(), signature.as_ref());
    der.expect("a good CRL")
}
