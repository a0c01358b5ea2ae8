//! Linters that are not ours over many files in one process each, and where they and we differ for a
//! reason.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::oracle::{oracle, said};

/// One thing that a judge has against a file.
pub(crate) struct Objection {
    pub(crate) judge: &'static str,
    /// The judge's own name of the rule.
    pub(crate) rule: String,
    pub(crate) file: PathBuf,
    pub(crate) detail: String,
}

impl Objection {
    pub(crate) fn new(
        judge: &'static str,
        rule: &str,
        file: impl Into<PathBuf>,
        detail: String,
    ) -> Self {
        Self { judge, rule: rule.to_owned(), file: file.into(), detail }
    }

    /// For a failed assertion.
    pub(crate) fn story(&self) -> String {
        format!("{} {}: {}: {}", self.judge, self.rule, self.file.display(), self.detail)
    }
}

/// How many files a judge judged and what it found; none when it could not be asked.
pub(crate) type Verdict = Option<(usize, Vec<Objection>)>;

/// pkilint's own program for a kind of file: certificate, crl or response.
fn pkilint_of(kind: &str) -> &'static str {
    match kind {
        "certificate" => "lint_pkix_cert",
        "crl" => "lint_crl",
        "response" => "lint_ocsp_response",
        other => panic!("pkilint judges no {other}"),
    }
}

/// pkilint, all files in one process: what it finds of this severity and above.
pub(crate) fn pkilint(kind: &str, severity: &str, files: &[PathBuf]) -> Verdict {
    let linter = oracle(pkilint_of(kind))?.canonicalize().expect("the linter");
    let python = linter.with_file_name("python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/pkilint_many.py");
    let mut child = Command::new(python)
        .arg(script)
        .args([kind, severity])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python");
    let mut stdin = child.stdin.take().expect("a pipe");
    let names: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
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

/// zlint with more arguments, 500 files in one process: results that are among `bad`.
pub(crate) fn zlint(arguments: &[&str], bad: &[&str], files: &[PathBuf]) -> Verdict {
    let zlint = oracle("zlint")?;
    let (mut judged, mut objections) = (0, Vec::new());
    for files in files.chunks(500) {
        let output = Command::new(&zlint).args(arguments).args(files).output().expect("zlint");
        assert!(output.status.success(), "{}", said(&output));
        // One document a file, in their order.
        let documents = serde_json::Deserializer::from_slice(&output.stdout);
        for (verdicts, file) in documents.into_iter::<serde_json::Value>().zip(files) {
            judged += 1;
            for (rule, verdict) in verdicts.expect("JSON").as_object().expect("one entry a rule") {
                let result = verdict.pointer("/result").and_then(serde_json::Value::as_str);
                if bad.contains(&result.expect("a result")) {
                    objections.push(Objection::new("zlint", rule, file, verdict.to_string()));
                }
            }
        }
    }
    Some((judged, objections))
}

/// Where a judge and we differ, and why: judge, rule, profiles or kinds of files that it may come up in,
/// reason.
pub(crate) struct Differences {
    known: BTreeMap<(String, String), BTreeSet<String>>,
    met: BTreeSet<(String, String)>,
}

impl Differences {
    /// Reads a table below the folder of the repository.
    pub(crate) fn read(table: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(table);
        let mut known = BTreeMap::new();
        let text = std::fs::read_to_string(&path).expect("the table of differences");
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [judge, rule, kinds, reason] = columns[..] else {
                panic!("{table}: not four columns: {line}");
            };
            assert!(reason.len() > 20, "{table}: no reason: {line}");
            let kinds = kinds.split(',').map(str::to_owned).collect();
            known.insert((judge.to_owned(), rule.to_owned()), kinds);
        }
        Self { known, met: BTreeSet::new() }
    }

    /// Whether the difference is known for files of this profile or kind.
    pub(crate) fn explains(&mut self, objection: &Objection, kind: &str) -> bool {
        let key = (objection.judge.to_owned(), objection.rule.clone());
        let explained = self.known.get(&key).is_some_and(|kinds| kinds.contains(kind));
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
