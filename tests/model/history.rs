//! Claims over time: which claims stand after a list of operations, in which order they count, and what is decided of each.
//!
//! Everything is figured from the whole list, each time anew. *As incurred* that is the standing claims, decided one after the other by (rule date, receipt
//! sequence, id). *As received* every claim is decided when it comes, on opening balances and what the claims that then stand have posted; what is taken
//! back are its own postings.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde_json::{Value as Json, json};

use super::coverage::Coverage;
use super::generate::{self, Wish};
use super::interpret::{Books, Facts, adjudicate};
use super::rat::Rat;
use super::scheme::{Claim, Person, Prior, Scheme};
use super::toml;

/// A scheme and everything that happens under it.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) scheme: Scheme,
    pub(crate) operations: Vec<Operation>,
}

#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) received: NaiveDate,
    pub(crate) act: Act,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    Enrol(Person),
    Submit {
        claim: Claim,
        uses: Option<String>,
    },
    Void(String),
    Correct(Claim),
    Payment {
        claim: String,
        prior: Prior,
    },
    Reserve {
        claim: Claim,
        expires: NaiveDate,
    },
    Release(String),
    /// What would be paid: books nothing.
    Quote(Claim),
}

/// A claim's decision, or the code of its reject.
pub(crate) type Decided = Result<Facts, String>;

/// What an operation came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Done,
    Repeated,
    Refused,
    Quoted(Decided),
}

/// A claim that stands, or a reservation.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) claim: Claim,
    pub(crate) reserved_until: Option<NaiveDate>,
    pub(crate) decided: Decided,
    posted: Books,
}

/// What stands after a list of operations.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) answers: Vec<Answer>,
    pub(crate) standing: BTreeMap<String, Standing>,
    pub(crate) books: Books,
    persons: BTreeMap<String, Person>,
    /// What was done, by id.
    done: BTreeMap<String, String>,
    last_day: Option<NaiveDate>,
}

/// What a list of operations comes to.
pub(crate) fn tell(story: &Story, seen: &mut Coverage) -> State {
    let mut state = State::default();
    for operation in &story.operations {
        let answer = state.step(&story.scheme, operation, seen);
        state.answers.push(answer);
    }
    state.settle(&story.scheme, seen);
    state
}

impl State {
    fn step(&mut self, scheme: &Scheme, operation: &Operation, seen: &mut Coverage) -> Answer {
        if let Act::Quote(claim) = &operation.act {
            return self.quote(scheme, claim, seen);
        }
        let content = format!("{operation:?}");
        match self.done.get(&operation.id) {
            Some(done) if *done == content => {
                seen.hit("the same message twice");
                return Answer::Repeated;
            }
            Some(_) => {
                seen.hit("refused: id of another operation");
                return Answer::Refused;
            }
            None => {}
        }
        if self.last_day.is_some_and(|last| operation.received < last) {
            seen.hit("refused: received before the last operation");
            return Answer::Refused;
        }
        let mut next = self.clone();
        for (id, until) in self.standing.iter().filter_map(|(id, one)| Some((id, one.reserved_until?))) {
            if until < operation.received {
                next.standing.remove(id);
            }
        }
        let expired = next.standing.len() < self.standing.len();
        if next.carry_out(scheme, operation, seen).is_none() {
            seen.hit("refused");
            return Answer::Refused;
        }
        seen.hit_if(expired, "reservation expired");
        next.done.insert(operation.id.clone(), content);
        next.last_day = Some(operation.received);
        *self = next;
        Answer::Done
    }

