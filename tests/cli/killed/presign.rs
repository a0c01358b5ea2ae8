//! `ocsp presign`: every answer under its name is whole, signed and on record, none of an earlier run is
//! lost, nothing is used twice, and the next run completes and leaves nothing else in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keystead::base::algorithm::sha256;
use keystead::ocsp::Response;
use keystead::tbs::Answer;
use serde_json::Value;

use super::{Saved, Trial, events, recorded};
use crate::site::Site;

const PRESIGN: [&str; 4] = ["ocsp", "presign", "--out", "responses"];

/// Root, responder, and four leaves, by both hashes.
const FILES: usize = 12;

/// The files in `folder` and below it, by path; and what is hidden there.
fn files(folder: &Path) -> (Vec<String>, Vec<String>) {
    let (mut named, mut hidden) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let shown = path.to_str().unwrap().to_owned();
        if path.file_name().unwrap().to_str().unwrap().starts_with('.') {
            hidden.push(shown);
        } else if path.is_dir() {
            let below = files(&path);
            named.extend(below.0);
            hidden.extend(below.1);
        } else {
            named.push(shown);
        }
    }
    (named, hidden)
}

/// Every answer by its file. Each is whole, its signature is good, and on record as the result of an
/// intent.
fn answers(site: &Site, events: &[Value]) -> BTreeMap<String, Answer> {
    let on_record = recorded(events, "issued", "signature_sha256");
    let (named, _) = files(&site.path("responses"));
    let answers = named.into_iter().map(|file| {
        let ca = "home/issuers/example/ca.crt";
        let read = ["ocsp", "-respin", &file, "-issuer", ca, "-CAfile", ca, "-resp_text"];
        let run = site.program("openssl", &read).done();
        assert!(run.stderr.contains("Response verify OK"), "{file}: {}", run.story());
        let signature = sha256(&signature(&run.stdout));
        assert!(on_record.contains(&hex::encode(signature).into()), "{file}: {}", run.story());
        let mut response = Response::from_der(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(response.answers.len(), 1, "{file}: {response:?}");
        (file, response.answers.remove(0))
    });
    answers.collect()
}

/// The signature of a response in openssl's words, which come before those about its certificate.
fn signature(text: &str) -> Vec<u8> {
    let (_, value) = text.split_once("Signature Value:").unwrap();
    let lines = value.lines().map(str::trim).skip_while(|line| line.is_empty());
    let digits = lines.take_while(|line| line.chars().all(|c| c == ':' || c.is_ascii_hexdigit()));
    hex::decode(digits.collect::<String>().replace(':', "")).unwrap()
}

/// No row of an intent and no result of one comes twice; how many intents there are.
fn intents(events: &[Value], place: &str) -> usize {
    for kind in ["intent", "issued"] {
        let rows = recorded(events, kind, "intent");
        let distinct: BTreeSet<_> = rows.iter().map(|row| row.as_i64().unwrap()).collect();
        assert_eq!(distinct.len(), rows.len(), "{kind}: {place}");
    }
    recorded(events, "intent", "intent").len()
}

/// What the answers say, without when.
fn said(answers: &BTreeMap<String, Answer>) -> Vec<(&String, String)> {
    answers.iter().map(|(file, said)| (file, format!("{:?} {:?}", said.id, said.status))).collect()
}

#[test]
fn killed_before_any_change_of_a_file_every_answer_is_whole_and_the_next_run_completes() {
    let site = Site::with_root();
    site.keystead(&["ocsp", "setup", "example"]).done();
    for name in ["old", "stolen", "good", "new"] {
        site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
    }
    site.sign(&["old.csr", "stolen.csr", "good.csr"]).done();
    site.keystead(&["revoke", "out/old.crt", "--reason", "superseded"]).done();
    site.keystead(&PRESIGN).done();
    // Two answers to replace, two to add, and the rest to leave alone.
    site.keystead(&["revoke", "out/stolen.crt", "--reason", "keyCompromise"]).done();
    site.sign(&["new.csr"]).done();
    let (tokens, saved) = (Saved::tokens(&site), Saved::new(&site, &["home", "responses"]));
    let records = events(&site);
    let before = answers(&site, &records);
    assert_eq!(before.len(), FILES - 2);
    let Some(mut trial) = Trial::of(&site, &PRESIGN) else { return };
    let complete = answers(&site, &events(&site));
    assert_eq!(complete.len(), FILES);
    let (mut maybe, mut some, mut unfinished) = (0, 0, 0);
    for call in trial.chosen() {
        tokens.restore();
        saved.restore();
        let (run, place) = trial.kill(&call);
        tokens.restore();

        site.keystead(&["audit", "verify"]).done();
        let record = events(&site);
        let spent = intents(&record, &place);
        let after = answers(&site, &record);
        for (file, answer) in &after {
            let end = complete.get(file).unwrap_or_else(|| panic!("{file}: {place}"));
            assert_eq!(answer.id, end.id, "{file}: {place}");
            let is_kept = before.get(file) == Some(answer);
            assert!(is_kept || answer.status == end.status, "{file}: {answer:?}: {place}");
        }
        for (file, earlier) in &before {
            let there = after.get(file).unwrap_or_else(|| panic!("{file} is lost: {place}"));
            assert!(there.this_update >= earlier.this_update, "{file}: {there:?}: {place}");
        }
        let is_complete = said(&after) == said(&complete);
        assert!(is_complete || !run.stdout.contains("SIGNED"), "told, not published: {place}");
        maybe += usize::from(record.len() > records.len() && after == before);
        some += usize::from(after != before && !is_complete);
        unfinished += usize::from(!files(&site.path("responses")).1.is_empty());

        let next = site.keystead(&[&PRESIGN[..], &["--json"]].concat()).done().json();
        let done = &next["issuers"][0];
        let files_done = done["signed"].as_u64().unwrap() + done["unchanged"].as_u64().unwrap();
        assert_eq!((done["certificates"].as_u64(), files_done), (Some(6), 12), "{next}: {place}");
        let record = events(&site);
        assert!(intents(&record, &place) >= spent, "{place}");
        assert_eq!(said(&answers(&site, &record)), said(&complete), "{place}");
        assert_eq!(files(&site.path("responses")).1, [""; 0], "left over: {place}");
        site.keystead(&["audit", "verify"]).done();
    }
    // Some died between the record and the first file, and with files that had no name yet.
    assert!(maybe > 0 && unfinished > 0, "{maybe} before the first file, {unfinished} unfinished");
    trial.end(&format!(
        "{maybe} times answers were spent unpublished, {some} times some were published, \
         {unfinished} times files had no name yet"
    ));
}
