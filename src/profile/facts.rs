//! A profile as facts, for reports: what it issues, what it lets a request ask for, and what it limits.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use serde::Serialize;

use super::config::ProfileKind;
use super::sans::word_of;
use super::{Profile, SkippedLint, words};
use crate::base::spki::KeyIdMethod;
use crate::base::validity::DAY;

/// Everything that a profile says, in the words of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What its certificates are.
    pub kind: ProfileKind,
    /// SHA-256 over the file, hexadecimal.
    pub sha256: String,
    /// The kinds of key it allows.
    pub key_algorithms: Vec<&'static str>,
    /// How it derives subject key identifiers.
    pub subject_key_id: KeyIdMethod,
    /// Lifetime in days when nothing else is asked for.
    pub default_days: u64,
    /// The longest lifetime in days.
    pub max_days: u64,
    /// How many seconds before the present a certificate begins.
    pub backdate_seconds: u64,
    /// Whether it ends with its issuer instead of being refused.
    pub clip_to_issuer: bool,
    /// The subject.
    pub subject: SubjectFacts,
    /// The subject alternative names.
    pub names: NameFacts,
    /// The extensions it issues, in their order.
    pub extensions: Vec<ExtensionFact>,
    /// How many CAs may follow below, for a CA profile with such a limit.
    pub path_length: Option<u8>,
    /// Name constraints that its CA certificates carry: permitted subtrees.
    pub permitted: Vec<String>,
    /// Name constraints that its CA certificates carry: excluded subtrees.
    pub excluded: Vec<String>,
    /// Extensions that may be in a request, if they ask for no more than is issued.
    pub request_extensions: Vec<String>,
    /// Attributes that may be in a request and have no effect.
    pub request_attributes: Vec<String>,
    /// Whether the places that the issuer's settings name go into its certificates.
    pub issuer_pointers: bool,
    /// Whether its certificates may be put on hold and released.
    pub hold: bool,
    /// Lint rules that are skipped.
    pub skipped_lints: Vec<SkippedLint>,
    /// How many examples the file has.
    pub examples: usize,
}

/// What subjects a profile allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectFacts {
    /// Attribute types.
    pub allowed: Vec<String>,
    /// Of them, those that must be there.
    pub required: Vec<String>,
    /// Of them, those that may be there more than once.
    pub repeatable: Vec<String>,
    /// Whether several attributes may share an RDN.
    pub multi_valued_rdn: bool,
    /// Types with exactly these values.
    pub fixed: Vec<(String, Vec<String>)>,
    /// Types with how each value begins.
    pub prefix: Vec<(String, String)>,
    /// Types with what each whole value must match.
    pub pattern: Vec<(String, String)>,
    /// How many attributes at most.
    pub max_attributes: Option<usize>,
    /// Of the allowed types, those whose values nothing limits but the syntax.
    pub open: Vec<String>,
}

/// What subject alternative names a profile allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameFacts {
    /// Kinds.
    pub allowed: Vec<&'static str>,
    /// Whether at least one is needed.
    pub required: bool,
    /// Whether `*.` is allowed as the first label.
    pub allow_wildcard: bool,
    /// Whether `_` is allowed in host names.
    pub allow_underscore: bool,
    /// How many at most.
    pub max_names: usize,
    /// Domains of host names.
    pub dns_suffixes: Vec<String>,
    /// Domains that are denied under every kind.
    pub deny_dns_suffixes: Vec<String>,
    /// Networks of addresses.
    pub ip_ranges: Vec<String>,
    /// Networks that are denied under every kind.
    pub deny_ip_ranges: Vec<String>,
    /// Schemes of URIs.
    pub uri_schemes: Vec<String>,
    /// Domains of the hosts of URIs.
    pub uri_hosts: Vec<String>,
    /// Domains of mailboxes.
    pub email_domains: Vec<String>,
    /// Of the allowed kinds, those where any name is issued that is well formed and not denied.
    pub open: Vec<&'static str>,
}

/// An extension that every certificate of a profile has, or may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExtensionFact {
    /// By name.
    pub name: String,
    /// Whether it is marked critical.
    pub critical: bool,
    /// What it says.
    pub value: String,
}

