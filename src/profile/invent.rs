//! Names that a profile should accept, and names that it should refuse, made from its own rules: what a
//! profile is proven with.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc3280, rfc4519};
use der::asn1::{Any, SetOfVec};
use der::{Encode as _, Tag};
use x509_cert::attr::AttributeTypeAndValue;

use super::config::SanKind;
use super::sans::word_of;
use super::{PolicyViolation, Profile, words};
use crate::base::element::push_header;
use crate::base::name::DistinguishedName;
use crate::base::san::San;
use crate::request;

/// Names for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The subject, possibly empty.
    pub subject: DistinguishedName,
    /// The alternative names.
    pub sans: Vec<San>,
}

/// Names that the profile refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedWish {
    /// What is wrong with them, in words.
    pub what: String,
    /// The code of the refusal.
    pub code: &'static str,
    /// The names.
    pub wish: Wish,
}

/// No name could be invented: an `[[example]]` of the file must give one.
#[derive(Debug, thiserror::Error)]
pub enum NotInvented {
    /// Nothing that we try fits the rule.
    #[error("{key}: no value could be invented that {rule}; add an [[example]] that is accepted")]
    Value {
        /// Which key of the file.
        key: String,
        /// The rule.
        rule: String,
    },
    /// The DER library refused a value.
    #[error("a subject cannot be encoded")]
    Encoding(#[source] der::Error),
}

/// Addresses of a network that are tried: the first may be denied or set aside.
const HOSTS_TRIED: usize = 64;

/// The mailbox of subjects.
const MAILBOX: &str = "trial@example.com";

/// The order in which subjects usually name things, the most general first.
const USUAL_ORDER: [ObjectIdentifier; 8] = [
    rfc4519::DOMAIN_COMPONENT,
    rfc4519::COUNTRY_NAME,
    rfc4519::ST,
    rfc4519::LOCALITY_NAME,
    rfc4519::STREET,
    rfc4519::ORGANIZATION_NAME,
    rfc4519::ORGANIZATIONAL_UNIT_NAME,
    rfc4519::COMMON_NAME,
];

impl Profile {
    /// Names that it should accept: with the attributes that it requires, and where it allows more, with
    /// one of each type. Together they have a name from each of its allow lists.
    ///
    /// # Errors
    /// [`NotInvented`] names the key for which no value was found.
    pub fn invent(&self) -> Result<Vec<Wish>, NotInvented> {
        let rules = &self.rules.subject;
        let sans = self.invent_sans()?;
        let host = sans.iter().find_map(|san| match san {
            San::Dns(name) => Some(name.as_str()),
            _ => None,
        });
        let room = rules.max_attributes.unwrap_or(usize::MAX);
        let mut least: Vec<ObjectIdentifier> = rules.required.clone();
        for (oid, _) in &rules.fixed {
            if !least.contains(oid) {
                least.push(*oid);
            }
        }
        let spare = room.saturating_sub(self.attribute_count(&least));
        let first = if rules.allowed.contains(&rfc4519::COMMON_NAME) {
            Some(rfc4519::COMMON_NAME)
        } else {
            rules.allowed.first().copied().filter(|_| least.is_empty() && sans.is_empty())
        };
        least.extend(first.filter(|oid| spare > 0 && !least.contains(oid)));
        let mut most = least.clone();
        // A mailbox in the subject must be an alternative name too.
        let mailbox_is_named = sans.contains(&San::Email(MAILBOX.to_owned()));
        let fits = |oid: &ObjectIdentifier| *oid != rfc3280::EMAIL_ADDRESS || mailbox_is_named;
        let others = rules.allowed.iter().copied().filter(fits).filter(|oid| !least.contains(oid));
        most.extend(others.take(room.saturating_sub(self.attribute_count(&least))));

        let mut wishes = Vec::new();
        let subject = self.invent_subject(&least, host)?;
        for chunk in sans.chunks(self.rules.sans.max_names) {
            wishes.push(Wish { subject: subject.clone(), sans: chunk.to_vec() });
        }
        if sans.is_empty() {
            wishes.push(Wish { subject, sans: Vec::new() });
        }
        if most.len() > least.len() {
            let sans = sans.iter().take(self.rules.sans.max_names).cloned().collect();
            wishes.push(Wish { subject: self.invent_subject(&most, host)?, sans });
        }
        Ok(wishes)
    }

