//! The connection to the database: two pools, one for each login that serves requests.

use crate::{
    Reason, StoreError, SystemTx, TenantScope, TenantTx,
    lease::Connections,
    patience::{self, Patient},
};
use domain::AccountId;
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use std::{
    net::IpAddr,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Postgres URLs, one for each login. Passwords are in them: they are never printed.
#[derive(Clone)]
pub struct Logins {
    /// For migrations only: `scriptkeep_owner` or a superuser. A serving process does not need it.
    pub owner: Option<String>,
    /// `scriptkeep_app`: everything that happens inside a workspace.
    pub app: String,
    /// `scriptkeep_system`: sessions, sign-in, jobs, sealing.
    pub system: String,
}

impl std::fmt::Debug for Logins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Logins([hidden])")
    }
}

/// How many connections to hold at most, and how long to wait for things.
#[derive(Clone, Copy, Debug)]
pub struct PoolSizes {
    /// Connections of the app login.
    pub app: u32,
    /// Connections of the system login.
    pub system: u32,
    /// How long a request waits for a connection before it is told that the database is not available.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
    /// How long one statement may wait for a lock.
    pub lock_timeout: Duration,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self {
            app: 8,
            system: 4,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(3),
        }
    }
}

#[derive(Debug)]
struct Pools {
    app: Connections,
    system: Connections,
    transactions: AtomicU64,
}

/// The database. Cloning shares the pools.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Arc<Pools>,
}

impl Db {
    /// Opens one connection of each login.
    ///
    /// # Errors
    /// When a URL cannot be read or the database does not take the login.
    pub async fn connect(logins: &Logins, sizes: PoolSizes) -> Result<Self, StoreError> {
        let app = pool(&logins.app, sizes.app, sizes).await?;
        let system = pool(&logins.system, sizes.system, sizes).await?;
        Ok(Self {
            pools: Arc::new(Pools {
                app,
                system,
                transactions: AtomicU64::new(1),
            }),
        })
    }

    /// Begins a transaction in a workspace: one round trip.
    ///
    /// # Errors
    /// When the database does not answer, or the workspace lives in a cluster this process is not connected to.
    pub async fn begin(&self, scope: &TenantScope) -> Result<TenantTx, StoreError> {
        scope.placement.reachable()?;
        TenantTx::begin(&self.pools.app, self.number(), scope).await
    }

    /// Begins a transaction of the system login, in the house: one round trip.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn system(&self, reason: Reason, actor: Option<AccountId>) -> Result<SystemTx, StoreError> {
        tracing::trace!(?reason, "system transaction");
        SystemTx::begin(&self.pools.system, self.number(), reason, actor).await
    }

    /// Whether both logins get an answer now, for `/readyz`.
    ///
    /// # Errors
    /// When one of them does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        for connections in [&self.pools.app, &self.pools.system] {
            let mut connection = connections.lend().await?;
            let word = Patient::new(&mut connection, patience::WORD);
            let answer = sqlx::query("select 1").execute(word).await;
            connections.answered(connection, answer)?;
        }
        Ok(())
    }

    /// Closes the connections; transactions under way end first.
    pub async fn close(&self) {
        self.pools.app.close().await;
        self.pools.system.close().await;
    }

    fn number(&self) -> u64 {
        self.pools.transactions.fetch_add(1, Ordering::Relaxed)
    }

    /// Connections of the app login, for checks at the start.
    pub(crate) fn app(&self) -> &Connections {
        &self.pools.app
    }

    /// Connections for single statements of the system login that need no context; each caller names its reason.
    pub(crate) fn statements(&self, reason: Reason) -> &Connections {
        tracing::trace!(?reason, "system statement");
        &self.pools.system
    }
}

/// Reads a URL; an error never repeats it, since it may hold a password. A server on another machine must show a
/// certificate that is checked: what goes over that wire opens sessions.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Unavailable("the database's URL cannot be read".to_owned()))?;
    let host = options.get_host();
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    // Without an authority of its own, verify-ca takes any certificate that any public authority gave to anybody.
    let checked = match options.get_ssl_mode() {
        PgSslMode::VerifyFull => true,
        PgSslMode::VerifyCa => url.contains("sslrootcert=") || url.contains("ssl-root-cert="),
        _ => false,
    };
    if !here && !checked {
        return Err(StoreError::Unavailable(
            "the database is on another machine, and its URL does not ask for a checked certificate. Add \
             sslmode=verify-full to the URL, with sslrootcert=FILE where the database has a CA of its own"
                .to_owned(),
        ));
    }
    // sqlx would log the text of slow statements. Ours begin a transaction with ids in the text, and none belongs in a log;
    // how long requests take stands in the journal.
    Ok(options.application_name("scriptkeep").disable_statement_logging())
}

async fn pool(url: &str, size: u32, sizes: PoolSizes) -> Result<Connections, StoreError> {
    let options = options(url)?.options([
        ("search_path", "control,pg_temp".to_owned()),
        (
            "statement_timeout",
            format!("{}ms", sizes.statement_timeout.as_millis()),
        ),
        ("lock_timeout", format!("{}ms", sizes.lock_timeout.as_millis())),
        // A transaction waits for nothing but us; one that sits idle this long has been forgotten.
        (
            "idle_in_transaction_session_timeout",
            format!("{}ms", 2 * sizes.statement_timeout.as_millis()),
        ),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(sizes.acquire_timeout)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok(Connections::new(pool, size, sizes.acquire_timeout))
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn another_machine_is_spoken_to_under_a_checked_certificate_only() {
        for near in [
            "postgres://app@localhost/db",
            "postgres://app@127.0.0.1:5433/db",
            "postgres://app@[::1]/db",
            "postgres://app@%2Frun%2Fpostgresql/db",
            "postgres:///db?host=/run/postgresql&user=app",
            "postgres://app@db.example.org/db?sslmode=verify-full",
            "postgres://app@10.0.0.7/db?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
        ] {
            assert!(options(near).is_ok(), "{near}");
        }
        for far in [
            "postgres://app@db.example.org/db",
            "postgres://app@10.0.0.7/db?sslmode=require",
            "postgres://app@10.0.0.7/db?sslmode=verify-ca",
            "postgres://app:hunter2@localhost.example.org/db?sslmode=prefer",
        ] {
            let refused = options(far).map(|_| ()).expect_err(far).to_string();
            assert!(
                refused.contains("verify-full") && !refused.contains("hunter2"),
                "{refused}"
            );
        }
    }
}
