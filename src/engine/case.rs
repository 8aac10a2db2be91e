//! One claim as the kernel sees it: what came in, and the working memory, which is kept from claim to claim.

#![allow(clippy::arithmetic_side_effects, reason = "places in tables that are in memory")]

use crate::date::Periods;
use crate::engine::Fault;
use crate::engine::items::OtherDay;
use crate::engine::program::Program;
use crate::exact::Exact;
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
    /// By group of the plan and line, the first line of the same group.
    pub(crate) groups: Vec<usize>,
    /// By layer; empty if nothing is given.
    pub(crate) given: Vec<Option<Given>>,
    pub(crate) given_split: Vec<Money>,
    pub(crate) rule_date: Option<chrono::NaiveDate>,
    pub(crate) service_from: Option<chrono::NaiveDate>,
    pub(crate) service_to: Option<chrono::NaiveDate>,
    /// The dates that lines have of their own; kept for plans with a run-off.
    pub(crate) line_dates: Vec<Option<chrono::NaiveDate>>,
    pub(crate) last_day_of_care: Option<chrono::NaiveDate>,
    pub(crate) periods: Periods,
    pub(crate) stay: Option<String>,
}

impl Input {
    pub(crate) fn cell(&self, line: usize, portion: usize) -> usize {
        line * self.portions + portion
    }

    pub(crate) fn portion_billed(&self, portion: usize) -> Money {
        sum_portion(&self.billed, portion, self.portions)
    }

    pub(crate) fn bill(&self) -> Bill<'_> {
        Bill { billed: &self.billed, lines: self.lines, periods: &self.periods, input: Some(self) }
    }
}

/// A claim as the kernel takes it. One that is nothing but a bill, under a program that asks for nothing more, comes without its [`Input`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bill<'a> {
    pub(crate) billed: &'a [Money],
    pub(crate) lines: usize,
    pub(crate) periods: &'a Periods,
    pub(crate) input: Option<&'a Input>,
}

impl<'a> Bill<'a> {
    /// Whether it is nothing but a bill by portions.
    #[inline]
    pub(crate) fn is_bare(&self) -> bool {
        self.input.is_none_or(|input| !input.has_lines && input.given.is_empty())
    }

    pub(crate) fn given(&self, layer: usize) -> Option<Given> {
        self.input?.given.get(layer).copied().flatten()
    }

    /// Values of facts of lines; nothing where the claim has none.
    pub(crate) fn line_values(&self) -> Option<&'a [Option<i64>]> {
        self.input.filter(|input| input.has_lines).map(|input| input.line_values.as_slice())
    }
}

