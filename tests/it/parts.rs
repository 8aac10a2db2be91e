//! The parts of the patient's share, on the example of the reference: Swiss basic insurance, figured by hand.

use medaid::{Claim, Decision, Ledger, Person, Plan, Scheme};

/// The rule file in the section on parts.
fn example() -> String {
    let page = include_str!("../../docs/rule-language.md");
    let section = page.split_once("**The parts of the patient's share.**").unwrap().1;
    section.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

/// The bills of one person, one after the other.
fn decide(text: &str, bills: &[(&str, u32)]) -> Vec<Decision> {
    let plan = Plan::compile(&Scheme::parse("swiss.toml", text).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let mut ledger = Ledger::new();
    let decide = |(index, (bill, days)): (usize, &(&str, u32))| {
        let text = format!(
            r#"{{ "id": "c{index}", "person": "p", "service_from": "2025-03-0{}", "days": {days}, "bill": "{bill}", "portions": {{ "covered": "{bill}" }} }}"#,
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

const PATHS: [&str; 6] =
    ["kvg.hospital.deducted", "kvg.hospital.coinsurance", "kvg.paid", "charged", "patient_pays", "balance.kvg.hospital.out_of_pocket_max"];

#[test]
fn the_example_of_the_reference() {
    // 10 % x 1,700.30 = 170.03 -> 170.05. The second bill: 10 % x 6,000 = 600, cut to 700 - 170.05 = 529.95. The third: nothing more but the days.
    let decisions = decide(&example(), &[("2000.30", 2), ("6000.00", 1), ("100.00", 3)]);
    assert_eq!(values(&decisions[0], &PATHS), ["300.00", "170.05", "1530.25", "30.00", "500.05", "170.05"]);
    assert_eq!(values(&decisions[1], &PATHS), ["0.00", "529.95", "5470.05", "15.00", "544.95", "700.00"]);
    assert_eq!(values(&decisions[2], &PATHS), ["0.00", "0.00", "100.00", "45.00", "45.00", "700.00"]);
}

/// A maximum of 350 on deductible and coinsurance: of 300 + 170.03 it leaves 350, so 50 of coinsurance; the next bill bears nothing.
#[test]
fn a_maximum_of_two_parts() {
    let text = example().replace("amount = 700", "amount = 350").replace(
        r#"of = "coinsurance" }
  rounding"#,
        r#"of = ["deductible", "coinsurance"] }
  rounding"#,
    );
    let decisions = decide(&text, &[("2000.30", 2), ("100.00", 1)]);
    assert_eq!(values(&decisions[0], &PATHS), ["300.00", "50.00", "1650.30", "30.00", "380.00", "350.00"]);
    assert_eq!(values(&decisions[1], &PATHS), ["0.00", "0.00", "100.00", "15.00", "15.00", "350.00"]);
}

/// A maximum of 100 on the deductible alone: 200 of the 300 are paid back, the coinsurance stays.
#[test]
fn a_maximum_of_the_deductible() {
    let text = example().replace("amount = 700", "amount = 100").replace(
        r#"of = "coinsurance" }
  rounding"#,
        r#"of = "deductible" }
  rounding"#,
    );
    let decision = &decide(&text, &[("2000.30", 2)])[0];
    // 2,000.30 - 100 - 170.05
    assert_eq!(
        values(decision, &["kvg.paid", "out_of_pocket.total", "balance.kvg.hospital.out_of_pocket_max"]),
        ["1730.25", "270.05", "100.00"]
    );
}

/// Nothing of it is written where nothing is charged: decisions of other schemes keep their bytes.
#[test]
fn what_is_not_used_is_not_written() {
    let text = example().replace("  copay = [{ amount = \"15 * days\", taken = \"beside\" }]\n", "");
    let json = serde_json::to_string(&decide(&text, &[("2000.30", 2)])[0]).unwrap();
    assert!(!json.contains("charged") && !json.contains("patient_pays"), "{json}");
    let plain = text.replace(", of = \"coinsurance\"", "");
    let json = serde_json::to_string(&decide(&plain, &[("2000.30", 2)])[0]).unwrap();
    assert!(!json.contains("out_of_pocket_of") && !json.contains("of_coinsurance"), "{json}");
}

#[test]
fn told_in_both_languages() {
    let decision = &decide(&example(), &[("2000.30", 2), ("6000.00", 1)])[1];
    let told = [medaid::Language::En, medaid::Language::Zh]
        .map(|language| medaid::explain::explain(decision, language) + "\n" + &medaid::explain::table(decision, language));
    insta::assert_snapshot!(told.join("\n----\n"));
}

/// A charge that is touched is found out.
#[test]
fn a_touched_charge_is_found() {
    let mut decision = decide(&example(), &[("2000.30", 2)]).remove(0);
    decision.charged = "31.00".parse().unwrap();
    let paths: Vec<String> = medaid::explain::recheck(&decision).unwrap_err().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["charged", "patient_pays"]);
}

/// A charge of no whole units is refused, not rounded.
#[test]
fn a_charge_of_no_whole_units_is_rejected() {
    let text = example().replace("15 * days", "0.005 * days");
    let plan = Plan::compile(&Scheme::parse("swiss.toml", &text).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let claim: Claim = serde_json::from_str(
        r#"{ "id": "c", "person": "p", "service_from": "2025-03-01", "days": 3, "bill": "10.00", "portions": { "covered": "10.00" } }"#,
    )
    .unwrap();
    assert_eq!(plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap_err().code(), medaid::RejectCode::NoValue);
}
