//! Rule by rule: what differs between two plans.

use std::collections::BTreeSet;

use super::Difference;
use super::cases::{Compared, Pair, spelled};
use crate::engine::Fault;
use crate::money::{Money, Rounding};
use crate::plan::condition::Condition;
use crate::plan::fact::FactKind;
use crate::plan::value::Value;
use crate::plan::{self, Benefit, Form, Limit, Plan};
use crate::ratio::Ratio;
use crate::scheme::syntax::Owner;

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

fn show(value: Result<i64, Fault>, kind: Kind) -> String {
    match (value, kind) {
        (Ok(value), Kind::Amount) => Money::from_micros(value).to_string(),
        (Ok(value), Kind::Ratio) => Ratio::from_millionths(value).to_string(),
        (Err(_), _) => "no value".to_owned(),
    }
}

fn rounding(rounding: Rounding) -> String {
    format!("{} {:?}", rounding.unit(), rounding.mode())
}

/// With whom a benefit coordinates, and which figure it pays.
fn coordination(plan: &Plan, benefit: &Benefit) -> String {
    let Some(coordinate) = &benefit.coordinate else { return "none".to_owned() };
    let layers = coordinate.with.iter().filter_map(|layer| plan.layers.get(*layer)).map(|l| l.name.id.as_str());
    let figures = coordinate.candidates.iter().map(|one| one.name());
    let pays = if coordinate.greatest { "greatest" } else { "least" };
    format!("with {}: {pays} of {}", layers.collect::<Vec<_>>().join(", "), figures.collect::<Vec<_>>().join(", "))
}

impl<'p> Differ<'p> {
    fn add(&mut self, rule: String, case: String, old: Option<String>, new: Option<String>, spot: Spot<'p>) {
        let difference = Difference { rule, case, old, new, witness: None };
        self.found.push(Found { difference, layer: self.layer.clone(), spot });
    }

    /// Something that is the same only if it reads the same.
    fn text(&mut self, rule: &str, old: impl ToString, new: impl ToString) {
        let (old, new) = (old.to_string(), new.to_string());
        if old != new {
            self.add(rule.to_owned(), String::new(), Some(old), Some(new), Spot::Anything);
        }
    }

    fn value(&mut self, rule: String, kind: Kind, old: &'p Value, new: &'p Value) {
        match self.pair.values(old, new) {
            Compared::Same => {}
            Compared::Differ { case, old: was, new: is } => {
                self.add(rule, case, Some(show(was, kind)), Some(show(is, kind)), Spot::Value(old, new));
            }
            Compared::Otherwise => {
                let (was, is) = (spelled(self.pair.old, old), spelled(self.pair.new, new));
                self.add(rule, "figured otherwise".to_owned(), Some(was), Some(is), Spot::Value(old, new));
            }
        }
    }

    fn condition(&mut self, rule: String, old: &'p Condition, new: &'p Condition) {
        let holds = |holds: Result<i64, Fault>| match holds {
            Ok(0) => "does not hold",
            Ok(_) => "holds",
            Err(_) => "not known",
        };
        match self.pair.conditions(old, new) {
            Compared::Same => {}
            Compared::Differ { case, old: was, new: is } => {
                self.add(rule, case, Some(holds(was).to_owned()), Some(holds(is).to_owned()), Spot::Condition(old, new));
            }
            Compared::Otherwise => self.add(rule, "asked otherwise".to_owned(), None, None, Spot::Condition(old, new)),
        }
    }