    /// Names that it should refuse, each for one reason, beside what `accepted` has right.
    ///
    /// # Errors
    /// [`NotInvented::Encoding`].
    pub fn invent_refused(&self, accepted: &Wish) -> Result<Vec<RefusedWish>, NotInvented> {
        let mut found = Vec::new();
        let mut names = |what: String, code, san: San| {
            let wish = Wish { subject: accepted.subject.clone(), sans: vec![san] };
            found.push(RefusedWish { what, code, wish });
        };
        let sans = &self.rules.sans;
        for kind in [SanKind::Dns, SanKind::Ip, SanKind::Uri, SanKind::Email] {
            if !sans.allowed.contains(&kind) {
                let san = anywhere(kind).into_iter().next();
                let what = format!("a name of the unlisted kind {}", word_of(kind));
                san.into_iter().for_each(|san| names(what.clone(), "policy.san-kind", san));
                continue;
            }
            let refused = |san: &San| sans.limits.check(san).err();
            let outside = anywhere(kind)
                .into_iter()
                .find(|san| matches!(refused(san), Some(PolicyViolation::SanNotAllowed { .. })));
            if let Some(san) = outside {
                let what = format!("a name of the kind {} outside the allow list", word_of(kind));
                names(what, "policy.san-not-allowed", san);
            }
        }
        if sans.allowed.contains(&SanKind::Dns) {
            for suffix in &sans.limits.deny_dns_suffixes {
                let what = format!("a name in the denied domain {suffix}");
                let san = San::Dns(format!("trial.{}", suffix.domain()));
                // What is no host name is refused as that before anything else.
                let is_host = sans.allow_underscore || !suffix.domain().contains('_');
                if is_host && request::check_san(&san).is_ok() {
                    names(what, "policy.san-denied", san);
                }
            }
            if !sans.allow_wildcard {
                let san = San::Dns("*.trial.example.com".to_owned());
                names("a wildcard".to_owned(), "policy.wildcard", san);
            }
        }
        if sans.allowed.contains(&SanKind::Ip) {
            for range in &sans.limits.deny_ip_ranges {
                // A network without hosts, such as one for multicast, is refused under every profile.
                let mut hosts = range.hosts().take(HOSTS_TRIED).map(San::Ip);
                if let Some(san) = hosts.find(|san| request::check_san(san).is_ok()) {
                    let what = format!("an address in the denied network {range}");
                    names(what, "policy.san-denied", san);
                }
            }
        }
        let rules = &self.rules.subject;
        let unlisted = USUAL_ORDER.into_iter().rev().find(|oid| !rules.allowed.contains(oid));
        if let Some(oid) = unlisted.filter(|oid| *oid != rfc4519::COUNTRY_NAME) {
            let mut rdns = rdns_of(&accepted.subject).map_err(NotInvented::Encoding)?;
            rdns.push(rdn(oid, "Trial").map_err(NotInvented::Encoding)?);
            let wish =
                Wish { subject: name(&rdns).map_err(NotInvented::Encoding)?, ..accepted.clone() };
            let what = format!("a subject with the unlisted {}", words::attribute_type_word(oid));
            found.push(RefusedWish { what, code: "policy.subject-attribute", wish });
        }
        if let Some(oid) = rules.required.first() {
            let name_without = |oid: ObjectIdentifier| {
                let kept = accepted.subject.as_name().iter_rdn();
                let kept = kept.filter(|rdn| !rdn.as_ref().iter().any(|it| it.oid == oid));
                name(&kept.map(|rdn| rdn.to_der()).collect::<der::Result<Vec<_>>>()?)
            };
            let subject = name_without(*oid).map_err(NotInvented::Encoding)?;
            let what = format!("a subject without {}", words::attribute_type_word(*oid));
            let wish = Wish { subject, ..accepted.clone() };
            found.push(RefusedWish { what, code: "policy.subject-lacks", wish });
        }
        Ok(found)
    }

    fn attribute_count(&self, types: &[ObjectIdentifier]) -> usize {
        let fixed = |oid: &ObjectIdentifier| {
            self.rules.subject.fixed.iter().find(|(known, _)| known == oid).map(|(_, v)| v.len())
        };
        types.iter().map(|oid| fixed(oid).unwrap_or(1)).sum()
    }

