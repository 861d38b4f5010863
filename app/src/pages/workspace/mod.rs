//! Inside a workspace: its frame, its records, its settings.

mod around;
mod bottom_bar;
mod frame;
mod home;
mod record;
mod record_row;
mod settings;
mod sidebar;
mod switcher;

pub use around::*;
pub use bottom_bar::*;
pub use frame::*;
pub use home::*;
pub use record::*;
pub use record_row::*;
pub use settings::*;
pub use sidebar::*;
pub use switcher::*;
