//! Which keys may be CA keys, and what the token reports about them.

use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::challenge::Unrecorded;
use keystead::token::{
    ExportOutcome, InitPins, LoginError, PinSource, Token, TokenError, TokenErrorKind, init_token,
    list_tokens,
};

use crate::sandbox::{
    SO_PIN, SOFTHSM, isolated, labelled, no_prompt, open_key, pkcs11_tool, run, write,
};

#[test]
fn an_imported_key_is_refused() {
    isolated("keys::an_imported_key_is_refused", |sandbox| {
        sandbox.provision("ca");
        let pem = sandbox.path("key.pem");
        let der = sandbox.path("key.der");
        let pem = pem.to_str().unwrap();
        let der = der.to_str().unwrap();
        run("openssl", &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pem]);
        run("openssl", &["ec", "-in", pem, "-outform", "DER", "-out", der]);
        let public = sandbox.path("public.der");
        let public = public.to_str().unwrap();
        run("openssl", &["ec", "-in", pem, "-pubout", "-outform", "DER", "-out", public]);
        for (kind, file) in [("privkey", der), ("pubkey", public)] {
            pkcs11_tool(&[
                "--write-object",
                file,
                "--type",
                kind,
                "--label",
                "imported",
                "--id",
                "31",
            ]);
        }
        let token = sandbox.open("ca");
        let error = open_key(&token, "imported", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(
            matches!(&error, TokenError::KeyAttribute { attribute: "CKA_LOCAL", .. }),
            "{error:?}"
        );
        assert_eq!(error.kind(), TokenErrorKind::KeyPolicy);
    });
}

#[test]
fn a_key_that_can_leave_is_refused() {
    isolated("keys::a_key_that_can_leave_is_refused", |sandbox| {
        sandbox.provision("ca");
        pkcs11_tool(&[
            "--keypairgen",
            "--key-type",
            "EC:prime256v1",
            "--label",
            "loose",
            "--id",
            "32",
            "--extractable",
        ]);
        let token = sandbox.open("ca");
        let error = open_key(&token, "loose", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(
            matches!(&error, TokenError::KeyAttribute { attribute: "CKA_EXTRACTABLE", .. }),
            "{error:?}"
        );
    });
}

#[test]
fn a_public_key_of_another_private_key_is_found_out_by_the_trial() {
    let test = "keys::a_public_key_of_another_private_key_is_found_out_by_the_trial";
    isolated(test, |sandbox| {
        let token = sandbox.fresh("ca");
        let key = token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let other = token.generate("other", KeyAlgorithm::EcP256).unwrap().spki.unwrap();
        drop(token);
        let id = hex::encode(&key.id);
        let file = sandbox.path("other.der");
        write(&file, 0o600, other.as_der());
        pkcs11_tool(&["--delete-object", "--type", "pubkey", "--id", &id]);
        pkcs11_tool(&[
            "--write-object",
            file.to_str().unwrap(),
            "--type",
            "pubkey",
            "--id",
            &id,
            "--label",
            "root",
        ]);
        let token = sandbox.open("ca");
        let error = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(matches!(error, TokenError::Trial { .. }), "{error:?}");
        assert!(error.to_string().contains("CKM_ECDSA: "), "{error}");
    });
}

#[test]
fn without_a_public_key_object_the_pin_stands_in_and_the_trial_decides() {
    let test = "keys::without_a_public_key_object_the_pin_stands_in_and_the_trial_decides";
    isolated(test, |sandbox| {
        let token = sandbox.fresh("ca");
        let algorithm = SignatureAlgorithm::EcdsaSha256;
        let key = token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let other = token.generate("other", KeyAlgorithm::EcP256).unwrap().spki.unwrap();
        let rsa = token.generate("rsa", KeyAlgorithm::Rsa2048).unwrap();
        drop(token);
        for id in [&key.id, &rsa.id] {
            pkcs11_tool(&["--delete-object", "--type", "pubkey", "--id", &hex::encode(id)]);
        }
        let token = sandbox.open("ca");
        let open = |pin| token.open_key(&labelled("root"), pin, algorithm, &mut Unrecorded);
        let opened = open(key.spki.as_ref()).unwrap();
        assert_eq!(Some(opened.spki()), key.spki.as_ref());
        assert!(matches!(open(Some(&other)), Err(TokenError::Trial { .. })));
        assert!(matches!(open(None), Err(TokenError::PublicKeyMissing { .. })));
        // An RSA private key object has the public numbers too.
        let opened = open_key(&token, "rsa", SignatureAlgorithm::RsaPssSha256).unwrap();
        assert_eq!(Some(opened.spki()), rsa.spki.as_ref());
    });
}

#[test]
fn opensc_sees_a_generated_key_as_local_and_never_extractable() {
    isolated("keys::opensc_sees_a_generated_key_as_local_and_never_extractable", |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("root", KeyAlgorithm::Rsa2048).unwrap();
        drop(token);
        let listed = pkcs11_tool(&["--list-objects", "--type", "privkey"]);
        let access = listed.lines().find(|line| line.contains("Access:")).unwrap();
        for word in ["sensitive", "always sensitive", "never extractable", "local"] {
            assert!(access.contains(word), "{listed}");
        }
        let usage = listed.lines().find(|line| line.contains("Usage:")).unwrap();
        assert_eq!(usage.split_whitespace().collect::<Vec<_>>(), ["Usage:", "sign"], "{listed}");
    });
}

