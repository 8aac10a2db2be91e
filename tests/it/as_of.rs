//! Attributes read some time before a date of the claim.

use medaid::{Claim, Code, Ledger, Person, Plan, Scheme};

fn scheme(as_of: &str) -> String {
    include_str!("schemes/small.toml").to_owned()
        + &format!(
            r#"
  [[layer.benefit]]
  id = "by_income"
  covers = ["out_of_scope"]
  ratio = [{{ when = {{ income = ">= 1000" }}, then = "10%" }}, {{ otherwise = "90%" }}]

[[attribute]]
name = "income"
of = "person"
type = "amount"
as_of = "{as_of}"
"#
        )
}

/// Whether the person whose income was high on one day alone is seen so.
fn seen(as_of: &str, day: &str, service_from: &str) -> bool {
    let plan = Plan::compile(&Scheme::parse("s.toml", &scheme(as_of)).unwrap()).unwrap();
    let day: chrono::NaiveDate = day.parse().unwrap();
    let next = day.succ_opt().unwrap();
    let person: Person = serde_json::from_str(&format!(
        r#"{{ "id": "p", "attributes": {{ "income": [{{ "value": "0", "until": "{day}" }}, {{ "value": "5000", "from": "{day}", "until": "{next}" }}, {{ "value": "0", "from": "{next}" }}] }} }}"#
    ))
    .unwrap();
    let claim: Claim = serde_json::from_str(&format!(
        r#"{{ "id": "c", "person": "p", "service_from": "{service_from}", "bill": "100.00", "portions": {{ "out_of_scope": "100.00" }} }}"#
    ))
    .unwrap();
    let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap();
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    decision.facts()["paid"] == "10.00"
}

#[test]
fn months_keep_the_day_or_take_the_months_last() {
    for (as_of, day, service_from) in [
        ("rule-date - 1 month", "2024-02-29", "2024-03-31"),
        ("rule-date - 1 month", "2024-02-29", "2024-03-29"),
        ("rule-date - 1 month", "2024-03-15", "2024-04-15"),
        ("admission - 12 months", "2023-02-28", "2024-02-29"),
        ("admission - 1 day", "2024-02-29", "2024-03-01"),
        ("admission - 366 days", "2023-12-31", "2024-12-31"),
        ("policy-year-start - 24 months", "2022-01-01", "2024-12-31"),
        ("policy-year-start", "2024-01-01", "2024-12-31"),
    ] {
        assert!(seen(as_of, day, service_from), "{as_of} of {service_from} is {day}");
        let after = day.parse::<chrono::NaiveDate>().unwrap().succ_opt().unwrap().to_string();
        assert!(!seen(as_of, &after, service_from), "{as_of} of {service_from} is not {after}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for as_of in
        ["policy-year-start - 0 months", "policy-year-start - 2 years", "admission + 1 month", "admision", "rule-date - 1201 months"]
    {
        let error = Scheme::parse("s.toml", &scheme(as_of)).unwrap_err();
        let found: Vec<_> = error.findings().iter().filter(|f| f.code() == Code::BadValue).collect();
        assert_eq!(found.len(), 1, "{as_of}: {error}");
        assert!(error.to_string().contains("`as_of` cannot be"), "{error}");
    }
    let error = Scheme::parse("s.toml", &scheme("admission - 2 years")).unwrap_err().to_string();
    assert!(error.contains("or so long before one of them"), "{error}");
}
