//! The journal: what is always true of histories of operations, whatever the scheme.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use medaid::batch::{self, Mode, People, PlanBook};
use medaid::journal::{Act, ClaimRef, Desk, Journal, LatePayment, Operation, Outcome, Receipt, Refusal, Reservation, Rules, Submission};
use medaid::{AttributeValue, Claim, Dated, DatedValue, Money, Person, Plan, Scheme};

use crate::model::generate::{History, Wish};
use crate::model::rat::Rat;
use crate::model::toml;
use crate::properties::{Checked, always, ensure, rat};

/// Numbers that depend on a seed alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }
}

/// A generated history with its order chosen.
struct Setting {
    rules: Rules,
    persons: Vec<Person>,
    claims: Vec<Claim>,
}

fn setting(history: &History, as_incurred: bool) -> Option<Setting> {
    let mut scheme = history.scheme.clone();
    scheme.as_incurred = as_incurred;
    let plan = Plan::compile(&Scheme::parse("generated.toml", &toml::rule_file(&scheme)).ok()?).ok()?;
    let read = |text: String| serde_json::from_str(&text).unwrap();
    let persons: Vec<Person> = history.persons.iter().map(|person| read(toml::person(person).to_string())).collect();
    // What is no population is refused as a whole, which is not the matter here.
    People::new(persons.clone()).ok()?;
    let claims = history.claims.iter().map(|claim| serde_json::from_str(&toml::claim(claim, &scheme).to_string()).unwrap());
    let mut claims: Vec<Claim> = claims.collect();
    claims.sort_by(|a, b| (a.sequence, &a.id).cmp(&(b.sequence, &b.id)));
    claims.dedup_by(|a, b| a.id == b.id);
    Some(Setting { rules: Rules::new(PlanBook::new([plan]).unwrap()), persons, claims })
}

/// Sends operations, one a day, and keeps what came of them.
struct Clerk<'r> {
    desk: Desk<'r>,
    journal: Journal,
    receipts: Vec<Receipt>,
    day: NaiveDate,
}

