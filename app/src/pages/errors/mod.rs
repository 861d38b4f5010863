//! Pages for what went wrong: what happened, what is safe, and the way out.

mod lost;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod unsent;

pub use lost::*;
#[cfg(feature = "ssr")]
pub use page::*;
#[cfg(feature = "ssr")]
pub use unsent::*;
