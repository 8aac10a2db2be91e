//! Claims over time: what it costs to take a claim in and back again, by the length of the person's history, and how much a late one costs more.
//!
//! `cargo bench --bench journal` runs it.

#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a bench that goes wrong should stop")]

mod ratios;

use chrono::{Days, NaiveDate};
use criterion::{Criterion, criterion_group};
use medaid::batch::PlanBook;
use medaid::journal::{Act, ClaimRef, Desk, Journal, Operation, Rules, Submission};
use medaid::{Claim, Money, Person, Plan, Scheme};

const SCHEME: &str = include_str!("../fixtures/sequence-family/scheme.toml");

/// Claims in a history.
const LENGTHS: [u64; 3] = [10, 1_000, 100_000];

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).and_then(|first| first.checked_add_days(Days::new(number))).expect("a day")
}

/// A small claim: forty thousand of them would not use up a limit that matters here.
fn claim(id: String, on: NaiveDate) -> Claim {
    let bill: Money = "1".parse().expect("an amount");
    Claim { id, person: "p".to_owned(), service_from: on, bill, portions: [("cost".to_owned(), bill)].into(), ..Claim::default() }
}

/// A journal of so many claims, forty a day.
fn history(desk: &mut Desk<'_>, length: u64) -> Journal {
    let mut journal = Journal::new();
    let mut apply = |id: String, act: Act| {
        desk.apply(&mut journal, &Operation { id, received: day(0), act }).expect("an operation");
    };
    apply("enrol".to_owned(), Act::Enrol(Box::new(Person { id: "p".to_owned(), ..Person::default() })));
    for number in 0..length {
        let claim = claim(format!("c{number:06}"), day(number / 40));
        apply(format!("s{number}"), Act::Submit(Box::new(Submission { claim, uses: None })));
    }
    journal
}

fn submit_and_void(c: &mut Criterion) {
    let plan = Plan::compile(&Scheme::parse("scheme.toml", SCHEME).expect("a clean scheme")).expect("a plan");
    for (order, as_incurred) in [("as-received", false), ("as-incurred", true)] {
        let rules = Rules::new(PlanBook::new([plan.clone()]).expect("a book")).in_order(as_incurred);
        let mut desk = Desk::new(&rules).without_decisions();
        let mut group = c.benchmark_group(format!("journal-{order}"));
        for length in LENGTHS {
            let mut journal = history(&mut desk, length);
            let mut number = 0u64;
            // Days after the last claim, and before the last forty.
            let places =
                [("at the end", day(length / 40 + 1), true), ("late", day((length / 40).saturating_sub(2)), as_incurred && length > 10)];
            for (place, on, wanted) in places {
                if !wanted {
                    continue;
                }
                group.bench_function(format!("{place} of {length}"), |b| {
                    b.iter(|| {
                        number += 1;
                        let coming = claim("c9 extra".to_owned(), on);
                        let acts = [
                            Act::Submit(Box::new(Submission { claim: coming, uses: None })),
                            Act::Void(ClaimRef { claim: "c9 extra".to_owned() }),
                        ];
                        for (step, act) in acts.into_iter().enumerate() {
                            let operation = Operation { id: format!("x{number} {step}"), received: day(0), act };
                            desk.apply(&mut journal, &operation).expect("an operation");
                        }
                    });
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, submit_and_void);

fn main() {
    benches();
    ratios::finish();
    ratios::print("journal-as-received", "at the end of 10", &["at the end of 1000", "at the end of 100000"]);
    let others = ["at the end of 1000", "at the end of 100000", "late of 1000", "late of 100000"];
    ratios::print("journal-as-incurred", "at the end of 10", &others);
}
