//! The extensions of a profile's certificates, encoded once when the profile is loaded.

use const_oid::AssociatedOid;
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc6960};
use der::Encode;
use der::asn1::OctetString;
use der::flagset::FlagSet;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage,
    KeyUsages, NameConstraints, SubjectKeyIdentifier,
};

use super::ProfileError;
use super::config::ProfileKind;
use super::usage::Usage;
use crate::base::san::{San, SanError};
use crate::base::spki::Spki;

/// What a profile puts into every certificate.
#[derive(Debug)]
pub(super) struct Extensions {
    basic_constraints: Extension,
    key_usage: Extension,
    key_usage_rsa: Extension,
    extended_key_usage: Option<Extension>,
    /// nameConstraints, id-pkix-ocsp-nocheck, certificatePolicies.
    rest: Vec<Extension>,
    /// The bits of `key_usage` and `key_usage_rsa`.
    pub usages: (FlagSet<KeyUsages>, FlagSet<KeyUsages>),
    pub extended: Vec<ObjectIdentifier>,
    /// Whether id-pkix-ocsp-nocheck is in `rest`.
    pub no_check: bool,
    pub policies: Vec<ObjectIdentifier>,
    /// Critical beside those that always are.
    critical: Vec<ObjectIdentifier>,
}

impl Extensions {
    /// Encodes the extensions that do not depend on the request.
    ///
    /// # Errors
    /// [`ProfileError`] when an encoding is unusable.
    pub(super) fn prepare(
        kind: ProfileKind,
        path_length: Option<u8>,
        usage: &Usage,
        constraints: Option<NameConstraints>,
    ) -> Result<Self, ProfileError> {
        let critical = |oid| usage.critical.contains(&oid);
        let encode = |value: &dyn EncodeExtension, critical| {
            value.to_extension(critical).map_err(ProfileError::Encoding)
        };
        // kubeadm and OpenSSL write CA:FALSE, critical, into leaves: nothing is left to a default.
        let basic =
            BasicConstraints { ca: kind != ProfileKind::Leaf, path_len_constraint: path_length };
        let extended_key_usage = match usage.extended.as_slice() {
            [] => None,
            usages => Some(encode(
                &ExtendedKeyUsage(usages.to_vec()),
                critical(rfc5280::ID_CE_EXT_KEY_USAGE),
            )?),
        };
        let mut rest = Vec::new();
        if let Some(constraints) = constraints {
            rest.push(encode(&constraints, true)?);
        }
        if usage.ocsp_no_check {
            rest.push(no_check()?);
        }
        if !usage.policies.is_empty() {
            let policies = usage.policies.iter().map(|policy| PolicyInformation {
                policy_identifier: *policy,
                policy_qualifiers: None,
            });
            let critical = critical(rfc5280::ID_CE_CERTIFICATE_POLICIES);
            rest.push(encode(&CertificatePolicies(policies.collect()), critical)?);
        }
        Ok(Self {
            basic_constraints: encode(&basic, true)?,
            key_usage: encode(&KeyUsage(usage.key_usage), true)?,
            key_usage_rsa: encode(&KeyUsage(usage.key_usage_rsa), true)?,
            extended_key_usage,
            rest,
            usages: (usage.key_usage, usage.key_usage_rsa),
            no_check: usage.ocsp_no_check,
            extended: usage.extended.clone(),
            policies: usage.policies.clone(),
            critical: usage.critical.clone(),
        })
    }

    /// The key usages of a certificate for such a key.
    pub(super) fn usages_for(&self, spki: &Spki) -> FlagSet<KeyUsages> {
        if spki.algorithm().is_rsa() { self.usages.1 } else { self.usages.0 }
    }

    /// Whether subjectAltName is critical: when the profile wants it, and when nothing else names
    /// the subject (RFC 5280 §4.2.1.6).
    pub(super) fn sans_critical(&self, subject_is_empty: bool) -> bool {
        subject_is_empty || self.is_critical(rfc5280::ID_CE_SUBJECT_ALT_NAME)
    }

    /// Whether the profile marks it critical.
    pub(super) fn is_critical(&self, oid: ObjectIdentifier) -> bool {
        self.critical.contains(&oid)
    }

    /// All extensions of one certificate, in their final order; `pointers` are the last.
    ///
    /// # Errors
    /// [`der::Error`] when a value cannot be encoded.
    pub(super) fn assemble(
        &self,
        spki: &Spki,
        key_id: Vec<u8>,
        authority_key_id: Option<&[u8]>,
        sans: &[San],
        subject_is_empty: bool,
        pointers: Vec<Extension>,
    ) -> der::Result<Vec<Extension>> {
        let mut all = Vec::with_capacity(6 + self.rest.len() + pointers.len());
        all.push(self.basic_constraints.clone());
        let rsa = spki.algorithm().is_rsa();
        all.push(if rsa { self.key_usage_rsa.clone() } else { self.key_usage.clone() });
        all.extend(self.extended_key_usage.clone());
        all.push(SubjectKeyIdentifier(OctetString::new(key_id)?).to_extension(false)?);
        if let Some(id) = authority_key_id {
            let authority = AuthorityKeyIdentifier {
                key_identifier: Some(OctetString::new(id)?),
                ..AuthorityKeyIdentifier::default()
            };
            all.push(authority.to_extension(false)?);
        }
        if !sans.is_empty() {
            all.push(subject_alt_name(sans, self.sans_critical(subject_is_empty))?);
        }
        all.extend(self.rest.iter().cloned());
        all.extend(pointers);
        Ok(all)
    }
}

fn subject_alt_name(sans: &[San], critical: bool) -> der::Result<Extension> {
    let names: Result<Vec<GeneralName>, SanError> = sans.iter().map(San::to_general_name).collect();
    let names = names.map_err(|error| match error {
        SanError::Encoding(source) => source,
        _ => der::ErrorKind::Failed.into(),
    })?;
    Ok(Extension {
        extn_id: rfc5280::ID_CE_SUBJECT_ALT_NAME,
        critical,
        extn_value: OctetString::new(names.to_der()?)?,
    })
}

/// RFC 6960 §4.2.2.2.1: the value is NULL, and it should not be critical.
fn no_check() -> Result<Extension, ProfileError> {
    let null =
        der::asn1::Null.to_der().and_then(OctetString::new).map_err(ProfileError::Encoding)?;
    Ok(Extension { extn_id: rfc6960::ID_PKIX_OCSP_NOCHECK, critical: false, extn_value: null })
}

/// A value that becomes an extension with a criticality of our choice.
pub(super) trait EncodeExtension {
    fn to_extension(&self, critical: bool) -> der::Result<Extension>;
}

impl<T: Encode + AssociatedOid> EncodeExtension for T {
    fn to_extension(&self, critical: bool) -> der::Result<Extension> {
        Ok(Extension { extn_id: T::OID, critical, extn_value: OctetString::new(self.to_der()?)? })
    }
}
