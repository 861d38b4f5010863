//! Records.

use super::stale;
use crate::{
    Context, Event, Handle, Prepare,
    failure::Failure,
    vault::{RECORD_SUMMARY, RECORD_TITLE},
};
use domain::{
    Code, Problem, RecordId,
    ops::{CreateRecord, DescribeRecord, GetRecord, ListRecords, RecordView, RenameRecord},
};
use store::{
    Changed, FieldClass, TenantTx,
    records::{self, Record},
};
use uuid::Uuid;

impl Handle for ListRecords {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Vec<RecordView>, Failure> {
        let rows = records::list(&mut cx.tx).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
        cx.vault
            .fetch(&mut cx.tx, &[RECORD_TITLE, RECORD_SUMMARY], &ids)
            .await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in &rows {
            views.push(cx.open_record(row).await?);
        }
        Ok(views)
    }
}

impl Handle for GetRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        cx.read_record(self.record).await
    }
}

impl Handle for CreateRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let id = RecordId(cx.services.inner.ordered_id(cx.at));
        let title = self.title.trim();
        let sealed = cx.seal(RECORD_TITLE, id.0, id.0, title.as_bytes()).await?;
        records::insert(&mut cx.tx, id, &[(FieldClass::Title, sealed)], cx.at).await?;
        cx.record(Event::on("record", &id).change("title", None, Some(title)))
            .await?;
        Ok(RecordView {
            id,
            title: title.to_owned(),
            summary: String::new(),
            revision: 1,
            created_at: cx.at,
            updated_at: cx.at,
        })
    }
}

impl Handle for RenameRecord {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordView, Failure> {
        let before = cx.read_record(self.record).await?;
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
        let before = cx.read_record(self.record).await?;
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
    async fn read_record(&mut self, id: RecordId) -> Result<RecordView, Failure> {
        let row = records::get(&mut self.tx, id).await?.ok_or(Code::NotFound)?;
        self.open_record(&row).await
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
        Ok(RecordView {
            id: row.id,
            title,
            summary,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    /// The new revision, or what stands there instead.
    async fn changed(&mut self, changed: Changed, before: &RecordView) -> Result<u32, Failure> {
        match changed {
            Changed::Done(revision) => Ok(revision),
            Changed::Missing => Err(Code::NotFound.into()),
            Changed::Stale(_) => {
                let now = self.read_record(before.id).await?;
                let summary = match now.summary.as_str() {
                    "" => "Its summary is empty.".to_owned(),
                    summary => format!("Its summary reads “{summary}”."),
                };
                Err(stale(&format!("The record is called “{}” now. {summary}", now.title)).into())
            }
        }
    }
}
