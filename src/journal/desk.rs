//! The desk: carries operations out.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::operation::{Act, Adoption, ClaimRef, Operation};
use super::outcome::{Booking, Names, Outcome};
use super::receipt::{Change, Quote, Receipt, Refusal, Why};
use super::rework::{Coming, Reworked, Touched, Work, rework};
use super::rules::Rules;
use super::{AccountKey, Journal, OpeningPosting, Place, Turn};
use crate::claim::{Claim, Person};
use crate::decision::Decision;
use crate::diagnostic::{Message, nearest, refused};
use crate::engine::Adjudicator;
use crate::engine::prepare;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::plan::fact::FactKind;
use crate::reject::{Reject, RejectCode};
use crate::scheme::syntax::Owner;

/// Carries operations out on journals, under rules. It keeps nothing but working memory: a service has one for each thread.
#[derive(Debug)]
pub struct Desk<'r> {
    rules: &'r Rules,
    adjudicators: Vec<Adjudicator<'r>>,
    names: Vec<Arc<Names>>,
    explains: bool,
}

/// Where a claim goes.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// The plan's place among the rules.
    pub(super) plan: usize,
    pub(super) person: Option<Arc<Person>>,
    pub(super) place: Place,
    pub(super) accounts: Vec<AccountKey>,
}

impl<'r> Desk<'r> {
    /// A desk that gives a decision with every step for each claim that an operation brings.
    pub fn new(rules: &'r Rules) -> Desk<'r> {
        let adjudicators = rules.plans().iter().map(Adjudicator::new).collect();
        let names = rules.plans().iter().map(|plan| Arc::new(Names::new(plan))).collect();
        Desk { rules, adjudicators, names, explains: true }
    }

    /// One that gives no decisions, only what changed: several times as fast.
    #[must_use]
    pub fn without_decisions(mut self) -> Desk<'r> {
        self.explains = false;
        self
    }

    /// The rules.
    pub fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// Carries an operation out. One that was carried out before changes nothing, and the receipt says so.
    ///
    /// # Errors
    /// A [`Refusal`], if it cannot be carried out; the journal is as before, reservations that have run out by its day included.
    pub fn apply(&mut self, journal: &mut Journal, operation: &Operation) -> Result<Receipt, Refusal> {
        if let Some(number) = journal.operations.get(&operation.id).copied() {
            let same = journal.records.get(number).is_some_and(|record| record.operation == *operation);
            let repeated = Receipt { number, repeated: true, decision: None, changes: Vec::new(), expired: Vec::new() };
            return if same { Ok(repeated) } else { Err(Refusal::IdReused(operation.id.clone())) };
        }
        if let Some(last) = journal.last_day().filter(|last| operation.received < *last) {
            return Err(Refusal::OutOfOrder { id: operation.id.clone(), received: operation.received, last });
        }
        if let Act::Expire(_) = operation.act {
            return Err(Refusal::ByItself(operation.id.clone()));
        }
        let due = journal.expiries(operation.received);
        let gone: BTreeSet<&str> = due.iter().filter_map(|expiry| expiry.act.claim()).collect();
        // What is refused is refused before anything is done.
        let work = self.work(journal, operation, &gone)?;
        let mut expired = Vec::new();
        for expiry in &due {
            expired.extend(self.carry_out(journal, expiry)?.changes);
        }
        let mut receipt = self.execute(journal, operation, work)?;
        receipt.expired = expired;
        Ok(receipt)
    }

