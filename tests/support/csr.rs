//! Requests as no ordinary tool makes them: encoded by hand, field by field, and signed all the same.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::name::DistinguishedName;
use keystead::base::spki::Spki;

pub(crate) use super::encode::*;

/// A software key.
pub(crate) struct Key(EcdsaKeyPair);

impl Key {
    /// A fresh P-256 key.
    pub(crate) fn generate() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// Its SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Spki {
        Spki::from_point(KeyAlgorithm::EcP256, self.0.public_key().as_ref()).unwrap()
    }

    /// An ecdsa-with-SHA256 signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }
}

/// A request to be; every field can be something else than it should.
pub(crate) struct Csr {
    /// Complete.
    pub(crate) version: Vec<u8>,
    /// Complete.
    pub(crate) subject: Vec<u8>,
    /// Complete.
    pub(crate) spki: Vec<u8>,
    /// The attributes field, complete; none leaves it out.
    pub(crate) attributes: Option<Vec<u8>>,
    /// Complete.
    pub(crate) algorithm: Vec<u8>,
}

impl Csr {
    /// A plain request for this key; the empty text makes an empty subject.
    pub(crate) fn new(key: &Key, subject: &str) -> Self {
        let subject = match subject {
            "" => sequence(&[]),
            text => text.parse::<DistinguishedName>().unwrap().as_der().to_vec(),
        };
        Self {
            version: tlv(0x02, &[0]),
            subject,
            spki: key.spki().as_der().to_vec(),
            attributes: Some(tlv(0xa0, &[])),
            algorithm: SignatureAlgorithm::EcdsaSha256.algorithm_identifier().to_vec(),
        }
    }

    /// With these complete attributes, in ascending order as DER wants them.
    pub(crate) fn with_attributes(mut self, mut attributes: Vec<Vec<u8>>) -> Self {
        attributes.sort();
        self.attributes = Some(tlv(0xa0, &attributes.concat()));
        self
    }

    /// With these complete attributes in exactly this order.
    pub(crate) fn with_attributes_as_they_are(mut self, attributes: &[Vec<u8>]) -> Self {
        self.attributes = Some(tlv(0xa0, &attributes.concat()));
        self
    }

    /// With these complete extensions in an extensionRequest.
    pub(crate) fn with_extensions(self, extensions: &[Vec<u8>]) -> Self {
        self.with_attributes(vec![extension_request(extensions)])
    }

    /// With dNSNames.
    pub(crate) fn with_dns(self, names: &[&str]) -> Self {
        let names: Vec<Vec<u8>> = names.iter().map(|name| dns(name)).collect();
        self.with_extensions(&[san_extension(&names)])
    }

    /// With a subject of these complete RDNs.
    pub(crate) fn with_rdns(mut self, rdns: &[Vec<u8>]) -> Self {
        self.subject = sequence(rdns);
        self
    }

    /// The CertificationRequestInfo.
    pub(crate) fn info(&self) -> Vec<u8> {
        let attributes = self.attributes.clone().unwrap_or_default();
        sequence(&[self.version.clone(), self.subject.clone(), self.spki.clone(), attributes])
    }

    /// The finished request, signed by `key`.
    pub(crate) fn signed_by(&self, key: &Key) -> Vec<u8> {
        let info = self.info();
        let signature = [&[0][..], &key.sign(&info)].concat();
        sequence(&[info, self.algorithm.clone(), tlv(0x03, &signature)])
    }
}
