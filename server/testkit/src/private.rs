//! A server of one test's own: for tests that read every byte of it, and for measuring.

use crate::EPOCH;
use domain::Secret;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};
use store::{
    Logins,
    cluster::{Cluster, Durability},
    migrate::{self, Setup},
};

/// A durable server in a folder of its own. Both go when this is dropped.
#[derive(Debug)]
pub struct PrivateServer {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl PrivateServer {
    /// Starts one.
    ///
    /// # Panics
    /// When there is no Postgres; the message says what to do.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("scriptkeep-")
            // The server's user passes through; its own folders are closed to others.
            .permissions(fs::Permissions::from_mode(0o711))
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let cluster = Cluster::start(&folder.path().join("pg"), Durability::Full)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self { cluster, folder }
    }

    /// Everything the server keeps is under this folder, and so is what a test puts beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A migrated database and its logins.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn database(&self, name: &str) -> Logins {
        let url = self.cluster.superuser_url(name);
        let made = self.cluster.create_database(name).await;
        made.unwrap_or_else(|error| panic!("no database {name}: {error}"));
        let setup = Setup {
            url: Secret::new(url.clone()),
            owner_password: None,
            app_password: None,
            system_password: None,
            schemas: Vec::new(),
            now: EPOCH,
        };
        let migrated = migrate::migrate(&setup).await;
        migrated.unwrap_or_else(|error| panic!("{name} is not migrated: {error}"));
        Logins {
            owner: Some(url),
            app: self.cluster.url(migrate::APP, name),
            system: self.cluster.url(migrate::SYSTEM, name),
        }
    }

    /// The URL of a database for any login: the socket trusts whoever can enter its folder.
    pub fn url(&self, login: &str, database: &str) -> String {
        self.cluster.url(login, database)
    }

    /// A superuser's connection.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn superuser(&self, database: &str) -> PgConnection {
        PgConnection::connect(&self.cluster.superuser_url(database))
            .await
            .unwrap_or_else(|error| panic!("the superuser cannot connect: {error}"))
    }

    /// Runs statements as the superuser.
    ///
    /// # Panics
    /// When one of them fails.
    pub async fn run(&self, database: &str, sql: &str) {
        run(&mut self.superuser(database).await, sql).await;
    }

    /// Runs statements as the superuser that the server must refuse: what it then writes to its log is of interest.
    ///
    /// # Panics
    /// When it takes them.
    pub async fn refuses(&self, database: &str, sql: &str) {
        let mut superuser = self.superuser(database).await;
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut superuser)
            .await;
        assert!(done.is_err(), "{sql}: was done");
    }

    /// A copy of the server, as an operator makes it: `pg_basebackup`, with the WAL it needs.
    ///
    /// # Panics
    /// When it does not work.
    pub fn base_backup(&self) -> PathBuf {
        let socket = self.cluster.folder().join("socket");
        let target = self.folder.path().join("backup");
        fs::create_dir(&target).unwrap_or_else(|error| panic!("no folder for the backup: {error}"));
        let owner = fs::metadata(self.cluster.folder().join("data"))
            .unwrap_or_else(|error| panic!("the server's data cannot be seen: {error}"));
        let mut command = Command::new(self.cluster.binaries().join("pg_basebackup"));
        command.arg("--pgdata").arg(&target).arg("--host").arg(&socket);
        command.args([
            "--username=postgres",
            "--port=5432",
            "--wal-method=stream",
            "--checkpoint=fast",
        ]);
        command.current_dir("/");
        // Root can be anybody; everybody else is whom the server runs as.
        if fs::metadata("/proc/self").is_ok_and(|ourselves| ourselves.uid() == 0) {
            command.uid(owner.uid()).gid(owner.gid());
            std::os::unix::fs::chown(&target, Some(owner.uid()), Some(owner.gid()))
                .unwrap_or_else(|error| panic!("the backup's folder cannot be given away: {error}"));
        }
        let done = command
            .output()
            .unwrap_or_else(|error| panic!("pg_basebackup does not start: {error}"));
        assert!(
            done.status.success(),
            "pg_basebackup: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        target
    }
}

/// Runs statements on a connection.
///
/// # Panics
/// When one of them fails.
pub async fn run(connection: &mut PgConnection, sql: &str) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await {
        panic!("{sql}: {error}");
    }
}

impl Drop for PrivateServer {
    /// A runtime cannot be entered twice, so another thread stops the server.
    fn drop(&mut self) {
        let cluster = self.cluster.clone();
        let stopped = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                let _ = runtime.block_on(cluster.stop());
            }
        });
        let _ = stopped.join();
    }
}
