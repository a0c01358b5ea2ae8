//! Exactly one token and exactly one key, or a refusal that lists what there is.

use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::challenge::Unrecorded;
use keystead::token::{KeySelector, Token, TokenError, TokenSettings, TokenUri, list_tokens};

use crate::sandbox::{SOFTHSM, isolated, labelled, no_prompt, open_key, pkcs11_tool};

#[test]
fn two_tokens_with_one_label_are_refused_and_listed() {
    isolated("selection::two_tokens_with_one_label_are_refused_and_listed", |sandbox| {
        sandbox.provision("ca");
        sandbox.provision("ca");
        let error = Token::open(&sandbox.settings("ca"), &no_prompt).unwrap_err();
        let TokenError::TokenAmbiguous { candidates, .. } = &error else { panic!("{error:?}") };
        assert_eq!(candidates.0.len(), 2);
        let tokens = list_tokens(SOFTHSM.as_ref()).unwrap();
        for token in tokens.iter().filter(|token| token.initialized) {
            assert!(error.to_string().contains(&token.serial), "{error}");
            let uri = format!("pkcs11:token=ca;serial={}", token.serial);
            let settings = TokenSettings { uri: uri.parse().unwrap(), ..sandbox.settings("ca") };
            let opened = Token::open(&settings, &no_prompt).unwrap();
            assert_eq!(opened.description(), token);
        }
    });
}

#[test]
fn a_token_that_is_not_there_is_refused_and_the_others_listed() {
    isolated("selection::a_token_that_is_not_there_is_refused_and_the_others_listed", |sandbox| {
        sandbox.provision("other one");
        for uri in ["pkcs11:token=ca", "pkcs11:serial=1", "pkcs11:token=other%20one;model=x"] {
            let settings =
                TokenSettings { uri: uri.parse::<TokenUri>().unwrap(), ..sandbox.settings("ca") };
            let error = Token::open(&settings, &no_prompt).unwrap_err();
            assert!(matches!(error, TokenError::TokenNotFound { .. }), "{error:?}");
            assert!(error.to_string().contains("other one"), "{error}");
        }
    });
}

#[test]
fn two_keys_with_one_label_are_refused_and_listed() {
    isolated("selection::two_keys_with_one_label_are_refused_and_listed", |sandbox| {
        let token = sandbox.fresh("ca");
        let key = token.generate("root", KeyAlgorithm::EcP256).unwrap();
        generate_with_pkcs11_tool("root", "77");
        let error = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(matches!(error, TokenError::KeyAmbiguous { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("(id 77)") && text.contains(&hex::encode(&key.id)), "{text}");
        // The id tells them apart.
        let selector = KeySelector { label: Some("root".into()), id: Some(key.id.clone()) };
        let opened = token
            .open_key(&selector, None, SignatureAlgorithm::EcdsaSha256, &mut Unrecorded)
            .unwrap();
        assert_eq!(Some(opened.spki()), key.spki.as_ref());
    });
}

#[test]
fn two_keys_with_one_label_and_one_id_are_refused() {
    isolated("selection::two_keys_with_one_label_and_one_id_are_refused", |sandbox| {
        sandbox.provision("ca");
        generate_with_pkcs11_tool("root", "77");
        generate_with_pkcs11_tool("root", "77");
        let token = sandbox.open("ca");
        let selector = KeySelector { label: Some("root".into()), id: Some(vec![0x77]) };
        let error = token
            .open_key(&selector, None, SignatureAlgorithm::EcdsaSha256, &mut Unrecorded)
            .unwrap_err();
        assert!(matches!(error, TokenError::KeyAmbiguous { .. }), "{error:?}");
    });
}

#[test]
fn two_public_keys_for_one_private_key_are_refused() {
    isolated("selection::two_public_keys_for_one_private_key_are_refused", |sandbox| {
        let token = sandbox.fresh("ca");
        let key = token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let der = sandbox.path("public.der");
        crate::sandbox::write(&der, 0o600, key.spki.unwrap().as_der());
        pkcs11_tool(&[
            "--write-object",
            der.to_str().unwrap(),
            "--type",
            "pubkey",
            "--label",
            "root",
            "--id",
            &hex::encode(&key.id),
        ]);
        drop(token);
        let token = sandbox.open("ca");
        let error = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(matches!(error, TokenError::PublicKeyAmbiguous { found: 2, .. }), "{error:?}");
    });
}

#[test]
fn a_key_that_is_not_there_is_refused_and_the_others_listed() {
    isolated("selection::a_key_that_is_not_there_is_refused_and_the_others_listed", |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("other", KeyAlgorithm::EcP384).unwrap();
        let error = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(matches!(error, TokenError::KeyNotFound { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("\"other\"") && text.contains("ec-p384"), "{text}");
    });
}

#[test]
fn another_key_than_the_pinned_one_is_refused() {
    isolated("selection::another_key_than_the_pinned_one_is_refused", |sandbox| {
        let token = sandbox.fresh("ca");
        let right = token.generate("right", KeyAlgorithm::EcP256).unwrap().spki.unwrap();
        let other = token.generate("other", KeyAlgorithm::EcP256).unwrap().spki.unwrap();
        let algorithm = SignatureAlgorithm::EcdsaSha256;
        let open = |pin| token.open_key(&labelled("right"), Some(pin), algorithm, &mut Unrecorded);
        open(&right).unwrap();
        let error = open(&other).unwrap_err();
        assert!(matches!(error, TokenError::KeyNotPinned { .. }), "{error:?}");
    });
}

#[test]
fn a_label_that_is_taken_or_unprintable_is_refused_for_a_new_key() {
    let test = "selection::a_label_that_is_taken_or_unprintable_is_refused_for_a_new_key";
    isolated(test, |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let error = token.generate("root", KeyAlgorithm::EcP384).unwrap_err();
        assert!(matches!(error, TokenError::KeyLabelTaken { .. }), "{error:?}");
        for label in ["", "a\u{1b}b", "a\u{202e}b", &"x".repeat(256)] {
            let error = token.generate(label, KeyAlgorithm::EcP256).unwrap_err();
            assert!(matches!(error, TokenError::Label { .. }), "{error:?}");
        }
        assert_eq!(token.keys().unwrap().len(), 1);
    });
}

fn generate_with_pkcs11_tool(label: &str, id: &str) {
    pkcs11_tool(&["--keypairgen", "--key-type", "EC:prime256v1", "--label", label, "--id", id]);
}
