//! Trees that are made, completed, renewed and refused.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;

use super::*;
use crate::audit::Actor;
use crate::base::algorithm::KeyAlgorithm;
use crate::base::clock::SystemClock;
use crate::base::issuer_cert::IssuerCert;
use crate::base::serial::OsSerials;
use crate::inventory::Inventory;
use crate::issuance::{Issuer, create_root};
use crate::kubernetes::existing::Difference;
use crate::kubernetes::{Cluster, IssuersError, plan as planned};
use crate::lint::Registry;
use crate::profile::Profile;
use crate::sign::soft::SoftSigner;

mod requests;

const EXAMPLE: &str = include_str!("../../../examples/kubernetes/cluster.yaml");
const EXTERNAL: &str = include_str!("../../../examples/kubernetes/external-etcd.yaml");
/// A CA home with the three issuers, keys in memory.
struct Home {
    folder: tempfile::TempDir,
    inventory: Inventory,
    issuers: ClusterIssuers,
    profiles: ProfileSet,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut inventory = Inventory::open(folder.path(), Actor::current()).unwrap();
        let [kubernetes, etcd, front_proxy] =
            ClusterCa::ALL.map(|ca| (root(&mut inventory, ca, 3650), Vec::new()));
        let issuers = ClusterIssuers::new(kubernetes, etcd, front_proxy).unwrap();
        Self { folder, inventory, issuers, profiles: ProfileSet::shipped().unwrap() }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("pki")
    }

    fn issue(&mut self, text: &str, options: &Options) -> Result<Report, TreeError> {
        let plan = planned(&cluster(text), options);
        let out = self.out();
        let serials = OsSerials(self.inventory.instance());
        let mut desk = Desk {
            clock: &SystemClock,
            serials: &serials,
            registry: Registry::all(),
            inventory: &mut self.inventory,
        };
        issue(&plan, &self.issuers, &self.profiles, &mut desk, &out, options)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.out().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

fn cluster(text: &str) -> Cluster {
    Cluster::from_yaml(text).unwrap()
}

fn root(inventory: &mut Inventory, ca: ClusterCa, days: u64) -> Issuer {
    let profile = Arc::new(Profile::from_toml(Profile::find_shipped("k8s-ca").unwrap()).unwrap());
    let signer = Arc::new(SoftSigner::generate(KeyAlgorithm::EcP256));
    let serials = OsSerials(inventory.instance());
    let mut desk =
        Desk { clock: &SystemClock, serials: &serials, registry: Registry::all(), inventory };
    let subject = format!("CN={}", ca.common_name()).parse().unwrap();
    let lifetime = Some(days * crate::base::validity::DAY);
    let name = ca.issuer_name();
    let issued = create_root(name, &profile, subject, lifetime, &*signer, &mut desk).unwrap();
    let certificate = Arc::new(IssuerCert::from_der(issued.as_der()).unwrap());
    Issuer::new(name.to_owned(), certificate, signer).unwrap()
}

/// Every file below a folder: path, mode, content.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mode = path.metadata().unwrap().permissions().mode() & 0o777;
            let content = fs::read(&path).unwrap();
            files.insert(path.strip_prefix(folder).unwrap().to_owned(), (mode, content));
        }
    }
    files
}

fn place(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    publish::write_new(path, content, Access::Public).unwrap();
}

