//! Keys that live for one trial, and the requests that they sign: friendly ones and others.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use der::asn1::{Any, OctetString, SetOfVec};
use der::{Decode as _, Encode as _};
use rcgen::{KeyPair, RsaKeySize, SigningKey as _};
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::request::{CertReqInfo, ExtensionReq, Version};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::TrialError;
use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::san::San;
use crate::base::spki::Spki;
use crate::profile::Wish;
use crate::tbs::assemble;

/// A key in memory that certifies nothing outside a trial.
pub(super) struct Key {
    pub(super) pair: KeyPair,
    pub(super) spki: Spki,
    pub(super) algorithm: SignatureAlgorithm,
}

impl Key {
    /// A new key.
    pub(super) fn generate(kind: KeyAlgorithm) -> Result<Self, TrialError> {
        let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size);
        let pair = match kind {
            KeyAlgorithm::Rsa2048 => rsa(RsaKeySize::_2048)?,
            KeyAlgorithm::Rsa3072 => rsa(RsaKeySize::_3072)?,
            KeyAlgorithm::Rsa4096 => rsa(RsaKeySize::_4096)?,
            KeyAlgorithm::EcP256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?,
            KeyAlgorithm::EcP384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)?,
            KeyAlgorithm::EcP521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512)?,
            KeyAlgorithm::Ed25519 => KeyPair::generate_for(&rcgen::PKCS_ED25519)?,
        };
        let spki = Spki::from_der(&rcgen::PublicKeyData::subject_public_key_info(&pair))?;
        Ok(Self { pair, spki, algorithm: kind.default_signature() })
    }

    /// A PKCS#10 request for these names with further extensions, DER.
    pub(super) fn request(
        &self,
        wish: &Wish,
        mut extensions: Vec<Extension>,
    ) -> Result<Vec<u8>, TrialError> {
        if !wish.sans.is_empty() {
            let names =
                wish.sans.iter().map(San::to_general_name).collect::<Result<Vec<_>, _>>()?;
            extensions.push(extension(rfc5280::ID_CE_SUBJECT_ALT_NAME, &names.to_der()?)?);
        }
        let mut attributes = SetOfVec::new();
        if !extensions.is_empty() {
            let values = SetOfVec::try_from(vec![Any::encode_from(&ExtensionReq(extensions))?])?;
            attributes.insert(Attribute { oid: rfc5912::ID_EXTENSION_REQ, values })?;
        }
        let info = CertReqInfo {
            version: Version::V1,
            subject: wish.subject.as_name().clone(),
            public_key: SubjectPublicKeyInfoOwned::from_der(self.spki.as_der())?,
            attributes,
        };
        let info = info.to_der()?;
        let signature = self.pair.sign(&info)?;
        Ok(assemble(&info, self.algorithm.algorithm_identifier(), &signature)?)
    }
}

/// An extension that is not critical.
pub(super) fn extension(oid: ObjectIdentifier, value: &[u8]) -> Result<Extension, TrialError> {
    Ok(Extension { extn_id: oid, critical: false, extn_value: OctetString::new(value)? })
}
