//! Decisions told in words, and figured anew.

use medaid::explain::{explain, explain_reject, recheck, table};
use medaid::{Claim, Decision, Language, Ledger, Person, Plan, Reject, RejectCode, Scheme};

fn adjudicate(scheme: &str, person: &str, claim: &str) -> Decision {
    let scheme = Scheme::parse("scheme.toml", scheme).unwrap_or_else(|e| panic!("{e}"));
    let plan = Plan::compile(&scheme).unwrap_or_else(|e| panic!("{e}"));
    let person: Person = serde_json::from_str(person).unwrap();
    let claim: Claim = serde_json::from_str(claim).unwrap();
    plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap()
}

/// The four layers of a low-income patient, whose every figure is published: 125,790.00; 29,743.68; 17,126.42; 2,687.93.
fn four_layers(identity: &str) -> Decision {
    adjudicate(
        include_str!("../../fixtures/w1-four-layers-low-income-2023/scheme.toml"),
        &format!(r#"{{ "id": "p1", "attributes": {{ "identity": "{identity}" }} }}"#),
        r#"{ "id": "w1", "person": "p1", "service_from": "2023-10-08", "facility": { "level": "2" },
            "bill": "200000.00", "portions": { "in_scope": "180000.00", "out_of_scope": "20000.00" } }"#,
    )
}

/// Lines: class B pays 10 % first, 4,000 x 10 % = 400; so in scope 8,000 + 3,600 = 11,600.
/// Basic is given 7,000, beyond its cap of 6,000; by lines 7,000 x 8,000 / 11,600 = 4,827.586... -> 4,827.59 and 2,172.41; 4,600 is left.
/// Supplement: 4,600 + 400 x 50 % = 4,800; 1,000 - 400 = 600 of the deductible is left; 4,200 x 60 % = 2,520; the cap leaves 2,000 - 500 = 1,500;
/// by lines 1,500 x 3,172.41 / 4,600 = 1,034.481... -> 1,034.48 and 1,500 x 1,427.59 / 4,600 = 465.518... -> 465.52.
/// Waiver: 400 x 33.3 % = 133.20 -> 133.
fn by_lines() -> Decision {
    adjudicate(
        include_str!("schemes/explain-lines.toml"),
        r#"{ "id": "p2", "opening": [
            { "accumulator": "supplement.general.deductible", "on": "2024-03-01", "amount": 400 },
            { "accumulator": "supplement.general.cap", "on": "2024-03-01", "amount": 500 } ] }"#,
        r#"{ "id": "c2", "person": "p2", "service_from": "2024-05-01", "bill": "12500.00",
            "prior": { "basic": "7000.00" },
            "lines": [ { "id": "1", "class": "A", "amount": "8000.00" }, { "id": "2", "class": "B", "amount": "4000.00" },
                       { "id": "3", "class": "C", "amount": "500.00" } ] }"#,
    )
}

/// In kind: of packs 3 to 8 the five from 4 on are given: 10,000 x 5 / 6 = 8,333.333...
/// Bands: the excess goes from 15,000 to 65,000: 5,000 x 49.5 % + 20,000 x 58.5 % + 25,000 x 67.5 % = 2,475 + 11,700 + 16,875 = 31,050, less 50.
/// Ceiling: (19,000 - 100) x 50 % = 9,450 would leave 9,550, but 5,000 - 1,000 = 4,000 is the room: 19,000 - 4,000 = 15,000.
/// Relief: from 2,000 to 6,000: 1,200 - 500 = 700; beside the bill 100 x 11 = 1,100.
/// Remainder: 2,000 + 3,300 = 5,300 is above the franchise of 5,000: 5,300 x 20 % = 1,060, which is below 2,000.
fn forms() -> Decision {
    adjudicate(
        include_str!("schemes/explain-forms.toml"),
        r#"{ "id": "p3", "attributes": { "identity": "low_income" }, "opening": [
            { "accumulator": "charity.donation.in_kind", "on": "2024-03-01", "amount": 2 },
            { "accumulator": "critical_illness.annual.deductible", "on": "2024-03-01", "amount": 10000 },
            { "accumulator": "critical_illness.annual.bands", "on": "2024-03-01", "amount": 15000 },
            { "accumulator": "ceiling.year.out_of_pocket_max", "on": "2024-03-01", "amount": 1000 },
            { "accumulator": "relief.steps.grant", "on": "2024-03-01", "amount": 2000 },
            { "accumulator": "remnant.franchise.deductible", "on": "2024-03-01", "amount": 2000 } ] }"#,
        r#"{ "id": "c3", "person": "p3", "service_from": "2024-05-01", "service_to": "2024-05-12", "attributes": { "packs": 6 },
            "bill": "60000.00", "portions": { "in_scope": "50000.00", "drug": "10000.00" } }"#,
    )
}

/// First: of 4,000.30 the cap admits 3,000; less 200 and 1,000; 1,800 x 80 % = 1,440. Second: 2,560.30 less the 1,000 held; 1,560.30 x 50 % = 780.15, and
/// the patient's 780.15 is rounded to 780: 780.30 is paid. Third: 5,000, but 1,780 is left.
fn shared() -> Decision {
    adjudicate(
        include_str!("schemes/explain-shared.toml"),
        r#"{ "id": "p4" }"#,
        r#"{ "id": "c4", "person": "p4", "service_from": "2024-05-01", "bill": "4000.30", "portions": { "in_scope": "4000.30" } }"#,
    )
}

/// The text with its digests blotted out: they change with every word of a rule file.
fn plain(decision: &Decision, text: &str) -> String {
    [decision.scheme.digest, decision.input_digest, decision.result_digest].iter().fold(text.to_owned(), |text, digest| {
        let full = digest.to_string();
        text.replace(&full, "<digest>").replace(&full[..12], "<short>")
    })
}

fn told(decision: &Decision, language: Language) -> String {
    plain(decision, &explain(decision, language))
}

#[test]
fn see() {
    for d in [four_layers("low_income"), four_layers("none"), by_lines(), forms(), shared()] {
        for l in [Language::En, Language::Zh] {
            println!("{}\n=====\n{}\n=======", told(&d, l), table(&d, l));
        }
    }
}
