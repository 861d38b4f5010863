//! A database for each test, copied from a template that is migrated once for each state of the migrations.

use crate::{EPOCH, server, server::Server};
use domain::Secret;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Db, Logins, PoolSizes, Schema, migrate};

/// A database of one test, dropped with this.
#[derive(Debug)]
pub struct TestDatabase {
    /// The product's connection: app and system logins.
    pub db: Db,
    /// The URLs behind it, the owner's included.
    pub logins: Logins,
    name: String,
    server: &'static Server,
}

/// A migrated database for one test, connected as the app and system logins.
///
/// # Panics
/// When there is no Postgres; the message says what to do.
pub async fn database() -> TestDatabase {
    database_with(PoolSizes::default()).await
}

/// [`database`] with other pools.
///
/// # Panics
/// When there is no Postgres; the message says what to do.
pub async fn database_with(sizes: PoolSizes) -> TestDatabase {
    database_on(server().await, sizes).await
}

/// [`database_with`] on a server of one's choice.
///
/// # Panics
/// When the server does not answer.
pub async fn database_on(server: &'static Server, sizes: PoolSizes) -> TestDatabase {
    let template = template(server).await;
    let name = fresh_name();
    let mut admin = admin(server).await;
    // A process that was killed leaves its databases behind, and its id may be another's by now.
    run(&mut admin, &format!("drop database if exists {name} with (force)")).await;
    run(&mut admin, &format!("create database {name} template {template}")).await;
    // Privileges of a database are not copied from its template.
    run(
        &mut admin,
        &format!("grant create on database {name} to {}", migrate::OWNER),
    )
    .await;
    run(&mut admin, &format!("revoke temporary on database {name} from public")).await;
    let _ = admin.close().await;
    let logins = Logins {
        owner: Some(server.url(Some(migrate::OWNER), &name)),
        app: server.url(Some(migrate::APP), &name),
        system: server.url(Some(migrate::SYSTEM), &name),
    };
    let db = Db::connect(&logins, sizes)
        .await
        .unwrap_or_else(|error| panic!("cannot connect to {name}: {error}"));
    TestDatabase {
        db,
        logins,
        name,
        server,
    }
}

impl TestDatabase {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A superuser's URL for it.
    pub fn superuser_url(&self) -> String {
        self.server.url(None, &self.name)
    }

    /// A superuser's connection: for looking at the catalogue and for playing the attacker.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn superuser(&self) -> PgConnection {
        let options = self.server.superuser(&self.name);
        options
            .connect()
            .await
            .unwrap_or_else(|error| panic!("the superuser cannot connect: {error}"))
    }

    /// A bare connection with one of the three logins ([`migrate::OWNER`], [`migrate::APP`], [`migrate::SYSTEM`]).
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn login(&self, login: &str) -> PgConnection {
        let options = self
            .server
            .superuser(&self.name)
            .username(login)
            .password(Server::PASSWORD);
        options
            .connect()
            .await
            .unwrap_or_else(|error| panic!("{login} cannot connect: {error}"))
    }
}

impl Drop for TestDatabase {
    /// A runtime cannot be entered twice, so another thread drops the database; its sessions are ended.
    fn drop(&mut self) {
        let (server, name) = (self.server, self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(mut admin) = server.superuser("postgres").connect().await {
                    let drop = format!("drop database if exists {name} with (force)");
                    let _ = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

/// The template of this state of the migrations; made by the first who asks. Finished ones take no connections.
async fn template(server: &Server) -> String {
    let name = format!("scriptkeep_template_{}", migrate::fingerprint());
    let mut admin = admin(server).await;
    sqlx::query("select pg_advisory_lock(7236481990215)")
        .execute(&mut admin)
        .await
        .unwrap_or_else(|error| panic!("cannot wait for the template: {error}"));
    let finished: Option<bool> = sqlx::query_scalar("select not datallowconn from pg_database where datname = $1")
        .bind(&name)
        .fetch_optional(&mut admin)
        .await
        .unwrap_or_else(|error| panic!("cannot look for the template: {error}"));
    if finished != Some(true) {
        run(&mut admin, &format!("drop database if exists {name} with (force)")).await;
        run(&mut admin, &format!("create database {name}")).await;
        let password = Some(Secret::new(Server::PASSWORD));
        let setup = migrate::Setup {
            url: Secret::new(server.url(None, &name)),
            owner_password: password.clone(),
            app_password: password.clone(),
            system_password: password,
            schemas: vec![Schema::shared()],
            now: EPOCH,
        };
        migrate::migrate(&setup)
            .await
            .unwrap_or_else(|error| panic!("the template could not be migrated: {error}"));
        run(&mut admin, &format!("alter database {name} allow_connections false")).await;
    }
    let _ = admin.close().await;
    name
}

async fn admin(server: &Server) -> PgConnection {
    let options = server.superuser("postgres");
    options
        .connect()
        .await
        .unwrap_or_else(|error| panic!("the test Postgres does not answer: {error}"))
}

/// Runs a statement made of our own names.
async fn run(conn: &mut PgConnection, sql: &str) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await {
        panic!("{sql}: {error}");
    }
}

/// A name no other test process uses: process ids are unique while the process lives.
fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!(
        "scriptkeep_test_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
