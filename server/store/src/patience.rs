//! Statements that give up on a connection that says nothing. The server ends a statement that takes too long, but a
//! connection whose other end vanished without a word (a failover, a firewall that forgot it) would be waited on for ever,
//! and with it its place among the connections.

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Describe, Either, Error, Execute, Executor, PgConnection, Postgres, SqlStr,
    postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};
use std::{future::Future, io, time::Duration};

/// Above what a statement may take on the server, lock and all ([`crate::PoolSizes`]).
pub(crate) const STATEMENT: Duration = Duration::from_secs(15);
/// For what a server that lives answers at once: the beginning of a transaction, a rollback nobody waits for, a sign of life.
pub(crate) const WORD: Duration = Duration::from_secs(5);

/// A connection on which nothing is waited for longer than so long; then it is to be closed.
#[derive(Debug)]
pub(crate) struct Patient<'c> {
    connection: &'c mut PgConnection,
    limit: Duration,
}

impl<'c> Patient<'c> {
    pub(crate) fn new(connection: &'c mut PgConnection, limit: Duration) -> Self {
        Self { connection, limit }
    }
}

async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(limit, answer)
        .await
        .unwrap_or_else(|_| Err(silent()))
}

fn silent() -> Error {
    Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "the connection to the database says nothing",
    ))
}

impl<'c> Executor<'c> for Patient<'c> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let limit = self.limit;
        let rows = self.connection.fetch_many(query);
        stream::unfold(Some(rows), move |rows| async move {
            let mut rows = rows?;
            match tokio::time::timeout(limit, rows.next()).await {
                Ok(row) => row.map(|row| (row, Some(rows))),
                Err(_) => Some((Err(silent()), None)),
            }
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        within(self.limit, self.connection.fetch_optional(query)).boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        within(self.limit, self.connection.prepare_with(sql, parameters)).boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        within(self.limit, self.connection.describe(sql)).boxed()
    }
}
