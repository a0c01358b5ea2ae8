//! Comparing subjects and names with those of the plan.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use x509_cert::name::Name;

use super::plan::{Leaf, Subject};
use crate::base::name::text;
use crate::base::san::San;
use crate::base::text::Escaped;

/// A subject that is not the planned one.
#[derive(Debug, thiserror::Error)]
pub enum SubjectDifference {
    /// A group where Kubernetes does not look for it.
    #[error(
        "it has the organisational unit OU={value}: Kubernetes takes groups from the organisation (O) and ignores the OU, so this would grant nothing; expected {expected}"
    )]
    GroupInOu {
        /// As found, escaped.
        value: String,
        /// The planned subject.
        expected: String,
    },
    /// Other attributes or values.
    #[error("found {found}, expected {expected}")]
    Other {
        /// As found, escaped.
        found: String,
        /// The planned subject.
        expected: String,
    },
}

/// Subject alternative names that are not the planned ones.
#[derive(Debug, thiserror::Error)]
#[error("{}", describe(.missing, .unexpected))]
pub struct NameDifference {
    /// Planned but not found.
    pub missing: Vec<String>,
    /// Found but not planned.
    pub unexpected: Vec<String>,
}

fn describe(missing: &[String], unexpected: &[String]) -> String {
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("{} missing", missing.join(", ")));
    }
    if !unexpected.is_empty() {
        parts.push(format!("{} not expected", unexpected.join(", ")));
    }
    parts.join("; ")
}

/// Compares a subject with the planned one. The order of its attributes does not matter to Kubernetes,
/// nor does the string type; everything else does.
pub(super) fn compare_subject(found: &Name, expected: &Subject) -> Result<(), SubjectDifference> {
    let mut attributes: Vec<(ObjectIdentifier, Option<&str>)> = Vec::new();
    let mut single_valued = true;
    for rdn in found.iter_rdn() {
        single_valued &= rdn.as_ref().len() == 1;
        attributes.extend(rdn.as_ref().iter().map(|part| (part.oid, text(&part.value))));
    }
    let unit = attributes.iter().find(|(oid, _)| *oid == rfc4519::ORGANIZATIONAL_UNIT_NAME);
    if let Some((_, value)) = unit {
        return Err(SubjectDifference::GroupInOu {
            value: Escaped(value.unwrap_or("(not text)")).to_string(),
            expected: expected.to_string(),
        });
    }
    let mut planned = vec![(rfc4519::COMMON_NAME, Some(expected.common_name.as_str()))];
    planned.extend(expected.group.map(|group| (rfc4519::ORGANIZATION_NAME, Some(group))));
    attributes.sort_unstable();
    planned.sort_unstable();
    if single_valued && attributes == planned {
        return Ok(());
    }
    Err(SubjectDifference::Other {
        found: Escaped(&found.to_string()).to_string(),
        expected: expected.to_string(),
    })
}

/// Compares names with the planned ones, as sets. What is planned beyond kubeadm may be missing.
pub(super) fn compare_sans(found: &[San], leaf: &Leaf) -> Result<(), NameDifference> {
    let shown = |san: &San| Escaped(&san.to_string()).to_string();
    let missing: Vec<String> = leaf
        .sans
        .iter()
        .filter(|san| !found.contains(san) && !leaf.beyond_kubeadm.contains(san))
        .map(shown)
        .collect();
    let unexpected: Vec<String> =
        found.iter().filter(|san| !leaf.sans.contains(san)).map(shown).collect();
    if missing.is_empty() && unexpected.is_empty() {
        return Ok(());
    }
    Err(NameDifference { missing, unexpected })
}
