//! Profile files: the shipped ones load, dangerous ones do not.

use keystead::profile::{Profile, ProfileError, ProfileKind};

/// A leaf profile that loads.
pub(crate) const LEAF: &str = r#"
version = 1
name = "site-server"
description = "A server"
kind = "leaf"
[validity]
default-days = 90
max-days = 365
[key]
algorithms = ["ec-p256", "rsa-2048"]
[usage]
key-usage = ["digitalSignature"]
key-usage-rsa = ["keyEncipherment"]
extended-key-usage = ["serverAuth"]
[subject]
allowed = ["CN", "O", "OU"]
[san]
allowed = ["dns"]
"#;

/// A CA profile that loads.
pub(crate) const CA: &str = r#"
version = 1
name = "site-ca"
description = "A CA"
kind = "intermediate"
[validity]
default-days = 365
max-days = 3650
[key]
algorithms = ["ec-p384"]
[usage]
key-usage = ["keyCertSign", "cRLSign"]
[ca]
path-length = 0
permitted = ["dns:example.com"]
[subject]
allowed = ["CN"]
required = ["CN"]
[pointers]
crl = ["http://crl.example.com/site.crl"]
ocsp = ["http://ocsp.example.com"]
ca-issuers = ["http://ca.example.com/site.cer"]
"#;

fn refusal(text: &str) -> ProfileError {
    Profile::from_toml(text).unwrap_err()
}

/// Replaces one line of a profile that otherwise loads.
pub(crate) fn with(text: &str, line: &str, replacement: &str) -> String {
    assert!(text.contains(line), "{line}");
    text.replace(line, replacement)
}

#[test]
fn all_shipped_profiles_load_under_their_file_names() {
    assert!(Profile::shipped().len() >= 13);
    for (name, text) in Profile::shipped() {
        let profile = Profile::from_toml(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(profile.name(), *name);
        assert!(!profile.description().is_empty());
        assert!(profile.max_lifetime() >= profile.default_lifetime());
        assert_eq!(Profile::find_shipped(name), Some(*text));
        assert!(text.contains(&format!("description = \"{}\"", profile.description())), "{name}");
        let days = profile.default_lifetime() / 86_400;
        match profile.kind() {
            // Nobody asks whether a responder is revoked, so it lives shorter.
            ProfileKind::Leaf if *name == "ocsp-responder" => assert_eq!(days, 30),
            ProfileKind::Leaf => assert_eq!(days, 365, "{name}"),
            ProfileKind::Root => assert_eq!(days, 3_650, "{name}"),
            ProfileKind::Intermediate => assert!(days <= 3_650, "{name}"),
        }
    }
    assert_eq!(Profile::find_shipped("no-such"), None);
}

#[test]
fn every_file_in_profiles_is_embedded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, Profile::shipped().len());
}

#[test]
fn the_two_site_profiles_of_these_tests_load() {
    assert_eq!(Profile::from_toml(LEAF).unwrap().kind(), ProfileKind::Leaf);
    assert_eq!(Profile::from_toml(CA).unwrap().kind(), ProfileKind::Intermediate);
}

#[test]
fn an_unknown_key_refuses_at_every_level() {
    for text in [
        format!("surprise = 1\n{LEAF}"),
        with(LEAF, "max-days = 365", "max-days = 365\nsurprise = 1"),
        with(LEAF, "[san]", "[san]\nallow-wildcards = true"),
        format!("{LEAF}\n[surprise]\n"),
    ] {
        assert!(matches!(refusal(&text), ProfileError::Syntax(_)));
    }
}

#[test]
fn a_profile_tells_which_rules_it_skips_and_why() {
    let skip = "[lint]\nskip = [{ rule = \"rfc5280.subject-key-id\", reason = \"old readers cannot\" }]\n[san]";
    let profile = Profile::from_toml(&with(LEAF, "[san]", skip)).unwrap();
    let [skipped] = profile.skipped_lints() else { panic!("{profile:?}") };
    assert_eq!(skipped.rule, "rfc5280.subject-key-id");
    assert_eq!(skipped.reason, "old readers cannot");
    assert!(Profile::from_toml(LEAF).unwrap().skipped_lints().is_empty());
}

#[test]
fn a_leaf_that_could_sign_does_not_load() {
    let usage = "key-usage = [\"digitalSignature\"]";
    for word in ["keyCertSign", "cRLSign"] {
        let text = with(LEAF, usage, &format!("key-usage = [\"{word}\"]"));
        assert!(matches!(refusal(&text), ProfileError::LeafSigns { .. }));
    }
    let text = with(LEAF, "[\"keyEncipherment\"]", "[\"keyCertSign\"]");
    assert!(matches!(refusal(&text), ProfileError::LeafSigns { .. }));
    let text = format!("{LEAF}\n[ca]\npath-length = 0\n");
    assert!(matches!(refusal(&text), ProfileError::LeafWithCaTable));
}

