//! One record allows one signature.

use keystead::inventory::IntentReceipt;
use keystead::lint::Linted;
use keystead::sign::{self, Signer};

fn twice(signer: &dyn Signer, one: Linted, two: Linted, receipt: IntentReceipt) {
    let _ = sign::sign(signer, one, receipt);
    let _ = sign::sign(signer, two, receipt);
}

fn main() {}
