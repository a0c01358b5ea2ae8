//! The CA keys are in the token and nowhere else: OpenSC says how they are protected, and every byte of
//! the tree and of the home is searched for their private parts and for the PIN.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::support::{
    ISSUERS, Site, base64, files, oracle, pem, pem_blocks, put, said, succeeds, text, verdict,
};

/// `version 1, OCTET STRING of 32`: how an ECPrivateKey (RFC 5915 §3) begins inside its SEQUENCE, in a
/// bare SEC1 file and inside PKCS#8 alike.
const EC_P256_PRIVATE_KEY: [u8; 5] = [0x02, 0x01, 0x01, 0x04, 0x20];

#[test]
fn opensc_sees_the_ca_keys_as_sensitive_never_extractable_and_made_in_the_token() {
    let Some(pkcs11_tool) = oracle("pkcs11-tool") else { return };
    let site = Site::with_tree();
    let listed = succeeds(
        site.tool(&pkcs11_tool)
            .args(["--module", &site.module(), "--login", "--pin", &site.pin()])
            .args(["--list-objects", "--type", "privkey"]),
    );
    let listed = said(&listed);
    let keys: Vec<&str> = listed.split("Private Key Object").skip(1).collect();
    assert_eq!(keys.len(), ISSUERS.len(), "{listed}");
    for (name, _) in ISSUERS {
        let named: Vec<_> =
            keys.iter().filter(|key| field(key, "label:").as_deref() == Some(name)).collect();
        assert_eq!(named.len(), 1, "{name}: {listed}");
        let access = field(named[0], "Access:").expect("what protects it");
        let access: BTreeSet<&str> = access.split(", ").collect();
        let wanted = ["sensitive", "always sensitive", "never extractable", "local"];
        assert!(wanted.iter().all(|flag| access.contains(flag)), "{name}: {access:?}");
        assert!(!access.contains("extractable"), "{name}: {access:?}");
    }
}

#[test]
fn opensc_cannot_read_a_ca_key_out() {
    let Some(pkcs11_tool) = oracle("pkcs11-tool") else { return };
    let site = Site::with_issuers();
    let listed = succeeds(
        site.tool(&pkcs11_tool)
            .args(["--module", &site.module(), "--login", "--pin", &site.pin()])
            .args(["--list-objects", "--type", "privkey"]),
    );
    let id = field(&said(&listed), "ID:").expect("an id");
    let out = site.path().join("stolen");
    let (read, words) = verdict(
        site.tool(&pkcs11_tool)
            .args(["--module", &site.module(), "--login", "--pin", &site.pin()])
            .args(["--read-object", "--type", "privkey", "--id", &id, "--output-file"])
            .arg(&out),
    );
    let empty = std::fs::metadata(&out).map_or(true, |metadata| metadata.len() == 0);
    assert!(!read || empty, "{words}");
}

#[test]
fn neither_the_private_parts_of_a_ca_nor_the_pin_are_in_the_tree_or_the_home() {
    let Some(openssl) = oracle("openssl") else { return };
    let site = Site::with_tree();
    let ca_keys: BTreeSet<Vec<u8>> = ISSUERS
        .iter()
        .map(|(name, _)| {
            let mut command = Command::new(&openssl);
            command.args(["x509", "-noout", "-pubkey", "-in"]).arg(site.ca_file(name));
            succeeds(&mut command).stdout
        })
        .collect();
    assert_eq!(ca_keys.len(), ISSUERS.len());

    let (mut files_read, mut private_keys) = (0, 0);
    for folder in [site.tree(), site.home()] {
        for file in files(&folder) {
            let bytes = std::fs::read(&file).expect("readable");
            for blob in every_layer(&bytes) {
                assert!(
                    !contains(&blob, site.pin().as_bytes()),
                    "the PIN is in {}",
                    file.display()
                );
                for public in public_halves(&openssl, &site, &blob) {
                    assert!(!ca_keys.contains(&public), "a CA key is in {}", file.display());
                    private_keys += 1;
                }
            }
            files_read += 1;
        }
    }
    // The search does find private keys: those of the leaves, which belong there.
    assert!(files_read > 60 && private_keys > 30, "{files_read} files, {private_keys} keys");
    let keys = files(&site.tree()).into_iter().filter(|file| file.ends_with("ca.key")).count();
    assert_eq!(keys, 0, "a ca.key was written");
}

