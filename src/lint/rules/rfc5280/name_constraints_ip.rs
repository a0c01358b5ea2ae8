//! An address range has 8 or 32 octets and a mask of leading ones.

use crate::lint::rule::{Check, Rule, Severity, Verdict, always};
use crate::lint::view::CertificateView;
use crate::lint::view::names::{IP, kind};

/// The rule.
pub(in crate::lint) const RULE: Rule = Rule {
    name: "rfc5280.name-constraints-ip",
    citation: "RFC 5280 §4.2.1.10",
    severity: Severity::Error,
    check: Check::Certificate { applies: always, check },
};

fn check(view: &CertificateView<'_>) -> Verdict {
    for range in
        view.subtrees().iter().map(|subtree| subtree.base).filter(|base| kind(base) == Some(IP))
    {
        let shown = || hex::encode(range.content);
        if ![8, 32].contains(&range.content.len()) {
            return Err(format!("the address range {} has not 8 or 32 octets", shown()));
        }
        let (address, mask) = range.content.split_at(range.content.len() / 2);
        let ones: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
        if ones != leading_ones(mask) {
            return Err(format!("the mask of {} has ones behind zeros", shown()));
        }
        if address.iter().zip(mask).any(|(address, mask)| address & !mask != 0) {
            return Err(format!("the address of {} has bits outside its mask", shown()));
        }
    }
    Ok(())
}

fn leading_ones(mask: &[u8]) -> u32 {
    let whole = mask.iter().take_while(|octet| **octet == 0xff).count();
    let rest = mask.get(whole).map_or(0, |octet| octet.leading_ones());
    u32::try_from(whole * 8).unwrap_or(u32::MAX).saturating_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::*;

    use const_oid::db::rfc5280;

    #[test]
    fn networks_pass() {
        for value in [
            permitted(&general_name(IP, &[10, 0, 0, 0, 255, 240, 0, 0])),
            permitted(&general_name(IP, &[0; 32])),
        ] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            verdict.unwrap();
        }
    }

    #[test]
    fn addresses_holes_and_host_bits_are_found() {
        for value in [
            permitted(&general_name(IP, &[10, 0, 0, 0])),
            permitted(&general_name(IP, &[10, 0, 0, 0, 255, 0, 255, 0])),
            permitted(&general_name(IP, &[10, 0, 0, 1, 255, 255, 255, 0])),
        ] {
            let verdict = Sample::intermediate().verdict_after(&RULE, |draft| {
                draft.set(rfc5280::ID_CE_NAME_CONSTRAINTS, true, &value)
            });
            assert!(verdict.is_err());
        }
    }
}
