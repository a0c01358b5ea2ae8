//! The gate for subjects that holds under every profile: string types, characters, lengths.

use const_oid::db::rfc4519;
use der::{Tag, Tagged as _};
use x509_cert::attr::AttributeTypeAndValue;

use super::NameFault;
use super::script::mixed_word;
use crate::base::attribute::{attribute_type, is_printable_string, syntax_of};
use crate::base::name::DistinguishedName;
use crate::base::text::{Deception, deception};
use crate::request::{RequestError, canonical};

/// Attributes per subject; nobody is described by more.
pub(in crate::request) const MAX_NAME_ATTRIBUTES: usize = 32;

/// Checks every attribute of `subject`.
///
/// # Errors
/// [`RequestError::Name`], [`RequestError::TooManyNameAttributes`], or [`RequestError::NotCanonical`]
/// for an RDN whose attributes are not in order.
pub(crate) fn check_subject(subject: &DistinguishedName) -> Result<(), RequestError> {
    // What a request holds was walked before; a subject of the operator's own comes as it is.
    canonical::scan(subject.as_der()).map_err(RequestError::from_walk)?;
    let rdns = || subject.as_name().iter_rdn();
    let count: usize = rdns().map(|rdn| rdn.as_ref().len().max(1)).sum();
    if count > MAX_NAME_ATTRIBUTES {
        return Err(RequestError::TooManyNameAttributes { limit: MAX_NAME_ATTRIBUTES });
    }
    for rdn in rdns() {
        for (index, attribute) in rdn.as_ref().iter().enumerate() {
            let refuse = |fault| refusal(attribute, fault);
            let text = text_of(attribute).map_err(refuse)?;
            check_text(attribute, text).map_err(refuse)?;
            // Whatever the values are: X.501 §9.3 wants each type once.
            if rdn.as_ref().iter().take(index).any(|earlier| earlier.oid == attribute.oid) {
                return Err(refuse(NameFault::Duplicate));
            }
        }
    }
    Ok(())
}

fn refusal(attribute: &AttributeTypeAndValue, fault: NameFault) -> RequestError {
    let name = attribute_type(attribute.oid).map(|known| known.name.to_owned());
    RequestError::Name {
        attribute: name.unwrap_or_else(|| attribute.oid.to_string()),
        value: String::from_utf8_lossy(attribute.value.value()).into_owned(),
        fault,
    }
}

/// The text of an attribute whose string type and octets are right.
fn text_of(attribute: &AttributeTypeAndValue) -> Result<&str, NameFault> {
    let (tag, octets) = (attribute.value.tag(), attribute.value.value());
    let expected = syntax_of(attribute.oid);
    if !expected.allows(tag) {
        return Err(NameFault::StringType { found: tag, expected });
    }
    let text = std::str::from_utf8(octets);
    match tag {
        Tag::Utf8String => text.map_err(|_| NameFault::Utf8),
        Tag::PrintableString if is_printable_string(octets) => {
            text.map_err(|_| NameFault::Characters(tag))
        }
        Tag::Ia5String if octets.is_ascii() => text.map_err(|_| NameFault::Characters(tag)),
        _ => Err(NameFault::Characters(tag)),
    }
}

