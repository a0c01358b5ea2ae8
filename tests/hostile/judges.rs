//! Linters and verifiers that are not ours, over thousands of certificates: each gives its findings a
//! file, and where one of them and we differ for a reason, `differences.tsv` says which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::linters::{self, Differences, Objection, Verdict};
use crate::oracle::{oracle, said};

/// A certificate in a file of its own, `PROFILE-NUMBER.pem`, and the file of the CA it is under.
pub(crate) struct Exhibit {
    pub(crate) file: PathBuf,
    pub(crate) ca: PathBuf,
}

/// A judge: its name, and what it says of many certificates.
type Judge = (&'static str, fn(&[Exhibit]) -> Verdict);

const JUDGES: [Judge; 4] =
    [("openssl", openssl), ("gnutls", gnutls), ("zlint", zlint), ("pkilint", pkilint)];

/// What all judges made of all certificates so far.
pub(crate) struct Trial {
    differences: Differences,
    judged: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Trial {
    pub(crate) fn new() -> Self {
        let differences = Differences::read("tests/hostile/differences.tsv");
        Self { differences, judged: BTreeMap::new(), wrong: Vec::new() }
    }

    /// Shows the certificates to every judge, two judges at a time.
    pub(crate) fn hear(&mut self, exhibits: &[Exhibit]) {
        for pair in JUDGES.chunks(2) {
            let verdicts = std::thread::scope(|scope| {
                let running: Vec<_> =
                    pair.iter().map(|(_, judge)| scope.spawn(|| judge(exhibits))).collect();
                running.into_iter().map(|judge| judge.join().expect("a judge")).collect::<Vec<_>>()
            });
            for ((name, _), verdict) in pair.iter().zip(verdicts) {
                let Some((judged, objections)) = verdict else { continue };
                *self.judged.entry(name).or_default() += judged;
                let unexplained = objections
                    .iter()
                    .filter(|it| !self.differences.explains(it, profile(&it.file)));
                self.wrong.extend(unexplained.map(Objection::story));
            }
        }
    }

    /// Fails on an objection that no difference explains, on a difference that did not come up, and on
    /// a judge that looked at fewer certificates than it was shown. Judges that could not be asked are
    /// named where they are missed.
    pub(crate) fn close(self, shown: usize) {
        assert!(self.wrong.is_empty(), "{}:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let short: Vec<_> = self.judged.iter().filter(|(_, judged)| **judged != shown).collect();
        assert!(short.is_empty(), "of {shown}: {short:?}");
        let stale = self.differences.stale(&self.judged.keys().copied().collect());
        assert!(stale.is_empty(), "differences.tsv says what no certificate meets: {stale:?}");
    }
}

/// `openssl verify -x509_strict`; files under one CA share a process.
fn openssl(exhibits: &[Exhibit]) -> Verdict {
    let openssl = oracle("openssl")?;
    let (mut judged, mut objections) = (0, Vec::new());
    for group in exhibits.chunk_by(|one, next| one.ca == next.ca) {
        let output = Command::new(&openssl)
            .args(["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-CAfile"])
            .arg(&group[0].ca)
            .args(group.iter().map(|exhibit| &exhibit.file))
            .output()
            .expect("openssl");
        judged += group.len();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let good: BTreeSet<&str> =
            out.lines().filter_map(|line| line.strip_suffix(": OK")).collect();
        for exhibit in group {
            if !good.contains(exhibit.file.to_string_lossy().as_ref()) {
                objections.push(Objection::new("openssl", "verify", &exhibit.file, said(&output)));
            }
        }
    }
    Some((judged, objections))
}

/// GnuTLS `certtool --verify`, a process for each.
fn gnutls(exhibits: &[Exhibit]) -> Verdict {
    let certtool = oracle("certtool")?;
    let mut objections = Vec::new();
    for exhibit in exhibits {
        let output = Command::new(&certtool)
            .args(["--verify", "--verify-profile=medium", "--load-ca-certificate"])
            .arg(&exhibit.ca)
            .arg("--infile")
            .arg(&exhibit.file)
            .output()
            .expect("certtool");
        if !output.status.success() {
            objections.push(Objection::new("gnutls", "verify", &exhibit.file, said(&output)));
        }
    }
    Some((exhibits.len(), objections))
}

/// zlint without the rules for certificates of the public web.
fn zlint(exhibits: &[Exhibit]) -> Verdict {
    let private = "-excludeSources=CABF_BR,CABF_EV,CABF_SMIME_BR,Mozilla,Apple,ETSI_ESI";
    linters::zlint(&[private], &["error", "fatal"], &files(exhibits))
}

/// pkilint's PKIX linter.
fn pkilint(exhibits: &[Exhibit]) -> Verdict {
    linters::pkilint("certificate", "ERROR", &files(exhibits))
}

fn files(exhibits: &[Exhibit]) -> Vec<PathBuf> {
    exhibits.iter().map(|exhibit| exhibit.file.clone()).collect()
}

/// The profile of a certificate in `PROFILE-NUMBER.pem`.
fn profile(file: &Path) -> &str {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    stem.rsplit_once('-').map_or(stem, |(profile, _)| profile)
}
