//! `keystead crl`: anybody's CRLs, shown, verified and compared, where there is no home and no token.

use crate::crls::{Ca, DAY, Draft, NEW_YEAR, entry};
use crate::encode::{extension, sequence, tlv};
use crate::site::{Run, Site};

/// Two days into the life of the CRLs here.
const AT: &str = "2026-01-03T00:00:00Z";

/// `keystead` where nothing names a home.
fn keystead(site: &Site, arguments: &[&str]) -> Run {
    Run::new(site.command("nowhere", arguments).env_remove("KEYSTEAD_HOME").output().unwrap())
}

/// A folder with a CA's certificate in `ca.crt`.
fn site(ca: &Ca) -> Site {
    let site = Site::blank();
    site.put("ca.crt", &ca.pem());
    site
}

fn put(site: &Site, name: &str, crl: &Draft<'_>) {
    site.put_bytes(name, &crl.finish());
}

/// `crl verify` of `a.crl` under `ca.crt` on 2026-01-03.
fn verify(site: &Site, more: &[&str]) -> Run {
    let arguments = ["crl", "verify", "a.crl", "--issuer", "ca.crt", "--at", AT];
    keystead(site, &[&arguments, more].concat())
}

/// Refused for this reason, by its code, in both forms of the report.
#[track_caller]
fn refused(run: impl Fn(&[&str]) -> Run, code: &str, words: &str) {
    let text = run(&[]);
    assert_eq!(text.code, Some(1), "{}", text.story());
    let flat = text.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(words), "{words:?}: {}", text.story());
    let report = run(&["--json"]).json();
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.iter().any(|problem| problem["code"] == code), "{code}: {report}");
    assert_eq!(report["verdict"], "refused");
}

#[test]
fn a_good_crl_is_good_in_der_in_pem_and_from_standard_input() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    put(&site, "a.crl", &ca.crl());
    let run = verify(&site, &[]).done();
    assert!(run.stdout.contains("good: in force until 2026-01-11T00:00:00Z"), "{}", run.story());
    let der = std::fs::read(site.path("a.crl")).unwrap();
    let pem = keystead::base::pem::encode(keystead::base::pem::CRL, &der);
    site.put("a.crl", &format!("a note\n{pem}"));
    let json = verify(&site, &["--json"]).done().json();
    assert_eq!((&json["verdict"], &json["crl"]["number"]), (&"good".into(), &"5".into()));
    assert_eq!(json["crl"]["entries"], 2);
    assert_eq!(json["problems"], serde_json::json!([]));
    assert_eq!(json["crl"]["sha256"], hex::encode(keystead::base::algorithm::sha256(&der)));
    let fed = ["crl", "verify", "-", "--issuer", "ca.crt", "--at", AT];
    site.keystead_fed(&fed, &ca.crl().pem()).done();
}

#[test]
fn the_end_of_a_crl_and_three_quarters_of_its_time_have_their_exit_codes() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    put(&site, "a.crl", &ca.crl());
    for (at, code, words) in [
        ("2026-01-08T11:59:59Z", 0, "good: in force until"),
        ("2026-01-08T12:00:00Z", 4, "due: in force until 2026-01-11T00:00:00Z"),
        ("2026-01-11T00:00:00Z", 4, "due: in force"),
        ("2026-01-11T00:00:01Z", 5, "expired: it was in force until 2026-01-11T00:00:00Z"),
    ] {
        let arguments = ["crl", "verify", "a.crl", "--issuer", "ca.crt", "--at", at];
        keystead(&site, &arguments).fails_quietly(code, words);
    }
    let now = keystead(&site, &["crl", "verify", "a.crl", "--issuer", "ca.crt"]);
    now.fails_quietly(5, "expired");
    let arguments = ["crl", "verify", "a.crl", "--issuer", "ca.crt", "--at", "tomorrow"];
    keystead(&site, &arguments).fails(2, &["expected a time in UTC, such as 2027-01-31"]);
}

