//! A subject public key, kept as the bytes it came in.

use std::fmt;
use std::sync::Arc;

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc8410};
use der::asn1::UintRef;
use der::{Decode, Encode, Reader as _, SliceReader};
use spki::SubjectPublicKeyInfoRef;

use super::algorithm::{KeyAlgorithm, sha256};

/// A SubjectPublicKeyInfo whose algorithm is one we know and whose DER is kept byte for byte.
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Spki {
    der: Arc<[u8]>,
    key_offset: usize,
    algorithm: KeyAlgorithm,
}

/// Why a public key is not usable.
#[derive(Debug, thiserror::Error)]
pub enum SpkiError {
    /// Not a DER SubjectPublicKeyInfo.
    #[error("the public key is not a DER SubjectPublicKeyInfo")]
    Encoding(#[source] der::Error),
    /// An algorithm we do not know.
    #[error("the public key algorithm {0} is not supported")]
    Algorithm(ObjectIdentifier),
    /// Parameters that RFC 3279/5480/8410 do not allow for the algorithm.
    #[error("the public key of algorithm {0} has wrong algorithm parameters")]
    Parameters(ObjectIdentifier),
    /// A curve we do not know.
    #[error("the elliptic curve {0} is not supported, expected P-256, P-384 or P-521")]
    Curve(ObjectIdentifier),
    /// An RSA modulus of another length.
    #[error("the RSA modulus has {0} bits, expected 2048, 3072 or 4096")]
    RsaModulus(usize),
    /// An RSA exponent other than 65537.
    #[error("the RSA public exponent is {0}, expected 65537")]
    RsaExponent(String),
    /// Key bits of the wrong length or form for the algorithm.
    #[error("the key bits do not fit {0}")]
    KeyBits(KeyAlgorithm),
}

impl SpkiError {
    /// The clause that forbids it.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Encoding(_) => "RFC 5280 §4.1.2.7",
            Self::Algorithm(_) | Self::Parameters(_) => "RFC 3279 §2.3, RFC 5480 §2.1, RFC 8410 §3",
            Self::Curve(_) => "CA/Browser Forum BR 6.1.5",
            Self::RsaModulus(_) => "CA/Browser Forum BR 6.1.5",
            Self::RsaExponent(_) => "CA/Browser Forum BR 6.1.6",
            Self::KeyBits(_) => "RFC 5480 §2.2, RFC 8410 §4",
        }
    }
}

impl Spki {
    /// Reads one strict-DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`SpkiError`] when the encoding, algorithm, parameters or key bits are not acceptable.
    /// Whether an EC point is on its curve, and whether RSA numbers are of a weak key, is checked for
    /// requested keys by `request::verify`, and shows for others when a signature is verified.
    pub fn from_der(der: &[u8]) -> Result<Self, SpkiError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(SpkiError::Encoding)?;
        let key_bits = info.subject_public_key.as_bytes().ok_or_else(|| {
            SpkiError::Encoding(der::ErrorKind::Value { tag: der::Tag::BitString }.into())
        })?;
        let oid = info.algorithm.oid;
        let algorithm = if oid == rfc5912::RSA_ENCRYPTION {
            // RFC 3279 §2.3.1: the parameters MUST be NULL.
            match info.algorithm.parameters {
                Some(parameters) if parameters.is_null() => rsa_algorithm(key_bits)?,
                _ => return Err(SpkiError::Parameters(oid)),
            }
        } else if oid == rfc5912::ID_EC_PUBLIC_KEY {
            // RFC 5480 §2.1.1: namedCurve only.
            let curve = info
                .algorithm
                .parameters
                .and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok())
                .ok_or(SpkiError::Parameters(oid))?;
            ec_algorithm(curve, key_bits)?
        } else if oid == rfc8410::ID_ED_25519 {
            if info.algorithm.parameters.is_some() {
                return Err(SpkiError::Parameters(oid));
            }
            if key_bits.len() != 32 {
                return Err(SpkiError::KeyBits(KeyAlgorithm::Ed25519));
            }
            KeyAlgorithm::Ed25519
        } else {
            return Err(SpkiError::Algorithm(oid));
        };
        let canonical = info.to_der().map_err(SpkiError::Encoding)?;
        if canonical != der {
            return Err(SpkiError::Encoding(
                der::ErrorKind::Noncanonical { tag: der::Tag::Sequence }.into(),
            ));
        }
        Ok(Self { der: der.into(), key_offset: der.len() - key_bits.len(), algorithm })
    }

    /// The SubjectPublicKeyInfo for RSA from modulus and exponent, big-endian.
    ///
    /// # Errors
    /// [`SpkiError`] when the numbers make no key we accept.
    pub fn from_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Result<Self, SpkiError> {
        let numbers = RsaNumbers {
            modulus: UintRef::new(modulus).map_err(SpkiError::Encoding)?,
            exponent: UintRef::new(exponent).map_err(SpkiError::Encoding)?,
        };
        let key_bits = numbers.to_der().map_err(SpkiError::Encoding)?;
        Self::assemble(rfc5912::RSA_ENCRYPTION, Some(der::AnyRef::NULL), &key_bits)
    }

    /// The SubjectPublicKeyInfo of an uncompressed SEC 1 point on the curve of `algorithm`, or of
    /// the 32 octets of an Ed25519 key.
    ///
    /// # Errors
    /// [`SpkiError`] when the point does not fit the algorithm.
    pub fn from_point(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Self, SpkiError> {
        let curve = match algorithm {
            KeyAlgorithm::EcP256 => rfc5912::SECP_256_R_1,
            KeyAlgorithm::EcP384 => rfc5912::SECP_384_R_1,
            KeyAlgorithm::EcP521 => rfc5912::SECP_521_R_1,
            KeyAlgorithm::Ed25519 => return Self::assemble(rfc8410::ID_ED_25519, None, point),
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                return Err(SpkiError::KeyBits(algorithm));
            }
        };
        Self::assemble(rfc5912::ID_EC_PUBLIC_KEY, Some((&curve).into()), point)
    }

    fn assemble(
        oid: ObjectIdentifier,
        parameters: Option<der::AnyRef<'_>>,
        key_bits: &[u8],
    ) -> Result<Self, SpkiError> {
        let info = SubjectPublicKeyInfoRef {
            algorithm: spki::AlgorithmIdentifierRef { oid, parameters },
            subject_public_key: der::asn1::BitStringRef::from_bytes(key_bits)
                .map_err(SpkiError::Encoding)?,
        };
        Self::from_der(&info.to_der().map_err(SpkiError::Encoding)?)
    }

    /// The whole SubjectPublicKeyInfo, DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The content of the BIT STRING: RSAPublicKey, EC point or Ed25519 octets.
    pub fn key_bits(&self) -> &[u8] {
        &self.der[self.key_offset..]
    }

    /// The modulus of an RSA key, big-endian without leading zeros; none for other keys.
    pub fn rsa_modulus(&self) -> Option<&[u8]> {
        if !self.algorithm.is_rsa() {
            return None;
        }
        RsaNumbers::from_der(self.key_bits()).ok().map(|numbers| numbers.modulus.as_bytes())
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// SHA-256 over the whole SubjectPublicKeyInfo: the pin by which keys are recognised.
    pub fn sha256(&self) -> [u8; 32] {
        sha256(&self.der)
    }

    /// The key identifier by `method`.
    pub fn key_id(&self, method: KeyIdMethod) -> Vec<u8> {
        match method {
            KeyIdMethod::Rfc5280Sha1 => aws_lc_rs::digest::digest(
                &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
                self.key_bits(),
            )
            .as_ref()
            .to_vec(),
            KeyIdMethod::Rfc7093Sha256 => sha256(self.key_bits())[..20].to_vec(),
        }
    }
}

