//! What a certificate says that matters when it is revoked, read from its TBSCertificate.

use der::{Decode as _, Encode as _};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::crl::CrlDistributionPoints;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};

use crate::base::algorithm::sha256;
use crate::base::clock::Timestamp;
use crate::base::crl::uris;
use crate::base::name::{DistinguishedName, NameError};
use crate::base::san::San;

/// The facts of a certificate, ours or anybody's.
#[derive(Clone, Debug)]
pub struct CertificateFacts {
    /// The content octets of its serial number.
    pub serial: Vec<u8>,
    /// Its issuer.
    pub issuer: DistinguishedName,
    /// Its subject.
    pub subject: DistinguishedName,
    /// Its alternative names, of the kinds that we issue.
    pub sans: Vec<San>,
    /// The last second of its validity.
    pub not_after: Timestamp,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub key_sha256: [u8; 32],
    /// The first URI of its CRL distribution points, or empty.
    pub point: String,
    /// Whether it is a CA's certificate (basicConstraints).
    pub ca: bool,
}

/// Why nothing can be said of a certificate.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// Not DER of a TBSCertificate, or of one of its extensions.
    #[error("it is not a DER certificate")]
    Encoding(#[from] der::Error),
    /// A name that is none.
    #[error("a name in it cannot be read")]
    Name(#[from] NameError),
}

impl CertificateFacts {
    /// Reads a TBSCertificate (RFC 5280 §4.1.2), DER.
    ///
    /// # Errors
    /// [`FactsError`] when it, or an extension that is asked for here, is not DER.
    pub fn from_tbs(tbs: &[u8]) -> Result<Self, FactsError> {
        let tbs = TbsCertificate::from_der(tbs)?;
        let sans = tbs.get_extension::<SubjectAltName>()?.map(|(_, names)| names.0);
        let points = tbs.get_extension::<CrlDistributionPoints>()?.map(|(_, points)| points.0);
        let points = points.unwrap_or_default();
        let constraints = tbs.get_extension::<BasicConstraints>()?;
        Ok(Self {
            serial: tbs.serial_number().as_bytes().to_vec(),
            issuer: DistinguishedName::from_name(tbs.issuer().clone())?,
            subject: DistinguishedName::from_name(tbs.subject().clone())?,
            sans: sans.unwrap_or_default().iter().filter_map(San::from_general_name).collect(),
            not_after: Timestamp::from_x509(&tbs.validity().not_after),
            key_sha256: sha256(&tbs.subject_public_key_info().to_der()?),
            point: points
                .iter()
                .flat_map(|point| uris(&point.distribution_point))
                .next()
                .unwrap_or_default(),
            ca: constraints.is_some_and(|(_, constraints)| constraints.ca),
        })
    }

    /// Whether a common name or an alternative name is exactly `name`; host names ignore case.
    pub fn is_called(&self, name: &str) -> bool {
        self.subject.common_names().any(|common| common == name)
            || self.sans.iter().any(|san| san.is_called(name))
    }

    /// Whether it expired before `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.not_after < now
    }

    /// The serial number in hexadecimal.
    pub fn serial_hex(&self) -> String {
        hex::encode(&self.serial)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, CrlDistributionPoint, DnType, IsCa, KeyPair, SanType};

    use super::*;
    use crate::base::element::{Element, Elements};

    fn tbs_of(certificate: &[u8]) -> Vec<u8> {
        let whole = Element::only(certificate, der::Tag::Sequence).unwrap();
        let mut parts: Elements<'_> = whole.children().unwrap();
        Element::next(&mut parts).unwrap().raw.to_vec()
    }

    fn facts(change: impl FnOnce(&mut CertificateParams)) -> CertificateFacts {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "web.example.com");
        change(&mut parameters);
        let certificate = parameters.self_signed(&KeyPair::generate().unwrap()).unwrap();
        CertificateFacts::from_tbs(&tbs_of(certificate.der())).unwrap()
    }

    #[test]
    fn the_first_uri_of_the_distribution_points_is_the_point_and_without_any_it_is_empty() {
        let uris = ["http://crl.example.com/3.crl", "http://crl.example.net/3.crl"];
        let found = facts(|parameters| {
            let uris = uris.map(str::to_owned).to_vec();
            parameters.crl_distribution_points = vec![CrlDistributionPoint { uris }];
        });
        assert_eq!(found.point, uris[0]);
        assert_eq!(facts(|_| {}).point, "");
    }

    #[test]
    fn only_basic_constraints_with_ca_true_make_a_ca() {
        let ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        assert!(facts(|parameters| parameters.is_ca = ca).ca);
        assert!(!facts(|parameters| parameters.is_ca = IsCa::ExplicitNoCa).ca);
        assert!(!facts(|_| {}).ca);
    }

    #[test]
    fn a_name_is_found_as_common_name_and_as_alternative_name_whole_and_only_hosts_ignore_case() {
        let found = facts(|parameters| {
            parameters.subject_alt_names = vec![
                SanType::DnsName("www.example.com".try_into().unwrap()),
                SanType::IpAddress("2001:db8::7".parse().unwrap()),
                SanType::URI("spiffe://example.com/Web".try_into().unwrap()),
                SanType::Rfc822Name("Ann@example.com".try_into().unwrap()),
            ];
        });
        for name in [
            "web.example.com",
            "www.example.com",
            "WWW.example.com",
            "2001:db8:0::7",
            "spiffe://example.com/Web",
            "Ann@EXAMPLE.com",
        ] {
            assert!(found.is_called(name), "{name}");
        }
        for name in [
            "",
            "example.com",
            "ww.example.com",
            "*.example.com",
            "WEB.example.com",
            "2001:db8::70",
            "spiffe://example.com/web",
            "ann@example.com",
            "dns:www.example.com",
        ] {
            assert!(!found.is_called(name), "{name}");
        }
    }

    #[test]
    fn the_last_second_of_a_validity_is_not_expired_and_the_next_one_is() {
        let found = facts(|_| {});
        assert!(!found.is_expired(found.not_after) && found.is_expired(found.not_after.plus(1)));
    }

    #[test]
    fn what_is_no_certificate_has_no_facts() {
        assert!(CertificateFacts::from_tbs(&[0x30, 0]).is_err());
        assert!(CertificateFacts::from_tbs(b"noise").is_err());
    }
}
