//! Whether bytes are the one encoding that DER allows (X.690 §10, §11): then re-encoding what they
//! say gives the same bytes, and no two readers see different things in them.

use std::fmt;

use der::Tag;

use crate::base::attribute::is_printable_string;
use crate::base::element::{Element, Elements};

/// Nested deeper than any request: X.509 needs 9 levels.
pub(super) const MAX_DEPTH: usize = 16;

/// More elements than 100 names and 32 attributes make: those are below 1,000.
pub(super) const MAX_ELEMENTS: usize = 4_096;

/// Where and why bytes are not canonical.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {fault}")]
pub struct NotCanonical {
    /// Offset of the element from the start of the input.
    pub offset: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// The ways to break DER that a reader could overlook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Tag or length is no DER.
    Header(der::Error),
    /// A BOOLEAN other than 0x00 or 0xff.
    Boolean,
    /// An INTEGER or ENUMERATED with needless leading octets, or none at all.
    Integer,
    /// A BIT STRING whose unused bits are not zero, or miscounted.
    BitString,
    /// A NULL with content.
    Null,
    /// An OBJECT IDENTIFIER with needless leading octets or an open end.
    Oid,
    /// A string with characters that its type does not have.
    Text(Tag),
    /// A string type that DER has and certificates do not use any more.
    OldString(&'static str),
    /// A SET whose elements are not in ascending order.
    SetOrder,
    /// Nested deeper than we read.
    Depth,
    /// More elements than we read.
    Elements,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => write!(f, "tag or length is not DER: {error}"),
            Self::Boolean => f.write_str("a BOOLEAN is neither 00 nor FF"),
            Self::Integer => f.write_str("an INTEGER has needless octets or none"),
            Self::BitString => f.write_str("a BIT STRING has unused bits that are not zero"),
            Self::Null => f.write_str("a NULL has content"),
            Self::Oid => f.write_str("an OBJECT IDENTIFIER is malformed"),
            Self::Text(tag) => write!(f, "a {tag} has characters outside its alphabet"),
            Self::OldString(name) => write!(f, "a {name} is not read"),
            Self::SetOrder => f.write_str("the elements of a SET are not in ascending order"),
            Self::Depth => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            Self::Elements => write!(f, "more than {MAX_ELEMENTS} elements"),
        }
    }
}

/// Walks every element of `input`.
///
/// # Errors
/// [`NotCanonical`] for the first element that has another encoding than DER's.
pub(crate) fn check(input: &[u8]) -> Result<(), NotCanonical> {
    match scan(input)? {
        Some(text) => Err(text),
        None => Ok(()),
    }
}

/// [`check`] without a limit on the number of elements, for what is long by its nature: a CRL.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_long(input: &[u8]) -> Result<(), NotCanonical> {
    match scan_within(input, usize::MAX)? {
        Some(text) => Err(text),
        None => Ok(()),
    }
}

/// [`check`], but for strings with characters that their type does not have: the first of these is
/// returned, so that who knows what the string is for can name it better. One pass without recursion;
/// each byte is looked at once per level at most.
///
/// # Errors
/// [`NotCanonical`], also when the budgets for nesting and elements are spent.
pub(crate) fn scan(input: &[u8]) -> Result<Option<NotCanonical>, NotCanonical> {
    scan_within(input, MAX_ELEMENTS)
}

