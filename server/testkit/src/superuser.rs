//! What a test does as the superuser: looking past every policy, and playing the attacker who holds the database.

use crate::TestDatabase;
use sqlx::{AssertSqlSafe, PgConnection};
use std::time::Duration;

impl TestDatabase {
    /// Runs statements as the superuser.
    ///
    /// # Panics
    /// When one of them fails.
    pub async fn run(&self, sql: &str) {
        let mut superuser = self.superuser().await;
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut superuser)
            .await
        {
            panic!("{sql}: {error}");
        }
    }

    /// Runs statements as the superuser, in a transaction that holds its locks until the connection is dropped.
    ///
    /// # Panics
    /// When one of them fails.
    pub async fn hold(&self, sql: &str) -> PgConnection {
        let mut superuser = self.superuser().await;
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}")))
            .execute(&mut superuser)
            .await
        {
            panic!("{sql}: {error}");
        }
        superuser
    }

    /// The one number a query gives (`bigint`), as the superuser sees it.
    ///
    /// # Panics
    /// When the query fails.
    pub async fn number(&self, sql: &str) -> i64 {
        let mut superuser = self.superuser().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_one(&mut superuser)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// How many statements wait for a lock in this database.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn waiting(&self) -> i64 {
        self.number(
            "select count(*) from pg_locks where not granted
             and database = (select oid from pg_database where datname = current_database())",
        )
        .await
    }

    /// Until a statement waits for a lock that [`hold`](Self::hold) took.
    ///
    /// # Panics
    /// When nobody waits within a minute.
    pub async fn until_somebody_waits(&self) {
        let wait = async {
            while self.waiting().await == 0 {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), wait).await;
        assert!(waited.is_ok(), "nobody waits for a lock");
    }

    /// The texts a query gives, as the superuser sees them.
    ///
    /// # Panics
    /// When the query fails.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let mut superuser = self.superuser().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut superuser)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}