    /// What would come of a claim that was submitted now. Nothing is booked.
    ///
    /// # Errors
    /// A [`Refusal`], if it could not be submitted.
    pub fn quote(&mut self, journal: &Journal, claim: &Claim) -> Result<Quote, Refusal> {
        let id = format!("quote for {}", claim.id);
        let mut work = Work { own: Some(claim.id.clone()), ..Work::default() };
        if journal.claims.contains_key(&claim.id) {
            return Err(Refusal::DuplicateClaim { id, claim: claim.id.clone() });
        }
        work.come.push(
            self.coming(journal, claim.clone(), None, journal.records.len())
                .map_err(|reject| Refusal::Rejected { id: id.clone(), reject })?,
        );
        let touched = Touched::new(journal, &work);
        let mut ledger = journal.ledger.part(touched.owners());
        let explains = std::mem::replace(&mut self.explains, true);
        let reworked = rework(self, journal, &touched, work, &mut ledger);
        self.explains = explains;
        let Reworked { changes, decision, .. } = reworked.ok_or_else(|| Refusal::Internal(id.clone()))?;
        let reject = changes.first().and_then(|change| change.now()).and_then(Outcome::reject);
        let outcome = match (decision, reject) {
            (Some(decision), _) => Ok(decision),
            (None, Some(reject)) => Err(reject.clone()),
            (None, None) => return Err(Refusal::Internal(id)),
        };
        Ok(Quote { outcome, changes })
    }

    /// Carries all operations of a journal out anew, under the rules that were in force each time: a journal of the same bytes, if neither the operations nor
    /// the rules were changed since.
    ///
    /// # Errors
    /// A [`Refusal`] of an operation that was carried out once.
    pub fn replay(&mut self, journal: &Journal) -> Result<Journal, Refusal> {
        let explains = std::mem::replace(&mut self.explains, false);
        let mut anew = Journal::new();
        let done = journal.records.iter().try_for_each(|record| self.carry_out(&mut anew, &record.operation).map(|_| ()));
        self.explains = explains;
        done.map(|()| anew)
    }

    fn carry_out(&mut self, journal: &mut Journal, operation: &Operation) -> Result<Receipt, Refusal> {
        let work = self.work(journal, operation, &BTreeSet::new())?;
        self.execute(journal, operation, work)
    }

    /// What an operation is to do, once the reservations that are `gone` by then are.
    fn work(&self, journal: &Journal, operation: &Operation, gone: &BTreeSet<&str>) -> Result<Work, Refusal> {
        let id = || operation.id.clone();
        let known = |scheme: &str| self.rules.plans().iter().any(|plan| plan.id == scheme);
        if let Some(names) = journal.names.values().find(|names| !known(&names.scheme)) {
            return Err(Refusal::NoSuchScheme { id: id(), scheme: names.scheme.clone() });
        }
        let number = journal.records.len().saturating_add(gone.len());
        let stands = |claim: &str| journal.claims.get(claim).filter(|_| !gone.contains(claim));
        let reservation = |claim: &str| match stands(claim).and_then(|entry| entry.reserved_until) {
            None => Err(Refusal::NoSuchReservation { id: id(), claim: claim.to_owned() }),
            Some(_) => Ok(claim.to_owned()),
        };
        let own_claim = |claim: &str| match stands(claim).map(|entry| entry.reserved_until) {
            None => Err(Refusal::NoSuchClaim { id: id(), claim: claim.to_owned() }),
            Some(Some(_)) => Err(Refusal::IsReservation { id: id(), claim: claim.to_owned() }),
            Some(None) => Ok(claim.to_owned()),
        };
        let coming = |claim: Claim, reserved_until| {
            let refused = |reject| Refusal::Rejected { id: id(), reject };
            self.coming(journal, claim, reserved_until, number).map_err(refused)
        };
        let mut work = Work { own: operation.act.claim().map(str::to_owned), ..Work::default() };
        match &operation.act {
            Act::Enrol(person) => {
                let person = Arc::new((**person).clone());
                self.check_person(journal, &person).map_err(|message| Refusal::Person { id: id(), message })?;
                let openings = self.openings(&person);
                let known = journal.persons.get(&person.id).map(|known| known.openings.clone()).unwrap_or_default();
                if known != openings {
                    work.openings = [known, openings.clone()];
                }
                work.brings = openings;
                for claim in journal.claims_of.get(&person.id).into_iter().flatten() {
                    let Some(entry) = stands(claim).filter(|entry| entry.as_incurred) else { continue };
                    work.leave.insert(claim.clone());
                    let route = self.route_of(journal, &entry.claim, Some(Arc::clone(&person)));
                    let route = route.map_err(|reject| Refusal::Rejected { id: id(), reject })?;
                    let turn = Turn::new(&route.place, &entry.claim, number);
                    work.come.push(Coming { claim: Arc::clone(&entry.claim), reserved_until: entry.reserved_until, route, turn });
                }
            }
            Act::Submit(submission) => {
                let claim = &submission.claim;
                if let Some(used) = &submission.uses {
                    work.leave.insert(reservation(used)?);
                }
                if stands(&claim.id).is_some() && submission.uses.as_ref() != Some(&claim.id) {
                    return Err(Refusal::DuplicateClaim { id: id(), claim: claim.id.clone() });
                }
                work.come.push(coming(claim.clone(), None)?);
            }
            Act::Reserve(reservation) => {
                let claim = &reservation.claim;
                if reservation.expires < operation.received {
                    return Err(Refusal::ExpiresBefore { id: id(), expires: reservation.expires, received: operation.received });
                }
                if stands(&claim.id).is_some() {
                    return Err(Refusal::DuplicateClaim { id: id(), claim: claim.id.clone() });
                }
                work.come.push(coming(claim.clone(), Some(reservation.expires))?);
            }
            Act::Void(ClaimRef { claim }) => {
                work.leave.insert(own_claim(claim)?);
            }
            Act::Correct(claim) => {
                work.leave.insert(own_claim(&claim.id)?);
                work.come.push(coming((**claim).clone(), None)?);
            }
            Act::Payment(payment) => {
                work.leave.insert(own_claim(&payment.claim)?);
                let mut claim = journal.claim(&payment.claim).cloned().unwrap_or_default();
                claim.prior.insert(payment.layer.clone(), payment.paid.clone());
                work.come.push(coming(claim, None)?);
            }
            Act::Release(ClaimRef { claim }) | Act::Expire(ClaimRef { claim }) => {
                work.leave.insert(reservation(claim)?);
            }
            Act::Adopt(Adoption { scheme, version }) => {
                if self.rules.find(scheme, version).is_none() {
                    return Err(Refusal::NoSuchVersion { id: id(), scheme: scheme.clone(), version: version.clone() });
                }
            }
        }
        Ok(work)
    }

