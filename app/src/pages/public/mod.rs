//! Public pages: the landing page, and everything on the way to a session.

mod check_mail;
mod forgot;
mod frame;
mod invitation;
mod landing;
mod offline;
mod reset;
mod sign_in;
mod sign_up;
mod verify;

pub use check_mail::*;
pub use forgot::*;
pub use frame::*;
pub use invitation::*;
pub use landing::*;
pub use offline::*;
pub use reset::*;
pub use sign_in::*;
pub use sign_up::*;
pub use verify::*;
