//! Connections on loan. sqlx's pool asks each connection that comes back for a sign of life, a round trip that costs a
//! short transaction a fifth of its time. Here a connection whose work has ended well waits for the next at once; one that
//! may be broken is closed.

use crate::{
    StoreError,
    patience::{self, Patient},
};
use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection};
use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// After so many loans a connection is closed, so that none grows old.
const LOANS: u32 = 1_000;

/// The connections of one login.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    pool: PgPool,
    waiting: Arc<Mutex<Vec<Waiting>>>,
    places: Arc<Semaphore>,
    patience: Duration,
}

/// A connection between two loans.
#[derive(Debug)]
struct Waiting {
    connection: PoolConnection<Postgres>,
    loans: u32,
}

/// A connection on loan. Dropped, it is closed; [`Lease::give_back`] says that it is sound.
#[derive(Debug)]
pub(crate) struct Lease {
    connection: PoolConnection<Postgres>,
    loans: u32,
    waiting: Arc<Mutex<Vec<Waiting>>>,
    place: OwnedSemaphorePermit,
}

impl Connections {
    /// Lends the connections of a pool: `size` at most at a time, each asked for no longer than `patience`.
    pub(crate) fn new(pool: PgPool, size: u32, patience: Duration) -> Self {
        Self {
            pool,
            waiting: Arc::default(),
            places: Arc::new(Semaphore::new(size as usize)),
            patience,
        }
    }

    /// Lends a connection: the one that came back last, or a new one.
    ///
    /// # Errors
    /// When none comes back in time, or the database takes no new one.
    pub(crate) async fn lend(&self) -> Result<Lease, StoreError> {
        let asked = tokio::time::timeout(self.patience, Arc::clone(&self.places).acquire_owned());
        let place = asked
            .await
            .map_err(|_| StoreError::Unavailable("no connection came free in time".to_owned()))?
            .map_err(|_| StoreError::Unavailable("the connections are closed".to_owned()))?;
        // Out of the lock before anything is awaited.
        let last = lock(&self.waiting).pop();
        let (connection, loans) = if let Some(last) = last {
            (last.connection, last.loans)
        } else {
            let mut new = self.pool.acquire().await?;
            // The pool would ask it for a sign of life when it comes back, and wait for that as long as it takes.
            new.close_on_drop();
            (new, 0)
        };
        Ok(Lease {
            connection,
            loans: loans + 1,
            waiting: Arc::clone(&self.waiting),
            place,
        })
    }

    /// Gives back the connection of a single statement; when that failed, it is closed, and so are all that wait.
    ///
    /// # Errors
    /// That of the statement.
    pub(crate) fn answered<T>(&self, connection: Lease, answer: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        match answer {
            Ok(answer) => {
                connection.give_back();
                Ok(answer)
            }
            Err(error) => {
                self.mistrust();
                Err(error.into())
            }
        }
    }

    /// Closes all that wait: one of them turned out to be broken.
    pub(crate) fn mistrust(&self) {
        drop(std::mem::take(&mut *lock(&self.waiting)));
    }

    /// Closes the connections; what is under way ends first.
    pub(crate) async fn close(&self) {
        self.places.close();
        self.mistrust();
        if tokio::time::timeout(patience::WORD, self.pool.close()).await.is_err() {
            tracing::warn!("a connection to the database did not end in time");
        }
    }
}

impl Lease {
    /// Whether it has served before: then it may have broken since.
    pub(crate) fn is_used(&self) -> bool {
        self.loans > 1
    }

    /// Gives back a connection that is sound and in no transaction.
    pub(crate) fn give_back(self) {
        if self.loans < LOANS {
            // Under the lock: who closes takes it after having said so.
            let mut waiting = lock(&self.waiting);
            if !self.place.semaphore().is_closed() {
                waiting.push(Waiting {
                    connection: self.connection,
                    loans: self.loans,
                });
            }
        }
    }

    /// For one statement.
    pub(crate) fn patient(&mut self) -> Patient<'_> {
        Patient::new(&mut self.connection, patience::STATEMENT)
    }

    /// Ends a connection at once, without a word to the database: for where nothing can be awaited.
    pub(crate) fn leak(self) {
        drop(self.connection.leak());
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// A poisoned lock is taken all the same: nothing panics while it is held.
fn lock(waiting: &Mutex<Vec<Waiting>>) -> MutexGuard<'_, Vec<Waiting>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