    fn execute(&mut self, journal: &mut Journal, operation: &Operation, mut work: Work) -> Result<Receipt, Refusal> {
        if let Act::Adopt(adoption) = &operation.act {
            return self.adopt(journal, operation, adoption);
        }
        let openings = std::mem::take(&mut work.brings);
        if let Act::Enrol(person) = &operation.act {
            openings.iter().for_each(|opening| opening.announce(&mut journal.ledger, &person.id));
        }
        let left = work.leave.clone();
        let touched = Touched::new(journal, &work);
        let mut ledger = std::mem::take(&mut journal.ledger);
        let reworked = rework(self, journal, &touched, work, &mut ledger);
        journal.ledger = ledger;
        let Some(reworked) = reworked else {
            // Cannot be. The ledger is half done: it is summed up anew.
            journal.sum_up();
            return Err(Refusal::Internal(operation.id.clone()));
        };
        let Reworked { changes, came, others, decision } = reworked;
        let number = journal.write(operation.clone(), left, came, others, openings)?;
        Ok(Receipt { number, repeated: false, decision, changes, expired: Vec::new() })
    }

    /// Settles every claim as if these rules had been in force from the beginning.
    fn adopt(&mut self, journal: &mut Journal, operation: &Operation, adoption: &Adoption) -> Result<Receipt, Refusal> {
        let Adoption { scheme, version } = adoption;
        let mut anew = Journal { ledger: Ledger::new().with_stays_of(&journal.ledger), ..Journal::default() };
        anew.adopted = journal.adopted.iter().filter(|adopted| **adopted != (scheme.clone(), version.clone())).cloned().collect();
        anew.adopted.push((scheme.clone(), version.clone()));
        let explains = std::mem::replace(&mut self.explains, false);
        let earlier = journal.records.iter().map(|record| &record.operation).filter(|operation| !matches!(operation.act, Act::Adopt(_)));
        let done = earlier.into_iter().try_for_each(|operation| self.carry_out(&mut anew, operation).map(|_| ()));
        self.explains = explains;
        done?;
        let mut changes = Vec::new();
        for (id, entry) in &anew.claims {
            let was = journal.claims.get(id).map(|known| Arc::clone(&known.outcome));
            if was.as_deref() != Some(&*entry.outcome) {
                let (claim, person) = (id.clone(), entry.claim.person.clone());
                let (reserved, now) = (entry.reserved_until.is_some(), Some(Arc::clone(&entry.outcome)));
                changes.push(Change { claim, person, reserved, why: Why::Rules, was, now });
            }
        }
        let number = journal.write_adoption(operation.clone(), anew)?;
        Ok(Receipt { number, repeated: false, decision: None, changes, expired: Vec::new() })
    }

