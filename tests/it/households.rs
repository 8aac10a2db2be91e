//! Persons who join, leave and change households.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use medaid::batch::{self, BatchError, Mode, People, PlanBook};
use medaid::{Claim, Ledger, Person, Plan, Scheme};

const SCHEME: &str = r#"
format = 1
[scheme]
id = "family"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "CNY", unit = "0.01" }
order = "as-incurred"
[[portion]]
id = "cost"
[[layer]]
id = "plan"
  [[layer.benefit]]
  id = "care"
  covers = ["cost"]
  deductible = { amount = 1000, per = "calendar-year", owner = "household" }
  ratio = "100%"
  cap = [{ amount = 5000, per = "calendar-year" }]
"#;

fn plan() -> Plan {
    Plan::compile(&Scheme::parse("family.toml", SCHEME).unwrap()).unwrap()
}

fn person(text: &str) -> Person {
    serde_json::from_str(text).unwrap()
}

fn claim(id: &str, of: &str, on: &str, bill: i64) -> Claim {
    let text = format!(r#"{{ "id": "{id}", "person": "{of}", "service_from": "{on}", "bill": {bill}, "portions": {{ "cost": {bill} }} }}"#);
    serde_json::from_str(&text).unwrap()
}

fn paid(people: Vec<Person>, claims: Vec<Claim>) -> Vec<(String, String)> {
    let people = People::new(people).unwrap();
    let run = batch::run(&PlanBook::new([plan()]).unwrap(), &people, claims, Vec::new(), Mode::Explained).unwrap();
    assert!(run.rejects.is_empty(), "{:?}", run.rejects);
    run.decisions.iter().map(|d| (d.claim.clone(), d.paid.to_string())).collect()
}

/// Household h1 meets 700 of its 1,000 before she leaves; in h2 she finds 400 met by him; her own cap of 5,000 goes with her.
#[test]
fn who_moves_leaves_the_household_s_deductible_and_takes_along_what_is_hers() {
    let mover =
        person(r#"{ "id": "she", "household": [{ "value": "h1", "until": "2024-07-01" }, { "value": "h2", "from": "2024-07-01" }] }"#);
    let people = vec![mover, person(r#"{ "id": "brother", "household": "h1" }"#), person(r#"{ "id": "he", "household": "h2" }"#)];
    let claims = vec![
        claim("c1", "she", "2024-02-01", 700),     // h1: 700 of 1,000 met
        claim("c2", "he", "2024-03-01", 400),      // h2: 400 met
        claim("c3", "brother", "2024-04-01", 500), // h1: 300 more, 200 paid
        claim("c4", "she", "2024-06-30", 4500),    // h1 has met all: 4,500 paid of her 5,000
        claim("c5", "she", "2024-07-01", 900),     // h2: 600 more; 300 paid of her 500 left
        claim("c6", "she", "2024-08-01", 900),     // 200 left of her cap
        claim("c7", "he", "2024-09-01", 100),      // h2 has met all
    ];
    let expected = ["0.00", "0.00", "200.00", "4500.00", "300.00", "200.00", "100.00"];
    let mut shuffled = claims.clone();
    shuffled.reverse();
    for claims in [claims, shuffled] {
        let mut decided = paid(people.clone(), claims);
        // One order for both households: they are tied.
        let order: Vec<&str> = decided.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(order, ["c1", "c2", "c3", "c4", "c5", "c6", "c7"]);
        decided.sort();
        let amounts: Vec<&str> = decided.iter().map(|(_, paid)| paid.as_str()).collect();
        assert_eq!(amounts, expected);
    }
}

#[test]
fn one_who_joins_was_alone_before() {
    let people = vec![
        person(r#"{ "id": "child", "household": [{ "value": "h1", "from": "2024-05-01" }] }"#),
        person(r#"{ "id": "mother", "household": "h1" }"#),
    ];
    let claims =
        vec![claim("c1", "child", "2024-04-30", 1200), claim("c2", "child", "2024-05-01", 1200), claim("c3", "mother", "2024-05-02", 50)];
    let decided = paid(people, claims);
    assert_eq!(decided.iter().map(|(_, paid)| paid.as_str()).collect::<Vec<_>>(), ["200.00", "200.00", "50.00"]);
}

#[test]
fn opening_balances_go_to_the_household_of_their_day() {
    let text = r#"{ "id": "she", "household": [{ "value": "h1", "until": "2024-07-01" }, { "value": "h2", "from": "2024-07-01" }],
        "opening": [{ "accumulator": "plan.care.deductible", "on": "2024-03-01", "amount": 900 }] }"#;
    let people = vec![person(text), person(r#"{ "id": "brother", "household": "h1" }"#), person(r#"{ "id": "he", "household": "h2" }"#)];
    let claims = vec![claim("c1", "brother", "2024-02-01", 300), claim("c2", "he", "2024-02-01", 300)];
    let decided = paid(people, claims);
    assert_eq!(decided, [("c1".to_owned(), "200.00".to_owned()), ("c2".to_owned(), "0.00".to_owned())]);
}

#[test]
fn two_households_on_one_day_are_refused() {
    let both = r#"{ "id": "she", "household": [{ "value": "h1", "until": "2024-07-02" }, { "value": "h2", "from": "2024-07-01" }] }"#;
    let error = People::new([person(both)]).unwrap_err();
    assert!(matches!(error, BatchError::SeveralHouseholds(_)));
    assert_eq!(error.to_string(), "person `she` belongs to two households on 2024-07-01: `h1` and `h2`");
    let reject = plan().adjudicate(&person(both), &mut Ledger::new(), &claim("c1", "she", "2024-07-01", 10)).unwrap_err();
    assert_eq!(
        reject.to_string(),
        "claim `c1` is rejected (several-households): person `she` belongs to two households on 2024-07-01: `h1` and `h2`"
    );
    assert!(plan().adjudicate(&person(both), &mut Ledger::new(), &claim("c2", "she", "2024-07-02", 10)).is_ok());
}

#[test]
fn who_is_alone_on_some_days_may_not_bear_a_household_s_name() {
    let people = [
        person(r#"{ "id": "h1", "household": [{ "value": "h2", "from": "2024-07-01" }] }"#),
        person(r#"{ "id": "he", "household": "h1" }"#),
    ];
    assert!(matches!(People::new(people).unwrap_err(), BatchError::AmbiguousHousehold(id) if id == "h1"));
}
