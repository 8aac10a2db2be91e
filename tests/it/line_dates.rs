//! Lines of a bill with days of their own.

use medaid::{Claim, Ledger, Money, Person, Plan, RejectCode, Scheme};

const SCHEME: &str = r#"format = 1
[scheme]
id = "s"
version = "1"
effective = { from = 2024-01-01, until = 2025-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "in_scope"
[[classify]]
into = "in_scope"
[[layer]]
id = "l"
  [[layer.benefit]]
  id = "b"
  covers = ["in_scope"]
"#;

fn plan(rules: &str) -> Plan {
    Plan::compile(&Scheme::parse("s.toml", &format!("{SCHEME}{rules}")).unwrap()).unwrap()
}

fn person() -> Person {
    serde_json::from_str(r#"{ "id": "p" }"#).unwrap()
}

/// A claim from 20 to 30 June of lines, each of a date and an amount.
fn claim(lines: &[(Option<&str>, i64)]) -> Claim {
    let bill: i64 = lines.iter().map(|(_, amount)| amount).sum();
    let lines: Vec<String> = (1..)
        .zip(lines)
        .map(|(n, (date, amount))| {
            let date = date.map_or_else(String::new, |date| format!(r#""date": "{date}", "#));
            format!(r#"{{ "id": "{n}", {date}"amount": {amount} }}"#)
        })
        .collect();
    let text = format!(
        r#"{{ "id": "c", "person": "p", "service_from": "2024-06-20", "service_to": "2024-06-30", "bill": {bill}, "lines": [{}] }}"#,
        lines.join(", ")
    );
    serde_json::from_str(&text).unwrap()
}

fn paid(plan: &Plan, claim: &Claim) -> Money {
    let decision = plan.adjudicate(&person(), &mut Ledger::new(), claim).unwrap();
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    decision.paid.money().unwrap()
}

#[test]
fn conditions_on_lines_ask_for_their_dates() {
    // 60 % from 25 June on; a line without a date is of the first day.
    let lines = plan("lines = { line_date = \">= 2024-06-25\" }\nratio = \"60%\"");
    let bill = claim(&[(Some("2024-06-24"), 100), (Some("2024-06-25"), 200), (Some("2024-06-30"), 300), (None, 400)]);
    assert_eq!(paid(&lines, &bill).to_string(), "300");
    // The half of what is before.
    let by_line = plan("ratio = \"60%\"");
    assert_eq!(paid(&by_line, &bill).to_string(), "600");
    let text = SCHEME.replace(
        "covers = [\"in_scope\"]",
        "covers = { in_scope = [{ when = { line_date = \"< 2024-06-25\" }, then = \"50%\" }, { otherwise = \"100%\" }] }",
    );
    let factor = Plan::compile(&Scheme::parse("s.toml", &format!("{text}ratio = \"60%\"")).unwrap()).unwrap();
    // 60 % of 50 + 200 + 300 + 200.
    assert_eq!(paid(&factor, &bill).to_string(), "450");
}

#[test]
fn lines_are_classified_by_their_dates_also_outside_of_the_scheme_s_time() {
    let text = SCHEME.replace(
        "[[classify]]\ninto = \"in_scope\"\n",
        "[[portion]]\nid = \"late\"\n[[classify]]\nwhen = { line_date = \"< 2025-01-01\" }\ninto = \"in_scope\"\n[[classify]]\nwhen = { line_date = \">= 2025-01-01\" }\ninto = \"late\"\n",
    );
    let plan = Plan::compile(&Scheme::parse("s.toml", &format!("{text}ratio = \"100%\"")).unwrap()).unwrap();
    let mut bill = claim(&[(Some("2024-12-31"), 100), (Some("2025-01-01"), 200)]);
    bill.service_from = "2024-12-30".parse().unwrap();
    bill.service_to = Some("2025-01-01".parse().unwrap());
    assert_eq!(paid(&plan, &bill).to_string(), "100");
}

#[test]
fn a_line_outside_of_the_service_is_rejected() {
    let plan = plan("ratio = \"60%\"");
    for date in ["2024-06-19", "2024-07-01"] {
        let reject = plan.adjudicate(&person(), &mut Ledger::new(), &claim(&[(None, 1), (Some(date), 2)])).unwrap_err();
        assert_eq!((reject.code(), reject.field()), (RejectCode::DatesOutOfOrder, "lines.2.date"));
        assert_eq!(reject.message(), "the line is dated outside of the service, 2024-06-20 to 2024-06-30");
        assert_eq!(reject.text(medaid::Language::Zh), "明细日期不在服务期 2024-06-20 至 2024-06-30 之内");
    }
    // A claim without a last day is of one day.
    let mut one_day = claim(&[(Some("2024-06-21"), 1)]);
    one_day.service_to = None;
    assert_eq!(plan.adjudicate(&person(), &mut Ledger::new(), &one_day).unwrap_err().field(), "lines.1.date");
}

#[test]
fn line_date_is_asked_of_lines_only() {
    for rule in ["when = { line_date = \">= 2024-06-25\" }\nratio = \"60%\"", "fixed = \"line_date\""] {
        let found = Scheme::parse("s.toml", &format!("{SCHEME}{rule}")).unwrap_err().to_string();
        assert!(found.contains("line_date"), "{found}");
    }
    let own = format!("{SCHEME}ratio = \"60%\"\n[[attribute]]\nname = \"line_date\"\nof = \"line\"\ntype = \"text\"\n");
    assert!(Scheme::parse("s.toml", &own).unwrap_err().to_string().contains("built in"));
}

/// What a condition on dates leaves out might as well not be billed.
#[test]
fn lines_before_a_day_are_as_if_there_were_none() {
    let mut state = 7u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    for _ in 0..200 {
        let lines: Vec<(String, i64)> = (0..=below(5)).map(|_| (format!("2024-06-{}", 20 + below(11)), below(1000) as i64 + 1)).collect();
        let cut = format!("2024-06-{}", 20 + below(11));
        let rules =
            "deductible = { amount = 150, per = \"policy-year\" }\nratio = \"70%\"\ncap = [{ amount = 900, per = \"policy-year\" }]";
        let of = |lines: &[(String, i64)]| claim(&lines.iter().map(|(date, amount)| (Some(date.as_str()), *amount)).collect::<Vec<_>>());
        let late: Vec<(String, i64)> = lines.iter().filter(|(date, _)| *date >= cut).cloned().collect();
        let some = paid(&plan(&format!("lines = {{ line_date = \">= {cut}\" }}\n{rules}")), &of(&lines));
        let alone = if late.is_empty() { Money::ZERO } else { paid(&plan(rules), &of(&late)) };
        assert_eq!(some, alone, "{lines:?} from {cut}");
    }
}

#[test]
fn the_example_of_the_reference() {
    let page = include_str!("../../docs/rule-language.md");
    let text = page.split("**Dates of lines.**").nth(1).unwrap().split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let plan = Plan::compile(&Scheme::parse("drug_list.toml", text).unwrap()).unwrap();
    let text = r#"{ "id": "c", "person": "p", "service_from": "2023-12-28", "service_to": "2024-01-06", "bill": 2600, "lines": [
        { "id": "1", "code": "ward", "amount": 1000 },
        { "id": "2", "code": "new_drug", "date": "2023-12-30", "amount": 400 },
        { "id": "3", "code": "new_drug", "date": "2023-12-31", "amount": 400 },
        { "id": "4", "code": "new_drug", "date": "2024-01-01", "amount": 400 },
        { "id": "5", "code": "new_drug", "date": "2024-01-02", "amount": 400 } ] }"#;
    let decision = plan.adjudicate(&person(), &mut Ledger::new(), &serde_json::from_str(text).unwrap()).unwrap();
    let portions: Vec<String> = decision.billed.iter().map(|p| p.amount.to_string()).collect();
    assert_eq!(portions, ["1720.00", "80.00", "800.00"]);
    assert_eq!(decision.paid.to_string(), "976.00");
}
