//! The key and signature algorithms Keystead knows, with their identifiers.

use std::fmt;
use std::str::FromStr;

use super::text::Quoted;
use const_oid::ObjectIdentifier;
use hex_literal::hex;

/// A kind of key. RSA by modulus length in bits; EC keys are on named curves (RFC 5480).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
    /// NIST P-256.
    EcP256,
    /// NIST P-384.
    EcP384,
    /// NIST P-521.
    EcP521,
    /// Ed25519 (RFC 8410).
    Ed25519,
}

impl KeyAlgorithm {
    /// All of them, in the order they are listed to users.
    pub const ALL: [Self; 7] = [
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::EcP256,
        Self::EcP384,
        Self::EcP521,
        Self::Ed25519,
    ];

    /// The word users type and files hold.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
            Self::EcP256 => "ec-p256",
            Self::EcP384 => "ec-p384",
            Self::EcP521 => "ec-p521",
            Self::Ed25519 => "ed25519",
        }
    }

    /// Whether it is RSA: only such keys encipher keys, so only they get `keyEncipherment`.
    pub fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }

    /// The signature algorithm a CA key of this kind uses unless told otherwise.
    pub fn default_signature(self) -> SignatureAlgorithm {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => SignatureAlgorithm::RsaPkcs1Sha256,
            Self::EcP256 => SignatureAlgorithm::EcdsaSha256,
            Self::EcP384 => SignatureAlgorithm::EcdsaSha384,
            Self::EcP521 => SignatureAlgorithm::EcdsaSha512,
            Self::Ed25519 => SignatureAlgorithm::Ed25519,
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names none of the algorithms.
#[derive(Debug, thiserror::Error)]
#[error("unknown algorithm {found}, expected one of {expected}", found = Quoted(.found))]
pub struct UnknownAlgorithm {
    /// What was given.
    pub found: String,
    /// The known names, comma-separated.
    pub expected: String,
}

impl FromStr for KeyAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.name() == word).ok_or_else(|| UnknownAlgorithm {
            found: word.to_owned(),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// A hash function of SHA-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// Hashes `message`.
    pub fn of(self, message: &[u8]) -> Vec<u8> {
        aws_lc_rs::digest::digest(self.implementation(), message).as_ref().to_vec()
    }

    /// Output length in octets.
    pub fn output_len(self) -> usize {
        self.implementation().output_len()
    }

    /// The AlgorithmIdentifier of the hash with NULL parameters, DER (RFC 4055 §2.1).
    pub fn algorithm_identifier(self) -> &'static [u8] {
        match self {
            Self::Sha256 => &hex!("300d06096086480165030402010500"),
            Self::Sha384 => &hex!("300d06096086480165030402020500"),
            Self::Sha512 => &hex!("300d06096086480165030402030500"),
        }
    }

    fn implementation(self) -> &'static aws_lc_rs::digest::Algorithm {
        match self {
            Self::Sha256 => &aws_lc_rs::digest::SHA256,
            Self::Sha384 => &aws_lc_rs::digest::SHA384,
            Self::Sha512 => &aws_lc_rs::digest::SHA512,
        }
    }
}

/// SHA-256 of `data`, as an array.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    out.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data).as_ref());
    out
}

