//! One certificate at a time.

use std::sync::Arc;

use keystead::base::issuer_cert::IssuerCert;
use keystead::base::serial::{InstanceByte, SerialNumber, SerialSource};
use keystead::inventory::{Filter, State, StoreError};
use keystead::issuance::{self, IssueError, Issuer};

use crate::support::{Site, SoftKey, at_desk, at_desk_with, csr, order, profile, subjects};

#[test]
fn what_is_returned_is_what_the_inventory_assembles() {
    let mut site = Site::new();
    let order = order(csr("www.example.com"));
    let issued = at_desk(&mut site.inventory, |desk| issuance::issue(&site.issuer, order, desk));
    let issued = issued.unwrap();
    let stored = site.inventory.der(issued.signed().intent()).unwrap().unwrap();
    assert_eq!(stored, issued.as_der().to_vec());
    assert_eq!(subjects(&site.inventory, &Filter::default()).last().unwrap(), "CN=www.example.com");
    assert!(site.inventory.maybe_signed().unwrap().is_empty());
    site.assert_sound();
    site.assert_every_signature_is_recorded();
}

#[test]
fn a_refused_request_signs_nothing_and_is_recorded_with_its_reason() {
    let mut site = Site::new();
    let before = site.key.signatures();
    let mut bad = csr("www.example.com");
    bad.push(0);
    let error = at_desk(&mut site.inventory, |desk| {
        issuance::issue(&site.issuer, order(bad), desk).unwrap_err()
    });
    assert!(error.is_refusal(), "{error:?}");
    assert_eq!(site.key.signatures(), before);
    assert_eq!(site.inventory.verify_audit(None).unwrap().refused, 1);
    site.assert_sound();
}

#[test]
fn a_serial_that_comes_twice_is_not_signed_a_second_time() {
    struct Stuck;
    impl SerialSource for Stuck {
        fn next_serial(&self) -> Result<SerialNumber, getrandom::Error> {
            Ok(SerialNumber::new(InstanceByte::try_from(5).unwrap(), [7; 16]))
        }
    }
    let mut site = Site::new();
    let issue = |site: &mut Site| {
        let order = order(csr("www.example.com"));
        at_desk_with(&mut site.inventory, &Stuck, |desk| issuance::issue(&site.issuer, order, desk))
    };
    issue(&mut site).unwrap();
    let before = site.key.signatures();
    let error = issue(&mut site).unwrap_err();
    assert!(matches!(error, IssueError::Store(StoreError::DuplicateSerial { .. })), "{error:?}");
    assert_eq!(site.key.signatures(), before);
    site.assert_sound();
}

#[test]
fn a_failing_token_leaves_maybe_signed_with_its_reason_and_the_next_order_takes_a_new_serial() {
    let mut site = Site::new();
    site.key.fail_at(0);
    let error = at_desk(&mut site.inventory, |desk| {
        issuance::issue(&site.issuer, order(csr("a.example.com")), desk).unwrap_err()
    });
    assert!(matches!(error, IssueError::Sign(_)), "{error:?}");
    let waiting = site.inventory.maybe_signed().unwrap();
    assert_eq!(waiting.len(), 1);
    site.key.fail_at(usize::MAX / 2);
    let issued = at_desk(&mut site.inventory, |desk| {
        issuance::issue(&site.issuer, order(csr("a.example.com")), desk).unwrap()
    });
    assert_ne!(issued.signed().linted().tbs().serial(), waiting[0].serial);
    assert_eq!(site.inventory.maybe_signed().unwrap().len(), 1);
    site.assert_sound();
}

#[test]
fn a_wrong_signature_is_not_released() {
    let mut site = Site::new();
    site.key.lie_at(0);
    let error = at_desk(&mut site.inventory, |desk| {
        issuance::issue(&site.issuer, order(csr("a.example.com")), desk).unwrap_err()
    });
    assert!(matches!(error, IssueError::Verify(_)), "{error:?}");
    let state = Some(State::MaybeSigned);
    let filter = Filter { state, ..Filter::default() };
    assert_eq!(subjects(&site.inventory, &filter), ["CN=a.example.com"]);
    site.assert_sound();
}

#[test]
fn an_issuer_with_another_key_than_its_certificate_is_refused() {
    let site = Site::new();
    let other = SoftKey::new(1);
    let issuer = Issuer::new("web".to_owned(), site.issuer.certificate().clone(), other);
    assert!(matches!(issuer.err(), Some(IssueError::IssuerKey { .. })));
}

#[test]
fn a_subordinate_is_requested_here_signed_there_and_issues() {
    let mut site = Site::new();
    let key = SoftKey::new(1);
    let request = at_desk(&mut site.inventory, |desk| {
        let subject = "CN=Example Intermediate".parse().unwrap();
        let profile = profile("intermediate-ca");
        issuance::create_request("sub", &profile, subject, &*key, desk).unwrap()
    });
    let mut order = order(request.as_der().to_vec());
    order.profile = profile("intermediate-ca");
    let certificate =
        at_desk(&mut site.inventory, |desk| issuance::issue(&site.issuer, order, desk).unwrap());
    let certificate = Arc::new(IssuerCert::from_der(certificate.as_der()).unwrap());
    let issuer = Issuer::new("sub".to_owned(), certificate, key).unwrap();
    at_desk(&mut site.inventory, |desk| {
        issuance::issue(&issuer, crate::support::order(csr("leaf.example.com")), desk).unwrap()
    });
    let filter = Filter { issuer: Some("sub".to_owned()), ..Filter::default() };
    assert_eq!(
        subjects(&site.inventory, &filter),
        ["CN=Example Intermediate", "CN=leaf.example.com"]
    );
    site.assert_sound();
}
