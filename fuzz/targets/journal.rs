#![no_main]

#[path = "../../tests/readers/mod.rs"]
#[allow(dead_code, reason = "one reader of several")]
mod readers;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    readers::journal(data);
});
