//! Memory for a CRL beside its bytes does not grow with the number of its entries.

use std::convert::Infallible;

use keystead::base::clock::Timestamp;
use keystead::base::crl::{Crl, CrlEntry};
use keystead::lint::Registry;
use keystead::revocation::compare::{Change, Succession, changes};
use keystead::revocation::reader::{future_faults, verify};

use crate::crl_desk::{Ca, DAY, NEW_YEAR, entry};
use crate::limits::MEMORY;

/// What may differ between two runs: the sizes of a few names.
const NOTHING: usize = 16 << 10;

/// Two CRLs of `count` entries that differ in three: in the order of their serial numbers, or mixed.
fn crls(ca: &Ca, count: u32, mixed: bool) -> [Vec<u8>; 2] {
    let serial = |place: u32| {
        // An odd factor mixes 24 bits without making two of them one.
        let number = if mixed { place.wrapping_mul(0x9e37_79b1) & 0xff_ffff } else { place };
        [&[1][..], &number.to_be_bytes()[1..], &[7; 13]].concat()
    };
    let make = |number: u8, range: std::ops::Range<u32>, reason: u8| {
        let mut draft = ca.crl().numbered(number);
        let reason = |place| if place == count / 2 { reason } else { 1 };
        draft.entries =
            range.map(|place| entry(&serial(place), NEW_YEAR - DAY, reason(place))).collect();
        draft.finish()
    };
    [make(5, 0..count, 1), make(6, 1..count + 1, 4)]
}

/// The highest number of octets while `run` runs, beyond those before.
fn measure(run: impl Fn()) -> usize {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    run();
    MEMORY.peak_usage().saturating_sub(before)
}

/// The most memory that showing, verifying, linting and comparing take beyond the bytes.
fn memory(ca: &Ca, count: u32) -> [usize; 4] {
    let [old, new] = crls(ca, count, false);
    let at = Timestamp::from_unix(NEW_YEAR + DAY);
    let shown = measure(|| {
        let crl = Crl::from_der(&new).unwrap();
        let revoked = crl.entries().filter(|entry| entry.reason == Some(1)).count();
        assert_eq!(revoked, count as usize - 1);
    });
    let verified = measure(|| {
        let crl = Crl::from_der(&new).unwrap();
        assert!(verify(&crl, &ca.certificate).is_empty() && future_faults(&crl, at).is_empty());
    });
    let linted = measure(|| {
        let findings = Registry::all().inspect(&new, None, None).findings;
        assert!(findings.is_empty(), "{findings:?}");
    });
    [shown, verified, linted, compared(&old, &new)]
}

/// The most memory that comparing takes.
fn compared(old: &[u8], new: &[u8]) -> usize {
    measure(|| {
        let (old, new) = (Crl::from_der(old).unwrap(), Crl::from_der(new).unwrap());
        let found: Vec<_> = changes(&old, &new).collect();
        assert_eq!(found.len(), 3);
        assert_eq!(found.iter().filter(|one| matches!(one, Change::Changed { .. })).count(), 1);
        let succession = Succession::between(&old, &new, nobody_knows).unwrap();
        assert_eq!((succession.added, succession.changed, succession.dropped), (1, 1, 1));
    })
}

#[test]
fn a_crl_of_100_000_entries_takes_no_more_memory_than_one_of_100() {
    let ca = Ca::new("Example Root");
    let (few, many) = (memory(&ca, 100), memory(&ca, 100_000));
    println!("octets beside 100 and 100,000 entries: {few:?} {many:?}");
    for (few, many) in few.into_iter().zip(many) {
        assert!(many < few + NOTHING, "{few} {many}");
    }
}

#[test]
fn entries_out_of_order_take_a_window_of_memory_and_more_entries_no_more() {
    let ca = Ca::new("Example Root");
    let [many, more] = [135_000, 150_000].map(|count| {
        let [old, new] = crls(&ca, count, true);
        compared(&old, &new)
    });
    println!("octets beside 135,000 and 150,000 entries: {many} {more}");
    assert!(more < many + NOTHING && more < 64 << 20, "{many} {more}");
}

/// An inventory without a certificate.
#[expect(clippy::unnecessary_wraps, reason = "as an inventory answers")]
fn nobody_knows(_: &CrlEntry<'_>) -> Result<Option<Timestamp>, Infallible> {
    Ok(None)
}
