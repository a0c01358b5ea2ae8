//! Text in subjects: characters that deceive, encodings that are none, types that nobody should use.

use crate::encode::{oid, rdn, sequence, tlv};
use crate::vector::{Corpus, Draft};

const CN: &str = "2.5.4.3";

pub(super) fn add(corpus: &mut Corpus) {
    encodings(corpus);
    characters(corpus);
    scripts(corpus);
    types(corpus);
}

fn common_name(tag: u8, value: &[u8]) -> Vec<u8> {
    Draft::good().subject(&[rdn(&[(CN, tag, value)])]).finish()
}

fn encodings(corpus: &mut Corpus) {
    let class = "utf8";
    for (note, value) in [
        ("a lone continuation octet", &b"a\x80b"[..]),
        ("a lone lead octet", b"a\xc3"),
        ("ff", b"a\xff"),
        ("fe", b"\xfea"),
        ("a slash in two octets", b"a\xc0\xafb"),
        ("a slash in three octets", b"a\xe0\x80\xafb"),
        ("a slash in four octets", b"a\xf0\x80\x80\xafb"),
        ("a NUL in two octets", b"a\xc0\x80b"),
        ("a high surrogate", b"a\xed\xa0\x80b"),
        ("a low surrogate", b"a\xed\xb0\x80b"),
        ("a pair of surrogates", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("above 10ffff", b"\xf4\x90\x80\x80"),
        ("five octets", b"\xf8\x88\x80\x80\x80"),
        ("Latin-1", b"M\xfcller"),
        ("UTF-16", b"\xfe\xff\x00a"),
        ("the end cut off", b"a\xf0\x9f\x98"),
    ] {
        corpus.refused(class, note, "request.name.utf8", common_name(0x0c, value));
    }
    let class = "string-characters";
    let code = "request.name.characters";
    for (note, tag, value) in [
        ("PrintableString with an at sign", 0x13, &b"a@example.com"[..]),
        ("PrintableString with a star", 0x13, b"*.example.com"),
        ("PrintableString with an underscore", 0x13, b"a_b"),
        ("PrintableString with an ampersand", 0x13, b"a&b"),
        ("PrintableString with UTF-8", 0x13, "Müller".as_bytes()),
        ("PrintableString with Latin-1", 0x13, b"M\xfcller"),
        ("PrintableString with NUL", 0x13, b"a\0b"),
        ("PrintableString with ESC", 0x13, b"a\x1b[31m"),
    ] {
        corpus.refused(class, note, code, common_name(tag, value));
    }
    let mail = |value: &[u8]| {
        Draft::good().subject(&[rdn(&[("1.2.840.113549.1.9.1", 0x16, value)])]).finish()
    };
    corpus.refused(class, "IA5String above 7f", code, mail(b"m\xfcller@example.com"));
    corpus.refused(class, "IA5String with UTF-8", code, mail("müller@example.com".as_bytes()));
}

fn characters(corpus: &mut Corpus) {
    let text = |text: &str| common_name(0x0c, text.as_bytes());
    let class = "control";
    let code = "request.name.control";
    for (note, value) in [
        ("NUL", "www.example.com\0.evil.example"),
        ("NUL at the end", "www.example.com\0"),
        ("BEL", "a\u{7}"),
        ("backspace", "good\u{8}\u{8}\u{8}\u{8}evil"),
        ("tab", "a\tb"),
        ("a line end", "a\nissued: b"),
        ("a carriage return", "a\rissued"),
        ("vertical tab", "a\u{b}b"),
        ("form feed", "a\u{c}b"),
        ("shift out", "a\u{e}b"),
        ("cancel", "a\u{18}b"),
        ("a colour", "\u{1b}[31mred\u{1b}[0m"),
        ("clear the screen", "\u{1b}[2J\u{1b}[H"),
        ("the window's title", "\u{1b}]0;root\u{7}"),
        ("a hyperlink", "\u{1b}]8;;https://evil.example\u{1b}\\x\u{1b}]8;;\u{1b}\\"),
        ("the clipboard", "\u{1b}]52;c;ZXZpbA==\u{7}"),
        ("a device query", "\u{1b}[6n"),
        ("another character set", "\u{1b}(0"),
        ("a reset", "\u{1b}c"),
        ("DEL", "a\u{7f}b"),
        ("the first of C1", "a\u{80}b"),
        ("next line", "a\u{85}b"),
        ("CSI of one octet", "\u{9b}31m"),
        ("OSC of one octet", "\u{9d}0;root\u{9c}"),
        ("the last of C1", "a\u{9f}b"),
    ] {
        corpus.refused(class, note, code, text(value));
    }
    let class = "bidi";
    let code = "request.name.bidi";
    for (note, character) in [
        ("Arabic letter mark", '\u{61c}'),
        ("left-to-right mark", '\u{200e}'),
        ("right-to-left mark", '\u{200f}'),
        ("left-to-right embedding", '\u{202a}'),
        ("right-to-left embedding", '\u{202b}'),
        ("pop", '\u{202c}'),
        ("left-to-right override", '\u{202d}'),
        ("right-to-left override", '\u{202e}'),
        ("left-to-right isolate", '\u{2066}'),
        ("right-to-left isolate", '\u{2067}'),
        ("first strong isolate", '\u{2068}'),
        ("pop isolate", '\u{2069}'),
    ] {
        corpus.refused(class, note, code, text(&format!("a{character}moc.elpmaxe")));
    }
    let class = "invisible";
    let code = "request.name.invisible";
    for (note, character) in [
        ("soft hyphen", '\u{ad}'),
        ("combining grapheme joiner", '\u{34f}'),
        ("Hangul filler", '\u{115f}'),
        ("Khmer inherent vowel", '\u{17b4}'),
        ("Mongolian vowel separator", '\u{180e}'),
        ("zero width space", '\u{200b}'),
        ("zero width non-joiner", '\u{200c}'),
        ("zero width joiner", '\u{200d}'),
        ("line separator", '\u{2028}'),
        ("paragraph separator", '\u{2029}'),
        ("word joiner", '\u{2060}'),
        ("function application", '\u{2061}'),
        ("inhibit symmetric swapping", '\u{206a}'),
        ("Hangul half filler", '\u{3164}'),
        ("variation selector", '\u{fe0f}'),
        ("byte order mark", '\u{feff}'),
        ("halfwidth Hangul filler", '\u{ffa0}'),
        ("interlinear annotation", '\u{fff9}'),
        ("object replacement", '\u{fffb}'),
        ("musical symbol", '\u{1d173}'),
        ("tag A", '\u{e0041}'),
        ("variation selector 17", '\u{e0100}'),
        ("shorthand format", '\u{1bca0}'),
        ("Braille blank", '\u{2800}'),
    ] {
        corpus.refused(class, note, code, text(&format!("exam{character}ple")));
    }
    let class = "outer-space";
    let code = "request.name.outer-space";
    for (note, value) in [
        ("in front", " a"),
        ("behind", "a "),
        ("alone", " "),
        ("no-break space in front", "\u{a0}a"),
        ("ideographic space behind", "a\u{3000}"),
        ("em space behind", "a\u{2003}"),
    ] {
        corpus.refused(class, note, code, text(value));
    }
    let der = common_name(0x13, b" a");
    corpus.refused(class, "in front of a PrintableString", code, der);
}

fn scripts(corpus: &mut Corpus) {
    let text = |text: &str| common_name(0x0c, text.as_bytes());
    let class = "not-nfc";
    let code = "request.name.not-nfc";
    for (note, value) in [
        ("u and a diaeresis", "Mu\u{308}ller"),
        ("the Angstrom sign", "\u{212b}ngstrom"),
        ("the Ohm sign", "\u{2126}"),
        ("Hangul in pieces", "\u{1112}\u{1161}\u{11ab}"),
        ("marks in another order", "a\u{301}\u{323}"),
        ("a compatibility ideograph", "\u{f900}"),
        ("the Kelvin sign", "\u{212a}elvin"),
    ] {
        corpus.refused(class, note, code, text(value));
    }
    let class = "mixed-script";
    let code = "request.name.mixed-script";
    for (note, value) in [
        ("Latin with Cyrillic a", "ex\u{430}mple.com"),
        ("Latin with Cyrillic o", "g\u{43e}ogle"),
        ("Latin with Greek omicron", "g\u{3bf}ogle"),
        ("Cyrillic with Latin a", "\u{43c}a\u{43c}\u{430}"),
        ("Latin with Cherokee", "\u{13d9}example"),
        ("Latin with Armenian", "e\u{578}ample"),
        ("Latin with a Coptic letter", "ex\u{2c81}mple"),
        ("Greek with Cyrillic", "\u{3b1}\u{431}\u{3b3}"),
        ("Latin with Hebrew", "example\u{5d0}"),
        ("Latin with Arabic", "example\u{627}"),
    ] {
        corpus.refused(class, note, code, text(value));
    }
}

fn types(corpus: &mut Corpus) {
    let class = "string-type";
    let code = "request.name.string-type";
    for (note, tag, value) in [
        ("TeletexString", 0x14, &b"www.example.com"[..]),
        ("BMPString", 0x1e, b"\0w\0w\0w"),
        ("UniversalString", 0x1c, b"\0\0\0w"),
        ("NumericString", 0x12, b"123"),
        ("VisibleString", 0x1a, b"www.example.com"),
        ("GeneralString", 0x1b, b"www.example.com"),
        ("GraphicString", 0x19, b"www.example.com"),
        ("VideotexString", 0x15, b"www.example.com"),
        ("IA5String", 0x16, b"www.example.com"),
        ("INTEGER", 2, &[7]),
        ("BOOLEAN", 1, &[0xff]),
        ("NULL", 5, &[]),
        ("OCTET STRING", 4, b"www.example.com"),
        ("BIT STRING", 3, &[0, 1]),
        ("OBJECT IDENTIFIER", 6, &[0x55, 4, 3]),
        ("a SEQUENCE", 0x30, &[]),
        ("a SET", 0x31, &[]),
        ("UTCTime", 0x17, b"260101000000Z"),
        ("a context tag", 0x80, b"www.example.com"),
    ] {
        corpus.refused(class, note, code, common_name(tag, value));
    }
    for (note, kind, tag, value) in [
        ("a country of UTF8String", "2.5.4.6", 0x0c, &b"CH"[..]),
        ("a serialNumber of UTF8String", "2.5.4.5", 0x0c, b"7"),
        ("a dnQualifier of UTF8String", "2.5.4.46", 0x0c, b"7"),
        ("a domainComponent of UTF8String", "0.9.2342.19200300.100.1.25", 0x0c, b"com"),
        ("a domainComponent of PrintableString", "0.9.2342.19200300.100.1.25", 0x13, b"com"),
        ("an emailAddress of UTF8String", "1.2.840.113549.1.9.1", 0x0c, b"a@example.com"),
        ("an O of IA5String", "2.5.4.10", 0x16, b"Example"),
        ("an O of TeletexString", "2.5.4.10", 0x14, b"Example"),
        ("an OU of BMPString", "2.5.4.11", 0x1e, b"\0a"),
        ("an OU of ObjectDescriptor", "2.5.4.11", 7, b"unit"),
    ] {
        let der = Draft::good().subject(&[rdn(&[(kind, tag, value)])]).finish();
        corpus.refused(class, note, code, der);
    }
    let class = "malformed-subject";
    let code = "request.subject";
    let attribute =
        |parts: &[Vec<u8>]| Draft::good().subject(&[tlv(0x31, &sequence(parts))]).finish();
    corpus.refused(class, "a type alone", code, attribute(&[oid(CN)]));
    corpus.refused(class, "a value alone", code, attribute(&[tlv(0x0c, b"a")]));
    corpus.refused(class, "nothing", code, attribute(&[]));
    corpus.refused(
        class,
        "two values",
        code,
        attribute(&[oid(CN), tlv(0x0c, b"a"), tlv(0x0c, b"b")]),
    );
    corpus.refused(class, "a value before its type", code, attribute(&[tlv(0x0c, b"a"), oid(CN)]));
    corpus.refused(class, "an attribute without its set", code, {
        Draft::good().subject(&[sequence(&[oid(CN), tlv(0x0c, b"a")])]).finish()
    });
    corpus.refused(class, "text", "request.not-canonical", {
        Draft { subject: tlv(0x30, b"CN=www.example.com"), ..Draft::good() }.finish()
    });
}
