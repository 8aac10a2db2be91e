//! Every reader of the crate, given any bytes. What it says, it says twice in the same words; what it reads, written and read again, is the same; and what can
//! be computed with is computed with, and adds up.
//!
//! The test `readers` runs these functions over [`seeds`] and some mutations of them; the package in `fuzz/` runs them under a fuzzer that looks for new paths.

#![allow(unreachable_pub, reason = "two packages share it")]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a fault is told by a panic")]

pub mod seeds;

use std::collections::BTreeMap;

use medaid::batch::{self, Expectations, Mode, People, PlanBook};
use medaid::check::{Effort, check_within};
use medaid::document::{Document, Sample};
use medaid::explain::{explain, explain_reject, recheck, table};
use medaid::io::{ClaimsRead, ExpectedChanges, Source, read_claims, read_operations, read_people};
use medaid::journal::{Desk, Journal, Rules};
use medaid::{Adjudicator, Claim, Decision, Diagnostics, Digest, Language, Ledger, Person, Plan, Scheme, difference, lay_out};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A reader's name, and what it is put through; that tells whether there was anything to read.
pub type Reader = (&'static str, fn(&[u8]) -> bool);

/// Every reader.
pub const READERS: &[Reader] = &[
    ("rules", rules),
    ("expressions", expressions),
    ("claims_csv", claims_csv),
    ("claims_json", claims_json),
    ("people", people),
    ("ledger", ledger),
    ("journal", journal),
    ("operations", operations),
    ("decision", decision),
    ("expected", expected),
];

/// The longest text that is read: a fuzzer had better try many short ones.
const LONGEST: usize = 64 * 1024;

const BOTH: [Language; 2] = [Language::Zh, Language::En];

/// The scheme under which claims are settled that were read.
const SMALL: &str = include_str!("../it/schemes/small.toml");

/// A line that parts the pieces of an input that has several.
const PART: &str = "\n===\n";

/// A rule file: findings, the plan, the checker, `fmt`, documents, and claims under it.
pub fn rules(data: &[u8]) -> bool {
    match std::str::from_utf8(data) {
        Ok(text) if text.len() <= LONGEST => rule_file(text),
        _ => false,
    }
}

/// Expressions and comparisons, each line of the input in another place of a rule file.
pub fn expressions(data: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(data).ok().filter(|text| text.len() <= LONGEST) else { return false };
    let mut lines = text.lines().map(|line| serde_json::to_string(line).unwrap());
    let mut next = |default: &str| lines.next().unwrap_or_else(|| format!("\"{default}\""));
    let (deductible, ratio, cap, age, parameter) = (next("300"), next("70%"), next("1000"), next(">= 60"), next("2 * 5"));
    rule_file(&format!(
        r#"format = 1
[scheme]
id = "s"
version = "1"
status = "illustrative"
effective = {{ from = 2024-01-01, until = 2025-01-01 }}
money = {{ currency = "CNY", unit = "0.01", rounding = "half-up" }}
rule_date = "admission"
order = "as-received"
[[portion]]
id = "cost"
[[attribute]]
name = "count"
of = "claim"
type = "count"
default = 3
[[attribute]]
name = "share"
of = "claim"
type = "ratio"
default = "40%"
[parameters.some]
value = {parameter}
[[layer]]
id = "basic"
[[layer.benefit]]
id = "first"
covers = ["cost"]
deductible = {{ amount = {deductible}, per = "policy-year" }}
ratio = {ratio}
cap = [{{ per = "claim", amount = {cap} }}]
[[layer]]
id = "second"
[[layer.benefit]]
id = "rest"
covers = ["cost"]
ratio = [{{ when = {{ count = {age} }}, then = "60%" }}, {{ otherwise = "30%" }}]
cap = [{{ per = "claim", amount = "some" }}]
"#
    ))
}

fn told(found: &Diagnostics) -> String {
    let mut told = found.to_string();
    for finding in found.findings() {
        let places = finding.labels().iter().map(|label| (label.span(), label.message(Language::Zh)));
        for (place, message) in places {
            assert!(found.text().get(place.clone()).is_some(), "{place:?} is no place in the file: {}", finding.message(Language::En));
            told.push_str(message);
        }
        for language in BOTH {
            told.push_str(finding.message(language));
            told.push_str(finding.help_text(language).unwrap_or_default());
        }
    }
    told
}

fn rule_file(text: &str) -> bool {
    let (read, again) = (Scheme::parse("scheme.toml", text), Scheme::parse("scheme.toml", text));
    let laid_out = lay_out("scheme.toml", text);
    let scheme = match (read, again) {
        (Err(found), Err(again)) => {
            assert!(found.has_errors());
            assert_eq!(told(&found), told(&again), "the same file, the same findings");
            return false;
        }
        (Ok(scheme), Ok(again)) => {
            assert_eq!(told(scheme.warnings()), told(again.warnings()), "the same file, the same findings");
            scheme
        }
        _ => panic!("the same file is right and wrong"),
    };
    let plan = Plan::compile(&scheme).expect("what is read without errors compiles");

    let laid_out = laid_out.expect("what is read without errors can be laid out");
    let same = Scheme::parse("scheme.toml", &laid_out).expect("a file laid out is still right");
    assert_eq!(Plan::compile(&same).unwrap().digest(), plan.digest(), "laid out, it says the same");
    assert_eq!(lay_out("scheme.toml", &laid_out).unwrap(), laid_out, "laid out twice is laid out once");
    if text.len() < 4_000 {
        assert!(difference::compare(&plan, &Plan::compile(&same).unwrap()).differences.is_empty(), "no difference to itself");
        if let Ok(samples) = Sample::defaults(&plan, &[]) {
            for language in BOTH {
                if let Ok(document) = Document::new(&scheme, &plan, &samples, None, language) {
                    assert!(!document.html().is_empty() && !document.markdown(|_| None).is_empty());
                }
            }
        }
    }

    settle_some(&plan, text);
    let report = check_within(&scheme, Effort { kinds: 8, claims: 300 });
    let again = check_within(&scheme, Effort { kinds: 8, claims: 300 });
    assert_eq!(report.findings(), again.findings(), "the same scheme, the same findings");
    told(&report.diagnostics(&scheme));
    for witness in report.findings().iter().filter_map(|finding| finding.shown_by()) {
        for decision in witness.decisions(&plan).expect("what shows a finding is settled") {
            check(&decision);
        }
    }
    true
}

/// Claims under any scheme, as well as they can be made without knowing it.
fn settle_some(plan: &Plan, text: &str) {
    let portions: Vec<&str> = plan.portion_ids().collect();
    let (mut ledger, mut plain) = (Ledger::new(), Ledger::new());
    let mut adjudicator = Adjudicator::new(plan);
    let from = plan.effective().from.map_or_else(|| "2024-05-01".to_owned(), |day| day.to_string());
    for (number, bill) in (1u64..).zip([0i64, 1, 99_999, 12_345_678, 900_000_000_000]) {
        let part = bill / portions.len().max(1) as i64;
        let cents = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
        let mut claim = serde_json::json!({
            "id": format!("c{number}"), "person": "p1", "service_from": from, "service_to": from, "settled": from, "sequence": number,
            "days": number, "stay": "s1", "care": "inpatient",
            "bill": cents(part * portions.len() as i64),
            "portions": portions.iter().map(|portion| ((*portion).to_owned(), cents(part).into())).collect::<serde_json::Map<_, _>>(),
        });
        let mut person = serde_json::json!({ "id": "p1", "birth_date": "1960-02-29" });
        for _ in 0..12 {
            let (one, other): (Claim, Person) =
                (serde_json::from_value(claim.clone()).unwrap(), serde_json::from_value(person.clone()).unwrap());
            let settled = adjudicator.settle(&other, &mut plain, &one).map(|settled| settled.out_of_pocket());
            match (adjudicator.adjudicate(&other, &mut ledger, &one), settled) {
                (Ok(decision), Ok(left)) => {
                    assert_eq!(decision.out_of_pocket.money(), Some(left), "with steps or without");
                    check(&decision);
                    break;
                }
                (Err(reject), Err(same)) => {
                    assert_eq!(reject, same, "with steps or without");
                    BOTH.iter().for_each(|language| assert!(!explain_reject(&reject, *language).is_empty()));
                    // A value that the file names for the attribute, if that is what is wanted.
                    let Some(name) = reject.field().strip_prefix("attributes.") else { break };
                    let value = named_value(text, name);
                    for one in [&mut claim, &mut person] {
                        one["attributes"][name] = value.clone().into();
                    }
                }
                (with, without) => panic!("with steps {with:?}, without {without:?}"),
            }
        }
    }
    let stored = serde_json::to_string(&ledger).unwrap();
    assert_eq!(stored, serde_json::to_string(&plain).unwrap(), "with steps or without");
    assert_eq!(serde_json::to_string(&serde_json::from_str::<Ledger>(&stored).unwrap()).unwrap(), stored);
}

/// A value for an attribute: the first word of its list, if the file has one.
fn named_value(text: &str, name: &str) -> String {
    let after = text.split_once(&format!("name = \"{name}\"")).map_or("", |(_, after)| after);
    let values = after.split_once("values = [\"").filter(|(before, _)| !before.contains("[[")).map_or("1", |(_, values)| values);
    values.split('"').next().unwrap_or("true").to_owned()
}

/// A decision adds up, can be explained, and is the same when it was stored.
fn check(decision: &Decision) {
    let sum = [decision.written_off, decision.out_of_pocket].into_iter().try_fold(decision.paid, |sum, part| sum.checked_add(part));
    assert_eq!(sum.and_then(medaid::Amount::money), decision.bill.money(), "paid, waived and borne are the bill: {decision:?}");
    assert_eq!(recheck(decision), Ok(()), "every step follows from those before it: {}", serde_json::to_string(decision).unwrap());
    assert!(decision.is_intact());
    let stored = serde_json::to_string(decision).unwrap();
    assert_eq!(&serde_json::from_str::<Decision>(&stored).unwrap(), decision);
    BOTH.iter().for_each(|language| assert!(!explain(decision, *language).is_empty() && !table(decision, *language).is_empty()));
}

/// Claims in CSV, and perhaps their lines after [`PART`].
pub fn claims_csv(data: &[u8]) -> bool {
    parts(data).is_some_and(|(first, second)| claims("claims.csv", first, second))
}

/// Claims in JSON.
pub fn claims_json(data: &[u8]) -> bool {
    parts(data).is_some_and(|(first, second)| claims("claims.json", first, second))
}

/// The text, or two texts; nothing if it is too long for a fuzzer.
fn parts(data: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    if data.len() > LONGEST {
        return None;
    }
    let at = data.windows(PART.len()).position(|window| window == PART.as_bytes());
    Some(at.map_or((data, None), |at| (&data[..at], Some(&data[at + PART.len()..]))))
}

fn claims(name: &str, first: &[u8], second: Option<&[u8]>) -> bool {
    let source = |name: &str, data: &[u8]| Source::read(name, data).map_err(|error| assert!(!error.text(Language::Zh).is_empty())).ok();
    let Some(first) = source(name, first) else { return false };
    let second = match second {
        Some(second) => match source("lines.csv", second) {
            Some(second) => Some(second),
            None => return false,
        },
        None => None,
    };
    let read = match (read_claims(&first, second.as_ref()), read_claims(&first, second.as_ref())) {
        (Err(errors), Err(again)) => {
            assert_eq!(errors.to_string(), again.to_string());
            assert!(!errors.text(Language::Zh).is_empty());
            return false;
        }
        (Ok(read), Ok(again)) => {
            assert_eq!((&read.claims, &read.rejects), (&again.claims, &again.rejects));
            read
        }
        _ => panic!("the same file is right and wrong"),
    };
    if second.is_none() && name.ends_with(".csv") {
        let rows = first.text().split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).filter(|line| !line.is_empty()).count();
        assert_eq!(read.claims.len() + read.rejects.len() + 1, rows, "every row is a claim or a reject");
    }
    let written = serde_json::to_string(&read.claims).unwrap();
    let again = read_claims(&Source::read("claims.json", written.as_bytes()).unwrap(), None).unwrap();
    assert_eq!((&again.claims, again.rejects.len()), (&read.claims, 0), "written and read again");
    run(&read);
    !read.claims.is_empty()
}