impl Profile {
    /// Everything that it says.
    pub fn facts(&self) -> Facts {
        let rules = &self.rules;
        Facts {
            name: self.name.clone(),
            description: rules.description.clone(),
            kind: rules.kind,
            sha256: hex::encode(self.sha256),
            key_algorithms: rules.algorithms.iter().map(|algorithm| algorithm.name()).collect(),
            subject_key_id: rules.key_id,
            default_days: rules.default_lifetime / DAY,
            max_days: rules.max_lifetime / DAY,
            backdate_seconds: rules.backdate,
            clip_to_issuer: rules.clip_to_issuer,
            subject: self.subject_facts(),
            names: self.name_facts(),
            extensions: self.extension_facts(),
            path_length: rules.ca.path_length,
            permitted: rules.ca.permitted.clone(),
            excluded: rules.ca.excluded.clone(),
            request_extensions: all(&rules.allow_extensions, words::extension_word),
            request_attributes: all(&rules.allow_attributes, words::request_attribute_word),
            issuer_pointers: rules.pointers.follows_issuer,
            hold: rules.pointers.hold,
            skipped_lints: rules.skipped_lints.clone(),
            examples: rules.examples.len(),
        }
    }

    fn subject_facts(&self) -> SubjectFacts {
        let rules = &self.rules.subject;
        let word = words::attribute_type_word;
        let is_open = |oid: &ObjectIdentifier| {
            !rules.fixed.iter().any(|(known, _)| known == oid)
                && !rules.prefix.iter().any(|(known, _)| known == oid)
                && !rules.pattern.iter().any(|(known, _)| known == oid)
        };
        let open: Vec<ObjectIdentifier> = rules.allowed.iter().copied().filter(is_open).collect();
        SubjectFacts {
            allowed: all(&rules.allowed, word),
            required: all(&rules.required, word),
            repeatable: all(&rules.repeatable, word),
            multi_valued_rdn: rules.multi_valued_rdn,
            fixed: rules.fixed.iter().map(|(oid, values)| (word(*oid), values.clone())).collect(),
            prefix: rules.prefix.iter().map(|(oid, text)| (word(*oid), text.clone())).collect(),
            pattern: rules
                .pattern
                .iter()
                .map(|(oid, pattern)| (word(*oid), pattern.as_str().to_owned()))
                .collect(),
            max_attributes: rules.max_attributes,
            open: all(&open, word),
        }
    }

    fn name_facts(&self) -> NameFacts {
        let rules = &self.rules.sans;
        let limits = &rules.limits;
        let open = rules.allowed.iter().copied().filter(|kind| limits.leaves_open(*kind));
        NameFacts {
            allowed: rules.allowed.iter().copied().map(word_of).collect(),
            required: rules.required,
            allow_wildcard: rules.allow_wildcard,
            allow_underscore: rules.allow_underscore,
            max_names: rules.max_names,
            dns_suffixes: texts(&limits.dns_suffixes),
            deny_dns_suffixes: texts(&limits.deny_dns_suffixes),
            ip_ranges: texts(&limits.ip_ranges),
            deny_ip_ranges: texts(&limits.deny_ip_ranges),
            uri_schemes: limits.uri_schemes.clone(),
            uri_hosts: texts(&limits.uri_hosts),
            email_domains: texts(&limits.email_domains),
            open: open.map(word_of).collect(),
        }
    }

