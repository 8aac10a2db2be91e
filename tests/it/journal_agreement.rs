//! The journal and the reference model agree on generated stories: persons, claims and everything that befalls them over time.
//!
//! `MEDAID_STORIES` says how many stories (800), `MEDAID_STORY_SEED` with which seed to begin (1).

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use medaid::batch::PlanBook;
use medaid::journal::{Desk, Journal, Operation, Outcome, Rules};
use medaid::{Claim, Decision, Plan, Reject, Scheme};

use crate::model::coverage::Coverage;
use crate::model::history::{self, Act, Answer, Decided, Story};
use crate::model::rat::Rat;
use crate::model::scheme::{self as model, Benefit, Body, Cap, Deductible, Form, Guard, Kept, Layer, Maximum, Mode, Owner, Per, When};
use crate::model::toml;
use crate::model_agreement::{same, setting};

/// What the stories must have, in either order, each at least a handful of times.
const OPERATIONS: &[&str] = &[
    "a claim is rejected",
    "correct",
    "correct: of another person",
    "enrol",
    "enrol: a person anew",
    "enrol: a person moves",
    "enrol: a person whose claims came before",
    "payment learned later",
    "quote",
    "refused",
    "refused: id of another operation",
    "refused: received before the last operation",
    "reservation expired",
    "reservation released",
    "reservation used",
    "reserve",
    "submit",
    "submit: a claim of before",
    "the same message twice",
    "void",
];

#[test]
fn the_journal_agrees_with_the_model() {
    let first = setting("MEDAID_STORY_SEED", 1);
    let stories = setting("MEDAID_STORIES", 800);
    let mut seen = [Coverage::default(), Coverage::default()];
    for seed in first..first + stories {
        let story = history::story(seed);
        let order = usize::from(story.scheme.as_incurred);
        if let Some(told) = differences(&story, &mut seen[order]) {
            let smallest = reduce(&story);
            let of_smallest = differences(&smallest, &mut Coverage::default()).unwrap_or_default();
            panic!(
                "seed {seed}: journal and model disagree\n{told}\n--- reduced\n{of_smallest}\n{}\n\
                 MEDAID_STORY_SEED={seed} MEDAID_STORIES=1 cargo test --features cli --test it the_journal_agrees\n",
                written(&smallest),
            );
        }
    }
    for (order, seen) in ["as received", "as incurred"].iter().zip(&seen) {
        let told: Vec<String> = OPERATIONS.iter().map(|what| format!("  {what}: {}", seen.count(what))).collect();
        println!("{order}\n{}", told.join("\n"));
        if stories >= 200 {
            let rare: Vec<_> = OPERATIONS.iter().filter(|what| seen.count(what) < 5).collect();
            assert!(rare.is_empty(), "hardly ever reached {order}: {rare:?}");
        }
    }
}

/// The rule file and the stream.
fn written(story: &Story) -> String {
    let lines = story.operations.iter().map(|operation| history::line(operation, &story.scheme).to_string());
    format!("{}\n{}\n", toml::rule_file(&story.scheme), lines.collect::<Vec<_>>().join("\n"))
}

/// A story that still fails, with as few operations as can be had by leaving out one after the other.
fn reduce(story: &Story) -> Story {
    let mut best = story.clone();
    let mut index = best.operations.len();
    while index > 0 {
        index -= 1;
        let mut one = best.clone();
        one.operations.remove(index);
        if differences(&one, &mut Coverage::default()).is_some() {
            best = one;
        }
    }
    best
}

