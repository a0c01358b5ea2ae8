//! Number, times, base and count of a CRL are those that will be on record.

use crate::base::clock::Timestamp;
use crate::lint::rule::{Check, Rule, Severity, Verdict};
use crate::lint::view::{CrlView, TimeView};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "keystead.crl-as-planned",
    citation: "SECURITY.md: CRL numbers only rise",
    severity: Severity::Error,
    check: Check::Crl { applies: |view| view.plan.is_some(), check },
};

fn check(view: &CrlView<'_>) -> Verdict {
    let Some(plan) = view.plan else { return Ok(()) };
    let same = |what: &str, found: Option<u64>, planned: Option<u64>| {
        if found == planned {
            return Ok(());
        }
        let shown = |value: Option<u64>| value.map_or("none".to_owned(), |v| v.to_string());
        Err(format!("{what} is {}, on record will be {}", shown(found), shown(planned)))
    };
    same("cRLNumber", view.number.and_then(unsigned), Some(plan.number))?;
    same("the base CRL number", view.base_number.and_then(unsigned), plan.base)?;
    same("thisUpdate", instant(&view.this_update), Some(plan.this_update.as_unix()))?;
    let next_update = view.next_update.as_ref().and_then(instant);
    same("nextUpdate", next_update, Some(plan.next_update.as_unix()))?;
    let entries = u64::try_from(view.entry_count).ok();
    same("the number of entries", entries, Some(plan.entries.len()))?;
    let point = view.distribution_point.is_some();
    same(
        "the count of issuing distribution points",
        Some(point.into()),
        Some(plan.point.is_some().into()),
    )
}

fn instant(time: &TimeView<'_>) -> Option<u64> {
    time.instant.map(Timestamp::as_unix)
}

/// None for a negative number or one beyond 64 bits.
fn unsigned(content: &[u8]) -> Option<u64> {
    let magnitude = content.strip_prefix(&[0]).unwrap_or(content);
    if magnitude.len() > 8 || content.first().is_none_or(|first| first & 0x80 != 0) {
        return None;
    }
    Some(magnitude.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::algorithm::SignatureAlgorithm;
    use crate::base::revocation::{Reason, RevokedEntry};
    use crate::lint::Registry;
    use crate::lint::testing::*;
    use crate::tbs::{CrlPlan, IssuingPoint, Tbs};

    fn plan() -> CrlPlan {
        let times = (now(), now().plus(86_400));
        let mut plan = CrlPlan::new(ROOT.0.clone(), SignatureAlgorithm::EcdsaSha256, 300, times);
        let (date, reason) = (now(), Reason::Superseded);
        let entry = RevokedEntry { serial: vec![7], date, reason, invalidity: None };
        plan.entries.push(&entry).unwrap();
        plan
    }

    fn changed(change: impl FnOnce(&mut CrlPlan)) -> CrlPlan {
        let mut plan = plan();
        change(&mut plan);
        plan
    }

    /// The bytes of a changed plan, on record as the unchanged one.
    fn verdict(change: impl FnOnce(&mut CrlPlan)) -> Verdict {
        let bytes = Tbs::encode_crl(changed(change)).unwrap().as_der().clone();
        let tbs = Tbs::encode_crl(plan()).unwrap().with_der(bytes);
        RULE.on_crl(&CrlView::planned(&tbs).unwrap())
    }

    #[test]
    fn a_crl_that_says_what_is_on_record_passes_this_rule_and_every_other() {
        verdict(|_| ()).unwrap();
        let full = changed(|plan| {
            let uri = Some("http://crl.example.com/1.crl".to_owned());
            plan.point =
                Some(IssuingPoint { uri, only_user_certificates: true, ..Default::default() });
            plan.freshest = Some("http://crl.example.com/delta.crl".to_owned());
        });
        for plan in [plan(), full, changed(|plan| plan.base = Some(299))] {
            let linted = Registry::all().check(Tbs::encode_crl(plan).unwrap()).unwrap();
            assert!(linted.warnings().is_empty(), "{:?}", linted.warnings());
        }
    }

    #[test]
    fn a_crl_that_says_something_else_is_found() {
        verdict(|plan| plan.number += 1).unwrap_err();
        verdict(|plan| plan.base = Some(2)).unwrap_err();
        verdict(|plan| plan.this_update = now().plus(1)).unwrap_err();
        verdict(|plan| plan.next_update = now().plus(1)).unwrap_err();
        verdict(|plan| plan.entries = Default::default()).unwrap_err();
        verdict(|plan| plan.point = Some(IssuingPoint::default())).unwrap_err();
    }

    #[test]
    fn numbers_beyond_64_bits_and_negative_ones_are_none() {
        assert_eq!(unsigned(&[0, 0xff, 1]), Some(0xff01));
        assert_eq!(unsigned(&[0xff]), None);
        assert_eq!(unsigned(&[1; 9]), None);
        assert_eq!(unsigned(&[]), None);
    }
}
