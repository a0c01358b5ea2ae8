//! CRLs by hand: what is read, and what is not.

use super::*;
use crate::base::element::push_header;

fn tlv(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    push_header(&mut out, identifier, content.len()).unwrap();
    out.extend_from_slice(content);
    out
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn extension(oid: ObjectIdentifier, critical: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(6, oid.as_bytes()), critical, &tlv(4, value)])
}

/// The complete elements of a CRL; those that are empty are left out.
struct Draft {
    version: Vec<u8>,
    this_update: Vec<u8>,
    next_update: Vec<u8>,
    entries: Vec<Vec<u8>>,
    extensions: Vec<Vec<u8>>,
    signature: Vec<u8>,
}

const CRITICAL: &[u8] = &[1, 1, 0xff];

fn entry(serial: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let date = tlv(0x17, b"260101000000Z");
    let list = if extensions.is_empty() { Vec::new() } else { sequence(extensions) };
    sequence(&[&tlv(2, serial), &date, &list])
}

fn reason(code: u8) -> Vec<u8> {
    extension(rfc5280::ID_CE_CRL_REASONS, &[], &[0x0a, 1, code])
}

fn number(octets: &[u8]) -> Vec<u8> {
    extension(rfc5280::ID_CE_CRL_NUMBER, &[], &tlv(2, octets))
}

impl Draft {
    fn good() -> Self {
        let uri = tlv(0x86, b"http://crl.example.com/a.crl");
        let point = tlv(0xa0, &tlv(0xa0, &uri));
        Self {
            version: vec![2, 1, 1],
            this_update: tlv(0x17, b"260102000000Z"),
            next_update: tlv(0x17, b"260202000000Z"),
            entries: vec![entry(&[7], &[&reason(1)]), entry(&[9], &[])],
            extensions: vec![
                extension(
                    rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER,
                    &[],
                    &sequence(&[&tlv(0x80, &[0xab; 20])]),
                ),
                number(&[0, 200]),
                extension(
                    rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT,
                    CRITICAL,
                    &sequence(&[&point, &[0x81, 1, 0xff]]),
                ),
                extension(rfc5280::ID_CE_FRESHEST_CRL, &[], &sequence(&[&sequence(&[&point])])),
            ],
            signature: tlv(3, &[0, 1, 2, 3]),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let algorithm = sequence(&[&tlv(6, &[0x2b, 0x65, 0x70])]);
        let name: DistinguishedName = "CN=Example Root,O=Example".parse().unwrap();
        let entries =
            if self.entries.is_empty() { Vec::new() } else { tlv(0x30, &self.entries.concat()) };
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            tlv(0xa0, &tlv(0x30, &self.extensions.concat()))
        };
        let tbs = sequence(&[
            &self.version,
            &algorithm,
            name.as_der(),
            &self.this_update,
            &self.next_update,
            &entries,
            &extensions,
        ]);
        sequence(&[&tbs, &algorithm, &self.signature])
    }

    fn error(change: impl FnOnce(&mut Self)) -> CrlError {
        let mut draft = Self::good();
        change(&mut draft);
        Crl::from_der(&draft.encode()).unwrap_err()
    }
}

