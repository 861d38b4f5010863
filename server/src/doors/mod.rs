//! The ways in: pages, the forms on them, the JSON API, the site's files, and what only this machine may open.

pub mod answer;
pub mod api;
pub mod aside;
pub mod attachments;
pub mod body;
pub mod caller;
pub mod dev;
pub mod forms;
pub mod health;
pub mod pages;
pub mod session_cookie;
pub mod socket;
