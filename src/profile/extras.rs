//! What a profile file says beside the rules for certificates: lint rules to skip, examples for tests.

use super::ProfileError;
use super::config::{ExampleTable, LintTable, ProfileKind, SkipTable};
use super::lists::push_new;
use super::{Example, Expectation, SkippedLint};
use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::base::text::Quoted;

/// A reason of fewer words explains nothing to whoever reviews the profile.
const REASON_WORDS: usize = 3;

/// The DER of a name without attributes.
const EMPTY_NAME: [u8; 2] = [0x30, 0x00];

/// Reads `[lint]`. Whether the rules exist is for the lint to say.
///
/// # Errors
/// [`ProfileError`] for a word that is no rule's name, a rule that is there twice, and a reason that is
/// none.
pub(super) fn skipped_lints(table: LintTable) -> Result<Vec<SkippedLint>, ProfileError> {
    let mut rules: Vec<String> = Vec::new();
    let mut skipped = Vec::new();
    for entry in table.skip {
        if !is_rule_name(&entry.rule) {
            let expected = "a rule's name such as rfc5280.subject-key-id".to_owned();
            return Err(super::lists::unknown("lint.skip", &entry.rule, expected));
        }
        push_new(&mut rules, entry.rule.clone(), "lint.skip", &entry.rule)?;
        if entry.reason.split_whitespace().count() < REASON_WORDS {
            let SkipTable { rule, reason } = entry;
            return Err(ProfileError::LintReason { rule, reason, words: REASON_WORDS });
        }
        skipped.push(SkippedLint { rule: entry.rule, reason: entry.reason });
    }
    Ok(skipped)
}

fn is_rule_name(text: &str) -> bool {
    let word = |part: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        part.starts_with(|first: char| first.is_ascii_lowercase()) && part.bytes().all(plain)
    };
    text.split_once('.').is_some_and(|(source, what)| word(source) && word(what))
}

/// Reads `[[example]]`.
///
/// # Errors
/// [`ProfileError::Example`] says which, by its number, and what is wrong.
pub(super) fn examples(
    kind: ProfileKind,
    tables: &[ExampleTable],
) -> Result<Vec<Example>, ProfileError> {
    let read = |(index, table)| {
        example(kind, table).map_err(|fault| ProfileError::Example { number: index + 1, fault })
    };
    tables.iter().enumerate().map(read).collect()
}

fn example(kind: ProfileKind, table: &ExampleTable) -> Result<Example, String> {
    let subject = match &table.subject {
        Some(text) => text.parse().map_err(|error| format!("subject: {error}"))?,
        None => DistinguishedName::from_der(&EMPTY_NAME).map_err(|error| error.to_string())?,
    };
    let sans: Result<Vec<San>, _> = table.sans.iter().map(|text| text.parse::<San>()).collect();
    let sans = sans.map_err(|error| format!("sans: {error}"))?;
    if kind == ProfileKind::Root && !sans.is_empty() {
        return Err("sans: a root is made without a request and has no such names".to_owned());
    }
    let expect = match table.expect.as_str() {
        "accepted" => Expectation::Accepted,
        code if is_code(code) => Expectation::Refused(code.to_owned()),
        other => {
            return Err(format!(
                "expect: {} is neither \"accepted\" nor a code such as \"policy.san-kind\"",
                Quoted(other)
            ));
        }
    };
    Ok(Example { subject, sans, expect })
}

fn is_code(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    ["policy.", "request."].iter().any(|layer| {
        text.strip_prefix(layer).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unwrap_in_result, reason = "the text is known to be a table")]
    fn skip(rule: &str, reason: &str) -> Result<Vec<SkippedLint>, ProfileError> {
        let entry = format!("{{ rule = \"{rule}\", reason = \"{reason}\" }}");
        skipped_lints(toml::from_str(&format!("skip = [{entry}]")).unwrap())
    }

    #[test]
    fn a_skipped_rule_has_a_name_and_a_reason_in_words() {
        let skipped = skip("rfc5280.subject-key-id", "Old devices cannot read it").unwrap();
        assert_eq!(skipped[0].rule, "rfc5280.subject-key-id");
        for reason in ["", "   ", "legacy", "because legacy"] {
            let error = skip("rfc5280.subject-key-id", reason).unwrap_err();
            assert!(matches!(error, ProfileError::LintReason { .. }), "{reason:?}");
        }
        for rule in ["", "subject-key-id", "rfc5280.", ".x", "RFC5280.x", "a.b.c", "a b.c"] {
            let error = skip(rule, "a reason in words").unwrap_err();
            assert!(matches!(error, ProfileError::UnknownWord { .. }), "{rule:?}");
        }
        let twice = "skip = [{ rule = \"a.b\", reason = \"for a reason\" }, \
                     { rule = \"a.b\", reason = \"for another reason\" }]";
        let error = skipped_lints(toml::from_str(twice).unwrap()).unwrap_err();
        assert!(matches!(error, ProfileError::Repeated { key: "lint.skip", .. }));
    }

    #[test]
    fn an_example_says_what_it_expects_in_words_that_mean_something() {
        let read = |text: &str| examples(ProfileKind::Leaf, &[toml::from_str(text).unwrap()]);
        let accepted = read("subject = \"CN=a,O=b\"\nexpect = \"accepted\"").unwrap();
        assert_eq!(accepted[0].expect, Expectation::Accepted);
        let refused = read("sans = [\"dns:a.example\"]\nexpect = \"policy.san-kind\"").unwrap();
        assert_eq!(refused[0].expect, Expectation::Refused("policy.san-kind".to_owned()));
        for bad in [
            "subject = \"example\"\nexpect = \"accepted\"",
            "sans = [\"a.example\"]\nexpect = \"accepted\"",
            "subject = \"CN=a\"\nexpect = \"ok\"",
            "subject = \"CN=a\"\nexpect = \"policy.\"",
        ] {
            assert!(matches!(read(bad), Err(ProfileError::Example { number: 1, .. })), "{bad}");
        }
    }
}
