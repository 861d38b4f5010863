//! Signing out, and the list of one's sessions.

use crate::{
    Context, Event, Handle, Prepare,
    actor::SESSION_IDLE,
    failure::Failure,
    vault::{SESSION_ADDRESS, SESSION_DEVICE},
};
use domain::{
    Code, Problem, SessionChange,
    ops::{Done, ListSessions, RevokeOtherSessions, RevokeSession, SessionView, SignOut},
};
use store::{TenantTx, sessions};

impl Handle for SignOut {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let (account, session) = (cx.person()?.account, cx.person()?.session);
        sessions::revoke(&mut cx.tx, account, session).await?;
        cx.left.session = SessionChange::Clear;
        cx.record(Event::on("session", &session)).await?;
        Ok(Done {})
    }
}

impl Handle for ListSessions {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Vec<SessionView>, Failure> {
        let (account, current) = (cx.person()?.account, cx.person()?.session);
        let now = cx.at;
        let mut views = Vec::new();
        for row in sessions::list(&mut cx.tx, account).await? {
            // Ended, but not swept yet.
            if row.expires_at <= now || now - row.seen_at >= SESSION_IDLE {
                continue;
            }
            views.push(SessionView {
                id: row.id,
                device: cx.open(SESSION_DEVICE, account.0, row.id.0, &row.device).await?,
                address: cx.open(SESSION_ADDRESS, account.0, row.id.0, &row.address).await?,
                created_at: row.created_at,
                seen_at: row.seen_at,
                current: row.id == current,
            });
        }
        // The order of the rest, last seen first, stays.
        views.sort_by_key(|view| !view.current);
        Ok(views)
    }
}

impl Handle for RevokeSession {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let (account, current) = (cx.person()?.account, cx.person()?.session);
        // Somebody else's session and none at all answer alike.
        if !sessions::revoke(&mut cx.tx, account, self.session).await? {
            return Err(Code::NotFound.into());
        }
        if self.session == current {
            cx.left.session = SessionChange::Clear;
        }
        cx.record(Event::on("session", &self.session)).await?;
        Ok(Done {})
    }
}

impl Handle for RevokeOtherSessions {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let (account, current) = (cx.person()?.account, cx.person()?.session);
        let ended = sessions::revoke_all_but(&mut cx.tx, account, Some(current)).await?;
        let event = Event::on("account", &account).change("sessions ended", None, Some(&ended.to_string()));
        cx.record(event).await?;
        Ok(Done {})
    }
}