/// A signature algorithm of certificates and requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ecdsa-with-SHA256 (RFC 5758 §3.2).
    EcdsaSha256,
    /// ecdsa-with-SHA384.
    EcdsaSha384,
    /// ecdsa-with-SHA512.
    EcdsaSha512,
    /// sha256WithRSAEncryption (RFC 4055 §5).
    RsaPkcs1Sha256,
    /// sha384WithRSAEncryption.
    RsaPkcs1Sha384,
    /// sha512WithRSAEncryption.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, 32 octets of salt (RFC 4055 §3.1).
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, 48 octets of salt.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, 64 octets of salt.
    RsaPssSha512,
    /// Ed25519 (RFC 8410 §3).
    Ed25519,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::RsaPkcs1Sha256,
        Self::RsaPkcs1Sha384,
        Self::RsaPkcs1Sha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
        Self::Ed25519,
    ];

    /// The word users type and files hold.
    pub fn name(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "ecdsa-sha256",
            Self::EcdsaSha384 => "ecdsa-sha384",
            Self::EcdsaSha512 => "ecdsa-sha512",
            Self::RsaPkcs1Sha256 => "rsa-sha256",
            Self::RsaPkcs1Sha384 => "rsa-sha384",
            Self::RsaPkcs1Sha512 => "rsa-sha512",
            Self::RsaPssSha256 => "rsa-pss-sha256",
            Self::RsaPssSha384 => "rsa-pss-sha384",
            Self::RsaPssSha512 => "rsa-pss-sha512",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The hash it signs, or none for Ed25519, which signs the message itself.
    pub fn digest(self) -> Option<Digest> {
        match self {
            Self::EcdsaSha256 | Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => Some(Digest::Sha256),
            Self::EcdsaSha384 | Self::RsaPkcs1Sha384 | Self::RsaPssSha384 => Some(Digest::Sha384),
            Self::EcdsaSha512 | Self::RsaPkcs1Sha512 | Self::RsaPssSha512 => Some(Digest::Sha512),
            Self::Ed25519 => None,
        }
    }

    /// Whether keys of kind `key` make such signatures.
    pub fn fits(self, key: KeyAlgorithm) -> bool {
        match self {
            Self::EcdsaSha256 | Self::EcdsaSha384 | Self::EcdsaSha512 => {
                matches!(key, KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 | KeyAlgorithm::EcP521)
            }
            Self::Ed25519 => key == KeyAlgorithm::Ed25519,
            _ => key.is_rsa(),
        }
    }

    /// The complete AlgorithmIdentifier, DER, with the parameters its RFC prescribes: absent for
    /// ECDSA and Ed25519, NULL for PKCS#1 v1.5, the full structure for PSS.
    pub fn algorithm_identifier(self) -> &'static [u8] {
        match self {
            Self::EcdsaSha256 => &hex!("300a06082a8648ce3d040302"),
            Self::EcdsaSha384 => &hex!("300a06082a8648ce3d040303"),
            Self::EcdsaSha512 => &hex!("300a06082a8648ce3d040304"),
            Self::RsaPkcs1Sha256 => &hex!("300d06092a864886f70d01010b0500"),
            Self::RsaPkcs1Sha384 => &hex!("300d06092a864886f70d01010c0500"),
            Self::RsaPkcs1Sha512 => &hex!("300d06092a864886f70d01010d0500"),
            Self::RsaPssSha256 => &hex!(
                "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
            ),
            Self::RsaPssSha384 => &hex!(
                "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130"
            ),
            Self::RsaPssSha512 => &hex!(
                "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140"
            ),
            Self::Ed25519 => &hex!("300506032b6570"),
        }
    }

    /// The algorithm with this DER AlgorithmIdentifier. PKCS#1 v1.5 with absent parameters is
    /// accepted too (RFC 4055 §5 asks readers to); everything else must match to the byte.
    pub fn from_algorithm_identifier(der: &[u8]) -> Option<Self> {
        if let Some(known) = Self::ALL.into_iter().find(|known| known.algorithm_identifier() == der)
        {
            return Some(known);
        }
        [Self::RsaPkcs1Sha256, Self::RsaPkcs1Sha384, Self::RsaPkcs1Sha512].into_iter().find(
            |known| {
                let with_null = known.algorithm_identifier();
                let oid = &with_null[2..with_null.len() - 2];
                der.first() == Some(&0x30) && der.get(1) == Some(&11) && der.get(2..) == Some(oid)
            },
        )
    }

    /// The object identifier.
    pub fn oid(self) -> ObjectIdentifier {
        let der = self.algorithm_identifier();
        let length = usize::from(der[3]);
        // The constants above are checked by a test, so the bytes are always a valid OID.
        ObjectIdentifier::from_bytes(&der[4..4 + length])
            .unwrap_or(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1"))
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SignatureAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.name() == word).ok_or_else(|| UnknownAlgorithm {
            found: word.to_owned(),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use der::Decode;
    use spki::AlgorithmIdentifierOwned;

    use super::*;

    #[test]
    fn every_algorithm_identifier_is_der_and_is_read_back_as_itself() {
        for algorithm in SignatureAlgorithm::ALL {
            let der = algorithm.algorithm_identifier();
            let parsed = AlgorithmIdentifierOwned::from_der(der).unwrap();
            assert_eq!(parsed.oid, algorithm.oid(), "{algorithm}");
            assert_eq!(SignatureAlgorithm::from_algorithm_identifier(der), Some(algorithm));
        }
    }

    #[test]
    fn rsa_without_parameters_is_read_but_pss_without_is_not() {
        let absent = hex!("300b06092a864886f70d01010b");
        assert_eq!(
            SignatureAlgorithm::from_algorithm_identifier(&absent),
            Some(SignatureAlgorithm::RsaPkcs1Sha256)
        );
        let pss = hex!("300b06092a864886f70d01010a");
        assert_eq!(SignatureAlgorithm::from_algorithm_identifier(&pss), None);
    }
}
