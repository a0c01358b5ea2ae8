//! Questions to the person at the terminal: PINs, never echoed.

use std::io;

use keystead::base::secret::Pin;
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

fn ask(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("no PIN can be asked for, there is no usable terminal ({error})"),
        )
    })
}
