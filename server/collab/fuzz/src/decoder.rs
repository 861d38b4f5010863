//! Any bytes as an update.

#![no_main]
#![allow(dead_code, reason = "each target uses its part of what the tests have")]

#[path = "../../tests/all/attack.rs"]
mod attack;
mod seeds;
#[path = "../../tests/all/support.rs"]
mod support;

libfuzzer_sys::fuzz_target!(
    init: seeds::plant("decoder", attack::corpus().iter().map(|frame| frame.get(2..).and_then(|rest| collab::wire::Reader::new(rest).buffer().ok()).unwrap_or_default().to_vec())),
    |bytes: &[u8]| {
        attack::decoder(bytes, "fuzz");
    }
);
