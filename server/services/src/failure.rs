//! How a handler ends that does not succeed.

use crate::keyring::KeyFault;
use domain::{Code, Problem};
use store::StoreError;

/// Seconds after which another try makes sense when the database does not answer.
const RETRY_SECONDS: u32 = 5;

/// A handler's failure: what to answer, and whether what it wrote is kept.
#[derive(Debug)]
pub struct Failure {
    pub(crate) problem: Problem,
    pub(crate) keep: bool,
}

impl Failure {
    /// A refusal that is itself on record, such as a wrong password: the transaction commits, with its audit event, and
    /// the problem is the answer.
    pub fn recorded(problem: impl Into<Problem>) -> Self {
        Self {
            problem: problem.into(),
            keep: true,
        }
    }
}

/// Everything else undoes what the handler wrote.
impl<E: Into<Fault>> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self {
            problem: fault.into().0,
            keep: false,
        }
    }
}

/// Any error of the layers below, as the [`Problem`] that leaves the system.
#[derive(Debug)]
pub struct Fault(pub(crate) Problem);

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self(Problem::new(code))
    }
}

impl From<KeyFault> for Fault {
    fn from(fault: KeyFault) -> Self {
        Self(fault.into())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(store_problem(&error))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

/// What a failing database means to the caller. The error itself goes to the log; it quotes no values.
pub(crate) fn store_problem(error: &StoreError) -> Problem {
    tracing::error!(%error, "the store failed");
    match error {
        StoreError::Unavailable(_) => unavailable(),
        StoreError::Conflict(_) | StoreError::Bug(_) => internal(),
    }
}

/// The database does not answer.
pub(crate) fn unavailable() -> Problem {
    Problem::new(Code::Unavailable)
        .with_detail("The database does not answer. Nothing was changed. Try again in a moment.")
        .with_retry_after_seconds(RETRY_SECONDS)
}

/// A fault of ours that a person cannot mend.
pub(crate) fn internal() -> Problem {
    Problem::new(Code::Internal)
        .with_detail("Nothing was changed. The request's number finds the fault in the server's log.")
}
