//! What must hold for every input, one function a fuzz target. `tests/hostile` runs the same functions
//! over the committed seeds with the stable compiler.

mod crl;
mod files;
mod names;
mod ocsp;
mod pipeline;
mod request;
mod seeds;
mod shown;

pub use crl::crl;
pub use files::{audit, cluster, profile, uri};
pub use names::names;
pub use ocsp::{ocsp_path, ocsp_request, ocsp_response};
pub use pipeline::{inspect, lint};
pub use request::{issuer, request, signed_request, spki};
pub use seeds::seeds;
