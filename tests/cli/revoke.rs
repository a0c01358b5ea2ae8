//! `keystead revoke`: what is meant, what is asked, what is on record afterwards. No test of it has a PIN
//! or a token after its certificates are made.

use serde_json::Value;

use crate::site::{Run, Site};

/// A site with a root and these certificates under `tls-server`, in `out`; then without token and PIN.
fn site_with(names: &[&str]) -> Site {
    let site = Site::with_root();
    let files: Vec<String> = names.iter().map(|name| format!("{name}.csr")).collect();
    for (file, name) in files.iter().zip(names) {
        site.server_request(file, &format!("{name}.example.com"));
    }
    site.sign(&files.iter().map(String::as_str).collect::<Vec<_>>()).done();
    lock(&site);
    site
}

/// From now on whoever asks for the token or the PIN fails.
fn lock(site: &Site) {
    std::fs::rename(site.path("tokens"), site.path("tokens-away")).unwrap();
    std::fs::rename(site.path("pin"), site.path("pin-away")).unwrap();
}

/// What became of it all on the next CRL, of `entries` entries: with token and PIN again, when they were
/// away.
#[track_caller]
fn published(site: &Site, entries: u64) {
    if site.exists("pin-away") {
        std::fs::rename(site.path("tokens-away"), site.path("tokens")).unwrap();
        std::fs::rename(site.path("pin-away"), site.path("pin")).unwrap();
    }
    let issue = ["crl", "issue", "example", "--out", "crls", "--json"];
    let report = site.keystead(&issue).done().json();
    assert_eq!(report["crls"][0]["entries"], entries, "{report}");
    site.lint_crls("crls");
}

fn revoke(site: &Site, arguments: &[&str]) -> Run {
    site.keystead(&[&["revoke"], arguments].concat())
}

/// The report of a run that did what was asked.
#[track_caller]
fn revoked(site: &Site, arguments: &[&str]) -> Value {
    revoke(site, &[arguments, &["--json"]].concat()).done().json()
}

#[track_caller]
fn counts(report: &Value, changed: u64, unchanged: u64) {
    assert_eq!((&report["changed"], &report["unchanged"]), (&changed.into(), &unchanged.into()));
}

/// The serial number of a certificate, as openssl reads it.
fn serial(site: &Site, certificate: &str) -> String {
    let run = site.program("openssl", &["x509", "-in", certificate, "-noout", "-serial"]).done();
    run.stdout.trim().trim_start_matches("serial=").to_lowercase()
}

fn entry(site: &Site, serial: &str) -> Value {
    site.keystead(&["inventory", "show", serial, "--json"]).done().json()
}

/// The audit record is sound, with so many revocations and holds.
#[track_caller]
fn sound(site: &Site, revocations: u64, holds: u64) {
    let report = site.keystead(&["audit", "verify", "--json"]).done().json();
    assert_eq!(report["revocations"], revocations, "{report}");
    assert_eq!(report["holds"], holds, "{report}");
}

