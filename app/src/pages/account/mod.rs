//! What belongs to the person and not to a workspace.

mod devices;
mod frame;
mod profile;
mod prove;
mod sessions;
mod settings_nav;
mod solo;
mod start;
mod workspaces;

pub use devices::*;
pub use frame::*;
pub use profile::*;
pub use prove::*;
pub use sessions::*;
pub use settings_nav::*;
pub use solo::*;
pub use start::*;
pub use workspaces::*;