/// Claims come out once each, and in whatever order they came in.
fn run(read: &ClaimsRead) {
    let book = PlanBook::new([plan(SMALL)]).unwrap();
    let people = People::of_claims(&read.claims);
    let run = |claims: Vec<Claim>| batch::run(&book, &people, claims, read.rejects.clone(), Mode::Explained).unwrap();
    let (run, backwards) = (run(read.claims.clone()), run(read.claims.iter().rev().cloned().collect()));
    assert_eq!(run.decisions.len() + run.rejects.len(), read.claims.len() + read.rejects.len(), "every claim comes out once");
    assert_eq!((&run.decisions, &run.rejects), (&backwards.decisions, &backwards.rejects), "in whatever order they are given");
    run.decisions.iter().for_each(check);
}

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("scheme.toml", text).unwrap()).unwrap()
}

/// Persons, in CSV or JSON.
pub fn people(data: &[u8]) -> bool {
    let Some((data, _)) = parts(data) else { return false };
    let Ok(source) = Source::read("people", data) else { return false };
    let people = match (read_people(&source), read_people(&source)) {
        (Err(errors), Err(again)) => {
            assert_eq!(errors.text(Language::Zh), again.text(Language::Zh));
            return false;
        }
        (Ok(people), Ok(_)) => people,
        _ => panic!("the same file is right and wrong"),
    };
    let persons: Vec<Person> = people.iter().cloned().collect();
    let written = serde_json::to_string(&persons).unwrap();
    let again = read_people(&Source::read("people.json", written.as_bytes()).unwrap()).expect("persons can be read again");
    assert!(again.iter().eq(persons.iter()), "written and read again");

    // A scheme with a household's accumulator and one without.
    let of_household = SMALL.replacen(
        "[[layer]]",
        "[[accumulator]]\nid = \"x\"\ncounts = \"base\"\nper = \"policy-year\"\nof = \"household\"\n[[layer]]",
        1,
    );
    for text in [SMALL, &of_household] {
        let Ok(scheme) = Scheme::parse("scheme.toml", text) else { continue };
        let book = PlanBook::new([Plan::compile(&scheme).unwrap()]).unwrap();
        let claim = |person: &Person| Claim { id: format!("of {}", person.id), person: person.id.clone(), ..example() };
        if let Ok(run) = batch::run(&book, &people, persons.iter().map(claim).collect(), Vec::new(), Mode::Explained) {
            assert_eq!(run.decisions.len() + run.rejects.len(), persons.len());
            run.decisions.iter().for_each(check);
        }
    }
    true
}

