//! Issues a root certificate and a request with x509-cert; the key is in a PKCS#11 token.
//!
//! ```text
//! softhsm2-util --init-token --free --label demo --so-pin 12345678 --pin 87654321
//! (umask 077; echo 87654321 > pin)
//! cargo run --example sign_with_x509_cert -- /usr/lib/softhsm/libsofthsm2.so demo pin x509-ca > out.pem
//! ```
//!
//! The key is generated in the token when it is not there yet. Certificate and request go to standard
//! output as PEM.
#![expect(clippy::print_stdout, reason = "an example prints what it made")]

use std::error::Error;
use std::time::Duration;

use keystead::base::algorithm::KeyAlgorithm;
use keystead::base::challenge::Unrecorded;
use keystead::sign::x509_cert::builder::profile::cabf::Root;
use keystead::sign::x509_cert::builder::{Builder as _, CertificateBuilder, RequestBuilder};
use keystead::sign::x509_cert::der::EncodePem as _;
use keystead::sign::x509_cert::der::pem::LineEnding;
use keystead::sign::x509_cert::name::Name;
use keystead::sign::x509_cert::serial_number::SerialNumber;
use keystead::sign::x509_cert::spki::SubjectPublicKeyInfoOwned;
use keystead::sign::x509_cert::time::Validity;
use keystead::sign::{RustCryptoKey, RustCryptoSignature};
use keystead::token::{KeySelector, PinSource, Token, TokenKey, TokenSettings, TokenUri};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, token, pin_file, label] = arguments.as_slice() else {
        return Err("usage: sign_with_x509_cert MODULE TOKEN-LABEL PIN-FILE KEY-LABEL".into());
    };
    let token_key = open_key(module, token, pin_file, label)?;
    // From here on it is x509-cert as usual, with the signature type named.
    let key = RustCryptoKey::new(&token_key);
    let subject: Name = "CN=Example Root,O=Example,C=SE".parse()?;

    let mut serial = [0; 16];
    getrandom::fill(&mut serial)?;
    serial[0] = serial[0] & 0x3f | 0x40;
    let builder = CertificateBuilder::new(
        Root::new(false, subject.clone())?,
        SerialNumber::new(&serial)?,
        Validity::from_now(Duration::from_secs(10 * 365 * 86_400))?,
        SubjectPublicKeyInfoOwned::from_key(&key.public_key())?,
    )?;
    let certificate = builder.build::<_, RustCryptoSignature>(&key)?;

    let request = RequestBuilder::new(subject)?.build::<_, RustCryptoSignature>(&key)?;

    print!("{}{}", certificate.to_pem(LineEnding::LF)?, request.to_pem(LineEnding::LF)?);
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
        None => token.generate(label, KeyAlgorithm::EcP384)?,
    };
    let spki = key.spki.ok_or("the key is of a kind that this crate does not know")?;
    let selector = KeySelector { label: Some(key.label), id: Some(key.id) };
    let algorithm = spki.algorithm().default_signature();
    // `Unrecorded`, since this example keeps no inventory: a CA records each trial signature.
    Ok(token.open_key(&selector, Some(&spki), algorithm, &mut Unrecorded)?)
}
