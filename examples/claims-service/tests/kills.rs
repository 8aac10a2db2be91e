//! What the service guarantees, shown on the real process: nothing that was acknowledged is lost, nothing is done twice, and limits hold, however often it
//! is killed and whoever asks at the same time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use common::{Service, ask, enrol, fresh, journals, rules, submit, void};
use medaid::journal::{Act, Desk, Journal};
use medaid::{Amount, Money};
use serde_json::Value;

const CLIENTS: u64 = 4;
const HOUSEHOLDS: u64 = 8;

/// Numbers that look random, the same ones each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Where the service is at present, and how much it has acknowledged.
#[derive(Default)]
struct World {
    address: Mutex<String>,
    acknowledged: AtomicUsize,
    /// Messages that were sent and got no answer.
    unanswered: AtomicUsize,
    over: AtomicBool,
}

impl World {
    /// Sends until there is an answer.
    fn insist(&self, operation: &Value) -> Value {
        let text = operation.to_string();
        loop {
            let address = self.address.lock().unwrap().clone();
            match ask(&address, "POST", "/operations", text.as_bytes()) {
                Some((200, answer)) => {
                    self.acknowledged.fetch_add(1, SeqCst);
                    return serde_json::from_str(&answer).unwrap();
                }
                Some((status, answer)) => panic!("{text}: {status} {answer}"),
                None => {
                    self.unanswered.fetch_add(1, SeqCst);
                    thread::sleep(Duration::from_millis(2));
                }
            }
        }
    }
}

/// An acknowledged operation: the household it went to and the number it got there.
type Acknowledged = BTreeMap<String, (u64, u64)>;

/// One client: submits claims, voids some, repeats some messages; and sends messages that others send at the same time.
fn client(world: &World, me: u64) -> (Acknowledged, usize) {
    let mut numbers = Numbers(me);
    let mut acknowledged = Acknowledged::new();
    let mut sent: Vec<(Value, u64)> = Vec::new();
    let mut standing: Vec<(String, u64)> = Vec::new();
    let mut first = 0;
    for step in 0.. {
        if world.over.load(SeqCst) {
            break;
        }
        let household = numbers.below(HOUSEHOLDS);
        let person = format!("h{household} {}", ["mother", "father"][numbers.below(2) as usize]);
        let day = format!("2024-{:02}-{:02}", 1 + numbers.below(12), 1 + numbers.below(28));
        let (operation, household) = match numbers.below(10) {
            0 | 1 if !standing.is_empty() => {
                let (claim, household) = standing.swap_remove(numbers.below(standing.len() as u64) as usize);
                (void(&claim), household)
            }
            2 if !sent.is_empty() => {
                // The same message again.
                let (operation, household) = &sent[numbers.below(sent.len() as u64) as usize];
                let answer = world.insist(operation);
                assert_eq!(answer["repeated"], true);
                assert_eq!(answer["number"], acknowledged[operation["id"].as_str().unwrap()].1, "{household}");
                continue;
            }
            3 => {
                // All clients send this one.
                let household = step % HOUSEHOLDS;
                (submit(&format!("all {step}"), &format!("h{household} mother"), "2024-06-01", 100 + step), household)
            }
            _ => {
                let claim = format!("c{me} {step}");
                standing.push((claim.clone(), household));
                (submit(&claim, &person, &day, 1 + numbers.below(3000)), household)
            }
        };
        let answer = world.insist(&operation);
        first += usize::from(answer["repeated"] == false);
        acknowledged.insert(operation["id"].as_str().unwrap().to_owned(), (household, answer["number"].as_u64().unwrap()));
        sent.push((operation, household));
    }
    (acknowledged, first)
}

fn zero() -> Amount {
    Amount::new(Money::ZERO, 2)
}

/// That a journal is whole, that it is what its operations make of it, and that its books balance.
fn audit(journal: &Journal) {
    let rules = rules();
    let mut desk = Desk::new(&rules).without_decisions();
    assert_eq!(desk.replay(journal).unwrap().digest(), journal.digest());
    let mut fed = Journal::new();
    for record in journal.records() {
        desk.apply(&mut fed, record.operation()).unwrap();
    }
    assert_eq!(fed.digest(), journal.digest());
    assert_eq!(fed.state_digest(), journal.state_digest());
    assert_eq!(serde_json::to_value(fed.ledger()).unwrap(), serde_json::to_value(journal.ledger()).unwrap());
    let (mut bills, mut borne) = (Money::ZERO, Money::ZERO);
    for (claim, outcome) in journal.claims() {
        let booking = outcome.booking().expect("the claims of this test are decided");
        bills = bills.checked_add(claim.bill).unwrap();
        let both = booking.paid().checked_add(booking.out_of_pocket()).unwrap();
        assert_eq!(both.money().unwrap(), claim.bill, "{}", claim.id);
        borne = borne.checked_add(both.money().unwrap()).unwrap();
    }
    assert_eq!(bills, borne);
}

