//! Making key pairs inside the token.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::types::Ulong;

use crate::base::algorithm::KeyAlgorithm;
use crate::base::spki::Spki;
use crate::base::text::is_confusing;

use super::TokenError;
use super::error::Explain as _;
use super::object::{KeyDescription, KeySelector, PrivateKey, curve_parameters, read_public_key};
use super::pool::Pool;
use super::return_value::Class;

/// A key pair just made.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) public: ObjectHandle,
    pub(super) private: ObjectHandle,
}

/// What a new pair is called and where it lives.
#[derive(Clone, Copy)]
pub(super) struct Naming<'a> {
    pub(super) label: &'a str,
    pub(super) id: &'a [u8],
    /// In the token for good, or in the session that makes it.
    pub(super) token: bool,
}

/// One way to describe the pair to the token. Tokens differ in which attributes they take.
#[derive(Clone, Copy)]
pub(super) struct Description {
    explicit_usage: bool,
    curve: Option<&'static [u8]>,
}

/// Makes a CA key: a new label, a new id, and attributes that were read back and found in order.
pub(super) fn ca_key(
    pool: &Pool,
    label: &str,
    algorithm: KeyAlgorithm,
) -> Result<KeyDescription, TokenError> {
    check_label(label)?;
    let id = pool.run(|worker| {
        refuse_taken_label(worker.session(), label)?;
        unused_id(worker.session())
    })?;
    let naming = Naming { label, id: &id, token: true };
    let spki = with_each_description(algorithm, |description| {
        pool.run(|worker| {
            let session = worker.session();
            let pair = pair(session, algorithm, naming, description)?;
            // What is not as it should be does not stay.
            accept(session, pair, algorithm).inspect_err(|_| destroy(session, pair))
        })
    })?;
    Ok(KeyDescription { label: label.to_owned(), id, spki: Some(spki) })
}

/// Tries `make` with each description, the strictest first, until one is not refused for its form.
pub(super) fn with_each_description<T>(
    algorithm: KeyAlgorithm,
    mut make: impl FnMut(Description) -> Result<T, TokenError>,
) -> Result<T, TokenError> {
    let mut last = None;
    for description in descriptions(algorithm) {
        match make(description) {
            Err(TokenError::Pkcs11(error)) if is_about_form(error.class()) => {
                last = Some(TokenError::Pkcs11(error));
            }
            other => return other,
        }
    }
    Err(last.unwrap_or_else(|| TokenError::Answer { detail: "no way to make a key".to_owned() }))
}

/// Makes a pair. SENSITIVE and not EXTRACTABLE are always said explicitly.
pub(super) fn pair(
    session: &Session,
    algorithm: KeyAlgorithm,
    naming: Naming<'_>,
    description: Description,
) -> Result<Pair, TokenError> {
    let shared = [
        Attribute::Token(naming.token),
        Attribute::Label(naming.label.into()),
        Attribute::Id(naming.id.to_vec()),
    ];
    let mut public = shared.to_vec();
    public.extend([Attribute::Private(false), Attribute::Verify(true)]);
    let mut private = shared.to_vec();
    private.extend([
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
    ]);
    if description.explicit_usage {
        // Some tokens, SoftHSM among them, allow everything that is not forbidden here.
        public.extend([Attribute::Encrypt(false), Attribute::Wrap(false)]);
        private.extend([
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::SignRecover(false),
            Attribute::Derive(false),
        ]);
    }
    let mechanism = match algorithm {
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
            let bits = match algorithm {
                KeyAlgorithm::Rsa2048 => 2048,
                KeyAlgorithm::Rsa3072 => 3072,
                _ => 4096,
            };
            public.extend([
                Attribute::ModulusBits(Ulong::new(bits)),
                Attribute::PublicExponent(vec![1, 0, 1]),
            ]);
            Mechanism::RsaPkcsKeyPairGen
        }
        KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 | KeyAlgorithm::EcP521 => {
            Mechanism::EccKeyPairGen
        }
        KeyAlgorithm::Ed25519 => Mechanism::EccEdwardsKeyPairGen,
    };
    public.extend(description.curve.map(|curve| Attribute::EcParams(curve.to_vec())));
    let (public, private) = session.generate_key_pair(&mechanism, &public, &private).explain()?;
    Ok(Pair { public, private })
}

/// Destroys a pair, as far as the token lets us: the caller has an error to report already.
pub(super) fn destroy(session: &Session, pair: Pair) {
    for handle in [pair.private, pair.public] {
        if let Err(error) = session.destroy_object(handle).explain() {
            tracing::warn!(%error, "a refused key object could not be destroyed");
        }
    }
}

/// The public key of a pair.
pub(super) fn public_key(
    session: &Session,
    pair: Pair,
    algorithm: KeyAlgorithm,
) -> Result<Spki, TokenError> {
    let kind = match algorithm {
        KeyAlgorithm::Ed25519 => KeyType::EC_EDWARDS,
        other if other.is_rsa() => KeyType::RSA,
        _ => KeyType::EC,
    };
    let spki = read_public_key(session, pair.public, Some(kind), "just generated")?;
    if spki.algorithm() != algorithm {
        return Err(TokenError::Answer {
            detail: format!("asked for a key {algorithm}, got {}", spki.algorithm()),
        });
    }
    Ok(spki)
}

fn accept(session: &Session, pair: Pair, algorithm: KeyAlgorithm) -> Result<Spki, TokenError> {
    PrivateKey::read(session, pair.private)?.check_policy()?;
    public_key(session, pair, algorithm)
}

fn descriptions(algorithm: KeyAlgorithm) -> Vec<Description> {
    let curves: Vec<Option<&'static [u8]>> = match curve_parameters(algorithm) {
        [] => vec![None],
        known => known.iter().copied().map(Some).collect(),
    };
    let with =
        |explicit_usage| curves.iter().map(move |&curve| Description { explicit_usage, curve });
    with(true).chain(with(false)).collect()
}

fn is_about_form(class: Class) -> bool {
    matches!(class, Class::Template | Class::Capability | Class::Call | Class::Failed)
}

fn check_label(label: &str) -> Result<(), TokenError> {
    let reason = if label.is_empty() {
        "it is empty"
    } else if label.len() > 255 {
        "it is longer than 255 octets"
    } else if label.chars().any(is_confusing) {
        "it has control or invisible characters"
    } else {
        return Ok(());
    };
    Err(TokenError::Label { label: label.to_owned(), reason })
}

fn refuse_taken_label(session: &Session, label: &str) -> Result<(), TokenError> {
    let selector = KeySelector { label: Some(label.to_owned()), id: None };
    for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
        if !session.find_objects(&selector.template(class, true)).explain()?.is_empty() {
            return Err(TokenError::KeyLabelTaken { label: label.to_owned() });
        }
    }
    Ok(())
}

/// Two random octets: the longest id that every token keeps (the YubiHSM 2 has 16 bits), so it is
/// checked to be free. All zeros and all ones are reserved there.
pub(super) fn unused_id(session: &Session) -> Result<Vec<u8>, TokenError> {
    const TRIES: usize = 64;
    for _ in 0..TRIES {
        let mut id = [0; 2];
        getrandom::fill(&mut id).map_err(TokenError::Random)?;
        if id == [0, 0] || id == [0xff, 0xff] {
            continue;
        }
        if session.find_objects(&[Attribute::Id(id.to_vec())]).explain()?.is_empty() {
            return Ok(id.to_vec());
        }
    }
    Err(TokenError::KeyIdsTaken { tries: TRIES })
}
