//! What can go wrong between here and the database.

use sqlx::error::DatabaseError;

/// A failure of the database or of the way it was used. The texts are for logs; none of them leaves `services`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, has no room, is shutting down, or took too long. Nothing was changed; trying again
    /// later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A constraint refused the change; the text is the constraint's name.
    #[error("constraint {0} refused the change")]
    Conflict(String),
    /// A fault of ours: SQL, a type, a policy that refused (SQLSTATE 42501), data that should be there and is not.
    #[error("{0}")]
    Bug(String),
}

/// What became of a change that names the revision it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Made; the new revision.
    Done(u32),
    /// Not made: the row has changed since; its present revision.
    Stale(u32),
    /// Not made: there is no such row, or it is not visible here.
    Missing,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => from_database(error.as_ref()),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            other => Self::Bug(other.to_string()),
        }
    }
}

/// Sorts by SQLSTATE (PostgreSQL, appendix A). The message is kept for the log, the detail never: it quotes values.
fn from_database(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default();
    let text = format!("{} (SQLSTATE {code})", error.message());
    match code.as_ref() {
        // unique_violation, foreign_key_violation, exclusion_violation
        "23505" | "23503" | "23P01" => StoreError::Conflict(error.constraint().unwrap_or("unnamed").to_owned()),
        // read_only_sql_transaction (a standby), serialization_failure, deadlock_detected, lock_not_available,
        // query_canceled (statement time-out), idle_in_transaction_session_timeout
        "25006" | "40001" | "40P01" | "55P03" | "57014" | "25P03" => StoreError::Unavailable(text),
        _ => match code.get(..2) {
            // connection exceptions, refused logins, missing database, no resources (53100: disk full), operator
            // intervention (shutdown, crash), system error
            Some("08" | "28" | "3D" | "53" | "57" | "58") => StoreError::Unavailable(text),
            _ => StoreError::Bug(text),
        },
    }
}

/// Reads a revision or a count as the database keeps it. Columns are checked or only ever counted up, so that a negative
/// one is a fault of ours.
pub(crate) fn unsigned<T, U: TryFrom<T>>(value: T) -> Result<U, StoreError> {
    U::try_from(value).map_err(|_| StoreError::Bug("a number in the database is out of range".to_owned()))
}

/// Reads a 32-byte hash.
pub(crate) fn hash(bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Bug("a hash in the database is not 32 bytes long".to_owned()))
}
