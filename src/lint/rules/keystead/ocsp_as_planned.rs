//! An OCSP response answers what was asked, with the status and times that were planned.

use const_oid::db::rfc6960;
use der::Tag;

use crate::base::clock::Timestamp;
use crate::base::element::Element;
use crate::base::revocation::Reason;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::{OcspView, StatusView, TimeView};
use crate::tbs::CertStatus;

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.ocsp-as-planned",
    citation: "SECURITY.md: revocation is permanent",
    severity: Severity::Error,
    check: Check::Ocsp { applies: |view| view.plan.is_some(), check },
};

fn check(view: &OcspView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    let Some(basic) = &view.basic else { return Err("there is no answer".to_owned()) };
    if basic.responder.as_ref().is_none_or(|found| found.spki != plan.responder().spki().as_der()) {
        return Err("the responder is not the planned one".to_owned());
    }
    if !is_at(&basic.produced_at, plan.produced_at) {
        return Err("producedAt is not the planned one".to_owned());
    }
    let (found, planned) = (basic.responses.len(), plan.answers.len());
    if found != planned {
        return Err(format!("there are {found} answers, planned were {planned}"));
    }
    for (index, (found, planned)) in basic.responses.iter().zip(&plan.answers).enumerate() {
        let next_update = found.next_update.as_ref();
        let wrong = if found.cert_id.der != planned.id.as_der() {
            "certificate"
        } else if !is_status(found.status, planned.status) {
            "status"
        } else if !is_at(&found.this_update, planned.this_update) {
            "thisUpdate"
        } else if !next_update.is_some_and(|next| is_at(next, planned.next_update)) {
            "nextUpdate"
        } else {
            continue;
        };
        return Err(format!("answer {}: the {wrong} is not the planned one", index + 1));
    }
    let nonce = basic.extension(rfc6960::ID_PKIX_OCSP_NONCE);
    let nonce = nonce.map(|found| Element::only(found.value, Tag::OctetString).map(|e| e.content));
    match (nonce, plan.nonce.as_deref()) {
        (None, None) => Ok(()),
        (Some(Ok(found)), Some(planned)) if found == planned => Ok(()),
        _ => Err("the nonce is not that of the request".to_owned()),
    }
}

fn is_status(found: StatusView<'_>, planned: CertStatus) -> bool {
    match (found, planned) {
        (StatusView::Good, CertStatus::Good) | (StatusView::Unknown, CertStatus::Unknown) => true,
        (StatusView::Revoked { time, reason }, CertStatus::Revoked { date, reason: planned }) => {
            let code = [planned.code()];
            let planned = (planned != Reason::Unspecified).then_some(&code[..]);
            is_at(&time, date) && reason == planned
        }
        _ => false,
    }
}

fn is_at(found: &TimeView<'_>, planned: Timestamp) -> bool {
    found.instant == Some(planned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rcgen::{KeyPair, SigningKey as _};

    use super::*;
    use crate::base::algorithm::SignatureAlgorithm;
    use crate::base::cert_id::{CertHash, CertId};
    use crate::base::responder_cert::ResponderCert;
    use crate::lint::Registry;
    use crate::lint::testing::*;
    use crate::tbs::{Answer, OcspPlan, Tbs, assemble};

    const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::EcdsaSha256;

    fn responder() -> Arc<ResponderCert> {
        let key = KeyPair::generate().unwrap();
        let sample = Sample::leaf("ocsp-responder", &key, "CN=Example Responder", &[]);
        let tbs = sample.into_tbs();
        let signature = ROOT.1.sign(tbs.as_der()).unwrap();
        let der = assemble(tbs.as_der(), ALGORITHM.algorithm_identifier(), &signature).unwrap();
        Arc::new(ResponderCert::from_der(&der, &ROOT.0).unwrap())
    }

    fn plan(responder: &Arc<ResponderCert>) -> OcspPlan {
        let mut plan = OcspPlan::new(Arc::clone(responder), ALGORITHM, now());
        for (serial, status) in [
            (1, CertStatus::Good),
            (2, CertStatus::Revoked { date: now(), reason: Reason::Superseded }),
            (3, CertStatus::Revoked { date: now(), reason: Reason::Unspecified }),
            (4, CertStatus::Unknown),
        ] {
            let id = CertId::of(CertHash::Sha256, &ROOT.0, &[serial]).unwrap();
            let next_update = now().plus(3600);
            plan.answers.push(Answer { id, status, this_update: now(), next_update });
        }
        plan.nonce = Some(vec![7; 16]);
        plan
    }

    /// The bytes of a changed plan, on record as the unchanged one.
    fn verdict(change: impl FnOnce(&mut OcspPlan)) -> Verdict {
        let responder = responder();
        let mut changed = plan(&responder);
        change(&mut changed);
        let data = Tbs::encode_ocsp(changed).unwrap();
        let basic = assemble(data.as_der(), ALGORITHM.algorithm_identifier(), &[0; 64]).unwrap();
        let planned = plan(&responder);
        let response = planned.response(&basic).unwrap();
        RULE.on_ocsp(&OcspView::planned(&response, &planned).unwrap())
    }

    #[test]
    fn a_response_that_says_what_was_planned_passes_this_rule_and_every_other() {
        verdict(|_| ()).unwrap();
        let tbs = Tbs::encode_ocsp(plan(&responder())).unwrap();
        let linted = Registry::all().check(tbs).unwrap();
        assert!(linted.warnings().is_empty(), "{:?}", linted.warnings());
    }

    #[test]
    fn a_response_that_says_something_else_is_found() {
        verdict(|plan| plan.produced_at = now().plus(1)).unwrap_err();
        verdict(|plan| plan.answers.truncate(1)).unwrap_err();
        verdict(|plan| plan.answers.swap(0, 1)).unwrap_err();
        verdict(|plan| plan.answers[1].status = CertStatus::Good).unwrap_err();
        verdict(|plan| plan.answers[3].status = CertStatus::Good).unwrap_err();
        verdict(|plan| plan.answers[2].status = plan.answers[1].status).unwrap_err();
        verdict(|plan| plan.answers[0].this_update = now().minus(1)).unwrap_err();
        verdict(|plan| plan.answers[0].next_update = now().plus(1)).unwrap_err();
        verdict(|plan| plan.nonce = None).unwrap_err();
        verdict(|plan| plan.nonce = Some(vec![8; 16])).unwrap_err();
    }
}
