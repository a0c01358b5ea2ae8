//! The token layer against SoftHSM: each test in a process and a token folder of its own.

mod adapters;
mod keys;
mod login;
mod memory;
mod sandbox;
mod selection;
mod signing;
