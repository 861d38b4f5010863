//! What a test does as the superuser: looking past every policy, and playing the attacker who holds the database.

use crate::TestDatabase;
use sqlx::{AssertSqlSafe, PgConnection};

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
