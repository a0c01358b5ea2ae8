//! OCSP: requests as clients send them, paths of a GET, and responses that lie in a folder.

use std::sync::{Arc, LazyLock};

use der::Tag;
use keystead::base::algorithm::SignatureAlgorithm;
use keystead::base::cert_id::{CertHash, CertId};
use keystead::base::element::Element;
use keystead::base::pointers::Pointers;
use keystead::base::responder_cert::ResponderCert;
use keystead::base::revocation::Reason;
use keystead::ocsp::{
    ErrorStatus, LONGEST_NONCE, LONGEST_REQUEST, MOST_CERTIFICATES, Request, Response, get_path,
    request_of_path,
};
use keystead::tbs::{Answer, CertStatus, OcspPlan, Tbs, assemble};

use super::pipeline::{ISSUER, key, key_spki, now, profile, serial};
use super::request::element;
use super::shown::assert_clear_error;

/// The responder's certificate, under the issuer of the tests.
static RESPONDER: LazyLock<Arc<ResponderCert>> = LazyLock::new(|| {
    let profile = Arc::new(profile("ocsp-responder"));
    let (subject, spki) = ("CN=Fuzz OCSP".parse().expect("a name"), key_spki(&key(4)));
    let algorithm = SignatureAlgorithm::Ed25519;
    let nowhere = Pointers::default();
    let plan = profile
        .plan_responder((&subject, &spki), None, &ISSUER, algorithm, now(), &nowhere)
        .expect("a good plan");
    let tbs = Tbs::encode(plan, serial()).expect("a good certificate");
    let signature = key(1).sign(tbs.as_der());
    let der = assemble(tbs.as_der(), algorithm.algorithm_identifier(), signature.as_ref());
    let der = der.expect("a good certificate");
    Arc::new(ResponderCert::from_der(&der, &ISSUER).expect("a responder"))
});

/// The input as an OCSP request: what is read lies in it, and a request for the same is read the same.
pub fn ocsp_request(data: &[u8]) {
    let request = match Request::from_der(data) {
        Ok(request) => request,
        Err(error) => {
            let status = error.status();
            assert!([ErrorStatus::MalformedRequest, ErrorStatus::Unauthorized].contains(&status));
            assert_clear_error(&error);
            return assert_eq!(
                Request::from_der(data).map_err(|again| again.to_string()),
                Err(error.to_string())
            );
        }
    };
    assert!(data.len() <= LONGEST_REQUEST);
    assert!((1..=MOST_CERTIFICATES).contains(&request.ids().len()));
    for (place, id) in request.ids().iter().enumerate() {
        assert!(data.windows(id.as_der().len()).any(|window| window == id.as_der()));
        assert_eq!(id.issuer_name_hash().len(), id.hash().length());
        assert_eq!(id.issuer_key_hash().len(), id.hash().length());
        assert!(!id.serial().is_empty() && id.as_der().ends_with(id.serial()));
        assert!(!request.ids()[..place].contains(id), "twice");
    }
    if let Some(nonce) = request.nonce() {
        assert!((1..=LONGEST_NONCE).contains(&nonce.len()));
        assert!(data.windows(nonce.len()).any(|window| window == nonce));
    }
    let again = written(request.ids(), request.nonce());
    assert_eq!(Request::from_der(&again).expect("it is read as it is written"), request);
    let [first, ..] = request.ids() else { panic!("nothing is asked") };
    let alone = Request::about(first).expect("short enough");
    assert_eq!(alone, written(std::slice::from_ref(first), None));
    let without = request.clone().without_nonce();
    assert_eq!((without.ids(), without.nonce()), (request.ids(), None));
    // What is asked by GET is the same.
    let path = format!("/{}", get_path(data));
    assert_eq!(request_of_path(&path).as_deref(), Some(data));
    // Whatever is asked can be answered by every status.
    let answers = |status: CertStatus| -> Vec<Answer> {
        let answer = |id: &CertId| Answer {
            id: id.clone(),
            status,
            this_update: now(),
            next_update: now().plus(60),
        };
        request.ids().iter().map(answer).collect()
    };
    for status in statuses() {
        comes_back(answers(status), request.nonce());
    }
}

fn statuses() -> [CertStatus; 3] {
    let revoked = CertStatus::Revoked { date: now(), reason: Reason::KeyCompromise };
    [CertStatus::Good, CertStatus::Unknown, revoked]
}

/// The input as the path of a GET: what is read of it is read again of the path that we would write.
pub fn ocsp_path(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for path in [text.to_string(), format!("/{text}")] {
        let Some(request) = request_of_path(&path) else { continue };
        let written = get_path(&request);
        assert!(
            written.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'%'),
            "{written}"
        );
        let again = request_of_path(&format!("/{written}"));
        assert_eq!(again.as_ref(), Some(&request), "{path:?}");
        // Base64 is longer than what it stands for.
        assert!(!request.is_empty() && request.len() < path.len());
    }
    if !data.is_empty() {
        let again = request_of_path(&format!("/{}", get_path(data)));
        assert_eq!(again.as_deref(), Some(data));
    }
}

