//! One claim as the kernel sees it: what came in, and the working memory, which is kept from claim to claim.

use crate::money::Money;
use crate::plan::Plan;
use crate::plan::fact::{Facts, MISSING};

/// A given payment of a layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) amount: Money,
    /// Where its split by portion begins in `Input::given_split`, if it says one.
    pub(crate) split: Option<usize>,
}

/// A claim read against a plan: names resolved, lines classified, every fact that is known before the first layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    pub(crate) facts: Facts,
    pub(crate) portions: usize,
    /// One if the claim came with portion totals.
    pub(crate) lines: usize,
    pub(crate) has_lines: bool,
    /// The bill by line and portion, before any payer.
    pub(crate) billed: Vec<Money>,
    /// Values of facts of lines, line by line, in the order of the plan's `line_facts`; nothing where not known.
    pub(crate) line_values: Vec<Option<i64>>,
    /// By layer; empty if nothing is given.
    pub(crate) given: Vec<Option<Given>>,
    pub(crate) given_split: Vec<Money>,
    pub(crate) rule_date: Option<chrono::NaiveDate>,
    /// The key of the period that each kind of period has, by `Per::index`; nothing if it lives in the claim alone. A stay's key is found with the account.
    pub(crate) period_keys: [Option<i32>; 7],
    pub(crate) stay: Option<String>,
}

impl Input {
    pub(crate) fn cell(&self, line: usize, portion: usize) -> usize {
        line * self.portions + portion
    }

    pub(crate) fn portion_billed(&self, portion: usize) -> Money {
        sum_portion(&self.billed, portion, self.portions)
    }
}

/// The working memory of one claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// Facts, those at entry to the layer at work and of the line at work included.
    pub(crate) facts: Facts,
    pub(crate) portions: usize,
    pub(crate) lines: usize,
    /// What is left, by line and portion.
    pub(crate) residual: Vec<Money>,
    pub(crate) paid: Vec<Money>,
    pub(crate) beside: Vec<Money>,
    pub(crate) period_keys: [Option<i32>; 7],
    /// Positions of accumulators in the claim's periods, this claim's postings included.
    pub(crate) positions: Vec<i64>,
    /// What this claim has posted to each accumulator.
    pub(crate) posted: Vec<i64>,
    /// Which lines the benefit at work looks at.
    pub(crate) chosen: Vec<bool>,
    /// Money that the benefit at work counts, by cover and line.
    pub(crate) counted: Vec<Money>,
    /// Whether a payment may touch the residual, by cover and line.
    pub(crate) touch: Vec<bool>,
    /// Shares of a sum that is being spread.
    pub(crate) shares: Vec<Money>,
    pub(crate) remainders: Vec<(i128, usize)>,
    /// Held money by slot, line and portion.
    pub(crate) held: Vec<Money>,
}

fn refill<T: Copy>(buffer: &mut Vec<T>, count: usize, value: T) {
    buffer.clear();
    buffer.resize(count, value);
}

fn sum_portion(cells: &[Money], portion: usize, portions: usize) -> Money {
    // Parts of a bill that fits: their sum fits.
    cells.iter().skip(portion).step_by(portions.max(1)).fold(Money::ZERO, |sum, r| sum.checked_add(*r).unwrap_or(sum))
}

impl Case {
    /// Starts a claim: everything is left, nothing is paid.
    pub(crate) fn start(&mut self, plan: &Plan, input: &Input) {
        self.facts.clone_from(&input.facts);
        self.portions = input.portions;
        self.lines = input.lines;
        self.residual.clone_from(&input.billed);
        self.period_keys = input.period_keys;
        refill(&mut self.paid, plan.layers.len(), Money::ZERO);
        refill(&mut self.beside, plan.layers.len(), Money::ZERO);
        refill(&mut self.posted, plan.accumulators.len(), 0);
        if plan.held_slots > 0 {
            refill(&mut self.held, self.residual.len() * plan.held_slots, Money::ZERO);
        }
    }

    #[inline]
    pub(crate) fn cell(&self, line: usize, portion: usize) -> usize {
        line * self.portions + portion
    }

    #[inline]
    pub(crate) fn left(&self, line: usize, portion: usize) -> Money {
        self.residual.get(self.cell(line, portion)).copied().unwrap_or(Money::ZERO)
    }

    pub(crate) fn portion_left(&self, portion: usize) -> Money {
        sum_portion(&self.residual, portion, self.portions)
    }

    #[inline]
    pub(crate) fn is_chosen(&self, line: usize) -> bool {
        self.chosen.get(line).copied().unwrap_or(false)
    }
}

/// Puts the facts of one line in their places.
pub(crate) fn look_at_line(plan: &Plan, line_values: &[Option<i64>], line: usize, facts: &mut Facts) {
    let start = line * plan.line_facts.len();
    for (offset, index) in plan.line_facts.iter().enumerate() {
        let value = line_values.get(start + offset).copied().flatten();
        match (value, plan.facts.get(*index)) {
            (Some(value), Some(fact)) => facts.set(*index, fact, value),
            _ => {
                if let Some(class) = facts.classes.get_mut(*index) {
                    *class = MISSING;
                }
            }
        }
    }
}
