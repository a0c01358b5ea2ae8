//! Step 3: a [`Plan`] becomes a [`Tbs`]: the exact bytes to be signed.

use std::sync::Arc;

use crate::base::serial::SerialNumber;
use crate::profile::Plan;

mod error;

pub use error::TbsError;

/// The DER to be signed, with the plan it encodes. Only [`Tbs::encode`] makes one.
#[derive(Debug)]
pub struct Tbs {
    der: Arc<[u8]>,
    serial: Option<SerialNumber>,
    plan: Plan,
}

impl Tbs {
    /// Encodes a certificate plan with its serial, as TBSCertificate (RFC 5280 §4.1.2).
    ///
    /// # Errors
    /// [`TbsError`] when a value cannot be encoded.
    pub fn encode(plan: Plan, serial: SerialNumber) -> Result<Self, TbsError> {
        let _ = (plan, serial);
        todo!()
    }

    /// Encodes a request plan as CertificationRequestInfo (RFC 2986 §4.1).
    ///
    /// # Errors
    /// [`TbsError`] when a value cannot be encoded, or the plan is not for a request.
    pub fn encode_request(plan: Plan) -> Result<Self, TbsError> {
        let _ = plan;
        todo!()
    }

    /// The bytes to be signed.
    pub fn as_der(&self) -> &Arc<[u8]> {
        &self.der
    }

    /// The serial number, for a certificate.
    pub fn serial(&self) -> Option<SerialNumber> {
        self.serial
    }

    /// The plan it encodes.
    pub fn plan(&self) -> &Plan {
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
    let _ = (tbs, algorithm_identifier, signature);
    todo!()
}
