//! What an audit row says, and its JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Actor, Hex};
use crate::base::text::ParserError;

/// What an intent is meant to sign.
///
/// *Warning:* used in stored state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A certificate.
    Certificate,
    /// A PKCS#10 request of our own.
    Request,
    /// A CRL.
    Crl,
    /// An OCSP response.
    Ocsp,
}

/// What identifies a CRL among those of its issuer.
///
/// *Warning:* used in stored state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrlRecord<'a> {
    /// The URI of its issuing distribution point; empty for the one CRL of an issuer without any.
    pub point: Cow<'a, str>,
    /// cRLNumber.
    pub number: u64,
    /// BaseCRLNumber, of a delta CRL.
    pub base: Option<u64>,
    /// thisUpdate.
    pub this_update: u64,
    /// nextUpdate.
    pub next_update: u64,
    /// How many entries it has.
    pub entries: u64,
    /// The last row of this chain whose revocations were considered.
    pub covers: u64,
}

/// A lint rule that was not applied.
///
/// *Warning:* used in stored state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedRule<'a> {
    /// Its name.
    pub rule: Cow<'a, str>,
    /// Why, in the words of the profile.
    pub reason: Cow<'a, str>,
}

/// What happened. Names and order of kinds and fields are part of the audit format.
///
/// *Warning:* this type is used in stored state.
#[expect(clippy::large_enum_variant, reason = "made one at a time, and most are intents")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event<'a> {
    /// The inventory was created: always row 1.
    InventoryCreated {
        /// The instance byte of its serial numbers.
        instance: u8,
    },
    /// The key is about to make a trial signature.
    Challenge {
        /// The row of the challenge table.
        challenge: i64,
        /// SHA-256 of the key's SubjectPublicKeyInfo.
        key_sha256: Hex<'a>,
        /// SHA-256 of the message.
        message_sha256: Hex<'a>,
    },
    /// The bytes are about to be signed.
    Intent {
        /// The row of the intent table.
        intent: i64,
        /// What is to be signed.
        subject_kind: Subject,
        /// The issuer's name in the home.
        issuer: Cow<'a, str>,
        /// SHA-256 of the signing key's SubjectPublicKeyInfo.
        issuer_key_sha256: Hex<'a>,
        /// The signature algorithm.
        algorithm: Cow<'a, str>,
        /// The profile.
        profile: Cow<'a, str>,
        /// SHA-256 of the profile file.
        profile_sha256: Hex<'a>,
        /// SHA-256 of the CSR, if there was one.
        request_sha256: Option<Hex<'a>>,
        /// The serial, for a certificate.
        serial: Option<Hex<'a>>,
        /// The subject, RFC 4514.
        subject: Cow<'a, str>,
        /// SHA-256 of the subject's SubjectPublicKeyInfo.
        key_sha256: Hex<'a>,
        /// The last second of validity, for a certificate.
        not_after: Option<u64>,
        /// SHA-256 of the bytes to be signed.
        tbs_sha256: Hex<'a>,
        /// The lint rules that the profile skips. Left out when there are none, as in every row of
        /// earlier versions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        skipped_lints: Vec<SkippedRule<'a>>,
        /// The external linters that let it pass. Left out when there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        linters: Vec<Cow<'a, str>>,
        /// What identifies a CRL. Left out for anything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crl: Option<CrlRecord<'a>>,
    },
    /// A certificate was revoked, for ever.
    Revoked {
        /// The row of the revocation table.
        revocation: i64,
        /// SHA-256 of its issuer's SubjectPublicKeyInfo.
        issuer_key_sha256: Hex<'a>,
        /// Its serial number.
        serial: Hex<'a>,
        /// Its intent, if this store made it.
        intent: Option<i64>,
        /// revocationDate.
        date: u64,
        /// The code of the reason (RFC 5280 §5.3.1).
        reason: u8,
        /// invalidityDate.
        invalidity: Option<u64>,
        /// The last second of its validity, if known.
        not_after: Option<u64>,
        /// The distribution point that it names, or empty.
        point: Cow<'a, str>,
        /// Whether it is a CA's certificate, if known.
        ca: Option<bool>,
    },
    /// A certificate was put on hold, or released.
    Held {
        /// The row of the hold table.
        hold: i64,
        /// Its intent.
        intent: i64,
        /// Whether it is on hold now.
        held: bool,
    },
    /// A CRL that this store did not make became known; numbers go on above it.
    CrlSeen {
        /// The row of the table of seen CRLs.
        seen: i64,
        /// SHA-256 of its issuer's SubjectPublicKeyInfo.
        issuer_key_sha256: Hex<'a>,
        /// Its issuing distribution point, or empty.
        point: Cow<'a, str>,
        /// Its number.
        number: u64,
        /// SHA-256 of the whole CRL.
        sha256: Hex<'a>,
    },
    /// The signature was made and verified.
    Issued {
        /// The row of the intent table.
        intent: i64,
        /// SHA-256 of the finished DER.
        sha256: Hex<'a>,
        /// SHA-256 of the signature bits.
        signature_sha256: Hex<'a>,
    },
    /// Signing or its verification failed; the intent stays *maybe signed*.
    Failed {
        /// The row of the intent table.
        intent: i64,
        /// Why, the whole chain of causes.
        reason: Cow<'a, str>,
    },
    /// A request was refused.
    Refused {
        /// The issuer it was for.
        issuer: Cow<'a, str>,
        /// The profile it was for.
        profile: Cow<'a, str>,
        /// SHA-256 of the request's bytes as given.
        request_sha256: Hex<'a>,
        /// Why, the whole chain of causes.
        reason: Cow<'a, str>,
    },
    /// A key was blocked: no certificate is issued for it any more.
    KeyBlocked {
        /// The row of the blocked key table.
        blocked_key: i64,
        /// SHA-256 of the key's SubjectPublicKeyInfo.
        key_sha256: Hex<'a>,
        /// Why, in the operator's words.
        reason: Cow<'a, str>,
    },
    /// The tables of the inventory were brought to a newer version.
    SchemaUpgraded {
        /// The version before.
        from: i64,
        /// The version since.
        to: i64,
    },
    /// An operator accepted a clock that is behind the row before.
    ClockAccepted {
        /// Why, in the operator's words.
        reason: Cow<'a, str>,
    },
    /// Something that signs nothing: a key generated, an issuer installed, an export attempt.
    Note {
        /// What, a stable word such as `key-generated`.
        what: Cow<'a, str>,
        /// The facts.
        details: serde_json::Value,
    },
}

