//! The durable batch engine.
//!
//! Workers, as many as the signer has, take chunks of orders and prepare them; this thread, which owns
//! the store, commits what has arrived in one transaction (intents of some chunks, results of others),
//! hands the chunks whose intents are now durable back to the workers for signing, and delivers those
//! whose results are durable, in order. While it waits for the disk the workers go on with other
//! chunks. Permits bound the chunks in flight, and so the memory.
//!
//! Invariant: a [`Recorded`] chunk is made from the receipts of a commit alone, and only such a chunk
//! can be signed. What was signed is recorded even when the batch stops; nothing is signed twice.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::error::reason;
use super::pace::Pace;
use super::steps::{prepare, refusal};
use super::worker::{
    self, Finished, Item, Orders, Prepared, Recorded, Rejected, Report, Shared, Work,
};
use super::{Desk, IssueError, Issuer, Order};
use crate::base::clock::Clock;
use crate::base::serial::SerialSource;
use crate::inventory::{
    Completed, IntentReceipt, Inventory, KeyGuard, NewIntent, NewResult, StoreError, Transcript,
};
use crate::lint::{Lintable, Linted, Registry};
use crate::profile::Plan;
use crate::sign::Signer;
use crate::verify::Issued;

/// Reports that one transaction takes at most, so that no commit makes the workers wait long.
const GROUP: usize = 16;

/// Steps 1 to 8 for many orders, on all workers. `sink` gets each result with the tag of its order,
/// after it is durable; results come in the order of `orders`. Memory does not grow with their number.
/// `orders` is asked for the next ones by the workers, so it may read files.
///
/// Refusals are delivered like certificates. After a failure of the token nothing more is signed; what
/// was signed by then is recorded and delivered, the rest of the orders is not.
///
/// # Errors
/// [`IssueError`] when the store, the token or the sink fails: the batch stops, what was recorded stays.
pub fn issue_many<T: Send>(
    issuer: &Issuer,
    orders: impl Iterator<Item = (T, Order)> + Send,
    desk: &mut Desk<'_>,
    sink: impl FnMut(T, Result<Issued, IssueError>) -> Result<(), IssueError>,
) -> Result<(), IssueError> {
    // Who is blocked from now on is stopped by the store itself.
    let guard = desk.inventory.key_guard()?;
    run(&Issuance { issuer, guard }, orders, desk, sink)
}

/// Certificates for requests.
struct Issuance<'i> {
    issuer: &'i Issuer,
    guard: KeyGuard,
}

impl Work for Issuance<'_> {
    type Order = Order;
    type Content = Plan;

    fn issuer(&self) -> &str {
        self.issuer.name()
    }

    fn signer(&self) -> &dyn Signer {
        &**self.issuer.signer()
    }

    fn prepare(
        &self,
        order: Order,
        clock: &dyn Clock,
        serials: &dyn SerialSource,
        registry: &Registry,
    ) -> Result<Linted, Rejected> {
        prepare(self.issuer, &order, &self.guard, clock, serials, registry).map_err(|error| {
            let refusal = error.is_refusal().then(|| refusal(self.issuer, &order, &error));
            Rejected { error, refusal }
        })
    }
}

