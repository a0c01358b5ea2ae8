//! The certificate of a delegated OCSP responder (RFC 6960 §4.2.2.2).

use std::sync::Arc;

use const_oid::db::{rfc5280, rfc6960};
use der::{Decode, Encode, Tag};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use super::algorithm::SignatureAlgorithm;
use super::clock::Timestamp;
use super::crypto::{SignatureCheckError, verify_signature};
use super::element::Element;
use super::issuer_cert::IssuerCert;
use super::name::{DistinguishedName, NameError};
use super::spki::{Spki, SpkiError};
use super::validity::{EmptyValidity, Validity};

/// Not a CA certificate, for OCSPSigning alone, signed by the CA that it answers for.
#[derive(Clone, Debug)]
pub struct ResponderCert {
    der: Vec<u8>,
    issuer: Arc<IssuerCert>,
    subject: DistinguishedName,
    spki: Spki,
    validity: Validity,
    serial: Vec<u8>,
}

/// Why a certificate is none of an OCSP responder.
#[derive(Debug, thiserror::Error)]
pub enum ResponderCertError {
    /// Not a DER certificate.
    #[error("not a DER certificate")]
    Encoding(#[from] der::Error),
    /// Issued under another name (RFC 6960 §4.2.2.2: by the CA itself).
    #[error("the certificate is issued by {found}, expected {expected}")]
    Issuer {
        /// Its issuer.
        found: String,
        /// The CA's subject.
        expected: String,
    },
    /// A signature algorithm that is not known here.
    #[error("the certificate's signature algorithm is unknown")]
    Algorithm,
    /// Not signed by the CA's key.
    #[error("the certificate is not signed by the CA's key")]
    Signature(#[source] SignatureCheckError),
    /// A CA certificate: its key signs certificates.
    #[error("the certificate is a CA certificate, expected one of a responder")]
    IsCa,
    /// Another extended key usage than OCSPSigning alone.
    #[error("the certificate's extended key usage is not OCSPSigning alone")]
    Usage,
    /// keyUsage without digitalSignature.
    #[error("the certificate lacks keyUsage digitalSignature")]
    NoSignatures,
    /// Clients would have to ask for the status of the responder first.
    #[error("the certificate lacks id-pkix-ocsp-nocheck")]
    NoNoCheck,
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

impl ResponderCert {
    /// Reads a certificate that `issuer` must have signed. Whether it is valid now is not looked at.
    ///
    /// # Errors
    /// [`ResponderCertError`].
    pub fn from_der(der: &[u8], issuer: &Arc<IssuerCert>) -> Result<Self, ResponderCertError> {
        use ResponderCertError as E;
        let certificate = Certificate::from_der(der)?;
        let mut fields = Element::only(der, Tag::Sequence)?.children()?;
        let signed = Element::expect(&mut fields, Tag::Sequence)?;
        let algorithm = Element::expect(&mut fields, Tag::Sequence)?.raw;
        let signature = Element::next(&mut fields)?.whole_octets()?;
        let tbs = certificate.tbs_certificate();
        let above = DistinguishedName::from_name(tbs.issuer().clone())?;
        if above.as_der() != issuer.subject().as_der() {
            let (found, expected) = (above.to_string(), issuer.subject().to_string());
            return Err(E::Issuer { found, expected });
        }
        let algorithm =
            SignatureAlgorithm::from_algorithm_identifier(algorithm).ok_or(E::Algorithm)?;
        verify_signature(issuer.spki(), algorithm, signed.raw, signature).map_err(E::Signature)?;
        if tbs.get_extension::<BasicConstraints>()?.is_some_and(|(_, constraints)| constraints.ca) {
            return Err(E::IsCa);
        }
        match tbs.get_extension::<ExtendedKeyUsage>()? {
            Some((_, usage)) if usage.0 == [rfc5280::ID_KP_OCSP_SIGNING] => {}
            _ => return Err(E::Usage),
        }
        if !tbs.get_extension::<KeyUsage>()?.is_some_and(|(_, usage)| usage.digital_signature()) {
            return Err(E::NoSignatures);
        }
        let mut extensions = tbs.extensions().into_iter().flatten();
        if !extensions.any(|extension| extension.extn_id == rfc6960::ID_PKIX_OCSP_NOCHECK) {
            return Err(E::NoNoCheck);
        }
        Ok(Self {
            issuer: Arc::clone(issuer),
            subject: DistinguishedName::from_name(tbs.subject().clone())?,
            spki: Spki::from_der(&tbs.subject_public_key_info().to_der()?)?,
            validity: Validity::new(
                Timestamp::from_x509(&tbs.validity().not_before),
                Timestamp::from_x509(&tbs.validity().not_after),
            )?,
            serial: tbs.serial_number().as_bytes().to_vec(),
            der: der.to_vec(),
        })
    }

    /// The certificate, DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The CA that signed it, for which it answers.
    pub fn issuer(&self) -> &Arc<IssuerCert> {
        &self.issuer
    }

    /// Its subject.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Its public key.
    pub fn spki(&self) -> &Spki {
        &self.spki
    }

    /// When it is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The content octets of its serial number.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }
}
