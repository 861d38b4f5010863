//! Where a record is kept, and in which state it is.

use super::stale;
use crate::{Context, Event, Handle, Prepare, failure::Failure};
use domain::{
    Code, Problem, RecordId,
    ops::{ArchiveRecord, MoveRecord, RecordView, RestoreRecord, TrashRecord, UnarchiveRecord},
    policy::{Action, Shelf},
};
use store::{TenantTx, members, records};

impl Handle for MoveRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let before = cx.record_for(Action::MoveRecords, self.record).await?;
        let pack = cx.own_pack()?;
        let known = pack.record_type(&before.kind);
        let leads_there = known.is_some_and(|kind| kind.moves_from(&before.state).any(|step| step.to == self.state));
        if !leads_there {
            let name = known
                .and_then(|kind| kind.state(&before.state))
                .map(|state| state.name.as_str());
            let now = format!("The record is in the state “{}”.", name.unwrap_or(&before.state));
            return Err(if before.revision == self.revision {
                Problem::field("state", format!("{now} It does not lead there.")).into()
            } else {
                stale(&now).into()
            });
        }
        let changed = records::set_state(&mut cx.tx, self.record, &self.state, self.revision, cx.at).await?;
        let revision = cx.changed(changed, &before).await?;
        cx.ask_again().await?;
        let event = Event::on("record", &self.record).change("state", Some(&before.state), Some(&self.state));
        cx.record(event).await?;
        Ok(RecordView {
            state: self.state,
            revision,
            updated_at: cx.at,
            ..before
        })
    }
}

/// From where a record comes onto a shelf.
struct Way {
    action: Action,
    to: Shelf,
    from: &'static [Shelf],
    /// What is said of a record that is elsewhere.
    otherwise: &'static str,
}

impl Context<'_, TenantTx> {
    /// Who may write may be another now: whoever holds the record open is asked again. Call it when the record is locked:
    /// others lock the record first and the workspace's count last.
    async fn ask_again(&mut self) -> Result<(), Failure> {
        let epoch = members::begin_change(&mut self.tx).await?;
        // Only this change since the actor's standing was decided: then it was decided well.
        if let Some(decided) = self.epoch.as_mut().filter(|decided| **decided + 1 == epoch) {
            *decided = epoch;
        }
        Ok(())
    }

    /// Puts a record onto another shelf. One that is there already stays, and it is on record all the same.
    async fn shelve(&mut self, id: RecordId, way: Way) -> Result<RecordView, Failure> {
        let before = self.record_for(way.action, id).await?;
        if before.shelf != way.to && !way.from.contains(&before.shelf) {
            return Err(Problem::new(Code::Forbidden).with_detail(way.otherwise).into());
        }
        let (revision, updated_at) = if before.shelf == way.to {
            (before.revision, before.updated_at)
        } else {
            let moved = records::set_shelf(&mut self.tx, id, before.shelf, way.to, self.at).await?;
            let revision = moved.ok_or_else(|| stale("Somebody else has put it elsewhere meanwhile."))?;
            (revision, self.at)
        };
        self.ask_again().await?;
        let event = Event::on("record", &id).change("kept in", Some(before.shelf.word()), Some(way.to.word()));
        self.record(event).await?;
        Ok(RecordView {
            shelf: way.to,
            revision,
            updated_at,
            ..before
        })
    }
}

macro_rules! shelves {
    ($($op:ident: $action:ident, [$($from:ident)*] => $to:ident, $otherwise:literal;)*) => {$(
        impl Handle for $op {
            type Tx = TenantTx;
            type Prepared = ();

            async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
                Ok(())
            }

            async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
                let way = Way {
                    action: Action::$action,
                    to: Shelf::$to,
                    from: &[$(Shelf::$from),*],
                    otherwise: $otherwise,
                };
                cx.shelve(self.record, way).await
            }
        }
    )*};
}

shelves! {
    ArchiveRecord: ArchiveRecords, [Desk] => Archive, "It is in the trash. Restore it first.";
    UnarchiveRecord: ArchiveRecords, [Archive] => Desk, "It is in the trash. Restore it first.";
    TrashRecord: TrashRecords, [Desk Archive] => Trash, "It cannot be thrown away from where it is.";
    RestoreRecord: TrashRecords, [Trash] => Desk, "It is in the archive. Get it back from there.";
}
