//! Where a certificate says that its revocation and its issuer's certificate are found: what the
//! profile lists itself, and what the issuer's settings give.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;
use der::asn1::Ia5String;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, CrlDistributionPoints, FreshestCrl,
};

use super::config::{PointersTable, ProfileKind, RevocationTable};
use super::extensions::EncodeExtension as _;
use super::{PolicyViolation, ProfileError, sans};
use crate::base::pointers::{CrlScope, Pointers};

/// What a profile says about the pointers of its certificates.
#[derive(Debug)]
pub(super) struct PointerRules {
    kind: ProfileKind,
    /// The profile's own, `[pointers]`.
    pub own: PointersTable,
    /// Whether those of the issuer's settings go in: never into a root's own certificate.
    pub follows_issuer: bool,
    /// Whether a certificate may be put on hold.
    pub hold: bool,
    /// The extensions for the profile's own alone.
    alone: Vec<Extension>,
}

/// The places, by kind, that one certificate points to.
#[derive(Default)]
struct Places {
    crl: Vec<GeneralName>,
    delta_crl: Vec<GeneralName>,
    ocsp: Vec<GeneralName>,
    ca_issuers: Vec<GeneralName>,
}

impl PointerRules {
    /// Reads `[pointers]` and `[revocation]`.
    ///
    /// # Errors
    /// [`ProfileError`] when a URI or an encoding is unusable.
    pub(super) fn load(
        kind: ProfileKind,
        own: PointersTable,
        revocation: RevocationTable,
    ) -> Result<Self, ProfileError> {
        let places = Places {
            crl: uris("pointers.crl", &own.crl)?,
            delta_crl: Vec::new(),
            ocsp: uris("pointers.ocsp", &own.ocsp)?,
            ca_issuers: uris("pointers.ca-issuers", &own.ca_issuers)?,
        };
        Ok(Self {
            kind,
            own,
            follows_issuer: revocation.pointers && kind != ProfileKind::Root,
            hold: revocation.hold,
            alone: places.encode().map_err(ProfileError::Encoding)?,
        })
    }

    /// The extensions of one certificate, for which the issuer's settings give `issuer`.
    ///
    /// # Errors
    /// [`PolicyViolation`] when profile and issuer both say where the same thing is, or no CRL of the
    /// issuer would list such a certificate.
    pub(super) fn extensions(&self, issuer: &Pointers) -> Result<Vec<Extension>, PolicyViolation> {
        if !self.follows_issuer || *issuer == Pointers::default() {
            return Ok(self.alone.clone());
        }
        let Pointers { crl, delta_crl, scope, ocsp, ca_issuers } = issuer;
        let places = Places {
            crl: one_of("pointers.crl", &self.own.crl, crl.as_ref())?,
            delta_crl: one_of("pointers.crl", &[], delta_crl.as_ref())?,
            ocsp: one_of("pointers.ocsp", &self.own.ocsp, ocsp.as_ref())?,
            ca_issuers: one_of("pointers.ca-issuers", &self.own.ca_issuers, ca_issuers.as_ref())?,
        };
        // RFC 5280 §6.3.3 (b)(2): a CRL of another scope tells nothing about this certificate.
        let is_listed = match scope {
            CrlScope::All => true,
            CrlScope::User => self.kind == ProfileKind::Leaf,
            CrlScope::Ca => self.kind != ProfileKind::Leaf,
        };
        if crl.is_some() && !is_listed {
            return Err(PolicyViolation::CrlScope { scope: *scope, kind: self.kind });
        }
        places.encode().map_err(PolicyViolation::Encoding)
    }
}

impl Places {
    /// cRLDistributionPoints, freshestCRL and authorityInfoAccess, those that hold something, none
    /// critical (RFC 5280 §4.2.1.13, §4.2.1.15, §4.2.2.1).
    fn encode(self) -> der::Result<Vec<Extension>> {
        let mut all = Vec::new();
        if !self.crl.is_empty() {
            all.push(CrlDistributionPoints(vec![point(self.crl)]).to_extension(false)?);
        }
        if !self.delta_crl.is_empty() {
            all.push(FreshestCrl(vec![point(self.delta_crl)]).to_extension(false)?);
        }
        let access = |method: ObjectIdentifier, places: Vec<GeneralName>| {
            places.into_iter().map(move |access_location| AccessDescription {
                access_method: method,
                access_location,
            })
        };
        let descriptions: Vec<_> = access(rfc5912::ID_AD_OCSP, self.ocsp)
            .chain(access(rfc5912::ID_AD_CA_ISSUERS, self.ca_issuers))
            .collect();
        if !descriptions.is_empty() {
            all.push(AuthorityInfoAccessSyntax(descriptions).to_extension(false)?);
        }
        Ok(all)
    }
}

/// One point, for all reasons. Several URIs in it are the same CRL at several places.
fn point(uris: Vec<GeneralName>) -> DistributionPoint {
    DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(uris)),
        reasons: None,
        crl_issuer: None,
    }
}

/// The profile's own places or the issuer's, never both: a certificate that is revoked by its issuer is
/// on the CRL of the issuer's point, and a second point would say that it is not.
fn one_of(
    key: &'static str,
    own: &[String],
    issuer: Option<&String>,
) -> Result<Vec<GeneralName>, PolicyViolation> {
    match (own, issuer) {
        ([_, ..], Some(uri)) => Err(PolicyViolation::PointerTwice { key, uri: uri.clone() }),
        (own, issuer) => {
            let names = own.iter().chain(issuer).map(|uri| name(uri)).collect::<der::Result<_>>();
            names.map_err(PolicyViolation::Encoding)
        }
    }
}

