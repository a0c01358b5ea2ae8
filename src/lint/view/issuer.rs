//! What rules know about who signs: from the plan, or from a certificate that was given.

use der::flagset::FlagSet;
use x509_cert::ext::pkix::KeyUsages;

use super::CertificateView;
use crate::base::issuer_cert::{Authority, Identity, IssuerCert};
use crate::base::validity::Validity;

/// The signer of what is checked.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct IssuerFacts<'a> {
    /// Whether the subject's own key signs: the subject is its own issuer.
    pub is_self: bool,
    /// The Name.
    pub subject: &'a [u8],
    /// The SubjectPublicKeyInfo.
    pub spki: &'a [u8],
    /// Content of its subject key identifier, if it has one.
    pub key_id: Option<&'a [u8]>,
    /// None for a self-signer, or when the times cannot be read.
    pub validity: Option<Validity>,
    /// What is left of its path length, if limited.
    pub path_length: Option<u8>,
    /// None when not known: the issuer of a plan was checked for keyCertSign before.
    pub key_usage: Option<FlagSet<KeyUsages>>,
}

impl<'a> IssuerFacts<'a> {
    /// The authority of a plan; for an OCSP responder, the CA that it answers for.
    pub(in crate::lint) fn of_authority(authority: &'a Authority) -> Self {
        match &authority.identity {
            Identity::Issuer(issuer) => Self::of_issuer(issuer),
            Identity::Responder(responder) => Self::of_issuer(responder.issuer()),
            Identity::SelfSigned { subject, spki } => Self {
                is_self: true,
                subject: subject.as_der(),
                spki: spki.as_der(),
                key_id: None,
                validity: None,
                path_length: None,
                key_usage: None,
            },
        }
    }

    fn of_issuer(issuer: &'a IssuerCert) -> Self {
        Self {
            is_self: false,
            subject: issuer.subject().as_der(),
            spki: issuer.spki().as_der(),
            key_id: Some(issuer.key_id()),
            validity: Some(issuer.validity()),
            path_length: issuer.path_length(),
            key_usage: None,
        }
    }

    /// A certificate that was given as the issuer's.
    pub(in crate::lint) fn of_certificate(issuer: &CertificateView<'a>) -> Self {
        let times = (issuer.not_before.instant, issuer.not_after.instant);
        let validity = match times {
            (Some(begin), Some(end)) => Validity::new(begin, end).ok(),
            _ => None,
        };
        Self {
            is_self: false,
            subject: issuer.subject,
            spki: issuer.spki,
            key_id: issuer.subject_key_id,
            validity,
            path_length: issuer.basic_constraints.as_ref().and_then(|own| own.path_len_constraint),
            key_usage: issuer.key_usage,
        }
    }
}
