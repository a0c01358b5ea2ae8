//! Tests of external linters: small programs that pass, refuse, crash, hang and flood.

use std::time::Duration;

use super::*;
use crate::base::element::Element;
use crate::lint::Registry;
use crate::lint::testing::Sample;

fn shell(name: &str, script: &str) -> Linter {
    let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    Linter::new(name, command, 2, None, None).unwrap()
}

fn registry(linters: Vec<Linter>) -> Registry {
    Registry::with_linters(Linters::new(linters).unwrap())
}

/// What a refusal says, after a look at its code.
fn refusal(linter: Linter) -> String {
    let failure = registry(vec![linter]).check(Sample::server().into_tbs()).unwrap_err();
    assert_eq!(failure.code(), "lint.external");
    assert_eq!(failure.findings.len(), 1);
    failure.findings[0].detail.clone()
}

#[test]
fn linters_that_exit_with_0_let_pass_and_are_named_in_the_proof() {
    let registry = registry(vec![shell("first", "cat > /dev/null"), shell("second", "true")]);
    let linted = registry.check(Sample::server().into_tbs()).unwrap();
    assert_eq!(linted.linters(), ["first", "second"]);
}

#[test]
fn a_linter_reads_the_content_to_be_signed_byte_for_byte_under_another_signature() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("seen.pem");
    let script = format!("cat > '{}'", copy.display());
    let tbs = Sample::server().into_tbs();
    let expected = tbs.as_der().to_vec();
    registry(vec![shell("copy", &script)]).check(tbs).unwrap();
    let text = std::fs::read(&copy).unwrap();
    let der = pem::der_or_pem(pem::CERTIFICATE, &text).unwrap();
    let mut parts = Element::only(&der, der::Tag::Sequence).unwrap().children().unwrap();
    assert_eq!(Element::next(&mut parts).unwrap().raw, expected);
}

#[test]
fn an_exit_status_other_than_0_refuses_with_its_first_lines_escaped() {
    let told = refusal(shell("strict", "printf 'bad\\033[31m serial\\n'; echo more >&2; exit 7"));
    assert_eq!(told, "linter strict refused it, exit status 7: bad\\u{1b}[31m serial | more");
}

#[test]
fn a_crash_refuses() {
    let told = refusal(shell("crashing", "kill -SEGV $$"));
    assert_eq!(told, "linter crashing refused it, killed by signal 11");
}

#[test]
fn a_linter_that_hangs_is_killed_with_its_children_and_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("child");
    let script = format!("sleep 600 & echo $! > '{}'; wait", file.display());
    let told = refusal(shell("slow", &script));
    assert_eq!(told, "linter slow was stopped after 2 s without an answer");
    let child = std::fs::read_to_string(&file).unwrap();
    assert!(ends(child.trim()), "the child {child} lives on");
}

#[test]
fn what_a_linter_leaves_behind_is_killed_and_delays_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("child");
    let script = format!("sleep 600 & echo $! > '{}'", file.display());
    registry(vec![shell("leaving", &script)]).check(Sample::server().into_tbs()).unwrap();
    let child = std::fs::read_to_string(&file).unwrap();
    assert!(ends(child.trim()), "the child {child} lives on");
}

/// Whether the process is gone, or a zombie that its new parent has not reaped, before long.
fn ends(pid: &str) -> bool {
    (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")),
            Err(_) => true,
        }
    })
}

#[test]
fn a_flood_is_stopped_and_refuses_even_if_it_ends_well() {
    let told = refusal(shell("endless", "exec yes"));
    assert_eq!(told, "linter endless was stopped, it wrote more than 1024 KiB: y | y | y | y | y");
    let told = refusal(shell("long", "head -c 1100000 /dev/zero >&2"));
    assert!(told.starts_with("linter long was stopped, it wrote more"), "{told}");
}

#[test]
fn a_mebibyte_may_be_written() {
    let linter = shell("long", "head -c 1048576 /dev/zero");
    registry(vec![linter]).check(Sample::server().into_tbs()).unwrap();
}

#[test]
fn what_is_said_behind_many_empty_lines_is_told() {
    let told = refusal(shell("late", "yes '' | head -n 5000; echo last; exit 1"));
    assert_eq!(told, "linter late refused it, exit status 1: last");
}

#[test]
fn who_gives_an_unknown_kind_is_told_the_known_ones() {
    let kinds = ["server".to_owned()];
    let command = vec!["/bin/true".to_owned()];
    let error = Linter::new("strict", command, 2, Some(&kinds), None).unwrap_err();
    assert!(error.to_string().ends_with("expected one of leaf, intermediate, root, request"));
}