fn uris(key: &'static str, texts: &[String]) -> Result<Vec<GeneralName>, ProfileError> {
    texts.iter().map(|text| uri(key, text)).collect()
}

fn uri(key: &'static str, text: &str) -> Result<GeneralName, ProfileError> {
    let fail = || ProfileError::Uri { key, text: text.to_owned() };
    let known = ["http://", "https://", "ldap://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_graphic()))
    });
    let has_host = sans::uri_host(text).is_some_and(|host| !host.is_empty());
    if !known || !has_host {
        return Err(fail());
    }
    name(text).map_err(|_| fail())
}

fn name(uri: &str) -> der::Result<GeneralName> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(uri)?))
}

#[cfg(test)]
mod tests {
    use const_oid::db::rfc5280;

    use super::*;

    fn rules(kind: ProfileKind, own: &str, revocation: &str) -> PointerRules {
        let (own, revocation) = (toml::from_str(own).unwrap(), toml::from_str(revocation).unwrap());
        PointerRules::load(kind, own, revocation).unwrap()
    }

    fn issuer() -> Pointers {
        Pointers {
            crl: Some("http://crl.example.com/a.crl".to_owned()),
            delta_crl: Some("http://crl.example.com/d.crl".to_owned()),
            scope: CrlScope::All,
            ocsp: Some("http://ocsp.example.com".to_owned()),
            ca_issuers: Some("http://ca.example.com/a.cer".to_owned()),
        }
    }

    fn shown(found: Result<Vec<Extension>, PolicyViolation>) -> Vec<(ObjectIdentifier, String)> {
        let found = found.unwrap();
        assert!(found.iter().all(|extension| !extension.critical));
        let text = |it: &Extension| String::from_utf8_lossy(it.extn_value.as_bytes()).into_owned();
        found.iter().map(|extension| (extension.extn_id, text(extension))).collect()
    }

    #[test]
    fn the_issuers_places_go_in_in_their_order_and_each_once() {
        let found = shown(rules(ProfileKind::Leaf, "", "").extensions(&issuer()));
        let oids: Vec<_> = found.iter().map(|(oid, _)| *oid).collect();
        let expected = [
            rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS,
            rfc5280::ID_CE_FRESHEST_CRL,
            rfc5280::ID_PE_AUTHORITY_INFO_ACCESS,
        ];
        assert_eq!(oids, expected);
        assert!(found[0].1.ends_with("http://crl.example.com/a.crl"), "{found:?}");
        assert!(found[1].1.ends_with("http://crl.example.com/d.crl"), "{found:?}");
        let ocsp = found[2].1.find("http://ocsp.example.com").unwrap();
        assert!(ocsp < found[2].1.find("http://ca.example.com/a.cer").unwrap(), "{found:?}");
    }

    #[test]
    fn none_go_in_where_the_profile_says_so_or_makes_roots() {
        let off = rules(ProfileKind::Leaf, "", "pointers = false").extensions(&issuer());
        assert!(off.unwrap().is_empty());
        assert!(rules(ProfileKind::Root, "", "").extensions(&issuer()).unwrap().is_empty());
        assert!(
            rules(ProfileKind::Leaf, "", "").extensions(&Pointers::default()).unwrap().is_empty()
        );
    }

    #[test]
    fn what_the_profile_lists_itself_stands_beside_what_the_issuer_says_of_other_kinds() {
        let own = "ca-issuers = ['http://ca.example.com/own.cer']";
        let here = Pointers { ca_issuers: None, ..issuer() };
        let found = shown(rules(ProfileKind::Leaf, own, "").extensions(&here));
        assert_eq!(found.len(), 3);
        assert!(found[2].1.contains("http://ocsp.example.com"), "{found:?}");
        assert!(found[2].1.contains("http://ca.example.com/own.cer"), "{found:?}");
        let alone = shown(rules(ProfileKind::Leaf, own, "pointers = false").extensions(&here));
        assert_eq!(alone.len(), 1);
        assert!(!alone[0].1.contains("http://ocsp.example.com"), "{alone:?}");
    }

    #[test]
    fn profile_and_issuer_that_both_say_where_the_same_is_are_refused() {
        for (key, own) in [
            ("pointers.crl", "crl = ['http://crl.example.com/own.crl']"),
            ("pointers.ocsp", "ocsp = ['http://ocsp.example.com/own']"),
            ("pointers.ca-issuers", "ca-issuers = ['http://ca.example.com/own.cer']"),
        ] {
            let refused = rules(ProfileKind::Leaf, own, "").extensions(&issuer()).unwrap_err();
            assert_eq!(refused.code(), "policy.pointer-twice");
            assert!(refused.to_string().contains(key), "{refused}");
        }
    }

    #[test]
    fn a_certificate_that_no_crl_of_the_issuer_would_list_is_refused() {
        use ProfileKind::{Intermediate, Leaf};
        for (scope, kind, is_good) in [
            (CrlScope::All, Leaf, true),
            (CrlScope::All, Intermediate, true),
            (CrlScope::User, Leaf, true),
            (CrlScope::User, Intermediate, false),
            (CrlScope::Ca, Leaf, false),
            (CrlScope::Ca, Intermediate, true),
        ] {
            let here = Pointers { scope, ..issuer() };
            let code = rules(kind, "", "").extensions(&here).map_err(|refused| refused.code());
            match is_good {
                true => assert!(code.is_ok(), "{scope:?} {kind:?}"),
                false => assert_eq!(code.unwrap_err(), "policy.crl-scope", "{scope:?} {kind:?}"),
            }
            assert!(rules(kind, "", "pointers = false").extensions(&here).unwrap().is_empty());
        }
    }
}
