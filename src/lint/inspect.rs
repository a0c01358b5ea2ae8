//! The linter by itself: any certificate, CRL, OCSP response or request, whoever made it.

use der::Tag;

use super::Registry;
use super::registry::unreadable;
use super::rule::{Finding, Kind};
use super::view::{CertificateView, IssuerFacts, context};
use crate::base::element::Element;

/// The PEM label of something that can be linted (RFC 7468).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(Kind);

/// What was found in something that is not ours.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What it is; none when it is nothing that we know.
    pub kind: Option<Kind>,
    /// What is wrong with it, errors first.
    pub findings: Vec<Finding>,
}

/// A certificate that was given as the issuer's: any that can be read.
#[derive(Clone, Debug)]
pub struct GivenIssuer {
    der: Vec<u8>,
}

impl GivenIssuer {
    /// Takes a DER certificate.
    ///
    /// # Errors
    /// [`der::Error`] when it cannot be read as one.
    pub fn from_der(der: Vec<u8>) -> der::Result<Self> {
        CertificateView::foreign(&der, None)?;
        Ok(Self { der })
    }

    fn facts(&self) -> Option<IssuerFacts<'_>> {
        // It was readable when it was taken.
        CertificateView::foreign(&self.der, None).ok().as_ref().map(IssuerFacts::of_certificate)
    }
}

impl Label {
    /// Reads a PEM label; none for what cannot be linted, such as a key.
    pub fn from_pem(label: &str) -> Option<Self> {
        let kind = match label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Kind::Certificate,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Kind::Request,
            "X509 CRL" => Kind::Crl,
            "OCSP RESPONSE" => Kind::Ocsp,
            _ => return None,
        };
        Some(Self(kind))
    }
}

impl Registry {
    /// Runs the rules that apply to `der`. Without a label its structure tells what it is. Bytes that
    /// are nothing we know give a finding.
    pub fn inspect(
        &self,
        der: &[u8],
        label: Option<Label>,
        issuer: Option<&GivenIssuer>,
    ) -> Inspection {
        let kind = match label.map_or_else(|| detect(der), |label| Ok(label.0)) {
            Ok(kind) => kind,
            Err(error) => return Inspection { kind: None, findings: vec![unreadable(&error)] },
        };
        let issuer = issuer.and_then(GivenIssuer::facts);
        let mut findings = match kind {
            Kind::Request => self.on_request(der),
            Kind::Crl => self.on_crl(der, issuer),
            Kind::Ocsp => self.on_ocsp(der, issuer),
            Kind::Certificate | Kind::Any => self.on_certificate(der, issuer),
        };
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Inspection { kind: Some(kind), findings }
    }
}

/// What the outline of the bytes is that of: RFC 5280 §4.1 and §5.1, RFC 2986 §4, RFC 6960 §4.2.1.
fn detect(der: &[u8]) -> der::Result<Kind> {
    let mut outer = Element::only(der, Tag::Sequence)?.children()?;
    let first = Element::next(&mut outer)?;
    if first.tag == Tag::Enumerated {
        return Ok(Kind::Ocsp);
    }
    first.tag.assert_eq(Tag::Sequence)?;
    let mut fields = first.children()?;
    let start = Element::next(&mut fields)?;
    match start.tag {
        tag if context(tag) == Some(0) => return Ok(Kind::Certificate),
        // A CRL of version 1 begins with its algorithm.
        Tag::Sequence => return Ok(Kind::Crl),
        _ => start.tag.assert_eq(Tag::Integer)?,
    };
    // A serial number or a version; the fourth field tells which.
    Element::next(&mut fields)?;
    Element::next(&mut fields)?;
    let fourth = Element::next(&mut fields)?.tag;
    match fourth {
        Tag::UtcTime | Tag::GeneralizedTime => Ok(Kind::Crl),
        Tag::Sequence => Ok(Kind::Certificate),
        tag if context(tag) == Some(0) => Ok(Kind::Request),
        tag => Err(tag.unexpected_error(None).into()),
    }
}
