//! Amounts that go by the day, on the example of the reference: American hospital insurance, figured by hand.

use medaid::{Claim, Decision, Language, Ledger, Person, Plan, RejectCode, Scheme};

/// The rule file in the section on amounts by the day.
fn example() -> String {
    let page = include_str!("../../docs/rule-language.md");
    let section = page.split_once("## `[[day_charge]]`").unwrap().1;
    section.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

/// Stays of one person: stay, first day, days, bill.
fn decide(text: &str, stays: &[(&str, &str, u32, &str)]) -> Vec<Decision> {
    let plan = Plan::compile(&Scheme::parse("part_a.toml", text).unwrap_or_else(|found| panic!("{found}"))).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let mut ledger = Ledger::new();
    let decide = |(index, (stay, from, days, bill)): (usize, &(&str, &str, u32, &str))| {
        let text = format!(
            r#"{{ "id": "c{index}", "person": "p", "stay": "{stay}", "service_from": "{from}", "days": {days}, "bill": "{bill}", "portions": {{ "hospital": "{bill}" }} }}"#
        );
        let claim: Claim = serde_json::from_str(&text).unwrap();
        let decision = plan.adjudicate(&person, &mut ledger, &claim).unwrap();
        assert_eq!(medaid::explain::recheck(&decision), Ok(()));
        decision
    };
    stays.iter().enumerate().map(decide).collect()
}

fn values(decision: &Decision) -> Vec<String> {
    let facts = decision.facts();
    let paths = ["out_of_pocket.total", "charge.coinsurance", "balance.days_of_the_stay", "balance.reserve_days_used"];
    paths.iter().map(|path| facts.get(*path).cloned().unwrap_or_default()).collect()
}

#[test]
fn ninety_five_days() {
    // 1,632 + 30 x 408 + 5 x 816.
    let decisions = decide(&example(), &[("s", "2024-01-10", 95, "200000.00")]);
    assert_eq!(values(&decisions[0]), ["17952.00", "16320.00", "95", "5"]);
}

#[test]
fn a_stay_billed_in_two_parts_costs_the_same() {
    // 70 days: 1,632 + 10 x 408; then 20 x 408 + 5 x 816.
    let decisions = decide(&example(), &[("s", "2024-01-10", 70, "150000.00"), ("s", "2024-03-20", 25, "50000.00")]);
    assert_eq!(values(&decisions[0]), ["5712.00", "4080.00", "70", "0"]);
    assert_eq!(values(&decisions[1]), ["12240.00", "12240.00", "95", "5"]);
}

#[test]
fn reserve_days_are_used_once() {
    // 150 days use all 60; of the next stay's 100 days the last ten have no row: 1,632 + 30 x 408 + a tenth of the bill.
    let decisions = decide(&example(), &[("s", "2024-01-01", 150, "300000.00"), ("t", "2024-07-01", 100, "100000.00")]);
    assert_eq!(values(&decisions[0]), ["62832.00", "61200.00", "150", "60"]);
    assert_eq!(values(&decisions[1]), ["23872.00", "12240.00", "100", "60"]);
}

/// Each day's amount is that of its own date: of 70 days from 1 November 2024 the 61st is 31 December.
#[test]
fn over_the_turn_of_the_year() {
    let decisions = decide(&example(), &[("s", "2024-11-01", 70, "150000.00")]);
    // 408 + 9 x 419.
    assert_eq!(values(&decisions[0])[1], "4179.00");
}

#[test]
fn told_in_both_languages() {
    let decision = &decide(&example(), &[("s", "2024-01-01", 155, "300000.00")])[0];
    let told = [Language::En, Language::Zh].map(|language| medaid::explain::explain(decision, language));
    let told: Vec<&str> = told.iter().map(|text| text.split_once("1. ").unwrap().1.split_once("SHA").unwrap().0).collect();
    insta::assert_snapshot!(told.join("\n---\n"));
}

/// Fractions of days, and more than a hundred years of them, are refused.
#[test]
fn days_that_cannot_be_gone_through() {
    let plan = Plan::compile(&Scheme::parse("part_a.toml", &example()).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let claim: Claim = serde_json::from_str(
        r#"{ "id": "c", "person": "p", "service_from": "2024-01-01", "days": 36526, "bill": "1.00", "portions": { "hospital": "1.00" } }"#,
    )
    .unwrap();
    assert_eq!(plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap_err().code(), RejectCode::NoValue);
}

#[test]
fn charges_that_cannot_be() {
    let said = |from: &str, to: &str| -> Vec<String> {
        let text = example().replace(from, to);
        let findings = Scheme::parse("s.toml", &text).map_or_else(|found| found, |scheme| scheme.warnings().clone());
        findings.findings().iter().map(|one| format!("{} {}", one.code(), one.message(Language::En))).collect()
    };
    assert_eq!(
        said("{ to = 90,", "{ to = 60,"),
        ["E012 each stretch of days ends after the one before, and the one for all other days comes last"]
    );
    assert_eq!(
        said("most = 60, ", ""),
        ["E017 a stretch of days has `to`, or `reserve` and `most`; the one for all other days has none of them"]
    );
    assert_eq!(
        said("counted = \"days_of_the_stay\"", "counted = \"days_of_the_stai\"")[0],
        "E006 there is no accumulator `days_of_the_stai`"
    );
    assert_eq!(
        said("counts = \"days\"\nper = \"stay\"", "counts = \"claims\"\nper = \"stay\"")[0],
        "E015 `days_of_the_stay` does not count days"
    );
    assert_eq!(
        said("per = \"lifetime\"", "per = \"lifetime\"\nwhen = { days = \"> 3\" }")[0],
        "E017 the accumulator of reserve days `reserve_days_used` belongs to one row alone, and chooses no claims"
    );
    let unused = said(
        "{ amount = \"charge.coinsurance\" },\n    { amount = \"round(billed * uncovered.coinsurance / days, 0.01)\" },",
        "{ amount = 5 },",
    );
    assert_eq!(unused, ["W101 nothing uses the amount by the day `coinsurance`"]);
}
