//! The nodes of a cluster file and the etcd that runs on them.

use std::collections::BTreeMap;

use super::cluster::{Etcd, Node, Role, hosts, value};
use super::document::{ClusterConfiguration, Documents, ExternalEtcd, LocalEtcd, NodeEntry};
use super::error::ClusterError;
use super::identity::NODE_USER;
use super::value::{Endpoint, Host};

/// The nodes, the one of `kubeadm init` first.
pub(super) fn nodes(documents: &Documents) -> Result<Vec<Node>, ClusterError> {
    let init = documents.init.as_ref();
    let name =
        init.and_then(|init| init.node_registration.as_ref()).and_then(|node| node.name.as_deref());
    let address = init
        .and_then(|init| init.local_api_endpoint.as_ref())
        .and_then(|endpoint| endpoint.advertise_address.as_deref());
    let Some(list) = &documents.nodes else {
        let name = name.ok_or(ClusterError::Missing {
            field: "nodeRegistration.name",
            why: "without a keystead/v1 Nodes document the InitConfiguration names the one node; \
                  kubeadm would take the machine's own host name, which is not known here",
        })?;
        let address = address.ok_or(ClusterError::Missing {
            field: "localAPIEndpoint.advertiseAddress",
            why: "without a keystead/v1 Nodes document it is the address of the one node; \
                  kubeadm would look at the machine's interfaces",
        })?;
        let name = node_name("nodeRegistration.name", name, Role::ControlPlane)?;
        let addresses = vec![advertise_address(address)?];
        return Ok(vec![Node { name, role: Role::ControlPlane, addresses }]);
    };
    let mut nodes: Vec<Node> = list
        .nodes
        .iter()
        .enumerate()
        .map(|(index, entry)| node(index, entry))
        .collect::<Result<_, _>>()?;
    refuse_duplicates(&nodes)?;
    let first = match name {
        None => nodes.iter().position(|node| node.role == Role::ControlPlane).ok_or(
            ClusterError::Missing {
                field: "nodes",
                why: "at least one node must have the role control-plane",
            },
        )?,
        Some(name) => nodes
            .iter()
            .position(|node| node.name == name && node.role == Role::ControlPlane)
            .ok_or_else(|| ClusterError::Contradiction {
                field: "nodeRegistration.name".to_owned(),
                found: name.to_owned(),
                reason: "no node of that name has the role control-plane; correct it or leave the \
                         InitConfiguration's name out"
                    .to_owned(),
            })?,
    };
    if let Some(text) = address
        && !nodes[first].addresses.contains(&advertise_address(text)?)
    {
        return Err(ClusterError::Contradiction {
            field: "localAPIEndpoint.advertiseAddress".to_owned(),
            found: text.to_owned(),
            reason: format!(
                "it is no address of node {}; correct it or leave it out",
                nodes[first].name
            ),
        });
    }
    let init = nodes.remove(first);
    nodes.insert(0, init);
    Ok(nodes)
}

fn advertise_address(text: &str) -> Result<Host, ClusterError> {
    match Host::parse(text, false) {
        Some(host @ Host::Address(_)) => Ok(host),
        _ => Err(value("localAPIEndpoint.advertiseAddress", text, "an IPv4 or IPv6 address")),
    }
}

fn node(index: usize, entry: &NodeEntry) -> Result<Node, ClusterError> {
    let field = |name: &str| format!("nodes[{index}].{name}");
    let role = [Role::ControlPlane, Role::Etcd, Role::Worker]
        .into_iter()
        .find(|role| role.name() == entry.role)
        .ok_or_else(|| value(field("role"), &entry.role, "control-plane, worker or etcd"))?;
    let node = Node {
        name: node_name(&field("name"), &entry.name, role)?,
        role,
        addresses: hosts(&field("addresses"), Some(&entry.addresses), false)?,
    };
    if role != Role::Worker && node.advertise_address().is_none() {
        return Err(value(
            field("addresses"),
            &entry.addresses.join(", "),
            "at least one IP address: the first is the one the node advertises",
        ));
    }
    Ok(node)
}

/// RFC 5280 §A.1, ub-common-name.
const COMMON_NAME_BOUND: usize = 64;

fn node_name(field: &str, name: &str, role: Role) -> Result<String, ClusterError> {
    if Host::parse(name, false) != Some(Host::Name(name.to_owned())) {
        return Err(value(
            field,
            name,
            "an RFC 1123 subdomain: lower-case letters, digits, hyphens and dots",
        ));
    }
    let prefix = if role == Role::Etcd { "" } else { NODE_USER };
    if prefix.len() + name.len() > COMMON_NAME_BOUND {
        return Err(value(
            field,
            name,
            "a name of at most 52 characters: its certificate is named system:node:NAME, and a \
             common name ends at 64 (RFC 5280)",
        ));
    }
    Ok(name.to_owned())
}

