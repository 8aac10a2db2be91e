//! Speed beside hand-written integer code, in the same run: every figure here is a ratio between two of its lines.
//!
//! `cargo bench --bench workload` runs it.

#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a bench that goes wrong should stop")]

#[path = "workload/by_hand.rs"]
mod by_hand;
#[path = "workload/generate.rs"]
mod generate;
mod ratios;

use criterion::{Criterion, Throughput, criterion_group};
use medaid::{Account, Adjudicator, Ledger, Plan, Scheme};

const SCHEME: &str = include_str!("schemes/workload.toml");

fn plan() -> Plan {
    let scheme = Scheme::parse("workload.toml", SCHEME).expect("a clean scheme");
    Plan::compile(&scheme).expect("a plan")
}

/// 100,000 claims in memory: rules as data against the same rules by hand.
fn batch(c: &mut Criterion) {
    let rows = generate::ordered(100_000);
    let plan = plan();
    let (persons, claims) = generate::domain(&rows);
    let mut group = c.benchmark_group("batch-100k");
    group.throughput(Throughput::Elements(rows.len() as u64)).sample_size(10);
    group.bench_function("by-hand", |b| b.iter(|| by_hand::sums(&rows)));
    let (prepared, owners) = generate::prepared(&plan, &persons, &claims);
    group.bench_function("prepared", |b| {
        let mut adjudicator = Adjudicator::new(&plan);
        let mut account = Account::default();
        b.iter(|| {
            let mut claim = 0;
            for owner in owners.chunk_by(|a, b| a == b) {
                account.clear();
                let mut books = plan.open(&persons[owner[0]], &mut account, None, None).expect("books");
                for _ in owner {
                    adjudicator.settle_prepared(&prepared, claim, &mut books).expect("a decided claim");
                    claim += 1;
                }
            }
        });
    });
    group.bench_function("claims", |b| {
        b.iter(|| {
            let mut ledger = Ledger::new();
            let mut adjudicator = Adjudicator::new(&plan);
            for (person, claim) in &claims {
                adjudicator.settle(&persons[*person], &mut ledger, claim).expect("a decided claim");
            }
        });
    });
    group.finish();
}

criterion_group!(benches, batch);

fn main() {
    benches();
    ratios::finish();
    ratios::print("batch-100k", "by-hand", &["prepared", "claims"]);
}
