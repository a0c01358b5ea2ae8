//! For the tests of rules: what the pipeline really makes, and the same with something broken.

use std::sync::{Arc, LazyLock};

use const_oid::ObjectIdentifier;
use der::{Encode as _, Tag};
use rcgen::{CertificateParams, DnType, KeyPair, SigningKey as _};

use super::rule::{Rule, Verdict};
use super::view::{CertificateView, RequestView};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::element::{Element, push_header};
use crate::base::issuer_cert::IssuerCert;
use crate::base::name::DistinguishedName;
use crate::base::pointers::Pointers;
use crate::base::san::San;
use crate::base::serial::{InstanceByte, SerialNumber};
use crate::base::spki::Spki;
use crate::profile::{Overrides, Plan, PlanKind, Profile};
use crate::request;
use crate::tbs::{Tbs, assemble};

mod crl;
mod ocsp;

pub(crate) use crl::{CrlDraft, EntryDraft, reissued_root};
pub(crate) use ocsp::{OcspDraft, SingleDraft, responder};
mod raw;
mod shipped;

pub(crate) use raw::*;

/// 2026-01-01T00:00:00Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(1_767_225_600)
}

/// Something the pipeline made.
#[derive(Debug)]
pub(crate) struct Sample {
    tbs: Tbs,
}

/// A root whose key is a software key of the tests.
pub(crate) static ROOT: LazyLock<(Arc<IssuerCert>, KeyPair)> =
    LazyLock::new(|| self_signed(&profile("root-ca"), KeyPair::generate().unwrap()));

/// A root certificate of `profile`, signed by its software key.
pub(crate) fn self_signed(profile: &Arc<Profile>, key: KeyPair) -> (Arc<IssuerCert>, KeyPair) {
    let tbs = Sample::root_of(profile, &key).tbs;
    let signature = key.sign(tbs.as_der()).unwrap();
    let identifier = SignatureAlgorithm::EcdsaSha256.algorithm_identifier();
    let der = assemble(tbs.as_der(), identifier, &signature).unwrap();
    (Arc::new(IssuerCert::from_der(&der).unwrap()), key)
}

fn spki(key: &KeyPair) -> Spki {
    Spki::from_der(&rcgen::PublicKeyData::subject_public_key_info(key)).unwrap()
}

pub(crate) fn serial() -> SerialNumber {
    SerialNumber::new(InstanceByte::try_from(7).unwrap(), [0xa5; 16])
}

fn profile(name: &str) -> Arc<Profile> {
    Arc::new(Profile::from_toml(Profile::find_shipped(name).unwrap()).unwrap())
}

