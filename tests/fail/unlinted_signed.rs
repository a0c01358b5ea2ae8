//! Bytes that no rule has read cannot be signed.

use keystead::inventory::IntentReceipt;
use keystead::sign::{self, Signer};
use keystead::tbs::Tbs;

fn skip_the_lint(signer: &dyn Signer, tbs: Tbs, receipt: IntentReceipt) {
    let _ = sign::sign(signer, tbs, receipt);
}

fn main() {}
