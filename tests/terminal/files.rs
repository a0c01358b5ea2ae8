//! Hostile strings where a person names something: files, profiles, issuers, options, cluster files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use crate::desk::good;
use crate::site::Site;
use crate::strings::hostile;

/// What no path holds.
fn as_name(text: &str) -> Option<String> {
    (!text.contains(['/', '\0'])).then(|| text.to_owned())
}

#[test]
fn hostile_names_of_files_profiles_issuers_and_homes_are_shown_escaped() {
    let site = Site::with_root();
    site.put_bytes("good.csr", &good("a.example.com"));
    let mut ran = 0;
    for (number, name) in hostile().iter().filter_map(|text| as_name(text)).enumerate() {
        let file = format!("{name}.csr");
        let cluster = format!("{name}.yaml");
        let sign = |request: &str, issuer: &str, profile: &str, out: &str| {
            ["sign", request, "--issuer", issuer, "--profile", profile, "--out", out]
                .map(str::to_owned)
        };
        // Each string in one place; the first twenty of every kind in all of them.
        let everywhere = number % 10 == 0;
        let wanted = |place: usize| everywhere || number % 8 == place;
        let mut runs: Vec<Vec<String>> = Vec::new();
        if wanted(0) {
            site.put_bytes(&file, &good("a.example.com"));
            runs.push(sign(&file, "example", "tls-server", "out").to_vec());
        }
        if wanted(1) {
            runs.push(sign(&format!("absent/{file}"), "example", "tls-server", "out").to_vec());
        }
        if wanted(2) {
            runs.push(sign("good.csr", "example", &name, "out").to_vec());
        }
        if wanted(3) {
            runs.push(sign("good.csr", &name, "tls-server", "out").to_vec());
        }
        if wanted(4) {
            runs.push(
                sign("good.csr", "example", "tls-server", &format!("good.csr/{name}")).to_vec(),
            );
        }
        if wanted(5) {
            runs.push(["k8s", "issue", &cluster, "--out", "pki"].map(str::to_owned).to_vec());
        }
        if wanted(6) {
            runs.push(["inventory", "show", &name].map(str::to_owned).to_vec());
        }
        if wanted(7) {
            runs.push(["audit", "verify", "--checkpoint", &name].map(str::to_owned).to_vec());
            runs.push(["sign", "good.csr", "--san", &name].map(str::to_owned).to_vec());
            runs.push(["revoke", &name].map(str::to_owned).to_vec());
            runs.push(["revoke", "--name", &name, "--node", &name].map(str::to_owned).to_vec());
            runs.push(["revoke", "--issuer", &name].map(str::to_owned).to_vec());
            runs.push(["revoke", "--key", &name].map(str::to_owned).to_vec());
            runs.push(["sign", &format!("--{name}")].map(str::to_owned).to_vec());
        }
        for arguments in runs {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let run = site.keystead(&arguments).clear(&format!("{arguments:?}"));
            assert_ne!(run.code, Some(0), "{arguments:?}: {}", run.story());
            assert!(!run.stderr.is_empty(), "{arguments:?}");
            ran += 1;
        }
    }
    assert!(ran >= 200, "{ran}");
    assert!(!site.exists("out") || std::fs::read_dir(site.path("out")).unwrap().count() == 0);
}

#[test]
fn a_name_that_is_no_text_is_shown_escaped_too() {
    let site = Site::with_root();
    for octets in [&b"a\xff\x1b[31m.csr"[..], b"\x9b31m.csr", b"\xe2\x80.csr", b"\xc0\x80.csr"] {
        let name = OsString::from_vec(octets.to_vec());
        std::fs::copy(site.path("pin"), site.path("pin").with_file_name(&name)).unwrap();
        let mut command = site.command("home", &["sign"]);
        command.arg(&name).args(["--issuer", "example", "--profile", "tls-server", "--out", "out"]);
        let output = command.output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        crate::strings::assert_clear("stdout", &stdout);
        crate::strings::assert_clear("stderr", &stderr);
        assert!(!output.status.success());
    }
}

/// A cluster file, with a string in the place of a number.
fn cluster(place: usize, text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    // YAML reads JSON's strings, and wants what JSON leaves raw written out.
    let quoted: String = quoted
        .chars()
        .map(|character| match character {
            ' '..='~' => character.to_string(),
            other => format!("\\U{:08x}", u32::from(other)),
        })
        .collect();
    let value =
        |here: usize, usual: &str| if place == here { quoted.clone() } else { usual.to_owned() };
    format!(
        "apiVersion: {}\nkind: {}\nkubernetesVersion: {}\nclusterName: {}\n\
         controlPlaneEndpoint: {}\nnetworking:\n  serviceSubnet: {}\n  dnsDomain: {}\n\
         apiServer:\n  certSANs: [{}]\ncertificateValidityPeriod: {}\ncertificatesDir: {}\n{}: 1\n---\n\
         apiVersion: keystead/v1\nkind: Nodes\nnodes:\n- name: {}\n  role: {}\n  addresses: [{}]\n",
        value(0, "kubeadm.k8s.io/v1beta4"),
        value(1, "ClusterConfiguration"),
        value(2, "1.36.2"),
        value(3, "c1"),
        value(4, "api.example.com:6443"),
        value(5, "10.96.0.0/12"),
        value(6, "cluster.local"),
        value(7, "api.example.com"),
        value(8, "8760h"),
        value(9, "/etc/kubernetes/pki"),
        value(10, "certificatesDirectory"),
        value(11, "cp1"),
        value(12, "control-plane"),
        value(13, "192.0.2.11"),
    )
}

#[test]
fn hostile_strings_in_a_cluster_file_are_refused_and_shown_escaped() {
    let site = Site::with_root();
    let strings = hostile();
    for (number, text) in strings.iter().enumerate() {
        site.put_bytes("c.yaml", cluster(number % 14, text).as_bytes());
        let run = site.keystead(&["k8s", "issue", "c.yaml", "--out", "pki"]);
        let run = run.clear(&format!("place {}, {text:?}", number % 14));
        assert_ne!(run.code, Some(0), "{}", run.story());
    }
    assert!(!site.exists("pki") || std::fs::read_dir(site.path("pki")).unwrap().count() == 0);
}
