//! PEM (RFC 7468) in and out.

use super::text::Quoted;
use der::pem::{LineEnding, decode_vec, encode_string};

/// `CERTIFICATE` (RFC 7468 §5).
pub const CERTIFICATE: &str = "CERTIFICATE";
/// `CERTIFICATE REQUEST` (RFC 7468 §7).
pub const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
/// What OpenSSL and `keystead lint` call an OCSP response; no RFC names it.
pub const OCSP_RESPONSE: &str = "OCSP RESPONSE";
/// `X509 CRL` (RFC 7468 §6).
pub const CRL: &str = "X509 CRL";
/// `PRIVATE KEY` (RFC 7468 §10).
pub const PRIVATE_KEY: &str = "PRIVATE KEY";
/// `PUBLIC KEY` (RFC 7468 §13).
pub const PUBLIC_KEY: &str = "PUBLIC KEY";

/// Why a text is not the PEM it should be.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// No `-----BEGIN` line.
    #[error("no PEM block found, expected {expected}")]
    Missing {
        /// The wanted label.
        expected: &'static str,
    },
    /// A block of another kind.
    #[error("found a PEM block {found}, expected {expected}", found = Quoted(.found), expected = Quoted(.expected))]
    Label {
        /// The wanted label.
        expected: &'static str,
        /// What the text holds.
        found: String,
    },
    /// Not valid PEM.
    #[error("not a valid PEM block")]
    Encoding(#[source] der::pem::Error),
    /// More than one block where one was expected, or text behind it.
    #[error("{blocks} PEM blocks found, expected exactly one")]
    Several {
        /// How many.
        blocks: usize,
    },
}

/// One PEM block with `label`, lines of 64 characters, LF line ends.
pub fn encode(label: &'static str, der: &[u8]) -> String {
    // Fails only for input that overflows usize or for an invalid label; the labels are ours.
    encode_string(label, LineEnding::LF, der).unwrap_or_default()
}

/// Every block of `text`, each of which must carry `label`; text between blocks is ignored, as
/// RFC 7468 §2 allows.
///
/// # Errors
/// [`PemError`] when there is none, one of another label, or one that does not decode.
pub fn decode_all(label: &'static str, text: &str) -> Result<Vec<Vec<u8>>, PemError> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("-----BEGIN ") {
        rest = &rest[start..];
        let end_marker = rest.find("-----END ").ok_or(PemError::Missing { expected: label })?;
        let tail = &rest[end_marker + "-----END ".len()..];
        let close = tail.find("-----").ok_or(PemError::Missing { expected: label })?;
        let length = end_marker + "-----END ".len() + close + "-----".len();
        let (found, der) = decode_vec(&rest.as_bytes()[..length]).map_err(PemError::Encoding)?;
        if found != label {
            return Err(PemError::Label { expected: label, found: found.to_owned() });
        }
        blocks.push(der);
        rest = &rest[length..];
    }
    if blocks.is_empty() {
        return Err(PemError::Missing { expected: label });
    }
    Ok(blocks)
}

/// The DER inside `input`, which is either DER itself or exactly one PEM block with `label`.
///
/// # Errors
/// [`PemError`] when PEM text holds another block, several blocks or does not decode.
pub fn der_or_pem(label: &'static str, input: &[u8]) -> Result<Vec<u8>, PemError> {
    let text = match std::str::from_utf8(input) {
        Ok(text) if text.contains("-----BEGIN ") => text,
        _ => return Ok(input.to_vec()),
    };
    let mut blocks = decode_all(label, text)?;
    match (blocks.pop(), blocks.len()) {
        (Some(der), 0) => Ok(der),
        (_, others) => Err(PemError::Several { blocks: others + 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_blocks_are_read_in_order_and_another_label_is_refused() {
        let text = format!("note\n{}{}", encode(CERTIFICATE, &[1]), encode(CERTIFICATE, &[2]));
        assert_eq!(decode_all(CERTIFICATE, &text).unwrap(), [[1], [2]]);
        assert!(matches!(decode_all(PUBLIC_KEY, &text), Err(PemError::Label { .. })));
        assert!(matches!(
            der_or_pem(CERTIFICATE, text.as_bytes()),
            Err(PemError::Several { blocks: 2 })
        ));
    }
}