/// The working memory of one claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// Facts, those at entry to the layer at work and of the line at work included; not kept where nobody asks for them.
    pub(crate) facts: Facts,
    pub(crate) portions: usize,
    pub(crate) lines: usize,
    /// What is left, by line and portion.
    pub(crate) residual: Vec<Money>,
    pub(crate) paid: Vec<Money>,
    pub(crate) beside: Vec<Money>,
    /// What the patient owes on top of the bill.
    pub(crate) charged: Money,
    /// What the benefit at work took as deductible, over all its lines or days; kept for plans with rules that ask for it.
    pub(crate) deducted: Money,
    /// Whether anything is paid or charged beside the bill.
    pub(crate) pays_beside: bool,
    /// Positions of accumulators in the claim's periods, this claim's postings included.
    pub(crate) positions: Vec<i64>,
    /// The first days of the personal periods that accumulators are in, for those who record; empty where there are none.
    pub(crate) first_days: Vec<Option<chrono::NaiveDate>>,
    /// The accumulators of the benefits that settled the claim, for those that run over spells.
    pub(crate) used: Vec<usize>,
    /// The period of each accumulator, for those who hear of rules; nothing where it lives in the claim alone.
    pub(crate) accumulator_periods: Vec<Option<i32>>,
    /// Positions of accumulators by the day on other days than the claim's, for benefits by line or day.
    pub(crate) other_days: Vec<OtherDay>,
    /// Which lines the benefit at work looks at.
    pub(crate) chosen: Vec<bool>,
    /// Which of them it groups, and by the first line of each group what it counts there.
    pub(crate) grouped: Vec<bool>,
    pub(crate) group_sums: Vec<Money>,
    /// Money that the benefit at work counts, by cover and line.
    pub(crate) counted: Vec<Money>,
    /// What each cap on lines lets count, in millionths; and which lines the one at work looks at.
    pub(crate) line_counts: Vec<i64>,
    pub(crate) capped: Vec<bool>,
    /// Money that each line brings into the base of the benefit at work, and what it has left of it; kept for copayments by item.
    pub(crate) items: Vec<Money>,
    pub(crate) items_left: Vec<Money>,
    /// What the copayment at work makes of each line.
    pub(crate) items_due: Vec<Money>,
    /// Whether a payment may touch the residual, by cover and line.
    pub(crate) touch: Vec<bool>,
    /// Shares of a sum that is being spread.
    pub(crate) shares: Vec<Money>,
    pub(crate) remainders: Vec<(i128, usize)>,
    /// Held money by slot, line and portion.
    pub(crate) held: Vec<Money>,
    /// What the benefit at work pays by fund, exactly, before limits and rounding; and what of its payment is whose.
    pub(crate) parts: Vec<Exact>,
    pub(crate) fund_parts: Vec<Money>,
    /// What each fund paid.
    pub(crate) fund_paid: Vec<Money>,
    /// The layers that were figured as if they paid, each with what; and what they took, by line and portion.
    pub(crate) notional: Vec<(usize, Money)>,
    pub(crate) figured: Vec<Money>,
    /// What was left at entry to each layer so far, by layer, line and portion; kept for plans that coordinate.
    pub(crate) at_entry: Vec<Money>,
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
    #[inline(always)]
    pub(crate) fn start(&mut self, plan: &Plan, program: &Program, bill: &Bill<'_>) {
        self.portions = plan.portions.len();
        self.lines = bill.lines;
        self.residual.clear();
        self.residual.extend_from_slice(bill.billed);
        if self.paid.len() != plan.layers.len() || self.pays_beside || plan.held_slots > 0 {
            self.clear(plan);
        }
        self.paid.iter_mut().for_each(|paid| *paid = Money::ZERO);
        if let Some(input) = bill.input
            && (program.asks || !bill.is_bare())
        {
            self.facts.clone_from(&input.facts);
        }
    }

    /// Clears what few claims touch.
    #[inline(never)]
    fn clear(&mut self, plan: &Plan) {
        refill(&mut self.paid, plan.layers.len(), Money::ZERO);
        refill(&mut self.beside, plan.layers.len(), Money::ZERO);
        refill(&mut self.held, self.residual.len() * plan.held_slots, Money::ZERO);
        refill(&mut self.fund_paid, plan.funds.len(), Money::ZERO);
        self.charged = Money::ZERO;
        self.pays_beside = false;
    }

    /// Begins a layer that is figured as if it paid: what it will have taken is what is left now, less what is left at its end.
    pub(crate) fn begin_notional(&mut self, layer: usize) -> Result<(), Fault> {
        self.notional.push((layer, Money::ZERO));
        self.figured.resize(self.residual.len(), Money::ZERO);
        for (figured, left) in self.figured.iter_mut().zip(&self.residual) {
            *figured = figured.checked_add(*left).ok_or(Fault::Overflow)?;
        }
        Ok(())
    }

    pub(crate) fn end_notional(&mut self) -> Result<(), Fault> {
        for (figured, left) in self.figured.iter_mut().zip(&self.residual) {
            *figured = figured.checked_sub(*left).ok_or(Fault::Overflow)?;
        }
        Ok(())
    }

    /// What nobody pays is the patient's after all.
    pub(crate) fn give_back_notional(&mut self) -> Result<(), Fault> {
        for (left, figured) in self.residual.iter_mut().zip(&self.figured) {
            *left = left.checked_add(*figured).ok_or(Fault::Overflow)?;
        }
        for (layer, figured) in &mut self.notional {
            if let Some(paid) = self.paid.get_mut(*layer) {
                *figured = std::mem::take(paid);
            }
        }
        Ok(())
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

    /// What a layer before the one at work took from a line's portion. Only for plans that coordinate.
    pub(crate) fn taken(&self, layer: usize, line: usize, portion: usize) -> Result<Money, Fault> {
        let left = |layer: usize| self.at_entry.get(layer * self.residual.len() + self.cell(line, portion)).copied();
        let (before, after) = left(layer).zip(left(layer + 1)).ok_or(Fault::Internal)?;
        before.checked_sub(after).ok_or(Fault::Overflow)
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
