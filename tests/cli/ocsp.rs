//! OCSP: the responder's certificate, the server, and what openssl, GnuTLS and pkilint say of its answers.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use keystead::audit::Actor;
use keystead::base::algorithm::sha256;
use keystead::base::clock::{Clock as _, SystemClock};
use keystead::base::issuer_cert::IssuerCert;
use keystead::base::pem;
use keystead::base::revocation::Reason;
use keystead::inventory::{Inventory, Revocation};
use keystead::ocsp::{Response, get_path};
use rustix::process::{Pid, Signal, kill_process};

use crate::oracle::{oracle, said};
use crate::site::{Site, write};

const CA: &str = "home/issuers/example/ca.crt";

/// A running server; it ends with the test.
struct Server {
    child: Child,
    address: String,
    /// Where its signed answers are kept for the linters.
    answers: PathBuf,
}

impl Server {
    fn start(site: &Site, more: &[&str]) -> Self {
        let arguments = [&["ocsp", "serve", "--listen", "127.0.0.1:0", "--json"], more].concat();
        let mut command = site.command("home", &arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            panic!("{line:?}: {stderr}")
        });
        assert_eq!(told["issuers"][0], "example");
        let address = told["listening"].as_str().unwrap().to_owned();
        let answers = site.path("answers");
        std::fs::create_dir_all(&answers).unwrap();
        Self { child, address, answers }
    }

    /// Tells it to end, and waits.
    fn end(mut self) -> (Option<i32>, String) {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (status.code(), stderr)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Status line and headers in lower case, and the body, of one exchange.
    fn exchange(&self, head: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        let head = format!("{head}\r\nHost: ocsp.example.com\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        // A server that refuses the rest may have closed.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
            panic!("no HTTP: {:?}", String::from_utf8_lossy(&answer));
        });
        let head = String::from_utf8(answer[..split].to_vec()).unwrap().to_lowercase();
        let body = answer[split + 4..].to_vec();
        // Those that are not signed have five octets.
        if head.starts_with("http/1.1 200") && body.len() > 5 {
            let name = hex::encode(sha256(&body));
            write(&self.answers.join(name), &body, 0o644);
        }
        (head, body)
    }

    fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.exchange(&format!("GET /{path} HTTP/1.1"), &[])
    }

    fn post(&self, request: &[u8]) -> (String, Vec<u8>) {
        let length = request.len();
        let head = format!(
            "POST / HTTP/1.1\r\nContent-Type: application/ocsp-request\r\nContent-Length: {length}"
        );
        self.exchange(&head, request)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// With a responder, and `out/web.crt`.
fn site() -> Site {
    let site = Site::with_root();
    site.keystead(&["ocsp", "setup", "example"]).done();
    site.server_request("web.csr", "web.example.com");
    site.sign(&["web.csr"]).done();
    site
}

fn certificate(site: &Site, path: &str) -> Vec<u8> {
    pem::decode_all(pem::CERTIFICATE, &site.read(path)).unwrap().remove(0)
}

fn revoke(site: &Site, serial: &str) {
    let issuer = IssuerCert::from_der(&certificate(site, CA)).unwrap();
    let mut inventory = Inventory::open(&site.path("home"), Actor::current()).unwrap();
    let revocation = Revocation {
        authority_key: issuer.spki().sha256(),
        serial: hex::decode(serial).unwrap(),
        intent: None,
        date: SystemClock.now(),
        reason: Reason::KeyCompromise,
        invalidity: None,
        not_after: None,
        point: String::new(),
        ca: None,
        block_key: None,
    };
    assert_eq!(inventory.revoke(&[revocation], SystemClock.now()).unwrap(), [true]);
}

fn serial_of(site: &Site, path: &str) -> String {
    let run = site.program("openssl", &["x509", "-in", path, "-noout", "-serial"]).done();
    run.stdout.trim().trim_start_matches("serial=").to_lowercase()
}

/// An OCSP request for `out/web.crt` by openssl, whose options for it come first.
fn request(site: &Site, more: &[&str]) -> Vec<u8> {
    let ask = ["-issuer", CA, "-cert", "out/web.crt", "-reqout", "request.der"];
    site.program("openssl", &[&["ocsp"], more, &ask].concat()).done();
    std::fs::read(site.path("request.der")).unwrap()
}

/// What openssl says of a response.
fn judged(site: &Site, response: &[u8]) -> String {
    site.put_bytes("response.der", response);
    let read = ["ocsp", "-respin", "response.der", "-issuer", CA, "-cert", "out/web.crt"];
    let run = site.program("openssl", &[&read[..], &["-CAfile", CA]].concat()).done();
    assert!(run.stderr.contains("Response verify OK"), "{}", run.story());
    run.stdout
}

#[test]
fn openssl_gets_good_revoked_and_unknown_with_and_without_nonce_by_both_hashes() {
    let site = site();
    let server = Server::start(&site, &["--unknown", "status"]);
    let asked = Cell::new(0);
    let ask = |hash: &'static str, nonce: &'static str, certificate: &[&str]| {
        let fixed = ["ocsp", "-issuer", CA, hash];
        let file = format!("answers/{}", asked.replace(asked.get() + 1));
        let rest = [nonce, "-url", &server.address, "-CAfile", CA, "-respout", &file];
        let run = site.program("openssl", &[&fixed[..], certificate, &rest].concat()).done();
        assert!(run.stderr.contains("Response verify OK"), "{}", run.story());
        assert!(!run.stderr.contains("no nonce"), "{}", run.story());
        run.stdout
    };
    let ways = [
        ("-sha1", "-nonce"),
        ("-sha1", "-no_nonce"),
        ("-sha256", "-nonce"),
        ("-sha256", "-no_nonce"),
    ];
    for (hash, nonce) in ways {
        let said = ask(hash, nonce, &["-cert", "out/web.crt"]);
        assert!(said.contains("web.crt: good"), "{said}");
        let said = ask(hash, nonce, &["-serial", "0x1234"]);
        assert!(said.contains("0x1234: unknown"), "{said}");
        let said = ask(hash, nonce, &["-cert", "out/web.crt", "-serial", "0x1234"]);
        assert!(said.contains("good") && said.contains("unknown"), "{said}");
    }
    revoke(&site, &serial_of(&site, "out/web.crt"));
    for (hash, nonce) in ways {
        let said = ask(hash, nonce, &["-cert", "out/web.crt"]);
        assert!(said.contains("revoked") && said.contains("keyCompromise"), "{said}");
    }
    let (code, stderr) = server.end();
    assert_eq!((code, stderr.trim()), (Some(0), "ended as told"));
    site.keystead(&["audit", "verify"]).done();
    // Good, unknown, both at once, revoked; each by both hashes, with and without nonce.
    assert_eq!(asked.get(), 16);
    assert!(site.lint_responses("answers") >= 12, "cached ones are the same");
}

#[test]
fn gnutls_and_pkilint_accept_the_answers() {
    let site = site();
    let server = Server::start(&site, &[]);
    if let Some(ocsptool) = oracle("ocsptool") {
        for nonce in [&["--nonce"][..], &[]] {
            let run = Command::new(&ocsptool)
                .args([&format!("--ask={}", server.address), "--load-cert", "out/web.crt"])
                .args(["--load-issuer", CA, "--load-trust", CA])
                .args(nonce)
                .current_dir(site.path("."))
                .output()
                .unwrap();
            let said = said(&run);
            assert!(said.contains("Certificate Status: good"), "{said}");
            assert!(said.contains("Verifying OCSP Response: Success"), "{said}");
            assert_eq!(said.contains("Nonce:"), !nonce.is_empty(), "{said}");
        }
    }
    let hashes = ["-sha1", "-sha256", "-sha384", "-sha512"];
    for hash in hashes {
        for nonce in ["-no_nonce", "-nonce"] {
            server.post(&request(&site, &[nonce, hash]));
        }
    }
    // One certificate by all hashes in one request.
    let all = hashes.map(|hash| [hash, "-cert", "out/web.crt"]).concat();
    let all = request(&site, &[&["-no_nonce", "-issuer", CA][..], &all].concat());
    let (_, answer) = server.post(&all);
    let found = Response::from_der(&answer).unwrap();
    assert_eq!(found.answers.len(), hashes.len(), "the last one is asked about twice");
    assert_eq!(site.lint_responses("answers"), 2 * hashes.len() + 1);
}

#[test]
fn a_get_is_answered_like_a_post_with_what_caches_need() {
    let site = site();
    let server = Server::start(&site, &[]);
    let asked = request(&site, &["-no_nonce"]);
    let (head, posted) = server.post(&asked);
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let (head, got) = server.get(&get_path(&asked));
    assert_eq!(got, posted);
    assert!(judged(&site, &got).contains("web.crt: good"));
    for part in [
        "content-type: application/ocsp-response",
        "cache-control: max-age=1",
        ", public, no-transform, must-revalidate",
        "last-modified: ",
        "expires: ",
    ] {
        assert!(head.contains(part), "no {part:?} in {head}");
    }
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let path = get_path(&asked);
    let again = format!("GET /{path} HTTP/1.1\r\nIf-None-Match: {tag}");
    let (head, body) = server.exchange(&again, &[]);
    assert!(head.starts_with("http/1.1 304") && body.is_empty(), "{head}");

    // With a nonce it is for one client alone.
    let (head, _) = server.post(&request(&site, &["-nonce"]));
    assert!(head.contains("cache-control: no-store") && !head.contains("etag"), "{head}");
    assert_eq!(site.lint_responses("answers"), 2);
}

#[test]
fn what_is_no_ocsp_is_refused_in_the_words_of_http() {
    let site = site();
    let server = Server::start(&site, &[]);
    for (head, body, expected) in [
        ("PUT / HTTP/1.1\r\nContent-Length: 0", 0, "405"),
        ("HEAD / HTTP/1.1", 0, "405"),
        ("POST / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 1", 1, "415"),
        ("POST / HTTP/1.1\r\nContent-Length: 1", 1, "415"),
        (
            "POST / HTTP/1.1\r\nContent-Type: application/ocsp-request\r\nContent-Length: 10241",
            10_241,
            "413",
        ),
        (
            "POST / HTTP/1.1\r\nContent-Type: application/ocsp-request\r\nContent-Length: 99999999999",
            0,
            "413",
        ),
        ("GET / HTTP/1.1", 0, "400"),
        ("GET /no*base64 HTTP/1.1", 0, "400"),
    ] {
        let (found, _) = server.exchange(head, &vec![b'0'; body]);
        assert!(found.starts_with(&format!("http/1.1 {expected}")), "{head}: {found}");
        let allow = found.contains("allow: get, post");
        assert_eq!(allow, expected == "405", "{found}");
    }
    // Well-formed HTTP, malformed OCSP: an unsigned answer, which is never kept.
    let (head, body) = server.post(&[0x30, 0x00]);
    assert!(head.starts_with("http/1.1 200") && head.contains("no-store"), "{head}");
    assert_eq!(body, [0x30, 3, 0x0a, 1, 1]);
    let (_, body) = server.get("MAA%3D");
    assert_eq!(body, [0x30, 3, 0x0a, 1, 1]);
    // A chunked body has no length to look at.
    let chunk = [&b"2800\r\n"[..], &[b'0'; 0x2800], b"\r\n1\r\n0\r\n0\r\n\r\n"].concat();
    let chunked =
        "POST / HTTP/1.1\r\nContent-Type: application/ocsp-request\r\nTransfer-Encoding: chunked";
    let (head, _) = server.exchange(chunked, &chunk);
    assert!(head.starts_with("http/1.1 413"), "{head}");
    // A head that does not end.
    let long = format!("GET /{} HTTP/1.1", "M".repeat(100_000));
    let (head, _) = server.exchange(&long, &[]);
    assert!(head.starts_with("http/1.1 414") || head.starts_with("http/1.1 431"), "{head}");
    let (code, stderr) = server.end();
    assert_eq!((code, stderr.trim()), (Some(0), "ended as told"));
}

#[test]
fn an_unknown_serial_is_unauthorized_unless_told_otherwise() {
    let site = site();
    let server = Server::start(&site, &[]);
    let ask = ["ocsp", "-issuer", CA, "-serial", "0x1234", "-url", &server.address, "-CAfile", CA];
    let run = site.program("openssl", &ask);
    assert!(run.stdout.contains("unauthorized (6)"), "{}", run.story());
}

#[test]
fn a_connection_that_says_nothing_does_not_keep_the_server_from_ending() {
    let site = site();
    let server = Server::start(&site, &[]);
    let silent = server.connect();
    let mut half = server.connect();
    half.write_all(b"GET /MA").unwrap();
    let (code, _) = server.end();
    assert_eq!(code, Some(0));
    drop((silent, half));
}

#[test]
fn setup_makes_one_key_and_a_certificate_when_it_is_due() {
    let site = Site::with_root();
    let serve = ["ocsp", "serve"];
    site.keystead(&serve).fails(2, &["no issuer of this home has an OCSP responder", "ocsp setup"]);
    let first = site.keystead(&["ocsp", "setup", "example", "--json"]).done().json();
    assert_eq!((&first["new"], &first["key_label"]), (&true.into(), &"example-ocsp".into()));
    let second = site.keystead(&["ocsp", "setup", "example", "--json"]).done().json();
    assert_eq!((&second["new"], &second["serial"]), (&false.into(), &first["serial"]));
    let third = ["ocsp", "setup", "example", "--renew", "--days", "7", "--json"];
    let third = site.keystead(&third).done().json();
    assert_eq!(third["spki_sha256"], first["spki_sha256"]);
    assert_ne!(third["serial"], first["serial"]);
    site.keystead(&["ocsp", "setup", "example", "--renew", "--days", "91"]).fails(1, &["7776000"]);
    let path = third["certificate"].as_str().unwrap();
    let verify = ["verify", "-x509_strict", "-purpose", "ocsphelper", "-CAfile", CA, path];
    site.program("openssl", &verify).done();
    site.keystead(&["lint", path, "--issuer", CA]).done();
    let keys = site.keystead(&["key", "list", "--json"]).done().json();
    assert_eq!(keys.as_array().unwrap().len(), 2);
}

#[test]
fn the_key_of_a_ca_is_no_key_of_a_responder() {
    let site = Site::with_root();
    site.root("other").done();
    for label in ["example", "other"] {
        let setup = ["ocsp", "setup", "example", "--existing-key", "--key-label", label];
        site.keystead(&setup).fails(1, &["is that of the issuer", "needs a key of its own"]);
    }
    assert!(!site.exists("home/issuers/example/ocsp"));
}

#[test]
fn a_certificate_that_is_none_of_the_responder_stops_it_with_its_name() {
    let site = site();
    std::fs::copy(site.path("out/web.crt"), site.path("home/issuers/example/ocsp/web.crt"))
        .unwrap();
    let serve = ["ocsp", "serve", "--listen", "127.0.0.1:0"];
    site.keystead(&serve).fails(3, &["web.crt is not a usable certificate", "OCSPSigning alone"]);
}

/// A web server that knows files alone.
struct Static(Child, u16);

impl Static {
    fn start(site: &Site, folder: &str) -> Self {
        let mut child = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder])
            .current_dir(site.path("."))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split(' ').skip_while(|word| *word != "port").nth(1).unwrap();
        Self(child, port.parse().unwrap())
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.1)).unwrap();
        write!(stream, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let found = answer.starts_with(b"HTTP/1.0 200");
        found.then(|| answer[split + 4..].to_vec())
    }
}

