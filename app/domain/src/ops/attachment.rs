//! Pictures that stand in the bodies of records. A body names one by its id; the bytes travel over a door of their own
//! (`/attachments`), which sends these operations. A file's name is not taken: it often names a person.

use crate::{AttachmentId, RecordId, WorkspaceId, operation, validate::Check};
use serde::{Deserialize, Serialize};

/// Largest picture, in bytes.
pub const ATTACHMENT_MAX: usize = 5 << 20;
/// Most points of a picture, width times height: a few kilobytes can unpack to gigabytes in the browser of everybody who opens
/// the text. 40 million are 160 MB when open; paper takes as many.
pub const ATTACHMENT_POINTS_MAX: u64 = 40_000_000;
/// Most pictures of one record, with those that its text named once and its history names still.
pub const ATTACHMENTS_MAX: u32 = 500;

/// What kind of picture something is, as its first bytes say: what its sender calls it does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
}

impl PictureKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    /// The kind of these bytes; none for what is no picture that browsers show without running anything in it (an SVG can
    /// hold scripts).
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            _ => None,
        }
    }

    /// Its name in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }

    /// Reads [`PictureKind::word`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == text)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

/// A picture of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentView {
    /// Its id, which a body names as `attachment:ID`.
    pub id: AttachmentId,
    /// What kind of picture it is.
    pub kind: PictureKind,
    /// Its size in bytes.
    pub size: u32,
}

/// Adds a picture to a record. It shows once the body names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddAttachment {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The record.
    pub record: RecordId,
    /// The bytes, in base64 with padding.
    pub content: String,
}
operation!(AddAttachment => AttachmentView, "attachment.add", "Add a picture to a record; larger ones by POST to /attachments",
    Mutation, Workspace, EditRecords, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("content", size_verdict(&op.content)).finish());

/// Base64 has four letters for three bytes.
fn size_verdict(base64: &str) -> Option<String> {
    if base64.is_empty() {
        return Some("There is nothing in it.".to_owned());
    }
    (base64.len() > ATTACHMENT_MAX.div_ceil(3) * 4)
        .then(|| format!("A picture has at most {} MiB.", ATTACHMENT_MAX >> 20))
}

/// A picture itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentContent {
    /// What kind of picture it is.
    pub kind: PictureKind,
    /// The bytes, in base64 with padding.
    pub content: String,
}

/// Reads a picture.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadAttachment {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The picture.
    pub attachment: AttachmentId,
}
operation!(ReadAttachment => AttachmentContent, "attachment.read", "Read a picture of a record",
    Query, Workspace, ReadRecords, Read, None, workspace = workspace);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes_and_nothing_else_is_one() {
        let known: [(&[u8], PictureKind); 5] = [
            (b"\x89PNG\r\n\x1a\nIHDR", PictureKind::Png),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", PictureKind::Jpeg),
            (b"RIFF\x24\0\0\0WEBPVP8 ", PictureKind::Webp),
            (b"GIF89a\x01\0", PictureKind::Gif),
            (b"GIF87a\x01\0", PictureKind::Gif),
        ];
        for (bytes, kind) in known {
            assert_eq!(PictureKind::of(bytes), Some(kind));
            assert_eq!(PictureKind::parse(kind.word()), Some(kind));
            assert_eq!(kind.media_type(), format!("image/{}", kind.word()));
            let shortest = match kind {
                PictureKind::Png => 8,
                PictureKind::Jpeg => 3,
                PictureKind::Webp => 12,
                PictureKind::Gif => 6,
            };
            assert_eq!(PictureKind::of(&bytes[..shortest]), Some(kind));
            for end in 0..shortest {
                assert_eq!(PictureKind::of(&bytes[..end]), None, "cut off at {end}");
            }
        }
        let others: [&[u8]; 9] = [
            b"",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"<!doctype html><script>alert(1)</script>",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"GIF88a",
            b" \x89PNG\r\n\x1a\n",
            b"%PDF-1.7",
            b"BM\x46\0\0\0",
        ];
        for bytes in others {
            assert_eq!(PictureKind::of(bytes), None, "{bytes:?}");
        }
        assert_eq!(PictureKind::parse("svg"), None);
    }

    #[test]
    fn the_largest_picture_fits_and_one_byte_more_does_not() {
        assert_eq!(size_verdict(&"A".repeat(ATTACHMENT_MAX.div_ceil(3) * 4)), None);
        assert!(size_verdict(&"A".repeat(ATTACHMENT_MAX.div_ceil(3) * 4 + 1)).is_some());
        assert!(size_verdict("").is_some());
    }
}