/// Where the two differ; nothing if they agree.
fn differences(story: &Story, seen: &mut Coverage) -> Option<String> {
    let plan = Plan::compile(&Scheme::parse("generated.toml", &toml::rule_file(&story.scheme)).unwrap()).unwrap();
    let rules = Rules::new(PlanBook::new([plan]).unwrap());
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    let model = history::tell(story, seen);
    let mut out = String::new();
    for (operation, expected) in story.operations.iter().zip(&model.answers) {
        let place = &operation.id;
        if let Act::Quote(claim) = &operation.act {
            let claim: Claim = serde_json::from_str(&toml::claim(claim, &story.scheme).to_string()).unwrap();
            match (desk.quote(&journal, &claim), expected) {
                (Ok(quote), Answer::Quoted(decided)) => compare(&format!("{place} quoted"), decided, quote.decision(), &mut out),
                (Err(_), Answer::Refused) => {}
                (found, _) => writeln!(out, "  {place}: model {expected:?}, journal {:?}", found.map(|_| "quoted")).unwrap(),
            }
            continue;
        }
        let text = history::line(operation, &story.scheme).to_string();
        let operation: Operation = serde_json::from_str(&text).unwrap();
        let answer = match desk.apply(&mut journal, &operation) {
            Ok(receipt) if receipt.is_repeated() => Answer::Repeated,
            Ok(_) => Answer::Done,
            Err(_) => Answer::Refused,
        };
        if answer != *expected {
            writeln!(out, "  {place}: model {expected:?}, journal {answer:?}").unwrap();
        }
    }
    let standing: Vec<(&str, _)> = model.standing.iter().map(|(id, one)| (id.as_str(), one.reserved_until)).collect();
    let found: Vec<(&str, _)> = journal.claims().map(|(claim, _)| (claim.id.as_str(), journal.reserved_until(&claim.id))).collect();
    if standing != found {
        writeln!(out, "  standing: model {standing:?}, journal {found:?}").unwrap();
        return Some(out);
    }
    for (claim, outcome) in journal.claims() {
        let expected = &model.standing[&claim.id].decided;
        booked(&claim.id, expected, outcome, &mut out);
        // The decision as it was made, with every step.
        match desk.explain(&journal, &claim.id) {
            Some(explained) => compare(&claim.id, expected, explained.as_deref(), &mut out),
            None => writeln!(out, "  {}: cannot be explained", claim.id).unwrap(),
        }
    }
    let [expected, found] = [model.books.by_owner(), positions(&journal)];
    if expected != found {
        let keys: std::collections::BTreeSet<_> = expected.keys().chain(found.keys()).collect();
        for key in keys.into_iter().filter(|key| expected.get(*key) != found.get(*key)) {
            writeln!(out, "  {key:?}: model {:?}, journal {:?}", expected.get(key), found.get(key)).unwrap();
        }
    }
    (!out.is_empty()).then_some(out)
}

/// What is booked of a claim: payments by layer, of the bill and beside it, out of pocket, and what is charged.
fn booked(id: &str, expected: &Decided, outcome: &Outcome, out: &mut String) {
    let (facts, booking) = match (expected, outcome.booking()) {
        (Ok(facts), Some(booking)) => (facts, booking),
        (Err(code), None) if outcome.reject().is_some_and(|reject| reject.code().as_str() == code) => return,
        _ => return writeln!(out, "  {id}: model {expected:?}, journal {:?}", outcome.reject()).unwrap(),
    };
    let mut check = |path: String, found: String| {
        if facts.get(&path).is_none_or(|expected| !same(expected, &found)) {
            writeln!(out, "  {id} booked {path}: model {:?}, journal {found}", facts.get(&path)).unwrap();
        }
    };
    booking.layers().for_each(|(layer, paid)| check(format!("{layer}.paid"), paid.to_string()));
    booking.beside().for_each(|(layer, paid)| check(format!("{layer}.beside"), paid.to_string()));
    booking.funds().for_each(|(fund, paid)| check(format!("fund.{fund}.paid"), paid.to_string()));
    check("paid".to_owned(), booking.paid().to_string());
    check("out_of_pocket.total".to_owned(), booking.out_of_pocket().to_string());
    check("charged".to_owned(), booking.charged().to_string());
}

/// Every figure of a decision.
fn compare(id: &str, expected: &Decided, found: Result<&Decision, &Reject>, out: &mut String) {
    let (expected, found) = match (expected, found) {
        (Ok(expected), Ok(found)) => (expected, found.facts()),
        (Err(code), Err(reject)) if reject.code().as_str() == code => return,
        (expected, found) => {
            let found = found.map(|_| "decided").map_err(|reject| reject.code());
            return writeln!(out, "  {id}: model {:?}, journal {found:?}", expected.as_ref().map(|_| "decided")).unwrap();
        }
    };
    for (path, expected) in expected {
        let (path, at_rest) = match path.strip_prefix("at_rest.") {
            Some(accumulator) => (&format!("balance.{accumulator}"), true),
            None => (path, false),
        };
        let found = found.get(path).map(String::as_str);
        if !found.map_or(at_rest, |found| same(expected, found)) {
            writeln!(out, "  {id} {path}: model {expected}, journal {found:?}").unwrap();
        }
    }
}

