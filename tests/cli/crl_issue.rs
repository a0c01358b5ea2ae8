//! CRLs of our own under a root and an issuing CA: openssl, GnuTLS and webpki read out of them what was
//! revoked, and pkilint and zlint find nothing wrong.

use std::path::Path;
use std::time::Duration;

use keystead::base::clock::{Clock as _, SystemClock};
use keystead::base::pem;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage,
    RevocationCheckDepth, RevocationOptionsBuilder,
};

use crate::oracle::oracle;
use crate::site::{Run, Site};

const DAY: u64 = 86_400;

/// A root `example`, the CA `issuing` below it with `crl` in its settings, and its profile `laptop`,
/// which allows holds. PEM files `example.pem` and `issuing.pem`.
pub(crate) fn tree(crl: &str) -> Site {
    let site = Site::with_root();
    let subject = "CN=issuing,O=Example";
    let request =
        ["ca", "request", "issuing", "--subject", subject, "--key", "ec-p256", "--out", "ca.csr"];
    site.keystead(&request).done();
    sign(&site, "example", "intermediate-ca", &["ca.csr"]);
    let root = "home/issuers/example/ca.crt";
    site.keystead(&["ca", "install", "issuing", "out/ca.crt", "--chain", root]).done();
    settings(&site, "issuing", crl);
    site.put("example.pem", &site.read(root));
    alone(&site, "out/ca.crt", "issuing.pem");
    // The one that the root began with.
    is_clean(&site, "home/published/example.crl", "example.pem");
    is_clean(&site, "home/published/example.crl.pem", "example.pem");
    site.lint_crls("home/published");
    let shipped = site.keystead(&["profile", "show", "tls-server", "--toml"]).done().stdout;
    let laptop = shipped.replace("name = \"tls-server\"", "name = \"laptop\"");
    site.put("home/profiles/laptop.toml", &format!("{laptop}\n[revocation]\nhold = true\n"));
    site
}

/// Puts lines into `[crl]` of an issuer.
fn settings(site: &Site, issuer: &str, crl: &str) {
    let file = &format!("home/issuers/{issuer}/issuer.toml");
    site.put(file, &site.read(file).replace("\n[crl]\n", &format!("\n[crl]\n{crl}\n")));
}

fn sign(site: &Site, issuer: &str, profile: &str, requests: &[&str]) {
    let more = ["--issuer", issuer, "--profile", profile, "--out", "out"];
    site.keystead(&[&["sign"], requests, &more].concat()).done();
}

/// The first certificate of a file, PEM.
fn alone(site: &Site, chain: &str, file: &str) {
    site.program("openssl", &["x509", "-in", chain, "-out", file]).done();
}

/// Certificates of `issuing` with these names, in `NAME.pem`.
fn leaves(site: &Site, names: &[&str]) {
    let requests: Vec<String> = names.iter().map(|name| format!("{name}.csr")).collect();
    for (file, name) in requests.iter().zip(names) {
        site.server_request(file, &format!("{name}.example.com"));
    }
    sign(site, "issuing", "laptop", &requests.iter().map(String::as_str).collect::<Vec<_>>());
    for name in names {
        alone(site, &format!("out/{name}.crt"), &format!("{name}.pem"));
    }
}

fn revoke(site: &Site, arguments: &[&str]) {
    site.keystead(&[&["revoke"], arguments, &["--yes"]].concat()).done();
}

/// Issues into the folder `out`, and has every CRL judged.
fn issue(site: &Site, issuer: &str, out: &str, more: &[&str]) -> serde_json::Value {
    let arguments = ["crl", "issue", issuer, "--out", out, "--json"];
    let report = site.keystead(&[&arguments[..], more].concat()).done().json();
    for row in report["crls"].as_array().unwrap() {
        let files = row["files"].as_array().unwrap();
        assert_eq!(files.len(), 2, "{report}");
        for file in files {
            is_clean(site, file.as_str().unwrap(), &format!("{issuer}.pem"));
        }
    }
    site.lint_crls(out);
    report
}

/// Signed by its issuer: openssl, our own check.
fn is_clean(site: &Site, file: &str, issuer: &str) {
    let run = site.program("openssl", &["crl", "-in", file, "-CAfile", issuer, "-noout"]).done();
    assert!(run.stderr.contains("verify OK"), "{file}: {}", run.story());
    site.keystead(&["crl", "verify", file, "--issuer", issuer]).done();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    Revoked,
    Expired,
    /// No CRL that says anything about it.
    Unknown,
}

