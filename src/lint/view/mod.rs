//! Bytes as rules read them: parsed once per check, without copies. Whatever a rule can judge is kept as
//! it was found; only bytes that have not even the outline of what they should be give no view.

mod certificate;
mod crl;
pub(super) mod extensions;
mod issuer;
mod key;
pub(super) mod names;
mod ocsp;
mod parts;
mod request;

pub(super) use certificate::CertificateView;
pub(super) use crl::{CrlEntry, CrlView};
pub(super) use extensions::algorithm;
pub(super) use issuer::IssuerFacts;
pub(super) use key::KeyView;
pub(super) use ocsp::{OcspView, StatusView};
pub(super) use parts::{
    AttributeView, ExtensionView, FinishedView, TimeView, UnreadableExtension, algorithm_oid,
    bit_string, context, explicit, repeated,
};
pub(super) use request::RequestView;