    /// Nothing if it cannot be done.
    fn carry_out(&mut self, scheme: &Scheme, operation: &Operation, seen: &mut Coverage) -> Option<()> {
        let is_reservation = |state: &Self, id: &str| Some(state.standing.get(id)?.reserved_until.is_some());
        match &operation.act {
            Act::Enrol(person) => {
                let anew = self.persons.insert(person.id.clone(), person.clone());
                let has_claims = self.standing.values().any(|one| one.claim.person == person.id);
                seen.hit(if anew.is_some() { "enrol: a person anew" } else { "enrol" });
                seen.hit_if(anew.is_none() && has_claims, "enrol: a person whose claims came before");
                seen.hit_if(anew.is_some_and(|was| was.household != person.household) && has_claims, "enrol: a person moves");
            }
            Act::Submit { claim, uses } => {
                if let Some(used) = uses {
                    if !is_reservation(self, used)? {
                        return None;
                    }
                    seen.hit("reservation used");
                    self.standing.remove(used);
                }
                if self.standing.contains_key(&claim.id) {
                    return None;
                }
                let late = self.standing.values().any(|one| scheme.rule_date_of(&one.claim) > scheme.rule_date_of(claim));
                seen.hit(if late { "submit: a claim of before" } else { "submit" });
                self.comes(scheme, claim.clone(), None, seen);
            }
            Act::Void(id) => {
                if is_reservation(self, id)? {
                    return None;
                }
                seen.hit("void");
                self.standing.remove(id);
            }
            Act::Correct(claim) => {
                if is_reservation(self, &claim.id)? {
                    return None;
                }
                let was = self.standing.remove(&claim.id)?;
                seen.hit("correct");
                seen.hit_if(was.claim.person != claim.person, "correct: of another person");
                self.comes(scheme, claim.clone(), None, seen);
            }
            Act::Payment { claim: id, prior } => {
                if is_reservation(self, id)? {
                    return None;
                }
                let mut claim = self.standing.remove(id)?.claim;
                claim.prior.retain(|one| one.layer != prior.layer);
                claim.prior.push(prior.clone());
                seen.hit("payment learned later");
                self.comes(scheme, claim, None, seen);
            }
            Act::Reserve { claim, expires } => {
                if *expires < operation.received || self.standing.contains_key(&claim.id) {
                    return None;
                }
                seen.hit("reserve");
                self.comes(scheme, claim.clone(), Some(*expires), seen);
            }
            Act::Release(id) => {
                if !is_reservation(self, id)? {
                    return None;
                }
                seen.hit("reservation released");
                self.standing.remove(id);
            }
            Act::Quote(_) => {}
        }
        Some(())
    }

    /// A claim comes; as received it is decided at once, on what stands.
    fn comes(&mut self, scheme: &Scheme, claim: Claim, reserved_until: Option<NaiveDate>, seen: &mut Coverage) {
        let mut one = Standing { claim, reserved_until, decided: Err("waits".to_owned()), posted: Books::default() };
        if !scheme.as_incurred {
            let mut books = self.sum(scheme);
            self.decide(scheme, &mut one, &mut books, seen);
        }
        self.standing.insert(one.claim.id.clone(), one);
    }

    /// Opening balances, and what the claims that stand have posted.
    fn sum(&self, scheme: &Scheme) -> Books {
        let persons: Vec<Person> = self.persons.values().cloned().collect();
        let mut books = Books::open(scheme, &persons);
        for one in self.standing.values() {
            books.add(&one.posted);
        }
        books
    }

    fn decide(&self, scheme: &Scheme, one: &mut Standing, books: &mut Books, seen: &mut Coverage) {
        let before = books.clone();
        one.decided = match self.persons.get(&one.claim.person) {
            None => Err("unknown-person".to_owned()),
            Some(person) => adjudicate(scheme, person, books, &one.claim, seen).map_err(|reject| reject.0.to_owned()),
        };
        seen.hit_if(one.decided.is_err(), "a claim is rejected");
        one.posted = books.since(&before);
    }

