//! The exported audit chain, checked by a program that is not ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use keystead::audit::Actor;
use keystead::base::clock::{Clock as _, SystemClock};
use keystead::inventory::{Inventory, Refusal, StoreError};

/// The recipe of the documentation of `audit`, to the letter.
const RECIPE: &str = r#"
import hashlib, json, struct, sys
prev = bytes(32)
for seq, line in enumerate(sys.stdin, 1):
    row = json.loads(line)
    message = prev + struct.pack(">QQ", row["seq"], row["at"]) + row["event"].encode()
    assert row["seq"] == seq and row["prev"] == prev.hex(), row["seq"]
    prev = hashlib.sha256(message).digest()
    assert row["hash"] == prev.hex(), row["seq"]
"#;

fn python_accepts(lines: &[String]) -> bool {
    let mut child = Command::new("python3")
        .args(["-c", RECIPE])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 is installed");
    // It may stop reading at the first bad row.
    let _ = child.stdin.take().unwrap().write_all(lines.concat().as_bytes());
    child.wait().unwrap().success()
}

fn exported() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut inventory = Inventory::open(folder.path(), Actor::current()).unwrap();
    let now = SystemClock.now();
    let details = serde_json::json!({"label": "Wurzel-Schlüssel \"1\"", "tab": "\t"});
    inventory.record_event("key-generated", details, now).unwrap();
    let refusal = Refusal {
        issuer: "web".into(),
        profile: "tls-server".into(),
        request_sha256: [8; 32],
        reason: "the request asks for CA:TRUE".into(),
    };
    inventory.record_refusals(&vec![refusal; 20], now).unwrap();
    let mut lines = Vec::new();
    inventory
        .export_audit::<StoreError>(|row| {
            lines.push(serde_json::to_string(row).unwrap() + "\n");
            Ok(())
        })
        .unwrap();
    assert_eq!(lines.len(), 22);
    lines
}

#[test]
fn the_documented_recipe_accepts_the_export() {
    assert!(include_str!("../../src/audit/mod.rs").replace("//! ", "").contains(RECIPE.trim()));
    assert!(python_accepts(&exported()));
}

#[test]
fn the_documented_recipe_finds_a_changed_a_missing_and_a_moved_row() {
    let lines = exported();
    let mut changed = lines.clone();
    changed[3] = changed[3].replace("CA:TRUE", "CA:FALSE");
    let mut missing = lines.clone();
    missing.remove(7);
    let mut moved = lines;
    moved.swap(4, 5);
    for tampered in [changed, missing, moved] {
        assert!(!python_accepts(&tampered));
    }
}
