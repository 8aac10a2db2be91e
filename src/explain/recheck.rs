//! Figuring every printed step anew, from the decision alone and by arithmetic of its own: whole numbers read from the printed text.

#![allow(clippy::arithmetic_side_effects, reason = "months and days of the calendar")]

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::date::{Length, Per};
use crate::decision::{
    BandFigure, BandPosition, CopayFigure, Decision, DeductibleFigure, Entitlement, Figures, ItemDecision, LayerDecision, LimitFigure,
    LineCapFigure, PhaseFigure, PortionAmount, Posting, RunOffFigure,
};
use crate::money::{Amount, RoundingMode};
use crate::ratio::Ratio;

/// A figure that does not follow from those before it.
///
/// ```
/// # let text = include_str!("../../tests/it/schemes/small.toml");
/// # use medaid::{Claim, Ledger, Person, Plan, Scheme};
/// # let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
/// # let person: Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let mut decision = plan.adjudicate(&person, &mut Ledger::new(), &claim)?;
/// decision.out_of_pocket = "17210.01".parse()?;
/// let mismatches = medaid::explain::recheck(&decision).unwrap_err();
/// assert_eq!(mismatches[0].to_string(), "out_of_pocket should be 17210.00, found 17210.01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} should be {expected}, found {found}")]
#[non_exhaustive]
pub struct Mismatch {
    /// Which figure, such as `basic.inpatient.excess`.
    pub path: String,
    /// What the figures before it give.
    pub expected: String,
    /// What the decision says.
    pub found: String,
}

/// Figures every step of a decision anew: bases, deductibles, ratios, limits, roundings, what is left, totals, lines and postings.
///
/// Nothing but the decision is needed, and no arithmetic is shared with the engine. What rests on the scheme alone is taken as printed: amounts and ratios
/// in force, what was used before, how lines were classified, and which condition failed. Whether a decision was touched since it was made, even where
/// its figures agree, is told by [`Decision::is_intact`].
///
/// # Errors
/// Every figure that does not follow from those before it.
///
/// ```
/// # let text = include_str!("../../tests/it/schemes/small.toml");
/// # use medaid::{Claim, Ledger, Person, Plan, Scheme};
/// # let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
/// # let person: Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim)?;
/// assert_eq!(medaid::explain::recheck(&decision), Ok(()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn recheck(decision: &Decision) -> Result<(), Vec<Mismatch>> {
    let mut check = Check { mismatches: Vec::new() };
    check.decision(decision);
    if check.mismatches.is_empty() { Ok(()) } else { Err(check.mismatches) }
}

/// An amount in millionths of a millionth, as printed; nothing once it is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number(Option<i128>);

const ZERO: Number = Number(Some(0));

/// Plain decimal text as a whole number of steps of `10^-places`.
fn steps(text: &str, places: usize) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let missing = places.checked_sub(fraction.len())?;
    format!("{whole}{fraction}{}", "0".repeat(missing)).parse().ok()
}

impl Number {
    fn of(amount: Amount) -> Number {
        Number(steps(&amount.to_string(), 12))
    }

    fn pair(self, other: Number, figure: impl Fn(i128, i128) -> Option<i128>) -> Number {
        Number(self.0.zip(other.0).and_then(|(a, b)| figure(a, b)))
    }

    fn plus(self, other: Number) -> Number {
        self.pair(other, i128::checked_add)
    }

    fn less(self, other: Number) -> Number {
        self.pair(other, i128::checked_sub)
    }

    fn least(self, other: Number) -> Number {
        self.pair(other, |a, b| Some(a.min(b)))
    }

    fn or_zero(self) -> Number {
        self.pair(ZERO, |a, b| Some(a.max(b)))
    }

    fn sum(amounts: impl IntoIterator<Item = Amount>) -> Number {
        amounts.into_iter().fold(ZERO, |sum, amount| sum.plus(Number::of(amount)))
    }

    /// The amount times a ratio, without what is below the last place.
    fn times_down(self, ratio: Ratio) -> Number {
        self.pair(Number(Some(ratio.millionths().into())), |a, b| a.checked_mul(b)?.checked_div(1_000_000))
    }

    /// The amount of which a ratio is this, without what is below the last place.
    fn per(self, ratio: Ratio) -> Number {
        self.pair(Number(Some(ratio.millionths().into())), |a, b| a.checked_mul(1_000_000)?.checked_div(b))
    }

    /// The amount times a ratio; nothing if it is finer than can be printed.
    fn times(self, ratio: Ratio) -> Number {
        let hundredths_of_percent = ratio.to_string().strip_suffix('%').and_then(|text| steps(text, 4));
        self.pair(Number(hundredths_of_percent), |a, b| exactly(a.checked_mul(b)?, 1_000_000))
    }
}

fn exactly(dividend: i128, divisor: i128) -> Option<i128> {
    if dividend.checked_rem(divisor)? == 0 { dividend.checked_div(divisor) } else { None }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(value) = self.0 else { return f.write_str("a number out of range") };
        let digits = format!("{:0>13}", value.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(12));
        let kept = fraction.trim_end_matches('0').len().max(f.precision().unwrap_or(0));
        let sign = if value < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}{}{}", if kept == 0 { "" } else { "." }, fraction.get(..kept).unwrap_or(fraction))
    }
}

/// An exact fraction of an amount, not below zero: only benefits in kind divide.
#[derive(Clone, Copy)]
struct Part {
    top: Number,
    bottom: Number,
}

impl Part {
    fn whole(amount: Number) -> Part {
        Part { top: amount, bottom: Number(Some(1)) }
    }

    fn scaled(self, amount: Number) -> Number {
        amount.pair(self.bottom, i128::checked_mul)
    }

    /// This less an amount, and not below zero.
    fn less(self, amount: Number) -> Part {
        Part { top: self.top.less(self.scaled(amount)).or_zero(), ..self }
    }

    /// An amount less this, and not below zero.
    fn from(self, amount: Number) -> Part {
        Part { top: self.scaled(amount).less(self.top).or_zero(), ..self }
    }

    fn exceeds(self, amount: Number) -> bool {
        self.top > self.scaled(amount)
    }

    /// As it is printed: without what is below the last place.
    fn printed(self) -> Number {
        self.top.pair(self.bottom, i128::checked_div)
    }

