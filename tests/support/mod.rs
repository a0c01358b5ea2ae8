//! What several test programs share.

pub(crate) mod csr;
pub(crate) mod encode;
