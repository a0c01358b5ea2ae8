//! What was linted once is signed once.

use keystead::inventory::IntentReceipt;
use keystead::lint::Linted;
use keystead::sign::{self, Signer};

fn twice(signer: &dyn Signer, linted: Linted, one: IntentReceipt, two: IntentReceipt) {
    let _ = sign::sign(signer, linted, one);
    let _ = sign::sign(signer, linted, two);
}

fn main() {}
