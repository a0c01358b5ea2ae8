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
    // In memory where there is room: a killed process loses nothing that it has written, so what a disk
    // would do is of no matter here, and a batch is over in a second or two.
    let site = Site::in_folder(memory().as_deref());
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
    let (out, log) = (site.path().join("out"), site.path().join("spy.log"));
    let run = || {
        let mut command = site.keystead(&["sign"]);
        command
            .arg(&requests)
            .args(["--issuer", "batch", "--profile", "tls-client", "--skip-existing", "--out"])
            .arg(&out)
            .env("PKCS11SPY", site.module())
            .env("PKCS11SPY_OUTPUT", &log)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let mut runs = Vec::new();

    // Once undisturbed, to know how long a batch takes.
    let began = Instant::now();
    assert!(run().status().expect("runs").success());
    let whole = began.elapsed();
    runs.push(Run::take(&out, &log));
    assert_eq!(runs[0].certificates.len(), REQUESTS);

    let mut killed_at_work = 0;
    for _ in 0..KILLS {
        let mut child = run().spawn().expect("starts");
        std::thread::sleep(random_instant(whole));
        child.kill().expect("killed");
        killed_at_work += usize::from(!child.wait().expect("ended").success());
        runs.push(Run::take(&out, &log));
    }
    assert!(killed_at_work > KILLS / 2, "only {killed_at_work} were still at work");

    // Killed once more, in the middle; the next run passes over what is there, and completes.
    let mut child = run().spawn().expect("starts");
    std::thread::sleep(whole / 2);
    child.kill().expect("killed");
    child.wait().expect("ended");
    let output = run().stderr(Stdio::piped()).output().expect("runs");
    assert!(output.status.success(), "{}", said(&output));
    runs.push(Run::take(&out, &log));
    assert_eq!(runs.last().map(|run| run.certificates.len()), Some(REQUESTS));

    let records = Records::read(&site.home().join("inventory.db"));
    assert_eq!(records.serials.len(), records.certificates, "a serial is on record twice");
    let released: Vec<&Vec<u8>> = runs.iter().flat_map(|run| &run.serials).collect();
    let distinct: BTreeSet<_> = released.iter().collect();
    assert_eq!(distinct.len(), released.len(), "a serial was released twice");
    let (mut signatures, mut exact, mut mixed) = (0, 0, 0);
    for (number, run) in runs.iter().enumerate() {
        for digest in &run.calls.signed {
            if records.digests.contains(digest) {
                exact += 1;
                continue;
            }
            // The second line may be that of a call in the other thread. What is on no record has
            // halves that are on none either.
            let (first, second) = digest.split_at(16);
            assert!(
                records.prefixes.contains(first) && records.suffixes.contains(second),
                "run {number}: the token signed {}, which is on no record",
                hex::encode(digest)
            );
            mixed += 1;
        }
        let recorded =
            run.calls.lines.iter().filter(|line| records.prefixes.contains(*line)).count();
        assert!(
            run.calls.signatures <= recorded,
            "run {number}: {} signatures, {recorded} of them recorded",
            run.calls.signatures
        );
        // What was released is complete in the record.
        for sha256 in &run.certificates {
            assert!(records.results.contains(sha256), "run {number} released what is on no record");
        }
        signatures += run.calls.signatures;
    }
    // Two whole batches and something of the others: what was counted are signatures.
    assert!(signatures > 2 * REQUESTS, "the spy saw {signatures} signatures");
    assert!(exact * 2 > signatures, "only {exact} of {signatures} calls could be read to the byte");
    succeeds(&mut site.keystead(&["audit", "verify"]));
    println!(
        "{killed_at_work} of {KILLS} killed at work; {signatures} signatures, {exact} of them compared to the byte, {mixed} mixed; \
         {} certificates on record, {} of them finished; a batch took {whole:?}",
        records.certificates,
        records.results.len()
    );
}

/// What one run left: the certificates it released and what the spy saw of it.
struct Run {
    /// SHA-256 of each.
    certificates: Vec<Vec<u8>>,
    serials: Vec<Vec<u8>>,
    calls: Calls,
}

impl Run {
    /// Reads and clears both, so that the next run starts from nothing.
    fn take(out: &Path, log: &Path) -> Self {
        let (mut certificates, mut serials) = (Vec::new(), Vec::new());
        for file in if out.exists() { files(out) } else { Vec::new() } {
            // A temporary file of a killed run has another name, and was never released.
            if file.extension().is_some_and(|extension| extension == "crt") {
                let der = crate::support::pem_blocks(&text(&file), "CERTIFICATE").remove(0);
                certificates.push(sha256(&der));
                let parsed = x509_parser::parse_x509_certificate(&der).expect("a certificate").1;
                serials.push(parsed.raw_serial().to_vec());
            }
        }
        let calls = Calls::read(log).unwrap_or_default();
        let _ = std::fs::remove_dir_all(out);
        let _ = std::fs::remove_file(log);
        Self { certificates, serials, calls }
    }
}

/// What the inventory has, read by SQLite and not by our code.
struct Records {
    certificates: usize,
    serials: BTreeSet<Vec<u8>>,
    /// SHA-256 of everything that was recorded before it was signed.
    digests: BTreeSet<Vec<u8>>,
    /// The first half of each, as one line of the spy's log has it.
    prefixes: BTreeSet<Vec<u8>>,
    /// The second half of each.
    suffixes: BTreeSet<Vec<u8>>,
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
        let digests: BTreeSet<Vec<u8>> = signed.iter().map(|bytes| sha256(bytes)).collect();
        Self {
            certificates: serials.len(),
            serials: serials.into_iter().collect(),
            prefixes: digests.iter().map(|digest| digest[..16].to_vec()).collect(),
            suffixes: digests.iter().map(|digest| digest[16..].to_vec()).collect(),
            digests,
            results: blobs("SELECT sha256 FROM result").into_iter().collect(),
        }
    }
}

/// What one log of the spy tells. Two threads write into it at once, piece by piece: a line of a dump
/// is one piece and always whole, but the lines of two calls may be mixed.
#[derive(Default)]
struct Calls {
    /// What was signed, 32 bytes of two lines that stand together. They are one call's, unless both
    /// threads wrote at once.
    signed: Vec<Vec<u8>>,
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
        // Before the call, its data of 32 bytes.
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
                calls.signed.push(digest);
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

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// A folder in memory with room for two thousand files and a few logs.
fn memory() -> Option<PathBuf> {
    let folder = PathBuf::from("/dev/shm");
    let room = rustix::fs::statvfs(&folder).ok()?;
    (room.f_bavail * room.f_frsize > 1 << 29).then_some(folder)
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
    assert_eq!((calls.signatures, calls.signed.len(), calls.lines.len()), (1, 1, 2));
    assert_eq!(calls.signed[0][..2], [0x91, 0x46]);
    assert_eq!(calls.signed[0].len(), 32);
}
