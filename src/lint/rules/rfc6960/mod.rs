//! Rules of RFC 6960, the Online Certificate Status Protocol.

pub(super) mod answers_distinct;
pub(super) mod basic_response;
pub(super) mod canonical_der;
pub(super) mod cert_id_hash;
pub(super) mod cert_id_issuer;
pub(super) mod certificates_readable;
pub(super) mod delegate_no_check;
pub(super) mod delegated_responder;
pub(super) mod next_update;
pub(super) mod no_critical_extensions;
pub(super) mod nonce_length;
pub(super) mod responder_id;
pub(super) mod response_status;
pub(super) mod revocation_reason;
pub(super) mod signature_algorithm;
pub(super) mod signature_bits;
pub(super) mod time_form;
pub(super) mod time_order;
pub(super) mod version_default;
