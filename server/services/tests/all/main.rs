//! The services against a real Postgres: every operation from the one list, whole journeys of people, hostile requests,
//! faults of what lies below, and an attacker who holds the database.

mod audit;
mod faults;
mod guesses;
mod hostile;
mod house;
mod journeys;
mod mail;
mod matrix;
mod replays;
mod samples;
mod sessions;
mod tampering;
mod tokens;
mod validation;
