//! Rule by rule: what differs between two plans.

#![allow(clippy::arithmetic_side_effects, reason = "places in lists that are in memory")]

use std::collections::BTreeSet;

use super::Difference;
use super::cases::{Compared, Pair, spelled};
use crate::date::{AsOf, DateChoice, Length};
use crate::diagnostic::{Message, rules as say};
use crate::engine::Fault;
use crate::money::Money;
use crate::plan::condition::Condition;
use crate::plan::fact::FactKind;
use crate::plan::value::Value;
use crate::plan::{self, Benefit, Form, Limit, Plan};
use crate::ratio::Ratio;
use crate::scheme::syntax::{Owner, Settles, Taken};

/// A difference, and where in the plans it lies.
pub(super) struct Found<'p> {
    pub(super) difference: Difference,
    /// The layer's id, if it belongs to one.
    pub(super) layer: Option<String>,
    pub(super) spot: Spot<'p>,
}

/// What must come out otherwise for a claim that shows a difference.
pub(super) enum Spot<'p> {
    Value(&'p Value, &'p Value),
    Condition(&'p Condition, &'p Condition),
    Anything,
    /// That one scheme takes the claim and the other does not.
    Reject,
    /// No claim's decision depends on it.
    Nothing,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Amount,
    Ratio,
}

struct Differ<'p> {
    pair: Pair<'p>,
    found: Vec<Found<'p>>,
    layer: Option<String>,
}

pub(super) fn differences<'p>(old: &'p Plan, new: &'p Plan) -> Vec<Found<'p>> {
    let mut differ = Differ { pair: Pair { old, new }, found: Vec::new(), layer: None };
    if old.digest != new.digest {
        differ.schemes();
    }
    differ.found
}

fn show(value: Result<i64, Fault>, kind: Kind) -> Message {
    match (value, kind) {
        (Ok(value), Kind::Amount) => Money::from_micros(value).to_string().into(),
        (Ok(value), Kind::Ratio) => Ratio::from_millionths(value).to_string().into(),
        (Err(_), _) => say::no_value(),
    }
}

/// With whom a benefit coordinates, and which figure it pays.
fn coordination(plan: &Plan, benefit: &Benefit) -> Message {
    let Some(coordinate) = &benefit.coordinate else { return say::none() };
    let layers = coordinate.with.iter().filter_map(|layer| plan.layers.get(*layer)).map(|l| l.name.id.as_str());
    let figures = coordinate.candidates.iter().map(|one| one.name());
    let pays = if coordinate.greatest { say::greatest() } else { say::lowest() };
    say::coordinated(&layers.collect::<Vec<_>>().join(", "), &pays, &figures.collect::<Vec<_>>().join(", "))
}

impl<'p> Differ<'p> {
    fn add(&mut self, rule: Message, case: Message, old: Option<Message>, new: Option<Message>, spot: Spot<'p>) {
        let difference = Difference { rule, case, old, new, witness: None };
        self.found.push(Found { difference, layer: self.layer.clone(), spot });
    }

    /// Something that is the same only if it reads the same.
    fn text(&mut self, rule: Message, old: impl Into<Message>, new: impl Into<Message>) {
        let (old, new) = (old.into(), new.into());
        if old != new {
            self.add(rule, Message::default(), Some(old), Some(new), Spot::Anything);
        }
    }

    fn value(&mut self, rule: Message, kind: Kind, old: &'p Value, new: &'p Value) {
        match self.pair.values(old, new) {
            Compared::Same => {}
            Compared::Differ { case, old: was, new: is } => {
                self.add(rule, case, Some(show(was, kind)), Some(show(is, kind)), Spot::Value(old, new));
            }
            Compared::Otherwise => {
                let (was, is) = (spelled(self.pair.old, old), spelled(self.pair.new, new));
                self.add(rule, say::figured_otherwise(), Some(was.into()), Some(is.into()), Spot::Value(old, new));
            }
        }
    }

    fn condition(&mut self, rule: Message, old: &'p Condition, new: &'p Condition) {
        let holds = |holds: Result<i64, Fault>| match holds {
            Ok(0) => say::does_not_hold(),
            Ok(_) => say::holds(),
            Err(_) => say::not_known(),
        };
        match self.pair.conditions(old, new) {
            Compared::Same => {}
            Compared::Differ { case, old: was, new: is } => {
                self.add(rule, case, Some(holds(was)), Some(holds(is)), Spot::Condition(old, new));
            }
            Compared::Otherwise => self.add(rule, say::asked_otherwise(), None, None, Spot::Condition(old, new)),
        }
    }

