//! The working memory of one claim, kept from claim to claim.

use crate::money::Money;
use crate::plan::fact::{Fact, Facts};

/// A given payment of a layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) amount: Money,
    /// Where its split by portion begins in `Case::given_split`, if it says one.
    pub(crate) split: Option<usize>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub(crate) facts: Facts,
    pub(crate) portions: usize,
    /// One if the claim came with portion totals.
    pub(crate) lines: usize,
    pub(crate) has_lines: bool,
    /// The bill by line and portion, before any payer.
    pub(crate) billed: Vec<Money>,
    /// What is left, by line and portion.
    pub(crate) residual: Vec<Money>,
    /// Values of facts of lines, line by line, in the order of the plan's `line_facts`; nothing where not known.
    pub(crate) line_values: Vec<Option<i64>>,
    pub(crate) given: Vec<Option<Given>>,
    pub(crate) given_split: Vec<Money>,
    pub(crate) paid: Vec<Money>,
    pub(crate) beside: Vec<Money>,
    /// The key of the period that each kind of period has, by `Per::index`; nothing if it lives in the claim alone.
    pub(crate) period_keys: [Option<i32>; 7],
    pub(crate) rule_date: Option<chrono::NaiveDate>,
    /// Positions of accumulators that live in the claim alone, by accumulator.
    pub(crate) local: Vec<i64>,
    /// Postings of this claim: accumulator and amount.
    pub(crate) posted: Vec<(usize, i64)>,
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

impl Case {
    #[inline]
    pub(crate) fn cell(&self, line: usize, portion: usize) -> usize {
        line * self.portions + portion
    }

    #[inline]
    pub(crate) fn left(&self, line: usize, portion: usize) -> Money {
        self.residual.get(self.cell(line, portion)).copied().unwrap_or(Money::ZERO)
    }

    pub(crate) fn portion_left(&self, portion: usize) -> Money {
        self.sum_portion(&self.residual, portion)
    }

    pub(crate) fn portion_billed(&self, portion: usize) -> Money {
        self.sum_portion(&self.billed, portion)
    }

    fn sum_portion(&self, cells: &[Money], portion: usize) -> Money {
        // Parts of a bill that fits: their sum fits.
        cells
            .iter()
            .skip(portion)
            .step_by(self.portions.max(1))
            .fold(Money::ZERO, |sum, r| sum.checked_add(*r).unwrap_or(sum))
    }

    pub(crate) fn is_chosen(&self, line: usize) -> bool {
        self.chosen.get(line).copied().unwrap_or(false)
    }

    /// Puts the facts of one line in their places.
    pub(crate) fn look_at_line(&mut self, line: usize, line_facts: &[usize], facts: &[Fact]) {
        let start = line * line_facts.len();
        for (offset, index) in line_facts.iter().enumerate() {
            let value = self.line_values.get(start + offset).copied().flatten();
            match (value, facts.get(*index)) {
                (Some(value), Some(fact)) => self.facts.set(*index, fact, value),
                _ => {
                    if let Some(class) = self.facts.classes.get_mut(*index) {
                        *class = crate::plan::fact::MISSING;
                    }
                }
            }
        }
    }
}
