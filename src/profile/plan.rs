//! From a profile and a request to a plan: every gate in order.

use std::sync::Arc;

use const_oid::db::{rfc3280, rfc5280};

use super::config::ProfileKind;
use super::subject::text_of;
use super::{Overrides, Plan, PlanKind, PolicyViolation, Profile, constraints, requested};
use crate::base::algorithm::SignatureAlgorithm;
use crate::base::clock::Timestamp;
use crate::base::issuer_cert::{Authority, Identity, IssuerCert};
use crate::base::name::DistinguishedName;
use crate::base::pointers::Pointers;
use crate::base::san::San;
use crate::base::spki::Spki;
use crate::base::text::Escaped;
use crate::base::validity::Validity;
use crate::request::{self, VerifiedRequest};

impl Profile {
    /// Plans a certificate that `issuer` signs. `pointers` are those of this very certificate, which
    /// depend on the serial number that it is going to have.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan(
        self: &Arc<Self>,
        request: VerifiedRequest,
        overrides: &Overrides,
        issuer: &Arc<IssuerCert>,
        algorithm: SignatureAlgorithm,
        now: Timestamp,
        pointers: &Pointers,
    ) -> Result<Plan, PolicyViolation> {
        let rules = &self.rules;
        if rules.kind == ProfileKind::Root {
            return Err(self.wrong_kind("a leaf or intermediate profile"));
        }
        require_fit(issuer.spki(), algorithm)?;
        requested::check_attributes(rules, &request)?;
        let subject = overrides.subject.as_ref().unwrap_or_else(|| request.subject());
        let sans: &[San] = if overrides.sans.is_empty() { request.sans() } else { &overrides.sans };
        let asked = Asked { subject, sans, spki: request.spki(), lifetime: overrides.lifetime };
        let mut plan = self.plan_under(&asked, issuer, algorithm, now, pointers)?;
        requested::check_extensions(rules, &request, &plan.extensions)?;
        plan.request_sha256 = Some(request.sha256());
        Ok(plan)
    }

    /// Plans the certificate of an OCSP responder of `issuer`, whose key is a token key of our own and
    /// needs no request. Only profiles with the purpose OCSPSigning alone: whatever else the key is
    /// used for, the certificate is good for nothing but answers.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan_responder(
        self: &Arc<Self>,
        (subject, spki): (&DistinguishedName, &Spki),
        lifetime: Option<u64>,
        issuer: &Arc<IssuerCert>,
        algorithm: SignatureAlgorithm,
        now: Timestamp,
        pointers: &Pointers,
    ) -> Result<Plan, PolicyViolation> {
        if self.rules.extensions.extended != [rfc5280::ID_KP_OCSP_SIGNING] {
            return Err(self.wrong_kind("a profile with the extended key usage OCSPSigning"));
        }
        require_fit(issuer.spki(), algorithm)?;
        let asked = Asked { subject, sans: &[], spki, lifetime };
        self.plan_under(&asked, issuer, algorithm, now, pointers)
    }

    /// The gates for names, key and issuer, whoever asks.
    fn plan_under(
        self: &Arc<Self>,
        asked: &Asked<'_>,
        issuer: &Arc<IssuerCert>,
        algorithm: SignatureAlgorithm,
        now: Timestamp,
        pointers: &Pointers,
    ) -> Result<Plan, PolicyViolation> {
        let rules = &self.rules;
        let Asked { subject, sans, spki, lifetime } = *asked;
        self.check_key(spki)?;
        if spki.as_der() == issuer.spki().as_der() {
            return Err(PolicyViolation::IssuerKey);
        }
        let subject_is_empty = self.check_names(subject, sans)?;
        for limits in issuer.name_constraints() {
            constraints::check(limits, subject, sans)?;
        }
        self.check_path_length(issuer)?;
        let validity = self.validity_under(issuer, lifetime, now)?;
        let extensions = rules
            .extensions
            .assemble(
                spki,
                spki.key_id(rules.key_id),
                Some(issuer.key_id()),
                sans,
                subject_is_empty,
                rules.pointers.extensions(pointers)?,
            )
            .map_err(PolicyViolation::Encoding)?;
        Ok(Plan {
            kind: PlanKind::Certificate(validity),
            subject: subject.clone(),
            spki: spki.clone(),
            sans: sans.to_vec(),
            extensions,
            authority: Authority { identity: Identity::Issuer(Arc::clone(issuer)), algorithm },
            profile: Arc::clone(self),
            request_sha256: None,
        })
    }

    /// Plans a root certificate: subject and key are the issuer's own. Root profiles only.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan_root(
        self: &Arc<Self>,
        subject: DistinguishedName,
        spki: Spki,
        algorithm: SignatureAlgorithm,
        lifetime: Option<u64>,
        now: Timestamp,
    ) -> Result<Plan, PolicyViolation> {
        let rules = &self.rules;
        if rules.kind != ProfileKind::Root {
            return Err(self.wrong_kind("a root profile"));
        }
        require_fit(&spki, algorithm)?;
        self.check_key(&spki)?;
        self.check_names(&subject, &[])?;
        let lifetime = self.lifetime(lifetime)?;
        let validity = Validity::lasting(now.minus(rules.backdate), lifetime);
        // RFC 5280 §4.2.1.1: a self-signed certificate needs no authority key identifier.
        let extensions = rules
            .extensions
            .assemble(&spki, spki.key_id(rules.key_id), None, &[], false, Vec::new())
            .map_err(PolicyViolation::Encoding)?;
        Ok(self.self_signed(PlanKind::Certificate(validity), subject, spki, algorithm, extensions))
    }

    /// Plans a PKCS#10 request for a subordinate CA, with the subject and key alone: the issuer's
    /// profile decides every extension. CA profiles only.
    ///
    /// # Errors
    /// [`PolicyViolation`] names what the profile does not allow.
    pub fn plan_request(
        self: &Arc<Self>,
        subject: DistinguishedName,
        spki: Spki,
        algorithm: SignatureAlgorithm,
    ) -> Result<Plan, PolicyViolation> {
        if self.rules.kind == ProfileKind::Leaf {
            return Err(self.wrong_kind("a root or intermediate profile"));
        }
        require_fit(&spki, algorithm)?;
        self.check_key(&spki)?;
        self.check_names(&subject, &[])?;
        Ok(self.self_signed(PlanKind::Request, subject, spki, algorithm, Vec::new()))
    }

    fn self_signed(
        self: &Arc<Self>,
        kind: PlanKind,
        subject: DistinguishedName,
        spki: Spki,
        algorithm: SignatureAlgorithm,
        extensions: Vec<x509_cert::ext::Extension>,
    ) -> Plan {
        let identity = Identity::SelfSigned { subject: subject.clone(), spki: spki.clone() };
        Plan {
            kind,
            subject,
            spki,
            sans: Vec::new(),
            extensions,
            authority: Authority { identity, algorithm },
            profile: Arc::clone(self),
            request_sha256: None,
        }
    }

    fn wrong_kind(&self, expected: &'static str) -> PolicyViolation {
        PolicyViolation::Kind { profile: self.name.clone(), found: self.rules.kind, expected }
    }

    fn check_key(&self, spki: &Spki) -> Result<(), PolicyViolation> {
        let allowed = &self.rules.algorithms;
        if allowed.contains(&spki.algorithm()) {
            return Ok(());
        }
        let allowed: Vec<&str> = allowed.iter().map(|algorithm| algorithm.name()).collect();
        Err(PolicyViolation::KeyAlgorithm { found: spki.algorithm(), allowed: allowed.join(", ") })
    }

    /// The gate for names, whoever asks for them. Tells whether the subject is empty.
    fn check_names(
        &self,
        subject: &DistinguishedName,
        sans: &[San],
    ) -> Result<bool, PolicyViolation> {
        request::check_subject(subject).map_err(PolicyViolation::Name)?;
        self.rules.subject.check(subject)?;
        for san in sans {
            request::check_san(san).map_err(PolicyViolation::Name)?;
        }
        self.rules.sans.check(sans)?;
        self.rules.sans.limits.check_subject(subject)?;
        if self.rules.kind == ProfileKind::Leaf {
            require_mailboxes_among(subject, sans)?;
        }
        let subject_is_empty = subject.as_name().iter_rdn().next().is_none();
        if subject_is_empty {
            if self.rules.kind != ProfileKind::Leaf {
                return Err(PolicyViolation::CaSubjectEmpty);
            }
            if sans.is_empty() {
                return Err(PolicyViolation::NoIdentity);
            }
        }
        Ok(subject_is_empty)
    }

    fn check_path_length(&self, issuer: &IssuerCert) -> Result<(), PolicyViolation> {
        let (ProfileKind::Intermediate, Some(limit)) = (self.rules.kind, issuer.path_length())
        else {
            return Ok(());
        };
        match self.rules.ca.path_length {
            Some(own) if own < limit => Ok(()),
            own => Err(PolicyViolation::PathLength { issuer: limit, profile: own }),
        }
    }

    fn lifetime(&self, asked: Option<u64>) -> Result<u64, PolicyViolation> {
        let max = self.rules.max_lifetime;
        match asked.unwrap_or(self.rules.default_lifetime) {
            lifetime if lifetime == 0 || lifetime > max => {
                Err(PolicyViolation::Lifetime { asked: lifetime, max })
            }
            lifetime => Ok(lifetime),
        }
    }

    fn validity_under(
        &self,
        issuer: &IssuerCert,
        asked: Option<u64>,
        now: Timestamp,
    ) -> Result<Validity, PolicyViolation> {
        let outer = issuer.validity();
        if !outer.contains(now) {
            return Err(PolicyViolation::IssuerNotValid { now, validity: outer });
        }
        let lifetime = self.lifetime(asked)?;
        // Backdating helps clocks that are behind; it never reaches back before the issuer's life.
        let not_before = now.minus(self.rules.backdate).max(outer.not_before());
        let validity = Validity::lasting(not_before, lifetime);
        if outer.encloses(validity) {
            return Ok(validity);
        }
        let refusal = PolicyViolation::OutlivesIssuer {
            not_after: validity.not_after(),
            issuer_not_after: outer.not_after(),
        };
        if !self.rules.clip_to_issuer {
            return Err(refusal);
        }
        validity.clipped_to(outer).map_err(|_| refusal)
    }
}

