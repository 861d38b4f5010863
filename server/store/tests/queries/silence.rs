//! A database whose connections went silent, as after a failover or behind a firewall that forgot them: what was open says
//! nothing any more and is not closed either, what is opened anew is answered.

use sqlx::postgres::PgConnectOptions;
use std::str::FromStr;
use store::{Db, Logins, PoolSizes, Scoped, TenantScope};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// Stands between the store and the database.
struct Between {
    port: u16,
    silent: watch::Sender<u32>,
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

async fn connect(database: &PgConnectOptions) -> Box<dyn Wire> {
    if let Some(folder) = database.get_socket() {
        let socket = folder.join(format!(".s.PGSQL.{}", database.get_port()));
        return Box::new(UnixStream::connect(socket).await.expect("the socket"));
    }
    let address = (database.get_host(), database.get_port());
    Box::new(TcpStream::connect(address).await.expect("the database"))
}

/// Carries bytes until told to stop; then keeps both ends open.
async fn carry(mut near: TcpStream, mut far: Box<dyn Wire>, mut silent: watch::Receiver<u32>) {
    let (mut asked, mut answered) = ([0; 4096], [0; 4096]);
    loop {
        tokio::select! {
            _ = silent.changed() => std::future::pending::<()>().await,
            Ok(count) = near.read(&mut asked) => {
                if count == 0 || far.write_all(&asked[..count]).await.is_err() { return }
            }
            Ok(count) = far.read(&mut answered) => {
                if count == 0 || near.write_all(&answered[..count]).await.is_err() { return }
            }
            else => return,
        }
    }
}

impl Between {
    async fn new(database: PgConnectOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let (silent, _) = watch::channel(0);
        let told = silent.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = connect(&database).await;
                tokio::spawn(carry(near, far, told.subscribe()));
            }
        });
        Self { port, silent }
    }

    fn url(&self, login: &str) -> String {
        let login = PgConnectOptions::from_str(login).expect("a URL");
        format!(
            "postgres://{}:scriptkeep-test@127.0.0.1:{}/{}?sslmode=disable",
            login.get_username(),
            self.port,
            login.get_database().expect("a database")
        )
    }

    /// What is open now says nothing any more.
    fn silence(&self) {
        self.silent.send_modify(|times| *times += 1);
    }
}

#[tokio::test]
async fn a_connection_that_went_silent_is_given_up_and_its_place_is_free() {
    let test = testkit::database().await;
    let options = PgConnectOptions::from_str(&test.logins.app).expect("a URL");
    let between = Between::new(options).await;
    let logins = Logins {
        app: between.url(&test.logins.app),
        system: between.url(&test.logins.system),
        ..test.logins.clone()
    };
    // One place for each login: if it stayed taken, nothing more would come.
    let sizes = PoolSizes {
        app: 1,
        system: 1,
        ..PoolSizes::default()
    };
    let db = Db::connect(&logins, sizes).await.expect("connected");
    db.ready().await.expect("it answers");
    let owner = testkit::account(&test.db).await;
    let placement = testkit::tenant(&test.db, owner, store::Schema::shared()).await;
    let scope = TenantScope {
        placement,
        actor: Some(owner),
        classes: Vec::new(),
    };
    let begin = || async { db.begin(&scope).await };
    begin().await.expect("begun").finish().await.expect("ended");
    between.silence();
    begin()
        .await
        .expect("begun on a new connection")
        .finish()
        .await
        .expect("ended");
    // The other login's connection is silent still: that is said, and then it is a new one too.
    db.ready().await.expect_err("silent");
    db.ready().await.expect("it answers again");
}
