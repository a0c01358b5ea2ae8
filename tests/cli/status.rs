//! `keystead status`: what is due when, without a token; the calendar file, the Prometheus text.

use serde_json::Value;

use crate::oracle::{oracle, said};
use crate::site::{Run, Site};

/// A root of ten years with its first CRL, and one server certificate of 90 days.
fn site() -> Site {
    let site = Site::with_root();
    server(&site, "web", "90");
    site
}

/// Another server certificate for the same subject.
fn server(site: &Site, file: &str, days: &str) {
    let request = format!("{file}.csr");
    site.server_request(&request, "web.example.com");
    site.sign(&[&request, "--days", days]).done();
}

/// The row of the calendar of one kind.
#[track_caller]
fn row(document: &Value, kind: &str) -> Value {
    let rows = document["calendar"].as_array().unwrap();
    let mut found = rows.iter().filter(|row| row["kind"] == kind);
    let row = found.next().unwrap_or_else(|| panic!("no {kind}: {document}"));
    assert!(found.next().is_none(), "{document}");
    row.clone()
}

/// RFC 3339, so many seconds after a time in RFC 3339.
fn later(site: &Site, time: &str, seconds: i64) -> String {
    let code = "import sys, datetime\n\
        time = datetime.datetime.fromisoformat(sys.argv[1].replace('Z', '+00:00'))\n\
        time += datetime.timedelta(seconds=int(sys.argv[2]))\n\
        print(time.strftime('%Y-%m-%dT%H:%M:%SZ'))";
    let run = site.program("python3", &["-c", code, time, &seconds.to_string()]).done();
    run.stdout.trim().to_owned()
}

fn status(site: &Site, arguments: &[&str]) -> Run {
    site.keystead(&[&["status"], arguments].concat())
}

/// The JSON of a run that may end with any of the codes of `status`.
#[track_caller]
fn json(site: &Site, code: i32, arguments: &[&str]) -> Value {
    let run = status(site, &[arguments, &["--json"]].concat());
    assert_eq!(run.code, Some(code), "{}", run.story());
    run.json()
}

const DAY: i64 = 86_400;

#[test]
fn a_leaf_is_due_at_two_thirds_overdue_after_its_end_and_forgotten_a_month_later() {
    let site = site();
    let now = json(&site, 0, &[]);
    assert_eq!(now["state"], "ok");
    let leaf = now["leaves"][0].clone();
    assert_eq!(leaf["name"], "CN=web.example.com");
    assert_eq!(leaf["issuer"], "example");
    let (due, end) = (leaf["due"].as_str().unwrap(), leaf["end"].as_str().unwrap());
    for (at, code, state) in [
        (later(&site, due, -1), 0, "ok"),
        (due.to_owned(), 4, "due"),
        (end.to_owned(), 4, "due"),
        (later(&site, end, 1), 5, "overdue"),
        (later(&site, end, 30 * DAY), 5, "overdue"),
    ] {
        let found = json(&site, code, &["--at", &at]);
        assert_eq!(found["at"], at);
        assert_eq!(found["state"], state, "{at}");
        assert_eq!(found["leaves"][0]["state"], state, "{at}");
        assert_eq!(found["leaves"][0]["uid"], leaf["uid"]);
    }
    let forgotten = json(&site, 0, &["--at", &later(&site, end, 31 * DAY)]);
    assert_eq!(forgotten["leaves"], Value::Array(Vec::new()));
    // `--within` widens what is due, and nothing else.
    let early = later(&site, due, -30 * DAY);
    json(&site, 0, &["--at", &early, "--within", "29d"]);
    let wide = json(&site, 4, &["--at", &early, "--within", "30d"]);
    assert_eq!((&wide["state"], &wide["within"]), (&"due".into(), &(30 * DAY).into()));
}