fn example() -> Claim {
    let text = r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#;
    serde_json::from_str(text).unwrap()
}

/// A stored ledger. A fuzzer finds no digest, so there is the older form without one, which has all that the newer has.
pub fn ledger(data: &[u8]) -> bool {
    let Ok(ledger) = serde_json::from_slice::<Ledger>(data) else { return false };
    let stored = serde_json::to_string(&ledger).unwrap();
    let again: Ledger = serde_json::from_str(&stored).expect("a ledger that was written can be read");
    assert_eq!(serde_json::to_string(&again).unwrap(), stored, "written and read again");
    let plan = plan(SMALL);
    let person = Person { id: "p1".to_owned(), ..Person::default() };
    let (mut one, mut other) = (ledger, again);
    match (plan.adjudicate(&person, &mut one, &example()), plan.adjudicate(&person, &mut other, &example())) {
        (Ok(decision), same) => {
            assert_eq!(Ok(&decision), same.as_ref(), "a ledger that was stored settles alike");
            check(&decision);
        }
        (Err(reject), same) => assert_eq!(Err(&reject), same.as_ref().map(|_| ())),
    }
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
    true
}

/// A journal as it is stored, of which the digests are to be figured.
#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    records: Vec<BTreeMap<&'a str, &'a RawValue>>,
}

