//! Long outputs, one piece at a time: memory does not grow with them.

use std::io::{self, BufWriter, StdoutLock, Write as _};

use keystead::inventory::StoreError;

use super::exit::Failure;

/// Standard output for many small pieces.
pub(crate) struct Stream {
    out: BufWriter<StdoutLock<'static>>,
}

/// Why a stream ends early.
pub(crate) enum Stop {
    /// The reader went away, as `| head` does: no failure.
    Reader,
    /// A failure.
    Failure(Failure),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Reader;
        }
        Self::Failure(Failure::io("cannot write to standard output", error))
    }
}

impl Stream {
    /// Takes standard output over while `work` writes to it.
    pub(crate) fn run(work: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Failure> {
        let mut stream = Self { out: BufWriter::new(io::stdout().lock()) };
        let outcome = work(&mut stream).and_then(|()| Ok(stream.out.flush()?));
        match outcome {
            Ok(()) => Ok(()),
            Err(Stop::Reader) => {
                // What is still buffered has no reader; writing it when dropped would fail again.
                let _ = stream.out.into_parts();
                Ok(())
            }
            Err(Stop::Failure(failure)) => Err(failure),
        }
    }

    /// Writes a piece.
    pub(crate) fn write(&mut self, piece: &str) -> Result<(), Stop> {
        Ok(self.out.write_all(piece.as_bytes())?)
    }
}
