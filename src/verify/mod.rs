//! Step 7: [`Signed`] becomes [`Issued`] when the signature holds under the pinned key and the
//! finished DER carries the linted bytes unchanged and breaks no rule.

use std::sync::Arc;

use der::Tag;

use crate::base::algorithm::sha256;
use crate::base::crypto::verify_signature;
use crate::base::element::Element;
use crate::inventory::{Completed, IntentId};
use crate::lint::{Lintable, Registry};
use crate::profile::Plan;
use crate::sign::Signed;
use crate::tbs::{ContentKind, assemble};

mod error;

pub use error::VerifyError;

/// A finished, verified certificate, request or CRL. Only [`check`] makes one.
#[derive(Debug)]
pub struct Issued<C = Plan> {
    signed: Signed<C>,
    der: Arc<[u8]>,
    sha256: [u8; 32],
}

/// Verifies under the authority of the linted bytes, assembles, compares, and lints what is finished.
///
/// # Errors
/// [`VerifyError`]; then the bytes are discarded and never retried.
pub fn check<C: Lintable>(signed: Signed<C>) -> Result<Issued<C>, VerifyError> {
    let tbs = signed.linted().tbs();
    let authority = tbs.plan().authority();
    let identifier = authority.algorithm.algorithm_identifier();
    verify_signature(authority.spki(), authority.algorithm, tbs.as_der(), signed.signature())?;
    let der = assemble(tbs.as_der(), identifier, signed.signature())?;
    let kind = tbs.plan().facts().kind;
    check_finished(&der, tbs.as_der(), signed.signature(), &kind)?;
    Registry::all().judge(&der, tbs)?;
    let sha256 = sha256(&der);
    Ok(Issued { signed, der: der.into(), sha256 })
}

/// Reads the finished DER anew: it must hold exactly the linted bytes, the algorithm that those name
/// for themselves (RFC 5280 §4.1.1.2, §5.1.1.2), and the signature that was verified.
fn check_finished(
    der: &[u8],
    linted: &[u8],
    signature: &[u8],
    kind: &ContentKind<'_>,
) -> Result<(), VerifyError> {
    let mut reader = Element::only(der, Tag::Sequence)
        .and_then(|whole| whole.children())
        .map_err(VerifyError::Finished)?;
    let tbs = Element::expect(&mut reader, Tag::Sequence).map_err(VerifyError::Finished)?;
    let outer = Element::expect(&mut reader, Tag::Sequence).map_err(VerifyError::Finished)?;
    let bits = Element::expect(&mut reader, Tag::BitString).map_err(VerifyError::Finished)?;
    reader.finish().map_err(VerifyError::Finished)?;
    if tbs.raw != linted || bits.whole_octets().map_err(VerifyError::Finished)? != signature {
        return Err(VerifyError::Changed);
    }
    if let Some(inner) = inner_algorithm(tbs, kind).map_err(VerifyError::Finished)?
        && inner != outer.raw
    {
        return Err(VerifyError::Algorithm {
            inner: hex::encode(inner),
            outer: hex::encode(outer.raw),
        });
    }
    Ok(())
}

/// The signature field: of a TBSCertificate behind version and serial number, of a TBSCertList behind
/// its version; requests and ResponseData have none.
fn inner_algorithm<'a>(tbs: Element<'a>, kind: &ContentKind<'_>) -> der::Result<Option<&'a [u8]>> {
    let mut fields = tbs.children()?;
    match kind {
        ContentKind::Certificate(_) => {
            Element::next(&mut fields)?;
            Element::expect(&mut fields, Tag::Integer)?;
        }
        ContentKind::Crl(_) => {
            Element::expect(&mut fields, Tag::Integer)?;
        }
        ContentKind::Request | ContentKind::Ocsp => return Ok(None),
    }
    Ok(Some(Element::expect(&mut fields, Tag::Sequence)?.raw))
}

impl<C> Issued<C> {
    /// The finished DER.
    pub fn as_der(&self) -> &Arc<[u8]> {
        &self.der
    }
    /// What was signed.
    pub fn signed(&self) -> &Signed<C> {
        &self.signed
    }
}

impl<C> Completed for Issued<C> {
    fn intent(&self) -> IntentId {
        self.signed.intent()
    }
    fn signature(&self) -> &[u8] {
        self.signed.signature()
    }
    fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

#[cfg(test)]
mod tests;