    fn round(self, unit: Number, mode: RoundingMode) -> Number {
        let step = self.scaled(unit);
        self.top.pair(step, |top, step| {
            let (quotient, remainder) = (top.checked_div(step)?, top.checked_rem(step)?);
            let twice = remainder.checked_mul(2)?;
            let up = match mode {
                RoundingMode::HalfUp => twice >= step,
                RoundingMode::HalfEven => twice > step || (twice == step && quotient % 2 == 1),
                RoundingMode::Down => false,
                RoundingMode::Up => remainder > 0,
            };
            quotient.checked_add(i128::from(up))?.checked_mul(unit.0?)
        })
    }
}

struct Check {
    mismatches: Vec<Mismatch>,
}

impl Check {
    fn same(&mut self, path: &str, expected: Number, found: Amount) {
        if expected.0.is_none() || expected != Number::of(found) {
            self.differ(path, format!("{expected:.*}", usize::from(found.places())), found.to_string());
        }
    }

    fn at_most(&mut self, path: &str, most: Number, found: Amount) {
        if most.0.is_none() || Number::of(found) > most {
            self.differ(path, format!("at most {most:.*}", usize::from(found.places())), found.to_string());
        }
    }

    fn not_negative(&mut self, path: &str, found: Amount) {
        if Number::of(found) < ZERO {
            self.differ(path, "zero or more".to_owned(), found.to_string());
        }
    }

    /// The days that a run-off goes by: the policy year holds the rule date, and each line left out is dated later.
    fn run_off(&mut self, path: &str, run_off: &RunOffFigure, rule_date: NaiveDate) {
        let days_after = |date: NaiveDate, from: NaiveDate| date.signed_duration_since(from).num_days();
        if !(0..366).contains(&days_after(run_off.year_end, rule_date)) {
            self.differ(&format!("{path}.run_off.year_end"), format!("less than a year from {rule_date}"), run_off.year_end.to_string());
        }
        let days = days_after(run_off.until, run_off.year_end);
        if days != i64::from(run_off.days) {
            self.differ(
                &format!("{path}.run_off.until"),
                format!("{} days after {}", run_off.days, run_off.year_end),
                run_off.until.to_string(),
            );
        }
        for late in run_off.lines.iter().filter(|late| days_after(late.date, run_off.until) <= 0) {
            self.differ(&format!("{path}.run_off.{}", late.line), format!("after {}", run_off.until), late.date.to_string());
        }
    }

    fn differ(&mut self, path: &str, expected: String, found: String) {
        self.mismatches.push(Mismatch { path: path.to_owned(), expected, found });
    }

    fn decision(&mut self, decision: &Decision) {
        self.same("bill", Number::sum(decision.billed.iter().map(|p| p.amount)), decision.bill);
        let mut before = &decision.billed;
        for layer in &decision.layers {
            self.layer(layer, before, decision);
            before = &layer.left;
        }
        // What layers were figured to take, and nobody pays, is the patient's.
        let mut figured: BTreeMap<&str, Number> = BTreeMap::new();
        let mut entry = &decision.billed;
        for layer in &decision.layers {
            for part in layer.left.iter().filter(|_| layer.notional.is_some()) {
                let sum = figured.entry(&part.portion).or_insert(ZERO);
                *sum = sum.plus(amount_of(entry, &part.portion)).less(Number::of(part.amount));
            }
            entry = &layer.left;
        }
        let kept = |portion: &str| figured.get(portion).copied().unwrap_or(ZERO);
        self.portions("out_of_pocket", &decision.left, |portion| amount_of(before, portion).plus(kept(portion)));
        let of_role = |write_off: bool| Number::sum(decision.layers.iter().filter(|l| l.write_off == write_off).map(|l| l.paid));
        self.same("paid", of_role(false), decision.paid);
        self.same("written_off", of_role(true), decision.written_off);
        self.same("beside", Number::sum(decision.layers.iter().map(|l| l.beside)), decision.beside);
        self.same(
            "out_of_pocket",
            Number::of(decision.bill).less(Number::of(decision.paid)).less(Number::of(decision.written_off)),
            decision.out_of_pocket,
        );
        self.same("out_of_pocket", Number::sum(decision.left.iter().map(|p| p.amount)), decision.out_of_pocket);
        self.same("charged", Number::sum(decision.layers.iter().map(|l| l.charged)), decision.charged);
        match decision.patient_pays {
            Some(sum) => self.same("patient_pays", Number::of(decision.out_of_pocket).plus(Number::of(decision.charged)), sum),
            None => self.same("charged", ZERO, decision.charged),
        }
        self.lines(decision);
        self.funds(decision);
        for one in &decision.carried {
            let posted = decision.postings.iter().filter(|p| p.accumulator == one.accumulator).map(|p| p.amount);
            self.same(&format!("carried.{}", one.accumulator), Number::sum(posted), one.amount);
        }
        for one in &decision.day_charges {
            let sum = Number::sum(one.stretches.iter().map(|s| s.amount));
            self.same(&format!("charge.{}", one.charge.id), sum, one.amount);
        }
        self.postings(decision);
    }

