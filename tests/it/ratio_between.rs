//! The least and the most of a ratio, after points and factors, figured by hand.

use medaid::{Claim, Language, Ledger, Person, Plan, Scheme};

#[test]
fn points_and_factors_stay_within_it() {
    let text = r#"format = 1
[scheme]
id = "s"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "in_scope"
[[attribute]]
name = "minor"
of = "person"
type = "yes-no"
default = false
[[attribute]]
name = "referral"
of = "claim"
type = "yes-no"
default = true
[[layer]]
id = "l"
  [[layer.benefit]]
  id = "b"
  covers = ["in_scope"]
  ratio = "80%"
  points = [{ add = "15%", when = { minor = true } }]
  factors = [{ times = "25%", when = { referral = false } }]
  ratio_between = { least = "30%", most = "90%" }
"#;
    let plan = Plan::compile(&Scheme::parse("s.toml", text).unwrap()).unwrap();
    let paid = |minor: bool, referral: bool| {
        let person: Person = serde_json::from_str(&format!(r#"{{ "id": "p", "attributes": {{ "minor": {minor} }} }}"#)).unwrap();
        let claim: Claim = serde_json::from_str(&format!(
            r#"{{ "id": "c", "person": "p", "service_from": "2024-05-01", "bill": 1000, "portions": {{ "in_scope": 1000 }}, "attributes": {{ "referral": {referral} }} }}"#
        ))
        .unwrap();
        let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap();
        assert_eq!(medaid::explain::recheck(&decision), Ok(()));
        (decision.paid.to_string(), medaid::explain::explain(&decision, Language::En))
    };
    // 80 %; 95 % cut to 90 %; 20 % raised to 30 %; (80 + 15) x 25 % = 23.75 % raised to 30 %.
    assert_eq!(paid(false, true).0, "800.00");
    assert_eq!(paid(true, true).0, "900.00");
    assert_eq!(paid(false, false).0, "300.00");
    assert_eq!(paid(true, false).0, "300.00");
    assert!(paid(true, true).1.contains("kept between 30% and 90%: 90%"));
}
