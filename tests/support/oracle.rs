//! Programs that are not ours: where they are, and what is said when one is missing.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

/// A program outside the repository: unpacked by scripts/install-tools, or in PATH.
pub(crate) fn oracle(name: &str) -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let unpacked = target.join("oracles/bin").join(name);
    if unpacked.exists() {
        return Some(unpacked);
    }
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file());
    if found.is_none() {
        skipped(name, "not installed; scripts/install-tools installs it");
    }
    found
}

/// Names an oracle that could not be asked, here and in the summary of scripts/test.
#[expect(clippy::print_stdout, reason = "a skipped oracle is named where the test is run")]
pub(crate) fn skipped(name: &str, reason: &str) {
    println!("skipped oracle: {name}: {reason}");
    if let Some(list) = std::env::var_os("KEYSTEAD_SKIPPED") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(list);
        writeln!(file.expect("the list of skipped oracles"), "{name}: {reason}").expect("written");
    }
}

/// Everything that a program printed.
pub(crate) fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}
