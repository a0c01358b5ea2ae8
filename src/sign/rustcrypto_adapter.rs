//! Any [`Signer`] as a key for x509-cert and what else uses the RustCrypto traits.

use der::asn1::BitString;
use der::{Decode as _, Document};
use signature::{Keypair, SignatureEncoding};
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
    SignatureBitStringEncoding,
};

use crate::base::algorithm::SignatureAlgorithm;
use crate::base::crypto::verify_signature;
use crate::base::spki::Spki;

use super::Signer;

/// A [`Signer`], such as a [`TokenKey`](crate::token::TokenKey) or a reference to one, where the
/// builders of x509-cert want a key:
///
/// ```no_run
/// use keystead::sign::x509_cert::builder::{Builder as _, RequestBuilder};
/// use keystead::sign::{RustCryptoKey, RustCryptoSignature};
/// # fn example(token_key: keystead::token::TokenKey) -> Result<(), Box<dyn std::error::Error>> {
/// let key = RustCryptoKey::new(&token_key);
/// let builder = RequestBuilder::new("CN=www.example.com".parse()?)?;
/// let request = builder.build::<_, RustCryptoSignature>(&key)?;
/// # let _ = request;
/// # Ok(())
/// # }
/// ```
///
/// A failure carries the [`SignerError`](super::SignerError) as its source. Of what the builders
/// issue nothing is linted, recorded or verified; the pipeline of this crate does that.
#[derive(Clone, Copy, Debug)]
pub struct RustCryptoKey<S> {
    signer: S,
}

/// The public half: the key and the algorithm of its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustCryptoPublicKey {
    spki: Spki,
    algorithm: SignatureAlgorithm,
}

/// A signature as certificates carry it: DER for ECDSA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustCryptoSignature(Box<[u8]>);

impl<S: Signer> RustCryptoKey<S> {
    /// Takes any signer.
    pub fn new(signer: S) -> Self {
        Self { signer }
    }

    /// The public half, for [`SubjectPublicKeyInfo::from_key`](spki::SubjectPublicKeyInfo::from_key).
    pub fn public_key(&self) -> RustCryptoPublicKey {
        self.verifying_key()
    }

    /// The signer again.
    pub fn into_inner(self) -> S {
        self.signer
    }
}

impl<S: Signer> Keypair for RustCryptoKey<S> {
    type VerifyingKey = RustCryptoPublicKey;

    fn verifying_key(&self) -> Self::VerifyingKey {
        RustCryptoPublicKey { spki: self.signer.spki().clone(), algorithm: self.signer.algorithm() }
    }
}

impl<S: Signer> signature::Signer<RustCryptoSignature> for RustCryptoKey<S> {
    fn try_sign(&self, message: &[u8]) -> Result<RustCryptoSignature, signature::Error> {
        self.signer
            .sign(message)
            .map(|octets| RustCryptoSignature(octets.into()))
            .map_err(signature::Error::from_source)
    }
}

impl<S: Signer> DynSignatureAlgorithmIdentifier for RustCryptoKey<S> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        identifier(self.signer.algorithm())
    }
}

impl DynSignatureAlgorithmIdentifier for RustCryptoPublicKey {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        identifier(self.algorithm)
    }
}

impl EncodePublicKey for RustCryptoPublicKey {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        Ok(Document::try_from(self.spki.as_der())?)
    }
}

impl signature::Verifier<RustCryptoSignature> for RustCryptoPublicKey {
    fn verify(
        &self,
        message: &[u8],
        signature: &RustCryptoSignature,
    ) -> Result<(), signature::Error> {
        // The trait asks not to say why.
        verify_signature(&self.spki, self.algorithm, message, &signature.0)
            .map_err(|_| signature::Error::new())
    }
}

impl SignatureBitStringEncoding for RustCryptoSignature {
    fn to_bitstring(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}

impl SignatureEncoding for RustCryptoSignature {
    type Repr = Box<[u8]>;
}

impl From<RustCryptoSignature> for Box<[u8]> {
    fn from(signature: RustCryptoSignature) -> Self {
        signature.0
    }
}

impl From<&[u8]> for RustCryptoSignature {
    fn from(octets: &[u8]) -> Self {
        Self(octets.into())
    }
}

fn identifier(algorithm: SignatureAlgorithm) -> spki::Result<AlgorithmIdentifierOwned> {
    Ok(AlgorithmIdentifierOwned::from_der(algorithm.algorithm_identifier())?)
}

#[cfg(test)]
mod tests {
    use der::Encode as _;
    use signature::{Signer as _, Verifier as _};
    use x509_cert::builder::{Builder as _, RequestBuilder};

    use super::*;
    use crate::base::algorithm::KeyAlgorithm;
    use crate::sign::soft::SoftSigner;

    #[test]
    fn a_request_names_algorithm_and_key_and_its_signature_holds() {
        let signers = [
            SoftSigner::generate(KeyAlgorithm::EcP256),
            SoftSigner::generate(KeyAlgorithm::Ed25519),
            SoftSigner::generate_for(KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPssSha384),
        ];
        for signer in &signers {
            let builder = RequestBuilder::new("CN=a.example.com".parse().unwrap()).unwrap();
            let request =
                builder.build::<_, RustCryptoSignature>(&RustCryptoKey::new(signer)).unwrap();
            assert_eq!(
                request.algorithm.to_der().unwrap(),
                signer.algorithm().algorithm_identifier()
            );
            assert_eq!(request.info.public_key.to_der().unwrap(), signer.spki().as_der());
            verify_signature(
                signer.spki(),
                signer.algorithm(),
                &request.info.to_der().unwrap(),
                request.signature.raw_bytes(),
            )
            .unwrap();
        }
    }

    #[test]
    fn signing_and_verifying_agree() {
        let signer = SoftSigner::generate(KeyAlgorithm::EcP384);
        let key = RustCryptoKey::new(&signer);
        let signature = key.try_sign(b"message").unwrap();
        let again = RustCryptoSignature::from(signature.to_bytes().as_ref());
        key.verifying_key().verify(b"message", &again).unwrap();
        key.verifying_key().verify(b"massage", &again).unwrap_err();
    }
}
