//! kubectl reads every kubeconfig, and what it reads is what is in the files beside it.

use std::process::Command;

use serde_json::Value;

use crate::support::{Site, base64, files, oracle, pem_blocks, succeeds, text};

#[test]
fn kubectl_reads_every_kubeconfig_as_it_was_written() {
    let Some(kubectl) = oracle("kubectl") else { return };
    let site = Site::with_tree();
    let ca = text(&site.ca_file("kubernetes"));
    let ca = pem_blocks(&ca, "CERTIFICATE");
    let mut seen = 0;
    for file in files(&site.tree()) {
        if file.extension().is_none_or(|extension| extension != "conf") {
            continue;
        }
        let output = succeeds(
            Command::new(&kubectl)
                .args(["config", "view", "--raw", "-o", "json", "--kubeconfig"])
                .arg(&file)
                .env("HOME", site.path()),
        );
        let view: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let field = |path: &str| {
            let value = view.pointer(path).and_then(Value::as_str);
            value.unwrap_or_else(|| panic!("{}: no {path} in {view}", file.display())).to_owned()
        };
        let data = |path: &str| String::from_utf8(base64(&field(path))).expect("PEM");

        assert_eq!(
            pem_blocks(&data("/clusters/0/cluster/certificate-authority-data"), "CERTIFICATE"),
            ca
        );
        let user = field("/users/0/name");
        assert_eq!(field("/contexts/0/context/user"), user);
        assert_eq!(field("/contexts/0/context/cluster"), field("/clusters/0/name"));
        assert_eq!(field("/current-context"), field("/contexts/0/name"));
        assert!(field("/clusters/0/cluster/server").starts_with("https://"));

        // The file itself carries the same bytes, and the two halves belong together.
        let raw = text(&file);
        for name in ["client-certificate", "client-key"] {
            let in_file = crate::support::kubeconfig_data(&raw, name);
            let in_view = base64(&field(&format!("/users/0/user/{name}-data")));
            assert_eq!(in_file, Some(in_view), "{}: {name}", file.display());
        }
        if let Some(openssl) = oracle("openssl") {
            let (certificate, key) = (site.path().join("view.crt"), site.path().join("view.key"));
            crate::support::put(
                &certificate,
                data("/users/0/user/client-certificate-data").as_bytes(),
            );
            crate::support::put(&key, data("/users/0/user/client-key-data").as_bytes());
            let of_certificate = succeeds(
                Command::new(&openssl).args(["x509", "-noout", "-pubkey", "-in"]).arg(&certificate),
            );
            let of_key =
                succeeds(Command::new(&openssl).args(["pkey", "-pubout", "-in"]).arg(&key));
            assert_eq!(of_certificate.stdout, of_key.stdout, "{}", file.display());
        }
        seen += 1;
    }
    // admin, controller-manager, scheduler, kubelet and kube-proxy make at least four a control plane.
    assert!(seen >= 12, "only {seen} kubeconfigs");
}
