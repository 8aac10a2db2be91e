//! The same bytes: every fixture's decisions have the digest that `digests.txt` keeps, whatever the order of its rows, the threads and the build.
//!
//! `digests.txt` is as `sha256sum` has it, of the files that `medaid run FIXTURE --out FOLDER` writes. `MEDAID_WRITE_DIGESTS=1` writes it anew: after a
//! change of what decisions say.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use medaid::batch::{self, Mode, People, PlanBook};
use medaid::io::{Scenario, Sequence};
use medaid::journal::Desk;
use medaid::{Claim, Digest, Person};

const DIGESTS: &str = "tests/it/golden/digests.txt";

fn fixtures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir("fixtures").unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// The decisions as they are written: by claim, so that those of several runs can be put together in the order of one.
fn decided(book: &PlanBook, people: &People, claims: Vec<Claim>) -> Vec<(String, String)> {
    let run = batch::run(book, people, claims, Vec::new(), Mode::Explained).unwrap();
    run.decisions.iter().map(|decision| (decision.claim.clone(), serde_json::to_string(decision).unwrap() + "\n")).collect()
}

fn text(decided: &[(String, String)]) -> String {
    decided.iter().map(|(_, line)| line.as_str()).collect()
}

#[test]
fn the_digests_of_the_fixtures() {
    let mut found = String::new();
    for fixture in fixtures() {
        let name = fixture.file_name().unwrap().to_str().unwrap().to_owned();
        let (file, text) = if Sequence::is_in(&fixture) {
            let sequence = Sequence::open(&fixture).unwrap();
            let mut desk = Desk::new(&sequence.rules).without_decisions();
            let journal = sequence.carry_out(&mut desk, |_, _, _| Ok::<(), Infallible>(())).unwrap();
            ("journal.json", serde_json::to_string(&journal).unwrap() + "\n")
        } else {
            let scenario = Scenario::open(&fixture).unwrap();
            ("decisions.jsonl", text(&decided(&scenario.book, &scenario.people, scenario.claims.claims.clone())))
        };
        found.push_str(&format!("{}  {name}/{file}\n", Digest::of(text.as_bytes())));
    }
    if std::env::var_os("MEDAID_WRITE_DIGESTS").is_some() {
        fs::write(DIGESTS, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(DIGESTS).unwrap());
}

#[test]
fn neither_the_order_of_rows_nor_the_threads_change_a_byte() {
    let mut partitioned = 0;
    for fixture in fixtures().into_iter().filter(|fixture| !Sequence::is_in(fixture)) {
        let Scenario { book, people, claims, .. } = Scenario::open(&fixture).unwrap();
        let claims = claims.claims;
        let straight = decided(&book, &people, claims.clone());
        if book.plans().iter().any(|plan| plan.settles_for_households()) {
            // What is known of households stands beside the persons, and is not asked for here.
            continue;
        }
        for turn in [1, claims.len() / 2, claims.len().saturating_sub(1)] {
            let mut others = claims.clone();
            others.rotate_left(turn.min(claims.len()));
            others.reverse();
            let mut persons: Vec<Person> = people.iter().cloned().collect();
            persons.reverse();
            let turned = decided(&book, &People::new(persons).unwrap(), others);
            assert_eq!(text(&turned), text(&straight), "{}", fixture.display());
        }
        if book.plans().iter().any(|plan| plan.couples_everyone()) {
            continue;
        }
        let circles = circles(&people);
        for threads in 1..=16 {
            let part = |number: usize| {
                let own = |person: &str| circles.get(person).map_or(0, |circle| circle % threads) == number;
                let persons: Vec<Person> = people.iter().filter(|person| own(&person.id)).cloned().collect();
                let claims: Vec<Claim> = claims.iter().filter(|claim| own(&claim.person)).cloned().collect();
                (persons, claims)
            };
            let all: BTreeMap<String, String> = std::thread::scope(|scope| {
                let book = &book;
                let settle = |(persons, claims): (Vec<Person>, Vec<Claim>)| {
                    scope.spawn(move || decided(book, &People::new(persons).unwrap(), claims))
                };
                let running: Vec<_> = (0..threads).map(|number| settle(part(number))).collect();
                running.into_iter().flat_map(|one| one.join().unwrap()).collect()
            });
            assert_eq!(all.len(), straight.len(), "{}", fixture.display());
            for (claim, line) in &straight {
                assert_eq!(all.get(claim), Some(line), "{}: {claim} on {threads} threads", fixture.display());
            }
            partitioned += 1;
        }
    }
    assert!(partitioned > 500, "{partitioned}");
}

/// Of each person the number of those with whom they ever share a household.
fn circles(people: &People) -> BTreeMap<String, usize> {
    let mut of: BTreeMap<String, usize> = people.iter().enumerate().map(|(number, person)| (person.id.clone(), number)).collect();
    loop {
        let mut households: BTreeMap<&str, usize> = BTreeMap::new();
        for person in people.iter() {
            for household in person.households() {
                let least = households.entry(household).or_insert(usize::MAX);
                *least = (*least).min(of[&person.id]);
            }
        }
        let mut moved = false;
        for person in people.iter() {
            let least = person.households().map(|household| households[household]).chain([of[&person.id]]).min().unwrap();
            moved |= of.insert(person.id.clone(), least) != Some(least);
        }
        if !moved {
            return of;
        }
    }
}