impl<'r> Clerk<'r> {
    fn new(rules: &'r Rules) -> Clerk<'r> {
        let day = NaiveDate::from_ymd_opt(2030, 1, 1).unwrap();
        Clerk { desk: Desk::new(rules).without_decisions(), journal: Journal::new(), receipts: Vec::new(), day }
    }

    fn send(&mut self, act: Act) -> Result<(), Refusal> {
        let operation = Operation { id: format!("o{}", self.receipts.len()), received: self.day, act };
        let receipt = self.desk.apply(&mut self.journal, &operation)?;
        let again = self.desk.apply(&mut self.journal, &operation).unwrap();
        assert!(again.is_repeated() && again.changes().is_empty() && again.number() == receipt.number());
        self.receipts.push(receipt);
        self.day = self.day + Days::new(1);
        Ok(())
    }

    fn enrol(&mut self, persons: &[Person]) {
        persons.iter().for_each(|person| self.send(Act::Enrol(Box::new(person.clone()))).unwrap());
    }

    fn submit(&mut self, claim: &Claim) -> Result<(), Refusal> {
        self.send(Act::Submit(Box::new(Submission { claim: claim.clone(), uses: None })))
    }

    /// The claims that stand, reservations left out.
    fn standing(&self) -> Vec<Claim> {
        let standing = self.journal.claims().filter(|(claim, _)| self.journal.reserved_until(&claim.id).is_none());
        standing.map(|(claim, _)| claim.clone()).collect()
    }
}

/// Sends a mixture of everything.
fn stir(clerk: &mut Clerk<'_>, setting: &Setting, dice: &mut Dice) {
    clerk.enrol(&setting.persons);
    let mut waiting = setting.claims.clone();
    for _ in 0..setting.claims.len() * 3 {
        let standing = clerk.standing();
        let picked = standing.get(dice.roll(standing.len().max(1))).cloned();
        match (dice.roll(10), picked) {
            (0..=4, _) | (_, None) if !waiting.is_empty() => {
                let claim = waiting.remove(dice.roll(waiting.len()));
                if dice.roll(4) == 0 {
                    let reserved = Claim { id: format!("{} expected", claim.id), ..claim.clone() };
                    let expires = clerk.day + Days::new(dice.roll(6) as u64);
                    let _ = clerk.send(Act::Reserve(Box::new(Reservation { claim: reserved, expires })));
                    waiting.push(claim);
                } else {
                    let uses = Some(format!("{} expected", claim.id)).filter(|id| clerk.journal.claim(id).is_some());
                    let sent = clerk.send(Act::Submit(Box::new(Submission { claim: claim.clone(), uses })));
                    if sent.is_err() {
                        // The reservation has run out by that day.
                        let _ = clerk.submit(&claim);
                    }
                }
            }
            (5, Some(claim)) => {
                clerk.send(Act::Void(ClaimRef { claim: claim.id.clone() })).unwrap();
                waiting.push(claim);
            }
            (6, Some(claim)) => {
                // Corrected to what another claim says.
                let other = &setting.claims[dice.roll(setting.claims.len())];
                clerk.send(Act::Correct(Box::new(Claim { id: claim.id, ..other.clone() }))).unwrap();
            }
            (7, Some(claim)) => {
                let layer =
                    clerk.journal.outcome(&claim.id).and_then(Outcome::booking).and_then(|b| b.layers().next().map(|l| l.0.to_owned()));
                if let Some(layer) = layer {
                    let paid = dice.roll(40).to_string().parse::<Money>().unwrap();
                    clerk.send(Act::Payment(Box::new(LatePayment { claim: claim.id, layer, paid: paid.into() }))).unwrap();
                }
            }
            (8, _) => {
                let reserved =
                    clerk.journal.claims().map(|(claim, _)| claim.id.clone()).find(|id| clerk.journal.reserved_until(id).is_some());
                if let Some(claim) = reserved {
                    // It may have run out by that day.
                    let _ = clerk.send(Act::Release(ClaimRef { claim }));
                }
            }
            (9, _) if !setting.persons.is_empty() => {
                let person = &setting.persons[dice.roll(setting.persons.len())];
                let other = &setting.persons[dice.roll(setting.persons.len())];
                let mut changed = Person { attributes: other.attributes.clone(), ..person.clone() };
                if dice.roll(2) == 0 {
                    let named = |value: &str, from, until| DatedValue { value: AttributeValue::from(value), from, until };
                    let day = clerk.journal.claims().next().map(|(claim, _)| claim.service_from);
                    changed.household = Dated::new(vec![named("moved from", None, day), named("moved to", day, None)]);
                }
                let _ = clerk.send(Act::Enrol(Box::new(changed)));
            }
            _ => {}
        }
    }
}

/// Runs a property over stirred journals.
fn always_stirred(as_incurred: bool, check: impl Fn(&Setting, &mut Clerk<'_>, &mut Dice) -> Checked) {
    always(Wish::Any, |history| {
        let Some(setting) = setting(history, as_incurred) else { return Ok(()) };
        let mut dice =
            Dice(history.claims.len() as u64 * 1_000 + setting.rules.plans()[0].digest().to_string().bytes().map(u64::from).sum::<u64>());
        let mut clerk = Clerk::new(&setting.rules);
        stir(&mut clerk, &setting, &mut dice);
        check(&setting, &mut clerk, &mut dice)
    });
}

/// Lets all reservations run out.
fn release_all(clerk: &mut Clerk<'_>) {
    clerk.day = clerk.day + Days::new(100);
    clerk.enrol(&[Person { id: "nobody".to_owned(), ..Person::default() }]);
}

// -------------------------------------------------------------------- I6, as incurred

/// However they came about, the standing claims alone decide: those who stand, submitted in any order under the persons as they are known in the end, give
/// the same outcomes and the same positions, byte for byte.
#[test]
fn as_incurred_only_what_stands_counts() {
    always_stirred(true, |_, clerk, dice| {
        release_all(clerk);
        let mut afresh = Clerk::new(clerk.desk.rules());
        let persons: Vec<Person> = clerk.journal.persons().cloned().collect();
        let mut standing = clerk.standing();
        let late = dice.roll(persons.len() + 1);
        afresh.enrol(&persons[..late]);
        while !standing.is_empty() {
            let claim = standing.remove(dice.roll(standing.len()));
            afresh.submit(&claim).map_err(|refusal| refusal.to_string())?;
        }
        afresh.enrol(&persons[late..]);
        for (claim, outcome) in clerk.journal.claims() {
            ensure!(
                afresh.journal.outcome(&claim.id) == Some(outcome),
                "{}: {outcome:?}\nafresh {:?}",
                claim.id,
                afresh.journal.outcome(&claim.id)
            );
        }
        let ledgers = [&clerk.journal, &afresh.journal].map(|journal| serde_json::to_string(journal.ledger()).unwrap());
        ensure!(ledgers[0] == ledgers[1], "ledgers differ:\n{}\n{}", ledgers[0], ledgers[1]);
        ensure!(clerk.journal.state_digest() == afresh.journal.state_digest(), "digests of what stands differ");
        Ok(())
    });
}

/// A void leaves everything byte-equal to never having had the claim; void and resubmit is nothing.
#[test]
fn as_incurred_a_void_undoes_exactly() {
    always_stirred(true, |_, clerk, dice| {
        release_all(clerk);
        let standing = clerk.standing();
        let Some(claim) = standing.get(dice.roll(standing.len().max(1))).cloned() else { return Ok(()) };
        let with = clerk.journal.state_digest();
        let ledger = serde_json::to_string(clerk.journal.ledger()).unwrap();
        clerk.send(Act::Void(ClaimRef { claim: claim.id.clone() })).unwrap();
        let without = clerk.journal.state_digest();
        let voided = clerk.receipts.last().unwrap().changes().to_vec();
        clerk.submit(&claim).unwrap();
        let resubmitted = clerk.receipts.last().unwrap().changes().to_vec();
        let after = serde_json::to_string(clerk.journal.ledger()).unwrap();
        ensure!(ledger == after, "void and resubmit of {} left something:\n{ledger}\n{after}", claim.id);
        ensure!(clerk.journal.state_digest() == with, "void and resubmit of {} left something", claim.id);
        ensure!(voided.len() == resubmitted.len(), "what the void changed, the resubmission changes back");
        for (out, back) in voided.iter().zip(&resubmitted) {
            ensure!(
                out.claim() == back.claim() && out.was() == back.now() && out.now() == back.was(),
                "{} is not changed back",
                out.claim()
            );
            ensure!(rat(&out.change()) + rat(&back.change()) == Rat::ZERO, "{} does not net to nothing", out.claim());
        }
        clerk.send(Act::Void(ClaimRef { claim: claim.id })).unwrap();
        ensure!(clerk.journal.state_digest() == without, "a second void leaves something");
        Ok(())
    });
}

// -------------------------------------------------------------------- I6, as received

/// A void takes off exactly what the claim posted; nobody else's outcome changes.
#[test]
fn as_received_a_void_reverses_the_claim_s_own_postings() {
    always_stirred(false, |_, clerk, dice| {
        release_all(clerk);
        let standing = clerk.standing();
        let Some(claim) = standing.get(dice.roll(standing.len().max(1))).cloned() else { return Ok(()) };
        let before: BTreeMap<String, Outcome> = clerk.journal.claims().map(|(c, o)| (c.id.clone(), o.clone())).collect();
        let positions = balances(&clerk.journal);
        clerk.send(Act::Void(ClaimRef { claim: claim.id.clone() })).unwrap();
        let mut expected = positions;
        for posting in before[&claim.id].booking().into_iter().flat_map(|b| b.postings()) {
            let owner = if posting.of_household { "household" } else { "person" };
            *expected.entry((owner.to_owned(), posting.accumulator.to_owned())).or_insert(Rat::ZERO) -= rat(&posting.amount);
        }
        expected.retain(|_, sum| *sum != Rat::ZERO);
        ensure!(balances(&clerk.journal) == expected, "{:?} is not {expected:?}", balances(&clerk.journal));
        for (other, outcome) in clerk.journal.claims() {
            ensure!(before.get(&other.id) == Some(outcome), "{} changed with the void of {}", other.id, claim.id);
        }
        Ok(())
    });
}

/// The sums of all positions by accumulator.
fn balances(journal: &Journal) -> BTreeMap<(String, String), Rat> {
    let stored: serde_json::Value = serde_json::from_str(&serde_json::to_string(journal.ledger()).unwrap()).unwrap();
    let mut sums = BTreeMap::new();
    for (accounts, owner) in [("persons", "person"), ("households", "household")] {
        for balance in stored[accounts].as_array().unwrap().iter().flat_map(|account| account["balances"].as_array().unwrap()) {
            let key = (owner.to_owned(), balance["accumulator"].as_str().unwrap().to_owned());
            *sums.entry(key).or_insert(Rat::ZERO) += rat(balance["amount"].as_str().unwrap());
        }
    }
    sums.retain(|_, sum| *sum != Rat::ZERO);
    sums
}

// -------------------------------------------------------------------- I3, I4, I5

/// One by one, in a batch, and by replay: the same outcomes.
#[test]
fn one_by_one_in_a_batch_and_by_replay() {
    for as_incurred in [false, true] {
        always(Wish::Any, |history| {
            let Some(setting) = setting(history, as_incurred) else { return Ok(()) };
            let mut clerk = Clerk::new(&setting.rules);
            clerk.enrol(&setting.persons);
            for claim in &setting.claims {
                clerk.submit(claim).map_err(|refusal| refusal.to_string())?;
            }
            let book = PlanBook::new(setting.rules.plans().iter().cloned()).unwrap();
            let people = People::new(setting.persons.clone()).unwrap();
            let run = batch::run(&book, &people, setting.claims.clone(), Vec::new(), Mode::Explained).map_err(|e| e.to_string())?;
            for decision in &run.decisions {
                let booking = clerk.journal.outcome(&decision.claim).and_then(Outcome::booking);
                let Some(booking) = booking else { return Err(format!("{} is decided in the batch alone", decision.claim)) };
                let layers: Vec<String> = decision.layers.iter().map(|l| l.paid.to_string()).collect();
                let booked: Vec<String> = booking.layers().map(|(_, paid)| paid.to_string()).collect();
                ensure!(layers == booked, "{}: {layers:?} in the batch, {booked:?} in the journal", decision.claim);
                ensure!(decision.out_of_pocket == booking.out_of_pocket() && decision.charged == booking.charged(), "{}", decision.claim);
            }
            for reject in &run.rejects {
                let rejected = clerk.journal.outcome(reject.claim()).and_then(Outcome::reject);
                ensure!(rejected == Some(reject), "{reject} in the batch, {rejected:?} in the journal");
            }
            let ledgers = [clerk.journal.ledger(), &run.ledger].map(|ledger| serde_json::to_string(ledger).unwrap());
            // A batch opens accounts when they are used first, a journal when persons are enrolled.
            ensure!(clerk.journal.persons().any(|p| !p.opening.is_empty()) || ledgers[0] == ledgers[1], "{}\n{}", ledgers[0], ledgers[1]);
            Ok(())
        });
    }
}

/// Stored and loaded, replayed, and seen as of any day: the same bytes.
#[test]
fn a_journal_is_the_same_however_it_is_come_by() {
    for as_incurred in [false, true] {
        always_stirred(as_incurred, |_, clerk, _| {
            let stored = serde_json::to_string(&clerk.journal).unwrap();
            let loaded: Journal = serde_json::from_str(&stored).map_err(|error| error.to_string())?;
            ensure!(serde_json::to_string(&loaded).unwrap() == stored, "loaded and stored again, it is another");
            ensure!(loaded.state_digest() == clerk.journal.state_digest(), "what stands in the loaded one is another");
            let ledgers = [&clerk.journal, &loaded].map(|journal| serde_json::to_string(journal.ledger()).unwrap());
            ensure!(ledgers[0] == ledgers[1], "{}\n{}", ledgers[0], ledgers[1]);
            let replayed = clerk.desk.replay(&clerk.journal).map_err(|refusal| refusal.to_string())?;
            ensure!(replayed.digest() == clerk.journal.digest(), "replayed, it is another");
            let mut view = None;
            for record in clerk.journal.records() {
                view = Some((record.operation().received, record.digest()));
            }
            if let Some((day, digest)) = view {
                ensure!(clerk.journal.as_of(day).digest() == digest, "as of its last day it is another");
                let before = clerk.journal.records().iter().rev().find(|r| r.operation().received < day);
                if let Some(record) = before {
                    ensure!(clerk.journal.as_of(record.operation().received).digest() == record.digest(), "a past day is seen otherwise");
                }
            }
            Ok(())
        });
    }
}

/// Every change is told, and all changes together net to what stands.
#[test]
fn changes_net_to_what_stands() {
    for as_incurred in [false, true] {
        always_stirred(as_incurred, |_, clerk, _| {
            let all = || clerk.receipts.iter().flat_map(|receipt| receipt.expired().iter().chain(receipt.changes()));
            let told: Rat = all().map(|change| rat(&change.change())).sum();
            let bookings = || clerk.journal.claims().filter_map(|(_, outcome)| outcome.booking());
            let stands: Rat = bookings().map(|booking| rat(&booking.paid())).sum();
            ensure!(told == stands, "changes come to {told}, {stands} stands");
            let mut last: BTreeMap<&str, Option<&Outcome>> = BTreeMap::new();
            for change in all() {
                ensure!(last.get(change.claim()).copied().flatten() == change.was(), "{} was otherwise before", change.claim());
                last.insert(change.claim(), change.now());
                let layers: Rat = change.layers().iter().map(|layer| rat(&layer.change)).sum();
                let bearing = rat(&change.out_of_pocket()[2]);
                let bill = |outcome: Option<&Outcome>| {
                    let booking = outcome.and_then(Outcome::booking);
                    booking.map_or(Rat::ZERO, |b| b.layers().map(|(_, paid)| rat(&paid)).sum::<Rat>() + rat(&b.out_of_pocket()))
                };
                let beside = |outcome: Option<&Outcome>| {
                    outcome.and_then(Outcome::booking).map_or(Rat::ZERO, |b| b.beside().map(|(_, paid)| rat(&paid)).sum())
                };
                let bills = bill(change.now()) - bill(change.was());
                let besides = beside(change.now()) - beside(change.was());
                ensure!(
                    layers + bearing == bills + besides,
                    "{}: {layers} and {bearing} do not come to {bills} and {besides}",
                    change.claim()
                );
            }
            for (claim, outcome) in clerk.journal.claims() {
                ensure!(
                    last.get(claim.id.as_str()).copied().flatten() == Some(outcome),
                    "the last change of {} is not what stands",
                    claim.id
                );
            }
            Ok(())
        });
    }
}

/// A quote is what a submission then gives, and books nothing; the decision on a claim that stands can be had at any time.
#[test]
fn quotes_and_explanations_are_what_is_booked() {
    for as_incurred in [false, true] {
        always_stirred(as_incurred, |_, clerk, _| {
            let claims: Vec<(Claim, Outcome)> = clerk.journal.claims().map(|(claim, outcome)| (claim.clone(), outcome.clone())).collect();
            for (claim, outcome) in &claims {
                let explained = clerk.desk.explain(&clerk.journal, &claim.id);
                match (explained, outcome) {
                    (Some(Ok(decision)), Outcome::Decided(booking)) => {
                        ensure!(
                            decision.paid == booking.paid() && decision.out_of_pocket == booking.out_of_pocket(),
                            "{} is explained otherwise",
                            claim.id
                        );
                    }
                    (Some(Err(reject)), Outcome::Rejected(known)) => ensure!(reject == *known, "{} is rejected otherwise", claim.id),
                    (other, _) => return Err(format!("{}: {other:?} stands for {outcome:?}", claim.id)),
                }
            }
            let Some((claim, _)) = claims.first() else { return Ok(()) };
            let another = Claim { id: "another".to_owned(), ..claim.clone() };
            let before = serde_json::to_string(&clerk.journal).unwrap();
            let state = clerk.journal.state_digest();
            let quote = clerk.desk.quote(&clerk.journal, &another).map_err(|refusal| refusal.to_string())?;
            ensure!(
                serde_json::to_string(&clerk.journal).unwrap() == before && clerk.journal.state_digest() == state,
                "a quote books something"
            );
            // Nothing may run out in between.
            clerk.day = clerk.journal.last_day().unwrap_or(clerk.day);
            clerk.submit(&another).map_err(|refusal| refusal.to_string())?;
            let changes = clerk.receipts.last().unwrap().changes();
            ensure!(
                quote.changes().len() == changes.len(),
                "a quote tells of {} changes, there are {}",
                quote.changes().len(),
                changes.len()
            );
            for (told, done) in quote.changes().iter().zip(changes) {
                ensure!(
                    told.claim() == done.claim() && told.was() == done.was() && told.now() == done.now(),
                    "{} is quoted otherwise",
                    told.claim()
                );
            }
            Ok(())
        });
    }
}
