//! Many claims at once: order, owners, sums and premiums.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use medaid::batch::{self, Mode, Outcome, People, PlanBook, Run};
use medaid::{Claim, Person, Plan, RejectCode, Scheme};

const SCHEME: &str = r#"
format = 1

[scheme]
id = "cover"
version = "1"
effective = { from = 2023-01-01 }
money = { currency = "CNY", unit = "0.01" }
order = "as-received"
policy_year = "07-01"

[[portion]]
id = "cost"

[[attribute]]
name = "plan"
of = "person"
values = ["full", "half", "none"]
default = "none"

[[layer]]
id = "fund"
premium = { amount = [{ when = { age = ">= 60" }, then = 150 }, { otherwise = 100 }], when = { plan = ["full", "half"] } }

  [[layer.benefit]]
  id = "share"
  when = { plan = ["full", "half"] }
  covers = ["cost"]
  deductible = { amount = 1000, per = "policy-year", owner = "household" }
  ratio = "50%"

[[layer]]
id = "gift"

  [[layer.benefit]]
  id = "sum"
  when = { plan = "full" }
  covers = ["cost"]
  fixed = 10
  indemnity = false

[[layer]]
id = "waiver"
role = "write-off"

  [[layer.benefit]]
  id = "rest"
  when = { plan = "half" }
  covers = ["cost"]
  ratio = "100%"
"#;

fn book(text: &str) -> PlanBook {
    PlanBook::new([Plan::compile(&Scheme::parse("cover.toml", text).unwrap()).unwrap()]).unwrap()
}

