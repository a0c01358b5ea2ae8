//! What can be wrong with a home.

/// A home that cannot be used: the operator's fault, or the disk's.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {}
