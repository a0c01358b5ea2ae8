//! From a profile file to a usable profile: whatever could issue something dangerous does not load.

use const_oid::ObjectIdentifier;

use super::config::{CaTable, ProfileFile, ProfileKind};
use super::extensions::Extensions;
use super::lists::{oids, push_new};
use super::pointers::PointerRules;
use super::sans::SanRules;
use super::subject::SubjectRules;
use super::subtrees::name_constraints;
use super::{Example, ProfileError, SkippedLint, extras, usage, words};
use crate::base::algorithm::KeyAlgorithm;
use crate::base::spki::KeyIdMethod;
use crate::base::text::ParserError;
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
    pub ca: CaTable,
    pub pointers: PointerRules,
    pub subject: SubjectRules,
    pub sans: SanRules,
    pub extensions: Extensions,
    pub allow_extensions: Vec<ObjectIdentifier>,
    pub allow_attributes: Vec<ObjectIdentifier>,
    pub skipped_lints: Vec<SkippedLint>,
    pub examples: Vec<Example>,
}

/// Reads and validates a profile file: its name and content.
///
/// # Errors
/// [`ProfileError`] says which key and why.
pub(super) fn load(text: &str) -> Result<(String, Rules), ProfileError> {
    let file: ProfileFile =
        toml::from_str(text).map_err(|error| ProfileError::Syntax(ParserError::new(&error)))?;
    if file.version != 1 {
        return Err(ProfileError::Version { found: file.version });
    }
    check_name(&file.name)?;
    check_validity(&file)?;
    let algorithms = algorithms(&file.key.algorithms)?;
    let usage = usage::load(file.kind, &file.usage, &algorithms)?;
    check_kind(&file)?;
    let ca = file.ca.unwrap_or_default();
    let constraints = name_constraints(&ca.permitted, &ca.excluded)?;
    let extensions = Extensions::prepare(file.kind, ca.path_length, &usage, constraints)?;
    let pointers = PointerRules::load(file.kind, file.pointers, file.revocation)?;
    let subject = SubjectRules::load(file.kind, &file.subject)?;
    let sans = SanRules::load(&file.san)?;
    if file.kind == ProfileKind::Leaf && subject.allowed.is_empty() && sans.allowed.is_empty() {
        return Err(ProfileError::NamesNobody);
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
        ca,
        pointers,
        subject,
        sans,
        extensions,
        allow_extensions: oids(
            "request.allow-extensions",
            &file.request.allow_extensions,
            words::extension,
            words::extension_words,
        )?,
        allow_attributes: request_attributes(&file.request.allow_attributes)?,
        skipped_lints: extras::skipped_lints(file.lint)?,
        examples: extras::examples(file.kind, &file.example)?,
    };
    Ok((file.name, rules))
}

/// Attributes that may be there without effect; never those that hold wishes for extensions, which
/// would be dropped in silence.
fn request_attributes(words: &[String]) -> Result<Vec<ObjectIdentifier>, ProfileError> {
    let key = "request.allow-attributes";
    let found = oids(key, words, words::request_attribute, words::request_attribute_words)?;
    let wishes = ["extensionRequest", "microsoftExtensionRequest"].map(words::request_attribute);
    match found.iter().find(|oid| wishes.contains(&Some(**oid))) {
        Some(oid) => {
            Err(ProfileError::DroppedWishes { attribute: words::request_attribute_word(*oid) })
        }
        None => Ok(found),
    }
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
        ProfileKind::Root if file.revocation.hold => Err(ProfileError::RootHolds),
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