#[test]
fn another_issuers_name_key_or_signature_is_refused() {
    let (ca, other) = (Ca::new("Example Root"), Ca::new("Other Root"));
    let site = site(&ca);
    let verify = |more: &[&str]| verify(&site, more);
    put(&site, "a.crl", &other.crl());
    refused(verify, "crl.issuer", "the issuer is CN=Other Root, expected the subject");

    let mut draft = ca.crl();
    draft.key_id[0] ^= 1;
    put(&site, "a.crl", &draft);
    refused(verify, "crl.key-id", "the authority key identifier is ");

    let mut forged = other.crl();
    forged.issuer = ca.certificate.subject().as_der().to_vec();
    forged.key_id = ca.certificate.key_id().to_vec();
    put(&site, "a.crl", &forged);
    refused(verify, "crl.signature", "the signature is not the issuer's: the ecdsa-sha256");

    let mut der = ca.crl().finish();
    // The number, which is signed.
    let at = der.windows(4).position(|octets| octets == [4, 3, 2, 1]).unwrap() + 4;
    der[at] = 9;
    site.put_bytes("a.crl", &der);
    refused(verify, "crl.signature", "does not verify under the ec-p256 key");
}

#[test]
fn an_issuer_that_may_not_sign_crls_is_refused() {
    let ca = Ca::with_usages("Example Root", vec![rcgen::KeyUsagePurpose::KeyCertSign]);
    let site = site(&ca);
    put(&site, "a.crl", &ca.crl());
    refused(|more| verify(&site, more), "crl.issuer-may-sign", "lacks keyUsage cRLSign");
}

#[test]
fn a_crl_or_an_entry_of_the_future_is_refused() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    let verify = |more: &[&str]| verify(&site, more);
    let mut draft = ca.crl();
    draft.this_update = NEW_YEAR + 2 * DAY + 1;
    put(&site, "a.crl", &draft);
    refused(verify, "crl.not-yet", "thisUpdate is 2026-01-03T00:00:01Z, and it is 2026-01-03");

    let mut draft = ca.crl();
    draft.entries.push(entry(&[0x0b, 1], NEW_YEAR + 3 * DAY, 1));
    put(&site, "a.crl", &draft);
    refused(verify, "crl.future-revocation", "the first on 2026-01-04T00:00:00Z: 0b01");
}

#[test]
fn what_breaks_a_lint_rule_is_refused_with_its_clause() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    let mut draft = ca.crl();
    draft.more.push(extension("1.2.3.4", true, &[5, 0]));
    put(&site, "a.crl", &draft);
    refused(|more| verify(&site, more), "lint.rfc5280.crl-known-critical-extensions", "1.2.3.4");
    let mut draft = ca.crl();
    draft.entries.push(entry(&[7], NEW_YEAR - DAY, 1));
    put(&site, "a.crl", &draft);
    refused(|more| verify(&site, more), "lint.rfc5280.crl-entries-distinct", "07 is there twice");
}

#[test]
fn what_is_no_der_crl_is_refused_by_every_verb() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    put(&site, "good.crl", &ca.crl());
    let good = ca.crl().finish();
    let ber = [&[0x30, 0x80][..], &good[4..], &[0, 0]].concat();
    for (bytes, words) in [
        ([&good[..], &[0]].concat(), "trailing data"),
        (ber, "indefinite length"),
        (good[..good.len() - 1].to_vec(), "not a DER CRL"),
        (ca.certificate.as_der().to_vec(), "not a DER CRL"),
        (ca.pem().into_bytes(), "expected \"X509 CRL\""),
        (ca.crl().pem().repeat(2).into_bytes(), "2 PEM blocks"),
        (Vec::new(), "not a DER CRL"),
    ] {
        site.put_bytes("a.crl", &bytes);
        for arguments in [
            &["crl", "show", "a.crl"][..],
            &["crl", "verify", "a.crl", "--issuer", "ca.crt"],
            &["crl", "diff", "good.crl", "a.crl"],
            &["crl", "diff", "a.crl", "good.crl"],
        ] {
            keystead(&site, arguments).fails(1, &["a.crl cannot be read as a CRL", words]);
        }
    }
    keystead(&site, &["crl", "show", "absent.crl"]).fails(3, &["cannot read absent.crl"]);
    let arguments = ["crl", "verify", "good.crl", "--issuer", "good.crl"];
    keystead(&site, &arguments).fails(2, &["good.crl is not one CA certificate"]);
}

/// `crl verify` of `a.crl` after `old.crl`.
fn verify_after(site: &Site, more: &[&str]) -> Run {
    verify(site, &[&["--previous", "old.crl"], more].concat())
}

