//! One DER element as slices of its input, so that what is checked is what is later carried over.

use der::asn1::ObjectIdentifier;
use der::{Decode, ErrorKind, Header, Reader as _, SliceReader, Tag};

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

impl<'a> Element<'a> {
    /// Reads the next element.
    ///
    /// # Errors
    /// [`der::Error`] when there is none, or its tag or length is not DER.
    pub fn next(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let header = Header::peek(reader)?;
        let raw = reader.tlv_bytes()?;
        let length = usize::try_from(header.length())?;
        // `tlv_bytes` returned header and content, so the content is the end of it.
        let content = raw.get(raw.len() - length..).unwrap_or_default();
        Ok(Self { tag: header.tag(), raw, content })
    }

    /// Reads the next element, which must have `tag`.
    ///
    /// # Errors
    /// [`der::Error`] as for [`Self::next`], or when the tag is another.
    pub fn expect(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<Self> {
        let element = Self::next(reader)?;
        element.tag.assert_eq(tag)?;
        Ok(element)
    }

    /// Reads `input`, which must be exactly one element with `tag`.
    ///
    /// # Errors
    /// [`der::Error`] as for [`Self::expect`], or when bytes follow it.
    pub fn only(input: &'a [u8], tag: Tag) -> der::Result<Self> {
        let mut reader = SliceReader::new(input)?;
        let element = Self::expect(&mut reader, tag)?;
        reader.finish()?;
        Ok(element)
    }

    /// A reader over the content of a constructed element.
    ///
    /// # Errors
    /// [`der::Error`] when the content is longer than DER allows.
    pub fn children(&self) -> der::Result<SliceReader<'a>> {
        SliceReader::new(self.content)
    }

    /// The content as an OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// [`der::Error`] when tag or content is that of none.
    pub fn oid(&self) -> der::Result<ObjectIdentifier> {
        ObjectIdentifier::from_der(self.raw)
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
    fn an_element_keeps_header_and_content_apart_and_refuses_what_follows() {
        let sequence = Element::only(&[0x30, 3, 2, 1, 7], Tag::Sequence).unwrap();
        let mut children = sequence.children().unwrap();
        let integer = Element::expect(&mut children, Tag::Integer).unwrap();
        assert_eq!((integer.raw, integer.content), (&[2, 1, 7][..], &[7][..]));
        assert!(Element::only(&[0x30, 0, 0], Tag::Sequence).is_err());
        assert!(Element::only(&[0x30, 0x81, 1, 0], Tag::Sequence).is_err());
    }
}
