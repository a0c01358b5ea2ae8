//! Issues a CA and a server certificate with rcgen; the CA key is in a PKCS#11 token.
//!
//! ```text
//! softhsm2-util --init-token --free --label demo --so-pin 12345678 --pin 87654321
//! (umask 077; echo 87654321 > pin)
//! cargo run --example sign_with_rcgen -- /usr/lib/softhsm/libsofthsm2.so demo pin rcgen-ca > chain.pem
//! ```
//!
//! The key is generated in the token when it is not there yet. Both certificates go to standard
//! output as PEM, the server's first.
#![expect(clippy::print_stdout, reason = "an example prints what it made")]

use std::error::Error;

use keystead::base::algorithm::KeyAlgorithm;
use keystead::base::challenge::Unrecorded;
use keystead::sign::{RcgenKey, rcgen};
use keystead::token::{KeySelector, PinSource, Token, TokenKey, TokenSettings, TokenUri};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, token, pin_file, label] = arguments.as_slice() else {
        return Err("usage: sign_with_rcgen MODULE TOKEN-LABEL PIN-FILE KEY-LABEL".into());
    };
    let token_key = open_key(module, token, pin_file, label)?;
    // From here on it is rcgen as usual.
    let key = RcgenKey::new(&token_key)?;
    issue(&key).map_err(|error| match key.take_error() {
        // What the token said, which rcgen's own error has no place for.
        Some(cause) => Box::new(cause),
        None => error,
    })
}

fn issue(key: &RcgenKey<&TokenKey>) -> Result<(), Box<dyn Error>> {
    let mut ca = rcgen::CertificateParams::new(Vec::new())?;
    ca.distinguished_name.push(rcgen::DnType::CommonName, "Example CA");
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    ca.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    prepare(&mut ca)?;
    let ca_certificate = ca.self_signed(key)?;

    let server_key = rcgen::KeyPair::generate()?;
    let mut server = rcgen::CertificateParams::new(vec!["www.example.com".to_owned()])?;
    server.distinguished_name.push(rcgen::DnType::CommonName, "www.example.com");
    server.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    prepare(&mut server)?;
    let certificate = server.signed_by(&server_key, &rcgen::Issuer::from_params(&ca, key))?;

    print!("{}{}", certificate.pem(), ca_certificate.pem());
    Ok(())
}

/// What rcgen's defaults leave open: one serial number per key, and a validity of 2,000 years.
fn prepare(params: &mut rcgen::CertificateParams) -> Result<(), getrandom::Error> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial)?;
    serial[0] = serial[0] & 0x3f | 0x40;
    params.serial_number = Some(serial.to_vec().into());
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    Ok(())
}

fn open_key(
    module: &str,
    token: &str,
    pin_file: &str,
    label: &str,
) -> Result<TokenKey, Box<dyn Error>> {
    let settings = TokenSettings {
        module: module.into(),
        uri: TokenUri::with_label(token)?,
        pin_source: PinSource::File(pin_file.into()),
        workers: None,
    };
    let token = Token::open(&settings, &|_| Err(std::io::ErrorKind::Unsupported.into()))?;
    let key = match token.keys()?.into_iter().find(|key| key.label == label) {
        Some(key) => key,
        None => token.generate(label, KeyAlgorithm::EcP256)?,
    };
    let spki = key.spki.ok_or("the key is of a kind that this crate does not know")?;
    let selector = KeySelector { label: Some(key.label), id: Some(key.id) };
    let algorithm = spki.algorithm().default_signature();
    // `Unrecorded`, since this example keeps no inventory: a CA records each trial signature.
    Ok(token.open_key(&selector, Some(&spki), algorithm, &mut Unrecorded)?)
}
