//! Copayments by item: for each line, unit and day, by a ratio, under caps of their own; figured by hand.

use medaid::{Claim, Decision, Language, Ledger, Person, Plan, Scheme};

fn plan(rules: &str) -> Plan {
    let text = format!(
        r#"format = 1
[scheme]
id = "s"
version = "1"
effective = {{ from = 2024-01-01 }}
money = {{ currency = "EUR", unit = "0.01" }}
[[portion]]
id = "drugs"
[[attribute]]
name = "generic"
of = "line"
type = "yes-no"
default = false
[[attribute]]
name = "class"
of = "line"
values = ["drug"]
[[classify]]
when = {{ class = "drug" }}
into = "drugs"
[[layer]]
id = "l"
  [[layer.benefit]]
  id = "b"
  covers = ["drugs"]
{rules}
"#
    );
    Plan::compile(&Scheme::parse("s.toml", &text).unwrap()).unwrap()
}

/// A claim of lines, each of an amount, a quantity and whether it is a generic.
fn claim(id: &str, lines: &[(i64, u32, bool)]) -> Claim {
    let bill: i64 = lines.iter().map(|(amount, ..)| amount).sum();
    let lines: Vec<String> = (1..)
        .zip(lines)
        .map(|(n, (amount, quantity, generic))| {
            format!(
                r#"{{ "id": "{n}", "class": "drug", "amount": {amount}, "quantity": {quantity}, "attributes": {{ "generic": {generic} }} }}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{ "id": "{id}", "person": "p", "service_from": "2024-05-01", "days": 3, "bill": {bill}, "lines": [{}] }}"#,
        lines.join(", ")
    );
    serde_json::from_str(&text).unwrap()
}

fn decide(plan: &Plan, ledger: &mut Ledger, claim: &Claim) -> Decision {
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let decision = plan.adjudicate(&person, ledger, claim).unwrap();
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    decision
}

fn left(plan: &Plan, lines: &[(i64, u32, bool)]) -> String {
    decide(plan, &mut Ledger::new(), &claim("c", lines)).out_of_pocket.to_string()
}

const LINES: [(i64, u32, bool); 4] = [(30, 1, false), (80, 1, false), (300, 1, true), (4, 1, true)];

#[test]
fn of_each_line_a_ratio_with_least_and_most() {
    let page = include_str!("../../docs/rule-language.md");
    let text = page.split("**Copayments by item.**").nth(1).unwrap().split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let plan = Plan::compile(&Scheme::parse("german.toml", text).unwrap()).unwrap();
    let mut lines = claim("c", &LINES);
    lines.lines.iter_mut().for_each(|line| line.attributes.clear());
    let decision = decide(&plan, &mut Ledger::new(), &lines);
    assert_eq!(decision.out_of_pocket.to_string(), "27.00");
    let story = medaid::explain::explain(&decision, Language::En);
    for words in [
        "number 1, line 1: 30.00 × 10%, at least 5.00, at most 10.00: 5.00",
        "number 1, line 2: 80.00 × 10%, at least 5.00, at most 10.00: 8.00",
        "number 1, line 4: 4.00 × 10%, at least 5.00, at most 10.00: 4.00 (all that the item has)",
        "number 1: 27.00 due",
    ] {
        assert!(story.contains(words), "{words}\n{story}");
    }
}

#[test]
fn of_each_unit_and_each_day() {
    // 2.50 a unit: 2 x 2.50, and a line of 7 for 4 units gives 7. Three days at 10.
    let units = plan("copay = [{ amount = 2.5, each = \"unit\" }]\nratio = \"100%\"");
    assert_eq!(left(&units, &[(100, 2, false), (7, 4, false)]), "12.00");
    let days = plan("copay = [{ amount = 10, each = \"day\" }]\nratio = \"100%\"");
    assert_eq!(left(&days, &LINES), "30.00");
    // 10 % of a line of three units, at least 5 a unit.
    let least = plan("copay = [{ ratio = \"10%\", least = 5, most = 10, each = \"unit\" }]\nratio = \"100%\"");
    assert_eq!(left(&least, &[(100, 3, false)]), "15.00");
}

#[test]
fn the_sum_may_go_by_facts_of_the_line() {
    let of_line = "copay = [{ amount = [{ when = { generic = true }, then = 1 }, { otherwise = 6 }], each = \"line\" }]\nratio = \"100%\"";
    assert_eq!(left(&plan(of_line), &LINES), "14.00");
}

#[test]
fn what_was_taken_before_is_taken_off_the_lines_in_their_order() {
    // 50 of deductible: all of the first line, 20 of the second. Of the lines' 60, 300 and 4 left, 50 % but at most 25: 25 + 25 + 2.
    let text =
        "deductible = { amount = 50, per = \"policy-year\" }\ncopay = [{ ratio = \"50%\", most = 25, each = \"line\" }]\nratio = \"100%\"";
    assert_eq!(left(&plan(text), &LINES), "102.00");
    // A cap on the base of 100: 30 of the first, 70 of the second. 10 + 10; the rest is beyond the cap.
    let text = "cap = [{ amount = 100, per = \"claim\", on = \"base\" }]\ncopay = [{ amount = 10, each = \"line\" }]\nratio = \"100%\"";
    assert_eq!(left(&plan(text), &LINES), "334.00");
    // One after the other: 25 of each line first (25, 25, 25, 4), then 10 of what is left (5, 10, 10).
    let text =
        "copay = [{ amount = 25, each = \"line\", taken = \"before-deductible\" }, { amount = 10, each = \"line\" }]\nratio = \"100%\"";
    assert_eq!(left(&plan(text), &LINES), "104.00");
}

#[test]
fn beside_the_bill_every_item_is_charged_in_full() {
    let text =
        "copay = [{ amount = 9.9, each = \"line\", taken = \"beside\", cap = { amount = 30, per = \"policy-year\" } }]\nratio = \"100%\"";
    let decision = decide(&plan(text), &mut Ledger::new(), &claim("c", &LINES[1..]));
    assert_eq!((decision.charged.to_string(), decision.out_of_pocket.to_string()), ("29.70".to_owned(), "0.00".to_owned()));
    let decision = decide(&plan(text), &mut Ledger::new(), &claim("c", &LINES));
    assert_eq!(decision.charged.to_string(), "30.00");
}

#[test]
fn lines_in_one_claim_or_each_in_its_own_come_to_the_same() {
    let rules = "copay = [{ ratio = \"10%\", least = 5, most = 10, each = \"line\", cap = { amount = 40, per = \"calendar-year\" } }]\nratio = \"100%\"";
    let plan = plan(rules);
    let mut state = 1u64;
    let mut next = |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (state >> 33) as i64 % below
    };
    for _ in 0..200 {
        let lines: Vec<(i64, u32, bool)> = (0..next(7)).map(|_| (next(150), 1, false)).collect();
        let (mut together, mut apart) = (Ledger::new(), Ledger::new());
        let whole = decide(&plan, &mut together, &claim("all", &lines)).out_of_pocket.money().unwrap();
        let mut sum = medaid::Money::ZERO;
        for (n, line) in lines.iter().enumerate() {
            let one = decide(&plan, &mut apart, &claim(&format!("c{n}"), &[*line]));
            sum = sum.checked_add(one.out_of_pocket.money().unwrap()).unwrap();
        }
        assert_eq!(whole, sum, "{lines:?}");
    }
}

#[test]
fn units_are_known_of_lines_only() {
    let text = "format = 1\n[scheme]\nid = \"s\"\nversion = \"1\"\neffective = { from = 2024-01-01 }\nmoney = { currency = \"EUR\", unit = \"0.01\" }\n\
                [[portion]]\nid = \"drugs\"\n[[layer]]\nid = \"l\"\n  [[layer.benefit]]\n  id = \"b\"\n  covers = [\"drugs\"]\n  ratio = \"100%\"\n  copay = [{ amount = 1, each = \"unit\" }]\n";
    let found = Scheme::parse("s.toml", text).unwrap_err().to_string();
    assert!(found.contains("units are the quantities of lines"), "{found}");
}
