//! What a token really does: each algorithm by each mechanism, tried with throwaway keys.

use std::sync::Arc;

use cryptoki::slot::Limit;

use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};

use super::error::{Explain as _, TokenError};
use super::mechanism::Plan;
use super::module::{TokenDescription, trimmed};
use super::{Shared, key};

/// What a token says of itself and what it does.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProbeReport {
    /// The token.
    pub token: TokenDescription,
    /// The module behind it.
    pub library: LibraryDescription,
    /// Its limits.
    pub limits: TokenLimits,
    /// Worker sessions that would sign at once.
    pub workers: usize,
    /// Each kind of key.
    pub keys: Vec<KeyProbe>,
}

/// What a module says of itself.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LibraryDescription {
    /// CK_INFO manufacturerID.
    pub manufacturer: String,
    /// CK_INFO libraryDescription.
    pub description: String,
    /// CK_INFO libraryVersion.
    pub version: String,
    /// CK_INFO cryptokiVersion.
    pub cryptoki: String,
}

/// What CK_TOKEN_INFO says of limits and of the PIN. Null: no limit, or not said.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenLimits {
    /// Sessions at once.
    pub sessions: Option<u64>,
    /// Writing sessions at once.
    pub writing_sessions: Option<u64>,
    /// Shortest PIN, octets.
    pub pin_least: usize,
    /// Longest PIN, octets; 0 with tokens that have no limit.
    pub pin_most: usize,
    /// CKF_LOGIN_REQUIRED.
    pub login_required: bool,
    /// CKF_PROTECTED_AUTHENTICATION_PATH: the PIN is typed at the token.
    pub protected_authentication: bool,
    /// CKF_WRITE_PROTECTED.
    pub write_protected: bool,
    /// Octets left for public objects.
    pub free_public_memory: Option<usize>,
    /// Octets left for private objects.
    pub free_private_memory: Option<usize>,
}

/// One kind of key.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyProbe {
    /// The kind.
    pub key: &'static str,
    /// Why none could be made, if so.
    pub generation_failed: Option<String>,
    /// Each algorithm and mechanism.
    pub signatures: Vec<SignatureProbe>,
}

/// One algorithm by one mechanism.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SignatureProbe {
    /// The algorithm.
    pub algorithm: &'static str,
    /// The PKCS#11 mechanism.
    pub mechanism: &'static str,
    /// Whether the token lists the mechanism, for signing.
    pub listed: bool,
    /// Whether a signature was made and verifies.
    pub works: bool,
    /// What went wrong.
    pub problem: Option<String>,
}

/// Tries everything with session keys, which are gone when the token is closed.
pub(super) fn probe(
    shared: &Arc<Shared>,
    kinds: &[KeyAlgorithm],
) -> Result<ProbeReport, TokenError> {
    let info = shared.context.get_token_info(shared.slot).explain()?;
    let library = shared.context.get_library_info().explain()?;
    let limit = |limit| match limit {
        Limit::Max(most) => Some(most),
        Limit::Infinite | Limit::Unavailable => None,
    };
    Ok(ProbeReport {
        token: shared.description.clone(),
        library: LibraryDescription {
            manufacturer: trimmed(library.manufacturer_id()),
            description: trimmed(library.library_description()),
            version: library.library_version().to_string(),
            cryptoki: library.cryptoki_version().to_string(),
        },
        limits: TokenLimits {
            sessions: limit(info.max_session_count()),
            writing_sessions: limit(info.max_rw_session_count()),
            pin_least: info.min_pin_length(),
            pin_most: info.max_pin_length(),
            login_required: info.login_required(),
            protected_authentication: info.protected_authentication_path(),
            write_protected: info.write_protected(),
            free_public_memory: info.free_public_memory(),
            free_private_memory: info.free_private_memory(),
        },
        workers: shared.pool.limit(),
        keys: kinds.iter().map(|kind| probe_kind(shared, *kind)).collect::<Result<_, _>>()?,
    })
}

fn probe_kind(shared: &Arc<Shared>, kind: KeyAlgorithm) -> Result<KeyProbe, TokenError> {
    let mut report = KeyProbe { key: kind.name(), generation_failed: None, signatures: Vec::new() };
    let key = match key::untested_throwaway(shared, kind, kind.default_signature()) {
        Ok(key) => key,
        Err(error) => {
            report.generation_failed = Some(error.to_string());
            return Ok(report);
        }
    };
    for algorithm in SignatureAlgorithm::ALL.into_iter().filter(|known| known.fits(kind)) {
        let key = key.with_algorithm(algorithm);
        for plan in Plan::candidates(kind, algorithm) {
            let problem = key.try_plan(plan, b"keystead probe v1\0")?;
            report.signatures.push(SignatureProbe {
                algorithm: algorithm.name(),
                mechanism: plan.name(),
                listed: shared
                    .context
                    .get_mechanism_info(shared.slot, plan.kind())
                    .is_ok_and(|info| info.sign()),
                works: problem.is_none(),
                problem,
            });
        }
    }
    Ok(report)
}
