//! What can be wrong with a cluster file.

use crate::base::text::{Escaped, ParserError, Quoted};

/// A cluster file that is not used: the operator's fault. Fields are named by their path, such as
/// `networking.serviceSubnet`.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Not YAML, a field of the wrong type, or one that its kind does not have. The source names line
    /// and field.
    #[error("document {number} ({kind}) of the cluster file cannot be read")]
    Yaml {
        /// Counted from one.
        number: usize,
        /// Its kind, when that much could be read.
        kind: String,
        /// Line, column and reason.
        #[source]
        source: ParserError,
    },
    /// A field that puts a group where Kubernetes does not look for it.
    #[error(
        "document {number} ({kind}) has a field {field}: Kubernetes takes a user's groups from the organisation (O) of a certificate and ignores the organisational unit (OU), so an OU would grant nothing",
        field = Escaped(.field)
    )]
    GroupInOu {
        /// Counted from one.
        number: usize,
        /// Its kind.
        kind: String,
        /// The field.
        field: String,
    },
    /// A document of a kind or version we do not read.
    #[error(
        "document {number} is {api_version} {kind}, expected kubeadm.k8s.io/v1beta3 or /v1beta4 (ClusterConfiguration, InitConfiguration), or keystead/v1 Nodes",
        api_version = Escaped(.api_version),
        kind = Escaped(.kind)
    )]
    Kind {
        /// Counted from one.
        number: usize,
        /// As found.
        api_version: String,
        /// As found.
        kind: String,
    },
    /// A second document of a kind that can be there once.
    #[error("the cluster file has a second {kind} (document {number}), expected one")]
    SecondDocument {
        /// The kind.
        kind: &'static str,
        /// Counted from one.
        number: usize,
    },
    /// A field or document that must be there.
    #[error("{field} is missing: {why}")]
    Missing {
        /// Its path.
        field: &'static str,
        /// What it is needed for and what to write.
        why: &'static str,
    },
    /// A value that is not what its field needs.
    #[error("{field} is {found}, expected {expected}", found = Quoted(.found))]
    Value {
        /// Its path.
        field: String,
        /// As found.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Two nodes with one name or one address.
    #[error("{field} is {value}, which {other} has already", value = Quoted(.value))]
    NotUnique {
        /// Where it is the second time.
        field: String,
        /// What is there twice.
        value: String,
        /// Who has it first.
        other: String,
    },
    /// Two fields that cannot both hold.
    #[error("{field} is {found}, but {reason}", found = Quoted(.found))]
    Contradiction {
        /// The field.
        field: String,
        /// As found.
        found: String,
        /// What it contradicts and what to do.
        reason: String,
    },
}
