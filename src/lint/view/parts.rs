//! The parts that certificates, requests, CRLs and OCSP responses share.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

use const_oid::ObjectIdentifier;
use der::{Decode as _, ErrorKind, Tag, TagNumber};

use super::names::text;
use crate::base::clock::Timestamp;
use crate::base::element::{Element, Elements};
use crate::base::text::Quoted;

/// `SEQUENCE { tbs, signatureAlgorithm, signature BIT STRING }`, when the signature is there already.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct FinishedView<'a> {
    /// All of it.
    pub der: &'a [u8],
    /// The outer AlgorithmIdentifier.
    pub algorithm: &'a [u8],
    /// The first octet of the BIT STRING: 0 in every signature there is (RFC 5280 §4.1.1.3).
    pub unused_bits: u8,
    /// The octets behind it.
    pub signature: &'a [u8],
}

impl<'a> FinishedView<'a> {
    /// Reads the outer structure; gives the complete signed part too.
    pub(in crate::lint) fn read(der: &'a [u8]) -> der::Result<(&'a [u8], Self)> {
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let (tbs, finished) = Self::fields(der, &mut fields)?;
        fields.finish()?;
        Ok((tbs, finished))
    }

    /// What is wrong with algorithm and signature bits, given the AlgorithmIdentifier in the signed
    /// bytes.
    pub(in crate::lint) fn agrees_with(&self, inner: &[u8]) -> Result<(), String> {
        if self.algorithm != inner {
            return Err(format!(
                "the algorithm is {} inside and {} outside (DER)",
                hex::encode(inner),
                hex::encode(self.algorithm)
            ));
        }
        if self.unused_bits != 0 {
            return Err(format!("the signature has {} unused bits", self.unused_bits));
        }
        if self.signature.is_empty() {
            return Err("the signature is empty".to_owned());
        }
        Ok(())
    }

    /// The three fields; more may follow.
    pub(super) fn fields(
        der: &'a [u8],
        fields: &mut Elements<'a>,
    ) -> der::Result<(&'a [u8], Self)> {
        let tbs = Element::expect(fields, Tag::Sequence)?.raw;
        let algorithm = Element::expect(fields, Tag::Sequence)?.raw;
        let (unused_bits, signature) = bit_string(Element::next(fields)?)?;
        Ok((tbs, Self { der, algorithm, unused_bits, signature }))
    }
}

/// A Time as it is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct TimeView<'a> {
    pub tag: Tag,
    pub text: &'a [u8],
    /// None when the text is no time that RFC 5280 allows: the rules about its form say so.
    pub instant: Option<Timestamp>,
}

impl<'a> TimeView<'a> {
    pub(super) fn read(element: Element<'a>) -> Self {
        let time = x509_cert::time::Time::from_der(element.raw).ok();
        Self {
            tag: element.tag,
            text: element.content,
            instant: time.as_ref().map(Timestamp::from_x509),
        }
    }

    /// The value of an extension that is one time.
    pub(in crate::lint) fn of_value(value: &'a [u8]) -> der::Result<Self> {
        let mut reader = Elements::new(value)?;
        let time = Element::next(&mut reader)?;
        reader.finish()?;
        Ok(Self::read(time))
    }

    /// What is wrong with its form: UTCTime through 2049 and GeneralizedTime from 2050, both to the
    /// second and in UTC (RFC 5280 §4.1.2.5, §5.1.2.4).
    pub(in crate::lint) fn form_fault(&self, field: &str) -> Result<(), String> {
        let expected = match self.instant {
            Some(instant) if instant <= last_utc_time() => Tag::UtcTime,
            Some(_) => Tag::GeneralizedTime,
            None => return Err(format!("{field} is {}, which is no time", self.shown())),
        };
        self.require(field, expected)
    }

    /// What keeps it from being a GeneralizedTime to the second and in UTC (RFC 6960 §4.2.1).
    pub(in crate::lint) fn generalized_fault(&self, field: &str) -> Result<(), String> {
        self.require(field, Tag::GeneralizedTime)
    }

    fn require(&self, field: &str, tag: Tag) -> Result<(), String> {
        let length = if tag == Tag::UtcTime { "YYMMDDHHMMSSZ" } else { "YYYYMMDDHHMMSSZ" }.len();
        let digits = self.text.strip_suffix(b"Z").unwrap_or_default();
        let is_plain = digits.len() + 1 == length && digits.iter().all(u8::is_ascii_digit);
        if self.tag == tag && is_plain && self.instant.is_some() {
            return Ok(());
        }
        Err(format!("{field} is {}, expected a {tag} to the second and in UTC", self.shown()))
    }

    /// As it is shown.
    pub(in crate::lint) fn shown(&self) -> String {
        format!("the {} {}", self.tag, Quoted(&String::from_utf8_lossy(self.text)))
    }
}

/// 2049-12-31T23:59:59Z.
fn last_utc_time() -> Timestamp {
    Timestamp::from_unix(2_524_607_999)
}

/// An AttributeTypeAndValue of a name.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct AttributeView<'a> {
    /// Which RDN it is in, from 0.
    pub rdn: usize,
    pub oid: ObjectIdentifier,
    pub tag: Tag,
    pub value: &'a [u8],
    /// The same, where it is UTF-8.
    utf8: Option<&'a str>,
}

impl<'a> AttributeView<'a> {
    /// The value as text, with replacement characters where it is none.
    pub(in crate::lint) fn text(&self) -> Cow<'a, str> {
        self.utf8.map_or_else(|| text(self.value), Cow::Borrowed)
    }
}