    /// The decision on a claim as it stands, with every step.
    ///
    /// # Errors
    /// Its reject, if it was rejected; nothing if there is no such claim, or if it cannot be settled anew as it was.
    pub fn explain(&mut self, journal: &Journal, claim: &str) -> Option<Result<Box<Decision>, Reject>> {
        let entry = journal.claims.get(claim)?;
        if let Some(reject) = entry.outcome.reject() {
            return Some(Err(reject.clone()));
        }
        if entry.as_incurred {
            // What comes after it is taken off.
            let id = entry.claim.id.clone();
            let work = Work { leave: BTreeSet::from([id]), ..Work::default() };
            let touched = Touched::new(journal, &work);
            let mut ledger = journal.ledger.part(touched.owners());
            for one in touched.turns.iter().map(|turn| turn.id.as_str()).chain([claim]) {
                let entry = journal.claims.get(one)?;
                super::rework::post(&mut ledger, &entry.claim, &entry.outcome, true)?;
            }
            return self.explained(journal, entry, &mut ledger);
        }
        // As received: everything up to the record in which it was decided, which a later version may have settled anew.
        let mut before = Journal { ledger: Ledger::new().with_stays_of(&journal.ledger), ..Journal::default() };
        let earlier = journal.records.get(..entry.decided_in)?;
        let adopted_since = journal.records.get(entry.decided_in..)?.iter().any(|record| matches!(record.operation.act, Act::Adopt(_)));
        if adopted_since {
            before.adopted = journal.adopted.clone();
        }
        let explains = std::mem::replace(&mut self.explains, false);
        let mut done = Ok(());
        for record in earlier {
            if adopted_since && matches!(record.operation.act, Act::Adopt(_)) {
                continue;
            }
            done = done.and_then(|()| self.carry_out(&mut before, &record.operation).map(|_| ()));
        }
        self.explains = explains;
        done.ok()?;
        // What the operation itself takes off first.
        let own = journal.records.get(entry.decided_in)?;
        let mut ledger = before.ledger.clone();
        let leaves = match &own.operation.act {
            Act::Correct(claim) => Some(claim.id.as_str()),
            Act::Payment(payment) => Some(payment.claim.as_str()),
            Act::Submit(submission) => submission.uses.as_deref(),
            _ => None,
        };
        if let Some(left) = leaves.and_then(|id| before.claims.get(id)) {
            super::rework::post(&mut ledger, &left.claim, &left.outcome, true)?;
        }
        self.explained(&before, entry, &mut ledger)
    }

    fn explained(&mut self, journal: &Journal, entry: &super::Entry, ledger: &mut Ledger) -> Option<Result<Box<Decision>, Reject>> {
        let route = self.route(journal, &entry.claim).ok()?;
        let explains = std::mem::replace(&mut self.explains, true);
        let (outcome, decision) = self.settle(journal, ledger, &entry.claim, &route, true);
        self.explains = explains;
        decision.map(Ok).filter(|_| outcome == *entry.outcome)
    }

