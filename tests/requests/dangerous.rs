//! Profiles that could do harm: each does not load, for its own reason.

use keystead::profile::Profile;

use crate::profiles::{CA, LEAF, with};

/// What does not load: which profile, what of it is replaced, and by what; the variant of the error; and
/// what its message must have: the key, and the value that is wrong.
const DANGEROUS: &[(&str, &str, &str, &str, &[&str])] = &[
    // Leaves with the rights of a CA.
    (
        LEAF,
        LEAF_USAGE,
        "key-usage = [\"keyCertSign\"]",
        "LeafSigns",
        &["usage.key-usage", "keyCertSign"],
    ),
    (
        LEAF,
        LEAF_USAGE,
        "key-usage = [\"digitalSignature\", \"cRLSign\"]",
        "LeafSigns",
        &["cRLSign"],
    ),
    (LEAF, "[\"keyEncipherment\"]", "[\"keyCertSign\"]", "LeafSigns", &["keyCertSign"]),
    (LEAF, "[\"keyEncipherment\"]", "[\"cRLSign\"]", "LeafSigns", &["cRLSign"]),
    (
        LEAF,
        BOTH_USAGES,
        "key-usage = [\"keyCertSign\"]\nkey-usage-rsa = [\"keyCertSign\"]",
        "LeafSigns",
        &["keyCertSign"],
    ),
    (LEAF, "[san]", "[ca]\npath-length = 0\n[san]", "LeafWithCaTable", &["[ca]"]),
    (LEAF, "[san]", "[ca]\n[san]", "LeafWithCaTable", &["[ca]"]),
    // Leaves for every purpose, or for purposes that exclude each other.
    (LEAF, PURPOSE, "", "LeafWithoutExtendedKeyUsage", &["usage.extended-key-usage"]),
    (LEAF, PURPOSE, "extended-key-usage = []", "LeafWithoutExtendedKeyUsage", &["every purpose"]),
    (
        LEAF,
        "\"serverAuth\"",
        "\"anyExtendedKeyUsage\"",
        "AnyExtendedKeyUsage",
        &["anyExtendedKeyUsage"],
    ),
    (
        LEAF,
        "\"serverAuth\"",
        "\"serverAuth\", \"2.5.29.37.0\"",
        "AnyExtendedKeyUsage",
        &["every purpose"],
    ),
    (
        LEAF,
        "\"serverAuth\"",
        "\"serverAuth\", \"OCSPSigning\"",
        "ExclusiveUsage",
        &["OCSPSigning", "serverAuth"],
    ),
    (
        LEAF,
        "\"serverAuth\"",
        "\"1.3.6.1.5.5.7.3.9\", \"clientAuth\"",
        "ExclusiveUsage",
        &["OCSPSigning"],
    ),
    (LEAF, "\"serverAuth\"", "\"codeSigning\", \"clientAuth\"", "ExclusiveUsage", &["codeSigning"]),
    (LEAF, "\"serverAuth\"", "\"timeStamping\", \"clientAuth\"", "ExclusiveUsage", &["RFC 3161"]),
    (
        LEAF,
        "\"serverAuth\"",
        "\"timeStamping\"",
        "TimeStampingNotCritical",
        &["usage.critical", "RFC 3161"],
    ),
    // Usages that the keys cannot have.
    (
        LEAF,
        LEAF_USAGE,
        "key-usage = [\"keyEncipherment\"]",
        "RsaOnlyUsage",
        &["usage.key-usage-rsa"],
    ),
    (LEAF, LEAF_USAGE, "key-usage = [\"dataEncipherment\"]", "RsaOnlyUsage", &["dataEncipherment"]),
    (LEAF, LEAF_USAGE, "key-usage = [\"keyAgreement\"]", "KeyAgreement", &["rsa-2048"]),
    (LEAF, "[\"keyEncipherment\"]", "[\"keyAgreement\"]", "KeyAgreement", &["usage.key-usage-rsa"]),
    (LEAF, LEAF_USAGE, "key-usage = [\"encipherOnly\"]", "WithoutKeyAgreement", &["encipherOnly"]),
    (
        LEAF,
        BOTH_USAGES,
        "key-usage = [\"encipherOnly\"]\nkey-usage-rsa = [\"encipherOnly\"]",
        "WithoutKeyAgreement",
        &["encipherOnly"],
    ),
    (LEAF, LEAF_USAGE, "key-usage = []", "Empty", &["usage.key-usage"]),
    // CAs with the rights of a leaf, or for every purpose.
    (CA, CA_USAGE, "key-usage = [\"cRLSign\"]", "CaCannotSign", &["keyCertSign"]),
    (
        CA,
        CA_USAGE,
        "key-usage = [\"keyCertSign\", \"keyAgreement\"]",
        "CaLeafUsage",
        &["keyAgreement"],
    ),
    (
        CA,
        CA_USAGE,
        "key-usage = [\"keyCertSign\", \"nonRepudiation\"]",
        "CaLeafUsage",
        &["nonRepudiation"],
    ),
    (
        CA,
        CA_USAGE,
        "key-usage = [\"keyCertSign\"]\nkey-usage-rsa = [\"keyEncipherment\"]",
        "CaLeafUsage",
        &["keyEncipherment"],
    ),
    (
        CA,
        "[ca]",
        "extended-key-usage = [\"OCSPSigning\"]\n[ca]",
        "CaExtendedKeyUsage",
        &["OCSPSigning"],
    ),
    (
        CA,
        "[ca]",
        "extended-key-usage = [\"anyExtendedKeyUsage\"]\n[ca]",
        "CaExtendedKeyUsage",
        &["anyExtendedKeyUsage"],
    ),
    (
        CA,
        "[ca]",
        "extended-key-usage = [\"codeSigning\", \"serverAuth\"]\n[ca]",
        "ExclusiveUsage",
        &["codeSigning"],
    ),
    (CA, "[subject]", "[san]\nallowed = [\"dns\"]\n[subject]", "CaSans", &["[san]"]),
    (CA, "required = [\"CN\"]", "", "CaWithoutSubject", &["subject.required"]),
    // Without limits, or with some that only look like limits.
    (LEAF, "max-days = 365\n", "", "Syntax", &[]),
    (LEAF, "max-days = 365", "max-days = 36526", "Lifetime", &["36526", "36525"]),
    (LEAF, "default-days = 90", "default-days = 0", "Lifetime", &["default-days is 0"]),
    (LEAF, "default-days = 90", "default-days = 366", "Lifetime", &["366"]),
    (LEAF, "max-days = 365", "max-days = 365\nbackdate-seconds = 86401", "Backdate", &["86401"]),
    (
        LEAF,
        "allowed = [\"dns\"]",
        "allowed = [\"dns\"]\ndns-suffixes = [\"com\"]",
        "PublicSuffix",
        &["san.dns-suffixes", "com"],
    ),
    (
        LEAF,
        "allowed = [\"dns\"]",
        "allowed = [\"dns\"]\ndns-suffixes = [\"*.example.com\"]",
        "SanLimit",
        &["*.example.com"],
    ),
    (
        LEAF,
        "allowed = [\"dns\"]",
        "allowed = [\"dns\"]\nip-ranges = [\"10.0.0.0/8\"]",
        "SanLimitOfUnlistedKind",
        &["san.ip-ranges"],
    ),
    (
        LEAF,
        "allowed = [\"dns\"]",
        "allowed = [\"ip\"]\nip-ranges = [\"10.0.0.1/8\"]",
        "SanLimit",
        &["10.0.0.1/8"],
    ),
    (
        LEAF,
        "allowed = [\"dns\"]",
        "allowed = [\"dns\"]\nmax-names = 0",
        "MaxNames",
        &["san.max-names is 0"],
    ),
    (LEAF, "allowed = [\"dns\"]", "allowed = [\"dns\"]\nmax-names = 101", "MaxNames", &["101"]),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"CN\"]\nmax-attributes = 0",
        "MaxAttributes",
        &["subject.max-attributes is 0"],
    ),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"CN\", \"O\"]\nrequired = [\"CN\", \"O\"]\nmax-attributes = 1",
        "MaxAttributes",
        &["requires 2"],
    ),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"CN\"]\npattern = { CN = \".*\" }",
        "Pattern",
        &["subject.pattern.CN", ".*"],
    ),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"CN\"]\npattern = { CN = \"a)|(?:b\" }",
        "Pattern",
        &["subject.pattern.CN"],
    ),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"CN\"]\npattern = { O = \"a\" }",
        "SubjectNotAllowed",
        &["subject.pattern", "O"],
    ),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"O\"]\nfixed = { O = [\"a\"] }\npattern = { O = \"b\" }",
        "FixedContradicts",
        &["O=\"a\"", "subject.pattern"],
    ),
    (
        LEAF,
        SUBJECT,
        "allowed = [\"O\"]\nfixed = { O = [\"a\"] }\nprefix = { O = \"b\" }",
        "FixedContradicts",
        &["subject.prefix"],
    ),
    // Names that nobody looks for there, or that name nobody.
    (
        LEAF,
        SUBJECT,
        "allowed = [\"OU\"]\nfixed = { OU = [\"system:masters\"] }",
        "KubernetesGroupInOu",
        &["system:masters"],
    ),
    (
        LEAF,
        "allowed = [\"CN\", \"O\", \"OU\"]\n[san]\nallowed = [\"dns\"]",
        "allowed = []",
        "NamesNobody",
        &["subject.allowed", "san.allowed"],
    ),
    // Wishes and rules that would be dropped in silence.
    (
        LEAF,
        "[san]",
        "[request]\nallow-attributes = [\"microsoftExtensionRequest\"]\n[san]",
        "DroppedWishes",
        &["microsoftExtensionRequest"],
    ),
    (
        LEAF,
        "[san]",
        "[request]\nallow-attributes = [\"1.2.840.113549.1.9.14\"]\n[san]",
        "DroppedWishes",
        &["extensionRequest"],
    ),
    (
        LEAF,
        "[san]",
        "[lint]\nskip = [{ rule = \"rfc5280.subject-key-id\", reason = \"\" }]\n[san]",
        "LintReason",
        &["rfc5280.subject-key-id"],
    ),
    (
        LEAF,
        "[san]",
        "[lint]\nskip = [{ rule = \"rfc5280.subject-key-id\", reason = \"because\" }]\n[san]",
        "LintReason",
        &["because"],
    ),
    (
        LEAF,
        "[san]",
        "[lint]\nskip = [{ rule = \"everything\", reason = \"it is in the way\" }]\n[san]",
        "UnknownWord",
        &["lint.skip", "everything"],
    ),
    (LEAF, "[san]", "[lint]\nskip = [{ rule = \"rfc5280.x\" }]\n[san]", "Syntax", &[]),
    (LEAF, "[san]", "[san]\nalow = [\"dns\"]", "Syntax", &[]),
];

