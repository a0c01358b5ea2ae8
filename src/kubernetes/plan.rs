//! The list of files of a cluster's PKI, each with its subject, names, issuer and use.

use std::fmt;
use std::path::{Path, PathBuf};

use super::authority::ClusterCa;
use crate::base::algorithm::KeyAlgorithm;
use crate::base::name::{DistinguishedName, NameError};
use crate::base::san::San;

/// What an operator decides beside the cluster file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Make `super-admin.conf` too, which no RBAC rule limits. It is valid for a day at most.
    pub super_admin: bool,
    /// Sign the requests in this folder instead of making keys here.
    pub csr_dir: Option<PathBuf>,
    /// Make the whole tree anew and set the old one aside.
    pub renew: bool,
}

/// Every file of a cluster's PKI.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The files, in the order in which they are listed to users.
    pub artefacts: Vec<Artefact>,
    /// The kind of key that leaves and the service account pair get.
    pub keys: KeyAlgorithm,
    /// What the operator has to know or do beside.
    pub notes: Vec<String>,
    /// The folders that the tree consists of, one a node.
    pub folders: Vec<String>,
}

/// One thing to make, and where it goes.
#[derive(Clone, Debug)]
pub struct Artefact {
    /// Where, below the output folder: `NODE/pki/apiserver.crt`. More than one when nodes share it:
    /// then every place gets the same bytes.
    pub paths: Vec<PathBuf>,
    /// What.
    pub content: Content,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// A CA's own certificate: the trust anchor.
    CaCertificate(ClusterCa),
    /// A certificate, with its key beside it in `.key`.
    Certificate(Leaf),
    /// A kubeconfig with certificate and key in it.
    Kubeconfig {
        /// The certificate.
        leaf: Leaf,
        /// URL of the API server.
        server: String,
        /// Name of the cluster.
        cluster: String,
    },
    /// The key pair for service account tokens: `sa.key`, with `sa.pub` beside it.
    ServiceAccountKeys,
}

/// A leaf certificate to issue.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Who signs.
    pub ca: ClusterCa,
    /// Its subject.
    pub subject: Subject,
    /// Its names, without repetition.
    pub sans: Vec<San>,
    /// Those of `sans` that kubeadm does not ask for, so that its requests may lack them.
    pub beyond_kubeadm: Vec<San>,
    /// What it may be used for.
    pub usage: Usage,
    /// Lifetime in seconds.
    pub lifetime: u64,
}

/// What a leaf is for; each has its certificate profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// kube-apiserver towards its clients.
    ApiServer,
    /// A client of the API server, of kubelets or of etcd.
    Client,
    /// An etcd member towards its peers, in both directions.
    EtcdPeer,
    /// An etcd member towards its clients, of which it is one.
    EtcdServer,
    /// The API server towards extension API servers.
    FrontProxyClient,
    /// A kubelet towards the API server.
    KubeletClient,
    /// A kubelet towards its clients.
    KubeletServing,
}

impl Usage {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ApiServer,
        Self::Client,
        Self::EtcdPeer,
        Self::EtcdServer,
        Self::FrontProxyClient,
        Self::KubeletClient,
        Self::KubeletServing,
    ];

    /// Name of the profile.
    pub fn profile(self) -> &'static str {
        match self {
            Self::ApiServer => "k8s-apiserver",
            Self::Client => "k8s-client",
            Self::EtcdPeer => "k8s-etcd-peer",
            Self::EtcdServer => "k8s-etcd-server",
            Self::FrontProxyClient => "k8s-front-proxy-client",
            Self::KubeletClient => "k8s-kubelet-client",
            Self::KubeletServing => "k8s-kubelet-serving",
        }
    }
}

/// A user's or a server's subject: a common name, and a Kubernetes group as organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// CN: the Kubernetes user.
    pub common_name: String,
    /// O: its group. Never OU, which Kubernetes ignores.
    pub group: Option<&'static str>,
}

impl Subject {
    /// The distinguished name.
    ///
    /// # Errors
    /// [`NameError`] when it cannot be encoded.
    pub fn to_name(&self) -> Result<DistinguishedName, NameError> {
        self.to_string().parse()
    }
}

/// RFC 4514; common names and groups hold no character that needs an escape.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CN={}", self.common_name)?;
        self.group.map_or(Ok(()), |group| write!(f, ",O={group}"))
    }
}

impl Content {
    /// The leaf certificate in it, if it has one.
    pub fn leaf(&self) -> Option<&Leaf> {
        match self {
            Self::Certificate(leaf) | Self::Kubeconfig { leaf, .. } => Some(leaf),
            Self::CaCertificate(_) | Self::ServiceAccountKeys => None,
        }
    }
}

impl Artefact {
    /// The first place.
    pub fn path(&self) -> &Path {
        self.paths.first().map_or_else(|| Path::new(""), PathBuf::as_path)
    }

    /// Where a request for it lies in a folder of requests: `.csr` in the place of `.crt`, `.csr`
    /// behind `.conf`, the names that `kubeadm certs generate-csr` uses.
    pub fn request_path(&self) -> Option<PathBuf> {
        match self.content {
            Content::Certificate(_) => Some(self.path().with_extension("csr")),
            Content::Kubeconfig { .. } => Some(self.path().with_extension("conf.csr")),
            Content::CaCertificate(_) | Content::ServiceAccountKeys => None,
        }
    }
}
