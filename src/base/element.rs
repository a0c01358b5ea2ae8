//! One DER element as slices of its input, so that what is checked is what is later carried over.

use der::asn1::ObjectIdentifier;
use der::{Decode, ErrorKind, Header, Length, Reader as _, SliceReader, Tag, TagNumber};

/// A tag-length-value, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Tag, length and content.
    pub raw: &'a [u8],
    /// The content alone.
    pub content: &'a [u8],
}

/// Elements in a row, read one after the other by [`Element::next`]. An element that cannot be read is
/// not passed over.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Elements<'a> {
    /// The elements of `bytes`.
    ///
    /// # Errors
    /// [`der::Error`] when there are more octets than DER allows.
    pub fn new(bytes: &'a [u8]) -> der::Result<Self> {
        Length::try_from(bytes.len())?;
        Ok(Self { bytes, offset: 0 })
    }

    /// Whether all were read.
    pub fn is_finished(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`der::Error`] when something is left.
    pub fn finish(self) -> der::Result<()> {
        if self.is_finished() { Ok(()) } else { self.at_offset()?.finish() }
    }

    /// The DER library's reader at the same place: it reads what is rare, and names errors.
    fn at_offset(&self) -> der::Result<SliceReader<'a>> {
        let mut reader = SliceReader::new(self.bytes)?;
        reader.read_slice(Length::try_from(self.offset)?)?;
        Ok(reader)
    }

    /// The next element by the DER library.
    fn next_by_library(&self) -> der::Result<Element<'a>> {
        let mut reader = self.at_offset()?;
        let header = Header::peek(&reader)?;
        let raw = reader.tlv_bytes()?;
        let length = usize::try_from(header.length())?;
        // `tlv_bytes` returned header and content, so the content is the end of it.
        let content = raw.get(raw.len() - length..).unwrap_or_default();
        Ok(Element { tag: header.tag(), raw, content })
    }
}

impl<'a> Element<'a> {
    /// Reads the next element.
    ///
    /// # Errors
    /// [`der::Error`] when there is none, or its tag or length is not DER.
    #[inline]
    pub fn next(reader: &mut Elements<'a>) -> der::Result<Self> {
        let rest = reader.bytes.get(reader.offset..).unwrap_or_default();
        let element = match Self::plain(rest) {
            Some(element) => element,
            None => reader.next_by_library()?,
        };
        reader.offset += element.raw.len();
        Ok(element)
    }

    /// The element at the start of `input`, when its tag and length are of the kinds that nearly all
    /// are; a certificate has a hundred, which many rules read again.
    fn plain(input: &'a [u8]) -> Option<Self> {
        let (header, length) = match *input {
            [_, length @ 0..=0x7f, ..] => (2, usize::from(length)),
            [_, 0x81, length @ 0x80..=0xff, ..] => (3, usize::from(length)),
            [_, 0x82, high @ 1..=0xff, low, ..] => (4, usize::from(high) << 8 | usize::from(low)),
            _ => return None,
        };
        let tag = plain_tag(*input.first()?)?;
        let raw = input.get(..header + length)?;
        Some(Self { tag, raw, content: raw.get(header..)? })
    }

    /// Reads the next element, which must have `tag`.
    ///
    /// # Errors
    /// [`der::Error`] as for [`Self::next`], or when the tag is another.
    pub fn expect(reader: &mut Elements<'a>, tag: Tag) -> der::Result<Self> {
        let element = Self::next(reader)?;
        element.tag.assert_eq(tag)?;
        Ok(element)
    }

    /// Reads `input`, which must be exactly one element with `tag`.
    ///
    /// # Errors
    /// [`der::Error`] as for [`Self::expect`], or when bytes follow it.
    pub fn only(input: &'a [u8], tag: Tag) -> der::Result<Self> {
        let mut reader = Elements::new(input)?;
        let element = Self::expect(&mut reader, tag)?;
        reader.finish()?;
        Ok(element)
    }

    /// A reader over the content of a constructed element.
    ///
    /// # Errors
    /// [`der::Error`] when the content is longer than DER allows.
    pub fn children(&self) -> der::Result<Elements<'a>> {
        Elements::new(self.content)
    }

    /// The content as an OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// [`der::Error`] when tag or content is that of none.
    pub fn oid(&self) -> der::Result<ObjectIdentifier> {
        match ObjectIdentifier::from_bytes(self.content) {
            Ok(oid) if self.tag == Tag::ObjectIdentifier => Ok(oid),
            // The library has the name of the error.
            _ => ObjectIdentifier::from_der(self.raw),
        }
    }

    /// The octets of a BIT STRING that fills whole octets.
    ///
    /// # Errors
    /// [`der::Error`] when it is none.
    pub fn whole_octets(&self) -> der::Result<&'a [u8]> {
        self.tag.assert_eq(Tag::BitString)?;
        match self.content.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(ErrorKind::Value { tag: Tag::BitString }.into()),
        }
    }
}

