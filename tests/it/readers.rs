//! Every reader over what it reads without a fault, and over that with some bytes changed.
//!
//! `MEDAID_SPOILT` says how many times each input is spoilt (4), `MEDAID_SPOILT_SEED` with which seed (1). `MEDAID_WRITE_SEEDS=fuzz/corpus` writes the inputs
//! out for the fuzzers of `fuzz/` instead.

use std::fs;
use std::path::Path;

use crate::model_agreement::setting;
use crate::reader_targets::{self, READERS, seeds::seeds};

/// What is put in where bytes are changed: pieces of which the files are made, and numbers at the edge.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "(",
    ")",
    ",",
    ";",
    ":",
    "=",
    ".",
    "..",
    "-",
    "@",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "甲",
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "0.0000001",
    "9223372036854.775807",
    "9223372036854775807",
    "18446744073709551616",
    "2024-02-29",
    "2023-02-29",
    "0000-01-01",
    "9999-12-31",
    "-0001-01-01",
    "100%",
    "otherwise",
    "when",
    "per",
];

#[test]
fn no_input_breaks_a_reader() {
    let times = setting("MEDAID_SPOILT", 4);
    let seed = setting("MEDAID_SPOILT_SEED", 1);
    for (name, read) in READERS {
        let inputs = seeds(name);
        assert!(!inputs.is_empty(), "nothing to read for {name}");
        if let Ok(folder) = std::env::var("MEDAID_WRITE_SEEDS") {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
            fs::create_dir_all(&folder).unwrap();
            inputs.iter().enumerate().for_each(|(number, text)| fs::write(folder.join(format!("seed-{number}")), text).unwrap());
            continue;
        }
        let mut some = false;
        for (number, text) in inputs.iter().enumerate() {
            // Whole files of the larger kind take long; the fuzzers have the time.
            if text.len() > 20_000 {
                continue;
            }
            println!("{name}, input {number}");
            some |= read(text.as_bytes());
            for time in 0..times {
                let mut bytes = text.as_bytes().to_vec();
                let mut next = chance(seed * 1_000_003 + number as u64 * 1_009 + time);
                for _ in 0..1 + next() % 4 {
                    spoil(&mut bytes, &mut next);
                }
                println!("{name}, input {number}, time {time}");
                read(&bytes);
            }
        }
        assert!(some, "nothing was read by {name}");
    }
}

/// Numbers that look like chance, the same each time.
fn chance(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

/// Changes a byte, puts a piece in, takes some bytes out, or says some of them twice.
fn spoil(bytes: &mut Vec<u8>, next: &mut impl FnMut() -> u64) {
    let length = bytes.len().max(1) as u64;
    let at = (next() % length) as usize;
    let end = bytes.len().min(at + 1 + (next() % 30) as usize);
    match next() % 5 {
        0 => bytes[at..end.min(at + 1)].fill(next() as u8),
        1 | 2 => {
            let piece = PIECES[(next() % PIECES.len() as u64) as usize];
            bytes.splice(at..at, piece.bytes());
        }
        3 => drop(bytes.drain(at..end)),
        _ => {
            let some = bytes[at..end].to_vec();
            bytes.splice(at..at, some);
        }
    }
}

/// Records whose days go back: what was known on a day could not be told. (Found by the fuzzer of journals.)
#[test]
fn a_journal_whose_days_go_back_is_refused() {
    let record = |id: &str, received: &str| {
        format!(r#"{{"operation":{{"id":"o-{id}","received":"{received}","enrol":{{"id":"{id}"}}}},"digest":"{}"}}"#, "0".repeat(64))
    };
    let journal = |records: [String; 2]| format!(r#"{{"format":1,"records":[{}],"digest":"{}"}}"#, records.join(","), "0".repeat(64));
    assert!(reader_targets::journal(journal([record("x", "2024-02-05"), record("y", "2024-03-05")]).as_bytes()));
    assert!(!reader_targets::journal(journal([record("x", "2024-03-05"), record("y", "2024-02-05")]).as_bytes()));
}

/// Where serde has put an object aside before it knew what it was to be. (Found by the fuzzer of decisions.)
#[test]
fn an_object_is_no_amount() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Amount(#[allow(dead_code, reason = "none is read")] medaid::Money),
    }
    for object in ["{}", r#"{ "x": "5" }"#, r#"{ "\u0078": "5" }"#, r#"{ "x": 5, "y": 6 }"#] {
        assert!(serde_json::from_str::<Either>(object).is_err(), "{object}");
    }
    assert!(matches!(serde_json::from_str::<Either>("\"1.50\""), Ok(Either::Amount(_))));
}