    fn schemes(&mut self) {
        let Pair { old, new } = self.pair;
        let date = |date: Option<chrono::NaiveDate>| date.map_or_else(say::open, |d| d.to_string().into());
        self.text(say::effective_from(), date(old.effective.from), date(new.effective.from));
        self.text(say::effective_until(), date(old.effective.until), date(new.effective.until));
        self.found.iter_mut().for_each(|found| found.spot = Spot::Reject);
        self.text(say::currency(), old.currency.as_str(), new.currency.as_str());
        self.text(say::rounding(), say::rounded(old.rounding), say::rounded(new.rounding));
        self.text(say::rule_date(), date_choice(old.rule_date), date_choice(new.rule_date));
        let order = |plan: &Plan| if plan.as_incurred { say::as_incurred() } else { say::as_received() };
        self.text(say::order(), order(old), order(new));
        let year = |plan: &Plan| plan.policy_year.start(chrono::NaiveDate::default()).format("%m-%d").to_string();
        self.text(say::policy_year(), year(old), year(new));
        let days = |plan: &Plan| if plan.both_ends { say::both_ends() } else { say::nights() };
        self.text(say::days(), days(old), days(new));
        let months = |plan: &Plan| if plan.whole_months { say::whole_months() } else { say::begun_months() };
        self.text(say::months(), months(old), months(new));
        let portions =
            |plan: &Plan| plan.portion_ids().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        self.text(say::portions(), portions(old), portions(new));
        let settles = |plan: &Plan| {
            let whose = |settles: &Settles| owner(if settles.for_households { Owner::Household } else { Owner::Person });
            plan.settles.as_ref().map_or_else(say::nothing, |s| say::settling(&s.scheme, &s.per.to_string(), &whose(s)))
        };
        self.text(say::settles(), settles(old), settles(new));
        let funds = |plan: &Plan| plan.fund_ids().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        self.text(say::funds(), funds(old), funds(new));
        let feeds = |plan: &Plan| {
            let name = |payer: plan::Payer| match payer {
                plan::Payer::Layer(layer) => plan.layers.get(layer).map_or("", |l| l.name.id.as_str()),
                plan::Payer::Fund(fund) => plan.funds.get(fund).map_or("", |f| f.name.id.as_str()),
            };
            let told = plan.feeds.iter().map(|f| say::feeds(&runs_on(plan, f.accumulator), name(f.payer)));
            joined(told.collect())
        };
        self.text(say::payments_counted(), feeds(old), feeds(new));
        let carries = |plan: &Plan| {
            let told = plan.carries.iter().map(|(accumulator, months)| say::carries(&runs_on(plan, *accumulator), *months as usize));
            joined(told.collect())
        };
        self.text(say::carried_over(), carries(old), carries(new));
        self.attributes();
        self.day_charges();
        self.each_fund();
        self.classify();
        self.layers();
    }

    fn day_charges(&mut self) {
        let Pair { old, new } = self.pair;
        let ids: BTreeSet<&str> = old.day_charges.iter().chain(&new.day_charges).map(|c| c.name.id.as_str()).collect();
        for id in ids {
            let of = |plan: &'p Plan| plan.day_charges.iter().find(|c| c.name.id == id);
            let path = say::day_charge(id);
            let (Some(was), Some(is)) = (of(old), of(new)) else {
                self.presence(path, of(old).is_some(), of(new).is_some());
                continue;
            };
            self.condition(path.of(say::when()), &was.condition, &is.condition);
            self.accumulator(path.of(say::counted()), was.counted, is.counted);
            for (number, pair) in both(&was.rows, &is.rows) {
                let rule = path.of(say::row(number));
                let (Some(was), Some(is)) = pair else {
                    self.presence(rule, pair.0.is_some(), pair.1.is_some());
                    continue;
                };
                let days = |plan: &Plan, row: &plan::DayRow| match (row.to, row.reserve) {
                    (Some(to), _) => say::up_to(to as usize),
                    (None, Some((reserve, most))) => say::reserve(most as usize, &runs_on(plan, reserve)),
                    (None, None) => say::all_other(),
                };
                self.text(rule.of(say::days()), days(old, was), days(new, is));
                self.value(rule.of(say::amount()), Kind::Amount, &was.amount, &is.amount);
            }
        }
    }