    fn schemes(&mut self) {
        let Pair { old, new } = self.pair;
        let date = |date: Option<chrono::NaiveDate>| date.map_or_else(|| "open".to_owned(), |d| d.to_string());
        self.text("effective from", date(old.effective.from), date(new.effective.from));
        self.text("effective until", date(old.effective.until), date(new.effective.until));
        self.found.iter_mut().for_each(|found| found.spot = Spot::Reject);
        self.text("currency", &old.currency, &new.currency);
        self.text("rounding", rounding(old.rounding), rounding(new.rounding));
        self.text("rule date", format!("{:?}", old.rule_date), format!("{:?}", new.rule_date));
        let order = |plan: &Plan| if plan.as_incurred { "as-incurred" } else { "as-received" };
        self.text("order", order(old), order(new));
        let year = |plan: &Plan| plan.policy_year.start(chrono::NaiveDate::default()).format("%m-%d").to_string();
        self.text("policy year", year(old), year(new));
        let days = |plan: &Plan| if plan.both_ends { "both-ends" } else { "nights" };
        self.text("days", days(old), days(new));
        let portions =
            |plan: &Plan| plan.portion_ids().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        self.text("portions", portions(old), portions(new));
        let settles = |plan: &Plan| {
            plan.settles
                .as_ref()
                .map_or_else(|| "nothing".to_owned(), |s| format!("{} per {} of a {:?}", s.scheme, s.per, s.owner).to_lowercase())
        };
        self.text("settles", settles(old), settles(new));
        let funds = |plan: &Plan| plan.fund_ids().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        self.text("funds", funds(old), funds(new));
        let feeds = |plan: &Plan| {
            let name = |payer: plan::Payer| match payer {
                plan::Payer::Layer(layer) => plan.layers.get(layer).map_or("", |l| l.name.id.as_str()),
                plan::Payer::Fund(fund) => plan.funds.get(fund).map_or("", |f| f.id.as_str()),
            };
            let told = plan.feeds.iter().map(|f| format!("{} of {}", runs_on(plan, f.accumulator), name(f.payer)));
            told.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("; ")
        };
        self.text("payments counted", feeds(old), feeds(new));
        let carries = |plan: &Plan| {
            let told = plan.carries.iter().map(|(accumulator, months)| format!("{} in {months} months", runs_on(plan, *accumulator)));
            told.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("; ")
        };
        self.text("carried over", carries(old), carries(new));
        self.attributes();
        self.day_charges();
        self.classify();
        self.layers();
    }

