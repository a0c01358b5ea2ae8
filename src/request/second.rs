//! A second opinion: two parsers that share nothing with our reader of fields must read the same in a
//! request. x509-parser shares no code with `der` at all; x509-cert writes what it reads, and must
//! write the input again.
//!
//! Of an attribute other than extensionRequest nothing but its type is used, so it is compared as bytes:
//! x509-parser's reader of whole requests refuses those with a challengePassword that is a BMPString,
//! which RFC 2985 §5.4.1 allows.

use std::net::IpAddr;

use der::{Decode as _, Encode as _};
use x509_cert::request::CertReq;
use x509_parser::asn1_rs::{Any, BitString, FromDer as _, Oid, Tag};
use x509_parser::cri_attributes::{ParsedCriAttribute, X509CriAttribute};
use x509_parser::extensions::{GeneralName, ParsedExtension, X509Extension};
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name, X509Version};

use super::{Content, EXTENSION_REQUEST, Fields, RequestError};
use crate::base::element::Element;
use crate::base::san::San;

const X509_PARSER: &str = "x509-parser";
const X509_CERT: &str = "x509-cert";

/// A part that both read.
const LIST: &str = "list of attributes";

/// What x509-parser reads; none where it cannot read the input. Our own reader may have a better name
/// for what is wrong then, so that is told only at the end, when it has none.
pub(super) struct Opinion<'a>(Option<Reading<'a>>);

impl<'a> Opinion<'a> {
    /// Reads `csr` once more.
    pub(super) fn of(csr: &'a [u8]) -> Self {
        Self(Reading::of(csr))
    }

    /// Compares the outer parts. Not the subject: x509-parser passes over what it cannot read of one.
    ///
    /// # Errors
    /// [`RequestError::ParsersDisagree`].
    pub(super) fn compare_fields(&self, fields: &Fields<'_>) -> Result<(), RequestError> {
        let Some(reading) = &self.0 else { return Ok(()) };
        require(reading.info == fields.info.raw, "signed part")?;
        require(reading.spki.raw == fields.spki.raw, "public key")?;
        let signature = fields.signature.content.split_first();
        let same = signature.is_some_and(|(unused, octets)| {
            reading.signature.unused_bits == *unused && reading.signature.data == octets
        });
        require(same, "signature")
    }

    /// Compares what our reader accepted in the end: subject, attributes and names, and whether
    /// x509-cert writes `csr` again.
    ///
    /// # Errors
    /// [`RequestError::ParsersDisagree`].
    pub(super) fn compare_content(
        &self,
        csr: &[u8],
        attributes: Element<'_>,
        content: &Content,
    ) -> Result<(), RequestError> {
        let again = CertReq::from_der(csr).and_then(|request| request.to_der());
        if !again.is_ok_and(|again| again == csr) {
            return disagree(X509_CERT, "request");
        }
        let Some(reading) = &self.0 else { return disagree(X509_PARSER, "request") };
        require(reading.subject.as_raw() == content.subject.as_der(), "subject")?;
        let mut ours = attributes.children().map_err(RequestError::Encoding)?;
        for theirs in &reading.attributes {
            require(Element::next(&mut ours).is_ok_and(|o| o.raw == theirs.raw), LIST)?;
        }
        require(ours.is_finished(), LIST)?;
        let (requests, others): (Vec<_>, Vec<_>) = reading
            .attributes
            .iter()
            .partition(|attribute| attribute.oid.as_bytes() == EXTENSION_REQUEST.as_bytes());
        let same = others
            .iter()
            .map(|attribute| attribute.oid.as_bytes())
            .eq(content.attributes.iter().map(const_oid::ObjectIdentifier::as_bytes));
        require(same, LIST)?;
        match requests[..] {
            [] => compare_extensions(&[], content),
            [only] => match X509CriAttribute::from_der(only.raw) {
                Ok(([], attribute)) => match attribute.parsed_attribute() {
                    ParsedCriAttribute::ExtensionRequest(requested) => {
                        compare_extensions(&requested.extensions, content)
                    }
                    _ => disagree(X509_PARSER, "list of extensions"),
                },
                _ => disagree(X509_PARSER, "list of extensions"),
            },
            _ => disagree(X509_PARSER, LIST),
        }
    }
}

/// A request as x509-parser's readers of its parts see it.
struct Reading<'a> {
    info: &'a [u8],
    subject: X509Name<'a>,
    spki: SubjectPublicKeyInfo<'a>,
    attributes: Vec<Attribute<'a>>,
    signature: BitString<'a>,
}

