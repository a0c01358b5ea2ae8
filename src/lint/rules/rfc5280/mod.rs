//! Rules of RFC 5280 and the algorithm RFCs beside it.

pub(super) mod attribute_string_type;
pub(super) mod authority_key_id;
pub(super) mod basic_constraints_critical;
pub(super) mod ca_bit_and_key_cert_sign;
pub(super) mod ca_subject_not_empty;
pub(super) mod issuer_name;
pub(super) mod key_encipherment_rsa_only;
pub(super) mod key_usage_present;
pub(super) mod known_critical_extensions;
pub(super) mod leaf_signs_no_crls;
pub(super) mod name_bounds;
pub(super) mod name_constraints_on_ca;
pub(super) mod no_duplicate_extension;
pub(super) mod no_unique_ids;
pub(super) mod path_length_below_issuer;
pub(super) mod path_length_on_ca_only;
pub(super) mod san_critical_without_subject;
pub(super) mod san_not_empty;
pub(super) mod serial_number;
pub(super) mod signature_algorithm;
pub(super) mod subject_key_id;
pub(super) mod time_form;
pub(super) mod validity_inside_issuer;
pub(super) mod validity_order;
pub(super) mod version_3;
