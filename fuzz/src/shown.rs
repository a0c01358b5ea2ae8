//! What is shown of untrusted input: no raw control, bidi or invisible character may be left in it.

use keystead::base::text::is_confusing;

/// The messages of an error and all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// `text` can be shown in a terminal as it is; messages of parsers have line ends of their own.
pub(crate) fn assert_clear(text: &str) {
    let stray = text.chars().find(|character| *character != '\n' && is_confusing(*character));
    assert_eq!(stray, None, "{text:?}");
}

/// The messages of an error and its causes can be shown as they are.
pub(crate) fn assert_clear_error(error: &dyn std::error::Error) {
    assert_clear(&chain(error));
}
