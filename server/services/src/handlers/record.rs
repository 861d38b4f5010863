//! Records: reading, making and changing one. Each handler that touches a record decides on that record, by
//! [`Context::record_for`]: the dispatcher has decided only that there may be some.

use super::stale;
use crate::{
    Context, Event, Handle, Prepare,
    editing::{body_of, plant},
    failure::{Failure, internal},
    vault::{RECORD_SUMMARY, RECORD_TITLE},
};
use domain::{
    Code, FieldClass, Problem, RecordId,
    document::Document,
    ops::{CreateRecord, DescribeRecord, DuplicateRecord, GetRecord, RecordView, RenameRecord},
    pack::RecordType,
    policy::{Action, Decision, Item, Resource, Shelf, decide},
    validate::TITLE_MAX,
};
use store::{
    Changed, TenantTx,
    records::{self, NewRecord, Record},
};

impl Handle for GetRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        cx.record_for(Action::ReadRecords, self.record).await
    }
}

impl Handle for CreateRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let pack = cx.own_pack()?;
        let unknown = |field| Problem::field(field, "Choose one of the list.");
        let kind = match self.kind.as_str() {
            "" => pack.types.first(),
            id => pack.record_type(id),
        };
        let kind = kind.ok_or_else(|| unknown("kind"))?;
        let template = match self.template.as_str() {
            "" => None,
            id => Some(kind.template(id).ok_or_else(|| unknown("template"))?),
        };
        let view = cx.make(kind, self.title.trim(), "").await?;
        if let Some(template) = template {
            let body = Document::from_text(&template.body).map_err(|_| internal())?;
            plant(cx, view.id, &body).await?;
        }
        let mut event = Event::on("record", &view.id)
            .change("title", None, Some(&view.title))
            .change("type", None, Some(&view.kind));
        if let Some(template) = template {
            event = event.change("template", None, Some(&template.id));
        }
        cx.record(event).await?;
        Ok(view)
    }
}

impl Handle for DuplicateRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let original = cx.record_for(Action::ReadRecords, self.record).await?;
        let pack = cx.own_pack()?;
        let kind = pack.record_type(&original.kind).ok_or_else(|| {
            Problem::new(Code::Forbidden).with_detail("The pack of this workspace has this type of record no more.")
        })?;
        let body = body_of(cx, original.id).await?;
        let view = cx.make(kind, &copy_of(&original.title), &original.summary).await?;
        let body = cx.copy_pictures(body, original.id, view.id).await?;
        if body != Document::empty() {
            plant(cx, view.id, &body).await?;
        }
        let event = Event::on("record", &view.id)
            .change("title", None, Some(&view.title))
            .change("copy of", None, Some(&original.id.to_string()));
        cx.record(event).await?;
        Ok(view)
    }
}

/// What a copy is called. A title that has no room for the words loses its end.
fn copy_of(title: &str) -> String {
    const WORDS: &str = ", copy";
    let kept: String = title.chars().take(TITLE_MAX - WORDS.len()).collect();
    format!("{}{WORDS}", kept.trim_end())
}

impl Handle for RenameRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let before = cx.record_for(Action::EditRecords, self.record).await?;
        let (id, title) = (self.record, self.title.trim());
        let sealed = cx.seal(RECORD_TITLE, id.0, id.0, title.as_bytes()).await?;
        let changed = records::set_field(&mut cx.tx, id, FieldClass::Title, &sealed, self.revision, cx.at).await?;
        let revision = cx.changed(changed, &before).await?;
        cx.record(Event::on("record", &id).change("title", Some(&before.title), Some(title)))
            .await?;
        Ok(RecordView {
            title: title.to_owned(),
            revision,
            updated_at: cx.at,
            ..before
        })
    }
}

impl Handle for DescribeRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let before = cx.record_for(Action::EditRecords, self.record).await?;
        let (id, summary) = (self.record, self.summary.trim());
        let sealed = cx.seal(RECORD_SUMMARY, id.0, id.0, summary.as_bytes()).await?;
        let changed = records::set_field(&mut cx.tx, id, FieldClass::General, &sealed, self.revision, cx.at).await?;
        let revision = cx.changed(changed, &before).await?;
        cx.record(Event::on("record", &id).change("summary", Some(&before.summary), Some(summary)))
            .await?;
        Ok(RecordView {
            summary: summary.to_owned(),
            revision,
            updated_at: cx.at,
            ..before
        })
    }
}

