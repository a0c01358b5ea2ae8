//! Which keys may be CA keys, and what the token reports about them.

use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::token::{TokenError, TokenErrorKind};

use crate::sandbox::{PIN, SOFTHSM, isolated, open_key, run};

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
            run(
                "pkcs11-tool",
                &[
                    "--module",
                    SOFTHSM,
                    "--token-label",
                    "ca",
                    "--login",
                    "--pin",
                    PIN,
                    "--write-object",
                    file,
                    "--type",
                    kind,
                    "--label",
                    "imported",
                    "--id",
                    "31",
                ],
            );
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
        run(
            "pkcs11-tool",
            &[
                "--module",
                SOFTHSM,
                "--token-label",
                "ca",
                "--login",
                "--pin",
                PIN,
                "--keypairgen",
                "--key-type",
                "EC:prime256v1",
                "--label",
                "loose",
                "--id",
                "32",
                "--extractable",
            ],
        );
        let token = sandbox.open("ca");
        let error = open_key(&token, "loose", SignatureAlgorithm::EcdsaSha256).unwrap_err();
        assert!(
            matches!(&error, TokenError::KeyAttribute { attribute: "CKA_EXTRACTABLE", .. }),
            "{error:?}"
        );
    });
}

#[test]
fn opensc_sees_a_generated_key_as_local_and_never_extractable() {
    isolated("keys::opensc_sees_a_generated_key_as_local_and_never_extractable", |sandbox| {
        let token = sandbox.fresh("ca");
        token.generate("root", KeyAlgorithm::Rsa2048).unwrap();
        drop(token);
        let listed = run(
            "pkcs11-tool",
            &[
                "--module",
                SOFTHSM,
                "--token-label",
                "ca",
                "--login",
                "--pin",
                PIN,
                "--list-objects",
                "--type",
                "privkey",
            ],
        );
        let access = listed.lines().find(|line| line.contains("Access:")).unwrap();
        for word in ["sensitive", "always sensitive", "never extractable", "local"] {
            assert!(access.contains(word), "{listed}");
        }
        let usage = listed.lines().find(|line| line.contains("Usage:")).unwrap();
        assert_eq!(usage.split_whitespace().collect::<Vec<_>>(), ["Usage:", "sign"], "{listed}");
    });
}
