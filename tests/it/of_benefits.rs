//! What one benefit paid or took as deductible, asked in later layers.

use medaid::{Claim, Decision, Language, Ledger, Person, Plan, Scheme};

const FIXTURE: &str = include_str!("../../fixtures/deductible-account/scheme.toml");

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("s.toml", text).unwrap_or_else(|e| panic!("{e}"))).unwrap_or_else(|e| panic!("{e}"))
}

fn decide(plan: &Plan, ledger: &mut Ledger, care: u32, drugs: u32, more: &str) -> Decision {
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let claim: Claim = serde_json::from_str(&format!(
        r#"{{ "id": "c", "person": "p", "service_from": "2024-05-01", "bill": {}, "portions": {{ "care": {care}, "drugs": {drugs} }}{more} }}"#,
        care + drugs
    ))
    .unwrap();
    let decision = plan.adjudicate(&person, ledger, &claim).unwrap();
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    decision
}

fn paid(decision: &Decision) -> Vec<String> {
    decision.layers.iter().map(|layer| layer.paid.to_string()).collect()
}

fn refused(text: &str, words: &str) {
    let errors = match Scheme::parse("s.toml", text) {
        Ok(scheme) => Plan::compile(&scheme).unwrap_err().to_string(),
        Err(errors) => errors.to_string(),
    };
    assert!(errors.contains(words), "{errors}");
}

#[test]
fn a_payment_that_is_given_tells_nothing_of_benefits() {
    let given = r#", "prior": { "plan": 500 }"#;
    let decision = decide(&plan(FIXTURE), &mut Ledger::new(), 3000, 400, given);
    assert_eq!(paid(&decision), ["500.00", "0.00", "0.00"]);
}

#[test]
fn each_benefit_is_told_apart() {
    // Care: 2,000 deducted, 80 % of 1,000. Drugs: 100 deducted, 70 % of 300. Half of 2,000 is 1,000, 900 the most; a tenth of 210.
    let decision = decide(&plan(FIXTURE), &mut Ledger::new(), 3000, 400, "");
    assert_eq!(paid(&decision), ["1010.00", "900.00", "21.00"]);
    // Of drugs alone, the account has nothing to pay.
    let decision = decide(&plan(FIXTURE), &mut Ledger::new(), 0, 400, "");
    assert_eq!(paid(&decision), ["210.00", "0.00", "21.00"]);
    assert!(medaid::explain::explain(&decision, Language::En).contains("deducted.plan.care"));
}

#[test]
fn the_next_claim_begins_with_nothing() {
    let (plan, mut ledger) = (plan(FIXTURE), Ledger::new());
    decide(&plan, &mut ledger, 2000, 400, "");
    assert_eq!(paid(&decide(&plan, &mut ledger, 100, 0, "")), ["80.00", "0.00", "0.00"]);
}

/// The benefits of a layer add up to what the layer paid.
#[test]
fn benefits_add_up_to_their_layer() {
    let ask = |sum: &str| {
        FIXTURE.replace("paid.plan.drugs * 10%", &format!("({sum}) * 1%")).replace("when   = { \"paid.plan.drugs\" = \"> 0\" }\n", "")
    };
    let (apart, whole) = (plan(&ask("paid.plan.care + paid.plan.drugs")), plan(&ask("paid.plan")));
    let (mut one, mut other) = (Ledger::new(), Ledger::new());
    for (care, drugs) in [(1700, 90), (1234, 567), (1, 1), (0, 333), (9999, 20)] {
        assert_eq!(paid(&decide(&apart, &mut one, care, drugs, "")), paid(&decide(&whole, &mut other, care, drugs, "")));
    }
}

#[test]
fn only_layers_that_are_done_are_asked() {
    refused(&FIXTURE.replace("paid.plan.drugs", "paid.fund.drugs"), "`paid.fund.drugs` is not known yet: that layer does not pay earlier");
    refused(
        &FIXTURE.replace("deducted.plan.care * 50%", "deducted.account.half * 50%"),
        "`deducted.account.half` is not known yet: that layer does not pay earlier",
    );
    refused(&FIXTURE.replace("deducted.plan.care", "deducted.plan.cares"), "deducted.plan.care`");
}
