//! The order in which claims are settled.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::book::PlanBook;
use super::people::People;
use crate::claim::{Claim, Person};
use crate::diagnostic::refused;
use crate::engine::prepare::choose;
use crate::reject::{Reject, RejectCode};

/// Splits off all but the first claim of every id. Which is first does not depend on the order in which they are given: the least by sequence, dates,
/// and then the whole content.
pub(super) fn without_duplicates(claims: Vec<Claim>) -> (Vec<Claim>, Vec<Reject>) {
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dropped: Vec<usize> = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        match by_id.get_mut(claim.id.as_str()) {
            None => {
                by_id.insert(&claim.id, index);
            }
            Some(kept) => {
                let earlier = claims.get(*kept).is_some_and(|other| is_before(claim, other));
                dropped.push(if earlier { std::mem::replace(kept, index) } else { index });
            }
        }
    }
    if dropped.is_empty() {
        return (claims, Vec::new());
    }
    dropped.sort_unstable();
    let mut dropped = dropped.into_iter().peekable();
    let mut kept = Vec::new();
    let mut rejects = Vec::new();
    for (index, claim) in claims.into_iter().enumerate() {
        if dropped.next_if_eq(&index).is_some() {
            let message = refused::another_claim(&claim.id);
            rejects.push(Reject::new(&claim.id, RejectCode::DuplicateClaim, "id", message));
        } else {
            kept.push(claim);
        }
    }
    (kept, rejects)
}

fn is_before(claim: &Claim, other: &Claim) -> bool {
    let dates = |c: &Claim| (c.sequence, c.service_from, c.service_to, c.settled);
    let content = |c: &Claim| serde_json::to_string(c).unwrap_or_default();
    dates(claim).cmp(&dates(other)).then_with(|| content(claim).cmp(&content(other))) == Ordering::Less
}

/// A claim in its turn.
pub(super) struct Entry<'a> {
    pub(super) claim: &'a Claim,
    pub(super) route: Result<Route<'a>, Reject>,
}

/// Where a claim goes.
pub(super) struct Route<'a> {
    pub(super) plan: usize,
    pub(super) person: &'a Person,
    /// The claim's rule date; the first day of service if it is missing, in which case the claim will be rejected.
    pub(super) rule_date: NaiveDate,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    scheme: &'a str,
    owner: &'a str,
    /// The rule date where claims are settled as incurred.
    date: Option<NaiveDate>,
    sequence: u64,
    id: &'a str,
}

/// The claims in the order in which they are settled: by scheme, owner, and the scheme's order. Those that cannot be settled come first.
pub(super) fn ordered<'a>(book: &'a PlanBook, people: &'a People, claims: &'a [Claim]) -> impl Iterator<Item = Entry<'a>> {
    let mut entries: Vec<(Option<Key<'a>>, Entry<'a>)> = claims
        .iter()
        .map(|claim| match route(book, people, claim) {
            Ok((key, route)) => (Some(key), Entry { claim, route: Ok(route) }),
            Err(reject) => (None, Entry { claim, route: Err(reject) }),
        })
        .collect();
    // Ids are unique by now, so that no two keys are equal; those without a key all end up among the rejects, which are sorted.
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    entries.into_iter().map(|(_, entry)| entry)
}

fn route<'a>(book: &'a PlanBook, people: &'a People, claim: &'a Claim) -> Result<(Key<'a>, Route<'a>), Reject> {
    let person = people.get(&claim.person).ok_or_else(|| {
        let message = refused::no_such_person(&claim.person);
        Reject::new(&claim.id, RejectCode::UnknownPerson, "person", message)
    })?;
    let index = book.plan_for(claim)?;
    let plan =
        book.plans().get(index).ok_or_else(|| Reject::new(&claim.id, RejectCode::UnknownScheme, "scheme", refused::no_scheme_at_all()))?;
    if plan.settles.is_some() {
        let message = refused::makes_its_own(&plan.id);
        return Err(Reject::new(&claim.id, RejectCode::UnknownScheme, "scheme", message));
    }
    let rule_date = choose(plan.rule_date, claim).unwrap_or(claim.service_from);
    // Of all editions: a household's claims hang together if those under any edition do.
    let couples = book.plans().iter().any(|p| p.id == plan.id && p.couples_households());
    let together = book.plans().iter().any(|p| p.id == plan.id && p.couples_everyone());
    let owner = match (together, couples) {
        (true, _) => "",
        (_, true) => people.circle(person),
        _ => &person.id,
    };
    let date = plan.as_incurred.then_some(rule_date);
    let key = Key { scheme: &plan.id, owner, date, sequence: claim.sequence, id: &claim.id };
    Ok((key, Route { plan: index, person, rule_date }))
}

/// Puts rejects in an order that does not depend on where they come from.
pub(super) fn sort_rejects(rejects: &mut [Reject]) {
    let key = |r: &'_ Reject| (r.claim().to_owned(), r.row(), r.code(), r.field().to_owned(), r.message().to_owned());
    rejects.sort_by_cached_key(key);
}
