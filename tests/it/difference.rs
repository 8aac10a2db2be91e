//! What differs in meaning between two schemes: nothing for two texts of one meaning, and a claim that shows it for others.

use medaid::difference::{Differences, Witness, compare};
use medaid::{Adjudicator, Ledger, Plan, Scheme};

use crate::model::coverage::Coverage;
use crate::model::generate::{self, Wish};
use crate::model::toml;

const SMALL: &str = include_str!("schemes/small.toml");

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("scheme.toml", text).unwrap_or_else(|e| panic!("{e}"))).unwrap()
}

fn between(old: &str, new: &str) -> Differences {
    compare(&plan(old), &plan(new))
}

fn told(found: &Differences) -> Vec<String> {
    found.differences.iter().map(ToString::to_string).collect()
}

/// What each layer pays on the last claim, or why it is rejected: settled anew, apart from the search.
fn settled(plan: &Plan, witness: &Witness) -> String {
    let mut ledger = Ledger::new();
    let mut adjudicator = Adjudicator::new(plan);
    let mut last = String::new();
    for claim in &witness.claims {
        last = match adjudicator.adjudicate(&witness.person, &mut ledger, claim) {
            Ok(decision) => {
                let mut facts = decision.facts();
                facts.retain(|path, _| {
                    (path.ends_with(".paid") || path.ends_with(".beside")) && path.matches('.').count() == 1
                        || path.starts_with("out_of_pocket")
                });
                format!("{facts:?}")
            }
            Err(reject) => reject.code().to_string(),
        };
    }
    last
}

fn assert_shown(old: &Plan, new: &Plan, found: &Differences) -> usize {
    let witnesses: Vec<&Witness> = found.differences.iter().filter_map(|d| d.witness.as_ref()).collect();
    for witness in &witnesses {
        assert_ne!(settled(old, witness), settled(new, witness), "{witness:?}");
    }
    witnesses.len()
}

#[test]
fn one_meaning_in_two_texts_is_no_difference() {
    for (from, to) in [
        ("\"70%\"", "\"70.00%\""),
        ("amount = 300,", "amount = \"600 / 2\","),
        ("then = \"threshold / 2\"", "then = { \"2023-01-01\" = 8450.5, \"2024-01-01\" = 8916.5 }"),
        ("{ otherwise = \"threshold\" }", "{ when = { identity = \"none\" }, then = \"threshold\" }"),
        ("unless = { identity = \"low_income\" }", "when = { identity = \"none\" }"),
        ("unless = { identity = \"low_income\" }", "when = { not = { identity = [\"low_income\"] } }"),
        ("version = \"2024.1\"", "version = \"2024.2\""),
        ("Village medical cover", "Cover of the village"),
        ("[parameters.threshold]\n\"2023-01-01\" = 16901\n", "[parameters.threshold]\n\"2023-01-01\" = 99\n"),
    ] {
        assert!(SMALL.contains(from), "{from}");
        assert_eq!(told(&between(SMALL, &SMALL.replace(from, to))), [""; 0], "{to}");
    }
}

#[test]
fn fixtures_do_not_differ_from_themselves() {
    for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.starts_with("scheme") {
                let text = std::fs::read_to_string(&path).unwrap();
                // Another text, so that the digest is another one.
                let other = text.replacen("version", "status = \"illustrative\"\nversion", usize::from(!text.contains("illustrative")));
                assert_eq!(told(&between(&text, &other)), [""; 0], "{path:?}");
            }
        }
    }
}

#[test]
fn what_changed_is_named_and_shown() {
    for (from, to, expected) in [
        ("\"70%\"", "\"71%\"", "basic.inpatient: ratio: 70% -> 71%"),
        (
            "amount = 300, per = \"stay\"",
            "amount = 300, per = \"policy-year\"",
            "basic.inpatient: deductible 1: runs on: deductible per stay of a person -> deductible per policy-year of a person",
        ),
        (
            "= 17833",
            "= 17834",
            "critical_illness.annual: deductible 1: amount (identity = low_income, rule_date = from 2024-01-01): 8916.5 -> 8917",
        ),
        ("then = \"65%\"", "then = \"66%\"", "critical_illness.annual: ratio (identity = low_income): 65% -> 66%"),
        ("amount = 200000", "amount = 200001", "critical_illness.annual: cap 1: amount: 200000 -> 200001"),
        (
            ", unless = { identity = \"low_income\" }",
            "",
            "critical_illness.annual: cap 1: when (identity = low_income): does not hold -> holds",
        ),
        ("until = 2025-01-01", "until = 2025-01-02", "effective until: 2025-01-01 -> 2025-01-02"),
        ("rounding = \"half-up\"", "rounding = \"down\"", "rounding: 0.01 HalfUp -> 0.01 Down"),
        (
            "default = \"none\"",
            "default = \"low_income\"",
            "attribute identity: of persons: low_income > none; default none -> of persons: low_income > none; default low_income",
        ),
    ] {
        assert!(SMALL.contains(from), "{from}");
        let text = SMALL.replacen(from, to, 1);
        let found = between(SMALL, &text);
        assert!(told(&found).contains(&expected.to_owned()), "{expected}: {:?}", told(&found));
        if !expected.starts_with("attribute") {
            let shown = found.differences.iter().find(|d| d.to_string() == expected).unwrap();
            assert!(shown.witness.is_some(), "{expected}");
            assert_shown(&plan(SMALL), &plan(&text), &found);
        }
    }
}