#[track_caller]
fn fits(text: &str) {
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_certificate_is_revoked_by_its_first_digits_once_and_for_good() {
    let site = site_with(&["web"]);
    let serial = serial(&site, "out/web.crt");
    let dry = revoked(&site, &[&serial[..12], "--dry-run"]);
    assert_eq!(
        (&dry["dry_run"], &dry["certificates"][0]["outcome"]),
        (&true.into(), &"planned".into())
    );
    sound(&site, 0, 0);

    let since = ["--reason", "KEYCOMPROMISE", "--invalidity", "2026-01-31"];
    let run = revoke(&site, &[&[&serial[..12]], &since[..]].concat()).done();
    fits(&run.stdout);
    assert!(run.stdout.contains("CN=web.example.com"), "{}", run.story());
    assert!(run.stdout.contains("1 revoked, 0 unchanged"), "{}", run.story());
    assert!(run.stderr.contains("keystead crl issue example"), "{}", run.story());
    let first = entry(&site, &serial)["revoked"].clone();
    assert_eq!(first["reason"], "keyCompromise");
    assert_eq!(first["invalidity"], "2026-01-31T00:00:00Z");

    let again = revoked(&site, &[&serial, "--reason", "superseded"]);
    counts(&again, 0, 1);
    assert_eq!(again["certificates"][0]["outcome"], "unchanged");
    assert_eq!(again["certificates"][0]["revoked"], first);
    let text = revoke(&site, &[&serial]).done();
    assert!(text.stdout.contains("revoked before\n"), "{}", text.story());
    assert!(text.stdout.contains("0 revoked, 1 unchanged"), "{}", text.story());
    sound(&site, 1, 0);
    let list = site.keystead(&["inventory", "list"]).done();
    assert!(list.stdout.lines().any(|line| line.ends_with("revoked")), "{}", list.story());
    let show = site.keystead(&["inventory", "show", &serial]).done();
    assert!(show.stdout.contains(", keyCompromise, key in other hands since"), "{}", show.story());
}

#[test]
fn a_file_is_revoked_when_its_bytes_are_those_on_record() {
    let site = site_with(&["web", "api", "old"]);
    let der = ["x509", "-in", "out/api.crt", "-outform", "DER", "-out", "api.der"];
    site.program("openssl", &der).done();
    let report = revoked(&site, &["out/web.crt", "api.der", "--reason", "cessationOfOperation"]);
    counts(&report, 2, 0);
    let row = &report["certificates"][0];
    assert_eq!(row["serial"], serial(&site, "out/web.crt"));
    assert_eq!((&row["profile"], &row["state"]), (&"tls-server".into(), &"issued".into()));
    assert_eq!(row["names"], serde_json::json!(["dns:web.example.com"]));
    assert_eq!(
        (&row["crl"], &row["ca"], &row["expired"]),
        (&Value::Null, &false.into(), &false.into())
    );
    // Twice in one command is once.
    let digits = serial(&site, "out/old.crt");
    counts(&revoked(&site, &[&digits, "out/old.crt", "./out/old.crt"]), 1, 0);

    let mut bytes = std::fs::read(site.path("api.der")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let mut forged = std::fs::File::create_new(site.path("forged.der")).unwrap();
    std::io::Write::write_all(&mut forged, &bytes).unwrap();
    revoke(&site, &["forged.der"]).fails(1, &["forged.der", "other bytes"]);
    site.put("noise", "no certificate");
    revoke(&site, &["noise"]).fails(2, &["noise", "holds no certificate"]);
    revoke(&site, &["web.csr.key"]).fails(2, &["web.csr.key", "PRIVATE KEY"]);
    revoke(&site, &["absent.crt"]).fails(3, &["cannot read absent.crt"]);
    revoke(&site, &["0123abcd"]).fails(1, &["nothing in the inventory", "0123abcd"]);
    revoke(&site, &["abc"]).fails(2, &["at least four hexadecimal digits"]);
    sound(&site, 3, 0);
}

/// A certificate of nobody here whose issuer steers a terminal.
fn foreign(site: &Site, file: &str, name: &str) {
    let subject = format!("/CN={name}");
    let make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let more = ["-utf8", "-keyout", "foreign.key", "-subj", &subject, "-out", file];
    site.program("openssl", &[&make[..], &more].concat()).done();
}

#[test]
fn a_certificate_of_another_ca_is_refused_and_its_name_steers_no_terminal() {
    let site = site_with(&["web"]);
    foreign(&site, "foreign.crt", "evil\u{1b}[2J\u{202e}");
    for more in [&[][..], &["--unrecorded"], &["--json"]] {
        let run = revoke(&site, &[&["foreign.crt"], more].concat());
        let run = run.fails(1, &["no issuer of this home signed it", "CN=evil\\\\1b[2J\\u{202e}"]);
        assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']), "{}", run.story());
    }
    let hostile = "--name=\u{1b}[31m\u{202e}";
    let run = revoke(&site, &[hostile]).fails(1, &["no certificate on record"]);
    assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']), "{}", run.story());
    revoke(&site, &["--issuer", "\u{1b}[2J"]).fails(2, &["\\u{1b}[2J"]);
    sound(&site, 0, 0);
}

#[test]
fn a_certificate_that_a_restore_took_off_the_record_is_revoked_when_that_is_said() {
    let site = Site::with_root();
    site.program("cp", &["-r", "home", "backup"]).done();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    site.program("rm", &["-r", "home"]).done();
    site.program("mv", &["backup", "home"]).done();
    lock(&site);
    let unknown = ["is not on record", "restored from a backup", "--unrecorded"];
    revoke(&site, &["out/web.crt"]).fails(1, &unknown);
    let report = revoked(&site, &["out/web.crt", "--unrecorded", "--reason", "superseded"]);
    counts(&report, 1, 0);
    let row = &report["certificates"][0];
    assert_eq!((&row["state"], &row["profile"]), (&"unrecorded".into(), &Value::Null));
    assert_eq!((&row["issuer"], &row["outcome"]), (&"example".into(), &"revoked".into()));
    counts(&revoked(&site, &["out/web.crt", "--unrecorded"]), 0, 1);
    sound(&site, 1, 0);
}

#[test]
fn all_certificates_of_a_key_are_asked_about_and_the_key_is_blocked_for_ever() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.program("cp", &["web.csr", "again.csr"]).done();
    site.server_request("other.csr", "other.example.com");
    site.sign(&["web.csr", "again.csr", "other.csr"]).done();
    let stolen = ["--key", "web.csr", "--reason", "keyCompromise"];
    let run = revoke(&site, &stolen).fails(1, &["2 certificate(s)", "add --yes", "to revoke"]);
    fits(&run.stderr);
    assert_eq!(run.stdout, "", "what is asked about is talk");
    sound(&site, 0, 0);

    let report = revoked(&site, &[&stolen[..], &["--yes"]].concat());
    counts(&report, 2, 0);
    let key = report["certificates"][0]["key_sha256"].clone();
    assert_eq!(report["keys_blocked"], serde_json::json!([key]));
    site.program("cp", &["web.csr", "third.csr"]).done();
    site.sign(&["third.csr"]).fails(1, &["[request.key.blocked"]);
    // All of it a second time, by the key's hash; there is nothing left to ask about.
    let again = revoked(&site, &["--key", key.as_str().unwrap(), "--reason", "keyCompromise"]);
    counts(&again, 0, 2);
    assert_eq!(again["keys_blocked"], serde_json::json!([]));
    assert_eq!(entry(&site, &serial(&site, "out/other.crt"))["revoked"], Value::Null);
    sound(&site, 2, 0);
    published(&site, 2);
}

#[test]
fn a_reason_that_turns_out_later_blocks_the_key_and_the_first_one_stays() {
    let site = site_with(&["web"]);
    revoked(&site, &["out/web.crt", "--reason", "superseded"]);
    let report = revoked(&site, &["out/web.crt", "--reason", "keyCompromise"]);
    counts(&report, 0, 1);
    assert_eq!(report["certificates"][0]["revoked"]["reason"], "superseded");
    assert_eq!(report["keys_blocked"].as_array().unwrap().len(), 1);
    let blocked = site.keystead(&["key", "blocked", "--json"]).done().json();
    assert_eq!(blocked[0]["key_sha256"], report["keys_blocked"][0]);
    sound(&site, 1, 0);
}

#[test]
fn a_query_is_all_of_its_options_together_and_leaves_roots_alone() {
    let site = site_with(&["a", "b", "c"]);
    site.keystead(&["revoke"]).fails(2, &["--issuer"]);
    revoke(&site, &["abcd", "--name", "x"]).fails(2, &["cannot be used with"]);
    revoke(&site, &["--issuer", "absent"]).fails(2, &["absent"]);
    revoke(&site, &["--issuer", "example", "--name", "d.example.com"])
        .fails(1, &["no certificate on record"]);
    revoke(&site, &["--issuer", "example", "--profile", "tls-client"])
        .fails(1, &["no certificate on record"]);
    // One is not asked about.
    let named = revoked(&site, &["--issuer", "example", "--name", "A.example.com"]);
    counts(&named, 1, 0);
    let dry = revoke(&site, &["--issuer", "example", "--dry-run"]).done();
    fits(&dry.stdout);
    assert!(dry.stdout.contains("2 to revoke, 1 unchanged"), "{}", dry.story());
    assert!(dry.stderr.contains("left out: 1 root certificate(s)"), "{}", dry.story());
    revoke(&site, &["--issuer", "example"]).fails(1, &["add --yes"]);
    counts(&revoked(&site, &["--issuer", "example", "--yes"]), 2, 1);
    sound(&site, 3, 0);
    published(&site, 3);
}

#[test]
fn the_certificate_of_a_ca_is_asked_about_and_a_root_is_warned_of() {
    let site = site_with(&["web"]);
    let root = site.entries().pop().unwrap()["serial"].as_str().unwrap().to_owned();
    let run = revoke(&site, &[&root, "--reason", "cACompromise"]);
    run.fails(1, &["(CA)", "everything that it issued", "add --yes"]);
    let run = revoke(&site, &[&root, "--reason", "cACompromise", "--yes"]).done();
    assert!(run.stderr.contains("a root's own certificate"), "{}", run.story());
    assert!(run.stderr.contains("is that of the issuer example"), "{}", run.story());
    revoke(&site, &["out/web.crt", "--reason", "cACompromise"]).fails(2, &["no CA certificate"]);
    sound(&site, 1, 0);
    published(&site, 1);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_recorded() {
    let site = site_with(&["web"]);
    let with = |arguments: &[&str]| revoke(&site, &[&["out/web.crt"], arguments].concat());
    with(&["--reason", "certificateHold"]).fails(2, &["certificateHold", "keyCompromise"]);
    with(&["--reason", "removeFromCRL"]).fails(2, &["removeFromCRL"]);
    with(&["--invalidity", "2999-01-01"]).fails(2, &["in the future"]);
    with(&["--invalidity", "yesterday"]).fails(2, &["expected a time in UTC"]);
    with(&["--hold", "--release"]).fails(2, &["cannot be used with"]);
    with(&["--hold", "--reason", "superseded"]).fails(2, &["cannot be used with"]);
    with(&["--hold"]).fails(1, &["tls-server", "does not allow it", "hold = true"]);
    with(&["--release"]).fails(1, &["does not allow it"]);
    sound(&site, 0, 0);
}

#[test]
fn a_hold_ends_where_the_profile_allows_one_and_not_when_it_became_a_revocation() {
    let site = Site::with_root();
    let shipped = site.keystead(&["profile", "show", "tls-client", "--toml"]).done().stdout;
    assert!(!shipped.contains("[revocation]"), "{shipped}");
    let held = shipped.replace("name = \"tls-client\"", "name = \"laptop\"");
    site.put("home/profiles/laptop.toml", &format!("{held}\n[revocation]\nhold = true\n"));
    site.request("ann.csr", "Ann", &[]);
    let sign = ["sign", "ann.csr", "--issuer", "example", "--profile", "laptop", "--out", "out"];
    site.keystead(&sign).done();
    lock(&site);
    let list = || site.keystead(&["inventory", "list"]).done().stdout;

    counts(&revoked(&site, &["out/ann.crt", "--release"]), 0, 1);
    let held = revoked(&site, &["out/ann.crt", "--hold"]);
    assert_eq!((&held["action"], &held["changed"]), (&"hold".into(), &1.into()));
    assert_eq!(held["certificates"][0]["revoked"]["reason"], "certificateHold");
    assert!(list().contains("on hold"), "{}", list());
    counts(&revoked(&site, &["out/ann.crt", "--hold"]), 0, 1);
    let released = revoked(&site, &["out/ann.crt", "--release"]);
    assert_eq!(released["certificates"][0]["outcome"], "released");
    assert_eq!(released["certificates"][0]["revoked"], Value::Null);
    assert!(!list().contains("on hold"), "{}", list());
    sound(&site, 0, 2);

    revoked(&site, &["out/ann.crt", "--hold"]);
    let report = revoked(&site, &["out/ann.crt", "--reason", "affiliationChanged"]);
    counts(&report, 1, 0);
    revoke(&site, &["out/ann.crt", "--release"]).fails(1, &["is revoked since", "for good"]);
    revoke(&site, &["out/ann.crt", "--hold"]).fails(1, &["for good"]);
    sound(&site, 1, 3);
    published(&site, 1);
}

const CLUSTER: &str = "
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: 1.34.1
controlPlaneEndpoint: api.example.com:6443
encryptionAlgorithm: ECDSA-P256
---
apiVersion: keystead/v1
kind: Nodes
nodes:
- {name: cp1, role: control-plane, addresses: [192.0.2.11]}
- {name: cp2, role: control-plane, addresses: [192.0.2.12]}
- {name: w1, role: worker, addresses: [192.0.2.21]}
";

/// A site with a cluster of two control-plane nodes and a worker in `pki`.
fn cluster() -> Site {
    let site = Site::new();
    for (name, subject) in
        [("kubernetes", "kubernetes"), ("etcd", "etcd-ca"), ("front-proxy", "front-proxy-ca")]
    {
        let subject = format!("CN={subject}");
        let root = ["ca", "root", name, "--subject", &subject, "--key", "ec-p256"];
        site.keystead(&[&root[..], &["--profile", "k8s-ca"]].concat()).done();
    }
    site.put("cluster.yaml", CLUSTER);
    site.keystead(&["k8s", "issue", "cluster.yaml", "--out", "pki"]).done();
    lock(&site);
    site
}

/// The serial numbers of what is on record with this subject, the oldest first.
fn serials(site: &Site, subject: &str) -> Vec<String> {
    let entries = site.entries().into_iter().rev();
    let ours = entries.filter(|entry| entry["subject"] == subject);
    ours.map(|entry| entry["serial"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_node_is_what_it_has_alone_and_other_nodes_stay() {
    let site = cluster();
    let worker = revoked(&site, &["--node", "w1", "--dry-run"]);
    counts(&worker, 2, 0);
    let report = revoked(&site, &["--node", "cp1", "--yes"]);
    let mut found: Vec<String> = report["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["issuer"], row["profile"]).replace('"', ""))
        .collect();
    found.sort();
    let expected = [
        "etcd k8s-etcd-peer",
        "etcd k8s-etcd-server",
        "kubernetes k8s-apiserver",
        "kubernetes k8s-kubelet-client",
        "kubernetes k8s-kubelet-serving",
    ];
    assert_eq!(found, expected);
    let again = revoke(&site, &["--node", "cp1"]).done();
    assert!(again.stderr.contains("Kubernetes reads no CRL"), "{}", again.story());
    revoke(&site, &["--node", "cp"]).fails(1, &["no certificate on record"]);
    sound(&site, 5, 0);
}

#[test]
fn the_last_client_of_a_control_plane_is_revoked_only_when_that_is_said() {
    let site = cluster();
    let schedulers = serials(&site, "CN=system:kube-scheduler");
    let [first, second] = &schedulers[..] else { panic!("{schedulers:?}") };
    // Both at once: the last is among them.
    let all = ["--name", "system:kube-scheduler", "--yes"];
    let words = ["no new pod gets a node", "last certificate in force", "add --last"];
    revoke(&site, &all).fails(1, &words);
    sound(&site, 0, 0);
    counts(&revoked(&site, &[first]), 1, 0);
    revoke(&site, &[second]).fails(1, &words);
    revoke(&site, &[second, "--yes"]).fails(1, &words);
    let dry = revoked(&site, &[second, "--dry-run"]);
    assert_eq!(dry["last"][0]["common_name"], "system:kube-scheduler");
    assert_eq!(dry["last"][0]["serial"], second.as_str());
    sound(&site, 1, 0);
    counts(&revoked(&site, &[second, "--last"]), 1, 0);
    // Nothing is left to be the last.
    counts(&revoked(&site, &all), 0, 2);
    sound(&site, 2, 0);
}

/// Runs `keystead` at a terminal where `answer` is typed.
fn typed(site: &Site, arguments: &str, answer: &str) -> Run {
    let program = env!("CARGO_BIN_EXE_keystead");
    let line = format!(
        "printf '{answer}\\n' | script -qec '{program} --home home revoke {arguments}' /dev/null"
    );
    site.program("sh", &["-c", &line])
}

#[test]
fn at_a_terminal_the_answer_counts() {
    let site = cluster();
    let both = "--name front-proxy-client";
    let run = typed(&site, both, "yes").fails_quietly(1, "not confirmed");
    assert!(run.stdout.contains("type its name, front-proxy-client"), "{}", run.story());
    let nodes = "--node w1 --reason superseded";
    typed(&site, nodes, "no").fails_quietly(1, "2 certificate(s), type yes");
    typed(&site, nodes, "").fails_quietly(1, "nothing was changed");
    sound(&site, 0, 0);
    let run = typed(&site, nodes, "yes").done();
    assert!(run.stdout.contains("2 revoked, 0 unchanged"), "{}", run.story());
    typed(&site, both, "front-proxy-client").done();
    sound(&site, 4, 0);
}
