//! Transactions with a context. The context (workspace, actor, field classes, search path) travels in the same round trip
//! as BEGIN and ends with the transaction, so that a pooled connection carries nobody's context to the next request.

use crate::{
    Placement, StoreError, TenantScope,
    lease::{Connections, Lease},
    patience::{self, Patient},
};
use domain::{AccountId, EventId, WorkspaceId};
use sqlx::{AssertSqlSafe, PgConnection};
use std::{fmt::Write, future::Future, time::Duration};

/// Why the system login acts. It may do more than a tenant's transaction; each use says what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Finding out whose session a token belongs to.
    Session,
    /// Starting and proving accounts.
    SignUp,
    /// Checking a password.
    SignIn,
    /// A person's own account: password, sessions, list of workspaces.
    Account,
    /// Making a workspace.
    FoundWorkspace,
    /// Taking up an invitation.
    Invitation,
    /// Claiming and finishing jobs, and sweeping what has expired.
    Jobs,
    /// Sealing audit logs.
    Seal,
    /// Editing documents: finding a record's workspace, seeing that those who edit still may, covering what a crash left.
    Edit,
    /// Counting requests.
    RateLimit,
    /// Setting up the database.
    Migrate,
    /// Somebody with a shell on the server.
    CommandLine,
}

/// Proof that an audit event stands in a transaction; only [`crate::audit`] makes one, and only that
/// transaction takes it.
#[derive(Debug)]
pub struct EventReceipt {
    transaction: u64,
    event: EventId,
}

impl EventReceipt {
    pub(crate) fn new(transaction: u64, event: EventId) -> Self {
        Self { transaction, event }
    }

    /// The event.
    pub fn event(&self) -> EventId {
        self.event
    }
}

/// Why a change leaves no audit event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// When and from where a session was last seen.
    SessionSeen,
    /// The state of a queued job; the act that queued it was audited.
    JobState,
    /// The sealer's own rows: the log cannot be in the log.
    Sealing,
    /// What has expired is swept away.
    Sweep,
    /// A data key made ahead of the act that will use it.
    KeyMaking,
    /// Updates of a document, which come many a second: events cover ranges of them, later and without a gap. Also
    /// snapshots, which say nothing new.
    Editing,
}

/// What a transaction must show to be committed.
#[derive(Debug)]
pub enum Receipt {
    /// The change is in the audit log.
    Audited(EventReceipt),
    /// The change is none that the log records, for a reason that has a name.
    Unaudited(Why),
}

pub(crate) mod inner {
    use sqlx::PgConnection;

    /// What only this crate can do with a transaction; also what keeps others from making one.
    pub trait Inner {
        /// The connection, inside the transaction.
        fn conn(&mut self) -> &mut PgConnection;
        /// A number no other transaction of this process has.
        fn number(&self) -> u64;
    }
}

/// A transaction with a context: [`TenantTx`] or [`SystemTx`]. Dropped without an end, it rolls back.
pub trait Scoped: inner::Inner + Send {
    /// The workspace whose rows are visible.
    fn workspace(&self) -> WorkspaceId;

    /// Who acts, if a person does.
    fn actor(&self) -> Option<AccountId>;

    /// Makes the changes durable. A receipt of another transaction is refused, and nothing is kept.
    fn commit(self, receipt: Receipt) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends a transaction that only read; whatever it wrote is not kept.
    fn finish(self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Undoes the changes.
    fn rollback(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The connection of an open transaction.
#[derive(Debug)]
struct Open {
    /// `None` once the transaction has ended.
    connection: Option<Lease>,
    number: u64,
}

impl Open {
    /// Begins on a connection that was used before, if there is one; when that one has broken meanwhile, which happens to
    /// all of them when the database was started again, on a new one: nothing has been done yet.
    async fn begin(connections: &Connections, number: u64, context: &str) -> Result<Self, StoreError> {
        let connection = connections.lend().await?;
        let used = connection.is_used();
        match Self::begin_on(connection, number, context).await {
            Err(StoreError::Unavailable(_)) if used => {
                connections.mistrust();
                Self::begin_on(connections.lend().await?, number, context).await
            }
            begun => begun,
        }
    }

    async fn begin_on(connection: Lease, number: u64, context: &str) -> Result<Self, StoreError> {
        // The connection is in our hands before anything is sent: if this future is dropped halfway, `drop` below
        // still sees to it that no half-begun transaction returns to the pool.
        let mut open = Self {
            connection: Some(connection),
            number,
        };
        if let Err(error) = open.send(format!("begin; {context}"), patience::WORD).await {
            // Nobody knows what became of it: closed, so that its place is free at once.
            drop(open.connection.take());
            return Err(error);
        }
        Ok(open)
    }

    async fn send(&mut self, sql: String, limit: Duration) -> Result<(), StoreError> {
        let connection = Patient::new(self.conn(), limit);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
        Ok(())
    }

    fn conn(&mut self) -> &mut PgConnection {
        // Only `end` takes the connection out, and it consumes the transaction.
        #[expect(
            clippy::expect_used,
            reason = "no method can be called on a transaction that has ended"
        )]
        self.connection.as_mut().expect("an open transaction has a connection")
    }

    async fn end(mut self, sql: &str) -> Result<(), StoreError> {
        // A commit waits for the disk, which may stall: given up too early, nobody would know what became of it.
        self.send(sql.to_owned(), patience::STATEMENT).await?;
        if let Some(connection) = self.connection.take() {
            connection.give_back();
        }
        Ok(())
    }

    async fn commit(self, receipt: Receipt) -> Result<(), StoreError> {
        if let Receipt::Audited(receipt) = &receipt
            && receipt.transaction != self.number
        {
            self.rollback().await?;
            return Err(StoreError::Bug("the receipt belongs to another transaction".to_owned()));
        }
        // COMMIT of a transaction in which a statement failed answers like a success and keeps nothing. The empty
        // statement before it fails then, and says so.
        self.end("select 1; commit").await
    }

    async fn rollback(self) -> Result<(), StoreError> {
        self.end("rollback").await
    }
}

impl Drop for Open {
    /// Not ended: an error, a panic, or a caller who went away. Rolls back before the connection returns to the pool;
    /// where that does not work, closes the connection.
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let word = Patient::new(&mut connection, patience::WORD);
                match sqlx::raw_sql("rollback").execute(word).await {
                    Ok(_) => connection.give_back(),
                    Err(_) => drop(connection),
                }
            });
        } else {
            connection.leak();
        }
    }
}

