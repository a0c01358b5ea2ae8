//! Which certificates a command line means.

use std::collections::BTreeSet;
use std::path::Path;

use keystead::audit::Subject;
use keystead::base::algorithm::sha256;
use keystead::base::pem;
use keystead::inventory::{CertificateQuery, Inventory};
use keystead::kubernetes::is_of_node;
use keystead::revocation::revoke::{RevokeError, Target, by_certificate, matching};

use super::Command;
use crate::cli::commands::inventory::find_one;
use crate::cli::commands::key::find_key;
use crate::cli::context::Office;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{is_longer, read_at_most, shown};

/// No file with a certificate and its chain is larger.
const LARGEST: u64 = 1 << 20;

/// What is meant, each once, and never nothing.
pub(super) fn targets(
    command: &Command,
    office: &Office,
    inventory: &Inventory,
) -> Result<Vec<Target>, Failure> {
    if command.certificates.is_empty() {
        return queried(command, office, inventory);
    }
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for named in &command.certificates {
        let target = match serial_digits(named) {
            Some(digits) => by_serial(digits, inventory)?,
            None => by_file(named, command.unrecorded, office, inventory)?,
        };
        if seen.insert((target.authority_key, target.facts.serial.clone())) {
            found.push(target);
        }
    }
    Ok(found)
}

/// The text when it is hexadecimal digits; a path has a dot or a slash, or another letter.
fn serial_digits(named: &Path) -> Option<&str> {
    let text = named.to_str()?;
    let is_digit = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | ' ');
    (!text.is_empty() && text.chars().all(is_digit)).then_some(text)
}

fn by_serial(digits: &str, inventory: &Inventory) -> Result<Target, Failure> {
    let entry = find_one(inventory, digits, |entry| entry.kind == Subject::Certificate)?;
    let serial = entry.serial.map(|serial| serial.0.into_owned());
    let query = CertificateQuery { serial, ..Default::default() };
    let found = matching(inventory, &query, |_, _| true)?.pop();
    found.ok_or_else(|| {
        Failure::failed(format!("the certificate {digits} is not on record any more"))
    })
}

fn by_file(
    path: &Path,
    unrecorded: bool,
    office: &Office,
    inventory: &Inventory,
) -> Result<Target, Failure> {
    let name = shown(path);
    let content = std::fs::File::open(path).and_then(|file| read_at_most(file, LARGEST)).map_err(
        |error| {
            Failure::io(format!("cannot read {name}"), error)
                .hint("a serial number is hexadecimal digits, at least four")
        },
    )?;
    if is_longer(&content, LARGEST) {
        return Err(Failure::usage(format!("{name} is larger than {} MiB", LARGEST >> 20)));
    }
    let der = first_certificate(content).map_err(|error| {
        Failure::new(Exit::Usage, error).context(format!("{name} holds no certificate"))
    })?;
    let issuers = office.home.issuers()?;
    by_certificate(&der, inventory, &issuers, unrecorded)
        .map_err(|error| Failure::from(error).context(format!("{name} is not revoked")))
}

/// DER as it is; of PEM the first certificate, whose intermediates may follow.
fn first_certificate(content: Vec<u8>) -> Result<Vec<u8>, pem::PemError> {
    match std::str::from_utf8(&content) {
        Ok(text) if text.contains("-----BEGIN ") => {
            let mut blocks = pem::decode_all(pem::CERTIFICATE, text)?;
            Ok(blocks.swap_remove(0))
        }
        _ => Ok(content),
    }
}

/// Those that every option of the query accepts.
fn queried(
    command: &Command,
    office: &Office,
    inventory: &Inventory,
) -> Result<Vec<Target>, Failure> {
    let issuer = command.issuer.as_ref().map(|name| office.home.issuer(name)).transpose()?;
    let query = CertificateQuery {
        serial: None,
        key_sha256: command.key.as_ref().map(|key| find_key(key)).transpose()?,
        authority_key: issuer.map(|issuer| sha256(&issuer.spki_der)),
        profile: command.profile.clone(),
    };
    let mut found = matching(inventory, &query, |known, facts| {
        command.name.as_ref().is_none_or(|name| facts.is_called(name))
            && command
                .node
                .as_ref()
                .is_none_or(|node| is_of_node(&known.profile, &facts.subject, &facts.sans, node))
    })?;
    let all = found.len();
    if command.key.is_none() {
        // Whoever names an issuer means what it issued.
        found.retain(|target| !target.is_root());
    }
    let roots = all - found.len();
    if roots > 0 {
        office.ui.note(format!(
            "left out: {roots} root certificate(s), which are revoked only by serial, file or key"
        ));
    }
    if found.is_empty() {
        return Err(Failure::refused("no certificate on record is meant by these options")
            .hint("`keystead inventory list --all` shows what there is"));
    }
    Ok(found)
}

impl From<RevokeError> for Failure {
    fn from(error: RevokeError) -> Self {
        use RevokeError as E;
        let hint = match &error {
            E::Store(_) => {
                let E::Store(source) = error else { return Self::new(Exit::Failed, error) };
                return source.into();
            }
            E::Recorded { .. } => return Self::new(Exit::Failed, error),
            E::NoCertificate(_) | E::InvalidityInFuture(_) | E::NotCa(_) => {
                return Self::new(Exit::Usage, error);
            }
            E::Foreign(_) => "revoke it where its issuer is",
            E::NotOnRecord { .. } => {
                "find out why it is not on record; --unrecorded revokes it all the same"
            }
            E::Differs(_) => "by its serial number the recorded certificate can be revoked",
            E::HoldNotAllowed { .. } => "[revocation] hold = true in a profile allows it",
            E::HoldUnrecorded(_) | E::RevokedForGood { .. } => "nothing was changed",
        };
        Self::new(Exit::Refused, error).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_a_serial_and_everything_else_is_a_file() {
        for serial in ["5f0a", "5F:0a:1c", "5f 0a", "123"] {
            assert_eq!(serial_digits(Path::new(serial)), Some(serial));
        }
        for file in ["./5f0a", "5f0a.crt", "web", "", "-", "5f0g"] {
            assert_eq!(serial_digits(Path::new(file)), None, "{file}");
        }
    }

    #[test]
    fn of_a_file_with_a_chain_the_first_certificate_is_taken() {
        let chain = pem::encode(pem::CERTIFICATE, &[1]) + &pem::encode(pem::CERTIFICATE, &[2]);
        assert_eq!(first_certificate(chain.into_bytes()).unwrap(), [1]);
        assert_eq!(first_certificate(vec![0x30, 0]).unwrap(), [0x30, 0]);
        let key = pem::encode(pem::PRIVATE_KEY, &[1]);
        assert!(first_certificate(key.into_bytes()).is_err());
    }
}
