//! Rules of Kubernetes, which reads meaning into subjects.

pub(super) mod group_in_ou;
pub(super) mod node_identity;
pub(super) mod system_masters;
