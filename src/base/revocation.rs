//! Why a certificate is revoked, and what a CRL says of it.

use std::fmt;
use std::str::FromStr;

use super::clock::Timestamp;

/// A CRLReason (RFC 5280 §5.3.1). Its number is stored and encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No reason given; a CRL then has no reason code.
    Unspecified = 0,
    /// The subject's key is, or may be, known to others.
    KeyCompromise = 1,
    /// A CA's key is, or may be, known to others.
    CaCompromise = 2,
    /// The subject's name or other data changed.
    AffiliationChanged = 3,
    /// Another certificate took its place.
    Superseded = 4,
    /// It is not needed any more.
    CessationOfOperation = 5,
    /// On hold, the one state that can be left again.
    CertificateHold = 6,
    /// In delta CRLs alone: no longer on hold.
    RemoveFromCrl = 8,
    /// A privilege that it gave was withdrawn.
    PrivilegeWithdrawn = 9,
    /// An attribute authority's key is, or may be, known to others.
    AaCompromise = 10,
}

impl Reason {
    /// Those that revoke for good.
    pub const PERMANENT: [Self; 8] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// All of them: those that revoke for good, the hold, and its removal.
    pub const ALL: [Self; 10] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The code of RFC 5280 §5.3.1.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The reason with this code; none for 7 and above 10.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The name of RFC 5280 §5.3.1.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no reason for revoking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no reason of RFC 5280 §5.3.1")]
pub struct UnknownReason(pub String);

impl FromStr for Reason {
    type Err = UnknownReason;

    /// The name of RFC 5280 §5.3.1, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownReason(text.to_owned()))
    }
}

/// An entry of revokedCertificates (RFC 5280 §5.1.2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// The content octets of the serial number.
    pub serial: Vec<u8>,
    /// When it was revoked.
    pub date: Timestamp,
    /// Why.
    pub reason: Reason,
    /// Since when the key is known or thought to be in other hands (RFC 5280 §5.3.2).
    pub invalidity: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_the_code_and_the_name_that_find_it() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
            assert_eq!(reason.name().to_lowercase().parse(), Ok(reason));
        }
        assert_eq!((Reason::from_code(7), Reason::from_code(11)), (None, None));
        assert!("compromised".parse::<Reason>().is_err());
    }

    #[test]
    fn hold_and_its_removal_are_not_permanent() {
        let left: Vec<_> =
            Reason::ALL.into_iter().filter(|r| !Reason::PERMANENT.contains(r)).collect();
        assert_eq!(left, [Reason::CertificateHold, Reason::RemoveFromCrl]);
    }
}