    /// Funds share whole payments, and what a posting says that somebody paid was paid.
    fn funds(&mut self, decision: &Decision) {
        let rules = || {
            let with_layer = decision.layers.iter().flat_map(|l| l.benefits.iter().map(move |b| (l, b)));
            with_layer.flat_map(|(l, b)| b.figured().map(move |(item, f)| (l, format!("{}.{}", l.layer.id, b.benefit.id), item, f)))
        };
        for (_, path, _, figures) in rules().filter(|(_, _, _, f)| !f.funds.is_empty()) {
            self.same(&format!("{path}.funds"), Number::sum(figures.funds.iter().map(|f| f.amount)), figures.issued);
        }
        for fund in &decision.funds {
            let parts = decision.layers.iter().flat_map(|l| &l.benefits).flat_map(|b| b.figured()).flat_map(|(_, f)| &f.funds);
            let parts = parts.chain(decision.layers.iter().flat_map(|l| &l.funds));
            self.same(
                &format!("fund.{}.paid", fund.fund),
                Number::sum(parts.filter(|f| f.fund == fund.fund).map(|f| f.amount)),
                fund.amount,
            );
        }
        for layer in decision.layers.iter().filter(|l| !l.funds.is_empty()) {
            let paid = layer.paid.checked_add(layer.beside).unwrap_or(layer.paid);
            self.same(&format!("{}.funds", layer.layer.id), Number::sum(layer.funds.iter().map(|f| f.amount)), paid);
        }
        for posting in &decision.postings {
            let Some(payer) = &posting.payment_of else { continue };
            let path = format!("balance.{}", posting.accumulator);
            let given = decision.layers.iter().find(|l| l.layer.id == posting.rule && l.given).map(|l| Number::of(l.paid));
            let figures = rules().find(|(_, path, item, _)| *path == posting.rule && name_of(*item) == posting.item.as_deref()).map(
                |(layer, _, _, figures)| {
                    let part = figures.funds.iter().find(|f| f.fund == *payer).map(|f| f.amount);
                    Number::of(if layer.layer.id == *payer { figures.issued } else { part.unwrap_or(figures.issued) })
                },
            );
            match given.or(figures) {
                Some(paid) => self.same(&path, paid, posting.amount),
                None => self.differ(&path, format!("a payment of {payer}"), "none".to_owned()),
            }
        }
    }

    fn portions(&mut self, path: &str, found: &[PortionAmount], expected: impl Fn(&str) -> Number) {
        for part in found {
            let path = format!("{path}.{}", part.portion);
            self.same(&path, expected(&part.portion), part.amount);
            self.not_negative(&path, part.amount);
        }
    }

    fn layer(&mut self, layer: &LayerDecision, before: &[PortionAmount], decision: &Decision) {
        let id = &layer.layer.id;
        let postings = &decision.postings;
        let mut left: BTreeMap<&str, Number> = before.iter().map(|p| (p.portion.as_str(), Number::of(p.amount))).collect();
        let all = layer.benefits.iter().flat_map(|benefit| benefit.figured().map(move |(item, figures)| (benefit, item, figures)));
        for (benefit, item, figures) in all {
            let rule = format!("{id}.{}", benefit.benefit.id);
            let path = item.map_or_else(|| rule.clone(), |item| format!("{rule}.{}", item.item));
            Benefit { check: self, path: &path, figures, left: &left, by_lines: !decision.lines.is_empty() }.recheck();
            if let Some(run_off) = &figures.run_off {
                self.run_off(&path, run_off, decision.rule_date);
            }
            self.put_back(&path, figures, decision);
            self.posted(&rule, item, figures, decision);
            for part in &figures.settled {
                left.entry(&part.portion).and_modify(|left| *left = left.less(Number::of(part.amount)));
            }
        }
        let fired = || layer.benefits.iter().flat_map(|b| b.figured().map(|(_, figures)| figures));
        if layer.given {
            let left = Number::sum(before.iter().map(|p| p.amount)).less(Number::sum(layer.left.iter().map(|p| p.amount)));
            self.same(&format!("{id}.paid"), left, layer.paid);
            for part in &layer.left {
                let path = format!("{id}.left.{}", part.portion);
                self.at_most(&path, amount_of(before, &part.portion), part.amount);
                self.not_negative(&path, part.amount);
            }
            for posting in postings.iter().filter(|p| p.rule == *id && p.payment_of.is_none()) {
                self.same(&format!("balance.{}", posting.accumulator), Number::of(layer.paid), posting.amount);
            }
        } else {
            self.portions(&format!("{id}.left"), &layer.left, |portion| left.get(portion).copied().unwrap_or(ZERO));
            let issued = Number::sum(fired().filter(|f| f.residual.is_some()).map(|f| f.issued));
            match layer.notional {
                Some(figured) => {
                    self.same(&format!("{id}.notional"), issued, figured);
                    self.same(&format!("{id}.paid"), ZERO, layer.paid);
                }
                None => self.same(&format!("{id}.paid"), issued, layer.paid),
            }
        }
        self.same(&format!("{id}.charged"), Number::sum(fired().filter_map(|f| f.charged)), layer.charged);
        self.same(&format!("{id}.beside"), Number::sum(fired().filter(|f| f.residual.is_none()).map(|f| f.issued)), layer.beside);
    }

    /// What a coordinating benefit puts back: what the layers took that it names.
    fn put_back(&mut self, path: &str, figures: &Figures, decision: &Decision) {
        let with = figures.coordination.iter().flat_map(|c| &c.with);
        let with: Vec<usize> = with.filter_map(|id| decision.layers.iter().position(|l| l.layer.id == *id)).collect();
        let mut paid = ZERO;
        for part in &figures.counted {
            let left = |layer: usize| match layer.checked_sub(1).and_then(|before| decision.layers.get(before)) {
                Some(before) => amount_of(&before.left, &part.portion),
                None => amount_of(&decision.billed, &part.portion),
            };
            let taken = with.iter().fold(ZERO, |sum, layer| sum.plus(left(*layer)).less(left(layer.saturating_add(1))));
            let found = part.put_back.map_or(ZERO, Number::of);
            let path = format!("{path}.put_back.{}", part.portion);
            // A benefit may look at some lines only.
            if found != taken && (decision.lines.is_empty() || found > taken) {
                self.differ(&path, taken.to_string(), found.to_string());
            }
            paid = paid.plus(part.factor.map_or(found, |factor| found.times(factor)));
        }
        if let Some(coordination) = &figures.coordination {
            let path = format!("{path}.paid_before");
            let varies = figures.counted.iter().any(|c| c.factor_varies);
            if varies { self.at_most(&path, paid, coordination.paid) } else { self.same(&path, paid, coordination.paid) }
        }
    }

