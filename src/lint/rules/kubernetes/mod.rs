//! Rules of Kubernetes, which reads meaning into subjects.

pub(super) mod apiserver_address;
pub(super) mod apiserver_names;
pub(super) mod assigned_groups;
pub(super) mod component_user;
pub(super) mod distinct_groups;
pub(super) mod etcd_names;
pub(super) mod etcd_purposes;
pub(super) mod front_proxy_groups;
pub(super) mod group_in_ou;
pub(super) mod group_spelling;
pub(super) mod kubelet_client_nameless;
pub(super) mod kubelet_serving_identity;
pub(super) mod kubelet_serving_names;
pub(super) mod masters_lifetime;
pub(super) mod masters_server;
pub(super) mod node_identity;
pub(super) mod node_name;
pub(super) mod one_user;
pub(super) mod reserved_user;
pub(super) mod service_account_user;
pub(super) mod system_masters;
pub(super) mod system_server;
