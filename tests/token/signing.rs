//! Signatures of every kind, from one thread and from several.

use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::crypto::verify_signature;
use keystead::token::{TokenError, TokenErrorKind, TokenSettings};

use crate::sandbox::{Recorded, SPY, isolated, labelled, no_prompt, open_key, pkcs11_tool};

#[test]
fn every_algorithm_generates_signs_and_verifies() {
    isolated("signing::every_algorithm_generates_signs_and_verifies", |sandbox| {
        let token = sandbox.fresh("ca");
        for kind in KeyAlgorithm::ALL {
            let made = token.generate(kind.name(), kind).unwrap();
            let spki = made.spki.unwrap();
            assert_eq!(spki.algorithm(), kind);
            for algorithm in SignatureAlgorithm::ALL.into_iter().filter(|known| known.fits(kind)) {
                let key = open_key(&token, kind.name(), algorithm).unwrap();
                assert_eq!(key.spki(), &spki);
                let signature = key.sign(b"message").unwrap();
                verify_signature(&spki, algorithm, b"message", &signature).unwrap();
                verify_signature(&spki, algorithm, b"massage", &signature).unwrap_err();
            }
        }
        let listed = token.keys().unwrap();
        assert_eq!(listed.len(), KeyAlgorithm::ALL.len());
        assert!(listed.iter().all(|key| key.spki.is_some()));
    });
}

#[test]
fn an_algorithm_of_another_kind_of_key_is_refused() {
    isolated("signing::an_algorithm_of_another_kind_of_key_is_refused", |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        for algorithm in [SignatureAlgorithm::RsaPssSha256, SignatureAlgorithm::Ed25519] {
            let error = open_key(&token, "root", algorithm).unwrap_err();
            assert!(matches!(error, TokenError::Algorithm { .. }), "{error:?}");
        }
    });
}

#[test]
fn a_key_without_raw_rsa_is_used_through_the_tokens_own_hashing() {
    let test = "signing::a_key_without_raw_rsa_is_used_through_the_tokens_own_hashing";
    isolated(test, |sandbox| {
        sandbox.provision("ca");
        pkcs11_tool(&[
            "--keypairgen",
            "--key-type",
            "rsa:2048",
            "--usage-sign",
            "--label",
            "root",
            "--id",
            "41",
            "--allowed-mechanisms",
            "SHA256-RSA-PKCS,SHA512-RSA-PKCS-PSS",
        ]);
        let token = sandbox.open("ca");
        let plans = [
            (SignatureAlgorithm::RsaPkcs1Sha256, "CKM_SHA256_RSA_PKCS"),
            (SignatureAlgorithm::RsaPssSha512, "CKM_SHA512_RSA_PKCS_PSS"),
        ];
        for (algorithm, mechanism) in plans {
            let mut log = Recorded::default();
            let key = token.open_key(&labelled("root"), None, algorithm, &mut log).unwrap();
            assert_eq!(key.mechanism(), mechanism);
            assert_eq!(log.0.len(), 2, "each attempt is recorded");
            let signature = key.sign(b"message").unwrap();
            verify_signature(key.spki(), algorithm, b"message", &signature).unwrap();
        }
        let error = open_key(&token, "root", SignatureAlgorithm::RsaPkcs1Sha384).unwrap_err();
        let TokenError::Trial { attempts, .. } = &error else { panic!("{error:?}") };
        assert_eq!(
            attempts,
            "CKM_RSA_PKCS: C_SignInit CKR_MECHANISM_INVALID; \
             CKM_SHA384_RSA_PKCS: C_SignInit CKR_MECHANISM_INVALID"
        );
    });
}

#[test]
fn a_token_that_is_removed_while_open_gives_an_error_and_no_signature() {
    let test = "signing::a_token_that_is_removed_while_open_gives_an_error_and_no_signature";
    isolated(test, |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let key = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap();
        std::fs::remove_dir_all(sandbox.path("tokens")).unwrap();
        let error = key.sign(b"message").unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Device, "{error:?}");
        let text = error.to_string();
        assert!(text.contains("C_") && text.contains("CKR_"), "{text}");
    });
}

