//! Text from outside, made safe to show: the escape functions, and the classes of characters that
//! deceive.

use std::fmt;

/// Shows text with everything that could confuse a terminal as `\u{…}`: C0 and C1 controls, bidi
/// controls, zero-width and other invisible format characters, and the backslash itself.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::fmt::Write as _;
        for character in self.0.chars() {
            if character == '\\' {
                f.write_str("\\\\")?;
            } else if is_confusing(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// [`Escaped`] text between quotation marks; those in it become `\\"`. `{:?}` would leave characters
/// that nobody sees as they are.
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for (index, part) in self.0.split('"').enumerate() {
            f.write_str(if index == 0 { "" } else { "\\\"" })?;
            Escaped(part).fmt(f)?;
        }
        f.write_str("\"")
    }
}

/// `text` of several lines with everything that could confuse a terminal as `\u{…}`, the ends of lines
/// excepted. What was escaped before passes unchanged.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_confusing(character) && character != '\n' {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// What another library's parser says of a text, which it may quote: [`printable`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParserError(String);

impl ParserError {
    /// The message of `error`.
    pub fn new(error: &impl fmt::Display) -> Self {
        Self(printable(&error.to_string()))
    }
}

/// Why a character deceives a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deception {
    /// NUL, another C0 or C1 control, or DEL.
    Control,
    /// Changes the direction of its neighbours (UAX 9).
    Bidi,
    /// Zero-width, a filler, a variation selector, or a line separator of Unicode.
    Invisible,
}

/// Why `character` deceives a reader; none when it does not.
pub fn deception(character: char) -> Option<Deception> {
    if character.is_control() {
        return Some(Deception::Control);
    }
    match character {
        ' '..='~' => None,
        '\u{061c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => Some(Deception::Bidi),
        '\u{00ad}'
        | '\u{034f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2028}'..='\u{2029}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Some(Deception::Invisible),
        _ => None,
    }
}

/// Whether a character is a control, invisible or changes the direction of its neighbours.
pub fn is_confusing(character: char) -> bool {
    deception(character).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_changes_become_visible() {
        assert_eq!(Escaped("a\u{1b}[31m\u{202e}b\\").to_string(), r"a\u{1b}[31m\u{202e}b\\");
    }

    #[test]
    fn a_quoted_text_ends_where_it_ends_and_hides_no_filler() {
        assert_eq!(Quoted("a\"b\u{1b}\\").to_string(), r#""a\"b\u{1b}\\""#);
        for filler in ['\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'] {
            assert_eq!(deception(filler), Some(Deception::Invisible), "{filler:?}");
            assert!(!Quoted(&format!("a{filler}b")).to_string().contains(filler));
        }
    }

    #[test]
    fn the_words_of_a_parser_keep_their_lines_and_quotations() {
        let shown = ParserError::new(&"line 1\n  a = '\\d\u{1b}\u{2800}'").to_string();
        assert_eq!(shown, "line 1\n  a = '\\d\\u{1b}\\u{2800}'");
    }

    #[test]
    fn each_character_that_deceives_has_its_class_and_letters_have_none() {
        for (class, characters) in [
            (Deception::Control, "\0\u{1b}\n\u{7f}\u{80}\u{9b}"),
            (Deception::Bidi, "\u{061c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}"),
            (
                Deception::Invisible,
                "\u{ad}\u{200b}\u{200d}\u{2028}\u{2060}\u{206f}\u{feff}\u{e0041}",
            ),
        ] {
            for character in characters.chars() {
                assert_eq!(deception(character), Some(class), "{character:?}");
            }
        }
        assert!(!"aZ~ \u{fc}\u{41c}\u{6771}\u{a0}".chars().any(is_confusing));
    }
}
