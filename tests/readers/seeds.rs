//! Where the readers begin: the fixtures and the schemes of the tests, and what comes of them.

use std::fs;
use std::path::{Path, PathBuf};

use medaid::Ledger;
use medaid::batch::Mode;
use medaid::io::{Scenario, Sequence};
use medaid::journal::Desk;

use super::{PART, SMALL, example, plan};

/// The scheme of the fixture that is a stream of operations.
pub const FAMILY: &str = include_str!("../../fixtures/sequence-family/scheme.toml");

fn folders() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("fixtures")).find(|folder| folder.is_dir());
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures.unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// The files of all fixtures whose names begin and end so.
fn files(begins: &str, ends: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for folder in folders() {
        let mut names: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        let fits = |path: &&PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(begins) && name.ends_with(ends)
        };
        texts.extend(names.iter().filter(fits).map(|path| fs::read_to_string(path).unwrap()));
    }
    texts
}

/// Inputs for a reader that it reads without a fault.
///
/// # Panics
/// If there is no reader of that name, or if a fixture is wrong.
pub fn seeds(reader: &str) -> Vec<String> {
    match reader {
        "rules" => [vec![SMALL.to_owned()], files("scheme", ".toml")].concat(),
        "expressions" => [
            "300\n70%\n1000\n>= 60\n2 * 5",
            "min(some, count * 100) + 0.5\n75% + 2% * count\nmax(1, 2, 3) / 4\n< 3\n-(1 - 2)",
            "round(some / 3, 2)\nshare\nfloor(accumulated.base)\n>= 1, < 5\nceil(1.5) * 1_000",
            "if\n1 - 40%\n10 * (2 + 3)\n2..4\n{ }",
        ]
        .map(str::to_owned)
        .to_vec(),
        "claims_csv" => {
            let with_lines = files("claims", ".csv").into_iter().zip(files("lines", ".csv")).map(|(claims, lines)| claims + PART + &lines);
            let small = "id,person,service_from,bill,portions.in_scope\nc1,p1,2024-05-01,52.00,52.00\n".to_owned();
            let lines = format!("{small}{PART}claim,id,amount,code,quantity\nc1,1,50.00,a,2\nc1,2,2.00,b,1\n");
            [vec![small, lines], files("claims", ".csv"), with_lines.collect()].concat()
        }
        "claims_json" => [vec![serde_json::to_string(&[example()]).unwrap()], files("claims", ".json")].concat(),
        "people" => [files("people", ".csv"), files("people", ".json"), files("households", ".csv")].concat(),
        "operations" => files("operations", ".jsonl"),
        "expected" => {
            let changes = files("expect-changes", ".csv");
            let tomls = files("expect", ".toml");
            [vec![tomls[0].clone() + PART + &changes[0]], changes, tomls].concat()
        }
        "ledger" => {
            let mut ledger = Ledger::new();
            let person = medaid::Person { id: "p1".to_owned(), ..medaid::Person::default() };
            plan(SMALL).adjudicate(&person, &mut ledger, &example()).unwrap();
            let mut ledgers = vec![ledger];
            ledgers.extend(runs().into_iter().map(|run| run.ledger));
            let stored = ledgers.iter().map(|ledger| serde_json::to_string(ledger).unwrap());
            // The older form has no digest at its end.
            stored
                .map(|text| text.replacen("\"format\":2", "\"format\":1", 1).split(",\"digest\":").next().unwrap().to_owned() + "}")
                .collect()
        }
        "decision" => {
            let first =
                |run: medaid::batch::Run| run.decisions.into_iter().max_by_key(|decision| serde_json::to_string(decision).unwrap().len());
            runs().into_iter().filter_map(first).map(|decision| serde_json::to_string(&decision).unwrap()).collect()
        }
        "journal" => {
            let folder = folders().into_iter().find(|folder| Sequence::is_in(folder)).unwrap();
            let sequence = Sequence::open(folder).unwrap();
            let mut desk = Desk::new(&sequence.rules);
            let mut all = Vec::new();
            let mut journal = medaid::journal::Journal::new();
            for (_, operation) in sequence.operations() {
                let _ = desk.apply(&mut journal, &operation);
                all.push(serde_json::to_string(&journal).unwrap());
            }
            all
        }
        _ => panic!("there is no reader {reader}"),
    }
}

/// What comes of every fixture that is a batch.
fn runs() -> Vec<medaid::batch::Run> {
    let scenarios = folders().into_iter().filter(|folder| !Sequence::is_in(folder)).filter_map(|folder| Scenario::open(folder).ok());
    scenarios.filter_map(|scenario| scenario.run(Mode::Explained).ok()).collect()
}
