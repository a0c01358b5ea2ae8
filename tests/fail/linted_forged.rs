//! Only the rules make a `Linted`.

use keystead::lint::Linted;
use keystead::tbs::Tbs;

fn forge(tbs: Tbs) -> Linted {
    Linted { tbs, warnings: Vec::new() }
}

fn main() {}
