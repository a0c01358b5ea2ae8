//! Profiles proven by themselves: the shipped ones all pass, a profile that does not do what it says
//! fails and names what is wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use keystead::base::clock::Timestamp;
use keystead::profile::Profile;
use keystead::trial::{Proof, Prover};

/// 2026-06-01T00:00:00Z.
fn now() -> Timestamp {
    Timestamp::from_unix(1_780_272_000)
}

fn prove(text: &str) -> Proof {
    let profile = Arc::new(Profile::from_toml(text).unwrap());
    Prover::new(now()).unwrap().prove(&profile).unwrap()
}

fn failures(proof: &Proof) -> Vec<String> {
    let failed = proof.cases.iter().filter(|case| !case.passed());
    failed
        .map(|case| {
            let reason = case.reason.as_deref().unwrap_or_default();
            format!("{}: {} instead of {} ({reason})", case.what, case.found, case.expected)
        })
        .collect()
}

#[test]
fn every_shipped_profile_passes_its_own_trial() {
    let mut prover = Prover::new(now()).unwrap();
    for (name, text) in Profile::shipped() {
        let profile = Arc::new(Profile::from_toml(text).unwrap());
        let proof = prover.prove(&profile).unwrap();
        assert!(proof.passed(), "{name}: {:#?}", failures(&proof));
        let issued = proof.cases.iter().filter(|case| case.certificate.is_some()).count();
        let refused = proof.cases.len() - issued;
        assert!(issued >= profile.key_algorithms().len(), "{name}: {issued} issued");
        assert!(refused >= 4, "{name}: {refused} refused");
        assert!(!profile.examples().is_empty(), "{name} has no example");
    }
}