/// [`issue_many`] for any kind of work.
pub(super) fn run<T: Send, W: Work>(
    work: &W,
    orders: impl Iterator<Item = (T, W::Order)> + Send,
    desk: &mut Desk<'_>,
    sink: impl FnMut(T, Result<Issued<W::Content>, IssueError>) -> Result<(), IssueError>,
) -> Result<(), IssueError> {
    let workers = work.signer().workers().max(1);
    let shared = Shared {
        work,
        clock: desk.clock,
        serials: desk.serials,
        registry: desk.registry,
        orders: Mutex::new(Orders { rest: orders.fuse(), chunks: 0 }),
        pace: Pace::new(),
        stop: AtomicBool::new(false),
    };
    // One chunk in the hands of each worker, one ready for each, and some at the store.
    let in_flight = 3 * workers + 4;
    let (permit, permits) = bounded(in_flight);
    for _ in 0..in_flight {
        let _ = permit.try_send(());
    }
    let (recorded, to_sign) = unbounded();
    let (reports, reported) = unbounded();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (permits, to_sign, reports) = (permits.clone(), to_sign.clone(), reports.clone());
            let shared = &shared;
            scope.spawn(move || worker::work(shared, &permits, &to_sign, &reports));
        }
        // With these gone, the channels close when the last worker ends.
        drop((permits, to_sign, reports));
        let clerk = Clerk {
            issuer: work.issuer(),
            clock: desk.clock,
            inventory: desk.inventory,
            stop: &shared.stop,
            reported,
            recorded,
            permit,
            done: BTreeMap::new(),
            next: 0,
            total: None,
            sink,
        };
        clerk.run()
    })
}

/// The store's thread.
struct Clerk<'c, T, C, S> {
    issuer: &'c str,
    clock: &'c dyn Clock,
    inventory: &'c mut Inventory,
    stop: &'c AtomicBool,
    reported: Receiver<Report<T, C>>,
    recorded: Sender<Recorded<T, C>>,
    permit: Sender<()>,
    /// Chunks whose results are durable and that wait for an earlier one.
    done: BTreeMap<usize, Vec<Item<T, Issued<C>>>>,
    /// The chunk to deliver next.
    next: usize,
    /// How many chunks there are, once known.
    total: Option<usize>,
    sink: S,
}

/// What one transaction takes.
struct Group<T, C> {
    prepared: Vec<Prepared<T, C>>,
    finished: Vec<Finished<T, C>>,
}

