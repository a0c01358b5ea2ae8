//! What `issuer.toml` says about CRL, OCSP and CA issuers, and what of it is in which certificates.

use crate::oracle::oracle;
use crate::site::{Run, Site};

const SETTINGS: &str = "home/issuers/example/issuer.toml";

/// Puts `lines` under the table `[name]` of the settings in `file`.
#[track_caller]
fn set(site: &Site, file: &str, table: &str, lines: &str) {
    let (text, head) = (site.read(file), format!("\n[{table}]\n"));
    assert!(text.contains(&head), "{text}");
    site.put(file, &text.replace(&head, &format!("{head}{lines}\n")));
}

/// The three extensions of a certificate, as openssl shows them.
fn pointers(site: &Site, certificate: &str) -> String {
    let which = "crlDistributionPoints,freshestCRL,authorityInfoAccess";
    let arguments = ["x509", "-in", certificate, "-noout", "-ext", which];
    // Without any of them it says so and is not content.
    site.program("openssl", &arguments).stdout
}

/// The serial number of a certificate modulo `count`, read from openssl's hexadecimal digits.
fn shard(site: &Site, certificate: &str, count: u32) -> u32 {
    let run = site.program("openssl", &["x509", "-in", certificate, "-noout", "-serial"]).done();
    let digits = run.stdout.trim().trim_start_matches("serial=").to_owned();
    assert!(digits.len() > 20, "{digits}");
    let digits = digits.chars().map(|digit| digit.to_digit(16).unwrap());
    digits.fold(0, |rest, digit| (rest * 16 + digit) % count)
}

fn sign(site: &Site, request: &str, profile: &str, out: &str) -> Run {
    site.keystead(&["sign", request, "--issuer", "example", "--profile", profile, "--out", out])
}

#[test]
fn certificates_carry_what_the_settings_say_from_then_on() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    assert_eq!(pointers(&site, "out/web.crt"), "");
    set(
        &site,
        SETTINGS,
        "crl",
        "url = \"http://crl.example.com/example.crl\"\n\
         delta-url = \"http://crl.example.com/example-delta.crl\"",
    );
    set(&site, SETTINGS, "ocsp", "url = \"http://ocsp.example.com\"");
    set(&site, SETTINGS, "aia", "ca-issuers = \"http://ca.example.com/example.cer\"");
    site.request("sub.csr", "Example Sub", &[]);
    let web = ["sign", "web.csr", "--issuer", "example", "--profile", "tls-server", "--out", "new"];
    site.keystead(&web).done();
    sign(&site, "sub.csr", "intermediate-ca", "new").done();
    for certificate in ["new/web.crt", "new/sub.crt"] {
        let text = pointers(&site, certificate);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        let expected = [
            "X509v3 CRL Distribution Points:",
            "Full Name:",
            "URI:http://crl.example.com/example.crl",
            "X509v3 Freshest CRL:",
            "Full Name:",
            "URI:http://crl.example.com/example-delta.crl",
            "Authority Information Access:",
            "OCSP - URI:http://ocsp.example.com",
            "CA Issuers - URI:http://ca.example.com/example.cer",
        ];
        assert_eq!(lines, expected, "{certificate}");
        let root = "home/issuers/example/ca.crt";
        site.program("openssl", &["verify", "-x509_strict", "-CAfile", root, certificate]).done();
        site.keystead(&["lint", certificate, "--issuer", root]).done();
    }
    for certificate in ["new/web.crt", "new/sub.crt"] {
        if let Some(pkilint) = oracle("lint_pkix_cert") {
            let arguments = ["lint", "-s", "WARNING", certificate];
            site.program(pkilint.to_str().unwrap(), &arguments).done();
        }
        if let Some(zlint) = oracle("zlint") {
            let said = site.program(zlint.to_str().unwrap(), &[certificate]).done();
            for rules in ["crl_distribution", "_aia_", "freshest_crl"] {
                assert!(said.stdout.contains(rules), "{rules}: {}", said.story());
            }
            for (name, verdict) in said.json().as_object().unwrap() {
                let is_ours = ["crl", "aia", "freshest"].iter().any(|word| name.contains(word));
                let verdict = verdict["result"].as_str().unwrap_or_default();
                assert!(!is_ours || ["pass", "NA", "NE"].contains(&verdict), "{name}: {verdict}");
            }
        }
    }
    // What was there before stays, and the root itself has nobody above it.
    assert_eq!(pointers(&site, "out/web.crt"), "");
    assert_eq!(pointers(&site, "home/issuers/example/ca.crt"), "");
    site.root("second").done();
    assert_eq!(pointers(&site, "home/issuers/second/ca.crt"), "");

    let shown = site.keystead(&["ca", "show", "example"]).done();
    for words in ["http://crl.example.com/example.crl", "351d", "http://ocsp.example.com"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.story());
    }
    let shown = site.keystead(&["ca", "show", "example", "--json"]).done().json();
    assert_eq!(shown["crl"]["url"], "http://crl.example.com/example.crl");
    assert_eq!(shown["crl"]["lifetime_seconds"], 351 * 86_400);
    assert_eq!(shown["crl"]["scope"], "all");
    assert_eq!(shown["ocsp"]["url"], "http://ocsp.example.com");
    assert_eq!(shown["ca_issuers"], "http://ca.example.com/example.cer");
    site.keystead(&["crl", "issue", "example", "--out", "crls"]).done();
    site.lint_crls("crls");
}