    fn invent_subject(
        &self,
        types: &[ObjectIdentifier],
        host: Option<&str>,
    ) -> Result<DistinguishedName, NotInvented> {
        let mut types = types.to_vec();
        let rank = |oid: &ObjectIdentifier| {
            let place = USUAL_ORDER.iter().position(|known| known == oid);
            // What has no usual place goes before the common name.
            place.unwrap_or(USUAL_ORDER.len() - 1) * 2 + usize::from(place.is_some())
        };
        types.sort_by_key(rank);
        let mut rdns = Vec::new();
        for oid in types {
            for value in self.invent_values(oid, host)? {
                rdns.push(rdn(oid, &value).map_err(NotInvented::Encoding)?);
            }
        }
        name(&rdns).map_err(NotInvented::Encoding)
    }

    fn invent_values(
        &self,
        oid: ObjectIdentifier,
        host: Option<&str>,
    ) -> Result<Vec<String>, NotInvented> {
        let rules = &self.rules.subject;
        if let Some((_, values)) = rules.fixed.iter().find(|(known, _)| *known == oid) {
            return Ok(values.clone());
        }
        let prefix = rules.prefix.iter().find(|(known, _)| *known == oid);
        let mut candidates: Vec<String> = usual_values(oid).map(str::to_owned).collect();
        if oid == rfc4519::COMMON_NAME
            && let Some(host) = host
        {
            candidates.insert(0, host.to_owned());
        }
        if let Some((_, prefix)) = prefix {
            for candidate in &mut candidates {
                candidate.insert_str(0, prefix);
            }
        }
        let fits = |value: &String| {
            rules.wrong_prefix(oid, value).is_none() && rules.wrong_pattern(oid, value).is_none()
        };
        let value = candidates.into_iter().find(fits).ok_or_else(|| {
            let word = words::attribute_type_word(oid);
            let pattern = rules.pattern.iter().find(|(known, _)| *known == oid);
            let pattern = pattern.map(|(_, p)| p.as_str()).unwrap_or_default();
            NotInvented::Value {
                key: format!("subject.pattern.{word}"),
                rule: format!("matches {pattern}"),
            }
        })?;
        Ok(vec![value])
    }

    fn invent_sans(&self) -> Result<Vec<San>, NotInvented> {
        let rules = &self.rules.sans;
        let passes = |san: &San| {
            request::check_san(san).is_ok() && rules.check(std::slice::from_ref(san)).is_ok()
        };
        let mut sans: Vec<San> = Vec::new();
        for kind in &rules.allowed {
            for (key, candidates) in self.candidates(*kind) {
                let san =
                    candidates.into_iter().find(&passes).ok_or_else(|| NotInvented::Value {
                        rule: "the profile does not refuse elsewhere".to_owned(),
                        key,
                    })?;
                if !sans.contains(&san) {
                    sans.push(san);
                }
            }
        }
        Ok(sans)
    }

