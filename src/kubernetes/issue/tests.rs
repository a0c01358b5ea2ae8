//! Trees that are made, completed, renewed and refused.
