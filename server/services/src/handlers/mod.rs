//! The handlers: `impl Handle` for each operation, one file an area.

mod account;
mod attachment;
mod audit;
mod audit_export;
mod audit_rows;
mod body;
mod invitation;
mod invitation_redeem;
mod member;
mod operator;
mod password;
mod people;
mod record;
mod record_list;
mod record_shelf;
mod session;
mod sign_in;
mod workspace;

pub use operator::EndSessions;

use domain::{Code, Problem};

/// A change that was made from an older state, with what is there now.
fn stale(now: &str) -> Problem {
    Problem::new(Code::Stale).with_detail(format!(
        "{now} What you wrote was not saved. Look at it again, then decide."
    ))
}