    /// What a benefit posted, where a limit in force names the accumulator.
    fn posted(&mut self, rule: &str, item: Option<&ItemDecision>, figures: &Figures, decision: &Decision) {
        let postings = &decision.postings;
        let mut expect = |accumulator: &str, used: Amount, amount: Number| {
            let path = format!("balance.{accumulator}");
            let of_item = |p: &&Posting| p.rule == rule && p.item.as_deref() == name_of(item);
            match postings.iter().filter(of_item).find(|p| p.accumulator == accumulator && p.payment_of.is_none()) {
                Some(posting) => {
                    self.same(&path, amount, posting.amount);
                    self.same(&path, Number::of(used), posting.before);
                }
                // On another day than the claim's it has another position.
                None if amount == ZERO && item.is_some_and(|item| item.date != decision.rule_date) => {}
                None if amount == ZERO => {
                    let untouched = postings.iter().all(|p| p.accumulator != accumulator);
                    if let Some(balance) = decision.balances.iter().find(|b| untouched && b.accumulator == accumulator) {
                        self.same(&path, Number::of(used), balance.position);
                    }
                }
                None => self.differ(&path, format!("{amount} posted by {rule}"), "no posting".to_owned()),
            }
        };
        let base = Number::of(figures.base);
        let mut limits = |limits: &[LimitFigure], amount: Number| limits.iter().for_each(|l| expect(&l.accumulator, l.used, amount));
        limits(&figures.base_caps, base);
        let paid_before = figures.coordination.as_ref().map_or(ZERO, |c| Number::of(c.paid));
        let share = base.less(paid_before).less(Number::of(figures.rounded)).or_zero();
        let parts = Parts::of(figures);
        limits(&figures.out_of_pocket_max, if parts.coinsurance { share.less(parts.outside).or_zero() } else { parts.kept() });
        limits(&figures.caps, Number::of(figures.paid));
        if let Some(deductible) = &figures.deductible {
            limits(&deductible.limits, if deductible.franchise { base } else { Number::of(deductible.deducted) });
        }
        // The others name no accumulator: one of its own is called after the rule.
        let own = |kind: &str| format!("{rule}.{kind}");
        let mut expect_own = |kind: &str, used: Amount, amount: Number| {
            if postings
                .iter()
                .any(|p| p.rule == rule && p.item.as_deref() == name_of(item) && p.accumulator == own(kind) && p.payment_of.is_none())
            {
                expect(&own(kind), used, amount);
            }
        };
        match &figures.entitlement {
            Entitlement::Ratio { measured: Some(position), .. } => {
                expect_own("bands", position.before, if position.absolute { base } else { Number::of(figures.excess) });
            }
            Entitlement::Phases { before, borne, .. } => {
                expect_own("phases", *before, base);
                expect_own("phases_share", *borne, share);
            }
            Entitlement::Grant { before, .. } => expect_own("grant", *before, Number::of(figures.excess)),
            Entitlement::InKind { before, units, .. } => expect_own("in_kind", *before, Number::of(*units)),
            Entitlement::Ratio { .. } | Entitlement::Fixed { .. } => {}
        }
    }

    fn lines(&mut self, decision: &Decision) {
        let lines = &decision.lines;
        if lines.is_empty() {
            return;
        }
        for line in lines {
            let path = format!("line.{}", line.line);
            let amount = Number::of(line.amount);
            self.same(&path, Number::sum(line.portions.iter().map(|p| p.amount)), line.amount);
            self.same(&format!("{path}.out_of_pocket"), amount.less(Number::sum(line.paid.iter().map(|p| p.amount))), line.out_of_pocket);
            self.not_negative(&format!("{path}.out_of_pocket"), line.out_of_pocket);
            for part in &line.portions {
                self.not_negative(&format!("{path}.{}", part.portion), part.amount);
            }
            if !line.left.is_empty() {
                self.same(&format!("{path}.left"), Number::sum(line.left.iter().map(|p| p.amount)), line.out_of_pocket);
            }
        }
        self.same("bill", Number::sum(lines.iter().map(|l| l.amount)), decision.bill);
        let of_portion =
            |portion: &str| Number::sum(lines.iter().flat_map(|l| &l.portions).filter(|p| p.portion == portion).map(|p| p.amount));
        self.portions("billed", &decision.billed, of_portion);
        for layer in &decision.layers {
            let parts = lines.iter().flat_map(|l| &l.paid).filter(|p| p.layer == layer.layer.id);
            self.same(&format!("{}.paid", layer.layer.id), Number::sum(parts.map(|p| p.amount)), layer.paid);
        }
        self.same("out_of_pocket", Number::sum(lines.iter().map(|l| l.out_of_pocket)), decision.out_of_pocket);
    }

    /// A personal period contains the rule date, and one that began earlier has a position. Months are counted as year, month and day of the month.
    fn personal_period(&mut self, decision: &Decision, posting: &Posting, path: &str) {
        let path = format!("{path}.first_day");
        if let (Per::Spell(_), Some(first)) = (posting.per, posting.first_day) {
            // Days of care lie in the spell that they are counted in, and more are counted than before.
            if first > decision.rule_date || posting.accumulator.ends_with(".spell") && Number::of(posting.amount) <= ZERO {
                self.differ(&path, format!("a spell that contains {}", decision.rule_date), first.to_string());
            }
            return;
        }
        let (Per::FirstUse(length), Some(first)) = (posting.per, posting.first_day) else {
            // Of a line or day: its own day.
            let of_item = posting.per == Per::Day && posting.item.is_some() && posting.first_day != Some(decision.rule_date);
            if matches!(posting.per, Per::FirstUse(_) | Per::Spell(_)) || (posting.first_day.is_some() && !of_item) {
                self.differ(&path, format!("a first day, if it runs {}", posting.per), format!("{:?}", posting.first_day));
            }
            return;
        };
        let date = decision.rule_date;
        let counted =
            |date: NaiveDate, months: u16| (i64::from(date.year()) * 12 + i64::from(date.month()) + i64::from(months), date.day());
        let ended = match length {
            Length::Days(days) => (date - first).num_days() >= i64::from(days),
            Length::Months(months) => counted(date, 0) >= counted(first, months),
        };
        if date < first || ended {
            self.differ(&path, format!("{length} that contain {date}"), first.to_string());
        }
        if first < date && Number::of(posting.before) == ZERO {
            self.differ(&path, format!("{date}, the day of the first posting"), first.to_string());
        }
    }