#[test]
fn every_attempt_to_export_a_generated_key_is_refused() {
    isolated("keys::every_attempt_to_export_a_generated_key_is_refused", |sandbox| {
        let token = sandbox.fresh("ca");
        for kind in [KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048, KeyAlgorithm::Ed25519] {
            token.generate(kind.name(), kind).unwrap();
            let evidence = token.evidence(&labelled(kind.name())).unwrap();
            assert!(!evidence.exportable && evidence.refused.is_none(), "{evidence:#?}");
            assert_eq!(evidence.attributes.local, Some(true));
            assert_eq!(evidence.attributes.never_extractable, Some(true));
            assert!(evidence.attributes.key_gen_mechanism.is_some(), "{evidence:#?}");
            assert!(evidence.attempts.len() >= 7, "{evidence:#?}");
            for attempt in &evidence.attempts {
                // SoftHSM 2.6 wraps nothing with this mechanism.
                let expected = if attempt.attempt.contains("CKM_AES_CBC_PAD") {
                    ExportOutcome::NotOffered
                } else {
                    ExportOutcome::Refused
                };
                assert_eq!(attempt.outcome, expected, "{attempt:?}");
            }
            let json = serde_json::to_value(&evidence).unwrap();
            assert_eq!(json["basis"], "reported by the module");
            // The key is as it was.
            open_key(&token, kind.name(), kind.default_signature()).unwrap();
        }
        assert_eq!(token.keys().unwrap().len(), 3);
    });
}

#[test]
fn the_attempts_find_a_way_out_where_there_is_one() {
    isolated("keys::the_attempts_find_a_way_out_where_there_is_one", |sandbox| {
        sandbox.provision("ca");
        pkcs11_tool(&[
            "--keypairgen",
            "--key-type",
            "EC:prime256v1",
            "--label",
            "loose",
            "--id",
            "32",
            "--extractable",
        ]);
        let token = sandbox.open("ca");
        let evidence = token.evidence(&labelled("loose")).unwrap();
        assert!(evidence.exportable && evidence.refused.is_some(), "{evidence:#?}");
        let of = |words: &str| {
            evidence.attempts.iter().find(|attempt| attempt.attempt.contains(words)).unwrap()
        };
        assert_eq!(of("set CKA_EXTRACTABLE").outcome, ExportOutcome::Succeeded);
        assert_eq!(of("wrap with CKM_AES_KEY_WRAP_PAD").outcome, ExportOutcome::Succeeded);
        // The key is as it was, and neither copies nor wrapping keys stay.
        let again = token.evidence(&labelled("loose")).unwrap();
        assert_eq!(again, evidence);
        assert_eq!(token.keys().unwrap().len(), 1);
        let listed = pkcs11_tool(&["-O"]);
        assert_eq!(listed.matches(" Object").count(), 2, "{listed}");
    });
}

