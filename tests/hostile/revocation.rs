//! CRLs, OCSP requests and responses that are almost good: each bit turned over, each end cut off, and
//! thousands of changes at random.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use der::Tag;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::crl::Crl;
use keystead::base::crypto::verify_signature;
use keystead::base::element::Element;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::responder_cert::ResponderCert;
use keystead::ocsp::{Request, Response};
use keystead::revocation::reader::verify;

use crate::crl_desk::{Ca, DAY, NEW_YEAR, entry};
use crate::fuzz;
use crate::mutations::change_bytes;
use crate::random::Random;
use crate::tree::Node;

/// Changes at random for each target.
const COUNT: usize = 20_000;

/// Good ones by the name of their fuzz target, and the issuer of them all.
fn good() -> (BTreeMap<&'static str, Vec<Vec<u8>>>, Arc<IssuerCert>) {
    let (mut all, mut issuer) = (BTreeMap::<_, Vec<Vec<u8>>>::new(), None);
    for (target, _, seed) in fuzz::seeds(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let good = match target {
            "crl" => Crl::from_der(&seed).is_ok(),
            "ocsp_request" => Request::from_der(&seed).is_ok(),
            "ocsp_response" => Response::from_der(&seed).is_ok(),
            "issuer" => {
                issuer = Some(Arc::new(IssuerCert::from_der(&seed).unwrap()));
                false
            }
            _ => false,
        };
        if good {
            all.entry(target).or_default().push(seed);
        }
    }
    assert_eq!(all.len(), 3);
    assert!(all.values().all(|seeds| seeds.len() >= 5));
    (all, issuer.unwrap())
}

/// With each bit of `range` turned over, one at a time.
fn turned(der: &[u8], range: std::ops::Range<usize>) -> impl Iterator<Item = Vec<u8>> {
    range.flat_map(|at| (0..8).map(move |bit| (at, bit))).map(|(at, bit)| {
        let mut der = der.to_vec();
        der[at] ^= 1 << bit;
        der
    })
}

#[track_caller]
fn no_turned_bit_verifies(der: &[u8], issuer: &IssuerCert) {
    let is_good = |der: &[u8]| Crl::from_der(der).is_ok_and(|crl| verify(&crl, issuer).is_empty());
    assert!(is_good(der));
    for wrong in turned(der, 0..der.len()) {
        assert!(!is_good(&wrong), "{}", hex::encode(wrong));
    }
    for end in 0..der.len() {
        assert!(Crl::from_der(&der[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_crl_with_one_bit_turned_or_its_end_cut_off_is_none_of_the_issuers() {
    let (good, issuer) = good();
    for der in &good["crl"] {
        no_turned_bit_verifies(der, &issuer);
    }
    let ca = Ca::new("Example Root");
    let mut crl = ca.crl();
    crl.entries.push(entry(&[11], NEW_YEAR - DAY, 6));
    no_turned_bit_verifies(&crl.finish(), &ca.certificate);
}

#[test]
fn a_request_with_one_bit_turned_or_its_end_cut_off_is_refused_or_another() {
    for der in &good().0["ocsp_request"] {
        let asked = Request::from_der(der).unwrap();
        for wrong in turned(der, 0..der.len()) {
            let same = Request::from_der(&wrong).is_ok_and(|read| read == asked);
            assert!(!same, "{}", hex::encode(wrong));
        }
        for end in 0..der.len() {
            assert!(Request::from_der(&der[..end]).is_err(), "{end}");
        }
    }
}

/// ResponseData and signature of a response.
fn signed(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = |der| Element::only(der, Tag::Sequence)?.children();
    let mut outer = inside(der).ok()?;
    Element::next(&mut outer).ok()?;
    let mut bytes = inside(Element::next(&mut outer).ok()?.content).ok()?;
    Element::next(&mut bytes).ok()?;
    let mut basic = inside(Element::next(&mut bytes).ok()?.content).ok()?;
    let data = Element::next(&mut basic).ok()?.raw;
    Element::next(&mut basic).ok()?;
    Some((data, Element::next(&mut basic).ok()?.whole_octets().ok()?))
}

#[test]
fn a_response_with_one_bit_turned_in_what_is_signed_does_not_verify_and_says_something_else() {
    let (good, issuer) = good();
    for der in &good["ocsp_response"] {
        let said = Response::from_der(der).unwrap();
        let responder = ResponderCert::from_der(&said.certificates[0], &issuer).unwrap();
        let is_signed = |der: &[u8]| {
            signed(der).is_some_and(|(data, signature)| {
                let algorithm = SignatureAlgorithm::Ed25519;
                verify_signature(responder.spki(), algorithm, data, signature).is_ok()
            })
        };
        assert!(is_signed(der));
        let place = |part: &[u8]| der.windows(part.len()).position(|window| window == part);
        let data = signed(der).unwrap().0;
        let start = place(data).unwrap();
        let answers = place(said.answers[0].id.as_der()).unwrap();
        for wrong in turned(der, start..start + data.len()) {
            assert!(!is_signed(&wrong), "{}", hex::encode(wrong));
        }
        for wrong in turned(der, answers..start + data.len()) {
            let same = Response::from_der(&wrong).is_ok_and(|read| read == said);
            assert!(!same, "{}", hex::encode(wrong));
        }
        for end in 0..der.len() {
            assert!(Response::from_der(&der[..end]).is_err(), "{end}");
        }
    }
}

/// Octets, or elements with lengths that fit, of one are changed, some for those of another.
fn mutant(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let (seed, other) = (random.pick(seeds), random.pick(seeds));
    let rounds = 1 + random.below(3);
    if random.one_in(2) {
        let mut bytes = seed.clone();
        (0..rounds).for_each(|_| change_bytes(&mut bytes, other, random));
        return bytes;
    }
    let mut tree = Node::read_only(seed).unwrap();
    let splice = Node::read_only(other).unwrap();
    (0..rounds).for_each(|_| tree.change(&splice, random));
    tree.encode()
}

/// Its name, what must hold, and whether an input is accepted.
type Target = (&'static str, fn(&[u8]), fn(&[u8]) -> bool);

#[test]
fn no_mutation_of_a_crl_a_request_or_a_response_breaks_an_invariant() {
    let seed = match std::env::var("KEYSTEAD_SEED") {
        Ok(text) => text.parse().unwrap(),
        Err(_) => 0x6b65_7973_7465_6164,
    };
    let targets: [Target; 3] = [
        ("crl", fuzz::crl, |der| Crl::from_der(der).is_ok()),
        ("ocsp_request", fuzz::ocsp_request, |der| Request::from_der(der).is_ok()),
        ("ocsp_response", fuzz::ocsp_response, |der| Response::from_der(der).is_ok()),
    ];
    let good = good().0;
    for (name, run, reads) in targets {
        let (mut random, mut accepted) = (Random(seed), 0);
        for number in 0..COUNT {
            let der = mutant(&good[name], &mut random);
            let kept = std::panic::catch_unwind(|| {
                run(&der);
                reads(&der)
            });
            match kept {
                Ok(read) => accepted += usize::from(read),
                Err(_) => panic!("{name}, seed {seed:#x}, mutation {number}: {}", hex::encode(der)),
            }
        }
        println!("{name}: {COUNT} mutations (KEYSTEAD_SEED={seed}), {accepted} accepted");
        // Neither refuses everything nor lets everything through.
        assert!(accepted > COUNT / 100 && accepted < COUNT / 2, "{name}: {accepted}");
    }
}
