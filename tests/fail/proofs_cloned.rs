//! Proofs cannot be copied, or one of each would do for many signatures.

use keystead::inventory::IntentReceipt;
use keystead::lint::Linted;
use keystead::sign::Signed;

fn copy(linted: &Linted, receipt: &IntentReceipt, signed: &Signed) -> (Linted, IntentReceipt, Signed) {
    (linted.clone(), receipt.clone(), signed.clone())
}

fn main() {}
