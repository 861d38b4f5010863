//! Documents through every format and back, files as other programs write them, and files meant to do harm.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop"
)]

mod bounds;
mod documents;
mod docx;
mod docx_beside;
mod docx_captions;
mod docx_hostile;
mod docx_macros;
mod docx_parts;
mod docx_word;
mod error;
mod files;
mod html;
mod languages;
mod markdown;
mod mutations;
mod office;
mod pdf;
mod pdf_content;
mod pdf_hostile;
mod text;
