//! Where certificates go: what exists is found before the first signature and never overwritten.

use std::path::{Path, PathBuf};

use der::{Decode as _, Encode as _};
use keystead::base::pem;
use keystead::config::IssuerRecord;

use crate::cli::context::exists;
use crate::cli::exit::Failure;
use crate::cli::inputs::Input;
use crate::cli::report::escaped;

/// Refuses when an output exists already. With `skip`, drops the inputs whose output is a certificate
/// for the key of the request, and returns how many: that is how a batch that was cut off goes on.
pub(super) fn settle(inputs: &mut Vec<Input>, folder: &Path, skip: bool) -> Result<usize, Failure> {
    let before = inputs.len();
    let mut present: Vec<PathBuf> = Vec::new();
    let mut kept = Vec::with_capacity(before);
    for input in inputs.drain(..) {
        match input.output(folder) {
            Some(path) if path.symlink_metadata().is_ok() => {
                if skip {
                    refuse_other_key(&input, &path)?;
                } else {
                    present.push(path);
                }
            }
            _ => kept.push(input),
        }
    }
    if !present.is_empty() {
        return Err(exists(&present)
            .hint("nothing was signed; --skip-existing goes on with the requests that are left"));
    }
    *inputs = kept;
    Ok(before - inputs.len())
}

/// The certificates that follow each leaf, PEM: the issuer and those above it, without the root, which
/// a relying party must have already (RFC 8446 §4.4.2).
pub(super) fn intermediates(record: &IssuerRecord) -> String {
    let Some(issuer) = record.certificate.as_ref().filter(|issuer| !issuer.is_self_issued()) else {
        return String::new();
    };
    let above = record.chain.iter().filter(|der| !is_self_issued(der));
    std::iter::once(issuer.as_der())
        .chain(above.map(Vec::as_slice))
        .map(|der| pem::encode(pem::CERTIFICATE, der))
        .collect()
}

fn is_self_issued(der: &[u8]) -> bool {
    x509_cert::Certificate::from_der(der)
        .is_ok_and(|known| known.tbs_certificate().subject() == known.tbs_certificate().issuer())
}

fn refuse_other_key(input: &Input, path: &Path) -> Result<(), Failure> {
    let shown = escaped(&path.to_string_lossy());
    let content = std::fs::read_to_string(path)
        .map_err(|error| Failure::io(format!("cannot read {shown}"), error))?;
    let issued = pem::decode_all(pem::CERTIFICATE, &content)
        .ok()
        .and_then(|blocks| x509_cert::Certificate::from_der(blocks.first()?).ok())
        .and_then(|known| known.tbs_certificate().subject_public_key_info().to_der().ok());
    let requested = input
        .read()
        .ok()
        .and_then(|der| x509_cert::request::CertReq::from_der(&der).ok())
        .and_then(|request| request.info.public_key.to_der().ok());
    if issued.is_some() && issued == requested {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{shown} exists and is no certificate for the key of {}, so that cannot be skipped",
        input.name
    ))
    .hint("move it away, or sign into another folder"))
}
