//! The calendar of a store.
