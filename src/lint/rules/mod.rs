//! The rules, one file each, by source. A new rule is a new file and one line in `ALL`.

use super::registry::{READABLE, SKIP_ALLOWED};
use super::rule::Rule;

mod keystead;
mod kubernetes;
mod rfc5280;

/// Every rule, in the order they run.
pub(super) const ALL: &[&Rule] = &[
    &rfc5280::extension_readable::RULE,
    &rfc5280::version_3::RULE,
    &rfc5280::serial_number::RULE,
    &rfc5280::signature_algorithm::RULE,
    &rfc5280::signature_algorithms_agree::RULE,
    &rfc5280::validity_order::RULE,
    &rfc5280::validity_inside_issuer::RULE,
    &rfc5280::time_form::RULE,
    &rfc5280::basic_constraints_critical::RULE,
    &rfc5280::ca_bit_and_key_cert_sign::RULE,
    &rfc5280::leaf_signs_no_crls::RULE,
    &rfc5280::path_length_on_ca_only::RULE,
    &rfc5280::path_length_below_issuer::RULE,
    &rfc5280::subject_key_id::RULE,
    &rfc5280::authority_key_id::RULE,
    &rfc5280::key_usage_present::RULE,
    &rfc5280::no_duplicate_extension::RULE,
    &rfc5280::known_critical_extensions::RULE,
    &rfc5280::issuer_name::RULE,
    &rfc5280::ca_subject_not_empty::RULE,
    &rfc5280::name_bounds::RULE,
    &rfc5280::attribute_string_type::RULE,
    &rfc5280::san_critical_without_subject::RULE,
    &rfc5280::san_not_empty::RULE,
    &rfc5280::name_constraints_on_ca::RULE,
    &rfc5280::no_unique_ids::RULE,
    &rfc5280::key_encipherment_rsa_only::RULE,
    &kubernetes::group_in_ou::RULE,
    &kubernetes::node_identity::RULE,
    &kubernetes::system_masters::RULE,
    &READABLE,
    &SKIP_ALLOWED,
    &keystead::canonical_der::RULE,
    &keystead::planned_key::RULE,
    &keystead::planned_subject::RULE,
    &keystead::planned_validity::RULE,
    &keystead::planned_names::RULE,
    &keystead::profile_kind::RULE,
    &keystead::leaf_purpose::RULE,
    &keystead::ca_purpose::RULE,
    &keystead::server_names::RULE,
    &keystead::server_cn_among_names::RULE,
    &keystead::request_version::RULE,
    &keystead::request_as_planned::RULE,
    &keystead::request_names_somebody::RULE,
    &keystead::request_canonical_der::RULE,
];
