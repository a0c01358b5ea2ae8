//! The audit record: what is in a row and how rows are chained by SHA-256. Knows no database.

/// Who acts: recorded with every audit row, without a default.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account name, or the numeric id where there is none.
    pub user: String,
    /// The host.
    pub host: String,
    /// The program and its version.
    pub program: String,
}
