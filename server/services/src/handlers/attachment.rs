//! Pictures in the bodies of records: adding and reading one, and taking them along into a copy. None is removed: what is
//! taken out of a text stands in its history, and there it must be seen.
//!
//! Who may do what with a picture is what they may do with its record. Each is encrypted under a key of its own, and that
//! one under the record's key for its body: whatever ends the body's key ends its pictures, and those of no copy. What the
//! release before kept has no key of its own: it, and what copies show of it, ends with the key of its first record.

use crate::{
    Context, Event, Handle, Prepare, Services,
    context::answered,
    dispatch,
    failure::Failure,
    keyring::KeyFault,
    replay,
    vault::{ATTACHMENT, ATTACHMENT_KEY},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto::{DataKey, Place};
use domain::{
    AttachmentId, Caller, Code, FieldClass, Operation as _, Problem, RecordId,
    document::{Block, Document},
    ops::{
        ATTACHMENT_MAX, ATTACHMENT_POINTS_MAX, ATTACHMENTS_MAX, AddAttachment, AttachmentContent, AttachmentView,
        GetRecord, PictureKind, ReadAttachment,
    },
    policy::Action,
};
use std::collections::HashMap;
use store::{
    Scoped as _, TenantTx,
    attachments::{self, Attachment, NewAttachment, Sharing},
};
use zeroize::Zeroizing;

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
        let unknown = || {
            Problem::field(
                "content",
                "This is no picture that can be shown: PNG, JPEG, WebP and GIF can.",
            )
        };
        let kind = PictureKind::of(&bytes).ok_or_else(unknown)?;
        // Only what its head says: nothing is unpacked here.
        let size = imagesize::blob_size(&bytes).map_err(|_| unknown())?;
        match (size.width as u64).saturating_mul(size.height as u64) {
            0 => return Err(unknown()),
            1..=ATTACHMENT_POINTS_MAX => {}
            _ => {
                return Err(Problem::field(
                    "content",
                    format!(
                        "This picture is {} by {} points, too many to unpack: make it smaller.",
                        size.width, size.height
                    ),
                ));
            }
        }
        Ok(Picture { kind, bytes })
    }

    async fn handle(self, picture: Picture, cx: &mut Context<'_, TenantTx>) -> Result<AttachmentView, Failure> {
        let record = self.record;
        cx.takes_pictures(record).await?;
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
        // Who reads no bodies finds no picture: policies hide them. Nothing large is fetched for who may not see it.
        let id = self.attachment;
        let record = attachments::record_of(&mut cx.tx, id).await?.ok_or(Code::NotFound)?;
        cx.record_for(Action::ReadRecords, record).await?;
        let kept = attachments::get(&mut cx.tx, id).await?.ok_or(Code::NotFound)?;
        let (kind, bytes) = (kept.kind, cx.open_picture(id, &kept).await?);
        Ok(AttachmentContent {
            kind,
            content: STANDARD.encode(bytes),
        })
    }
}

impl Services {
    /// Whether a picture of this caller's would be taken: asked before its bytes are read, which may be many and come slowly.
    /// One that was taken already under the caller's idempotency key is: whoever lost its answer gets that, also where the
    /// record would take no further one.
    ///
    /// # Errors
    /// What adding it would be refused with.
    pub async fn takes_pictures(&self, caller: &Caller, about: GetRecord) -> Result<(), Problem> {
        let admitted = dispatch::admit(self, caller, &GetRecord::META, Some(about.workspace), None).await?;
        let mut cx = dispatch::begin::<GetRecord>(self, caller, &admitted).await?;
        let takes = cx.takes_pictures(about.record).await.map_err(|failure| failure.problem);
        let takes = match (takes, caller.idempotency_key.as_deref()) {
            (Err(refused), Some(key)) if refused.code != Code::NotFound => {
                let known = replay::is_known(&mut cx, key).await;
                let known = known.map_err(|failure| failure.problem)?;
                if known { Ok(()) } else { Err(refused) }
            }
            (takes, _) => takes,
        };
        answered(cx.tx.finish().await)?;
        takes
    }
}