/// A stored journal. A fuzzer finds no digests, so they are put right first.
pub fn journal(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let _ = serde_json::from_str::<Journal>(text);
    let Ok(stored) = serde_json::from_str::<Stored<'_>>(text) else { return false };
    let mut before = Journal::new().digest();
    let mut records = Vec::new();
    for record in &stored.records {
        let part = |key: &str| record.get(key).map_or("[]", |raw| raw.get());
        let content = format!("[\"{before}\",{},{},{},{}]", part("operation"), part("schemes"), part("openings"), part("outcomes"));
        before = Digest::of(content.as_bytes());
        let parts =
            record.iter().filter(|(key, _)| **key != "digest").map(|(key, raw)| format!("{}:{}", serde_json::json!(key), raw.get()));
        records.push(format!("{{{},\"digest\":\"{before}\"}}", parts.collect::<Vec<_>>().join(",")));
    }
    let text = format!("{{\"format\":1,\"records\":[{}],\"digest\":\"{before}\"}}", records.join(","));
    let Ok(journal) = serde_json::from_str::<Journal>(&text) else { return false };
    whole(&journal);
    // What was read is gone on with.
    for rules in both_rules() {
        let mut desk = Desk::new(&rules);
        if let Ok(anew) = desk.replay(&journal) {
            whole(&anew);
        }
        let _ = desk.quote(&journal, &example());
        let mut journal = journal.clone();
        for claim in journal.claims().map(|(claim, _)| claim.id.clone()).collect::<Vec<_>>() {
            let void = serde_json::json!({ "id": format!("void of {claim}"), "received": "9999-01-01", "void": { "claim": claim } });
            let _ = desk.apply(&mut journal, &serde_json::from_value(void).unwrap());
        }
        whole(&journal);
    }
    true
}

