//! Whether bytes are the one encoding that DER allows (X.690 §10, §11): then re-encoding what they
//! say gives the same bytes, and no two readers see different things in them.

use std::fmt;

use der::{Reader as _, SliceReader, Tag};

use crate::base::element::Element;

/// Nested deeper than any request: X.509 needs 9 levels.
const MAX_DEPTH: usize = 16;

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
    /// A SET whose elements are not in ascending order, or not distinct.
    SetOrder,
    /// Nested deeper than we read.
    Depth,
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
            Self::SetOrder => f.write_str("the elements of a SET are not in ascending order"),
            Self::Depth => write!(f, "nested deeper than {MAX_DEPTH} levels"),
        }
    }
}

/// Walks every element of `input`.
///
/// # Errors
/// [`NotCanonical`] for the first element that has another encoding than DER's.
pub(crate) fn check(input: &[u8]) -> Result<(), NotCanonical> {
    walk(input, 0, 0, false)
}

fn walk(input: &[u8], base: usize, depth: usize, is_set: bool) -> Result<(), NotCanonical> {
    let at = |offset: usize, fault: Fault| NotCanonical { offset: base + offset, fault };
    if depth > MAX_DEPTH {
        return Err(at(0, Fault::Depth));
    }
    let mut reader = SliceReader::new(input).map_err(|error| at(0, Fault::Header(error)))?;
    let mut offset = 0;
    let mut previous: Option<&[u8]> = None;
    while !reader.is_finished() {
        let element =
            Element::next(&mut reader).map_err(|error| at(offset, Fault::Header(error)))?;
        if is_set && previous.is_some_and(|before| before >= element.raw) {
            return Err(at(offset, Fault::SetOrder));
        }
        previous = Some(element.raw);
        if element.tag.is_constructed() {
            let start = base + offset + (element.raw.len() - element.content.len());
            walk(element.content, start, depth + 1, element.tag == Tag::Set)?;
        } else if let Some(fault) = primitive_fault(element) {
            return Err(at(offset, fault));
        }
        offset += element.raw.len();
    }
    Ok(())
}

fn primitive_fault(element: Element<'_>) -> Option<Fault> {
    let content = element.content;
    let broken = |condition: bool, fault: Fault| condition.then_some(fault);
    match element.tag {
        Tag::Boolean => broken(!matches!(content, [0x00 | 0xff]), Fault::Boolean),
        Tag::Integer | Tag::Enumerated => {
            let needless = matches!(content, [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..]);
            broken(content.is_empty() || needless, Fault::Integer)
        }
        Tag::BitString => broken(!is_bit_string(content), Fault::BitString),
        Tag::Null => broken(!content.is_empty(), Fault::Null),
        Tag::ObjectIdentifier => broken(!is_oid(content), Fault::Oid),
        Tag::Utf8String => broken(std::str::from_utf8(content).is_err(), Fault::Text(element.tag)),
        Tag::PrintableString => {
            broken(!content.iter().copied().all(is_printable_string), Fault::Text(element.tag))
        }
        Tag::Ia5String => broken(!content.is_ascii(), Fault::Text(element.tag)),
        Tag::NumericString => broken(
            !content.iter().all(|octet| octet.is_ascii_digit() || *octet == b' '),
            Fault::Text(element.tag),
        ),
        Tag::VisibleString => broken(
            !content.iter().all(|octet| matches!(octet, 0x20..=0x7e)),
            Fault::Text(element.tag),
        ),
        Tag::BmpString => broken(!content.len().is_multiple_of(2), Fault::Text(element.tag)),
        _ => None,
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

/// The alphabet of PrintableString (X.680 §41.4).
fn is_printable_string(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b' ' | b'\'' | b'(' | b')' | b'+' | b',' | b'-' | b'.' | b'/' | b':' | b'=' | b'?'
        )
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
        assert_eq!(fault(&hex!("3106 020102 020101")), Fault::SetOrder);
        assert_eq!(fault(&hex!("3106 020101 020101")), Fault::SetOrder);
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
            &hex!("3106 020101 020102"),
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
    fn nesting_stops_before_the_stack_does() {
        let mut nested = Vec::new();
        for _ in 0..100 {
            let mut outer = vec![0x30];
            outer.push(u8::try_from(nested.len()).unwrap_or(0x7f) & 0x7f);
            outer.extend_from_slice(&nested[..usize::from(outer[1])]);
            nested = outer;
            if nested.len() > 100 {
                break;
            }
        }
        assert_eq!(fault(&nested), Fault::Depth);
    }
}