fn people() -> People {
    let person = |text: &str| serde_json::from_str::<Person>(text).unwrap();
    People::new([
        person(r#"{ "id": "ann", "household": "z", "birth_date": "1963-07-01", "attributes": { "plan": "full" } }"#),
        person(
            r#"{ "id": "ben", "household": "z", "birth_date": "1990-01-01",
                    "attributes": { "plan": [{ "value": "half", "until": "2024-07-01" }] } }"#,
        ),
        person(r#"{ "id": "cat", "birth_date": "2000-01-01" }"#),
        person(r#"{ "id": "dan", "birth_date": "1950-01-01", "attributes": { "plan": "full" } }"#),
    ])
    .unwrap()
}

fn claim(id: &str, person: &str, on: &str, sequence: u64, bill: &str) -> Claim {
    let text = format!(
        r#"{{ "id": "{id}", "person": "{person}", "service_from": "{on}", "sequence": {sequence}, "bill": "{bill}", "portions": {{ "cost": "{bill}" }} }}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn claims() -> Vec<Claim> {
    vec![
        claim("b1", "ben", "2024-05-01", 2, "700.00"),
        claim("a1", "ann", "2024-06-01", 1, "600.00"),
        claim("c1", "cat", "2024-05-01", 3, "80.00"),
        claim("a2", "ann", "2024-07-01", 9, "1200.00"),
        claim("x1", "nobody", "2024-07-01", 9, "1.00"),
    ]
}

fn run(text: &str) -> Run {
    batch::run(&book(text), &people(), claims(), Vec::new(), Mode::Explained).unwrap()
}

#[test]
fn a_household_is_settled_together_in_the_scheme_s_order() {
    let fund = |run: &Run| run.decisions.iter().map(|d| format!("{} {}", d.claim, d.layers[0].paid)).collect::<Vec<_>>();
    // By owner (cat, household z), then in the order received: ann's 600.00 is all deductible, of ben's 700.00 another 400.00.
    assert_eq!(fund(&run(SCHEME)), ["c1 0.00", "a1 0.00", "b1 150.00", "a2 100.00"]);
    // In the order incurred ben comes first.
    assert_eq!(fund(&run(&SCHEME.replace("as-received", "as-incurred"))), ["c1 0.00", "b1 0.00", "a1 150.00", "a2 100.00"]);
    // With deductibles of persons, nobody's claims depend on another's, and persons are the owners.
    assert_eq!(fund(&run(&SCHEME.replace(", owner = \"household\"", ""))), ["a1 0.00", "a2 100.00", "b1 0.00", "c1 0.00"]);
}

#[test]
fn sums_and_premiums() {
    let run = run(SCHEME);
    let summary = &run.summary;
    assert_eq!((summary.claims, summary.decided, summary.rejected), (5, 4, 1));
    assert_eq!(summary.rejects[&RejectCode::UnknownPerson], 1);
    assert_eq!((summary.persons, summary.persons_with_claims), (4, 3));
    assert_eq!(summary.billed.to_string(), "2580.00");
    assert_eq!(summary.paid.to_string(), "250.00"); // 150 of b1, 100 of a2
    assert_eq!(summary.written_off.to_string(), "550.00"); // the rest of b1
    assert_eq!(summary.beside.to_string(), "20.00"); // a1, a2
    assert_eq!(summary.out_of_pocket.to_string(), "1780.00");
    assert_eq!(summary.reimbursement_basis_points, Some(969)); // 250 / 2,580 = 9.6899 %
    // Two policy years are touched: from 2023-07-01 ann (60 that day) pays 150, ben 100, dan 150; from 2024-07-01 ann 150, dan 150, and ben is out.
    let premium = summary.layers[0].premium.as_ref().unwrap();
    assert_eq!((premium.insured, premium.person_years, premium.unknown), (3, 5, 0));
    assert_eq!(premium.premium.to_string(), "700.00");
    assert_eq!(premium.claim_ratio_basis_points, Some(3_571)); // 250 / 700 = 35.714 %
    assert!(summary.layers[1].premium.is_none());
    assert_eq!(summary.layers.iter().map(|l| l.claims).collect::<Vec<_>>(), [2, 2, 1]);
    assert!(!summary.illustrative);
}

#[test]
fn a_premium_that_cannot_be_figured_is_told() {
    let text = SCHEME.replace("default = \"none\"\n", "");
    let run = batch::run(&book(&text), &people(), vec![claim("d1", "dan", "2024-05-01", 1, "80.00")], Vec::new(), Mode::Plain).unwrap();
    let premium = run.summary.layers[0].premium.as_ref().unwrap();
    // Of cat nobody knows the plan.
    assert_eq!((premium.insured, premium.unknown, premium.claim_ratio_basis_points), (3, 1, None));
}

#[test]
fn the_order_of_claims_means_nothing() {
    let expected = run(SCHEME);
    for turn in 1..5 {
        let mut claims = claims();
        claims.rotate_left(turn);
        let run = batch::run(&book(SCHEME), &people(), claims, Vec::new(), Mode::Explained).unwrap();
        assert_eq!((&run.decisions, &run.rejects, &run.summary), (&expected.decisions, &expected.rejects, &expected.summary));
        let ledger = |run: &Run| serde_json::to_string(&run.ledger).unwrap();
        assert_eq!(ledger(&run), ledger(&expected));
    }
}

#[test]
fn outcomes_are_handed_on_one_by_one_and_can_be_stopped() {
    #[derive(Debug, PartialEq)]
    struct Stop;
    impl From<batch::BatchError> for Stop {
        fn from(_: batch::BatchError) -> Self {
            Stop
        }
    }
    let mut seen = Vec::new();
    batch::stream(&book(SCHEME), &people(), claims(), Vec::new(), Mode::Explained, |outcome| -> Result<(), Stop> {
        seen.push(match outcome {
            Outcome::Decided(decision) => decision.map(|d| d.claim).unwrap_or_default(),
            _ => "-".to_owned(),
        });
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, ["-", "c1", "a1", "b1", "a2"]);
    let stopped = batch::stream(&book(SCHEME), &people(), claims(), Vec::new(), Mode::Plain, |_| Err(Stop));
    assert_eq!(stopped.unwrap_err(), Stop);
}
