//! What must hold for every input, one function a fuzz target. `tests/hostile` runs the same functions
//! over the committed seeds with the stable compiler.

mod files;
mod names;
mod pipeline;
mod request;
mod seeds;
mod shown;

pub use files::{audit, cluster, profile, uri};
pub use names::names;
pub use pipeline::{inspect, lint};
pub use request::{issuer, request, signed_request, spki};
pub use seeds::seeds;
