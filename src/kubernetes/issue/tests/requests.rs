//! Requests made elsewhere, by kubeadm and by openssl.

use super::*;
use crate::kubernetes::RequestsError;

const KUBEADM: &str = include_str!("../../../../tests/data/kubeadm/generate-csr/c.yaml");
const KUBEADM_REQUESTS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/kubeadm/generate-csr");

/// The requests of kubeadm in the layout of the tree, as `--cert-dir` and `--kubeconfig-dir` put them.
fn kubeadm_requests(folder: &Path) {
    for (from, to) in [("pki", "cp1/pki"), ("kubeconfig", "cp1")] {
        for (path, (_, content)) in snapshot(&Path::new(KUBEADM_REQUESTS).join(from)) {
            place(&folder.join(to).join(path), &content);
        }
    }
}

#[test]
fn requests_of_kubeadm_are_signed_with_exactly_their_keys_and_names() {
    let mut home = Home::new();
    let requests = home.folder.path().join("requests");
    kubeadm_requests(&requests);
    let options = Options { super_admin: true, csr_dir: Some(requests.clone()), renew: false };
    let report = home.issue(KUBEADM, &options).unwrap();
    // The three CA certificates and kubeadm's twelve; it makes none for kubelet serving and kube-proxy.
    assert_eq!(report.count(Status::Written), 15);
    let skipped: Vec<&str> = report
        .rows
        .iter()
        .filter(|row| row.status == Status::NotRequested)
        .map(|row| row.file.as_str())
        .collect();
    assert_eq!(skipped, ["cp1/pki/sa.key", "cp1/pki/kubelet.crt", "cp1/kube-proxy.conf"]);
    let files = snapshot(&home.out());
    assert!(files.values().all(|(mode, content)| {
        *mode == 0o644 && !String::from_utf8_lossy(content).contains("PRIVATE")
    }));
    let certificate = home.out().join("cp1/pki/apiserver.crt");
    let request = requests.join("cp1/pki/apiserver.csr");
    let (_, of_certificate) = openssl(&[
        "x509",
        "-noout",
        "-pubkey",
        "-ext",
        "subjectAltName",
        "-in",
        certificate.to_str().unwrap(),
    ]);
    let (_, of_request) = openssl(&["req", "-noout", "-pubkey", "-in", request.to_str().unwrap()]);
    assert!(of_certificate.contains(&of_request), "{of_certificate}");
    assert!(
        of_certificate.contains("DNS:api.cluster.example.com, DNS:api.internal.example.com"),
        "{of_certificate}"
    );
    assert!(!of_certificate.contains("127.0.0.1"), "not asked for, so not added: {of_certificate}");
    let admin = Kubeconfig::from_yaml(&home.read("cp1/admin.conf")).unwrap();
    assert!(matches!(admin.key, ClientKey::File(name) if name == "admin.key"));
    let second = home.issue(KUBEADM, &options).unwrap();
    assert_eq!(second.count(Status::Written), 0);
    assert_eq!(snapshot(&home.out()), files);
}

#[test]
fn requests_that_are_not_planned_are_all_listed_and_none_is_signed() {
    let mut home = Home::new();
    let requests = home.folder.path().join("requests");
    kubeadm_requests(&requests);
    let key = home.folder.path().join("key.pem");
    let key_text = key.to_str().unwrap();
    assert!(openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key_text]).0);
    let request = |path: &str, subject: &str, names: &str| {
        let path = requests.join(path);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let names = format!("subjectAltName={names}");
        let mut arguments =
            vec!["req", "-new", "-key", key_text, "-subj", subject, "-out", path.to_str().unwrap()];
        if names != "subjectAltName=" {
            arguments.extend(["-addext", &names]);
        }
        let (good, text) = openssl(&arguments);
        assert!(good, "{text}");
    };
    request("cp1/admin.conf.csr", "/CN=kubernetes-admin/OU=kubeadm:cluster-admins", "");
    request("cp1/scheduler.conf.csr", "/CN=system:kube-scheduler/O=system:masters", "");
    request(
        "cp1/pki/kubelet.csr",
        "/O=system:nodes/CN=system:node:cp1",
        "DNS:cp1,IP:10.0.0.10,DNS:cp9",
    );
    request("cp9/pki/kubelet.csr", "/O=system:nodes/CN=system:node:cp9", "DNS:cp9");
    let options = Options { csr_dir: Some(requests), ..Options::default() };
    let before = home.inventory.counts().unwrap();
    let error = home.issue(KUBEADM, &options).unwrap_err();
    let after = home.inventory.counts().unwrap();
    assert_eq!((after.intents, after.audit_rows), (before.intents, before.audit_rows + 3));
    let TreeError::Requests(RequestsError::Deviating(deviations)) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(deviations.len(), 5);
    let text = message(&error);
    for part in [
        "cp1/admin.conf.csr: subject: it has the organisational unit OU=kubeadm:cluster-admins",
        "takes groups from the organisation (O)",
        "cp1/scheduler.conf.csr: subject: found O=system:masters,CN=system:kube-scheduler",
        "cp1/pki/kubelet.csr: names: dns:cp9 not expected",
        "cp9/pki/kubelet.csr: the cluster file asks for no such certificate",
        "cp1/super-admin.conf.csr: the cluster file asks for no such certificate (super-admin.conf is \
         issued with --super-admin",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!home.out().exists());
}

#[test]
fn a_request_with_another_key_than_the_certificate_that_is_there_is_refused() {
    let mut home = Home::new();
    let requests = home.folder.path().join("requests");
    kubeadm_requests(&requests);
    fs::remove_file(requests.join("cp1/super-admin.conf.csr")).unwrap();
    let options = Options { csr_dir: Some(requests.clone()), ..Options::default() };
    home.issue(KUBEADM, &options).unwrap();
    let path = requests.join("cp1/scheduler.conf.csr");
    fs::remove_file(&path).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "system:kube-scheduler");
    place(&path, params.serialize_request(&key).unwrap().pem().unwrap().as_bytes());
    let error = home.issue(KUBEADM, &options).unwrap_err();
    assert!(matches!(&error, TreeError::OtherKey(found) if *found == path), "{error:?}");
}
