//! The text of a record: read as the server renders it, written with the editor.

mod ask;
#[cfg(feature = "hydrate")]
mod end;
mod head;
#[cfg(feature = "hydrate")]
mod here;
mod outline;
mod pace;
mod state;
mod text;
mod tools;

pub use ask::*;
pub use head::*;
pub use outline::*;
pub use pace::*;
pub use state::*;
pub use text::*;
pub use tools::*;