fn refuse_duplicates(nodes: &[Node]) -> Result<(), ClusterError> {
    let mut names = BTreeMap::new();
    let mut addresses = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Some(other) = names.insert(&node.name, index) {
            return Err(ClusterError::NotUnique {
                field: format!("nodes[{index}].name"),
                value: node.name.clone(),
                other: format!("nodes[{other}]"),
            });
        }
        for (number, address) in node.addresses.iter().enumerate() {
            if let Some(other) = addresses.insert(address.to_string(), &node.name) {
                return Err(ClusterError::NotUnique {
                    field: format!("nodes[{index}].addresses[{number}]"),
                    value: address.to_string(),
                    other: format!("node {other}"),
                });
            }
        }
    }
    Ok(())
}

/// Where etcd runs, checked against the nodes.
pub(super) fn etcd(
    configuration: &ClusterConfiguration,
    nodes: &[Node],
    notes: &mut Vec<String>,
) -> Result<Etcd, ClusterError> {
    let member = nodes.iter().find(|node| node.role == Role::Etcd);
    let parts = configuration.etcd.as_ref().map(|etcd| (&etcd.local, &etcd.external));
    match parts {
        Some((Some(_), Some(_))) => Err(ClusterError::Contradiction {
            field: "etcd".to_owned(),
            found: "local and external".to_owned(),
            reason: "etcd is one of the two".to_owned(),
        }),
        Some((None, Some(external))) => {
            check_members(external, nodes, notes)?;
            Ok(Etcd::External)
        }
        Some((local, None)) => stacked(local.as_ref(), member),
        None => stacked(None, member),
    }
}

fn stacked(local: Option<&LocalEtcd>, member: Option<&Node>) -> Result<Etcd, ClusterError> {
    if let Some(member) = member {
        return Err(ClusterError::Contradiction {
            field: "nodes".to_owned(),
            found: format!("{} with role etcd", member.name),
            reason: "without etcd.external, etcd runs on the control-plane nodes; add \
                     etcd.external.endpoints or drop the node"
                .to_owned(),
        });
    }
    let list = |field, sans: Option<&Vec<String>>| hosts(field, sans.map(Vec::as_slice), true);
    Ok(Etcd::Stacked {
        server_sans: list(
            "etcd.local.serverCertSANs",
            local.and_then(|local| local.server_cert_sans.as_ref()),
        )?,
        peer_sans: list(
            "etcd.local.peerCertSANs",
            local.and_then(|local| local.peer_cert_sans.as_ref()),
        )?,
    })
}

/// Every endpoint must be served by a node whose certificate names it: the API server checks.
fn check_members(
    external: &ExternalEtcd,
    nodes: &[Node],
    notes: &mut Vec<String>,
) -> Result<(), ClusterError> {
    let endpoints = external.endpoints.as_deref().unwrap_or_default();
    if endpoints.is_empty() {
        return Err(ClusterError::Missing {
            field: "etcd.external.endpoints",
            why: "the API server needs at least one, such as https://etcd1.example.com:2379",
        });
    }
    let members: Vec<&Node> = nodes.iter().filter(|node| node.role == Role::Etcd).collect();
    if members.is_empty() {
        notes.push(
            "no node has the role etcd: only the API server's client certificate for etcd is made, \
             and the external etcd must trust the etcd CA"
                .to_owned(),
        );
    }
    for (index, text) in endpoints.iter().enumerate() {
        let field = format!("etcd.external.endpoints[{index}]");
        let endpoint = text
            .strip_prefix("https://")
            .map(|rest| rest.trim_end_matches('/'))
            .and_then(Endpoint::parse)
            .ok_or_else(|| value(&field, text, "https://HOST:PORT"))?;
        let named = |node: &&Node| {
            node.addresses.contains(&endpoint.host)
                || endpoint.host == Host::Name(node.name.clone())
        };
        if !members.is_empty() && !members.iter().any(named) {
            return Err(ClusterError::Contradiction {
                field,
                found: text.clone(),
                reason: format!(
                    "{} is neither name nor address of a node with role etcd; add it to that node's \
                     addresses, so that its certificate names it",
                    endpoint.host
                ),
            });
        }
    }
    for (field, found, ours) in [
        ("caFile", &external.ca_file, "/etc/kubernetes/pki/etcd/ca.crt"),
        ("certFile", &external.cert_file, "/etc/kubernetes/pki/apiserver-etcd-client.crt"),
        ("keyFile", &external.key_file, "/etc/kubernetes/pki/apiserver-etcd-client.key"),
    ] {
        if let Some(found) = found.as_deref().filter(|found| *found != ours) {
            notes.push(format!("etcd.external.{field} is {found}: the file made here is {ours}"));
        }
    }
    Ok(())
}