impl Sample {
    /// A leaf of a shipped profile with this subject and these names.
    pub(crate) fn leaf(name: &str, key: &KeyPair, subject: &str, sans: &[&str]) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "placeholder");
        let csr = params.serialize_request(key).unwrap();
        let overrides = Overrides {
            subject: Some(subject.parse().unwrap()),
            sans: sans.iter().map(|text| text.parse::<San>().unwrap()).collect(),
            lifetime: None,
        };
        Self::planned(profile(name), csr.der(), &overrides, &ROOT.0)
    }

    /// A TLS server with an EC key.
    pub(crate) fn server() -> Self {
        let key = KeyPair::generate().unwrap();
        let names = ["dns:www.example.com", "ip:192.0.2.1"];
        Self::leaf("tls-server", &key, "CN=www.example.com,O=Example", &names)
    }

    /// A TLS server whose profile skips these rules.
    pub(crate) fn server_skipping(rules: &[&str]) -> Self {
        let reason = "for a reason in words";
        let skips =
            rules.iter().map(|rule| format!("{{ rule = \"{rule}\", reason = \"{reason}\" }}"));
        let skips = skips.collect::<Vec<_>>().join(", ");
        let text = Profile::find_shipped("tls-server").unwrap();
        let text = format!("{text}\n[lint]\nskip = [{skips}]\n");
        let profile = Arc::new(Profile::from_toml(&text).unwrap());
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::default().serialize_request(&key).unwrap();
        let overrides = Overrides {
            subject: Some("CN=www.example.com".parse().unwrap()),
            sans: vec![San::Dns("www.example.com".into())],
            lifetime: None,
        };
        Self::planned(profile, csr.der(), &overrides, &ROOT.0)
    }

    /// A TLS server without a subject.
    pub(crate) fn nameless_server() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut csr = CertificateParams::default();
        csr.distinguished_name = rcgen::DistinguishedName::new();
        let csr = csr.serialize_request(&key).unwrap();
        let overrides =
            Overrides { sans: vec![San::Dns("www.example.com".into())], ..Overrides::default() };
        Self::planned(profile("tls-server"), csr.der(), &overrides, &ROOT.0)
    }

    /// A subordinate CA with path length 0 under a CA with this one.
    pub(crate) fn under_limited_issuer(path_length: u8) -> Self {
        let text = Profile::find_shipped("root-ca").unwrap();
        let text =
            text.replace("[subject]", &format!("[ca]\npath-length = {path_length}\n\n[subject]"));
        let root = Arc::new(Profile::from_toml(&text).unwrap());
        let issuer_key = KeyPair::generate().unwrap();
        let (issuer, _) = self_signed(&root, issuer_key);
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::default().serialize_request(&key).unwrap();
        let overrides = Overrides {
            subject: Some("CN=Example Issuing CA".parse().unwrap()),
            ..Overrides::default()
        };
        Self::planned(profile("intermediate-ca"), csr.der(), &overrides, &issuer)
    }

    fn planned(
        profile: Arc<Profile>,
        csr: &[u8],
        overrides: &Overrides,
        issuer: &Arc<IssuerCert>,
    ) -> Self {
        let request = request::verify(csr).unwrap();
        let algorithm = SignatureAlgorithm::EcdsaSha256;
        let plan = profile
            .plan(request, overrides, issuer, algorithm, now(), &Pointers::default())
            .unwrap();
        Self { tbs: Tbs::encode(plan, serial()).unwrap() }
    }

    /// A TLS server with an RSA key.
    pub(crate) fn rsa_server() -> Self {
        let key = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
        Self::leaf("tls-server", &key.unwrap(), "CN=www.example.com", &["dns:www.example.com"])
    }

    /// A Kubernetes client.
    pub(crate) fn client() -> Self {
        let key = KeyPair::generate().unwrap();
        Self::leaf("k8s-client", &key, "CN=jane,O=developers", &[])
    }

    /// The client certificate of a kubelet.
    pub(crate) fn kubelet() -> Self {
        let key = KeyPair::generate().unwrap();
        Self::leaf("k8s-kubelet-client", &key, "CN=system:node:worker-1,O=system:nodes", &[])
    }

    /// A subordinate CA.
    pub(crate) fn intermediate() -> Self {
        let key = KeyPair::generate().unwrap();
        Self::leaf("intermediate-ca", &key, "CN=Example Issuing CA,O=Example", &[])
    }

    /// A self-signed root.
    pub(crate) fn root() -> Self {
        Self::root_of(&profile("root-ca"), &KeyPair::generate().unwrap())
    }

    fn root_of(profile: &Arc<Profile>, key: &KeyPair) -> Self {
        let subject: DistinguishedName = "CN=Example Root,DC=example,DC=com".parse().unwrap();
        let algorithm = SignatureAlgorithm::EcdsaSha256;
        let plan = profile.plan_root(subject, spki(key), algorithm, None, now()).unwrap();
        Self { tbs: Tbs::encode(plan, serial()).unwrap() }
    }

    /// A request of ours for a subordinate CA.
    pub(crate) fn request() -> Self {
        let key = KeyPair::generate().unwrap();
        let subject: DistinguishedName = "CN=Example Issuing CA,O=Example".parse().unwrap();
        let algorithm = SignatureAlgorithm::EcdsaSha256;
        let plan = profile("intermediate-ca").plan_request(subject, spki(&key), algorithm).unwrap();
        Self { tbs: Tbs::encode_request(plan).unwrap() }
    }

    /// One of each.
    pub(crate) fn every() -> Vec<Self> {
        vec![
            Self::server(),
            Self::nameless_server(),
            Self::rsa_server(),
            Self::client(),
            Self::kubelet(),
            Self::intermediate(),
            Self::root(),
            Self::request(),
        ]
    }

    /// As the pipeline made it.
    pub(crate) fn into_tbs(self) -> Tbs {
        self.tbs
    }

    /// With something broken, for the same plan.
    pub(crate) fn changed(self, change: impl FnOnce(&mut Draft)) -> Tbs {
        let mut draft = Draft::of(self.tbs.as_der());
        change(&mut draft);
        let der = draft.encode();
        self.tbs.with_der(der.into())
    }

    /// What `rule` says about it.
    pub(crate) fn verdict(self, rule: &Rule) -> Verdict {
        verdict(rule, &self.tbs)
    }

    /// What `rule` says about it with something broken.
    pub(crate) fn verdict_after(self, rule: &Rule, change: impl FnOnce(&mut Draft)) -> Verdict {
        verdict(rule, &self.changed(change))
    }

    /// What `rule` says about it, changed and with a signature of zeros, when nothing is known about it
    /// but its bytes.
    #[expect(clippy::unwrap_in_result, reason = "what cannot be read fails the test")]
    pub(crate) fn verdict_as_foreign(
        self,
        rule: &Rule,
        change: impl FnOnce(&mut Draft),
    ) -> Verdict {
        let mut draft = Draft::of(self.tbs.as_der());
        change(&mut draft);
        let outer = draft.outer_algorithm.clone().unwrap_or_else(|| draft.algorithm.clone());
        let der = assemble(&draft.encode(), &outer, &[0; 64]).unwrap();
        rule.on_certificate(&CertificateView::foreign(&der, None).unwrap())
    }

    /// What `rule` says about a request of ours with its bytes changed.
    pub(crate) fn verdict_after_bytes(
        self,
        rule: &Rule,
        change: impl FnOnce(&mut Vec<u8>),
    ) -> Verdict {
        verdict(rule, &with_bytes(self, change))
    }
}