/// The JSON of an audit row: who did what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record<'a> {
    /// Who.
    pub actor: Cow<'a, Actor>,
    /// What.
    pub event: Event<'a>,
}

/// A text that is not a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not the JSON of a record.
    #[error("not the JSON of an audit record")]
    Json(#[source] ParserError),
    /// JSON, but not in the one form in which records are written.
    #[error("the JSON is not in its canonical form")]
    NotCanonical,
}

impl RecordError {
    /// What serde_json found.
    pub(crate) fn json(error: serde_json::Error) -> Self {
        Self::Json(ParserError::new(&error))
    }
}

impl Record<'_> {
    /// The canonical JSON.
    ///
    /// # Errors
    /// [`RecordError::Json`] when `details` of a note cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, RecordError> {
        serde_json::to_string(self).map_err(RecordError::json)
    }

    /// Reads canonical JSON, and no other.
    ///
    /// # Errors
    /// [`RecordError`] when it is none, has unknown fields, or is written in another form.
    pub fn from_json(text: &str) -> Result<Record<'static>, RecordError> {
        let record: Record<'static> = serde_json::from_str(text).map_err(RecordError::json)?;
        if record.to_json()? != text {
            return Err(RecordError::NotCanonical);
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor() -> Actor {
        Actor { user: "ca".into(), host: "vault".into(), program: "keystead 0.1.0".into() }
    }

    #[test]
    fn the_json_of_a_record_is_fixed_to_the_byte() {
        let record = Record {
            actor: Cow::Owned(actor()),
            event: Event::Issued {
                intent: 7,
                sha256: Hex::from(&[1, 2]),
                signature_sha256: Hex::from(&[0xff; 40]),
            },
        };
        let expected = format!(
            "{}{}{}",
            r#"{"actor":{"user":"ca","host":"vault","program":"keystead 0.1.0"},"#,
            r#""event":{"kind":"issued","intent":7,"sha256":"0102","signature_sha256":""#,
            "ff".repeat(40) + "\"}}"
        );
        assert_eq!(record.to_json().unwrap(), expected);
        assert_eq!(Record::from_json(&expected).unwrap(), record);
    }

    fn intent(skipped_lints: Vec<SkippedRule<'_>>, linters: Vec<Cow<'_, str>>) -> String {
        let event = Event::Intent {
            intent: 1,
            subject_kind: Subject::Certificate,
            issuer: "root".into(),
            issuer_key_sha256: Hex::from(&[1]),
            algorithm: "ecdsa-sha256".into(),
            profile: "tls-server".into(),
            profile_sha256: Hex::from(&[2]),
            request_sha256: None,
            serial: None,
            subject: "CN=a".into(),
            key_sha256: Hex::from(&[3]),
            not_after: None,
            tbs_sha256: Hex::from(&[4]),
            skipped_lints,
            linters,
            crl: None,
        };
        Record { actor: Cow::Owned(actor()), event }.to_json().unwrap()
    }

    #[test]
    fn an_intent_without_skipped_rules_and_linters_is_written_as_it_always_was() {
        let text = intent(Vec::new(), Vec::new());
        assert!(text.ends_with(r#""not_after":null,"tbs_sha256":"04"}}"#), "{text}");
        Record::from_json(&text).unwrap();
    }

    #[test]
    fn skipped_rules_with_their_reasons_and_linters_are_part_of_an_intent() {
        let skipped = SkippedRule { rule: "rfc5280.x".into(), reason: "an old device".into() };
        let text = intent(vec![skipped], vec!["pkilint".into()]);
        let end = concat!(
            r#""tbs_sha256":"04","skipped_lints":[{"rule":"rfc5280.x","#,
            r#""reason":"an old device"}],"linters":["pkilint"]}}"#
        );
        assert!(text.ends_with(end), "{text}");
        Record::from_json(&text).unwrap();
        // Empty lists have one form only.
        let empty = text.replace(r#","linters":["pkilint"]"#, r#","linters":[]"#);
        assert!(matches!(Record::from_json(&empty), Err(RecordError::NotCanonical)));
    }

    #[test]
    fn an_unknown_field_another_order_and_white_space_are_refused() {
        let record = Record {
            actor: Cow::Owned(actor()),
            event: Event::Note {
                what: "key-generated".into(),
                details: serde_json::json!({"label": "root", "bits": 256}),
            },
        };
        let text = record.to_json().unwrap();
        assert_eq!(Record::from_json(&text).unwrap(), record);
        for (from, to, canonical) in [
            (r#""what""#, r#""extra":1,"what""#, false),
            (r#""user":"ca","host":"vault""#, r#""host":"vault","user":"ca""#, true),
            (r#","event""#, r#", "event""#, true),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text);
            let error = Record::from_json(&changed).unwrap_err();
            assert_eq!(matches!(error, RecordError::NotCanonical), canonical, "{changed}");
        }
    }
}
