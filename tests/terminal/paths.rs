//! What a folder of requests may hold beside requests, and where certificates may not be written.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::good;
use crate::site::{Run, Site};

/// A site with a folder `in` that holds one good request.
fn site() -> Site {
    let site = Site::with_root();
    std::fs::create_dir(site.path("in")).unwrap();
    put(&site, "in/good.csr");
    site
}

fn put(site: &Site, name: &str) {
    site.put_bytes(name, &good("a.example.com"));
}

/// Signs the folder `in` into `out`.
fn sign(site: &Site) -> Run {
    site.sign(&["in"]).clear("a folder")
}

/// What is in `out`.
fn issued(site: &Site) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(site.path("out")) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Twenty-one entries that are no requests: each is left alone and counted, and the good one is signed.
#[test]
fn links_devices_pipes_sockets_and_folders_are_left_alone() {
    let site = site();
    let at = |name: &str| site.path(&format!("in/{name}"));
    site.put("secret.csr", "not a request\n");
    put(&site, "elsewhere.csr");
    std::fs::create_dir(site.path("folder")).unwrap();
    let absolute = |target: &str| PathBuf::from(target);
    for (name, target) in [
        ("link-to-a-file.csr", site.path("elsewhere.csr")),
        ("link-to-its-neighbour.csr", at("good.csr")),
        ("relative-link.csr", absolute("good.csr")),
        ("link-upwards.csr", absolute("../elsewhere.csr")),
        ("link-to-a-secret.csr", site.path("pin")),
        ("link-to-a-folder.csr", site.path("folder")),
        ("link-to-null.csr", absolute("/dev/null")),
        ("link-to-zero.csr", absolute("/dev/zero")),
        ("link-to-random.csr", absolute("/dev/urandom")),
        ("link-to-a-terminal.csr", absolute("/dev/tty")),
        ("link-to-stdin.csr", absolute("/dev/stdin")),
        ("link-to-a-process.csr", absolute("/proc/self/environ")),
        ("link-to-itself.csr", at("link-to-itself.csr")),
        ("link-to-nothing.csr", absolute("/no/such/file")),
        ("link-to-the-home.csr", site.path("home")),
    ] {
        symlink(target, at(name)).unwrap();
    }
    symlink(at("link-to-a-file.csr"), at("link-to-a-link.csr")).unwrap();
    for name in ["pipe.csr", "pipe.pem"] {
        assert!(Command::new("mkfifo").arg(at(name)).status().unwrap().success());
    }
    let _socket = UnixListener::bind(at("socket.csr")).unwrap();
    std::fs::create_dir(at("folder.csr")).unwrap();
    std::fs::create_dir(at("folder.der")).unwrap();
    let run = sign(&site).done();
    assert!(run.stderr.contains("21 other entries are left alone"), "{}", run.story());
    assert_eq!(issued(&site), ["good.crt"]);
}

/// Names that a certificate may not inherit refuse the run before anything is signed.
#[test]
fn names_that_deceive_or_are_options_refuse_the_run() {
    let long = "a".repeat(201);
    for name in [
        "-rf.csr",
        "--profile=root-ca.csr",
        "-.csr",
        "..csr.csr",
        "...csr",
        ".hidden.csr",
        "a\nb.csr",
        "a\rb.csr",
        "a\tb.csr",
        "a\u{1b}[2Jb.csr",
        "a\u{202e}rsc.csr",
        "a\u{200b}b.csr",
        "a\\b.csr",
        &format!("{long}.csr"),
    ] {
        let site = site();
        put(&site, &format!("in/{name}"));
        let run = sign(&site);
        // A leading dot alone may make it no request at all, never a certificate.
        assert_ne!(run.code, Some(0), "{name:?}: {}", run.story());
        assert_eq!(issued(&site), [""; 0], "{name:?}");
        assert_eq!(site.entries().len(), 1, "{name:?}");
    }
}

/// Odd names that show what they are give their name to a certificate in the folder and nowhere else.
#[test]
fn odd_but_plain_names_are_kept_and_stay_in_the_folder() {
    let site = site();
    for name in [
        "trailing dot..csr",
        "trailing space .csr",
        "two  spaces.csr",
        "semi;colon.csr",
        "$(id).csr",
        "`id`.csr",
        "a'b\"c.csr",
        "a&b|c.csr",
        "star*.csr",
        "CON.csr",
        "\u{fc}mlaut.csr",
        "a..b.csr",
        "..a.csr.csr",
        "upper.CSR",
    ] {
        if !name.starts_with('.') {
            put(&site, &format!("in/{name}"));
        }
    }
    std::fs::hard_link(site.path("in/good.csr"), site.path("in/hard-link.csr")).unwrap();
    let before: Vec<PathBuf> = entries(site.path(".").as_path());
    sign(&site).done();
    assert_eq!(issued(&site).len(), 15);
    let mut after = entries(site.path(".").as_path());
    after.retain(|path| !path.ends_with("out"));
    assert_eq!(after, before);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    all.sort();
    all
}