    /// A posting takes its accumulator from before to after, and the next one goes on from there.
    fn postings(&mut self, decision: &Decision) {
        let mut positions: BTreeMap<(&str, Option<NaiveDate>), Number> = BTreeMap::new();
        for posting in &decision.postings {
            let path = format!("balance.{}", posting.accumulator);
            if let Some(position) = positions.get(&(posting.accumulator.as_str(), posting.first_day)) {
                self.same(&path, *position, posting.before);
            }
            self.same(&path, Number::of(posting.before).plus(Number::of(posting.amount)), posting.after);
            // Without a rule, claims or their days are counted: whole numbers, which days can make more than one of.
            if posting.rule.is_empty() && Number::of(posting.amount).0.is_none_or(|n| n <= 0 || n % 1_000_000_000_000 != 0) {
                self.differ(&path, "a whole number of claims or days".to_owned(), posting.amount.to_string());
            }
            self.personal_period(decision, posting, &path);
            positions.insert((&posting.accumulator, posting.first_day), Number::of(posting.after));
        }
        for balance in &decision.balances {
            let of_posting =
                decision.postings.iter().filter(|p| p.per != Per::Day).find(|p| p.accumulator == balance.accumulator).map(|p| p.first_day);
            if let Some(first) = of_posting.filter(|first| *first != balance.first_day) {
                self.differ(
                    &format!("balance.{}.first_day", balance.accumulator),
                    format!("{first:?}"),
                    format!("{:?}", balance.first_day),
                );
            }
            if let Some(position) = positions.get(&(balance.accumulator.as_str(), balance.first_day)) {
                self.same(&format!("balance.{}", balance.accumulator), *position, balance.position);
            }
        }
    }
}

/// What a line or day of a benefit is called.
fn name_of(item: Option<&ItemDecision>) -> Option<&str> {
    item.map(|item| item.item.as_str())
}

fn amount_of(portions: &[PortionAmount], portion: &str) -> Number {
    Number::sum(portions.iter().filter(|p| p.portion == portion).map(|p| p.amount))
}

/// The least room of some limits.
fn least_room(limits: &[LimitFigure]) -> Option<Number> {
    limits.iter().map(|l| Number::of(l.room)).reduce(Number::least)
}

/// Deductible and copayments of a benefit, as far as its maxima hold them down or not.
struct Parts {
    coinsurance: bool,
    among: Number,
    outside: Number,
    room: Option<Number>,
}

impl Parts {
    fn of(figures: &Figures) -> Parts {
        let of = &figures.out_of_pocket_of;
        let named = |part: &str| of.is_empty() || of.iter().any(|p| p == part);
        let deducted = figures.deductible.as_ref().map_or(ZERO, |d| Number::of(d.deducted));
        let (mut among, mut outside) = (ZERO, ZERO);
        for (part, sum) in [("deductible", deducted), ("copay", Number::of(figures.copaid_from_base))] {
            let side = if named(part) { &mut among } else { &mut outside };
            *side = side.plus(sum);
        }
        Parts { coinsurance: named("coinsurance"), among, outside, room: least_room(&figures.out_of_pocket_max) }
    }

    /// What the maxima leave of deductible and copayments that they hold down.
    fn kept(&self) -> Number {
        self.room.map_or(self.among, |room| self.among.least(room))
    }
}

/// One benefit at work.
struct Benefit<'a> {
    check: &'a mut Check,
    path: &'a str,
    figures: &'a Figures,
    /// What is left before it, by portion.
    left: &'a BTreeMap<&'a str, Number>,
    by_lines: bool,
}