/// By accumulator and owner all positions that are not zero; the days that spells have lasted left out.
fn positions(journal: &Journal) -> BTreeMap<(String, String), Vec<Rat>> {
    let stored: serde_json::Value = serde_json::from_str(&serde_json::to_string(journal.ledger()).unwrap()).unwrap();
    let mut all: BTreeMap<(String, String), Vec<Rat>> = BTreeMap::new();
    for (accounts, kind) in [("persons", "person"), ("households", "household"), ("everyone", "everyone")] {
        // Without a balance of everyone's there is no such list.
        for account in stored[accounts].as_array().into_iter().flatten() {
            for balance in account["balances"].as_array().unwrap() {
                let name = balance["accumulator"].as_str().unwrap().to_owned();
                let amount = Rat::parse(balance["amount"].as_str().unwrap()).unwrap();
                if !amount.is_zero() && !name.ends_with(".spell") {
                    // Who has no household is one of their own.
                    let id = account["id"].as_str().unwrap();
                    let owner = match kind {
                        "everyone" => kind.to_owned(),
                        _ if id.starts_with('p') => format!("person {id}"),
                        _ => format!("{kind} {id}"),
                    };
                    all.entry((name, owner)).or_default().push(amount);
                }
            }
        }
    }
    all.values_mut().for_each(|amounts| amounts.sort());
    all
}

// ------------------------------------------------------------ the worked sequence of the fixtures

/// `fixtures/sequence-family` as the model has it: the scheme.
fn family() -> model::Scheme {
    let yearly = |owner: Owner| Kept::Own(Per::CalendarYear, owner);
    let value = |number: i128| model::Value::Number(Rat::whole(number));
    let ratio = |text: &str| model::Value::Ratio(Rat::parse(text).unwrap());
    let covers = || vec![("cost".to_owned(), None)];
    let rows = vec![(Some(value(2_000)), ratio("0.6")), (None, ratio("0.8"))];
    let mut care = Benefit::plain("care", covers(), Form::Bands { absolute: false, kept: yearly(Owner::Person), rows });
    for (amount, owner) in [(500, Owner::Person), (800, Owner::Household)] {
        let guard = Guard::default();
        care.deductibles.push(Deductible { amount: value(amount), kept: yearly(owner), guard, franchise: false });
    }
    care.out_of_pocket_max.push(Maximum { amount: value(1_500), kept: yearly(Owner::Household), guard: Guard::default() });
    let cap = |amount, owner| Cap { amount: value(amount), kept: yearly(owner), guard: Guard::default(), on_base: false, budget_of: None };
    care.caps.push(cap(10_000, Owner::Person));
    let mut relief = Benefit::plain("relief", covers(), Form::Ratio(ratio("0.5")));
    relief.caps.push(cap(600, Owner::Household));
    let layer = |id: &str, benefit: Benefit| Layer {
        id: id.to_owned(),
        guard: Guard::default(),
        covers: None,
        caps: Vec::new(),
        premium: None,
        write_off: false,
        run_off: None,
        notional: None,
        benefits: vec![benefit],
    };
    model::Scheme {
        id: "family_plan".to_owned(),
        from: day("2024-01-01"),
        rounding: (Rat::cents(1), Mode::HalfUp),
        rule_date: When::Admission,
        as_incurred: true,
        policy_year: (1, 1),
        both_ends: false,
        whole_months: false,
        portions: vec!["cost".to_owned()],
        attributes: Vec::new(),
        parameters: Vec::new(),
        accumulators: Vec::new(),
        day_charges: Vec::new(),
        funds: Vec::new(),
        backing: Vec::new(),
        classify: Vec::new(),
        layers: vec![layer("plan", care), layer("charity", relief)],
    }
}