#[test]
fn every_fact_of_a_crl_is_read() {
    let der = Draft::good().encode();
    let crl = Crl::from_der(&der).unwrap();
    assert_eq!(crl.issuer().to_string(), "CN=Example Root,O=Example");
    assert_eq!(crl.this_update().to_string(), "2026-01-02T00:00:00Z");
    assert_eq!(crl.next_update().unwrap().to_string(), "2026-02-02T00:00:00Z");
    assert_eq!((crl.version(), crl.entry_count()), (2, 2));
    assert_eq!(crl.number().unwrap().as_u64(), Some(200));
    assert_eq!(crl.key_id(), Some(&[0xab; 20][..]));
    assert_eq!(crl.signature(), [1, 2, 3]);
    assert_eq!(crl.freshest(), ["http://crl.example.com/a.crl"]);
    assert!(crl.base().is_none());
    let scope = crl.scope().unwrap();
    assert_eq!(scope.uris, ["http://crl.example.com/a.crl"]);
    assert!(scope.only_user_certificates && !scope.only_ca_certificates && !scope.is_indirect);
    let entries: Vec<_> = crl.entries().collect();
    assert_eq!((entries[0].serial, entries[0].reason), (&[7][..], Some(1)));
    assert_eq!(entries[0].reason_name(), "keyCompromise");
    assert_eq!((entries[1].serial, entries[1].reason), (&[9][..], None));
    assert!(der.ends_with(&[crl.algorithm(), &tlv(3, &[0, 1, 2, 3])].concat()));
}

#[test]
fn version_1_without_next_update_entries_and_extensions_is_read() {
    let mut draft = Draft::good();
    draft.version.clear();
    draft.next_update.clear();
    draft.entries.clear();
    draft.extensions.clear();
    let der = draft.encode();
    let crl = Crl::from_der(&der).unwrap();
    assert_eq!((crl.version(), crl.entry_count(), crl.next_update()), (1, 0, None));
    assert_eq!(crl.entries().next(), None);
    assert!(crl.number().is_none() && crl.key_id().is_none() && crl.scope().is_none());
}

#[test]
fn octets_behind_a_crl_and_ber_are_refused() {
    let der = Draft::good().encode();
    assert!(matches!(
        Crl::from_der(&[&der[..], &[0]].concat()),
        Err(CrlError::Encoding(error)) if matches!(error.kind(), der::ErrorKind::TrailingData { .. })
    ));
    let content = &der[4..];
    let indefinite = [&[0x30, 0x80][..], content, &[0, 0]].concat();
    let long = [&[0x30, 0x83, 0][..], &der[2..]].concat();
    for ber in [indefinite, long] {
        assert!(matches!(Crl::from_der(&ber), Err(CrlError::Encoding(_))));
    }
}

#[test]
fn what_is_wrong_is_named() {
    assert!(matches!(Draft::error(|draft| draft.version = vec![2, 1, 2]), CrlError::Version(_)));
    assert!(matches!(
        Draft::error(|draft| draft.this_update = tlv(0x17, b"2601020000Z")),
        CrlError::Time { field: "thisUpdate", .. }
    ));
    assert!(matches!(
        Draft::error(|draft| draft.next_update = tlv(0x18, b"20260202000000.5Z")),
        CrlError::Time { field: "nextUpdate", .. }
    ));
    assert!(matches!(
        Draft::error(|draft| draft.signature = tlv(3, &[4, 0xf0])),
        CrlError::Encoding(_)
    ));
    let second = |bad: Vec<u8>| Draft::error(|draft| draft.entries[1] = bad);
    for bad in [
        entry(&[], &[]),
        entry(&[0, 7], &[]),
        entry(&[0xff, 0x80], &[]),
        sequence(&[&tlv(2, &[7]), &tlv(0x0c, b"260101000000Z")]),
        entry(&[7], &[&extension(rfc5280::ID_CE_CRL_REASONS, &[], &[0x0a, 2, 0, 1])]),
        entry(&[7], &[&extension(rfc5280::ID_CE_CRL_REASONS, &[1, 1, 0], &[0x0a, 1, 1])]),
        entry(&[7], &[&reason(1), &reason(3)]),
        entry(
            &[7],
            &[&extension(rfc5280::ID_CE_INVALIDITY_DATE, &[], &tlv(0x17, b"260101000000Z"))],
        ),
        sequence(&[&entry(&[7], &[]), &[5, 0]]),
    ] {
        let error = second(bad.clone());
        assert!(matches!(error, CrlError::Entry { number: 2, .. }), "{bad:x?}: {error:?}");
    }
    let twice = Draft::error(|draft| draft.extensions.push(number(&[1])));
    assert_eq!(
        std::error::Error::source(&twice).unwrap().to_string(),
        "the extension 2.5.29.20 is there twice"
    );
    let not_a_number = extension(rfc5280::ID_CE_CRL_NUMBER, &[], &[4, 1, 1]);
    let error = Draft::error(|draft| draft.extensions[1] = not_a_number);
    assert!(matches!(error, CrlError::Extension { .. }));
}

