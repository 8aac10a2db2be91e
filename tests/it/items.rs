//! Benefits for each line or day, figured by hand.

use medaid::{Claim, Decision, Language, Ledger, Money, Person, Plan, Reject, RejectCode, Scheme};

fn scheme(rules: &str) -> String {
    format!(
        r#"format = 1
[scheme]
id = "s"
version = "1"
effective = {{ from = 2024-01-01, until = 2025-01-01 }}
money = {{ currency = "CNY", unit = "0.01" }}
[parameters.rate]
"2024-01-01" = "50%"
"2024-07-01" = "60%"
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

/// A claim from 28 June to 5 July of lines, each of a date and an amount.
fn claim(id: &str, lines: &[(&str, i64)]) -> Claim {
    let bill: i64 = lines.iter().map(|(_, amount)| amount).sum();
    let of =
        |(n, (date, amount)): (usize, &(&str, i64))| format!(r#"{{ "id": "{n}", "code": "x{n}", "date": "{date}", "amount": {amount} }}"#);
    let text = format!(
        r#"{{ "id": "{id}", "person": "p", "service_from": "2024-06-28", "service_to": "2024-07-05", "bill": {bill}, "lines": [{}] }}"#,
        (1..).zip(lines).map(of).collect::<Vec<_>>().join(", ")
    );
    serde_json::from_str(&text).unwrap()
}

fn whole() -> Claim {
    let text = r#"{ "id": "c", "person": "p", "service_from": "2024-06-28", "service_to": "2024-07-05", "bill": 100, "portions": { "in_scope": 100 } }"#;
    serde_json::from_str(text).unwrap()
}

fn try_settle(plan: &Plan, ledger: &mut Ledger, claim: &Claim) -> Result<Decision, Reject> {
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let decision = plan.adjudicate(&person, ledger, claim)?;
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    Ok(decision)
}

fn settle(plan: &Plan, claim: &Claim) -> Decision {
    try_settle(plan, &mut Ledger::new(), claim).unwrap()
}

#[test]
fn each_line_is_figured_by_itself_on_its_date() {
    // 50 % of 30 June, 60 % of 1 July.
    let by_line = settle(&plan("each = \"line\"\nratio = \"rate\""), &claim("c", &[("2024-06-30", 100), ("2024-07-01", 100)]));
    let paid: Vec<String> = by_line.layers[0].benefits[0].figured().map(|(_, figures)| figures.paid.to_string()).collect();
    assert_eq!(paid, ["50.00", "60.00"]);
    assert_eq!(by_line.lines.iter().map(|line| line.out_of_pocket.to_string()).collect::<Vec<_>>(), ["50.00", "40.00"]);
    // The claim as a whole goes by its own date.
    assert_eq!(settle(&plan("ratio = \"rate\""), &claim("c", &[("2024-06-30", 100), ("2024-07-01", 100)])).paid.to_string(), "100.00");
    let english = medaid::explain::explain(&by_line, Language::En);
    assert!(english.contains("1, 2024-06-30") && english.contains("2, 2024-07-01"), "{english}");
    assert!(medaid::explain::explain(&by_line, Language::Zh).contains("明细 1（2024-06-30）"));
}

#[test]
fn conditions_and_values_ask_for_the_line() {
    let rules =
        "each = \"line\"\nwhen = { amount = \">= 50\" }\nratio = [{ when = { code = \"x1\" }, then = \"100%\" }, { otherwise = \"10%\" }]";
    let decision = settle(&plan(rules), &claim("c", &[("2024-06-30", 100), ("2024-06-30", 200), ("2024-07-01", 49)]));
    assert_eq!(decision.paid.to_string(), "120.00");
    let failed = decision.layers[0].benefits[0].items[2].not_fired.as_ref().unwrap();
    assert_eq!(failed.word(), "amount");
    // The deductible, of the year, is met line by line.
    let rules = "each = \"line\"\ndeductible = { amount = 150, per = \"policy-year\" }\nratio = \"100%\"";
    let decision = settle(&plan(rules), &claim("c", &[("2024-06-30", 100), ("2024-06-30", 200)]));
    let deducted: Vec<String> =
        decision.layers[0].benefits[0].figured().map(|(_, f)| f.deductible.as_ref().unwrap().deducted.to_string()).collect();
    assert_eq!((deducted, decision.paid.to_string()), (vec!["100.00".to_owned(), "50.00".to_owned()], "150.00".to_owned()));
}

#[test]
fn a_cap_by_the_day_is_that_of_each_line_s_day() {
    for each in ["line", "day"] {
        let plan = plan(&format!("each = \"{each}\"\nratio = \"100%\"\ncap = [{{ amount = 100, per = \"day\" }}]"));
        let mut ledger = Ledger::new();
        // 30 June: 80 + 40, of which 100; 1 July: 70.
        let lines = [("2024-07-01", 70), ("2024-06-30", 80), ("2024-06-30", 40)];
        let first = try_settle(&plan, &mut ledger, &claim("c1", &lines)).unwrap();
        assert_eq!(first.paid.to_string(), "170.00", "{each}");
        // Of 1 July 30 are left, of 2 July all.
        let second = try_settle(&plan, &mut ledger, &claim("c2", &[("2024-07-01", 50), ("2024-06-30", 10), ("2024-07-02", 120)])).unwrap();
        assert_eq!(second.paid.to_string(), "130.00", "{each}");
        let on = |day: &str| ledger.position(&plan, "p", "l.b.cap", day.parse().unwrap()).unwrap().to_string();
        assert_eq!([on("2024-06-28"), on("2024-06-30"), on("2024-07-01"), on("2024-07-02")], ["0", "100", "100", "100"]);
    }
}

#[test]
fn the_lines_of_a_day_are_figured_together_in_order_of_days() {
    let plan = plan("each = \"day\"\nfixed = 100\nrounding = { unit = \"1\", mode = \"half-up\" }");
    let decision = settle(&plan, &claim("c", &[("2024-07-01", 70), ("2024-06-30", 80), ("2024-07-01", 40)]));
    let items = &decision.layers[0].benefits[0].items;
    let told: Vec<String> =
        items.iter().map(|item| format!("{} {:?} {}", item.item, item.lines, item.figures.as_ref().unwrap().paid)).collect();
    assert_eq!(told, [r#"2024-06-30 ["2"] 80.00"#, r#"2024-07-01 ["1", "3"] 100.00"#]);
    assert!(medaid::explain::explain(&decision, Language::En).contains("2024-07-01: lines 1, 3"));
    assert!(medaid::explain::explain(&decision, Language::Zh).contains("2024-07-01：明细 1，3"));
}

#[test]
fn claims_without_lines() {
    assert_eq!(settle(&plan("each = \"line\"\nratio = \"rate\""), &whole()).paid.to_string(), "50.00");
    let reject = try_settle(&plan("each = \"day\"\nratio = \"rate\""), &mut Ledger::new(), &whole()).unwrap_err();
    assert_eq!((reject.code(), reject.field()), (RejectCode::UndatedLines, "lines"));
    assert_eq!(reject.message(), "layer `l` goes by the day, and the service is of several: the claim needs lines");
    assert_eq!(reject.text(Language::Zh), "`l` 层按日计算，而本案服务不止一天：须提供明细");
    let mut day = whole();
    day.service_to = None;
    assert_eq!(settle(&plan("each = \"day\"\nratio = \"rate\""), &day).paid.to_string(), "50.00");
    let reject = try_settle(
        &plan("each = \"line\"\nratio = [{ when = { code = \"x1\" }, then = \"50%\" }, { otherwise = \"10%\" }]"),
        &mut Ledger::new(),
        &day,
    );
    assert_eq!(reject.unwrap_err().code(), RejectCode::MissingAttribute);
}

#[test]
fn days_outside_of_the_scheme_s_time_are_its_first_or_last() {
    let mut late = claim("c", &[("2024-12-31", 100), ("2025-01-02", 100)]);
    late.service_from = "2024-12-31".parse().unwrap();
    late.service_to = Some("2025-01-02".parse().unwrap());
    assert_eq!(settle(&plan("each = \"line\"\nratio = \"rate\""), &late).paid.to_string(), "120.00");
}

#[test]
fn what_does_not_go_with_it() {
    let found = |text: &str, english: &str, chinese: &str| {
        let found = Scheme::parse("s.toml", text).unwrap_err();
        assert!(found.to_string().contains(english), "{found}");
        assert!(found.findings().iter().any(|f| f.message(Language::Zh).contains(chinese)), "{found:?}");
    };
    for (rules, what) in [
        ("ratio = \"50%\"\ncap = [{ amount = 5, on = \"days\", per = \"day\" }]", "cap on units, days or lines"),
        ("ratio = \"50%\"\ncopay = [{ amount = 5, each = \"line\" }]", "copay by item"),
        ("ratio = \"50%\"\ngroup = { by = [\"code\"], least = 10 }", "group"),
        ("in_kind = { buy = 3, give = 9, units = \"days\", per = \"policy-year\" }", "in_kind"),
        ("phases = { per = \"policy-year\", share = \"borne\", rows = [{ to = 100, ratio = \"0%\" }, { ratio = \"50%\" }] }", "phases"),
    ] {
        let text = scheme(&format!("each = \"line\"\n{rules}"));
        let text = format!("{text}[[accumulator]]\nid = \"borne\"\ncounts = \"patient-share\"\nper = \"policy-year\"\n");
        found(&text, &format!("`each = \"line\"` does not go with `{what}`"), &format!("`each = \"line\"` 不能与 `{what}` 同时使用"));
    }
    let none = scheme("each = \"day\"\nratio = \"50%\"").replace("[[classify]]\ninto = \"in_scope\"\n", "");
    found(&none, "`each = \"day\"` goes by lines: the scheme needs `[[classify]]`", "按明细计算：方案需要 `[[classify]]`");
    // A cap is also asked when a payment is given for the layer, and a day has several lines.
    for rules in [
        "each = \"line\"\nratio = \"50%\"\ncap = [{ amount = 5, per = \"day\", when = { code = \"x\" } }]",
        "each = \"day\"\nratio = \"50%\"\nwhen = { code = \"x\" }",
    ] {
        assert!(Scheme::parse("s.toml", &scheme(rules)).unwrap_err().to_string().contains("code"), "{rules}");
    }
}

/// A bill of several lines is paid as bills of one line each, on the lines' days.
#[test]
fn lines_of_one_claim_are_as_claims_of_one_line() {
    let mut state = 5u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let rules = "deductible = { amount = 150, per = \"policy-year\" }\nratio = \"rate\"\ncap = [{ amount = 300, per = \"day\" }, { amount = 900, per = \"policy-year\" }]";
    let (by_line, by_claim) = (plan(&format!("each = \"line\"\n{rules}")), plan(rules));
    for _ in 0..100 {
        let days = ["2024-06-28", "2024-06-30", "2024-07-01", "2024-07-04"];
        let lines: Vec<(&str, i64)> = (0..=below(5)).map(|_| (days[below(4) as usize], below(700) as i64 + 1)).collect();
        let together = settle(&by_line, &claim("c", &lines)).paid.money().unwrap();
        let (mut ledger, mut apart) = (Ledger::new(), Money::ZERO);
        for (n, (date, amount)) in lines.iter().enumerate() {
            let mut one = claim(&format!("c{n}"), &[(*date, *amount)]);
            one.service_from = date.parse().unwrap();
            one.service_to = None;
            let paid = try_settle(&by_claim, &mut ledger, &one).unwrap().paid.money().unwrap();
            apart = apart.checked_add(paid).unwrap();
        }
        assert_eq!(together, apart, "{lines:?}");
    }
}

#[test]
fn the_example_of_the_reference() {
    let page = include_str!("../../docs/rule-language.md");
    let text = page.split("**For each line, or each day.**").nth(1).unwrap().split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let plan = Plan::compile(&Scheme::parse("medicare.toml", text).unwrap()).unwrap();
    let text = r#"{ "id": "c", "person": "p", "service_from": "2017-10-31", "service_to": "2017-11-01", "bill": 2425, "lines": [
        { "id": "1", "date": "2017-10-31", "amount": 1200, "attributes": { "fee": "1000" } },
        { "id": "2", "date": "2017-11-01", "amount": 1200, "attributes": { "fee": "1000" } },
        { "id": "3", "date": "2017-11-01", "amount": 25, "attributes": { "fee": "20.30" } } ] }"#;
    let decision = settle(&plan, &serde_json::from_str(text).unwrap());
    let paid: Vec<String> = decision.layers[0].benefits[0].figured().map(|(_, figures)| figures.paid.to_string()).collect();
    assert_eq!(paid, ["919.80", "918.30", "17.30"]);
}

#[test]
fn what_is_told_of_items_must_add_up() {
    let plan = plan("each = \"line\"\nratio = \"rate\"\ncap = [{ amount = 100, per = \"day\" }]");
    let decision = settle(&plan, &claim("c", &[("2024-06-30", 100), ("2024-07-01", 120), ("2024-07-01", 100)]));
    assert_eq!(decision.paid.to_string(), "150.00");
    let text = serde_json::to_string(&decision).unwrap();
    for (was, is) in [
        // What the second line of 1 July finds used, and what the first of 30 June pays.
        (r#""used":"72.00","room":"28.00""#, r#""used":"71.00","room":"29.00""#),
        (r#""rounded":"50.00","paid":"50.00""#, r#""rounded":"50.00","paid":"51.00""#),
        (r#""item":"2","accumulator":"l.b.cap""#, r#""item":"1","accumulator":"l.b.cap""#),
    ] {
        assert!(text.contains(was), "{was}: {text}");
        let wrong: Decision = serde_json::from_str(&text.replace(was, is)).unwrap();
        assert!(medaid::explain::recheck(&wrong).is_err(), "{is}");
    }
}
