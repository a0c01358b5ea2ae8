//! The linter by itself: any certificate, CRL, OCSP response or request, whoever made it.

use der::Tag;

use super::Registry;
use super::registry::{READABLE, unreadable};
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

impl Inspection {
    /// For what does not even give bytes, such as a damaged PEM block.
    pub fn unreadable(reason: &str) -> Self {
        Self { kind: None, findings: vec![READABLE.finding(reason.to_owned())] }
    }
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
            "CERTIFICATE" | "X509 CERTIFICATE" => Kind::Certificate,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::algorithm::SignatureAlgorithm;
    use crate::lint::testing::*;
    use crate::tbs::assemble;

    fn finished(sample: Sample) -> Vec<u8> {
        let tbs = sample.into_tbs();
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
        assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap()
    }

    fn root() -> GivenIssuer {
        GivenIssuer::from_der(ROOT.0.as_der().to_vec()).unwrap()
    }

    fn inspect(der: &[u8]) -> Inspection {
        Registry::all().inspect(der, None, Some(&root()))
    }

    #[test]
    fn each_kind_is_told_by_its_structure_and_what_is_well_made_breaks_no_rule() {
        for (der, kind) in [
            (finished(Sample::server()), Kind::Certificate),
            (finished(Sample::intermediate()), Kind::Certificate),
            (finished(Sample::request()), Kind::Request),
            (CrlDraft::good().encode(), Kind::Crl),
            (CrlDraft::delta().encode(), Kind::Crl),
            (OcspDraft::good().encode(), Kind::Ocsp),
        ] {
            let inspection = inspect(&der);
            assert_eq!(inspection.kind, Some(kind));
            assert!(inspection.findings.is_empty(), "{kind}: {:?}", inspection.findings);
        }
    }

    #[test]
    fn version_1_of_certificates_and_crls_is_recognised_too() {
        let tbs = Sample::server().changed(|draft| draft.version = Vec::new());
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
        let der = assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap();
        assert_eq!(inspect(&der).kind, Some(Kind::Certificate));
        let mut crl = CrlDraft::good();
        crl.version = Vec::new();
        assert_eq!(inspect(&crl.encode()).kind, Some(Kind::Crl));
    }

    #[test]
    fn another_issuer_is_found_in_certificates_crls_and_responses() {
        let tbs = Sample::server().changed(|draft| draft.issuer = vec![0x30, 0]);
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
        let other = assemble(tbs.as_der(), algorithm, &[0; 64]).unwrap();
        let other = GivenIssuer::from_der(other).unwrap();
        for (der, rule) in [
            (finished(Sample::server()), "rfc5280.issuer-name"),
            (CrlDraft::good().encode(), "rfc5280.crl-issuer-name"),
            (OcspDraft::good().encode(), "rfc6960.cert-id-issuer"),
        ] {
            let inspection = Registry::all().inspect(&der, None, Some(&other));
            let found = inspection.findings.iter().any(|finding| finding.rule == rule);
            assert!(found, "{rule}: {:?}", inspection.findings);
        }
    }

    #[test]
    fn a_label_that_the_bytes_do_not_keep_is_a_finding() {
        let label = Label::from_pem("X509 CRL");
        assert!(label.is_some() && Label::from_pem("PRIVATE KEY").is_none());
        let inspection = Registry::all().inspect(&finished(Sample::server()), label, None);
        assert_eq!(inspection.kind, Some(Kind::Crl));
        assert_eq!(inspection.findings[0].rule, "keystead.readable");
    }

    #[test]
    fn no_bytes_make_the_inspection_panic() {
        let originals = [
            finished(Sample::server()),
            finished(Sample::request()),
            CrlDraft::delta().encode(),
            OcspDraft::good().encode(),
        ];
        for der in originals {
            for cut in 0..der.len() {
                assert!(!inspect(&der[..cut]).findings.is_empty());
                let mut flipped = der.clone();
                for bit in [0x01, 0x20, 0x80] {
                    flipped[cut] ^= bit;
                    inspect(&flipped);
                }
            }
        }
        assert_eq!(inspect(b"garbage").kind, None);
        assert_eq!(inspect(b"").findings.len(), 1);
    }

