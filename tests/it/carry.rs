//! Carry-over of a deductible into the next year, figured by hand.

use medaid::{Claim, Code, Language, Ledger, Person, Plan, Scheme};

const SCHEME: &str = r#"format = 1
[scheme]
id = "s"
version = "1"
effective = { from = 2023-01-01 }
money = { currency = "USD", unit = "0.01" }
[[portion]]
id = "covered"
[[accumulator]]
id = "annual_deductible"
counts = "deductible"
per = "calendar-year"
owner = "household"
carry_months = 3
[[layer]]
id = "plan"
  [[layer.benefit]]
  id = "care"
  covers = ["covered"]
  deductible = { amount = 500, accumulator = "annual_deductible" }
  ratio = "80%"
"#;

#[test]
fn what_the_last_quarter_met_counts_in_the_next_year() {
    let plan = Plan::compile(&Scheme::parse("s.toml", SCHEME).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p", "household": "h" }"#).unwrap();
    let mut ledger = Ledger::new();
    let mut decide = |id: &str, day: &str, bill: &str| {
        let text = format!(
            r#"{{ "id": "{id}", "person": "p", "service_from": "{day}", "bill": "{bill}", "portions": {{ "covered": "{bill}" }} }}"#
        );
        let claim: Claim = serde_json::from_str(&text).unwrap();
        let decision = plan.adjudicate(&person, &mut ledger, &claim).unwrap();
        assert_eq!(medaid::explain::recheck(&decision), Ok(()));
        decision
    };
    let deducted = |decision: &medaid::Decision| decision.facts()["plan.care.deducted"].clone();
    // The last day before the last quarter, and its first: only the second is carried.
    let first = decide("1", "2023-09-30", "100.00");
    assert_eq!((deducted(&first), first.carried.len()), ("100.00".to_owned(), 0));
    let second = decide("2", "2023-10-01", "300.00");
    assert_eq!(deducted(&second), "300.00");
    let told = medaid::explain::explain(&second, Language::En);
    assert!(told.contains("carried over: 300.00 of annual_deductible counts in the period from 2024-01-01 too"), "{told}");
    // 500 - 400 are still to be met this year, 500 - 300 - 100 of the next.
    assert_eq!(deducted(&decide("3", "2023-12-31", "250.00")), "100.00");
    assert_eq!(deducted(&decide("4", "2024-01-01", "1000.00")), "100.00");
    assert_eq!(deducted(&decide("5", "2024-06-01", "1000.00")), "0.00");
    // What is carried into a year is not carried on.
    assert_eq!(deducted(&decide("6", "2025-01-01", "1000.00")), "500.00");
    let stored: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&stored).unwrap(), serde_json::to_string(&ledger).unwrap());
}

#[test]
fn only_less_than_a_period_is_carried() {
    for (from, to) in [
        ("carry_months = 3", "carry_months = 12"),
        ("per = \"calendar-year\"", "per = \"month\""),
        ("per = \"calendar-year\"", "per = \"last 12 months\""),
    ] {
        let found = Scheme::parse("s.toml", &SCHEME.replace(from, to)).unwrap_err();
        assert_eq!(found.findings()[0].code(), Code::Conflict, "{found}");
    }
}
