//! Names as text and as DER.

use keystead::base::name::DistinguishedName;
use keystead::base::san::San;
use keystead::profile::Overrides;

use super::pipeline::{REQUEST, plan_under_all};
use super::shown::{assert_clear, assert_clear_error};

/// The input as an alternative name, as RFC 4514 text and as a DER Name: what is read is written and
/// read again as the same, and is safe to show.
pub fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    san(&text);
    for kind in ["dns:", "uri:", "email:", "ip:"] {
        san(&format!("{kind}{text}"));
    }
    distinguished(&text);
    if let Ok(name) = DistinguishedName::from_der(data) {
        assert_eq!(name.as_der(), data);
        assert_clear(&name.to_string());
        let overrides = Overrides { subject: Some(name), ..Overrides::default() };
        plan_under_all(&REQUEST, &overrides);
    }
}

fn san(text: &str) {
    let san = match text.parse::<San>() {
        Ok(san) => san,
        Err(error) => return assert_clear_error(&error),
    };
    let shown = san.to_string();
    assert_clear(&shown);
    assert_eq!(shown.parse::<San>().expect("it is read as it is shown"), san);
    assert!(san.is_same_name(&san));
    san.to_general_name().expect("what is read can be encoded");
    let overrides = Overrides { sans: vec![san], ..Overrides::default() };
    plan_under_all(&REQUEST, &overrides);
}

fn distinguished(text: &str) {
    let name = match text.parse::<DistinguishedName>() {
        Ok(name) => name,
        Err(error) => return assert_clear_error(&error),
    };
    assert_clear(&name.to_string());
    let again = DistinguishedName::from_der(name.as_der()).expect("what is read can be encoded");
    assert_eq!(again, name);
    let overrides = Overrides { subject: Some(name), ..Overrides::default() };
    plan_under_all(&REQUEST, &overrides);
}