#[test]
fn a_renewed_leaf_is_superseded_and_the_new_one_has_its_name_in_the_calendar() {
    let site = site();
    let first = json(&site, 0, &[])["leaves"][0].clone();
    server(&site, "again", "89");
    let late = later(&site, first["due"].as_str().unwrap(), 10 * DAY);
    let renewed = json(&site, 4, &["--at", &late]);
    assert_eq!(renewed["superseded"], 1);
    assert_eq!(renewed["leaves"].as_array().unwrap().len(), 1);
    assert_eq!(renewed["leaves"][0]["uid"], first["uid"]);
    assert_ne!(renewed["leaves"][0]["serial"], first["serial"]);
}

#[test]
fn the_first_crl_of_a_root_is_the_next_ceremony_and_its_certificate_a_later_one() {
    let site = site();
    let now = json(&site, 0, &[]);
    let (crl, root) = (row(&now, "crl"), row(&now, "ca-certificate"));
    assert_eq!((&root["name"], &root["issuer"]), (&"example".into(), &"example".into()));
    let ceremony = &now["next_ceremony"];
    assert_eq!((&ceremony["at"], &ceremony["issuer"]), (&crl["due"], &"example".into()));
    assert_eq!(ceremony["why"], "the root signs its next CRL");
    let (due, end) = (root["due"].as_str().unwrap(), root["end"].as_str().unwrap());
    for (at, state) in [
        (later(&site, due, -1), "ok"),
        (due.to_owned(), "due"),
        (end.to_owned(), "due"),
        (later(&site, end, 1), "overdue"),
    ] {
        let then = json(&site, 5, &["--at", &at]);
        assert_eq!(row(&then, "ca-certificate")["state"], state, "{at}");
    }
    let over = json(&site, 5, &["--at", &later(&site, end, 1)]);
    assert_eq!(over["issuers"][0]["state"], "expired");
    let crls = over["calendar"].as_array().unwrap().iter().filter(|row| row["kind"] == "crl");
    assert_eq!(crls.count(), 0, "nobody asks for the CRL of a CA that ended");
}

#[test]
fn a_ca_below_the_root_has_one_date_before_and_after_it_is_installed() {
    let site = Site::with_root();
    let subject = ["--subject", "CN=sub,O=Example", "--key", "ec-p256", "--out", "sub.csr"];
    site.keystead(&[&["ca", "request", "sub"], &subject[..]].concat()).done();
    let sign = ["sign", "sub.csr", "--issuer", "example", "--profile", "intermediate-ca"];
    site.keystead(&[&sign[..], &["--out", "ca"]].concat()).done();
    let authorities = |document: &Value| -> Vec<Value> {
        let rows = document["calendar"].as_array().unwrap();
        rows.iter().filter(|row| row["kind"] == "ca-certificate").cloned().collect()
    };
    // It waits for its certificate, which the inventory has.
    let before = authorities(&json(&site, 0, &[]));
    let names: Vec<_> = before.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"example") && names.contains(&"CN=sub,O=Example"), "{names:?}");
    site.keystead(&[
        "ca",
        "install",
        "sub",
        "ca/sub.crt",
        "--chain",
        "home/issuers/example/ca.crt",
    ])
    .done();
    let document = json(&site, 0, &[]);
    let after = authorities(&document);
    assert_eq!(after.len(), 2, "{document}");
    let sub = after.iter().find(|row| row["name"] == "sub").unwrap();
    // The root signs its successor, so its date is a ceremony's.
    assert_eq!(sub["issuer"], "example");
    let root = after.iter().find(|row| row["name"] == "example").unwrap();
    let why = root["why"].as_str().unwrap();
    assert!(why.ends_with("days would outlive it from then on"), "{why}");
    assert_eq!(document["leaves"].as_array().unwrap().len(), 0);
}

