//! The journal: what is always true of histories of operations, whatever the scheme.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use medaid::batch::{self, Mode, People, PlanBook};
use medaid::journal::{
    Act, ClaimRef, Desk, Journal, LatePayment, Operation, Outcome, Receipt, Refusal, Reservation, Rules, Submission, Why,
};
use medaid::{AttributeValue, Claim, Dated, DatedValue, Language, Money, Person, Plan, Scheme};

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
            let owner = match (posting.of_household, posting.of_everyone) {
                (true, _) => "household",
                (_, true) => "everyone",
                _ => "person",
            };
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
    for (accounts, owner) in [("persons", "person"), ("households", "household"), ("everyone", "everyone")] {
        // Without a balance of everyone's there is no such list.
        for balance in stored[accounts].as_array().into_iter().flatten().flat_map(|account| account["balances"].as_array().unwrap()) {
            let key = (owner.to_owned(), balance["accumulator"].as_str().unwrap().to_owned());
            *sums.entry(key).or_insert(Rat::ZERO) += rat(balance["amount"].as_str().unwrap());
        }
    }
    sums.retain(|_, sum| *sum != Rat::ZERO);
    sums
}

// -------------------------------------------------------------------- I3, I4, I5

/// Positions are the sums of the postings, and what each layer paid is what is booked of the claims that stand; opening balances are postings too.
#[test]
fn positions_and_payments_are_the_sums_of_the_postings() {
    for as_incurred in [false, true] {
        always_stirred(as_incurred, |_, clerk, _| {
            let (mut sums, mut paid) = (BTreeMap::new(), BTreeMap::new());
            for posting in clerk.journal.postings() {
                let owner = match (&posting.household, posting.of_everyone) {
                    (Some(_), _) => "household",
                    (_, true) => "everyone",
                    _ => "person",
                };
                if let Some(accumulator) = &posting.accumulator {
                    *sums.entry((owner.to_owned(), accumulator.clone())).or_insert(Rat::ZERO) += rat(&posting.amount);
                }
                if let Some(fund) = posting.fund.filter(|fund| posting.accumulator.is_none() && posting.rule == *fund) {
                    *paid.entry(fund).or_insert(Rat::ZERO) += rat(&posting.amount);
                }
            }
            sums.retain(|_, sum| *sum != Rat::ZERO);
            ensure!(sums == balances(&clerk.journal), "{:?} are not {sums:?}", balances(&clerk.journal));
            let mut booked: BTreeMap<String, Rat> = BTreeMap::new();
            for booking in clerk.journal.claims().filter_map(|(_, outcome)| outcome.booking()) {
                for (layer, amount) in booking.layers().chain(booking.beside()) {
                    *booked.entry(layer.to_owned()).or_insert(Rat::ZERO) += rat(&amount);
                }
            }
            for sums in [&mut paid, &mut booked] {
                sums.retain(|_, sum| *sum != Rat::ZERO);
            }
            ensure!(paid == booked, "{booked:?} booked, {paid:?} posted");
            Ok(())
        });
    }
}

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

// -------------------------------------------------------------------- by hand

const YEARLY: &str = r#"
format = 1
[scheme]
id = "yearly"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "CNY", unit = "0.01" }
order = "ORDER"
[[portion]]
id = "cost"
[[layer]]
id = "other"
  [[layer.benefit]]
  id = "given"
  covers = ["cost"]
  ratio = "0%"
[[layer]]
id = "plan"
  [[layer.benefit]]
  id = "care"
  covers = ["cost"]
  deductible = { amount = 1000, per = "calendar-year" }
  ratio = "50%"
"#;

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("yearly.toml", text).unwrap()).unwrap()
}

fn yearly(order: &str) -> Rules {
    Rules::new(PlanBook::new([plan(&YEARLY.replace("ORDER", order))]).unwrap())
}

/// Sends operations as JSON and gives what each changed of the plan's payment, as `claim: was -> now`.
fn told(desk: &mut Desk<'_>, journal: &mut Journal, text: &str) -> Vec<String> {
    let receipt = send(desk, journal, text).unwrap();
    receipt
        .expired()
        .iter()
        .chain(receipt.changes())
        .flat_map(|change| {
            let name = change.claim().to_owned();
            let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            let figures = change.figures().into_iter().filter(|f| f.figure == "plan" || f.figure == "rejected");
            figures.map(move |f| format!("{name}: {} -> {}", shown(f.was), shown(f.now))).collect::<Vec<String>>()
        })
        .collect()
}

