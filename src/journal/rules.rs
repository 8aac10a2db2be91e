//! The rules that a journal's claims may be settled under: every version of every scheme.

use crate::batch::{BatchError, PlanBook, differ, plan_for};
use crate::claim::Claim;
use crate::plan::Plan;
use crate::reject::Reject;

/// Every version of every scheme that may be in force in a journal: those in force from its beginning, and those that come later, by an operation
/// [`Adopt`](super::Act::Adopt).
///
/// ```
/// # let text = include_str!("../../tests/it/schemes/small.toml");
/// use medaid::{Plan, Scheme, batch::PlanBook, journal::Rules};
/// let plan = |text: &str| -> Result<Plan, medaid::Diagnostics> { Plan::compile(&Scheme::parse("village.toml", text)?) };
/// let revised = plan(&text.replace("version = \"2024.1\"", "version = \"2024.2\""))?;
/// let rules = Rules::new(PlanBook::new([plan(text)?])?).with(revised)?;
/// assert_eq!(rules.plans().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rules {
    plans: Vec<Plan>,
    /// How many are in force from the beginning.
    initial: usize,
}

impl Rules {
    /// The rules in force from the beginning.
    pub fn new(book: PlanBook) -> Rules {
        let plans = book.plans().to_vec();
        Rules { initial: plans.len(), plans }
    }

    /// With a version that may be adopted later.
    ///
    /// # Errors
    /// If it does not agree with the other versions of its scheme in how claims are dated and ordered, or in the currency.
    pub fn with(mut self, plan: Plan) -> Result<Rules, BatchError> {
        for other in &self.plans {
            if other.currency != plan.currency {
                return Err(BatchError::Currencies { first: other.currency.clone(), second: plan.currency });
            }
            if other.id != plan.id {
                continue;
            }
            if other.version == plan.version {
                return Err(BatchError::DuplicateVersion { id: plan.id, version: plan.version });
            }
            if let Some(key) = differ(other, &plan) {
                let (id, first, second) = (plan.id, other.version.clone(), plan.version);
                return Err(BatchError::EditionsDiffer { id, first, second, key });
            }
        }
        self.plans.push(plan);
        Ok(self)
    }

    /// The same rules with all claims settled in one order, whatever the schemes say: for comparing the two.
    #[must_use]
    pub fn in_order(mut self, as_incurred: bool) -> Rules {
        self.plans.iter_mut().for_each(|plan| plan.as_incurred = as_incurred);
        self
    }

    /// All versions: first those in force from the beginning, by scheme and first day, then the others as they were added.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The place of a version.
    pub(super) fn find(&self, scheme: &str, version: &str) -> Option<usize> {
        self.plans.iter().position(|plan| plan.id == scheme && plan.version == version)
    }

    /// The places of the versions in force, those adopted last first. Where several hold on a day, it is the first of them that counts.
    pub(super) fn in_force(&self, adopted: &[usize]) -> Vec<usize> {
        let initial = (0..self.initial).filter(|index| !adopted.contains(index));
        adopted.iter().rev().copied().chain(initial).collect()
    }

    /// The place of the version that a claim is settled under; where none holds on its rule date, of one that will say so.
    pub(super) fn plan_for(&self, in_force: &[usize], claim: &Claim) -> Result<usize, Reject> {
        let plans = in_force.iter().filter_map(|index| Some((*index, self.plans.get(*index)?)));
        plan_for(plans, claim)
    }
}
