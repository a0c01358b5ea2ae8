//! `crl issue` killed before any system call that changes a file: what is on record stays sound, no
//! number is used twice, what is published is whole, and the next run completes.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::oracle;
use crate::site::{Run, Site};

/// What changes files, or makes the change durable.
const CALLS: &str = "write,pwrite64,ftruncate,fallocate,fsync,fdatasync,fchmod,rename,renameat,\
    renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat";

/// So many of the calls are tried, evenly spread; all of them when `KEYSTEAD_ALL_CALLS` is set.
const SAMPLE: usize = 16;

const ISSUE: [&str; 5] = ["crl", "issue", "example", "--out", "srv"];

/// `crl issue` under strace with these options.
fn traced(site: &Site, options: &[&str]) -> Run {
    let program = env!("CARGO_BIN_EXE_keystead");
    let home = site.shown("home");
    let trace = ["-f", "-qq", "-e", "signal=none", "-o", "calls"];
    let run = [&[program, "--home", &home], &ISSUE[..]].concat();
    site.program("strace", &[&trace[..], options, &run].concat())
}

/// The calls of an undisturbed run in their order: name, and how many of that name came before, from 1.
fn calls(site: &Site) -> Vec<(String, usize)> {
    traced(site, &["-e", &format!("trace={CALLS}")]).done();
    let mut counts = BTreeMap::new();
    let text = site.read("calls");
    let calls = text.lines().map(|line| {
        let call = line.split_whitespace().nth(1).unwrap().split('(').next().unwrap().to_owned();
        let count = counts.entry(call.clone()).or_insert(0);
        *count += 1;
        (call, *count)
    });
    calls.collect()
}

/// The tokens as they were: SoftHSM empties its files before it writes them, and is not what is tested.
fn restore_tokens(site: &Site) {
    std::fs::remove_dir_all(site.path("tokens")).unwrap();
    site.program("cp", &["-a", "tokens-before", "tokens"]).done();
}

/// The number of a published CRL, which is whole and signed; none when there is no file.
fn published(site: &Site, file: &str) -> Option<u64> {
    if !site.exists(file) {
        return None;
    }
    let verify = ["crl", "verify", file, "--issuer", "home/issuers/example/ca.crt", "--json"];
    let report = site.keystead(&verify).done().json();
    Some(report["crl"]["number"].as_str().unwrap().parse().unwrap())
}

/// The number of every CRL that was recorded, in the order of the record.
fn recorded(site: &Site) -> Vec<u64> {
    let export = site.keystead(&["audit", "export"]).done().stdout;
    let events = export.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::from_str::<serde_json::Value>(row["event"].as_str().unwrap()).unwrap()
    });
    events.filter_map(|event| event["event"]["crl"]["number"].as_u64()).collect()
}

#[test]
fn killed_before_any_change_of_a_file_no_number_is_used_twice_and_the_next_run_completes() {
    if oracle("strace").is_none() {
        return;
    }
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    site.keystead(&["revoke", "out/web.crt", "--reason", "superseded"]).done();
    site.keystead(&ISSUE).done();
    site.program("cp", &["-a", "tokens", "tokens-before"]).done();
    let calls = calls(&site);
    assert!(calls.len() > 40, "{calls:?}");
    let is_all = std::env::var_os("KEYSTEAD_ALL_CALLS").is_some();
    let step = if is_all { 1 } else { calls.len().div_ceil(SAMPLE) };
    let chosen: Vec<_> = calls.iter().step_by(step).collect();
    let (mut killed, mut maybe) = (0, 0);
    let mut seen = BTreeSet::new();
    for (call, count) in &chosen {
        restore_tokens(&site);
        let records = recorded(&site).len();
        let before = published(&site, "srv/example.crl").unwrap();
        let inject = format!("inject={call}:signal=KILL:when={count}");
        let run = traced(&site, &["-e", &format!("trace={CALLS}"), "-e", &inject]);
        killed += usize::from(run.code != Some(0));
        let place = format!("{call} {count}: {}", run.story());
        restore_tokens(&site);

        site.keystead(&["audit", "verify"]).done();
        let after = recorded(&site);
        let published =
            ["srv/example.crl", "srv/example.crl.pem"].map(|file| published(&site, file).unwrap());
        assert!(published.iter().all(|number| *number >= before), "{published:?}: {place}");
        for number in published {
            assert!(after.contains(&number), "{number} is on no record: {place}");
        }
        let spent = after.len() > records && published[0] == before;
        maybe += usize::from(spent);

        let next = site.keystead(&[&ISSUE[..], &["--json"]].concat()).done().json();
        let number = next["crls"][0]["number"].as_u64().unwrap();
        assert!(after.iter().all(|earlier| *earlier < number), "{number}, {after:?}: {place}");
        assert!(seen.insert(number), "{number} twice: {place}");
        assert_eq!(next["crls"][0]["entries"], 1, "{place}");
    }
    // How many pages of the database a run touches varies, so the last calls of a name may not come.
    assert!(killed * 4 >= chosen.len() * 3, "only {killed} of {} were killed", chosen.len());
    // Some died between the record and the file.
    assert!(maybe > 0, "{maybe}");
    let numbers = recorded(&site);
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    site.keystead(&["audit", "verify"]).done();
    println!("killed at {killed} of {} calls; {maybe} numbers spent unpublished", calls.len());
}
