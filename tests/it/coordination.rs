//! Coordination of benefits, on the example of the reference: a plan that pays half-way to the whole bill after another one.

use medaid::{Claim, Decision, Language, Ledger, Person, Plan, Scheme};

/// The rule file in the section on coordination.
fn example() -> String {
    let page = include_str!("../../docs/rule-language.md");
    let section = page.split_once("**Coordination of benefits.**").unwrap().1;
    section.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

/// Bills of one person one after the other, each with what the other plan paid.
fn decide(text: &str, bills: &[(&str, &str)]) -> Vec<Decision> {
    let plan = Plan::compile(&Scheme::parse("secondary.toml", text).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let mut ledger = Ledger::new();
    let decide = |(index, (bill, other)): (usize, &(&str, &str))| {
        let text = format!(
            r#"{{ "id": "c{index}", "person": "p", "service_from": "2024-03-0{}", "bill": "{bill}", "portions": {{ "allowed": "{bill}" }}, "prior": {{ "other_plan": "{other}" }} }}"#,
            index + 1
        );
        let claim: Claim = serde_json::from_str(&text).unwrap();
        let decision = plan.adjudicate(&person, &mut ledger, &claim).unwrap();
        assert_eq!(medaid::explain::recheck(&decision), Ok(()));
        decision
    };
    bills.iter().enumerate().map(decide).collect()
}

fn values(decision: &Decision) -> Vec<String> {
    let facts = decision.facts();
    let paths = ["plan.medical.own", "plan.paid", "out_of_pocket.total", "balance.plan.medical.deductible"];
    paths.iter().map(|path| facts[*path].clone()).collect()
}

const BILLS: [(&str, &str); 3] = [("1000.00", "900.00"), ("1000.00", "100.00"), ("200.00", "200.00")];

#[test]
fn standard_coordination() {
    // Alone: (1,000 - 500) x 80 % = 400, but only 100 is left; the deductible is met. Then 80 % of 1,000 = 800 below 900. Then nothing is left.
    let decisions = decide(&example(), &BILLS);
    assert_eq!(values(&decisions[0]), ["400.00", "100.00", "0.00", "500.00"]);
    assert_eq!(values(&decisions[1]), ["800.00", "800.00", "100.00", "500.00"]);
    assert_eq!(values(&decisions[2]), ["160.00", "0.00", "0.00", "500.00"]);
}

#[test]
fn non_duplication() {
    // 400 - 900 and 800 - 100; of the last bill nothing is left.
    let text = example().replace(r#"least = ["own", "base-less-paid"]"#, r#"pays = "own-less-paid""#);
    let decisions = decide(&text, &BILLS);
    assert_eq!(values(&decisions[0]), ["400.00", "0.00", "100.00", "500.00"]);
    assert_eq!(values(&decisions[1]), ["800.00", "700.00", "200.00", "500.00"]);
    assert_eq!(values(&decisions[2]), ["160.00", "0.00", "0.00", "500.00"]);
}

/// A maximum of 600 a year posts what the patient really bears: nothing of the first bill; of the second 100, though the plan alone would leave 200.
#[test]
fn a_maximum_counts_what_is_borne() {
    let max = "ratio = \"80%\"\n  out_of_pocket_max = { amount = 600, per = \"calendar-year\" }";
    let decisions = decide(&example().replace("ratio = \"80%\"", max), &BILLS);
    let balance = |index: usize| decisions[index].facts()["balance.plan.medical.out_of_pocket_max"].clone();
    assert_eq!([balance(0), balance(1)], ["0.00", "100.00"]);
}

#[test]
fn told_in_both_languages() {
    let decisions = decide(&example(), &BILLS);
    let told = [Language::En, Language::Zh].map(|language| medaid::explain::explain(&decisions[1], language));
    let told: Vec<&str> = told.iter().map(|text| text.split_once("2. ").unwrap().1.split_once("\n\n").unwrap().0).collect();
    insta::assert_snapshot!(told.join("\n---\n"));
}

/// A claim of several lines: what the other plan took is put back line by line, and no line is paid more than is left on it.
#[test]
fn line_by_line() {
    let rule = "[[classify]]\ninto = \"allowed\"\n\n[[attribute]]\nname = \"code\"\nof = \"line\"\ntype = \"text\"\n\n[[layer]]\nid = \"other_plan\"";
    let text = example().replace("[[layer]]\nid = \"other_plan\"", rule);
    let text = text.replace("covers = [\"allowed\"]\n  deductible", "covers = [\"allowed\"]\n  lines = { code = \"A\" }\n  deductible");
    let plan = Plan::compile(&Scheme::parse("secondary.toml", &text).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let claim: Claim = serde_json::from_str(
        r#"{ "id": "c", "person": "p", "service_from": "2024-03-01", "bill": "3000.00", "prior": { "other_plan": "1500.00" },
             "lines": [{ "id": "1", "code": "A", "amount": "2000.00" }, { "id": "2", "code": "B", "amount": "1000.00" }] }"#,
    )
    .unwrap();
    let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap();
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    let facts = decision.facts();
    // The other plan took half of each line. Of line 1 alone: (2,000 - 500) x 80 % = 1,200, of which 1,000 is left.
    let paths = ["plan.medical.paid_before", "plan.medical.own", "line.1.plan", "line.2.plan", "out_of_pocket.total"];
    assert_eq!(paths.map(|path| facts[path].clone()), ["1000.00", "1200.00", "1000.00", "0", "500.00"]);
}
