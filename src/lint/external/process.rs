//! Runs a program that need not be trusted to end, or to be brief. Starts processes, and writes what
//! they read and say to nameless temporary files.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::base::text::Escaped;

/// What a linter may say, on each of its two streams.
const MOST_OUTPUT: u64 = 1024 * 1024;

/// Lines of it, and characters of each, that are repeated.
const LINES: usize = 5;
const COLUMNS: usize = 200;

/// Why a program lets nothing pass.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It was not started.
    #[error("cannot be started: {}: {error}", Escaped(.program))]
    Start { program: String, error: io::Error },
    /// The system failed around it.
    #[error("cannot be run: {0}")]
    Io(#[from] io::Error),
    /// It ended, not with 0.
    #[error("refused it, {}", ended(*.status, .output))]
    Refused { status: ExitStatus, output: String },
    /// It did not end.
    #[error("was stopped after {} s without an answer{}", .timeout.as_secs(), said(.output))]
    Timeout { timeout: Duration, output: String },
    /// It said too much.
    #[error("was stopped, it wrote more than {} KiB{}", MOST_OUTPUT / 1024, said(.output))]
    Flood { output: String },
}

/// Runs `command` with `input` on its standard input.
pub(super) fn run(command: &[String], input: &[u8], timeout: Duration) -> Result<(), Trouble> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    // Files instead of pipes: nobody has to read and write while it runs, and nothing it leaves behind
    // can keep us waiting.
    let mut stdin = tempfile::tempfile()?;
    stdin.write_all(input)?;
    stdin.seek(SeekFrom::Start(0))?;
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout.try_clone()?))
        .stderr(Stdio::from(stderr.try_clone()?))
        .process_group(0)
        .spawn()
        .map_err(|error| Trouble::Start { program: program.clone(), error })?;
    let end = wait(&mut child, timeout, [&stdout, &stderr]);
    let status = finish(&mut child);
    let output =
        || -> io::Result<String> { Ok(beginning(&mut stdout)? + &beginning(&mut stderr)?) };
    match (end?, status?) {
        (End::Exited, status) if status.success() => Ok(()),
        (End::Exited, status) => Err(Trouble::Refused { status, output: lines(output) }),
        (End::TimedOut, _) => Err(Trouble::Timeout { timeout, output: lines(output) }),
        (End::Flooded, _) => Err(Trouble::Flood { output: lines(output) }),
    }
}

enum End {
    Exited,
    TimedOut,
    Flooded,
}

/// Waits without reaping: until then the process group cannot become another's.
fn wait(child: &mut Child, timeout: Duration, outputs: [&File; 2]) -> io::Result<End> {
    let pid = pid(child)?;
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let exited = waitid(WaitId::Pid(pid), options)?.is_some();
        for output in outputs {
            if output.metadata()?.len() > MOST_OUTPUT {
                return Ok(End::Flooded);
            }
        }
        if exited {
            return Ok(End::Exited);
        }
        if start.elapsed() >= timeout {
            return Ok(End::TimedOut);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(4));
    }
}

/// Ends whatever is left of it, and reaps it.
fn finish(child: &mut Child) -> io::Result<ExitStatus> {
    // The group is gone already when its last process was the one that ended.
    let _ = kill_process_group(pid(child)?, Signal::KILL);
    child.wait()
}

fn pid(child: &Child) -> io::Result<Pid> {
    let number = i32::try_from(child.id()).ok();
    number.and_then(Pid::from_raw).ok_or_else(|| io::Error::other("a process without a number"))
}

/// The first lines of the output, escaped, in one line.
fn lines(output: impl FnOnce() -> io::Result<String>) -> String {
    let text = output().unwrap_or_default();
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(LINES);
    let shown =
        lines.map(|line| Escaped(&line.chars().take(COLUMNS).collect::<String>()).to_string());
    shown.collect::<Vec<_>>().join(" | ")
}

fn beginning(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(16 * 1024).read_to_end(&mut bytes)?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    text.push('\n');
    Ok(text)
}

fn ended(status: ExitStatus, output: &str) -> String {
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "for no known reason".to_owned(),
    };
    how + &said(output)
}

fn said(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!(": {output}") }
}

/// How many processes of a linter may run at once.
#[derive(Debug)]
pub(super) struct Slots {
    free: Option<Mutex<usize>>,
    freed: Condvar,
}

/// One of them, while it is held.
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(super) fn new(count: Option<usize>) -> Self {
        Self { free: count.map(Mutex::new), freed: Condvar::new() }
    }

    /// Waits for a free one.
    pub(super) fn take(&self) -> Slot<'_> {
        if let Some(free) = &self.free {
            let free = free.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = self.freed.wait_while(free, |free| *free == 0);
            *waited.unwrap_or_else(PoisonError::into_inner) -= 1;
        }
        Slot(self)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        if let Some(free) = &self.0.free {
            *free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            self.0.freed.notify_one();
        }
    }
}