#[test]
fn a_token_is_initialised_once_and_then_usable() {
    isolated("keys::a_token_is_initialised_once_and_then_usable", |sandbox| {
        write(&sandbox.path("so-pin"), 0o600, SO_PIN.as_bytes());
        let settings = sandbox.settings("new ca");
        let pins = InitPins {
            so: PinSource::File(sandbox.path("so-pin")),
            user: settings.pin_source.clone(),
        };
        let made = init_token(SOFTHSM.as_ref(), "new ca", &pins, &no_prompt).unwrap();
        assert_eq!(made.label, "new ca");
        assert!(made.initialized);
        assert!(list_tokens(SOFTHSM.as_ref()).unwrap().contains(&made));

        let token = Token::open(&settings, &no_prompt).unwrap();
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap();

        let error = init_token(SOFTHSM.as_ref(), "new ca", &pins, &no_prompt).unwrap_err();
        assert!(matches!(error, TokenError::TokenLabelTaken { .. }), "{error:?}");
        for label in ["", &"x".repeat(33), "a\u{7}"] {
            let error = init_token(SOFTHSM.as_ref(), label, &pins, &no_prompt).unwrap_err();
            assert_eq!(error.kind(), TokenErrorKind::Configuration, "{error:?}");
        }
    });
}

#[test]
fn a_new_pin_that_is_too_short_changes_nothing() {
    isolated("keys::a_new_pin_that_is_too_short_changes_nothing", |sandbox| {
        write(&sandbox.path("so-pin"), 0o600, SO_PIN.as_bytes());
        write(&sandbox.path("short"), 0o600, b"12");
        let pins = InitPins {
            so: PinSource::File(sandbox.path("so-pin")),
            user: PinSource::File(sandbox.path("short")),
        };
        let error = init_token(SOFTHSM.as_ref(), "ca", &pins, &no_prompt).unwrap_err();
        assert!(matches!(error, TokenError::NewPinLength { found: 2, .. }), "{error:?}");
        assert!(list_tokens(SOFTHSM.as_ref()).unwrap().iter().all(|token| !token.initialized));
    });
}

#[test]
fn a_token_without_a_user_pin_is_not_logged_in_to() {
    isolated("keys::a_token_without_a_user_pin_is_not_logged_in_to", |sandbox| {
        run(
            "pkcs11-tool",
            &[
                "--module",
                SOFTHSM,
                "--slot-index",
                "0",
                "--init-token",
                "--label",
                "ca",
                "--so-pin",
                SO_PIN,
            ],
        );
        let error = Token::open(&sandbox.settings("ca"), &no_prompt).unwrap_err();
        assert!(
            matches!(&error, TokenError::Login { source: LoginError::PinUninitialised, .. }),
            "{error:?}"
        );
    });
}

#[test]
fn the_probe_reports_what_softhsm_does_and_does_not() {
    isolated("keys::the_probe_reports_what_softhsm_does_and_does_not", |sandbox| {
        let token = sandbox.fresh("ca");
        let report = token.probe(&[KeyAlgorithm::EcP256, KeyAlgorithm::Rsa2048]).unwrap();
        let row = |algorithm: &str, mechanism: &str| {
            let rows = report.keys.iter().flat_map(|key| &key.signatures);
            let mut rows =
                rows.filter(|row| row.algorithm == algorithm && row.mechanism == mechanism);
            rows.next().unwrap().clone()
        };
        assert!(row("ecdsa-sha256", "CKM_ECDSA").works);
        // SoftHSM 2.6 has no hashing ECDSA.
        let hashed = row("ecdsa-sha256", "CKM_ECDSA_SHA256");
        assert!(!hashed.works && !hashed.listed, "{hashed:?}");
        assert!(hashed.problem.unwrap().contains("CKR_MECHANISM_INVALID"));
        for mechanism in ["CKM_RSA_PKCS_PSS", "CKM_SHA256_RSA_PKCS_PSS"] {
            let pss = row("rsa-pss-sha256", mechanism);
            assert!(pss.works && pss.listed, "{pss:?}");
        }
        assert!(report.library.description.contains("PKCS11"), "{:?}", report.library);
        assert!(token.keys().unwrap().is_empty());
        serde_json::to_string(&report).unwrap();
    });
}