    /// In the order in which `Extensions::assemble` puts them.
    fn extension_facts(&self) -> Vec<ExtensionFact> {
        let rules = &self.rules;
        let is_ca = rules.kind != ProfileKind::Leaf;
        let mut facts = Vec::new();
        let mut push = |name: &str, critical: bool, value: String| {
            facts.push(ExtensionFact { name: name.to_owned(), critical, value });
        };
        let length = rules.ca.path_length.map(|length| format!(", path length {length}"));
        push(
            "basicConstraints",
            true,
            if is_ca {
                format!("CA:TRUE{}", length.unwrap_or_default())
            } else {
                "CA:FALSE".into()
            },
        );
        let (everyone, rsa) = rules.extensions.usages;
        let usage = words::key_usage_text(everyone);
        push(
            "keyUsage",
            true,
            if everyone == rsa || !rules.algorithms.iter().any(|algorithm| algorithm.is_rsa()) {
                usage
            } else {
                format!("{usage}; for RSA keys {}", words::key_usage_text(rsa))
            },
        );
        if !rules.extensions.extended.is_empty() {
            let value = words::extended_key_usage_text(&rules.extensions.extended);
            let critical = rules.extensions.is_critical(rfc5280::ID_CE_EXT_KEY_USAGE);
            push("extendedKeyUsage", critical, value);
        }
        push("subjectKeyIdentifier", false, "of the requested key".into());
        if rules.kind != ProfileKind::Root {
            push("authorityKeyIdentifier", false, "the issuer's subject key identifier".into());
        }
        if !rules.sans.allowed.is_empty() {
            let always = rules.extensions.sans_critical(false);
            let otherwise = if always { "" } else { "; critical when the subject is empty" };
            let value = format!("the names{otherwise}");
            push("subjectAltName", always, value);
        }
        let ca = &rules.ca;
        if !ca.permitted.is_empty() || !ca.excluded.is_empty() {
            let part = |word: &str, list: &[String]| match list {
                [] => None,
                list => Some(format!("{word} {}", list.join(", "))),
            };
            let parts = [part("permitted", &ca.permitted), part("excluded", &ca.excluded)];
            push(
                "nameConstraints",
                true,
                parts.into_iter().flatten().collect::<Vec<_>>().join("; "),
            );
        }
        if rules.extensions.no_check {
            push("ocspNoCheck", false, "its own revocation is not checked".into());
        }
        let own = &rules.pointers.own;
        let or_issuers = |own: &[String], issuers: &str| match own {
            [] if rules.pointers.follows_issuer => vec![issuers.to_owned()],
            own => own.to_vec(),
        };
        for (oid, value) in [
            (
                rfc5280::ID_CE_CERTIFICATE_POLICIES,
                all(&rules.extensions.policies, |p| p.to_string()),
            ),
            (
                rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS,
                or_issuers(&own.crl, "where the issuer's settings have its CRL"),
            ),
            (
                rfc5280::ID_CE_FRESHEST_CRL,
                match own.crl.as_slice() {
                    [] => or_issuers(&[], "where the issuer's settings have its delta CRL"),
                    _ => Vec::new(),
                },
            ),
            (
                rfc5280::ID_PE_AUTHORITY_INFO_ACCESS,
                [
                    all(&or_issuers(&own.ocsp, "where the issuer's settings have it"), |uri| {
                        format!("OCSP {uri}")
                    }),
                    all(
                        &or_issuers(&own.ca_issuers, "where the issuer's settings have it"),
                        |uri| format!("CA issuers {uri}"),
                    ),
                ]
                .concat(),
            ),
        ] {
            if !value.is_empty() {
                let critical = rules.extensions.is_critical(oid);
                push(&words::extension_word(oid), critical, value.join(", "));
            }
        }
        facts
    }
}

fn all<T: Clone>(items: &[T], word: impl Fn(T) -> String) -> Vec<String> {
    items.iter().cloned().map(word).collect()
}

fn texts<T: std::fmt::Display>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With something under every key that a leaf profile may have.
    const LEAF: &str = r#"
version = 1
name = "site"
description = "Of the tests"
kind = "leaf"
[validity]
default-days = 30
max-days = 90
[key]
algorithms = ["ec-p256", "rsa-2048"]
[usage]
key-usage = ["digitalSignature", "nonRepudiation"]
key-usage-rsa = ["digitalSignature", "keyEncipherment"]
extended-key-usage = ["serverAuth", "1.2.3.4"]
certificate-policies = ["1.2.3.5"]
critical = ["certificatePolicies"]
[subject]
allowed = ["CN", "O", "OU", "C", "L"]
required = ["CN"]
repeatable = ["OU"]
fixed = { O = ["Example"] }
prefix = { OU = "unit-" }
pattern = { C = '[A-Z]{2}' }
[san]
allowed = ["dns", "ip", "email", "uri"]
dns-suffixes = ["example.com"]
deny-dns-suffixes = ["secret.example.com"]
ip-ranges = ["10.0.0.0/8"]
deny-ip-ranges = ["10.9.0.0/16"]
[request]
allow-extensions = ["keyUsage", "1.2.3.6"]
allow-attributes = ["challengePassword"]
[pointers]
ocsp = ["http://ocsp.example.com"]
"#;

    /// A root, as far as it may go without any of these.
    const ROOT: &str = r#"