#[test]
fn a_change_that_no_claim_reaches_is_told_without_a_witness() {
    // Nobody of low income is under the cap: what its amount would be for them has no effect.
    let cap = |low: &str| format!("amount = [{{ when = {{ identity = \"low_income\" }}, then = {low} }}, {{ otherwise = 200000 }}]");
    let (old, new) = (SMALL.replace("amount = 200000", &cap("1000")), SMALL.replace("amount = 200000", &cap("2000")));
    let found = between(&old, &new);
    assert_eq!(told(&found), ["critical_illness.annual: cap 1: amount (identity = low_income): 1000 -> 2000"]);
    assert_eq!(found.differences[0].witness, None);
    assert!(found.settled > 100 && found.complete);
}

/// The text with the number behind the `n`-th `amount = ` made larger by one, if there is one.
fn changed(text: &str, n: usize) -> Option<String> {
    let (place, key) =
        text.match_indices("amount = ").filter(|(at, key)| text[at + key.len()..].starts_with(|c: char| c.is_ascii_digit())).nth(n)?;
    let at = place + key.len();
    let digits: String = text[at..].chars().take_while(char::is_ascii_digit).collect();
    let more = digits.parse::<u64>().ok()? + 1;
    Some(format!("{}{more}{}", &text[..at], &text[at + digits.len()..]))
}

#[test]
fn a_changed_number_of_a_generated_scheme_is_found_and_shown() {
    let (mut compared, mut shown) = (0, 0);
    for seed in 0..60 {
        let history = generate::history(seed, Wish::Any, &mut Coverage::default());
        let text = toml::rule_file(&history.scheme);
        let Ok(scheme) = Scheme::parse("old.toml", &text) else { panic!("a generated scheme has errors") };
        let old = Plan::compile(&scheme).unwrap();
        assert_eq!(told(&compare(&old, &plan(&format!("# another text\n{text}")))), [""; 0]);
        let Some(text) = changed(&text, usize::try_from(seed % 3).unwrap()) else { continue };
        let Ok(scheme) = Scheme::parse("new.toml", &text) else { continue };
        let new = Plan::compile(&scheme).unwrap();
        let found = compare(&old, &new);
        assert!(!found.differences.is_empty(), "{seed}");
        compared += 1;
        shown += usize::from(assert_shown(&old, &new, &found) > 0);
    }
    // Many numbers of these schemes decide about nothing, or only after a long history: premiums, limits that a smaller one hides, layers that begin at a balance.
    assert!(compared > 10 && shown * 3 > compared, "{shown} of {compared}");
}

#[test]
fn copayments_by_item_and_caps_on_lines_are_told_apart() {
    let german = include_str!("../../fixtures/de-copayments-2024/scheme.toml");
    let training = include_str!("../../fixtures/us-medicare-b-training-2024/scheme.toml");
    for (text, from, to, expected) in [
        (german, "least = 5", "least = 6", "gkv.drugs: copay 1: least: 5 -> 6"),
        (german, "ratio = \"10%\", least = 5, most = 10", "amount = 8", "gkv.drugs: copay 1: amount"),
        (german, "each = \"day\"", "each = \"claim\"", "gkv.hospital: copay 1: each: day -> claim"),
        (german, "amount = 280", "amount = 300", "gkv.hospital: copay 1: cap 1: amount: 280 -> 300"),
        (training, "amount = 20,", "amount = 18,", "part_b.services: line cap 1: amount: 20 -> 18"),
        (training, "G0108\" }", "G0109\" }", "part_b.services: line cap 1: lines"),
        (training, "lines = { code = \"G0108\" }, ", "", "part_b.services: line cap 1: lines"),
    ] {
        assert!(text.contains(from), "{from}");
        let found = told(&between(text, &text.replace(from, to)));
        assert!(found.iter().any(|line| line.starts_with(expected)), "{expected}: {found:?}");
    }
}
