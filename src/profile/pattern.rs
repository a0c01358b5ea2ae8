//! Regular expressions of a profile: each must match a whole value, and none may match nothing.

use regex::{Regex, RegexBuilder};

use crate::base::text::ParserError;

/// Longer patterns are programs that nobody reviews.
const MAX_LEN: usize = 512;

/// Memory of a compiled pattern, in bytes: enough for `\w{1,64}` several times over.
const MAX_COMPILED: usize = 4 << 20;

/// Groups in groups.
const MAX_NESTING: u32 = 20;

/// A pattern that the whole value must match. Matching takes time linear in the value.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    whole: Regex,
}

/// Why a text is no pattern of a profile.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// Too long to be reviewed.
    #[error("it has {length} bytes, expected at most {MAX_LEN}")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// Not a regular expression, or one that needs too much memory.
    #[error("it is not a regular expression that can be used")]
    Syntax(#[source] ParserError),
    /// It matches the empty value, so it limits less than it seems to.
    #[error("it matches the empty text; write + instead of *, or drop the empty alternative")]
    MatchesEmpty,
}

impl Pattern {
    /// Compiles `text`, anchored at both ends.
    ///
    /// # Errors
    /// [`PatternError`].
    pub(super) fn new(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_LEN {
            return Err(PatternError::TooLong { length: text.len() });
        }
        // Alone first: what closes a group that it did not open would get out of the anchors.
        compile(text)?;
        let whole = compile(&format!(r"\A(?:{text})\z"))?;
        if whole.is_match("") {
            return Err(PatternError::MatchesEmpty);
        }
        Ok(Self { text: text.to_owned(), whole })
    }

    /// As it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches all of `value`.
    pub(super) fn matches(&self, value: &str) -> bool {
        self.whole.is_match(value)
    }
}

fn compile(text: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(text)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|error| PatternError::Syntax(ParserError::new(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_values_only() {
        let pattern = Pattern::new("web-[0-9]+|db").unwrap();
        assert!(pattern.matches("web-17") && pattern.matches("db"));
        for other in ["web-", "xweb-1", "web-1x", "web-1\n", "xdb", "db\n", "\ndb", ""] {
            assert!(!pattern.matches(other), "{other:?}");
        }
        let lines = Pattern::new("(?m)^db$").unwrap();
        assert!(lines.matches("db") && !lines.matches("db\nweb"));
    }

    #[test]
    fn a_pattern_that_escapes_its_anchors_or_matches_nothing_or_everything_small_is_refused() {
        for bad in ["a)|(?:b", "(", "[a", r"a\", "(?x)a #"] {
            assert!(matches!(Pattern::new(bad), Err(PatternError::Syntax(_))), "{bad:?}");
        }
        for empty in ["", ".*", "a?", "a|", "(?:a|b)*", r"\b|", "^$"] {
            assert!(matches!(Pattern::new(empty), Err(PatternError::MatchesEmpty)), "{empty:?}");
        }
    }

    #[test]
    fn a_pattern_that_needs_too_much_is_refused() {
        assert!(matches!(Pattern::new(&"a".repeat(513)), Err(PatternError::TooLong { .. })));
        for huge in [r"(?:\w{1,500}){1,500}", &("(".repeat(21) + "a" + &")".repeat(21))] {
            assert!(matches!(Pattern::new(huge), Err(PatternError::Syntax(_))), "{huge:?}");
        }
        assert!(Pattern::new(r"[\w .-]{1,64}").is_ok());
    }
}