    #[test]
    fn a_crl_of_many_entries_breaks_no_rule_by_their_number() {
        let mut crl = CrlDraft::good();
        let entries = (1..=20_000_u32).map(|number| {
            let mut entry = EntryDraft::new(1, 4);
            entry.serial = [&[1][..], &number.to_be_bytes()].concat();
            entry
        });
        crl.entries = Some(entries.collect());
        let der = crl.encode();
        // Each with each would be minutes.
        let findings = inspect(&der).findings;
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn each_label_of_what_can_be_linted_is_known() {
        for (label, kind) in [
            ("CERTIFICATE", Kind::Certificate),
            ("X509 CERTIFICATE", Kind::Certificate),
            ("CERTIFICATE REQUEST", Kind::Request),
            ("NEW CERTIFICATE REQUEST", Kind::Request),
            ("X509 CRL", Kind::Crl),
            ("OCSP RESPONSE", Kind::Ocsp),
        ] {
            assert_eq!(Label::from_pem(label), Some(Label(kind)), "{label}");
        }
    }

    #[test]
    fn a_fourth_field_of_no_kind_makes_it_nothing_that_we_know() {
        let fields = [&[2, 1, 0][..], &[0x30, 0], &[0x30, 0], &[4, 0]];
        assert_eq!(inspect(&sequence(&[&sequence(&fields)])).kind, None);
    }

    /// The findings about `der` by this rule.
    fn found(der: &[u8], issuer: &GivenIssuer, rule: &str) -> Vec<String> {
        let findings = Registry::all().inspect(der, None, Some(issuer)).findings;
        findings.into_iter().filter(|one| one.rule == rule).map(|one| one.detail).collect()
    }

    #[test]
    fn the_rules_about_requests_and_about_entries_are_run() {
        let mut request = finished(Sample::request());
        let unused_bits = request.len() - 65;
        request[unused_bits] = 1;
        assert_eq!(found(&request, &root(), "keystead.request-signature-bits").len(), 1);

        let mut crl = CrlDraft::good();
        crl.entry().serial = vec![0, 0x7f];
        let details = found(&crl.encode(), &root(), "rfc5280.crl-entry-serial");
        let expected = "entry 007f: the serial number is written with needless leading zeros";
        assert_eq!(details, [expected]);
    }

    #[test]
    fn extensions_of_a_crl_under_another_tag_cannot_be_read() {
        let mut crl = CrlDraft::good();
        let list = tlv(0xa1, &extension_list(&crl.extensions));
        crl.entries = None;
        crl.extensions.clear();
        crl.next_update.extend(list);
        assert_eq!(found(&crl.encode(), &root(), "keystead.readable").len(), 1);
    }

    #[test]
    fn what_outlives_the_issuer_that_was_given_is_found() {
        let short = reissued_root(|draft| draft.set_not_after_utc("260201000000Z"));
        let short = GivenIssuer::from_der(short).unwrap();
        let server = finished(Sample::server());
        assert_eq!(found(&server, &short, "rfc5280.validity-inside-issuer").len(), 1);
        assert!(found(&server, &root(), "rfc5280.validity-inside-issuer").is_empty());
    }

    #[test]
    fn each_of_the_three_answers_of_a_responder_can_be_read() {
        let mut revoked = OcspDraft::good();
        revoked.single().revoke(b"20260101000000Z", Some(1));
        let mut unknown = OcspDraft::good();
        unknown.single().status = vec![0x82, 0];
        for response in [OcspDraft::good(), revoked, unknown] {
            let inspection = inspect(&response.encode());
            assert!(inspection.findings.is_empty(), "{:?}", inspection.findings);
        }
    }
}
