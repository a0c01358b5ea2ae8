//! The PIN is in memory for the login and not after it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::Command;
use std::time::{Duration, Instant};

use keystead::base::algorithm::{KeyAlgorithm, SignatureAlgorithm};
use keystead::token::Token;

use crate::sandbox::{SO_PIN, child, isolated_parts, no_prompt, open_key, write};

const TEST: &str = "memory::nothing_of_the_pin_stays_in_the_process_after_the_login";

#[test]
fn nothing_of_the_pin_stays_in_the_process_after_the_login() {
    if let Some(sandbox) = child() {
        // This process meets the PIN through its file alone.
        let token = Token::open(&sandbox.settings("ca"), &no_prompt).unwrap();
        token.generate("root", KeyAlgorithm::EcP256).unwrap();
        let key = open_key(&token, "root", SignatureAlgorithm::EcdsaSha256).unwrap();
        key.sign(b"message").unwrap();
        let marker = std::fs::read(sandbox.path("marker")).unwrap();
        write(&sandbox.path("ready"), 0o600, b"");
        wait_for(|| sandbox.path("looked").exists());
        drop((key, token, std::hint::black_box(marker)));
        return;
    }
    let (folder, mut command) = isolated_parts(TEST);
    let random =
        || hex::encode(rcgen::KeyPair::generate().unwrap().public_key_raw())[..24].to_owned();
    let (pin, marker) = (random(), random());
    write(&folder.path().join("pin"), 0o600, pin.as_bytes());
    write(&folder.path().join("marker"), 0o600, marker.as_bytes());
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "ca", "--so-pin", SO_PIN, "--pin", &pin])
        .env("SOFTHSM2_CONF", folder.path().join("softhsm2.conf"))
        .output()
        .unwrap();
    assert!(made.status.success());

    let mut process = command.spawn().unwrap();
    wait_for(|| {
        assert_eq!(process.try_wait().unwrap(), None, "the process ended early");
        folder.path().join("ready").exists()
    });
    let found = [&pin, &marker].map(|text| occurrences(process.id(), text.as_bytes()));
    write(&folder.path().join("looked"), 0o600, b"");
    assert!(process.wait().unwrap().success());
    assert!(found[1] > 0, "the search finds what is there");
    assert_eq!(found[0], 0, "copies of the PIN");
}

fn wait_for(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited too long");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// How often `text` is in the writable memory of a process.
fn occurrences(process: u32, text: &[u8]) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = std::fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let mut count = 0;
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (range, permissions) = (fields.next().unwrap(), fields.next().unwrap());
        if !permissions.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|digits| u64::from_str_radix(digits, 16).unwrap());
        memory.seek(SeekFrom::Start(start)).unwrap();
        let mut content = vec![0; usize::try_from(end - start).unwrap()];
        // Guard pages and the like cannot be read.
        if memory.read_exact(&mut content).is_ok() {
            count += content.windows(text.len()).filter(|window| *window == text).count();
        }
    }
    count
}