#[test]
fn a_linter_that_cannot_be_started_refuses() {
    let command = vec!["/nonexistent/linter".to_owned()];
    let told = refusal(Linter::new("missing", command, 2, None, None).unwrap());
    assert!(told.starts_with("linter missing cannot be started: /nonexistent/linter: "), "{told}");
}

#[test]
fn a_linter_that_reads_nothing_of_its_input_may_still_pass() {
    registry(vec![shell("blind", "exec < /dev/null")]).check(Sample::server().into_tbs()).unwrap();
}

#[test]
fn every_linter_is_heard_before_the_refusal_is_told() {
    let linters = vec![shell("a", "exit 1"), shell("b", "true"), shell("c", "exit 3")];
    let failure = registry(linters).check(Sample::server().into_tbs()).unwrap_err();
    let told: Vec<&str> = failure.findings.iter().map(|f| f.detail.as_str()).collect();
    assert_eq!(told, ["linter a refused it, exit status 1", "linter c refused it, exit status 3"]);
}

#[test]
fn a_linter_sees_only_the_kinds_it_is_for() {
    let only = |kind: &str| {
        let command = vec!["/bin/false".to_owned()];
        registry(vec![Linter::new("no", command, 2, Some(&[kind.to_owned()]), Some(1)).unwrap()])
    };
    only("root").check(Sample::server().into_tbs()).unwrap();
    assert!(only("root").check(Sample::root().into_tbs()).is_err());
    assert!(only("leaf").check(Sample::server().into_tbs()).is_err());
    assert!(only("intermediate").check(Sample::intermediate().into_tbs()).is_err());
    only("intermediate").check(Sample::request().into_tbs()).unwrap();
    // Without a word about kinds: what has an issuer.
    let no = || registry(vec![shell("no", "exit 1")]);
    assert!(no().check(Sample::server().into_tbs()).is_err());
    assert!(no().check(Sample::intermediate().into_tbs()).is_err());
    no().check(Sample::root().into_tbs()).unwrap();
    no().check(Sample::request().into_tbs()).unwrap();
    assert!(only("request").check(Sample::request().into_tbs()).is_err());
}

#[test]
fn what_breaks_a_rule_is_shown_to_no_linter() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("ran");
    let registry = registry(vec![shell("mark", &format!("touch '{}'", mark.display()))]);
    let tbs = Sample::server().changed(|draft| draft.serial = vec![0x80]);
    assert!(registry.check(tbs).is_err());
    assert!(!mark.exists());
}

#[test]
fn only_so_many_processes_of_a_linter_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        format!("mkdir '{0}/one' || exit 1; sleep 0.05; rmdir '{0}/one'", folder.path().display());
    let command = ["/bin/sh", "-c", &script].map(str::to_owned).to_vec();
    let linter = Linter::new("single", command, 60, None, Some(1)).unwrap();
    let registry = registry(vec![linter]);
    std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| registry.check(Sample::server().into_tbs()))).collect();
        assert!(runs.into_iter().all(|run| run.join().unwrap().is_ok()));
    });
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let new = |name: &str, command: &[&str], seconds, kinds: Option<&[&str]>, parallel| {
        let command = command.iter().map(|&word| word.to_owned()).collect();
        let kinds: Option<Vec<String>> =
            kinds.map(|kinds| kinds.iter().map(|&word| word.to_owned()).collect());
        Linter::new(name, command, seconds, kinds.as_deref(), parallel)
    };
    assert!(matches!(new("", &["a"], 1, None, None), Err(LinterError::Name(_))));
    assert!(matches!(new("a b", &["a"], 1, None, None), Err(LinterError::Name(_))));
    assert!(matches!(new("a", &[], 1, None, None), Err(LinterError::NoCommand(_))));
    assert!(matches!(new("a", &[""], 1, None, None), Err(LinterError::NoCommand(_))));
    assert!(matches!(new("a", &["a"], 0, None, None), Err(LinterError::Timeout { .. })));
    assert!(matches!(new("a", &["a"], 601, None, None), Err(LinterError::Timeout { .. })));
    assert!(matches!(new("a", &["a"], 1, Some(&[]), None), Err(LinterError::NoKind(_))));
    assert!(matches!(new("a", &["a"], 1, Some(&["x"]), None), Err(LinterError::Kind { .. })));
    assert!(matches!(new("a", &["a"], 1, None, Some(0)), Err(LinterError::NoSlot(_))));
    let twice = || new("a", &["a"], 1, None, None).unwrap();
    assert!(matches!(Linters::new(vec![twice(), twice()]), Err(LinterError::TwiceNamed(_))));
}