    /// What is told of funds. Claims do not show it, except where a budget stops payments.
    fn each_fund(&mut self) {
        let Pair { old, new } = self.pair;
        let before = self.found.len();
        for was in &old.funds {
            let Some(is) = new.funds.iter().find(|f| f.name.id == was.name.id) else { continue };
            let path = say::fund(&was.name.id);
            let layer = |plan: &Plan, layer: usize| plan.layers.get(layer).map_or_else(String::new, |l| l.name.id.clone());
            let pays = |plan: &Plan, fund: &plan::Fund| {
                let told = fund.pays.iter().map(|(of, share)| format!("{} {}", layer(plan, *of), Ratio::from_millionths(*share)));
                told.collect::<Vec<_>>().join(", ")
            };
            self.text(path.of(say::pays_for()), pays(old, was), pays(new, is));
            let premiums =
                |plan: &Plan, fund: &plan::Fund| fund.pays_premium_of.iter().map(|of| layer(plan, *of)).collect::<Vec<_>>().join(", ");
            self.text(path.of(say::pays_premium_of()), premiums(old, was), premiums(new, is));
            self.text(path.of(say::per()), was.per.to_string(), is.per.to_string());
            self.text(path.of(say::when_dry()), was.when_dry.name(), is.when_dry.name());
            match (&was.budget, &is.budget) {
                (Some(was), Some(is)) => self.value(path.of(say::budget()), Kind::Amount, was, is),
                (was, is) => self.presence(path.of(say::budget()), was.is_some(), is.is_some()),
            }
            for (number, pair) in both(&was.donations, &is.donations) {
                let rule = path.of(say::donation(number));
                let (Some(was), Some(is)) = pair else {
                    self.presence(rule, pair.0.is_some(), pair.1.is_some());
                    continue;
                };
                self.text(rule.of(say::received()), was.on.to_string(), is.on.to_string());
                self.value(rule.of(say::amount()), Kind::Amount, &was.amount, &is.amount);
            }
            for (number, pair) in both(&was.corridor, &is.corridor) {
                let rule = path.of(say::corridor(number));
                let (Some(was), Some(is)) = pair else {
                    self.presence(rule, pair.0.is_some(), pair.1.is_some());
                    continue;
                };
                let kind = |plan: &Plan, band: &plan::CorridorBand| {
                    let with = plan.funds.get(band.with).map_or("", |f| f.name.id.as_str());
                    format!("{} {with}", if band.of_surplus { "surplus" } else { "deficit" })
                };
                self.text(rule.of(say::with()), kind(old, was), kind(new, is));
                self.edge(rule.of(say::begins()), was.from.as_ref(), is.from.as_ref());
                self.edge(rule.of(say::to()), was.to.as_ref(), is.to.as_ref());
                self.value(rule.of(say::ratio()), Kind::Ratio, &was.share, &is.share);
            }
        }
        self.found.iter_mut().skip(before).for_each(|found| found.spot = Spot::Nothing);
    }

    fn edge(&mut self, rule: Message, was: Option<&'p plan::Edge>, is: Option<&'p plan::Edge>) {
        match (was, is) {
            (Some(plan::Edge::Ratio(was)), Some(plan::Edge::Ratio(is))) => self.value(rule, Kind::Ratio, was, is),
            (Some(plan::Edge::Amount(was)), Some(plan::Edge::Amount(is))) => self.value(rule, Kind::Amount, was, is),
            (was, is) => {
                let kind = |edge: Option<&plan::Edge>| match edge {
                    None => say::nothing(),
                    Some(plan::Edge::Ratio(_)) => say::ratio(),
                    Some(plan::Edge::Amount(_)) => say::amount(),
                };
                self.text(rule, kind(was), kind(is));
            }
        }
    }

