//! What is issued for orders at random is to openssl, GnuTLS, webpki and x509-parser the certificate
//! that was asked for: the same subject, names and key. No verifier and no linter objects to it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::{Clock as _, SystemClock, Timestamp};
use keystead::base::name::DistinguishedName;
use keystead::base::pem;
use keystead::base::san::San;
use keystead::base::spki::Spki;
use keystead::profile::{Overrides, Profile, ProfileKind};
use keystead::request;
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_parser::prelude::FromDer as _;

use crate::judges::{Exhibit, Trial};
use crate::orders::{Order, random_order};
use crate::random::Random;
use crate::site::{ISSUER, finish, finish_root, plan_at, profile};

/// Certificates a profile, unless `KEYSTEAD_CERTIFICATES` says how many in all.
const EACH: usize = 12;

/// Certificates that openssl and certtool read in one run.
const BATCH: usize = 500;

/// The present: that is when GnuTLS judges.
fn now() -> Timestamp {
    SystemClock.now()
}

struct Made {
    name: String,
    profile: &'static str,
    kind: ProfileKind,
    order: Order,
    der: Vec<u8>,
}

fn make(name: &'static str, seed: u64) -> Made {
    let order = random_order(name, seed);
    let profile = profile(name);
    let story = format!("{name}, seed {seed}: {order:?}");
    let request = request::verify(&order.csr).unwrap_or_else(|error| panic!("{error}: {story}"));
    let random = u128::from(seed).to_be_bytes();
    let der = if profile.kind() == ProfileKind::Root {
        // A root signs itself, and only an Ed25519 key signs here.
        let key = order.key.unwrap_or(7);
        let spki = Spki::from_der(&crate::vector::ed25519_spki(key)).unwrap();
        let subject = DistinguishedName::from_der(&order.subject).unwrap();
        let algorithm = SignatureAlgorithm::Ed25519;
        let plan = profile.plan_root(subject, spki, algorithm, None, now());
        finish_root(plan.unwrap_or_else(|error| panic!("{error}: {story}")), random, key)
    } else {
        let plan = plan_at(&profile, request, &Overrides::default(), now());
        finish(plan.unwrap_or_else(|error| panic!("{error}: {story}")), random)
    };
    Made { name: format!("{name}, seed {seed}"), profile: name, kind: profile.kind(), order, der }
}

impl Made {
    /// The key that it is for: a root may have another one than its order.
    fn spki(&self) -> Vec<u8> {
        match (self.kind, self.order.key) {
            (ProfileKind::Root, None) => crate::vector::ed25519_spki(7),
            _ => self.order.spki.as_der().to_vec(),
        }
    }

    fn values(&self) -> Vec<String> {
        // Tools write the last RDN first, and the values of one RDN in either order.
        let rdns = self.order.values.iter().rev();
        rdns.map(|rdn| rdn.iter().cloned().collect::<BTreeSet<_>>())
            .flat_map(|rdn| rdn.into_iter())
            .collect()
    }
}

/// The values of an RFC 4514 subject as tools print it, in their order, without the types.
fn printed_values(subject: &str) -> Vec<String> {
    let value =
        |part: &str| part.split_once('=').unwrap_or_else(|| panic!("{subject}")).1.to_owned();
    let rdns = subject.split(',').filter(|rdn| !rdn.is_empty());
    rdns.flat_map(|rdn| rdn.split('+').map(value).collect::<BTreeSet<_>>()).collect()
}

