//! What can be wrong with a profile, and what a profile refuses.

/// A profile file that does not load: the operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not the TOML it should be.
    #[error("the profile is not valid")]
    Syntax(#[source] toml::de::Error),
}

/// A request that the profile does not allow: the requester's fault.
#[derive(Debug, thiserror::Error)]
pub enum PolicyViolation {}