impl Benefit<'_> {
    fn same(&mut self, key: &str, expected: Number, found: Amount) {
        self.check.same(&format!("{}.{key}", self.path), expected, found);
    }

    fn recheck(&mut self) {
        let figures = self.figures;
        let deductibles = figures.deductible.iter().flat_map(|d| &d.limits);
        for limit in figures.base_caps.iter().chain(&figures.out_of_pocket_max).chain(&figures.caps).chain(deductibles) {
            let room = Number::of(limit.amount).less(Number::of(limit.used)).or_zero();
            self.same(&format!("{}.room", limit.rule), room, limit.room);
        }
        self.base();
        figures.copays.iter().for_each(|copay| self.items(copay));
        self.excess();
        let own = self.exact();
        let exact = self.coordination(own);
        self.payment(exact);
    }

    fn base(&mut self) {
        let figures = self.figures;
        if let Some(run_off) = &figures.run_off {
            // What is left of lines that are too late does not count, and was left.
            let left = Number::sum(figures.counted.iter().map(|part| part.left).chain(run_off.lines.iter().map(|late| late.left)));
            let covered = figures.counted.iter().filter_map(|part| self.left.get(part.portion.as_str()));
            let all = covered.fold(ZERO, |sum, left| sum.plus(*left));
            if left.0.is_none() || left > all {
                self.check.differ(&format!("{}.run_off", self.path), format!("at most {all}"), left.to_string());
            }
        }
        let mut uncounted = ZERO;
        for part in &figures.counted {
            let path = format!("{}.left.{}", self.path, part.portion);
            let left = self.left.get(part.portion.as_str()).copied().unwrap_or(ZERO);
            // A benefit may look at some lines only.
            if self.by_lines {
                self.check.at_most(&path, left, part.left)
            } else {
                self.check.same(&path, left, part.left)
            }
            let path = format!("{}.counted.{}", self.path, part.portion);
            let whole = Number::of(part.left).plus(part.put_back.map_or(ZERO, Number::of));
            let factored = part.factor.map_or(whole, |factor| whole.times(factor));
            if part.factor_varies || figures.held.is_some() {
                self.check.at_most(&path, factored, part.counted);
            } else {
                self.check.same(&path, factored, part.counted);
            }
            uncounted = uncounted.plus(factored.less(Number::of(part.counted)));
        }
        if let Some(held) = figures.held {
            let path = format!("{}.held", self.path);
            let varies = figures.counted.iter().any(|c| c.factor_varies);
            if varies { self.check.at_most(&path, uncounted, held) } else { self.check.same(&path, uncounted, held) }
        }
        let mut counted = Number::sum(figures.counted.iter().map(|c| c.counted));
        for cap in &figures.line_caps {
            counted = counted.less(self.line_cap(cap));
        }
        self.same("base", least_room(&figures.base_caps).map_or(counted, |room| counted.least(room)), figures.base);
    }

    /// What a cap on lines cuts off: all beyond its room of money; of units and days it is rounded, and nothing only where all of them count.
    fn line_cap(&mut self, cap: &LineCapFigure) -> Number {
        let name = cap.limit.rule.as_str();
        let room = Number::of(cap.limit.amount).less(Number::of(cap.limit.used)).or_zero();
        self.same(&format!("{name}.room"), room, cap.limit.room);
        let (has, before, after) = (Number::of(cap.has), Number::of(cap.before), Number::of(cap.after));
        let keeps = has.least(room);
        self.same(name, keeps, cap.keeps);
        match cap.on.as_str() {
            "base" => {
                self.same(name, before, cap.has);
                self.same(name, keeps, cap.after);
            }
            _ if keeps == has => self.same(name, before, cap.after),
            _ if keeps == ZERO => self.same(name, ZERO, cap.after),
            _ if after > before => self.check.at_most(&format!("{}.{name}", self.path), before, cap.after),
            _ => {}
        }
        before.less(after)
    }

    /// Copayments that are due, of one kind.
    fn due(&self, taken: &str) -> Number {
        Number::sum(self.figures.copays.iter().filter(|c| c.taken == taken).map(|c| c.due))
    }

    /// What a copayment makes of each item, and its caps: of a ratio, what the item has left is taken from the figure.
    fn items(&mut self, copay: &CopayFigure) {
        let name = format!("copay {}", copay.number);
        for cap in &copay.caps {
            let room = Number::of(cap.amount).less(Number::of(cap.used)).or_zero();
            self.same(&format!("{}.room", cap.rule), room, cap.room);
        }
        let mut left = ZERO;
        for item in &copay.items {
            // Units are counted in millionths at most; so no more digits than needed are multiplied.
            let times = |amount: Amount| match item.times {
                Some(times) => {
                    let times = Number(Number::of(times).0.and_then(|n| exactly(n, 1_000_000)));
                    Number::of(amount).pair(times, |a, b| exactly(a.checked_mul(b)?, 1_000_000))
                }
                None => Number::of(amount),
            };
            let mut due = match item.ratio {
                Some(ratio) => Number::of(item.left).times(ratio),
                None => item.amount.map_or(ZERO, times),
            };
            due = item.least.map_or(due, |least| due.pair(times(least), |a, b| Some(a.max(b))));
            due = item.most.map_or(due, |most| due.least(times(most)));
            let limited = copay.taken != "beside" && (item.ratio.is_some() || matches!(copay.each.as_deref(), Some("line" | "unit")));
            due = if limited { due.least(Number::of(item.left)) } else { due };
            self.same(&name, due, item.due);
            left = left.plus(Number::of(item.left));
        }
        let base = Number::of(self.figures.base);
        if left > base {
            self.check.differ(&format!("{}.{name}", self.path), format!("items of at most {base}"), left.to_string());
        }
        let items = Number::sum(copay.items.iter().map(|item| item.due));
        match (copay.items.is_empty(), least_room(&copay.caps)) {
            (false, room) => self.same(&name, room.map_or(items, |room| items.least(room)), copay.due),
            (true, Some(room)) if Number::of(copay.due) > room => self.same(&name, room, copay.due),
            _ => {}
        }
    }

    fn excess(&mut self) {
        let figures = self.figures;
        let base = Number::of(figures.base);
        let early = self.due("before-deductible").least(base);
        let rest = base.less(early);
        let rest = match &figures.deductible {
            Some(deductible) => self.deduct(deductible, rest),
            None => rest,
        };
        // A copayment comes out of this claim's money, also where a franchise lets that of earlier claims count.
        let own = base.less(early).less(figures.deductible.as_ref().map_or(ZERO, |d| Number::of(d.deducted)));
        let late = self.due("before-ratio").least(own);
        self.same("copay", early.plus(late), figures.copaid_from_base);
        self.same("excess", rest.less(late), figures.excess);
    }

    /// What a deductible takes of the rest, and what remains above it.
    fn deduct(&mut self, deductible: &DeductibleFigure, rest: Number) -> Number {
        let base = Number::of(self.figures.base);
        let first_least = deductible.limits.iter().min_by_key(|l| Number::of(l.room));
        let Some(least) = first_least else {
            self.check.differ(&format!("{}.deductible", self.path), "at least one limit".to_owned(), "none".to_owned());
            return rest;
        };
        let (in_force, met) = (Number::of(least.amount), Number::of(least.used));
        self.same("deductible", in_force, deductible.in_force);
        self.same("deductible_met", met, deductible.met);
        let (deducted, above) = if !deductible.franchise {
            let deducted = rest.least(Number::of(least.room));
            (deducted, rest.less(deducted))
        } else if met.plus(base) <= in_force {
            (rest, ZERO)
        } else if met <= in_force {
            (ZERO, met.plus(rest))
        } else {
            (ZERO, rest)
        };
        self.same("deducted", deducted, deductible.deducted);
        self.same("deductible_left", in_force.less(met).less(deducted).or_zero(), deductible.left);
        above
    }

    /// Steps 6 to 8: the exact payment before limits and rounding.
    fn exact(&mut self) -> Part {
        let figures = self.figures;
        let excess = Number::of(figures.excess);
        let gives = match &figures.entitlement {
            Entitlement::Ratio { bands, measured, points, factors, between, .. } => {
                self.bands(bands, measured.as_ref(), points, factors, between.unwrap_or([Ratio::ZERO, Ratio::ONE]));
                Part::whole(Number::sum(bands.iter().map(|b| b.gives)))
            }
            Entitlement::Phases { before, borne, phases } => {
                self.phases(Number::of(*before), Number::of(*borne), phases);
                Part::whole(Number::of(figures.raw))
            }
            Entitlement::Grant { before, after, granted_before, granted_after } => {
                self.same("position", Number::of(*before).plus(excess), *after);
                Part::whole(Number::of(*granted_after)).less(Number::of(*granted_before))
            }
            Entitlement::Fixed { amount, .. } => Part::whole(Number::of(*amount)),
            Entitlement::InKind { units, given, .. } => {
                self.check.at_most(&format!("{}.given", self.path), Number::of(*units), *given);
                if units.is_zero() {
                    Part::whole(ZERO)
                } else {
                    // Units are counted in millionths at most; so no more digits than needed are multiplied.
                    let [units, given] = [units, given].map(|n| Number(Number::of(*n).0.and_then(|n| exactly(n, 1_000_000))));
                    Part { top: excess.pair(given, i128::checked_mul), bottom: units }
                }
            }
        };
        self.same("copay_from_payment", self.due("from-payment").least(gives.printed()), figures.copaid_from_payment);
        let raw = gives.less(self.due("from-payment"));
        self.same("raw", raw.printed(), figures.raw);
        let base = Number::of(figures.base);
        let parts = Parts::of(figures);
        let raised = parts.room.and_then(|room| match parts.coinsurance {
            true => Some(base.less(parts.outside)).filter(|most| raw.from(*most).exceeds(room)).map(|most| most.less(room)),
            false => (parts.among > room).then(|| raw.printed().plus(parts.among).less(room)),
        });
        match (raised, figures.raised_to) {
            (Some(raised), Some(found)) => self.same("raised_to", raised, found),
            (None, None) => {}
            (expected, found) => {
                let expected = expected.map_or_else(|| "none".to_owned(), |raised| raised.to_string());
                let found = found.map_or_else(|| "none".to_owned(), |raised| raised.to_string());
                self.check.differ(&format!("{}.raised_to", self.path), expected, found);
            }
        }
        raised.map_or(raw, Part::whole)
    }

    /// Phases hold what their ends allow, and the last one the rest. Fractions are printed to twelve places, so the last of them may differ.
    fn phases(&mut self, before: Number, borne: Number, phases: &[PhaseFigure]) {
        let (mut cost, mut borne) = (before, borne);
        let (mut left, mut gives) = (Number::of(self.figures.base), ZERO);
        let mut number = 0;
        for (index, phase) in phases.iter().enumerate() {
            let path = format!("{}.phase {}", self.path, phase.number);
            let to = phase.to.map(|to| Number::of(to).less(cost).or_zero());
            let to_share = phase.to_share.map(|to| Number::of(to).less(borne).or_zero());
            let to_share = to_share.filter(|_| phase.counts > Ratio::ZERO).map(|room| room.per(phase.counts));
            let end = to.into_iter().chain(to_share).reduce(Number::least);
            let last = index.saturating_add(1) == phases.len();
            let amount = Number::of(phase.amount);
            self.near(&path, end.map_or(left, |end| if last { left.least(end) } else { end }), phase.amount);
            self.near(&path, amount.times_down(phase.ratio), phase.gives);
            if phase.number <= number {
                self.check.differ(&path, format!("a phase after {number}"), phase.number.to_string());
            }
            number = phase.number;
            cost = cost.plus(amount);
            borne = borne.plus(amount.times_down(phase.counts));
            left = left.less(amount);
            gives = gives.plus(Number::of(phase.gives));
        }
        let zero = Amount::new(crate::Money::ZERO, 2);
        self.near(&format!("{}.phases", self.path), left, zero);
        self.near(&format!("{}.raw", self.path), gives, self.figures.raw);
    }

    fn near(&mut self, path: &str, expected: Number, found: Amount) {
        let apart = expected.less(Number::of(found)).0;
        if apart.is_none_or(|apart| apart.unsigned_abs() > 100) {
            self.check.differ(path, expected.to_string(), found.to_string());
        }
    }

    /// Of a coordinating benefit: the figure that it pays, given its own.
    fn coordination(&mut self, own: Part) -> Part {
        let Some(coordination) = &self.figures.coordination else { return own };
        let (base, paid) = (Number::of(self.figures.base), Number::of(coordination.paid));
        let mut best: Option<Part> = None;
        for candidate in &coordination.candidates {
            let figure = match candidate.figure.as_str() {
                "own" => own,
                "own-less-paid" => own.less(paid),
                "base-less-paid" => Part::whole(base.less(paid).or_zero()),
                other => {
                    self.check.differ(&format!("{}.coordination", self.path), "a known figure".to_owned(), other.to_owned());
                    continue;
                }
            };
            self.same(&candidate.figure, figure.printed(), candidate.amount);
            // Only benefits in kind divide, and then by one number in all of them.
            let better = |best: Part| {
                let (figure, best) = (figure.printed(), best.printed());
                if coordination.greatest { figure > best } else { figure < best }
            };
            if best.is_none_or(better) {
                best = Some(figure);
            }
        }
        let exact = best.unwrap_or(own);
        self.same("coordination", exact.printed(), coordination.gives);
        exact
    }

    fn bands(
        &mut self,
        bands: &[BandFigure],
        measured: Option<&BandPosition>,
        points: &[Ratio],
        factors: &[Ratio],
        [least, most]: [Ratio; 2],
    ) {
        let figures = self.figures;
        let excess = Number::of(figures.excess);
        let (start, end) = match measured {
            Some(position) => {
                let end = Number::of(position.before).plus(if position.absolute { Number::of(figures.base) } else { excess });
                (end.less(excess).or_zero(), end)
            }
            None => (ZERO, excess),
        };
        self.same_sum("bands", end.less(start), bands.iter().map(|b| b.amount));
        for (index, band) in bands.iter().enumerate() {
            let path = format!("band {}", index.saturating_add(1));
            let from = Number::of(band.from);
            let lower = if from < start { start } else { from };
            let upper = band.to.map_or(end, |to| Number::of(to).least(end));
            self.same(&format!("{path}.amount"), upper.less(lower), band.amount);
            self.same(&format!("{path}.gives"), Number::of(band.amount).times(band.ratio), band.gives);
            if let Some(written) = band.written {
                let kept = |ratio: i128| ratio.max(least.millionths().into()).min(most.millionths().into());
                let adjusted = adjusted(written, points, factors).map(kept);
                if adjusted != Some(band.ratio.millionths().into()) {
                    let expected = adjusted
                        .and_then(|a| i64::try_from(a).ok())
                        .map_or_else(|| "out of range".to_owned(), |a| Ratio::from_millionths(a).to_string());
                    self.check.differ(&format!("{}.{path}.ratio", self.path), expected, band.ratio.to_string());
                }
            }
        }
    }

    fn same_sum(&mut self, key: &str, expected: Number, amounts: impl Iterator<Item = Amount>) {
        let found = Number::sum(amounts);
        if expected.0.is_none() || expected != found {
            self.check.differ(&format!("{}.{key}", self.path), expected.to_string(), found.to_string());
        }
    }

    /// Steps 9 to 12: limits, rounding, what is issued and settled.
    fn payment(&mut self, exact: Part) {
        let figures = self.figures;
        let rounding = &figures.rounding;
        let (unit, base) = (Number::of(rounding.unit), Number::of(figures.base));
        let rounded = if let Some(whole) = rounding.of_coinsurance {
            let parts = Parts::of(figures);
            let rest = base.less(parts.outside).less(parts.kept());
            let exact_payment = rest.less(exact.from(rest).round(unit, rounding.mode)).or_zero();
            Part::whole(exact_payment).round(Number::of(whole), RoundingMode::Down)
        } else if rounding.of_patient_share && !exact.exceeds(base) {
            base.less(exact.from(base).round(unit, rounding.mode)).or_zero()
        } else {
            exact.round(unit, rounding.mode)
        };
        self.same("rounded", rounded, figures.rounded);

        let mut limit: Option<(Number, &str)> = None;
        let residual = figures.residual.map(|residual| (Number::of(residual), "residual"));
        for (room, name) in figures.caps.iter().map(|c| (Number::of(c.room), c.rule.as_str())).chain(residual) {
            if limit.is_none_or(|(least, _)| room < least) {
                limit = Some((room, name));
            }
        }
        let (paid, bound) = match limit {
            Some((limit, name)) if exact.exceeds(limit) || rounded > limit => {
                let nearest = Part::whole(limit).round(unit, rounding.mode);
                let floor = Part::whole(limit).round(unit, RoundingMode::Down);
                (if exact.exceeds(limit) && nearest <= limit { nearest } else { floor }, Some(name))
            }
            _ => (rounded, None),
        };
        self.same("paid", paid, figures.paid);
        if bound != figures.bound.as_deref() {
            let [expected, found] = [bound, figures.bound.as_deref()].map(|b| b.unwrap_or("none").to_owned());
            self.check.differ(&format!("{}.limit", self.path), expected, found);
        }

        let issued = match figures.minimum {
            Some(minimum) if paid < Number::of(minimum) => ZERO,
            _ => paid,
        };
        self.same("issued", issued, figures.issued);
        self.same_sum("charged", self.due("beside"), figures.charged.into_iter());
        self.settled();
    }

    /// Whether caps on lines may put lines out of reach: those of which nothing counts, after the cut or because all of it is held.
    fn line_caps_put_out_of_reach(&self) -> bool {
        let figures = self.figures;
        figures.line_caps.iter().any(|c| c.before != c.after || figures.held.is_some())
    }

    /// What may be touched, and how the payment was laid on it.
    fn settled(&mut self) {
        let figures = self.figures;
        let touched = figures.counted.iter().filter(|c| c.factor != Some(Ratio::ZERO)).map(|c| c.left);
        match figures.residual {
            Some(residual) => {
                // Where the factor varies, or lines are cut, some lines may be out of reach.
                if figures.counted.iter().any(|c| c.factor_varies) || self.line_caps_put_out_of_reach() {
                    self.check.at_most(&format!("{}.residual", self.path), Number::sum(touched), residual);
                } else {
                    self.same("residual", Number::sum(touched), residual);
                }
                self.same("settled", Number::sum(figures.settled.iter().map(|p| p.amount)), figures.issued);
            }
            None => self.same_sum("settled", ZERO, figures.settled.iter().map(|p| p.amount)),
        }
        for part in &figures.settled {
            let left = Number::sum(figures.counted.iter().filter(|c| c.portion == part.portion).map(|c| c.left));
            self.check.at_most(&format!("{}.settled.{}", self.path, part.portion), left, part.amount);
        }
    }
}

