//! The engine against the rules that the benches have by hand: two schemes, every payment of every claim.

#[path = "../../benches/chongqing/by_hand.rs"]
#[allow(clippy::module_inception, reason = "the bench calls it so, and the stays look for it there")]
mod by_hand;
#[path = "../../benches/workload/generate.rs"]
mod generate;
#[path = "../../benches/chongqing/stays.rs"]
#[allow(dead_code, reason = "the bench uses what the test does not")]
mod stays;
#[path = "../../benches/workload/by_hand.rs"]
mod workload;

use medaid::{Adjudicator, Ledger, Money, Plan, PreparedClaims, Scheme};

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("scheme.toml", text).unwrap()).unwrap()
}

fn cents(amounts: &[Money]) -> Vec<i64> {
    amounts.iter().map(|a| a.micros() / 10_000).collect()
}

#[test]
fn chongqing_resident_stack() {
    let plan = plan(include_str!("../../fixtures/chongqing-resident-2023-2025/scheme.toml"));
    let mut adjudicator = Adjudicator::new(&plan);
    let kinds = [(true, false), (false, true), (false, false)];
    for (seed, (year, (poor, edge))) in (1..).zip((0..300).flat_map(|i| kinds.map(|k| (2023 + i % 3, k)))) {
        let stays = stays::stays(12, year, poor, edge, seed);
        let (person, claims) = stays::domain(&stays);
        let mut account = by_hand::Account::default();
        let mut ledger = Ledger::new();
        for (stay, claim) in stays.iter().zip(&claims) {
            let expected = by_hand::settle(stay, &mut account);
            let settled = adjudicator.settle(&person, &mut ledger, claim).unwrap();
            assert_eq!(cents(settled.paid_by_layer()), expected[..6], "{claim:?}");
            assert_eq!(settled.out_of_pocket().micros() / 10_000, expected[6], "{claim:?}");
        }
    }
}

/// The sums over a million claims are those that other implementations of the same job have found, in other languages.
#[test]
fn workload_sums() {
    let known = [176_766_246_814i64, 7_222_193_299, 6_720_762_084, 4_376_646_758, 1_323_969_457, 1_239_006_410, 108_360_847_718];
    assert_eq!(workload::sums(&generate::ordered(1_000_000)), known);
}

#[test]
fn workload_claim_by_claim() {
    let rows = generate::ordered(20_000);
    let plan = plan(include_str!("../../benches/schemes/workload.toml"));
    let (persons, claims) = generate::domain(&rows);
    let mut adjudicator = Adjudicator::new(&plan);
    let (mut ledger, mut prepared_ledger) = (Ledger::new(), Ledger::new());
    let mut prepared = PreparedClaims::new(&plan);
    let mut account = (0, workload::Account::default());
    for (row, (person, claim)) in rows.iter().zip(&claims) {
        if account.0 != row.person {
            account = (row.person, workload::Account::default());
        }
        let by_hand = workload::settle(row, &mut account.1);
        let layers = [by_hand[0], by_hand[1], by_hand[2], by_hand[3] + by_hand[4], by_hand[5]];
        let person = &persons[*person];
        assert_eq!(cents(adjudicator.settle(person, &mut ledger, claim).unwrap().paid_by_layer()), layers);
        let prepared_day = claim.service_from;
        let claim = prepared.push(person, claim).unwrap();
        let mut books = prepared_ledger.open(&plan, person, prepared_day).unwrap();
        assert_eq!(cents(adjudicator.settle_prepared(&prepared, claim, &mut books).unwrap().paid_by_layer()), layers);
    }
    assert_eq!(serde_json::to_string(&ledger).unwrap(), serde_json::to_string(&prepared_ledger).unwrap());
}
