//! A certificate that may sign others, and who signs: a certificate's key or the subject's own.

use std::sync::Arc;

use der::{Decode, Encode, ErrorKind, Tag};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, NameConstraints, SubjectKeyIdentifier};

use super::algorithm::SignatureAlgorithm;
use super::clock::Timestamp;
use super::name::{DistinguishedName, NameError};
use super::responder_cert::ResponderCert;
use super::spki::{Spki, SpkiError};
use super::validity::{EmptyValidity, Validity};

/// A CA certificate: v3, CA:TRUE, keyCertSign, with a subject key identifier.
#[derive(Clone, Debug)]
pub struct IssuerCert {
    der: Vec<u8>,
    subject: DistinguishedName,
    issuer: DistinguishedName,
    spki: Spki,
    key_id: Vec<u8>,
    validity: Validity,
    path_length: Option<u8>,
    name_constraints: Vec<NameConstraints>,
    serial: Vec<u8>,
    signs_crls: bool,
}

/// Why a certificate may not sign others.
#[derive(Debug, thiserror::Error)]
pub enum IssuerCertError {
    /// Not a DER certificate.
    #[error("not a DER certificate")]
    Encoding(#[source] der::Error),
    /// An X.509 version below 3.
    #[error("the certificate has version {0}, expected 3")]
    Version(u8),
    /// No basicConstraints with CA:TRUE (RFC 5280 §4.2.1.9).
    #[error("the certificate is not a CA certificate: basicConstraints CA:TRUE is missing")]
    NotCa,
    /// No keyUsage with keyCertSign (RFC 5280 §4.2.1.3).
    #[error("the certificate lacks keyUsage keyCertSign")]
    NoCertSign,
    /// No subjectKeyIdentifier (RFC 5280 §4.2.1.2).
    #[error("the CA certificate has no subject key identifier")]
    NoKeyId,
    /// An unusable public key.
    #[error("the certificate's public key is not acceptable")]
    Key(#[from] SpkiError),
    /// An unusable name.
    #[error("the certificate's name is not acceptable")]
    Name(#[from] NameError),
    /// It ends before it begins.
    #[error("the certificate's validity is empty")]
    Validity(#[from] EmptyValidity),
}

impl IssuerCert {
    /// Reads a CA certificate.
    ///
    /// # Errors
    /// [`IssuerCertError`] when it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, IssuerCertError> {
        use IssuerCertError as E;
        let certificate = Certificate::from_der(der).map_err(E::Encoding)?;
        // A signature is whole octets; other readers refuse what the library passes here.
        if certificate.signature().as_bytes().is_none() {
            return Err(E::Encoding(ErrorKind::Value { tag: Tag::BitString }.into()));
        }
        let tbs = certificate.tbs_certificate();
        if tbs.version() != Version::V3 {
            return Err(E::Version(tbs.version() as u8 + 1));
        }
        let constraints = tbs.get_extension::<BasicConstraints>().map_err(E::Encoding)?;
        let Some((_, BasicConstraints { ca: true, path_len_constraint: path_length })) =
            constraints
        else {
            return Err(E::NotCa);
        };
        let signs_crls = match tbs.get_extension::<KeyUsage>().map_err(E::Encoding)? {
            Some((_, usage)) if usage.key_cert_sign() => usage.crl_sign(),
            _ => return Err(E::NoCertSign),
        };
        let key_id = tbs
            .get_extension::<SubjectKeyIdentifier>()
            .map_err(E::Encoding)?
            .map(|(_, id)| id.0.as_bytes().to_vec())
            .ok_or(E::NoKeyId)?;
        let name_constraints =
            tbs.get_extension::<NameConstraints>().map_err(E::Encoding)?.map(|(_, value)| value);
        let name_constraints = name_constraints.into_iter().collect();
        let spki_der = tbs.subject_public_key_info().to_der().map_err(E::Encoding)?;
        Ok(Self {
            subject: DistinguishedName::from_name(tbs.subject().clone())?,
            issuer: DistinguishedName::from_name(tbs.issuer().clone())?,
            spki: Spki::from_der(&spki_der)?,
            key_id,
            validity: Validity::new(
                Timestamp::from_x509(&tbs.validity().not_before),
                Timestamp::from_x509(&tbs.validity().not_after),
            )?,
            path_length,
            name_constraints,
            serial: tbs.serial_number().as_bytes().to_vec(),
            signs_crls,
            der: der.to_vec(),
        })
    }

    /// This certificate with what the CAs above it, nearest first, leave to it: their name constraints
    /// too (RFC 5280 §6.1.4 (g)), and one CA less below it than below its parent (§6.1.4 (l), (m)).
    #[must_use]
    pub fn below(mut self, above: &[Self]) -> Self {
        let narrower = |parent: Option<u8>, own: Option<u8>| {
            let left = parent.map(|most| most.saturating_sub(1));
            [left, own].into_iter().flatten().min()
        };
        let mut left = None;
        for authority in above.iter().rev() {
            left = narrower(left, authority.path_length);
            self.name_constraints.extend_from_slice(&authority.name_constraints);
        }
        self.path_length = narrower(left, self.path_length);
        self
    }

    /// The certificate, DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Its subject: the issuer name of what it signs, byte for byte.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Its own issuer's name.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// Its public key.
    pub fn spki(&self) -> &Spki {
        &self.spki
    }

    /// Its subject key identifier: the authority key identifier of what it signs.
    pub fn key_id(&self) -> &[u8] {
        &self.key_id
    }

    /// When it is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// How many CA certificates may follow below it, if limited.
    pub fn path_length(&self) -> Option<u8> {
        self.path_length
    }

    /// Name constraints on what it signs, each of which holds.
    pub fn name_constraints(&self) -> &[NameConstraints] {
        &self.name_constraints
    }

    /// The content octets of its serial number.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Whether its key usage has cRLSign (RFC 5280 §4.2.1.3).
    pub fn signs_crls(&self) -> bool {
        self.signs_crls
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.subject.as_der() == self.issuer.as_der()
    }
}

/// Who signs a thing, and with which algorithm.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The certificate or the key itself.
    pub identity: Identity,
    /// The signature algorithm, which fits the key.
    pub algorithm: SignatureAlgorithm,
}

/// The kinds of signing identity.
#[derive(Clone, Debug)]
pub enum Identity {
    /// A CA certificate whose key signs.
    Issuer(Arc<IssuerCert>),
    /// The subject's own key: a root certificate or a request.
    SelfSigned {
        /// The subject, which is the issuer too.
        subject: DistinguishedName,
        /// The key that signs and is signed.
        spki: Spki,
    },
    /// The certificate of an OCSP responder whose key signs.
    Responder(Arc<ResponderCert>),
}

impl Authority {
    /// The signer's name.
    pub fn subject(&self) -> &DistinguishedName {
        match &self.identity {
            Identity::Issuer(certificate) => certificate.subject(),
            Identity::SelfSigned { subject, .. } => subject,
            Identity::Responder(responder) => responder.subject(),
        }
    }

    /// The key under which everything must verify: the pin.
    pub fn spki(&self) -> &Spki {
        match &self.identity {
            Identity::Issuer(certificate) => certificate.spki(),
            Identity::SelfSigned { spki, .. } => spki,
            Identity::Responder(responder) => responder.spki(),
        }
    }

    /// The CA certificate, if a CA signs, and not for itself.
    pub fn certificate(&self) -> Option<&IssuerCert> {
        match &self.identity {
            Identity::Issuer(certificate) => Some(certificate),
            Identity::SelfSigned { .. } | Identity::Responder(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, GeneralSubtree, IsCa, KeyPair};

    use super::*;

    fn authority(path_length: BasicConstraints, permitted: Option<&str>) -> IssuerCert {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(path_length);
        parameters.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        parameters.name_constraints = permitted.map(|name| rcgen::NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(name.to_owned())],
            excluded_subtrees: Vec::new(),
        });
        let certificate = parameters.self_signed(&KeyPair::generate().unwrap()).unwrap();
        IssuerCert::from_der(certificate.der()).unwrap()
    }

    #[test]
    fn a_signature_that_ends_within_an_octet_is_refused() {
        let mut der = authority(BasicConstraints::Constrained(2), None).as_der().to_vec();
        assert!(IssuerCert::from_der(&der).is_ok());
        let signature = Certificate::from_der(&der).unwrap().signature().raw_bytes().len();
        // In front of the octets stands how many bits of the last one do not count.
        let unused = der.len() - signature - 1;
        der[unused] = 6;
        assert!(matches!(IssuerCert::from_der(&der), Err(IssuerCertError::Encoding(_))));
    }

    #[test]
    fn a_ca_inherits_the_name_constraints_and_the_path_length_of_those_above_it() {
        let root = authority(BasicConstraints::Constrained(2), Some("example.com"));
        let middle = authority(BasicConstraints::Unconstrained, Some("a.example.com"));
        let issuer = authority(BasicConstraints::Unconstrained, None).below(&[middle, root]);
        assert_eq!((issuer.path_length(), issuer.name_constraints().len()), (Some(0), 2));

        let narrower = authority(BasicConstraints::Constrained(0), None);
        let wide = authority(BasicConstraints::Constrained(9), None);
        assert_eq!(narrower.below(std::slice::from_ref(&wide)).path_length(), Some(0));
        assert_eq!(wide.below(&[]).path_length(), Some(9));
    }
}
