//! Only the check of a signature makes an `Issued`.

use keystead::sign::Signed;
use keystead::verify::Issued;

fn forge(signed: Signed) -> Issued {
    Issued { signed, der: [0_u8; 4].into(), sha256: [0; 32] }
}

fn main() {}
