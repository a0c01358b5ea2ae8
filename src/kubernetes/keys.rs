//! Keys made on this host, for leaves and for service account tokens, and the requests they sign.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rcgen::string::Ia5String;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, RsaKeySize, SanType};
use zeroize::Zeroizing;

use super::plan::Leaf;
use crate::base::algorithm::KeyAlgorithm;
use crate::base::pem;
use crate::base::san::San;
use crate::base::spki::{Spki, SpkiError};

/// A private key; wiped when dropped.
pub(super) struct HostKey(Zeroizing<KeyPair>);

/// Why a key or its request was not made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A kind that Kubernetes does not use.
    #[error("{0} keys are not made for clusters")]
    Algorithm(KeyAlgorithm),
    /// The cryptographic library failed.
    #[error("the key or its request could not be made")]
    Library(#[from] rcgen::Error),
    /// A PEM block that holds no private key as PKCS#8.
    #[error("not a private key in PKCS#8")]
    Read(#[source] rcgen::Error),
    /// A name that cannot be in a request.
    #[error("{0} cannot be in a request")]
    Name(San),
    /// The fresh key is not one we accept.
    #[error("the public key is not acceptable")]
    PublicKey(#[from] SpkiError),
}

impl HostKey {
    /// A new key.
    pub(super) fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        let rsa = |size| KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size);
        let pair = match algorithm {
            KeyAlgorithm::Rsa2048 => rsa(RsaKeySize::_2048)?,
            KeyAlgorithm::Rsa3072 => rsa(RsaKeySize::_3072)?,
            KeyAlgorithm::Rsa4096 => rsa(RsaKeySize::_4096)?,
            KeyAlgorithm::EcP256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?,
            KeyAlgorithm::EcP384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)?,
            KeyAlgorithm::EcP521 | KeyAlgorithm::Ed25519 => {
                return Err(KeyError::Algorithm(algorithm));
            }
        };
        Ok(Self(Zeroizing::new(pair)))
    }

    /// Reads a key in the form that [`HostKey::to_pem`] writes.
    pub(super) fn from_pem(text: &str) -> Result<Self, KeyError> {
        KeyPair::from_pem(text).map(|pair| Self(Zeroizing::new(pair))).map_err(KeyError::Read)
    }

    /// The private key, PKCS#8 in PEM.
    pub(super) fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(pem::PRIVATE_KEY, self.0.serialized_der()))
    }

    /// The public key.
    pub(super) fn spki(&self) -> Result<Spki, KeyError> {
        Ok(Spki::from_der(&rcgen::PublicKeyData::subject_public_key_info(&*self.0))?)
    }

    /// A request with the leaf's subject and names, DER.
    pub(super) fn request(&self, leaf: &Leaf) -> Result<Vec<u8>, KeyError> {
        let mut subject = DistinguishedName::new();
        if let Some(group) = leaf.subject.group {
            subject.push(DnType::OrganizationName, group);
        }
        subject.push(DnType::CommonName, leaf.subject.common_name.as_str());
        let mut params = CertificateParams::default();
        params.distinguished_name = subject;
        params.subject_alt_names = leaf.sans.iter().map(san_type).collect::<Result<_, _>>()?;
        Ok(params.serialize_request(&*self.0)?.der().to_vec())
    }
}

fn san_type(san: &San) -> Result<SanType, KeyError> {
    let ia5 =
        |text: &str| Ia5String::try_from(text.to_owned()).map_err(|_| KeyError::Name(san.clone()));
    match san {
        San::Dns(name) => Ok(SanType::DnsName(ia5(name)?)),
        San::Ip(address) => Ok(SanType::IpAddress(*address)),
        San::Uri(uri) => Ok(SanType::URI(ia5(uri)?)),
        San::Email(mailbox) => Ok(SanType::Rfc822Name(ia5(mailbox)?)),
    }
}

/// `count` new keys, made on all processors: an RSA key takes a tenth of a second and more.
pub(super) fn generate_many(
    algorithm: KeyAlgorithm,
    count: usize,
) -> Result<Vec<HostKey>, KeyError> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(count);
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<HostKey>, KeyError> {
        let mut keys = Vec::new();
        while next.fetch_add(1, Ordering::Relaxed) < count {
            keys.push(HostKey::generate(algorithm)?);
        }
        Ok(keys)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut keys = Vec::with_capacity(count);
    for result in results {
        match result {
            Ok(made) => keys.extend(made?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_of_the_kind_asked_for_and_survive_their_file() {
        for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::EcP256, KeyAlgorithm::EcP384] {
            let key = HostKey::generate(algorithm).unwrap();
            assert_eq!(key.spki().unwrap().algorithm(), algorithm);
            let read = HostKey::from_pem(&key.to_pem()).unwrap();
            assert_eq!(read.spki().unwrap(), key.spki().unwrap());
        }
        assert!(HostKey::generate(KeyAlgorithm::Ed25519).is_err());
    }

    #[test]
    fn many_keys_are_as_many_different_keys() {
        let keys = generate_many(KeyAlgorithm::EcP256, 9).unwrap();
        let mut pins: Vec<_> = keys.iter().map(|key| key.spki().unwrap().sha256()).collect();
        pins.sort_unstable();
        pins.dedup();
        assert_eq!(pins.len(), 9);
    }
}
