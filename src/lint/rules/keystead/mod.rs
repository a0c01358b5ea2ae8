//! Our own rules: promises that no standard makes for us.

pub(super) mod ca_purpose;
pub(super) mod canonical_der;
pub(super) mod crl_as_planned;
pub(super) mod leaf_purpose;
pub(super) mod ocsp_as_planned;
pub(super) mod planned_extensions;
pub(super) mod planned_key;
pub(super) mod planned_names;
pub(super) mod planned_serial;
pub(super) mod planned_subject;
pub(super) mod planned_validity;
pub(super) mod profile_kind;
pub(super) mod request_as_planned;
pub(super) mod request_canonical_der;
pub(super) mod request_names_somebody;
pub(super) mod request_signature_bits;
pub(super) mod request_version;
pub(super) mod server_cn_among_names;
pub(super) mod server_names;