impl fmt::Debug for Spki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spki({}, {})", self.algorithm, hex::encode(self.sha256()))
    }
}

/// How a subject key identifier is derived from the key bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub enum KeyIdMethod {
    /// RFC 7093 §2 method 1: the leftmost 160 bits of SHA-256.
    #[default]
    #[serde(rename = "rfc7093")]
    Rfc7093Sha256,
    /// RFC 5280 §4.2.1.2 method 1: SHA-1.
    #[serde(rename = "rfc5280")]
    Rfc5280Sha1,
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017 §A.1.1).
#[derive(der::Sequence)]
struct RsaNumbers<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

fn rsa_algorithm(key_bits: &[u8]) -> Result<KeyAlgorithm, SpkiError> {
    let mut reader = SliceReader::new(key_bits).map_err(SpkiError::Encoding)?;
    let numbers: RsaNumbers<'_> = reader.decode().map_err(SpkiError::Encoding)?;
    reader.finish().map_err(SpkiError::Encoding)?;
    if numbers.exponent.as_bytes() != [1, 0, 1] {
        return Err(SpkiError::RsaExponent(format!(
            "0x{}",
            hex::encode(numbers.exponent.as_bytes())
        )));
    }
    let modulus = numbers.modulus.as_bytes();
    let leading_zeros = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let bits = (modulus.len() * 8).saturating_sub(usize::try_from(leading_zeros).unwrap_or(0));
    match bits {
        2048 => Ok(KeyAlgorithm::Rsa2048),
        3072 => Ok(KeyAlgorithm::Rsa3072),
        4096 => Ok(KeyAlgorithm::Rsa4096),
        other => Err(SpkiError::RsaModulus(other)),
    }
}

fn ec_algorithm(curve: ObjectIdentifier, point: &[u8]) -> Result<KeyAlgorithm, SpkiError> {
    let (algorithm, field_octets) = match curve {
        rfc5912::SECP_256_R_1 => (KeyAlgorithm::EcP256, 32),
        rfc5912::SECP_384_R_1 => (KeyAlgorithm::EcP384, 48),
        rfc5912::SECP_521_R_1 => (KeyAlgorithm::EcP521, 66),
        other => return Err(SpkiError::Curve(other)),
    };
    // RFC 5480 §2.2: the uncompressed form must be supported; compressed keys are refused, since
    // many consumers of certificates cannot read them.
    if point.len() != 1 + 2 * field_octets || point.first() != Some(&4) {
        return Err(SpkiError::KeyBits(algorithm));
    }
    Ok(algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_is_read_back_with_its_kind_and_bits() {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let der = rcgen::PublicKeyData::subject_public_key_info(&pair);
        let spki = Spki::from_der(&der).unwrap();
        assert_eq!(spki.algorithm(), KeyAlgorithm::EcP384);
        assert_eq!(spki.key_bits(), rcgen::PublicKeyData::der_bytes(&pair));
        assert_eq!(Spki::from_point(KeyAlgorithm::EcP384, spki.key_bits()).unwrap(), spki);
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let mut der = rcgen::PublicKeyData::subject_public_key_info(&pair);
        der.push(0);
        assert!(matches!(Spki::from_der(&der), Err(SpkiError::Encoding(_))));
    }
}
