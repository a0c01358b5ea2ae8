//! The sessions: one that keeps the login, and a bounded number that work.

use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;
use cryptoki::slot::{Limit, Slot, TokenInfo};

use super::TokenError;
use super::error::Explain as _;

/// Sessions left to others: the one that keeps the login, and one for another program.
const RESERVE: u64 = 2;

/// Sessions that work, opened when they are first needed. A session that saw an error is closed, and
/// what was cached for it goes with it: after an error nobody knows what it still holds.
#[derive(Debug)]
pub(super) struct Pool {
    context: Pkcs11,
    slot: Slot,
    limit: NonZeroUsize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug)]
struct State {
    idle: Vec<Worker>,
    /// Idle and lent ones.
    open: usize,
    /// At most [`Pool::limit`]; lower once the token had no more to give.
    limit: usize,
}

/// One session with the handles that keys have in it.
#[derive(Debug)]
pub(super) struct Worker {
    session: Session,
    handles: Vec<(u64, ObjectHandle)>,
}

impl Worker {
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// The handle of the key `number`, found by `find` at its first use in this session.
    pub(super) fn handle(
        &mut self,
        number: u64,
        find: impl FnOnce(&Session) -> Result<ObjectHandle, TokenError>,
    ) -> Result<ObjectHandle, TokenError> {
        if let Some((_, handle)) = self.handles.iter().find(|(known, _)| *known == number) {
            return Ok(*handle);
        }
        let handle = find(&self.session)?;
        self.handles.push((number, handle));
        Ok(handle)
    }
}

impl Pool {
    /// A pool of `workers`, or min(cores, the token's session limit less a reserve).
    pub(super) fn new(
        context: Pkcs11,
        slot: Slot,
        info: &TokenInfo,
        workers: Option<usize>,
    ) -> Self {
        let limit = workers.and_then(NonZeroUsize::new).unwrap_or_else(|| {
            default_workers(info.max_session_count(), info.max_rw_session_count())
        });
        let state = State { idle: Vec::new(), open: 0, limit: limit.get() };
        Self { context, slot, limit, state: Mutex::new(state), returned: Condvar::new() }
    }

    /// How many sessions can work at once.
    pub(super) fn limit(&self) -> usize {
        self.limit.get()
    }

    /// Runs `work` on a session of its own, waiting for one if all are busy. The session is kept when
    /// `work` succeeds and closed when it does not.
    pub(super) fn run<T>(
        &self,
        work: impl FnOnce(&mut Worker) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let mut lease = Lease { pool: self, worker: Some(self.take()?) };
        let Some(worker) = lease.worker.as_mut() else {
            // `lease` was made with a worker one line above.
            return Err(TokenError::Answer { detail: "a session was lost".to_owned() });
        };
        let result = work(worker);
        if result.is_ok() {
            lease.give_back();
        }
        result
    }

    fn take(&self) -> Result<Worker, TokenError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(worker) = state.idle.pop() {
                return Ok(worker);
            }
            if state.open < state.limit {
                state.open += 1;
                break;
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        match self.context.open_rw_session(self.slot) {
            Ok(session) => Ok(Worker { session, handles: Vec::new() }),
            Err(error) => {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.open -= 1;
                // Another program has the rest of the token's sessions: go on with those we have.
                if matches!(error, Error::Pkcs11(RvError::SessionCount, _)) && state.open > 0 {
                    state.limit = state.open;
                    drop(state);
                    return self.take();
                }
                drop(state);
                self.returned.notify_one();
                Err(TokenError::from_cryptoki(error))
            }
        }
    }
}

/// A lent session: closed when dropped, unless given back.
struct Lease<'a> {
    pool: &'a Pool,
    worker: Option<Worker>,
}

impl Lease<'_> {
    fn give_back(mut self) {
        if let Some(worker) = self.worker.take() {
            let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.idle.push(worker);
            drop(state);
            self.pool.returned.notify_one();
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            drop(worker);
            let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.open -= 1;
            drop(state);
            self.pool.returned.notify_one();
        }
    }
}

/// Opens the session that keeps the login.
pub(super) fn open_keeper(context: &Pkcs11, slot: Slot) -> Result<Session, TokenError> {
    context.open_rw_session(slot).explain()
}

fn default_workers(sessions: Limit, writing: Limit) -> NonZeroUsize {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    [sessions, writing].into_iter().fold(cores, |workers, limit| match limit {
        // Zero is what tokens without a limit report too: PKCS#11 calls it effectively infinite.
        Limit::Max(most) if most > 0 => {
            let usable = usize::try_from(most.saturating_sub(RESERVE)).unwrap_or(usize::MAX);
            workers.min(NonZeroUsize::new(usable).unwrap_or(NonZeroUsize::MIN))
        }
        _ => workers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_leaves_a_reserve_of_the_sessions_and_is_never_zero() {
        let cores = std::thread::available_parallelism().unwrap();
        assert_eq!(default_workers(Limit::Infinite, Limit::Unavailable), cores);
        assert_eq!(default_workers(Limit::Max(1_000_000), Limit::Max(0)), cores);
        assert_eq!(default_workers(Limit::Max(3), Limit::Infinite).get(), 1);
        assert_eq!(default_workers(Limit::Infinite, Limit::Max(1)).get(), 1);
    }
}