#[test]
fn the_certificate_of_an_ocsp_responder_is_listed_by_itself_and_due_at_two_thirds() {
    let site = Site::with_root();
    site.request("ocsp.csr", "responder", &[]);
    let sign = ["sign", "ocsp.csr", "--issuer", "example", "--profile", "ocsp-responder"];
    site.keystead(&[&sign[..], &["--out", "out"]].concat()).done();
    let now = json(&site, 0, &[]);
    let signer = row(&now, "ocsp-signer");
    assert_eq!((&signer["name"], &signer["issuer"]), (&"CN=responder".into(), &"example".into()));
    assert!(now["leaves"].as_array().unwrap().is_empty(), "{now}");
    // Thirty days, less what it was backdated.
    let (begin, due) = (signer["begin"].as_str().unwrap(), signer["due"].as_str().unwrap());
    let (low, high) = (later(&site, begin, 20 * DAY - 3_600), later(&site, begin, 20 * DAY));
    assert!(*low < *due && *due <= *high, "{signer}");
    assert_eq!(row(&json(&site, 4, &["--at", due]), "ocsp-signer")["state"], "due");
    let end = later(&site, signer["end"].as_str().unwrap(), 1);
    assert_eq!(row(&json(&site, 5, &["--at", &end]), "ocsp-signer")["state"], "overdue");
}

#[test]
fn a_crl_is_due_and_overdue_by_crl_status_too_which_looks_at_nothing_else() {
    let site = site();
    let crl = |code: i32, arguments: &[&str]| {
        let run = site.keystead(&[&["crl", "status", "--json"], arguments].concat());
        assert_eq!(run.code, Some(code), "{}", run.story());
        run.json()
    };
    let first = crl(0, &[]);
    let found = row(&first, "crl");
    assert_eq!(first["calendar"].as_array().unwrap().len(), 1);
    assert_eq!(first["leaves"].as_array().unwrap().len(), 0);
    assert_eq!((&found["crl"]["point"], &found["crl"]["entries"]), (&"".into(), &0.into()));
    let (due, end) = (found["due"].as_str().unwrap(), found["end"].as_str().unwrap());
    crl(0, &["--at", &later(&site, due, -1)]);
    crl(4, &["--at", due]);
    crl(4, &["--at", end]);
    // All leaves ended long before, which is another matter.
    let over = crl(5, &["--at", &later(&site, end, 1)]);
    assert_eq!(row(&over, "crl")["state"], "overdue");
    // The next CRL takes its place under the same name.
    site.keystead(&["crl", "issue", "example"]).done();
    site.lint_crls("home/published");
    let next = row(&crl(0, &[]), "crl");
    assert_eq!(next["uid"], found["uid"]);
    assert!(next["crl"]["number"].as_u64() > found["crl"]["number"].as_u64());
    let run = site.keystead(&["crl", "status", "--at", &later(&site, end, DAY)]);
    assert_eq!(run.code, Some(5), "{}", run.story());
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.story());
    let run = site.keystead(&["crl", "status", "--prometheus", "-"]).done();
    let samples = samples(&run.stdout);
    assert!(samples.iter().any(|(name, _)| name.starts_with("keystead_crl_next_update_seconds{")));
}

#[test]
fn a_crl_that_certificates_point_to_and_that_was_never_made_is_due() {
    let site = site();
    let settings = site.read("home/issuers/example/issuer.toml");
    let url = "[crl]\nurl = \"http://crl.example.com/{shard}.crl\"\nshards = 2";
    let sharded = settings.replacen("[crl]", url, 1);
    assert_ne!(settings, sharded);
    site.put("home/issuers/example/issuer.toml", &sharded);
    let missing = json(&site, 4, &[]);
    let rows: Vec<_> =
        missing["calendar"].as_array().unwrap().iter().filter(|row| row["kind"] == "crl").collect();
    assert_eq!(rows.len(), 2, "{missing}");
    for row in rows {
        assert_eq!((&row["why"], &row["end"]), (&"there is none yet".into(), &Value::Null));
    }
    let text = status(&site, &[]).stdout;
    assert!(text.contains("there is none yet"), "{text}");
    site.keystead(&["crl", "issue", "example"]).done();
    // The first complete one and two empty shards.
    assert_eq!(site.lint_crls("home/published"), 3);
    let made = json(&site, 0, &[]);
    assert_eq!(made["next_ceremony"]["why"], "the root signs its next CRL");
}

