//! The resident stack of Chongqing: one claim without and with its explanation, and compiling the scheme, each beside a yardstick in the same run.
//!
//! `cargo bench --bench chongqing` runs it.

#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a bench that goes wrong should stop")]

#[path = "chongqing/by_hand.rs"]
mod by_hand;
mod ratios;
#[path = "chongqing/stays.rs"]
mod stays;

use criterion::{Criterion, Throughput, criterion_group};
use medaid::{Account, Adjudicator, Ledger, Plan, PreparedClaims, Scheme};

const SCHEME: &str = include_str!("../fixtures/chongqing-resident-2023-2025/scheme.toml");

fn claim(c: &mut Criterion) {
    let plan = Plan::compile(&Scheme::parse("scheme.toml", SCHEME).expect("a clean scheme")).expect("a plan");
    let year = stays::year(16);
    let (person, claims) = stays::domain(&year);
    let mut prepared = PreparedClaims::new(&plan);
    for claim in &claims {
        prepared.push(&person, claim).expect("a readable claim");
    }
    let mut group = c.benchmark_group("chongqing-claim");
    // A year of sixteen stays from a fresh start, so that no cap is used up for good.
    group.throughput(Throughput::Elements(year.len() as u64));
    group.bench_function("by-hand", |b| {
        b.iter(|| {
            let mut account = by_hand::Account::default();
            year.iter().map(|stay| by_hand::settle(stay, &mut account)[6]).sum::<i64>()
        });
    });
    group.bench_function("prepared", |b| {
        let mut adjudicator = Adjudicator::new(&plan);
        let mut account = Account::default();
        b.iter(|| {
            account.clear();
            let mut books = plan.open(&person, &mut account, None, None).expect("books");
            for claim in 0..prepared.len() {
                adjudicator.settle_prepared(&prepared, claim, &mut books).expect("a decided claim");
            }
        });
    });
    group.bench_function("claim", |b| {
        let mut adjudicator = Adjudicator::new(&plan);
        b.iter(|| {
            let mut ledger = Ledger::new();
            for claim in &claims {
                adjudicator.settle(&person, &mut ledger, claim).expect("a decided claim");
            }
        });
    });
    group.bench_function("explained", |b| {
        let mut adjudicator = Adjudicator::new(&plan);
        b.iter(|| {
            let mut ledger = Ledger::new();
            for claim in &claims {
                adjudicator.adjudicate(&person, &mut ledger, claim).expect("a decision");
            }
        });
    });
    group.finish();
}

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("chongqing-scheme");
    group.bench_function("toml-alone", |b| b.iter(|| toml::de::DeTable::parse(SCHEME).expect("TOML")));
    group.bench_function("parse-and-check", |b| b.iter(|| Scheme::parse("scheme.toml", SCHEME).expect("a clean scheme")));
    let scheme = Scheme::parse("scheme.toml", SCHEME).expect("a clean scheme");
    group.bench_function("compile", |b| b.iter(|| Plan::compile(&scheme).expect("a plan")));
    group.finish();
}

criterion_group!(benches, claim, compile);

fn main() {
    benches();
    ratios::finish();
    ratios::print("chongqing-claim", "by-hand", &["prepared", "claim", "explained"]);
    ratios::print("chongqing-scheme", "toml-alone", &["parse-and-check", "compile"]);
}
