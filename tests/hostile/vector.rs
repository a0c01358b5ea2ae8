//! A vector of the corpus, and how one is made: every field by hand, signed all the same, and the same
//! bytes each time.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::spki::Spki;

use crate::curve::EcKey;
use crate::encode::{dns, extension_request, oid, rdn, san_extension, sequence, tlv};
use crate::rsa::RsaKey;

/// SHA-256.
pub(crate) const SHA256: &digest::Algorithm = &digest::SHA256;

/// What is accepted has this for a code.
pub(crate) const ACCEPTED: &str = "accepted";

/// A request and what is to come of it.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    /// Its folder.
    pub(crate) class: &'static str,
    /// Its file's name, without number and ending.
    pub(crate) slug: String,
    /// `request` where it is refused (or accepted) whatever the profile is, or a shipped profile.
    pub(crate) stage: &'static str,
    /// The code of the refusal, or [`ACCEPTED`].
    pub(crate) code: &'static str,
    /// What it is about.
    pub(crate) note: String,
    /// The bytes.
    pub(crate) der: Vec<u8>,
}

/// All vectors, in the order of the index.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    pub(crate) vectors: Vec<Vector>,
}

impl Corpus {
    /// One that any profile refuses with `code`.
    pub(crate) fn refused(
        &mut self,
        class: &'static str,
        note: impl Into<String>,
        code: &'static str,
        der: Vec<u8>,
    ) {
        self.add(class, "request", note.into(), code, der);
    }

    /// One that the profile `stage` refuses, or accepts.
    pub(crate) fn add(
        &mut self,
        class: &'static str,
        stage: &'static str,
        note: impl Into<String>,
        code: &'static str,
        der: Vec<u8>,
    ) {
        let note = note.into();
        let slug = slug(&note);
        self.vectors.push(Vector { class, slug, stage, code, note, der });
    }
}

/// A note as part of a file name.
fn slug(note: &str) -> String {
    let mut slug = String::new();
    for character in note.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.truncate(40);
    slug.trim_end_matches('-').to_owned()
}

/// Hashes.
pub(crate) fn digest(algorithm: &'static digest::Algorithm, message: &[u8]) -> Vec<u8> {
    digest::digest(algorithm, message).as_ref().to_vec()
}

/// Who signs a request.
#[derive(Clone, Copy)]
pub(crate) enum Signer<'k> {
    /// The Ed25519 key of this seed.
    Ed25519(u8),
    /// RSA, PKCS#1 v1.5 with SHA-256.
    Rsa(&'k RsaKey),
    /// ECDSA with SHA-256.
    Ec(&'k EcKey),
    /// A key of a library's, with the algorithm that goes with it.
    Pair(&'k rcgen::KeyPair),
    /// These octets, whatever is signed.
    Fixed(&'k [u8]),
}

impl Signer<'_> {
    /// The content of the BIT STRING.
    pub(crate) fn sign(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(seed) => ed25519(seed).sign(message).as_ref().to_vec(),
            Self::Rsa(key) => key.sign(message),
            Self::Ec(key) => key.sign(SHA256, message),
            Self::Pair(pair) => rcgen::SigningKey::sign(pair, message).unwrap(),
            Self::Fixed(octets) => octets.to_vec(),
        }
    }

    fn algorithm(self) -> Vec<u8> {
        let algorithm = match self {
            Self::Ed25519(_) | Self::Fixed(_) => SignatureAlgorithm::Ed25519,
            Self::Rsa(_) => SignatureAlgorithm::RsaPkcs1Sha256,
            Self::Ec(_) => SignatureAlgorithm::EcdsaSha256,
            Self::Pair(pair) => match pair.algorithm() {
                it if it == &rcgen::PKCS_ECDSA_P256_SHA256 => SignatureAlgorithm::EcdsaSha256,
                it if it == &rcgen::PKCS_ECDSA_P384_SHA384 => SignatureAlgorithm::EcdsaSha384,
                it if it == &rcgen::PKCS_ECDSA_P521_SHA512 => SignatureAlgorithm::EcdsaSha512,
                _ => SignatureAlgorithm::RsaPkcs1Sha256,
            },
        };
        algorithm.algorithm_identifier().to_vec()
    }
}

pub(crate) fn ed25519(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

/// The SubjectPublicKeyInfo of the Ed25519 key of this seed.
pub(crate) fn ed25519_spki(seed: u8) -> Vec<u8> {
    let pair = ed25519(seed);
    let spki = Spki::from_point(KeyAlgorithm::Ed25519, pair.public_key().as_ref());
    spki.unwrap().as_der().to_vec()
}

/// A request to be; every field is complete and can be something else than it should.
#[derive(Clone)]
pub(crate) struct Draft<'k> {
    pub(crate) version: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) spki: Vec<u8>,
    pub(crate) attributes: Vec<u8>,
    pub(crate) algorithm: Vec<u8>,
    pub(crate) signer: Signer<'k>,
}