    /// For each entry of the allow lists of a kind, names that lie inside.
    fn candidates(&self, kind: SanKind) -> Vec<(String, Vec<San>)> {
        let limits = &self.rules.sans.limits;
        let domains = |key: &str, suffixes: &[super::san_limits::Suffix]| {
            let listed = |suffix: &super::san_limits::Suffix| {
                (format!("{key} {suffix}"), suffix.domain().to_owned())
            };
            match suffixes {
                [] => vec![(format!("san.allowed {}", word_of(kind)), "example.com".to_owned())],
                listed_suffixes => listed_suffixes.iter().map(listed).collect(),
            }
        };
        let hosts = |domain: &str| {
            [format!("trial.{domain}"), format!("trial-2.{domain}"), domain.to_owned()]
        };
        match kind {
            SanKind::Dns => domains("san.dns-suffixes", &limits.dns_suffixes)
                .into_iter()
                .map(|(key, domain)| (key, hosts(&domain).map(San::Dns).to_vec()))
                .collect(),
            SanKind::Email => domains("san.email-domains", &limits.email_domains)
                .into_iter()
                .map(|(key, domain)| {
                    let mailboxes = hosts(&domain).map(|host| San::Email(format!("trial@{host}")));
                    (key, mailboxes.to_vec())
                })
                .collect(),
            SanKind::Ip if limits.ip_ranges.is_empty() => {
                vec![("san.allowed ip".to_owned(), anywhere(kind))]
            }
            SanKind::Ip => limits
                .ip_ranges
                .iter()
                .map(|range| {
                    let key = format!("san.ip-ranges {range}");
                    (key, range.hosts().take(HOSTS_TRIED).map(San::Ip).collect())
                })
                .collect(),
            SanKind::Uri => {
                let schemes = match limits.uri_schemes.as_slice() {
                    [] => vec!["https".to_owned()],
                    schemes => schemes.to_vec(),
                };
                let mut all = Vec::new();
                for (key, domain) in domains("san.uri-hosts", &limits.uri_hosts) {
                    for scheme in &schemes {
                        let uris = hosts(&domain).map(|host| format!("{scheme}://{host}/trial"));
                        let mut uris: Vec<San> = uris.map(San::Uri).to_vec();
                        uris.push(San::Uri(format!("{scheme}:trial")));
                        all.push((format!("{key}, scheme {scheme}"), uris));
                    }
                }
                all
            }
        }
    }
}

/// Names of a kind from different places, all set aside for documentation.
fn anywhere(kind: SanKind) -> Vec<San> {
    let texts: &[&str] = match kind {
        SanKind::Dns => &["dns:trial.example.com", "dns:trial.example.org", "dns:trial.example"],
        SanKind::Ip => &["ip:192.0.2.10", "ip:198.51.100.10", "ip:203.0.113.10", "ip:2001:db8::10"],
        SanKind::Uri => &[
            "uri:https://trial.example.com/",
            "uri:https://trial.example.org/",
            "uri:trial://trial.example/",
        ],
        SanKind::Email => {
            &["email:trial@example.com", "email:trial@example.org", "email:trial@trial.example"]
        }
    };
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

fn usual_values(oid: ObjectIdentifier) -> impl Iterator<Item = &'static str> {
    let values: &[&str] = match oid {
        rfc4519::COUNTRY_NAME => &["CH"],
        rfc4519::DOMAIN_COMPONENT => &["example"],
        rfc3280::EMAIL_ADDRESS => &[MAILBOX],
        rfc4519::SERIAL_NUMBER | rfc4519::DN_QUALIFIER => &["4711", "trial-1"],
        rfc4519::COMMON_NAME => {
            &["Trial", "trial", "trial.example.com", "trial-1", "trial@example.com", "Trial Person"]
        }
        _ => &["Example", "example", "trial", "trial-1", "Trial Unit"],
    };
    values.iter().copied()
}

/// A SET of one attribute, DER.
fn rdn(oid: ObjectIdentifier, value: &str) -> der::Result<Vec<u8>> {
    // The string types that RFC 5280 appendix A.1 gives them.
    let tag = match oid {
        rfc4519::COUNTRY_NAME | rfc4519::SERIAL_NUMBER | rfc4519::DN_QUALIFIER => {
            Tag::PrintableString
        }
        rfc4519::DOMAIN_COMPONENT | rfc3280::EMAIL_ADDRESS => Tag::Ia5String,
        _ => Tag::Utf8String,
    };
    let value = Any::new(tag, value.as_bytes())?;
    SetOfVec::try_from(vec![AttributeTypeAndValue { oid, value }])?.to_der()
}

fn rdns_of(subject: &DistinguishedName) -> der::Result<Vec<Vec<u8>>> {
    subject.as_name().iter_rdn().map(|rdn| rdn.to_der()).collect()
}

fn name(rdns: &[Vec<u8>]) -> der::Result<DistinguishedName> {
    let content = rdns.concat();
    let mut der = Vec::with_capacity(content.len() + 6);
    push_header(&mut der, 0x30, content.len())?;
    der.extend_from_slice(&content);
    DistinguishedName::from_der(&der).map_err(|error| match error {
        crate::base::name::NameError::Encoding(source)
        | crate::base::name::NameError::Text { source, .. } => source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(subject: &str, san: &str) -> Profile {
        let head = "version = 1\nname = \"site\"\ndescription = \"x\"\nkind = \"leaf\"\n\
                    [validity]\ndefault-days = 30\nmax-days = 90\n\
                    [key]\nalgorithms = [\"ec-p256\"]\n[usage]\n\
                    key-usage = [\"digitalSignature\"]\nextended-key-usage = [\"serverAuth\"]\n";
        Profile::from_toml(&format!("{head}[subject]\n{subject}\n[san]\n{san}\n")).unwrap()
    }

    const DNS: &str = "allowed = [\"dns\"]";

    fn subjects(subject: &str, san: &str) -> Vec<String> {
        let wishes = profile(subject, san).invent().unwrap();
        wishes.iter().map(|wish| wish.subject.to_string()).collect()
    }

    #[test]
    fn the_host_is_the_common_name_and_the_types_are_in_their_usual_order() {
        let allowed = "allowed = [\"CN\", \"serialNumber\", \"O\", \"OU\", \"C\", \"DC\", \"L\"]";
        let all =
            "CN=trial.example.com,SERIALNUMBER=4711,OU=Example,O=Example,L=Example,C=CH,DC=example";
        assert_eq!(subjects(allowed, DNS), ["CN=trial.example.com", all]);
        assert_eq!(subjects("allowed = [\"CN\"]", DNS), ["CN=trial.example.com"]);
        assert_eq!(subjects("allowed = [\"CN\"]", ""), ["CN=Trial"]);
    }

    #[test]
    fn without_a_common_name_the_subject_is_empty_only_beside_names() {
        let allowed = "allowed = [\"L\", \"O\"]";
        assert_eq!(subjects(allowed, DNS), ["", "O=Example,L=Example"]);
        assert_eq!(subjects(allowed, ""), ["L=Example", "O=Example,L=Example"]);
        let required = format!("{allowed}\nrequired = [\"O\"]");
        assert_eq!(subjects(&required, ""), ["O=Example", "O=Example,L=Example"]);
    }

    #[test]
    fn fixed_values_count_and_leave_room_or_none() {
        let of = |most: usize| {
            let fixed = "allowed = [\"CN\", \"OU\"]\nrepeatable = [\"OU\"]\nfixed = { OU = [\"a\", \"b\"] }";
            subjects(&format!("{fixed}\nmax-attributes = {most}"), DNS)
        };
        assert_eq!(of(2), ["OU=b,OU=a"]);
        assert_eq!(of(3), ["CN=trial.example.com,OU=b,OU=a"]);
    }

    #[test]
    fn a_prefix_stands_before_the_value_and_a_pattern_that_nothing_matches_is_named() {
        let prefix = "allowed = [\"CN\", \"O\"]\nrequired = [\"O\"]\nprefix = { O = \"site:\" }";
        assert_eq!(subjects(prefix, DNS), ["CN=trial.example.com,O=site:Example"]);
        let pattern = "allowed = [\"CN\", \"O\"]\npattern = { CN = '[0-9]{9}', O = 'E.*' }";
        let error = profile(pattern, DNS).invent().unwrap_err().to_string();
        assert!(error.contains("subject.pattern.CN") && error.contains("[0-9]{9}"), "{error}");
    }

    #[test]
    fn a_mailbox_is_in_the_subject_only_when_it_is_a_name_too() {
        let allowed = "allowed = [\"CN\", \"emailAddress\"]";
        let email = "allowed = [\"email\"]";
        assert_eq!(subjects(allowed, email), ["CN=Trial"]);
        let denied = "deny-dns-suffixes = [\"trial.example.com\", \"trial-2.example.com\"]";
        let both = subjects(allowed, &format!("{email}\n{denied}"));
        assert_eq!(both, ["CN=Trial", "CN=Trial,EMAIL=trial@example.com"]);
    }

    #[test]
    fn addresses_without_a_list_are_those_set_aside_for_documentation() {
        let wishes = profile("allowed = [\"CN\"]", "allowed = [\"ip\"]").invent().unwrap();
        assert_eq!(wishes[0].sans, ["ip:192.0.2.10".parse().unwrap()]);
    }

    #[test]
    fn what_is_refused_has_everything_else_right() {
        let refused = |san: &str| {
            let profile = profile("allowed = [\"CN\"]", &format!("{DNS}\n{san}"));
            profile.invent_refused(&profile.invent().unwrap()[0]).unwrap()
        };
        let of = |code: &str, found: &[RefusedWish]| {
            found.iter().find(|it| it.code == code).map(|it| it.wish.clone())
        };
        let stray = of("policy.subject-attribute", &refused("")).unwrap();
        assert_eq!(stray.subject.to_string(), "OU=Trial,CN=trial.example.com");
        let denied = refused("deny-dns-suffixes = [\"secret.example.com\"]");
        let denied = of("policy.san-denied", &denied).unwrap();
        assert_eq!(denied.sans, ["dns:trial.secret.example.com".parse().unwrap()]);
        let tcp = "deny-dns-suffixes = [\"_tcp.example.com\"]";
        assert_eq!(of("policy.san-denied", &refused(tcp)), None);
        let allowed = refused(&format!("{tcp}\nallow-underscore = true"));
        assert!(of("policy.san-denied", &allowed).is_some());
    }
}