impl Drop for Static {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_static_web_server_hands_out_what_was_signed_in_advance() {
    let site = site();
    let presign = ["ocsp", "presign", "--out", "responses", "--json"];
    let first = site.keystead(&presign).done().json();
    // Root, responder and leaf, each by both hashes.
    assert_eq!(
        (&first["issuers"][0]["signed"], &first["issuers"][0]["certificates"]),
        (&6.into(), &3.into())
    );
    let server = Static::start(&site, "responses");
    let asked = |hash| get_path(&request(&site, &["-no_nonce", hash]));
    for hash in ["-sha1", "-sha256"] {
        let response = server.get(&asked(hash)).unwrap();
        site.put_bytes("response.der", &response);
        let read = [
            "ocsp",
            "-respin",
            "response.der",
            "-issuer",
            CA,
            hash,
            "-cert",
            "out/web.crt",
            "-CAfile",
            CA,
        ];
        let run = site.program("openssl", &read).done();
        assert!(run.stdout.contains("web.crt: good"), "{}", run.story());
    }
    let again = site.keystead(&presign).done().json();
    assert_eq!(
        (&again["issuers"][0]["signed"], &again["issuers"][0]["unchanged"]),
        (&0.into(), &6.into())
    );

    revoke(&site, &serial_of(&site, "out/web.crt"));
    let changed = site.keystead(&presign).done().json();
    assert_eq!(changed["issuers"][0]["signed"], 2);
    let revoked = judged(&site, &server.get(&asked("-sha1")).unwrap());
    assert!(revoked.contains("web.crt: revoked"), "{revoked}");
    assert_eq!(server.get("MAA%3D"), None, "what is unknown has no file");
    assert_eq!(site.lint_responses("responses"), 6);
    site.keystead(&["audit", "verify"]).done();
}