/// What a relying party asks: the CRLs it has (PEM files), the certificate, whether the CA above is
/// checked too, and how many seconds from now it is.
#[derive(Clone, Copy, Debug)]
struct Question<'a> {
    crls: &'a [&'a str],
    leaf: &'a str,
    is_chain: bool,
    later: u64,
}

/// A tree whose CRLs are in the folders `good` (nothing revoked), `leaf` (web.pem revoked), `ca` (the CA
/// above revoked too), and one of another CA with the same name in `other`.
fn four_states() -> Site {
    let site = tree("url = \"http://crl.example.com/issuing.crl\"\nlifetime = \"7d\"");
    leaves(&site, &["web", "api"]);
    for (folder, revoked) in [("good", ""), ("leaf", "web.pem"), ("ca", "issuing.pem")] {
        if !revoked.is_empty() {
            revoke(&site, &[revoked, "--reason", "superseded"]);
        }
        issue(&site, "example", folder, &[]);
        issue(&site, "issuing", folder, &[]);
    }
    site.token("second").done();
    site.init("second", "second").done();
    let namesake = ["ca", "root", "issuing", "--subject", "CN=issuing,O=Example"];
    site.keystead_in("second", &[&namesake[..], &["--key", "ec-p256"]].concat()).done();
    site
}

const GOOD: &[&str] = &["good/example.crl.pem", "good/issuing.crl.pem"];
const LEAF: &[&str] = &["leaf/example.crl.pem", "leaf/issuing.crl.pem"];
const CA: &[&str] = &["ca/example.crl.pem", "ca/issuing.crl.pem"];
const NAMESAKE: &[&str] = &["second/published/issuing.crl.pem"];

/// Asks about everything that is to be known of the four states; `ask` gives nothing where a program
/// has no answer.
#[track_caller]
fn every_verdict_is_right(ask: impl Fn(&Site, Question<'_>) -> Option<(Verdict, String)>) {
    let site = four_states();
    let ask_at = |crls, leaf, is_chain, later, expected: Verdict| {
        let question = Question { crls, leaf, is_chain, later };
        if let Some((verdict, said)) = ask(&site, question) {
            assert_eq!(verdict, expected, "{question:?}: {said}");
        }
    };
    for is_chain in [false, true] {
        for leaf in ["web.pem", "api.pem"] {
            ask_at(GOOD, leaf, is_chain, 0, Verdict::Good);
            ask_at(GOOD, leaf, is_chain, 7 * DAY - 600, Verdict::Good);
            ask_at(GOOD, leaf, is_chain, 8 * DAY, Verdict::Expired);
        }
        ask_at(LEAF, "web.pem", is_chain, 0, Verdict::Revoked);
        ask_at(LEAF, "api.pem", is_chain, 0, Verdict::Good);
        ask_at(CA, "web.pem", is_chain, 0, Verdict::Revoked);
    }
    ask_at(CA, "api.pem", false, 0, Verdict::Good);
    ask_at(CA, "api.pem", true, 0, Verdict::Revoked);
    // The CRL of another issuer, and of another CA with the name of this one.
    ask_at(&CA[..1], "web.pem", false, 0, Verdict::Unknown);
    ask_at(NAMESAKE, "web.pem", false, 0, Verdict::Unknown);
    // The CA is known to be good, the leaf is not, and the other way round.
    ask_at(&GOOD[..1], "api.pem", true, 0, Verdict::Unknown);
    ask_at(&GOOD[1..], "api.pem", true, 0, Verdict::Unknown);
    site.keystead(&["audit", "verify"]).done();
}

#[test]
fn openssl_reads_good_revoked_expired_and_foreign_out_of_our_crls() {
    every_verdict_is_right(|site, question| {
        let run = openssl(site, question, &["-x509_strict"]);
        Some((verdict(&run), run.story()))
    });
}

fn openssl(site: &Site, question: Question<'_>, more: &[&str]) -> Run {
    let at = (SystemClock.now().as_unix() + question.later).to_string();
    let check = if question.is_chain { "-crl_check_all" } else { "-crl_check" };
    let mut arguments = vec!["verify", "-no-CApath", "-no-CAstore", "-CAfile", "example.pem"];
    arguments.extend(["-untrusted", "issuing.pem", "-attime", &at, check]);
    arguments.extend(more);
    arguments.extend(question.crls.iter().flat_map(|crl| ["-CRLfile", *crl]));
    arguments.push(question.leaf);
    site.program("openssl", &arguments)
}

/// By the first number of openssl's `X509_V_ERR_…`.
fn verdict(run: &Run) -> Verdict {
    if run.code == Some(0) {
        return Verdict::Good;
    }
    let errors = [("error 23 at", Verdict::Revoked), ("error 12 at", Verdict::Expired)];
    let unknown = [("error 3 at", Verdict::Unknown), ("error 44 at", Verdict::Unknown)];
    let said = errors.into_iter().chain(unknown).filter_map(|(words, verdict)| {
        Some((run.stdout.find(words).or_else(|| run.stderr.find(words))?, verdict))
    });
    said.min_by_key(|(place, _)| *place).unwrap_or_else(|| panic!("{}", run.story())).1
}

#[test]
fn webpki_reads_good_revoked_expired_and_foreign_out_of_our_crls() {
    every_verdict_is_right(|site, question| {
        let result = webpki(site, question);
        let verdict = match &result {
            Ok(()) => Verdict::Good,
            Err(webpki::Error::CertRevoked) => Verdict::Revoked,
            Err(webpki::Error::CrlExpired { .. }) => Verdict::Expired,
            Err(
                webpki::Error::UnknownRevocationStatus
                | webpki::Error::InvalidCrlSignatureForPublicKey,
            ) => Verdict::Unknown,
            Err(error) => panic!("{question:?}: {error}"),
        };
        Some((verdict, format!("{result:?}")))
    });
}

fn webpki(site: &Site, question: Question<'_>) -> Result<(), webpki::Error> {
    let der = |label, file: &str| pem::decode_all(label, &site.read(file)).unwrap().remove(0);
    let certificate = |file| CertificateDer::from(der(pem::CERTIFICATE, file));
    let (root, ca, leaf) =
        (certificate("example.pem"), certificate("issuing.pem"), certificate(question.leaf));
    let crls: Vec<Vec<u8>> = question.crls.iter().map(|file| der(pem::CRL, file)).collect();
    let crls: Result<Vec<CertRevocationList<'_>>, _> =
        crls.iter().map(|der| Ok(BorrowedCertRevocationList::from_der(der)?.into())).collect();
    let crls = crls?;
    let crls: Vec<&CertRevocationList<'_>> = crls.iter().collect();
    let depth = if question.is_chain {
        RevocationCheckDepth::Chain
    } else {
        RevocationCheckDepth::EndEntity
    };
    let options = RevocationOptionsBuilder::new(&crls)
        .unwrap()
        .with_depth(depth)
        .with_expiration_policy(ExpirationPolicy::Enforce)
        .build();
    let at = Duration::from_secs(SystemClock.now().as_unix() + question.later);
    let (anchors, cas) = ([webpki::anchor_from_trusted_cert(&root)?], [ca]);
    let leaf = EndEntityCert::try_from(&leaf)?;
    let verified = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &cas,
        UnixTime::since_unix_epoch(at),
        KeyUsage::server_auth(),
        Some(options),
        None,
    );
    verified.map(drop)
}

