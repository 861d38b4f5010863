//! Row-level security: the tests of `security.md`, by number, against a real Postgres. What can be generated from the
//! catalogue is, so that a new table cannot be forgotten: without rows in [`seed`] it fails, and with rows it is checked.

mod by_hand;
mod catalogue;
mod generated;
mod mutation;
mod pool;
mod seed;
