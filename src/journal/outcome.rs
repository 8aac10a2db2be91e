//! What became of a claim: what it pays, layer by layer, and what it posts.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::date::Per;
use crate::digest::Digest;
use crate::engine::booked::{Booked, Posted};
use crate::ledger::AccumulatorKey;
use crate::money::{Amount, Money};
use crate::plan::Plan;
use crate::reject::Reject;
use crate::scheme::syntax::{Counts, Owner};

/// What became of a claim in a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was decided.
    Decided(Booking),
    /// It was rejected. It keeps its place and is tried again whenever what comes before it changes.
    Rejected(Reject),
}

impl Outcome {
    /// What it pays and posts, if it was decided.
    pub fn booking(&self) -> Option<&Booking> {
        match self {
            Outcome::Decided(booking) => Some(booking),
            Outcome::Rejected(_) => None,
        }
    }

    /// Why it was rejected, if it was.
    pub fn reject(&self) -> Option<&Reject> {
        match self {
            Outcome::Decided(_) => None,
            Outcome::Rejected(reject) => Some(reject),
        }
    }
}

/// What things are called in a scheme, for those who read a journal without its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) scheme: String,
    pub(super) version: String,
    pub(super) digest: Digest,
    pub(super) currency: String,
    pub(super) places: u8,
    /// Whether any of its figures is declared to be made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) illustrative: bool,
    pub(super) layers: Vec<LayerNames>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) funds: Vec<String>,
    pub(super) accumulators: Vec<AccumulatorNames>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayerNames {
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) write_off: bool,
    pub(super) benefits: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccumulatorNames {
    pub(super) name: String,
    pub(super) per: Per,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    of_household: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    of_everyone: bool,
    /// Whether it counts something else than money.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) of_units: bool,
    #[serde(skip, default = "no_key")]
    pub(super) key: AccumulatorKey,
}

fn no_key() -> AccumulatorKey {
    AccumulatorKey::new("", "")
}

impl AccumulatorNames {
    pub(super) fn owner(&self) -> Owner {
        match (self.of_household, self.of_everyone) {
            (true, _) => Owner::Household,
            (_, true) => Owner::Everyone,
            _ => Owner::Person,
        }
    }
}

impl Names {
    pub(super) fn new(plan: &Plan) -> Names {
        let layers = plan.layers.iter().map(|layer| LayerNames {
            id: layer.name.id.clone(),
            write_off: layer.write_off,
            benefits: layer.benefits.iter().map(|b| b.name.id.clone()).collect(),
        });
        let accumulators = plan.accumulators.iter().zip(plan.slots.iter()).map(|(a, slot)| AccumulatorNames {
            name: a.name.clone(),
            per: a.per,
            of_household: a.owner == Owner::Household,
            of_everyone: a.owner == Owner::Everyone,
            of_units: matches!(a.counts, Counts::Claims | Counts::Days | Counts::Units),
            key: slot.key,
        });
        Names {
            scheme: plan.id.clone(),
            version: plan.version.clone(),
            digest: plan.digest(),
            currency: plan.currency.clone(),
            places: plan.places(),
            illustrative: plan.illustrative,
            layers: layers.collect(),
            funds: plan.fund_ids().map(str::to_owned).collect(),
            accumulators: accumulators.collect(),
        }
    }

    /// Makes the keys that are not stored.
    pub(super) fn with_keys(mut self) -> Names {
        for accumulator in &mut self.accumulators {
            accumulator.key = AccumulatorKey::new(&self.scheme, &accumulator.name);
        }
        self
    }

    fn rule(&self, posted: &Posted) -> String {
        let Some((layer, benefit)) = posted.rule else { return String::new() };
        let Some(layer) = self.layers.get(layer) else { return String::new() };
        match benefit.and_then(|b| layer.benefits.get(b)) {
            Some(benefit) => format!("{}.{benefit}", layer.id),
            None => layer.id.clone(),
        }
    }

    fn find_rule(&self, text: &str) -> Option<Option<(usize, Option<usize>)>> {
        if text.is_empty() {
            return Some(None);
        }
        let (layer, benefit) = text.split_once('.').map_or((text, None), |(layer, benefit)| (layer, Some(benefit)));
        let index = self.layers.iter().position(|l| l.id == layer)?;
        let benefit = match benefit {
            None => None,
            Some(id) => Some(self.layers.get(index)?.benefits.iter().position(|b| b == id)?),
        };
        Some(Some((index, benefit)))
    }
}