#[test]
fn private_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::with_tree();
    let mut private = 0;
    for file in files(&site.tree()) {
        let secret = std::fs::read(&file).is_ok_and(|bytes| {
            contains(&bytes, b"PRIVATE KEY-----") || contains(&bytes, b"client-key-data")
        });
        if secret {
            let mode = std::fs::metadata(&file).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
            private += 1;
        }
    }
    assert!(private > 30, "{private}");
}

#[test]
fn a_ca_key_imported_with_opensc_is_refused() {
    let (Some(pkcs11_tool), Some(openssl)) = (oracle("pkcs11-tool"), oracle("openssl")) else {
        return;
    };
    let site = Site::new();
    let key = site.path().join("imported.der");
    succeeds(
        Command::new(&openssl)
            .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-outform", "DER", "-out"])
            .arg(&key),
    );
    let public = site.path().join("imported.pub.der");
    succeeds(
        Command::new(&openssl)
            .args(["pkey", "-inform", "DER", "-pubout", "-outform", "DER", "-in"])
            .arg(&key)
            .arg("-out")
            .arg(&public),
    );
    for (kind, file) in [("privkey", &key), ("pubkey", &public)] {
        let mut command = site.tool(&pkcs11_tool);
        command.args(["--module", &site.module(), "--login", "--pin", &site.pin()]);
        command.args(["--type", kind, "--label", "imported", "--id", "0a"]);
        if kind == "privkey" {
            // As well protected as an imported key can be: only its past is wrong.
            command.args(["--sensitive", "--usage-sign"]);
        }
        succeeds(command.arg("--write-object").arg(file));
    }
    let output = site
        .keystead(&["ca", "root", "imported", "--subject", "CN=Imported", "--existing-key"])
        .output()
        .expect("runs");
    let words = said(&output);
    assert!(!output.status.success(), "an imported key became a CA key: {words}");
    assert!(words.to_lowercase().contains("local"), "it says why: {words}");
    assert!(!site.ca_file("imported").exists());
}

/// The value of a field in OpenSC's listing.
fn field(listing: &str, name: &str) -> Option<String> {
    let line = listing.lines().find(|line| line.trim_start().starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The bytes themselves, what their PEM blocks hold, and what their base64 fields hold, all the way down.
fn every_layer(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut layers = vec![bytes.to_vec()];
    if let Ok(text) = std::str::from_utf8(bytes) {
        for label in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"] {
            layers.extend(pem_blocks(text, label));
        }
        for line in text.lines() {
            if let Some((name, value)) = line.split_once(':')
                && name.trim_end().ends_with("-data")
            {
                layers.extend(every_layer(&base64(value.trim())));
            }
        }
    }
    layers
}

/// The public halves of all P-256 private keys in these bytes, as openssl computes them.
fn public_halves(openssl: &Path, site: &Site, bytes: &[u8]) -> Vec<Vec<u8>> {
    let starts = bytes
        .windows(EC_P256_PRIVATE_KEY.len())
        .enumerate()
        .filter(|(_, window)| *window == EC_P256_PRIVATE_KEY);
    let mut found = Vec::new();
    for (start, _) in starts {
        let scalar = start + EC_P256_PRIVATE_KEY.len();
        let Some(scalar) = bytes.get(scalar..scalar + 32) else { continue };
        // SEQUENCE { 1, scalar, [0] prime256v1 }
        let mut der = vec![0x30, 0x31];
        der.extend(EC_P256_PRIVATE_KEY);
        der.extend(scalar);
        der.extend([0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
        let file = site.path().join("candidate.pem");
        put(&file, pem("EC PRIVATE KEY", &der).as_bytes());
        let mut command = Command::new(openssl);
        command.args(["pkey", "-pubout", "-in"]).arg(&file);
        let output = command.output().expect("openssl runs");
        if output.status.success() {
            found.push(output.stdout);
        }
    }
    found
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_search_would_find_a_key_that_openssl_made() {
    let Some(openssl) = oracle("openssl") else { return };
    let site = Site::new();
    let key = site.path().join("leaked.pem");
    succeeds(
        Command::new(&openssl)
            .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"])
            .arg(&key),
    );
    let public = succeeds(Command::new(&openssl).args(["pkey", "-pubout", "-in"]).arg(&key)).stdout;
    let halves: Vec<_> = every_layer(text(&key).as_bytes())
        .iter()
        .flat_map(|layer| public_halves(&openssl, &site, layer))
        .collect();
    assert_eq!(halves, [public]);
}
