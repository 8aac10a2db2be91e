//! Phases by cost and by what the patient has borne, on the example of the reference: an American drug plan of 2025, figured by hand.

use medaid::{Claim, Decision, Language, Ledger, Person, Plan, Scheme};

/// The rule file in the section on phases.
fn example() -> String {
    let page = include_str!("../../docs/rule-language.md");
    let section = page.split_once("**Phases by cost and by what the patient has borne.**").unwrap().1;
    section.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

/// Bills of one person, one after the other.
fn decide(text: &str, bills: &[&str]) -> Vec<Decision> {
    let plan = Plan::compile(&Scheme::parse("part_d.toml", text).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let mut ledger = Ledger::new();
    let decide = |(index, bill): (usize, &&str)| {
        let text = format!(
            r#"{{ "id": "c{index}", "person": "p", "service_from": "2025-03-0{}", "bill": "{bill}", "portions": {{ "drugs": "{bill}" }} }}"#,
            index + 1
        );
        let claim: Claim = serde_json::from_str(&text).unwrap();
        let decision = plan.adjudicate(&person, &mut ledger, &claim).unwrap();
        assert_eq!(medaid::explain::recheck(&decision), Ok(()));
        decision
    };
    bills.iter().enumerate().map(decide).collect()
}

fn values(decision: &Decision, paths: &[&str]) -> Vec<String> {
    let facts = decision.facts();
    paths.iter().map(|path| facts[*path].clone()).collect()
}

const PATHS: [&str; 5] =
    ["out_of_pocket.total", "fund.plan.paid", "fund.manufacturers.paid", "fund.medicare.paid", "balance.drug_cover.brand.phases_share"];

/// In one bill of 7,230: 590, then 5,640 of which a quarter is borne, then 1,000 at 60, 20 and 20 %.
#[test]
fn one_claim_through_all_phases() {
    let decision = &decide(&example(), &["7230.00"])[0];
    assert_eq!(values(decision, &PATHS), ["2000.00", "4266.00", "764.00", "200.00", "2000.00"]);
}

/// Cut into bills, the same in sum.
#[test]
fn the_same_year_in_several_claims() {
    let decisions = decide(&example(), &["400.00", "3000.00", "2830.00", "1000.00"]);
    // 400; 190 + 25 % x 2,810 = 892.50; 2,000 - 1,292.50 = 707.50 of 2,830; nothing.
    let borne: Vec<String> = decisions.iter().map(|one| values(one, &PATHS)[0].clone()).collect();
    assert_eq!(borne, ["400.00", "892.50", "707.50", "0.00"]);
    assert_eq!(values(&decisions[3], &PATHS), ["0.00", "600.00", "200.00", "200.00", "2000.00"]);
}

/// A third of the money counts: 100 of room is full after 150 of cost, or after 100 / 0.35 = 285.714285...: the fraction is kept, only the payment is rounded.
#[test]
fn an_end_that_is_no_round_number() {
    let rows = |ratio: &str| {
        let text = example();
        let (before, rest) = text.split_once("rows = [").unwrap();
        let after = rest.split_once("] }").unwrap().1;
        format!(
            "{before}rows = [{{ to_share = 100, split = {{ plan = \"{ratio}\" }} }}, {{ split = {{ plan = \"100%\", manufacturers = \"0%\" }} }}] }}{after}"
        )
    };
    let text = rows("65%");
    // 65 % of 285.714285... and all of 714.285714...: 1,000 - 100.
    let decision = &decide(&text, &["1000.00"])[0];
    assert_eq!(values(decision, &["out_of_pocket.total", "drug_cover.paid"]), ["100.00", "900.00"]);
}

/// Money that counts as borne though somebody pays it: the phase is full sooner.
#[test]
fn payments_that_count_as_borne() {
    let troop = "[[accumulator]]\nid = \"troop\"\ncounts = \"patient-share\"\nper = \"calendar-year\"\nwith_payments_of = [\"manufacturers\"]\n\n[[layer]]";
    let text = example().replacen("[[layer]]", troop, 1).replace("phases = { per", "phases = { share = \"troop\", per");
    // 590, then 35 % counts: (2,000 - 590) / 0.35 = 4,028.571428...; a quarter of it is borne: 1,007.142857...
    let decision = &decide(&text, &["4618.58"])[0];
    assert_eq!(values(decision, &["out_of_pocket.total", "fund.manufacturers.paid", "balance.troop"]), ["1597.14", "402.86", "2000.00"]);
    let fed: Vec<_> = decision.postings.iter().filter_map(|one| one.payment_of.as_deref()).collect();
    assert_eq!(fed, ["manufacturers"]);
}

/// A cap cuts the payment: its parts shrink alike, to the cent, the odd cent to the largest remainder.
#[test]
fn a_cut_payment_is_shared_in_proportion() {
    let text = example().replace("  phases =", "  cap = [{ amount = 100, per = \"claim\" }]\n  phases =");
    // Of 1,000: 410 x 65 % = 266.50 and 41.00; of 100 in all that is 86.666... and 13.333...
    let decision = &decide(&text, &["1000.00"])[0];
    assert_eq!(values(decision, &["fund.plan.paid", "fund.manufacturers.paid", "drug_cover.paid"]), ["86.67", "13.33", "100.00"]);
}

#[test]
fn told_in_both_languages() {
    let decision = &decide(&example(), &["7230.00"])[0];
    let told = [Language::En, Language::Zh].map(|language| medaid::explain::explain(decision, language));
    let told: Vec<&str> = told.iter().map(|text| text.split_once("1. ").unwrap().1.split_once("SHA").unwrap().0).collect();
    insta::assert_snapshot!(told.join("\n---\n"));
}

/// A part that is touched is found out.
#[test]
fn a_touched_part_is_found() {
    let mut decision = decide(&example(), &["7230.00"]).remove(0);
    decision.funds[0].amount = "4266.01".parse().unwrap();
    let paths: Vec<String> = medaid::explain::recheck(&decision).unwrap_err().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["fund.plan.paid"]);
}
