//! Files are written whole, new and durable, or not at all.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use keystead::publish::{Access, Batch, PublishError, create_dir, write_new};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn modes_are_what_the_access_says() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("a.key"), folder.path().join("a.crt"));
    write_new(&key, b"key", Access::Private).unwrap();
    write_new(&certificate, b"certificate", Access::Public).unwrap();
    assert_eq!((mode(&key), mode(&certificate)), (0o600, 0o644));
    assert_eq!(fs::read(&key).unwrap(), b"key");
    assert_eq!(names(folder.path()), ["a.crt", "a.key"]);
}

#[test]
fn nothing_is_overwritten_not_even_a_link_to_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.crt");
    write_new(&path, b"first", Access::Public).unwrap();
    let link = folder.path().join("b.crt");
    symlink("/nonexistent/target", &link).unwrap();
    for taken in [&path, &link, folder.path()] {
        let error = write_new(taken, b"second", Access::Public).unwrap_err();
        assert!(matches!(error, PublishError::Exists(_)), "{error:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(names(folder.path()), ["a.crt", "b.crt"]);
}

#[test]
fn an_unwritable_folder_is_named_with_the_step() {
    // Nobody, not even root, creates files there.
    let error = write_new(Path::new("/sys/keystead.crt"), b"x", Access::Public).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/sys/keystead.crt could not be written (create a temporary file beside it)"
    );
    assert!(std::error::Error::source(&error).is_some());
    let nameless = write_new(Path::new("/"), b"x", Access::Public).unwrap_err();
    assert!(matches!(nameless, PublishError::NotAFile(_)));
}

#[test]
fn a_write_that_fails_in_the_middle_leaves_nothing() {
    const CHILD: &str = "KEYSTEAD_TEST_FULL_FOLDER";
    const NAME: &str = "publish::a_write_that_fails_in_the_middle_leaves_nothing";
    if let Some(folder) = std::env::var_os(CHILD) {
        let path = Path::new(&folder).join("big.crt");
        let error = write_new(&path, &[7; 100_000], Access::Public).unwrap_err();
        assert!(error.to_string().ends_with("(write)"), "{error}");
        let mut batch = Batch::new();
        assert!(batch.write_new(&path, &[7; 100_000], Access::Public).is_err());
        return batch.finish().unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    // No file may grow beyond 8 blocks of 1 KiB; the signal that says so is ignored.
    let status = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(NAME)
        .env(CHILD, folder.path())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_file_killed_at_any_system_call_is_whole_or_not_there() {
    const CHILD: &str = "KEYSTEAD_TEST_KILLED_FOLDER";
    const NAME: &str = "publish::a_file_killed_at_any_system_call_is_whole_or_not_there";
    if let Some(folder) = std::env::var_os(CHILD) {
        return write_new(&Path::new(&folder).join("a.crt"), &[7; 50_000], Access::Public).unwrap();
    }
    // The first writes are those of the test harness; the other calls are all ours.
    for (call, count) in [("write", 6), ("fchmod", 1), ("fsync", 2), ("renameat2", 1)] {
        for nth in 1..=count {
            let folder = tempfile::tempdir().unwrap();
            let status = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null"])
                .arg(format!("--inject={call}:signal=KILL:when={nth}"))
                .arg(std::env::current_exe().unwrap())
                .args(["--exact", NAME])
                .env(CHILD, folder.path())
                .stdout(std::process::Stdio::null())
                .status()
                .expect("strace is installed by scripts/install-tools");
            assert!(call == "write" || !status.success(), "{call} {nth} did not kill");
            let path = folder.path().join("a.crt");
            if path.exists() {
                assert_eq!(fs::read(&path).unwrap(), [7; 50_000], "{call} {nth}");
                assert_eq!(mode(&path), 0o644);
            } else {
                assert!(!status.success(), "{call} {nth}: neither killed nor written");
            }
            let others = names(folder.path()).into_iter().filter(|name| name != "a.crt");
            for name in others {
                assert!(name.starts_with(".keystead-") && name.ends_with(".tmp"), "{name}");
            }
        }
    }
}

#[test]
fn a_batch_writes_every_file_whole_and_leaves_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    create_dir(&other, Access::Public).unwrap();
    let mut batch = Batch::new();
    for number in 0..1_300 {
        let home = if number % 2 == 0 { folder.path() } else { &other };
        let path = home.join(format!("{number}.crt"));
        batch.write_new(&path, number.to_string().as_bytes(), Access::Public).unwrap();
    }
    batch.finish().unwrap();
    assert_eq!(names(folder.path()).len(), 650 + 1);
    for number in (1..1_300).step_by(2) {
        let path = other.join(format!("{number}.crt"));
        assert_eq!(fs::read_to_string(&path).unwrap(), number.to_string());
        assert_eq!(mode(&path), 0o644);
    }
}

#[test]
fn a_batch_dropped_leaves_nothing_and_a_conflict_costs_only_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut batch = Batch::new();
    batch.write_new(&path("a"), b"a", Access::Public).unwrap();
    drop(batch);
    assert!(names(folder.path()).is_empty());

    let mut batch = Batch::new();
    for name in ["a", "b", "c"] {
        batch.write_new(&path(name), name.as_bytes(), Access::Public).unwrap();
    }
    // Somebody else takes a name meanwhile.
    write_new(&path("b"), b"theirs", Access::Public).unwrap();
    let error = batch.finish().unwrap_err();
    assert!(matches!(error, PublishError::Exists(taken) if taken == path("b")));
    assert_eq!(names(folder.path()), ["a", "b", "c"]);
    assert_eq!(fs::read(path("b")).unwrap(), b"theirs");
}

#[test]
fn folders_are_made_with_those_above_and_a_file_in_the_way_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b/c");
    create_dir(&deep, Access::Private).unwrap();
    create_dir(&deep, Access::Public).unwrap();
    assert_eq!(mode(&deep), 0o700, "a folder that is there stays as it is");
    let file = folder.path().join("file");
    write_new(&file, b"x", Access::Public).unwrap();
    assert!(matches!(create_dir(&file, Access::Public), Err(PublishError::NotAFolder(_))));
}
