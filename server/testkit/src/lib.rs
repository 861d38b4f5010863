//! What tests stand on: a real Postgres with a database for each test, a clock to set, chance that repeats, and the
//! first rows every test needs.
//!
//! Switches, as environment variables:
//!
//! - `SCRIPTKEEP_TEST_POSTGRES`: a superuser's URL, or the folder of a socket. That server is used; otherwise one is
//!   started on demand in the system's temporary folder, shared by every test process, and goes away with the last.
//! - `SCRIPTKEEP_TEST_FSYNC=on`: the server started on demand is durable. By default it runs without fsync, which tests
//!   have no use for; `serve` refuses such a server, and the tests of that refusal rely on it.

mod chance;
mod clock;
mod database;
mod fixtures;
mod private;
mod server;
mod superuser;

pub use chance::TestRandom;
pub use clock::TestClock;
pub use database::{TestDatabase, database, database_on, database_with};
pub use fixtures::{EPOCH, OWNER, PACK, account, draft, event, id, scope, tenant};
pub use private::{PrivateServer, run};
pub use server::{Server, durable_server, server};