    fn attributes(&mut self) {
        let Pair { old, new } = self.pair;
        use FactKind::*;
        let declared = |kind: FactKind| {
            !matches!(
                kind,
                Quantity
                    | LineAmount
                    | LineDate
                    | Age
                    | Days
                    | RuleDate
                    | Billed(_)
                    | Left(_)
                    | Paid(_)
                    | PaidBy(..)
                    | DeductedBy(..)
                    | Accumulated(_)
                    | Summed(_)
                    | DayCharge(_)
                    | Uncovered(_)
                    | Dated(..)
                    | Previous(_)
                    | Quiet(_)
            )
        };
        let says = |fact: &crate::plan::fact::Fact| {
            let domain = match &fact.domain {
                crate::plan::fact::Domain::Words(words) if matches!(fact.kind, PersonAttribute(_)) => words.join(" > "),
                crate::plan::fact::Domain::Words(words) => {
                    words.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" | ")
                }
                crate::plan::fact::Domain::YesNo => "yes-no".to_owned(),
                crate::plan::fact::Domain::Text(_) => "text".to_owned(),
                crate::plan::fact::Domain::Number { unit, .. } => format!("{unit:?}"),
                crate::plan::fact::Domain::Date { .. } => "date".to_owned(),
            };
            let default = fact.default.map_or_else(|| "-".to_owned(), |d| fact.domain.show(d));
            let kind = match fact.kind {
                PersonAttribute(as_of) if as_of == AsOf::default() => say::of_persons(),
                PersonAttribute(as_of) => say::of_persons_as_of(&reading_date(as_of)),
                ClaimAttribute => say::of_claims(),
                LineAttribute => say::of_lines(),
                _ => say::a_fact(),
            };
            say::declared(&kind, &domain, &default)
        };
        let mut names: Vec<&str> = old.facts.iter().chain(&new.facts).filter(|f| declared(f.kind)).map(|f| f.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let of = |plan: &Plan| plan.facts.iter().find(|f| f.name == name).map(says);
            let (was, is) = (of(old), of(new));
            if was != is {
                self.add(say::attribute(name), Message::default(), was, is, Spot::Anything);
            }
        }
    }

    fn classify(&mut self) {
        let Pair { old, new } = self.pair;
        let portion = |plan: &Plan, index: usize| plan.portions.get(index).map_or_else(String::new, |p| p.id.clone());
        // Exactly one row fits a line: their order means nothing.
        let (was, is) =
            alike(&old.classify, &new.classify, |a, b| matches!(self.pair.conditions(&a.condition, &b.condition), Compared::Same));
        for (number, pair) in both(&was, &is) {
            let rule = say::classify(number);
            match pair {
                (Some(was), Some(is)) => {
                    self.condition(rule.of(say::when()), &was.condition, &is.condition);
                    self.text(rule.of(say::goes_into()), portion(old, was.into), portion(new, is.into));
                    let parts = [
                        (say::quantity_limit(), Kind::Amount, &was.quantity_limit, &is.quantity_limit),
                        (say::price_limit(), Kind::Amount, &was.price_limit, &is.price_limit),
                        (say::self_pay(), Kind::Ratio, &was.self_pay, &is.self_pay),
                    ];
                    for (name, kind, was, is) in parts {
                        match (was, is) {
                            (Some((was, a)), Some((is, b))) => {
                                self.value(rule.of(name.clone()), kind, was, is);
                                self.text(rule.of(say::into(&name)), portion(old, *a), portion(new, *b));
                            }
                            (was, is) => self.presence(rule.of(name), was.is_some(), is.is_some()),
                        }
                    }
                }
                (was, is) => self.presence(rule, was.is_some(), is.is_some()),
            }
        }
    }

    /// Something that is there in one plan only.
    fn presence(&mut self, rule: Message, was: bool, is: bool) {
        if was != is {
            let there = |there: bool| there.then(say::there);
            self.add(rule, Message::default(), there(was), there(is), Spot::Anything);
        }
    }

    fn layers(&mut self) {
        let Pair { old, new } = self.pair;
        let common = |plan: &Plan, other: &Plan| -> String {
            let ids: Vec<&str> = plan.layer_ids().filter(|id| other.layer_ids().any(|o| o == *id)).collect();
            ids.join(", ")
        };
        self.text(say::order_of_layers(), common(old, new), common(new, old));
        let ids: Vec<&str> = old.layer_ids().chain(new.layer_ids().filter(|id| !old.layer_ids().any(|o| o == *id))).collect();
        for id in ids {
            self.layer = Some(id.to_owned());
            let of = |plan: &'p Plan| plan.layers.iter().find(|l| l.name.id == id);
            match (of(old), of(new)) {
                (Some(was), Some(is)) => self.layer(id, was, is),
                (was, is) => self.presence(say::layer(id), was.is_some(), is.is_some()),
            }
        }
        self.layer = None;
    }

    fn layer(&mut self, id: &str, old: &'p plan::Layer, new: &'p plan::Layer) {
        let path = Message::from(id);
        let role = |layer: &plan::Layer| if layer.write_off { say::write_off() } else { say::payer() };
        self.condition(path.of(say::when()), &old.condition, &new.condition);
        self.text(path.of(say::role()), role(old), role(new));
        let notional = |layer: &'p plan::Layer| if layer.notional.is_some() { say::figured_as_if() } else { say::pays_itself() };
        self.text(path.of(say::notional()), notional(old), notional(new));
        if let (Some(was), Some(is)) = (&old.notional, &new.notional) {
            self.condition(path.of(say::notional()), was, is);
        }
        let run_off = |layer: &plan::Layer| layer.run_off.map_or_else(say::to_the_end, |days| say::run_off_days(days as usize));
        self.text(path.of(say::run_off()), run_off(old), run_off(new));
        let covers = |plan: &Plan, list: &[usize]| {
            list.iter().filter_map(|p| plan.portions.get(*p)).map(|p| p.id.clone()).collect::<Vec<_>>().join(", ")
        };
        self.text(path.of(say::settles_if_given()), covers(self.pair.old, &old.covers), covers(self.pair.new, &new.covers));
        match (&old.premium, &new.premium) {
            (Some(was), Some(is)) => {
                let before = self.found.len();
                self.value(path.of(say::premium()), Kind::Amount, &was.amount, &is.amount);
                self.condition(path.of(say::only_when(&say::premium())), &was.condition, &is.condition);
                let charged = |premium: &plan::Premium| if premium.by_month { say::by_month() } else { say::by_year() };
                self.text(path.of(say::charged()), charged(was), charged(is));
                self.found.iter_mut().skip(before).for_each(|found| found.spot = Spot::Nothing);
            }
            (was, is) => {
                let before = self.found.len();
                self.presence(path.of(say::premium()), was.is_some(), is.is_some());
                self.found.iter_mut().skip(before).for_each(|found| found.spot = Spot::Nothing);
            }
        }
        if old.benefits.is_empty() && new.benefits.is_empty() {
            self.limits(&path, say::cap(), &old.given_caps, &new.given_caps);
        }
        let common = |layer: &plan::Layer, other: &plan::Layer| -> String {
            let ids: Vec<&str> =
                layer.benefits.iter().map(|b| b.name.id.as_str()).filter(|b| other.benefits.iter().any(|o| o.name.id == *b)).collect();
            ids.join(", ")
        };
        self.text(path.of(say::order_of_benefits()), common(old, new), common(new, old));
        let names = |layer: &'p plan::Layer| layer.benefits.iter().map(|b| b.name.id.as_str());
        let all: Vec<&str> = names(old).chain(names(new).filter(|n| !names(old).any(|o| o == *n))).collect();
        for name in all {
            let of = |layer: &'p plan::Layer| layer.benefits.iter().find(|b| b.name.id == name);
            let path = format!("{id}.{name}");
            match (of(old), of(new)) {
                (Some(was), Some(is)) => self.benefit(&Message::from(path), was, is),
                (was, is) => self.presence(say::benefit(&path), was.is_some(), is.is_some()),
            }
        }
    }

    fn benefit(&mut self, path: &Message, old: &'p Benefit, new: &'p Benefit) {
        self.condition(path.of(say::when()), &old.condition, &new.condition);
        let covers = |plan: &Plan, benefit: &Benefit, order: &mut dyn Iterator<Item = usize>| {
            let ids = order.filter_map(|i| benefit.covers.get(i)).filter_map(|c| plan.portions.get(c.portion)).map(|p| p.id.clone());
            ids.collect::<Vec<_>>().join(", ")
        };
        let Pair { old: old_plan, new: new_plan } = self.pair;
        let order = |plan: &Plan, benefit: &Benefit| covers(plan, benefit, &mut benefit.allocate.iter().copied());
        self.text(path.of(say::covers()), order(old_plan, old), order(new_plan, new));
        for was in &old.covers {
            let portion = old_plan.portions.get(was.portion).map_or("", |p| p.id.as_str());
            let is = new.covers.iter().find(|c| new_plan.portions.get(c.portion).is_some_and(|p| p.id == portion));
            if let Some(is) = is {
                self.value(path.of(say::factor_of(portion)), Kind::Ratio, &was.factor, &is.factor);
            }
        }
        match (&old.lines, &new.lines) {
            (Some(was), Some(is)) => self.condition(path.of(say::lines()), was, is),
            (was, is) => self.presence(path.of(say::lines()), was.is_some(), is.is_some()),
        }
        self.limits(path, say::franchise(), as_list(&old.franchise), as_list(&new.franchise));
        self.limits(path, say::deductible(), &old.deductibles, &new.deductibles);
        let same = |a: &plan::Copay, b: &plan::Copay| {
            let ends = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
                (Some(a_end), Some(b_end)) => self.same(a_end, b_end, &Condition::default(), &Condition::default()),
                (a, b) => a.is_none() && b.is_none(),
            };
            (a.taken, a.each, a.is_ratio) == (b.taken, b.each, b.is_ratio)
                && self.same(&a.amount, &b.amount, &a.condition, &b.condition)
                && ends(&a.least, &b.least)
                && ends(&a.most, &b.most)
                && a.caps.is_empty()
                && b.caps.is_empty()
        };
        let (was, is) = apart(&old.copays, &new.copays, same);
        for (number, pair) in both(&was, &is) {
            let rule = path.of(say::label(&format!("copay {number}")));
            match pair {
                (Some(was), Some(is)) => {
                    match (was.is_ratio, is.is_ratio) {
                        (false, false) => self.value(rule.of(say::amount()), Kind::Amount, &was.amount, &is.amount),
                        (true, true) => self.value(rule.of(say::ratio()), Kind::Ratio, &was.amount, &is.amount),
                        (was, is) => {
                            self.presence(rule.of(say::amount()), !was, !is);
                            self.presence(rule.of(say::ratio()), was, is);
                        }
                    }
                    for (key, was, is) in [(say::least(), &was.least, &is.least), (say::most(), &was.most, &is.most)] {
                        match (was, is) {
                            (Some(was), Some(is)) => self.value(rule.of(key), Kind::Amount, was, is),
                            (was, is) => self.presence(rule.of(key), was.is_some(), is.is_some()),
                        }
                    }
                    self.text(rule.of(say::each()), was.each.name(), is.each.name());
                    self.limits(path, say::label(&format!("copay {number}: cap")), &was.caps, &is.caps);
                    self.condition(rule.of(say::when()), &was.condition, &is.condition);
                    self.text(rule.of(say::taken()), taken(was.taken), taken(is.taken));
                }
                (was, is) => self.presence(rule, was.is_some(), is.is_some()),
            }
        }
        match (&old.group, &new.group) {
            (Some(was), Some(is)) => {
                let by = |plan: &Plan, group: &plan::Group| {
                    let facts = plan.groups.get(group.index).into_iter().flatten().filter_map(|f| plan.facts.get(f.fact));
                    facts.map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
                };
                self.text(path.of(say::group()).of(say::by()), by(self.pair.old, was), by(self.pair.new, is));
                self.value(path.of(say::group()).of(say::least()), Kind::Amount, &was.least, &is.least);
                self.condition(path.of(say::group()).of(say::when()), &was.condition, &is.condition);
            }
            (was, is) => self.presence(path.of(say::group()), was.is_some(), is.is_some()),
        }
        self.form(path, &old.form, &new.form);
        for (name, was, is) in [("points", &old.points, &new.points), ("factor", &old.factors, &new.factors)] {
            let (was, is) = apart(was, is, |a, b| self.same(&a.value, &b.value, &a.condition, &b.condition));
            for (number, pair) in both(&was, &is) {
                let rule = path.of(say::label(&format!("{name} {number}")));
                match pair {
                    (Some(was), Some(is)) => {
                        self.value(rule.clone(), Kind::Ratio, &was.value, &is.value);
                        self.condition(rule.of(say::when()), &was.condition, &is.condition);
                    }
                    (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                }
            }
        }
        for (key, was, is) in
            [(say::least(), &old.ratio_between[0], &new.ratio_between[0]), (say::most(), &old.ratio_between[1], &new.ratio_between[1])]
        {
            match (was, is) {
                (Some(was), Some(is)) => self.value(path.of(say::ratio_between()).of(key), Kind::Ratio, was, is),
                (was, is) => self.presence(path.of(say::ratio_between()).of(key), was.is_some(), is.is_some()),
            }
        }
        self.text(path.of(say::figured_for_each()), old.each.name(), new.each.name());
        self.limits(path, say::out_of_pocket_max(), &old.out_of_pocket_max, &new.out_of_pocket_max);
        for number in 0..old.line_caps.len().max(new.line_caps.len()) {
            let rule = path.of(say::label(&format!("line cap {}", number + 1)));
            match (old.line_caps.get(number), new.line_caps.get(number)) {
                (Some(was), Some(is)) => {
                    self.text(rule.of(say::on()), was.on.name(), is.on.name());
                    self.limits(path, say::line_cap(), std::slice::from_ref(&was.limit), std::slice::from_ref(&is.limit));
                    match (&was.lines, &is.lines) {
                        (Some(was), Some(is)) => self.condition(rule.of(say::lines()), was, is),
                        (was, is) => self.presence(rule.of(say::lines()), was.is_some(), is.is_some()),
                    }
                }
                (was, is) => self.presence(rule, was.is_some(), is.is_some()),
            }
        }
        self.limits(path, say::cap_on_base(), &old.base_caps, &new.base_caps);
        self.limits(path, say::cap(), &old.caps, &new.caps);
        self.text(path.of(say::coordinate()), coordination(self.pair.old, old), coordination(self.pair.new, new));
        match (&old.minimum, &new.minimum) {
            (Some(was), Some(is)) => self.value(path.of(say::minimum()), Kind::Amount, was, is),
            (was, is) => self.presence(path.of(say::minimum()), was.is_some(), is.is_some()),
        }
        self.text(path.of(say::indemnity()), say::is(old.indemnity), say::is(new.indemnity));
        self.text(path.of(say::rounding()), say::rounded(old.rounding), say::rounded(new.rounding));
        self.text(path.of(say::rounds_patient_share()), say::is(old.rounds_patient_share), say::is(new.rounds_patient_share));
        self.text(path.of(say::rounds_coinsurance()), say::is(old.rounds_coinsurance), say::is(new.rounds_coinsurance));
        let parts = |benefit: &Benefit| benefit.parts.words().collect::<Vec<_>>().join(", ");
        if !old.out_of_pocket_max.is_empty() && !new.out_of_pocket_max.is_empty() {
            self.text(path.of(say::out_of_pocket_max()).of(say::which_parts()), parts(old), parts(new));
        }
    }

    fn form(&mut self, path: &Message, old: &'p Form, new: &'p Form) {
        match (old, new) {
            (Form::Ratio(was), Form::Ratio(is)) => self.value(path.of(say::ratio()), Kind::Ratio, was, is),
            (Form::Fixed(was), Form::Fixed(is)) => self.value(path.of(say::fixed_sum()), Kind::Amount, was, is),
            (
                Form::Bands { absolute: was_absolute, accumulator: was_on, rows: was },
                Form::Bands { absolute: is_absolute, accumulator: is_on, rows: is },
            ) => {
                let measured = |absolute: bool| if absolute { say::absolute() } else { say::above_deductible() };
                self.text(path.of(say::bands_measured()), measured(*was_absolute), measured(*is_absolute));
                self.accumulator(path.of(say::bands_run_on()), *was_on, *is_on);
                for (number, pair) in both(was, is) {
                    let rule = path.of(say::band(number));
                    match pair {
                        (Some(was), Some(is)) => {
                            self.value(rule.of(say::ratio()), Kind::Ratio, &was.ratio, &is.ratio);
                            match (&was.to, &is.to) {
                                (Some(was), Some(is)) => self.value(rule.of(say::to()), Kind::Amount, was, is),
                                (was, is) => self.presence(rule.of(say::to()), was.is_some(), is.is_some()),
                            }
                        }
                        (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                    }
                }
            }
            (
                Form::Phases { accumulator: was_on, share: was_share, rows: was },
                Form::Phases { accumulator: is_on, share: is_share, rows: is },
            ) => {
                self.accumulator(path.of(say::phases_run_on()), *was_on, *is_on);
                self.accumulator(path.of(say::phases_share_runs_on()), *was_share, *is_share);
                for (number, pair) in both(was, is) {
                    let rule = path.of(say::phase(number));
                    match pair {
                        (Some(was), Some(is)) => self.phase(&rule, was, is),
                        (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                    }
                }
            }
            (Form::Grant { accumulator: was_on, rows: was }, Form::Grant { accumulator: is_on, rows: is }) => {
                self.accumulator(path.of(say::grant_runs_on()), *was_on, *is_on);
                for (number, pair) in both(was, is) {
                    let rule = path.of(say::step(number));
                    match pair {
                        (Some(was), Some(is)) => {
                            self.value(rule.of(say::above()), Kind::Amount, &was.above, &is.above);
                            self.value(rule.of(say::pays()), Kind::Amount, &was.pays, &is.pays);
                        }
                        (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                    }
                }
            }
            (
                Form::InKind { buy: was_buy, give: was_give, units: was_units, accumulator: was_on },
                Form::InKind { buy: is_buy, give: is_give, units: is_units, accumulator: is_on },
            ) => {
                self.text(path.of(say::buy()), was_buy.to_string(), is_buy.to_string());
                self.text(path.of(say::give()), was_give.to_string(), is_give.to_string());
                let name = |plan: &Plan, fact: usize| plan.facts.get(fact).map_or_else(String::new, |f| f.name.clone());
                self.text(path.of(say::units()), name(self.pair.old, *was_units), name(self.pair.new, *is_units));
                self.accumulator(path.of(say::in_kind_runs_on()), *was_on, *is_on);
            }
            _ => self.text(path.of(say::form()), form_name(old), form_name(new)),
        }
    }

    /// Limits in whatever order: those that are the same are put together first, the others in the order in which they stand.
    fn limits(&mut self, path: &Message, name: Message, old: &'p [Limit], new: &'p [Limit]) {
        let (open, rest) = apart(old, new, |was, is| self.same_limit(was, is));
        for (number, pair) in both(&open, &rest) {
            match pair {
                (Some(was), Some(is)) => {
                    let rule = path.of(say::label(&was.label));
                    self.value(rule.of(say::amount()), Kind::Amount, &was.amount, &is.amount);
                    self.condition(rule.of(say::when()), &was.condition, &is.condition);
                    self.accumulator(rule.of(say::runs_on()), was.accumulator, is.accumulator);
                }
                (was, is) => {
                    let label = was.or(is).map_or_else(|| say::numbered(&name, number), |limit| say::label(&limit.label));
                    self.presence(path.of(label), was.is_some(), is.is_some());
                }
            }
        }
    }

    fn same(&self, old: &Value, new: &Value, old_when: &Condition, new_when: &Condition) -> bool {
        matches!(self.pair.values(old, new), Compared::Same) && matches!(self.pair.conditions(old_when, new_when), Compared::Same)
    }

    fn same_limit(&self, old: &Limit, new: &Limit) -> bool {
        self.same(&old.amount, &new.amount, &old.condition, &new.condition)
            && runs_on(self.pair.old, old.accumulator) == runs_on(self.pair.new, new.accumulator)
    }

    fn phase(&mut self, rule: &Message, was: &'p plan::Phase, is: &'p plan::Phase) {
        for (key, was, is) in [(say::to(), &was.to, &is.to), (say::to_share(), &was.to_share, &is.to_share)] {
            match (was, is) {
                (Some(was), Some(is)) => self.value(rule.of(key), Kind::Amount, was, is),
                (was, is) => self.presence(rule.of(key), was.is_some(), is.is_some()),
            }
        }
        let whose = |plan: &'p Plan, fund: Option<usize>| fund.and_then(|f| plan.funds.get(f)).map_or("", |f| f.name.id.as_str());
        let funds: BTreeSet<&str> = (was.parts.iter().map(|(fund, _)| whose(self.pair.old, *fund)))
            .chain(is.parts.iter().map(|(fund, _)| whose(self.pair.new, *fund)))
            .collect();
        for fund in funds {
            let of =
                |plan: &'p Plan, phase: &'p plan::Phase| phase.parts.iter().find(|(f, _)| whose(plan, *f) == fund).map(|(_, ratio)| ratio);
            let rule = rule.of(if fund.is_empty() { say::ratio() } else { say::ratio_of(fund) });
            match (of(self.pair.old, was), of(self.pair.new, is)) {
                (Some(was), Some(is)) => self.value(rule, Kind::Ratio, was, is),
                (was, is) => self.presence(rule, was.is_some(), is.is_some()),
            }
        }
    }

    fn accumulator(&mut self, rule: Message, old: usize, new: usize) {
        self.text(rule.clone(), runs_on(self.pair.old, old), runs_on(self.pair.new, new));
        if let (Some(was), Some(is)) = (self.pair.old.accumulators.get(old), self.pair.new.accumulators.get(new)) {
            self.condition(rule.of(say::when()), &was.condition, &is.condition);
        }
    }
}

fn form_name(form: &Form) -> Message {
    match form {
        Form::Ratio(_) => say::ratio(),
        Form::Bands { .. } => say::bands(),
        Form::Phases { .. } => say::phases(),
        Form::Grant { .. } => say::step_grant(),
        Form::Fixed(_) => say::fixed_sum(),
        Form::InKind { .. } => say::in_kind(),
    }
}

fn as_list<T>(one: &Option<T>) -> &[T] {
    one.as_slice()
}

/// The members of two lists side by side, counted from 1.
fn both<'l, T>(old: &'l [T], new: &'l [T]) -> impl Iterator<Item = (usize, (Option<&'l T>, Option<&'l T>))> {
    (0..old.len().max(new.len())).map(|i| (i.saturating_add(1), (old.get(i), new.get(i))))
}

/// What is left of two lists, in whose order nothing lies, when those that are the same are taken out.
fn apart<'l, T>(old: &'l [T], new: &'l [T], same: impl Fn(&T, &T) -> bool) -> (Vec<&'l T>, Vec<&'l T>) {
    let mut rest: Vec<&'l T> = new.iter().collect();
    let mut open = Vec::new();
    for was in old {
        match rest.iter().position(|is| same(was, is)) {
            Some(place) => {
                rest.remove(place);
            }
            None => open.push(was),
        }
    }
    (open, rest)
}

