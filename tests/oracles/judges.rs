//! Linters and verifiers that are not ours, over thousands of certificates: each gives its findings a
//! file, and where one of them and we differ for a reason, `differences.tsv` says which.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use crate::support::{oracle, pem_blocks, said, text};

/// Certificates of one profile, each in a file of its own, and the CA they are under.
pub(crate) struct Lot {
    pub(crate) profile: String,
    pub(crate) ca: PathBuf,
    pub(crate) files: Vec<PathBuf>,
}

/// One thing that a judge has against a certificate.
#[derive(Debug)]
pub(crate) struct Objection {
    pub(crate) judge: &'static str,
    /// The judge's own name of the rule.
    pub(crate) rule: String,
    pub(crate) detail: String,
}

/// What a judge said of a lot: how many certificates it judged and what it found; none when it could
/// not be asked.
pub(crate) type Verdict = Option<(usize, Vec<Objection>)>;

/// `openssl verify -x509_strict`, all files in one process.
pub(crate) fn openssl(lot: &Lot) -> Verdict {
    let openssl = oracle("openssl")?;
    let mut objections = Vec::new();
    let mut judged = 0;
    for files in lot.files.chunks(500) {
        let output = Command::new(&openssl)
            .args(["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-CAfile"])
            .arg(&lot.ca)
            .args(files)
            .output()
            .expect("openssl");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        judged += out.lines().filter(|line| line.ends_with(": OK")).count();
        if !output.status.success() {
            objections.push(objection("openssl", "verify", said(&output)));
        }
    }
    Some((judged, objections))
}

/// rustls-webpki: a path from each leaf to its CA, at the present time. CA certificates are no end
/// entities, so lots of those are not for it.
pub(crate) fn webpki(lot: &Lot) -> Verdict {
    struct AnyPurpose;
    impl ExtendedKeyUsageValidator for AnyPurpose {
        fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
            Ok(())
        }
    }
    let ca = CertificateDer::from(pem_blocks(&text(&lot.ca), "CERTIFICATE").remove(0));
    let anchor = webpki::anchor_from_trusted_cert(&ca).expect("a trust anchor");
    let mut objections = Vec::new();
    for file in &lot.files {
        let der = CertificateDer::from(pem_blocks(&text(file), "CERTIFICATE").remove(0));
        let verified = EndEntityCert::try_from(&der).and_then(|certificate| {
            let anchors = std::slice::from_ref(&anchor);
            let all = webpki::ALL_VERIFICATION_ALGS;
            certificate
                .verify_for_usage(all, anchors, &[], UnixTime::now(), AnyPurpose, None, None)
                .map(drop)
        });
        if let Err(error) = verified {
            objections.push(objection("webpki", "path", format!("{}: {error:?}", file.display())));
        }
    }
    Some((lot.files.len(), objections))
}

/// GnuTLS `certtool --verify`, a process for each.
pub(crate) fn gnutls(lot: &Lot) -> Verdict {
    let certtool = oracle("certtool")?;
    let mut objections = Vec::new();
    for file in &lot.files {
        let output = Command::new(&certtool)
            .args(["--verify", "--verify-profile=high", "--load-ca-certificate"])
            .arg(&lot.ca)
            .arg("--infile")
            .arg(file)
            .output()
            .expect("certtool");
        if !output.status.success() {
            let detail = format!("{}: {}", file.display(), said(&output));
            objections.push(objection("gnutls", "verify", detail));
        }
    }
    Some((lot.files.len(), objections))
}

/// zlint without the rules for certificates of the public web.
pub(crate) fn zlint(lot: &Lot) -> Verdict {
    let zlint = oracle("zlint")?;
    let (mut judged, mut objections) = (0, Vec::new());
    for files in lot.files.chunks(500) {
        let output = Command::new(&zlint)
            .arg("-excludeSources=CABF_BR,CABF_EV,CABF_SMIME_BR,Mozilla,Apple,ETSI_ESI")
            .args(files)
            .output()
            .expect("zlint");
        assert!(output.status.success(), "{}", said(&output));
        // One document a file, in their order.
        let documents = serde_json::Deserializer::from_slice(&output.stdout);
        for (verdicts, file) in documents.into_iter::<serde_json::Value>().zip(files) {
            judged += 1;
            for (rule, verdict) in verdicts.expect("JSON").as_object().expect("one entry a rule") {
                let result = verdict.pointer("/result").and_then(serde_json::Value::as_str);
                if ["error", "fatal", "warn"].contains(&result.expect("a result")) {
                    let detail = format!("{}: {verdict}", file.display());
                    objections.push(objection("zlint", rule, detail));
                }
            }
        }
    }
    Some((judged, objections))
}

/// pkilint's PKIX linter, all files in one process.
pub(crate) fn pkilint(lot: &Lot) -> Verdict {
    let linter = oracle("lint_pkix_cert")?.canonicalize().expect("the linter");
    let python = linter.with_file_name("python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/pkilint.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python");
    let mut stdin = child.stdin.take().expect("a pipe");
    let names: String = lot.files.iter().map(|file| format!("{}\n", file.display())).collect();
    let feeder = std::thread::spawn(move || stdin.write_all(names.as_bytes()));
    let output = child.wait_with_output().expect("pkilint");
    assert!(output.status.success(), "{}", said(&output));
    feeder.join().expect("a thread").expect("written");
    let (mut judged, mut objections) = (0, Vec::new());
    for line in String::from_utf8(output.stdout).expect("text").lines() {
        judged += 1;
        let verdict: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for finding in verdict["findings"].as_array().expect("a list") {
            let part = |index: usize| finding[index].as_str().unwrap_or_default();
            let detail = format!("{}: {} {}", verdict["file"], part(0), part(2));
            objections.push(objection("pkilint", part(1), detail));
        }
    }
    Some((judged, objections))
}

fn objection(judge: &'static str, rule: &str, detail: String) -> Objection {
    Objection { judge, rule: rule.to_owned(), detail }
}

/// Where a judge and we differ, and why: judge, rule, profiles it may come up in, reason.
pub(crate) struct Differences {
    known: BTreeMap<(String, String), BTreeSet<String>>,
    met: BTreeSet<(String, String)>,
}

impl Differences {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/differences.tsv");
        let mut known = BTreeMap::new();
        for line in text(&path).lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [judge, rule, profiles, reason] = columns[..] else {
                panic!("differences.tsv: not four columns: {line}");
            };
            assert!(reason.len() > 20, "differences.tsv: no reason: {line}");
            let profiles = profiles.split(',').map(str::to_owned).collect();
            known.insert((judge.to_owned(), rule.to_owned()), profiles);
        }
        Self { known, met: BTreeSet::new() }
    }

    /// Whether the difference is known for certificates of this profile.
    pub(crate) fn explains(&mut self, profile: &str, objection: &Objection) -> bool {
        let key = (objection.judge.to_owned(), objection.rule.clone());
        let explained = self.known.get(&key).is_some_and(|profiles| profiles.contains(profile));
        if explained {
            self.met.insert(key);
        }
        explained
    }

    /// Those of judges that were asked that did not come up: no longer true.
    pub(crate) fn stale(&self, asked: &BTreeSet<&'static str>) -> Vec<String> {
        let stale = self.known.keys().filter(|key| asked.contains(key.0.as_str()));
        stale
            .filter(|key| !self.met.contains(*key))
            .map(|(judge, rule)| format!("{judge} {rule}"))
            .collect()
    }
}