#[test]
fn what_is_issued_is_to_every_tool_what_was_asked_for() {
    let each = match std::env::var("KEYSTEAD_CERTIFICATES") {
        Ok(count) => count.parse::<usize>().unwrap().div_ceil(Profile::shipped().len()),
        Err(_) => EACH,
    };
    let mut random = Random(0x6f72_6465_7273);
    let mut orders: Vec<(&'static str, u64)> = Vec::new();
    for (name, _) in Profile::shipped() {
        orders.extend((0..each).map(|_| (*name, random.next())));
    }
    let mut trial = Trial::new();
    for batch in orders.chunks(BATCH) {
        let (first, second) = batch.split_at(batch.len() / 2);
        let make = |half: &[(&'static str, u64)]| -> Vec<Made> {
            half.iter().map(|(name, seed)| make(name, *seed)).collect()
        };
        let made = std::thread::scope(|scope| {
            let second = scope.spawn(|| make(second));
            let mut made = make(first);
            made.extend(second.join().unwrap());
            made
        });
        for made in &made {
            parsed(made);
            by_webpki(made);
        }
        let folder = tempfile::tempdir().unwrap();
        by_openssl(&made, folder.path());
        by_gnutls(&made, folder.path());
        trial.hear(&exhibits(&made, folder.path()));
    }
    trial.close(orders.len());
    println!("{} certificates of {} profiles", orders.len(), Profile::shipped().len());
}

/// Each in a file that names its profile; a root is its own CA.
fn exhibits(all: &[Made], folder: &Path) -> Vec<Exhibit> {
    let issuer = folder.join("issuer.pem");
    write(&issuer, &pem::encode(pem::CERTIFICATE, ISSUER.as_der()));
    let exhibit = |(number, made): (usize, &Made)| {
        let file = folder.join(format!("{}-{number}.pem", made.profile));
        write(&file, &pem::encode(pem::CERTIFICATE, &made.der));
        let ca = if made.kind == ProfileKind::Root { file.clone() } else { issuer.clone() };
        Exhibit { file, ca }
    };
    all.iter().enumerate().map(exhibit).collect()
}

fn parsed(made: &Made) {
    let (rest, read) = x509_parser::certificate::X509Certificate::from_der(&made.der).unwrap();
    assert!(rest.is_empty());
    assert_eq!(read.subject().as_raw(), made.order.subject, "{}", made.name);
    assert_eq!(read.public_key().raw, made.spki(), "{}", made.name);
    assert_eq!(read.is_ca(), made.kind != ProfileKind::Leaf, "{}", made.name);
}

fn by_webpki(made: &Made) {
    let der = CertificateDer::from(&made.der[..]);
    if made.kind == ProfileKind::Root {
        webpki::anchor_from_trusted_cert(&der).unwrap();
        return;
    }
    let read = webpki::EndEntityCert::try_from(&der).unwrap();
    assert_eq!(read.subject_public_key_info().as_ref(), made.spki(), "{}", made.name);
    let names: BTreeSet<&str> = read.valid_dns_names().collect();
    let asked = |san: &San| matches!(san, San::Dns(_));
    assert_eq!(
        names.len(),
        made.order.sans.iter().filter(|san| asked(san)).count(),
        "{}",
        made.name
    );
    for san in &made.order.sans {
        let name = match san {
            San::Dns(name) => name.replace("*.", "star."),
            San::Ip(address) => address.to_string(),
            San::Uri(_) | San::Email(_) => continue,
        };
        let name = rustls_pki_types::ServerName::try_from(name).unwrap();
        read.verify_is_valid_for_subject_name(&name)
            .unwrap_or_else(|e| panic!("{}: {e}", made.name));
    }
    if made.kind == ProfileKind::Leaf {
        let root = CertificateDer::from(ISSUER.as_der().to_vec());
        let anchors = [webpki::anchor_from_trusted_cert(&root).unwrap()];
        let time = UnixTime::since_unix_epoch(Duration::from_secs(now().as_unix()));
        let usages = [
            webpki::KeyUsage::server_auth(),
            webpki::KeyUsage::client_auth(),
            // id-kp-OCSPSigning.
            webpki::KeyUsage::required(&[0x2b, 6, 1, 5, 5, 7, 3, 9]),
        ];
        let verified = usages.into_iter().any(|usage| {
            let all = webpki::ALL_VERIFICATION_ALGS;
            read.verify_for_usage(all, &anchors, &[], time, usage, None, None).is_ok()
        });
        assert!(verified, "{}", made.name);
    }
}

/// Runs a program; its failure fails the test with what it printed.
fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {text}{errors}");
    text
}

fn write(path: &Path, text: &str) -> String {
    use std::io::Write as _;
    std::fs::File::create_new(path).unwrap().write_all(text.as_bytes()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn by_openssl(all: &[Made], folder: &Path) {
    for (number, made) in all.iter().enumerate() {
        let path = folder.join(format!("{number}.pem"));
        let path = write(&path, &pem::encode(pem::CERTIFICATE, &made.der));
        let mut args = vec!["x509", "-in", &path, "-noout", "-subject", "-pubkey"];
        args.extend(["-nameopt", "RFC2253,utf8,-esc_msb"]);
        if !made.order.sans.is_empty() {
            args.extend(["-ext", "subjectAltName"]);
        }
        let text = run("openssl", &args);
        let subject = text.lines().find_map(|line| line.strip_prefix("subject=")).unwrap();
        assert_eq!(printed_values(subject), made.values(), "{}", made.name);
        let key = pem::decode_all(pem::PUBLIC_KEY, &text).unwrap();
        assert_eq!(key, [made.spki()], "{}", made.name);
        let names = text.lines().skip_while(|line| !line.contains("Subject Alternative")).nth(1);
        let names: Vec<San> = names
            .map_or_else(Vec::new, |line| line.trim().split(", ").map(by_openssls_word).collect());
        assert_eq!(names, made.order.sans, "{}", made.name);
    }
}

fn by_openssls_word(name: &str) -> San {
    let (kind, value) = name.split_once(':').unwrap();
    match kind {
        "DNS" => San::Dns(value.to_owned()),
        "URI" => San::Uri(value.to_owned()),
        "email" => San::Email(value.to_owned()),
        "IP Address" => San::Ip(value.parse().unwrap()),
        other => panic!("{other}"),
    }
}

fn by_gnutls(all: &[Made], folder: &Path) {
    let mut pems = String::new();
    for made in all {
        write!(pems, "{}", pem::encode(pem::CERTIFICATE, &made.der)).unwrap();
    }
    let path = write(&folder.join("all.pem"), &pems);
    let text = run("certtool", &["--certificate-info", "--infile", &path]);
    let read: Vec<&str> = text.split("X.509 Certificate Information:").skip(1).collect();
    assert_eq!(read.len(), all.len());
    for (made, text) in all.iter().zip(read) {
        let after = |prefix: &str| {
            text.lines().find_map(|line| line.trim().strip_prefix(prefix).map(str::to_owned))
        };
        let subject = after("Subject: ").unwrap_or_default();
        // The order of the encoding, other than openssl's.
        assert_eq!(printed_values(&subject), made.values(), "{}: {subject}", made.name);
        let hash = hex::encode(keystead::base::algorithm::sha256(&made.spki()));
        assert!(text.contains(&format!("sha256:{hash}")), "{}: {text}", made.name);
        let names: Vec<San> =
            text.lines().filter_map(|line| by_gnutlss_word(line.trim())).collect();
        assert_eq!(names, made.order.sans, "{}: {text}", made.name);
    }
}

fn by_gnutlss_word(line: &str) -> Option<San> {
    let (kind, value) = line.split_once(": ")?;
    match kind {
        "DNSname" => Some(San::Dns(value.split(" (").next()?.to_owned())),
        "URI" => Some(San::Uri(value.to_owned())),
        "RFC822Name" => Some(San::Email(value.split(" (").next()?.to_owned())),
        "IPAddress" => Some(San::Ip(value.parse::<IpAddr>().ok()?)),
        _ => None,
    }
}
