//! The public interface from cluster file to plan, on every shipped example and on kubeadm's defaults.

#![expect(clippy::panic, clippy::expect_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use keystead::kubernetes::{Cluster, ClusterCa, Content, MissingIssuers, Options, Plan, plan};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The shipped examples and kubeadm's own file, by name.
fn cluster_files() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(repository("examples/kubernetes"))
        .expect("the examples")
        .map(|entry| entry.expect("an example").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.push(repository("tests/data/kubeadm/init-defaults.yaml"));
    paths.iter().map(|path| (path.display().to_string(), text(path))).collect()
}

fn planned(text: &str) -> Plan {
    let cluster = Cluster::from_yaml(text).unwrap_or_else(|error| panic!("{error}"));
    plan(&cluster, &Options { super_admin: true, ..Options::default() })
}

#[test]
fn every_shipped_cluster_file_is_planned_without_two_files_in_one_place() {
    let files = cluster_files();
    assert!(files.len() >= 3);
    for (name, text) in files {
        let plan = planned(&text);
        let mut places = BTreeSet::new();
        for path in plan.artefacts.iter().flat_map(|artefact| &artefact.paths) {
            assert!(places.insert(path.clone()), "{name}: {} twice", path.display());
            let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
            assert!(inside, "{name}: {}", path.display());
            let node = path.iter().next().and_then(|node| node.to_str());
            assert!(plan.folders.iter().any(|folder| Some(folder.as_str()) == node), "{name}");
        }
    }
}

#[test]
fn every_planned_file_is_in_the_documentation() {
    let documentation = text(&repository("docs/kubernetes.md"));
    for (name, text) in cluster_files() {
        for artefact in planned(&text).artefacts {
            let path: PathBuf = artefact.paths[0].iter().skip(1).collect();
            let full = format!("`{}`", path.display());
            // `pki/etcd/server.crt`, `peer.crt` share a line.
            let short = format!("`{}`", path.file_name().expect("a name").display());
            assert!(
                documentation.contains(&full) || documentation.contains(&short),
                "{name}: {full} is not in docs/kubernetes.md"
            );
            if let Some(leaf) = artefact.content.leaf() {
                let node = artefact.paths[0].iter().next().and_then(|node| node.to_str());
                let user = leaf.subject.common_name.as_str();
                let documented = match node.and_then(|node| user.strip_suffix(node)) {
                    Some(prefix) => format!("CN={prefix}NODE"),
                    None => format!("CN={user}"),
                };
                assert!(documentation.contains(&documented), "{name}: {documented}");
            }
        }
    }
}

#[test]
fn ca_keys_are_in_no_plan() {
    for (name, text) in cluster_files() {
        for artefact in planned(&text).artefacts {
            for path in &artefact.paths {
                let key = path.extension().is_some_and(|extension| extension == "key");
                let service_account = matches!(artefact.content, Content::ServiceAccountKeys);
                assert_eq!(key, service_account, "{name}: {}", path.display());
            }
        }
    }
}

#[test]
fn the_commands_for_missing_issuers_are_those_of_the_documentation() {
    let example = text(&repository("examples/kubernetes/cluster.yaml"));
    let cluster = Cluster::from_yaml(&example).expect("the example");
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let documentation = plain(&text(&repository("docs/kubernetes.md")));
    let error = MissingIssuers::new(&cluster, &ClusterCa::ALL);
    assert_eq!(error.commands.lines().count(), 3);
    for command in error.commands.lines() {
        assert!(documentation.contains(&plain(command)), "{command}");
    }
}