impl Context<'_, TenantTx> {
    /// A record on which the actor may act so, as the transaction sees it.
    ///
    /// # Errors
    /// Not found for what is not there or not visible; forbidden, with the reason, for what is.
    pub(super) async fn record_for(&mut self, action: Action, id: RecordId) -> Result<RecordView, Failure> {
        let row = records::get(&mut self.tx, id).await?.ok_or(Code::NotFound)?;
        let item = Item {
            kind: &row.kind,
            state: &row.state,
            shelf: row.shelf,
        };
        self.decide_on(action, item)?;
        self.open_record(&row).await
    }

    /// Decides on a record.
    fn decide_on(&self, action: Action, item: Item<'_>) -> Result<(), Problem> {
        match decide(self.standing.actor(), action, Resource::Record(item)) {
            Decision::Allow => Ok(()),
            Decision::Hide => Err(Problem::new(Code::NotFound)),
            Decision::Forbid => Err(Problem::new(Code::Forbidden).with_detail(match item.shelf {
                Shelf::Trash if !item.shelf.lets(action) => "It is in the trash. Restore it first.",
                Shelf::Archive if !item.shelf.lets(action) => "It is in the archive. Get it back first.",
                _ => "Your role does not allow this while the record is in this state.",
            })),
        }
    }

    /// Makes a record of a type, in its first state, if the actor may.
    async fn make(&mut self, kind: &RecordType, title: &str, summary: &str) -> Result<RecordView, Failure> {
        let state = kind.first_state();
        let item = Item {
            kind: &kind.id,
            state,
            shelf: Shelf::Desk,
        };
        self.decide_on(Action::CreateRecords, item)?;
        let id = RecordId(self.services.inner.ordered_id(self.at));
        let mut fields = vec![(
            FieldClass::Title,
            self.seal(RECORD_TITLE, id.0, id.0, title.as_bytes()).await?,
        )];
        if !summary.is_empty() {
            let sealed = self.seal(RECORD_SUMMARY, id.0, id.0, summary.as_bytes()).await?;
            fields.push((FieldClass::General, sealed));
        }
        let new = NewRecord {
            id,
            kind: &kind.id,
            state,
        };
        records::insert(&mut self.tx, new, &fields, self.at).await?;
        Ok(RecordView {
            id,
            kind: kind.id.clone(),
            state: state.to_owned(),
            shelf: Shelf::Desk,
            title: title.to_owned(),
            summary: summary.to_owned(),
            revision: 1,
            created_at: self.at,
            updated_at: self.at,
        })
    }

    /// A record with those of its fields that the transaction may see.
    pub(super) async fn open_record(&mut self, row: &Record) -> Result<RecordView, Failure> {
        let id = row.id.0;
        let title = match row.field(FieldClass::Title) {
            Some(sealed) => self.open(RECORD_TITLE, id, id, sealed).await?,
            None => String::new(),
        };
        let summary = match row.field(FieldClass::General) {
            Some(sealed) => self.open(RECORD_SUMMARY, id, id, sealed).await?,
            None => String::new(),
        };
        Ok(view_of(row, title, summary))
    }

    /// The new revision, or what stands there instead.
    pub(super) async fn changed(&mut self, changed: Changed, before: &RecordView) -> Result<u32, Failure> {
        match changed {
            Changed::Done(revision) => Ok(revision),
            Changed::Missing => Err(Code::NotFound.into()),
            Changed::Stale(_) => {
                let now = self.record_for(Action::ReadRecords, before.id).await?;
                let summary = match now.summary.as_str() {
                    "" => "Its summary is empty.".to_owned(),
                    summary => format!("Its summary reads “{summary}”."),
                };
                Err(stale(&format!("The record is called “{}” now. {summary}", now.title)).into())
            }
        }
    }
}

/// A record with these fields.
pub(super) fn view_of(row: &Record, title: String, summary: String) -> RecordView {
    RecordView {
        id: row.id,
        kind: row.kind.clone(),
        state: row.state.clone(),
        shelf: row.shelf,
        title,
        summary,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_called_so_and_fits() {
        assert_eq!(copy_of("Tide tables"), "Tide tables, copy");
        let long = "ü".repeat(TITLE_MAX);
        assert_eq!(copy_of(&long).chars().count(), TITLE_MAX);
    }
}