#[test]
fn a_ca_with_rights_of_a_leaf_does_not_load() {
    let usage = "key-usage = [\"keyCertSign\", \"cRLSign\"]";
    let extended =
        |word: &str| with(CA, usage, &format!("{usage}\nextended-key-usage = [\"{word}\"]"));
    for word in ["OCSPSigning", "anyExtendedKeyUsage"] {
        assert!(matches!(refusal(&extended(word)), ProfileError::CaExtendedKeyUsage { .. }));
    }
    assert!(Profile::from_toml(&extended("serverAuth")).is_ok());
    let text = with(CA, usage, "key-usage = [\"cRLSign\"]");
    assert!(matches!(refusal(&text), ProfileError::CaCannotSign));
    let text = format!("{CA}\n[san]\nallowed = [\"dns\"]\n");
    assert!(matches!(refusal(&text), ProfileError::CaSans));
    let text = with(CA, "required = [\"CN\"]", "");
    assert!(matches!(refusal(&text), ProfileError::CaWithoutSubject));
}

#[test]
fn a_root_has_no_purposes_pointers_or_issuer_to_end_with() {
    let root = with(CA, "kind = \"intermediate\"", "kind = \"root\"");
    let (root, pointers) = root.split_once("[pointers]\n").unwrap();
    for pointer in pointers.lines() {
        let text = format!("{root}[pointers]\n{pointer}\n");
        assert!(matches!(refusal(&text), ProfileError::RootPointers), "{pointer}");
    }
    assert!(!Profile::from_toml(root).unwrap().follows_issuer_pointers());
    let hold = format!("{root}\n[revocation]\nhold = true\n");
    assert!(matches!(refusal(&hold), ProfileError::RootHolds));
    let text = with(root, "max-days = 3650", "max-days = 3650\nclip-to-issuer = true");
    assert!(matches!(refusal(&text), ProfileError::RootClips));
    let usage = "key-usage = [\"keyCertSign\", \"cRLSign\"]";
    let text = with(root, usage, &format!("{usage}\nextended-key-usage = [\"serverAuth\"]"));
    assert!(matches!(refusal(&text), ProfileError::RootExtendedKeyUsage));
}

#[test]
fn a_lifetime_without_limit_does_not_load() {
    assert!(matches!(refusal(&with(LEAF, "max-days = 365\n", "")), ProfileError::Syntax(_)));
    assert!(Profile::from_toml(&with(LEAF, "max-days = 365", "max-days = 90")).is_ok());
    for days in ["0", "89", "40000"] {
        let text = with(LEAF, "max-days = 365", &format!("max-days = {days}"));
        assert!(matches!(refusal(&text), ProfileError::Lifetime { .. }), "{days}");
    }
    let text = with(LEAF, "max-days = 365", "max-days = 365\nbackdate-seconds = 90000");
    assert!(matches!(refusal(&text), ProfileError::Backdate { .. }));
}

#[test]
fn a_leaf_for_every_purpose_does_not_load() {
    let usage = "extended-key-usage = [\"serverAuth\"]";
    assert!(matches!(refusal(&with(LEAF, usage, "")), ProfileError::LeafWithoutExtendedKeyUsage));
    let text = with(LEAF, usage, "extended-key-usage = [\"anyExtendedKeyUsage\"]");
    assert!(matches!(refusal(&text), ProfileError::AnyExtendedKeyUsage));
}

#[test]
fn key_encipherment_for_keys_that_cannot_does_not_load() {
    let usage = "key-usage = [\"digitalSignature\"]";
    let text = with(LEAF, usage, "key-usage = [\"digitalSignature\", \"keyEncipherment\"]");
    assert!(matches!(refusal(&text), ProfileError::RsaOnlyUsage { .. }));
}

#[test]
fn a_kubernetes_group_under_ou_does_not_load_and_says_where_it_belongs() {
    for group in ["system:masters", "kubeadm:cluster-admins"] {
        let text = format!("{LEAF}\n[subject.fixed]\nOU = [\"{group}\"]\n");
        let error = refusal(&text);
        assert!(matches!(error, ProfileError::KubernetesGroupInOu { .. }));
        assert!(error.to_string().contains("write it under O"), "{error}");
        let text = format!("{LEAF}\n[subject.fixed]\nO = [\"{group}\"]\n");
        assert!(Profile::from_toml(&text).is_ok());
    }
    let text = format!("{LEAF}\n[subject.prefix]\nOU = \"system:\"\n");
    assert!(matches!(refusal(&text), ProfileError::KubernetesGroupInOu { .. }));
}

