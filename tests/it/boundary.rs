//! Claims at the edges of rules, and rules that claims never exercise.

use std::collections::BTreeSet;

use medaid::boundary::boundaries;
use medaid::{Claim, Ledger, Person, Plan, Scheme, coverage};

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("scheme.toml", text).unwrap()).unwrap()
}

const SMALL: &str = include_str!("schemes/small.toml");

fn bills(plan: &Plan, rule: &str) -> Vec<Vec<String>> {
    let edges = boundaries(plan).edges;
    edges.iter().filter(|e| e.rule == rule).map(|e| e.claims.iter().map(|(_, claim)| claim.bill.to_string()).collect()).collect()
}

/// A scheme of one benefit with a rule of every kind that has an edge.
const EDGES: &str = r#"
format = 1
[scheme]
id = "edges"
version = "1"
effective = { from = 2024-01-01, until = 2025-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "p"
[[layer]]
id = "one"
  [[layer.benefit]]
  id = "banded"
  covers = ["p"]
  deductible = { amount = 1000, per = "stay" }
  bands = { measured = "absolute", per = "policy-year", rows = [{ to = 5000, ratio = "50%" }, { ratio = "80%" }] }
  cap = [{ per = "policy-year", amount = 6000 }]
[[layer]]
id = "two"
  [[layer.benefit]]
  id = "rest"
  when = { billed = "> 20000" }
  covers = ["p"]
  ratio = "10%"
"#;

#[test]
fn every_edge_is_met_from_both_sides() {
    let plan = plan(EDGES);
    // 1,000 is the deductible; the second band begins at 5,000; (5,000 - 1,000) x 50 % + 5,000 x 80 % = 6,000 at 10,000; above 20,000 layer two begins.
    let one = |bills: &[&str]| vec![bills.iter().map(|b| (*b).to_owned()).collect::<Vec<_>>()];
    assert_eq!(bills(&plan, "one.banded: deductible 1 is met"), one(&["999.99", "1000", "1000.01"]));
    assert_eq!(bills(&plan, "one.banded: band 2 is reached"), one(&["4999.99", "5000", "5000.01"]));
    assert_eq!(bills(&plan, "one.banded: cap 1 binds"), one(&["9999.99", "10000", "10000.01"]));
    assert_eq!(bills(&plan, "two.rest: counts money"), one(&["19999.99", "20000", "20000.01"]));
    let days: Vec<String> = boundaries(&plan)
        .edges
        .iter()
        .filter(|e| e.rule.to_string().contains("the scheme"))
        .map(|e| format!("{} {} {}", e.rule, e.claims[0].1.service_from, e.claims[1].1.service_from))
        .collect();
    assert_eq!(days, ["2024-01-01: the scheme begins 2023-12-31 2024-01-01", "2025-01-01: the scheme has ended 2024-12-31 2025-01-01"]);
}

#[test]
fn dated_values_have_edges() {
    let text = SMALL.replace("effective = { from = 2024-01-01", "effective = { from = 2023-01-01");
    let found = boundaries(&plan(&text));
    let edge = found.edges.iter().find(|e| e.rule == "2024-01-01: critical_illness pays otherwise").expect("the threshold rises");
    let days: Vec<String> = edge.claims.iter().map(|(_, claim)| claim.service_from.to_string()).collect();
    assert_eq!(days, ["2023-12-31", "2024-01-01"]);
}

/// Ages, days and counts, each with rules that compare it.
const NUMBERS: &str = r#"
format = 1
[scheme]
id = "numbers"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "p"
[[accumulator]]
id = "visits"
counts = "claims"
per = "policy-year"
[[layer]]
id = "old"
  [[layer.benefit]]
  id = "aged"
  when = { age = ">= 60" }
  covers = ["p"]
  ratio = "10%"
[[layer]]
id = "long"
  [[layer.benefit]]
  id = "stay"
  when = { days = "> 7" }
  covers = ["p"]
  ratio = "10%"
[[layer]]
id = "often"
  [[layer.benefit]]
  id = "visit"
  covers = ["p"]
  ratio = [{ when = { "accumulated.visits" = "< 3" }, then = "10%" }, { otherwise = "20%" }]
"#;

#[test]
fn ages_days_and_counts_have_edges() {
    let edges = boundaries(&plan(NUMBERS)).edges;
    let at = |rule: &str| {
        let edge = edges.iter().find(|e| e.rule == rule);
        &edge.unwrap_or_else(|| panic!("{rule}: {:?}", edges.iter().map(|e| e.rule.to_string()).collect::<Vec<_>>())).claims
    };
    let births: Vec<String> =
        at("age reaches 60: old pays otherwise").iter().map(|(p, c)| format!("{} {}", p.birth_date.unwrap(), c.service_from)).collect();
    assert_eq!(births, ["1964-01-02 2024-01-01", "1964-01-01 2024-01-01", "1963-12-31 2024-01-01"]);
    // A year that is 60 after a leap year has a leap day itself.
    assert!(!edges.iter().any(|e| e.rule.to_string().contains("29 February")));
    let days: Vec<_> = at("days reaches 7: long pays otherwise").iter().map(|(_, c)| c.days.unwrap()).collect();
    assert_eq!(days, [6, 7, 8]);
    let visits: Vec<String> = at("accumulated.visits reaches 3: often pays otherwise")
        .iter()
        .map(|(p, _)| p.opening.iter().map(|o| o.amount.to_string()).collect::<String>())
        .collect();
    assert_eq!(visits, ["2", "3", "4"]);
}

#[test]
fn one_born_on_a_leap_day_has_the_birthday_on_the_first_of_march() {
    let edges = boundaries(&plan(&NUMBERS.replace(">= 60", ">= 18"))).edges;
    let edge = edges.iter().find(|e| e.rule == "age reaches 18 (born on 29 February): old pays otherwise").unwrap();
    let told: Vec<String> = edge.claims.iter().map(|(p, c)| format!("{} {}", p.birth_date.unwrap(), c.service_from)).collect();
    // 2026 is the first year that is 18 after a leap year.
    assert_eq!(told, ["2008-02-29 2026-02-28", "2008-02-29 2026-03-01"]);
    let plan = plan(&NUMBERS.replace(">= 60", ">= 18"));
    let paid = |(person, claim): &(Person, Claim)| plan.adjudicate(person, &mut Ledger::new(), claim).unwrap().layers[0].paid.to_string();
    assert_eq!(edge.claims.iter().map(paid).collect::<Vec<_>>(), ["0.00", "10000.00"]);
}

#[test]
fn edges_are_the_same_each_time_and_every_person_has_one_claim() {
    let plan = plan(include_str!("../../fixtures/w1-four-layers-low-income-2023/scheme.toml"));
    let (one, two) = (boundaries(&plan), boundaries(&plan));
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
    let claims: Vec<&(Person, Claim)> = one.edges.iter().flat_map(|e| &e.claims).collect();
    let persons: BTreeSet<&str> = claims.iter().map(|(person, _)| person.id.as_str()).collect();
    assert_eq!(persons.len(), claims.len());
    assert!(claims.len() > 10);
}

#[test]
fn what_claims_never_exercise() {
    let plan = plan(EDGES);
    let person = Person { id: "p1".to_owned(), ..Person::default() };
    let never = |bill: &str| -> Vec<String> {
        let text =
            format!(r#"{{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": "{bill}", "portions": {{ "p": "{bill}" }} }}"#);
        let claim: Claim = serde_json::from_str(&text).unwrap();
        let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap();
        let done = coverage::exercised(&plan, &person, &claim, &decision);
        assert!(done.is_subset(&coverage::rules(&plan)));
        coverage::rules(&plan).difference(&done).map(ToString::to_string).collect()
    };
    assert_eq!(never("4000"), ["one.banded: cap 1 binds", "one.banded: band 2 is reached", "two.rest: counts money"]);
    assert_eq!(never("20000"), ["two.rest: counts money"]);
    assert_eq!(never("20000.01"), [""; 0]);
    assert_eq!(never("500").len(), 5);
}
