//! One thing with a date, and its state at an instant.

use std::fmt;

use serde::Serialize;

use super::rules::Why;
use crate::base::algorithm::sha256;
use crate::base::clock::Timestamp;

/// What is due. Its words are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A CA certificate: an issuer's own, or one that it signed for a CA elsewhere.
    CaCertificate,
    /// A CRL, or a delta CRL.
    Crl,
    /// The certificate of an OCSP responder.
    OcspSigner,
    /// A certificate that signs no others.
    Leaf,
    /// A certificate that the token may have signed, which nobody has revoked.
    MaybeSigned,
    /// The next time that a root key is needed.
    Ceremony,
}

/// How urgent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing to do.
    Ok,
    /// Its successor should be made.
    Due,
    /// It has ended.
    Overdue,
}

/// A thing with a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub what: Kind,
    /// The issuer of this home that signs its successor; none when another CA does.
    pub issuer: Option<String>,
    /// What it is called: an issuer, a CRL's issuer and distribution point, a subject (RFC 4514).
    pub name: String,
    /// The content octets of its serial number, for a certificate.
    pub serial: Option<Vec<u8>>,
    /// Its first second.
    pub begin: Option<Timestamp>,
    /// When its successor should be made.
    pub due: Timestamp,
    /// Why then.
    pub why: Why,
    /// Its last second; none for what has no end of its own.
    pub end: Option<Timestamp>,
    /// The facts of a CRL that was made.
    pub crl: Option<CrlFacts>,
    /// The same for the same thing and all its successors.
    pub uid: String,
}

/// What identifies a CRL among those of its issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrlFacts {
    /// Its distribution point; empty for the one CRL of an issuer without any.
    pub point: String,
    /// cRLNumber.
    pub number: u64,
    /// BaseCRLNumber, of a delta CRL.
    pub base: Option<u64>,
    /// How many entries it has.
    pub entries: u64,
}

impl Kind {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::CaCertificate => "ca-certificate",
            Self::Crl => "crl",
            Self::OcspSigner => "ocsp-signer",
            Self::Leaf => "leaf",
            Self::MaybeSigned => "maybe-signed",
            Self::Ceremony => "ceremony",
        }
    }
}

impl State {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Due => "due",
            Self::Overdue => "overdue",
        }
    }

    /// Of something that is due from `due` on and ends with the second `end`; `within` is how many
    /// seconds early it counts as due.
    pub fn of(due: Timestamp, end: Option<Timestamp>, at: Timestamp, within: u64) -> Self {
        if end.is_some_and(|end| end < at) {
            Self::Overdue
        } else if due <= at.plus(within) {
            Self::Due
        } else {
            Self::Ok
        }
    }
}

impl Item {
    /// Its state; as [`State::of`].
    pub fn state(&self, at: Timestamp, within: u64) -> State {
        State::of(self.due, self.end, at, within)
    }

    /// Whole days from `at` to its end; none when it has no end or has ended.
    pub fn days_left(&self, at: Timestamp) -> Option<u64> {
        let left = self.end?.as_unix().checked_sub(at.as_unix())?;
        Some(left / crate::base::validity::DAY)
    }
}

/// A name for a thing and its successors, made from what they have in common.
pub(super) fn uid(kind: Kind, parts: &[&[u8]]) -> String {
    let mut text = kind.word().as_bytes().to_vec();
    for part in parts {
        // With its length in front, no part can pass for the end of another.
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part);
    }
    let hash = hex::encode(sha256(&text));
    format!("{}-{}@keystead", kind.word(), hash.get(..32).unwrap_or_default())
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_not_overdue_and_the_next_is() {
        let at = Timestamp::from_unix;
        for (due, end, now, within, state) in [
            (100, Some(200), 99, 0, State::Ok),
            (100, Some(200), 100, 0, State::Due),
            (100, Some(200), 200, 0, State::Due),
            (100, Some(200), 201, 0, State::Overdue),
            (100, Some(200), 90, 9, State::Ok),
            (100, Some(200), 90, 10, State::Due),
            (100, Some(200), 190, 500, State::Due),
            (100, None, 5_000, 0, State::Due),
            (100, None, 99, 0, State::Ok),
        ] {
            let found = State::of(at(due), end.map(at), at(now), within);
            assert_eq!(found, state, "due {due}, end {end:?}, now {now}, within {within}");
        }
    }

    #[test]
    fn names_of_things_depend_on_the_kind_and_on_every_part() {
        let one = uid(Kind::Crl, &[b"key", b"point"]);
        assert_eq!(one, uid(Kind::Crl, &[b"key", b"point"]));
        assert!(one.starts_with("crl-") && one.ends_with("@keystead") && one.len() == 45, "{one}");
        assert_ne!(one, uid(Kind::Leaf, &[b"key", b"point"]));
        assert_ne!(one, uid(Kind::Crl, &[b"keyp", b"oint"]));
        assert_ne!(one, uid(Kind::Crl, &[b"key", b"point", b""]));
    }

    #[test]
    fn words_in_json_and_text_are_the_same() {
        for kind in [
            Kind::CaCertificate,
            Kind::Crl,
            Kind::OcspSigner,
            Kind::Leaf,
            Kind::MaybeSigned,
            Kind::Ceremony,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        for state in [State::Ok, State::Due, State::Overdue] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
    }
}
