//! The program killed before a system call that changes a file: how that is done, on any command. What
//! must hold afterwards is in the file of each command.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::oracle::oracle;
use crate::site::{Run, Site};

mod crl;
mod presign;
mod revoke;

/// What changes files, or makes a change durable; a name with `?` is not known on every machine. Locks
/// are missing, they end with the process, and what is written through memory: SQLite's `-shm` is made
/// anew by whoever comes next.
const CALLS: &str = "write,writev,pwrite64,pwritev,pwritev2,?sendfile,splice,copy_file_range,\
    ftruncate,truncate,fallocate,sync,syncfs,fsync,fdatasync,sync_file_range,msync,\
    ?chmod,fchmod,fchmodat,?chown,?lchown,fchown,fchownat,?futimesat,utimensat,setxattr,fsetxattr,\
    ?rename,?renameat,renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat,?mkdir,mkdirat,\
    ?rmdir,?mknod,mknodat,?creat";

/// What changes files when its flags say so.
const OPENS: &str = "?open,openat,openat2";

/// So many of the calls are tried, evenly spread; all of them when `KEYSTEAD_ALL_CALLS` is set.
const SAMPLE: usize = 24;

/// A call of a run: its name, and how many of that name the same thread made before, from 1.
#[derive(Clone)]
struct Call {
    name: String,
    count: usize,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.count)
    }
}

/// A command that is killed again and again.
struct Trial<'s> {
    site: &'s Site,
    arguments: &'s [&'s str],
    calls: usize,
    chosen: Vec<Call>,
    killed: usize,
}

impl<'s> Trial<'s> {
    /// Runs the command once undisturbed, and chooses where to kill it; none without strace.
    fn of(site: &'s Site, arguments: &'s [&'s str]) -> Option<Self> {
        oracle("strace")?;
        traced(site, arguments, &[]).done();
        let calls = changes(&site.read("calls"));
        let is_all = std::env::var_os("KEYSTEAD_ALL_CALLS").is_some();
        let step = if is_all { 1 } else { calls.len().div_ceil(SAMPLE) };
        let chosen = calls.iter().step_by(step).cloned().collect();
        Some(Self { site, arguments, calls: calls.len(), chosen, killed: 0 })
    }

    fn chosen(&self) -> Vec<Call> {
        self.chosen.clone()
    }

    /// The command, killed before this call if it comes; and all about it, for a failed assertion.
    fn kill(&mut self, call: &Call) -> (Run, String) {
        // Seen when what follows fails.
        println!("kill before {call}");
        let inject = format!("inject={}:signal=KILL:when={}", call.name, call.count);
        let run = traced(self.site, self.arguments, &["-e", &inject]);
        let place = format!("{call}: {}", run.story());
        // A signal has no exit code.
        assert!(matches!(run.code, None | Some(0)), "{place}");
        self.killed += usize::from(run.code.is_none());
        (run, place)
    }

    /// Most were killed: how many pages of a database a run touches varies, so the last calls of a name
    /// may not come. Says so, with `more`.
    fn end(self, more: &str) {
        let (killed, chosen) = (self.killed, self.chosen.len());
        assert!(killed * 4 >= chosen * 3, "only {killed} of {chosen} were killed");
        let command = self.arguments.join(" ");
        println!("{command}: killed at {killed} of {chosen} tried of {} calls; {more}", self.calls);
    }
}

/// The command under strace, with more options.
fn traced(site: &Site, arguments: &[&str], options: &[&str]) -> Run {
    let (home, calls) = (site.shown("home"), format!("trace={CALLS},{OPENS}"));
    let trace = ["-f", "-qq", "-e", "signal=none", "-o", "calls", "-e", &calls];
    let run = [env!("CARGO_BIN_EXE_keystead"), "--home", &home];
    site.program("strace", &[&trace, options, &run[..], arguments].concat())
}

/// The calls that change files, in their order, from what strace wrote.
fn changes(trace: &str) -> Vec<Call> {
    let mut counts = BTreeMap::new();
    let mut changes = Vec::new();
    let mut main = None;
    for line in trace.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        let Some((name, rest)) = rest.trim_start().split_once('(') else { continue };
        if name.starts_with('<') {
            // The rest of a call that was interrupted by one of another thread.
            continue;
        }
        let count = counts.entry((thread, name)).or_insert(0);
        *count += 1;
        let is_open = OPENS.split(',').any(|open| open.trim_start_matches('?') == name);
        if is_open && !rest.contains("O_CREAT") && !rest.contains("O_TRUNC") {
            continue;
        }
        // strace kills whatever thread makes so many calls first.
        assert_eq!(thread, *main.get_or_insert(thread), "one thread alone is aimed at: {line}");
        changes.push(Call { name: name.to_owned(), count: *count });
    }
    assert!(changes.len() > 30, "{trace}");
    changes
}

/// Folders as they were.
struct Saved<'s> {
    site: &'s Site,
    folders: &'static [&'static str],
}

impl<'s> Saved<'s> {
    fn new(site: &'s Site, folders: &'static [&'static str]) -> Self {
        for folder in folders {
            site.program("cp", &["-a", folder, &format!("{folder}-before")]).done();
        }
        Self { site, folders }
    }

    /// SoftHSM, which empties its files before it writes them, is not what is tested: its tokens are
    /// saved too, and restored after a kill.
    fn tokens(site: &'s Site) -> Self {
        Self::new(site, &["tokens"])
    }

    fn restore(&self) {
        for folder in self.folders {
            std::fs::remove_dir_all(self.site.path(folder)).unwrap();
            self.site.program("cp", &["-a", &format!("{folder}-before"), folder]).done();
        }
    }
}

/// The events on record, in their order.
fn events(site: &Site) -> Vec<Value> {
    let export = site.keystead(&["audit", "export"]).done().stdout;
    let events = export.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let mut record: Value = serde_json::from_str(row["event"].as_str().unwrap()).unwrap();
        record["event"].take()
    });
    events.collect()
}

/// This field of every event of this kind.
fn recorded(events: &[Value], kind: &str, field: &str) -> Vec<Value> {
    let of_kind = events.iter().filter(|event| event["kind"] == kind);
    of_kind.map(|event| event[field].clone()).collect()
}
