//! What fuzzing looks for, asked of every seed: the functions of `fuzz/src` with the stable compiler.

use std::collections::BTreeMap;
use std::path::Path;

use crate::fuzz;

type Target = fn(&[u8]);

/// Every fuzz target by name.
const TARGETS: &[(&str, Target)] = &[
    ("request", fuzz::request),
    ("signed_request", fuzz::signed_request),
    ("spki", fuzz::spki),
    ("names", fuzz::names),
    ("profile", fuzz::profile),
    ("cluster", fuzz::cluster),
    ("uri", fuzz::uri),
    ("audit", fuzz::audit),
    ("issuer", fuzz::issuer),
    ("lint", fuzz::lint),
    ("inspect", fuzz::inspect),
    ("crl", fuzz::crl),
    ("ocsp_request", fuzz::ocsp_request),
    ("ocsp_path", fuzz::ocsp_path),
    ("ocsp_response", fuzz::ocsp_response),
];

/// Inputs by target: made from the test data, and those in `fuzz/seeds`, which found something once.
fn seeds() -> Vec<(String, String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for (target, number, seed) in fuzz::seeds(root) {
        all.push((target.to_owned(), format!("seed-{number:04}"), seed));
    }
    for folder in std::fs::read_dir(root.join("fuzz/seeds")).unwrap().flatten() {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let name = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
            all.push((name(&folder), name(&file), std::fs::read(file.path()).unwrap()));
        }
    }
    all
}

#[test]
fn every_seed_of_a_fuzz_target_keeps_its_invariants() {
    let seeds = seeds();
    if std::env::var_os("KEYSTEAD_WRITE_SEEDS").is_some() {
        write(&seeds);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (target, name, seed) in &seeds {
        let (target, run) = TARGETS
            .iter()
            .find(|(known, _)| known == target)
            .unwrap_or_else(|| panic!("no target {target}"));
        let kept = std::panic::catch_unwind(|| run(seed));
        assert!(kept.is_ok(), "{target}: {name}: {}", hex::encode(seed));
        *counts.entry(target).or_default() += 1;
    }
    println!("{counts:?}");
    for (target, _) in TARGETS {
        assert!(counts.contains_key(target), "{target} has no seed");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a corpus that grows, outside the repository's files"
)]
fn write(seeds: &[(String, String, Vec<u8>)]) {
    for (target, name, seed) in seeds {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), seed).unwrap();
    }
}

#[test]
fn every_fuzz_target_is_listed_here() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    let names: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"targets/")?.strip_suffix(".rs\""))
        .collect();
    assert_eq!(names, TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
