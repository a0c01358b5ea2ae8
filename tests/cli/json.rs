//! The fields of the JSON documents that programs read.

use serde_json::Value;

use crate::site::Site;

#[track_caller]
fn has(value: &Value, fields: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("not an object: {value}"));
    for field in fields {
        assert!(object.contains_key(*field), "{field} is missing in {value}");
    }
    for name in object.keys() {
        assert!(!name.contains('-'), "{name} is not snake_case");
    }
}

#[test]
fn every_document_has_its_fields() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    let json = |arguments: &[&str]| {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        site.keystead(&arguments).done().json()
    };
    let sign = json(&[
        "sign",
        "web.csr",
        "--issuer",
        "example",
        "--profile",
        "tls-server",
        "--out",
        "out",
    ]);
    has(&sign, &["issuer", "profile", "issued", "refused", "failed", "skipped", "certificates"]);
    let row = &sign["certificates"][0];
    has(
        row,
        &[
            "request",
            "outcome",
            "serial",
            "subject",
            "sans",
            "not_after",
            "file",
            "reason",
            "code",
            "clause",
        ],
    );
    assert_eq!(row["outcome"], "issued");
    assert_eq!(row["file"], "out/web.crt");

    let tokens = json(&["token", "list"]);
    has(&tokens[0], &["label", "serial", "manufacturer", "model", "firmware", "initialized"]);
    has(
        &json(&["ca", "list"])[0],
        &["name", "kind", "key_algorithm", "certificate", "spki_sha256"],
    );
    let shown = json(&["ca", "show", "example"]);
    has(&shown["certificate"], &["subject", "serial", "not_after"]);
    has(&shown, &["crl", "ocsp", "ca_issuers"]);
    has(&shown["crl"], &["url", "shards", "delta_url", "lifetime_seconds", "overlap_seconds"]);
    has(&shown["ocsp"], &["url", "lifetime_seconds"]);
    has(&json(&["key", "list"])[0], &["label", "id", "algorithm", "spki_sha256", "issuers"]);
    let evidence = json(&["key", "show", "example"]);
    has(&evidence, &["basis", "label", "id", "attributes", "attempts", "exportable", "refused"]);
    assert_eq!(evidence["exportable"], false);
    assert!(!evidence["attempts"].as_array().unwrap().is_empty());
    has(&json(&["status"]), &["issuers", "maybe_signed"]);
    has(&json(&["audit", "verify"]), &["head", "rows", "intents", "issued", "refused", "problems"]);
    let serial = row["serial"].as_str().unwrap();
    let entry = json(&["inventory", "show", serial]);
    has(&entry, &["serial", "issuer", "profile", "subject", "not_after", "state", "sha256"]);
    has(&entry, &["revoked"]);
    let revoke = json(&["revoke", serial]);
    has(&revoke, &["action", "dry_run", "changed", "unchanged", "keys_blocked", "last"]);
    let row = &revoke["certificates"][0];
    has(row, &["serial", "issuer", "profile", "subject", "names", "not_after", "expired"]);
    has(row, &["state", "ca", "key_sha256", "crl", "outcome", "revoked"]);
    has(&row["revoked"], &["at", "reason", "invalidity"]);
    let probe = json(&["token", "probe", "--algorithm", "ec-p256"]);
    has(&probe, &["token", "library", "limits", "workers", "keys"]);
}

#[test]
fn a_refusal_is_in_the_document_too() {
    let site = Site::with_root();
    site.put("noise.csr", "noise");
    let run = site.sign(&["noise.csr", "--json"]);
    assert_eq!(run.code, Some(1), "{}", run.story());
    let row = run.json()["certificates"][0].clone();
    assert_eq!(row["outcome"], "refused");
    assert!(row["reason"].is_string());
    assert_eq!(row["code"], "request.encoding");
    assert!(row["clause"].is_string());
}