fn scan_within(input: &[u8], limit: usize) -> Result<Option<NotCanonical>, NotCanonical> {
    let mut open = vec![Level { end: input.len(), is_set: false, previous: &[] }];
    let mut text = None;
    let mut elements = 0_usize;
    let mut offset = 0;
    while let Some(level) = open.last_mut() {
        if offset == level.end {
            open.pop();
            continue;
        }
        let fail = |fault| NotCanonical { offset, fault };
        elements += 1;
        if elements > limit {
            return Err(fail(Fault::Elements));
        }
        let rest = input.get(offset..level.end).unwrap_or_default();
        let element = Elements::new(rest).and_then(|mut rest| Element::next(&mut rest));
        let Element { tag, raw, content } = element.map_err(|error| {
            fail(old_string(rest).map_or(Fault::Header(error), Fault::OldString))
        })?;
        // Equal elements are in order (X.690 §11.6); whether they may be equal is for their reader.
        if level.is_set && level.previous > raw {
            return Err(fail(Fault::SetOrder));
        }
        level.previous = raw;
        if tag.is_constructed() {
            if open.len() > MAX_DEPTH {
                return Err(fail(Fault::Depth));
            }
            open.push(Level { end: offset + raw.len(), is_set: tag == Tag::Set, previous: &[] });
            offset += raw.len() - content.len();
            continue;
        }
        if let Some(fault) = primitive_fault(tag, content) {
            return Err(fail(fault));
        }
        if text.is_none() && !is_in_alphabet(tag, content) {
            text = Some(fail(Fault::Text(tag)));
        }
        offset += raw.len();
    }
    Ok(text)
}

/// A constructed element that is being read.
struct Level<'a> {
    end: usize,
    is_set: bool,
    previous: &'a [u8],
}

/// The string types whose tags the DER library does not know.
fn old_string(input: &[u8]) -> Option<&'static str> {
    match input.first()? {
        0x07 => Some("ObjectDescriptor"),
        0x19 => Some("GraphicString"),
        0x1c => Some("UniversalString"),
        _ => None,
    }
}

fn primitive_fault(tag: Tag, content: &[u8]) -> Option<Fault> {
    let broken = |condition: bool, fault: Fault| condition.then_some(fault);
    match tag {
        Tag::Boolean => broken(!matches!(content, [0x00 | 0xff]), Fault::Boolean),
        Tag::Integer | Tag::Enumerated => {
            let needless = matches!(content, [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..]);
            broken(content.is_empty() || needless, Fault::Integer)
        }
        Tag::BitString => broken(!is_bit_string(content), Fault::BitString),
        Tag::Null => broken(!content.is_empty(), Fault::Null),
        Tag::ObjectIdentifier => broken(!is_oid(content), Fault::Oid),
        _ => None,
    }
}

/// Whether the octets of a string are characters of its type.
fn is_in_alphabet(tag: Tag, content: &[u8]) -> bool {
    match tag {
        Tag::Utf8String => std::str::from_utf8(content).is_ok(),
        Tag::PrintableString => is_printable_string(content),
        Tag::Ia5String => content.is_ascii(),
        Tag::NumericString => content.iter().all(|octet| octet.is_ascii_digit() || *octet == b' '),
        Tag::VisibleString => content.iter().all(|octet| matches!(octet, 0x20..=0x7e)),
        Tag::BmpString => content.len().is_multiple_of(2),
        _ => true,
    }
}

fn is_bit_string(content: &[u8]) -> bool {
    match content {
        [0] => true,
        [unused @ 0..=7, .., last] => last.trailing_zeros() >= u32::from(*unused),
        _ => false,
    }
}