/// What a decided claim pays and posts.
#[derive(Debug, Clone)]
pub struct Booking {
    pub(super) names: Arc<Names>,
    pub(super) rule_date: NaiveDate,
    /// Whose household's accumulators it posts to.
    pub(super) household: Box<str>,
    pub(super) booked: Booked,
}

impl PartialEq for Booking {
    fn eq(&self, other: &Booking) -> bool {
        let same_names = Arc::ptr_eq(&self.names, &other.names) || self.names == other.names;
        let whole =
            |booking: &Booking| (booking.rule_date, booking.household.clone(), Booked { posted: Vec::new(), ..booking.booked.clone() });
        same_names && whole(self) == whole(other) && self.posted().eq(other.posted())
    }
}

impl Eq for Booking {}

impl Booking {
    /// The scheme's id.
    pub fn scheme(&self) -> &str {
        &self.names.scheme
    }

    /// By which id an owner goes to whom a person's claim posts.
    pub(super) fn owner_id<'a>(&'a self, owner: Owner, person: &'a str) -> &'a str {
        match owner {
            Owner::Person => person,
            Owner::Household => &self.household,
            Owner::Everyone => &self.names.scheme,
        }
    }

    /// The scheme's version.
    pub fn version(&self) -> &str {
        &self.names.version
    }

    /// Whether any of the scheme's figures is declared to be made up.
    pub fn is_illustrative(&self) -> bool {
        self.names.illustrative
    }

    /// The currency's three letters.
    pub fn currency(&self) -> &str {
        &self.names.currency
    }

    /// The date that picked the rules.
    pub fn rule_date(&self) -> NaiveDate {
        self.rule_date
    }

    /// What it posts; the number of a stay says nothing.
    fn posted(&self) -> impl Iterator<Item = Posted> {
        self.booked.posted.iter().map(|posted| {
            let of_stay = self.names.accumulators.get(posted.accumulator).is_some_and(|a| a.per == Per::Stay);
            Posted { period: if of_stay { 0 } else { posted.period }, ..*posted }
        })
    }

    fn amount(&self, money: Money) -> Amount {
        Amount::new(money, self.names.places)
    }

    /// What each layer pays of the bill, in order; those that waive money included.
    pub fn layers(&self) -> impl Iterator<Item = (&str, Amount)> {
        self.names.layers.iter().zip(&self.booked.paid).map(|(layer, paid)| (layer.id.as_str(), self.amount(*paid)))
    }

    /// What each layer pays beside the bill, in order; nothing of layers that pay nothing beside it.
    pub fn beside(&self) -> impl Iterator<Item = (&str, Amount)> {
        let all = self.names.layers.iter().zip(&self.booked.beside);
        all.filter(|(_, paid)| **paid != Money::ZERO).map(|(layer, paid)| (layer.id.as_str(), self.amount(*paid)))
    }

    /// What each fund pays of it, where the scheme has funds.
    pub fn funds(&self) -> impl Iterator<Item = (&str, Amount)> {
        self.names.funds.iter().zip(&self.booked.funds).map(|(fund, paid)| (fund.as_str(), self.amount(*paid)))
    }

    /// What all layers pay of the bill, those that waive money left out.
    pub fn paid(&self) -> Amount {
        let paid = self.names.layers.iter().zip(&self.booked.paid).filter(|(layer, _)| !layer.write_off);
        self.amount(paid.fold(Money::ZERO, |sum, (_, paid)| sum.checked_add(*paid).unwrap_or(sum)))
    }

    /// What nobody pays.
    pub fn out_of_pocket(&self) -> Amount {
        self.amount(self.booked.out_of_pocket)
    }

    /// What the patient owes on top of the bill.
    pub fn charged(&self) -> Amount {
        self.amount(self.booked.charged)
    }

    /// What it posts to accumulators.
    pub fn postings(&self) -> impl Iterator<Item = BookedPosting<'_>> {
        self.booked.posted.iter().filter_map(|posted| {
            let accumulator = self.names.accumulators.get(posted.accumulator)?;
            let places = if accumulator.of_units { 0 } else { self.names.places };
            Some(BookedPosting {
                rule: self.names.rule(posted),
                accumulator: &accumulator.name,
                of_household: posted.owner == Owner::Household,
                of_everyone: posted.owner == Owner::Everyone,
                per: accumulator.per,
                period: period_start(accumulator.per, posted.period),
                amount: Amount::new(Money::from_micros(posted.amount), places),
            })
        })
    }
}

