//! How the days of a claim are counted.

use medaid::{Claim, Code, Ledger, Person, Plan, Scheme};

/// The German hospital charge, which is due for the day of admission and for the day of discharge.
fn scheme(days: &str) -> String {
    format!(
        r#"
format = 1

[scheme]
id = "hospital"
version = "1"
effective = {{ from = 2024-01-01 }}
money = {{ currency = "EUR", unit = "0.01", rounding = "half-up" }}
{days}

[[portion]]
id = "care"

[[layer]]
id = "fund"
role = "payer"

[[layer.benefit]]
id = "stay"
covers = ["care"]
copay = {{ amount = "10 * days" }}
ratio = "100%"
"#
    )
}

/// What the patient bears of a stay of 1,000.00.
fn borne(days: &str, dates: &str) -> String {
    let plan = Plan::compile(&Scheme::parse("hospital.toml", &scheme(days)).unwrap()).unwrap();
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let text = format!(r#"{{ "id": "c", "person": "p", {dates}, "bill": "1000.00", "portions": {{ "care": "1000.00" }} }}"#);
    let claim: Claim = serde_json::from_str(&text).unwrap();
    let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap();
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    decision.facts()["out_of_pocket.total"].clone()
}

#[test]
fn nights_or_both_ends() {
    let week = r#""service_from": "2024-02-26", "service_to": "2024-03-04""#;
    let one_day = r#""service_from": "2024-02-26", "service_to": "2024-02-26""#;
    let open = r#""service_from": "2024-02-26""#;
    let given = r#""service_from": "2024-02-26", "service_to": "2024-03-04", "days": 3"#;
    // 26 February to 4 March of a leap year: seven nights, eight dates.
    for (days, expected) in [
        ("", ["70.00", "10.00", "10.00", "30.00"]),
        ("days = \"nights\"", ["70.00", "10.00", "10.00", "30.00"]),
        ("days = \"both-ends\"", ["80.00", "10.00", "10.00", "30.00"]),
    ] {
        assert_eq!([week, one_day, open, given].map(|dates| borne(days, dates)), expected, "{days}");
    }
}

#[test]
fn another_word_is_refused() {
    let error = Scheme::parse("hospital.toml", &scheme("days = \"dates\"")).unwrap_err();
    let found: Vec<_> = error.findings().iter().filter(|f| f.code() == Code::BadValue).collect();
    assert_eq!(found.len(), 1, "{error}");
    assert!(error.to_string().contains("both-ends"), "{error}");
}