/// Two lists, in whose order nothing lies, with those beside each other that are alike.
fn alike<'l, T>(old: &'l [T], new: &'l [T], alike: impl Fn(&T, &T) -> bool) -> (Vec<&'l T>, Vec<&'l T>) {
    let mut rest: Vec<&'l T> = new.iter().collect();
    let (mut left, mut right, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for was in old {
        match rest.iter().position(|is| alike(was, is)) {
            Some(place) => {
                left.push(was);
                right.push(rest.remove(place));
            }
            None => others.push(was),
        }
    }
    left.extend(others);
    right.extend(rest);
    (left, right)
}

/// What a limit runs on, whatever it is called: what it counts, for whom and how long, and who shares it.
fn runs_on(plan: &Plan, accumulator: usize) -> Message {
    let Some(found) = plan.accumulators.get(accumulator) else { return Message::default() };
    let mut users: Vec<String> = Vec::new();
    for layer in &plan.layers {
        for benefit in layer.benefits.iter().filter(|b| b.posts.iter().any(|(a, _)| *a == accumulator)) {
            users.push(format!("{}.{}", layer.name.id, benefit.name.id));
        }
    }
    let shared = if users.len() > 1 { say::shared_by(&users.join(", ")) } else { Message::default() };
    say::accumulated(found.counts.name(), &found.per.to_string(), &owner(found.owner)).and(&shared)
}