/// The input as a response in a folder: one that is read is one that we would write, and no octet of its
/// answers is passed over.
pub fn ocsp_response(data: &[u8]) {
    let response = match Response::from_der(data) {
        Ok(response) => response,
        Err(error) => return assert_clear_error(&error),
    };
    assert_eq!(Response::from_der(data).expect("the same verdict twice"), response);
    for certificate in &response.certificates {
        assert!(data.windows(certificate.len()).any(|window| window == &certificate[..]));
    }
    comes_back(response.answers.clone(), response.nonce.as_deref());
    let tbs = encoded(response.answers, response.nonce);
    // Behind the responder's name and producedAt, what is signed is the same to the byte.
    let said = behind_times(tbs.as_der());
    assert!(data.windows(said.len()).any(|window| window == said), "{}", hex(said));
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The answers and what follows them in a ResponseData of ours.
fn behind_times(tbs: &[u8]) -> &[u8] {
    let content = Element::only(tbs, Tag::Sequence).expect("a sequence").content;
    // [2] with the 20 octets of the key's hash, GeneralizedTime.
    &content[element(0xa2, &element(4, &[0; 20])).len() + element(0x18, &[0; 15]).len()..]
}

fn encoded(answers: Vec<Answer>, nonce: Option<Vec<u8>>) -> Tbs<OcspPlan> {
    let algorithm = SignatureAlgorithm::Ed25519;
    let mut plan = OcspPlan::new(Arc::clone(&RESPONDER), algorithm, now());
    plan.answers = answers;
    plan.nonce = nonce;
    Tbs::encode_ocsp(plan).expect("a good response")
}

/// The whole response.
fn built(answers: Vec<Answer>, nonce: Option<&[u8]>) -> Vec<u8> {
    let tbs = encoded(answers, nonce.map(<[u8]>::to_vec));
    let algorithm = SignatureAlgorithm::Ed25519.algorithm_identifier();
    let signature = key(4).sign(tbs.as_der());
    let basic = assemble(tbs.as_der(), algorithm, signature.as_ref()).expect("a good response");
    tbs.plan().response(&basic).expect("a good response")
}

/// A response that was built is read as what it was built of.
fn comes_back(answers: Vec<Answer>, nonce: Option<&[u8]>) {
    let der = built(answers.clone(), nonce);
    let read = Response::from_der(&der).expect("our own response is read");
    assert_eq!((&read.answers, read.nonce.as_deref()), (&answers, nonce));
    assert_eq!(read.certificates, [RESPONDER.as_der()]);
}

/// An OCSPRequest.
fn written(ids: &[CertId], nonce: Option<&[u8]>) -> Vec<u8> {
    let list: Vec<u8> = ids.iter().flat_map(|id| element(0x30, id.as_der())).collect();
    let mut content = element(0x30, &list);
    if let Some(nonce) = nonce {
        // id-pkix-ocsp-nonce.
        let oid = element(6, &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2]);
        let extension = element(0x30, &[oid, element(4, &element(4, nonce))].concat());
        content.extend(element(0xa2, &element(0x30, &extension)));
    }
    element(0x30, &element(0x30, &content))
}

fn ids() -> Vec<CertId> {
    let all = CertHash::ALL.into_iter().zip(1..);
    all.map(|(hash, serial)| CertId::of(hash, &ISSUER, &[serial; 16]).expect("a good name"))
        .collect()
}

/// Requests for one certificate by each hash, for all of them, with and without nonce.
pub(crate) fn requests() -> Vec<Vec<u8>> {
    let ids = ids();
    let nonces = [None, Some(&[7; 32][..])];
    let groups = ids.chunks(1).chain([&ids[..]]);
    groups.flat_map(|ids| nonces.map(|nonce| written(ids, nonce))).collect()
}

/// Responses of each status, to all of the requests.
pub(crate) fn responses() -> Vec<Vec<u8>> {
    let answer =
        |(id, status)| Answer { id, status, this_update: now(), next_update: now().plus(345_600) };
    let unspecified = CertStatus::Revoked { date: now(), reason: Reason::Unspecified };
    let statuses = statuses().into_iter().chain([unspecified]);
    let answers: Vec<Answer> = ids().into_iter().zip(statuses).map(answer).collect();
    let groups = answers.chunks(1).chain([&answers[..]]);
    groups
        .flat_map(|group| [None, Some(&[7; 32][..])].map(|nonce| built(group.to_vec(), nonce)))
        .collect()
}
