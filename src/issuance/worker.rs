//! A worker of a batch: prepares chunks (steps 1 to 4), and signs and verifies those whose intents are
//! durable (steps 6 and 7), which comes first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, never, select_biased};

use super::IssueError;
use super::error::reason;
use super::pace::Pace;
use super::steps::sign_and_verify;
use crate::base::clock::Clock;
use crate::base::serial::SerialSource;
use crate::inventory::{Failure, IntentReceipt, Refusal};
use crate::lint::{Lintable, Linted, Registry};
use crate::sign::Signer;
use crate::verify::Issued;

/// An order's tag, and what became of the order.
pub(super) type Item<T, O> = (T, Result<O, IssueError>);

/// What a batch does for one issuer.
pub(super) trait Work: Sync {
    /// What it is asked for.
    type Order: Send;
    /// What it makes.
    type Content: Lintable;

    /// The issuer's name in the home.
    fn issuer(&self) -> &str;

    /// The key.
    fn signer(&self) -> &dyn Signer;

    /// The steps up to 4.
    fn prepare(
        &self,
        order: Self::Order,
        clock: &dyn Clock,
        serials: &dyn SerialSource,
        registry: &Registry,
    ) -> Result<Linted<Self::Content>, Rejected>;
}

/// An order that came not so far; with the record of a refusal.
pub(super) struct Rejected {
    pub(super) error: IssueError,
    pub(super) refusal: Option<Refusal>,
}

/// Orders that went through steps 1 to 4.
pub(super) struct Prepared<T, C> {
    pub(super) index: usize,
    pub(super) items: Vec<Item<T, Linted<C>>>,
    pub(super) refusals: Vec<Refusal>,
}

/// A chunk whose intents and refusals are durable: the one form in which work reaches step 6.
pub(super) struct Recorded<T, C> {
    pub(super) index: usize,
    pub(super) items: Vec<Item<T, (Linted<C>, IntentReceipt)>>,
}

/// A chunk after step 7. Items whose signature failed, or that were not signed because the batch was
/// stopped, are no longer in it.
pub(super) struct Finished<T, C> {
    pub(super) index: usize,
    pub(super) items: Vec<Item<T, Issued<C>>>,
    pub(super) failures: Vec<Failure>,
    pub(super) fatal: Option<IssueError>,
}

/// What a worker tells the store's thread.
pub(super) enum Report<T, C> {
    Prepared(Prepared<T, C>),
    Finished(Finished<T, C>),
    /// So many chunks were taken, and there are no more orders.
    Exhausted(usize),
    /// A step that is not a refusal failed before anything was recorded.
    Failed(IssueError),
    /// The worker panicked.
    Died,
}

/// What the workers of a batch share.
pub(super) struct Shared<'s, W, I> {
    pub(super) work: &'s W,
    pub(super) clock: &'s dyn Clock,
    pub(super) serials: &'s dyn SerialSource,
    pub(super) registry: &'s Registry,
    pub(super) orders: Mutex<Orders<I>>,
    pub(super) pace: Pace,
    /// Set once: from then on nothing is signed.
    pub(super) stop: AtomicBool,
}

/// The orders not yet taken.
pub(super) struct Orders<I> {
    pub(super) rest: I,
    pub(super) chunks: usize,
}

/// Works until both channels are closed.
pub(super) fn work<T, W: Work, I: Iterator<Item = (T, W::Order)>>(
    shared: &Shared<'_, W, I>,
    permits: &Receiver<()>,
    recorded: &Receiver<Recorded<T, W::Content>>,
    reports: &Sender<Report<T, W::Content>>,
) {
    let _obituary = Obituary { stop: &shared.stop, reports };
    let none = never();
    let mut permits = permits;
    loop {
        // Signing first: it frees memory, preparing fills it.
        let report = select_biased! {
            recv(recorded) -> chunk => match chunk {
                Ok(chunk) => Some(Report::Finished(finish(shared, chunk))),
                Err(_) => return,
            },
            recv(permits) -> permit => match permit {
                Ok(()) => Some(next(shared)),
                Err(_) => None,
            },
        };
        let Some(report) = report else {
            permits = &none;
            continue;
        };
        if matches!(report, Report::Exhausted(_) | Report::Failed(_)) {
            permits = &none;
        }
        // The store's thread listens until the last worker is gone.
        let _ = reports.send(report);
    }
}

/// Takes the next chunk of orders and prepares it.
fn next<T, W: Work, I: Iterator<Item = (T, W::Order)>>(
    shared: &Shared<'_, W, I>,
) -> Report<T, W::Content> {
    let (index, chunk) = {
        let mut orders = shared.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let index = orders.chunks;
        if shared.stop.load(Ordering::Acquire) {
            return Report::Exhausted(index);
        }
        let chunk: Vec<_> = orders.rest.by_ref().take(shared.pace.chunk()).collect();
        if chunk.is_empty() {
            return Report::Exhausted(index);
        }
        orders.chunks += 1;
        (index, chunk)
    };
    let mut prepared =
        Prepared { index, items: Vec::with_capacity(chunk.len()), refusals: Vec::new() };
    for (tag, order) in chunk {
        let Shared { work, clock, serials, registry, .. } = shared;
        match work.prepare(order, *clock, *serials, registry) {
            Ok(linted) => prepared.items.push((tag, Ok(linted))),
            Err(Rejected { error, .. }) if !error.is_refusal() => return Report::Failed(error),
            Err(Rejected { error, refusal }) => {
                prepared.refusals.extend(refusal);
                prepared.items.push((tag, Err(error)));
            }
        }
    }
    Report::Prepared(prepared)
}

fn finish<T, W: Work, I>(
    shared: &Shared<'_, W, I>,
    chunk: Recorded<T, W::Content>,
) -> Finished<T, W::Content> {
    let started = Instant::now();
    let mut finished = Finished {
        index: chunk.index,
        items: Vec::with_capacity(chunk.items.len()),
        failures: Vec::new(),
        fatal: None,
    };
    let mut signed = 0;
    for (tag, item) in chunk.items {
        match item {
            Err(refused) => finished.items.push((tag, Err(refused))),
            Ok(_) if shared.stop.load(Ordering::Acquire) => {}
            Ok((linted, receipt)) => match sign_and_verify(shared.work.signer(), linted, receipt) {
                Ok(issued) => {
                    signed += 1;
                    finished.items.push((tag, Ok(issued)));
                }
                Err((intent, error)) => {
                    shared.stop.store(true, Ordering::Release);
                    finished.failures.push(Failure { intent, reason: reason(&error) });
                    finished.fatal.get_or_insert(error);
                }
            },
        }
    }
    shared.pace.learn(signed, started.elapsed());
    finished
}

/// Tells the store's thread when its worker panics, which would otherwise wait for a chunk for ever.
struct Obituary<'w, T, C> {
    stop: &'w AtomicBool,
    reports: &'w Sender<Report<T, C>>,
}

impl<T, C> Drop for Obituary<'_, T, C> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.stop.store(true, Ordering::Release);
            let _ = self.reports.send(Report::Died);
        }
    }
}
