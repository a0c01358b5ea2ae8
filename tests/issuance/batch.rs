//! Many certificates, when nothing fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keystead::base::algorithm::sha256;
use keystead::bench::{BenchPlan, measure};
use keystead::inventory::Inventory;
use keystead::issuance::{self, IssueError};

use crate::support::{Site, SoftKey, at_desk, orders};

#[test]
fn a_batch_is_delivered_whole_and_in_order_with_its_refusals_in_place() {
    let mut site = Site::new();
    let mut orders = orders(700);
    for (number, order) in orders.iter_mut().filter(|(number, _)| number % 97 == 5) {
        *order.csr.last_mut().unwrap() ^= 1;
        assert_eq!(*number % 97, 5);
    }
    let mut delivered = Vec::new();
    at_desk(&mut site.inventory, |desk| {
        issuance::issue_many(&site.issuer, orders.into_iter(), desk, |number, outcome| {
            assert_eq!(outcome.is_err(), number % 97 == 5, "order {number}");
            if let Ok(issued) = outcome {
                let subject = issued.signed().linted().tbs().plan().subject().to_string();
                assert_eq!(subject, format!("CN=host-{number}.example.com"));
            }
            delivered.push(number);
            Ok(())
        })
        .unwrap();
    });
    assert_eq!(delivered, (0..700).collect::<Vec<_>>());
    let report = site.inventory.verify_audit(None).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.issued, report.refused), (1 + 692, 8));
    site.assert_every_signature_is_recorded();
}

#[test]
fn a_batch_of_refusals_and_an_empty_batch_end_too() {
    let mut site = Site::new();
    let mut orders = orders(40);
    orders.iter_mut().for_each(|(_, order)| order.csr.truncate(60));
    for batch in [orders, Vec::new()] {
        let count = batch.len();
        let mut refused = 0;
        at_desk(&mut site.inventory, |desk| {
            issuance::issue_many(&site.issuer, batch.into_iter(), desk, |_, outcome| {
                refused += usize::from(outcome.is_err_and(|error| error.is_refusal()));
                Ok(())
            })
            .unwrap();
        });
        assert_eq!(refused, count);
    }
    assert_eq!(site.inventory.verify_audit(None).unwrap().refused, 40);
}

#[test]
fn a_result_is_durable_when_it_is_delivered() {
    let mut site = Site::new();
    let home = site.folder.path().to_owned();
    at_desk(&mut site.inventory, |desk| {
        issuance::issue_many(&site.issuer, orders(60).into_iter(), desk, |_, issued| {
            let issued = issued?;
            // Another connection sees what is committed, and nothing else.
            let reader = Inventory::open_read_only(&home)?;
            let digits = hex::encode(sha256(issued.as_der()));
            assert_eq!(reader.show(&digits)?.len(), 1);
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn orders_are_not_taken_much_faster_than_results_are_delivered() {
    let mut site = Site::new();
    let (_, order) = orders(1).remove(0);
    let taken = AtomicUsize::new(0);
    let many = (0..6_000).map(|number| {
        taken.fetch_add(1, Ordering::SeqCst);
        (number, order.clone())
    });
    let (mut delivered, mut most) = (0, 0);
    at_desk(&mut site.inventory, |desk| {
        issuance::issue_many(&site.issuer, many, desk, |_, issued| {
            issued?;
            if delivered == 0 {
                // A slow receiver: the workers have all the time to run ahead.
                std::thread::sleep(std::time::Duration::from_millis(1500));
            }
            most = most.max(taken.load(Ordering::SeqCst) - delivered);
            delivered += 1;
            Ok::<(), IssueError>(())
        })
        .unwrap();
    });
    assert_eq!(delivered, 6_000);
    // (3 × 2 workers + 4) chunks of at most 512.
    assert!(most <= 10 * 512, "{most} orders were in flight");
}

#[test]
fn the_measurement_issues_what_it_says_into_a_sound_inventory() {
    let folder = tempfile::tempdir().unwrap();
    let key = SoftKey::new(2);
    let plan = BenchPlan { certificates: Some(50), prefilled_rows: 120 };
    let bench = measure(Arc::clone(&key) as _, folder.path(), plan).unwrap();
    for (row, name, rows) in
        [(bench.empty, "empty", 0), (bench.prefilled.unwrap(), "prefilled", 120)]
    {
        assert_eq!((row.algorithm.as_str(), row.workers), ("ec-p256", 2));
        assert!(row.raw_sign_per_s > row.floor_per_s && row.pipeline_per_s > 0.0, "{row:?}");
        let inventory = Inventory::open_read_only(&folder.path().join(name)).unwrap();
        let report = inventory.verify_audit(None).unwrap();
        assert!(report.is_sound(), "{:?}", report.problems);
        // The root, one certificate as the model of the rows, the rows, five batches.
        assert_eq!(report.issued, 1 + 1 + rows + 5 * 50);
    }
}
