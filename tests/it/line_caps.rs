//! Caps on units, days and the money of some lines, figured by hand.

use medaid::{Claim, Decision, Language, Ledger, Money, Person, Plan, Scheme};

fn scheme(rules: &str) -> String {
    format!(
        r#"format = 1
[scheme]
id = "s"
version = "1"
effective = {{ from = 2024-01-01 }}
money = {{ currency = "CNY", unit = "0.01" }}
[[portion]]
id = "in_scope"
[[attribute]]
name = "code"
of = "line"
type = "text"
[[classify]]
into = "in_scope"
[[layer]]
id = "l"
  [[layer.benefit]]
  id = "b"
  covers = ["in_scope"]
{rules}
"#
    )
}

fn plan(rules: &str) -> Plan {
    Plan::compile(&Scheme::parse("s.toml", &scheme(rules)).unwrap()).unwrap()
}

/// A claim of lines, each of a code, an amount and a quantity.
fn claim(id: &str, days: u32, lines: &[(&str, i64, u32)]) -> Claim {
    let bill: i64 = lines.iter().map(|(_, amount, _)| amount).sum();
    let lines: Vec<String> = (1..)
        .zip(lines)
        .map(|(n, (code, amount, quantity))| format!(r#"{{ "id": "{n}", "code": "{code}", "amount": {amount}, "quantity": {quantity} }}"#))
        .collect();
    let text = format!(
        r#"{{ "id": "{id}", "person": "p", "service_from": "2024-05-01", "days": {days}, "bill": {bill}, "lines": [{}] }}"#,
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

#[test]
fn units_beyond_the_cap_do_not_count() {
    let plan = plan("cap = [{ amount = 20, on = \"units\", lines = { code = \"physio\" }, per = \"policy-year\" }]\nratio = \"80%\"");
    let mut ledger = Ledger::new();
    // 12 of 20 visits; then 8 of 12, and another line that the cap does not look at.
    let first = decide(&plan, &mut ledger, &claim("c1", 1, &[("physio", 1200, 12)]));
    assert_eq!(first.paid.to_string(), "960.00");
    let second = decide(&plan, &mut ledger, &claim("c2", 1, &[("physio", 500, 5), ("visit", 60, 1), ("physio", 700, 7)]));
    // All 5 of the first line, 3 of 7 of the last: 500 + 60 + 300 = 860; 80 % is 688.
    assert_eq!(second.paid.to_string(), "688.00");
    let story = medaid::explain::explain(&second, Language::En);
    assert!(story.contains("the lines have 12 units, of which 8 count: of 1,200.00, 800.00 counts"), "{story}");
    assert!(medaid::explain::explain(&second, Language::Zh).contains("明细共 12 个单位，计入 8 个：费用 1,200.00 计入 800.00"));
    // Nothing is left: the other line alone counts, and the payment settles it alone.
    let third = decide(&plan, &mut ledger, &claim("c3", 1, &[("physio", 100, 1), ("visit", 60, 1)]));
    assert_eq!(third.paid.to_string(), "48.00");
    let left: Vec<String> = third.lines.iter().map(|line| line.out_of_pocket.to_string()).collect();
    assert_eq!(left, ["100.00", "12.00"]);
}

#[test]
fn what_no_longer_counts_is_rounded() {
    // 100 for 3, of which 2 count: 33.333... does not, rounded 33.33.
    let plan = plan("cap = [{ amount = 2, on = \"units\", per = \"policy-year\" }]\nratio = \"100%\"");
    assert_eq!(decide(&plan, &mut Ledger::new(), &claim("c", 1, &[("x", 100, 3)])).paid.to_string(), "66.67");
}

#[test]
fn money_of_some_lines_under_one_deductible() {
    let rules = "cap = [{ amount = 300000, on = \"base\", lines = { code = \"drug_a\" }, per = \"policy-year\" }]\n\
                 deductible = { amount = 10000, per = \"policy-year\" }\nratio = \"60%\"";
    let plan = plan(rules);
    let mut ledger = Ledger::new();
    // 300,000 of 320,000, and 50,000 of another drug: 350,000 - 10,000 = 340,000; 60 % is 204,000.
    let first = decide(&plan, &mut ledger, &claim("c1", 1, &[("drug_a", 320_000, 1), ("drug_b", 50_000, 1)]));
    assert_eq!(first.paid.to_string(), "204000.00");
    let second = decide(&plan, &mut ledger, &claim("c2", 1, &[("drug_a", 5_000, 1), ("drug_b", 1_000, 1)]));
    assert_eq!(second.paid.to_string(), "600.00");
}

#[test]
fn days_beyond_the_cap_do_not_count() {
    let plan = plan("cap = [{ amount = 45, on = \"days\", per = \"calendar-year\" }]\nratio = \"100%\"");
    let mut ledger = Ledger::new();
    assert_eq!(decide(&plan, &mut ledger, &claim("c1", 40, &[("x", 4000, 1)])).paid.to_string(), "4000.00");
    assert_eq!(decide(&plan, &mut ledger, &claim("c2", 20, &[("x", 1000, 1), ("y", 1000, 1)])).paid.to_string(), "500.00");
    assert_eq!(decide(&plan, &mut ledger, &claim("c3", 3, &[("x", 1000, 1)])).paid.to_string(), "0.00");
}

#[test]
fn a_claim_without_lines() {
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let whole = r#"{ "id": "c", "person": "p", "service_from": "2024-05-01", "bill": 100, "portions": { "in_scope": 100 } }"#;
    let whole: Claim = serde_json::from_str(whole).unwrap();
    let units = plan("cap = [{ amount = 2, on = \"units\", per = \"policy-year\" }]\nratio = \"100%\"");
    let reject = units.adjudicate(&person, &mut Ledger::new(), &whole).unwrap_err();
    assert!(reject.to_string().contains("quantity"), "{reject}");
    // It has none of the lines that the cap looks at.
    let some = plan("cap = [{ amount = 2, on = \"units\", lines = { code = \"x\" }, per = \"policy-year\" }]\nratio = \"100%\"");
    assert_eq!(some.adjudicate(&person, &mut Ledger::new(), &whole).unwrap().paid.to_string(), "100.00");
}

#[test]
fn lines_in_one_claim_or_each_in_its_own_count_the_same() {
    let plan = plan("cap = [{ amount = 10, on = \"units\", lines = { code = \"x\" }, per = \"policy-year\" }]\nratio = \"100%\"");
    let mut state = 7u64;
    let mut next = |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (state >> 33) as i64 % below
    };
    for _ in 0..200 {
        let code = |n: i64| if n == 1 { "y" } else { "x" };
        let lines: Vec<(&str, i64, u32)> = (0..next(6)).map(|_| (code(next(3)), next(500), next(5) as u32)).collect();
        let together = decide(&plan, &mut Ledger::new(), &claim("all", 1, &lines)).paid.money().unwrap();
        let (mut apart, mut sum) = (Ledger::new(), Money::ZERO);
        for (n, line) in lines.iter().enumerate() {
            let one = decide(&plan, &mut apart, &claim(&format!("c{n}"), 1, &[*line]));
            sum = sum.checked_add(one.paid.money().unwrap()).unwrap();
        }
        assert_eq!(together, sum, "{lines:?}");
    }
}

#[test]
fn caps_on_lines_that_cannot_be() {
    let found = |rules: &str| Scheme::parse("s.toml", &scheme(rules)).unwrap_err().to_string();
    for (rules, words) in [
        (
            "cap = [{ amount = 5, lines = { code = \"x\" }, per = \"day\" }]\nratio = \"70%\"",
            "a cap on some lines is `on` the base, the units or the days",
        ),
        (
            "cap = [{ amount = 5, on = \"units\", per = \"day\" }]\ncoordinate = { pays = \"own\" }\nratio = \"70%\"",
            "a cap on lines, units or days does not go with `coordinate`",
        ),
    ] {
        assert!(found(rules).contains(words), "{}", found(rules));
    }
    let named = scheme(
        "cap = [{ amount = 5, on = \"base\", accumulator = \"shared\" }, { amount = 5, on = \"base\", lines = { code = \"x\" }, accumulator = \"shared\" }]\nratio = \"70%\"",
    );
    let named = format!("{named}\n[[accumulator]]\nid = \"shared\"\ncounts = \"base\"\nper = \"policy-year\"\n");
    let found = Scheme::parse("s.toml", &named).unwrap_err().to_string();
    assert!(found.contains("another rule of this benefit uses the accumulator `shared` too: it would be counted twice"), "{found}");
    let layer = scheme("ratio = \"70%\"").replace("id = \"l\"\n", "id = \"l\"\ncap = [{ amount = 5, on = \"days\", per = \"day\" }]\n");
    let found = Scheme::parse("s.toml", &layer).unwrap_err().to_string();
    assert!(found.contains("a cap on lines, units or days stands in a benefit, not in a layer"), "{found}");
}

#[test]
fn the_example_of_the_reference() {
    let page = include_str!("../../docs/rule-language.md");
    let text =
        page.split("**Caps on units, days and lines.**").nth(1).unwrap().split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let plan = Plan::compile(&Scheme::parse("medicare.toml", text).unwrap()).unwrap();
    let mut ledger = Ledger::new();
    assert_eq!(decide(&plan, &mut ledger, &claim("c1", 1, &[("G0108", 600, 12)])).paid.to_string(), "288.00");
    assert_eq!(decide(&plan, &mut ledger, &claim("c2", 1, &[("G0108", 600, 12), ("99213", 100, 1)])).paid.to_string(), "400.00");
}