#[test]
fn a_successor_has_a_higher_number_in_the_same_series() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    let verify = |more: &[&str]| verify_after(&site, more);
    put(&site, "old.crl", &ca.crl());
    put(&site, "a.crl", &ca.crl().numbered(6));
    let run = verify(&[]).done();
    assert!(run.stdout.contains("previous: number 5: 0 added, 0 changed"), "{}", run.story());
    for number in [5, 4] {
        put(&site, "a.crl", &ca.crl().numbered(number));
        let words = format!("the number {number} is not higher than that of the previous CRL, 5");
        refused(verify, "crl.number", &words);
    }
    put(&site, "a.crl", &ca.crl().numbered(6).delta());
    refused(verify, "crl.series", "its delta CRL indicator differs");

    let key = rcgen::KeyPair::generate().unwrap();
    let usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    let renewed = Ca::with_key("Example Root", usages, key);
    site.put("ca.crt", &renewed.pem());
    put(&site, "a.crl", &renewed.crl().numbered(6));
    refused(verify, "crl.series", "its authority key identifier differs");
    refused(verify, "crl.previous", "the previous CRL is not the issuer's");
}

#[test]
fn an_entry_that_was_dropped_is_refused_and_named_unless_it_was_on_hold() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    let mut old = ca.crl();
    old.entries.push(entry(&[0x0b], NEW_YEAR - DAY, 6));
    put(&site, "old.crl", &old);
    put(&site, "a.crl", &ca.crl().numbered(6));
    let json = verify_after(&site, &["--json"]).done().json();
    assert_eq!((&json["previous"]["changes"]["released"]), &1);

    let mut shorter = ca.crl().numbered(6);
    shorter.entries.remove(0);
    shorter.entries.push(entry(&[0x0c], NEW_YEAR - DAY, 1));
    put(&site, "a.crl", &shorter);
    refused(|more| verify_after(&site, more), "crl.dropped", "1 entry of the previous CRL dropped");
    let json = verify_after(&site, &["--json"]).json();
    let changes = &json["previous"]["changes"];
    assert_eq!((&changes["added"], &changes["dropped"]), (&1.into(), &1.into()));
    assert!(json["problems"][0]["detail"].as_str().unwrap().ends_with(": 07"), "{json}");
}

#[test]
fn entries_of_deltas_to_two_bases_are_not_compared_and_of_one_base_they_are() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    put(&site, "old.crl", &ca.crl().numbered(6).delta());
    let mut next = ca.crl().numbered(7).delta();
    next.entries.remove(0);
    put(&site, "a.crl", &next);
    refused(|more| verify_after(&site, more), "crl.dropped", "dropped");
    next.more = vec![extension("2.5.29.27", true, &[2, 1, 6])];
    put(&site, "a.crl", &next);
    let json = verify_after(&site, &["--json"]).done().json();
    assert_eq!(json["previous"]["changes"], serde_json::Value::Null);
}

/// The signatures here are nobody's, as only the token has the root's key: the entries are compared all
/// the same.
#[test]
fn an_entry_may_leave_when_the_inventory_says_that_its_certificate_had_expired() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    let known = site.entries().into_iter().find(|one| one["profile"] == "tls-server").unwrap();
    let serial = hex::decode(known["serial"].as_str().unwrap()).unwrap();
    std::fs::copy(site.path("home/issuers/example/ca.crt"), site.path("ca.crt")).unwrap();
    let root = keystead::base::pem::der_or_pem("CERTIFICATE", site.read("ca.crt").as_bytes());
    let root = keystead::base::issuer_cert::IssuerCert::from_der(&root.unwrap()).unwrap();

    let signer = Ca::new("Somebody");
    let changes = |issued: u64, serial: &[u8], home: bool| {
        let draft = |number: u8| {
            let mut draft = signer.crl().numbered(number);
            draft.issuer = root.subject().as_der().to_vec();
            draft.key_id = root.key_id().to_vec();
            (draft.this_update, draft.next_update) = (issued, issued + 10 * DAY);
            draft
        };
        let mut old = draft(5);
        old.entries.push(entry(serial, NEW_YEAR, 1));
        put(&site, "old.crl", &old);
        put(&site, "a.crl", &draft(6));
        let mut command = site.command("home", &["crl", "verify", "a.crl", "--json"]);
        command.args(["--issuer", "ca.crt", "--previous", "old.crl"]);
        if !home {
            command.env_remove("KEYSTEAD_HOME");
        }
        let run = Run::new(command.output().unwrap());
        assert_eq!(run.code, Some(1), "{}", run.story());
        let found = &run.json()["previous"]["changes"];
        (found["expired"].as_u64().unwrap(), found["dropped"].as_u64().unwrap())
    };
    // The certificate ends in 2026 or 2027.
    let later = NEW_YEAR + 3 * 365 * DAY;
    assert_eq!(changes(later, &serial, true), (1, 0));
    assert_eq!(changes(later, &serial, false), (0, 1), "who has no home has no records");
    assert_eq!(changes(NEW_YEAR, &serial, true), (0, 1), "it is valid");
    assert_eq!(changes(later, &[serial[0], 1, 2], true), (0, 1), "it is not on record");
}

