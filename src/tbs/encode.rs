//! The two encodings. Names, key and algorithm go in as the bytes they came in: decoding and encoding
//! them again is how other tools lose RDNs and corrupt keys.

use der::Encode;
use x509_cert::ext::Extension;

use crate::base::element::{header_len, push_header};
use crate::base::serial::SerialNumber;
use crate::base::validity::Validity;
use crate::profile::Plan;

/// `version [0] EXPLICIT INTEGER 2`: v3 (RFC 5280 §4.1.2.1).
const VERSION_3: [u8; 5] = [0xa0, 0x03, 0x02, 0x01, 0x02];

/// `version INTEGER 0` of a request (RFC 2986 §4.1).
const REQUEST_VERSION: [u8; 3] = [0x02, 0x01, 0x00];

/// `attributes [0] IMPLICIT SET OF`, empty.
const NO_ATTRIBUTES: [u8; 2] = [0xa0, 0x00];

/// TBSCertificate (RFC 5280 §4.1).
pub(super) fn certificate(
    plan: &Plan,
    validity: Validity,
    serial: SerialNumber,
) -> der::Result<Vec<u8>> {
    let algorithm = plan.authority().algorithm.algorithm_identifier();
    let issuer = plan.authority().subject().as_der();
    let (subject, spki) = (plan.subject().as_der(), plan.spki().as_der());
    let mut time = Vec::with_capacity(36);
    validity.not_before().to_x509()?.encode_to_vec(&mut time)?;
    validity.not_after().to_x509()?.encode_to_vec(&mut time)?;
    let serial = serial.as_bytes();
    let list: usize = plan.extensions().iter().map(extension_len).sum();
    let explicit = header_len(list) + list;
    let content = VERSION_3.len()
        + header_len(serial.len())
        + serial.len()
        + algorithm.len()
        + issuer.len()
        + header_len(time.len())
        + time.len()
        + subject.len()
        + spki.len()
        + header_len(explicit)
        + explicit;

    let mut der = Vec::with_capacity(header_len(content) + content);
    push_header(&mut der, 0x30, content)?;
    der.extend_from_slice(&VERSION_3);
    push_header(&mut der, 0x02, serial.len())?;
    der.extend_from_slice(serial);
    der.extend_from_slice(algorithm);
    der.extend_from_slice(issuer);
    push_header(&mut der, 0x30, time.len())?;
    der.extend_from_slice(&time);
    der.extend_from_slice(subject);
    der.extend_from_slice(spki);
    push_header(&mut der, 0xa3, explicit)?;
    push_header(&mut der, 0x30, list)?;
    for extension in plan.extensions() {
        push_extension(&mut der, extension)?;
    }
    Ok(der)
}

/// CertificationRequestInfo with the subject and key alone (RFC 2986 §4.1).
pub(super) fn request(plan: &Plan) -> der::Result<Vec<u8>> {
    let (subject, spki) = (plan.subject().as_der(), plan.spki().as_der());
    let content = REQUEST_VERSION.len() + subject.len() + spki.len() + NO_ATTRIBUTES.len();
    let mut der = Vec::with_capacity(header_len(content) + content);
    push_header(&mut der, 0x30, content)?;
    der.extend_from_slice(&REQUEST_VERSION);
    der.extend_from_slice(subject);
    der.extend_from_slice(spki);
    der.extend_from_slice(&NO_ATTRIBUTES);
    Ok(der)
}

fn extension_content_len(extension: &Extension) -> usize {
    let value = extension.extn_value.as_bytes().len();
    let critical = if extension.critical { 3 } else { 0 };
    let oid = extension.extn_id.as_bytes().len();
    header_len(oid) + oid + critical + header_len(value) + value
}

fn extension_len(extension: &Extension) -> usize {
    let content = extension_content_len(extension);
    header_len(content) + content
}

fn push_extension(der: &mut Vec<u8>, extension: &Extension) -> der::Result<()> {
    let oid = extension.extn_id.as_bytes();
    let value = extension.extn_value.as_bytes();
    push_header(der, 0x30, extension_content_len(extension))?;
    push_header(der, 0x06, oid.len())?;
    der.extend_from_slice(oid);
    if extension.critical {
        der.extend_from_slice(&[0x01, 0x01, 0xff]);
    }
    push_header(der, 0x04, value.len())?;
    der.extend_from_slice(value);
    Ok(())
}
