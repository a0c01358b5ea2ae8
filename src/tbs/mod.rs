//! Step 3: a plan becomes a [`Tbs`]: the exact bytes to be signed.

use std::sync::Arc;

use crate::base::element::{header_len, push_header};
use crate::base::serial::SerialNumber;
use crate::profile::{Plan, PlanKind};

mod content;
mod crl;
mod encode;
mod error;
mod ocsp;

pub use content::{Content, ContentKind, CrlFacts, Facts};
pub use crl::{CrlPlan, EncodedEntries, IssuingPoint};
pub use error::TbsError;
pub use ocsp::{Answer, CertStatus, OcspPlan, ocsp_response};

/// The DER to be signed, with the plan it encodes: of a certificate or request, or of a CRL. Only the
/// functions of its `encode` family make one.
#[derive(Debug)]
pub struct Tbs<C = Plan> {
    der: Arc<[u8]>,
    serial: Option<SerialNumber>,
    plan: C,
}

impl Tbs {
    /// Encodes a certificate plan with its serial, as TBSCertificate (RFC 5280 §4.1.2).
    ///
    /// # Errors
    /// [`TbsError`] when a value cannot be encoded, or the plan is not for a certificate.
    pub fn encode(plan: Plan, serial: SerialNumber) -> Result<Self, TbsError> {
        let PlanKind::Certificate(validity) = plan.kind() else {
            return Err(TbsError::Kind { found: "request", expected: "certificate" });
        };
        let der = encode::certificate(&plan, validity, serial).map_err(TbsError::Encoding)?;
        Ok(Self { der: der.into(), serial: Some(serial), plan })
    }

    /// Encodes a request plan as CertificationRequestInfo (RFC 2986 §4.1).
    ///
    /// # Errors
    /// [`TbsError`] when a value cannot be encoded, or the plan is not for a request.
    pub fn encode_request(plan: Plan) -> Result<Self, TbsError> {
        if plan.kind() != PlanKind::Request {
            return Err(TbsError::Kind { found: "certificate", expected: "request" });
        }
        let der = encode::request(&plan).map_err(TbsError::Encoding)?;
        Ok(Self { der: der.into(), serial: None, plan })
    }
}

impl Tbs<CrlPlan> {
    /// Encodes a CRL plan as TBSCertList (RFC 5280 §5.1.2). The list moves into the bytes: the plan
    /// that is left knows how many entries there are.
    ///
    /// # Errors
    /// [`TbsError`] when a value cannot be encoded.
    pub fn encode_crl(mut plan: CrlPlan) -> Result<Self, TbsError> {
        let der = crl::encode(&mut plan).map_err(TbsError::Encoding)?;
        Ok(Self { der: der.into(), serial: None, plan })
    }
}

impl Tbs<OcspPlan> {
    /// Encodes the plan of an OCSP response as ResponseData (RFC 6960 §4.2.1).
    ///
    /// # Errors
    /// [`TbsError`] when a value cannot be encoded.
    pub fn encode_ocsp(plan: OcspPlan) -> Result<Self, TbsError> {
        let der = ocsp::encode(&plan).map_err(TbsError::Encoding)?;
        Ok(Self { der: der.into(), serial: None, plan })
    }
}

impl<C> Tbs<C> {
    /// The serial number, for a certificate.
    pub fn serial(&self) -> Option<SerialNumber> {
        self.serial
    }

    /// The bytes to be signed.
    pub fn as_der(&self) -> &Arc<[u8]> {
        &self.der
    }

    /// The same plan with other bytes: what the rules are for.
    #[cfg(test)]
    pub(crate) fn with_der(self, der: Arc<[u8]>) -> Self {
        Self { der, ..self }
    }

    /// The plan it encodes.
    pub fn plan(&self) -> &C {
        &self.plan
    }
}

/// `SEQUENCE { tbs, signatureAlgorithm, signature BIT STRING }`: the form that certificates, requests,
/// CRLs and OCSP responses share. `tbs` and `algorithm_identifier` are complete DER and go in unchanged.
///
/// # Errors
/// [`TbsError`] when the result is too long for DER.
pub fn assemble(
    tbs: &[u8],
    algorithm_identifier: &[u8],
    signature: &[u8],
) -> Result<Vec<u8>, TbsError> {
    let bit_string = signature.len() + 1;
    let content = tbs.len() + algorithm_identifier.len() + header_len(bit_string) + bit_string;
    let mut der = Vec::with_capacity(header_len(content) + content);
    push_header(&mut der, 0x30, content).map_err(TbsError::Encoding)?;
    der.extend_from_slice(tbs);
    der.extend_from_slice(algorithm_identifier);
    push_header(&mut der, 0x03, bit_string).map_err(TbsError::Encoding)?;
    // No unused bits: signatures are whole octets.
    der.push(0);
    der.extend_from_slice(signature);
    Ok(der)
}
