//! Tests of homes and issuers on a real disk, with certificates of another maker.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};

use super::*;
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::issuer_cert::IssuerCert;
use crate::base::pointers::IssuerPointers;

struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn home(&self) -> Home {
        Home::create(&self.path(), &table()).unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        put(&path, &text.replace(from, to));
    }
}

#[expect(clippy::disallowed_methods, reason = "a test damages files on purpose")]
fn put(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

fn table() -> TokenTable {
    TokenTable {
        module: "/usr/lib/softhsm/libsofthsm2.so".into(),
        uri: "pkcs11:token=dev".to_owned(),
        pin_source: "prompt".to_owned(),
        workers: None,
    }
}

/// A root certificate and its key's SubjectPublicKeyInfo.
fn root(key: &KeyPair) -> (Vec<u8>, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let certificate = params.self_signed(key).unwrap();
    (certificate.der().to_vec(), rcgen::PublicKeyData::subject_public_key_info(key))
}

fn record(name: &str, certificate: Option<&[u8]>, spki_der: &[u8]) -> IssuerRecord {
    IssuerRecord {
        name: name.to_owned(),
        key_label: "a \"label\"".to_owned(),
        key_id: vec![0, 0xff],
        spki_der: spki_der.to_vec(),
        signature: SignatureAlgorithm::EcdsaSha256,
        profiles: Some(vec!["tls-server".to_owned()]),
        certificate: certificate.map(|der| Arc::new(IssuerCert::from_der(der).unwrap())),
        chain: Vec::new(),
        crl: CrlSettings::usual(certificate.is_some()),
        ocsp: OcspSettings::default(),
        ca_issuers: None,
    }
}

#[test]
fn a_new_home_is_read_back_and_is_not_made_twice() {
    let site = Site::new();
    site.home();
    let home = Home::open(&site.path()).unwrap();
    assert_eq!(home.token().uri, "pkcs11:token=dev");
    assert!(home.issuers().unwrap().is_empty());
    assert!(matches!(Home::create(&site.path(), &table()), Err(ConfigError::HomeExists(_))));
    let elsewhere = Home::open(site.folder.path());
    assert!(matches!(elsewhere, Err(ConfigError::NotAHome(_))));
    let shared = Home::create(site.folder.path(), &table());
    assert!(matches!(shared, Err(ConfigError::NotEmpty(_))));
}

#[test]
fn an_issuer_is_read_back_as_it_was_saved() {
    let site = Site::new();
    let home = site.home();
    let (der, spki) = root(&KeyPair::generate().unwrap());
    home.save_issuer(&record("example", Some(&der), &spki)).unwrap();
    let read = home.issuer("example").unwrap();
    assert_eq!((read.key_label.as_str(), &read.key_id[..]), ("a \"label\"", &[0, 0xff][..]));
    assert_eq!((&read.spki_der, read.signature), (&spki, SignatureAlgorithm::EcdsaSha256));
    assert_eq!(read.profiles.as_deref(), Some(&["tls-server".to_owned()][..]));
    assert_eq!(read.certificate.unwrap().as_der(), der);
    assert_eq!(home.issuers().unwrap().len(), 1);
}

#[test]
fn an_issuer_that_waited_gets_its_certificate_once_and_for_its_own_key_only() {
    let site = Site::new();
    let home = site.home();
    let (der, spki) = root(&KeyPair::generate().unwrap());
    let (other_der, other_spki) = root(&KeyPair::generate().unwrap());
    home.save_issuer(&record("sub", None, &spki)).unwrap();
    assert!(home.issuer("sub").unwrap().certificate.is_none());
    let other_key = home.save_issuer(&record("sub", Some(&other_der), &other_spki));
    assert!(matches!(other_key, Err(ConfigError::OtherKey { .. })));
    let other_certificate = home.save_issuer(&record("sub", Some(&other_der), &spki));
    assert!(matches!(other_certificate, Err(ConfigError::CertificateKey { .. })));
    home.save_issuer(&record("sub", Some(&der), &spki)).unwrap();
    let again = home.save_issuer(&record("sub", Some(&der), &spki));
    assert!(matches!(again, Err(ConfigError::IssuerExists(_))));
}

#[test]
fn a_certificate_that_was_exchanged_on_disk_refuses() {
    let site = Site::new();
    let home = site.home();
    let (der, spki) = root(&KeyPair::generate().unwrap());
    home.save_issuer(&record("example", Some(&der), &spki)).unwrap();
    let (other, _) = root(&KeyPair::generate().unwrap());
    let path = home.certificate_path("example").unwrap();
    put(&path, &pem::encode(pem::CERTIFICATE, &other));
    assert!(matches!(home.issuer("example"), Err(ConfigError::CertificateKey { .. })));
}

#[test]
fn a_pin_key_or_algorithm_that_was_edited_refuses() {
    let (der, spki) = root(&KeyPair::generate().unwrap());
    let pin = hex::encode(Spki::from_der(&spki).unwrap().sha256());
    let file = "issuers/example/issuer.toml";
    let cases = [
        (pin.as_str(), "00", "spki-sha256"),
        ("ecdsa-sha256", "ed25519", "the ec-p256 key cannot make ed25519 signatures"),
        ("ecdsa-sha256", "md5", "signing.algorithm is \"md5\""),
        ("id = \"00ff\"", "id = \"0\"", "key.id is \"0\""),
        ("[signing]", "[signing]\nhash = 1", "is not valid"),
        ("-----BEGIN PUBLIC KEY", "-----BEGIN X KEY", "does not hold what it should"),
    ];
    for (from, to, expected) in cases {
        let site = Site::new();
        let home = site.home();
        home.save_issuer(&record("example", Some(&der), &spki)).unwrap();
        site.edit(file, from, to);
        let error = home.issuer("example").unwrap_err().to_string();
        assert!(error.contains(expected), "{from} → {to}: {error}");
    }
}

#[test]
fn a_name_that_is_no_plain_word_is_no_issuer_and_no_profile() {
    let site = Site::new();
    let home = site.home();
    let long = "a".repeat(64);
    for name in ["", "-a", "A", "a/b", "..", "a.b", "é", long.as_str()] {
        assert!(matches!(home.issuer(name), Err(ConfigError::BadName { .. })), "{name:?}");
        assert!(matches!(home.site_profile(name), Err(ConfigError::BadName { .. })), "{name:?}");
    }
}

#[test]
fn an_unknown_issuer_is_answered_with_those_there_are() {
    let site = Site::new();
    let home = site.home();
    let (der, spki) = root(&KeyPair::generate().unwrap());
    home.save_issuer(&record("example", Some(&der), &spki)).unwrap();
    let error = home.issuer("exampel").unwrap_err().to_string();
    assert!(error.contains("found example"), "{error}");
}

#[test]
fn a_site_profile_is_found_by_name_and_listed() {
    let site = Site::new();
    let home = site.home();
    assert!(home.site_profile("mine").unwrap().is_none());
    put(&site.path().join("profiles/mine.toml"), "x");
    assert_eq!(home.site_profile("mine").unwrap().as_deref(), Some("x"));
    assert_eq!(home.site_profiles().unwrap(), ["mine"]);
}

#[test]
fn an_issuer_points_nowhere_until_its_settings_say_where() {
    let site = Site::new();
    let home = site.home();
    let (der, spki) = root(&KeyPair::generate().unwrap());
    home.save_issuer(&record("example", Some(&der), &spki)).unwrap();
    home.save_issuer(&record("waiting", None, &spki)).unwrap();
    let read = home.issuer("example").unwrap();
    assert_eq!(read.pointers(), IssuerPointers::default());
    assert_eq!(read.crl, CrlSettings::usual(true));
    assert_eq!(home.issuer("waiting").unwrap().crl, CrlSettings::usual(false));
    // The comments that a new file has are the settings themselves.
    let file = site.path().join("issuers/example/issuer.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let is_setting = |rest: &&str| rest.contains(" = ") && !rest.contains("profiles");
    let uncommented: Vec<_> = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(is_setting).unwrap_or(line))
        .collect();
    put(&file, &uncommented.join("\n"));
    let read = home.issuer("example").unwrap();
    assert_eq!(read.crl.url.as_deref(), Some("http://crl.example.com/example.crl"));
    assert_eq!(read.crl.delta_url.as_deref(), Some("http://crl.example.com/example-delta.crl"));
    assert_eq!(read.ocsp.url.as_deref(), Some("http://ocsp.example.com"));
    assert_eq!(read.ca_issuers.as_deref(), Some("http://ca.example.com/example.cer"));
    let usual = CrlSettings::usual(true);
    assert_eq!((read.crl.lifetime, read.crl.overlap), (usual.lifetime, usual.overlap));
}

#[test]
fn pointers_are_read_back_as_they_were_saved() {
    let site = Site::new();
    let home = site.home();
    let (der, spki) = root(&KeyPair::generate().unwrap());
    let crl = CrlSettings {
        url: Some("http://crl.example.com/{shard}.crl".to_owned()),
        shards: 8,
        delta_url: Some("http://crl.example.com/{shard}-delta.crl".to_owned()),
        lifetime: 90_061,
        overlap: 120,
        scope: CrlScope::User,
    };
    let ocsp = OcspSettings { url: Some("http://ocsp.example.com".to_owned()), lifetime: 3_600 };
    let ca_issuers = Some("http://ca.example.com/example.cer".to_owned());
    let saved = IssuerRecord { crl, ocsp, ca_issuers, ..record("example", Some(&der), &spki) };
    home.save_issuer(&saved).unwrap();
    let read = home.issuer("example").unwrap();
    assert_eq!(
        (&read.crl, &read.ocsp, &read.ca_issuers),
        (&saved.crl, &saved.ocsp, &saved.ca_issuers)
    );
    assert_eq!(read.pointers(), saved.pointers());
    let pointers = read.pointers().of(&[9]);
    assert_eq!(pointers.crl.as_deref(), Some("http://crl.example.com/1.crl"));
}

#[test]
fn pointers_that_cannot_be_used_refuse_with_their_key() {
    let (der, spki) = root(&KeyPair::generate().unwrap());
    for (from, to, expected) in [
        ("[crl]", "[crl]\nurl = 'https://crl.example.com/a.crl'", "crl.url is \"https://"),
        ("[crl]", "[crl]\nshards = 8", "crl.url is \"\", expected a URL"),
        ("[ocsp]", "[ocsp]\nlifetime = 'ever'", "ocsp.lifetime is \"ever\""),
        ("[aia]", "[aia]\nca-issuers = 'a.cer'", "aia.ca-issuers is \"a.cer\""),
        ("[aia]", "[aia]\nocsp = 'http://ocsp.example.com'", "is not valid"),
        ("[crl]", "[crls]", "is not valid"),
    ] {
        let site = Site::new();
        let home = site.home();
        home.save_issuer(&record("example", Some(&der), &spki)).unwrap();
        site.edit("issuers/example/issuer.toml", from, to);
        let error = home.issuer("example").unwrap_err().to_string();
        assert!(error.contains(expected), "{from} → {to}: {error}");
    }
}