/// The seed of the key that most vectors have.
pub(crate) const USUAL: u8 = 7;

impl<'k> Draft<'k> {
    /// A good request for a TLS server, of an Ed25519 key.
    pub(crate) fn good() -> Self {
        let signer = Signer::Ed25519(USUAL);
        Self {
            version: tlv(2, &[0]),
            subject: sequence(&[common_name("www.example.com")]),
            spki: ed25519_spki(USUAL),
            attributes: attributes(&[san_request(&[dns("www.example.com")])]),
            algorithm: signer.algorithm(),
            signer,
        }
    }

    /// The same for another key.
    pub(crate) fn with_key(spki: Vec<u8>, signer: Signer<'k>) -> Self {
        Self { spki, signer, algorithm: signer.algorithm(), ..Self::good() }
    }

    /// With these complete RDNs.
    pub(crate) fn subject(mut self, rdns: &[Vec<u8>]) -> Self {
        self.subject = sequence(rdns);
        self
    }

    /// With these complete attributes, sorted as DER wants them.
    pub(crate) fn attributes(mut self, all: &[Vec<u8>]) -> Self {
        self.attributes = attributes(all);
        self
    }

    /// With these complete extensions in an extensionRequest.
    pub(crate) fn extensions(self, extensions: &[Vec<u8>]) -> Self {
        self.attributes(&[extension_request(extensions)])
    }

    /// With the good names and these extensions behind.
    pub(crate) fn and_extensions(self, more: &[Vec<u8>]) -> Self {
        let names = san_extension(&[dns("www.example.com")]);
        self.extensions(&[&[names][..], more].concat())
    }

    /// With these complete GeneralNames.
    pub(crate) fn names(self, names: &[Vec<u8>]) -> Self {
        self.attributes(&[san_request(names)])
    }

    /// CertificationRequestInfo.
    pub(crate) fn info(&self) -> Vec<u8> {
        let parts = [&self.version, &self.subject, &self.spki, &self.attributes];
        sequence(&parts.map(Clone::clone))
    }

    /// The finished request.
    pub(crate) fn finish(&self) -> Vec<u8> {
        self.finish_info(self.info())
    }

    /// The finished request for another CertificationRequestInfo.
    pub(crate) fn finish_info(&self, info: Vec<u8>) -> Vec<u8> {
        let signature = bit_string(&self.signer.sign(&info));
        sequence(&[info, self.algorithm.clone(), signature])
    }
}

/// The attributes field.
pub(crate) fn attributes(all: &[Vec<u8>]) -> Vec<u8> {
    let mut sorted = all.to_vec();
    sorted.sort();
    tlv(0xa0, &sorted.concat())
}

/// An extensionRequest for these complete GeneralNames.
pub(crate) fn san_request(names: &[Vec<u8>]) -> Vec<u8> {
    extension_request(&[san_extension(names)])
}

/// A BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0][..], octets].concat())
}

/// An RDN of one CN, UTF8String.
pub(crate) fn common_name(text: &str) -> Vec<u8> {
    rdn(&[("2.5.4.3", 0x0c, text.as_bytes())])
}

/// An AlgorithmIdentifier without parameters.
pub(crate) fn bare_algorithm(kind: &str) -> Vec<u8> {
    sequence(&[oid(kind)])
}
