//! Only the inventory makes an `IntentReceipt`, and nothing else makes the number of an intent.

use keystead::inventory::{IntentId, IntentReceipt};

fn forge(tbs_sha256: [u8; 32]) -> IntentReceipt {
    IntentReceipt { intent: IntentId(1), tbs_sha256 }
}

fn main() {}
