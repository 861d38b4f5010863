//! The private Postgres: made, adopted, killed, stopped.

use sqlx::{Connection, PgConnection};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::Command,
};
use store::cluster::{Cluster, ClusterError, Durability};

/// A folder that any user can enter, and that goes away.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new()
        .prefix("sk")
        .tempdir_in("/tmp")
        .expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("open to all");
    folder
}

fn postmaster(folder: &Path) -> String {
    let pid = fs::read_to_string(folder.join("data/postmaster.pid")).expect("a running server");
    pid.lines().next().expect("its id").to_owned()
}

async fn ask(cluster: &Cluster, sql: &'static str) -> String {
    let mut conn = PgConnection::connect(&cluster.superuser_url("scriptkeep"))
        .await
        .expect("connect");
    sqlx::query_scalar(sql).fetch_one(&mut conn).await.expect("an answer")
}

#[tokio::test]
async fn it_is_made_adopted_revived_after_a_kill_and_stopped() {
    let temporary = folder();
    let folder = temporary.path().join("postgres");
    let cluster = Cluster::start(&folder, Durability::Full).await.expect("start");
    cluster.create_database("scriptkeep").await.expect("database");
    cluster
        .create_database("scriptkeep")
        .await
        .expect("a second time changes nothing");
    assert_eq!(
        ask(
            &cluster,
            "select current_setting('fsync') || current_setting('listen_addresses')"
        )
        .await,
        "on"
    );
    assert_eq!(ask(&cluster, "show data_checksums").await, "on");
    let socket = fs::metadata(folder.join("socket")).expect("socket");
    assert_eq!(socket.mode() & 0o777, 0o700);
    assert_eq!(socket.uid(), fs::metadata(folder.join("data")).expect("data").uid());

    // Ours is killed: Postgres goes on, and the next of ours takes it over.
    let first = postmaster(&folder);
    drop(cluster);
    let cluster = Cluster::start(&folder, Durability::Full).await.expect("adopt");
    assert_eq!(postmaster(&folder), first);

    // Postgres is killed with everything it had committed.
    ask(&cluster, "with made as (select 1) select 'x'").await;
    let mut conn = PgConnection::connect(&cluster.superuser_url("scriptkeep"))
        .await
        .expect("connect");
    sqlx::raw_sql("create table kept as select 'here' as word")
        .execute(&mut conn)
        .await
        .expect("commit");
    let killed = Command::new("kill").args(["-9", &first]).status().expect("kill");
    assert!(killed.success());
    let cluster = Cluster::start(&folder, Durability::Full).await.expect("revive");
    assert_ne!(postmaster(&folder), first);
    assert_eq!(ask(&cluster, "select word from kept").await, "here");

    cluster.stop().await.expect("stop");
    assert!(!folder.join("data/postmaster.pid").exists());
    // Data of a version that is not here is not touched.
    fs::write(folder.join("data/PG_VERSION"), "9\n").expect("another version");
    let refused = Cluster::start(&folder, Durability::Full)
        .await
        .expect_err("another version");
    assert!(
        matches!(&refused, ClusterError::OtherVersion { made_by, .. } if made_by == "9"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn two_that_start_at_once_share_one_and_a_cut_off_initdb_is_done_again() {
    let temporary = folder();
    let folder = temporary.path().join("postgres");
    fs::create_dir_all(folder.join("data/base")).expect("left by an initdb that was cut off");
    let (one, two) = tokio::join!(
        Cluster::start(&folder, Durability::Full),
        Cluster::start(&folder, Durability::Full)
    );
    let (one, _two) = (one.expect("start"), two.expect("start"));
    one.create_database("scriptkeep").await.expect("database");
    assert_eq!(ask(&one, "select 'x'").await, "x");
    one.stop().await.expect("stop");
}

#[tokio::test]
async fn one_that_takes_connections_and_says_nothing_is_not_waited_for() {
    let folder = folder();
    let socket = folder.path().join("socket");
    fs::create_dir(&socket).expect("a folder");
    let mute = std::os::unix::net::UnixListener::bind(socket.join(".s.PGSQL.5432")).expect("a socket");
    let refused = Cluster::start(folder.path(), Durability::Full)
        .await
        .expect_err("nobody answers");
    assert!(matches!(refused, ClusterError::Hangs { .. }), "{refused:?}");
    assert!(refused.to_string().contains("kill -QUIT"), "{refused}");
    drop(mute);
}

#[tokio::test]
async fn folders_it_cannot_use_are_named_with_what_to_do() {
    let temporary = folder();
    let long = temporary.path().join("a".repeat(100));
    let refused = Cluster::start(&long, Durability::Full).await.expect_err("too long");
    assert!(matches!(refused, ClusterError::PathTooLong(_)), "{refused:?}");
    let file = temporary.path().join("file");
    fs::write(&file, "").expect("a file");
    assert!(matches!(
        Cluster::start(&file, Durability::Full).await,
        Err(ClusterError::File { .. })
    ));
    // As root, Postgres runs as somebody else, who must get there.
    if fs::metadata("/proc/self").expect("ourselves").uid() == 0 {
        let closed = temporary.path().join("closed");
        fs::create_dir(&closed).expect("a folder");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("closed");
        let refused = Cluster::start(&closed.join("postgres"), Durability::Full)
            .await
            .expect_err("closed");
        assert!(refused.to_string().contains("chmod o+x"), "{refused}");
    }
}
