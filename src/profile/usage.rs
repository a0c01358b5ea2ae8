//! The usages that a profile grants, and the combinations that would do harm.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::flagset::FlagSet;
use x509_cert::ext::pkix::KeyUsages;

use super::config::{ProfileKind, UsageTable};
use super::lists::{oids, push_new, unknown};
use super::{ProfileError, words};
use crate::base::algorithm::KeyAlgorithm;

/// The usages of a profile's certificates.
pub(super) struct Usage {
    pub key_usage: FlagSet<KeyUsages>,
    pub key_usage_rsa: FlagSet<KeyUsages>,
    pub extended: Vec<ObjectIdentifier>,
    pub policies: Vec<ObjectIdentifier>,
    pub critical: Vec<ObjectIdentifier>,
    /// id-pkix-ocsp-nocheck.
    pub ocsp_no_check: bool,
}

/// Reads `[usage]`.
///
/// # Errors
/// [`ProfileError`] for a word that means nothing, or rights that nobody of this kind may have.
pub(super) fn load(
    kind: ProfileKind,
    table: &UsageTable,
    algorithms: &[KeyAlgorithm],
) -> Result<Usage, ProfileError> {
    let key_usage = key_usage("usage.key-usage", &table.key_usage)?;
    let rsa_only = key_usage_flags("usage.key-usage-rsa", &table.key_usage_rsa)?;
    check_key_fit(key_usage, rsa_only, algorithms)?;
    let extended = oids(
        "usage.extended-key-usage",
        &table.extended_key_usage,
        words::extended_key_usage,
        words::extended_key_usage_words,
    )?;
    let all = key_usage | rsa_only;
    let critical = critical(&table.critical)?;
    check_exclusive(&extended)?;
    if table.ocsp_no_check && extended != [rfc5280::ID_KP_OCSP_SIGNING] {
        return Err(ProfileError::NoCheckWithoutOcspSigning);
    }
    if kind == ProfileKind::Leaf {
        check_leaf_usage(all, &extended)?;
        let stamps = extended.contains(&rfc5280::ID_KP_TIME_STAMPING);
        if stamps && !critical.contains(&rfc5280::ID_CE_EXT_KEY_USAGE) {
            return Err(ProfileError::TimeStampingNotCritical);
        }
    } else {
        check_ca_usage(kind, key_usage, all, &extended)?;
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
        critical,
        ocsp_no_check: table.ocsp_no_check,
    })
}

/// What the bits mean for keys that cannot do it, or for none.
fn check_key_fit(
    everyone: FlagSet<KeyUsages>,
    rsa_only: FlagSet<KeyUsages>,
    algorithms: &[KeyAlgorithm],
) -> Result<(), ProfileError> {
    let all_rsa = algorithms.iter().all(|algorithm| algorithm.is_rsa());
    for (usage, word) in [
        (KeyUsages::KeyEncipherment, "keyEncipherment"),
        (KeyUsages::DataEncipherment, "dataEncipherment"),
    ] {
        if everyone.contains(usage) && !all_rsa {
            return Err(ProfileError::RsaOnlyUsage { usage: word });
        }
    }
    if rsa_only.contains(KeyUsages::KeyAgreement) {
        return Err(ProfileError::KeyAgreement { key: "usage.key-usage-rsa", algorithm: "RSA" });
    }
    // RFC 3279 §2.3.1, RFC 8410 §5: neither RSA nor Ed25519 keys agree on keys.
    let unfit = |algorithm: &&KeyAlgorithm| {
        algorithm.is_rsa() || matches!(algorithm, KeyAlgorithm::Ed25519)
    };
    if everyone.contains(KeyUsages::KeyAgreement) {
        if let Some(algorithm) = algorithms.iter().find(unfit) {
            let algorithm = algorithm.name();
            return Err(ProfileError::KeyAgreement { key: "usage.key-usage", algorithm });
        }
    } else {
        for (usage, word) in
            [(KeyUsages::EncipherOnly, "encipherOnly"), (KeyUsages::DecipherOnly, "decipherOnly")]
        {
            if (everyone | rsa_only).contains(usage) {
                return Err(ProfileError::WithoutKeyAgreement { usage: word });
            }
        }
    }
    Ok(())
}

/// Purposes that a certificate has alone: what else it is good for would be done with the same key.
/// For a CA, an extended key usage limits what is below it, so the same holds there.
fn check_exclusive(extended: &[ObjectIdentifier]) -> Result<(), ProfileError> {
    for (usage, clause) in [
        (rfc5280::ID_KP_OCSP_SIGNING, "CA/Browser Forum BR 7.1.2.8.5"),
        (rfc5280::ID_KP_TIME_STAMPING, "RFC 3161 §2.3"),
        (rfc5280::ID_KP_CODE_SIGNING, "CA/Browser Forum CSBR 7.1.2.3"),
    ] {
        let others: Vec<ObjectIdentifier> =
            extended.iter().copied().filter(|other| *other != usage).collect();
        if others.len() < extended.len() && !others.is_empty() {
            return Err(ProfileError::ExclusiveUsage {
                usage: words::extended_key_usage_word(usage),
                others: words::extended_key_usage_text(&others),
                clause,
            });
        }
    }
    Ok(())
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
    all: FlagSet<KeyUsages>,
    extended: &[ObjectIdentifier],
) -> Result<(), ProfileError> {
    if !key_usage.contains(KeyUsages::KeyCertSign) {
        return Err(ProfileError::CaCannotSign);
    }
    // digitalSignature lets a CA key answer OCSP for itself; anything else is a leaf's work.
    let own = KeyUsages::KeyCertSign | KeyUsages::CRLSign | KeyUsages::DigitalSignature;
    let stray = all & !own;
    if !stray.is_empty() {
        return Err(ProfileError::CaLeafUsage { usage: words::key_usage_text(stray) });
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
