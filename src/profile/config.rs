//! A profile file as written: strict TOML, unknown keys refuse. `load` makes a usable profile of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::spki::KeyIdMethod;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ProfileFile {
    /// Of the file format; 1.
    pub version: u32,
    pub name: String,
    pub description: String,
    pub kind: ProfileKind,
    pub validity: ValidityTable,
    pub key: KeyTable,
    pub usage: UsageTable,
    pub ca: Option<CaTable>,
    pub subject: SubjectTable,
    #[serde(default)]
    pub san: SanTable,
    #[serde(default)]
    pub pointers: PointersTable,
    #[serde(default)]
    pub revocation: RevocationTable,
    #[serde(default)]
    pub request: RequestTable,
    #[serde(default)]
    pub lint: LintTable,
    /// `[[example]]`.
    #[serde(default)]
    pub example: Vec<ExampleTable>,
}

/// What a profile's certificates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileKind {
    /// A self-signed CA certificate.
    Root,
    /// A CA certificate under another.
    Intermediate,
    /// Not a CA certificate.
    Leaf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ValidityTable {
    pub default_days: u64,
    pub max_days: u64,
    #[serde(default = "five_minutes")]
    pub backdate_seconds: u64,
    /// End with the issuer instead of refusing.
    #[serde(default)]
    pub clip_to_issuer: bool,
}

fn five_minutes() -> u64 {
    300
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KeyTable {
    pub algorithms: Vec<String>,
    #[serde(default)]
    pub subject_key_id: KeyIdMethod,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct UsageTable {
    pub key_usage: Vec<String>,
    /// For RSA keys beside `key-usage`.
    #[serde(default)]
    pub key_usage_rsa: Vec<String>,
    #[serde(default)]
    pub extended_key_usage: Vec<String>,
    /// id-pkix-ocsp-nocheck, for OCSP responders.
    #[serde(default)]
    pub ocsp_no_check: bool,
    #[serde(default)]
    pub certificate_policies: Vec<String>,
    /// Extensions marked critical beside those that always are.
    #[serde(default)]
    pub critical: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaTable {
    pub path_length: Option<u8>,
    /// `dns:example.com`, `ip:10.0.0.0/8`, `email:example.com`, `uri:.example.com`.
    #[serde(default)]
    pub permitted: Vec<String>,
    #[serde(default)]
    pub excluded: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SubjectTable {
    pub allowed: Vec<String>,
    #[serde(default)]
    pub required: Vec<String>,
    /// Types that may be there more than once.
    #[serde(default)]
    pub repeatable: Vec<String>,
    #[serde(default)]
    pub multi_valued_rdn: bool,
    /// Type → exactly these values, in this order.
    #[serde(default)]
    pub fixed: BTreeMap<String, Vec<String>>,
    /// Type → how each value begins.
    #[serde(default)]
    pub prefix: BTreeMap<String, String>,
    /// Type → what the whole value must match.
    #[serde(default)]
    pub pattern: BTreeMap<String, String>,
    /// How many attributes a subject may have.
    pub max_attributes: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SanTable {
    #[serde(default)]
    pub allowed: Vec<SanKind>,
    /// At least one name.
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub allow_wildcard: bool,
    #[serde(default)]
    pub allow_underscore: bool,
    /// How many names a certificate may have.
    pub max_names: Option<usize>,
    #[serde(default)]
    pub dns_suffixes: Vec<String>,
    /// Denied under every kind of name.
    #[serde(default)]
    pub deny_dns_suffixes: Vec<String>,
    #[serde(default)]
    pub ip_ranges: Vec<String>,
    #[serde(default)]
    pub deny_ip_ranges: Vec<String>,
    #[serde(default)]
    pub uri_schemes: Vec<String>,
    #[serde(default)]
    pub uri_hosts: Vec<String>,
    #[serde(default)]
    pub email_domains: Vec<String>,
}

/// A kind of subject alternative name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SanKind {
    Dns,
    Email,
    Ip,
    Uri,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PointersTable {
    #[serde(default)]
    pub crl: Vec<String>,
    #[serde(default)]
    pub ocsp: Vec<String>,
    #[serde(default)]
    pub ca_issuers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct RevocationTable {
    /// Certificates say where the issuer's settings have its CRL, OCSP responder and certificate.
    pub pointers: bool,
    /// A certificate may be put on hold and released.
    pub hold: bool,
}

impl Default for RevocationTable {
    fn default() -> Self {
        Self { pointers: true, hold: false }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RequestTable {
    /// May be in a request when what it asks for is what the profile issues.
    #[serde(default)]
    pub allow_extensions: Vec<String>,
    /// May be in a request; has no effect.
    #[serde(default)]
    pub allow_attributes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LintTable {
    #[serde(default)]
    pub skip: Vec<SkipTable>,
}

/// A rule that is not applied, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SkipTable {
    pub rule: String,
    pub reason: String,
}

/// A request of the site's own tests of its profile.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ExampleTable {
    /// RFC 4514 text; left out for an empty subject.
    pub subject: Option<String>,
    #[serde(default)]
    pub sans: Vec<String>,
    /// `accepted` or the code of the refusal.
    pub expect: String,
}
