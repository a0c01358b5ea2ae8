//! Everything that is published about revocation goes through pkilint, CRLs through zlint too; what they
//! find fails the test, but for what `differences.tsv` explains.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use keystead::base::algorithm::KeyAlgorithm;
use keystead::base::pem;
use keystead::revocation::reader::CrlFile;

use crate::crls::{Ca, DAY, NEW_YEAR, entry, time};
use crate::encode::{extension, sequence, tlv};
use crate::judges::{Differences, Objection, pkilint, zlint};
use crate::oracle::oracle;
use crate::site::{Site, write};

const TABLE: &str = "tests/cli/differences.tsv";

/// Results of zlint that are no pass.
const BAD: &[&str] = &["warn", "error", "fatal"];

impl Site {
    /// Has every CRL at or below `folder` judged, DER and PEM; gives how many different ones there are.
    #[track_caller]
    pub(crate) fn lint_crls(&self, folder: &str) -> usize {
        let found = crls(&self.path(folder));
        assert!(!found.is_empty(), "no CRL in {folder}");
        clean(objections_to_crls(&found), "crl");
        found.len()
    }

    /// Has every OCSP response at or below `folder` judged: all files in it.
    #[track_caller]
    pub(crate) fn lint_responses(&self, folder: &str) -> usize {
        let mut found = files(&self.path(folder));
        assert!(!found.is_empty(), "no OCSP response in {folder}");
        // What is there twice is judged once.
        let mut seen = BTreeSet::new();
        found.retain(|file| seen.insert(std::fs::read(file).unwrap()));
        clean(objections_to_responses(&found), "response");
        found.len()
    }
}

/// Fails on what no difference explains.
#[track_caller]
fn clean(objections: Vec<Objection>, kind: &str) {
    let mut differences = Differences::read(TABLE);
    let wrong = objections.iter().filter(|it| !differences.explains(it, kind));
    let wrong: Vec<String> = wrong.map(Objection::story).collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every file at or below a path.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.flat_map(|path| files(&path)).collect();
    found.sort();
    found
}

/// The CRLs at or below a path, each once.
fn crls(path: &Path) -> Vec<PathBuf> {
    let mut found = BTreeMap::new();
    for file in files(path) {
        let name = file.to_str().unwrap();
        if name.ends_with(".crl") || name.ends_with(".crl.pem") {
            let crl = CrlFile::new(std::fs::read(&file).unwrap()).unwrap();
            found.insert(crl.as_der().to_vec(), file);
        }
    }
    found.into_values().collect()
}

#[track_caller]
fn objections_to_crls(files: &[PathBuf]) -> Vec<Objection> {
    // zlint reads CRLs as PEM alone.
    let copies = tempfile::tempdir().unwrap();
    let text: Vec<PathBuf> = files
        .iter()
        .enumerate()
        .map(|(number, file)| {
            let name = file.file_name().unwrap().to_str().unwrap();
            let copy = copies.path().join(format!("{number}-{name}"));
            let crl = CrlFile::new(std::fs::read(file).unwrap()).unwrap();
            write(&copy, pem::encode(pem::CRL, crl.as_der()).as_bytes(), 0o644);
            copy
        })
        .collect();
    let mut objections = Vec::new();
    for verdict in [pkilint("crl", "WARNING", files), zlint(&[], BAD, &text)] {
        let Some((judged, found)) = verdict else { continue };
        assert_eq!(judged, files.len(), "a linter did not look at every CRL");
        objections.extend(found);
    }
    objections
}

#[track_caller]
fn objections_to_responses(files: &[PathBuf]) -> Vec<Objection> {
    let Some((judged, found)) = pkilint("response", "WARNING", files) else { return Vec::new() };
    assert_eq!(judged, files.len(), "a linter did not look at every response");
    found
}

/// The rules that are broken.
fn rules(objections: &[Objection]) -> BTreeSet<(&'static str, &str)> {
    objections.iter().map(|it| (it.judge, it.rule.as_str())).collect()
}

#[test]
fn what_is_wrong_with_a_crl_is_found() {
    let site = Site::blank();
    let ca = Ca::new("Example Root");
    let reason = extension("2.5.29.21", true, &[0x0a, 1, 0]);
    let mut draft = ca.crl();
    draft.entries = vec![sequence(&[tlv(2, &[7]), time(NEW_YEAR - DAY), sequence(&[reason])])];
    std::fs::create_dir(site.path("wrong")).unwrap();
    site.put_bytes("wrong/a.crl", &draft.finish());
    site.put("wrong/b.crl.pem", &draft.numbered(6).pem());
    let objections = objections_to_crls(&crls(&site.path("wrong")));
    for broken in [
        ("pkilint", "pkix.crl_reason_code_extension_critical"),
        ("zlint", "e_crl_has_valid_reason_code"),
    ] {
        let judges = oracle(if broken.0 == "zlint" { "zlint" } else { "lint_crl" }).is_some();
        assert_eq!(rules(&objections).contains(&broken), judges, "{broken:?}");
    }
}