/// Each arc ends, and none begins with a needless 0x80 (X.690 §8.19.2), which the DER library lets
/// pass.
fn is_oid(content: &[u8]) -> bool {
    let arcs_end = content.last().is_some_and(|last| last & 0x80 == 0);
    let mut begins_arc = true;
    let padded = content.iter().any(|octet| {
        let padding = begins_arc && *octet == 0x80;
        begins_arc = octet & 0x80 == 0;
        padding
    });
    arcs_end && !padded
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    fn fault(input: &[u8]) -> Fault {
        check(input).unwrap_err().fault
    }

    #[test]
    fn each_way_around_der_has_its_own_fault() {
        assert!(matches!(fault(&hex!("3080 0000")), Fault::Header(_)));
        assert!(matches!(fault(&hex!("308100")), Fault::Header(_)));
        assert_eq!(fault(&hex!("0101 01")), Fault::Boolean);
        assert_eq!(fault(&hex!("0202 007f")), Fault::Integer);
        assert_eq!(fault(&hex!("0202 ff80")), Fault::Integer);
        assert_eq!(fault(&hex!("0200")), Fault::Integer);
        assert_eq!(fault(&hex!("0302 0101")), Fault::BitString);
        assert_eq!(fault(&hex!("0301 01")), Fault::BitString);
        assert_eq!(fault(&hex!("0501 00")), Fault::Null);
        assert_eq!(fault(&hex!("0603 558003")), Fault::Oid);
        assert_eq!(fault(&hex!("0602 5583")), Fault::Oid);
        assert_eq!(fault(&hex!("0600")), Fault::Oid);
        assert_eq!(fault(&hex!("0c01 ff")), Fault::Text(Tag::Utf8String));
        assert_eq!(fault(&hex!("1301 40")), Fault::Text(Tag::PrintableString));
        assert_eq!(fault(&hex!("1601 80")), Fault::Text(Tag::Ia5String));
        assert_eq!(fault(&hex!("1201 61")), Fault::Text(Tag::NumericString));
        assert_eq!(fault(&hex!("1a01 7f")), Fault::Text(Tag::VisibleString));
        assert_eq!(fault(&hex!("1a01 1f")), Fault::Text(Tag::VisibleString));
        assert_eq!(fault(&hex!("1e01 00")), Fault::Text(Tag::BmpString));
        assert_eq!(fault(&hex!("0701 61")), Fault::OldString("ObjectDescriptor"));
        assert_eq!(fault(&hex!("1901 61")), Fault::OldString("GraphicString"));
        assert_eq!(fault(&hex!("1c04 00000061")), Fault::OldString("UniversalString"));
        assert_eq!(fault(&hex!("3106 020102 020101")), Fault::SetOrder);
    }

    #[test]
    fn canonical_neighbours_of_the_faults_pass() {
        for good in [
            &hex!("0101 ff")[..],
            &hex!("0202 0080"),
            &hex!("0202 ff7f"),
            &hex!("0302 0102"),
            &hex!("0301 00"),
            &hex!("0500"),
            &hex!("1203 302039"),
            &hex!("1a02 207e"),
            &hex!("1e02 0061"),
            &hex!("3106 020101 020102"),
            // Equal elements are in order.
            &hex!("3106 020101 020101"),
        ] {
            check(good).unwrap();
        }
    }

    #[test]
    fn the_offset_counts_from_the_start_of_the_input() {
        assert_eq!(
            check(&hex!("3005 020101 0500 3003 010101")),
            Err(NotCanonical { offset: 9, fault: Fault::Boolean })
        );
    }

    #[test]
    fn sixteen_levels_pass_and_one_more_is_too_deep() {
        let nested = |levels: usize| {
            let mut der = Vec::new();
            for _ in 0..levels {
                der.insert(0, u8::try_from(der.len()).unwrap());
                der.insert(0, 0x30);
            }
            der
        };
        check(&nested(16)).unwrap();
        assert_eq!(fault(&nested(17)), Fault::Depth);
        assert_eq!(fault(&nested(60)), Fault::Depth);
    }

    #[test]
    fn elements_are_counted_and_too_many_are_refused() {
        let nulls = |count: usize| hex!("0500").repeat(count);
        check(&nulls(MAX_ELEMENTS)).unwrap();
        let error = check(&nulls(MAX_ELEMENTS + 1)).unwrap_err();
        assert_eq!(error, NotCanonical { offset: 2 * MAX_ELEMENTS, fault: Fault::Elements });
    }

    #[test]
    fn a_wrong_character_is_told_only_when_nothing_else_is_wrong() {
        let text = NotCanonical { offset: 2, fault: Fault::Text(Tag::PrintableString) };
        assert_eq!(scan(&hex!("3005 130140 0500")), Ok(Some(text)));
        assert_eq!(fault(&hex!("3006 130140 050100")), Fault::Null);
    }

    #[test]
    fn a_length_beyond_the_parent_is_refused() {
        assert!(matches!(fault(&hex!("3003 0c05 61 61616161")), Fault::Header(_)));
    }
}
