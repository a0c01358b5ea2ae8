//! Many certificates, when something fails: nothing is signed without a record, what was signed is
//! recorded, and the batch ends.

use keystead::inventory::{Filter, State, StoreError};
use keystead::issuance::{self, IssueError};

use crate::support::{Site, at_desk, orders, subjects};

const MAYBE: Filter = Filter {
    issuer: None,
    profile: None,
    state: Some(State::MaybeSigned),
    limit: None,
    newest_first: false,
};

/// Runs a batch of 400; the numbers delivered, and how it ended.
fn run(
    site: &mut Site,
    mut sink: impl FnMut(usize) -> Result<(), IssueError>,
) -> (Vec<usize>, Result<(), IssueError>) {
    let mut delivered = Vec::new();
    let outcome = at_desk(&mut site.inventory, |desk| {
        issuance::issue_many(&site.issuer, orders(400).into_iter(), desk, |number, issued| {
            issued?;
            delivered.push(number);
            sink(number)
        })
    });
    (delivered, outcome)
}

fn issued(site: &Site) -> usize {
    let state = Some(State::Issued);
    // Less the root.
    subjects(&site.inventory, &Filter { state, ..Filter::default() }).len() - 1
}

#[test]
fn a_token_failure_stops_the_batch_and_what_was_signed_is_recorded_and_delivered() {
    let mut site = Site::new();
    site.key.fail_at(100);
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(matches!(outcome, Err(IssueError::Sign(_))), "{outcome:?}");
    assert_eq!(site.key.signatures(), 1 + 100);
    assert_eq!(issued(&site), 100);
    assert_eq!(delivered.len(), 100);
    assert!(delivered.is_sorted());
    assert!(!site.inventory.maybe_signed().unwrap().is_empty());
    site.assert_sound();
    site.assert_every_signature_is_recorded();
}

#[test]
fn a_wrong_signature_stops_the_batch_and_is_not_delivered() {
    let mut site = Site::new();
    site.key.lie_at(50);
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(matches!(outcome, Err(IssueError::Verify(_))), "{outcome:?}");
    assert_eq!(delivered.len(), issued(&site));
    assert_eq!(issued(&site), site.key.signatures() - 2);
    site.assert_sound();
    site.assert_every_signature_is_recorded();
}

#[test]
fn a_store_that_takes_no_intents_means_that_nothing_is_signed() {
    let mut site = Site::new();
    site.sql("CREATE TRIGGER t BEFORE INSERT ON intent BEGIN SELECT RAISE(FAIL, 'on fire'); END");
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(matches!(outcome, Err(IssueError::Store(_))), "{outcome:?}");
    assert_eq!((delivered.len(), site.key.signatures()), (0, 1));
}

#[test]
fn a_store_that_takes_no_audit_rows_means_that_nothing_is_signed() {
    let mut site = Site::new();
    site.sql("CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'on fire'); END");
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(matches!(outcome, Err(IssueError::Store(_))), "{outcome:?}");
    assert_eq!((delivered.len(), site.key.signatures()), (0, 1));
}

#[test]
fn a_store_that_fails_in_the_middle_has_a_record_of_every_signature() {
    let mut site = Site::new();
    site.sql(
        "CREATE TRIGGER t BEFORE INSERT ON intent WHEN NEW.id > 200
         BEGIN SELECT RAISE(FAIL, 'on fire'); END",
    );
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(matches!(outcome, Err(IssueError::Store(_))), "{outcome:?}");
    assert!(delivered.len() <= issued(&site));
    assert_eq!(issued(&site), site.key.signatures() - 1, "what was signed is recorded");
    site.sql("DROP TRIGGER t");
    site.assert_sound();
    site.assert_every_signature_is_recorded();
}

#[test]
fn a_store_that_takes_no_results_leaves_maybe_signed_and_delivers_nothing_of_it() {
    let mut site = Site::new();
    site.sql(
        "CREATE TRIGGER t BEFORE INSERT ON result WHEN NEW.intent > 100
         BEGIN SELECT RAISE(FAIL, 'on fire'); END",
    );
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(matches!(outcome, Err(IssueError::Store(StoreError::Sqlite { .. }))), "{outcome:?}");
    assert!(delivered.len() <= 99);
    let waiting = subjects(&site.inventory, &MAYBE).len();
    assert!(waiting >= site.key.signatures() - 1 - issued(&site));
    site.sql("DROP TRIGGER t");
    site.assert_sound();
    site.assert_every_signature_is_recorded();
}

#[test]
fn a_receiver_that_fails_stops_the_batch_and_what_was_signed_is_recorded() {
    let mut site = Site::new();
    let (delivered, outcome) = run(&mut site, |number| {
        if number == 40 { Err(IssueError::Sink("the stick is full".into())) } else { Ok(()) }
    });
    assert!(matches!(outcome, Err(IssueError::Sink(_))), "{outcome:?}");
    assert_eq!(delivered, (0..=40).collect::<Vec<_>>());
    assert_eq!(issued(&site), site.key.signatures() - 1);
    assert!(issued(&site) < 400);
    site.assert_sound();
    // The next batch goes on.
    let (delivered, outcome) = run(&mut site, |_| Ok(()));
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(delivered.len(), 400);
}
