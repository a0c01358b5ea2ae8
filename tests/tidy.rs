//! House rules that no compiler checks: file headers, module direction, where outside crates may be
//! named, file length, leftovers, and that the documents name what exists. Reads the source only.

#![expect(clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Which modules of the library each module may name (`crate::X`), tests included. Only downwards.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("audit", &["base"]),
    ("token", &["base"]),
    ("request", &["base"]),
    ("profile", &["base", "request"]),
    ("tbs", &["base", "request", "profile"]),
    ("lint", &["base", "request", "profile", "tbs"]),
    // Steps 1 to 4 alone: nothing of the store, the token or files is in its sight.
    ("trial", &["base", "request", "profile", "tbs", "lint"]),
    ("inventory", &["base", "audit", "request", "profile", "tbs", "lint"]),
    ("sign", &["base", "token", "request", "profile", "tbs", "lint", "inventory"]),
    ("verify", &["base", "audit", "request", "profile", "tbs", "lint", "inventory", "sign"]),
    ("publish", &["base", "verify"]),
    // Settings and issuers are files too, and `publish` is the one place that writes any. The gate of
    // requests judges the URIs that go into certificates, whoever asks for them.
    ("config", &["base", "request", "publish"]),
    // What is due when, from the store and the issuers of a home.
    ("calendar", &["base", "audit", "config", "inventory"]),
    (
        "issuance",
        &[
            "base",
            "audit",
            "config",
            "token",
            "request",
            "profile",
            "tbs",
            "lint",
            "inventory",
            "sign",
            "verify",
            "publish",
        ],
    ),
    (
        "revocation",
        &[
            "base",
            "audit",
            "config",
            "token",
            "request",
            "profile",
            "tbs",
            "lint",
            "inventory",
            "sign",
            "verify",
            "publish",
            "issuance",
        ],
    ),
    (
        "ocsp",
        &[
            "base",
            "audit",
            "config",
            "token",
            "request",
            "profile",
            "tbs",
            "lint",
            "inventory",
            "sign",
            "verify",
            "publish",
            "issuance",
        ],
    ),
    // Measures all of it from outside.
    (
        "bench",
        &[
            "base",
            "audit",
            "calendar",
            "config",
            "token",
            "request",
            "profile",
            "tbs",
            "lint",
            "inventory",
            "sign",
            "verify",
            "publish",
            "issuance",
            "revocation",
            "ocsp",
        ],
    ),
    (
        "kubernetes",
        &[
            "base",
            "audit",
            "config",
            "token",
            "request",
            "profile",
            "tbs",
            "lint",
            "inventory",
            "sign",
            "verify",
            "publish",
            "issuance",
        ],
    ),
];

/// Outside crates that are named in one place, so that they can be replaced or audited there.
const ONE_PLACE: &[(&str, &str)] = &[
    ("cryptoki", "src/token/"),
    ("rusqlite", "src/inventory/"),
    ("clap", "src/cli/"),
    ("hyper", "src/ocsp/http.rs"),
    ("tokio", "src/ocsp/http.rs"),
];

/// Aim at 100 to 400 lines; what passes this is split.
const LONGEST_FILE: usize = 500;

/// What is left of work in progress. `concat!` keeps this file from finding itself.
const LEFTOVERS: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("#[al", "low("),
    concat!("#![al", "low("),
    concat!("#[ig", "nore"),
];

/// What belongs to one person's machine or to a package mirror.
const FOREIGN: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("deb.deb", "ian.org"),
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("npmjs", ".org"),
];

#[test]
fn every_source_file_says_on_its_first_line_what_it_is() {
    let wrong = rust_files().into_iter().filter(|file| {
        let text = read(file);
        let first = text.lines().find(|line| !line.starts_with("#!"));
        // A compile-fail case is read in its .stderr file, where line numbers count.
        !first.is_some_and(|line| line.starts_with("//! ") && line.len() > 12)
    });
    none(wrong, "the first line must be `//! <what this is>`");
}

#[test]
fn modules_name_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let Some(module) = library_module(&file) else { continue };
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: module `{module}` is not in MAY_NAME", shown(&file)));
            continue;
        };
        for named in crate_paths(&read(&file)) {
            if named != module && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: `{module}` names `crate::{named}`", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "imports go downwards only:\n{}", wrong.join("\n"));
}