#[test]
fn gnutls_reads_good_and_revoked_out_of_our_crls() {
    if oracle("certtool").is_none() {
        return;
    }
    every_verdict_is_right(|site, question| {
        // It knows no other time than now, and does without a CRL when it has none that fits.
        if question.later > 0 || question.crls.len() < 2 {
            return None;
        }
        // It takes no CRL that no trusted CA signed: for the CA above, both are trusted.
        let mut subject = site.read(question.leaf);
        let trusted = if question.is_chain { "example.pem" } else { "issuing.pem" };
        if question.is_chain {
            subject.push_str(&site.read("issuing.pem"));
        }
        let crls: String = question.crls.iter().map(|crl| site.read(crl)).collect();
        // In a chain only the root's CRL counts, so that of the leaf is asked alone.
        if question.is_chain && question.leaf == "web.pem" && question.crls == LEAF {
            return None;
        }
        site.put("gnutls.pem", &subject);
        site.put("gnutls.crl", &crls);
        let arguments = ["--verify", "--load-ca-certificate", trusted, "--load-crl", "gnutls.crl"];
        let run = site.program("certtool", &[&arguments[..], &["--infile", "gnutls.pem"]].concat());
        let is_revoked = run.stdout.contains("The certificate chain is revoked");
        assert_eq!(is_revoked, run.code != Some(0), "{question:?}: {}", run.story());
        Some((if is_revoked { Verdict::Revoked } else { Verdict::Good }, run.story()))
    });
}

