//! Step 2: what a profile does not allow is refused by name, never dropped.

use std::sync::Arc;

use keystead::base::pointers::Pointers;
use keystead::base::validity::DAY;
use keystead::profile::{Overrides, Profile};
use keystead::request;

use crate::profiles::{CA, LEAF, with};
use crate::site::{ALGORITHM, Site, now, shipped};
use crate::support::csr::*;

fn request_with(extensions: &[Vec<u8>]) -> Vec<u8> {
    let key = Key::generate();
    let mut all = vec![san_extension(&[dns("a.example.com")])];
    all.extend_from_slice(extensions);
    Csr::new(&key, "CN=a.example.com").with_extensions(&all).signed_by(&key)
}

#[test]
fn a_request_for_a_ca_is_refused_from_every_leaf_profile() {
    let site = Site::new();
    let ca = extension("2.5.29.19", true, &[0x30, 3, 1, 1, 0xff]);
    let csr = request_with(std::slice::from_ref(&ca));
    // A responder has no alternative names.
    let key = Key::generate();
    let nameless = Csr::new(&key, "CN=OCSP").with_extensions(&[ca]).signed_by(&key);
    for (name, text) in Profile::shipped() {
        if text.contains("kind = \"leaf\"") && !name.starts_with("k8s") {
            let csr = if *name == "ocsp-responder" { &nameless } else { &csr };
            assert_eq!(site.code(csr, name), "policy.requested-ca", "{name}");
        }
    }
    assert_eq!(site.code(&csr, "root-ca"), "policy.kind");
}

#[test]
fn extensions_beyond_the_profile_are_refused_by_name() {
    let site = Site::new();
    let client_auth = sequence(&[oid("1.3.6.1.5.5.7.3.2")]);
    for (extension, code) in [
        (extension("2.5.29.15", true, &[3, 2, 2, 4]), "policy.requested-key-usage"),
        (extension("2.5.29.15", true, &[3, 2, 5, 0xa0]), "policy.requested-key-usage"),
        (extension("2.5.29.37", false, &client_auth), "policy.requested-extended-key-usage"),
        (extension("2.5.29.30", true, &[0x30, 0]), "policy.requested-extension"),
        (extension("1.3.6.1.5.5.7.1.24", false, &[0x30, 3, 2, 1, 5]), "policy.requested-extension"),
        (extension("1.2.3.4", false, &[5, 0]), "policy.requested-extension"),
        (extension("2.5.29.14", false, &[4, 1, 7]), "policy.requested-value"),
        (extension("2.5.29.15", true, &[5, 0]), "policy.requested-encoding"),
        (extension("2.5.29.19", true, &[0x30, 3, 2, 1, 0]), "policy.requested-basic-constraints"),
    ] {
        assert_eq!(
            site.code(&request_with(std::slice::from_ref(&extension)), "tls-server"),
            code,
            "{extension:?}"
        );
    }
}

#[test]
fn a_wish_for_another_extension_is_granted_when_it_is_what_is_issued() {
    let site = Site::new();
    let key = Key::generate();
    let text = with(LEAF, "[usage]", "[usage]\ncertificate-policies = [\"1.2.3.4\"]");
    let text =
        with(&text, "[san]", "[request]\nallow-extensions = [\"certificatePolicies\"]\n[san]");
    let profile = Arc::new(Profile::from_toml(&text).unwrap());
    let policies = |policy: &str| sequence(&[sequence(&[oid(policy)])]);
    for (policy, expected) in [("1.2.3.4", "planned"), ("1.2.3.5", "policy.requested-value")] {
        let wish = extension("2.5.29.32", false, &policies(policy));
        let csr = Csr::new(&key, "CN=a").with_extensions(&[wish]).signed_by(&key);
        let planned = site.plan_with(&csr, &profile, &Overrides::default());
        assert_eq!(planned.map_or_else(|refused| refused.code(), |_| "planned"), expected);
    }
}