#[test]
fn with_shards_the_url_is_that_of_the_serial_number() {
    let site = Site::with_root();
    let names: Vec<String> = (0..12).map(|number| format!("web{number}")).collect();
    for name in &names {
        site.server_request(&format!("{name}.csr"), &format!("{name}.example.com"));
    }
    let requests: Vec<String> = names.iter().map(|name| format!("{name}.csr")).collect();
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    let url = "url = \"http://crl.example.com/{shard}/example.crl\"";
    set(&site, SETTINGS, "crl", &format!("{url}\nshards = 8"));
    // The batch draws its serial numbers in its workers.
    site.sign(&requests).done();
    let mut shards = std::collections::BTreeSet::new();
    for name in &names {
        let certificate = format!("out/{name}.crt");
        let shard = shard(&site, &certificate, 8);
        let found = pointers(&site, &certificate);
        let expected = format!("URI:http://crl.example.com/{shard}/example.crl\n");
        assert!(found.contains(&expected) && found.matches("URI:").count() == 1, "{found}");
        shards.insert(shard);
    }
    // Twelve numbers at random that are all in one of eight shards: once in 8^11 runs.
    assert!(shards.len() > 1, "{shards:?}");
    site.keystead(&["revoke", "out/web0.crt", "--reason", "superseded"]).done();
    site.keystead(&["crl", "issue", "example", "--out", "crls"]).done();
    assert_eq!(site.lint_crls("crls"), 8, "one of them has an entry");

    // Other numbers of shards, and one.
    let settings = site.read(SETTINGS);
    site.put(SETTINGS, &settings.replace("shards = 8", "shards = 7"));
    site.keystead(&[
        "sign",
        "web0.csr",
        "--issuer",
        "example",
        "--profile",
        "tls-server",
        "--out",
        "seven",
    ])
    .done();
    let seven = shard(&site, "seven/web0.crt", 7);
    let expected = format!("URI:http://crl.example.com/{seven}/example.crl");
    assert!(pointers(&site, "seven/web0.crt").contains(&expected));
    site.put(SETTINGS, &settings.replace("shards = 8", "shards = 1").replace("{shard}/", ""));
    sign(&site, "web0.csr", "tls-server", "one").done();
    let found = pointers(&site, "one/web0.crt");
    assert!(found.contains("URI:http://crl.example.com/example.crl\n"), "{found}");
}

#[test]
fn settings_that_cannot_work_refuse_every_command_of_the_issuer_and_name_the_key() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    let good = site.read(SETTINGS);
    for (table, lines, words) in [
        ("crl", "url = \"https://crl.example.com/a.crl\"", ["crl.url", "RFC 5280 §8"]),
        ("crl", "url = \"ldap://crl.example.com/cn=a\"", ["crl.url", "RFC 5280 §8"]),
        ("crl", "url = \"http://crl.example.com/a.crl\"\nshards = 8", ["crl.url", "{shard}"]),
        ("crl", "lifetime = \"7\"", ["crl.lifetime", "s, m, h, d, w"]),
        ("crl", "overlap = \"400d\"", ["crl.overlap", "less than the lifetime, 351d"]),
        ("crl", "uri = \"http://crl.example.com/a.crl\"", ["is not valid", "unknown field"]),
        ("ocsp", "url = \"http://ocsp..example.com\"", ["ocsp.url", "its host"]),
        ("aia", "ca-issuers = \"example.cer\"", ["aia.ca-issuers", "http://HOST/"]),
    ] {
        set(&site, SETTINGS, table, lines);
        site.sign(&["web.csr"]).fails(2, &words);
        site.keystead(&["ca", "show", "example"]).fails(2, &words);
        site.put(SETTINGS, &good);
    }
    assert!(!site.exists("out"));
    site.sign(&["web.csr"]).done();
}

