//! What a service that links the crate gets: few dependencies, types that cross threads, no memory for a claim without its explanation.

use std::process::Command;

use medaid::{Account, Adjudicator, Claim, Decision, Ledger, Person, Plan, PreparedClaims, Reject, Scheme};

/// The whole list of crates that the lean build compiles. A new one is a decision, not an accident; the README prints the same list.
const LEAN: &str = "arrayvec block-buffer cfg-if chrono cpufeatures crypto-common digest hybrid-array itoa memchr num-traits \
    proc-macro2 quote rust_decimal serde serde_core serde_derive serde_json serde_spanned sha2 syn thiserror thiserror-impl toml \
    toml_datetime toml_parser typenum unicode-ident winnow zmij";

#[test]
fn the_lean_build_compiles_these_crates_and_no_more() {
    let args = ["tree", "--no-default-features", "-e", "normal", "--prefix", "none", "--format", "{p}", "--offline"];
    let output = Command::new(env!("CARGO")).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut crates: Vec<&str> = text.lines().filter_map(|l| l.split(' ').next()).filter(|c| !c.is_empty() && *c != "medaid").collect();
    crates.sort_unstable();
    crates.dedup();
    // What depends on the processor may be more or less; nothing else may.
    let fixed = |list: &[&str]| list.iter().filter(|c| !["cpufeatures", "libc"].contains(c)).map(|c| (*c).to_owned()).collect::<Vec<_>>();
    assert_eq!(fixed(&crates), fixed(&LEAN.split_whitespace().collect::<Vec<_>>()));
    let readme = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(&LEAN.split_whitespace().collect::<Vec<_>>().join(" ")), "the README's list of crates is another one");
}

#[test]
fn what_services_share_crosses_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<Scheme>();
    crosses::<Plan>();
    crosses::<Ledger>();
    crosses::<Account>();
    crosses::<Person>();
    crosses::<Claim>();
    crosses::<PreparedClaims<'static>>();
    crosses::<Decision>();
    crosses::<Reject>();
    crosses::<Adjudicator<'static>>();
}

fn year() -> (Plan, Person, Vec<Claim>) {
    let text = include_str!("../../fixtures/chongqing-resident-2023-2025/scheme.toml");
    let plan = Plan::compile(&Scheme::parse("scheme.toml", text).unwrap()).unwrap();
    let person = serde_json::from_str(
        r#"{ "id": "p1", "birth_date": "1960-05-01", "attributes": { "identity": "low_income", "plan": "upgraded" } }"#,
    );
    let claim = |i: u32| {
        let text = format!(
            r#"{{ "id": "c{i}", "person": "p1", "care": "inpatient", "facility": {{ "level": "2" }}, "service_from": "2024-{:02}-11",
                "bill": "52000.00", "portions": {{ "in_scope": "50000.00", "out_of_scope": "2000.00" }} }}"#,
            1 + i % 12
        );
        serde_json::from_str::<Claim>(&text).unwrap()
    };
    (plan, person.unwrap(), (0..24).map(claim).collect())
}

#[test]
fn a_prepared_claim_is_settled_without_new_memory() {
    let (plan, person, claims) = year();
    let mut prepared = PreparedClaims::new(&plan);
    claims.iter().for_each(|claim| assert!(prepared.push(&person, claim).is_ok()));
    let mut ledger = Ledger::new();
    let mut books = ledger.open(&plan, &person, claims[0].service_from).unwrap();
    let mut adjudicator = Adjudicator::new(&plan);
    for claim in 0..12 {
        adjudicator.settle_prepared(&prepared, claim, &mut books).unwrap();
    }
    let counted = allocation_counter::measure(|| {
        for claim in 12..prepared.len() {
            adjudicator.settle_prepared(&prepared, claim, &mut books).unwrap();
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_claim_is_settled_without_new_memory() {
    let (plan, person, claims) = year();
    let mut ledger = Ledger::new();
    let mut adjudicator = Adjudicator::new(&plan);
    for claim in &claims[..12] {
        adjudicator.settle(&person, &mut ledger, claim).unwrap();
    }
    let counted = allocation_counter::measure(|| {
        for claim in &claims[12..] {
            adjudicator.settle(&person, &mut ledger, claim).unwrap();
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn claims_and_books_of_another_plan_are_refused() {
    let (plan, person, claims) = year();
    let other = Plan::compile(&Scheme::parse("small.toml", include_str!("schemes/small.toml")).unwrap()).unwrap();
    let mut prepared = PreparedClaims::new(&plan);
    let first = prepared.push(&person, &claims[0]).unwrap();
    let mut ledger = Ledger::new();
    let refused = |reject: Reject| assert_eq!(reject.message(), "the claim or the books were made under another plan");
    let mut books = ledger.open(&other, &person, claims[0].service_from).unwrap();
    refused(Adjudicator::new(&plan).settle_prepared(&prepared, first, &mut books).unwrap_err());
    let mut books = ledger.open(&plan, &person, claims[0].service_from).unwrap();
    refused(Adjudicator::new(&other).settle_prepared(&prepared, first, &mut books).unwrap_err());
    Adjudicator::new(&plan).settle_prepared(&prepared, first, &mut books).unwrap();
}
