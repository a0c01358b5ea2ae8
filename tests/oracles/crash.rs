//! Killed at random instants of a batch: every signature that the token made is on record, no serial
//! is used twice, and the next run completes. OpenSC's pkcs11-spy stands between us and the token and
//! writes down each call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_lc_rs::digest;

use crate::support::{Site, files, put, said, skipped, succeeds, text};

const REQUESTS: usize = 2000;
const KILLS: usize = 200;

/// Where Debian and Fedora keep it.
const SPIES: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so",
    "/usr/lib/aarch64-linux-gnu/pkcs11-spy.so",
    "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so",
    "/usr/lib64/pkcs11-spy.so",
    "/usr/lib64/pkcs11/pkcs11-spy.so",
];

#[test]
fn killed_200_times_in_a_batch_every_signature_of_the_token_is_on_record() {
    let Some(spy) = SPIES.iter().map(Path::new).find(|path| path.exists()) else {
        skipped("pkcs11-spy", "OpenSC's spy module is in none of its usual places");
        return;
    };
    let site = Site::new();
    succeeds(&mut site.keystead(&[
        "ca",
        "root",
        "batch",
        "--subject",
        "CN=Batch",
        "--key",
        "ec-p256",
    ]));
    use_module(&site, spy);
    let requests = requests(&site);

    // Once undisturbed, to know how long a batch takes.
    let run = |number: usize| {
        let mut command = site.keystead(&["sign"]);
        command
            .arg(&requests)
            .args(["--issuer", "batch", "--profile", "tls-client", "--out"])
            .arg(out(&site, number))
            .env("PKCS11SPY", site.module())
            .env("PKCS11SPY_OUTPUT", log(&site, number))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let began = Instant::now();
    assert!(run(0).status().expect("runs").success());
    let whole = began.elapsed();
    assert_eq!(files(&out(&site, 0)).len(), REQUESTS);

    let mut killed_in_flight = 0;
    for number in 1..=KILLS {
        let mut child = run(number).spawn().expect("starts");
        std::thread::sleep(random_instant(whole));
        child.kill().expect("killed");
        let status = child.wait().expect("ended");
        killed_in_flight += usize::from(!status.success());
    }
    assert!(killed_in_flight > KILLS / 2, "only {killed_in_flight} were still at work");

    // The next run reports what is left open, and completes.
    let mut last = run(KILLS + 1);
    let output = last.stderr(Stdio::piped()).output().expect("runs");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(files(&out(&site, KILLS + 1)).len(), REQUESTS);

    let records = Records::read(&site.home().join("inventory.db"));
    assert_eq!(records.serials.len(), records.certificates, "a serial was used twice");
    let mut signatures = 0;
    for number in 0..=KILLS + 1 {
        let Some(calls) = Calls::read(&log(&site, number)) else { continue };
        for digest in &calls.exact {
            assert!(
                records.digests.contains(digest),
                "run {number}: the token signed {}, which is on no record",
                hex::encode(digest)
            );
        }
        let recorded = calls.lines.iter().filter(|line| records.prefixes.contains(*line)).count();
        assert!(
            calls.signatures <= recorded,
            "run {number}: {} signatures, {recorded} of them recorded",
            calls.signatures
        );
        signatures += calls.signatures;
    }
    // Two whole batches, and something of the others: the count is of real signatures.
    assert!(signatures > 2 * REQUESTS, "the spy saw {signatures} signatures");
    // Nothing that was released is unknown, and nothing half-written was left behind.
    for file in (0..=KILLS + 1).flat_map(|number| files_if_any(&out(&site, number))) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".crt") {
            let der = crate::support::pem_blocks(&text(&file), "CERTIFICATE").remove(0);
            let sha256 = digest::digest(&digest::SHA256, &der).as_ref().to_vec();
            assert!(records.results.contains(&sha256), "{name} is on no record");
        }
    }
    succeeds(&mut site.keystead(&["audit", "verify"]));
    println!(
        "{killed_in_flight} of {KILLS} killed at work, {signatures} signatures, {} certificates on record, {} of them finished",
        records.certificates,
        records.results.len()
    );
}

/// What the inventory has, read by SQLite and not by our code.
struct Records {
    certificates: usize,
    serials: BTreeSet<Vec<u8>>,
    /// SHA-256 of everything that was recorded before it was signed.
    digests: BTreeSet<Vec<u8>>,
    /// The first half of each, as one line of the spy's log has it.
    prefixes: BTreeSet<Vec<u8>>,
    /// SHA-256 of the finished certificates.
    results: BTreeSet<Vec<u8>>,
}

impl Records {
    fn read(database: &Path) -> Self {
        let connection = rusqlite::Connection::open(database).expect("the inventory");
        let blobs = |query: &str| -> Vec<Vec<u8>> {
            let mut statement = connection.prepare(query).expect("a query");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            rows.map(|row| row.expect("a row")).collect()
        };
        let serials = blobs("SELECT serial FROM intent WHERE serial IS NOT NULL");
        let signed = blobs("SELECT tbs FROM intent UNION ALL SELECT message FROM challenge");
        let digests: BTreeSet<Vec<u8>> = signed
            .iter()
            .map(|bytes| digest::digest(&digest::SHA256, bytes).as_ref().to_vec())
            .collect();
        Self {
            certificates: serials.len(),
            serials: serials.into_iter().collect(),
            prefixes: digests.iter().map(|digest| digest[..16].to_vec()).collect(),
            digests,
            results: blobs("SELECT sha256 FROM result").into_iter().collect(),
        }
    }
}

