//! Reading the body of a record.

use crate::{Context, Event, Handle, Prepare, editing, failure::Failure};
use domain::{
    AttachmentId, Code, FieldClass, Problem, RecordId, WorkspaceId,
    document::{
        Document,
        html::{self, Setting},
        outline,
        text::PlainText,
    },
    ops::{BodyHeading, BodyTree, BodyView, ReadBody, TakeBody},
    policy::Action,
};
use store::TenantTx;

/// What comes before each id of a document on a page, so that none names a part of the page.
const PREFIX: &str = "doc-";

impl Handle for ReadBody {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, prepare: &Prepare<'_>) -> Result<(), Problem> {
        prepare.services.inner.editing.written(self.workspace).await;
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<BodyView, Failure> {
        cx.may_read_body(self.record).await?;
        let workspace = self.workspace;
        editing::with_body(cx, self.record, move |document| shown(&document, workspace)).await
    }
}

impl Handle for TakeBody {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, prepare: &Prepare<'_>) -> Result<(), Problem> {
        prepare.services.inner.editing.written(self.workspace).await;
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<BodyTree, Failure> {
        cx.may_read_body(self.record).await?;
        let document = editing::body_of(cx, self.record).await?;
        cx.record(Event::on("record", &self.record)).await?;
        Ok(BodyTree {
            document: document.canonical(),
        })
    }
}

impl Context<'_, TenantTx> {
    /// Whether the actor reads this record, and bodies at all.
    async fn may_read_body(&mut self, record: RecordId) -> Result<(), Failure> {
        self.record_for(Action::ReadRecords, record).await?;
        self.reads_bodies()
    }

    /// Whether the actor reads bodies at all.
    pub(super) fn reads_bodies(&self) -> Result<(), Failure> {
        if self.standing.classes().contains(&FieldClass::Body) {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden)
            .with_detail("Your role does not read the text of records.")
            .into())
    }
}

/// Where a picture of a workspace is had. What is no id of ours is a picture of nowhere.
fn address_of(workspace: WorkspaceId, id: &str) -> Option<String> {
    let id: AttachmentId = id.parse().ok()?;
    Some(format!("/attachments/{workspace}/{id}"))
}

fn shown(document: &Document, workspace: WorkspaceId) -> BodyView {
    let setting = Setting {
        prefix: PREFIX,
        attachment: &|id| address_of(workspace, id),
        within: false,
        // The pages around it are in English.
        language: "",
    };
    let headings = outline::outline(document).into_iter().map(|entry| BodyHeading {
        level: entry.level,
        number: entry.number.unwrap_or_default(),
        title: entry.title,
        anchor: format!("{PREFIX}{}", entry.anchor),
    });
    let plain = PlainText::of(document);
    BodyView {
        html: html::render(document, setting),
        words: u32::try_from(plain.words()).unwrap_or(u32::MAX),
        said: u32::try_from(plain.said_words()).unwrap_or(u32::MAX),
        pauses: u32::try_from(plain.pause_seconds()).unwrap_or(u32::MAX),
        headings: headings.collect(),
    }
}
