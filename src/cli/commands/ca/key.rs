//! The key of a new issuer: generated in the token, or one that is there and passes the same tests.

use clap::Args;
use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::base::spki::Spki;
use keystead::config::{CrlSettings, IssuerRecord, OcspSettings};
use keystead::inventory::Inventory;
use keystead::token::{KeyDescription, KeySelector, Token, TokenKey};

use crate::cli::commands::key::{gather, generate};
use crate::cli::exit::Failure;
use crate::cli::report::escaped;
use crate::cli::values;

/// Which key a new issuer gets.
#[derive(Args, Clone, Debug)]
pub(super) struct KeyArgs {
    /// The kind of key to generate in the token
    #[arg(long, value_name = "ALGORITHM", value_parser = values::key_algorithm(),
        required_unless_present = "existing_key")]
    key: Option<KeyAlgorithm>,
    /// The label of the key in the token [default: the issuer's name]
    #[arg(long, value_name = "LABEL")]
    key_label: Option<String>,
    /// Use the key with that label which is in the token already; it must have been generated there
    /// and not be able to leave
    #[arg(long)]
    existing_key: bool,
    /// How the issuer signs [default: what is usual for the key]
    #[arg(long, value_name = "ALGORITHM", value_parser = values::signature_algorithm())]
    signature: Option<SignatureAlgorithm>,
    /// Sign under this profile only; may be repeated
    #[arg(long = "allow-profile", value_name = "PROFILE")]
    profiles: Vec<String>,
}

/// A key that may be a CA key, open for signing.
pub(crate) struct CaKey {
    /// What the token says of it.
    pub(crate) description: KeyDescription,
    /// It signs.
    pub(crate) key: TokenKey,
}

impl KeyArgs {
    /// Refuses what cannot work, before anything is made.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let (Some(key), Some(signature)) = (self.key, self.signature) else { return Ok(()) };
        if signature.fits(key) {
            return Ok(());
        }
        Err(Failure::usage(format!("the {key} key cannot make {signature} signatures")))
    }

    /// Generates the key for the issuer `name` or finds it: [`prepare`].
    pub(super) fn prepare(
        &self,
        name: &str,
        token: &Token,
        inventory: &mut Inventory,
    ) -> Result<CaKey, Failure> {
        let label = self.label(name);
        let found = if self.existing_key { None } else { self.key };
        let key = match found {
            Some(kind) => NewKey::Generate(kind),
            None => NewKey::Find(self.key),
        };
        prepare(label, key, self.signature, token, inventory).map_err(|(made, failure)| {
            if made { self.how_to_go_on(failure, label) } else { failure }
        })
    }

    /// After the key is there, the way on is the same command with that key.
    pub(super) fn how_to_go_on(&self, failure: Failure, label: &str) -> Failure {
        if self.existing_key {
            return failure;
        }
        failure.hint(format!(
            "the key {label:?} is in the token now; to go on with it, give --existing-key \
             --key-label {label} the next time"
        ))
    }

    /// The label of the key for the issuer `name`.
    pub(super) fn label<'a>(&'a self, name: &'a str) -> &'a str {
        self.key_label.as_deref().unwrap_or(name)
    }

    /// The issuer to save, without a certificate.
    pub(super) fn record(&self, name: &str, key: &CaKey, is_root: bool) -> IssuerRecord {
        IssuerRecord {
            name: name.to_owned(),
            key_label: key.description.label.clone(),
            key_id: key.description.id.clone(),
            spki_der: key.key.spki().as_der().to_vec(),
            signature: key.key.algorithm(),
            profiles: (!self.profiles.is_empty()).then(|| self.profiles.clone()),
            certificate: None,
            chain: Vec::new(),
            crl: CrlSettings::usual(is_root),
            ocsp: OcspSettings::default(),
            ca_issuers: None,
        }
    }

    /// The profiles that the issuer will be limited to.
    pub(super) fn profiles(&self) -> &[String] {
        &self.profiles
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NewKey {
    /// It is generated.
    Generate(KeyAlgorithm),
    /// It is in the token, of this kind if one is given.
    Find(Option<KeyAlgorithm>),
}

/// Generates the key with this label or finds it, tries to export it in every way we know, and opens it
/// for signing. All of it is on record. A failure comes with whether the key is there.
pub(crate) fn prepare(
    label: &str,
    key: NewKey,
    signature: Option<SignatureAlgorithm>,
    token: &Token,
    inventory: &mut Inventory,
) -> Result<CaKey, (bool, Failure)> {
    let description = match key {
        NewKey::Generate(kind) => generate(label, kind, token, inventory),
        NewKey::Find(kind) => find(label, kind, token),
    }
    .map_err(|failure| (false, failure))?;
    checked(description, signature, token, inventory).map_err(|failure| (true, failure))
}

fn checked(
    description: KeyDescription,
    signature: Option<SignatureAlgorithm>,
    token: &Token,
    inventory: &mut Inventory,
) -> Result<CaKey, Failure> {
    let selector =
        KeySelector { label: Some(description.label.clone()), id: Some(description.id.clone()) };
    let evidence = gather(token, &selector, inventory)?;
    if let Some(reason) = evidence.refused {
        return Err(Failure::refused(format!(
            "the key {} is refused as a CA key: {}",
            escaped(&description.label),
            escaped(&reason)
        ))
        .hint(format!(
            "`keystead key show {}` shows the evidence; without --existing-key, a key is \
             generated in the token",
            description.label
        )));
    }
    let spki = public_key(&description)?;
    let algorithm = signature.unwrap_or_else(|| spki.algorithm().default_signature());
    let key = token.open_key(&selector, Some(&spki), algorithm, inventory)?;
    Ok(CaKey { description, key })
}

fn find(label: &str, kind: Option<KeyAlgorithm>, token: &Token) -> Result<KeyDescription, Failure> {
    let mut found: Vec<_> = token.keys()?.into_iter().filter(|key| key.label == label).collect();
    let Some(description) = found.pop() else {
        return Err(Failure::failed(format!(
            "there is no private key labelled {label:?} in the token {:?}",
            token.description().label
        ))
        .hint("`keystead key list` shows the keys there are"));
    };
    if !found.is_empty() {
        return Err(Failure::failed(format!(
            "{} private keys in the token are labelled {label:?}, expected one",
            found.len() + 1
        ))
        .hint("`keystead key list` shows them; a CA key needs a label of its own"));
    }
    let spki = public_key(&description)?;
    if let Some(kind) = kind.filter(|kind| *kind != spki.algorithm()) {
        return Err(Failure::usage(format!(
            "the key {label:?} is {}, --key says {kind}",
            spki.algorithm()
        )));
    }
    Ok(description)
}

fn public_key(description: &KeyDescription) -> Result<Spki, Failure> {
    description.spki.clone().ok_or_else(|| {
        Failure::failed(format!(
            "the token shows no usable public key for the private key {}",
            escaped(&description.label)
        ))
    })
}
