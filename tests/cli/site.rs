//! A CA site for one test: SoftHSM token, PIN files, home, and what runs programs there.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// SoftHSM's module.
pub(crate) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// The PIN of every test token. A test PIN.
pub(crate) const TEST_PIN: &str = "test-pin-8461";

/// What a program said and how it ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A folder with a token; removed at the end.
pub(crate) struct Site {
    folder: tempfile::TempDir,
}

impl Run {
    pub(crate) fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Everything it said, for a failed assertion.
    pub(crate) fn story(&self) -> String {
        format!("exit {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }

    /// It did what was asked.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.story());
        self
    }

    /// It ended with `code`, and standard error says all of `words`.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.story());
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not said: {}", self.story());
        }
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    /// Ends with `code`, and its report holds `words`.
    pub(crate) fn fails_quietly(self, code: i32, words: &str) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.story());
        assert!(self.stdout.contains(words), "no {words:?}: {}", self.story());
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}", self.story()))
    }
}

impl Site {
    /// A folder with PIN files and a SoftHSM that has no token yet.
    pub(crate) fn blank() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(site.path("tokens")).unwrap();
        site.put("softhsm2.conf", &format!("directories.tokendir = {}\n", site.shown("tokens")));
        site.put_private("pin", TEST_PIN);
        site.put_private("so-pin", "test-so-pin-7305");
        site
    }

    /// With a token labelled `test`, and a home in `home`.
    pub(crate) fn new() -> Self {
        let site = Self::blank();
        site.token("test").done();
        site.init("home", "test").done();
        site
    }

    /// With a P-256 root `example` too.
    pub(crate) fn with_root() -> Self {
        let site = Self::new();
        site.root("example").done();
        site
    }

    pub(crate) fn token(&self, label: &str) -> Run {
        let (pin, so_pin) = (self.source("pin"), self.source("so-pin"));
        self.keystead(&[
            "token",
            "init",
            "--module",
            MODULE,
            "--label",
            label,
            "--pin-source",
            &pin,
            "--so-pin-source",
            &so_pin,
        ])
    }

    pub(crate) fn init(&self, home: &str, token: &str) -> Run {
        let pin = self.source("pin");
        let home = self.shown(home);
        self.keystead(&["init", &home, "--module", MODULE, "--token", token, "--pin-source", &pin])
    }

    pub(crate) fn root(&self, name: &str) -> Run {
        let subject = format!("CN={name} root,O=Example");
        self.keystead(&["ca", "root", name, "--subject", &subject, "--key", "ec-p256"])
    }

    /// `keystead` in the home `home`.
    pub(crate) fn keystead(&self, arguments: &[&str]) -> Run {
        self.keystead_in("home", arguments)
    }

    pub(crate) fn keystead_in(&self, home: &str, arguments: &[&str]) -> Run {
        Run::new(self.command(home, arguments).output().unwrap())
    }

    /// `keystead` with `input` on standard input.
    pub(crate) fn keystead_fed(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self
            .command("home", arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        Run::new(child.wait_with_output().unwrap())
    }

    pub(crate) fn command(&self, home: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keystead"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SOFTHSM2_CONF", self.path("softhsm2.conf"))
            .env("KEYSTEAD_HOME", self.path(home))
            .env_remove("KEYSTEAD_LOG")
            .stdin(Stdio::null());
        command
    }

    /// Another program, in the folder.
    pub(crate) fn program(&self, name: &str, arguments: &[&str]) -> Run {
        let output = Command::new(name)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SOFTHSM2_CONF", self.path("softhsm2.conf"))
            .stdin(Stdio::null())
            .output();
        Run::new(output.unwrap_or_else(|error| panic!("{name} is needed for this test: {error}")))
    }

    /// A P-256 key and a request for `name`, by openssl, in `file` and `file.key`; `more` are further
    /// arguments.
    pub(crate) fn request(&self, file: &str, name: &str, more: &[&str]) {
        let (subject, key) = (format!("/CN={name}"), format!("{file}.key"));
        let mut arguments = vec![
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            &key,
            "-subj",
            &subject,
            "-out",
            file,
        ];
        arguments.extend(more);
        self.program("openssl", &arguments).done();
    }

    /// A request as `tls-server` wants it.
    pub(crate) fn server_request(&self, file: &str, name: &str) {
        self.request(file, name, &["-addext", &format!("subjectAltName=DNS:{name}")]);
    }

    /// `keystead sign` under `tls-server` by `example` into `out`.
    pub(crate) fn sign(&self, requests: &[&str]) -> Run {
        let mut arguments = vec!["sign"];
        arguments.extend(requests);
        arguments.extend(["--issuer", "example", "--profile", "tls-server", "--out", "out"]);
        self.keystead(&arguments)
    }

    /// Everything that is on record but CRLs, as `inventory list --all --json`.
    pub(crate) fn entries(&self) -> Vec<serde_json::Value> {
        let run = self.keystead(&["inventory", "list", "--all", "--json"]).done();
        let is_crl = |entry: &serde_json::Value| entry["kind"] == "crl";
        run.json().as_array().unwrap().iter().filter(|entry| !is_crl(entry)).cloned().collect()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn shown(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn source(&self, name: &str) -> String {
        format!("file:{}", self.shown(name))
    }

    pub(crate) fn put(&self, name: &str, content: &str) {
        self.put_bytes(name, content.as_bytes());
    }

    /// A file with these octets.
    pub(crate) fn put_bytes(&self, name: &str, content: &[u8]) {
        write(&self.path(name), content, 0o644);
    }

    pub(crate) fn put_private(&self, name: &str, content: &str) {
        write(&self.path(name), content.as_bytes(), 0o600);
    }
}

/// A file with these octets and this mode.
pub(crate) fn write(path: &Path, content: &[u8], mode: u32) {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.create(true).truncate(true).write(true).mode(mode).open(path).unwrap();
    file.write_all(content).unwrap();
}
