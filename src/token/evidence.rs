//! What speaks for a key never having left its token: the attributes, and attempts to get it out.
//! All of it is what the module says and does; only a vendor's attestation could prove it.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, KeyType, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::types::Ulong;
use zeroize::Zeroize as _;

use super::Shared;
use super::error::{Explain as _, TokenError};
use super::object::{KeySelector, PrivateKey, find_one};
use super::return_value::Class;

/// What the module reports about a key, and what came of trying to get it out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyEvidence {
    /// How far it can be trusted: always [`REPORTED_BY_MODULE`].
    pub basis: &'static str,
    /// CKA_LABEL.
    pub label: String,
    /// CKA_ID, hex.
    pub id: String,
    /// The kind of key, when we know it.
    pub algorithm: Option<&'static str>,
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    pub spki_sha256: Option<String>,
    /// The attributes; null where the token does not have one.
    pub attributes: KeyAttributes,
    /// Each attempt to get the private key out.
    pub attempts: Vec<ExportAttempt>,
    /// Whether any attempt got it out or changed what protects it.
    pub exportable: bool,
    /// Why the key may not be a CA key, if so.
    pub refused: Option<String>,
}

/// For [`KeyEvidence::basis`].
pub const REPORTED_BY_MODULE: &str = "reported by the module";

