//! The plans of a batch: several schemes, and several editions of each.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::error::BatchError;
use crate::claim::Claim;
use crate::diagnostic::{nearest, refused};
use crate::engine::prepare::choose;
use crate::plan::Plan;
use crate::plan::fact::FactKind;
use crate::reject::{Reject, RejectCode};

/// Plans by scheme and date.
///
/// Editions of one scheme (the same id, other versions) hold at different times and agree in `rule_date` and `order`; a claim is settled under the
/// edition that holds on its rule date. Balances carry over from edition to edition.
///
/// ```
/// # let text = include_str!("../../tests/it/schemes/small.toml");
/// use medaid::{Plan, Scheme, batch::{BatchError, PlanBook}};
/// let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
/// let book = PlanBook::new([plan.clone()])?;
/// assert_eq!(book.plans().len(), 1);
/// let error = PlanBook::new([plan.clone(), plan]).unwrap_err();
/// assert_eq!(error.to_string(), "scheme `village_cover`: versions 2024.1 and 2024.1 both hold on 2024-01-01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlanBook {
    /// By scheme id and first day.
    plans: Vec<Plan>,
}

impl PlanBook {
    /// A book of plans.
    ///
    /// # Errors
    /// If there is no plan, if two editions of one scheme hold on one day or do not agree in how claims are dated and ordered, or if currencies differ.
    pub fn new(plans: impl IntoIterator<Item = Plan>) -> Result<PlanBook, BatchError> {
        let mut plans: Vec<Plan> = plans.into_iter().collect();
        plans.sort_by(|a, b| (&a.id, a.effective.from, &a.version, a.digest).cmp(&(&b.id, b.effective.from, &b.version, b.digest)));
        let Some(one) = plans.first() else { return Err(BatchError::NoScheme) };
        if let Some(other) = plans.iter().find(|p| p.currency != one.currency) {
            return Err(BatchError::Currencies { first: one.currency.clone(), second: other.currency.clone() });
        }
        for (first, second) in plans.iter().zip(plans.iter().skip(1)) {
            if first.id != second.id {
                continue;
            }
            let (id, first_version, second_version) = (first.id.clone(), first.version.clone(), second.version.clone());
            // In order of their first days, so that it is enough to look at neighbours.
            let on = second.effective.from.unwrap_or(NaiveDate::MIN);
            if first.effective.until.is_none_or(|until| on < until) {
                return Err(BatchError::Overlap { id, first: first_version, second: second_version, on });
            }
            if let Some(key) = differ(first, second) {
                return Err(BatchError::EditionsDiffer { id, first: first_version, second: second_version, key });
            }
        }
        let book = PlanBook { plans };
        book.check_settling()?;
        Ok(book)
    }

    /// Every settling scheme settles another that is there, and none settles itself by way of others.
    fn check_settling(&self) -> Result<(), BatchError> {
        for plan in &self.plans {
            let mut seen = vec![plan.id.as_str()];
            let mut next = plan.settles();
            while let Some(settled) = next {
                let Some(found) = self.plans.iter().find(|p| p.id == settled) else {
                    return Err(BatchError::SettlesUnknown { id: plan.id.clone(), settles: settled.to_owned() });
                };
                if seen.contains(&settled) {
                    return Err(BatchError::SettlesItself(plan.id.clone()));
                }
                seen.push(settled);
                next = found.settles();
            }
        }
        Ok(())
    }

    /// The plans that settle others, by index, those first whose settled schemes are done.
    pub(super) fn settling(&self) -> Vec<(usize, &Plan)> {
        let depth = |plan: &Plan| {
            let (mut depth, mut next) = (0usize, plan.settles());
            while let Some(found) = next.and_then(|id| self.plans.iter().find(|p| p.id == id)) {
                depth = depth.saturating_add(1);
                next = found.settles();
            }
            depth
        };
        let mut settling: Vec<(usize, &Plan)> = self.plans.iter().enumerate().filter(|(_, p)| p.settles.is_some()).collect();
        settling.sort_by_key(|(_, plan)| depth(plan));
        settling
    }

    /// Whether another scheme settles this one.
    pub(super) fn is_settled(&self, scheme: &str) -> bool {
        self.plans.iter().any(|p| p.settles() == Some(scheme))
    }

