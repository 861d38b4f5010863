//! What the store's functions promise, against a real Postgres.

mod accounts;
mod audit;
mod cluster;
mod connections;
mod documents;
mod guard;
mod jobs;
mod limits;
mod migrations;
mod placement;
mod silence;
mod tokens;
