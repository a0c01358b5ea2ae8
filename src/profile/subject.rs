//! The gate for subjects: each attribute is issued byte for byte or refused by name.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use der::asn1::Any;
use der::{Tag, Tagged as _};

use super::config::{ProfileKind, SubjectTable};
use super::lists::{oids, unknown};
use super::pattern::Pattern;
use super::{PolicyViolation, ProfileError, words};
use crate::base::name::DistinguishedName;
use crate::base::text::{Escaped, Quoted, printable};

/// What subjects a profile allows.
#[derive(Debug)]
pub(super) struct SubjectRules {
    pub allowed: Vec<ObjectIdentifier>,
    pub required: Vec<ObjectIdentifier>,
    pub repeatable: Vec<ObjectIdentifier>,
    pub multi_valued_rdn: bool,
    pub fixed: Vec<(ObjectIdentifier, Vec<String>)>,
    pub prefix: Vec<(ObjectIdentifier, String)>,
    pub pattern: Vec<(ObjectIdentifier, Pattern)>,
    pub max_attributes: Option<usize>,
}

impl SubjectRules {
    /// Reads `[subject]`.
    ///
    /// # Errors
    /// [`ProfileError`] for a word that means nothing, a pattern that is none, and rules that contradict
    /// each other.
    pub(super) fn load(kind: ProfileKind, table: &SubjectTable) -> Result<Self, ProfileError> {
        let types = |key, words: &[String]| {
            oids(key, words, words::attribute_type, words::attribute_type_words)
        };
        let one = |key, word: &String| {
            words::attribute_type(word)
                .ok_or_else(|| unknown(key, word, words::attribute_type_words()))
        };
        let mut rules = Self {
            allowed: types("subject.allowed", &table.allowed)?,
            required: types("subject.required", &table.required)?,
            repeatable: types("subject.repeatable", &table.repeatable)?,
            multi_valued_rdn: table.multi_valued_rdn,
            fixed: Vec::new(),
            prefix: Vec::new(),
            pattern: Vec::new(),
            max_attributes: table.max_attributes,
        };
        for (word, values) in &table.fixed {
            let key = "subject.fixed";
            let oid = one(key, word)?;
            for value in values {
                refuse_group_in_ou(key, oid, value)?;
            }
            if values.is_empty() {
                let expected = "at least one value for each type";
                return Err(ProfileError::Empty { key, expected });
            }
            rules.fixed.push((oid, values.clone()));
        }
        for (word, prefix) in &table.prefix {
            let key = "subject.prefix";
            let oid = one(key, word)?;
            refuse_group_in_ou(key, oid, prefix)?;
            rules.prefix.push((oid, prefix.clone()));
        }
        for (word, text) in &table.pattern {
            let oid = one("subject.pattern", word)?;
            let pattern = Pattern::new(text).map_err(|source| ProfileError::Pattern {
                attribute: word.clone(),
                text: text.clone(),
                source,
            })?;
            rules.pattern.push((oid, pattern));
        }
        rules.refuse_contradictions(kind)?;
        Ok(rules)
    }

    fn refuse_contradictions(&self, kind: ProfileKind) -> Result<(), ProfileError> {
        let fixed: Vec<ObjectIdentifier> = self.fixed.iter().map(|(oid, _)| *oid).collect();
        let prefix: Vec<ObjectIdentifier> = self.prefix.iter().map(|(oid, _)| *oid).collect();
        let pattern: Vec<ObjectIdentifier> = self.pattern.iter().map(|(oid, _)| *oid).collect();
        for (key, listed) in [
            ("subject.required", &self.required),
            ("subject.repeatable", &self.repeatable),
            ("subject.fixed", &fixed),
            ("subject.prefix", &prefix),
            ("subject.pattern", &pattern),
        ] {
            if let Some(stray) = listed.iter().find(|oid| !self.allowed.contains(oid)) {
                let attribute = words::attribute_type_word(*stray);
                return Err(ProfileError::SubjectNotAllowed { key, attribute });
            }
        }
        for (oid, value) in
            self.fixed.iter().flat_map(|(oid, values)| values.iter().map(move |value| (oid, value)))
        {
            let attribute = words::attribute_type_word(*oid);
            let key = if self.wrong_prefix(*oid, value).is_some() {
                "subject.prefix"
            } else if self.wrong_pattern(*oid, value).is_some() {
                "subject.pattern"
            } else {
                continue;
            };
            return Err(ProfileError::FixedContradicts { attribute, value: value.clone(), key });
        }
        let required = self.required.iter().filter(|oid| !fixed.contains(oid)).count();
        let least = required + self.fixed.iter().map(|(_, values)| values.len()).sum::<usize>();
        if let Some(most) = self.max_attributes
            && (most == 0 || most < least)
        {
            return Err(ProfileError::MaxAttributes { most, least });
        }
        if kind != ProfileKind::Leaf && self.required.is_empty() {
            return Err(ProfileError::CaWithoutSubject);
        }
        Ok(())
    }

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
        if let Some(limit) = self.max_attributes
            && seen.len() > limit
        {
            return Err(V::TooManyAttributes { count: seen.len(), limit });
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
                    values(*oid).map(|text| Quoted(text).to_string()).collect();
                return Err(V::SubjectFixed {
                    attribute: words::attribute_type_word(*oid),
                    expected: expected.join(", "),
                    found: if found.is_empty() { "missing".to_owned() } else { found.join(", ") },
                });
            }
        }
        for (oid, text) in seen {
            if let Some(prefix) = self.wrong_prefix(*oid, text) {
                return Err(V::SubjectPrefix {
                    attribute: words::attribute_type_word(*oid),
                    prefix: prefix.to_owned(),
                    found: (*text).to_owned(),
                });
            }
            if let Some(pattern) = self.wrong_pattern(*oid, text) {
                return Err(V::SubjectPattern {
                    attribute: words::attribute_type_word(*oid),
                    pattern: printable(pattern),
                    found: (*text).to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The prefix that `text` lacks, or has nothing behind.
    pub(super) fn wrong_prefix(&self, oid: ObjectIdentifier, text: &str) -> Option<&str> {
        let prefixes = self.prefix.iter().filter(|(known, _)| *known == oid);
        prefixes
            .map(|(_, prefix)| prefix.as_str())
            .find(|prefix| text.strip_prefix(prefix).is_none_or(str::is_empty))
    }

    /// The pattern that `text` does not match.
    pub(super) fn wrong_pattern(&self, oid: ObjectIdentifier, text: &str) -> Option<&str> {
        let patterns = self.pattern.iter().filter(|(known, _)| *known == oid);
        patterns.map(|(_, pattern)| pattern).find(|p| !p.matches(text)).map(Pattern::as_str)
    }
}

fn refuse_group_in_ou(
    key: &'static str,
    oid: ObjectIdentifier,
    value: &str,
) -> Result<(), ProfileError> {
    if oid == rfc4519::ORGANIZATIONAL_UNIT_NAME && is_kubernetes_group(value) {
        return Err(ProfileError::KubernetesGroupInOu { key, value: value.to_owned() });
    }
    Ok(())
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

fn list(oids: &[ObjectIdentifier]) -> String {
    let words: Vec<String> = oids.iter().copied().map(words::attribute_type_word).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
