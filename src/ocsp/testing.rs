//! For the tests: requests built by hand, and a home with a responder.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use const_oid::ObjectIdentifier;
use der::{Encode as _, Tag};

use super::{Party, PresignError, Presigned, Responder, Settings, StatusSource, presign};
use crate::audit::Actor;
use crate::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use crate::base::cert_id::{CertHash, CertId};
use crate::base::clock::{Clock, Timestamp};
use crate::base::element::{Element, push_header};
use crate::base::issuer_cert::IssuerCert;
use crate::base::responder_cert::ResponderCert;
use crate::base::revocation::Reason;
use crate::base::serial::OsSerials;
use crate::base::spki::Spki;
use crate::inventory::{AuditReport, Inventory, Revocation};
use crate::issuance::{Desk, Issuer, Order, create_responder, create_root, issue};
use crate::lint::{Linters, Registry};
use crate::profile::{Overrides, Profile};
use crate::sign::soft::SoftSigner;
use crate::sign::{Signer, SignerError};

/// An element.
pub(super) fn tlv(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut der = Vec::new();
    push_header(&mut der, identifier, content.len()).unwrap();
    der.extend_from_slice(content);
    der
}

/// Of an issuer that nobody is, by SHA-1.
pub(super) fn cert_id(serial: u8) -> CertId {
    let algorithm = tlv(0x30, &[0x06, 5, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 5, 0]);
    let hash = tlv(0x04, &[9; 20]);
    let der = tlv(0x30, &[&algorithm[..], &hash, &hash, &tlv(0x02, &[serial])].concat());
    CertId::read(Element::only(&der, Tag::Sequence).unwrap()).unwrap()
}

/// An Extension.
pub(super) fn extension(oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    tlv(0x30, &[&oid.to_der().unwrap()[..], critical, &tlv(0x04, value)].concat())
}

/// An OCSPRequest.
pub(super) fn request(ids: &[CertId], extensions: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = ids.iter().flat_map(|id| tlv(0x30, id.as_der())).collect();
    let list = tlv(0x30, &list);
    let extensions = match extensions {
        [] => Vec::new(),
        some => tlv(0xa2, &tlv(0x30, &some.concat())),
    };
    tlv(0x30, &tlv(0x30, &[list, extensions].concat()))
}

/// 2026-01-01T00:00:00Z.
pub(super) fn start() -> Timestamp {
    Timestamp::from_unix(1_767_225_600)
}

/// A clock that is set by hand.
#[derive(Clone)]
pub(super) struct HandClock(Arc<AtomicU64>);

