//! The certificates above an issuer: put in order, each verified under the next.

use der::Tag;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::Timestamp;
use keystead::base::crypto::{SignatureCheckError, verify_signature};
use keystead::base::element::Element;
use keystead::base::issuer_cert::{IssuerCert, IssuerCertError};
use keystead::base::spki::Spki;

/// Why a certificate does not stand on the certificates that came with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChainError {
    /// Nothing certifies it.
    #[error(
        "the certificate of {subject} was issued by {issuer}, whose certificate is not among those given"
    )]
    Missing {
        /// Whose certificate.
        subject: String,
        /// Who signed it.
        issuer: String,
    },
    /// The signature is of an algorithm we do not know, or the certificate is cut off.
    #[error("the certificate of {0} is signed with an algorithm that is not supported")]
    Algorithm(String),
    /// The certificate is not DER.
    #[error("the certificate of {subject} is not DER")]
    Encoding {
        /// Whose certificate.
        subject: String,
        /// Where.
        #[source]
        source: der::Error,
    },
    /// The signature does not hold.
    #[error("the certificate of {subject} does not verify under the key of {issuer}")]
    Signature {
        /// Whose certificate.
        subject: String,
        /// Under whose key.
        issuer: String,
        /// Why.
        #[source]
        source: SignatureCheckError,
    },
    /// It does not hold now.
    #[error(
        "the certificate of {subject} is valid from {not_before} to {not_after}, it is {now} now"
    )]
    NotValid {
        /// Whose certificate.
        subject: String,
        /// From when.
        not_before: Timestamp,
        /// Until when.
        not_after: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// A certificate above allows fewer CAs below it.
    #[error("the certificate of {subject} allows {allowed} CA(s) below it, there are {found}")]
    PathLength {
        /// Whose certificate.
        subject: String,
        /// Its path length constraint.
        allowed: u8,
        /// How many there are.
        found: usize,
    },
    /// One of those given is no CA certificate.
    #[error("certificate {number} of those given is not a usable CA certificate")]
    NotCa {
        /// Counted from 1.
        number: usize,
        /// Why.
        #[source]
        source: IssuerCertError,
    },
}

/// The certificates above `certificate`, nearest first, up to a root: found in `pool`, in whatever order
/// it has. Empty for a root. Every signature is verified, every validity includes `now`.
pub(super) fn order(
    certificate: &IssuerCert,
    pool: &[Vec<u8>],
    now: Timestamp,
) -> Result<Vec<IssuerCert>, ChainError> {
    let mut candidates = Vec::with_capacity(pool.len());
    for (index, der) in pool.iter().enumerate() {
        let parsed = IssuerCert::from_der(der)
            .map_err(|source| ChainError::NotCa { number: index + 1, source })?;
        candidates.push(parsed);
    }
    let mut chain: Vec<IssuerCert> = Vec::new();
    loop {
        let current = chain.last().unwrap_or(certificate);
        check_validity(current, now)?;
        if current.is_self_issued() {
            check_signature(current, current.spki())?;
            break;
        }
        let parent = parent_of(current, &candidates)?;
        // CAs below the parent, itself and the new issuer's leaves not counted (RFC 5280 §4.2.1.9).
        let below = chain.len() + 1;
        if let Some(allowed) = parent.path_length().filter(|most| usize::from(*most) < below) {
            let subject = parent.subject().to_string();
            return Err(ChainError::PathLength { subject, allowed, found: below });
        }
        let position = candidates.iter().position(|other| other.as_der() == parent.as_der());
        // Taken out, so that certificates which name each other end the search.
        if let Some(parent) = position.map(|position| candidates.swap_remove(position)) {
            chain.push(parent);
        }
    }
    Ok(chain)
}

/// The candidate with the right name under whose key the signature holds; several may share the name.
fn parent_of<'a>(
    current: &IssuerCert,
    candidates: &'a [IssuerCert],
) -> Result<&'a IssuerCert, ChainError> {
    let mut failure = None;
    for candidate in candidates {
        if candidate.subject().as_der() != current.issuer().as_der() {
            continue;
        }
        match check_signature(current, candidate.spki()) {
            Ok(()) => return Ok(candidate),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| ChainError::Missing {
        subject: current.subject().to_string(),
        issuer: current.issuer().to_string(),
    }))
}