#[test]
fn gnutls_verifies_our_crl_under_its_issuer_until_it_has_ended() {
    if oracle("certtool").is_none() {
        return;
    }
    let site = tree("lifetime = \"30s\"");
    issue(&site, "issuing", "out", &[]);
    let verify = |ca: &str| {
        let arguments = ["--verify-crl", "--load-ca-certificate", ca, "--infile"];
        site.program("certtool", &[&arguments[..], &["out/issuing.crl.pem"]].concat())
    };
    verify("issuing.pem").done();
    let foreign = verify("example.pem");
    assert!(foreign.stdout.contains("issuer is unknown"), "{}", foreign.story());
    assert_ne!(foreign.code, Some(0), "{}", foreign.story());
    let file = "home/issuers/issuing/issuer.toml";
    site.put(file, &site.read(file).replace("lifetime = \"30s\"", "lifetime = \"1s\""));
    let report = site.keystead(&["crl", "issue", "issuing", "--out", "out", "--json"]).done();
    let end = report.json()["crls"][0]["next_update"].as_str().unwrap().to_owned();
    let end: keystead::base::clock::Timestamp = end.parse().unwrap();
    while SystemClock.now() <= end.plus(1) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let ended = verify("issuing.pem");
    assert_ne!(ended.code, Some(0), "{}", ended.story());
    assert!(ended.stdout.contains("superseded"), "{}", ended.story());
}

#[test]
fn a_crl_of_one_scope_says_nothing_about_certificates_of_the_other() {
    let site = tree("url = \"http://crl.example.com/issuing.crl\"\nscope = \"user\"");
    settings(&site, "example", "scope = \"ca\"");
    leaves(&site, &["web", "api"]);
    revoke(&site, &["web.pem", "--reason", "superseded"]);
    issue(&site, "example", "scoped", &[]);
    issue(&site, "issuing", "scoped", &[]);
    let crls: &[&str] = &["scoped/example.crl.pem", "scoped/issuing.crl.pem"];
    for (leaf, expected) in [("web.pem", Verdict::Revoked), ("api.pem", Verdict::Good)] {
        for is_chain in [false, true] {
            let question = Question { crls, leaf, is_chain, later: 0 };
            let run = openssl(&site, question, &["-x509_strict"]);
            assert_eq!(verdict(&run), expected, "{question:?}: {}", run.story());
            // It reads no issuing distribution point without a name, and says so.
            let result = webpki(&site, question);
            let unread = Err(webpki::Error::UnsupportedCrlIssuingDistributionPoint);
            assert_eq!(result, unread, "{question:?}");
        }
    }
    // What would be on no CRL stops the next one: a CA certificate under the scope `user`.
    let file = "home/issuers/example/issuer.toml";
    site.put(file, &site.read(file).replace("scope = \"ca\"", "scope = \"user\""));
    revoke(&site, &["issuing.pem", "--reason", "cACompromise"]);
    site.keystead(&["crl", "issue", "example", "--out", "scoped"])
        .fails(1, &["outside the scope", "[crl.out-of-scope; RFC 5280"]);
    // A CRL about end entities says nothing about CAs, and the other way round.
    site.put(file, &site.read(file).replace("scope = \"user\"", "scope = \"ca\""));
    leaf_of_the_root(&site);
    let crls = &["scoped/example.crl.pem"];
    let question = Question { crls, leaf: "direct.pem", is_chain: false, later: 0 };
    assert_eq!(verdict(&openssl(&site, question, &[])), Verdict::Unknown);
    let question = Question { leaf: "issuing.pem", ..question };
    assert_eq!(verdict(&openssl(&site, question, &[])), Verdict::Good);
    issue(&site, "example", "scoped", &[]);
    assert_eq!(verdict(&openssl(&site, question, &[])), Verdict::Revoked);
    site.keystead(&["audit", "verify"]).done();
}

/// A leaf that the root signed itself, `direct.pem`.
fn leaf_of_the_root(site: &Site) {
    site.server_request("direct.csr", "direct.example.com");
    sign(site, "example", "tls-server", &["direct.csr"]);
    alone(site, "out/direct.crt", "direct.pem");
}

/// The shard of a certificate among two: whether its serial number is odd, read by openssl.
fn shard(site: &Site, certificate: &str) -> usize {
    let run = site.program("openssl", &["x509", "-in", certificate, "-noout", "-serial"]).done();
    let last = run.stdout.trim().chars().last().and_then(|digit| digit.to_digit(16)).unwrap();
    usize::from(last % 2 == 1)
}