#[test]
fn the_allow_table_has_no_cycle() {
    for (index, (name, allowed)) in MAY_NAME.iter().enumerate() {
        for below in *allowed {
            let place = MAY_NAME.iter().position(|(other, _)| other == below);
            assert!(place.is_some_and(|place| place < index), "`{name}` may name `{below}`");
        }
    }
}

#[test]
fn each_outside_crate_is_named_in_its_one_place() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let path = shown(&file);
        if !path.starts_with("src/") {
            continue;
        }
        for (name, place) in ONE_PLACE {
            let named = code_lines(&read(&file)).any(|line| names_crate(line, name));
            if named && !path.starts_with(place) {
                wrong.push(format!("{path}: `{name}` belongs in {place}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_command_line_is_out_of_the_librarys_sight() {
    let declared = read(&root().join("src/lib.rs")).contains(concat!("mod ", "cli"));
    assert!(!declared, "`cli` is declared in src/main.rs only");
}

#[test]
fn no_file_has_grown_past_reading() {
    let wrong = rust_files().into_iter().filter(|file| read(file).lines().count() > LONGEST_FILE);
    none(wrong, &format!("split it: more than {LONGEST_FILE} lines"));
}

#[test]
fn no_leftovers_of_work_in_progress() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        for (number, line) in read(&file).lines().enumerate() {
            for leftover in LEFTOVERS.iter().filter(|leftover| line.contains(**leftover)) {
                wrong.push(format!("{}:{}: `{leftover}`", shown(&file), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_names_a_persons_machine_or_a_package_mirror() {
    let mut wrong = Vec::new();
    for file in files(&root(), &|path| !path.ends_with("Cargo.lock")) {
        // Binary files have no text to look at.
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for (number, line) in text.lines().enumerate() {
            for foreign in FOREIGN.iter().filter(|foreign| line.contains(**foreign)) {
                wrong.push(format!("{}:{}: `{foreign}`", shown(&file), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that cannot fail, or always does, says nothing.
#[test]
fn every_lint_rule_is_tested_with_what_it_passes_and_with_what_it_finds() {
    let folder = root().join("src/lint/rules");
    let is_rule = |path: &str| path.ends_with(".rs") && !path.ends_with("mod.rs");
    let mut rules = 0;
    let mut wrong = Vec::new();
    for file in files(&folder, &is_rule) {
        let text = read(&file);
        let (code, tests) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        if !code.contains("const RULE: Rule") {
            continue;
        }
        rules += 1;
        let passes = tests.contains(".unwrap();") || tests.contains(".is_ok()");
        let finds = tests.contains(".is_err()") || tests.contains(".unwrap_err()");
        let names_it = tests.contains("RULE");
        if !(passes && finds && names_it && tests.matches("#[test]").count() >= 2) {
            wrong.push(shown(&file));
        }
    }
    assert!(rules >= 150, "only {rules} rules found");
    assert!(wrong.is_empty(), "a passing and a failing test each:\n{}", wrong.join("\n"));
}

#[test]
fn every_shipped_profile_is_in_the_documents() {
    let documents = documents();
    let profiles = files(&root().join("profiles"), &|path| path.ends_with(".toml"));
    let wrong = profiles.into_iter().filter(|file| {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        !name.is_some_and(|name| documents.contains(&format!("`{name}`")))
    });
    none(wrong, "README.md or docs/ must mention the profile as `name`");
}

#[test]
fn every_code_of_a_refused_request_is_in_the_documents() {
    let documents = read(&root().join("docs/requests.md"));
    let mut codes = BTreeSet::new();
    for file in files(&root().join("src/request"), &|path| path.ends_with(".rs")) {
        let text = read(&file);
        let quoted = code_lines(&text).flat_map(|line| line.split('"').skip(1).step_by(2));
        let quoted = quoted.filter(|text| text.starts_with("request."));
        codes.extend(quoted.map(str::to_owned));
    }
    assert!(codes.len() > 60, "only {} codes were found", codes.len());
    let missing: Vec<_> = codes.iter().filter(|code| !documents.contains(&***code)).collect();
    assert!(missing.is_empty(), "not in docs/requests.md: {missing:?}");
}

#[test]
fn every_test_that_security_md_names_exists() {
    let functions = test_functions();
    let text = read(&root().join("SECURITY.md"));
    let mut named = 0;
    let mut wrong = Vec::new();
    let mut promises = 0;
    for line in text.lines() {
        promises += usize::from(line.starts_with("### "));
        let Some(tests) = line.strip_prefix("Tests: ") else { continue };
        for name in tests.split('`').skip(1).step_by(2) {
            named += 1;
            if !functions.contains(name) {
                wrong.push(format!("`{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "SECURITY.md names tests that do not exist: {}", wrong.join(", "));
    assert!(named >= promises && promises >= 11, "{promises} promises, {named} tests named");
}

#[test]
fn every_local_link_in_the_documents_leads_somewhere() {
    let mut wrong = Vec::new();
    for file in files(&root(), &|path| path.ends_with(".md")) {
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        for link in read(&file).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let local = !path.is_empty() && !path.contains("://") && !path.contains(' ');
            if local && !folder.join(path).exists() {
                wrong.push(format!("{}: {link}", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn none(wrong: impl Iterator<Item = PathBuf>, rule: &str) {
    let wrong: Vec<String> = wrong.map(|file| shown(&file)).collect();
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).to_string_lossy().into_owned()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn rust_files() -> Vec<PathBuf> {
    let found = files(&root(), &|path| path.ends_with(".rs"));
    assert!(found.len() > 30, "only {} source files found under {:?}", found.len(), root());
    found
}

/// The files of the repository whose path relative to `folder` is wanted, ours only: nothing built,
/// nothing of git's, no throwaway home.
fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_symlink() || ["target", ".git", "quickstart", "bench-home"].contains(&&*name)
            {
                // The script of the same name as a throwaway home is a file.
                if name == "quickstart" && path.is_file() && wanted(&shown(&path)) {
                    found.push(path);
                }
            } else if path.is_dir() {
                folders.push(path);
            } else if wanted(&shown(&path)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `base` for `src/base/name.rs`; none outside the library.
fn library_module(file: &Path) -> Option<String> {
    let path = shown(file);
    let module = path.strip_prefix("src/")?.split('/').next()?.trim_end_matches(".rs").to_owned();
    (!["main", "lib", "cli"].contains(&module.as_str())).then_some(module)
}

/// The lines before the inline tests that are not comments.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .filter(|line| !line.trim_start().starts_with("//"))
}

/// The modules after `crate::`, in `crate::{a, b::c}` too.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let code: String = code_lines(text).flat_map(|line| [line, "\n"]).collect();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `rcgen_crate::` and the like are other names.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0_i32;
                let mut item = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.extend(identifier(&std::mem::take(&mut item))),
                        _ if depth == 0 => item.push(c),
                        _ => {}
                    }
                }
                found.extend(identifier(&item));
            }
            None => found.extend(identifier(rest)),
        }
    }
    found
}

fn identifier(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    // `crate::Type` and `crate::function!` are the crate root's own; modules are lower case.
    let name = &text[..end];
    name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| name.to_owned())
}

fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            && (after.starts_with("::") || after.starts_with(';') || after.starts_with(" as "))
    })
}

fn documents() -> String {
    let mut text = read(&root().join("README.md"));
    for file in files(&root().join("docs"), &|path| path.ends_with(".md")) {
        text.push_str(&read(&file));
    }
    text
}

/// The names of all functions right below a `#[test]`.
fn test_functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in rust_files() {
        let text = read(&file);
        for rest in text.split("#[test]").skip(1) {
            let name = rest.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
            found.extend(name.map(str::to_owned));
        }
    }
    found
}

#[test]
fn the_reader_of_imports_sees_nested_lists() {
    let text = "use crate::{audit::Actor, base::{name, san}, tbs};\n// crate::token\nlet a = crate::sign::sign();";
    let found: Vec<_> = crate_paths(text).into_iter().collect();
    assert_eq!(found, ["audit", "base", "sign", "tbs"]);
    assert!(names_crate("use cryptoki::session::Session;", "cryptoki"));
    assert!(!names_crate("let cryptoki_error = 1;", "cryptoki"));
}