    fn day_charges(&mut self) {
        let Pair { old, new } = self.pair;
        let ids: BTreeSet<&str> = old.day_charges.iter().chain(&new.day_charges).map(|c| c.name.id.as_str()).collect();
        for id in ids {
            let of = |plan: &'p Plan| plan.day_charges.iter().find(|c| c.name.id == id);
            let path = format!("amount by the day {id}");
            let (Some(was), Some(is)) = (of(old), of(new)) else {
                self.presence(path, of(old).is_some(), of(new).is_some());
                continue;
            };
            self.condition(format!("{path}: when"), &was.condition, &is.condition);
            self.accumulator(format!("{path}: counted"), was.counted, is.counted);
            for (number, pair) in both(&was.rows, &is.rows) {
                let rule = format!("{path}: row {number}");
                let (Some(was), Some(is)) = pair else {
                    self.presence(rule, pair.0.is_some(), pair.1.is_some());
                    continue;
                };
                let days = |plan: &Plan, row: &plan::DayRow| match (row.to, row.reserve) {
                    (Some(to), _) => format!("to {to}"),
                    (None, Some((reserve, most))) => format!("{most} of {}", runs_on(plan, reserve)),
                    (None, None) => "all other".to_owned(),
                };
                self.text(&format!("{rule}: days"), days(old, was), days(new, is));
                self.value(format!("{rule}: amount"), Kind::Amount, &was.amount, &is.amount);
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
                    | Age
                    | Days
                    | RuleDate
                    | Billed(_)
                    | Left(_)
                    | Paid(_)
                    | Accumulated(_)
                    | Summed(_)
                    | DayCharge(_)
                    | Uncovered(_)
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
            let default = fact.default.map_or_else(|| "none".to_owned(), |d| fact.domain.show(d));
            let kind = match fact.kind {
                PersonAttribute(as_of) => {
                    let before = as_of.before.map_or_else(String::new, |length| format!(" - {length}"));
                    format!("PersonAttribute({:?}{before})", as_of.date)
                }
                kind => format!("{kind:?}"),
            };
            format!("{kind}: {domain}; default {default}")
        };
        let mut names: Vec<&str> = old.facts.iter().chain(&new.facts).filter(|f| declared(f.kind)).map(|f| f.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let of = |plan: &Plan| plan.facts.iter().find(|f| f.name == name).map(says);
            let (was, is) = (of(old), of(new));
            if was != is {
                self.add(format!("attribute {name}"), String::new(), was, is, Spot::Anything);
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
            let rule = format!("classify {number}");
            match pair {
                (Some(was), Some(is)) => {
                    self.condition(format!("{rule}: when"), &was.condition, &is.condition);
                    self.text(&format!("{rule}: into"), portion(old, was.into), portion(new, is.into));
                    let parts = [
                        ("quantity limit", Kind::Amount, &was.quantity_limit, &is.quantity_limit),
                        ("price limit", Kind::Amount, &was.price_limit, &is.price_limit),
                        ("self-pay", Kind::Ratio, &was.self_pay, &is.self_pay),
                    ];
                    for (name, kind, was, is) in parts {
                        match (was, is) {
                            (Some((was, a)), Some((is, b))) => {
                                self.value(format!("{rule}: {name}"), kind, was, is);
                                self.text(&format!("{rule}: {name} into"), portion(old, *a), portion(new, *b));
                            }
                            (was, is) => self.presence(format!("{rule}: {name}"), was.is_some(), is.is_some()),
                        }
                    }
                }
                (was, is) => self.presence(rule, was.is_some(), is.is_some()),
            }
        }
    }

    /// Something that is there in one plan only.
    fn presence(&mut self, rule: String, was: bool, is: bool) {
        if was != is {
            let there = |there: bool| there.then(|| "there".to_owned());
            self.add(rule, String::new(), there(was), there(is), Spot::Anything);
        }
    }

    fn layers(&mut self) {
        let Pair { old, new } = self.pair;
        let common = |plan: &Plan, other: &Plan| -> String {
            let ids: Vec<&str> = plan.layer_ids().filter(|id| other.layer_ids().any(|o| o == *id)).collect();
            ids.join(", ")
        };
        self.text("order of layers", common(old, new), common(new, old));
        let ids: Vec<&str> = old.layer_ids().chain(new.layer_ids().filter(|id| !old.layer_ids().any(|o| o == *id))).collect();
        for id in ids {
            self.layer = Some(id.to_owned());
            let of = |plan: &'p Plan| plan.layers.iter().find(|l| l.name.id == id);
            match (of(old), of(new)) {
                (Some(was), Some(is)) => self.layer(id, was, is),
                (was, is) => self.presence(format!("layer {id}"), was.is_some(), is.is_some()),
            }
        }
        self.layer = None;
    }

    fn layer(&mut self, id: &str, old: &'p plan::Layer, new: &'p plan::Layer) {
        self.condition(format!("{id}: when"), &old.condition, &new.condition);
        self.text(
            &format!("{id}: role"),
            if old.write_off { "write-off" } else { "payer" },
            if new.write_off { "write-off" } else { "payer" },
        );
        let covers = |plan: &Plan, list: &[usize]| {
            list.iter().filter_map(|p| plan.portions.get(*p)).map(|p| p.id.clone()).collect::<Vec<_>>().join(", ")
        };
        self.text(&format!("{id}: settles if given"), covers(self.pair.old, &old.covers), covers(self.pair.new, &new.covers));
        match (&old.premium, &new.premium) {
            (Some((was, was_when)), Some((is, is_when))) => {
                let before = self.found.len();
                self.value(format!("{id}: premium"), Kind::Amount, was, is);
                self.condition(format!("{id}: premium when"), was_when, is_when);
                self.found.iter_mut().skip(before).for_each(|found| found.spot = Spot::Nothing);
            }
            (was, is) => {
                let before = self.found.len();
                self.presence(format!("{id}: premium"), was.is_some(), is.is_some());
                self.found.iter_mut().skip(before).for_each(|found| found.spot = Spot::Nothing);
            }
        }
        if old.benefits.is_empty() && new.benefits.is_empty() {
            self.limits(id, "cap", &old.given_caps, &new.given_caps);
        }
        let common = |layer: &plan::Layer, other: &plan::Layer| -> String {
            let ids: Vec<&str> =
                layer.benefits.iter().map(|b| b.name.id.as_str()).filter(|b| other.benefits.iter().any(|o| o.name.id == *b)).collect();
            ids.join(", ")
        };
        self.text(&format!("{id}: order of benefits"), common(old, new), common(new, old));
        let names = |layer: &'p plan::Layer| layer.benefits.iter().map(|b| b.name.id.as_str());
        let all: Vec<&str> = names(old).chain(names(new).filter(|n| !names(old).any(|o| o == *n))).collect();
        for name in all {
            let of = |layer: &'p plan::Layer| layer.benefits.iter().find(|b| b.name.id == name);
            let path = format!("{id}.{name}");
            match (of(old), of(new)) {
                (Some(was), Some(is)) => self.benefit(&path, was, is),
                (was, is) => self.presence(format!("benefit {path}"), was.is_some(), is.is_some()),
            }
        }
    }

    fn benefit(&mut self, path: &str, old: &'p Benefit, new: &'p Benefit) {
        self.condition(format!("{path}: when"), &old.condition, &new.condition);
        let covers = |plan: &Plan, benefit: &Benefit, order: &mut dyn Iterator<Item = usize>| {
            let ids = order.filter_map(|i| benefit.covers.get(i)).filter_map(|c| plan.portions.get(c.portion)).map(|p| p.id.clone());
            ids.collect::<Vec<_>>().join(", ")
        };
        let Pair { old: old_plan, new: new_plan } = self.pair;
        let order = |plan: &Plan, benefit: &Benefit| covers(plan, benefit, &mut benefit.allocate.iter().copied());
        self.text(&format!("{path}: covers, in the order of settling"), order(old_plan, old), order(new_plan, new));
        for was in &old.covers {
            let portion = old_plan.portions.get(was.portion).map_or("", |p| p.id.as_str());
            let is = new.covers.iter().find(|c| new_plan.portions.get(c.portion).is_some_and(|p| p.id == portion));
            if let Some(is) = is {
                self.value(format!("{path}: factor of {portion}"), Kind::Ratio, &was.factor, &is.factor);
            }
        }
        match (&old.lines, &new.lines) {
            (Some(was), Some(is)) => self.condition(format!("{path}: lines"), was, is),
            (was, is) => self.presence(format!("{path}: lines"), was.is_some(), is.is_some()),
        }
        self.limits(path, "franchise", as_list(&old.franchise), as_list(&new.franchise));
        self.limits(path, "deductible", &old.deductibles, &new.deductibles);
        let same = |a: &plan::Copay, b: &plan::Copay| a.taken == b.taken && self.same(&a.amount, &b.amount, &a.condition, &b.condition);
        let (was, is) = apart(&old.copays, &new.copays, same);
        for (number, pair) in both(&was, &is) {
            let rule = format!("{path}: copay {number}");
            match pair {
                (Some(was), Some(is)) => {
                    self.value(format!("{rule}: amount"), Kind::Amount, &was.amount, &is.amount);
                    self.condition(format!("{rule}: when"), &was.condition, &is.condition);
                    self.text(&format!("{rule}: taken"), format!("{:?}", was.taken), format!("{:?}", is.taken));
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
                self.text(&format!("{path}: group: by"), by(self.pair.old, was), by(self.pair.new, is));
                self.value(format!("{path}: group: least"), Kind::Amount, &was.least, &is.least);
                self.condition(format!("{path}: group: when"), &was.condition, &is.condition);
            }
            (was, is) => self.presence(format!("{path}: group"), was.is_some(), is.is_some()),
        }
        self.form(path, &old.form, &new.form);
        for (name, was, is) in [("points", &old.points, &new.points), ("factor", &old.factors, &new.factors)] {
            let (was, is) = apart(was, is, |a, b| self.same(&a.value, &b.value, &a.condition, &b.condition));
            for (number, pair) in both(&was, &is) {
                let rule = format!("{path}: {name} {number}");
                match pair {
                    (Some(was), Some(is)) => {
                        self.value(rule.clone(), Kind::Ratio, &was.value, &is.value);
                        self.condition(format!("{rule}: when"), &was.condition, &is.condition);
                    }
                    (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                }
            }
        }
        for (key, was, is) in
            [("least", &old.ratio_between[0], &new.ratio_between[0]), ("most", &old.ratio_between[1], &new.ratio_between[1])]
        {
            match (was, is) {
                (Some(was), Some(is)) => self.value(format!("{path}: ratio between: {key}"), Kind::Ratio, was, is),
                (was, is) => self.presence(format!("{path}: ratio between: {key}"), was.is_some(), is.is_some()),
            }
        }
        self.limits(path, "out-of-pocket maximum", &old.out_of_pocket_max, &new.out_of_pocket_max);
        self.limits(path, "cap on base", &old.base_caps, &new.base_caps);
        self.limits(path, "cap", &old.caps, &new.caps);
        self.text(&format!("{path}: coordinate"), coordination(self.pair.old, old), coordination(self.pair.new, new));
        match (&old.minimum, &new.minimum) {
            (Some(was), Some(is)) => self.value(format!("{path}: minimum"), Kind::Amount, was, is),
            (was, is) => self.presence(format!("{path}: minimum"), was.is_some(), is.is_some()),
        }
        self.text(&format!("{path}: indemnity"), old.indemnity, new.indemnity);
        self.text(&format!("{path}: rounding"), rounding(old.rounding), rounding(new.rounding));
        self.text(&format!("{path}: rounds the patient's share"), old.rounds_patient_share, new.rounds_patient_share);
        self.text(&format!("{path}: rounds the coinsurance"), old.rounds_coinsurance, new.rounds_coinsurance);
        let parts = |benefit: &Benefit| benefit.parts.words().collect::<Vec<_>>().join(", ");
        if !old.out_of_pocket_max.is_empty() && !new.out_of_pocket_max.is_empty() {
            self.text(&format!("{path}: out-of-pocket maximum: of"), parts(old), parts(new));
        }
    }

    fn form(&mut self, path: &str, old: &'p Form, new: &'p Form) {
        match (old, new) {
            (Form::Ratio(was), Form::Ratio(is)) => self.value(format!("{path}: ratio"), Kind::Ratio, was, is),
            (Form::Fixed(was), Form::Fixed(is)) => self.value(format!("{path}: fixed sum"), Kind::Amount, was, is),
            (
                Form::Bands { absolute: was_absolute, accumulator: was_on, rows: was },
                Form::Bands { absolute: is_absolute, accumulator: is_on, rows: is },
            ) => {
                let measured = |absolute: bool| if absolute { "absolute" } else { "above-deductible" };
                self.text(&format!("{path}: bands measured"), measured(*was_absolute), measured(*is_absolute));
                self.accumulator(format!("{path}: bands run on"), *was_on, *is_on);
                for (number, pair) in both(was, is) {
                    let rule = format!("{path}: band {number}");
                    match pair {
                        (Some(was), Some(is)) => {
                            self.value(format!("{rule}: ratio"), Kind::Ratio, &was.ratio, &is.ratio);
                            match (&was.to, &is.to) {
                                (Some(was), Some(is)) => self.value(format!("{rule}: to"), Kind::Amount, was, is),
                                (was, is) => self.presence(format!("{rule}: to"), was.is_some(), is.is_some()),
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
                self.accumulator(format!("{path}: phases run on"), *was_on, *is_on);
                self.accumulator(format!("{path}: phases' share runs on"), *was_share, *is_share);
                for (number, pair) in both(was, is) {
                    let rule = format!("{path}: phase {number}");
                    match pair {
                        (Some(was), Some(is)) => self.phase(&rule, was, is),
                        (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                    }
                }
            }
            (Form::Grant { accumulator: was_on, rows: was }, Form::Grant { accumulator: is_on, rows: is }) => {
                self.accumulator(format!("{path}: grant runs on"), *was_on, *is_on);
                for (number, pair) in both(was, is) {
                    let rule = format!("{path}: step {number}");
                    match pair {
                        (Some(was), Some(is)) => {
                            self.value(format!("{rule}: above"), Kind::Amount, &was.above, &is.above);
                            self.value(format!("{rule}: pays"), Kind::Amount, &was.pays, &is.pays);
                        }
                        (was, is) => self.presence(rule, was.is_some(), is.is_some()),
                    }
                }
            }
            (
                Form::InKind { buy: was_buy, give: was_give, units: was_units, accumulator: was_on },
                Form::InKind { buy: is_buy, give: is_give, units: is_units, accumulator: is_on },
            ) => {
                self.text(&format!("{path}: buy"), was_buy, is_buy);
                self.text(&format!("{path}: give"), was_give, is_give);
                let name = |plan: &Plan, fact: usize| plan.facts.get(fact).map_or_else(String::new, |f| f.name.clone());
                self.text(&format!("{path}: units"), name(self.pair.old, *was_units), name(self.pair.new, *is_units));
                self.accumulator(format!("{path}: in kind runs on"), *was_on, *is_on);
            }
            _ => self.text(&format!("{path}: form"), form_name(old), form_name(new)),
        }
    }

    /// Limits in whatever order: those that are the same are put together first, the others in the order in which they stand.
    fn limits(&mut self, path: &str, name: &str, old: &'p [Limit], new: &'p [Limit]) {
        let (open, rest) = apart(old, new, |was, is| self.same_limit(was, is));
        for (number, pair) in both(&open, &rest) {
            match pair {
                (Some(was), Some(is)) => {
                    let rule = format!("{path}: {}", was.label);
                    self.value(format!("{rule}: amount"), Kind::Amount, &was.amount, &is.amount);
                    self.condition(format!("{rule}: when"), &was.condition, &is.condition);
                    self.accumulator(format!("{rule}: runs on"), was.accumulator, is.accumulator);
                }
                (was, is) => {
                    let label = was.or(is).map_or_else(|| format!("{name} {number}"), |limit| limit.label.clone());
                    self.presence(format!("{path}: {label}"), was.is_some(), is.is_some());
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

    fn phase(&mut self, rule: &str, was: &'p plan::Phase, is: &'p plan::Phase) {
        for (key, was, is) in [("to", &was.to, &is.to), ("to_share", &was.to_share, &is.to_share)] {
            match (was, is) {
                (Some(was), Some(is)) => self.value(format!("{rule}: {key}"), Kind::Amount, was, is),
                (was, is) => self.presence(format!("{rule}: {key}"), was.is_some(), is.is_some()),
            }
        }
        let whose = |plan: &'p Plan, fund: Option<usize>| fund.and_then(|f| plan.funds.get(f)).map_or("", |f| f.id.as_str());
        let funds: BTreeSet<&str> = (was.parts.iter().map(|(fund, _)| whose(self.pair.old, *fund)))
            .chain(is.parts.iter().map(|(fund, _)| whose(self.pair.new, *fund)))
            .collect();
        for fund in funds {
            let of =
                |plan: &'p Plan, phase: &'p plan::Phase| phase.parts.iter().find(|(f, _)| whose(plan, *f) == fund).map(|(_, ratio)| ratio);
            let rule = if fund.is_empty() { format!("{rule}: ratio") } else { format!("{rule}: ratio of {fund}") };
            match (of(self.pair.old, was), of(self.pair.new, is)) {
                (Some(was), Some(is)) => self.value(rule, Kind::Ratio, was, is),
                (was, is) => self.presence(rule, was.is_some(), is.is_some()),
            }
        }
    }

    fn accumulator(&mut self, rule: String, old: usize, new: usize) {
        self.text(&rule, runs_on(self.pair.old, old), runs_on(self.pair.new, new));
        if let (Some(was), Some(is)) = (self.pair.old.accumulators.get(old), self.pair.new.accumulators.get(new)) {
            self.condition(format!("{rule}: when"), &was.condition, &is.condition);
        }
    }
}

fn form_name(form: &Form) -> &'static str {
    match form {
        Form::Ratio(_) => "ratio",
        Form::Bands { .. } => "bands",
        Form::Phases { .. } => "phases",
        Form::Grant { .. } => "step grant",
        Form::Fixed(_) => "fixed sum",
        Form::InKind { .. } => "in kind",
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
fn runs_on(plan: &Plan, accumulator: usize) -> String {
    let Some(found) = plan.accumulators.get(accumulator) else { return String::new() };
    let owner = if found.owner == Owner::Household { "household" } else { "person" };
    let mut users: Vec<String> = Vec::new();
    for layer in &plan.layers {
        for benefit in layer.benefits.iter().filter(|b| b.posts.iter().any(|(a, _)| *a == accumulator)) {
            users.push(format!("{}.{}", layer.name.id, benefit.name.id));
        }
    }
    let shared = if users.len() > 1 { format!(", shared by {}", users.join(", ")) } else { String::new() };
    format!("{} per {} of a {owner}{shared}", found.counts.name(), found.per)
}
