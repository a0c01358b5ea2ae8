//! A Kubernetes cluster's PKI: cluster file in, tree of files out.
//!
//! [`Cluster::from_yaml`] reads kubeadm's own configuration and a list of nodes, [`plan`](plan())
//! says which files that makes, with every subject and name in them, and [`issue`](issue()) makes
//! those that are missing. The keys of the three CAs stay where their issuers have them.

mod authority;
mod cluster;
mod document;
mod error;
mod existing;
mod identity;
mod inspect;
mod issue;
mod issuers;
mod keys;
mod kubeconfig;
mod names;
mod nodes;
mod plan;
mod profiles;
mod report;
mod requests;
mod roles;
mod rows;
mod staging;
mod tree_error;
mod value;

pub use authority::{ClusterCa, MissingIssuers};
pub use cluster::{Cluster, Node, Role};
pub use error::ClusterError;
pub use existing::Difference;
pub use identity::{ControlPlaneClient, control_plane_client, is_of_node};
pub use issue::issue;
pub use issuers::{ClusterIssuer, ClusterIssuers, IssuersError};
pub use keys::KeyError;
pub use kubeconfig::{ClientKey, Kubeconfig, KubeconfigError};
pub use names::{NameDifference, SubjectDifference};
pub use plan::{Artefact, Content, Leaf, Options, Plan, Subject, Usage};
pub use profiles::{ProfileSet, ProfileSetError};
pub use report::{Report, Row, Status};
pub use requests::{Deviation, DeviationReason, PlannedFor, RequestsError};
pub use roles::plan;
pub use tree_error::TreeError;
pub use value::{Endpoint, Host, Version};