/// The first day of a period; nothing where it is no stretch of the calendar.
pub(super) fn period_start(per: Per, period: i32) -> Option<NaiveDate> {
    match per {
        Per::Claim | Per::Stay | Per::Lifetime => None,
        _ => NaiveDate::from_num_days_from_ce_opt(period),
    }
}

/// What one rule posts to one accumulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BookedPosting<'a> {
    /// The layer and benefit, `layer.benefit`; the layer alone for given payments; empty for counts of claims and for what is carried over.
    pub rule: String,
    /// The accumulator.
    pub accumulator: &'a str,
    /// Whether it is the household's.
    pub of_household: bool,
    /// Whether it is of all whom the scheme insures.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_everyone: bool,
    /// Over what it runs.
    pub per: Per,
    /// The first day of the period; of rolling windows the day itself; nothing for stays and lifetimes.
    pub period: Option<NaiveDate>,
    /// The amount, or the count.
    pub amount: Amount,
}

/// An outcome as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) enum WireOutcome {
    Decided(Box<WireBooking>),
    Rejected(Reject),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireBooking {
    scheme: Digest,
    rule_date: NaiveDate,
    household: String,
    paid: Vec<Money>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    beside: Vec<Money>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    funds: Vec<Money>,
    out_of_pocket: Money,
    #[serde(default, skip_serializing_if = "is_zero")]
    charged: Money,
    postings: Vec<WirePosting>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePosting {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rule: String,
    accumulator: String,
    /// Days from the year 1; nothing for a stay, which is the claim's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<i32>,
    amount: Money,
}

fn is_zero(money: &Money) -> bool {
    *money == Money::ZERO
}

impl WireOutcome {
    pub(super) fn new(outcome: &Outcome) -> WireOutcome {
        let booking = match outcome {
            Outcome::Rejected(reject) => return WireOutcome::Rejected(reject.clone()),
            Outcome::Decided(booking) => booking,
        };
        let Booked { paid, beside, funds, out_of_pocket, charged, posted } = &booking.booked;
        let names = &booking.names;
        let postings = posted.iter().filter_map(|one| {
            let accumulator = names.accumulators.get(one.accumulator)?;
            let period = if accumulator.per == Per::Stay { None } else { Some(one.period) };
            let amount = Money::from_micros(one.amount);
            Some(WirePosting { rule: names.rule(one), accumulator: accumulator.name.clone(), period, amount })
        });
        WireOutcome::Decided(Box::new(WireBooking {
            scheme: names.digest,
            rule_date: booking.rule_date,
            household: booking.household.to_string(),
            paid: paid.clone(),
            beside: if beside.iter().all(is_zero) { Vec::new() } else { beside.clone() },
            funds: funds.clone(),
            out_of_pocket: *out_of_pocket,
            charged: *charged,
            postings: postings.collect(),
        }))
    }

    /// The outcome, if all names in it are known. `stay` is the number of the claim's stay.
    pub(super) fn read(self, names: impl Fn(Digest) -> Option<Arc<Names>>, stay: Option<i32>) -> Option<Outcome> {
        let wire = match self {
            WireOutcome::Rejected(reject) => return Some(Outcome::Rejected(reject)),
            WireOutcome::Decided(wire) => *wire,
        };
        let names = names(wire.scheme)?;
        let posting = |one: WirePosting| {
            let accumulator = names.accumulators.iter().position(|a| a.name == one.accumulator)?;
            let found = names.accumulators.get(accumulator)?;
            let period = if found.per == Per::Stay { stay? } else { one.period? };
            let rule = names.find_rule(&one.rule)?;
            Some(Posted { rule, accumulator, owner: found.owner(), period, amount: one.amount.micros() })
        };
        let posted = wire.postings.into_iter().map(posting).collect::<Option<Vec<Posted>>>()?;
        let of_layers = names.layers.len();
        let beside = if wire.beside.is_empty() { vec![Money::ZERO; of_layers] } else { wire.beside };
        if wire.paid.len() != of_layers || beside.len() != of_layers || wire.funds.len() != names.funds.len() {
            return None;
        }
        let booked =
            Booked { paid: wire.paid, beside, funds: wire.funds, out_of_pocket: wire.out_of_pocket, charged: wire.charged, posted };
        Some(Outcome::Decided(Booking { names, rule_date: wire.rule_date, household: wire.household.into(), booked }))
    }
}