/// A journal is the same when it was stored, and up to any day.
fn whole(journal: &Journal) {
    let stored = serde_json::to_string(journal).unwrap();
    let again: Journal = serde_json::from_str(&stored).expect("a journal that was written can be read");
    assert_eq!((again.digest(), again.state_digest()), (journal.digest(), journal.state_digest()));
    assert_eq!(serde_json::to_string(&again).unwrap(), stored);
    if let Some(day) = journal.last_day() {
        assert_eq!(journal.as_of(day).state_digest(), journal.state_digest());
    }
}

/// The small scheme, with claims as received and as incurred.
fn both_rules() -> [Rules; 2] {
    [false, true].map(|as_incurred| Rules::new(PlanBook::new([plan(SMALL), plan(seeds::FAMILY)]).unwrap()).in_order(as_incurred))
}

/// A stream of operations, carried out.
pub fn operations(data: &[u8]) -> bool {
    let Some((data, _)) = parts(data) else { return false };
    let Ok(source) = Source::read("operations.jsonl", data) else { return false };
    let (read, again) = (read_operations(&source), read_operations(&source));
    assert_eq!((&read.operations, &read.unreadable), (&again.operations, &again.unreadable));
    let lines = source.text().lines().filter(|line| !line.trim().is_empty()).count();
    assert_eq!(read.operations.len() + read.unreadable.len(), lines, "every line is an operation, or is told");
    for (_, message) in &read.unreadable {
        assert!(BOTH.iter().all(|language| !message.text(*language).is_empty()));
    }
    let written: String = read.operations.iter().map(|(_, operation)| serde_json::to_string(operation).unwrap() + "\n").collect();
    let again = read_operations(&Source::read("operations.jsonl", written.as_bytes()).unwrap());
    assert!(again.operations.iter().map(|(_, o)| o).eq(read.operations.iter().map(|(_, o)| o)), "written and read again");

    for rules in both_rules() {
        let mut desk = Desk::new(&rules);
        let mut journal = Journal::new();
        for (_, operation) in read.operations.iter().take(40) {
            let before = journal.state_digest();
            match desk.apply(&mut journal, operation) {
                Ok(receipt) => {
                    receipt.decision().into_iter().for_each(check);
                    let again = desk.apply(&mut journal, operation).expect("the same message again is no fault");
                    assert!(again.is_repeated());
                }
                Err(refusal) => {
                    assert!(BOTH.iter().all(|language| !refusal.text(*language).is_empty()));
                    assert_eq!(journal.state_digest(), before, "what is refused changes nothing");
                }
            }
        }
        for (claim, outcome) in journal.claims() {
            if let Some(booking) = outcome.booking() {
                let sum = booking.layers().try_fold(booking.out_of_pocket(), |sum, (_, paid)| sum.checked_add(paid));
                assert_eq!(sum.and_then(medaid::Amount::money), Some(claim.bill), "paid and borne are the bill of {}", claim.id);
            }
        }
        whole(&journal);
        let anew = desk.replay(&journal).expect("what was carried out once can be carried out again");
        assert_eq!(anew.digest(), journal.digest(), "carried out anew, the same journal");
    }
    !read.operations.is_empty()
}