#[test]
fn a_certificate_that_no_crl_would_list_is_refused_before_anything_is_signed() {
    let site = Site::with_root();
    let url = "url = \"http://crl.example.com/users.crl\"\nscope = \"user\"";
    set(&site, SETTINGS, "crl", url);
    site.request("sub.csr", "Example Sub", &[]);
    let before = site.entries().len();
    sign(&site, "sub.csr", "intermediate-ca", "out").fails(1, &["policy.crl-scope", "scope user"]);
    let check = ["profile", "check", "intermediate-ca", "--issuer", "example", "sub.csr", "--json"];
    let checked = site.keystead(&check).fails_quietly(1, "policy.crl-scope");
    assert_eq!(checked.json()["requests"][0]["clause"], "RFC 5280 §5.2.5, §6.3.3 (b)(2)");
    assert_eq!(site.entries().len(), before);
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    assert!(pointers(&site, "out/web.crt").contains("URI:http://crl.example.com/users.crl"));
    // A profile with a place of its own for the same thing.
    std::fs::create_dir_all(site.path("home/profiles")).unwrap();
    let own = include_str!("../../profiles/tls-server.toml")
        .replace("name = \"tls-server\"", "name = \"own\"")
        .replace(
            "\n[subject]\n",
            "\n[pointers]\ncrl = [\"http://crl.example.com/own.crl\"]\n\n[subject]\n",
        );
    site.put("home/profiles/own.toml", &own);
    let refused = ["policy.pointer-twice", "pointers.crl", "http://crl.example.com/users.crl"];
    sign(&site, "web.csr", "own", "own").fails(1, &refused);
    let alone = own.replace("[pointers]", "[revocation]\npointers = false\n\n[pointers]");
    site.put("home/profiles/own.toml", &alone);
    sign(&site, "web.csr", "own", "own").done();
    assert!(pointers(&site, "own/web.crt").contains("URI:http://crl.example.com/own.crl"));
}

#[test]
fn the_certificates_of_a_cluster_point_nowhere_unless_a_profile_of_the_site_says_so() {
    let site = Site::new();
    for (name, subject) in [
        ("kubernetes", "CN=kubernetes"),
        ("etcd", "CN=etcd-ca"),
        ("front-proxy", "CN=front-proxy-ca"),
    ] {
        let root = ["ca", "root", name, "--subject", subject, "--key", "ec-p256"];
        site.keystead(&[&root[..], &["--profile", "k8s-ca"]].concat()).done();
        let (settings, url) =
            (format!("home/issuers/{name}/issuer.toml"), "http://crl.example.com");
        set(&site, &settings, "crl", &format!("url = \"{url}/{name}.crl\""));
        set(&site, &settings, "ocsp", "url = \"http://ocsp.example.com\"");
    }
    let cluster = format!("{}/examples/kubernetes/cluster.yaml", env!("CARGO_MANIFEST_DIR"));
    site.keystead(&["k8s", "issue", &cluster, "--out", "pki"]).done();
    let certificates = |folder: &str| {
        let mut found = Vec::new();
        let mut folders = vec![site.path(folder)];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "crt") {
                    found.push(path.to_str().unwrap().to_owned());
                }
            }
        }
        found
    };
    let issued = certificates("pki");
    assert!(issued.len() > 20, "{issued:?}");
    for certificate in &issued {
        assert_eq!(pointers(&site, certificate), "", "{certificate}");
    }

    std::fs::create_dir_all(site.path("home/profiles")).unwrap();
    let own = include_str!("../../profiles/k8s-etcd-server.toml");
    assert!(own.contains("pointers = false"));
    let own = own.replace("pointers = false", "pointers = true");
    site.put("home/profiles/k8s-etcd-server.toml", &own);
    site.keystead(&["k8s", "issue", &cluster, "--out", "own"]).done();
    let pointing: Vec<String> =
        certificates("own").into_iter().filter(|it| !pointers(&site, it).is_empty()).collect();
    assert!(!pointing.is_empty());
    for certificate in pointing {
        assert!(certificate.ends_with("/pki/etcd/server.crt"), "{certificate}");
        let found = pointers(&site, &certificate);
        assert!(found.contains("URI:http://crl.example.com/etcd.crl"), "{found}");
    }
    // The tree is what the plan says, pointers or not.
    let again = site.keystead(&["k8s", "issue", &cluster, "--out", "own"]).done();
    assert!(again.stderr.contains("0 written"), "{}", again.story());
}
