//! A Kubernetes cluster's PKI: cluster file in, tree of files out.
//!
//! [`Cluster::from_yaml`] reads kubeadm's own configuration and a list of nodes, [`plan`](plan())
//! says which files that makes, with every subject and name in them.

mod authority;
mod cluster;
mod document;
mod error;
mod existing;
mod issuers;
mod keys;
mod kubeconfig;
mod names;
mod nodes;
mod plan;
mod roles;
mod value;

pub use authority::{ClusterCa, MissingIssuers};
pub use cluster::{Cluster, Node, Role};
pub use error::ClusterError;
pub use kubeconfig::{ClientKey, Kubeconfig, KubeconfigError};
pub use plan::{Artefact, Content, Leaf, Options, Plan, Subject, Usage};
pub use roles::plan;
pub use value::{Endpoint, Host, Version};
