//! Hostile strings in every field of a request, as `sign` and later the inventory and the audit record
//! tell of them.

use keystead::base::pem;

use crate::desk::{good, request, utf8};
use crate::encode::{
    CHALLENGE_PASSWORD, attribute, dns, extension, extension_request, san_extension, sequence, tlv,
};
use crate::site::Site;
use crate::strings::{assert_clear, hostile};

const UNKNOWN: &str = "1.3.6.1.4.1.99999.1";

/// Where a string goes.
type Field = (&'static str, fn(&str) -> Vec<u8>);

fn names() -> Vec<u8> {
    extension_request(&[san_extension(&[dns("a.example.com")])])
}

fn san(tag: u8, text: String) -> Vec<u8> {
    let name = tlv(tag, text.as_bytes());
    request(&[utf8("2.5.4.3", "a")], &[extension_request(&[san_extension(&[name])])])
}

const FIELDS: &[Field] = &[
    ("CN", |text| request(&[utf8("2.5.4.3", text)], &[names()])),
    ("O", |text| request(&[utf8("2.5.4.10", text), utf8("2.5.4.3", "a")], &[names()])),
    ("OU", |text| request(&[utf8("2.5.4.11", text), utf8("2.5.4.3", "a")], &[names()])),
    ("unknown subject attribute", |text| request(&[utf8(UNKNOWN, text)], &[names()])),
    ("dNSName", |text| san(0x82, format!("{text}.example.com"))),
    ("URI", |text| san(0x86, format!("https://example.com/{text}"))),
    ("mailbox", |text| san(0x81, format!("{text}@example.com"))),
    ("directoryName", |text| san(0xa4, text.to_owned())),
    ("challengePassword", |text| {
        let password = attribute(CHALLENGE_PASSWORD, &[tlv(0x0c, text.as_bytes())]);
        request(&[utf8("2.5.4.3", "a")], &[names(), password])
    }),
    ("unknown attribute", |text| {
        let unknown = attribute(UNKNOWN, &[tlv(0x0c, text.as_bytes())]);
        request(&[utf8("2.5.4.3", "a")], &[names(), unknown])
    }),
    ("octets of an OID", |text| {
        let kind = tlv(6, text.as_bytes());
        let attribute = sequence(&[kind, tlv(0x31, &[5, 0])]);
        request(&[utf8("2.5.4.3", "a")], &[names(), attribute])
    }),
    ("extension", |text| {
        let asked =
            [san_extension(&[dns("a.example.com")]), extension(UNKNOWN, true, text.as_bytes())];
        request(&[utf8("2.5.4.3", "a")], &[extension_request(&asked)])
    }),
    ("the whole file", |text| text.as_bytes().to_vec()),
    ("the label of a PEM block", |text| {
        format!("-----BEGIN {text}-----\nAAAA\n-----END {text}-----\n").into_bytes()
    }),
    ("a PEM header", |text| {
        let good = pem::encode(pem::CERTIFICATE_REQUEST, &good("a.example.com"));
        good.replacen('\n', &format!("\n{text}: {text}\n\n"), 1).into_bytes()
    }),
];

#[test]
fn a_hostile_string_in_any_field_is_refused_and_shown_escaped() {
    let site = Site::with_root();
    let strings = hostile();
    for (field, make) in FIELDS {
        let folder = field.replace(' ', "-");
        std::fs::create_dir(site.path(&folder)).unwrap();
        for (number, text) in strings.iter().enumerate() {
            site.put_bytes(&format!("{folder}/r{number:03}.der"), &make(text));
        }
        let arguments =
            ["sign", &folder, "--issuer", "example", "--profile", "tls-server", "--out", "out"];
        let run = site.keystead(&arguments).clear(field);
        assert!(run.stderr.contains(&format!("0 of {} issued", strings.len())), "{}", run.story());
        // Each has a line of its own, and no more.
        let lines = run.stderr.lines().filter(|line| line.starts_with("refused: ")).count();
        assert_eq!(lines, strings.len(), "{field}: {}", run.story());
        let json = site.keystead(&[&arguments[..], &["--json"]].concat()).clear(field).json();
        assert_eq!(json["refused"], strings.len(), "{field}");
    }
    let run = site.keystead(&[
        "sign",
        "CN",
        "--issuer",
        "example",
        "--profile",
        "tls-server",
        "--out",
        "out",
        "-vv",
    ]);
    let run = run.clear("CN with a log");
    assert!(run.stderr.len() > 1_000, "{}", run.story());
    tellers(&site);
    assert_eq!(std::fs::read_dir(site.path("out")).unwrap().count(), 0);
}

/// Everything that tells of what was recorded.
fn tellers(site: &Site) {
    for arguments in [
        &["inventory", "list", "--all"][..],
        &["inventory", "list", "--all", "--json"],
        &["inventory", "export"],
        &["audit", "verify"],
        &["audit", "verify", "--json"],
        &["audit", "export"],
        &["status"],
        &["status", "--json"],
        &["status", "--limit", "500", "--prometheus", "-"],
        &["ca", "list"],
    ] {
        site.keystead(arguments).done().clear(&arguments.join(" "));
    }
}

#[test]
fn hostile_words_around_a_pem_block_change_nothing() {
    let site = Site::with_root();
    let strings = hostile();
    std::fs::create_dir(site.path("in")).unwrap();
    for (number, text) in strings.iter().enumerate() {
        let host = format!("n{number}.example.com");
        let block = pem::encode(pem::CERTIFICATE_REQUEST, &good(&host));
        site.put_bytes(&format!("in/n{number}.csr"), format!("{text}\n{block}{text}\n").as_bytes());
    }
    let run = site.sign(&["in"]).done().clear("PEM comments");
    assert!(run.stderr.contains(&format!("{} issued", strings.len())), "{}", run.story());
    for entry in std::fs::read_dir(site.path("out")).unwrap().flatten() {
        assert_clear("file name", entry.file_name().to_str().unwrap());
        let text = std::fs::read_to_string(entry.path()).unwrap();
        assert_clear("certificate", &text);
    }
    tellers(&site);
    let entries = site.entries();
    let serial = entries[0]["serial"].as_str().unwrap();
    site.keystead(&["inventory", "show", serial]).done().clear("show");
    site.keystead(&["inventory", "show", serial, "--json"]).done().clear("show --json");
}