fn owner(owner: Owner) -> Message {
    match owner {
        Owner::Person => say::person(),
        Owner::Household => say::household(),
        Owner::Everyone => say::everyone(),
    }
}

fn reading_date(as_of: AsOf) -> Message {
    let date = as_of.date.map_or_else(say::rule_date, date_choice);
    match as_of.before {
        None => date,
        Some(Length::Months(months)) => say::months_before(usize::from(months), &date),
        Some(Length::Days(days)) => say::days_before(usize::from(days), &date),
    }
}

fn date_choice(choice: DateChoice) -> Message {
    match choice {
        DateChoice::Admission => say::on_admission(),
        DateChoice::Discharge => say::on_discharge(),
        DateChoice::Settlement => say::on_settlement(),
        DateChoice::PolicyYearStart => say::policy_year_start(),
    }
}

fn taken(taken: Taken) -> Message {
    match taken {
        Taken::BeforeDeductible => say::before_deductible(),
        Taken::BeforeRatio => say::before_ratio(),
        Taken::FromPayment => say::from_payment(),
        Taken::Beside => say::beside(),
    }
}

/// Several things in whose order nothing lies.
fn joined(all: BTreeSet<Message>) -> Message {
    let mut all = all.into_iter();
    let first = all.next().unwrap_or_default();
    all.fold(first, |text, one| text.and(&Message::from("; ")).and(&one))
}
