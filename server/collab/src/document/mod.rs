//! The Yjs document and the document model, one made from the other, in the shape `y-prosemirror` gives them: under the root
//! [`ROOT`] a node is an XML element named like it, its attributes that are not null are the element's, each run of text is one
//! XML text, and a mark is a formatting attribute whose value is the mark's attributes.
//!
//! `y-prosemirror` keeps no marks of nodes other than text, and not the document's own attributes.

mod read;
mod replica;
mod write;

pub use read::{mended, read, read_json};
pub use replica::Replica;
pub use write::write;

/// The name of the root type that holds the body.
pub const ROOT: &str = "document";
