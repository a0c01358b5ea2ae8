//! Unit tests of revoking.
