//! Files in and out: the order of rows means nothing, and results are written whole or not at all.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::batch::{self, Expectations, Mode, People, PlanBook, Run};
use medaid::io::{DecisionTable, OutputFolder, Scenario, Sequence, Source, read_claims, read_households, read_people, write_rejects};
use medaid::{Claim, Person, Plan, Scheme};
use serde_json::value::RawValue;

fn fixtures() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir("fixtures").unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_dir() && !Sequence::is_in(p)).collect();
    found.sort();
    assert!(found.len() >= 10, "{found:?}");
    found
}

/// An empty folder of a test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Puts things in an order that looks like chance, the same each time.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for i in (1..items.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(i, (state >> 33) as usize % (i + 1));
    }
}

/// A file with its rows or elements in another order.
fn shuffled(source: &Source, seed: u64) -> Source {
    let text = if source.name().ends_with(".json") {
        let mut elements: Vec<Box<RawValue>> = serde_json::from_str(source.text()).unwrap();
        shuffle(&mut elements, seed);
        serde_json::to_string(&elements).unwrap()
    } else {
        let mut lines: Vec<&str> = source.text().lines().collect();
        shuffle(&mut lines[1..], seed);
        lines.join("\n")
    };
    Source::read(source.name(), text.as_bytes()).unwrap()
}

/// All that a run writes, as bytes.
fn written(book: &PlanBook, run: &Run) -> [Vec<u8>; 4] {
    let mut lines = Vec::new();
    let mut table = DecisionTable::new(book, Vec::new()).unwrap();
    for decision in &run.decisions {
        serde_json::to_writer(&mut lines, decision).unwrap();
        lines.push(b'\n');
        table.write(decision).unwrap();
    }
    let rejects = write_rejects(&run.rejects, Vec::new()).unwrap();
    [lines, table.finish().unwrap(), rejects, serde_json::to_vec_pretty(&run.summary).unwrap()]
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    for fixture in fixtures() {
        let open = |names: [&str; 2]| names.iter().map(|n| fixture.join(n)).find(|p| p.is_file()).map(|p| Source::open(p).unwrap());
        let people = open(["people.csv", "people.json"]);
        let households = open(["households.csv", "households.json"]);
        let claims = open(["claims.csv", "claims.json"]).unwrap();
        let lines = open(["lines.csv", "lines.csv"]);
        let scenario = Scenario::open(&fixture).unwrap();
        let expected = written(&scenario.book, &scenario.run(Mode::Explained).unwrap());
        for seed in 1..=3 {
            let claims = read_claims(&shuffled(&claims, seed), lines.as_ref().map(|l| shuffled(l, seed)).as_ref()).unwrap();
            let people = match &people {
                Some(people) => read_people(&shuffled(people, seed)).unwrap(),
                None => People::of_claims(&claims.claims),
            };
            let people = match &households {
                Some(households) => read_households(&shuffled(households, seed), people).unwrap(),
                None => people,
            };
            let run = batch::run(&scenario.book, &people, claims.claims, claims.rejects, Mode::Explained).unwrap();
            assert!(written(&scenario.book, &run) == expected, "{} with seed {seed}", fixture.display());
        }
    }
}

#[test]
fn fixtures_come_out_as_expected_and_alike_in_both_modes() {
    for fixture in fixtures() {
        let scenario = Scenario::open(&fixture).unwrap();
        let run = scenario.run(Mode::Explained).unwrap();
        let came_in = scenario.claims.claims.len() + scenario.claims.rejects.len();
        let settlements = run.summary.settlements as usize;
        assert_eq!(run.decisions.len() + run.rejects.len(), came_in + settlements, "{}", fixture.display());
        let plain = scenario.run(Mode::Plain).unwrap();
        assert_eq!(plain.summary, run.summary, "{}", fixture.display());
        assert_eq!(plain.rejects, run.rejects, "{}", fixture.display());
        assert!(plain.decisions.is_empty());
        for decision in &run.decisions {
            let text = serde_json::to_string(decision).unwrap();
            let read: medaid::Decision = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }
}

#[test]
fn csv_and_json_mean_the_same() {
    let csv = "id,person,scheme,care,facility.id,facility.level,facility.region,service_from,service_to,settled,sequence,stay,days,attributes.referral,bill,\
               portions.in_scope,prior.basic\nc1,p1,v,inpatient,f1,2,yubei,2024-05-01,2024-05-12,2024-05-13,7,s1,11,true,52000.00,52000.00,34790.00\n";
    let json = r#"[{ "id": "c1", "person": "p1", "scheme": "v", "care": "inpatient", "facility": { "id": "f1", "level": "2", "region": "yubei" },
        "service_from": "2024-05-01", "service_to": "2024-05-12", "settled": "2024-05-13", "sequence": 7, "stay": "s1", "days": 11,
        "attributes": { "referral": true }, "bill": 52000, "portions": { "in_scope": "52000.00" }, "prior": { "basic": 34790.00 } }]"#;
    let read = |name: &str, text: &str| read_claims(&Source::read(name, text.as_bytes()).unwrap(), None).unwrap().claims;
    assert_eq!(read("claims.csv", csv), read("claims.json", json));
    // Without a telling name, the text tells.
    assert_eq!(read("standard input", csv), read("standard input", json));

    let csv =
        "id,household,birth_date,attributes.identity,attributes.plan\np1,h1,1960-05-01,low_income,upgraded@2024-01-01..2025-01-01;basic\n";
    let json = r#"[{ "id": "p1", "household": "h1", "birth_date": "1960-05-01", "attributes": { "identity": "low_income",
        "plan": [{ "value": "upgraded", "from": "2024-01-01", "until": "2025-01-01" }, { "value": "basic" }] } }]"#;
    let read = |name: &str, text: &str| read_people(&Source::read(name, text.as_bytes()).unwrap()).unwrap().get("p1").unwrap().clone();
    assert_eq!(read("people.csv", csv), read("people.json", json));
    // What is written is read again as the same.
    let person: Person = read("people.csv", csv);
    assert_eq!(serde_json::from_str::<Person>(&serde_json::to_string(&person).unwrap()).unwrap(), person);
}