#[test]
fn neither_token_nor_pin_nor_module_is_needed() {
    let site = site();
    for gone in ["pin", "so-pin", "softhsm2.conf"] {
        std::fs::remove_file(site.path(gone)).unwrap();
    }
    std::fs::remove_dir_all(site.path("tokens")).unwrap();
    let settings = site.read("home/keystead.toml");
    let broken = settings.replace(crate::site::MODULE, "/nonexistent/module.so");
    assert_ne!(settings, broken);
    site.put("home/keystead.toml", &broken);
    status(&site, &[]).done();
    status(&site, &["--ics", "a.ics", "--prometheus", "a.prom"]).done();
}

#[test]
fn the_table_fits_80_columns_and_says_what_is_due() {
    let site = site();
    let due = json(&site, 0, &[])["leaves"][0]["due"].as_str().unwrap().to_owned();
    let name = format!("{}.example.com", "a".repeat(50));
    site.server_request("long.csr", &name);
    site.sign(&["long.csr", "--days", "90"]).done();
    let run = status(&site, &["--at", &later(&site, &due, 60)]);
    assert_eq!(run.code, Some(4), "{}", run.story());
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.story());
    let words = [
        "STATE",
        "leaves: 0 overdue, 2 due, 0 ok",
        "ca-certificate",
        "ceremony:",
        "no signature of unknown fate",
    ];
    for word in words {
        assert!(run.stdout.contains(word), "{word}: {}", run.story());
    }
}

#[test]
fn a_certificate_that_may_be_signed_is_due() {
    let site = site();
    // A crash between intent and result leaves this.
    let code = "import sqlite3, sys\n\
        db = sqlite3.connect(sys.argv[1])\n\
        db.execute('DROP TRIGGER result_no_delete')\n\
        last = db.execute('SELECT max(id) FROM intent').fetchone()[0]\n\
        db.execute('DELETE FROM result WHERE intent = ?', (last,))\n\
        db.execute('INSERT INTO pending VALUES (?, ?, 1)', (last, last))\n\
        db.commit()";
    site.program("python3", &["-c", code, "home/inventory.db"]).done();
    let found = json(&site, 4, &[]);
    assert_eq!(found["maybe_signed"].as_array().unwrap().len(), 1);
    let counts = found["counts"].as_array().unwrap();
    let open = counts.iter().find(|count| count["kind"] == "maybe-signed").unwrap();
    assert_eq!((&open["due"], &open["issuer"]), (&1.into(), &"example".into()));
    assert!(found["leaves"].as_array().unwrap().is_empty(), "{found}");
    // When it would have ended, nobody can use it any more.
    let end = later(&site, found["at"].as_str().unwrap(), 100 * DAY);
    json(&site, 0, &["--at", &end]);
}

#[test]
fn the_calendar_file_is_icalendar_and_a_second_import_updates_it() {
    let site = site();
    let first = json(&site, 0, &[])["leaves"][0].clone();
    status(&site, &["--ics", "a.ics"]).done();
    let text = site.read("a.ics");
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let events = events(&site, "a.ics");
    assert_eq!(events.len(), 4, "{events:?}");
    let uid = first["uid"].as_str().unwrap();
    let leaf = events.iter().find(|event| event["UID"] == uid).unwrap();
    assert_eq!(leaf["DTSTART"], first["due"].as_str().unwrap().replace(['-', ':'], ""));
    assert_eq!(leaf["SUMMARY"], "Certificate of CN=web.example.com is due");
    // The same question has the same answer, octet for octet; a day later only the stamp differs.
    let at = json(&site, 0, &[])["at"].as_str().unwrap().to_owned();
    status(&site, &["--at", &at, "--ics", "b.ics"]).done();
    status(&site, &["--at", &at, "--ics", "c.ics"]).done();
    assert_eq!(site.read("b.ics"), site.read("c.ics"));
    server(&site, "again", "80");
    status(&site, &["--ics", "a.ics"]).done();
    let moved = self::events(&site, "a.ics");
    let uids = |events: &[Value]| -> Vec<String> {
        let mut uids: Vec<_> = events.iter().map(|event| event["UID"].to_string()).collect();
        uids.sort();
        uids
    };
    assert_eq!(uids(&events), uids(&moved));
    let renewed = moved.iter().find(|event| event["UID"] == uid).unwrap();
    assert_ne!(renewed["DTSTART"], leaf["DTSTART"]);
    let run = status(&site, &["--ics", "-"]).done();
    assert!(run.stdout.starts_with("BEGIN:VCALENDAR\r\n"), "{}", run.story());
    assert!(run.stdout.ends_with("END:VCALENDAR\r\n"), "{}", run.story());
}

