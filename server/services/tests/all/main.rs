//! The services against a real Postgres: every operation from the one list, whole journeys of people, hostile requests,
//! faults of what lies below, and an attacker who holds the database.

mod attachments;
mod audit;
mod editing;
mod edits;
mod faults;
mod guesses;
mod hostile;
mod house;
mod invitations;
mod journeys;
mod mail;
mod matrix;
mod meanwhile;
mod members;
mod pack_files;
mod records;
mod replays;
mod samples;
mod seats;
mod sessions;
mod spent_links;
mod tampering;
mod tokens;
mod validation;
mod workspaces;
