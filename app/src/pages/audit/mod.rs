//! The workspace's audit log.

mod checkpoint;
mod event_panel;
mod export;
mod filters;
mod line;
mod list;
mod page;
mod query;
mod verify;
mod words;

pub use checkpoint::*;
pub use event_panel::*;
pub use export::*;
pub use filters::*;
pub use line::*;
pub use list::*;
pub use page::*;
pub use query::*;
pub use verify::*;
pub use words::*;
