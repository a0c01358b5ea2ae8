//! Only the encoder makes a `Tbs`: arbitrary bytes cannot enter the pipeline.

use keystead::profile::Plan;
use keystead::tbs::Tbs;

fn forge(plan: Plan) -> Tbs {
    Tbs { der: [0_u8; 4].into(), serial: None, plan }
}

fn main() {}
