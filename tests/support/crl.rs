//! CRLs by hand, right or wrong, and CAs to sign them.

use const_oid::db::rfc5280;
use der::Encode as _;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::clock::Timestamp;
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pem;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};

use crate::encode::{extension, sequence, tlv};

/// 2026-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: u64 = 1_767_225_600;

pub(crate) const DAY: u64 = 86_400;

/// A P-256 CA in software.
pub(crate) struct Ca {
    key: KeyPair,
    pub(crate) certificate: IssuerCert,
}

impl Ca {
    pub(crate) fn new(name: &str) -> Self {
        Self::with_usages(name, vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign])
    }

    pub(crate) fn with_usages(name: &str, usages: Vec<KeyUsagePurpose>) -> Self {
        Self::with_key(name, usages, KeyPair::generate().unwrap())
    }

    /// Another CA of the same name.
    pub(crate) fn with_key(name: &str, usages: Vec<KeyUsagePurpose>, key: KeyPair) -> Self {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = usages;
        let certificate = parameters.self_signed(&key).unwrap();
        Self { certificate: IssuerCert::from_der(certificate.der()).unwrap(), key }
    }

    /// Two certificates of one CA, the second valid `later` seconds after the first.
    pub(crate) fn renewed(name: &str, later: u64) -> [Vec<u8>; 2] {
        let key = KeyPair::generate().unwrap();
        [0, later].map(|later| {
            let mut parameters = CertificateParams::default();
            parameters.distinguished_name.push(DnType::CommonName, name);
            parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            parameters.not_before += std::time::Duration::from_secs(later);
            parameters.self_signed(&key).unwrap().der().to_vec()
        })
    }

    pub(crate) fn pem(&self) -> String {
        pem::encode(pem::CERTIFICATE, self.certificate.as_der())
    }

    /// A CRL that breaks no rule: number 5, for ten days from 2026-01-01 on, two entries.
    pub(crate) fn crl(&self) -> Draft<'_> {
        Draft {
            ca: self,
            issuer: self.certificate.subject().as_der().to_vec(),
            key_id: self.certificate.key_id().to_vec(),
            number: vec![5],
            this_update: NEW_YEAR,
            next_update: NEW_YEAR + 10 * DAY,
            entries: vec![entry(&[7], NEW_YEAR - DAY, 1), entry(&[9], NEW_YEAR - DAY, 4)],
            more: Vec::new(),
        }
    }
}

/// The fields of a CRL.
pub(crate) struct Draft<'a> {
    ca: &'a Ca,
    /// The Name, DER.
    pub(crate) issuer: Vec<u8>,
    pub(crate) key_id: Vec<u8>,
    /// Content octets.
    pub(crate) number: Vec<u8>,
    pub(crate) this_update: u64,
    pub(crate) next_update: u64,
    /// Complete.
    pub(crate) entries: Vec<Vec<u8>>,
    /// Complete extensions behind the usual ones.
    pub(crate) more: Vec<Vec<u8>>,
}

impl Draft<'_> {
    /// With another number.
    pub(crate) fn numbered(mut self, number: u8) -> Self {
        self.number = vec![number];
        self
    }

    /// As a delta CRL to number 5.
    pub(crate) fn delta(mut self) -> Self {
        let oid = rfc5280::ID_CE_DELTA_CRL_INDICATOR.to_string();
        self.more.push(extension(&oid, true, &[2, 1, 5]));
        self
    }

    /// The signed CRL, DER.
    pub(crate) fn finish(&self) -> Vec<u8> {
        let algorithm = SignatureAlgorithm::EcdsaSha256.algorithm_identifier().to_vec();
        let key_id = sequence(&[tlv(0x80, &self.key_id)]);
        let oid = |oid: const_oid::ObjectIdentifier| oid.to_string();
        let mut extensions = vec![
            extension(&oid(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER), false, &key_id),
            extension(&oid(rfc5280::ID_CE_CRL_NUMBER), false, &tlv(2, &self.number)),
        ];
        extensions.extend_from_slice(&self.more);
        let entries = if self.entries.is_empty() { Vec::new() } else { sequence(&self.entries) };
        let tbs = sequence(&[
            tlv(2, &[1]),
            algorithm.clone(),
            self.issuer.clone(),
            time(self.this_update),
            time(self.next_update),
            entries,
            tlv(0xa0, &sequence(&extensions)),
        ]);
        let signature = rcgen::SigningKey::sign(&self.ca.key, &tbs).unwrap();
        sequence(&[tbs, algorithm, tlv(3, &[&[0][..], &signature].concat())])
    }

    /// The same as PEM.
    pub(crate) fn pem(&self) -> String {
        pem::encode(pem::CRL, &self.finish())
    }
}

/// A complete entry.
pub(crate) fn entry(serial: &[u8], date: u64, reason: u8) -> Vec<u8> {
    let oid = rfc5280::ID_CE_CRL_REASONS.to_string();
    let reason = extension(&oid, false, &[0x0a, 1, reason]);
    sequence(&[tlv(2, serial), time(date), sequence(&[reason])])
}

/// A complete Time.
pub(crate) fn time(seconds: u64) -> Vec<u8> {
    Timestamp::from_unix(seconds).to_x509().unwrap().to_der().unwrap()
}
