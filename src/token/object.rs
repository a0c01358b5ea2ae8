//! Key objects: finding exactly one, what the token reports about it, and its public key.

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use der::Decode as _;
use der::asn1::OctetStringRef;
use hex_literal::hex;

use crate::base::algorithm::KeyAlgorithm;
use crate::base::spki::Spki;
use crate::base::text::Escaped;

use super::TokenError;
use super::error::{Candidates, Explain as _, Reported};

/// Which key in a token. Fields that are set must all match; zero or several matches refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySelector {
    /// CKA_LABEL.
    pub label: Option<String>,
    /// CKA_ID.
    pub id: Option<Vec<u8>>,
}

/// A key pair found in a token.
#[derive(Clone, Debug)]
pub struct KeyDescription {
    /// CKA_LABEL.
    pub label: String,
    /// CKA_ID.
    pub id: Vec<u8>,
    /// The public key, when the token has it and we know its kind.
    pub spki: Option<Spki>,
}

impl KeySelector {
    pub(super) fn template(&self, class: ObjectClass, token: bool) -> Vec<Attribute> {
        let mut template = vec![Attribute::Class(class), Attribute::Token(token)];
        template.extend(self.label.as_ref().map(|label| Attribute::Label(label.clone().into())));
        template.extend(self.id.as_ref().map(|id| Attribute::Id(id.clone())));
        template
    }
}

impl std::fmt::Display for KeySelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.label, &self.id) {
            (Some(label), Some(id)) => write!(f, "{}", name(label, id)),
            (Some(label), None) => write!(f, "label \"{}\"", Escaped(label)),
            (None, Some(id)) => write!(f, "id {}", hex::encode(id)),
            (None, None) => f.write_str("any key"),
        }
    }
}

impl KeyDescription {
    /// One line for a person.
    pub(super) fn describe(&self) -> String {
        let kind = self.spki.as_ref().map_or("of unknown kind", |spki| spki.algorithm().name());
        format!("{} {kind}", name(&self.label, &self.id))
    }
}

/// What the token reports about a private key. Attributes that it does not have are `None`.
#[derive(Clone, Debug)]
pub(super) struct PrivateKey {
    pub(super) handle: ObjectHandle,
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    pub(super) kind: Option<KeyType>,
    pub(super) private: Option<bool>,
    pub(super) sensitive: Option<bool>,
    pub(super) extractable: Option<bool>,
    pub(super) local: Option<bool>,
    pub(super) always_sensitive: Option<bool>,
    pub(super) never_extractable: Option<bool>,
    pub(super) sign: Option<bool>,
    pub(super) always_authenticate: Option<bool>,
}

impl PrivateKey {
    /// Reads the attributes of a private key object.
    pub(super) fn read(session: &Session, handle: ObjectHandle) -> Result<Self, TokenError> {
        const FLAGS: [AttributeType; 8] = [
            AttributeType::Private,
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::Local,
            AttributeType::AlwaysSensitive,
            AttributeType::NeverExtractable,
            AttributeType::Sign,
            AttributeType::AlwaysAuthenticate,
        ];
        let mut wanted = vec![AttributeType::Label, AttributeType::Id, AttributeType::KeyType];
        wanted.extend(FLAGS);
        let attributes = match session.get_attributes(handle, &wanted).explain() {
            // The binding gives nothing at all when it does not know the key type.
            Err(TokenError::Answer { .. }) => {
                wanted.retain(|attribute| *attribute != AttributeType::KeyType);
                session.get_attributes(handle, &wanted).explain()?
            }
            other => other?,
        };
        let mut key = Self {
            handle,
            label: String::new(),
            id: Vec::new(),
            kind: None,
            private: None,
            sensitive: None,
            extractable: None,
            local: None,
            always_sensitive: None,
            never_extractable: None,
            sign: None,
            always_authenticate: None,
        };
        // By kind and never by position: what the token lacks is left out.
        for attribute in attributes {
            match attribute {
                Attribute::Label(label) => {
                    key.label = String::from_utf8_lossy(&label).into_owned();
                }
                Attribute::Id(id) => key.id = id,
                Attribute::KeyType(kind) => key.kind = Some(kind),
                Attribute::Private(value) => key.private = Some(value),
                Attribute::Sensitive(value) => key.sensitive = Some(value),
                Attribute::Extractable(value) => key.extractable = Some(value),
                Attribute::Local(value) => key.local = Some(value),
                Attribute::AlwaysSensitive(value) => key.always_sensitive = Some(value),
                Attribute::NeverExtractable(value) => key.never_extractable = Some(value),
                Attribute::Sign(value) => key.sign = Some(value),
                Attribute::AlwaysAuthenticate(value) => key.always_authenticate = Some(value),
                _ => {}
            }
        }
        Ok(key)
    }

    /// Label and id, for messages.
    pub(super) fn name(&self) -> String {
        name(&self.label, &self.id)
    }