    fn in_force(&self, journal: &Journal) -> Vec<usize> {
        let adopted: Vec<usize> = journal.adopted.iter().filter_map(|(scheme, version)| self.rules.find(scheme, version)).collect();
        self.rules.in_force(&adopted)
    }

    /// The plans in force on a day: of each scheme the one that is chosen for claims of that day, by scheme.
    pub(super) fn plans_on(&self, journal: &Journal, on: NaiveDate) -> Vec<&'r Plan> {
        let mut plans: Vec<&Plan> = Vec::new();
        for plan in self.in_force(journal).into_iter().filter_map(|index| self.rules.plans().get(index)) {
            if plan.effective.contains(on) && !plans.iter().any(|known| known.id == plan.id) {
                plans.push(plan);
            }
        }
        plans.sort_by(|a, b| a.id.cmp(&b.id));
        plans
    }

    /// A claim that comes, with the record of that number.
    fn coming(&self, journal: &Journal, claim: Claim, reserved_until: Option<NaiveDate>, number: usize) -> Result<Coming, Reject> {
        let route = self.route(journal, &claim)?;
        let turn = Turn::new(&route.place, &claim, number);
        Ok(Coming { claim: Arc::new(claim), reserved_until, route, turn })
    }

    /// Where a claim goes.
    pub(super) fn route(&self, journal: &Journal, claim: &Claim) -> Result<Route, Reject> {
        let person = journal.persons.get(&claim.person).map(|enrolled| Arc::clone(&enrolled.person));
        self.route_of(journal, claim, person)
    }

    fn route_of(&self, journal: &Journal, claim: &Claim, person: Option<Arc<Person>>) -> Result<Route, Reject> {
        let in_force = self.in_force(journal);
        let index = self.rules.plan_for(&in_force, claim)?;
        let unknown = || Reject::new(&claim.id, RejectCode::UnknownScheme, "scheme", refused::no_scheme_at_all());
        let plan = self.rules.plans().get(index).ok_or_else(unknown)?;
        if plan.settles.is_some() {
            let message = refused::makes_its_own(&plan.id);
            return Err(Reject::new(&claim.id, RejectCode::UnknownScheme, "scheme", message));
        }
        let rule_date = prepare::choose(plan.rule_date, claim).unwrap_or(claim.service_from);
        let any = |couples: fn(&Plan) -> bool| self.rules.plans().iter().any(|other| other.id == plan.id && couples(other));
        let (couples, with_everyone) = (any(Plan::couples_households), any(Plan::couples_everyone));
        // Of two households on one day none is meant; the claim will be rejected.
        let household = person.as_ref().filter(|_| couples).map(|p| p.household_on(rule_date).unwrap_or(&p.id).to_owned());
        let place = Place { scheme: Arc::from(plan.id.as_str()), as_incurred: plan.as_incurred, rule_date, household, with_everyone };
        let accounts = place.accounts(&claim.person);
        Ok(Route { plan: index, person, place, accounts })
    }

    /// Settles a claim on the ledger.
    pub(super) fn settle(
        &mut self,
        journal: &Journal,
        ledger: &mut Ledger,
        claim: &Claim,
        route: &Route,
        own: bool,
    ) -> (Outcome, Option<Box<Decision>>) {
        let Some(person) = route.person.as_deref() else {
            let message = refused::no_such_person(&claim.person);
            return (Outcome::Rejected(Reject::new(&claim.id, RejectCode::UnknownPerson, "person", message)), None);
        };
        let internal = || Reject::new(&claim.id, RejectCode::NoValue, "", refused::internal());
        let (Some(adjudicator), Some(names)) = (self.adjudicators.get_mut(route.plan), self.names.get(route.plan)) else {
            return (Outcome::Rejected(internal()), None);
        };
        let booked = if own && self.explains {
            adjudicator.book_explained(person, ledger, claim).map(|(booked, decision)| (booked, Some(Box::new(decision))))
        } else {
            adjudicator.book(person, ledger, claim).map(|booked| (booked, None))
        };
        match booked {
            Err(reject) => {
                let in_force = self.in_force(journal);
                let plans = in_force.iter().filter_map(|index| self.rules.plans().get(*index));
                (Outcome::Rejected(crate::batch::reword(plans, claim, reject)), None)
            }
            Ok((booked, decision)) => {
                let household = route.place.household.clone().unwrap_or_default().into();
                let booking = Booking { names: Arc::clone(names), rule_date: route.place.rule_date, household, booked };
                (Outcome::Decided(booking), decision)
            }
        }
    }

    /// What a person brings, scheme by scheme: under the first version to which it fits. Where it fits none, the person's claims are rejected.
    fn openings(&self, person: &Person) -> Vec<OpeningPosting> {
        let mut postings: Vec<OpeningPosting> = Vec::new();
        if person.opening.is_empty() {
            return postings;
        }
        let mut plans: Vec<&Plan> = self.rules.plans().iter().collect();
        plans.sort_by_key(|plan| (&plan.id, plan.effective.from));
        for plan in plans {
            if postings.iter().any(|posting| posting.scheme == plan.id) {
                continue;
            }
            let Ok(openings) = prepare::openings(plan, person, "") else { continue };
            let posting = |one: prepare::Opening| {
                let household = person.household_on(one.on).ok()?;
                let id = if one.owner == Owner::Household { household } else { &person.id };
                let accumulator = plan.accumulators.get(one.accumulator)?.name.clone();
                let (scheme, id) = (plan.id.clone(), id.to_owned());
                Some(OpeningPosting { scheme, accumulator, owner: one.owner, id, key: one.key, period: one.period, amount: one.amount })
            };
            postings.extend(openings.into_iter().filter_map(posting));
        }
        postings
    }

    /// Whether a person can be enrolled beside the others.
    fn check_person(&self, journal: &Journal, person: &Person) -> Result<(), Message> {
        let known: BTreeSet<&str> = self.rules.plans().iter().flat_map(|plan| &plan.facts).filter_map(person_attribute).collect();
        if let Some(name) = person.attributes.keys().find(|name| !known.contains(name.as_str())) {
            let help = nearest(name, known.iter().copied()).map(refused::in_brackets).unwrap_or_default();
            return Err(refused::no_person_attribute(&person.id, name).and(&help));
        }
        for membership in person.household.values() {
            person.household_on(membership.from.unwrap_or(NaiveDate::MIN)).map_err(|several| several.message())?;
        }
        let others_name = journal.households.get(&person.id).is_some_and(|count| *count > own_memberships(journal, &person.id));
        let refused = if others_name && is_alone_at_times(person) {
            Some(person.id.as_str())
        } else {
            person.households().find(|household| {
                let bearer = journal.persons.get(*household).filter(|bearer| bearer.person.id != person.id);
                bearer.is_some_and(|bearer| is_alone_at_times(&bearer.person))
            })
        };
        refused.map_or(Ok(()), |id| Err(refused::ambiguous_household(id)))
    }
}

fn person_attribute(fact: &crate::plan::fact::Fact) -> Option<&str> {
    matches!(fact.kind, FactKind::PersonAttribute(_)).then_some(fact.name.as_str())
}

/// Whether there is a day on which a person may belong to no household that is named.
fn is_alone_at_times(person: &Person) -> bool {
    !person.household.values().iter().any(|h| h.from.is_none() && h.until.is_none())
}

/// How often a person names a household of their own name.
fn own_memberships(journal: &Journal, person: &str) -> usize {
    journal.person(person).map_or(0, |known| known.households().filter(|household| *household == person).count())
}

impl Journal {
    /// The operations by which the reservations end that have run out by a day.
    fn expiries(&self, day: NaiveDate) -> Vec<Operation> {
        let due = self.reservations.iter().take_while(|(until, _)| *until < day);
        let expiry = |(until, claim): &(NaiveDate, String)| {
            let received = until.succ_opt().unwrap_or(*until).max(self.last_day().unwrap_or(*until));
            Operation { id: format!("{claim} expires"), received, act: Act::Expire(ClaimRef { claim: claim.clone() }) }
        };
        due.map(expiry).collect()
    }
}