#[test]
fn bench_measures_what_its_document_promises() {
    let site = Site::new();
    let run = site.keystead(&["bench", "--algorithm", "ec-p256", "--count", "50", "--json"]).done();
    let document = run.json();
    let row = &document[0];
    has(
        row,
        &[
            "algorithm",
            "workers",
            "raw_sign_per_s",
            "verify_per_s",
            "floor_per_s",
            "pipeline_per_s",
            "ratio",
            "gate_us",
            "names_us",
            "gate_share",
        ],
    );
    assert_eq!(row["algorithm"], "ec-p256");
    let rate = |name: &str| row[name].as_f64().unwrap();
    assert!(rate("raw_sign_per_s") > 0.0 && rate("pipeline_per_s") > 0.0);
    assert!((rate("ratio") - rate("pipeline_per_s") / rate("floor_per_s")).abs() < 0.001);
    assert!(rate("floor_per_s") < rate("raw_sign_per_s"));
    leaves_nothing(&site);
}

#[test]
fn bench_revocation_measures_what_its_document_promises() {
    let site = Site::new();
    let run = site.keystead(&["bench", "revocation", "--rows", "20", "--json"]).done();
    let document = run.json();
    assert_eq!(document["algorithm"], "ec-p256");
    let presign = document["presign"].as_array().unwrap();
    let rate = |row: &serde_json::Value, name: &str| row[name].as_f64().unwrap();
    for row in presign {
        // The 20 certificates, their model, the root and the responder's, by two hashes; five rounds.
        assert!(row["responses"].as_u64().unwrap() >= 40, "{row}");
        let part = rate(row, "presign_per_s") / rate(row, "raw_sign_per_s");
        assert!((rate(row, "ratio_to_raw") - part).abs() < 0.001, "{row}");
        assert!(rate(row, "floor_per_s") < rate(row, "raw_sign_per_s"), "{row}");
    }
    assert_eq!(presign.iter().map(|row| &row["added_ms"]).collect::<Vec<_>>(), [0, 2]);
    let far = rate(&presign[1], "raw_sign_per_s");
    assert!(far < 500.0 * rate(&presign[1], "workers"), "{far}");
    for row in document["scales"].as_array().unwrap() {
        has(row, &["rows", "status_s", "answers_per_s", "crl_s", "crl_octets", "crl_peak_octets"]);
        assert!(rate(row, "answers_per_s") > 0.0);
        // Twenty entries.
        assert!(rate(row, "crl_octets") > 20.0 * 30.0, "{row}");
    }
    leaves_nothing(&site);
}

/// The measurement leaves nothing behind, neither in the inventory nor beside it.
fn leaves_nothing(site: &Site) {
    assert!(site.entries().is_empty());
    let left: Vec<_> = std::fs::read_dir(site.path("home"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".bench"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_export_is_complete_and_its_chain_can_be_checked_without_us() {
    let site = Site::with_root();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    let lines = site.keystead(&["inventory", "export"]).done().stdout;
    let entries: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // The root, its first CRL, and the certificate.
    let labels = ["CERTIFICATE", "X509 CRL", "CERTIFICATE"];
    assert_eq!(entries.len(), labels.len());
    for (entry, label) in entries.iter().zip(labels) {
        let begins = format!("-----BEGIN {label}-----");
        assert!(entry["pem"].as_str().unwrap().starts_with(&begins), "{entry}");
    }
    let pem = site.keystead(&["inventory", "export", "--format", "pem"]).done().stdout;
    assert!(pem.ends_with(&site.read("out/web.crt")));
    site.put("audit.jsonl", &site.keystead(&["audit", "export"]).done().stdout);
    let check = "import hashlib, json, struct\n\
        prev = bytes(32)\n\
        for seq, line in enumerate(open('audit.jsonl'), 1):\n\
        \x20   row = json.loads(line)\n\
        \x20   message = prev + struct.pack('>QQ', row['seq'], row['at']) + row['event'].encode()\n\
        \x20   assert row['seq'] == seq and row['prev'] == prev.hex(), row['seq']\n\
        \x20   prev = hashlib.sha256(message).digest()\n\
        \x20   assert row['hash'] == prev.hex(), row['seq']\n\
        print(seq)\n";
    let rows = site.program("python3", &["-c", check]).done().stdout;
    let verified = site.keystead(&["audit", "verify", "--json"]).done().json();
    assert_eq!(rows.trim(), verified["rows"].to_string());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let site = Site::with_root();
    let script = format!("{} audit export | head -n 0", env!("CARGO_BIN_EXE_keystead"));
    let home = site.shown("home");
    let run =
        site.program("bash", &["-o", "pipefail", "-c", &format!("KEYSTEAD_HOME={home} {script}")]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.story());
}
