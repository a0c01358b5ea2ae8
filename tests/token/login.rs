//! Modules, PINs and logging in.

use std::cell::Cell;

use keystead::base::secret::Pin;
use keystead::token::{
    LoginError, PinSource, PinSourceError, Token, TokenError, TokenErrorKind, TokenSettings,
};

use crate::sandbox::{PIN, SPY, chain, isolated, no_prompt, write};

#[test]
fn a_missing_module_has_its_own_error() {
    isolated("login::a_missing_module_has_its_own_error", |sandbox| {
        let settings = TokenSettings { module: sandbox.path("none.so"), ..sandbox.settings("ca") };
        let error = Token::open(&settings, &no_prompt).unwrap_err();
        assert!(matches!(&error, TokenError::ModuleMissing { path } if *path == settings.module));
        assert!(error.to_string().contains("none.so"), "{error}");
    });
}

#[test]
fn a_file_that_is_no_module_is_refused() {
    isolated("login::a_file_that_is_no_module_is_refused", |sandbox| {
        let text = sandbox.path("text.so");
        write(&text, 0o755, b"not a library");
        for module in [text, "/lib/x86_64-linux-gnu/libm.so.6".into()] {
            let settings = TokenSettings { module, ..sandbox.settings("ca") };
            let error = Token::open(&settings, &no_prompt).unwrap_err();
            assert!(matches!(error, TokenError::ModuleUnusable { .. }), "{error}");
        }
    });
}

#[test]
fn a_wrong_pin_makes_exactly_one_login() {
    isolated("login::a_wrong_pin_makes_exactly_one_login", |sandbox| {
        sandbox.provision("ca");
        let wrong = sandbox.path("wrong");
        write(&wrong, 0o600, b"77665544\n");
        let settings = TokenSettings {
            module: SPY.into(),
            pin_source: PinSource::File(wrong),
            ..sandbox.settings("ca")
        };
        let error = Token::open(&settings, &no_prompt).unwrap_err();
        assert!(
            matches!(&error, TokenError::Login { source: LoginError::PinIncorrect, .. }),
            "{error:?}"
        );
        assert_eq!(error.kind(), TokenErrorKind::Authentication);
        let text = format!("{} {error:?}", chain(&error));
        assert!(text.contains("C_Login") && text.contains("CKR_PIN_INCORRECT"), "{text}");
        assert!(!text.contains("77665544"), "{text}");
        let logins = sandbox.calls().iter().filter(|call| *call == "C_Login").count();
        assert_eq!(logins, 1, "{:?}", sandbox.calls());
    });
}

#[test]
fn a_pin_file_that_others_can_read_is_refused_before_any_login() {
    let test = "login::a_pin_file_that_others_can_read_is_refused_before_any_login";
    isolated(test, |sandbox| {
        sandbox.provision("ca");
        let open = sandbox.path("open");
        write(&open, 0o644, PIN.as_bytes());
        let settings = TokenSettings {
            module: SPY.into(),
            pin_source: PinSource::File(open),
            ..sandbox.settings("ca")
        };
        let error = Token::open(&settings, &no_prompt).unwrap_err();
        assert!(
            matches!(&error, TokenError::PinSource(PinSourceError::OpenToOthers { .. })),
            "{error:?}"
        );
        assert!(!sandbox.calls().contains(&"C_Login".to_owned()));
    });
}

#[test]
fn the_person_is_asked_once_and_by_the_tokens_name() {
    isolated("login::the_person_is_asked_once_and_by_the_tokens_name", |sandbox| {
        sandbox.provision("ca");
        let settings = TokenSettings { pin_source: PinSource::Prompt, ..sandbox.settings("ca") };
        let asked = Cell::new(0);
        let token = Token::open(&settings, &|question| {
            asked.set(asked.get() + 1);
            assert!(question.contains("\"ca\""), "{question}");
            Ok(Pin::new(PIN.to_owned()))
        })
        .unwrap();
        assert_eq!(asked.get(), 1);
        assert_eq!(token.description().label, "ca");
    });
}

#[test]
fn a_second_opening_in_one_process_shares_the_login() {
    isolated("login::a_second_opening_in_one_process_shares_the_login", |sandbox| {
        let first = sandbox.fresh("ca");
        let second = sandbox.open("ca");
        drop(first);
        assert!(second.keys().unwrap().is_empty());
    });
}

#[test]
fn opening_makes_no_needless_calls() {
    isolated("login::opening_makes_no_needless_calls", |sandbox| {
        sandbox.provision("ca");
        let settings = TokenSettings { module: SPY.into(), ..sandbox.settings("ca") };
        Token::open(&settings, &no_prompt).unwrap();
        let calls = sandbox.calls();
        for call in ["C_OpenSession", "C_Login", "C_Initialize"] {
            assert_eq!(calls.iter().filter(|made| *made == call).count(), 1, "{calls:?}");
        }
        assert!(calls.len() < 14, "{calls:?}");
    });
}
