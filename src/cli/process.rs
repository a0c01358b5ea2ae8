//! The process itself: no memory dumps, and where log lines go.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use tracing_subscriber::EnvFilter;

/// Keeps the PIN that this process will hold out of core files and away from debuggers of the same
/// account. A system that refuses is told of in the log; the work goes on.
pub(crate) fn refuse_dumps() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "the process stays dumpable");
    }
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core files stay possible");
    }
}

/// Sends log lines to standard error: warnings, more with `-v` (information) and `-vv` (all of ours).
/// `KEYSTEAD_LOG` holds a filter of its own, such as `keystead=trace`.
pub(crate) fn start_logging(verbosity: u8) {
    let wanted = std::env::var("KEYSTEAD_LOG").unwrap_or_else(|_| {
        // The PKCS#11 wrapper logs an error for each mechanism that it does not know by name.
        let ours = match verbosity {
            0 => "warn",
            1 => "info",
            _ => "debug",
        };
        format!("{ours},cryptoki=off")
    });
    let filter =
        EnvFilter::try_new(&wanted).unwrap_or_else(|_| EnvFilter::new("warn,cryptoki=off"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .finish();
    // Fails only if there is a subscriber already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
