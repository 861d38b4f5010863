//! Inside a workspace: its frame, its records, its settings.

mod around;
mod bottom_bar;
mod frame;
mod home;
mod invite;
mod member_row;
mod new_record;
#[cfg(feature = "hydrate")]
mod over;
mod people;
mod record;
mod record_menu;
mod record_query;
mod record_row;
mod record_state;
mod record_tools;
mod script;
mod settings;
mod sidebar;
mod switcher;

pub use around::*;
pub use bottom_bar::*;
pub use frame::*;
pub use home::*;
pub use invite::*;
pub use member_row::*;
pub use new_record::*;
pub use people::*;
pub use record::*;
pub use record_menu::*;
pub use record_row::*;
pub use record_state::*;
pub use record_tools::*;
pub use script::*;
pub use settings::*;
pub use sidebar::*;
pub use switcher::*;