    /// The edition of a scheme that holds when a policy year begins; if there is none, the one under which its first claim was decided.
    pub(crate) fn edition_of_year(&self, scheme: &str, year: NaiveDate, decided_under: usize) -> usize {
        self.plans.iter().position(|p| p.id == scheme && p.effective.contains(year)).unwrap_or(decided_under)
    }

    /// All plans, by scheme id and first day.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// Whether any figure of any scheme is declared to be made up.
    pub fn is_illustrative(&self) -> bool {
        self.plans.iter().any(Plan::is_illustrative)
    }

    /// The ids of the schemes.
    pub fn scheme_ids(&self) -> impl Iterator<Item = &str> {
        let first = |(i, plan): &(usize, &Plan)| i.checked_sub(1).and_then(|before| self.plans.get(before)).is_none_or(|p| p.id != plan.id);
        self.plans.iter().enumerate().filter(first).map(|(_, plan)| plan.id.as_str())
    }

    /// The attributes of persons that any scheme declares.
    pub(super) fn person_attributes(&self) -> BTreeSet<&str> {
        let facts = self.plans.iter().flat_map(|p| &p.facts);
        facts.filter(|f| matches!(f.kind, FactKind::PersonAttribute(_))).map(|f| f.name.as_str()).collect()
    }

    /// The index of the plan that a claim is settled under; where none holds on its rule date, of one that will say so.
    pub(super) fn plan_for(&self, claim: &Claim) -> Result<usize, Reject> {
        plan_for(self.plans.iter().enumerate(), claim)
    }

    /// Where there are several editions, none of which holds, one of them is not to be blamed.
    pub(super) fn reword(&self, claim: &Claim, reject: Reject) -> Reject {
        reword(self.plans.iter(), claim, reject)
    }
}

/// In which key two editions of one scheme differ that must agree.
pub(crate) fn differ(first: &Plan, second: &Plan) -> Option<&'static str> {
    if first.rule_date != second.rule_date {
        Some("rule_date")
    } else if first.as_incurred != second.as_incurred {
        Some("order")
    } else if first.settles != second.settles {
        Some("settles")
    } else {
        None
    }
}

/// The index of the first of some plans that a claim is settled under; where none holds on its rule date, of the last of its scheme, which will say so.
pub(crate) fn plan_for<'a>(plans: impl Iterator<Item = (usize, &'a Plan)> + Clone, claim: &Claim) -> Result<usize, Reject> {
    let reject = |message: crate::diagnostic::Message| Reject::new(&claim.id, RejectCode::UnknownScheme, "scheme", message);
    let ids = || plans.clone().map(|(_, plan)| plan.id.as_str()).collect::<BTreeSet<&str>>();
    let id = match &claim.scheme {
        Some(id) => id.as_str(),
        None => {
            // A scheme that settles makes its own claims.
            let mut of_claims = plans.clone().filter(|(_, plan)| plan.settles.is_none()).map(|(_, plan)| plan.id.as_str());
            let first = of_claims.next();
            match first.filter(|first| of_claims.all(|other| other == *first)) {
                Some(only) => only,
                None => {
                    return Err(reject(refused::several_schemes(&refused::listed(ids()))));
                }
            }
        }
    };
    let mut last = None;
    for (index, plan) in plans.clone().filter(|(_, p)| p.id == id) {
        last = Some(index);
        if choose(plan.rule_date, claim).is_some_and(|date| plan.effective.contains(date)) {
            break;
        }
    }
    last.ok_or_else(|| {
        let help = nearest(id, ids()).map(refused::or_near).unwrap_or_default();
        reject(refused::no_such_scheme(id).and(&help))
    })
}

/// Where there are several editions, none of which holds, one of them is not to be blamed.
pub(crate) fn reword<'a>(plans: impl Iterator<Item = &'a Plan> + Clone, claim: &Claim, reject: Reject) -> Reject {
    if reject.code() != RejectCode::NoSchemeInForce {
        return reject;
    }
    let found = plan_for(plans.clone().enumerate(), claim).ok().and_then(|index| plans.clone().nth(index));
    match found.map(|plan| (plan, choose(plan.rule_date, claim))) {
        Some((plan, Some(date))) if plans.filter(|p| p.id == plan.id).count() > 1 => {
            let message = refused::no_edition(&plan.id, date);
            Reject::new(&claim.id, reject.code(), reject.field(), message)
        }
        _ => reject,
    }
}