#[test]
fn words_that_mean_nothing_are_named_with_what_would() {
    for (line, replacement, expected) in [
        ("\"serverAuth\"", "\"server-auth\"", "serverAuth, clientAuth, "),
        (
            "key-usage = [\"digitalSignature\"]",
            "key-usage = [\"signing\"]",
            "digitalSignature, nonRepudiation, ",
        ),
        ("allowed = [\"CN\", \"O\", \"OU\"]", "allowed = [\"commonname\"]", "CN, C, DC, "),
        ("[san]", "[request]\nallow-extensions = [\"ku\"]\n[san]", "authorityInfoAccess, "),
        ("[san]", "[request]\nallow-attributes = [\"pw\"]\n[san]", "challengePassword, "),
    ] {
        let error = refusal(&with(LEAF, line, replacement));
        assert!(matches!(error, ProfileError::UnknownWord { .. }), "{error}");
        assert!(error.to_string().contains(&format!("expected {expected}")), "{error}");
    }
    let text = with(LEAF, "\"ec-p256\"", "\"p256\"");
    assert!(matches!(refusal(&text), ProfileError::UnknownAlgorithm(_)));
    let text = with(LEAF, "\"ec-p256\"", "\"rsa-2048\"");
    assert!(matches!(refusal(&text), ProfileError::Repeated { .. }));
    for name in ["Site Server", "", "-site", "site_1", "../site"] {
        let text = with(LEAF, "name = \"site-server\"", &format!("name = \"{name}\""));
        assert!(matches!(refusal(&text), ProfileError::Name { .. }), "{name:?}");
    }
    let text = with(LEAF, "version = 1", "version = 2");
    assert!(matches!(refusal(&text), ProfileError::Version { found: 2 }));
}

#[test]
fn rules_for_attributes_that_are_not_allowed_do_not_load() {
    for line in ["required = [\"L\"]", "repeatable = [\"L\"]", "fixed = { L = [\"Bern\"] }"] {
        let text = with(LEAF, "[subject]", &format!("[subject]\n{line}"));
        assert!(matches!(refusal(&text), ProfileError::SubjectNotAllowed { .. }), "{line}");
    }
    let text = with(LEAF, "allowed = [\"dns\"]", "required = true");
    assert!(matches!(refusal(&text), ProfileError::SanRequiredButNoneAllowed));
}

#[test]
fn constraints_and_pointers_that_cannot_work_do_not_load() {
    for constraint in [
        "example.com",
        "dns:",
        "dns:a b",
        "uri:",
        "uri:https://example.com",
        "email:",
        "email:a@",
        "email:a@b c",
        "email:a@b@",
        "ip:10.0.0.1/8",
        "ip:10.0.0.0",
        "dir:CN=a",
    ] {
        let text = with(CA, "dns:example.com", constraint);
        assert!(matches!(refusal(&text), ProfileError::NameConstraint { .. }), "{constraint}");
    }
    for uri in ["crl.example.com/a.crl", "ftp://example.com/a", "http://", "http://ex ample.com"] {
        let text = with(CA, "http://crl.example.com/site.crl", uri);
        assert!(matches!(refusal(&text), ProfileError::Uri { .. }), "{uri}");
    }
}

#[test]
fn revocation_is_permanent_and_the_issuers_pointers_go_in_unless_a_profile_says_otherwise() {
    let leaf = Profile::from_toml(LEAF).unwrap();
    assert!(leaf.follows_issuer_pointers() && !leaf.allows_hold());
    let text = format!("{LEAF}\n[revocation]\npointers = false\nhold = true\n");
    let other = Profile::from_toml(&text).unwrap();
    assert!(!other.follows_issuer_pointers() && other.allows_hold());
    for wrong in ["pointer = true", "hold = 'yes'"] {
        let text = format!("{LEAF}\n[revocation]\n{wrong}\n");
        assert!(matches!(refusal(&text), ProfileError::Syntax(_)), "{wrong}");
    }
}

#[test]
fn the_documented_profile_loads() {
    let page = include_str!("../../docs/profiles.md");
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let profile = Profile::from_toml(example).unwrap();
    assert_eq!((profile.name(), profile.kind()), ("web-internal", ProfileKind::Leaf));
}

#[test]
fn every_code_of_a_profiles_refusals_is_documented() {
    let page = include_str!("../../docs/profiles.md");
    let source = include_str!("../../src/profile/codes.rs");
    let codes: Vec<&str> = source.split('"').filter(|word| word.starts_with("policy.")).collect();
    assert!(codes.len() > 35, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("`{code}`")), "{code} is not in docs/profiles.md");
    }
}
