//! The calendar without a store: states, totals, order.

use super::*;

fn at(second: u64) -> Timestamp {
    Timestamp::from_unix(second)
}

fn item(what: Kind, issuer: Option<&str>, due: u64, end: Option<u64>) -> Item {
    Item {
        what,
        issuer: issuer.map(str::to_owned),
        name: format!("{what} {due}"),
        serial: None,
        begin: Some(at(0)),
        due: at(due),
        why: Why::TwoThirds,
        end: end.map(at),
        crl: None,
        uid: item::uid(what, &[&due.to_be_bytes()]),
    }
}

fn calendar(now: u64, within: u64, items: Vec<Item>) -> Calendar {
    let mut calendar = Calendar::new(at(now), within);
    items.into_iter().for_each(|item| calendar.push(item));
    calendar.sort();
    calendar
}

#[test]
fn the_state_of_a_calendar_is_that_of_its_most_urgent_item() {
    let items = || {
        vec![
            item(Kind::Crl, Some("a"), 300, Some(400)),
            item(Kind::CaCertificate, None, 500, Some(900)),
        ]
    };
    for (now, within, state) in [
        (0, 0, State::Ok),
        (299, 0, State::Ok),
        (299, 1, State::Due),
        (300, 0, State::Due),
        (400, 0, State::Due),
        (401, 0, State::Overdue),
        (401, 10_000, State::Overdue),
    ] {
        assert_eq!(calendar(now, within, items()).state(), state, "{now} {within}");
    }
    assert_eq!(calendar(0, 0, Vec::new()).state(), State::Ok);
}

#[test]
fn items_are_counted_by_kind_and_issuer_and_stand_in_the_order_of_their_dates() {
    let calendar = calendar(
        450,
        0,
        vec![
            item(Kind::CaCertificate, None, 500, Some(900)),
            item(Kind::Crl, Some("b"), 420, Some(460)),
            item(Kind::Crl, Some("a"), 300, Some(400)),
            item(Kind::Crl, Some("a"), 310, None),
        ],
    );
    let tallies: Vec<_> = calendar.tallies().collect();
    let tally = |ok, due, overdue| Tally { ok, due, overdue };
    assert_eq!(
        tallies,
        [
            (Kind::CaCertificate, "", tally(1, 0, 0)),
            (Kind::Crl, "a", tally(0, 1, 1)),
            (Kind::Crl, "b", tally(0, 1, 0)),
        ]
    );
    assert_eq!(calendar.total(None), tally(1, 2, 1));
    assert_eq!(calendar.total(Some(Kind::Crl)), tally(0, 2, 1));
    assert_eq!(calendar.total(Some(Kind::Leaf)), Tally::default());
    let order: Vec<_> = calendar.items().iter().map(|item| item.due.as_unix()).collect();
    assert_eq!(order, [300, 310, 420, 500]);
    let states: Vec<_> = calendar.items().iter().map(|item| calendar.state_of(item)).collect();
    assert_eq!(states, [State::Overdue, State::Due, State::Due, State::Ok]);
}
