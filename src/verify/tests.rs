//! Tests of step 7: no wrong signature is released, whatever the device returns.

use std::sync::Arc;

use der::Decode as _;
use x509_cert::Certificate;

use super::*;
use crate::audit::Actor;
use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::clock::FixedClock;
use crate::base::spki::Spki;
use crate::inventory::Inventory;
use crate::lint::testing::{now, serial};
use crate::lint::{Linted, Registry};
use crate::profile::Profile;
use crate::sign::soft::SoftSigner;
use crate::sign::{Signer, SignerError, sign};
use crate::tbs::Tbs;

type Fault<'a> = &'a (dyn Fn(Vec<u8>) -> Vec<u8> + Sync);

/// A device that returns something else than the signature it made.
struct Faulty<'a> {
    inner: &'a SoftSigner,
    fault: Fault<'a>,
}

impl Signer for Faulty<'_> {
    fn spki(&self) -> &Spki {
        self.inner.spki()
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        self.inner.algorithm()
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        self.inner.sign(message).map(self.fault)
    }
}

fn root_of(signer: &SoftSigner) -> Linted {
    let text = Profile::find_shipped("root-ca").unwrap();
    let profile = Arc::new(Profile::from_toml(text).unwrap());
    let subject = "CN=Example Root,DC=example,DC=com".parse().unwrap();
    let key = signer.spki().clone();
    let plan = profile.plan_root(subject, key, signer.algorithm(), None, now()).unwrap();
    Registry::all().check(Tbs::encode(plan, serial()).unwrap()).unwrap()
}

/// Steps 5 to 7 with a device that does this to its signatures.
#[expect(clippy::unwrap_in_result, reason = "only the verdict of step 7 is looked at")]
fn checked(signer: &SoftSigner, fault: Fault<'_>) -> Result<Issued, VerifyError> {
    let home = tempfile::tempdir().unwrap();
    let actor = Actor { user: "test".into(), host: "test".into(), program: "test".into() };
    let clock = Box::new(FixedClock(now()));
    let mut inventory = Inventory::open_with_clock(home.path(), actor, clock).unwrap();
    let linted = root_of(signer);
    let mut receipts =
        inventory.record_intents("root", std::slice::from_ref(&linted), now()).unwrap();
    let device = Faulty { inner: signer, fault };
    check(sign(&device, linted, receipts.remove(0)).unwrap())
}

#[test]
fn a_good_signature_of_every_kind_of_key_is_released_with_the_linted_bytes_inside() {
    for kind in KeyAlgorithm::ALL {
        if matches!(kind, KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096) {
            continue; // as RSA-2048, but minutes to generate in a debug build
        }
        let signer = SoftSigner::generate(kind);
        let issued = checked(&signer, &|signature| signature).unwrap();
        let certificate = Certificate::from_der(issued.as_der()).unwrap();
        let linted = issued.signed().linted().tbs().as_der();
        assert!(issued.as_der().windows(linted.len()).any(|window| window == &linted[..]));
        assert_eq!(certificate.signature_algorithm().oid, signer.algorithm().oid());
        assert_eq!(certificate.signature().raw_bytes(), issued.signed().signature());
        assert_eq!(issued.sha256(), sha256(issued.as_der()));
    }
}

#[test]
fn no_wrong_signature_is_released() {
    let other = SoftSigner::generate(KeyAlgorithm::EcP256);
    for kind in [KeyAlgorithm::EcP256, KeyAlgorithm::EcP384, KeyAlgorithm::Rsa2048] {
        let signer = SoftSigner::generate(kind);
        let foreign_message = signer.sign(b"something else").unwrap();
        let foreign_key = other.sign(root_of(&signer).tbs().as_der()).unwrap();
        let faults: [(&str, Fault<'_>); 13] = [
            ("empty", &|_| Vec::new()),
            ("one zero", &|_| vec![0]),
            ("all zero", &|signature| vec![0; signature.len()]),
            ("all ones", &|signature| vec![0xff; signature.len()]),
            ("first bit", &|mut signature| {
                signature[0] ^= 0x80;
                signature
            }),
            ("last bit", &|mut signature| {
                let last = signature.len() - 1;
                signature[last] ^= 1;
                signature
            }),
            ("cut short", &|mut signature| {
                signature.pop();
                signature
            }),
            ("first octet lost", &|signature| signature[1..].to_vec()),
            ("one octet more", &|mut signature| {
                signature.push(0);
                signature
            }),
            ("twice", &|signature| signature.repeat(2)),
            ("reversed", &|signature| signature.into_iter().rev().collect()),
            ("of another message", &|_| foreign_message.clone()),
            ("of another key", &|_| foreign_key.clone()),
        ];
        for (name, fault) in faults {
            let verdict = checked(&signer, fault);
            assert!(matches!(verdict, Err(VerifyError::Signature(_))), "{kind}, {name}");
        }
    }
}

/// ECDSA signatures as the token makes them, r and s without the DER around them.
#[test]
fn a_raw_ecdsa_signature_is_not_released() {
    let signer = SoftSigner::generate(KeyAlgorithm::EcP256);
    let verdict = checked(&signer, &|signature| {
        let mut parts = Element::only(&signature, Tag::Sequence).unwrap().children().unwrap();
        let mut raw = Vec::new();
        for _ in 0..2 {
            let number = Element::next(&mut parts).unwrap().content;
            let start = number.len().saturating_sub(32);
            raw.extend(std::iter::repeat_n(0, 32_usize.saturating_sub(number.len())));
            raw.extend_from_slice(&number[start..]);
        }
        raw
    });
    assert!(matches!(verdict, Err(VerifyError::Signature(_))));
}

#[test]
fn finished_bytes_that_differ_from_the_linted_ones_are_found() {
    let signer = SoftSigner::generate(KeyAlgorithm::EcP256);
    let linted = root_of(&signer);
    let tbs = linted.tbs().as_der();
    let identifier = signer.algorithm().algorithm_identifier();
    let good = assemble(tbs, identifier, &[7; 64]).unwrap();
    check_finished(&good, tbs, &[7; 64], &ContentKind::Certificate(now())).unwrap();
    let changed = |der: &[u8]| {
        check_finished(der, tbs, &[7; 64], &ContentKind::Certificate(now())).unwrap_err()
    };

    let other_signature = assemble(tbs, identifier, &[8; 64]).unwrap();
    assert!(matches!(changed(&other_signature), VerifyError::Changed));
    let mut other_tbs = tbs.to_vec();
    let last = other_tbs.len() - 1;
    other_tbs[last] ^= 1;
    assert!(matches!(
        changed(&assemble(&other_tbs, identifier, &[7; 64]).unwrap()),
        VerifyError::Changed
    ));
    let other_algorithm = SignatureAlgorithm::EcdsaSha384.algorithm_identifier();
    assert!(matches!(
        changed(&assemble(tbs, other_algorithm, &[7; 64]).unwrap()),
        VerifyError::Algorithm { .. }
    ));
    let trailing = [&good[..], &[0]].concat();
    assert!(matches!(changed(&trailing), VerifyError::Finished(_)));
}
