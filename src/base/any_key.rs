//! The public key in whatever holds one: a certificate, a request, or a file of its own. What kind of
//! key it is does not matter, so that a key which no profile allows can be named too.

use der::{Tag, TagNumber};

use super::algorithm::sha256;
use super::element::Element;
use super::pem::{self, PemError};

/// What holds no public key.
#[derive(Debug, thiserror::Error)]
pub enum AnyKeyError {
    /// PEM of something else, or several blocks.
    #[error("expected one certificate, certificate request or public key")]
    Pem(#[source] PemError),
    /// DER of something else.
    #[error("neither a certificate, nor a certificate request, nor a public key, DER or PEM")]
    Encoding(#[source] der::Error),
}

/// SHA-256 over the SubjectPublicKeyInfo in `input`: PEM or DER of a certificate (RFC 5280), a
/// certificate request (RFC 2986) or a SubjectPublicKeyInfo.
///
/// # Errors
/// [`AnyKeyError`] when it is none of these.
pub fn key_sha256(input: &[u8]) -> Result<[u8; 32], AnyKeyError> {
    let der = read_pem(input).map_err(AnyKeyError::Pem)?;
    subject_public_key_info(&der).map(sha256).map_err(AnyKeyError::Encoding)
}

fn read_pem(input: &[u8]) -> Result<Vec<u8>, PemError> {
    let others = [pem::CERTIFICATE_REQUEST, "NEW CERTIFICATE REQUEST", pem::PUBLIC_KEY];
    let mut read = pem::der_or_pem(pem::CERTIFICATE, input);
    for label in others {
        if let Err(PemError::Label { .. }) = read {
            read = pem::der_or_pem(label, input);
        }
    }
    read
}

fn subject_public_key_info(der: &[u8]) -> der::Result<&[u8]> {
    let whole = Element::only(der, Tag::Sequence)?;
    let mut parts = whole.children()?;
    let first = Element::expect(&mut parts, Tag::Sequence)?;
    let second = Element::next(&mut parts)?;
    if second.tag == Tag::BitString {
        // AlgorithmIdentifier and key bits.
        parts.finish()?;
        let mut algorithm = first.children()?;
        Element::expect(&mut algorithm, Tag::ObjectIdentifier)?;
        return Ok(whole.raw);
    }
    second.tag.assert_eq(Tag::Sequence)?;
    Element::expect(&mut parts, Tag::BitString)?;
    parts.finish()?;
    let mut fields = first.children()?;
    let mut field = Element::next(&mut fields)?;
    let version = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
    if field.tag == version {
        field = Element::next(&mut fields)?;
    }
    field.tag.assert_eq(Tag::Integer)?;
    // A certificate has signature algorithm, issuer, validity, subject; a request has the subject.
    let sequences: Vec<Element<'_>> = std::iter::from_fn(|| {
        let next = Element::next(&mut fields).ok()?;
        (next.tag == Tag::Sequence).then_some(next)
    })
    .collect();
    let ([_, key] | [_, _, _, _, key]) = sequences[..] else {
        return Err(der::ErrorKind::Failed.into());
    };
    let mut parts = key.children()?;
    Element::expect(&mut parts, Tag::Sequence)?;
    Element::expect(&mut parts, Tag::BitString)?;
    parts.finish()?;
    Ok(key.raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_same_in_a_certificate_a_request_and_a_public_key_file() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let expected = sha256(&rcgen::PublicKeyData::subject_public_key_info(&pair));
        let parameters = rcgen::CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
        let request = parameters.serialize_request(&pair).unwrap();
        let certificate = parameters.self_signed(&pair).unwrap();
        for input in [
            certificate.der().to_vec(),
            certificate.pem().into_bytes(),
            request.der().to_vec(),
            request.pem().unwrap().into_bytes(),
            rcgen::PublicKeyData::subject_public_key_info(&pair),
            pair.public_key_pem().into_bytes(),
        ] {
            assert_eq!(key_sha256(&input).unwrap(), expected);
        }
    }

    #[test]
    fn private_keys_text_and_cut_files_hold_no_public_key() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&pair);
        for input in [
            pair.serialize_pem().into_bytes(),
            pair.serialize_der(),
            b"no key".to_vec(),
            Vec::new(),
            spki[..spki.len() - 1].to_vec(),
        ] {
            assert!(key_sha256(&input).is_err());
        }
    }
}
