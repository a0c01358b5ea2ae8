//! From a profile file to a usable profile: whatever could issue something dangerous does not load.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc4519, rfc5280};
use der::asn1::{Ia5String, OctetString};
use der::flagset::FlagSet;
use ipnet::IpNet;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{KeyUsages, NameConstraints};

use super::config::{ProfileFile, ProfileKind, SubjectTable, UsageTable};
use super::extensions::Extensions;
use super::sans::SanRules;
use super::subject::{SubjectRules, is_kubernetes_group};
use super::{ProfileError, SkippedLint, words};
use crate::base::algorithm::KeyAlgorithm;
use crate::base::spki::KeyIdMethod;
use crate::base::validity::DAY;

/// A century: what lives longer is not limited.
const MAX_DAYS: u64 = 36_525;

/// A day: what is backdated further hides when it was made.
const MAX_BACKDATE: u64 = DAY;

/// The validated content of a profile.
#[derive(Debug)]
pub(super) struct Rules {
    pub kind: ProfileKind,
    pub description: String,
    pub default_lifetime: u64,
    pub max_lifetime: u64,
    pub backdate: u64,
    pub clip_to_issuer: bool,
    pub algorithms: Vec<KeyAlgorithm>,
    pub key_id: KeyIdMethod,
    pub path_length: Option<u8>,
    pub subject: SubjectRules,
    pub sans: SanRules,
    pub extensions: Extensions,
    pub allow_extensions: Vec<ObjectIdentifier>,
    pub allow_attributes: Vec<ObjectIdentifier>,
    pub skipped_lints: Vec<SkippedLint>,
}

/// Reads and validates a profile file: its name and content.
///
/// # Errors
/// [`ProfileError`] says which key and why.
pub(super) fn load(text: &str) -> Result<(String, Rules), ProfileError> {
    let file: ProfileFile = toml::from_str(text).map_err(ProfileError::Syntax)?;
    if file.version != 1 {
        return Err(ProfileError::Version { found: file.version });
    }
    check_name(&file.name)?;
    check_validity(&file)?;
    let algorithms = algorithms(&file.key.algorithms)?;
    let usage = usage(file.kind, &file.usage, &algorithms)?;
    check_kind(&file)?;
    let ca = file.ca.as_ref();
    let constraints =
        ca.map_or(Ok(None), |table| name_constraints(&table.permitted, &table.excluded))?;
    let path_length = ca.and_then(|table| table.path_length);
    let extensions =
        Extensions::prepare(file.kind, path_length, &usage, constraints, &file.pointers)?;
    if file.san.required && file.san.allowed.is_empty() {
        return Err(ProfileError::SanRequiredButNoneAllowed);
    }
    let rules = Rules {
        kind: file.kind,
        description: file.description,
        default_lifetime: file.validity.default_days * DAY,
        max_lifetime: file.validity.max_days * DAY,
        backdate: file.validity.backdate_seconds,
        clip_to_issuer: file.validity.clip_to_issuer,
        algorithms,
        key_id: file.key.subject_key_id,
        path_length,
        subject: subject(file.kind, &file.subject)?,
        sans: SanRules {
            allowed: file.san.allowed,
            required: file.san.required,
            allow_wildcard: file.san.allow_wildcard,
            allow_underscore: file.san.allow_underscore,
        },
        extensions,
        allow_extensions: oids(
            "request.allow-extensions",
            &file.request.allow_extensions,
            words::extension,
            words::extension_words,
        )?,
        allow_attributes: oids(
            "request.allow-attributes",
            &file.request.allow_attributes,
            words::request_attribute,
            words::request_attribute_words,
        )?,
        skipped_lints: Vec::new(),
    };
    Ok((file.name, rules))
}

fn check_name(name: &str) -> Result<(), ProfileError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.starts_with('-') || !name.bytes().all(plain) {
        return Err(ProfileError::Name { found: name.to_owned() });
    }
    Ok(())
}

fn check_validity(file: &ProfileFile) -> Result<(), ProfileError> {
    let (default, max) = (file.validity.default_days, file.validity.max_days);
    if default == 0 || default > max || max > MAX_DAYS {
        return Err(ProfileError::Lifetime { default, max, limit: MAX_DAYS });
    }
    let found = file.validity.backdate_seconds;
    if found > MAX_BACKDATE {
        return Err(ProfileError::Backdate { found, limit: MAX_BACKDATE });
    }
    Ok(())
}

