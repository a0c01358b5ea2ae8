//! The corpus on disk is the one that this program makes, and each vector ends as its index says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::corpus;
use crate::site::verdict;
use crate::vector::{ACCEPTED, Vector};

/// Where the corpus is.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/request")
}

/// Every vector with its file, relative to the folder.
fn made() -> Vec<(String, Vector)> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let vectors = corpus::all().vectors.into_iter();
    vectors
        .map(|vector| {
            let number = count.entry(vector.class).or_default();
            *number += 1;
            (format!("{}/{number:02}-{}.der", vector.class, vector.slug), vector)
        })
        .collect()
}

/// A line of the index, with the bytes of its file.
pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) stage: String,
    pub(crate) code: String,
    pub(crate) der: Vec<u8>,
}

/// The corpus as it is on disk.
pub(crate) fn cases() -> Vec<Case> {
    let folder = folder();
    let index = fs::read_to_string(folder.join("expected.tsv")).unwrap();
    let lines = index.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [file, stage, code, _note] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let der = fs::read(folder.join(file)).unwrap();
            Case { file: file.to_owned(), stage: stage.to_owned(), code: code.to_owned(), der }
        })
        .collect()
}

/// `file, stage, code, note`, tab-separated.
fn index(files: &[(String, Vector)]) -> String {
    let mut index = String::from("# file\tstage\tcode\tnote\n");
    for (file, vector) in files {
        let note: String = vector.note.chars().flat_map(char::escape_default).collect();
        writeln!(index, "{file}\t{}\t{}\t{note}", vector.stage, vector.code).unwrap();
    }
    index
}

#[test]
fn the_corpus_on_disk_is_the_one_that_is_made() {
    let files = made();
    let folder = folder();
    let index = index(&files);
    if std::env::var_os("KEYSTEAD_WRITE_CORPUS").is_some() {
        return write(&folder, &files, &index);
    }
    let again =
        "KEYSTEAD_WRITE_CORPUS=1 cargo test --test hostile the_corpus_on_disk makes it anew";
    for (file, vector) in &files {
        let found = fs::read(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}; {again}"));
        assert!(found == vector.der, "{file} differs; {again}");
    }
    let found = fs::read_to_string(folder.join("expected.tsv")).unwrap();
    assert!(found == index, "expected.tsv differs; {again}");
    let known: BTreeSet<&str> = files.iter().map(|(file, _)| file.as_str()).collect();
    let stray: Vec<String> =
        on_disk(&folder).into_iter().filter(|file| !known.contains(file.as_str())).collect();
    assert!(stray.is_empty(), "nothing makes {stray:?}");
}

#[expect(clippy::disallowed_methods, reason = "the corpus is made anew, file by file")]
fn write(folder: &Path, files: &[(String, Vector)], index: &str) {
    for file in on_disk(folder) {
        fs::remove_file(folder.join(file)).unwrap();
    }
    for (file, vector) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &vector.der).unwrap();
    }
    fs::write(folder.join("expected.tsv"), index).unwrap();
}

fn on_disk(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for class in fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in fs::read_dir(class.path()).unwrap().flatten() {
            let (class, file) = (class.file_name(), file.file_name());
            found.push(format!("{}/{}", class.to_string_lossy(), file.to_string_lossy()));
        }
    }
    found
}

#[test]
fn every_vector_is_refused_or_accepted_with_the_code_of_the_index() {
    let mut wrong = String::new();
    let mut classes = BTreeSet::new();
    let (mut hostile, mut benign) = (0, 0);
    for case in cases() {
        let found = verdict(&case.stage, &case.der);
        if found != case.code {
            writeln!(wrong, "{}\t{}\t{}\t{found}", case.file, case.stage, case.code).unwrap();
        }
        classes.insert(case.file.split('/').next().unwrap().to_owned());
        *(if case.code == ACCEPTED { &mut benign } else { &mut hostile }) += 1;
    }
    println!("{hostile} hostile and {benign} benign requests in {} classes", classes.len());
    assert!(wrong.is_empty(), "file, stage, expected, found:\n{wrong}");
    assert!(hostile >= 400 && benign >= 30 && classes.len() >= 60);
}

#[test]
fn no_two_vectors_are_the_same() {
    let mut seen: BTreeMap<(Vec<u8>, String), String> = BTreeMap::new();
    for case in cases() {
        if let Some(earlier) = seen.insert((case.der, case.stage), case.file.clone()) {
            panic!("{} is {earlier}", case.file);
        }
    }
}

/// Longer than any file of the corpus: made here and thrown away.
#[test]
fn requests_of_many_megabytes_are_refused_unread() {
    for length in [200_000, 20_000_000] {
        let der = corpus::common_name_of(length);
        assert_eq!(verdict("request", &der), "request.too-long");
    }
    assert_eq!(verdict("request", &corpus::rdns(200_000)), "request.too-long");
}