/// The attributes of a private key that say where it was made and whether it can leave.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyAttributes {
    /// CKA_LOCAL: made in the token.
    pub local: Option<bool>,
    /// CKA_ALWAYS_SENSITIVE.
    pub always_sensitive: Option<bool>,
    /// CKA_NEVER_EXTRACTABLE.
    pub never_extractable: Option<bool>,
    /// CKA_SENSITIVE.
    pub sensitive: Option<bool>,
    /// CKA_EXTRACTABLE.
    pub extractable: Option<bool>,
    /// CKA_PRIVATE: seen after login only.
    pub private: Option<bool>,
    /// CKA_SIGN.
    pub sign: Option<bool>,
    /// CKA_ALWAYS_AUTHENTICATE.
    pub always_authenticate: Option<bool>,
    /// CKA_KEY_GEN_MECHANISM.
    pub key_gen_mechanism: Option<String>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExportAttempt {
    /// What was tried.
    pub attempt: String,
    /// What came of it.
    pub outcome: ExportOutcome,
    /// The module's words: the function and CKR name, or what it gave.
    pub detail: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportOutcome {
    /// The module refused.
    Refused,
    /// The module said yes, but nothing came out and nothing changed.
    WithoutEffect,
    /// The module did it.
    Succeeded,
    /// The module does not offer the function or mechanism, so nothing could be tried.
    NotOffered,
}

/// Gathers the evidence. Each attempt has a session of its own, since a refused one may spoil it.
/// What an attempt makes is destroyed; flags that it could clear are set again.
pub(super) fn gather(shared: &Shared, selector: &KeySelector) -> Result<KeyEvidence, TokenError> {
    let (key, spki, key_gen_mechanism) = shared.pool.run(|worker| {
        let session = worker.session();
        let key = PrivateKey::read(session, find_one(session, selector, true)?)?;
        let spki = key.public_key(session, true).ok();
        let mechanism = key_gen_mechanism(session, key.handle);
        Ok((key, spki, mechanism))
    })?;
    let exact = key.selector();
    let mut attempts = Vec::new();
    for attempt in Attempt::all(key.kind) {
        let session = shared.fresh_session()?;
        let handle = find_one(&session, &exact, true)?;
        let (outcome, detail) = match attempt.make(&session, handle, key.kind) {
            Ok(made) => made,
            Err(TokenError::Pkcs11(error)) => {
                let outcome = what_a_refusal_means(error.class())
                    .ok_or_else(|| TokenError::Pkcs11(error.clone()))?;
                (outcome, format!("{} {}", error.function(), error.code()))
            }
            Err(other) => return Err(other),
        };
        attempts.push(ExportAttempt { attempt: attempt.to_string(), outcome, detail });
    }
    let exportable = attempts.iter().any(|attempt| attempt.outcome == ExportOutcome::Succeeded);
    Ok(KeyEvidence {
        basis: REPORTED_BY_MODULE,
        label: key.label.clone(),
        id: hex::encode(&key.id),
        algorithm: spki.as_ref().map(|spki| spki.algorithm().name()),
        spki_sha256: spki.map(|spki| hex::encode(spki.sha256())),
        attributes: KeyAttributes {
            local: key.local,
            always_sensitive: key.always_sensitive,
            never_extractable: key.never_extractable,
            sensitive: key.sensitive,
            extractable: key.extractable,
            private: key.private,
            sign: key.sign,
            always_authenticate: key.always_authenticate,
            key_gen_mechanism,
        },
        attempts,
        exportable,
        refused: key.check_policy().err().map(|error| error.to_string()),
    })
}

/// Whether the module refused or cannot do it at all; trouble with the token is neither.
fn what_a_refusal_means(class: Class) -> Option<ExportOutcome> {
    match class {
        Class::Call | Class::Failed | Class::Policy | Class::Template | Class::Vendor => {
            Some(ExportOutcome::Refused)
        }
        Class::Capability => Some(ExportOutcome::NotOffered),
        Class::Device
        | Class::Exhausted
        | Class::Login
        | Class::Module
        | Class::Pin
        | Class::Removed
        | Class::Session => None,
    }
}

#[derive(Clone, Copy)]
enum Attempt {
    Read(&'static str, AttributeType),
    ClearSensitive,
    SetExtractable,
    CopyExtractable,
    Wrap(Wrapping),
}

#[derive(Clone, Copy)]
enum Wrapping {
    KeyWrapPad,
    KeyWrap,
    CbcPad,
}

impl Attempt {
    fn all(kind: Option<KeyType>) -> Vec<Self> {
        let secrets: &[(&'static str, AttributeType)] = if kind == Some(KeyType::RSA) {
            &[
                ("CKA_PRIVATE_EXPONENT", AttributeType::PrivateExponent),
                ("CKA_PRIME_1", AttributeType::Prime1),
                ("CKA_PRIME_2", AttributeType::Prime2),
                ("CKA_EXPONENT_1", AttributeType::Exponent1),
                ("CKA_EXPONENT_2", AttributeType::Exponent2),
                ("CKA_COEFFICIENT", AttributeType::Coefficient),
            ]
        } else {
            &[("CKA_VALUE", AttributeType::Value)]
        };
        let mut all: Vec<_> =
            secrets.iter().map(|(name, attribute)| Self::Read(name, *attribute)).collect();
        all.extend([
            Self::ClearSensitive,
            Self::SetExtractable,
            Self::CopyExtractable,
            Self::Wrap(Wrapping::KeyWrapPad),
            Self::Wrap(Wrapping::KeyWrap),
            Self::Wrap(Wrapping::CbcPad),
        ]);
        all
    }

    fn make(
        self,
        session: &Session,
        key: ObjectHandle,
        kind: Option<KeyType>,
    ) -> Result<(ExportOutcome, String), TokenError> {
        match self {
            Self::Read(_, attribute) => read(session, key, attribute),
            Self::ClearSensitive => {
                set(session, key, Attribute::Sensitive(false), Attribute::Sensitive(true))
            }
            Self::SetExtractable => {
                set(session, key, Attribute::Extractable(true), Attribute::Extractable(false))
            }
            Self::CopyExtractable => copy(session, key, kind),
            Self::Wrap(wrapping) => wrap(session, key, wrapping),
        }
    }
}

impl std::fmt::Display for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read(name, _) => write!(f, "read {name}"),
            Self::ClearSensitive => f.write_str("set CKA_SENSITIVE = false"),
            Self::SetExtractable => f.write_str("set CKA_EXTRACTABLE = true"),
            Self::CopyExtractable => f.write_str("copy with CKA_EXTRACTABLE = true"),
            Self::Wrap(Wrapping::KeyWrapPad) => f.write_str("wrap with CKM_AES_KEY_WRAP_PAD"),
            Self::Wrap(Wrapping::KeyWrap) => f.write_str("wrap with CKM_AES_KEY_WRAP"),
            Self::Wrap(Wrapping::CbcPad) => f.write_str("wrap with CKM_AES_CBC_PAD"),
        }
    }
}

fn read(
    session: &Session,
    key: ObjectHandle,
    attribute: AttributeType,
) -> Result<(ExportOutcome, String), TokenError> {
    let info = session.get_attribute_info(key, &[attribute]).explain()?;
    Ok(match info.first() {
        Some(AttributeInfo::Sensitive) => {
            (ExportOutcome::Refused, "C_GetAttributeValue CKR_ATTRIBUTE_SENSITIVE".to_owned())
        }
        Some(AttributeInfo::TypeInvalid) => {
            (ExportOutcome::Refused, "C_GetAttributeValue CKR_ATTRIBUTE_TYPE_INVALID".to_owned())
        }
        _ => {
            let mut octets = 0;
            for mut attribute in session.get_attributes(key, &[attribute]).explain()? {
                octets += wipe(&mut attribute);
            }
            if octets == 0 {
                (ExportOutcome::Refused, "C_GetAttributeValue gave no value".to_owned())
            } else {
                (ExportOutcome::Succeeded, format!("C_GetAttributeValue gave {octets} octets"))
            }
        }
    })
}