/// What does not go together with the kind of the profile.
fn check_kind(file: &ProfileFile) -> Result<(), ProfileError> {
    let has_pointers = !file.pointers.crl.is_empty()
        || !file.pointers.ocsp.is_empty()
        || !file.pointers.ca_issuers.is_empty();
    match file.kind {
        ProfileKind::Leaf if file.ca.is_some() => Err(ProfileError::LeafWithCaTable),
        ProfileKind::Root if file.validity.clip_to_issuer => Err(ProfileError::RootClips),
        ProfileKind::Root if has_pointers => Err(ProfileError::RootPointers),
        ProfileKind::Root | ProfileKind::Intermediate if !file.san.allowed.is_empty() => {
            Err(ProfileError::CaSans)
        }
        _ => Ok(()),
    }
}

fn algorithms(words: &[String]) -> Result<Vec<KeyAlgorithm>, ProfileError> {
    let key = "key.algorithms";
    if words.is_empty() {
        return Err(ProfileError::Empty { key, expected: "at least one key algorithm" });
    }
    let mut found = Vec::new();
    for word in words {
        let algorithm: KeyAlgorithm = word.parse().map_err(ProfileError::UnknownAlgorithm)?;
        push_new(&mut found, algorithm, key, word)?;
    }
    Ok(found)
}

/// The usages of a profile's certificates.
pub(super) struct Usage {
    pub key_usage: FlagSet<KeyUsages>,
    pub key_usage_rsa: FlagSet<KeyUsages>,
    pub extended: Vec<ObjectIdentifier>,
    pub policies: Vec<ObjectIdentifier>,
    pub critical: Vec<ObjectIdentifier>,
}

fn usage(
    kind: ProfileKind,
    table: &UsageTable,
    algorithms: &[KeyAlgorithm],
) -> Result<Usage, ProfileError> {
    let key_usage = key_usage("usage.key-usage", &table.key_usage)?;
    let rsa_only = key_usage_flags("usage.key-usage-rsa", &table.key_usage_rsa)?;
    let everyone_is_rsa = algorithms.iter().all(|algorithm| algorithm.is_rsa());
    for (usage, word) in [
        (KeyUsages::KeyEncipherment, "keyEncipherment"),
        (KeyUsages::DataEncipherment, "dataEncipherment"),
    ] {
        if key_usage.contains(usage) && !everyone_is_rsa {
            return Err(ProfileError::RsaOnlyUsage { usage: word });
        }
    }
    let extended = oids(
        "usage.extended-key-usage",
        &table.extended_key_usage,
        words::extended_key_usage,
        words::extended_key_usage_words,
    )?;
    let all = key_usage | rsa_only;
    if kind == ProfileKind::Leaf {
        check_leaf_usage(all, &extended)?;
    } else {
        check_ca_usage(kind, key_usage, &extended)?;
    }
    Ok(Usage {
        key_usage,
        key_usage_rsa: all,
        extended,
        policies: oids(
            "usage.certificate-policies",
            &table.certificate_policies,
            |word| ObjectIdentifier::new(word).ok(),
            || "a dotted object identifier".to_owned(),
        )?,
        critical: critical(&table.critical)?,
    })
}

fn check_leaf_usage(
    usages: FlagSet<KeyUsages>,
    extended: &[ObjectIdentifier],
) -> Result<(), ProfileError> {
    if usages.contains(KeyUsages::KeyCertSign) {
        return Err(ProfileError::LeafSigns { usage: "keyCertSign" });
    }
    if usages.contains(KeyUsages::CRLSign) {
        return Err(ProfileError::LeafSigns { usage: "cRLSign" });
    }
    if extended.is_empty() {
        return Err(ProfileError::LeafWithoutExtendedKeyUsage);
    }
    if extended.contains(&rfc5280::ANY_EXTENDED_KEY_USAGE) {
        return Err(ProfileError::AnyExtendedKeyUsage);
    }
    Ok(())
}

