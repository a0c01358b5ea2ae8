//! Two hundred strings that do something to a terminal or to a reader, and the check that none is left.

use keystead::base::text::is_confusing;

use crate::site::Run;

/// The strings, each of at least one character that must not be printed.
pub(crate) fn hostile() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let controls = ('\u{0}'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
    all.extend(controls.map(|control| format!("a{control}b")));
    let bidi = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    all.extend(bidi.chars().map(|character| format!("user{character}nimda")));
    let invisible = "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}\u{180e}\u{200b}\u{200c}\u{200d}\u{2028}\u{2029}\u{2060}\u{2061}\u{2064}\u{206a}\u{206f}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffb}\u{1bca0}\u{1d173}\u{e0001}\u{e0041}\u{e007f}\u{e0100}";
    all.extend(invisible.chars().map(|character| format!("exam{character}ple")));
    let escape = |tail: &str| format!("x\u{1b}{tail}y");
    for tail in [
        "[31m",
        "[0m",
        "[1;31;42m",
        "[38;5;1m",
        "[8m",
        "[2J",
        "[H",
        "[3J",
        "[1A",
        "[1K",
        "[2K",
        "[10D",
        "[6n",
        "[5n",
        "[c",
        "[>c",
        "[=c",
        "[?25l",
        "[?1049h",
        "[?1000h",
        "[?2004h",
        "[20h",
        "[4h",
        "[s",
        "[u",
        "[r",
        "[1;1r",
        "[!p",
        "[61\"p",
        "[?5h",
        "[14t",
        "[21t",
        "[8;1;1t",
        "[2t",
        "[0q",
        "]0;title\u{7}",
        "]2;title\u{1b}\\",
        "]4;1;?\u{7}",
        "]8;;http://example.com\u{7}",
        "]10;?\u{7}",
        "]50;?\u{7}",
        "]52;c;ZXZpbA==\u{7}",
        "]1337;File=:AA==\u{7}",
        "]777;notify;a;b\u{7}",
        "]9;4;1\u{7}",
        "P$q\"p\u{1b}\\",
        "P+q544e\u{1b}\\",
        "_Gi=1\u{1b}\\",
        "^x\u{1b}\\",
        "Xx\u{1b}\\",
        "c",
        "7",
        "8",
        "D",
        "M",
        "E",
        "=",
        ">",
        "#8",
        "(0",
        ")0",
        "%G",
        "n",
        "o",
        "N",
        "O",
        "Z",
        "k title\u{1b}\\",
    ] {
        all.push(escape(tail));
    }
    for text in [
        "\u{9b}31m",
        "\u{9b}2J",
        "\u{9d}0;title\u{9c}",
        "\u{90}q\u{9c}",
        "\u{9e}x\u{9c}",
        "\u{9f}x\u{9c}",
        "good\rerror",
        "good\nissued: evil",
        "good\u{8}\u{8}\u{8}\u{8}evil",
        "a\tb",
        "a\u{b}b\u{c}c",
        "\0evil",
        "\u{202e}\u{1b}[31m",
        "\u{feff}\u{200b}\u{200d}",
        "a\u{0}\u{7}\u{1b}\u{9b}",
        "\u{2066}\u{202e}fdp.exe",
        "e\u{301}\u{200d}\u{fe0f}",
        "\u{e0065}\u{e0076}\u{e0069}\u{e006c}",
        "\\u{1b}\u{1b}\\n\n",
        "%1b\u{1b}%0a\n",
        "\u{1b}\u{1b}\u{1b}[",
        "\u{1b}",
        "tail\u{1b}[",
        "tail\u{9b}",
        "a\u{85}b\u{2028}c\u{2029}d",
    ] {
        all.push(text.to_owned());
    }
    assert!(all.len() >= 200, "{}", all.len());
    assert!(all.iter().all(|text| text.chars().any(is_confusing)));
    all
}

/// Nothing in it but what a terminal shows as it is.
#[track_caller]
pub(crate) fn assert_clear(what: &str, text: &str) {
    let stray =
        text.char_indices().find(|(_, character)| *character != '\n' && is_confusing(*character));
    if let Some((at, character)) = stray {
        let (before, after) = text.split_at(at);
        let before: String =
            before.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
        panic!(
            "{what}: {character:?} in {:?}",
            before + &after.chars().take(40).collect::<String>()
        );
    }
}

impl Run {
    /// Both streams can be shown, and a line end in the input made no line of its own.
    #[track_caller]
    pub(crate) fn clear(self, what: &str) -> Self {
        assert_clear(&format!("{what}, stdout"), &self.stdout);
        assert_clear(&format!("{what}, stderr"), &self.stderr);
        for line in self.stdout.lines().chain(self.stderr.lines()) {
            assert!(!line.starts_with("issued: evil"), "{what}: {}", self.story());
        }
        self
    }
}