/// How much was in it; then it is wiped.
fn wipe(attribute: &mut Attribute) -> usize {
    match attribute {
        Attribute::Value(secret)
        | Attribute::PrivateExponent(secret)
        | Attribute::Prime1(secret)
        | Attribute::Prime2(secret)
        | Attribute::Exponent1(secret)
        | Attribute::Exponent2(secret)
        | Attribute::Coefficient(secret) => {
            let octets = secret.len();
            secret.zeroize();
            octets
        }
        _ => 0,
    }
}

/// On the key itself, as a thief would: a copy shows nothing where keys cannot be copied.
fn set(
    session: &Session,
    key: ObjectHandle,
    wanted: Attribute,
    restore: Attribute,
) -> Result<(ExportOutcome, String), TokenError> {
    let kind = [wanted.attribute_type()];
    // What is so already is left alone: setting it back would change a key that is not ours to change.
    if session.get_attributes(key, &kind).explain()?.first() == Some(&wanted) {
        return Ok((ExportOutcome::Succeeded, "it is so already; nothing was set".to_owned()));
    }
    session.update_attributes(key, std::slice::from_ref(&wanted)).explain()?;
    if session.get_attributes(key, &kind).explain()?.first() != Some(&wanted) {
        return Ok((
            ExportOutcome::WithoutEffect,
            "C_SetAttributeValue CKR_OK, but the attribute reads as before".to_owned(),
        ));
    }
    let detail = match session.update_attributes(key, &[restore]).explain() {
        Ok(()) => "C_SetAttributeValue changed it; it was set back".to_owned(),
        Err(error) => format!("C_SetAttributeValue changed it; setting it back: {error}"),
    };
    Ok((ExportOutcome::Succeeded, detail))
}

fn copy(
    session: &Session,
    key: ObjectHandle,
    kind: Option<KeyType>,
) -> Result<(ExportOutcome, String), TokenError> {
    let template = [Attribute::Token(false), Attribute::Extractable(true)];
    let copy = session.copy_object(key, &template).explain()?;
    let looked = inspect_copy(session, copy, kind);
    let destroyed = session.destroy_object(copy).explain();
    let (outcome, found) = looked?;
    let detail = match destroyed {
        Ok(()) => format!("C_CopyObject made {found}; it was destroyed"),
        Err(error) => format!("C_CopyObject made {found}; destroying it: {error}"),
    };
    Ok((outcome, detail))
}

fn inspect_copy(
    session: &Session,
    copy: ObjectHandle,
    kind: Option<KeyType>,
) -> Result<(ExportOutcome, &'static str), TokenError> {
    if PrivateKey::read(session, copy)?.extractable == Some(true) {
        return Ok((ExportOutcome::Succeeded, "an extractable copy"));
    }
    for attempt in Attempt::all(kind) {
        if let Attempt::Read(_, attribute) = attempt
            && read(session, copy, attribute)?.0 == ExportOutcome::Succeeded
        {
            return Ok((ExportOutcome::Succeeded, "a readable copy"));
        }
    }
    Ok((ExportOutcome::WithoutEffect, "a copy that is not extractable"))
}

/// Under an AES key made for it, which dies with the session.
fn wrap(
    session: &Session,
    key: ObjectHandle,
    wrapping: Wrapping,
) -> Result<(ExportOutcome, String), TokenError> {
    let template = [
        Attribute::Token(false),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::ValueLen(Ulong::new(32)),
        Attribute::Wrap(true),
    ];
    let aes = match session.generate_key(&Mechanism::AesKeyGen, &template).explain() {
        Ok(aes) => aes,
        Err(error) => {
            return Ok((ExportOutcome::NotOffered, format!("no AES key to wrap with: {error}")));
        }
    };
    let mechanism = match wrapping {
        Wrapping::KeyWrapPad => Mechanism::AesKeyWrapPad,
        Wrapping::KeyWrap => Mechanism::AesKeyWrap,
        Wrapping::CbcPad => Mechanism::AesCbcPad([0; 16]),
    };
    let wrapped = session.wrap_key(&mechanism, aes, key).explain();
    let destroyed = session.destroy_object(aes).explain();
    let mut wrapped = wrapped?;
    let octets = wrapped.len();
    wrapped.zeroize();
    destroyed?;
    Ok((ExportOutcome::Succeeded, format!("C_WrapKey gave {octets} octets")))
}

/// Read alone: where a token does not know it, the binding fails the whole call.
fn key_gen_mechanism(session: &Session, key: ObjectHandle) -> Option<String> {
    let attributes = session.get_attributes(key, &[AttributeType::KeyGenMechanism]).ok()?;
    attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::KeyGenMechanism(mechanism) => Some(mechanism.to_string()),
        _ => None,
    })
}
