//! A process and a SoftHSM folder for each test: PKCS#11 state belongs to the process, and SoftHSM
//! reads its folder's place from the environment.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::challenge::{ChallengeLog, Unrecorded};
use keystead::base::secret::Pin;
use keystead::token::{
    KeySelector, PinSource, Token, TokenError, TokenKey, TokenSettings, TokenUri,
};

pub(crate) const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";
pub(crate) const SPY: &str = "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so";
pub(crate) const PIN: &str = "918273645";
pub(crate) const SO_PIN: &str = "546372819";

const FOLDER: &str = "KEYSTEAD_TEST_FOLDER";

/// The folder of a test and what is in it.
pub(crate) struct Sandbox {
    folder: PathBuf,
}

/// Runs `body` in a process of its own. `test` is the test's whole name: the process runs this same
/// binary with that test alone, and arrives here again.
pub(crate) fn isolated(test: &str, body: impl FnOnce(&Sandbox)) {
    if let Some(sandbox) = child() {
        return body(&sandbox);
    }
    let (_folder, mut command) = isolated_parts(test);
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stdout.contains("1 passed"),
        "{}\n{stdout}\n{stderr}",
        output.status
    );
}

/// The sandbox, in the process that has one.
pub(crate) fn child() -> Option<Sandbox> {
    std::env::var_os(FOLDER).map(|folder| Sandbox { folder: folder.into() })
}

/// The folder of a test, and the command that runs it there.
pub(crate) fn isolated_parts(test: &str) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    write(&configuration, 0o644, text.as_bytes());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder.path())
        .env("SOFTHSM2_CONF", &configuration)
        .env("PKCS11SPY", SOFTHSM)
        .env("PKCS11SPY_OUTPUT", folder.path().join("spy.log"));
    (folder, command)
}

/// Writes a new file with these permissions.
pub(crate) fn write(path: &Path, mode: u32, content: &[u8]) {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .unwrap()
        .write_all(content)
        .unwrap();
}

/// Runs a program to its successful end and gives its output.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{stdout}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}

/// For PIN sources that ask nobody.
pub(crate) fn no_prompt(_: &str) -> std::io::Result<Pin> {
    panic!("nobody should be asked")
}

/// An error and everything behind it, as text.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl Sandbox {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new token with [`PIN`].
    pub(crate) fn provision(&self, label: &str) {
        run(
            "softhsm2-util",
            &["--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", PIN],
        );
    }

    pub(crate) fn settings(&self, label: &str) -> TokenSettings {
        let file = self.path("pin");
        if !file.exists() {
            write(&file, 0o600, format!("{PIN}\n").as_bytes());
        }
        TokenSettings {
            module: SOFTHSM.into(),
            uri: TokenUri::with_label(label).unwrap(),
            pin_source: PinSource::File(file),
            workers: None,
        }
    }

    pub(crate) fn open(&self, label: &str) -> Token {
        Token::open(&self.settings(label), &no_prompt).unwrap()
    }

    /// A new token, open.
    pub(crate) fn fresh(&self, label: &str) -> Token {
        self.provision(label);
        self.open(label)
    }

    /// The functions that were called through [`SPY`], in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.path("spy.log")).unwrap();
        log.lines()
            .filter_map(|line| line.split_once(": C_"))
            .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|(_, name)| format!("C_{}", name.trim()))
            .collect()
    }
}

/// Runs OpenSC's tool, logged in to the token `ca`.
pub(crate) fn pkcs11_tool(arguments: &[&str]) -> String {
    let login = ["--module", SOFTHSM, "--token-label", "ca", "--login", "--pin", PIN];
    run("pkcs11-tool", &[&login, arguments].concat())
}

pub(crate) fn labelled(label: &str) -> KeySelector {
    KeySelector { label: Some(label.to_owned()), id: None }
}

pub(crate) fn open_key(
    token: &Token,
    label: &str,
    algorithm: SignatureAlgorithm,
) -> Result<TokenKey, TokenError> {
    token.open_key(&labelled(label), None, algorithm, &mut Unrecorded)
}

/// Keeps what is recorded.
#[derive(Default)]
pub(crate) struct Recorded(pub(crate) Vec<([u8; 32], Vec<u8>)>);

impl ChallengeLog for Recorded {
    fn record_challenge(
        &mut self,
        key: [u8; 32],
        message: &[u8],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.push((key, message.to_vec()));
        Ok(())
    }
}
