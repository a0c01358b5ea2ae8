//! A hundred thousand requests that are almost good: real ones and those of the corpus, changed at
//! random, and half of them signed anew so that the signature does not end the matter.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use keystead::base::pem;

use crate::fuzz;
use crate::random::Random;
use crate::tree::Node;
use crate::vector::{Draft, ed25519};
use crate::verdicts::cases;

/// Mutations, on two threads.
const COUNT: usize = 100_000;

/// Longer requests of the corpus are about their length alone.
const LONGEST: usize = 2_048;

/// A whole request, and the parts that are signed anew under a known key.
struct Seed {
    whole: Vec<u8>,
    subject: Node,
    attributes: Node,
}

impl Seed {
    fn read(whole: Vec<u8>) -> Option<Self> {
        let Some(Node::Inner(_, parts)) = Node::read_only(&whole) else { return None };
        let Some(Node::Inner(_, info)) = parts.into_iter().next() else { return None };
        let [_version, subject, _spki, attributes] = <[Node; 4]>::try_from(info).ok()?;
        Some(Self { whole, subject, attributes })
    }
}

fn seeds() -> Vec<Seed> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut requests: Vec<Vec<u8>> = ["kubeadm", "tools"]
        .iter()
        .flat_map(|folder| files(&data.join(folder)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "csr"))
        .map(|path| std::fs::read(path).unwrap())
        .map(|text| pem::der_or_pem(pem::CERTIFICATE_REQUEST, &text).unwrap())
        .collect();
    assert!(requests.len() >= 15, "{}", requests.len());
    requests.push(by_rcgen());
    // Real requests weigh as much as the many odd ones.
    let real = requests.clone();
    for _ in 0..10 {
        requests.extend(real.iter().cloned());
    }
    requests.extend(cases().into_iter().map(|case| case.der).filter(|der| der.len() <= LONGEST));
    requests.into_iter().filter_map(Seed::read).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.sort();
    found
}

fn by_rcgen() -> Vec<u8> {
    let key = ed25519(9).to_pkcs8v1().unwrap();
    let key = rcgen::KeyPair::try_from(key.as_ref()).unwrap();
    let names = vec!["a.example.com".to_owned(), "192.0.2.1".to_owned()];
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Example");
    params.serialize_request(&key).unwrap().der().to_vec()
}

/// One mutation, and whether it was signed anew.
fn mutant(seeds: &[Seed], random: &mut Random) -> (Vec<u8>, bool) {
    let (seed, other) = (random.pick(seeds), random.pick(seeds));
    let rounds = 1 + random.below(3);
    if random.one_in(4) {
        let mut bytes = seed.whole.clone();
        (0..rounds).for_each(|_| change_bytes(&mut bytes, &other.whole, random));
        return (bytes, false);
    }
    if random.one_in(3) {
        let mut tree = Node::read_only(&seed.whole).unwrap();
        let splice = Node::read_only(&other.whole).unwrap();
        (0..rounds).for_each(|_| tree.change(&splice, random));
        return (tree.encode(), false);
    }
    let mut draft = Draft::good();
    let (mut subject, mut attributes) = (seed.subject.clone(), seed.attributes.clone());
    if random.one_in(8) {
        attributes = other.attributes.clone();
    }
    for _ in 0..rounds {
        match random.below(3) {
            0 => subject.change(&other.subject, random),
            _ => attributes.change(&other.attributes, random),
        }
    }
    draft.subject = subject.encode();
    draft.attributes = attributes.encode();
    if random.one_in(8) {
        let part = if random.one_in(2) { &mut draft.subject } else { &mut draft.attributes };
        change_bytes(part, &other.whole, random);
    }
    (draft.finish(), true)
}

/// One change of some octets; never to nothing.
pub(crate) fn change_bytes(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len());
    match random.below(7) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.octet(),
        2 => bytes.insert(at, random.octet()),
        3 => drop(bytes.remove(at)),
        4 => {
            let end = (at + random.below(16)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        5 => bytes.truncate(at.max(1)),
        _ => {
            let from = random.below(other.len());
            let length = random.below(64).min(other.len() - from).min(bytes.len() - at);
            bytes[at..at + length].copy_from_slice(&other[from..from + length]);
        }
    }
    if bytes.is_empty() {
        bytes.push(0);
    }
}

/// Half a share of [`COUNT`] by one thread; the first mutation that breaks an invariant fails it.
fn run(seed: u64, count: usize, seeds: &[Seed], accepted: &AtomicUsize) -> usize {
    let mut random = Random(seed);
    let mut signed_anew = 0;
    for number in 0..count {
        let (der, signed) = mutant(seeds, &mut random);
        signed_anew += usize::from(signed);
        let kept = std::panic::catch_unwind(|| {
            fuzz::request(&der);
            keystead::request::verify(&der).is_ok()
        });
        match kept {
            Ok(true) => drop(accepted.fetch_add(1, Ordering::Relaxed)),
            Ok(false) => {}
            Err(_) => panic!("seed {seed:#x}, mutation {number}: {}", hex::encode(der)),
        }
    }
    signed_anew
}

#[test]
fn no_mutation_of_a_request_breaks_an_invariant() {
    let seed = match std::env::var("KEYSTEAD_SEED") {
        Ok(text) => text.parse().unwrap(),
        Err(_) => 0x6b65_7973_7465_6164,
    };
    let seeds = seeds();
    let accepted = AtomicUsize::new(0);
    let signed_anew: usize = std::thread::scope(|scope| {
        let (seeds, accepted) = (&seeds, &accepted);
        let threads: Vec<_> = (0..2)
            .map(|thread| scope.spawn(move || run(seed + thread, COUNT / 2, seeds, accepted)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let accepted = accepted.into_inner();
    println!("{COUNT} mutations (KEYSTEAD_SEED={seed}) of {} requests", seeds.len());
    println!("{signed_anew} of them signed anew; {accepted} accepted");
    // Neither refuses everything nor lets everything through.
    assert!(signed_anew > COUNT / 3 && accepted > COUNT / 100 && accepted < COUNT / 2);
}
