//! Pages with one thing to do, on the way into a workspace.

mod frame;
mod prove;
mod start;
mod workspaces;

pub use frame::*;
pub use prove::*;
pub use start::*;
pub use workspaces::*;