/// What a certificate under an issuer is asked for, by a request or by ourselves.
struct Asked<'a> {
    subject: &'a DistinguishedName,
    sans: &'a [San],
    spki: &'a Spki,
    lifetime: Option<u64>,
}

/// RFC 5280 §4.1.2.6: a mailbox in the subject must be an alternative name too.
fn require_mailboxes_among(
    subject: &DistinguishedName,
    sans: &[San],
) -> Result<(), PolicyViolation> {
    let attributes = subject.as_name().iter_rdn().flat_map(|rdn| rdn.as_ref().iter());
    for attribute in attributes.filter(|attribute| attribute.oid == rfc3280::EMAIL_ADDRESS) {
        let mailbox = text_of(&attribute.value).unwrap_or_default();
        let asked = San::Email(mailbox.to_owned());
        if !sans.iter().any(|san| san.is_same_name(&asked)) {
            let mailbox = Escaped(mailbox).to_string();
            return Err(PolicyViolation::MailboxNotAmongNames { mailbox });
        }
    }
    Ok(())
}

fn require_fit(key: &Spki, algorithm: SignatureAlgorithm) -> Result<(), PolicyViolation> {
    if algorithm.fits(key.algorithm()) {
        return Ok(());
    }
    Err(PolicyViolation::SignatureAlgorithm { key: key.algorithm(), algorithm })
}
