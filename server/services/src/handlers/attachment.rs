//! Pictures in the bodies of records: adding, reading and removing one, and taking them along into a copy.
//!
//! Who may do what with a picture is what they may do with its record. The bytes are encrypted under the record's key for its
//! body, so that whatever ends the body's key ends its pictures.

use crate::{Context, Event, Handle, Prepare, failure::Failure, vault::ATTACHMENT};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    AttachmentId, Code, FieldClass, Problem, RecordId,
    document::{Block, Document},
    ops::{
        ATTACHMENT_MAX, ATTACHMENTS_MAX, AddAttachment, AttachmentContent, AttachmentView, Done, PictureKind,
        ReadAttachment, RemoveAttachment,
    },
    policy::Action,
};
use std::collections::HashMap;
use store::{
    TenantTx,
    attachments::{self, Attachment, NewAttachment},
};

/// What comes before the id of a picture where a body names it.
const NAMED: &str = "attachment:";

/// A picture, as its bytes say it is.
pub struct Picture {
    kind: PictureKind,
    bytes: Vec<u8>,
}

impl Handle for AddAttachment {
    type Tx = TenantTx;
    type Prepared = Picture;

    async fn prepare(&self, _: &Prepare<'_>) -> Result<Picture, Problem> {
        let bytes = STANDARD
            .decode(&self.content)
            .map_err(|_| Problem::field("content", "This is not base64."))?;
        if bytes.len() > ATTACHMENT_MAX {
            return Err(Problem::field(
                "content",
                format!("A picture has at most {} MiB.", ATTACHMENT_MAX >> 20),
            ));
        }
        let kind = PictureKind::of(&bytes).ok_or_else(|| {
            Problem::field(
                "content",
                "This is no picture that can be shown: PNG, JPEG, WebP and GIF can.",
            )
        })?;
        Ok(Picture { kind, bytes })
    }

    async fn handle(self, picture: Picture, cx: &mut Context<'_, TenantTx>) -> Result<AttachmentView, Failure> {
        let record = cx.record_for(Action::EditRecords, self.record).await?.id;
        cx.reads_bodies()?;
        if attachments::count(&mut cx.tx, record).await? >= ATTACHMENTS_MAX {
            return Err(Problem::field("content", format!("A record has at most {ATTACHMENTS_MAX} pictures.")).into());
        }
        let added = cx.keep_picture(record, &picture).await?;
        let about = format!("{}, {} bytes", picture.kind.word(), added.size);
        let event = Event::on("record", &record)
            .change("picture", None, Some(&added.id.to_string()))
            .change("picture is", None, Some(&about));
        cx.record(event).await?;
        Ok(added)
    }
}

impl Handle for ReadAttachment {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<AttachmentContent, Failure> {
        cx.record_of_picture(Action::ReadRecords, self.attachment).await?;
        let (kind, bytes) = cx.open_picture(self.attachment).await?.ok_or(Code::NotFound)?;
        Ok(AttachmentContent {
            kind,
            content: STANDARD.encode(bytes),
        })
    }
}

impl Handle for RemoveAttachment {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let id = self.attachment;
        let record = cx.record_of_picture(Action::EditRecords, id).await?;
        if !attachments::delete(&mut cx.tx, id).await? {
            return Err(Code::NotFound.into());
        }
        cx.record(Event::on("record", &record).change("picture", Some(&id.to_string()), None))
            .await?;
        Ok(Done {})
    }
}

impl Context<'_, TenantTx> {
    /// The record of a picture, on which the actor may act so. Who reads no bodies finds no picture: policies hide them.
    async fn record_of_picture(&mut self, action: Action, id: AttachmentId) -> Result<RecordId, Failure> {
        let record = attachments::record_of(&mut self.tx, id).await?.ok_or(Code::NotFound)?;
        Ok(self.record_for(action, record).await?.id)
    }

    async fn open_picture(&mut self, id: AttachmentId) -> Result<Option<(PictureKind, Vec<u8>)>, Failure> {
        let Some(Attachment {
            record, kind, content, ..
        }) = attachments::get(&mut self.tx, id).await?
        else {
            return Ok(None);
        };
        let bytes = self
            .vault
            .open(&mut self.tx, ATTACHMENT, record.0, id.0, &content)
            .await?;
        Ok(Some((kind, bytes)))
    }

    async fn keep_picture(&mut self, record: RecordId, picture: &Picture) -> Result<AttachmentView, Failure> {
        let id = AttachmentId(self.services.inner.ordered_id(self.at));
        let size = u32::try_from(picture.bytes.len()).unwrap_or(u32::MAX);
        let new = NewAttachment {
            id,
            record,
            class: FieldClass::Body,
            kind: picture.kind,
            size,
            content: self.seal(ATTACHMENT, record.0, id.0, &picture.bytes).await?,
            at: self.at,
        };
        attachments::insert(&mut self.tx, &new).await?;
        Ok(AttachmentView {
            id,
            kind: picture.kind,
            size,
        })
    }

    /// Gives a copy of a record pictures of its own, which stay when those of the original go. A picture of a third record, or
    /// one that is gone, is named as before.
    pub(super) async fn copy_pictures(
        &mut self,
        body: Document,
        from: RecordId,
        to: RecordId,
    ) -> Result<Document, Failure> {
        let mut copies = HashMap::new();
        for id in named(body.blocks()) {
            if copies.contains_key(&id) || attachments::record_of(&mut self.tx, id).await? != Some(from) {
                continue;
            }
            if let Some((kind, bytes)) = self.open_picture(id).await? {
                let copy = self.keep_picture(to, &Picture { kind, bytes }).await?;
                copies.insert(id, copy.id);
            }
        }
        if copies.is_empty() {
            return Ok(body);
        }
        let mut blocks = body.into_blocks();
        rename(&mut blocks, &copies);
        Ok(Document::new(blocks).map_err(|_| crate::failure::internal())?)
    }
}

/// The pictures that blocks name, in order.
fn named(blocks: &[Block]) -> Vec<AttachmentId> {
    let mut found = Vec::new();
    for block in blocks {
        if let Block::Figure { src, .. } = block {
            found.extend(src.strip_prefix(NAMED).and_then(|id| id.parse::<AttachmentId>().ok()));
        }
        for body in block.bodies() {
            found.extend(named(body));
        }
    }
    found
}

/// Names other pictures instead.
fn rename(blocks: &mut [Block], names: &HashMap<AttachmentId, AttachmentId>) {
    for block in blocks {
        if let Block::Figure { src, .. } = block {
            let old = src.strip_prefix(NAMED).and_then(|id| id.parse().ok());
            if let Some(new) = old.and_then(|old| names.get(&old)) {
                *src = format!("{NAMED}{new}");
            }
        }
        for body in block.bodies_mut() {
            rename(body, names);
        }
    }
}