    /// Finds exactly this key again in another session.
    pub(super) fn selector(&self) -> KeySelector {
        // A label that is no UTF-8 text was read with replacement characters.
        let usable = !self.label.is_empty() && !self.label.contains(char::REPLACEMENT_CHARACTER);
        KeySelector {
            label: usable.then(|| self.label.clone()),
            id: (!self.id.is_empty()).then(|| self.id.clone()),
        }
    }

    /// Refuses a key that was not made in the token or could leave it, by what the token reports.
    pub(super) fn check_policy(&self) -> Result<(), TokenError> {
        const MADE_ELSEWHERE: &str = "a key that was imported may exist elsewhere too; generate one with `keystead key generate`";
        const CAN_LEAVE: &str = "a key that can leave the token is no CA key; generate one with `keystead key generate`";
        const COULD_LEAVE: &str = "the key could once leave the token, so it may exist elsewhere too; \
                                   generate one with `keystead key generate`";
        let rules = [
            ("CKA_LOCAL", self.local, true, MADE_ELSEWHERE),
            ("CKA_SENSITIVE", self.sensitive, true, CAN_LEAVE),
            ("CKA_EXTRACTABLE", self.extractable, false, CAN_LEAVE),
            ("CKA_ALWAYS_SENSITIVE", self.always_sensitive, true, COULD_LEAVE),
            ("CKA_NEVER_EXTRACTABLE", self.never_extractable, true, COULD_LEAVE),
        ];
        for (attribute, found, expected, advice) in rules {
            self.expect(attribute, found, expected, advice)?;
        }
        if self.sign == Some(false) {
            self.expect("CKA_SIGN", self.sign, true, "the key is not for signing")?;
        }
        if self.always_authenticate == Some(true) {
            const PER_SIGNATURE: &str =
                "the token asks for the PIN at each signature, which is not supported";
            self.expect("CKA_ALWAYS_AUTHENTICATE", self.always_authenticate, false, PER_SIGNATURE)?;
        }
        Ok(())
    }

    fn expect(
        &self,
        attribute: &'static str,
        found: Option<bool>,
        expected: bool,
        advice: &'static str,
    ) -> Result<(), TokenError> {
        if found == Some(expected) {
            return Ok(());
        }
        Err(TokenError::KeyAttribute {
            key: self.name(),
            attribute,
            expected,
            found: Reported(found),
            advice,
        })
    }

    /// The public key from the object that carries the same id, or label where there is no id.
    pub(super) fn public_key(&self, session: &Session, token: bool) -> Result<Spki, TokenError> {
        let selector = if self.id.is_empty() {
            KeySelector { label: Some(self.label.clone()), id: None }
        } else {
            KeySelector { label: None, id: Some(self.id.clone()) }
        };
        let template = selector.template(ObjectClass::PUBLIC_KEY, token);
        match session.find_objects(&template).explain()?.as_slice() {
            [handle] => read_public_key(session, *handle, self.kind, &self.name()),
            // An RSA private key object carries the public numbers too (PKCS#11 §2.1.3).
            [] if self.kind == Some(KeyType::RSA) => {
                read_public_key(session, self.handle, self.kind, &self.name())
            }
            [] => Err(TokenError::PublicKeyMissing { key: self.name() }),
            several => {
                Err(TokenError::PublicKeyAmbiguous { key: self.name(), found: several.len() })
            }
        }
    }
}

/// The one private key that matches.
pub(super) fn find_one(
    session: &Session,
    selector: &KeySelector,
    token: bool,
) -> Result<ObjectHandle, TokenError> {
    let found =
        session.find_objects(&selector.template(ObjectClass::PRIVATE_KEY, token)).explain()?;
    match found.as_slice() {
        [handle] => Ok(*handle),
        [] => Err(TokenError::KeyNotFound {
            wanted: selector.to_string(),
            candidates: candidates(&list(session, &KeySelector::default())?),
        }),
        _ => Err(TokenError::KeyAmbiguous {
            wanted: selector.to_string(),
            candidates: candidates(&list(session, selector)?),
        }),
    }
}

/// The private keys that match, each with its public key where we know its kind.
pub(super) fn list(
    session: &Session,
    selector: &KeySelector,
) -> Result<Vec<KeyDescription>, TokenError> {
    let handles =
        session.find_objects(&selector.template(ObjectClass::PRIVATE_KEY, true)).explain()?;
    let mut keys = Vec::with_capacity(handles.len());
    for handle in handles {
        let key = PrivateKey::read(session, handle)?;
        // A key of a kind that is not ours is listed all the same.
        let spki = match key.public_key(session, true) {
            Ok(spki) => Some(spki),
            Err(TokenError::Pkcs11(error)) => return Err(TokenError::Pkcs11(error)),
            Err(_) => None,
        };
        keys.push(KeyDescription { label: key.label, id: key.id, spki });
    }
    Ok(keys)
}

