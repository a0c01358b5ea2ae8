//! Why an issuance did not happen: refused, or failed.

/// The error of the pipeline, by step.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Step 1 refused.
    #[error("the request is refused")]
    Request(#[from] crate::request::RequestError),
    /// Step 2 refused.
    #[error("the profile does not allow the request")]
    Policy(#[from] crate::profile::PolicyViolation),
}
