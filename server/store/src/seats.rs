//! Seats at documents and pages: whether those who sit there still may. Asked again and again while anything is open, so
//! that a change of a membership or a session is seen whoever made it: another node, the command line, a hand in the
//! database.

use crate::{
    Db, Reason, StoreError, SystemTx,
    error::unsigned,
    members::{self, seat},
    tx::conn,
};
use domain::{AccountId, SessionId, WorkspaceId};
use time::OffsetDateTime;

/// Somebody at a document or a page, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// Who.
    pub account: AccountId,
    /// By which session.
    pub session: SessionId,
    /// The workspace's count of changes of its members and their records' states, when it was last looked.
    pub epoch: i64,
}

/// What is no longer as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which of the seats that were asked about, counted from 0.
    pub index: usize,
    /// Whether the session is alive.
    pub signed_in: bool,
    /// The workspace's count now.
    pub epoch: i64,
    /// The account's place now, and the workspace's pack; `None` for no member.
    pub place: Option<(members::Seat, String)>,
}

/// Those of the seats that are not as known: the session has ended, or something changed in the workspace. One statement,
/// however many seats; usually it answers nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn changed(
    db: &Db,
    seats: &[Seat],
    now: OffsetDateTime,
    idle_before: OffsetDateTime,
) -> Result<Vec<Changed>, StoreError> {
    let workspaces: Vec<_> = seats.iter().map(|seat| seat.workspace.0).collect();
    let accounts: Vec<_> = seats.iter().map(|seat| seat.account.0).collect();
    let sessions: Vec<_> = seats.iter().map(|seat| seat.session.0).collect();
    let epochs: Vec<_> = seats.iter().map(|seat| seat.epoch).collect();
    let connections = db.statements(Reason::Edit);
    let mut connection = connections.lend().await?;
    let rows = sqlx::query!(
        "select q.number - 1 as \"index!\", s.id is not null as \"signed_in!\", p.epoch as \"epoch?\",
            p.pack as \"pack?\", m.standing as \"standing?\", m.role as \"role?\", m.suspended as \"suspended?\"
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])
            with ordinality as q (workspace, account, session, epoch, number)
         left join placements p on p.workspace_id = q.workspace
         left join members m on m.workspace_id = q.workspace and m.account_id = q.account
         left join sessions s on s.id = q.session and s.account_id = q.account and s.expires_at > $5 and s.seen_at > $6
         where s.id is null or p.epoch is distinct from q.epoch",
        &workspaces,
        &accounts,
        &sessions,
        &epochs,
        now,
        idle_before
    )
    .fetch_all(connection.patient())
    .await;
    connections
        .answered(connection, rows)?
        .into_iter()
        .map(|row| {
            Ok(Changed {
                index: unsigned(row.index)?,
                signed_in: row.signed_in,
                epoch: row.epoch.unwrap_or_default(),
                place: row
                    .standing
                    .zip(row.pack)
                    .map(|(standing, pack)| (seat(row.role, &standing, row.suspended.unwrap_or(true)), pack)),
            })
        })
        .collect()
}

/// Notes that sessions are in use: somebody writes through them. From where is as it was.
///
/// # Errors
/// When the database does not answer.
pub async fn in_use(tx: &mut SystemTx, sessions: &[SessionId], at: OffsetDateTime) -> Result<(), StoreError> {
    let ids: Vec<_> = sessions.iter().map(|session| session.0).collect();
    sqlx::query!(
        "update sessions set seen_at = $2 where id = any ($1) and seen_at < $2",
        &ids,
        at
    )
    .execute(conn(tx))
    .await?;
    Ok(())
}
