//! What a file holds: DER, or PEM blocks of any label.

use der::pem;
use keystead::lint::Label;

/// One thing of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// Bytes to lint, with their PEM label if they had one.
    Der(Option<Label>, Vec<u8>),
    /// A PEM block that cannot be read, and why.
    Damaged(String),
    /// A PEM block of something else, such as a key.
    Other,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// Splits a file. Text around PEM blocks is passed over; a file without any is DER.
pub(super) fn split(bytes: Vec<u8>) -> Vec<Object> {
    let is_der = bytes.first() == Some(&0x30) && bytes.get(1).is_some_and(|octet| *octet > 0x7f);
    if is_der || find(&bytes, BEGIN).is_none() {
        return vec![Object::Der(None, bytes)];
    }
    let mut objects = Vec::new();
    let mut rest = &bytes[..];
    while let Some(begin) = find(rest, BEGIN) {
        rest = &rest[begin..];
        // The block ends with the line of its end, or where the next one begins.
        let next = find(&rest[BEGIN.len()..], BEGIN).map(|next| next + BEGIN.len());
        let end = find(rest, END).filter(|end| next.is_none_or(|next| *end < next));
        let length = match end {
            Some(end) => find(&rest[end..], b"\n").map_or(rest.len(), |line| end + line + 1),
            None => next.unwrap_or(rest.len()),
        };
        objects.push(object(&rest[..length]));
        rest = &rest[length..];
    }
    objects
}

fn object(block: &[u8]) -> Object {
    let label = block[BEGIN.len()..].split(|octet| *octet == b'-').next().unwrap_or_default();
    let known = std::str::from_utf8(label).ok().map(Label::from_pem);
    match known {
        None => Object::Damaged("a PEM block has a label that is no text".to_owned()),
        Some(None) => Object::Other,
        Some(label) => match pem::decode_vec(block.trim_ascii_end()) {
            Ok((_, der)) => Object::Der(label, der),
            Err(error) => Object::Damaged(format!("a PEM block cannot be read: {error}")),
        },
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use keystead::base::pem::{CERTIFICATE, PRIVATE_KEY, encode};

    use super::*;

    #[test]
    fn blocks_are_split_and_keys_are_told_apart() {
        let text = format!(
            "subject=/CN=a\n{}{}\n{}",
            encode(CERTIFICATE, &[0x30, 0]),
            encode(PRIVATE_KEY, &[1]),
            encode(CERTIFICATE, &[7]).trim_end()
        );
        let label = Label::from_pem("CERTIFICATE");
        let expected =
            [Object::Der(label, vec![0x30, 0]), Object::Other, Object::Der(label, vec![7])];
        assert_eq!(split(text.into_bytes()), expected);
    }

    #[test]
    fn a_damaged_block_is_told_and_those_around_it_are_read() {
        let good = encode(CERTIFICATE, &[7; 60]);
        let cut: String = good.lines().take(2).collect::<Vec<_>>().join("\n") + "\n";
        let text = format!("{good}{cut}{good}");
        let objects = split(text.into_bytes());
        assert_eq!(objects.len(), 3);
        assert!(matches!(&objects[1], Object::Damaged(_)), "{objects:?}");
        assert_eq!(objects[0], objects[2]);
    }

    #[test]
    fn der_is_one_object_even_with_a_begin_line_inside() {
        for bytes in [[&[0x30, 0x81, 0x90][..], BEGIN].concat(), b"garbage".to_vec()] {
            let [Object::Der(None, whole)] = &split(bytes.clone())[..] else { panic!("{bytes:?}") };
            assert_eq!(*whole, bytes);
        }
    }
}
