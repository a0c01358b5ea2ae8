//! What can go wrong with a token; each PKCS#11 error carries the function, the CKR name and what to do.

/// A failed token operation.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {}