fn check_validity(certificate: &IssuerCert, now: Timestamp) -> Result<(), ChainError> {
    let validity = certificate.validity();
    if validity.contains(now) {
        return Ok(());
    }
    Err(ChainError::NotValid {
        subject: certificate.subject().to_string(),
        not_before: validity.not_before(),
        not_after: validity.not_after(),
        now,
    })
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` (RFC 5280 §4.1):
/// the signature is over the octets of the first as they came.
fn check_signature(certificate: &IssuerCert, key: &Spki) -> Result<(), ChainError> {
    let subject = || certificate.subject().to_string();
    let parts = || -> der::Result<_> {
        let whole = Element::only(certificate.as_der(), Tag::Sequence)?;
        let mut parts = whole.children()?;
        let tbs = Element::expect(&mut parts, Tag::Sequence)?;
        let algorithm = Element::expect(&mut parts, Tag::Sequence)?;
        let signature = Element::next(&mut parts)?.whole_octets()?;
        Ok((tbs.raw, algorithm.raw, signature))
    };
    let (tbs, algorithm, signature) =
        parts().map_err(|source| ChainError::Encoding { subject: subject(), source })?;
    let algorithm = SignatureAlgorithm::from_algorithm_identifier(algorithm)
        .ok_or_else(|| ChainError::Algorithm(subject()))?;
    verify_signature(key, algorithm, tbs, signature).map_err(|source| ChainError::Signature {
        subject: subject(),
        issuer: certificate.issuer().to_string(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    };

    use super::*;

    struct Ca {
        der: Vec<u8>,
        issuer: Issuer<'static, KeyPair>,
    }

    fn params(name: &str, path_length: Option<u8>) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(
            path_length.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained),
        );
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 1);
        params
    }

    fn root(name: &str, path_length: Option<u8>) -> Ca {
        let key = KeyPair::generate().unwrap();
        let params = params(name, path_length);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Ca { der, issuer: Issuer::new(params, key) }
    }

    fn below(parent: &Ca, name: &str) -> Ca {
        let key = KeyPair::generate().unwrap();
        let params = params(name, None);
        let der = params.signed_by(&key, &parent.issuer).unwrap().der().to_vec();
        Ca { der, issuer: Issuer::new(params, key) }
    }

    fn now() -> Timestamp {
        Timestamp::from_unix(1_780_000_000)
    }

    fn cert(ca: &Ca) -> IssuerCert {
        IssuerCert::from_der(&ca.der).unwrap()
    }

    #[test]
    fn certificates_in_any_order_become_a_chain_and_a_stranger_is_left_out() {
        let root = root("r", None);
        let middle = below(&root, "m");
        let lowest = below(&middle, "l");
        let stranger = self::root("x", None);
        let pool = [stranger.der, root.der.clone(), middle.der.clone()];
        let chain = order(&cert(&lowest), &pool, now()).unwrap();
        let chain: Vec<_> = chain.iter().map(IssuerCert::as_der).collect();
        assert_eq!(chain, [&middle.der[..], &root.der[..]]);
        assert!(order(&cert(&root), &[], now()).unwrap().is_empty());
    }

    #[test]
    fn a_missing_link_and_a_namesake_with_another_key_refuse() {
        let root = root("r", None);
        let middle = below(&root, "m");
        let error = order(&cert(&middle), &[], now()).unwrap_err();
        assert!(matches!(error, ChainError::Missing { .. }), "{error}");
        let namesake = self::root("r", None);
        let error = order(&cert(&middle), std::slice::from_ref(&namesake.der), now()).unwrap_err();
        assert!(matches!(error, ChainError::Signature { .. }), "{error}");
        // With both of that name given, the right one is found.
        assert_eq!(order(&cert(&middle), &[namesake.der, root.der], now()).unwrap().len(), 1);
    }

    #[test]
    fn a_root_that_allows_no_ca_below_it_refuses() {
        let root = root("r", Some(0));
        let middle = below(&root, "m");
        let error = order(&cert(&middle), &[root.der], now()).unwrap_err();
        assert!(matches!(error, ChainError::PathLength { allowed: 0, found: 1, .. }), "{error}");
    }

    #[test]
    fn an_expired_certificate_refuses() {
        let root = root("r", None);
        let error = order(&cert(&root), &[], Timestamp::from_unix(1_900_000_000)).unwrap_err();
        assert!(matches!(error, ChainError::NotValid { .. }), "{error}");
    }
}