fn check_ca_usage(
    kind: ProfileKind,
    key_usage: FlagSet<KeyUsages>,
    extended: &[ObjectIdentifier],
) -> Result<(), ProfileError> {
    if !key_usage.contains(KeyUsages::KeyCertSign) {
        return Err(ProfileError::CaCannotSign);
    }
    for (usage, reason) in [
        (
            rfc5280::ID_KP_OCSP_SIGNING,
            "it could then answer for its siblings' certificates and its own",
        ),
        (rfc5280::ANY_EXTENDED_KEY_USAGE, "leave the list empty for a CA without such limits"),
    ] {
        if extended.contains(&usage) {
            let usage = words::extended_key_usage_word(usage);
            return Err(ProfileError::CaExtendedKeyUsage { usage, reason });
        }
    }
    if kind == ProfileKind::Root && !extended.is_empty() {
        return Err(ProfileError::RootExtendedKeyUsage);
    }
    Ok(())
}

fn critical(words: &[String]) -> Result<Vec<ObjectIdentifier>, ProfileError> {
    let key = "usage.critical";
    let mut found = Vec::new();
    for word in words {
        let oid = match word.as_str() {
            "extendedKeyUsage" => rfc5280::ID_CE_EXT_KEY_USAGE,
            "subjectAltName" => rfc5280::ID_CE_SUBJECT_ALT_NAME,
            "certificatePolicies" => rfc5280::ID_CE_CERTIFICATE_POLICIES,
            _ => {
                let expected = "extendedKeyUsage, subjectAltName or certificatePolicies; \
                     basicConstraints, keyUsage and nameConstraints always are";
                return Err(unknown(key, word, expected.to_owned()));
            }
        };
        push_new(&mut found, oid, key, word)?;
    }
    Ok(found)
}

fn key_usage(key: &'static str, words: &[String]) -> Result<FlagSet<KeyUsages>, ProfileError> {
    if words.is_empty() {
        return Err(ProfileError::Empty { key, expected: "at least one key usage" });
    }
    key_usage_flags(key, words)
}

fn key_usage_flags(
    key: &'static str,
    words: &[String],
) -> Result<FlagSet<KeyUsages>, ProfileError> {
    let mut flags = FlagSet::default();
    for word in words {
        let usage =
            words::key_usage(word).ok_or_else(|| unknown(key, word, words::key_usage_words()))?;
        if flags.contains(usage) {
            return Err(ProfileError::Repeated { key, word: word.clone() });
        }
        flags |= usage;
    }
    Ok(flags)
}

fn subject(kind: ProfileKind, table: &SubjectTable) -> Result<SubjectRules, ProfileError> {
    let types = |key, words: &[String]| {
        oids(key, words, words::attribute_type, words::attribute_type_words)
    };
    let one = |key, word: &String| {
        words::attribute_type(word).ok_or_else(|| unknown(key, word, words::attribute_type_words()))
    };
    let mut rules = SubjectRules {
        allowed: types("subject.allowed", &table.allowed)?,
        required: types("subject.required", &table.required)?,
        repeatable: types("subject.repeatable", &table.repeatable)?,
        multi_valued_rdn: table.multi_valued_rdn,
        fixed: Vec::new(),
        prefix: Vec::new(),
    };
    for (word, values) in &table.fixed {
        let key = "subject.fixed";
        let oid = one(key, word)?;
        if oid == rfc4519::ORGANIZATIONAL_UNIT_NAME
            && let Some(value) = values.iter().find(|value| is_kubernetes_group(value))
        {
            return Err(ProfileError::KubernetesGroupInOu { key, value: value.clone() });
        }
        if values.is_empty() {
            return Err(ProfileError::Empty { key, expected: "at least one value for each type" });
        }
        rules.fixed.push((oid, values.clone()));
    }
    for (word, prefix) in &table.prefix {
        let key = "subject.prefix";
        let oid = one(key, word)?;
        if oid == rfc4519::ORGANIZATIONAL_UNIT_NAME && is_kubernetes_group(prefix) {
            return Err(ProfileError::KubernetesGroupInOu { key, value: prefix.clone() });
        }
        rules.prefix.push((oid, prefix.clone()));
    }
    let fixed: Vec<ObjectIdentifier> = rules.fixed.iter().map(|(oid, _)| *oid).collect();
    let prefix: Vec<ObjectIdentifier> = rules.prefix.iter().map(|(oid, _)| *oid).collect();
    for (key, listed) in [
        ("subject.required", &rules.required),
        ("subject.repeatable", &rules.repeatable),
        ("subject.fixed", &fixed),
        ("subject.prefix", &prefix),
    ] {
        if let Some(stray) = listed.iter().find(|oid| !rules.allowed.contains(oid)) {
            let attribute = words::attribute_type_word(*stray);
            return Err(ProfileError::SubjectNotAllowed { key, attribute });
        }
    }
    if kind != ProfileKind::Leaf && rules.required.is_empty() {
        return Err(ProfileError::CaWithoutSubject);
    }
    Ok(rules)
}