impl HandClock {
    pub(super) fn set(&self, now: Timestamp) {
        self.0.store(now.as_unix(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// A home with a root and its responder, both with software keys.
pub(super) struct Site {
    folder: tempfile::TempDir,
    pub(super) clock: HandClock,
    pub(super) issuer: Issuer,
    responder_key: Arc<SoftSigner>,
    certificate: ResponderCert,
    pub(super) lifetime: u64,
}

impl Site {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = HandClock(Arc::new(AtomicU64::new(start().as_unix())));
        let key = Arc::new(SoftSigner::generate(KeyAlgorithm::EcP256));
        let mut inventory = open(folder.path(), &clock);
        let root = at_desk(&clock, &mut inventory, |desk| {
            let subject = "CN=Example Root,O=Example".parse().unwrap();
            create_root("example", &profile("root-ca"), subject, None, &*key, desk).unwrap()
        });
        let root = Arc::new(IssuerCert::from_der(root.as_der()).unwrap());
        let issuer = Issuer::new("example".to_owned(), root, key).unwrap();
        let responder_key = Arc::new(SoftSigner::generate(KeyAlgorithm::EcP256));
        let certificate = certify(&clock, &mut inventory, &issuer, responder_key.spki());
        Self { folder, clock, issuer, responder_key, certificate, lifetime: 4 * 86_400 }
    }

    /// Another certificate for the responder's key, from now on.
    pub(super) fn responder_certificate(&self) -> ResponderCert {
        certify(&self.clock, &mut self.open(), &self.issuer, self.responder_key.spki())
    }

    pub(super) fn presign(&self, folder: &Path) -> Result<Presigned, PresignError> {
        let store = self.open();
        let party = self.party();
        at_desk(&self.clock, &mut self.open(), |desk| presign(&party, &store, folder, desk))
    }

    fn party(&self) -> Party {
        let signer = Arc::clone(&self.responder_key);
        Party::new("example".into(), self.certificate.clone(), signer, self.lifetime)
    }

    pub(super) fn responder(&self, settings: Settings) -> Responder {
        self.responder_over(settings, Box::new(Mutex::new(self.open())))
    }

    pub(super) fn responder_over(
        &self,
        settings: Settings,
        source: Box<dyn StatusSource>,
    ) -> Responder {
        let party = self.party();
        let (inventory, clock) = (self.open(), Box::new(self.clock.clone()));
        let registry = Registry::with_linters(Linters::new(Vec::new()).unwrap());
        Responder::new(vec![party], settings, source, inventory, registry, clock)
    }

    /// A leaf certificate; gives its serial.
    pub(super) fn leaf(&self) -> Vec<u8> {
        let issued = at_desk(&self.clock, &mut self.open(), |desk| {
            issue(&self.issuer, order(), desk).unwrap()
        });
        issued.signed().linted().tbs().serial().unwrap().as_bytes().to_vec()
    }

    /// A leaf certificate whose signature is not known to have been made.
    pub(super) fn maybe_signed_leaf(&self) -> Vec<u8> {
        struct Dead(Spki);
        impl Signer for Dead {
            fn spki(&self) -> &Spki {
                &self.0
            }
            fn algorithm(&self) -> SignatureAlgorithm {
                SignatureAlgorithm::EcdsaSha256
            }
            fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignerError> {
                Err(SignerError("the token is gone".into()))
            }
        }
        let certificate = Arc::clone(self.issuer.certificate());
        let dead = Arc::new(Dead(certificate.spki().clone()));
        let issuer = Issuer::new("example".to_owned(), certificate, dead).unwrap();
        let mut inventory = self.open();
        at_desk(&self.clock, &mut inventory, |desk| issue(&issuer, order(), desk).unwrap_err());
        inventory.maybe_signed().unwrap().last().unwrap().serial.unwrap().as_bytes().to_vec()
    }

    pub(super) fn revoke(&self, serial: &[u8], reason: Reason) {
        let revocation = Revocation {
            authority_key: self.issuer.certificate().spki().sha256(),
            serial: serial.to_vec(),
            intent: None,
            date: start(),
            reason,
            invalidity: None,
            not_after: None,
            point: String::new(),
            ca: None,
            block_key: None,
        };
        assert_eq!(self.open().revoke(&[revocation], self.clock.now()).unwrap(), [true]);
    }

    /// A request about one certificate by SHA-1, as clients send it.
    pub(super) fn request(&self, serial: &[u8]) -> Vec<u8> {
        let id = CertId::of(CertHash::Sha1, self.issuer.certificate(), serial).unwrap();
        request(&[id], &[])
    }

    pub(super) fn intents(&self) -> u64 {
        self.audit().intents
    }

    pub(super) fn audit(&self) -> AuditReport {
        self.open().verify_audit(None).unwrap()
    }

    pub(super) fn open(&self) -> Inventory {
        open(self.folder.path(), &self.clock)
    }
}

fn open(folder: &Path, clock: &HandClock) -> Inventory {
    Inventory::open_with_clock(folder, Actor::current(), Box::new(clock.clone())).unwrap()
}

fn at_desk<T>(
    clock: &HandClock,
    inventory: &mut Inventory,
    work: impl FnOnce(&mut Desk<'_>) -> T,
) -> T {
    let serials = OsSerials(inventory.instance());
    work(&mut Desk { clock, serials: &serials, registry: Registry::all(), inventory })
}

fn certify(
    clock: &HandClock,
    inventory: &mut Inventory,
    issuer: &Issuer,
    key: &Spki,
) -> ResponderCert {
    let subject = "CN=example OCSP".parse().unwrap();
    let issued = at_desk(clock, inventory, |desk| {
        create_responder(issuer, &profile("ocsp-responder"), &subject, None, key, desk).unwrap()
    });
    ResponderCert::from_der(issued.as_der(), issuer.certificate()).unwrap()
}

fn order() -> Order {
    let mut wishes = rcgen::CertificateParams::new(vec!["www.example.com".to_owned()]).unwrap();
    wishes.distinguished_name = rcgen::DistinguishedName::new();
    let csr = wishes.serialize_request(&rcgen::KeyPair::generate().unwrap()).unwrap();
    let profile = profile("tls-server");
    Order { csr: csr.der().to_vec(), profile, overrides: Overrides::default() }
}

fn profile(name: &str) -> Arc<Profile> {
    Arc::new(Profile::from_toml(Profile::find_shipped(name).unwrap()).unwrap())
}