#[test]
fn every_fact_is_shown_and_entries_when_asked_for() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    let uri = tlv(0x86, b"http://crl.example.com/a.crl");
    let point = sequence(&[tlv(0xa0, &tlv(0xa0, &uri)), tlv(0x81, &[0xff])]);
    let mut draft = ca.crl();
    draft.more.push(extension("2.5.29.28", true, &point));
    put(&site, "a.crl", &draft);
    let run = keystead(&site, &["crl", "show", "a.crl"]).done();
    for words in [
        "CN=Example Root",
        "2026-01-11T00:00:00Z",
        "http://crl.example.com/a.crl",
        "end entity certificates only",
        "ecdsa-sha256",
        "       1  keyCompromise",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.story());
    }
    assert!(!run.stdout.contains("2025-12-31"), "{}", run.story());
    let run = keystead(&site, &["crl", "show", "a.crl", "--entries"]).done();
    let line = "2025-12-31T00:00:00Z  superseded            09";
    assert!(run.stdout.lines().any(|found| found == line), "{}", run.story());
    let json = keystead(&site, &["crl", "show", "a.crl", "--entries", "--json"]).done().json();
    assert_eq!(json["scope"]["only_user_certificates"], true);
    assert_eq!(json["reasons"], serde_json::json!({"keyCompromise": 1, "superseded": 1}));
    assert_eq!(json["revoked"][0]["serial"], "07");
    assert_eq!(json["revoked"].as_array().unwrap().len(), 2);
    let mut empty = ca.crl();
    empty.entries.clear();
    put(&site, "a.crl", &empty);
    let json = keystead(&site, &["crl", "show", "a.crl", "--entries", "--json"]).done().json();
    assert_eq!((&json["entries"], &json["revoked"]), (&0.into(), &serde_json::json!([])));
}

#[test]
fn what_was_added_removed_and_changed_is_told_by_serial_number() {
    let ca = Ca::new("Example Root");
    let site = site(&ca);
    let mut old = ca.crl();
    old.entries.insert(0, entry(&[0x0b], NEW_YEAR - DAY, 6));
    put(&site, "old.crl", &old);
    let mut new = ca.crl().numbered(6);
    new.entries = vec![
        entry(&[9], NEW_YEAR - DAY, 1),
        entry(&[1, 0], NEW_YEAR - DAY, 5),
        entry(&[7], NEW_YEAR - DAY, 1),
    ];
    put(&site, "new.crl", &new);
    let run = keystead(&site, &["crl", "diff", "old.crl", "new.crl"]).done();
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "old: number 5, 2026-01-01T00:00:00Z to 2026-01-11T00:00:00Z, 3 entries",
            "new: number 6, 2026-01-01T00:00:00Z to 2026-01-11T00:00:00Z, 3 entries",
            "~ 2025-12-31T00:00:00Z  superseded            09",
            "  2025-12-31T00:00:00Z  keyCompromise         09",
            "- 2025-12-31T00:00:00Z  certificateHold       0b",
            "+ 2025-12-31T00:00:00Z  cessationOfOperation  0100",
            "1 added, 1 removed, 1 changed",
        ]
    );
    let json = keystead(&site, &["crl", "diff", "old.crl", "new.crl", "--json"]).done().json();
    assert_eq!(json["changes"][2]["change"], "added");
    assert_eq!(json["changes"][0]["old"]["reason"], "superseded");
    assert_eq!((&json["added"], &json["same_series"]), (&1.into(), &true.into()));
    let other = Ca::new("Other");
    put(&site, "new.crl", &other.crl());
    let run = keystead(&site, &["crl", "diff", "old.crl", "new.crl"]).done();
    assert!(run.stderr.contains("its issuer differs"), "{}", run.story());
}