fn send(desk: &mut Desk<'_>, journal: &mut Journal, text: &str) -> Result<Receipt, Refusal> {
    desk.apply(journal, &serde_json::from_str(text).unwrap())
}

fn claim_text(id: &str, on: &str, bill: i64) -> String {
    format!(r#"{{"id":"{id}","person":"p","service_from":"{on}","bill":{bill},"portions":{{"cost":{bill}}}}}"#)
}

/// As received the late claim is settled on what is there; as incurred it takes the deductible first.
#[test]
fn a_late_claim_in_both_orders() {
    for (order, late, void) in [
        ("as-received", vec!["march: - -> 300.00"], vec!["march: 300.00 -> -"]),
        ("as-incurred", vec!["may: 1000.00 -> 1300.00"], vec!["may: 1300.00 -> 1000.00"]),
    ] {
        let rules = yearly(order);
        let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
        told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
        let may = format!(r#"{{"id":"2","received":"2024-06-01","submit":{}}}"#, claim_text("may", "2024-05-01", 3000));
        assert_eq!(told(&mut desk, &mut journal, &may), ["may: - -> 1000.00"]);
        let march = format!(r#"{{"id":"3","received":"2024-06-02","submit":{}}}"#, claim_text("march", "2024-03-01", 600));
        assert_eq!(told(&mut desk, &mut journal, &march), late);
        assert_eq!(told(&mut desk, &mut journal, r#"{"id":"4","received":"2024-06-03","void":{"claim":"march"}}"#), void);
    }
}

/// As received a voided claim leaves the others as they were decided: its part of the deductible is simply open again.
#[test]
fn as_received_a_void_opens_the_deductible_again() {
    let rules = yearly("as-received");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    for (number, (id, bill, paid)) in [("a", 600, "0.00"), ("b", 600, "100.00"), ("c", 600, "300.00")].into_iter().enumerate() {
        let text = format!(r#"{{"id":"s{number}","received":"2024-06-01","submit":{}}}"#, claim_text(id, "2024-05-01", bill));
        send(&mut desk, &mut journal, &text).unwrap();
        assert_eq!(journal.outcome(id).and_then(Outcome::booking).unwrap().paid().to_string(), paid);
    }
    assert!(told(&mut desk, &mut journal, r#"{"id":"v","received":"2024-06-02","void":{"claim":"a"}}"#).is_empty());
    let text = format!(r#"{{"id":"d","received":"2024-06-03","submit":{}}}"#, claim_text("d", "2024-05-01", 1000));
    assert_eq!(told(&mut desk, &mut journal, &text), ["d: - -> 200.00"]); // 600 of the deductible are open: (1,000 - 600) x 50 %
    // Corrected, a claim is settled on today's accumulators, its own postings taken off first.
    let text = format!(r#"{{"id":"e","received":"2024-06-04","correct":{}}}"#, claim_text("b", "2024-05-01", 2000));
    assert_eq!(told(&mut desk, &mut journal, &text), ["b: 100.00 -> 800.00"]); // it had met 400, which are open now: (2,000 - 400) x 50 %
}

#[test]
fn reservations_hold_are_used_and_run_out() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    let reserve =
        format!(r#"{{"id":"2","received":"2024-03-01","reserve":{},"expires":"2024-03-31"}}"#, claim_text("r", "2024-04-01", 3000));
    assert_eq!(told(&mut desk, &mut journal, &reserve), ["r: - -> 1000.00"]);
    assert_eq!(journal.reserved_until("r").unwrap().to_string(), "2024-03-31");
    let later = format!(r#"{{"id":"3","received":"2024-03-31","submit":{}}}"#, claim_text("later", "2024-04-02", 500));
    assert_eq!(told(&mut desk, &mut journal, &later), ["later: - -> 250.00"]); // the reservation holds the deductible
    // It holds through its last day, and is gone on the next.
    let other = format!(r#"{{"id":"4","received":"2024-04-01","submit":{}}}"#, claim_text("other", "2024-04-03", 700));
    assert_eq!(told(&mut desk, &mut journal, &other), ["r: 1000.00 -> -", "later: 250.00 -> 0.00", "other: - -> 100.00"]);
    let refused = send(&mut desk, &mut journal, r#"{"id":"5","received":"2024-04-01","release":{"claim":"r"}}"#).unwrap_err();
    assert_eq!(refused.to_string(), "operation `5`: there is no reservation `r`");
    // A claim of the same id may use a reservation.
    let reserve =
        format!(r#"{{"id":"6","received":"2024-04-02","reserve":{},"expires":"2024-05-31"}}"#, claim_text("x", "2024-05-01", 100));
    told(&mut desk, &mut journal, &reserve);
    let used = format!(r#"{{"id":"7","received":"2024-05-02","submit":{},"uses":"x"}}"#, claim_text("x", "2024-05-01", 120));
    assert_eq!(told(&mut desk, &mut journal, &used), ["x: 50.00 -> 60.00"]);
    assert_eq!(journal.reserved_until("x"), None);
}

/// What another payer has paid after all leaves less for the plan.
#[test]
fn a_payment_that_is_learned_later() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    for (id, on, paid) in [("a", "2024-02-01", "a: - -> 500.00"), ("b", "2024-03-01", "b: - -> 1000.00")] {
        let text = format!(r#"{{"id":"s{id}","received":"2024-06-01","submit":{}}}"#, claim_text(id, on, 2000));
        assert_eq!(told(&mut desk, &mut journal, &text), [paid]);
    }
    // Of 2,000 another has paid 1,500: 500 meet the deductible, and 500 of it are left for b.
    let text = r#"{"id":"3","received":"2024-07-01","payment":{"claim":"a","layer":"other","paid":1500}}"#;
    assert_eq!(told(&mut desk, &mut journal, text), ["a: 500.00 -> 0.00", "b: 1000.00 -> 750.00"]);
    assert_eq!(journal.claim("a").unwrap().prior["other"].amount.to_string(), "1500");
    // More than the bill: the claim is rejected, keeps its place, and b is settled without it.
    let text = r#"{"id":"4","received":"2024-07-02","payment":{"claim":"a","layer":"other","paid":2001}}"#;
    assert_eq!(told(&mut desk, &mut journal, text), ["a: - -> prior-above-residual", "b: 750.00 -> 500.00"]);
    let text = r#"{"id":"5","received":"2024-07-03","payment":{"claim":"a","layer":"other","paid":0}}"#;
    assert_eq!(told(&mut desk, &mut journal, text), ["a: - -> 500.00", "a: prior-above-residual -> -", "b: 500.00 -> 1000.00"]);
}

/// A claim of somebody who is not known yet waits; who becomes known, or another, has their claims settled anew.
#[test]
fn persons_become_known_and_change() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    let text = format!(r#"{{"id":"1","received":"2024-06-01","submit":{}}}"#, claim_text("a", "2024-02-01", 2000));
    assert_eq!(told(&mut desk, &mut journal, &text), ["a: - -> unknown-person"]);
    assert_eq!(
        told(&mut desk, &mut journal, r#"{"id":"2","received":"2024-06-02","enrol":{"id":"p"}}"#),
        ["a: - -> 500.00", "a: unknown-person -> -"]
    );
    let opening = r#"{"id":"3","received":"2024-06-03","enrol":{"id":"p","opening":[{"accumulator":"plan.care.deductible","on":"2024-01-01","amount":400}]}}"#;
    assert_eq!(told(&mut desk, &mut journal, opening), ["a: 500.00 -> 700.00"]);
    assert_eq!(told(&mut desk, &mut journal, r#"{"id":"4","received":"2024-06-04","enrol":{"id":"p"}}"#), ["a: 700.00 -> 500.00"]);
    let refused = send(&mut desk, &mut journal, r#"{"id":"5","received":"2024-06-05","enrol":{"id":"p","attributes":{"age_band":"old"}}}"#);
    assert_eq!(refused.unwrap_err().to_string(), "operation `5`: person `p`: no scheme declares an attribute `age_band` of persons");
}

/// A version that is adopted later, with the same effective date, settles everything anew and says what differs; what was known before stays known.
#[test]
fn rules_change_in_retrospect() {
    for order in ["as-received", "as-incurred"] {
        let first = YEARLY.replace("ORDER", order);
        let second = first.replace("version = \"1\"", "version = \"2\"").replace("amount = 1000", "amount = 400");
        let rules = Rules::new(PlanBook::new([plan(&first)]).unwrap()).with(plan(&second)).unwrap();
        let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
        told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
        for (id, on) in [("a", "2024-02-01"), ("b", "2024-03-01")] {
            let text = format!(r#"{{"id":"s{id}","received":"2024-06-01","submit":{}}}"#, claim_text(id, on, 700));
            told(&mut desk, &mut journal, &text);
        }
        let paid = |journal: &Journal, id: &str| journal.outcome(id).and_then(Outcome::booking).unwrap().paid().to_string();
        assert_eq!((paid(&journal, "a"), paid(&journal, "b")), ("0.00".to_owned(), "200.00".to_owned()));
        let before = journal.digest();
        let adopt = r#"{"id":"4","received":"2024-07-01","adopt":{"scheme":"yearly","version":"2"}}"#;
        assert_eq!(told(&mut desk, &mut journal, adopt), ["a: 0.00 -> 150.00", "b: 200.00 -> 350.00"]);
        // As decided at the end of June.
        let june = journal.as_of("2024-06-30".parse().unwrap());
        assert_eq!((paid(&june, "a"), paid(&june, "b"), june.digest()), ("0.00".to_owned(), "200.00".to_owned(), before));
        assert_eq!(desk.replay(&journal).unwrap().digest(), journal.digest());
        let explained = desk.explain(&journal, "b").unwrap().unwrap();
        assert_eq!((explained.scheme.version.as_str(), explained.paid.to_string()), ("2", "350.00".to_owned()));
        let refused = send(&mut desk, &mut journal, r#"{"id":"5","received":"2024-07-02","adopt":{"scheme":"yearly","version":"3"}}"#);
        assert_eq!(refused.unwrap_err().to_string(), "operation `5`: the rules have no version 3 of scheme `yearly`");
    }
}

#[test]
fn what_cannot_be_done_is_refused_and_leaves_nothing() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    told(&mut desk, &mut journal, &format!(r#"{{"id":"2","received":"2024-06-01","submit":{}}}"#, claim_text("a", "2024-02-01", 700)));
    told(
        &mut desk,
        &mut journal,
        &format!(r#"{{"id":"3","received":"2024-06-01","reserve":{},"expires":"2024-06-30"}}"#, claim_text("r", "2024-07-01", 9)),
    );
    let digest = journal.digest();
    let a = claim_text("a", "2024-02-01", 700);
    for (text, code, message) in [
        (
            format!(r#"{{"id":"2","received":"2024-06-01","submit":{}}}"#, claim_text("a", "2024-02-01", 701)),
            "id-reused",
            "operation `2`: another operation has this id",
        ),
        (
            r#"{"id":"4","received":"2024-05-31","void":{"claim":"a"}}"#.to_owned(),
            "out-of-order",
            "operation `4`: received on 2024-05-31, but the last one was received on 2024-06-01",
        ),
        (
            format!(r#"{{"id":"4","received":"2024-06-01","submit":{a}}}"#),
            "duplicate-claim",
            "operation `4`: there is a claim `a` already; correct it, or void it first",
        ),
        (r#"{"id":"4","received":"2024-06-01","void":{"claim":"b"}}"#.to_owned(), "no-such-claim", "operation `4`: there is no claim `b`"),
        (
            r#"{"id":"4","received":"2024-06-01","void":{"claim":"r"}}"#.to_owned(),
            "is-reservation",
            "operation `4`: `r` is a reservation; release it, or submit a claim that uses it",
        ),
        (
            r#"{"id":"4","received":"2024-06-01","release":{"claim":"a"}}"#.to_owned(),
            "no-such-reservation",
            "operation `4`: there is no reservation `a`",
        ),
        (
            format!(r#"{{"id":"4","received":"2024-06-02","reserve":{},"expires":"2024-06-01"}}"#, claim_text("s", "2024-07-01", 9)),
            "expires-before",
            "operation `4`: a reservation that expires on 2024-06-01 has run out by 2024-06-02",
        ),
        (
            r#"{"id":"4","received":"2024-06-01","expire":{"claim":"r"}}"#.to_owned(),
            "by-itself",
            "operation `4`: reservations expire by themselves",
        ),
        (
            format!(
                r#"{{"id":"4","received":"2024-06-01","submit":{}}}"#,
                claim_text("b", "2024-02-01", 1).replace(r#""person""#, r#""scheme":"other","person""#)
            ),
            "unknown-scheme",
            "operation `4`: claim `b` is rejected (unknown-scheme): there is no scheme `other`",
        ),
    ] {
        let refusal = send(&mut desk, &mut journal, &text).unwrap_err();
        assert_eq!((refusal.code(), refusal.to_string().as_str()), (code, message));
        assert_eq!(journal.digest(), digest);
    }
}

/// A stored journal of which anything was changed, taken out or cut off is refused.
#[test]
fn a_journal_that_was_tampered_with_is_refused() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    for (id, on) in [("a", "2024-02-01"), ("b", "2024-03-01")] {
        told(&mut desk, &mut journal, &format!(r#"{{"id":"s{id}","received":"2024-06-01","submit":{}}}"#, claim_text(id, on, 1700)));
    }
    let stored = serde_json::to_string(&journal).unwrap();
    let load = |text: &str| serde_json::from_str::<Journal>(text).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(load(&stored), Ok(()));
    // Kept record by record, as in a database, and put together again it is the same text.
    let records: Vec<String> = journal.records().iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    assert_eq!(format!(r#"{{"format":1,"records":[{}],"digest":"{}"}}"#, records.join(","), journal.digest()), stored);
    let error = |text: &str| load(text).unwrap_err();
    let changed = error(&stored.replace("\"350\"", "\"351\""));
    assert!(
        changed.starts_with("record 1 of the journal does not fit its digest: it was changed, or a record before it is missing"),
        "{changed}"
    );
    let mut value: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let records = value["records"].as_array_mut().unwrap();
    let last = records.pop().unwrap();
    let cut = error(&value.to_string());
    assert!(cut.starts_with("the journal's last digest does not fit: records at its end are missing"), "{cut}");
    let records = value["records"].as_array_mut().unwrap();
    records.remove(1);
    records.push(last);
    assert!(error(&value.to_string()).starts_with("record 1 of the journal does not fit its digest"));
    assert!(error(&stored.replacen("\"format\":1", "\"format\":2", 1)).starts_with("journal format 2 is not known; this version reads 1"));
    // So is a ledger.
    let ledger = serde_json::to_string(journal.ledger()).unwrap();
    let error = serde_json::from_str::<medaid::Ledger>(&ledger.replace("\"1000\"", "\"999\"")).unwrap_err().to_string();
    assert!(error.starts_with("the ledger's digest does not fit: it was changed, or a part is missing"), "{error}");
}

/// Why a claim changed is told by the positions that moved.
#[test]
fn changes_say_why() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    told(&mut desk, &mut journal, &format!(r#"{{"id":"2","received":"2024-06-01","submit":{}}}"#, claim_text("may", "2024-05-01", 3000)));
    let text = format!(r#"{{"id":"3","received":"2024-06-02","submit":{}}}"#, claim_text("march", "2024-03-01", 600));
    let receipt = send(&mut desk, &mut journal, &text).unwrap();
    assert_eq!(*receipt.changes()[0].why(), Why::Itself);
    let Why::Accumulated(moved) = receipt.changes()[1].why() else { panic!("{:?}", receipt.changes()[1]) };
    let shown: Vec<String> = moved.iter().map(|one| format!("{} {} -> {}", one.accumulator, one.was, one.now)).collect();
    assert_eq!(shown, ["plan.care.deductible 0.00 -> 600.00"]);
    assert_eq!(receipt.decision().unwrap().claim, "march");
}

/// A journal is carried on only under rules that have its schemes.
#[test]
fn rules_without_a_journal_s_scheme_are_told() {
    let rules = yearly("as-incurred");
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    told(&mut desk, &mut journal, r#"{"id":"1","received":"2024-01-01","enrol":{"id":"p"}}"#);
    told(&mut desk, &mut journal, &format!(r#"{{"id":"2","received":"2024-06-01","submit":{}}}"#, claim_text("a", "2024-02-01", 700)));
    let others = Rules::new(PlanBook::new([plan(&YEARLY.replace("ORDER", "as-incurred").replace("\"yearly\"", "\"another\""))]).unwrap());
    let refusal = send(&mut Desk::new(&others), &mut journal, r#"{"id":"3","received":"2024-06-02","void":{"claim":"a"}}"#).unwrap_err();
    assert_eq!(refusal.code(), "no-such-scheme");
    assert_eq!(refusal.to_string(), "operation `3`: the rules have no scheme `yearly`, under which claims of the journal are settled");
    assert_eq!(refusal.text(Language::Zh), "操作 `3`：规则中没有方案 `yearly`，而日志中有案件按它裁定");
}

// -------------------------------------------------------------------- I7

/// One benefit with yearly accumulators and no terms of the single claim.
const EVEN: &str = r#"
format = 1

[scheme]
id        = "even"
version   = "1"
effective = { from = 2024-01-01 }
money     = { currency = "CNY", unit = "0.01" }
order     = "ORDER"

[[portion]]
id = "cost"

[[layer]]
id = "plan"

  [[layer.benefit]]
  id         = "care"
  covers     = ["cost"]
  deductible = { amount = 1000, per = "calendar-year" }
  bands      = { measured = "absolute", per = "calendar-year", rows = [{ to = 3000, ratio = "33.33%" }, { to = 9000.55, ratio = "61.7%" }, { ratio = "85.01%" }] }
  cap        = [{ amount = 12345.67, per = "calendar-year" }]
"#;

/// Bills submitted whole, and the same bills in parts, with corrections and voids between them: what is paid in all differs by at most a unit for each
/// rounding more.
#[test]
fn splitting_bills_changes_at_most_the_roundings() {
    for order in ["as-received", "as-incurred"] {
        let rules = Rules::new(PlanBook::new([plan(&EVEN.replace("ORDER", order))]).unwrap());
        let (mut capped, mut differing) = (0, 0);
        for seed in 0..500u64 {
            let mut dice = Dice(seed);
            let mut desk = Desk::new(&rules);
            let (mut whole, mut parts) = (Journal::new(), Journal::new());
            for journal in [&mut whole, &mut parts] {
                send(&mut desk, journal, r#"{"id":"e","received":"2024-01-01","enrol":{"id":"p"}}"#).unwrap();
            }
            let mut number = 0;
            let mut standing: Vec<(String, usize)> = Vec::new();
            let mut more = 0;
            let mut operation = |desk: &mut Desk<'_>, journal: &mut Journal, act: &str| {
                number += 1;
                send(desk, journal, &format!(r#"{{"id":"o{number}","received":"2024-12-31",{act}}}"#)).unwrap();
            };
            for step in 0..12 {
                let leaves = dice.roll(4) == 0 && !standing.is_empty();
                if leaves {
                    // Voided, or corrected: then it comes again below with other amounts.
                    let (id, count) = standing.remove(dice.roll(standing.len()));
                    operation(&mut desk, &mut whole, &format!(r#""void":{{"claim":"{id}"}}"#));
                    for part in 0..count {
                        operation(&mut desk, &mut parts, &format!(r#""void":{{"claim":"{id}-{part}"}}"#));
                    }
                    if dice.roll(2) == 0 {
                        continue;
                    }
                }
                let (id, on) = (format!("c{step:02}"), format!("2024-{:02}-01", 1 + dice.roll(12)));
                let bills: Vec<i64> = (0..1 + dice.roll(4)).map(|_| 1 + dice.roll(1_500) as i64).collect();
                operation(&mut desk, &mut whole, &format!(r#""submit":{}"#, claim_text(&id, &on, bills.iter().sum())));
                for (part, bill) in bills.iter().enumerate() {
                    operation(&mut desk, &mut parts, &format!(r#""submit":{}"#, claim_text(&format!("{id}-{part}"), &on, *bill)));
                }
                more += bills.len() as i64 - 1;
                standing.push((id, bills.len()));
            }
            let paid = |journal: &Journal| -> i64 {
                journal.claims().map(|(_, outcome)| outcome.booking().unwrap().paid().money().unwrap().micros()).sum()
            };
            let (one, other) = (paid(&whole), paid(&parts));
            capped += u32::from(one == 12_345_670_000);
            differing += u32::from(one != other);
            assert!((one - other).abs() <= more * 10_000, "{order}, seed {seed}: {one} whole, {other} in parts, {more} roundings more");
        }
        assert!(capped > 5 && differing > 50, "{order}: {capped} reach the cap, {differing} differ");
    }
}
