//! The gate for subjects: each attribute is issued byte for byte or refused by name.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use der::asn1::Any;
use der::{Tag, Tagged as _};

use super::PolicyViolation;
use super::words;
use crate::base::name::DistinguishedName;
use crate::base::text::{Escaped, is_confusing};

/// What subjects a profile allows.
#[derive(Debug)]
pub(super) struct SubjectRules {
    pub allowed: Vec<ObjectIdentifier>,
    pub required: Vec<ObjectIdentifier>,
    pub repeatable: Vec<ObjectIdentifier>,
    pub multi_valued_rdn: bool,
    pub fixed: Vec<(ObjectIdentifier, Vec<String>)>,
    pub prefix: Vec<(ObjectIdentifier, String)>,
}

impl SubjectRules {
    /// Checks every attribute of `subject`.
    ///
    /// # Errors
    /// [`PolicyViolation`] names the first attribute that is not allowed as it is.
    pub(super) fn check(&self, subject: &DistinguishedName) -> Result<(), PolicyViolation> {
        use PolicyViolation as V;
        let mut seen: Vec<(ObjectIdentifier, &str)> = Vec::new();
        for (index, rdn) in subject.as_name().iter_rdn().enumerate() {
            for attribute in rdn.as_ref().iter() {
                let word = || words::attribute_type_word(attribute.oid);
                let text = text_of(&attribute.value).ok_or_else(|| V::SubjectStringType {
                    attribute: word(),
                    found: attribute.value.tag(),
                })?;
                // Before the list of allowed types, so that the refusal says where groups belong.
                if attribute.oid == rfc4519::ORGANIZATIONAL_UNIT_NAME && is_kubernetes_group(text) {
                    return Err(V::KubernetesGroupInOu { value: Escaped(text).to_string() });
                }
                if !self.allowed.contains(&attribute.oid) {
                    let allowed = list(&self.allowed);
                    return Err(V::SubjectAttribute { attribute: word(), allowed });
                }
                if !is_clear(text) {
                    let value = Escaped(text).to_string();
                    return Err(V::SubjectText { attribute: word(), value });
                }
                let again = seen.iter().any(|(earlier, _)| *earlier == attribute.oid);
                if again && !self.repeatable.contains(&attribute.oid) {
                    return Err(V::SubjectRepeats { attribute: word() });
                }
                seen.push((attribute.oid, text));
            }
            if rdn.as_ref().len() > 1 && !self.multi_valued_rdn {
                return Err(V::SubjectMultiValued { position: index + 1 });
            }
        }
        self.check_values(&seen)
    }

    fn check_values(&self, seen: &[(ObjectIdentifier, &str)]) -> Result<(), PolicyViolation> {
        use PolicyViolation as V;
        let values = |oid: ObjectIdentifier| {
            seen.iter().filter(move |(found, _)| *found == oid).map(|(_, text)| *text)
        };
        for oid in &self.required {
            if values(*oid).next().is_none() {
                return Err(V::SubjectLacks { attribute: words::attribute_type_word(*oid) });
            }
        }
        for (oid, expected) in &self.fixed {
            if !values(*oid).eq(expected.iter().map(String::as_str)) {
                let found: Vec<String> =
                    values(*oid).map(|text| format!("\"{}\"", Escaped(text))).collect();
                return Err(V::SubjectFixed {
                    attribute: words::attribute_type_word(*oid),
                    expected: expected.join(", "),
                    found: if found.is_empty() { "missing".to_owned() } else { found.join(", ") },
                });
            }
        }
        for (oid, prefix) in &self.prefix {
            let wrong = values(*oid)
                .find(|text| text.strip_prefix(prefix.as_str()).is_none_or(str::is_empty));
            if let Some(text) = wrong {
                return Err(V::SubjectPrefix {
                    attribute: words::attribute_type_word(*oid),
                    prefix: prefix.clone(),
                    found: Escaped(text).to_string(),
                });
            }
        }
        Ok(())
    }
}

/// Whether `text` is a group that Kubernetes or kubeadm gives rights to.
pub(crate) fn is_kubernetes_group(text: &str) -> bool {
    let text = text.trim_start();
    let begins = |prefix: &str| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    begins("system:") || begins("kubeadm:")
}

/// The text of a UTF8String, PrintableString or IA5String.
pub(crate) fn text_of(value: &Any) -> Option<&str> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            std::str::from_utf8(value.value()).ok()
        }
        _ => None,
    }
}

fn is_clear(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(is_confusing)
}

fn list(oids: &[ObjectIdentifier]) -> String {
    let words: Vec<String> = oids.iter().copied().map(words::attribute_type_word).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
