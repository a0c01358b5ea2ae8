//! What a run did, file by file.

use serde::Serialize;

/// What came of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The output folder.
    pub folder: String,
    /// Every planned thing, in the order of the plan.
    pub rows: Vec<Row>,
    /// Where the tree that was there before is now, below the output folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// What the operator has to know or do beside.
    pub notes: Vec<String>,
}

/// One thing of the plan.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Where, below the output folder.
    pub file: String,
    /// Its further places, with the same bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<String>,
    /// The subject, RFC 4514; none for a bare key pair.
    pub subject: Option<String>,
    /// Subject alternative names, `kind:value`.
    pub sans: Vec<String>,
    /// Name of the issuer in the CA home; none for a bare key pair.
    pub issuer: Option<&'static str>,
    /// The last second of its validity, RFC 3339.
    pub not_after: Option<String>,
    /// What was done.
    pub status: Status,
}

/// What was done about a thing of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// There was no request for it, so it is not made.
    NotRequested,
    /// It was there already, as planned, in all its places.
    Unchanged,
    /// It was made, or copied to places that lacked it.
    Written,
}

impl Report {
    /// How many things of the plan have `status`.
    pub fn count(&self, status: Status) -> usize {
        self.rows.iter().filter(|row| row.status == status).count()
    }
}