/// `KILLS` says how often; 5 times unless it does.
#[test]
fn nothing_is_lost_and_nothing_is_done_twice() {
    let kills: usize = std::env::var("KILLS").map_or(5, |text| text.parse().expect("KILLS is a number"));
    let database = fresh("kills");
    let mut service = Service::start(&database);
    for household in 0..HOUSEHOLDS {
        for member in ["mother", "father"] {
            assert_eq!(service.send(&enrol(&format!("h{household} {member}"), &format!("h{household}"))).0, 200);
        }
    }
    let world = World::default();
    *world.address.lock().unwrap() = service.address.clone();
    let mut numbers = Numbers(99);
    let done: Vec<(Acknowledged, usize)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|me| {
                let world = &world;
                scope.spawn(move || client(world, me))
            })
            .collect();
        let load = |more: u64| {
            let goal = world.acknowledged.load(SeqCst) + more as usize;
            while world.acknowledged.load(SeqCst) < goal && !clients.iter().any(|client| client.is_finished()) {
                thread::sleep(Duration::from_micros(100));
            }
        };
        for _ in 0..kills {
            // In the midst of it, at no particular point.
            load(5 + numbers.below(20));
            thread::sleep(Duration::from_micros(numbers.below(5000)));
            service.kill();
            service = Service::start(&database);
            *world.address.lock().unwrap() = service.address.clone();
        }
        load(20);
        world.over.store(true, SeqCst);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    service.kill();

    let journals = journals(&database);
    assert_eq!(journals.len() as u64, HOUSEHOLDS);
    // Every stored operation by its id: the household, and the number of its record. None is stored twice.
    let mut stored = Acknowledged::new();
    for journal in &journals {
        audit(journal);
        let household: u64 = journal.persons().next().unwrap().households().next().unwrap()[1..].parse().unwrap();
        for (number, record) in journal.records().iter().enumerate() {
            let twice = stored.insert(record.operation().id.clone(), (household, number as u64));
            assert_eq!(twice, None, "{}", record.operation().id);
        }
    }
    let enrolled = |journal: &Journal| journal.records().iter().filter(|r| matches!(r.operation().act, Act::Enrol(_))).count();
    assert_eq!(journals.iter().map(enrolled).sum::<usize>() as u64, 2 * HOUSEHOLDS);
    stored.retain(|id, _| !id.starts_with("enrol "));
    // Every client has insisted on each message, so what is stored is what was acknowledged, each at the number that was told.
    let acknowledged: Acknowledged = done.iter().flat_map(|(acknowledged, _)| acknowledged.clone()).collect();
    assert_eq!(stored, acknowledged);
    for (each, _) in &done {
        assert!(each.iter().all(|(id, place)| acknowledged[id] == *place), "all clients were told the same numbers");
    }
    // What stands is what was submitted and not voided.
    let of = |word: &str| -> BTreeSet<&str> { acknowledged.keys().filter_map(|id| id.strip_prefix(word)).collect() };
    let standing: BTreeSet<&str> = journals.iter().flat_map(|journal| journal.claims().map(|(claim, _)| claim.id.as_str())).collect();
    assert_eq!(standing, of("submit ").difference(&of("void ")).copied().collect());
    // Each was told once at most that it was done first; the others lost that answer in a kill.
    let first: usize = done.iter().map(|(_, first)| first).sum();
    assert!(first <= stored.len() && stored.len() - first <= world.unanswered.load(SeqCst));
    println!(
        "{kills} kills, {} operations stored, {} messages without an answer, {} done before the kill that took their answer",
        stored.len(),
        world.unanswered.load(SeqCst),
        stored.len() - first
    );
}

#[test]
fn a_households_limit_holds_when_all_its_members_ask_at_once() {
    let database = fresh("limit");
    let mut service = Service::start(&database);
    for person in 0..8 {
        assert_eq!(service.send(&enrol(&format!("p{person}"), "home")).0, 200);
    }
    // What each answer says that charity pays more or less, in cents.
    let changes: i64 = thread::scope(|scope| {
        let member = |person: u64| {
            let service = &service;
            scope.spawn(move || {
                let mut sum = 0;
                for number in 0..10 {
                    let day = format!("2024-{:02}-01", 1 + (person + number) % 12);
                    let (status, answer) = service.send(&submit(&format!("p{person} {number}"), &format!("p{person}"), &day, 40));
                    assert_eq!(status, 200);
                    sum += changes_of(&answer, "charity");
                }
                sum
            })
        };
        let members: Vec<_> = (0..8).map(member).collect();
        members.into_iter().map(|member| member.join().unwrap()).sum()
    });
    service.kill();

    let journals = journals(&database);
    let [journal] = journals.as_slice() else { panic!("one household has one journal") };
    audit(journal);
    let charity = |booking: &medaid::journal::Booking| booking.layers().find(|(layer, _)| *layer == "charity").map(|(_, amount)| amount);
    let paid = journal.claims().filter_map(|(_, outcome)| charity(outcome.booking()?));
    let paid = paid.reduce(|a, b| a.checked_add(b).unwrap()).unwrap_or(zero());
    assert_eq!(journal.claims().count(), 80);
    // 80 bills of 40 would call for far more than the 600 that charity gives a household in a year.
    assert_eq!(paid.to_string(), "600.00");
    assert_eq!(changes, 60_000, "what the answers told adds up to what stands");
}

/// The sum of all changes of a figure in a receipt, in cents.
fn changes_of(receipt: &Value, figure: &str) -> i64 {
    let figures = receipt["changes"].as_array().unwrap().iter().flat_map(|change| change["figures"].as_array().unwrap());
    let cents = |text: &Value| text.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    figures.filter(|one| one["figure"] == figure).map(|one| cents(&one["change"])).sum()
}