/// A ratio in millionths with points added, then factors multiplied, then kept in [0, 1].
fn adjusted(written: Ratio, points: &[Ratio], factors: &[Ratio]) -> Option<i128> {
    let sum = points.iter().try_fold(i128::from(written.millionths()), |sum, point| sum.checked_add(point.millionths().into()))?;
    let product = factors.iter().try_fold(Part::whole(Number(Some(sum))), |part, factor| {
        let top = part.top.0?.checked_mul(factor.millionths().into())?;
        Some(Part { top: Number(Some(top)), bottom: Number(Some(part.bottom.0?.checked_mul(1_000_000)?)) })
    })?;
    Some(exactly(product.top.0?, product.bottom.0?)?.clamp(0, 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_both_ways() {
        for text in ["0", "-0.5", "29743.675", "8333.333333333333", "-123"] {
            assert_eq!(Number(steps(text, 12)).to_string(), text);
        }
        assert_eq!(format!("{:.2}", Number(steps("8", 12))), "8.00");
        assert_eq!(steps("0.0000000000001", 12), None);
        assert_eq!(Number(Some(i128::MAX)).plus(Number(Some(1))), Number(None));
    }

    #[test]
    fn rounding_at_and_beside_the_middle() {
        use RoundingMode::*;
        let round = |text: &str, unit: &str, mode| Part::whole(Number(steps(text, 12))).round(Number(steps(unit, 12)), mode).to_string();
        assert_eq!(round("29743.675", "0.01", HalfUp), "29743.68");
        assert_eq!(round("0.005", "0.01", HalfEven), "0");
        assert_eq!(round("0.015", "0.01", HalfEven), "0.02");
        assert_eq!(round("304.424", "0.05", HalfUp), "304.4");
        assert_eq!(round("0.010000000001", "0.01", Up), "0.02");
        assert_eq!(round("133.2", "1", Down), "133");
        // A third is above 0.333333333333.
        let third = Part { top: Number(steps("1", 12)), bottom: Number(Some(3)) };
        assert_eq!(third.round(Number(steps("0.000000000001", 12)), Up).to_string(), "0.333333333334");
        assert!(third.exceeds(Number(steps("0.333333333333", 12))));
    }

    #[test]
    fn adjusted_ratios() {
        let ratio = Ratio::from_millionths;
        assert_eq!(adjusted(ratio(500_000), &[ratio(50_000)], &[ratio(900_000), ratio(500_000)]), Some(247_500));
        assert_eq!(adjusted(ratio(980_000), &[ratio(50_000)], &[]), Some(1_000_000));
        assert_eq!(adjusted(ratio(10_000), &[ratio(-50_000)], &[]), Some(0));
        assert_eq!(adjusted(ratio(1), &[], &[ratio(1)]), None);
    }
}
