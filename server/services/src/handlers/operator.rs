//! Acts of an operator with a shell that no page and no API has. They are operations like all others, so that they run in the
//! house's transaction and leave an audit event there; only the registry does not list them, so no door leads here.

use crate::{Actor, Context, Event, Handle, Prepare, failure::Failure};
use domain::{Code, Problem, operation, ops::Done, validate, validate::Check};
use serde::{Deserialize, Serialize};
use store::{SystemTx, accounts, sessions};

/// Ends every session of the account with an address: for a device that is lost while its owner cannot sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndSessions {
    /// The account's address.
    pub email: String,
}
operation!(EndSessions => Done, "account.end_sessions", "End every session of an account",
    Mutation, Public, Own, Credential, Mutation,
    validate = |op| Check::new().field("email", validate::email(&op.email)).finish());

impl Handle for EndSessions {
    type Tx = SystemTx;
    type Prepared = [u8; 32];

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<[u8; 32], Problem> {
        match cx.actor {
            Actor::CommandLine => cx.services.email_hash(&self.email).await,
            Actor::Visitor | Actor::Person(_) => Err(Problem::new(Code::Forbidden)),
        }
    }

    async fn handle(self, email_hash: [u8; 32], cx: &mut Context<'_, SystemTx>) -> Result<Done, Failure> {
        let account = accounts::by_email_hash(&mut cx.tx, &email_hash).await?;
        let account =
            account.ok_or_else(|| Problem::new(Code::NotFound).with_detail("No account has this address."))?;
        sessions::revoke_all_but(&mut cx.tx, account.id, None).await?;
        cx.record(Event::on("account", &account.id)).await?;
        Ok(Done {})
    }
}
