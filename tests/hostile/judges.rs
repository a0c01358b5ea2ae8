//! Linters and verifiers that are not ours, over thousands of certificates: each gives its findings a
//! file, and where one of them and we differ for a reason, `differences.tsv` says which.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::oracle::{oracle, said};

/// A certificate in a file of its own, `PROFILE-NUMBER.pem`, and the file of the CA it is under.
pub(crate) struct Exhibit {
    pub(crate) file: PathBuf,
    pub(crate) ca: PathBuf,
}

/// One thing that a judge has against a certificate.
struct Objection {
    judge: &'static str,
    /// The judge's own name of the rule.
    rule: String,
    file: PathBuf,
    detail: String,
}

impl Objection {
    fn new(judge: &'static str, rule: &str, file: impl Into<PathBuf>, detail: String) -> Self {
        Self { judge, rule: rule.to_owned(), file: file.into(), detail }
    }

    fn profile(&self) -> &str {
        let stem = self.file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        stem.rsplit_once('-').map_or(stem, |(profile, _)| profile)
    }
}

/// How many certificates a judge judged and what it found; none when it could not be asked.
type Verdict = Option<(usize, Vec<Objection>)>;

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
        let differences = Differences::read();
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
                let unexplained = objections.iter().filter(|it| !self.differences.explains(it));
                self.wrong.extend(unexplained.map(|it| {
                    format!("{} {}: {}: {}", it.judge, it.rule, it.file.display(), it.detail)
                }));
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
    let zlint = oracle("zlint")?;
    let (mut judged, mut objections) = (0, Vec::new());
    for files in exhibits.chunks(500) {
        let output = Command::new(&zlint)
            .arg("-excludeSources=CABF_BR,CABF_EV,CABF_SMIME_BR,Mozilla,Apple,ETSI_ESI")
            .args(files.iter().map(|exhibit| &exhibit.file))
            .output()
            .expect("zlint");
        assert!(output.status.success(), "{}", said(&output));
        // One document a file, in their order.
        let documents = serde_json::Deserializer::from_slice(&output.stdout);
        for (verdicts, file) in documents.into_iter::<serde_json::Value>().zip(files) {
            judged += 1;
            for (rule, verdict) in verdicts.expect("JSON").as_object().expect("one entry a rule") {
                let result = verdict.pointer("/result").and_then(serde_json::Value::as_str);
                if ["error", "fatal"].contains(&result.expect("a result")) {
                    let detail = verdict.to_string();
                    objections.push(Objection::new("zlint", rule, &file.file, detail));
                }
            }
        }
    }
    Some((judged, objections))
}

/// pkilint's PKIX linter, all files in one process.
fn pkilint(exhibits: &[Exhibit]) -> Verdict {
    let linter = oracle("lint_pkix_cert")?.canonicalize().expect("the linter");
    let python = linter.with_file_name("python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/pkilint_many.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python");
    let mut stdin = child.stdin.take().expect("a pipe");
    let names: String =
        exhibits.iter().map(|exhibit| format!("{}\n", exhibit.file.display())).collect();
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
            let detail = format!("{} {}", part(0), part(2));
            let file = verdict["file"].as_str().unwrap_or_default();
            objections.push(Objection::new("pkilint", part(1), file, detail));
        }
    }
    Some((judged, objections))
}

/// Where a judge and we differ, and why: judge, rule, profiles it may come up in, reason.
struct Differences {
    known: BTreeMap<(String, String), BTreeSet<String>>,
    met: BTreeSet<(String, String)>,
}

impl Differences {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/differences.tsv");
        let mut known = BTreeMap::new();
        let text = std::fs::read_to_string(&path).expect("differences.tsv");
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
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
    fn explains(&mut self, objection: &Objection) -> bool {
        let key = (objection.judge.to_owned(), objection.rule.clone());
        let explained =
            self.known.get(&key).is_some_and(|profiles| profiles.contains(objection.profile()));
        if explained {
            self.met.insert(key);
        }
        explained
    }

    /// Those of judges that were asked that did not come up: no longer true.
    fn stale(&self, asked: &BTreeSet<&'static str>) -> Vec<String> {
        let stale = self.known.keys().filter(|key| asked.contains(key.0.as_str()));
        stale
            .filter(|key| !self.met.contains(*key))
            .map(|(judge, rule)| format!("{judge} {rule}"))
            .collect()
    }
}