/// The tag that one identifier octet is, of the types that X.509 has.
fn plain_tag(identifier: u8) -> Option<Tag> {
    Some(match identifier {
        0x01 => Tag::Boolean,
        0x02 => Tag::Integer,
        0x03 => Tag::BitString,
        0x04 => Tag::OctetString,
        0x05 => Tag::Null,
        0x06 => Tag::ObjectIdentifier,
        0x0a => Tag::Enumerated,
        0x0c => Tag::Utf8String,
        0x13 => Tag::PrintableString,
        0x16 => Tag::Ia5String,
        0x17 => Tag::UtcTime,
        0x18 => Tag::GeneralizedTime,
        0x30 => Tag::Sequence,
        0x31 => Tag::Set,
        0x80..=0x9e | 0xa0..=0xbe => Tag::ContextSpecific {
            constructed: identifier & 0x20 != 0,
            number: TagNumber(u32::from(identifier & 0x1f)),
        },
        _ => return None,
    })
}

/// The header of an element with this one-octet identifier and content length, appended to `out`.
///
/// # Errors
/// [`der::Error`] when the length does not fit DER's four octets.
pub fn push_header(out: &mut Vec<u8>, identifier: u8, length: usize) -> der::Result<()> {
    out.push(identifier);
    if let Ok(short @ 0..=127) = u8::try_from(length) {
        out.push(short);
        return Ok(());
    }
    let octets = u32::try_from(length).map_err(|_| der::Error::from(ErrorKind::Overflow))?;
    let octets = octets.to_be_bytes();
    let leading = octets.iter().take_while(|octet| **octet == 0).count();
    // At most four octets follow, so the count is 0x81 to 0x84.
    out.push(0x84 - u8::try_from(leading).unwrap_or(0));
    out.extend_from_slice(&octets[leading..]);
    Ok(())
}

/// How many octets [`push_header`] appends.
pub fn header_len(length: usize) -> usize {
    match length {
        0..=0x7f => 2,
        0x80..=0xff => 3,
        0x100..=0xffff => 4,
        0x1_0000..=0xff_ffff => 5,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_written_as_the_der_library_reads_them() {
        for length in [0_usize, 1, 127, 128, 255, 256, 65_535, 65_536, 1 << 24] {
            let mut out = Vec::new();
            push_header(&mut out, 0x30, length).unwrap();
            assert_eq!(out.len(), header_len(length));
            let header = Header::from_der(&out).unwrap();
            assert_eq!(usize::try_from(header.length()).unwrap(), length);
            assert_eq!(header.tag(), Tag::Sequence);
        }
    }

    #[test]
    fn every_header_is_read_as_the_der_library_reads_it() {
        let lengths: [&[u8]; 14] = [
            &[],
            &[0],
            &[5],
            &[0x7f],
            &[0x80],
            &[0x81, 0x7f],
            &[0x81, 0x80],
            &[0x81, 0xff],
            &[0x82, 0, 0xff],
            &[0x82, 1, 0],
            &[0x82, 0xff, 0xff],
            &[0x83, 0, 1, 0],
            &[0x83, 1, 0, 0],
            &[0x85, 0, 0, 0, 0, 1],
        ];
        let content = vec![7; 70_000];
        for identifier in 0..=255_u8 {
            for length in lengths {
                for end in [0, 1, 5, 127, 128, 255, 256, 65_535, 65_536, 70_000] {
                    let input = [&[5, 0, identifier], length, &content[..end]].concat();
                    let mut ours = Elements::new(&input).unwrap();
                    Element::next(&mut ours).unwrap();
                    let theirs = ours
                        .next_by_library()
                        .map(|element| (element.tag, element.raw, element.content));
                    let found = Element::next(&mut ours)
                        .map(|element| (element.tag, element.raw, element.content));
                    assert_eq!(found, theirs);
                }
            }
        }
    }

    #[test]
    fn an_element_keeps_header_and_content_apart_and_refuses_what_follows() {
        let sequence = Element::only(&[0x30, 3, 2, 1, 7], Tag::Sequence).unwrap();
        let mut children = sequence.children().unwrap();
        let integer = Element::expect(&mut children, Tag::Integer).unwrap();
        assert_eq!((integer.raw, integer.content), (&[2, 1, 7][..], &[7][..]));
        assert!(Element::only(&[0x30, 0, 0], Tag::Sequence).is_err());
        assert!(Element::only(&[0x30, 0x81, 1, 0], Tag::Sequence).is_err());
    }
}
