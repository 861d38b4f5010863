//! The server from outside: its doors, its headers, what it refuses, what it survives, its commands. One binary, so that
//! the server is linked once.

mod api;
mod attachments;
mod backdated;
mod commands;
mod demo;
mod editing;
mod faults;
mod foreign;
mod forms;
mod headers;
mod held;
mod outage;
mod paper;
mod rendering;
mod serve;
mod support;
mod unsent;
