//! What belongs to the person and not to a workspace.

mod devices;
mod frame;
mod profile;
mod sessions;
mod settings_nav;

pub use devices::*;
pub use frame::*;
pub use profile::*;
pub use sessions::*;
pub use settings_nav::*;
