//! What is not on record cannot be signed.

use keystead::lint::Linted;
use keystead::sign::{self, Signer};

fn skip_the_record(signer: &dyn Signer, linted: Linted) {
    let _ = sign::sign(signer, linted);
}

fn main() {}
