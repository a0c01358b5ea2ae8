//! Text from outside, made safe to show: the one escape function, and the classes of characters that
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