/// A stored decision.
pub fn decision(data: &[u8]) -> bool {
    let Ok(decision) = serde_json::from_slice::<Decision>(data) else { return false };
    let stored = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&stored).unwrap(), decision, "written and read again");
    // It may say anything: what is found wrong with it is told, and it can be printed.
    assert_eq!(recheck(&decision), recheck(&decision));
    let _ = decision.is_intact();
    BOTH.iter().for_each(|language| assert!(!explain(&decision, *language).is_empty() && !table(&decision, *language).is_empty()));
    true
}

/// What must come out of a batch, `expect.toml`, and after [`PART`] of a stream, `expect-changes.csv`.
pub fn expected(data: &[u8]) -> bool {
    let Some((first, second)) = parts(data) else { return false };
    let mut any = false;
    if let Ok(text) = std::str::from_utf8(first) {
        match (Expectations::parse("expect.toml", text), Expectations::parse("expect.toml", text)) {
            (Ok(expected), Ok(_)) => {
                let book = PlanBook::new([plan(SMALL)]).unwrap();
                let people = People::new([Person { id: "p1".to_owned(), ..Person::default() }]).unwrap();
                let run = batch::run(&book, &people, vec![example()], Vec::new(), Mode::Explained).unwrap();
                assert_eq!(expected.compare(&run), expected.compare(&run));
                any = true;
            }
            (Err(error), Err(again)) => assert_eq!(error.text(Language::Zh), again.text(Language::Zh)),
            _ => panic!("the same file is right and wrong"),
        }
    }
    if let Ok(source) = Source::read("expect-changes.csv", second.unwrap_or(first)) {
        match (ExpectedChanges::read(&source), ExpectedChanges::read(&source)) {
            (Ok(_), Ok(_)) => any = true,
            (Err(errors), Err(again)) => assert_eq!(errors.text(Language::Zh), again.text(Language::Zh)),
            _ => panic!("the same file is right and wrong"),
        }
    }
    any
}
