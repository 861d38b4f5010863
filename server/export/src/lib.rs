//! Paper: a document leaves as a file that Word, a printer or an inspector accepts, and comes back whole. Bytes go in,
//! bytes come out: no IO, no clock, no random source, so the same document always makes the same file.
//!
//! Each format is a module. A writer returns [`Written`] and a reader its document with what stands beside it; both list
//! what the format could not keep as [`Loss`]es, and fail with an [`ExportError`] that names the part at fault.

pub mod docx;
mod error;
pub mod html;
pub mod json;
mod loss;
pub mod markdown;
mod meta;
pub mod pdf;
pub mod text;

pub use error::ExportError;
pub use loss::Loss;
pub use meta::{Attachments, Comment, Meta, Read, Written, comments_left_out};
