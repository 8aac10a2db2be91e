//! Decisions told in words, and figured anew.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use medaid::explain::{Mismatch, explain, explain_reject, recheck, table};
use medaid::{Claim, Decision, Language, Ledger, Money, Person, Plan, Reject, RejectCode, Scheme};

use crate::model::coverage::Coverage;
use crate::model::generate::{Wish, history};
use crate::model::toml;
use crate::model_agreement::setting;

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
    plain(decision, &format!("{}\n{}", explain(decision, language), table(decision, language)))
}

macro_rules! tells {
    ($($test:ident: $decision:expr;)*) => {
        $(#[test]
        fn $test() {
            let decision = $decision;
            insta::assert_snapshot!(concat!(stringify!($test), "_en"), told(&decision, Language::En));
            insta::assert_snapshot!(concat!(stringify!($test), "_zh"), told(&decision, Language::Zh));
        })*
    };
}

// Every figure in these was checked by hand, against the arithmetic above each decision.
tells! {
    tells_four_layers: four_layers("low_income");
    tells_layers_that_do_not_apply: four_layers("none");
    tells_lines: by_lines();
    tells_forms: forms();
    tells_a_shared_deductible: shared();
}

fn examples() -> [Decision; 5] {
    [four_layers("low_income"), four_layers("none"), by_lines(), forms(), shared()]
}

#[test]
fn examples_recheck() {
    for decision in examples() {
        assert_eq!(recheck(&decision), Ok(()), "{}", decision.claim);
        let stored: Decision = serde_json::from_str(&serde_json::to_string(&decision).unwrap()).unwrap();
        assert_eq!(explain(&stored, Language::Zh), explain(&decision, Language::Zh), "a stored decision is told alike");
    }
}

/// `MEDAID_RECHECK_RUNS` says how many generated histories (500).
#[test]
fn generated_decisions_recheck() {
    let mut decisions = 0u32;
    for seed in 1..=setting("MEDAID_RECHECK_RUNS", 500) {
        let history = history(seed, Wish::Any, &mut Coverage::default());
        let scheme = Scheme::parse("generated.toml", &toml::rule_file(&history.scheme)).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let plan = Plan::compile(&scheme).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let mut ledger = Ledger::new();
        for claim in &history.claims {
            let person: Person = serde_json::from_str(&toml::person(history.person_of(claim)).to_string()).unwrap();
            let claim: Claim = serde_json::from_str(&toml::claim(claim, &history.scheme).to_string()).unwrap();
            let Ok(decision) = plan.adjudicate(&person, &mut ledger, &claim) else { continue };
            decisions += 1;
            if let Err(mismatches) = recheck(&decision) {
                panic!("seed {seed}, claim {}: {mismatches:#?}\n{}", decision.claim, explain(&decision, Language::En));
            }
            for language in [Language::Zh, Language::En] {
                assert!(
                    explain(&decision, language).lines().all(|line| line.trim_end() == line),
                    "seed {seed}: space at the end of a line"
                );
            }
        }
    }
    assert!(decisions > 0);
}

/// Every figure of a decision, tampered with in turn, and the first mismatch that this gives.
fn tampered(decision: &Decision) -> Vec<(String, Option<Mismatch>)> {
    let whole = serde_json::to_value(decision).unwrap();
    let mut leaves = Vec::new();
    visit(&whole, String::new(), &mut leaves);
    let tampered = leaves.into_iter().map(|(pointer, text)| {
        let mut other = whole.clone();
        // One more in the last place, whatever it is.
        let changed = match text.strip_suffix('%') {
            Some(ratio) => format!("{}%", Money::from_micros(ratio.parse::<Money>().unwrap().micros() + 1_000_000)),
            None => {
                let unit = if text.contains('.') { 10_000 } else { 1_000_000 };
                match text.parse::<Money>() {
                    Ok(amount) => Money::from_micros(amount.micros() + unit).to_string(),
                    // More places than money has: the last digit goes.
                    Err(_) => text[..text.len() - 1].to_owned(),
                }
            }
        };
        *other.pointer_mut(&pointer).unwrap() = changed.into();
        let decision: Decision = serde_json::from_value(other).unwrap();
        assert!(!decision.is_intact(), "{pointer}");
        (pointer, recheck(&decision).err().and_then(|m| m.into_iter().next()))
    });
    tampered.collect()
}

