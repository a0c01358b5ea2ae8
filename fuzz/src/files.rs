//! Files that people write or hand over: profiles, cluster files, token locators, audit exports.

use std::collections::BTreeSet;
use std::path::Component;
use std::sync::Arc;

use keystead::audit::{self, AuditRow, Chain, Checkpoint, Record};
use keystead::base::clock::Timestamp;
use keystead::kubernetes::{self, Cluster, Content, Options};
use keystead::profile::{Overrides, Profile, ProfileKind};
use keystead::token::{PinSource, TokenUri};

use super::pipeline::{REQUEST, plan};
use super::shown::{assert_clear, assert_clear_error};

/// The input as a profile file: no leaf profile can make a CA, and each has its limits.
pub fn profile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let profile = match Profile::from_toml(&text) {
        Ok(profile) => Arc::new(profile),
        Err(error) => return assert_clear_error(&error),
    };
    let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    assert!(!profile.name().is_empty() && profile.name().bytes().all(named), "{}", profile.name());
    assert!(profile.default_lifetime() > 0);
    assert!(profile.default_lifetime() <= profile.max_lifetime());
    assert!(!profile.key_algorithms().is_empty());
    if profile.kind() != ProfileKind::Root {
        let overrides = |subject: &str, sans: &[&str]| Overrides {
            subject: subject.parse().ok(),
            sans: sans.iter().filter_map(|san| san.parse().ok()).collect(),
            lifetime: None,
        };
        plan(&profile, &REQUEST, &Overrides::default());
        plan(&profile, &REQUEST, &overrides("CN=a.example.com", &["dns:a.example.com"]));
        plan(&profile, &REQUEST, &overrides("CN=Example CA", &[]));
    }
}

/// The input as a cluster file: every path of the plan stays below its node's folder.
pub fn cluster(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let cluster = match Cluster::from_yaml(&text) {
        Ok(cluster) => cluster,
        Err(error) => return assert_clear_error(&error),
    };
    assert_clear(cluster.name());
    assert!(!cluster.nodes().is_empty());
    let options = Options { super_admin: true, ..Options::default() };
    let plan = kubernetes::plan(&cluster, &options);
    let mut paths = BTreeSet::new();
    for artefact in &plan.artefacts {
        for path in &artefact.paths {
            let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
            assert!(path.components().all(plain), "{path:?}");
            let folder = path.components().next().map(|part| part.as_os_str().to_owned());
            assert!(plan.folders.iter().any(|known| folder.as_deref() == Some(known.as_ref())));
            assert!(paths.insert(path.clone()), "{path:?} twice");
            assert_clear(&path.to_string_lossy());
        }
        if let Content::Kubeconfig { server, cluster, .. } = &artefact.content {
            assert_clear(server);
            assert_clear(cluster);
        }
    }
}

/// The input as a token locator and as a PIN source: what is read is written and read again as the
/// same.
pub fn uri(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match text.parse::<TokenUri>() {
        Ok(uri) => {
            let shown = uri.to_string();
            assert_clear(&shown);
            assert_eq!(shown.parse::<TokenUri>().expect("it is read as it is shown"), uri);
        }
        Err(error) => assert_clear_error(&error),
    }
    match TokenUri::with_label(&text) {
        Ok(uri) => {
            assert_eq!(uri.to_string().parse::<TokenUri>().expect("a label is read back"), uri);
        }
        Err(error) => assert_clear_error(&error),
    }
    if let Err(error) = text.parse::<PinSource>() {
        assert_clear_error(&error);
    }
    match text.parse::<Checkpoint>() {
        Ok(checkpoint) => {
            let again = checkpoint.to_string().parse::<Checkpoint>();
            assert_eq!(again.expect("it is read as it is shown"), checkpoint);
        }
        Err(error) => assert_clear_error(&error),
    }
}

/// The input as an audit export, one JSON object a line: rows that the check passes are exactly those
/// that the chain would write. Each line that is no row is taken as the event of one, rightly chained.
pub fn audit(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let rows: Vec<AuditRow> = text.lines().filter_map(exported).collect();
    check(&rows);
    let mut chain = Chain::empty();
    let mut at = 1_780_272_000;
    let mut forge = |event: &str| {
        at += 1;
        chain.append(Timestamp::from_unix(at), event.to_owned())
    };
    let rows: Vec<AuditRow> = text.lines().map(&mut forge).collect();
    check(&rows);
    for line in text.lines() {
        match Record::from_json(line) {
            Ok(record) => assert_eq!(record.to_json().expect("it is written"), line),
            Err(error) => assert_clear_error(&error),
        }
    }
}

/// A row of an export.
fn exported(line: &str) -> Option<AuditRow> {
    let row: serde_json::Value = serde_json::from_str(line).ok()?;
    let checkpoint = format!("{}:{}", row.get("seq")?.as_u64()?, row.get("hash")?.as_str()?);
    let Checkpoint { seq, hash } = checkpoint.parse().ok()?;
    let at = Timestamp::from_unix(row.get("at")?.as_u64()?);
    Some(AuditRow { seq, at, event: row.get("event")?.as_str()?.to_owned(), hash })
}

fn check(rows: &[AuditRow]) {
    let mut again = Chain::empty();
    let steps: Vec<_> = audit::verify(rows.iter().cloned().map(Ok::<_, ()>), None).collect();
    let good = steps.iter().filter(|step| matches!(step, Ok(Ok(_)))).count();
    assert!(steps.len() <= rows.len() && good + 1 >= steps.len());
    for row in &rows[..good] {
        assert_eq!(again.append(row.at, row.event.clone()), *row);
    }
    if let Some(Ok(Err(fault))) = steps.last() {
        assert_clear_error(fault);
    }
    let Some(last) = rows[..good].last() else { return };
    // A checkpoint that is not on the chain is always missed.
    let mut hash = last.hash;
    hash[0] ^= 1;
    let known = Checkpoint { seq: last.seq, hash };
    let found = audit::verify(rows.iter().cloned().map(Ok::<_, ()>), Some(known));
    assert!(found.into_iter().any(|step| matches!(step, Ok(Err(_)))));
}
