//! Questions to the person at the terminal: PINs, never echoed, and answers in words.

use std::io::{self, IsTerminal as _, Write as _};

use keystead::base::secret::Pin;
use keystead::base::text::printable;
use zeroize::Zeroizing;

/// Asks for a PIN on the controlling terminal, which is not standard input or output, so that both can
/// be pipes.
pub(crate) fn pin(question: &str) -> io::Result<Pin> {
    ask(question).map(Pin::new)
}

/// Asks twice for a PIN that will be set.
pub(crate) fn new_pin(question: &str) -> io::Result<Pin> {
    let first = ask(question)?;
    let second = Zeroizing::new(ask(&format!("Again: {question}"))?);
    if first != *second {
        drop(Zeroizing::new(first));
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the two PINs are not the same"));
    }
    Ok(Pin::new(first))
}

/// Asks on standard error and reads a line from standard input, without the space around it. None when
/// one of the two is no terminal: nobody is asked by a program.
pub(crate) fn answer(question: &str) -> io::Result<Option<String>> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Ok(None);
    }
    stderr.write_all(printable(question).as_bytes())?;
    stderr.flush()?;
    let mut line = String::new();
    stdin.read_line(&mut line)?;
    Ok(Some(line.trim().to_owned()))
}

fn ask(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("no PIN can be asked for, there is no usable terminal ({error})"),
        )
    })
}