#[test]
fn a_refusal_says_what_was_asked_for_and_what_is_issued() {
    let site = Site::new();
    let key = Key::generate();
    let basic = |value: &[u8]| vec![extension("2.5.29.19", true, value)];
    let server = |wish: Vec<u8>| vec![san_extension(&[dns("a.example.com")]), wish];
    let ca_5 = [0x30, 6, 1, 1, 0xff, 2, 1, 5];
    for (profile, subject, extensions, words) in [
        (
            "intermediate-ca",
            "CN=Sub CA",
            basic(&[0x30, 0]),
            "asks for basicConstraints CA:FALSE, the profile issues CA:TRUE, pathlen:0",
        ),
        (
            "intermediate-ca",
            "CN=Sub CA",
            basic(&ca_5),
            "asks for basicConstraints CA:TRUE, pathlen:5, the profile issues CA:TRUE, pathlen:0",
        ),
        (
            "tls-server",
            "CN=a",
            server(extension("2.5.29.19", true, &[0x30, 3, 2, 1, 0])),
            "asks for basicConstraints CA:FALSE, the profile issues CA:FALSE",
        ),
        ("tls-server", "CN=a", server(extension("2.5.29.30", true, &[0x30, 0])), "nameConstraints"),
        ("k8s-client", "CN=a,L=Bern", vec![], "has L, the profile allows CN, O"),
        ("k8s-client", "CN=a+O=b,O=c", vec![], "a multi-valued RDN at position 2"),
        ("tls-server", "CN=a", vec![san_extension(&[tlv(0x81, b"a@b.example")])], "dns, ip, uri"),
        (
            "intermediate-ca",
            "CN=Sub CA",
            vec![san_extension(&[dns("a.example.com")])],
            "dns:a.example.com is of a kind the profile does not allow, it allows none",
        ),
    ] {
        let csr = Csr::new(&key, subject);
        let csr = if extensions.is_empty() { csr } else { csr.with_extensions(&extensions) };
        match site.plan(&csr.signed_by(&key), profile) {
            Err(crate::site::Refused::Policy(violation)) => {
                assert!(violation.to_string().contains(words), "{words}: {violation}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
}

#[test]
fn a_mailbox_in_the_subject_of_a_leaf_is_an_alternative_name_too() {
    let site = Site::new();
    let key = Key::generate();
    let text =
        with(LEAF, "allowed = [\"CN\", \"O\", \"OU\"]", "allowed = [\"CN\", \"emailAddress\"]");
    let text = with(&text, "allowed = [\"dns\"]", "allowed = [\"dns\", \"email\"]");
    let leaf = Arc::new(Profile::from_toml(&text).unwrap());
    let text = with(CA, "allowed = [\"CN\"]", "allowed = [\"CN\", \"emailAddress\"]");
    let ca = Arc::new(Profile::from_toml(&with(&text, "ec-p384", "ec-p256")).unwrap());
    let csr = Csr::new(&key, "emailAddress=a@example.com,CN=a");
    let code = |csr: &Csr, profile| {
        let planned = site.plan_with(&csr.signed_by(&key), profile, &Overrides::default());
        planned.map_or_else(|refused| refused.code(), |_| "planned")
    };
    // A CA certificate has no alternative names.
    assert_eq!(code(&csr, &ca), "planned");
    assert_eq!(code(&csr, &leaf), "policy.mailbox-not-among-names");
    let named = |mailbox: &[u8]| {
        Csr::new(&key, "emailAddress=a@example.com,CN=a")
            .with_extensions(&[san_extension(&[dns("a.example.com"), tlv(0x81, mailbox)])])
    };
    assert_eq!(code(&named(b"b@example.com"), &leaf), "policy.mailbox-not-among-names");
    assert_eq!(code(&named(b"a@example.com"), &leaf), "planned");
}

#[test]
fn a_critical_wish_is_granted_critical_or_refused() {
    let site = Site::new();
    let server_auth = sequence(&[oid("1.3.6.1.5.5.7.3.1")]);
    let csr = request_with(&[extension("2.5.29.37", true, &server_auth)]);
    assert_eq!(site.code(&csr, "tls-server"), "policy.requested-critical");
    let key = Key::generate();
    let names = extension("2.5.29.17", true, &sequence(&[dns("a.example.com")]));
    let csr = Csr::new(&key, "CN=a").with_extensions(std::slice::from_ref(&names)).signed_by(&key);
    assert_eq!(site.code(&csr, "tls-server"), "policy.requested-critical");
    let csr = Csr::new(&key, "").with_extensions(&[names]).signed_by(&key);
    assert!(site.plan(&csr, "tls-server").is_ok());
}

#[test]
fn attributes_are_refused_unless_the_profile_lists_them() {
    let site = Site::new();
    let key = Key::generate();
    let names = extension_request(&[san_extension(&[dns("a.example.com")])]);
    let csr = |kind: &str, value: Vec<u8>| {
        let attributes = vec![attribute(kind, &[value]), names.clone()];
        Csr::new(&key, "CN=a").with_attributes(attributes).signed_by(&key)
    };
    let password = csr(CHALLENGE_PASSWORD, tlv(0x0c, b"secret"));
    let refused = site.plan(&password, "tls-server").unwrap_err();
    assert_eq!(refused.code(), "policy.request-attribute");
    assert!(format!("{refused:?}").contains("challengePassword"));
    let microsoft = csr(MICROSOFT_EXTENSION_REQUEST, sequence(&[]));
    assert_eq!(site.code(&microsoft, "tls-server"), "policy.request-attribute");
    let text = Profile::find_shipped("tls-server").unwrap();
    let text = text.replace("[request]", "[request]\nallow-attributes = [\"challengePassword\"]");
    let lenient = Arc::new(Profile::from_toml(&text).unwrap());
    assert!(site.plan_with(&password, &lenient, &Overrides::default()).is_ok());
}

#[test]
fn a_kubernetes_group_in_ou_is_refused_by_every_profile_with_that_explanation() {
    let site = Site::new();
    let key = Key::generate();
    for group in ["system:masters", "system:nodes", "kubeadm:cluster-admins"] {
        let subject = format!("CN=a.example.com,OU={group}");
        let csr = Csr::new(&key, &subject).with_dns(&["a.example.com"]).signed_by(&key);
        for (name, text) in Profile::shipped() {
            if !text.contains("kind = \"root\"") {
                assert_eq!(site.code(&csr, name), "policy.kubernetes-group-in-ou", "{name}");
            }
        }
    }
    let root = shipped("root-ca");
    let subject = "CN=a,OU=system:masters".parse().unwrap();
    let refused = root.plan_root(subject, key.spki(), ALGORITHM, None, now()).unwrap_err();
    assert!(refused.to_string().contains("from O only"), "{refused}");
}

#[test]
fn subjects_outside_the_profile_are_refused_by_attribute() {
    let site = Site::new();
    let key = Key::generate();
    let client = |subject: &str, profile: &str| {
        let csr = Csr::new(&key, subject).signed_by(&key);
        site.plan(&csr, profile).map_or_else(|refused| refused.code(), |_| "planned")
    };
    assert_eq!(client("CN=jane,O=dev,O=ops", "k8s-client"), "planned");
    assert_eq!(client("CN=jane,L=Bern", "k8s-client"), "policy.subject-attribute");
    assert_eq!(client("O=dev", "k8s-client"), "policy.subject-lacks");
    assert_eq!(client("CN=jane,CN=john", "k8s-client"), "policy.subject-repeats");
    assert_eq!(client("CN=jane+O=dev", "k8s-client"), "policy.subject-multi-valued");
    assert_eq!(client("CN=system:node:w1,O=system:nodes", "k8s-kubelet-client"), "planned");
    let kubelet = "k8s-kubelet-client";
    assert_eq!(client("CN=system:node:w1", kubelet), "policy.subject-lacks");
    assert_eq!(client("CN=system:node:w1,O=system:masters", kubelet), "policy.subject-fixed");
    assert_eq!(client("CN=system:node:,O=system:nodes", kubelet), "policy.subject-prefix");
    assert_eq!(client("CN=w1,O=system:nodes", kubelet), "policy.subject-prefix");
    assert_eq!(client("", "tls-client"), "policy.no-identity");
    assert_eq!(client("", "intermediate-ca"), "policy.subject-lacks");
}

#[test]
fn subject_texts_that_deceive_are_refused_and_shown_escaped() {
    let site = Site::new();
    let key = Key::generate();
    let common_name = |tag: u8, value: &[u8]| {
        let csr = Csr::new(&key, "").with_rdns(&[rdn(&[("2.5.4.3", tag, value)])]);
        site.plan(&csr.signed_by(&key), "k8s-client").unwrap_err()
    };
    for (text, code) in [
        ("ad\u{202e}min", "request.name.bidi"),
        ("a\u{1b}[2J", "request.name.control"),
        ("admin\0", "request.name.control"),
        (" admin", "request.name.outer-space"),
        ("a\u{200b}b", "request.name.invisible"),
    ] {
        let refused = common_name(0x0c, text.as_bytes());
        assert_eq!(refused.code(), code, "{text:?}");
        let crate::site::Refused::Request(violation) = refused else { panic!() };
        assert!(!violation.to_string().contains(['\u{202e}', '\u{1b}', '\0', '\u{200b}']));
    }
    // TeletexString and BMPString: readers disagree what they say.
    assert_eq!(common_name(0x14, b"admin").code(), "request.name.string-type");
    assert_eq!(common_name(0x1e, b"\0a\0d").code(), "request.name.string-type");
}

#[test]
fn lifetimes_beyond_the_profile_or_the_issuer_are_refused() {
    let site = Site::new();
    let key = Key::generate();
    let csr = Csr::new(&key, "CN=a.example.com").with_dns(&["a.example.com"]).signed_by(&key);
    let lasting = |seconds, profile: &Arc<Profile>| {
        let overrides = Overrides { lifetime: Some(seconds), ..Overrides::default() };
        site.plan_with(&csr, profile, &overrides)
    };
    let profile = shipped("tls-server");
    assert_eq!(lasting(0, &profile).unwrap_err().code(), "policy.lifetime");
    assert_eq!(lasting(3_650 * DAY + 1, &profile).unwrap_err().code(), "policy.lifetime");
    assert!(lasting(3_650 * DAY, &profile).is_ok());
    let longer =
        Profile::find_shipped("tls-server").unwrap().replace("max-days = 3650", "max-days = 5000");
    let profile = Arc::new(Profile::from_toml(&longer).unwrap());
    assert_eq!(lasting(3_650 * DAY + 1, &profile).unwrap_err().code(), "policy.outlives-issuer");
    let clipping = longer.replace("max-days = 5000", "max-days = 5000\nclip-to-issuer = true");
    let profile = Arc::new(Profile::from_toml(&clipping).unwrap());
    let plan = lasting(5_000 * DAY, &profile).unwrap();
    let keystead::profile::PlanKind::Certificate(validity) = plan.kind() else { panic!() };
    assert_eq!(validity.not_after(), site.issuer.validity().not_after());
    let later = site.issuer.validity().not_after().plus(1);
    let request = request::verify(&csr).unwrap();
    let (none, nowhere) = (Overrides::default(), Pointers::default());
    let refused = profile.plan(request, &none, &site.issuer, ALGORITHM, later, &nowhere);
    assert_eq!(refused.unwrap_err().code(), "policy.issuer-not-valid");
}

#[test]
fn the_issuers_own_key_and_unlisted_keys_are_refused() {
    let site = Site::new();
    let key = Key::generate();
    let text = Profile::find_shipped("tls-client").unwrap();
    let start = text.find("algorithms = ").unwrap();
    let end = start + text[start..].find('\n').unwrap();
    let rsa_only = text.replace(&text[start..end], "algorithms = [\"rsa-2048\"]");
    let profile = Arc::new(Profile::from_toml(&rsa_only).unwrap());
    let csr = Csr::new(&key, "CN=jane").signed_by(&key);
    let refused = site.plan_with(&csr, &profile, &Overrides::default()).unwrap_err();
    assert_eq!(refused.code(), "policy.key-algorithm");
    let algorithm = keystead::base::algorithm::SignatureAlgorithm::RsaPkcs1Sha256;
    let request = request::verify(&csr).unwrap();
    let (none, nowhere) = (Overrides::default(), Pointers::default());
    let profile = shipped("tls-client");
    let refused = profile.plan(request, &none, &site.issuer, algorithm, now(), &nowhere);
    assert_eq!(refused.unwrap_err().code(), "policy.signature-algorithm");
}

#[test]
fn the_issuers_name_constraints_are_honoured_before_anything_is_signed() {
    let root = Profile::find_shipped("root-ca").unwrap();
    let root = root.replace(
        "[subject]",
        "[ca]\npath-length = 0\npermitted = [\"dns:example.com\", \"ip:10.0.0.0/8\"]\n\
         excluded = [\"dns:secret.example.com\"]\n\n[subject]",
    );
    let site = Site::with_root(&root);
    let key = Key::generate();
    let server = |names: &[Vec<u8>]| {
        let csr = Csr::new(&key, "O=Example").with_extensions(&[san_extension(names)]);
        site.plan(&csr.signed_by(&key), "tls-server")
            .map_or_else(|refused| refused.code(), |_| "planned")
    };
    assert_eq!(server(&[dns("www.example.com"), tlv(0x87, &[10, 1, 2, 3])]), "planned");
    assert_eq!(server(&[dns("www.example.org")]), "policy.not-permitted");
    assert_eq!(server(&[dns("a.secret.example.com")]), "policy.excluded");
    assert_eq!(server(&[dns("*.example.com")]), "policy.excluded");
    assert_eq!(server(&[tlv(0x87, &[192, 0, 2, 1])]), "policy.not-permitted");
    let csr = Csr::new(&key, "O=Example").with_dns(&["www.example.com"]).signed_by(&key);
    site.openssl_verifies(&site.issue(&csr, "tls-server").unwrap(), "sslserver");
    let csr = Csr::new(&key, "CN=Sub CA").signed_by(&key);
    assert_eq!(site.code(&csr, "intermediate-ca"), "policy.path-length");
}

/// A server profile with these further lines in `[subject]` and `[san]`.
fn limited(subject: &str, san: &str) -> Arc<Profile> {
    let text = Profile::find_shipped("tls-server").unwrap();
    let (rules, _) = text.split_once("[[example]]").unwrap();
    let text = rules
        .replace("[subject.pattern]\nC = '[A-Z]{2}'\n", "")
        .replace("[subject]", &format!("[subject]\n{subject}"))
        .replace("[san]", &format!("[san]\n{san}"));
    Arc::new(Profile::from_toml(&text).unwrap_or_else(|error| panic!("{error:?}: {text}")))
}

#[test]
fn patterns_and_numbers_of_attributes_limit_subjects() {
    let site = Site::new();
    let key = Key::generate();
    let profile =
        limited("max-attributes = 2\npattern = { CN = '[a-z]+-[0-9]{1,3}', O = 'Example' }", "");
    let code = |subject: &str| {
        let csr = Csr::new(&key, subject).with_dns(&["a.example.com"]).signed_by(&key);
        let planned = site.plan_with(&csr, &profile, &Overrides::default());
        planned.map_or_else(|refused| refused.code(), |_| "planned")
    };
    assert_eq!(code("CN=web-1,O=Example"), "planned");
    assert_eq!(code(""), "planned");
    for subject in ["CN=web-1234", "CN=xweb-1x", "CN=WEB-1", "O=Example Ltd,CN=web-1", "O=example"]
    {
        assert_eq!(code(subject), "policy.subject-pattern", "{subject}");
    }
    assert_eq!(code("CN=web-1,O=Example,L=Bern"), "policy.too-many-attributes");
}

#[test]
fn domains_networks_and_schemes_limit_names_and_what_is_denied_wins() {
    let site = Site::new();
    let key = Key::generate();
    let profile = limited(
        "",
        "max-names = 3\ndns-suffixes = [\"example.com\", \".svc.cluster.local\"]\n\
         deny-dns-suffixes = [\"secret.example.com\"]\nip-ranges = [\"10.0.0.0/8\"]\n\
         deny-ip-ranges = [\"10.9.0.0/16\"]\nuri-schemes = [\"spiffe\"]\nuri-hosts = [\"example.com\"]",
    );
    let code = |names: &[Vec<u8>]| {
        let csr =
            Csr::new(&key, "").with_extensions(&[extension("2.5.29.17", true, &sequence(names))]);
        let planned = site.plan_with(&csr.signed_by(&key), &profile, &Overrides::default());
        planned.map_or_else(|refused| refused.code(), |_| "planned")
    };
    let uri = |text: &str| tlv(0x86, text.as_bytes());
    let (outside, denied) = ("policy.san-not-allowed", "policy.san-denied");
    for (names, expected) in [
        (vec![dns("www.example.com"), dns("*.svc.cluster.local")], "planned"),
        (vec![dns("www.example.com"), dns("badexample.com")], outside),
        (vec![dns("svc.cluster.local")], outside),
        (vec![dns("a.secret.example.com")], denied),
        (vec![dns("*.example.com")], denied),
        (vec![tlv(0x87, &[10, 1, 2, 3])], "planned"),
        (vec![tlv(0x87, &[192, 0, 2, 1])], outside),
        (vec![tlv(0x87, &[10, 9, 2, 3])], denied),
        (vec![uri("spiffe://example.com/web")], "planned"),
        (vec![uri("https://example.com/web")], outside),
        (vec![uri("spiffe://example.org/web")], outside),
        (vec![uri("spiffe://secret.example.com/web")], denied),
        (vec![dns("a.example.com"); 1], "planned"),
        (
            ["a", "b", "c", "d"].map(|host| dns(&format!("{host}.example.com"))).to_vec(),
            "policy.too-many-sans",
        ),
    ] {
        assert_eq!(code(&names), expected, "{names:?}");
    }
}

#[test]
fn a_common_name_that_looks_like_a_denied_host_is_denied() {
    let site = Site::new();
    let key = Key::generate();
    let profile = limited("", "deny-dns-suffixes = [\"secret.example.com\"]");
    let csr = Csr::new(&key, "CN=db.secret.example.com").with_dns(&["a.example.com"]);
    let refused = site.plan_with(&csr.signed_by(&key), &profile, &Overrides::default());
    assert_eq!(refused.unwrap_err().code(), "policy.san-denied");
}

#[test]
fn an_operators_names_pass_the_same_gate_as_a_requests() {
    let site = Site::new();
    let key = Key::generate();
    let good = Csr::new(&key, "CN=web-1").with_dns(&["www.example.com"]).signed_by(&key);
    let profile = limited(
        "pattern = { CN = 'web-[0-9]+' }",
        "dns-suffixes = [\"example.com\"]\ndeny-dns-suffixes = [\"secret.example.com\"]",
    );
    assert!(site.plan_with(&good, &profile, &Overrides::default()).is_ok());
    for (name, expected) in [
        ("www.example.org", "policy.san-not-allowed"),
        ("secret.example.com", "policy.san-denied"),
        ("*.example.com", "policy.san-denied"),
        ("my_host.example.com", "policy.underscore"),
        ("10.0.0.1", "request.dns.ip-address"),
        ("a..example.com", "request.dns.empty-label"),
        ("a.*.example.com", "request.dns.wildcard-position"),
    ] {
        let csr = Csr::new(&key, "CN=web-1").with_dns(&[name]).signed_by(&key);
        let asked = site.plan_with(&csr, &profile, &Overrides::default()).unwrap_err();
        let sans = vec![keystead::base::san::San::Dns(name.to_owned())];
        let overrides = Overrides { sans, ..Overrides::default() };
        let typed = site.plan_with(&good, &profile, &overrides).unwrap_err();
        assert_eq!((asked.code(), typed.code()), (expected, expected), "{name}");
    }
    for (subject, expected) in [
        ("CN=db-1", "policy.subject-pattern"),
        ("CN=web-1,title=x", "policy.subject-attribute"),
        ("CN=web-1,OU=system:masters", "policy.kubernetes-group-in-ou"),
        ("CN=web-1,CN=web-2", "policy.subject-repeats"),
    ] {
        let csr = Csr::new(&key, subject).with_dns(&["www.example.com"]).signed_by(&key);
        let asked = site.plan_with(&csr, &profile, &Overrides::default()).unwrap_err();
        let overrides =
            Overrides { subject: Some(subject.parse().unwrap()), ..Overrides::default() };
        let typed = site.plan_with(&good, &profile, &overrides).unwrap_err();
        assert_eq!((asked.code(), typed.code()), (expected, expected), "{subject}");
    }
}

#[test]
fn every_violation_says_who_demands_it() {
    let site = Site::new();
    let key = Key::generate();
    let clause = |csr: Csr, profile: &str| match site.plan(&csr.signed_by(&key), profile) {
        Err(crate::site::Refused::Policy(violation)) => violation.clause(),
        other => panic!("{other:?}"),
    };
    let server = |subject: &str, name: &str| Csr::new(&key, subject).with_dns(&[name]);
    assert_eq!(clause(server("title=x", "a.example.com"), "tls-server"), "the profile");
    assert_eq!(clause(server("CN=a", "a_b.example.com"), "tls-server"), "the profile");
    assert_eq!(clause(Csr::new(&key, ""), "tls-client"), "RFC 5280 §4.1.2.6");
    let group = clause(server("OU=system:masters", "a.example.com"), "tls-server");
    assert!(group.starts_with("Kubernetes"), "{group}");
}