#[test]
fn results_are_written_whole_or_not_at_all() {
    let path = folder("whole_or_not_at_all");
    let names = || {
        let mut names: Vec<String> = fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let out = OutputFolder::create(&path, false).unwrap();
    let mut one = out.file("one").unwrap();
    one.write_all(b"first").unwrap();
    drop(one);
    assert_eq!(names(), Vec::<String>::new(), "a file that was not completed leaves nothing behind");

    let mut one = out.file("one").unwrap();
    one.write_all(b"first").unwrap();
    assert!(names().iter().all(|n| n.ends_with(".part")), "no file has its name before it is complete");
    out.complete(vec![one, out.file("two").unwrap()]).unwrap();
    assert_eq!(names(), ["one", "two"]);
    assert_eq!(fs::read(path.join("one")).unwrap(), b"first");

    let error = OutputFolder::create(&path, false).unwrap_err();
    assert_eq!(error.kind(), medaid::io::ErrorKind::NotEmpty);
    assert_eq!(error.message(), "the output folder is not empty");
    let out = OutputFolder::create(&path, true).unwrap();
    out.complete(vec![out.file("one").unwrap()]).unwrap();
    assert_eq!(fs::read(path.join("one")).unwrap(), b"");
    assert!(OutputFolder::create(path.join("one"), false).is_err(), "a file is no folder");
}

#[test]
fn scenario_folders_that_do_not_add_up() {
    let path = folder("scenarios");
    let error = || Scenario::open(&path).unwrap_err().to_string().replace(&path.display().to_string(), "S");
    assert_eq!(error(), "S: a scenario needs scheme.toml, or scheme-*.toml, and the folder has none");
    fs::write(path.join("scheme.toml"), include_str!("schemes/small.toml")).unwrap();
    assert_eq!(error(), "S: a scenario needs claims.csv or claims.json, and the folder has none");
    fs::write(path.join("claims.csv"), "id,person,service_from,bill,portions.in_scope\nc1,p1,2024-05-01,5,5\n").unwrap();
    assert_eq!(Scenario::open(&path).unwrap().people.len(), 1, "without persons, those whom claims name are known");
    fs::write(path.join("claims.json"), "[]").unwrap();
    assert_eq!(error(), "S: there are both claims.csv and claims.json; only one can be meant");
    fs::remove_file(path.join("claims.json")).unwrap();
    fs::write(path.join("expect.toml"), "[claims]\n").unwrap();
    assert_eq!(error(), "S/expect.toml:1:2: expectations have no key `claims`; they are tables `[claim.ID]`");
    fs::write(path.join("expect.toml"), "").unwrap();
    fs::write(path.join("scheme-2.toml"), "format = 2").unwrap();
    assert!(error().starts_with("S/scheme-2.toml:1:"), "{}", error());
}

#[test]
fn differences_from_expectations_name_their_place() {
    let plan = Plan::compile(&Scheme::parse("scheme.toml", include_str!("schemes/small.toml")).unwrap()).unwrap();
    let claim: Claim = serde_json::from_str(
        r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#,
    )
    .unwrap();
    let mut bad = claim.clone();
    bad.id = "c2".to_owned();
    bad.service_from = "2020-01-01".parse().unwrap();
    let claims = vec![claim, bad];
    let people = People::of_claims(&claims);
    let run = batch::run(&PlanBook::new([plan]).unwrap(), &people, claims, Vec::new(), Mode::Explained).unwrap();
    let expected = "[claim.c1]\nbasic.paid = \"34790\"\nbasic.inpatient.ratio = \"71%\"\nbasic.inpatient.deductble = \"300\"\nnothing = 1\nrejected = \"x\"\n\
                    [claim.c2]\nrejected = \"no-scheme-in-force\"\npaid = 1\n[claim.c3]\npaid = 1.00\nrejected = \"x\"\n[claim.unlike]\npaid = 1\n";
    let mismatches = Expectations::parse("expect.toml", expected).unwrap().compare(&run);
    let told: Vec<String> = mismatches.iter().map(|m| format!("{}: {m}", m.line)).collect();
    assert_eq!(
        told,
        [
            "3: claim `c1`: basic.inpatient.ratio: expected 71%, found 70%",
            "4: claim `c1`: basic.inpatient.deductble: expected 300, found nothing (there is no such figure; did you mean `basic.inpatient.deductible`?)",
            "5: claim `c1`: nothing: expected 1, found nothing (there is no such figure)",
            "6: claim `c1`: rejected: expected x, found nothing (the claim was decided)",
            "9: claim `c2`: paid: expected 1, found nothing (the claim was rejected (no-scheme-in-force): \
             scheme `village_cover` version 2024.1 does not hold on 2020-01-01)",
            "11: claim `c3`: paid: expected 1.00, found nothing (there is no claim `c3`; did you mean `c1`?)",
            "12: claim `c3`: rejected: expected x, found nothing (there is no claim `c3`; did you mean `c1`?)",
            "14: claim `unlike`: paid: expected 1, found nothing (there is no claim `unlike`)",
        ]
    );
}
