//! What is published under a stable name is replaced by its successor, and by nothing else.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use keystead::base::pem;
use keystead::publish::{
    CertificateOutput, CrlOutput, Form, NotReplaced, Publication, PublishError, crl_name, replace,
};

use crate::crl_desk::{Ca, DAY};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn publish(folder: &Path, der: &[u8]) -> Result<Publication, PublishError> {
    replace(&folder.join("a.crl"), &CrlOutput::new(der).unwrap(), Form::Der)
}

/// Why it was not replaced.
fn refusal(folder: &Path, der: &[u8]) -> NotReplaced {
    // Nobody reads from a pipe.
    let content = || {
        fs::metadata(folder.join("a.crl"))
            .is_ok_and(|found| found.is_file())
            .then(|| fs::read(folder.join("a.crl")).unwrap())
    };
    let before = content();
    match publish(folder, der) {
        Err(PublishError::NotReplaced { source, .. }) => {
            assert_eq!(content(), before);
            *source
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_crl_is_new_then_unchanged_then_replaced_by_a_higher_number_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ca = Ca::new("Example Root");
    let first = ca.crl().finish();
    assert_eq!(publish(folder, &first).unwrap(), Publication::New);
    assert_eq!(publish(folder, &first).unwrap(), Publication::Unchanged);
    let second = ca.crl().numbered(6).finish();
    assert_eq!(publish(folder, &second).unwrap(), Publication::Replaced);
    assert_eq!(fs::read(folder.join("a.crl")).unwrap(), second);
    let mode = fs::metadata(folder.join("a.crl")).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode, names(folder)), (0o644, vec!["a.crl".to_owned()]));

    let refused = refusal(folder, &first);
    assert_eq!(refused.to_string(), "its CRL number is 6, the new one is 5");
    // The same number, and another signature.
    assert!(matches!(
        refusal(folder, &ca.crl().numbered(6).finish()),
        NotReplaced::NotNewer { .. }
    ));
}

#[test]
fn a_crl_of_another_issuer_key_point_or_kind_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ca = Ca::new("Example Root");
    publish(folder, &ca.crl().finish()).unwrap();
    let other = Ca::new("Other Root");
    let same_name = Ca::new("Example Root");
    let mut sharded = ca.crl().numbered(9);
    let uri = crate::encode::tlv(0x86, b"http://crl.example.com/a-1.crl");
    let point = crate::encode::tlv(0xa0, &crate::encode::tlv(0xa0, &uri));
    let point = crate::encode::sequence(&[point]);
    sharded.more.push(crate::encode::extension("2.5.29.28", true, &point));
    for der in [
        other.crl().numbered(9).finish(),
        same_name.crl().numbered(9).finish(),
        sharded.finish(),
        ca.crl().numbered(9).delta().finish(),
    ] {
        assert!(matches!(refusal(folder, &der), NotReplaced::OtherSeries(_)));
    }
}

#[test]
fn what_is_no_crl_keeps_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ca = Ca::new("Example Root");
    let crl = ca.crl().finish();
    let path = folder.join("a.crl");
    let put = |content: &[u8]| {
        let _ = fs::remove_file(&path);
        keystead::publish::write_new(&path, content, keystead::publish::Access::Public).unwrap();
    };
    put(b"precious");
    assert!(matches!(refusal(folder, &crl), NotReplaced::NotACrl(_)));
    put(b"");
    assert!(matches!(refusal(folder, &crl), NotReplaced::NotACrl(_)));
    put(ca.certificate.as_der());
    assert!(matches!(refusal(folder, &crl), NotReplaced::NotACrl(_)));
    put(ca.pem().as_bytes());
    assert!(matches!(refusal(folder, &crl), NotReplaced::Pem { .. }));

    fs::remove_file(&path).unwrap();
    let target = folder.join("target.crl");
    replace(&target, &CrlOutput::new(&crl).unwrap(), Form::Der).unwrap();
    symlink(&target, &path).unwrap();
    let newer = ca.crl().numbered(6).finish();
    assert!(matches!(refusal(folder, &newer), NotReplaced::NotAFile));
    assert!(path.is_symlink() && fs::read(&target).unwrap() == crl);
    fs::remove_file(&path).unwrap();
    symlink("/nonexistent/target", &path).unwrap();
    assert!(matches!(refusal(folder, &newer), NotReplaced::NotAFile));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(refusal(folder, &newer), NotReplaced::NotAFile));
    fs::remove_dir(&path).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(matches!(refusal(folder, &newer), NotReplaced::NotAFile));
    assert_eq!(names(folder), ["a.crl", "target.crl"]);
    assert!(CrlOutput::new(ca.certificate.as_der()).is_err());
}

