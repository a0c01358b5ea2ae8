//! Hostile strings in the CRLs of others, and in the certificates of who is said to have issued them.

use crate::crl_desk::Ca;
use crate::encode::{extension, rdn, sequence, tlv};
use crate::site::Site;
use crate::strings::hostile;

#[test]
fn hostile_issuers_and_uris_of_crls_are_shown_escaped() {
    let site = Site::blank();
    let usual = Ca::new("Example Root");
    site.put_bytes("usual.crl", &usual.crl().finish());
    site.put("usual.crt", &usual.pem());
    let mut ran = 0;
    for (number, text) in hostile().iter().enumerate() {
        let ca = Ca::new(text);
        let mut draft = ca.crl().numbered(6);
        // An IA5String in a URI, and a second attribute of a type that nobody knows.
        let uri =
            tlv(0x86, format!("http://{}", text.replace(|c: char| !c.is_ascii(), "")).as_bytes());
        let point = tlv(0xa0, &tlv(0xa0, &uri));
        draft.more.push(extension("2.5.29.28", true, &sequence(std::slice::from_ref(&point))));
        draft.more.push(extension("2.5.29.46", false, &sequence(&[sequence(&[point])])));
        site.put_bytes("hostile.crl", &draft.finish());
        site.put("hostile.crt", &ca.pem());
        let other = rdn(&[("1.2.3.4", 0x0c, text.as_bytes())]);
        draft.issuer = sequence(&[other]);
        site.put_bytes("forged.crl", &draft.finish());
        let verify = |file, issuer| ["crl", "verify", file, "--issuer", issuer];
        let mut runs: Vec<Vec<&str>> = vec![
            vec!["crl", "show", "hostile.crl", "--entries"],
            vec!["crl", "diff", "usual.crl", "forged.crl"],
            verify("hostile.crl", "hostile.crt").to_vec(),
            verify("forged.crl", "hostile.crt").to_vec(),
            [&verify("hostile.crl", "usual.crt")[..], &["--previous", "usual.crl"]].concat(),
        ];
        if number % 2 == 1 {
            runs.iter_mut().for_each(|arguments| arguments.push("--json"));
        }
        for arguments in runs {
            let run = site.keystead_in("nowhere", &arguments);
            let run = run.clear(&format!("{arguments:?} {text:?}"));
            let expected = if arguments[1] == "verify" { [Some(1), Some(5)] } else { [Some(0); 2] };
            assert!(expected.contains(&run.code), "{arguments:?} {text:?}: {}", run.story());
            ran += 1;
        }
    }
    assert!(ran >= 1_000, "{ran}");
}

#[test]
fn hostile_names_of_crl_files_and_pem_labels_are_shown_escaped() {
    let site = Site::blank();
    let ca = Ca::new("Example Root");
    site.put("ca.crt", &ca.pem());
    for text in hostile() {
        let block = format!("-----BEGIN {text}-----\nMAA=\n-----END {text}-----\n");
        site.put("label.crl", &block);
        let name = text.replace(['/', '\0'], "");
        let absent = format!("absent/{name}");
        for arguments in [
            &["crl", "show", "label.crl"][..],
            &["crl", "show", &absent],
            &["crl", "verify", &absent, "--issuer", "ca.crt"],
            &["crl", "verify", "label.crl", "--issuer", &absent],
            &["crl", "verify", "label.crl", "--issuer", "ca.crt", "--at", &name],
        ] {
            let run = site.keystead_in("nowhere", arguments).clear(&format!("{arguments:?}"));
            assert_ne!(run.code, Some(0), "{}", run.story());
        }
        site.put_bytes(&name, &ca.crl().finish());
        let path = format!("./{name}");
        site.keystead_in("nowhere", &["crl", "show", &path]).clear(&path).done();
        site.keystead_in("nowhere", &["crl", "diff", &path, &path]).clear(&path).done();
    }
}
