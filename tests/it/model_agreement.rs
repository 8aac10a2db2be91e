//! The engine and the reference model agree on every generated scheme and history, and on printed examples.
//!
//! `MEDAID_MODEL_PAIRS` says how many histories (10000), `MEDAID_MODEL_SEED` with which seed to begin (1).

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::coverage::Coverage;
use crate::model::generate::{self, History, Wish};
use crate::model::interpret::{self, Books, Facts};
use crate::model::rat::Rat;
use crate::model::reduce::reduce;
use crate::model::{published, toml};

/// What the generator must make and the model must go through, each at least a handful of times.
const FEATURES: &[&str] = &[
    "allocated over several lines",
    "attribute as of the policy year's start",
    "attribute changes in time",
    "attribute read some time before",
    "band edge crossed in one claim",
    "bands above the deductible",
    "bands absolute",
    "bands carried on from earlier claims",
    "base cap bound",
    "benefit cap bound",
    "benefit: condition failed",
    "benefit: fired",
    "benefit: nothing left",
    "charged on top of the bill",
    "claim by lines",
    "claim by portions",
    "claim counted",
    "coinsurance rounded beside an odd deductible",
    "condition: any",
    "condition: not",
    "condition: several entries",
    "ratio cut to its most",
    "ratio raised to its least",
    "carried over",
    "days counted",
    "days in several rows",
    "days without a row",
    "reserve days used",
    "group left out, others count",
    "group of several lines",
    "group: none left",
    "quarter, half-year or a year of its own",
    "reject: sum over lines of a claim without lines",
    "rolling window",
    "sum over several lines",
    "one claim in several phases",
    "payment counted by an accumulator",
    "phase ended by what counts as borne",
    "phase ended by what is borne",
    "reject: split above the whole",
    "split over funds",
    "split: largest remainder",
    "coordinated",
    "coordinated: not the first figure",
    "coordinated: others paid",
    "coordinated: others paid more than the base",
    "coordinated: pays a part",
    "cap on a copayment bound",
    "cap on days bound",
    "cap on the money of lines bound",
    "cap on units bound",
    "cap on units or days cut a line in its middle",
    "copay before the deductible",
    "copay before the ratio",
    "copay beside the bill",
    "copay from the payment",
    "copayment cut to its most",
    "copayment for each day",
    "copayment for each unit",
    "copayment raised to its least",
    "copayment taken",
    "copayment takes all of a line",
    "decision table over two facts",
    "deductible met above the one in force",
    "deductible met in mid-claim",
    "factor 0",
    "factor below 1",
    "fixed sum",
    "formula: accumulated",
    "formula: this claim's own money",
    "asked what a benefit paid",
    "asked what a benefit took as deductible",
    "formula: whole number of steps",
    "franchise: crossed at once",
    "franchise: crossed before",
    "franchise: crossed by accumulation",
    "franchise: not crossed",
    "given: above a cap",
    "given: by portion",
    "given: payment taken",
    "grant as a difference",
    "grant: step reached",
    "guard: unless",
    "guard: when",
    "held money laid down",
    "held money not counted again",
    "household deductible",
    "in kind: some given, some bought",
    "in kind: units given",
    "largest remainder: tie to the earlier line",
    "layer cap bound",
    "layer: condition failed",
    "layer: covers of its own",
    "layer: write-off",
    "limit floored to the unit",
    "limit passed only by rounding",
    "condition on dates of lines tells them apart",
    "figured for each: condition failed",
    "figured for several lines or days",
    "figured on another day than the claim's",
    "line dated outside of the service",
    "reject: several days without lines",
    "rule: for each day",
    "rule: for each line",
    "line: classified",
    "line: over the price limit",
    "line: over the quantity limit",
    "line: preliminary self-pay",
    "lines: none chosen",
    "lines: one chosen",
    "lines: one not chosen",
    "maximum of some parts bound",
    "maximum of some parts cut a deductible or copayment",
    "maximum of some parts cut in mid-claim",
    "minimum: payment not issued",
    "opening balance",
    "opening balance of a household",
    "out-of-pocket maximum bound",
    "out-of-pocket maximum cut in mid-claim",
    "paid beside the bill",
    "period from first use",
    "rule: notional layer",
    "rule: of everyone",
    "rule: a fund pays a layer",
    "rule: funds share a layer",
    "budget in force",
    "payment shared by funds",
    "notional layer figured",
    "reject: given payment of a notional layer",
    "position of the period before",
    "nothing quiet",
    "quiet years",
    "attribute as it is since ever",
    "attribute as it is since a day",
    "attribute holds in a part of the year",
    "formula: a part of the year",
    "spell",
    "spell begun",
    "spell after another",
    "spell goes on",
    "spell goes on by a claim that posts nothing",
    "person holds several words at once",
    "personal period after another",
    "personal period carried on",
    "both ends of a stay counted",
    "personal period opened late, before another",
    "points added",
    "ratio kept at 0 %",
    "ratio kept at 100 %",
    "ratio multiplied",
    "reject: charged no whole units",
    "reject: missing attribute",
    "reject: prior above residual",
    "reject: units of a claim without lines",
    "reject: wrong in itself",
    "residual bound",
    "rounding down",
    "rounding half-even",
    "rounding half-even: a tie",
    "rounding half-up",
    "rounding half-up: a tie",
    "rounding of the coinsurance",
    "rounding of the patient's share",
    "rounding up",
    "reject: lines without dates beyond the run-off",
    "rule: run-off",
    "run-off: a stay across the year's end, paid in full",
    "run-off: every line too late",
    "run-off: lines too late",
    "rule: embedded household deductible",
    "rule: grant that falls",
    "rule: shared accumulator",
    "several deductibles together",
    "shared deductible already met in part",
    "stay with several claims",
    "value: dated series switched",
    "value: expression",
    "value: otherwise row",
    "value: table row",
];

pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

#[test]
fn the_engine_agrees_with_the_reference_model() {
    let first = setting("MEDAID_MODEL_SEED", 1);
    let pairs = setting("MEDAID_MODEL_PAIRS", 10_000);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut seen = Coverage::default();
    std::thread::scope(|scope| {
        let start = |worker: u64| {
            scope.spawn(move || {
                let mut seen = Coverage::default();
                for seed in (first..first + pairs).skip(worker as usize).step_by(workers as usize) {
                    agree_on(seed, &mut seen);
                }
                seen
            })
        };
        let running: Vec<_> = (0..workers).map(start).collect();
        for worker in running {
            match worker.join() {
                Ok(part) => seen.merge(&part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!("{pairs} histories from seed {first}\n{seen}");
    if pairs >= 5_000 {
        let rare: Vec<_> = FEATURES.iter().filter(|feature| seen.count(feature) < 5).collect();
        assert!(rare.is_empty(), "hardly ever reached: {rare:?}");
    }
}

#[test]
fn the_model_and_the_engine_reproduce_printed_examples() {
    for example in published::examples() {
        let facts = model_facts(&example.history, &mut Coverage::default());
        let engine = engine_facts(&example.history).expect(example.name);
        for (path, printed) in example.printed {
            let printed = Rat::parse(printed);
            assert_eq!(Rat::parse(&facts[0][*path]), printed, "model: {}: {path}", example.name);
            assert_eq!(Rat::parse(&engine[0][*path]), printed, "engine: {}: {path}", example.name);
        }
    }
}

/// Tells the seed also where the model or the engine panics.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("at MEDAID_MODEL_SEED={}", self.0);
        }
    }
}

fn agree_on(seed: u64, seen: &mut Coverage) {
    let _told = Told(seed);
    let history = generate::history(seed, Wish::Any, seen);
    let Some(differences) = differences(&history, seen) else {
        return;
    };
    let smallest = reduce(&history, &|one| disagrees(one));
    let reduced = self::differences(&smallest, &mut Coverage::default()).unwrap_or_default();
    panic!(
        "seed {seed}: engine and model disagree\n{differences}\n{}\n--- reduced\n{reduced}\n{}\n\
         MEDAID_MODEL_SEED={seed} MEDAID_MODEL_PAIRS=1 cargo test --features cli --test it the_engine_agrees\n",
        written(&history),
        written(&smallest),
    );
}

/// Both run, and differ. A history that the engine refuses to compile does not count: it has lost its sense.
pub(crate) fn disagrees(history: &History) -> bool {
    engine_facts(history).is_ok() && differences(history, &mut Coverage::default()).is_some()
}

/// The rule file, the people and the claims, ready to be copied into files.
pub(crate) fn written(history: &History) -> String {
    let mut out = toml::rule_file(&history.scheme);
    for person in &history.persons {
        writeln!(out, "{}", toml::person(person)).unwrap();
    }
    for claim in &history.claims {
        writeln!(out, "{}", toml::claim(claim, &history.scheme)).unwrap();
    }
    out
}

/// The paths on which the two differ, claim by claim; none if they agree.
pub(crate) fn differences(history: &History, seen: &mut Coverage) -> Option<String> {
    let engine = match engine_facts(history) {
        Ok(engine) => engine,
        Err(refused) => return Some(refused),
    };
    let model = model_facts(history, seen);
    let mut out = String::new();
    for ((claim, model), engine) in history.claims.iter().zip(&model).zip(&engine) {
        for (path, expected) in model {
            // an accumulator that the claim did not move need not be mentioned
            let (path, at_rest) = match path.strip_prefix("at_rest.") {
                Some(accumulator) => (&format!("balance.{accumulator}"), true),
                None => (path, false),
            };
            let found = engine.get(path).map(String::as_str);
            if !found.map_or(at_rest, |found| same(expected, found)) {
                writeln!(out, "  {} {path}: model {expected}, engine {found:?}", claim.id).unwrap();
            }
        }
        if model.contains_key("rejected") != engine.contains_key("rejected") {
            writeln!(out, "  {} engine {:?}", claim.id, engine.get("rejected")).unwrap();
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Numbers compare as numbers. A figure whose decimals do not end cannot be written out and is not compared.
pub(crate) fn same(expected: &str, found: &str) -> bool {
    if expected.contains('/') {
        return true;
    }
    match (Rat::parse(expected), Rat::parse(found)) {
        (Some(expected), Some(found)) => expected == found,
        _ => expected == found,
    }
}

pub(crate) fn model_facts(history: &History, seen: &mut Coverage) -> Vec<Facts> {
    let mut books = Books::open(&history.scheme, &history.persons);
    let decide = |claim| {
        let person = history.person_of(claim);
        match interpret::adjudicate(&history.scheme, person, &mut books, claim, seen) {
            Ok(facts) => facts,
            Err(reject) => BTreeMap::from([("rejected".to_owned(), reject.0.to_owned())]),
        }
    };
    history.claims.iter().map(decide).collect()
}

pub(crate) fn engine_facts(history: &History) -> Result<Vec<Facts>, String> {
    let text = toml::rule_file(&history.scheme);
    let refused = |diagnostics: medaid::Diagnostics| {
        let errors = diagnostics.findings().iter().filter(|one| one.severity() == medaid::Severity::Error);
        let errors = errors.map(|one| {
            let at = one.labels().first().map_or("", |label| &text[label.span()]);
            format!("\n  {}: {} at `{at}`", one.code(), one.message(medaid::Language::En))
        });
        format!("the engine refuses the scheme:{}", errors.collect::<String>())
    };
    let scheme = medaid::Scheme::parse("generated.toml", &text).map_err(refused)?;
    let plan = medaid::Plan::compile(&scheme).map_err(refused)?;
    let mut ledger = medaid::Ledger::new();
    let mut all = Vec::new();
    for claim in &history.claims {
        let person = toml::person(history.person_of(claim)).to_string();
        let person: medaid::Person = serde_json::from_str(&person).map_err(|error| error.to_string())?;
        let claim = toml::claim(claim, &history.scheme).to_string();
        let claim: medaid::Claim = serde_json::from_str(&claim).map_err(|error| error.to_string())?;
        all.push(match plan.adjudicate(&person, &mut ledger, &claim) {
            Ok(decision) => decision.facts(),
            Err(reject) => BTreeMap::from([("rejected".to_owned(), reject.code().to_string())]),
        });
    }
    Ok(all)
}