/// A transaction in one workspace, with one actor's eyes. Only [`crate::Db::begin`] makes one.
#[derive(Debug)]
pub struct TenantTx {
    open: Open,
    scope: TenantScope,
}

impl TenantTx {
    pub(crate) async fn begin(connections: &Connections, number: u64, scope: &TenantScope) -> Result<Self, StoreError> {
        let open = Open::begin(connections, number, &context(scope)).await?;
        Ok(Self {
            open,
            scope: scope.clone(),
        })
    }

    /// The scope it was begun with.
    pub fn scope(&self) -> &TenantScope {
        &self.scope
    }
}

/// A transaction of the system login, in the house until it [enters](SystemTx::enter) a workspace. Only
/// [`crate::Db::system`] makes one.
#[derive(Debug)]
pub struct SystemTx {
    open: Open,
    scope: TenantScope,
    reason: Reason,
}

impl SystemTx {
    pub(crate) async fn begin(
        connections: &Connections,
        number: u64,
        reason: Reason,
        actor: Option<AccountId>,
    ) -> Result<Self, StoreError> {
        let scope = TenantScope {
            placement: Placement::house(),
            actor,
            classes: Vec::new(),
        };
        let open = Open::begin(connections, number, &context(&scope)).await?;
        Ok(Self { open, scope, reason })
    }

    /// Why it acts.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Goes on in another workspace, seeing no field class. To come back, enter [`Placement::house`].
    ///
    /// # Errors
    /// When the database does not answer, or the workspace lives in a cluster this process is not connected to.
    pub async fn enter(&mut self, placement: &Placement, actor: Option<AccountId>) -> Result<(), StoreError> {
        placement.reachable()?;
        let scope = TenantScope {
            placement: placement.clone(),
            actor,
            classes: Vec::new(),
        };
        self.open.send(context(&scope), patience::WORD).await?;
        self.scope = scope;
        Ok(())
    }
}

/// The statements that set a context. Only UUIDs, names from enums and checked schema names are formatted in.
fn context(scope: &TenantScope) -> String {
    let mut sql = format!(
        "set local app.workspace = '{}'; set local app.actor = '",
        scope.placement.workspace
    );
    if let Some(actor) = scope.actor {
        let _ = write!(sql, "{actor}");
    }
    sql.push_str("'; set local app.classes = '");
    for (index, class) in scope.classes.iter().enumerate() {
        let _ = write!(sql, "{}{}", if index > 0 { "," } else { "" }, class.as_str());
    }
    // `pg_temp` last: named nowhere, it would be searched first.
    let _ = write!(
        sql,
        "'; set local search_path = {}, control, pg_temp",
        scope.placement.schema
    );
    sql
}

macro_rules! scoped {
    ($tx:ty) => {
        impl inner::Inner for $tx {
            fn conn(&mut self) -> &mut PgConnection {
                self.open.conn()
            }
            fn number(&self) -> u64 {
                self.open.number
            }
        }

        impl Scoped for $tx {
            fn workspace(&self) -> WorkspaceId {
                self.scope.placement.workspace
            }
            fn actor(&self) -> Option<AccountId> {
                self.scope.actor
            }
            async fn commit(self, receipt: Receipt) -> Result<(), StoreError> {
                self.open.commit(receipt).await
            }
            async fn finish(self) -> Result<(), StoreError> {
                self.open.rollback().await
            }
            async fn rollback(self) -> Result<(), StoreError> {
                self.open.rollback().await
            }
        }
    };
}
scoped!(TenantTx);
scoped!(SystemTx);

/// The connection inside a transaction.
pub(crate) fn conn(tx: &mut impl inner::Inner) -> Patient<'_> {
    Patient::new(tx.conn(), patience::STATEMENT)
}