/// The events of an iCalendar file by Python, strictly: content lines as RFC 5545 §3.1 has them,
/// components nested, what an event must have. Where the icalendar package is installed, it reads the
/// file too and finds the same.
fn events(site: &Site, file: &str) -> Vec<Value> {
    let code = r#"
import json, re, sys
text = open(sys.argv[1], 'rb').read().decode()
assert text.endswith('\r\n')
lines = re.sub('\r\n[ \t]', '', text).split('\r\n')[:-1]
stack, events, alarms = [], [], 0
for line in lines:
    match = re.fullmatch('([A-Z-]+)((?:;[A-Z-]+=[^";:,]+)*):([^\x00-\x08\x0a-\x1f\x7f]*)', line)
    assert match, line
    name, value = match[1], match[3]
    if name == 'BEGIN':
        assert value == ['VCALENDAR', 'VEVENT', 'VALARM'][len(stack)], line
        stack.append((value, {}))
    elif name == 'END':
        kind, found = stack.pop()
        assert kind == value, line
        if kind == 'VEVENT':
            for needed in ['UID', 'DTSTAMP', 'DTSTART', 'SUMMARY']:
                assert needed in found, (needed, found)
            for time in ['DTSTAMP', 'DTSTART']:
                assert re.fullmatch(r'\d{8}T\d{6}Z', found[time]), found
            events.append(found)
        if kind == 'VALARM':
            assert found['ACTION'] == 'DISPLAY' and found['TRIGGER'] and found['DESCRIPTION']
            alarms += 1
        if kind == 'VCALENDAR':
            assert found['VERSION'] == '2.0' and found['PRODID'], found
    else:
        assert name not in stack[-1][1], line
        stack[-1][1][name] = re.sub(r'\\([\\;,nN])', lambda m: '\n' if m[1] in 'nN' else m[1], value)
assert not stack and alarms == len(events)
assert len({event['UID'] for event in events}) == len(events)
try:
    import icalendar
except ImportError:
    print('no icalendar package', file=sys.stderr)
else:
    read = icalendar.Calendar.from_ical(text)
    found = {(str(e['uid']), str(e['summary']), e['dtstart'].dt.strftime('%Y%m%dT%H%M%SZ')) for e in read.walk('VEVENT')}
    assert found == {(e['UID'], e['SUMMARY'], e['DTSTART']) for e in events}, found
print(json.dumps(events))
"#;
    // Debian's modules are those of Debian's Python.
    let run = site.program("/usr/bin/python3", &["-c", code, file]).done();
    if run.stderr.contains("no icalendar package") {
        crate::oracle::skipped("python3-icalendar", "not installed");
    }
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn the_prometheus_text_is_what_prometheus_reads() {
    let site = site();
    let now = json(&site, 0, &[]);
    status(&site, &["--prometheus", "keystead.prom"]).done();
    let samples = samples(&site.read("keystead.prom"));
    let value = |start: &str| {
        let found: Vec<_> = samples.iter().filter(|(name, _)| name.starts_with(start)).collect();
        assert_eq!(found.len(), 1, "{start}: {samples:?}");
        found[0].1
    };
    assert_eq!(value("keystead_due{kind=\"leaf\",issuer=\"example\"}"), 0);
    assert_eq!(value("keystead_ok{kind=\"leaf\",issuer=\"example\"}"), 1);
    assert_eq!(value("keystead_overdue{kind=\"ca-certificate\",issuer=\"example\"}"), 0);
    assert_eq!(value("keystead_maybe_signed"), 0);
    let leaf = value("keystead_certificate_not_after_seconds{kind=\"leaf\",issuer=\"example\",");
    let end = now["leaves"][0]["end"].as_str().unwrap();
    assert_eq!(later(&site, "1970-01-01T00:00:00Z", leaf), end);
    let late = later(&site, end, 1);
    let run = status(&site, &["--at", &late, "--prometheus", "-"]);
    assert_eq!(run.code, Some(5), "{}", run.story());
    let late = self::samples(&run.stdout);
    assert!(late.contains(&("keystead_overdue{kind=\"leaf\",issuer=\"example\"}".to_owned(), 1)));
    if let Some(promtool) = oracle("promtool") {
        let feed = std::fs::File::open(site.path("keystead.prom")).unwrap();
        let output = std::process::Command::new(promtool)
            .args(["check", "metrics"])
            .stdin(feed)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// The samples of a Prometheus text, strictly read: each metric has HELP and TYPE right before its
/// samples, no sample is there twice.
#[track_caller]
fn samples(text: &str) -> Vec<(String, i64)> {
    assert!(text.ends_with('\n'));
    let mut samples: Vec<(String, i64)> = Vec::new();
    let (mut helped, mut typed) = (String::new(), String::new());
    let mut metrics = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            rest.split_once(' ').unwrap().0.clone_into(&mut helped);
            assert!(metrics.insert(helped.clone()), "twice: {line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!((name, kind), (helped.as_str(), "gauge"), "{line}");
            name.clone_into(&mut typed);
        } else if !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            assert_eq!(name, typed, "{line}");
            assert!(name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "{line}");
            labels(series.strip_prefix(name).unwrap());
            assert!(!samples.iter().any(|(other, _)| other == series), "twice: {line}");
            samples.push((series.to_owned(), value.parse().unwrap()));
        }
    }
    samples
}

/// `{name="value",…}` or nothing.
#[track_caller]
fn labels(text: &str) {
    let Some(mut rest) = text.strip_prefix('{') else { return assert_eq!(text, "") };
    loop {
        let (name, value) = rest.split_once("=\"").unwrap();
        assert!(name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "{text}");
        let mut characters = value.char_indices();
        let end = loop {
            match characters.next().unwrap() {
                (_, '\\') => assert!(matches!(characters.next().unwrap().1, '\\' | '"' | 'n')),
                (at, '"') => break at,
                _ => {}
            }
        };
        match &value[end + 1..] {
            "}" => return,
            more => rest = more.strip_prefix(',').unwrap(),
        }
    }
}

#[test]
fn a_report_replaces_its_own_kind_alone_and_standard_output_has_one_document() {
    let site = site();
    site.put("key.pem", "-----BEGIN PRIVATE KEY-----");
    status(&site, &["--ics", "key.pem"]).fails(3, &["key.pem is not an iCalendar file"]);
    status(&site, &["--prometheus", "key.pem"]).fails(3, &["is not a Prometheus text file"]);
    assert_eq!(site.read("key.pem"), "-----BEGIN PRIVATE KEY-----");
    status(&site, &["--ics", "a", "--prometheus", "b"]).done();
    status(&site, &["--ics", "a", "--prometheus", "b"]).done();
    status(&site, &["--ics", "b"]).fails(3, &["b is not an iCalendar file"]);
    status(&site, &["--ics", "-", "--prometheus", "-"]).fails(2, &["standard output"]);
    status(&site, &["--ics", "-", "--json"]).fails(2, &["standard output"]);
    let json = status(&site, &["--ics", "a", "--json"]).done().json();
    assert_eq!(json["state"], "ok");
    for (option, wrong) in [("--within", "30"), ("--within", "0d"), ("--at", "tomorrow")] {
        status(&site, &[option, wrong]).fails(2, &[option]);
    }
}