/// The attributes of a name, all RDNs in a row.
pub(super) fn attributes<'a>(name: Element<'a>) -> der::Result<Vec<AttributeView<'a>>> {
    let mut found = Vec::with_capacity(8);
    let mut rdns = name.children()?;
    let mut number = 0;
    while !rdns.is_finished() {
        let mut rdn = Element::expect(&mut rdns, Tag::Set)?.children()?;
        while !rdn.is_finished() {
            let mut parts = Element::expect(&mut rdn, Tag::Sequence)?.children()?;
            let oid = Element::next(&mut parts)?.oid()?;
            let Element { tag, content: value, .. } = Element::next(&mut parts)?;
            parts.finish()?;
            let utf8 = str::from_utf8(value).ok();
            found.push(AttributeView { rdn: number, oid, tag, value, utf8 });
        }
        number += 1;
    }
    Ok(found)
}

/// An Extension.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct ExtensionView<'a> {
    pub oid: ObjectIdentifier,
    pub critical: bool,
    /// Whether `critical FALSE` is written out, which DER forbids (X.690 §11.5).
    pub default_written: bool,
    /// Content of the OCTET STRING.
    pub value: &'a [u8],
}

/// An extension whose value is not what its identifier promises.
#[derive(Clone, Debug)]
pub(in crate::lint) struct UnreadableExtension {
    pub oid: ObjectIdentifier,
    pub error: der::Error,
}

impl<'a> ExtensionView<'a> {
    fn read(reader: &mut Elements<'a>) -> der::Result<Self> {
        let mut parts = Element::expect(reader, Tag::Sequence)?.children()?;
        let oid = Element::next(&mut parts)?.oid()?;
        let mut next = Element::next(&mut parts)?;
        let written = next.tag == Tag::Boolean;
        let critical = written && next.content != [0];
        if written {
            next = Element::next(&mut parts)?;
        }
        next.tag.assert_eq(Tag::OctetString)?;
        parts.finish()?;
        Ok(Self { oid, critical, default_written: written && !critical, value: next.content })
    }
}

/// The elements of `Extensions`, one after the other; after an error come no more.
pub(super) fn extension_list<'a>(
    list: Element<'a>,
) -> impl Iterator<Item = der::Result<ExtensionView<'a>>> {
    let mut reader = Some(list.children());
    std::iter::from_fn(move || match reader.take()? {
        Ok(mut rest) if !rest.is_finished() => {
            let extension = ExtensionView::read(&mut rest);
            reader = extension.is_ok().then_some(Ok(rest));
            Some(extension)
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// All of them.
pub(super) fn extensions<'a>(list: Element<'a>) -> der::Result<Vec<ExtensionView<'a>>> {
    let mut found = Vec::with_capacity(10);
    for extension in extension_list(list) {
        found.push(extension?);
    }
    Ok(found)
}

/// Looks into each extension; what cannot be read is set aside.
pub(super) fn look_into<'a>(
    extensions: &[ExtensionView<'a>],
    mut look: impl FnMut(ExtensionView<'a>) -> der::Result<()>,
) -> Vec<UnreadableExtension> {
    let mut unreadable = Vec::new();
    for extension in extensions {
        if let Err(error) = look(*extension) {
            unreadable.push(UnreadableExtension { oid: extension.oid, error });
        }
    }
    unreadable
}

/// keyIdentifier of an AuthorityKeyIdentifier (RFC 5280 §4.2.1.1).
pub(super) fn authority_key_id(value: &[u8]) -> der::Result<Option<&[u8]>> {
    let mut parts = Element::only(value, Tag::Sequence)?.children()?;
    let mut found = None;
    while !parts.is_finished() {
        let part = Element::next(&mut parts)?;
        match context(part.tag) {
            Some(0) => found = Some(part.content),
            Some(1 | 2) => {}
            _ => return Err(part.tag.unexpected_error(None).into()),
        }
    }
    Ok(found)
}

/// The number of a context-specific tag.
pub(in crate::lint) fn context(tag: Tag) -> Option<u32> {
    match tag {
        Tag::ContextSpecific { number, .. } => Some(number.0),
        _ => None,
    }
}

/// The context-specific tag that wraps another element, and so is constructed.
pub(in crate::lint) fn explicit(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// The identifier in an AlgorithmIdentifier.
pub(in crate::lint) fn algorithm_oid(identifier: &[u8]) -> der::Result<ObjectIdentifier> {
    Element::next(&mut Element::only(identifier, Tag::Sequence)?.children()?)?.oid()
}

/// The first item whose key an earlier one has. A few items are compared with each other; many go
/// through a set, so that no input makes it slow.
pub(in crate::lint) fn repeated<'t, T, K: Eq + Hash>(
    items: &'t [T],
    key: impl Fn(&'t T) -> K,
) -> Option<usize> {
    if items.len() <= 16 {
        return (1..items.len()).find(|&index| {
            items[..index].iter().any(|earlier| key(earlier) == key(&items[index]))
        });
    }
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().position(|item| !seen.insert(key(item)))
}

/// The unused-bit count and the octets of a BIT STRING, which need not fill whole octets.
pub(in crate::lint) fn bit_string(element: Element<'_>) -> der::Result<(u8, &[u8])> {
    element.tag.assert_eq(Tag::BitString)?;
    match element.content.split_first() {
        Some((unused, octets)) => Ok((*unused, octets)),
        None => Err(ErrorKind::Value { tag: Tag::BitString }.into()),
    }
}
