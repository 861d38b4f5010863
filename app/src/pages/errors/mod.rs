//! Pages for what went wrong: what happened, what is safe, and the way out.

mod lost;
#[cfg(feature = "ssr")]
mod page;

pub use lost::*;
#[cfg(feature = "ssr")]
pub use page::*;