/// A sample with its bytes changed, for the same plan.
pub(crate) fn with_bytes(sample: Sample, change: impl FnOnce(&mut Vec<u8>)) -> Tbs {
    let mut der = sample.tbs.as_der().to_vec();
    change(&mut der);
    sample.tbs.with_der(der.into())
}

#[expect(clippy::unwrap_in_result, reason = "what cannot be read fails the test")]
fn verdict(rule: &Rule, tbs: &Tbs) -> Verdict {
    let plan: &Plan = tbs.plan();
    match plan.kind() {
        PlanKind::Certificate(_) => rule.on_certificate(&CertificateView::planned(tbs).unwrap()),
        PlanKind::Request => rule.on_request(&RequestView::planned(tbs.as_der(), plan).unwrap()),
    }
}

/// The fields of a TBSCertificate, to be changed and encoded again.
pub(crate) struct Draft {
    /// `[0] EXPLICIT INTEGER`, complete; empty for v1.
    pub version: Vec<u8>,
    /// Content of the INTEGER.
    pub serial: Vec<u8>,
    /// Complete.
    pub algorithm: Vec<u8>,
    /// Complete.
    pub issuer: Vec<u8>,
    /// Complete.
    pub not_before: Vec<u8>,
    /// Complete.
    pub not_after: Vec<u8>,
    /// Complete.
    pub subject: Vec<u8>,
    /// Complete.
    pub spki: Vec<u8>,
    /// Complete unique identifiers.
    pub unique_ids: Vec<u8>,
    pub extensions: Vec<(ObjectIdentifier, bool, Vec<u8>)>,
    /// The complete AlgorithmIdentifier outside, when it differs from the one inside.
    pub outer_algorithm: Option<Vec<u8>>,
}