/// What one log of the spy tells. Two threads write into it at once, piece by piece: a line of a dump
/// is one piece and always whole, but the lines of two calls may be mixed.
#[derive(Default)]
struct Calls {
    /// Digests from calls whose lines stand together.
    exact: Vec<Vec<u8>>,
    /// First lines of all dumps: 16 bytes each.
    lines: BTreeSet<Vec<u8>>,
    /// How many signatures came out.
    signatures: usize,
}

impl Calls {
    fn read(log: &Path) -> Option<Self> {
        let bytes = std::fs::read(log).ok()?;
        let log = String::from_utf8_lossy(&bytes);
        let mut calls = Self::default();
        let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
        for line in log.lines() {
            let Some((offset, bytes)) = dump_line(line) else { continue };
            *ends.entry(offset).or_default() += 1;
            if offset == 0 && bytes.len() == 16 {
                calls.lines.insert(bytes);
            }
        }
        // 64 bytes are a P-256 signature; what goes on to a fifth line is longer than one.
        let lines_at = |offset| ends.get(&offset).copied().unwrap_or(0);
        calls.signatures = lines_at(0x30) - lines_at(0x40);
        // Before the call, its data of 32 bytes; the spy writes this much without a pause.
        for data in log.split("[in] pData[ulDataLen] ").skip(1) {
            let mut lines = data.lines();
            let size = lines.next().unwrap_or_default();
            let first = lines.next().and_then(dump_line);
            let second = lines.next().and_then(dump_line);
            let next = lines.next().unwrap_or_default();
            if let (Some((0, mut digest)), Some((16, rest))) = (first, second)
                && size.ends_with("/ 32")
                && next.starts_with("[out] pSignature")
                && !next.contains("NULL")
            {
                digest.extend(rest);
                calls.exact.push(digest);
            }
        }
        Some(calls)
    }
}

/// `    00000010  FE 5B … 44  .[…`: the offset and up to 16 bytes.
fn dump_line(line: &str) -> Option<(usize, Vec<u8>)> {
    let line = line.strip_prefix("    ")?;
    let (offset, rest) = line.split_once("  ")?;
    let offset = (offset.len() == 8).then(|| usize::from_str_radix(offset, 16).ok())??;
    let hex = rest.get(..48)?;
    let bytes = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).ok());
    Some((offset, bytes.collect::<Option<Vec<u8>>>()?))
}

/// Requests of as many keys as there are clients, in one folder.
fn requests(site: &Site) -> PathBuf {
    let folder = site.path().join("requests");
    std::fs::create_dir(&folder).expect("a folder");
    for number in 0..REQUESTS {
        let name = format!("client-{number:04}");
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, &name);
        let request = parameters.serialize_request(&key).expect("a request");
        put(&folder.join(format!("{name}.csr")), request.pem().expect("PEM").as_bytes());
    }
    folder
}

/// Puts another module and two workers into the home's settings, as a person would with an editor.
fn use_module(site: &Site, module: &Path) {
    let settings = site.home().join("keystead.toml");
    let mut changed = String::new();
    for line in text(&settings).lines() {
        if line.starts_with("module") {
            changed
                .push_str(&format!("module = {:?}\nworkers = 2\n", module.display().to_string()));
        } else if !line.starts_with("workers") {
            changed.push_str(line);
            changed.push('\n');
        }
    }
    put(&settings, changed.as_bytes());
}

/// Anywhere in a batch: uniform, from the operating system's generator.
fn random_instant(whole: Duration) -> Duration {
    let fraction = f64::from(getrandom::u32().expect("random bytes")) / f64::from(u32::MAX);
    whole.mul_f64(fraction)
}

fn out(site: &Site, number: usize) -> PathBuf {
    site.path().join(format!("out-{number}"))
}

fn log(site: &Site, number: usize) -> PathBuf {
    site.path().join(format!("spy-{number}.log"))
}

fn files_if_any(folder: &Path) -> Vec<PathBuf> {
    if folder.exists() { files(folder) } else { Vec::new() }
}

#[test]
fn the_reader_of_the_spys_log_counts_signatures_and_sees_what_was_signed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("log");
    let query = "14: C_Sign\n[in] pData[ulDataLen] 00007ffd0f869f40 / 32\n\
        \x20   00000000  91 46 AC B9 0A 17 55 30 9B BA CD 0F 61 97 3F FB  .F....U0....a.?.\n\
        \x20   00000010  FE 5B 5C 38 FE D1 93 79 40 E0 39 7F CB 43 75 44  .[\\8...y@.9..CuD\n\
        [out] pSignature[*pulSignatureLen] NULL [size : 0x40 (64)]\nReturned:  0 CKR_OK\n";
    let signed = query.replace(
        "NULL [size : 0x40 (64)]",
        "00007ffd0f869d40 / 64\n\
        \x20   00000000  0A A2 DD BC 5E ED 2C E9 51 22 73 AB 7D 1D 43 58  ....^.,.Q\"s.}.CX\n\
        \x20   00000010  A1 7D 9E 14 4B 06 F4 74 F5 40 24 90 EF DA 30 03  .}..K..t.@$...0.\n\
        \x20   00000020  80 1A CC 54 E2 1D 4E B8 3D 46 AD 01 A6 80 B2 10  ...T..N.=F......\n\
        \x20   00000030  4E A6 B0 54 73 98 E1 F6 29 7E 11 72 41 25 40 33  N..Ts...)~.rA%@3",
    );
    put(&path, format!("{query}\n{signed}").as_bytes());
    let calls = Calls::read(&path).expect("a log");
    assert_eq!((calls.signatures, calls.exact.len(), calls.lines.len()), (1, 1, 2));
    assert_eq!(calls.exact[0][..2], [0x91, 0x46]);
    assert_eq!(calls.exact[0].len(), 32);
}