fn check_text(attribute: &AttributeTypeAndValue, text: &str) -> Result<(), NameFault> {
    for character in text.chars() {
        match deception(character) {
            Some(Deception::Control) => return Err(NameFault::Control(character)),
            Some(Deception::Bidi) => return Err(NameFault::Bidi(character)),
            Some(Deception::Invisible) => return Err(NameFault::Invisible(character)),
            None => {}
        }
    }
    if !text.is_ascii() {
        if !unicode_normalization::is_nfc(text) {
            return Err(NameFault::NotNfc);
        }
        if let Some(word) = mixed_word(text) {
            return Err(NameFault::MixedScript(word.to_owned()));
        }
    }
    if text.is_empty() {
        return Err(NameFault::Empty);
    }
    if text.trim() != text {
        return Err(NameFault::OuterSpace);
    }
    let found = if text.is_ascii() { text.len() } else { text.chars().count() };
    if let Some(bounds) = attribute_type(attribute.oid)
        && found > bounds.most
    {
        return Err(NameFault::TooLong { found, most: bounds.most });
    }
    // ISO 3166-1, by X.520 §6.3.1.
    let is_country = text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_alphabetic());
    if attribute.oid == rfc4519::COUNTRY_NAME && !is_country {
        return Err(NameFault::Country);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use const_oid::ObjectIdentifier;
    use const_oid::db::rfc3280;
    use der::Encode as _;
    use der::asn1::{Any, SetOfVec};
    use x509_cert::name::{RdnSequence, RelativeDistinguishedName};

    use super::*;

    fn attribute(oid: ObjectIdentifier, tag: Tag, octets: &[u8]) -> AttributeTypeAndValue {
        AttributeTypeAndValue { oid, value: Any::new(tag, octets).unwrap() }
    }

    fn subject(rdns: Vec<Vec<AttributeTypeAndValue>>) -> DistinguishedName {
        let rdns = rdns.into_iter().map(|attributes| {
            RelativeDistinguishedName::from(SetOfVec::try_from(attributes).unwrap())
        });
        let sequence: RdnSequence = rdns.collect::<Vec<_>>().into();
        DistinguishedName::from_der(&sequence.to_der().unwrap()).unwrap()
    }

    fn verdict(oid: ObjectIdentifier, tag: Tag, octets: &[u8]) -> Result<(), &'static str> {
        check_subject(&subject(vec![vec![attribute(oid, tag, octets)]]))
            .map_err(|error| error.code())
    }

    fn cn(text: &str) -> Result<(), &'static str> {
        verdict(rfc4519::CN, Tag::Utf8String, text.as_bytes())
    }

    #[test]
    fn names_of_people_hosts_and_kubernetes_pass() {
        for good in [
            "system:node:worker-1",
            "system:kube-controller-manager",
            "system:masters",
            "M\u{fc}ller & S\u{f6}hne GmbH",
            "\u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430} Example",
            "\u{6771}\u{4eac}\u{30bf}\u{30ef}\u{30fc}\u{306e}Tokyo",
            "*.example.com",
        ] {
            assert_eq!(cn(good), Ok(()), "{good}");
        }
        assert_eq!(verdict(rfc4519::C, Tag::PrintableString, b"CH"), Ok(()));
        assert_eq!(verdict(rfc4519::DC, Tag::Ia5String, b"example"), Ok(()));
        assert_eq!(verdict(rfc3280::EMAIL_ADDRESS, Tag::Ia5String, b"a@example.com"), Ok(()));
    }

    #[test]
    fn each_fault_of_a_value_has_its_code() {
        for (bad, code) in [
            ("", "empty"),
            (" a", "outer-space"),
            ("a ", "outer-space"),
            ("a\u{a0}", "outer-space"),
            ("a\0b", "control"),
            ("a\u{1b}[31m", "control"),
            ("a\u{9b}m", "control"),
            ("a\u{202e}b", "bidi"),
            ("a\u{200b}b", "invisible"),
            ("\u{feff}a", "invisible"),
            ("u\u{308}", "not-nfc"),
            ("p\u{430}ypal", "mixed-script"),
        ] {
            assert_eq!(cn(bad), Err(&*format!("request.name.{code}")), "{bad:?}");
        }
        assert_eq!(cn(&"a".repeat(64)), Ok(()));
        assert_eq!(cn(&"a".repeat(65)), Err("request.name.too-long"));
        assert_eq!(cn(&"\u{fc}".repeat(64)), Ok(()));
        assert_eq!(verdict(rfc4519::CN, Tag::Utf8String, &[0xff]), Err("request.name.utf8"));
    }

    #[test]
    fn string_types_are_those_of_the_attribute_and_hold_their_alphabet() {
        for (oid, tag, octets, code) in [
            (rfc4519::CN, Tag::TeletexString, &b"a"[..], "string-type"),
            (rfc4519::CN, Tag::BmpString, &[0, 0x61], "string-type"),
            (rfc4519::CN, Tag::Ia5String, b"a", "string-type"),
            (rfc4519::CN, Tag::OctetString, b"a", "string-type"),
            (rfc4519::C, Tag::Utf8String, b"CH", "string-type"),
            (rfc4519::SERIAL_NUMBER, Tag::Utf8String, b"1", "string-type"),
            (rfc4519::DN_QUALIFIER, Tag::Utf8String, b"1", "string-type"),
            (rfc4519::DC, Tag::PrintableString, b"com", "string-type"),
            (rfc4519::CN, Tag::PrintableString, b"a@b", "characters"),
            (rfc4519::DC, Tag::Ia5String, &[0x80], "characters"),
            (rfc4519::DC, Tag::Ia5String, "b\u{fc}cher".as_bytes(), "characters"),
            (rfc4519::C, Tag::PrintableString, b"C1", "characters"),
            (rfc4519::C, Tag::PrintableString, b"C", "characters"),
            (rfc4519::C, Tag::PrintableString, b"CHE", "too-long"),
        ] {
            let found = verdict(oid, tag, octets);
            assert_eq!(found, Err(&*format!("request.name.{code}")), "{oid} {tag}");
        }
    }

    #[test]
    fn one_type_is_in_an_rdn_once_whatever_its_values_are() {
        let cn = |tag, octets| attribute(rfc4519::CN, tag, octets);
        for second in [cn(Tag::PrintableString, b"a"), cn(Tag::Utf8String, b"b")] {
            let pair = vec![cn(Tag::Utf8String, b"a"), second];
            let error = check_subject(&subject(vec![pair])).unwrap_err();
            assert_eq!(error.code(), "request.name.duplicate");
        }
        let two_types =
            vec![cn(Tag::Utf8String, b"a"), attribute(rfc4519::OU, Tag::Utf8String, b"a")];
        check_subject(&subject(vec![two_types])).unwrap();
        // In two RDNs it says something else.
        let rdn = || vec![attribute(rfc4519::OU, Tag::Utf8String, b"a")];
        check_subject(&subject(vec![rdn(), rdn()])).unwrap();
    }

    #[test]
    fn a_subject_of_the_operators_own_has_its_sets_in_order() {
        let pair = vec![
            attribute(rfc4519::CN, Tag::Utf8String, b"a"),
            attribute(rfc4519::OU, Tag::Utf8String, b"a"),
        ];
        let sorted = subject(vec![pair]).as_der().to_vec();
        let (head, attributes) = sorted.split_at(4);
        let (one, two) = attributes.split_at(attributes.len() / 2);
        let swapped = DistinguishedName::from_der(&[head, two, one].concat()).unwrap();
        let error = check_subject(&swapped).unwrap_err();
        assert_eq!(error.code(), "request.not-canonical");
    }

    #[test]
    fn thirty_two_attributes_pass_and_one_more_is_too_many() {
        let rdns = |count: usize| {
            subject(vec![vec![attribute(rfc4519::OU, Tag::Utf8String, b"a")]; count])
        };
        check_subject(&rdns(32)).unwrap();
        assert_eq!(check_subject(&rdns(33)).unwrap_err().code(), "request.name.too-many");
    }

    #[test]
    fn a_refusal_shows_the_value_escaped() {
        let name = subject(vec![vec![attribute(rfc4519::CN, Tag::Utf8String, b"a\x1b[2J")]]);
        let text = check_subject(&name).unwrap_err().to_string();
        assert!(
            text.contains("CN") && text.contains("\\u{1b}") && !text.contains('\x1b'),
            "{text}"
        );
    }
}
