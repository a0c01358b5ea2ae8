//! Names of a request: the subject, and the four kinds of alternative names that we issue, all others
//! refused by name.

use std::net::IpAddr;

use der::{Tag, TagNumber};

use super::RequestError;
use super::canonical;
use crate::base::element::Element;
use crate::base::san::San;
use crate::base::text::Escaped;

mod dns;
mod fault;
mod other;
mod script;
mod subject;

pub use fault::{NameFault, SanFault};
pub(crate) use subject::check_subject;

/// Names per request; more belong into several certificates.
pub(super) const MAX_SANS: usize = 100;

/// The part of the gate for one alternative name that holds under every profile: for requests and for
/// what an operator asks for instead. Wildcards at the left and underscores pass; profiles judge them.
///
/// # Errors
/// [`RequestError::San`] names the fact that is wrong.
pub(crate) fn check_san(san: &San) -> Result<(), RequestError> {
    let checked = match san {
        San::Dns(name) => dns::check(name),
        San::Ip(address) => other::check_address(*address),
        San::Email(mailbox) => other::check_email(mailbox),
        San::Uri(uri) => other::check_uri(uri),
    };
    checked.map_err(|fault| RequestError::San { san: Escaped(&san.to_string()).to_string(), fault })
}

/// Reads the value of a subjectAltName extension.
///
/// # Errors
/// [`RequestError`] names the kind, value or repetition that we do not carry over.
pub(super) fn read(value: &[u8]) -> Result<Vec<San>, RequestError> {
    let names = Element::only(value, Tag::Sequence).map_err(RequestError::Sans)?;
    canonical::check(value).map_err(RequestError::from_walk)?;
    let mut reader = names.children().map_err(RequestError::Sans)?;
    let mut sans: Vec<San> = Vec::new();
    while !reader.is_finished() {
        if sans.len() == MAX_SANS {
            return Err(RequestError::TooManySans { limit: MAX_SANS });
        }
        let name = Element::next(&mut reader).map_err(RequestError::Sans)?;
        let san = read_name(name, sans.len() + 1)?;
        if sans.iter().any(|earlier| earlier.is_same_name(&san)) {
            return Err(RequestError::DuplicateSan { san: san.to_string() });
        }
        sans.push(san);
    }
    if sans.is_empty() {
        return Err(RequestError::EmptySans);
    }
    sans.iter().try_for_each(check_san)?;
    Ok(sans)
}

/// `GeneralName ::= CHOICE` (RFC 5280 §4.2.1.6), by its context tag.
fn read_name(name: Element<'_>, position: usize) -> Result<San, RequestError> {
    let Tag::ContextSpecific { number, constructed } = name.tag else {
        return Err(RequestError::Sans(name.tag.unexpected_error(None).into()));
    };
    match (number, constructed) {
        (TagNumber(1), false) => text(name.content, "rfc822Name", position).map(San::Email),
        (TagNumber(2), false) => text(name.content, "dNSName", position).map(San::Dns),
        (TagNumber(6), false) => {
            text(name.content, "uniformResourceIdentifier", position).map(San::Uri)
        }
        (TagNumber(7), false) => address(name.content, position).map(San::Ip),
        (TagNumber(0), true) => Err(RequestError::SanKind { position, kind: "otherName" }),
        (TagNumber(3), true) => Err(RequestError::SanKind { position, kind: "x400Address" }),
        (TagNumber(4), true) => Err(RequestError::SanKind { position, kind: "directoryName" }),
        (TagNumber(5), true) => Err(RequestError::SanKind { position, kind: "ediPartyName" }),
        (TagNumber(8), false) => Err(RequestError::SanKind { position, kind: "registeredID" }),
        _ => Err(RequestError::Sans(name.tag.unexpected_error(None).into())),
    }
}

fn text(content: &[u8], kind: &'static str, position: usize) -> Result<String, RequestError> {
    if content.is_empty() || !content.iter().all(u8::is_ascii_graphic) {
        let value = Escaped(&String::from_utf8_lossy(content)).to_string();
        return Err(RequestError::SanText { position, kind, value });
    }
    // Graphic ASCII is UTF-8.
    Ok(String::from_utf8_lossy(content).into_owned())
}

fn address(content: &[u8], position: usize) -> Result<IpAddr, RequestError> {
    if let Ok(octets) = <[u8; 4]>::try_from(content) {
        return Ok(IpAddr::from(octets));
    }
    <[u8; 16]>::try_from(content)
        .map(IpAddr::from)
        .map_err(|_| RequestError::SanIpLength { position, length: content.len() })
}