    /// As incurred, all claims that stand are decided in their order.
    fn settle(&mut self, scheme: &Scheme, seen: &mut Coverage) {
        if scheme.as_incurred {
            let mut claims: Vec<Standing> = std::mem::take(&mut self.standing).into_values().collect();
            claims.sort_by_key(|one| (scheme.rule_date_of(&one.claim), one.claim.sequence, one.claim.id.clone()));
            let mut books = self.sum(scheme);
            for one in &mut claims {
                self.decide(scheme, one, &mut books, seen);
            }
            self.standing = claims.into_iter().map(|one| (one.claim.id.clone(), one)).collect();
        }
        self.books = self.sum(scheme);
    }

    fn quote(&self, scheme: &Scheme, claim: &Claim, seen: &mut Coverage) -> Answer {
        if self.standing.contains_key(&claim.id) {
            return Answer::Refused;
        }
        seen.hit("quote");
        let mut then = self.clone();
        then.comes(scheme, claim.clone(), None, seen);
        then.settle(scheme, &mut Coverage::default());
        Answer::Quoted(then.standing[&claim.id].decided.clone())
    }
}

/// An operation as a line of a stream.
pub(crate) fn line(operation: &Operation, scheme: &Scheme) -> Json {
    let mut out = json!({ "id": operation.id, "received": operation.received.to_string() });
    let mut put = |name: &str, what: Json| out[name] = what;
    match &operation.act {
        Act::Enrol(person) => put("enrol", toml::person(person)),
        Act::Submit { claim, uses } => {
            put("submit", toml::claim(claim, scheme));
            if let Some(uses) = uses {
                put("uses", json!(uses));
            }
        }
        Act::Void(id) => put("void", json!({ "claim": id })),
        Act::Correct(claim) => put("correct", toml::claim(claim, scheme)),
        Act::Payment { claim, prior } => put("payment", json!({ "claim": claim, "layer": prior.layer, "paid": toml::prior(prior) })),
        Act::Reserve { claim, expires } => {
            put("reserve", toml::claim(claim, scheme));
            put("expires", json!(expires.to_string()));
        }
        Act::Release(id) => put("release", json!({ "claim": id })),
        Act::Quote(claim) => put("quote", toml::claim(claim, scheme)),
    }
    out
}