version = 1
name = "root"
description = "Of the tests"
kind = "root"
[validity]
default-days = 3650
max-days = 7300
[key]
algorithms = ["ec-p384"]
[usage]
key-usage = ["keyCertSign", "cRLSign"]
[ca]
path-length = 1
excluded = ["dns:example.org", "ip:10.0.0.0/8"]
[subject]
allowed = ["CN"]
required = ["CN"]
"#;

    fn facts(text: &str) -> Facts {
        Profile::from_toml(text).unwrap().facts()
    }

    fn extensions(facts: &Facts) -> Vec<(&str, bool, &str)> {
        facts
            .extensions
            .iter()
            .map(|it| (it.name.as_str(), it.critical, it.value.as_str()))
            .collect()
    }

    #[test]
    fn a_leaf_profile_is_told_in_the_words_of_its_file() {
        let facts = facts(LEAF);
        assert_eq!((facts.default_days, facts.max_days), (30, 90));
        assert_eq!(facts.request_extensions, ["keyUsage", "1.2.3.6"]);
        assert_eq!(facts.request_attributes, ["challengePassword"]);
        let subject = &facts.subject;
        assert_eq!(subject.allowed, ["CN", "O", "OU", "C", "L"]);
        assert_eq!(
            (&subject.required[..], &subject.repeatable[..]),
            (&["CN".to_owned()][..], &["OU".to_owned()][..])
        );
        assert_eq!(subject.pattern, [("C".to_owned(), "[A-Z]{2}".to_owned())]);
        assert_eq!(facts.names.dns_suffixes, ["example.com"]);
        assert_eq!(facts.names.deny_dns_suffixes, ["secret.example.com"]);
        assert_eq!(facts.names.ip_ranges, ["10.0.0.0/8"]);
        assert_eq!(facts.names.deny_ip_ranges, ["10.9.0.0/16"]);
    }

    #[test]
    fn what_only_the_syntax_limits_is_open() {
        let facts = facts(LEAF);
        assert_eq!(facts.subject.open, ["CN", "L"]);
        assert_eq!(facts.names.open, ["email", "uri"]);
        let other = LEAF
            .replace("dns-suffixes = [\"example.com\"]\ndeny", "deny")
            .replace("\nip-ranges = [\"10.0.0.0/8\"]", "\nemail-domains = [\"example.com\"]")
            .replace("[request]", "uri-hosts = [\"example.com\"]\n[request]");
        assert_eq!(self::facts(&other).names.open, ["dns", "ip"]);
    }

    #[test]
    fn the_extensions_of_a_leaf_are_told_in_their_order() {
        assert_eq!(
            extensions(&facts(LEAF)),
            [
                ("basicConstraints", true, "CA:FALSE"),
                (
                    "keyUsage",
                    true,
                    "digitalSignature, nonRepudiation; for RSA keys digitalSignature, \
                     nonRepudiation, keyEncipherment"
                ),
                ("extendedKeyUsage", false, "serverAuth, 1.2.3.4"),
                ("subjectKeyIdentifier", false, "of the requested key"),
                ("authorityKeyIdentifier", false, "the issuer's subject key identifier"),
                ("subjectAltName", false, "the names; critical when the subject is empty"),
                ("certificatePolicies", true, "1.2.3.5"),
                ("cRLDistributionPoints", false, "where the issuer's settings have its CRL"),
                ("2.5.29.46", false, "where the issuer's settings have its delta CRL"),
                (
                    "authorityInfoAccess",
                    false,
                    "OCSP http://ocsp.example.com, CA issuers where the issuer's settings have it"
                ),
            ]
        );
    }

    #[test]
    fn key_usage_is_told_apart_only_where_rsa_keys_have_another() {
        let usage = |text: &str| facts(text).extensions[1].value.clone();
        let same = LEAF.replace(", \"keyEncipherment\"]", "]");
        assert_eq!(usage(&same), "digitalSignature, nonRepudiation");
        let no_rsa = LEAF.replace(", \"rsa-2048\"]", "]");
        assert_eq!(usage(&no_rsa), "digitalSignature, nonRepudiation");
    }

    #[test]
    fn the_extensions_of_a_root_are_told_in_their_order() {
        let own = [
            ("basicConstraints", true, "CA:TRUE, path length 1"),
            ("keyUsage", true, "keyCertSign, cRLSign"),
            ("subjectKeyIdentifier", false, "of the requested key"),
        ];
        let excluded = ("nameConstraints", true, "excluded dns:example.org, ip:10.0.0.0/8");
        assert_eq!(extensions(&facts(ROOT)), [&own[..], &[excluded]].concat());
        let both = ROOT.replace("excluded", "permitted = [\"dns:example.com\"]\nexcluded");
        let both = facts(&both);
        assert_eq!(
            both.extensions[3].value,
            "permitted dns:example.com; excluded dns:example.org, ip:10.0.0.0/8"
        );
        let none = ROOT.replace("excluded = [\"dns:example.org\", \"ip:10.0.0.0/8\"]", "");
        assert_eq!(extensions(&facts(&none)), own);
    }
}