#[test]
fn four_threads_sign_at_once_on_two_sessions() {
    isolated("signing::four_threads_sign_at_once_on_two_sessions", |sandbox| {
        sandbox.provision("ca");
        let settings =
            TokenSettings { module: SPY.into(), workers: Some(2), ..sandbox.settings("ca") };
        let token = keystead::token::Token::open(&settings, &no_prompt).unwrap();
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let key = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap();
        assert_eq!(key.workers(), 2);
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                let key = &key;
                scope.spawn(move || {
                    for number in 0..50_u8 {
                        let message = [thread, number];
                        let signature = key.sign(&message).unwrap();
                        verify_signature(key.spki(), key.algorithm(), &message, &signature)
                            .unwrap();
                    }
                });
            }
        });
        let calls = sandbox.calls();
        let count = |name: &str| calls.iter().filter(|call| *call == name).count();
        assert_eq!(count("C_Login"), 1);
        assert_eq!(count("C_SignInit"), 4 * 50 + 1, "one trial, then one per message");
        // The session that keeps the login and at most two that work.
        assert!(count("C_OpenSession") <= 3, "{}", count("C_OpenSession"));
    });
}

#[test]
fn the_trial_is_recorded_before_it_is_made_and_is_no_der() {
    isolated("signing::the_trial_is_recorded_before_it_is_made_and_is_no_der", |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("root", KeyAlgorithm::EcP384).unwrap();
        let mut log = Recorded::default();
        let algorithm = SignatureAlgorithm::EcdsaSha384;
        let key = token.open_key(&labelled("root"), None, algorithm, &mut log).unwrap();
        assert_eq!(log.0.len(), 1);
        assert_eq!(log.0[0].0, key.spki().sha256());
        assert!(log.0[0].1.starts_with(b"keystead challenge v1\0"));
        assert_eq!(log.0[0].1.len(), 22 + 32);
        token.open_key(&labelled("root"), None, algorithm, &mut log).unwrap();
        assert_ne!(log.0[0].1, log.0[1].1);
    });
}

#[test]
fn nothing_is_signed_when_the_trial_cannot_be_recorded() {
    struct Full;
    impl keystead::base::challenge::ChallengeLog for Full {
        fn record_challenge(
            &mut self,
            _: [u8; 32],
            _: &[u8],
        ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            Err("disk full".into())
        }
    }
    isolated("signing::nothing_is_signed_when_the_trial_cannot_be_recorded", |sandbox| {
        sandbox.provision("ca");
        let settings = TokenSettings { module: SPY.into(), ..sandbox.settings("ca") };
        let token = keystead::token::Token::open(&settings, &no_prompt).unwrap();
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let error = token
            .open_key(&labelled("root"), None, SignatureAlgorithm::EcdsaSha256, &mut Full)
            .unwrap_err();
        assert!(matches!(error, TokenError::ChallengeUnrecorded(_)), "{error:?}");
        assert!(!sandbox.calls().contains(&"C_SignInit".to_owned()));
    });
}

#[test]
fn a_throwaway_key_signs_and_is_not_in_the_token() {
    isolated("signing::a_throwaway_key_signs_and_is_not_in_the_token", |sandbox| {
        let token = sandbox.fresh("ca");
        for kind in [KeyAlgorithm::EcP256, KeyAlgorithm::Ed25519, KeyAlgorithm::Rsa2048] {
            let key = token.generate_throwaway(kind, kind.default_signature()).unwrap();
            let threads = [1_u8, 2, 3].map(|number| {
                let key = key.clone();
                std::thread::spawn(move || (number, key.sign(&[number]).unwrap()))
            });
            for thread in threads {
                let (number, signature) = thread.join().unwrap();
                verify_signature(key.spki(), key.algorithm(), &[number], &signature).unwrap();
            }
        }
        assert!(token.keys().unwrap().is_empty());
        drop(token);
        assert!(sandbox.open("ca").keys().unwrap().is_empty());
    });
}
