//! Letters of several scripts in one word, which look like a word in one (UTS #39).

use unicode_security::mixed_script::AugmentedScriptSet;

/// The first word of `text` that mixes scripts. Words end at white space and at ASCII punctuation, so
/// that a Latin prefix may stand before a name in another script. Latin letters may stand beside Han,
/// kana, Hangul and Bopomofo, as they do in Japanese, Korean and Chinese (UTS #39 §5.2, "highly
/// restrictive"). A word in one script that looks like one in another is not found.
pub(super) fn mixed_word(text: &str) -> Option<&str> {
    let ends_word = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
    text.split(ends_word).find(|word| !word.is_ascii() && mixes_scripts(word))
}

/// Whether `word` has letters of scripts that are not written together.
fn mixes_scripts(word: &str) -> bool {
    if !AugmentedScriptSet::for_str(word).is_empty() {
        return false;
    }
    let mut others = AugmentedScriptSet::default();
    for character in word.chars().filter(|character| !is_latin(*character)) {
        others.intersect_with(character.into());
    }
    !(others.hanb || others.jpan || others.kore)
}

fn is_latin(character: char) -> bool {
    let set = AugmentedScriptSet::for_char(character);
    !set.is_all() && !set.hanb && !set.kore && !set.jpan && {
        let mut with_latin = set;
        with_latin.intersect_with(AugmentedScriptSet::for_char('a'));
        !with_latin.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_one_script_and_east_asian_mixes_pass() {
        for good in [
            "paypal",
            "Stra\u{df}e",
            "\u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430} Example",
            "system:node:\u{443}\u{437}\u{435}\u{43b}",
            "\u{6771}\u{4eac}\u{306e}\u{30bf}\u{30ef}\u{30fc}",
            "T\u{30b7}\u{30e3}\u{30c4}",
            "\u{d55c}\u{ad6d}IT",
            "\u{441}2024",
            "\u{3b1}\u{3b2}\u{3b3}",
        ] {
            assert_eq!(mixed_word(good), None, "{good}");
        }
    }

    #[test]
    fn a_sign_of_latin_and_bopomofo_is_not_taken_for_latin_beside_kana() {
        // U+02C7 is a caron and a tone mark.
        assert_eq!(mixed_word("a\u{2c7}"), None);
        assert_eq!(mixed_word("\u{6771}\u{2c7}"), None);
        assert_eq!(mixed_word("\u{3072}\u{2c7}"), Some("\u{3072}\u{2c7}"));
    }

    #[test]
    fn latin_with_look_alikes_is_found() {
        for (bad, word) in [
            ("p\u{430}ypal", "p\u{430}ypal"),
            ("good \u{440}aypal", "\u{440}aypal"),
            ("\u{3bf}racle", "\u{3bf}racle"),
            ("\u{421}\u{3a9}", "\u{421}\u{3a9}"),
            ("\u{430}\u{6771}", "\u{430}\u{6771}"),
        ] {
            assert_eq!(mixed_word(bad), Some(word));
        }
    }
}