/// Runs openssl; whether it succeeded, and what it printed.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).output().expect("openssl is installed");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// The tags of all causes.
fn message(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[test]
fn openssl_accepts_each_leaf_under_its_own_ca_and_under_no_other() {
    let mut home = Home::new();
    let report = home.issue(EXAMPLE, &Options::default()).unwrap();
    assert_eq!(report.count(Status::Written), report.rows.len());
    let out = home.out();
    let cas = ["pki/ca.crt", "pki/etcd/ca.crt", "pki/front-proxy-ca.crt"];
    let mut checked = 0;
    for row in &report.rows {
        let file = Path::new(&row.file);
        if row.issuer.is_none() || cas.iter().any(|ca| file.ends_with(ca)) {
            continue;
        }
        let mut certificate = out.join(file);
        if row.file.ends_with(".conf") {
            let kubeconfig = Kubeconfig::from_yaml(&home.read(&row.file)).unwrap();
            assert_eq!(kubeconfig.ca, home.read("cp1.example.com/pki/ca.crt"));
            certificate = home.folder.path().join(row.file.replace('/', "_"));
            place(&certificate, kubeconfig.certificate.as_bytes());
        }
        let purposes: &[&str] = if row.file.contains("etcd/server") || row.file.contains("peer") {
            &["sslserver", "sslclient"]
        } else if row.sans.is_empty() {
            &["sslclient"]
        } else {
            &["sslserver"]
        };
        for purpose in purposes {
            for ca in cas {
                let ca_path = out.join("cp1.example.com").join(ca);
                let own = match row.issuer.unwrap() {
                    "kubernetes" => "pki/ca.crt",
                    "etcd" => "pki/etcd/ca.crt",
                    _ => "pki/front-proxy-ca.crt",
                };
                let (ca_text, leaf) = (ca_path.to_str().unwrap(), certificate.to_str().unwrap());
                let (good, text) = openssl(&[
                    "verify",
                    "-x509_strict",
                    "-purpose",
                    purpose,
                    "-CAfile",
                    ca_text,
                    leaf,
                ]);
                assert_eq!(good, ca == own, "{leaf} under {ca}: {text}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn keys_are_private_belong_to_their_certificates_and_no_ca_key_is_there() {
    let mut home = Home::new();
    home.issue(EXAMPLE, &Options { super_admin: true, ..Options::default() }).unwrap();
    let files = snapshot(&home.out());
    for (path, (mode, content)) in &files {
        let text = std::str::from_utf8(content).unwrap();
        let private = text.contains("PRIVATE KEY") || text.contains("client-key-data");
        assert_eq!(*mode, if private { 0o600 } else { 0o644 }, "{}", path.display());
        assert!(!path.ends_with("ca.key") && !path.ends_with("front-proxy-ca.key"));
        if path.extension().is_some_and(|extension| extension == "key") && !path.ends_with("sa.key")
        {
            let key = home.out().join(path);
            let certificate = key.with_extension("crt");
            let (_, of_key) = openssl(&["pkey", "-pubout", "-in", key.to_str().unwrap()]);
            let (_, of_certificate) =
                openssl(&["x509", "-pubkey", "-noout", "-in", certificate.to_str().unwrap()]);
            assert!(of_key.contains("BEGIN PUBLIC KEY"), "{of_key}");
            assert_eq!(of_key, of_certificate, "{}", path.display());
        }
    }
    let pair = |node: &str| {
        (home.read(&format!("{node}/pki/sa.key")), home.read(&format!("{node}/pki/sa.pub")))
    };
    assert_eq!(pair("cp1.example.com"), pair("cp2.example.com"));
    assert_eq!(pair("cp1.example.com"), pair("cp3.example.com"));
    assert!(!files.contains_key(Path::new("worker1.example.com/pki/sa.key")));
    let key = home.out().join("cp1.example.com/pki/sa.key");
    let (_, public) = openssl(&["pkey", "-pubout", "-in", key.to_str().unwrap()]);
    assert_eq!(public, home.read("cp1.example.com/pki/sa.pub"));
}

#[test]
fn a_second_run_changes_nothing_and_signs_nothing() {
    let mut home = Home::new();
    let first = home.issue(EXAMPLE, &Options::default()).unwrap();
    let before = (snapshot(&home.out()), home.inventory.counts().unwrap());
    let second = home.issue(EXAMPLE, &Options::default()).unwrap();
    assert_eq!(second.count(Status::Unchanged), second.rows.len());
    assert_eq!((snapshot(&home.out()), home.inventory.counts().unwrap()), before);
    let validity = |report: &Report| -> Vec<_> {
        report.rows.iter().map(|row| (row.file.clone(), row.not_after.clone())).collect()
    };
    assert_eq!(validity(&first), validity(&second));
}

#[test]
fn what_is_missing_is_added_and_the_rest_is_not_touched() {
    let mut home = Home::new();
    home.issue(EXAMPLE, &Options::default()).unwrap();
    let before = snapshot(&home.out());
    for gone in [
        "cp2.example.com/pki/apiserver.crt",
        "cp2.example.com/pki/apiserver.key",
        "cp1.example.com/admin.conf",
        "worker1.example.com/pki/ca.crt",
        "cp3.example.com/pki/sa.key",
        "cp3.example.com/pki/sa.pub",
    ] {
        fs::remove_file(home.out().join(gone)).unwrap();
    }
    fs::remove_dir_all(home.out().join("worker2.example.com")).unwrap();
    let report = home.issue(EXAMPLE, &Options::default()).unwrap();
    let mut written: Vec<&str> = report
        .rows
        .iter()
        .filter(|row| row.status == Status::Written)
        .map(|row| row.file.as_str())
        .collect();
    written.sort_unstable();
    assert_eq!(
        written,
        [
            "cp1.example.com/admin.conf",
            "cp1.example.com/pki/ca.crt",
            "cp1.example.com/pki/sa.key",
            "cp2.example.com/pki/apiserver.crt",
            "worker2.example.com/kube-proxy.conf",
            "worker2.example.com/kubelet.conf",
            "worker2.example.com/pki/kubelet.crt",
        ]
    );
    let after = snapshot(&home.out());
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    let fresh = |path: &Path| {
        path.starts_with("worker2.example.com") && !path.ends_with("ca.crt")
            || path.ends_with("cp1.example.com/admin.conf")
            || path.starts_with("cp2.example.com/pki/apiserver.crt")
            || path.starts_with("cp2.example.com/pki/apiserver.key")
    };
    for (path, content) in &before {
        assert_eq!(after[path] == *content, !fresh(path), "{}", path.display());
    }
}

#[test]
fn a_tree_that_is_not_the_planned_one_is_refused_by_file_and_left_alone() {
    let mut home = Home::new();
    home.issue(EXAMPLE, &Options::default()).unwrap();
    let before = snapshot(&home.out());
    let other = EXAMPLE.replace("- api.internal.example.com", "- api.elsewhere.example.com");
    let text = message(&home.issue(&other, &Options::default()).unwrap_err());
    assert!(text.contains("cp1.example.com/pki/apiserver.crt"), "{text}");
    assert!(text.contains("dns:api.elsewhere.example.com missing"), "{text}");
    assert!(text.contains("dns:api.internal.example.com not expected"), "{text}");
    assert!(text.contains("--renew"), "{text}");

    let mut stranger = Home::new();
    std::mem::swap(&mut home.issuers, &mut stranger.issuers);
    let error = home.issue(EXAMPLE, &Options::default()).unwrap_err();
    assert!(
        matches!(&error, TreeError::Existing { path, source }
            if path.ends_with("cp1.example.com/pki/ca.crt") && matches!(**source, Difference::Anchor { .. })),
        "{error:?}"
    );
    fs::remove_file(home.out().join("cp1.example.com/pki/apiserver.key")).unwrap();
    std::mem::swap(&mut home.issuers, &mut stranger.issuers);
    let text = message(&home.issue(EXAMPLE, &Options::default()).unwrap_err());
    assert!(text.contains("apiserver.key is not"), "{text}");
    let mut after = snapshot(&home.out());
    let key = PathBuf::from("cp1.example.com/pki/apiserver.key");
    after.insert(key.clone(), before[&key].clone());
    assert_eq!(after, before);
}

#[test]
fn renewal_makes_new_certificates_keeps_the_service_account_pair_and_the_old_tree() {
    let mut home = Home::new();
    home.issue(EXAMPLE, &Options::default()).unwrap();
    let before = snapshot(&home.out());
    let renew = Options { renew: true, ..Options::default() };
    let report = home.issue(EXAMPLE, &renew).unwrap();
    let previous = home.out().join(report.previous.unwrap());
    assert_eq!(snapshot(&previous), before);
    fs::remove_dir_all(previous).unwrap();
    let after = snapshot(&home.out());
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (path, content) in &before {
        let kept = ["ca.crt", "front-proxy-ca.crt", "sa.key", "sa.pub"];
        let same = kept.iter().any(|name| path.ends_with(name));
        assert_eq!(after[path] == *content, same, "{}", path.display());
    }
    let second = home.issue(EXAMPLE, &Options::default()).unwrap();
    assert_eq!(second.count(Status::Unchanged), second.rows.len());
}

#[test]
fn a_refusal_comes_before_the_first_signature_and_is_recorded() {
    let mut home = Home::new();
    let before = home.inventory.counts().unwrap();
    // Longer than the CA lives.
    let text = EXAMPLE.replace("8760h0m0s", "96360h");
    let error = home.issue(&text, &Options::default()).unwrap_err();
    assert!(matches!(error, TreeError::Refused { .. }), "{error:?}");
    assert!(!home.out().exists());
    let after = home.inventory.counts().unwrap();
    assert_eq!(after.intents, before.intents);
    assert_eq!(after.audit_rows, before.audit_rows + 1);
}

#[test]
fn leaves_of_an_issuer_under_an_offline_root_carry_the_chain_and_ca_crt_is_the_root() {
    let mut home = Home::new();
    let offline = root(&mut home.inventory, ClusterCa::Kubernetes, 3650);
    let root_der = offline.certificate().as_der().to_vec();
    let profile = Profile::from_toml(Profile::find_shipped("intermediate-ca").unwrap()).unwrap();
    let profile = Arc::new(profile);
    let signer = Arc::new(SoftSigner::generate(KeyAlgorithm::EcP256));
    let serials = OsSerials(home.inventory.instance());
    let mut desk = Desk {
        clock: &SystemClock,
        serials: &serials,
        registry: Registry::all(),
        inventory: &mut home.inventory,
    };
    let subject = "CN=kubernetes issuing".parse().unwrap();
    let request =
        issuance::create_request("kubernetes", &profile, subject, &*signer, &mut desk).unwrap();
    let order = Order { csr: request.as_der().to_vec(), profile, overrides: Overrides::default() };
    let certificate = issuance::issue(&offline, order, &mut desk).unwrap();
    let certificate = Arc::new(IssuerCert::from_der(certificate.as_der()).unwrap());
    let issuer = Issuer::new("kubernetes".to_owned(), certificate, signer).unwrap();
    let [etcd, front_proxy] = [ClusterCa::Etcd, ClusterCa::FrontProxy]
        .map(|ca| (root(&mut home.inventory, ca, 3650), Vec::new()));
    home.issuers =
        ClusterIssuers::new((issuer, vec![root_der.clone()]), etcd, front_proxy).unwrap();
    home.issue(EXAMPLE, &Options::default()).unwrap();
    let blocks = |text: &str| pem::decode_all(pem::CERTIFICATE, text).unwrap();
    assert_eq!(blocks(&home.read("worker1.example.com/pki/ca.crt")), [root_der]);
    assert_eq!(blocks(&home.read("cp1.example.com/pki/apiserver.crt")).len(), 2);
    assert_eq!(blocks(&home.read("cp1.example.com/pki/etcd/peer.crt")).len(), 1);
    let leaf = home.out().join("worker1.example.com/pki/kubelet.crt");
    let (leaf, ca) = (leaf.to_str().unwrap(), leaf.with_file_name("ca.crt"));
    let ca = ca.to_str().unwrap();
    let (good, text) =
        openssl(&["verify", "-x509_strict", "-CAfile", ca, "-untrusted", leaf, leaf]);
    assert!(good, "{text}");
    assert!(!openssl(&["verify", "-CAfile", ca, leaf]).0, "the chain is needed");
    let second = home.issue(EXAMPLE, &Options::default()).unwrap();
    assert_eq!(second.count(Status::Unchanged), second.rows.len());
}

#[test]
fn an_unwritable_folder_fails_before_anything_is_signed() {
    let mut home = Home::new();
    place(&home.out(), b"a file has its place");
    let error = home.issue(EXAMPLE, &Options::default()).unwrap_err();
    assert!(!matches!(error, TreeError::Issue { .. } | TreeError::Refused { .. }), "{error:?}");
    assert_eq!(fs::read(home.out()).unwrap(), b"a file has its place");
}

#[test]
fn rsa_keys_and_external_etcd_make_a_tree_too() {
    let mut home = Home::new();
    let text = EXTERNAL.replace("ECDSA-P256", "RSA-2048");
    home.issue(&text, &Options::default()).unwrap();
    let out = home.out();
    let certificate = out.join("etcd1.example.com/pki/etcd/server.crt");
    let (_, text) = openssl(&["x509", "-noout", "-text", "-in", certificate.to_str().unwrap()]);
    assert!(text.contains("Public-Key: (2048 bit)") && text.contains("Key Encipherment"), "{text}");
    assert!(text.contains("IP Address:10.0.0.31"), "{text}");
    assert!(!out.join("cp1.example.com/pki/etcd/server.crt").exists());
    assert!(out.join("cp1.example.com/pki/apiserver-etcd-client.crt").exists());
}

#[test]
fn issuers_that_share_key_or_root_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut inventory = Inventory::open(folder.path(), Actor::current()).unwrap();
    let [one, two] =
        [ClusterCa::Kubernetes, ClusterCa::Etcd].map(|ca| root(&mut inventory, ca, 30));
    let again = |issuer: &Issuer| {
        let (certificate, signer) = (Arc::clone(issuer.certificate()), Arc::clone(issuer.signer()));
        Issuer::new("again".to_owned(), certificate, signer).unwrap()
    };
    let copy = again(&one);
    let third = again(&two);
    let result = ClusterIssuers::new((one, vec![]), (two, vec![]), (copy, vec![]));
    assert!(matches!(
        result.err(),
        Some(IssuersError::SameKey { first: "kubernetes", second: "front-proxy" })
    ));
    let chain = vec![third.certificate().as_der().to_vec()];
    let [four, five] =
        [ClusterCa::Kubernetes, ClusterCa::FrontProxy].map(|ca| root(&mut inventory, ca, 30));
    let result = ClusterIssuers::new((four, chain), (third, vec![]), (five, vec![]));
    assert!(matches!(
        result.err(),
        Some(IssuersError::SameRoot { first: "kubernetes", second: "etcd" })
    ));
}

#[test]
fn super_admin_is_valid_for_a_day() {
    let mut home = Home::new();
    let options = Options { super_admin: true, ..Options::default() };
    let report = home.issue(EXAMPLE, &options).unwrap();
    let row = report.rows.iter().find(|row| row.file.ends_with("super-admin.conf")).unwrap();
    assert_eq!(row.subject.as_deref(), Some("CN=kubernetes-super-admin,O=system:masters"));
    let not_after = row.not_after.as_deref().unwrap();
    let now = crate::base::clock::Clock::now(&SystemClock);
    assert!(not_after <= now.plus(86_400).to_string().as_str(), "{not_after}");
    assert!(not_after > now.plus(80_000).to_string().as_str(), "{not_after}");
}