/// An attribute whose values are left unread.
struct Attribute<'a> {
    oid: Oid<'a>,
    raw: &'a [u8],
}

impl<'a> Reading<'a> {
    /// RFC 2986 §4; none unless all of `csr` is one request.
    fn of(csr: &'a [u8]) -> Option<Self> {
        let (rest, request) = Any::from_der(csr).ok()?;
        let mut outer = inside(&request, Tag::Sequence)?;
        let before = outer;
        let inner = inside(&take(&mut outer)?, Tag::Sequence)?;
        let info = before.get(..before.len() - outer.len())?;
        let (after, _) = AlgorithmIdentifier::from_der(outer).ok()?;
        let (end, signature) = BitString::from_der(after).ok()?;

        let (after, _) = X509Version::from_der(inner).ok()?;
        let (after, subject) = X509Name::from_der(after).ok()?;
        let (after, spki) = SubjectPublicKeyInfo::from_der(after).ok()?;
        let (inner_end, list) = Any::from_der(after).ok()?;
        let is_context_0 = list.header.is_contextspecific() && list.tag().0 == 0;
        let all = rest.is_empty() && end.is_empty() && inner_end.is_empty();
        if !(all && is_context_0 && list.header.is_constructed()) {
            return None;
        }
        let mut list = list.data;
        let mut attributes = Vec::new();
        while !list.is_empty() {
            attributes.push(Attribute::take(&mut list)?);
        }
        Some(Self { info, subject, spki, attributes, signature })
    }
}

impl<'a> Attribute<'a> {
    fn take(list: &mut &'a [u8]) -> Option<Self> {
        let before = *list;
        let parts = inside(&take(list)?, Tag::Sequence)?;
        let (values, oid) = Oid::from_der(parts).ok()?;
        let (end, values) = Any::from_der(values).ok()?;
        inside(&values, Tag::Set)?;
        let raw = before.get(..before.len() - list.len())?;
        end.is_empty().then_some(Self { oid, raw })
    }
}

/// The next element of `input`, which then begins behind it.
fn take<'a>(input: &mut &'a [u8]) -> Option<Any<'a>> {
    let (rest, element) = Any::from_der(input).ok()?;
    *input = rest;
    Some(element)
}

/// The content of a constructed element of this universal tag.
fn inside<'a>(element: &Any<'a>, tag: Tag) -> Option<&'a [u8]> {
    let header = &element.header;
    let fits = header.is_universal() && header.is_constructed() && header.tag() == tag;
    fits.then_some(element.data)
}

