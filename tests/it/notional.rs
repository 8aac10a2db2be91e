//! Layers that are figured as if they paid, while nobody does.

use medaid::{Amount, Claim, Language, Ledger, Person, Plan, RejectCode, Scheme, explain};

fn scheme() -> String {
    let reference = include_str!("../../docs/rule-language.md").split("**Layers as if.**").nth(1).unwrap();
    reference.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

fn compiled(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("s.toml", text).unwrap()).unwrap()
}

fn person(insured: bool) -> Person {
    serde_json::from_str(&format!(r#"{{ "id": "p", "attributes": {{ "insured": {insured} }} }}"#)).unwrap()
}

fn claim(id: u32, bill: u32, more: &str) -> Claim {
    let text = format!(
        r#"{{ "id": "c{id}", "person": "p", "service_from": "2024-04-01", "bill": "{bill}.37", "portions": {{ "in_scope": "{bill}.37" }}{more} }}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_fixture_is_the_example_of_the_reference() {
    assert!(include_str!("../../fixtures/as-if-insured/scheme.toml").ends_with(&scheme()));
}

/// Whoever pays the first layer, the second pays the same and all accumulators stand the same; what nobody pays is the patient's.
#[test]
fn all_the_same_but_for_who_bears_it() {
    let plan = compiled(&scheme());
    let (mut of_insured, mut of_other) = (Ledger::new(), Ledger::new());
    for (id, bill) in [(1, 900), (2, 2_000), (3, 30_000), (4, 77_777), (5, 1)] {
        let claim = claim(id, bill, "");
        let paid = plan.adjudicate(&person(true), &mut of_insured, &claim).unwrap();
        let as_if = plan.adjudicate(&person(false), &mut of_other, &claim).unwrap();
        for decision in [&paid, &as_if] {
            assert_eq!(explain::recheck(decision), Ok(()));
        }
        let money = |amount: Amount| amount.money().unwrap();
        assert_eq!(as_if.layers[0].notional, Some(paid.layers[0].paid));
        assert!(as_if.layers[0].paid.is_zero() && paid.layers[0].notional.is_none());
        assert_eq!((&as_if.layers[0].left, &as_if.layers[1].left), (&paid.layers[0].left, &paid.layers[1].left));
        assert_eq!(as_if.layers[1].paid, paid.layers[1].paid);
        assert_eq!((&as_if.postings, &as_if.balances), (&paid.postings, &paid.balances));
        assert_eq!(money(as_if.out_of_pocket), money(paid.out_of_pocket).checked_add(money(paid.layers[0].paid)).unwrap());
        assert_eq!(money(as_if.paid).checked_add(money(as_if.out_of_pocket)), Some(money(as_if.bill)));
    }
    assert_eq!(serde_json::to_string(&of_insured).unwrap(), serde_json::to_string(&of_other).unwrap());
}

#[test]
fn it_is_told() {
    let decision = compiled(&scheme()).adjudicate(&person(false), &mut Ledger::new(), &claim(1, 50_000, "")).unwrap();
    let (en, zh) = (explain::explain(&decision, Language::En), explain::explain(&decision, Language::Zh));
    assert!(en.contains("as if it paid  33,600.26; nobody pays it, and the money stays the patient's"), "{en}");
    assert!(zh.contains("33,600.26；没有人支付，费用仍由患者承担"), "{zh}");
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["layers"][0]["notional"], "33600.26");
    let mut wrong = json.clone();
    wrong["layers"][0]["notional"] = "33600.27".into();
    let wrong: medaid::Decision = serde_json::from_value(wrong).unwrap();
    assert_eq!(explain::recheck(&wrong).unwrap_err()[0].path, "basic.notional");
}

#[test]
fn a_given_payment_is_a_reject() {
    let plan = compiled(&scheme());
    let given = claim(1, 50_000, r#", "prior": { "basic": { "amount": "100.00" } }"#);
    let reject = plan.adjudicate(&person(false), &mut Ledger::new(), &given).unwrap_err();
    assert_eq!((reject.code(), reject.field()), (RejectCode::NotionalLayer, "prior.basic"));
    assert!(plan.adjudicate(&person(true), &mut Ledger::new(), &given).is_ok());
}

#[test]
fn what_is_refused() {
    let refused = |from: &str, to: &str| {
        let text = scheme().replace(from, to);
        let found = Scheme::parse("s.toml", &text).and_then(|scheme| Plan::compile(&scheme)).unwrap_err();
        found.findings()[0].message(Language::En).to_owned()
    };
    let message = |key: &str| format!("nobody pays what a notional layer is figured to pay: it cannot go with `{key}`");
    assert_eq!(refused("notional = ", "role = \"write-off\"\nnotional = "), message("role = \"write-off\""));
    assert_eq!(refused("  ratio      = \"70%\"", "  ratio = \"70%\"\n  indemnity = false"), message("indemnity = false"));
    assert_eq!(
        refused("  ratio      = \"70%\"", "  ratio = \"70%\"\n  copay = [{ amount = 5, taken = \"beside\" }]"),
        message("taken = \"beside\"")
    );
}
