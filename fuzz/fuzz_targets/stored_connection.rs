#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry_points::call("stored_connection", bytes));