#[test]
fn every_difference_is_still_one() {
    let site = Site::blank();
    let ca = Ca::new("Example Root");
    let mut draft = ca.crl();
    draft.entries = vec![entry(&[7], NEW_YEAR - DAY, 6)];
    std::fs::create_dir(site.path("crls")).unwrap();
    site.put("crls/hold.crl.pem", &draft.pem());
    let objections = objections_to_crls(&crls(&site.path("crls")));
    let mut differences = Differences::read(TABLE);
    let unexplained = objections.iter().filter(|it| !differences.explains(it, "crl"));
    let unexplained: Vec<String> = unexplained.map(Objection::story).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    let asked =
        if zlint(&[], BAD, &[]).is_some() { BTreeSet::from(["zlint"]) } else { BTreeSet::new() };
    let stale = differences.stale(&asked);
    assert!(stale.is_empty(), "{TABLE} says what no CRL meets: {stale:?}");
}

#[test]
fn a_crl_and_a_response_by_a_key_of_every_algorithm_are_clean() {
    let site = Site::new();
    let keys = KeyAlgorithm::ALL.map(KeyAlgorithm::name);
    for key in keys {
        let subject = format!("CN={key} root,O=Example");
        site.keystead(&["ca", "root", key, "--subject", &subject, "--key", key]).done();
        site.keystead(&["ocsp", "setup", key, "--key", key]).done();
        let names = ["good", "revoked"].map(|state| format!("{key}-{state}"));
        for name in &names {
            site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
        }
        let [good, revoked] = names.map(|name| (format!("{name}.csr"), format!("out/{name}.crt")));
        let sign = ["sign", &good.0, &revoked.0, "--issuer", key, "--profile", "tls-server"];
        site.keystead(&[&sign[..], &["--out", "out"]].concat()).done();
        site.keystead(&["revoke", &revoked.1, "--reason", "keyCompromise"]).done();
        site.keystead(&["crl", "issue", key, "--out", "crls"]).done();
        let (crl, ca) = (format!("crls/{key}.crl"), format!("home/issuers/{key}/ca.crt"));
        site.keystead(&["crl", "verify", &crl, "--issuer", &ca]).done();
    }
    let report = site.keystead(&["ocsp", "presign", "--out", "responses", "--json"]).done().json();
    // Root, responder and two leaves, each by both hashes.
    for issuer in report["issuers"].as_array().unwrap() {
        assert_eq!(issuer["signed"], 8, "{report}");
    }
    assert_eq!(site.lint_crls("crls"), keys.len());
    assert_eq!(site.lint_crls("home/published"), keys.len());
    assert_eq!(site.lint_responses("responses"), 8 * keys.len());
}

#[test]
fn many_entries_of_all_reasons_with_invalidity_dates_and_holds_are_clean() {
    let site = Site::with_root();
    let shipped = site.keystead(&["profile", "show", "tls-server", "--toml"]).done().stdout;
    let laptop = shipped.replace("name = \"tls-server\"", "name = \"laptop\"");
    site.put("home/profiles/laptop.toml", &format!("{laptop}\n[revocation]\nhold = true\n"));
    site.keystead(&["ocsp", "setup", "example"]).done();
    let names: Vec<String> = (0..28).map(|number| format!("web{number}")).collect();
    for name in &names {
        site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
    }
    let requests: Vec<String> = names.iter().map(|name| format!("{name}.csr")).collect();
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    let more = ["--issuer", "example", "--profile", "laptop", "--out", "out"];
    site.keystead(&[&["sign"], &requests[..], &more].concat()).done();
    let reasons = [
        "unspecified",
        "keyCompromise",
        "affiliationChanged",
        "superseded",
        "cessationOfOperation",
        "privilegeWithdrawn",
    ];
    for (number, name) in names.iter().enumerate() {
        let certificate = format!("out/{name}.crt");
        let mut revoke = vec!["revoke", certificate.as_str()];
        match reasons.get(number % 7) {
            Some(reason) => revoke.extend(["--reason", reason]),
            None => revoke.push("--hold"),
        }
        if number % 7 < 6 && number % 2 == 1 {
            revoke.extend(["--invalidity", "2026-01-31"]);
        }
        site.keystead(&revoke).done();
    }
    site.keystead(&["crl", "issue", "example", "--out", "crls"]).done();
    let text = site.program("openssl", &["crl", "-in", "crls/example.crl", "-noout", "-text"]);
    for (words, count) in
        [("Serial Number: ", 28), ("Invalidity Date", 12), ("Certificate Hold", 4)]
    {
        assert_eq!(text.stdout.matches(words).count(), count, "{words}: {}", text.story());
    }
    assert_eq!(site.lint_crls("crls"), 1);
    site.keystead(&["ocsp", "presign", "--out", "responses"]).done();
    // Root, responder and leaves, each by both hashes.
    assert_eq!(site.lint_responses("responses"), 2 * 30);
}