const LEAF_USAGE: &str = "key-usage = [\"digitalSignature\"]";
const BOTH_USAGES: &str =
    "key-usage = [\"digitalSignature\"]\nkey-usage-rsa = [\"keyEncipherment\"]";
const CA_USAGE: &str = "key-usage = [\"keyCertSign\", \"cRLSign\"]";
const PURPOSE: &str = "extended-key-usage = [\"serverAuth\"]";
const SUBJECT: &str = "allowed = [\"CN\", \"O\", \"OU\"]";

#[test]
fn a_dangerous_profile_does_not_load_and_its_error_names_key_and_value() {
    for (profile, line, replacement, variant, words) in DANGEROUS {
        let text = with(profile, line, replacement);
        let error = Profile::from_toml(&text).expect_err(replacement);
        let shown = format!("{error:?}");
        let found = shown.split(|c: char| !c.is_alphanumeric()).next().unwrap();
        assert_eq!(found, *variant, "{replacement}: {error}");
        for word in *words {
            assert!(error.to_string().contains(word), "{replacement}: {word:?} is not in: {error}");
        }
    }
}

#[test]
fn what_the_dangerous_profiles_only_resemble_loads() {
    for (profile, line, replacement) in [
        (LEAF, "\"serverAuth\"", "\"OCSPSigning\""),
        (LEAF, "\"serverAuth\"]", "\"timeStamping\"]\ncritical = [\"extendedKeyUsage\"]"),
        (LEAF, "\"serverAuth\"", "\"serverAuth\", \"clientAuth\", \"emailProtection\""),
        (LEAF, "max-days = 365", "max-days = 36525\nbackdate-seconds = 86400"),
        (
            LEAF,
            "allowed = [\"dns\"]",
            "allowed = [\"dns\"]\ndns-suffixes = [\"internal\", \"example.co.uk\"]",
        ),
        (LEAF, "allowed = [\"dns\"]", "allowed = [\"dns\"]\ndeny-dns-suffixes = [\"com\"]"),
        (LEAF, "allowed = [\"dns\"]", "allowed = [\"dns\"]\nmax-names = 1"),
        (LEAF, SUBJECT, "allowed = []"),
        (
            LEAF,
            "[san]",
            "[lint]\nskip = [{ rule = \"rfc5280.subject-key-id\", reason = \"old readers cannot\" }]\n[san]",
        ),
        (CA, CA_USAGE, "key-usage = [\"keyCertSign\", \"cRLSign\", \"digitalSignature\"]"),
        (CA, "[ca]", "extended-key-usage = [\"serverAuth\", \"clientAuth\"]\n[ca]"),
        (CA, "[ca]", "extended-key-usage = [\"codeSigning\"]\n[ca]"),
    ] {
        let loaded = Profile::from_toml(&with(profile, line, replacement));
        assert!(loaded.is_ok(), "{replacement}: {}", loaded.unwrap_err());
    }
}