/// Chance, by a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        let folded = (self.0 >> 32) ^ (self.0 >> 11);
        usize::try_from(folded % n.max(1) as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The story of a seed: the history of that seed, its claims in any order, and all that can befall them.
pub(crate) fn story(seed: u64) -> Story {
    let history = generate::history(seed, Wish::Any, &mut Coverage::default());
    let mut teller = Teller {
        dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        day: NaiveDate::from_ymd_opt(2030, 1, 1).unwrap(),
        told: Vec::new(),
        came: Vec::new(),
        reserved: Vec::new(),
        persons: history.persons.clone(),
        scheme: history.scheme,
    };
    for person in &history.persons {
        if teller.dice.chance(90) {
            teller.tell(Act::Enrol(person.clone()));
        }
    }
    let mut waiting = history.claims;
    for _ in 0..4 + waiting.len() * 2 {
        teller.something(&mut waiting);
    }
    Story { scheme: teller.scheme, operations: teller.told }
}

struct Teller {
    dice: Dice,
    day: NaiveDate,
    told: Vec<Operation>,
    /// Claims that came, whether they stand or not.
    came: Vec<Claim>,
    reserved: Vec<Claim>,
    persons: Vec<Person>,
    scheme: Scheme,
}

impl Teller {
    fn tell(&mut self, act: Act) {
        self.day = self.day + Days::new(self.dice.below(3) as u64);
        let (id, received) = (format!("o{}", self.told.len()), self.day);
        self.told.push(Operation { id, received, act });
    }

    fn something(&mut self, waiting: &mut Vec<Claim>) {
        let dice = self.dice.below(20);
        if self.came.is_empty() || (dice < 8 && !waiting.is_empty()) {
            if waiting.is_empty() {
                return;
            }
            let claim = waiting.remove(self.dice.below(waiting.len()));
            return self.comes(claim, waiting);
        }
        let claim = self.dice.pick(&self.came).clone();
        match dice {
            8 | 9 => {
                self.tell(Act::Void(claim.id.clone()));
                waiting.push(claim);
            }
            10 | 11 => {
                let other = self.dice.pick(&self.came).clone();
                let person = if self.dice.chance(25) { other.person.clone() } else { claim.person.clone() };
                let (body, wrong_bill) = (other.body.clone(), other.wrong_bill);
                let of_other = Claim { id: claim.id.clone(), person: person.clone(), ..other };
                let corrected = Claim { person, body, wrong_bill, prior: Vec::new(), ..claim };
                let corrected = if self.dice.chance(20) { of_other } else { corrected };
                self.came.retain(|one| one.id != corrected.id);
                self.came.push(corrected.clone());
                self.tell(Act::Correct(corrected));
            }
            12 => {
                let layer = self.dice.pick(&self.scheme.layers).id.clone();
                let percent = *self.dice.pick(&[0, 5, 20, 40, 90]);
                let amount = (claim.bill().max(Rat::ZERO) * Rat::new(percent, 100)).floor_to(self.scheme.rounding.0);
                self.tell(Act::Payment { claim: claim.id, prior: Prior { layer, amount, portions: None } });
            }
            13 | 14 => {
                let id = format!("{} expected", claim.id);
                let expires = self.day + Days::new(self.dice.below(9) as u64);
                let expected = Claim { id, ..claim };
                self.reserved.push(expected.clone());
                self.tell(Act::Reserve { claim: expected, expires });
            }
            15 if !self.reserved.is_empty() => {
                let id = self.dice.pick(&self.reserved).id.clone();
                let act = if self.dice.chance(85) { Act::Release(id) } else { Act::Void(id) };
                self.tell(act);
            }
            16 | 17 => {
                let mut person = self.dice.pick(&self.persons).clone();
                let other = self.dice.pick(&self.persons).clone();
                match self.dice.below(4) {
                    0 => person.attributes = other.attributes,
                    1 => person.household = [None, Some("h1"), Some("h2")][self.dice.below(3)].map(str::to_owned),
                    2 => person.opening.clear(),
                    _ => {}
                }
                self.persons.retain(|one| one.id != person.id);
                self.persons.push(person.clone());
                self.tell(Act::Enrol(person));
            }
            18 => {
                let claim = Claim { id: "quoted".to_owned(), ..claim };
                self.tell(Act::Quote(claim));
            }
            _ => {
                let mut again = self.dice.pick(&self.told).clone();
                match self.dice.below(6) {
                    0 => again.received = again.received + Days::new(1),
                    1 => (again.id, again.received) = (format!("{} again", again.id), again.received - Days::new(1)),
                    2 => (again.id, again.received) = (format!("{} again {}", again.id, self.told.len()), self.day),
                    _ => {}
                }
                self.told.push(again);
            }
        }
    }

    /// A claim is submitted, perhaps after a reservation for it.
    fn comes(&mut self, claim: Claim, waiting: &mut Vec<Claim>) {
        let expected = format!("{} expected", claim.id);
        let is_reserved = self.reserved.iter().any(|one| one.id == expected);
        if !is_reserved && self.dice.chance(30) {
            let reserved = Claim { id: expected, ..claim.clone() };
            let expires = self.day + Days::new(self.dice.below(12) as u64);
            self.reserved.push(reserved.clone());
            self.tell(Act::Reserve { claim: reserved, expires });
            return waiting.push(claim);
        }
        if is_reserved {
            self.tell(Act::Submit { claim: claim.clone(), uses: Some(expected) });
        }
        // Where the reservation was there, the claim stands by now.
        self.tell(Act::Submit { claim: claim.clone(), uses: None });
        self.came.retain(|one| one.id != claim.id);
        self.came.push(claim);
    }
}