impl<T, C: Lintable, S> Clerk<'_, T, C, S>
where
    S: FnMut(T, Result<Issued<C>, IssueError>) -> Result<(), IssueError>,
{
    fn run(mut self) -> Result<(), IssueError> {
        let outcome = self.until_done();
        self.stop.store(true, Ordering::Release);
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => Err(self.stopped(error)),
        }
    }

    fn until_done(&mut self) -> Result<(), IssueError> {
        while self.total != Some(self.next) {
            let first = self.reported.recv().map_err(|_| IssueError::Worker)?;
            let mut group = Group { prepared: Vec::new(), finished: Vec::new() };
            let mut failure = self.sort(first, &mut group).err();
            while failure.is_none()
                && group.prepared.len() + group.finished.len() < GROUP
                && let Ok(report) = self.reported.try_recv()
            {
                failure = self.sort(report, &mut group).err();
            }
            if let Some(error) = failure {
                self.rescue(group.finished);
                return Err(error);
            }
            self.commit(group)?;
            self.deliver()?;
        }
        Ok(())
    }

    fn sort(&mut self, report: Report<T, C>, group: &mut Group<T, C>) -> Result<(), IssueError> {
        match report {
            Report::Prepared(chunk) => group.prepared.push(chunk),
            Report::Finished(mut chunk) => {
                let fatal = chunk.fatal.take();
                group.finished.push(chunk);
                if let Some(error) = fatal {
                    return Err(error);
                }
            }
            Report::Exhausted(chunks) => self.total = Some(chunks),
            Report::Failed(error) => return Err(error),
            Report::Died => return Err(IssueError::Worker),
        }
        Ok(())
    }

    /// Makes a group durable and passes its chunks on.
    fn commit(&mut self, group: Group<T, C>) -> Result<(), IssueError> {
        if group.prepared.is_empty() && group.finished.is_empty() {
            return Ok(());
        }
        let receipts = match self.record(&group) {
            Ok(receipts) => receipts,
            Err(error) => {
                // The intents may be what the store had no room for.
                self.rescue(group.finished);
                return Err(error.into());
            }
        };
        for (chunk, receipts) in group.prepared.into_iter().zip(receipts) {
            let recorded = redeem(chunk, receipts);
            if recorded.items.iter().any(|(_, item)| item.is_ok()) {
                // Fails only when every worker is gone, which the next report tells.
                let _ = self.recorded.send(recorded);
            } else {
                let refused = recorded.items.into_iter().filter_map(|(tag, item)| match item {
                    Ok(_) => None,
                    Err(error) => Some((tag, Err(error))),
                });
                self.done.insert(recorded.index, refused.collect());
            }
        }
        self.done.extend(group.finished.into_iter().map(|chunk| (chunk.index, chunk.items)));
        Ok(())
    }

    fn record(&mut self, group: &Group<T, C>) -> Result<Vec<Vec<IntentReceipt>>, StoreError> {
        let mut transcript = self.inventory.begin(self.clock.now())?;
        record_finished(&mut transcript, &group.finished)?;
        for chunk in &group.prepared {
            transcript.refusals(&chunk.refusals)?;
            let linted = chunk.items.iter().filter_map(|(_, item)| item.as_ref().ok());
            transcript.intents(self.issuer, linted.map(NewIntent::from))?;
        }
        transcript.commit()
    }

    /// Delivers every chunk that is next.
    fn deliver(&mut self) -> Result<(), IssueError> {
        while let Some(items) = self.done.remove(&self.next) {
            self.next += 1;
            for (tag, outcome) in items {
                (self.sink)(tag, outcome)?;
            }
            let _ = self.permit.try_send(());
        }
        Ok(())
    }

    /// After a failure: lets the workers run out, records what they had signed, and delivers it if the
    /// token was what failed.
    fn stopped(mut self, error: IssueError) -> IssueError {
        let (nobody, _) = bounded(0);
        self.permit = nobody;
        let (nobody, _) = unbounded();
        self.recorded = nobody;
        let mut finished = Vec::new();
        while let Ok(report) = self.reported.recv() {
            if let Report::Finished(chunk) = report {
                finished.push(chunk);
            }
        }
        self.rescue(finished);
        if matches!(error, IssueError::Sign(_) | IssueError::Verify(_)) {
            for (tag, outcome) in std::mem::take(&mut self.done).into_values().flatten() {
                if let Err(second) = (self.sink)(tag, outcome) {
                    tracing::warn!(error = %reason(&second), "results are left in the inventory");
                    break;
                }
            }
        }
        error
    }

    /// Records signatures of a batch that stops, in a transaction of their own.
    fn rescue(&mut self, finished: Vec<Finished<T, C>>) {
        if finished.is_empty() {
            return;
        }
        let recorded = self.inventory.begin(self.clock.now()).and_then(|mut transcript| {
            record_finished(&mut transcript, &finished)?;
            transcript.commit()
        });
        match recorded {
            Ok(_) => self.done.extend(finished.into_iter().map(|chunk| (chunk.index, chunk.items))),
            Err(error) => tracing::warn!(
                error = %reason(&error),
                "signatures could not be recorded; their intents stay maybe signed"
            ),
        }
    }
}

fn record_finished<T, C: Lintable>(
    transcript: &mut Transcript<'_>,
    finished: &[Finished<T, C>],
) -> Result<(), StoreError> {
    for chunk in finished {
        let issued = chunk.items.iter().filter_map(|(_, item)| item.as_ref().ok());
        transcript.results(issued.map(|issued| NewResult::from(issued as &dyn Completed)))?;
        transcript.failures(&chunk.failures)?;
    }
    Ok(())
}

/// Joins the receipts of a commit with the items they cover. An item without one cannot be signed.
fn redeem<T, C>(chunk: Prepared<T, C>, receipts: Vec<IntentReceipt>) -> Recorded<T, C> {
    let mut receipts = receipts.into_iter();
    let items = chunk.items.into_iter().filter_map(|(tag, item)| match item {
        Ok(linted) => receipts.next().map(|receipt| (tag, Ok((linted, receipt)))),
        Err(refused) => Some((tag, Err(refused))),
    });
    Recorded { index: chunk.index, items: items.collect() }
}
