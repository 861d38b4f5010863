//! What every handler shares.

use crate::{assets::Site, config::Config};
use app::assets::Assets;
use domain::ports::Random;
use outbound::CapturedMailer;
use services::Services;
use std::sync::Arc;
use store::Db;

/// Everything a request needs; one for the whole process.
pub struct State {
    /// What the server was told.
    pub config: Config,
    /// The use cases.
    pub services: Services,
    /// The database, for `/readyz` only: requests reach it through the use cases.
    pub db: Db,
    /// The random source.
    pub random: Arc<dyn Random>,
    /// The built site.
    pub site: Site,
    /// The addresses of its files.
    pub assets: Assets,
    /// The captured mails, on the loopback without a mail server.
    pub mailbox: Option<Arc<CapturedMailer>>,
    /// The OpenAPI document, as it is sent.
    pub openapi: String,
}