fn oids(
    key: &'static str,
    words: &[String],
    lookup: impl Fn(&str) -> Option<ObjectIdentifier>,
    expected: impl Fn() -> String,
) -> Result<Vec<ObjectIdentifier>, ProfileError> {
    let mut found = Vec::new();
    for word in words {
        let oid = lookup(word).ok_or_else(|| unknown(key, word, expected()))?;
        push_new(&mut found, oid, key, word)?;
    }
    Ok(found)
}

fn push_new<T: PartialEq>(
    list: &mut Vec<T>,
    value: T,
    key: &'static str,
    word: &str,
) -> Result<(), ProfileError> {
    if list.contains(&value) {
        return Err(ProfileError::Repeated { key, word: word.to_owned() });
    }
    list.push(value);
    Ok(())
}

fn unknown(key: &'static str, word: &str, expected: String) -> ProfileError {
    ProfileError::UnknownWord { key, word: word.to_owned(), expected }
}

/// The nameConstraints extension from the words of a file, or none when there are none.
///
/// # Errors
/// [`ProfileError`] when a text is no constraint.
pub(super) fn name_constraints(
    permitted: &[String],
    excluded: &[String],
) -> Result<Option<NameConstraints>, ProfileError> {
    let subtrees = |key, texts: &[String]| -> Result<_, ProfileError> {
        let subtrees: Result<Vec<GeneralSubtree>, _> =
            texts.iter().map(|text| subtree(key, text)).collect();
        Ok(Some(subtrees?).filter(|subtrees| !subtrees.is_empty()))
    };
    let constraints = NameConstraints {
        permitted_subtrees: subtrees("ca.permitted", permitted)?,
        excluded_subtrees: subtrees("ca.excluded", excluded)?,
    };
    let empty = constraints.permitted_subtrees.is_none() && constraints.excluded_subtrees.is_none();
    Ok((!empty).then_some(constraints))
}

fn subtree(key: &'static str, text: &str) -> Result<GeneralSubtree, ProfileError> {
    let fail = |expected| ProfileError::NameConstraint { key, text: text.to_owned(), expected };
    let (kind, value) = text
        .split_once(':')
        .ok_or_else(|| fail("dns:DOMAIN, ip:ADDRESS/BITS, email:DOMAIN or uri:DOMAIN"))?;
    let domain = "a domain such as example.com or .example.com";
    let ia5 = |value: &str| Ia5String::new(value).map_err(|_| fail(domain));
    let is_domain = |value: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        !value.is_empty() && value.bytes().all(allowed) && !value.contains("..")
    };
    let base = match kind {
        "dns" if is_domain(value) => GeneralName::DnsName(ia5(value)?),
        "uri" if is_domain(value) => GeneralName::UniformResourceIdentifier(ia5(value)?),
        "email" if is_domain(value.rsplit_once('@').map_or(value, |(_, host)| host)) => {
            GeneralName::Rfc822Name(ia5(value)?)
        }
        "ip" => {
            let network: IpNet =
                value.parse().map_err(|_| fail("a network such as 10.0.0.0/8 or 2001:db8::/32"))?;
            if network.addr() != network.network() {
                return Err(fail("a network whose host bits are zero"));
            }
            GeneralName::IpAddress(network_octets(&network).map_err(ProfileError::Encoding)?)
        }
        "dns" | "uri" | "email" => return Err(fail(domain)),
        _ => return Err(fail("dns:DOMAIN, ip:ADDRESS/BITS, email:DOMAIN or uri:DOMAIN")),
    };
    Ok(GeneralSubtree { base, minimum: 0, maximum: None })
}

fn network_octets(network: &IpNet) -> der::Result<OctetString> {
    let octets = match network {
        IpNet::V4(v4) => [v4.network().octets(), v4.netmask().octets()].concat(),
        IpNet::V6(v6) => [v6.network().octets(), v6.netmask().octets()].concat(),
    };
    OctetString::new(octets)
}
