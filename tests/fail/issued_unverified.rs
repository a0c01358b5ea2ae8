//! What the token signed is not issued before it is verified.

use keystead::inventory::{Completed, IntentId};
use keystead::sign::Signed;

fn result_of(signed: &Signed) -> &dyn Completed {
    signed
}

fn main() {
    let _: fn(&dyn Completed) -> IntentId = |completed| completed.intent();
}