/// The public key in an object's attributes.
pub(super) fn read_public_key(
    session: &Session,
    handle: ObjectHandle,
    kind: Option<KeyType>,
    key: &str,
) -> Result<Spki, TokenError> {
    let wanted: &[AttributeType] = match kind {
        Some(KeyType::RSA) => &[AttributeType::Modulus, AttributeType::PublicExponent],
        _ => &[AttributeType::EcParams, AttributeType::EcPoint],
    };
    let (mut first, mut second) = (None, None);
    for attribute in session.get_attributes(handle, wanted).explain()? {
        match attribute {
            Attribute::Modulus(value) | Attribute::EcParams(value) => first = Some(value),
            Attribute::PublicExponent(value) | Attribute::EcPoint(value) => second = Some(value),
            _ => {}
        }
    }
    let incomplete = |problem| TokenError::PublicKeyIncomplete { key: key.to_owned(), problem };
    let (Some(first), Some(second)) = (first, second) else {
        return Err(incomplete(if kind == Some(KeyType::RSA) {
            "no modulus or no public exponent"
        } else {
            "no curve or no point"
        }));
    };
    let spki = if kind == Some(KeyType::RSA) {
        Spki::from_rsa_numbers(&first, &second)
    } else {
        let algorithm = curve(&first)
            .ok_or_else(|| incomplete("another curve than P-256, P-384, P-521 or Ed25519"))?;
        let point = point(algorithm, &second)
            .ok_or_else(|| incomplete("a point that does not fit its curve"))?;
        Spki::from_point(algorithm, point)
    };
    spki.map_err(|source| TokenError::PublicKeyUnusable { key: key.to_owned(), source })
}

/// CKA_EC_PARAMS for a curve, in the order to try: the OBJECT IDENTIFIER, for Ed25519 also the name
/// that PKCS#11 3.0 §2.3.5 allows and some tokens require.
pub(super) fn curve_parameters(algorithm: KeyAlgorithm) -> &'static [&'static [u8]] {
    match algorithm {
        KeyAlgorithm::EcP256 => &[&hex!("06082a8648ce3d030107")],
        KeyAlgorithm::EcP384 => &[&hex!("06052b81040022")],
        KeyAlgorithm::EcP521 => &[&hex!("06052b81040023")],
        KeyAlgorithm::Ed25519 => &[&hex!("06032b6570"), &hex!("130c656477617264733235353139")],
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => &[],
    }
}

fn curve(parameters: &[u8]) -> Option<KeyAlgorithm> {
    /// The OBJECT IDENTIFIER that drafts of PKCS#11 3.0 had for Ed25519.
    const DRAFT_ED25519: [u8; 11] = hex!("06092b06010401da470f01");
    if parameters == DRAFT_ED25519 {
        return Some(KeyAlgorithm::Ed25519);
    }
    KeyAlgorithm::ALL
        .into_iter()
        .find(|algorithm| curve_parameters(*algorithm).contains(&parameters))
}

/// The point itself: CKA_EC_POINT is an OCTET STRING around it by the standard, but the bare point
/// with some tokens. The lengths tell them apart.
fn point(algorithm: KeyAlgorithm, attribute: &[u8]) -> Option<&[u8]> {
    let length = match algorithm {
        KeyAlgorithm::EcP256 => 65,
        KeyAlgorithm::EcP384 => 97,
        KeyAlgorithm::EcP521 => 133,
        _ => 32,
    };
    if attribute.len() == length {
        return Some(attribute);
    }
    let inner = <&OctetStringRef>::from_der(attribute).ok()?.as_bytes();
    (inner.len() == length).then_some(inner)
}

fn candidates(keys: &[KeyDescription]) -> Candidates {
    Candidates(keys.iter().map(KeyDescription::describe).collect())
}

fn name(label: &str, id: &[u8]) -> String {
    if id.is_empty() {
        return format!("\"{}\" (no id)", Escaped(label));
    }
    format!("\"{}\" (id {})", Escaped(label), hex::encode(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_wrapped_and_bare() {
        let bare = [4_u8; 65];
        let wrapped = [&[0x04, 65][..], &bare].concat();
        assert_eq!(point(KeyAlgorithm::EcP256, &bare), Some(&bare[..]));
        assert_eq!(point(KeyAlgorithm::EcP256, &wrapped), Some(&bare[..]));
        let long = [&[0x04, 0x81, 133][..], &[4; 133]].concat();
        assert_eq!(point(KeyAlgorithm::EcP521, &long).map(<[u8]>::len), Some(133));
        let edwards = [&[0x04, 32][..], &[7; 32]].concat();
        assert_eq!(point(KeyAlgorithm::Ed25519, &edwards), Some(&[7_u8; 32][..]));
        assert_eq!(point(KeyAlgorithm::Ed25519, &[7; 32]), Some(&[7_u8; 32][..]));
        for wrong in [&wrapped[..66], &[&wrapped[..], &[0]].concat(), &[], &bare[..64]] {
            assert_eq!(point(KeyAlgorithm::EcP256, wrong), None);
        }
    }

    #[test]
    fn every_curve_parameter_names_one_curve() {
        for algorithm in KeyAlgorithm::ALL {
            for parameters in curve_parameters(algorithm) {
                assert_eq!(curve(parameters), Some(algorithm));
            }
        }
        assert_eq!(curve(&hex!("06052b8104000a")), None);
    }
}
