//! The pages, one folder an area.

pub mod account;
pub mod audit;
pub mod errors;
#[cfg(feature = "ssr")]
pub mod gallery;
#[cfg(feature = "ssr")]
pub mod public;
#[cfg(feature = "ssr")]
pub mod solo;
pub mod workspace;