/// A CA of openssl's with three revoked certificates.
fn openssl_ca(site: &Site) {
    site.put(
        "openssl.cnf",
        "[ca]\ndefault_ca = this\n[this]\ndatabase = index.txt\ncrlnumber = crlnumber\n\
         default_md = sha256\ncertificate = ca.crt\nprivate_key = ca.key\ncrl_extensions = ext\n\
         default_crl_days = 7\n[ext]\nauthorityKeyIdentifier = keyid:always\n[req]\n\
         distinguished_name = name\n[name]\n",
    );
    site.put(
        "index.txt",
        "R\t360101000000Z\t260101000000Z,keyCompromise\t0B\tunknown\t/CN=b\n\
         R\t360101000000Z\t260102000000Z,superseded\t0A\tunknown\t/CN=a\n\
         V\t360101000000Z\t\t0C\tunknown\t/CN=c\n",
    );
    site.put("crlnumber", "1000\n");
    let arguments = "req -x509 -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-384 \
         -nodes -keyout ca.key -out ca.crt -subj /CN=openssl -days 30 -addext \
         keyUsage=critical,keyCertSign,cRLSign -addext basicConstraints=critical,CA:TRUE \
         -addext subjectKeyIdentifier=hash";
    site.program("openssl", &arguments.split_whitespace().collect::<Vec<_>>()).done();
}

fn openssl_crl(site: &Site, file: &str) {
    let arguments = ["ca", "-config", "openssl.cnf", "-gencrl", "-out", file];
    site.program("openssl", &arguments).done();
}

#[test]
fn crls_of_openssl_are_good_and_follow_each_other() {
    let site = Site::blank();
    openssl_ca(&site);
    openssl_crl(&site, "old.crl");
    let index = site.read("index.txt");
    site.put(
        "index.txt",
        &index.replace("V\t360101000000Z\t\t", "R\t360101000000Z\t260103000000Z\t"),
    );
    openssl_crl(&site, "a.crl");
    let arguments = ["crl", "verify", "a.crl", "--issuer", "ca.crt", "--previous", "old.crl"];
    let run = keystead(&site, &arguments).done();
    assert!(run.stdout.contains("previous: number 4096: 1 added, 0 changed"), "{}", run.story());
    let run = keystead(&site, &["crl", "diff", "old.crl", "a.crl"]).done();
    let added = "+ 2026-01-03T00:00:00Z  unspecified           0c";
    assert!(run.stdout.lines().any(|line| line == added), "{}", run.story());
    // Backwards.
    let arguments = ["crl", "verify", "old.crl", "--issuer", "ca.crt", "--previous", "a.crl"];
    let run = keystead(&site, &arguments);
    assert_eq!(run.code, Some(1), "{}", run.story());
    for words in ["crl.number", "4096 is not", "higher", "crl.dropped"] {
        assert!(run.stdout.contains(words), "{words}: {}", run.story());
    }
}

#[test]
fn a_crl_of_rcgens_is_good_and_openssl_reads_the_hand_made_ones() {
    use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber};
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "rcgen");
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.key_usages =
        vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    let certificate = parameters.self_signed(&key).unwrap();
    let crl = CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2026, 1, 1),
        next_update: rcgen::date_time_ymd(2026, 1, 11),
        crl_number: SerialNumber::from(200),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(7),
            revocation_time: rcgen::date_time_ymd(2025, 12, 1),
            reason_code: Some(rcgen::RevocationReason::KeyCompromise),
            invalidity_date: Some(rcgen::date_time_ymd(2025, 11, 1)),
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let crl = crl.signed_by(&rcgen::Issuer::from_params(&parameters, &key)).unwrap();
    let site = Site::blank();
    let label = keystead::base::pem::CERTIFICATE;
    site.put("ca.crt", &keystead::base::pem::encode(label, certificate.der()));
    site.put_bytes("a.crl", crl.der());
    verify(&site, &[]).done();
    let run = keystead(&site, &["crl", "show", "a.crl", "--entries"]).done();
    assert!(run.stdout.contains("invalid since 2025-11-01T00:00:00Z"), "{}", run.story());

    let ca = Ca::new("Example Root");
    site.put("ca.crt", &ca.pem());
    site.put("b.crl", &ca.crl().pem());
    let run =
        site.program("openssl", &["crl", "-in", "b.crl", "-CAfile", "ca.crt", "-noout"]).done();
    assert!(run.stderr.contains("verify OK"), "{}", run.story());
}