#[test]
fn requests_that_would_become_one_file_are_found_before_anything_is_signed() {
    for pair in [["web.csr", "web.der"], ["web.csr", "web.CSR"], ["a.b.csr", "a.b.pem"]] {
        let site = site();
        for name in pair {
            put(&site, &format!("in/{name}"));
        }
        sign(&site).fails(2, &["would both become"]);
        assert_eq!(issued(&site), [""; 0]);
    }
}

#[test]
fn files_that_cannot_be_read_or_are_no_requests_are_refused_one_by_one() {
    let site = site();
    for (name, content) in [
        ("empty.csr", Vec::new()),
        ("one.csr", vec![0x30]),
        ("text.csr", b"hello\n".to_vec()),
        ("huge.csr", vec![0x30; 300 * 1024]),
        (
            "certificate.pem",
            b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".to_vec(),
        ),
        ("begin.pem", b"-----BEGIN CERTIFICATE REQUEST-----\n".to_vec()),
        ("zip.der", b"PK\x03\x04".to_vec()),
    ] {
        site.put_bytes(&format!("in/{name}"), &content);
    }
    let run = sign(&site).fails(1, &["1 of 8 issued"]);
    assert_eq!(
        run.stderr.lines().filter(|line| line.starts_with("refused: ")).count(),
        7,
        "{}",
        run.story()
    );
    assert_eq!(issued(&site), ["good.crt"]);
}

#[test]
fn a_certificate_is_never_written_through_a_link_or_over_a_file() {
    for kind in ["file", "dangling link", "link to a file", "folder", "pipe"] {
        let site = site();
        std::fs::create_dir(site.path("out")).unwrap();
        let place = site.path("out/good.crt");
        match kind {
            "file" => site.put("out/good.crt", "precious\n"),
            "dangling link" => symlink(site.path("stolen.crt"), &place).unwrap(),
            "link to a file" => {
                site.put("precious", "precious\n");
                symlink(site.path("precious"), &place).unwrap();
            }
            "folder" => std::fs::create_dir(&place).unwrap(),
            _ => assert!(Command::new("mkfifo").arg(&place).status().unwrap().success()),
        }
        let run = sign(&site);
        assert_ne!(run.code, Some(0), "{kind}: {}", run.story());
        assert!(!site.exists("stolen.crt"), "{kind}");
        assert_eq!(site.entries().len(), 1, "{kind}: nothing is signed");
        for name in ["out/good.crt", "precious"] {
            if site.path(name).is_file() {
                assert_eq!(site.read(name), "precious\n", "{kind}");
            }
        }
    }
}

#[test]
fn an_output_folder_that_is_none_signs_nothing() {
    for kind in ["file", "dangling link", "unwritable"] {
        let site = site();
        let out = site.path("out");
        match kind {
            "file" => site.put("out", "a file\n"),
            "dangling link" => symlink(site.path("nowhere/at/all"), &out).unwrap(),
            _ => {
                std::fs::create_dir(&out).unwrap();
                std::fs::set_permissions(&out, std::fs::Permissions::from_mode(0o500)).unwrap();
            }
        }
        let run = sign(&site);
        // The superuser writes everywhere.
        if kind == "unwritable" && run.code == Some(0) {
            continue;
        }
        assert_ne!(run.code, Some(0), "{kind}: {}", run.story());
        assert_eq!(site.entries().len(), 1, "{kind}");
    }
}

#[test]
fn a_link_to_an_output_folder_is_what_the_operator_said() {
    let site = site();
    std::fs::create_dir(site.path("real")).unwrap();
    symlink(site.path("real"), site.path("out")).unwrap();
    sign(&site).done();
    assert!(site.exists("real/good.crt"));
}

/// A stranger swaps files for links and pipes while requests are read: nothing is read through them.
#[test]
fn a_file_that_is_replaced_while_the_run_goes_on_is_not_followed() {
    let site = site();
    for number in 0..60 {
        put(&site, &format!("in/n{number:02}.csr"));
    }
    site.put("secret.csr", "not a request\n");
    let mut command = site.command("home", &[]);
    command.args(["sign", "in", "--issuer", "example", "--profile", "tls-server", "--out", "out"]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = child.spawn().unwrap();
    for number in (0..60).rev() {
        let path = site.path(&format!("in/n{number:02}.csr"));
        std::fs::remove_file(&path).unwrap();
        match number % 3 {
            0 => symlink(site.path("secret.csr"), &path).unwrap(),
            1 => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
            _ => std::fs::create_dir(&path).unwrap(),
        }
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    // However far it came, it ended by itself, and told of every file that was none any more.
    assert!(matches!(output.status.code(), Some(0..=3)), "{:?} {stderr}", output.status);
    assert!(!stderr.contains("not a request"), "{stderr}");
    for entry in issued(&site) {
        assert!(
            site.read(&format!("out/{entry}")).starts_with("-----BEGIN CERTIFICATE-----"),
            "{entry}"
        );
    }
}