impl Draft {
    fn of(der: &[u8]) -> Self {
        let mut fields = Element::only(der, Tag::Sequence).unwrap().children().unwrap();
        let mut next = || Element::next(&mut fields).unwrap();
        let (version, serial, algorithm, issuer) = (next(), next(), next(), next());
        let mut times = next().children().unwrap();
        let (subject, spki, extensions) = (next(), next(), next());
        let mut list =
            Element::only(extensions.content, Tag::Sequence).unwrap().children().unwrap();
        let mut extensions = Vec::new();
        while !list.is_finished() {
            let mut parts = Element::next(&mut list).unwrap().children().unwrap();
            let oid = Element::next(&mut parts).unwrap().oid().unwrap();
            let mut value = Element::next(&mut parts).unwrap();
            let critical = value.tag == Tag::Boolean;
            if critical {
                value = Element::next(&mut parts).unwrap();
            }
            extensions.push((oid, critical, value.content.to_vec()));
        }
        Self {
            version: version.raw.to_vec(),
            serial: serial.content.to_vec(),
            algorithm: algorithm.raw.to_vec(),
            issuer: issuer.raw.to_vec(),
            not_before: Element::next(&mut times).unwrap().raw.to_vec(),
            not_after: Element::next(&mut times).unwrap().raw.to_vec(),
            subject: subject.raw.to_vec(),
            spki: spki.raw.to_vec(),
            unique_ids: Vec::new(),
            extensions,
            outer_algorithm: None,
        }
    }

    fn encode(&self) -> Vec<u8> {
        let validity = [&self.not_before[..], &self.not_after].concat();
        let fields = [
            &self.version[..],
            &tlv(0x02, &self.serial),
            &self.algorithm,
            &self.issuer,
            &tlv(0x30, &validity),
            &self.subject,
            &self.spki,
            &self.unique_ids,
            &tlv(0xa3, &extension_list(&self.extensions)),
        ];
        tlv(0x30, &fields.concat())
    }

    /// Sets the end of validity to UTCTime text.
    pub(crate) fn set_not_after_utc(&mut self, text: &str) {
        self.not_after = tlv(0x17, text.as_bytes());
    }

    /// Sets the subject from RFC 4514 text.
    pub(crate) fn set_subject(&mut self, text: &str) {
        self.subject = text.parse::<DistinguishedName>().unwrap().as_der().to_vec();
    }

    /// The extension with this identifier, to be changed.
    pub(crate) fn extension(
        &mut self,
        oid: ObjectIdentifier,
    ) -> &mut (ObjectIdentifier, bool, Vec<u8>) {
        self.extensions.iter_mut().find(|extension| extension.0 == oid).unwrap()
    }

    /// Drops the extension with this identifier.
    pub(crate) fn remove(&mut self, oid: ObjectIdentifier) {
        let before = self.extensions.len();
        self.extensions.retain(|extension| extension.0 != oid);
        assert_eq!(self.extensions.len(), before - 1);
    }

    /// Adds an extension at the end.
    pub(crate) fn add(&mut self, oid: ObjectIdentifier, critical: bool, value: &[u8]) {
        self.extensions.push((oid, critical, value.to_vec()));
    }
}

/// A complete SEQUENCE OF Extension.
pub(crate) fn extension_list(extensions: &[(ObjectIdentifier, bool, Vec<u8>)]) -> Vec<u8> {
    let encode = |(oid, critical, value): &(ObjectIdentifier, bool, Vec<u8>)| {
        let critical: &[u8] = if *critical { &[1, 1, 0xff] } else { &[] };
        let oid = oid.to_der().unwrap();
        tlv(0x30, &[&oid[..], critical, &tlv(0x04, value)].concat())
    };
    tlv(0x30, &extensions.iter().flat_map(encode).collect::<Vec<_>>())
}

/// A complete element.
pub(crate) fn tlv(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    push_header(&mut out, identifier, content.len()).unwrap();
    out.extend_from_slice(content);
    out
}