fn compare_extensions(
    extensions: &[X509Extension<'_>],
    content: &Content,
) -> Result<(), RequestError> {
    let mut ours = content.extensions.iter();
    let mut sans_seen = false;
    for extension in extensions {
        if let ParsedExtension::SubjectAlternativeName(names) = extension.parsed_extension() {
            let same = names.general_names.len() == content.sans.len()
                && names.general_names.iter().zip(&content.sans).all(is_same)
                && extension.critical == content.sans_critical;
            require(same && !sans_seen, "list of alternative names")?;
            sans_seen = true;
            continue;
        }
        let same = ours.next().is_some_and(|ours| {
            ours.oid.as_bytes() == extension.oid.as_bytes()
                && ours.critical == extension.critical
                && ours.value == extension.value
        });
        require(same, "list of extensions")?;
    }
    require(ours.next().is_none(), "list of extensions")?;
    require(sans_seen != content.sans.is_empty(), "list of alternative names")
}

fn is_same((theirs, ours): (&GeneralName<'_>, &San)) -> bool {
    match (theirs, ours) {
        (GeneralName::RFC822Name(theirs), San::Email(ours))
        | (GeneralName::DNSName(theirs), San::Dns(ours))
        | (GeneralName::URI(theirs), San::Uri(ours)) => theirs == ours,
        (GeneralName::IPAddress(theirs), San::Ip(IpAddr::V4(ours))) => *theirs == ours.octets(),
        (GeneralName::IPAddress(theirs), San::Ip(IpAddr::V6(ours))) => *theirs == ours.octets(),
        _ => false,
    }
}

fn require(same: bool, part: &'static str) -> Result<(), RequestError> {
    if same { Ok(()) } else { disagree(X509_PARSER, part) }
}

fn disagree(parser: &'static str, part: &'static str) -> Result<(), RequestError> {
    Err(RequestError::ParsersDisagree { parser, part })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::request::{Read, verify};

    const TWO_NAMES: &[u8] =
        include_bytes!("../../tests/data/request/benign/30-the-same-ou-in-two-rdns.der");
    const PASSWORD: &[u8] =
        include_bytes!("../../tests/data/request/challenge-password/03-bmpstring.der");

    const WISH: &[u8] =
        include_bytes!("../../tests/data/request/benign/69-names-behind-a-wish.der");

    fn part(result: Result<(), RequestError>) -> &'static str {
        match result {
            Err(RequestError::ParsersDisagree { part, .. }) => part,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_read_otherwise_is_a_disagreement() {
        for (one, other) in [(TWO_NAMES, PASSWORD), (PASSWORD, TWO_NAMES)] {
            let fields = Read::all(other).unwrap().fields;
            Opinion::of(other).compare_fields(&fields).unwrap();
            assert_eq!(part(Opinion::of(one).compare_fields(&fields)), "signed part");
            let attributes = fields.attributes;
            let content = verify(other).unwrap();
            let compare =
                |opinion: &Opinion<'_>| opinion.compare_content(other, attributes, &content.inner);
            compare(&Opinion::of(other)).unwrap();
            assert_eq!(part(compare(&Opinion::of(one))), "subject");
            assert_eq!(part(compare(&Opinion(None))), "request");

            let mut forged = Opinion::of(other);
            forged.0.as_mut().unwrap().attributes.pop();
            assert_eq!(part(compare(&forged)), LIST);
        }
    }

    #[test]
    fn a_signature_differs_by_its_octets_and_by_its_unused_bits() {
        let fields = Read::all(PASSWORD).unwrap().fields;
        let verdict = |change: &dyn Fn(&mut BitString<'_>)| {
            let mut forged = Opinion::of(PASSWORD);
            change(&mut forged.0.as_mut().unwrap().signature);
            part(forged.compare_fields(&fields))
        };
        assert_eq!(verdict(&|signature| signature.unused_bits = 1), "signature");
        assert_eq!(verdict(&|signature| signature.data.to_mut()[9] ^= 1), "signature");
    }

    #[test]
    fn a_wish_that_differs_in_one_thing_is_a_disagreement() {
        let attributes = Read::all(WISH).unwrap().fields.attributes;
        let verdict = |change: &dyn Fn(&mut Content)| {
            let mut content = Arc::into_inner(verify(WISH).unwrap().inner).unwrap();
            change(&mut content);
            part(Opinion::of(WISH).compare_content(WISH, attributes, &content))
        };
        let changes: [&dyn Fn(&mut Content); 5] = [
            &|content| content.extensions[0].oid = EXTENSION_REQUEST,
            &|content| content.extensions[0].critical = true,
            &|content| content.extensions[0].value[3] ^= 0x20,
            &|content| content.extensions.clear(),
            &|content| content.extensions.extend_from_within(..),
        ];
        for change in changes {
            assert_eq!(verdict(change), "list of extensions");
        }
        let changes: [&dyn Fn(&mut Content); 5] = [
            &|content| content.sans_critical = true,
            &|content| content.sans[0] = San::Dns("ftp.example.com".to_owned()),
            &|content| content.sans[0] = San::Uri("www.example.com".to_owned()),
            &|content| content.sans.extend_from_within(..),
            &|content| content.sans.clear(),
        ];
        for change in changes {
            assert_eq!(verdict(change), "list of alternative names");
        }
    }

    #[test]
    fn an_element_of_another_class_or_form_is_not_read() {
        let attributes = Read::all(PASSWORD).unwrap().fields.attributes.raw;
        let attributes =
            PASSWORD.windows(attributes.len()).position(|window| window == attributes).unwrap();
        for (at, tags) in [(0, [0x31, 0x10, 0x70, 0xb0]), (attributes, [0xa1, 0x80, 0x60, 0xe0])] {
            for tag in tags {
                let mut csr = PASSWORD.to_vec();
                csr[at] = tag;
                assert!(Opinion::of(&csr).0.is_none(), "{tag:#x} at {at}");
            }
        }
    }

    #[test]
    fn an_input_that_is_not_one_request_is_not_read() {
        assert!(Opinion::of(PASSWORD).0.is_some());
        let longer = [PASSWORD, &[0]].concat();
        for bad in [&longer[..], &PASSWORD[..PASSWORD.len() - 1], &[], &[0x30, 0]] {
            assert!(Opinion::of(bad).0.is_none());
        }
    }
}
