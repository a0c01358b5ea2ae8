//! A second opinion: two parsers that share nothing with our reader of fields must read the same in a
//! request. x509-parser shares no code with `der` at all; x509-cert writes what it reads, and must
//! write the input again.

use std::net::IpAddr;

use der::{Decode as _, Encode as _};
use x509_cert::request::CertReq;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::{GeneralName, ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer as _;

use super::{Content, EXTENSION_REQUEST, Fields, RequestError};
use crate::base::san::San;

const X509_PARSER: &str = "x509-parser";
const X509_CERT: &str = "x509-cert";

/// What x509-parser reads; none where it cannot read the input. Our own reader may have a better name
/// for what is wrong then, so that is told only at the end, when it has none.
pub(super) struct Opinion<'a>(Option<X509CertificationRequest<'a>>);

impl<'a> Opinion<'a> {
    /// Reads `csr` once more.
    pub(super) fn of(csr: &'a [u8]) -> Self {
        match X509CertificationRequest::from_der(csr) {
            Ok(([], parsed)) => Self(Some(parsed)),
            _ => Self(None),
        }
    }

    /// Compares the outer parts. Not the subject: x509-parser passes over what it cannot read of one.
    ///
    /// # Errors
    /// [`RequestError::ParsersDisagree`].
    pub(super) fn compare_fields(&self, fields: &Fields<'_>) -> Result<(), RequestError> {
        let Some(parsed) = &self.0 else { return Ok(()) };
        let info = &parsed.certification_request_info;
        require(info.raw == fields.info.raw, "signed part")?;
        require(info.subject_pki.raw == fields.spki.raw, "public key")?;
        let signature = fields.signature.content.split_first();
        let same = signature.is_some_and(|(unused, octets)| {
            parsed.signature_value.unused_bits == *unused && parsed.signature_value.data == octets
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
        content: &Content,
    ) -> Result<(), RequestError> {
        let again = CertReq::from_der(csr).and_then(|request| request.to_der());
        if !again.is_ok_and(|again| again == csr) {
            return disagree(X509_CERT, "request");
        }
        let Some(parsed) = &self.0 else { return disagree(X509_PARSER, "request") };
        let info = &parsed.certification_request_info;
        require(info.subject.as_raw() == content.subject.as_der(), "subject")?;
        let (requests, others): (Vec<_>, Vec<_>) = info
            .iter_attributes()
            .partition(|attribute| attribute.oid.as_bytes() == EXTENSION_REQUEST.as_bytes());
        let same = others
            .iter()
            .map(|attribute| attribute.oid.as_bytes())
            .eq(content.attributes.iter().map(const_oid::ObjectIdentifier::as_bytes));
        require(same, "list of attributes")?;
        let extensions: &[X509Extension<'_>] = match requests[..] {
            [] => &[],
            [only] => match only.parsed_attribute() {
                ParsedCriAttribute::ExtensionRequest(requested) => &requested.extensions,
                _ => return disagree(X509_PARSER, "list of extensions"),
            },
            _ => return disagree(X509_PARSER, "list of attributes"),
        };
        compare_extensions(extensions, content)
    }
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
