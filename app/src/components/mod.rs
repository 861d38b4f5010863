//! The pieces pages are made of, one a file. They render the mark-up of the design's mock-ups; `style/` dresses them.

mod avatar;
mod banner;
mod button;
mod choice_field;
mod connection;
mod cut;
mod empty;
mod field;
mod form;
mod icon;
mod mark;
mod menu;
mod moment;
mod other_half;
mod page_title;
mod save;
#[cfg(feature = "hydrate")]
mod wire;
#[cfg(not(feature = "hydrate"))]
#[path = "wire_none.rs"]
mod wire;

pub use avatar::*;
pub use banner::*;
pub use button::*;
pub use choice_field::*;
pub use connection::*;
pub use cut::*;
pub use empty::*;
pub use field::*;
pub use form::*;
pub use icon::*;
pub use mark::*;
pub use menu::*;
pub use moment::*;
pub use other_half::*;
pub use page_title::*;
pub use save::*;