#[test]
fn openssl_finds_each_certificate_in_its_shard_and_what_changed_in_the_delta_crl() {
    let site = tree(
        "url = \"http://crl.example.com/issuing-{shard}.crl\"\nshards = 2\n\
         delta-url = \"http://crl.example.com/issuing-{shard}-delta.crl\"",
    );
    // Four of each shard: for good, on hold and released, on hold in between, never.
    let mut shards = [Vec::new(), Vec::new()];
    for round in 0.. {
        if shards.iter().all(|shard| shard.len() >= 4) {
            break;
        }
        let names: Vec<String> = (0..6).map(|number| format!("leaf{round}{number}")).collect();
        leaves(&site, &names.iter().map(String::as_str).collect::<Vec<_>>());
        for name in names {
            let file = format!("{name}.pem");
            shards[shard(&site, &file)].push(file);
        }
    }
    for shard in &shards {
        revoke(&site, &[&shard[0], "--reason", "keyCompromise"]);
        site.keystead(&["revoke", &shard[1], "--hold"]).done();
    }
    let report = issue(&site, "issuing", "crls", &[]);
    assert_eq!(report["crls"].as_array().unwrap().len(), 2, "{report}");
    let ask = |shard: usize, leaf: &str, more: &[&str], with_delta: bool| {
        let complete = format!("crls/issuing-{shard}.crl.pem");
        let delta = format!("crls/issuing-{shard}-delta.crl.pem");
        let crls: &[&str] = if with_delta { &[&complete, &delta] } else { &[&complete] };
        let run = openssl(&site, Question { crls, leaf, is_chain: false, later: 0 }, more);
        verdict(&run)
    };
    for (number, shard) in shards.iter().enumerate() {
        for (leaf, expected) in
            shard.iter().zip([Verdict::Revoked, Verdict::Revoked, Verdict::Good, Verdict::Good])
        {
            assert_eq!(ask(number, leaf, &["-extended_crl"], false), expected, "{leaf}");
            // The other shard's is about other certificates.
            let other = ask(1 - number, leaf, &["-extended_crl"], false);
            assert_eq!(other, Verdict::Unknown, "{leaf}");
            let files = [number, 1 - number].map(|shard| format!("crls/issuing-{shard}.crl.pem"));
            let [own, other] = files.each_ref().map(|file| {
                let crls = &[file.as_str()];
                webpki(&site, Question { crls, leaf, is_chain: false, later: 0 })
            });
            assert_eq!(own.is_ok(), expected == Verdict::Good, "{leaf}: {own:?}");
            assert_eq!(other, Err(webpki::Error::UnknownRevocationStatus), "{leaf}");
        }
        site.keystead(&["revoke", &shard[1], "--release"]).done();
        site.keystead(&["revoke", &shard[2], "--hold"]).done();
    }
    let deltas = issue(&site, "issuing", "crls", &["--delta"]);
    for (delta, complete) in
        deltas["crls"].as_array().unwrap().iter().zip(report["crls"].as_array().unwrap())
    {
        assert_eq!(delta["base_number"], complete["number"]);
        assert!(delta["number"].as_u64() > complete["number"].as_u64(), "{deltas}");
        assert_eq!(delta["entries"], 2, "{deltas}");
    }
    let with_deltas = ["-extended_crl", "-use_deltas"];
    for (number, shard) in shards.iter().enumerate() {
        for (leaf, expected) in
            shard.iter().zip([Verdict::Revoked, Verdict::Good, Verdict::Revoked, Verdict::Good])
        {
            assert_eq!(ask(number, leaf, &with_deltas, true), expected, "{leaf}");
        }
        assert_eq!(ask(number, &shard[1], &["-extended_crl"], true), Verdict::Revoked);
        assert_eq!(ask(number, &shard[2], &["-extended_crl"], true), Verdict::Good);
        let delta = format!("crls/issuing-{number}-delta.crl.pem");
        let text = site.program("openssl", &["crl", "-in", &delta, "-noout", "-text"]).done();
        assert_eq!(text.stdout.matches("Remove From CRL").count(), 1, "{}", text.story());
        assert_eq!(text.stdout.matches("Certificate Hold").count(), 1, "{}", text.story());
        site.keystead(&["revoke", &shard[2], "--release"]).done();
    }
    // Held and released between two complete ones: nobody who has the first ever heard of it.
    let deltas = issue(&site, "issuing", "crls", &["--delta"]);
    for (number, shard) in shards.iter().enumerate() {
        assert_eq!(ask(number, &shard[2], &with_deltas, true), Verdict::Good, "{deltas}");
        assert_eq!(ask(number, &shard[1], &with_deltas, true), Verdict::Good, "{deltas}");
        assert_eq!(ask(number, &shard[0], &with_deltas, true), Verdict::Revoked, "{deltas}");
    }
    let next = issue(&site, "issuing", "crls", &[]);
    for row in next["crls"].as_array().unwrap() {
        assert_eq!(row["entries"], 1, "{next}");
    }
    assert!(Path::new(&site.shown("crls/issuing.cer")).exists());
    site.keystead(&["audit", "verify"]).done();
}