/// The stream of the fixture, line by line, after the persons that the folder enrols.
fn sequence() -> Vec<history::Operation> {
    let person = |id: &str| model::Person {
        id: id.to_owned(),
        household: Some("home".to_owned()),
        // Nothing here goes by age.
        birth_date: day("1980-01-01"),
        attributes: BTreeMap::new(),
        opening: Vec::new(),
    };
    let claim = |value: &serde_json::Value| model::Claim {
        id: value["id"].as_str().unwrap().to_owned(),
        person: value["person"].as_str().unwrap().to_owned(),
        fields: BTreeMap::new(),
        service_from: day(value["service_from"].as_str().unwrap()),
        service_to: None,
        settled: None,
        sequence: 0,
        stay: None,
        days: None,
        attributes: BTreeMap::new(),
        body: Body::Portions(vec![("cost".to_owned(), Rat::parse(value["bill"].as_str().unwrap()).unwrap())]),
        wrong_bill: None,
        prior: Vec::new(),
    };
    let before = ["father", "mother"].map(|id| history::Operation {
        id: format!("before-{id}"),
        received: day("2024-01-01"),
        act: Act::Enrol(person(id)),
    });
    let lines = include_str!("../../fixtures/sequence-family/operations.jsonl").lines();
    let operation = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let one = |name: &str| value.get(name).cloned();
        let act = if let Some(of) = one("submit") {
            Act::Submit { claim: claim(&of), uses: one("uses").map(|id| text(&id)) }
        } else if let Some(of) = one("enrol") {
            Act::Enrol(model::Person { birth_date: day(of["birth_date"].as_str().unwrap()), ..person(of["id"].as_str().unwrap()) })
        } else if let Some(of) = one("void") {
            Act::Void(text(&of["claim"]))
        } else if let Some(of) = one("correct") {
            Act::Correct(claim(&of))
        } else if let Some(of) = one("payment") {
            let amount = Rat::parse(of["paid"].as_str().unwrap()).unwrap();
            Act::Payment { claim: text(&of["claim"]), prior: model::Prior { layer: text(&of["layer"]), amount, portions: None } }
        } else {
            Act::Reserve { claim: claim(&value["reserve"]), expires: day(value["expires"].as_str().unwrap()) }
        };
        history::Operation { id: text(&value["id"]), received: day(value["received"].as_str().unwrap()), act }
    };
    before.into_iter().chain(lines.map(operation)).collect()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// Every value that the fixture expects is what the model says changes with that operation, and the model says that no other changes.
#[test]
fn the_model_agrees_with_the_worked_sequence() {
    let story = Story { scheme: family(), operations: sequence() };
    assert_eq!(differences(&story, &mut Coverage::default()), None);
    let figures = |operations: usize| {
        let prefix = Story { scheme: story.scheme.clone(), operations: story.operations[..operations].to_vec() };
        let mut all: BTreeMap<(String, String), Rat> = BTreeMap::new();
        for (id, standing) in history::tell(&prefix, &mut Coverage::default()).standing {
            let facts = standing.decided.unwrap();
            for (figure, path) in [("plan", "plan.paid"), ("charity", "charity.paid"), ("out_of_pocket", "out_of_pocket.total")] {
                all.insert((id.clone(), figure.to_owned()), Rat::parse(&facts[path]).unwrap());
            }
        }
        all
    };
    let mut found: Vec<String> = Vec::new();
    let mut was = figures(2);
    for number in 3..=story.operations.len() {
        let now = figures(number);
        let keys: std::collections::BTreeSet<_> = was.keys().chain(now.keys()).collect();
        for key in keys {
            let of = |all: &BTreeMap<(String, String), Rat>| all.get(key).copied();
            if of(&was).unwrap_or(Rat::ZERO) != of(&now).unwrap_or(Rat::ZERO) {
                let shown = |value: Option<Rat>| value.map_or_else(String::new, |value| value.to_string());
                found.push(format!("{},{},{},{},{}", story.operations[number - 1].id, key.0, key.1, shown(of(&was)), shown(of(&now))));
            }
        }
        was = now;
    }
    let expected = include_str!("../../fixtures/sequence-family/expect-changes.csv").lines().skip(1);
    let mut expected: Vec<String> = expected.map(str::to_owned).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}