#[test]
fn parts_out_of_their_order_are_refused() {
    let mut draft = Draft::good();
    std::mem::swap(&mut draft.this_update, &mut draft.version);
    assert!(Crl::from_der(&draft.encode()).is_err());
    let twice = Draft::error(|draft| draft.next_update = draft.next_update.repeat(2));
    assert!(matches!(twice, CrlError::Encoding(_)));
}

#[test]
fn numbers_of_any_size_are_compared_and_shown_as_numbers() {
    let octets: [&[u8]; 5] = [&[0x80], &[0], &[0x7f], &[0, 0x80], &[1, 0, 0, 0, 0, 0, 0, 0, 0]];
    let numbers = octets.map(CrlNumber);
    assert!(numbers.is_sorted_by(|a, b| a < b));
    assert_eq!(
        numbers.map(|number| number.to_string()),
        ["-128", "0", "127", "128", "18446744073709551616"]
    );
    assert_eq!(numbers.map(CrlNumber::as_u64), [None, Some(0), Some(127), Some(128), None]);
}

#[test]
fn entries_in_ascending_order_are_by_issuer_and_number_whatever_the_order_in_the_crl() {
    let other = extension(rfc5280::ID_CE_CERTIFICATE_ISSUER, CRITICAL, &[0x30, 0]);
    let mut draft = Draft::good();
    draft.entries = vec![
        entry(&[1, 0], &[]),
        entry(&[9], &[]),
        entry(&[5], &[&other]),
        entry(&[0, 0x80], &[]),
        entry(&[4], &[]),
    ];
    let der = draft.encode();
    let crl = Crl::from_der(&der).unwrap();
    let serials: Vec<_> = crl.ascending().map(|(_, entry)| entry.serial.to_vec()).collect();
    assert_eq!(serials, [&[9][..], &[1, 0], &[4], &[5], &[0, 0x80]]);
    // An entry has the issuer of the one before it.
    let issuers: Vec<_> = crl.entries().map(|entry| entry.issuer.is_some()).collect();
    assert_eq!(issuers, [false, false, true, true, true]);
}

#[test]
fn a_series_is_one_issuer_key_scope_and_kind() {
    let original = Draft::good().encode();
    let original = Crl::from_der(&original).unwrap();
    let same = |change: fn(&mut Draft)| {
        let mut draft = Draft::good();
        change(&mut draft);
        Crl::from_der(&draft.encode()).unwrap().same_series(&original)
    };
    assert!(same(|draft| draft.extensions[1] = number(&[9])));
    assert!(!same(|draft| drop(draft.extensions.remove(0))));
    assert!(!same(|draft| drop(draft.extensions.remove(2))));
    assert!(!same(|draft| {
        let base = extension(rfc5280::ID_CE_DELTA_CRL_INDICATOR, CRITICAL, &[2, 1, 1]);
        draft.extensions.push(base);
    }));
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let der = Draft::good().encode();
    for cut in 0..der.len() {
        assert!(Crl::from_der(&der[..cut]).is_err());
        for bit in [0x01, 0x20, 0x80] {
            let mut flipped = der.clone();
            flipped[cut] ^= bit;
            if let Ok(crl) = Crl::from_der(&flipped) {
                assert_eq!(crl.entries().count() as u64, crl.entry_count());
                assert_eq!(crl.ascending().count() as u64, crl.entry_count());
            }
        }
    }
}