#[test]
fn der_and_pem_have_their_names_and_a_half_done_publication_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ca = Ca::new("Example Root");
    let crl = ca.crl().finish();
    CrlOutput::new(&crl).unwrap().publish(folder, "root", None).unwrap();
    CrlOutput::new(&crl).unwrap().publish(folder, "root", Some(3)).unwrap();
    let delta = ca.crl().delta().finish();
    CrlOutput::new(&delta).unwrap().publish(folder, "root", None).unwrap();
    let certificate = CertificateOutput::new(ca.certificate.as_der()).unwrap();
    certificate.publish(folder, "root").unwrap();
    assert_eq!(
        names(folder),
        [
            "root-3.crl",
            "root-3.crl.pem",
            "root-delta.crl",
            "root-delta.crl.pem",
            "root.cer",
            "root.crl",
            "root.crl.pem",
            "root.crt",
        ]
    );
    assert_eq!(crl_name("root", Some(0), true, Form::Pem), "root-0-delta.crl.pem");
    assert_eq!(fs::read(folder.join("root.crl")).unwrap(), crl);
    let text = fs::read_to_string(folder.join("root.crl.pem")).unwrap();
    assert_eq!(pem::der_or_pem(pem::CRL, text.as_bytes()).unwrap(), crl);
    assert_eq!(fs::read(folder.join("root.cer")).unwrap(), ca.certificate.as_der());

    let newer = ca.crl().numbered(6).finish();
    let newer = CrlOutput::new(&newer).unwrap();
    replace(&folder.join("root.crl"), &newer, Form::Der).unwrap();
    let [(_, der), (_, pem)] = newer.publish(folder, "root", None).unwrap();
    assert_eq!((der, pem), (Publication::Unchanged, Publication::Replaced));
}

#[test]
fn a_ca_certificate_is_replaced_by_a_later_one_of_the_same_subject_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.cer");
    let [first, second] = Ca::renewed("Example Root", DAY);
    let write = |der: &[u8]| replace(&path, &CertificateOutput::new(der).unwrap(), Form::Der);
    let why = |der: &[u8]| match write(der) {
        Err(PublishError::NotReplaced { source, .. }) => *source,
        other => panic!("{other:?}"),
    };
    assert_eq!(write(&first).unwrap(), Publication::New);
    assert_eq!(write(&second).unwrap(), Publication::Replaced);
    assert_eq!(write(&second).unwrap(), Publication::Unchanged);
    assert!(matches!(why(&first), NotReplaced::NotLater { .. }));
    for other in [Ca::new("Example Root"), Ca::new("Other Root")] {
        assert!(matches!(why(other.certificate.as_der()), NotReplaced::OtherCa(_)));
    }
    assert_eq!(fs::read(&path).unwrap(), second);
}

#[test]
fn of_many_writers_at_once_the_highest_number_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ca = Ca::new("Example Root");
    let crls: Vec<_> = (1..=40).map(|number| ca.crl().numbered(number).finish()).collect();
    std::thread::scope(|scope| {
        for offset in 0..4 {
            let crls = &crls;
            scope.spawn(move || {
                for der in crls.iter().skip(offset).step_by(4) {
                    match publish(folder, der) {
                        Ok(_) => {}
                        Err(PublishError::NotReplaced { source, .. }) => {
                            assert!(matches!(*source, NotReplaced::NotNewer { .. }));
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!(fs::read(folder.join("a.crl")).unwrap(), crls[39]);
    assert_eq!(names(folder), ["a.crl"]);
}

/// Killed before any of its calls, the old CRL or the new one is there, whole, and what was left behind
/// is nothing that a web server serves as either.
#[test]
fn a_replacement_killed_at_any_call_leaves_the_old_crl_or_the_new_one() {
    const CHILD: &str = "KEYSTEAD_TEST_REPLACED_FOLDER";
    const NAME: &str = "stable::a_replacement_killed_at_any_call_leaves_the_old_crl_or_the_new_one";
    if let Some(folder) = std::env::var_os(CHILD) {
        let folder = Path::new(&folder);
        let der = fs::read(folder.join("new.der")).unwrap();
        publish(folder, &der).unwrap();
        return;
    }
    let ca = Ca::new("Example Root");
    let (old, new) = (ca.crl().finish(), ca.crl().numbered(6).finish());
    let (mut kept, mut replaced) = (0, 0);
    for call in ["flock", "fchmod", "fsync", "rename", "write"] {
        for nth in 1..=2 {
            let folder = tempfile::tempdir().unwrap();
            publish(folder.path(), &old).unwrap();
            keystead::publish::write_new(
                &folder.path().join("new.der"),
                &new,
                keystead::publish::Access::Public,
            )
            .unwrap();
            let status = Command::new("strace")
                .args(["-f", "-o", "/dev/null", "-e"])
                .arg(format!("inject={call}:signal=KILL:when={nth}"))
                .arg(std::env::current_exe().unwrap())
                .args(["--exact", NAME])
                .env(CHILD, folder.path())
                .stdout(std::process::Stdio::null())
                .status()
                .expect("strace is installed by scripts/install-tools");
            let there = fs::read(folder.path().join("a.crl")).unwrap();
            match there {
                there if there == old => kept += 1,
                there if there == new => replaced += 1,
                there => panic!("{call} {nth}: {} octets", there.len()),
            }
            assert!(!status.success() || there_is_nothing_else(folder.path()), "{call} {nth}");
            for name in names(folder.path()) {
                let is_ours = name.starts_with(".keystead-") && name.ends_with(".tmp");
                assert!(is_ours || ["a.crl", "new.der"].contains(&&*name), "{name}");
            }
            // Whoever does it again completes it.
            publish(folder.path(), &new).unwrap();
            assert_eq!(fs::read(folder.path().join("a.crl")).unwrap(), new);
        }
    }
    assert!(kept > 0 && replaced > 0, "{kept} {replaced}");
}

fn there_is_nothing_else(folder: &Path) -> bool {
    names(folder) == ["a.crl", "new.der"]
}
