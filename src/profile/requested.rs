//! What a request asks for beside key and names: granted as it is, or refused by name.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use super::config::ProfileKind;
use super::load::Rules;
use super::{PolicyViolation, words};
use crate::request::{RequestedExtension, VerifiedRequest};

/// Checks the attributes of the request.
///
/// # Errors
/// [`PolicyViolation::RequestAttribute`] for one the profile does not list.
pub(super) fn check_attributes(
    rules: &Rules,
    request: &VerifiedRequest,
) -> Result<(), PolicyViolation> {
    match request.attributes().iter().find(|oid| !rules.allow_attributes.contains(oid)) {
        Some(stray) => Err(PolicyViolation::RequestAttribute {
            attribute: words::request_attribute_word(*stray),
        }),
        None => Ok(()),
    }
}

/// Compares what the request asks for with what will be issued.
///
/// # Errors
/// [`PolicyViolation`] for an extension that the profile does not list, or that asks for more than,
/// or something else than, the profile issues.
pub(super) fn check_extensions(
    rules: &Rules,
    request: &VerifiedRequest,
    issued: &[Extension],
) -> Result<(), PolicyViolation> {
    for asked in request.extensions() {
        check_extension(rules, request, asked, issued)?;
    }
    if request.sans_critical() && !request.sans().is_empty() {
        require_criticality(rfc5280::ID_CE_SUBJECT_ALT_NAME, issued)?;
    }
    Ok(())
}

fn check_extension(
    rules: &Rules,
    request: &VerifiedRequest,
    asked: &RequestedExtension,
    issued: &[Extension],
) -> Result<(), PolicyViolation> {
    use PolicyViolation as V;
    let listed = rules.allow_extensions.contains(&asked.oid);
    if asked.oid == rfc5280::ID_CE_BASIC_CONSTRAINTS {
        let wish: BasicConstraints = decode(asked)?;
        // Named before the list is consulted: it is the one wish nobody may overlook.
        if wish.ca && rules.kind == ProfileKind::Leaf {
            return Err(V::RequestedCa);
        }
        let same_length =
            wish.path_len_constraint.is_none() || wish.path_len_constraint == rules.ca.path_length;
        if listed && (wish.ca != (rules.kind != ProfileKind::Leaf) || !same_length) {
            return Err(V::RequestedBasicConstraints {
                asked: basic_text(wish.ca, wish.path_len_constraint),
                issued: basic_text(rules.kind != ProfileKind::Leaf, rules.ca.path_length),
            });
        }
    }
    if !listed {
        return Err(V::RequestedExtension { extension: words::extension_word(asked.oid) });
    }
    match asked.oid {
        rfc5280::ID_CE_BASIC_CONSTRAINTS => {}
        rfc5280::ID_CE_KEY_USAGE => {
            let wish: KeyUsage = decode(asked)?;
            let granted = rules.extensions.usages_for(request.spki());
            if !granted.contains(wish.0) {
                return Err(V::RequestedKeyUsage {
                    asked: words::key_usage_text(wish.0),
                    issued: words::key_usage_text(granted),
                });
            }
        }
        rfc5280::ID_CE_EXT_KEY_USAGE => {
            let wish: ExtendedKeyUsage = decode(asked)?;
            let granted = &rules.extensions.extended;
            if !wish.0.iter().all(|usage| granted.contains(usage)) {
                return Err(V::RequestedExtendedKeyUsage {
                    asked: words::extended_key_usage_text(&wish.0),
                    issued: words::extended_key_usage_text(granted),
                });
            }
        }
        other => {
            let same = |extension: &Extension| {
                extension.extn_id == other && extension.extn_value.as_bytes() == asked.value
            };
            if !issued.iter().any(same) {
                return Err(V::RequestedValue { extension: words::extension_word(other) });
            }
        }
    }
    if asked.critical {
        require_criticality(asked.oid, issued)?;
    }
    Ok(())
}

fn require_criticality(oid: ObjectIdentifier, issued: &[Extension]) -> Result<(), PolicyViolation> {
    if issued.iter().any(|extension| extension.extn_id == oid && extension.critical) {
        return Ok(());
    }
    Err(PolicyViolation::RequestedCritical { extension: words::extension_word(oid) })
}

/// Decodes strictly: what encodes differently was not what was asked for.
fn decode<'a, T>(asked: &'a RequestedExtension) -> Result<T, PolicyViolation>
where
    T: Decode<'a, Error = der::Error> + Encode,
{
    let fail = |source| PolicyViolation::RequestedEncoding {
        extension: words::extension_word(asked.oid),
        source,
    };
    let value = T::from_der(&asked.value).map_err(fail)?;
    if value.to_der().map_err(fail)? != asked.value {
        return Err(fail(der::ErrorKind::Noncanonical { tag: der::Tag::OctetString }.into()));
    }
    Ok(value)
}

fn basic_text(ca: bool, path_length: Option<u8>) -> String {
    match (ca, path_length) {
        (false, _) => "CA:FALSE".to_owned(),
        (true, None) => "CA:TRUE".to_owned(),
        (true, Some(length)) => format!("CA:TRUE, pathlen:{length}"),
    }
}