impl Context<'_, TenantTx> {
    /// Whether the actor may add a picture to a record that has room for one. (Several that come at one moment may be some
    /// more than there is room for: nobody waits for another's bytes.)
    async fn takes_pictures(&mut self, record: RecordId) -> Result<(), Failure> {
        self.record_for(Action::EditRecords, record).await?;
        self.reads_bodies()?;
        if attachments::count(&mut self.tx, record).await? < ATTACHMENTS_MAX {
            return Ok(());
        }
        Err(Problem::field(
            "content",
            format!(
                "This record has {ATTACHMENTS_MAX} pictures, with those in its history, and takes no more. A copy of it takes \
                 only those of its text along."
            ),
        )
        .into())
    }

    async fn open_picture(&mut self, id: AttachmentId, kept: &Attachment) -> Result<Vec<u8>, Failure> {
        let Some(sealed) = &kept.key else {
            // Of the release before: the key of the record that it was added to opens it.
            let (record, row) = (kept.first_record.0, kept.first.0);
            return self
                .vault
                .open(&mut self.tx, ATTACHMENT, record, row, &kept.content)
                .await;
        };
        let key = self.open_key(kept.record, id, sealed).await?;
        let place = self.place_of(kept.first);
        let keyring = &self.services.inner.keyring;
        let opened = keyring.open(&DataKey::from_random(*key), &place, &kept.content);
        Ok(opened.map_err(|cause| KeyFault::Wrong {
            workspace: self.tx.workspace(),
            cause,
        })?)
    }

    async fn keep_picture(&mut self, record: RecordId, picture: &Picture) -> Result<AttachmentView, Failure> {
        let keyring = &self.services.inner.keyring;
        let id = AttachmentId(self.services.inner.ordered_id(self.at));
        let size = u32::try_from(picture.bytes.len()).unwrap_or(u32::MAX);
        let key = Zeroizing::new(keyring.bytes());
        let place = self.place_of(id);
        let new = NewAttachment {
            id,
            record,
            class: FieldClass::Body,
            kind: picture.kind,
            size,
            content: keyring.seal(&DataKey::from_random(*key), &place, &picture.bytes),
            key: self.seal(ATTACHMENT_KEY, record.0, id.0, key.as_slice()).await?,
            at: self.at,
        };
        attachments::insert(&mut self.tx, &new).await?;
        Ok(AttachmentView {
            id,
            kind: picture.kind,
            size,
        })
    }

    /// Gives a copy of a record pictures of its own. They share the bytes of the original's, whose keys are sealed for the copy
    /// under its own: so a record with as many and as large pictures as there may be is copied in one short transaction, which is
    /// there whole or not at all, and whatever ends the original's key ends nothing of the copy. (But for what the release
    /// before kept, which has no key of its own: there the key of the record it was added to opens the copy's, too.) A
    /// picture of a third record, or one that is nowhere, is named as before.
    pub(super) async fn copy_pictures(
        &mut self,
        body: Document,
        from: RecordId,
        to: RecordId,
    ) -> Result<Document, Failure> {
        let (mut names, mut copies) = (HashMap::new(), Vec::new());
        for held in attachments::held(&mut self.tx, from, &named(body.blocks())).await? {
            let id = AttachmentId(self.services.inner.ordered_id(self.at));
            let key = match &held.key {
                Some(sealed) => {
                    let key = self.open_key(from, held.id, sealed).await?;
                    Some(self.seal(ATTACHMENT_KEY, to.0, id.0, key.as_slice()).await?)
                }
                None => None,
            };
            names.insert(held.id, id);
            copies.push(Sharing { id, of: held.id, key });
        }
        if copies.is_empty() {
            return Ok(body);
        }
        attachments::share(&mut self.tx, to, &copies, self.at).await?;
        let mut blocks = body.into_blocks();
        rename(&mut blocks, &names);
        Ok(Document::new(blocks).map_err(|_| crate::failure::internal())?)
    }

    /// The key of a picture of a record.
    async fn open_key(
        &mut self,
        record: RecordId,
        id: AttachmentId,
        sealed: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, Failure> {
        let opened = self.vault.open(&mut self.tx, ATTACHMENT_KEY, record.0, id.0, sealed);
        let key = Zeroizing::new(opened.await?);
        let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| crate::failure::internal())?;
        Ok(Zeroizing::new(key))
    }

    /// The place of bytes that were added with a picture. A picture's own key never changes: there is one version of it.
    fn place_of(&self, first: AttachmentId) -> Place<'static> {
        ATTACHMENT.place(self.tx.workspace().0, first.0, 1)
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
