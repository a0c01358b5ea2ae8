//! The three issuers of a cluster, with what they publish: trust anchors and intermediates.

use super::authority::ClusterCa;
use crate::base::issuer_cert::IssuerCert;
use crate::base::text::Quoted;
use crate::issuance::Issuer;

/// One of the three issuers.
pub struct ClusterIssuer {
    ca: ClusterCa,
    issuer: Issuer,
    chain: Vec<Vec<u8>>,
}

/// The three issuers. Only [`ClusterIssuers::new`] makes them, so they are three and separate.
pub struct ClusterIssuers {
    kubernetes: ClusterIssuer,
    etcd: ClusterIssuer,
    front_proxy: ClusterIssuer,
}

/// Issuers that do not keep a cluster's three worlds apart.
#[derive(Debug, thiserror::Error)]
pub enum IssuersError {
    /// Two issuers with one key.
    #[error(
        "the issuers {first} and {second} have the same key: what one signs would be accepted where the other is trusted, so a cluster user could read and write etcd", first = Quoted(.first), second = Quoted(.second))]
    SameKey {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Two issuers under one root.
    #[error(
        "the issuers {first} and {second} end at the same root, which is what ca.crt holds: what one signs would be accepted where the other is trusted; give each a root of its own", first = Quoted(.first), second = Quoted(.second))]
    SameRoot {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A subordinate issuer without the certificates above it.
    #[error(
        "the chain of the issuer {found} does not end at a root, which ca.crt has to hold: install its certificate with all those above it", found = Quoted(.0))]
    NoRoot(&'static str),
}

impl ClusterIssuers {
    /// Takes the three issuers over, each with the certificates above it, nearest first, DER; none
    /// for a root.
    ///
    /// # Errors
    /// [`IssuersError`] when two of them share key or root, or a chain does not reach a root.
    pub fn new(
        kubernetes: (Issuer, Vec<Vec<u8>>),
        etcd: (Issuer, Vec<Vec<u8>>),
        front_proxy: (Issuer, Vec<Vec<u8>>),
    ) -> Result<Self, IssuersError> {
        let one = |ca, (issuer, chain): (Issuer, Vec<Vec<u8>>)| ClusterIssuer { ca, issuer, chain };
        let all = Self {
            kubernetes: one(ClusterCa::Kubernetes, kubernetes),
            etcd: one(ClusterCa::Etcd, etcd),
            front_proxy: one(ClusterCa::FrontProxy, front_proxy),
        };
        for (index, first) in all.each().into_iter().enumerate() {
            let name = first.ca.issuer_name();
            if !IssuerCert::from_der(first.anchor()).is_ok_and(|anchor| anchor.is_self_issued()) {
                return Err(IssuersError::NoRoot(name));
            }
            for second in all.each().into_iter().skip(index + 1) {
                let other = second.ca.issuer_name();
                if first.certificate().spki() == second.certificate().spki() {
                    return Err(IssuersError::SameKey { first: name, second: other });
                }
                if first.anchor() == second.anchor() {
                    return Err(IssuersError::SameRoot { first: name, second: other });
                }
            }
        }
        Ok(all)
    }

    /// One of them.
    pub fn get(&self, ca: ClusterCa) -> &ClusterIssuer {
        match ca {
            ClusterCa::Kubernetes => &self.kubernetes,
            ClusterCa::Etcd => &self.etcd,
            ClusterCa::FrontProxy => &self.front_proxy,
        }
    }

    fn each(&self) -> [&ClusterIssuer; 3] {
        ClusterCa::ALL.map(|ca| self.get(ca))
    }
}

impl ClusterIssuer {
    /// Which of the three.
    pub fn ca(&self) -> ClusterCa {
        self.ca
    }

    /// What signs.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Its certificate.
    pub fn certificate(&self) -> &IssuerCert {
        self.issuer.certificate()
    }

    /// The trust anchor, DER: the root, or the issuer's own certificate when it is one.
    pub fn anchor(&self) -> &[u8] {
        self.chain.last().map_or_else(|| self.certificate().as_der(), Vec::as_slice)
    }

    /// What stands between a leaf and the anchor, nearest the leaf first: it follows the leaf in its
    /// file, since clients and servers only have the anchor.
    pub fn intermediates(&self) -> impl Iterator<Item = &[u8]> {
        let below_root = self.chain.split_last().map(|(_root, rest)| {
            std::iter::once(self.certificate().as_der()).chain(rest.iter().map(Vec::as_slice))
        });
        below_root.into_iter().flatten()
    }
}
