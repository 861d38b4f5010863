//! The Postgres that tests share.

use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use std::{
    fs, io,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr,
};
use store::cluster::{Cluster, Durability};
use tokio::sync::OnceCell;

/// Stops the shared server and removes its data once no test process is left; `flock` agrees with Rust's `File::lock`.
///
/// A test process holds `users.lock` (shared) for life and takes it before it looks for a server, so that the server
/// cannot be stopped under it. `watch.lock` has the lowest number because files are closed in that order at exit: who
/// waited for `users.lock` finds that nobody watches any more.
const WATCH: &str = r#"
exec 5>>"$1/watch.lock"; flock -n 5 || exit 0
while :; do
    sleep 3
    exec 8>>"$1/start.lock"; flock 8
    exec 7>>"$1/users.lock"
    if flock -n 7; then
        "$2/pg_ctl" stop --pgdata "$1/data" --mode=fast --wait --silent && find "$1/data" -mindepth 1 -delete
        exit 0
    fi
    exec 7>&- 8>&-
done
"#;

/// A server to make databases in.
#[derive(Debug)]
pub struct Server {
    superuser: PgConnectOptions,
    /// Held until the process ends; see [`WATCH`].
    _users: Option<fs::File>,
}

impl Server {
    /// How to reach a database as a superuser.
    pub fn superuser(&self, database: &str) -> PgConnectOptions {
        self.superuser.clone().database(database)
    }

    /// The URL of a database for a login; a superuser's when `login` is `None`.
    pub fn url(&self, login: Option<&str>, database: &str) -> String {
        let options = self.superuser(database);
        let options = match login {
            Some(login) => options.username(login).password(Self::PASSWORD),
            None => options,
        };
        options.to_url_lossy().to_string()
    }

    /// The password of every login but the superuser's. A server that trusts its socket asks for none.
    pub(crate) const PASSWORD: &str = "scriptkeep-test";
}

/// The server this run of the tests uses; see the crate's documentation for how it is chosen.
///
/// # Panics
/// When there is none and none can be started; the message says what to do.
pub async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            if let Ok(given) = std::env::var("SCRIPTKEEP_TEST_POSTGRES") {
                return Server {
                    superuser: parse(&given),
                    _users: None,
                };
            }
            let durable = std::env::var("SCRIPTKEEP_TEST_FSYNC").is_ok_and(|value| value == "on");
            on_demand(if durable {
                Durability::Full
            } else {
                Durability::NoneForTests
            })
            .await
        })
        .await
}

/// A durable server of its own, for the few tests that need one, whatever the others use.
///
/// # Panics
/// When none can be started; the message says what to do.
pub async fn durable_server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER.get_or_init(|| on_demand(Durability::Full)).await
}

fn parse(given: &str) -> PgConnectOptions {
    if given.starts_with('/') {
        return PgConnectOptions::new_without_pgpass()
            .socket(given)
            .username("postgres");
    }
    PgConnectOptions::from_str(given)
        .unwrap_or_else(|_| panic!("SCRIPTKEEP_TEST_POSTGRES is neither a Postgres URL nor the folder of a socket"))
}

async fn on_demand(durability: Durability) -> Server {
    let uid = fs::metadata("/proc/self").map_or(0, |meta| meta.uid());
    let kind = if durability == Durability::Full {
        "durable"
    } else {
        "fast"
    };
    let folder = std::env::temp_dir().join(format!("scriptkeep-tests-{uid}-{kind}"));
    let users = hold(&folder)
        .await
        .unwrap_or_else(|error| panic!("cannot lock {}: {error}", folder.display()));
    let cluster = Cluster::start(&folder, durability)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    watch(&cluster).unwrap_or_else(|error| panic!("cannot watch {}: {error}", folder.display()));
    Server {
        superuser: parse(&cluster.superuser_url("postgres")),
        _users: Some(users),
    }
}

async fn hold(folder: &Path) -> io::Result<fs::File> {
    let folder = folder.to_owned();
    let held = tokio::task::spawn_blocking(move || {
        fs::create_dir_all(&folder)?;
        let users = open(folder.join("users.lock"))?;
        users.lock_shared()?;
        Ok(users)
    });
    held.await.map_err(io::Error::other)?
}

fn open(path: PathBuf) -> io::Result<fs::File> {
    fs::OpenOptions::new().create(true).append(true).open(path)
}

/// Sees that somebody watches: a shell that outlives this process.
fn watch(cluster: &Cluster) -> io::Result<()> {
    let lock = open(cluster.folder().join("watch.lock"))?;
    if lock.try_lock().is_err() {
        return Ok(());
    }
    drop(lock);
    let owner = fs::metadata(cluster.folder().join("data"))?;
    for file in ["watch.lock", "start.lock", "users.lock"] {
        // Root may give files away; anybody else owns them already, and the call changes nothing.
        std::os::unix::fs::chown(cluster.folder().join(file), Some(owner.uid()), Some(owner.gid()))?;
    }
    let mut shell = Command::new("sh");
    shell
        .args(["-c", WATCH, "watch"])
        .arg(cluster.folder())
        .arg(cluster.binaries());
    if fs::metadata("/proc/self")?.uid() == 0 {
        shell.uid(owner.uid()).gid(owner.gid());
    }
    shell.current_dir("/").process_group(0);
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().map(|_| ())
}