/// Every text that is a number or a ratio, with its place.
fn visit(value: &serde_json::Value, pointer: String, leaves: &mut Vec<(String, String)>) {
    const WORDS: [&str; 5] = ["version", "line", "value", "found", "digest"];
    match value {
        serde_json::Value::Object(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| !WORDS.contains(&key.as_str()) && !key.ends_with("_digest")) {
                visit(value, format!("{pointer}/{key}"), leaves);
            }
        }
        serde_json::Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                visit(value, format!("{pointer}/{index}"), leaves);
            }
        }
        serde_json::Value::String(text) if text.trim_end_matches('%').parse::<rust_decimal::Decimal>().is_ok() => {
            leaves.push((pointer, text.clone()))
        }
        _ => {}
    }
}

#[test]
fn a_tampered_figure_is_caught() {
    let mut caught = 0;
    let mut passed = Vec::new();
    for decision in examples() {
        for (pointer, mismatch) in tampered(&decision) {
            match mismatch {
                Some(_) => caught += 1,
                None => passed.push(format!("{}{pointer}", decision.claim)),
            }
        }
    }
    // What passes leads to the same figures: a unit twice as coarse of which the payment is still a multiple, the lower edge of a band that is full
    // from further up, a minimum that the payment is still below, a balance that no step of the claim looked at.
    insta::assert_snapshot!(format!("{caught} caught, {} not\n{}", passed.len(), passed.join("\n")));
}

#[test]
fn mismatches_say_where_and_what() {
    let said = |pointer: &str, decision: &Decision| {
        let found = tampered(decision).into_iter().find(|(p, _)| p == pointer);
        found.and_then(|(_, mismatch)| mismatch).map_or_else(|| "nothing".to_owned(), |m| m.to_string())
    };
    let (lines, forms, shared) = (by_lines(), forms(), shared());
    let mut all = String::new();
    for (decision, pointer) in [
        (&lines, "/layers/1/benefits/0/figures/base"),
        (&lines, "/layers/1/benefits/0/figures/counted/1/counted"),
        (&lines, "/layers/1/benefits/0/figures/deductible/deducted"),
        (&lines, "/layers/1/benefits/0/figures/excess"),
        (&lines, "/layers/1/benefits/0/figures/caps/0/room"),
        (&lines, "/layers/1/benefits/0/figures/raw"),
        (&lines, "/layers/1/benefits/0/figures/paid"),
        (&lines, "/layers/0/left/0/amount"),
        (&lines, "/layers/2/paid"),
        (&lines, "/lines/0/out_of_pocket"),
        (&lines, "/lines/0/paid/1/amount"),
        (&lines, "/postings/1/after"),
        (&lines, "/out_of_pocket"),
        (&forms, "/layers/0/benefits/0/figures/raw"),
        (&forms, "/layers/1/benefits/0/figures/entitlement/bands/1/gives"),
        (&forms, "/layers/1/benefits/0/figures/entitlement/bands/1/ratio"),
        (&forms, "/layers/2/benefits/0/figures/raised_to"),
        (&forms, "/layers/3/benefits/0/figures/entitlement/granted_after"),
        (&forms, "/layers/4/benefits/1/figures/issued"),
        (&shared, "/layers/0/benefits/1/figures/held"),
        (&shared, "/layers/0/benefits/1/figures/rounded"),
        (&shared, "/layers/0/benefits/0/figures/copaid_from_base"),
    ] {
        writeln!(all, "{}{pointer}: {}", decision.claim, said(pointer, decision)).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn tells_rejects() {
    let prior =
        Reject::new("c9", RejectCode::PriorAboveResidual, "prior.basic", "`basic` is given as paying 9.00, but only 8.00 is left for it");
    let unreadable = Reject::new("", RejectCode::Unreadable, "", "column `bill` is missing").at_row(7);
    let told: Vec<String> = [&prior, &unreadable].iter().flat_map(|r| [Language::En, Language::Zh].map(|l| explain_reject(r, l))).collect();
    insta::assert_snapshot!(told.join("\n"));
}
