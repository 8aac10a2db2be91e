//! Makes a failing history smaller: drops one thing after the other for as long as it still fails.

use super::generate::History;
use super::interpret::all_accumulators;
use super::scheme::{Benefit, Body, Guard, Layer, Value};

/// The smallest history found that still fails.
pub(crate) fn reduce(history: &History, fails: &dyn Fn(&History) -> bool) -> History {
    let mut best = history.clone();
    loop {
        let Some(smaller) = candidates(&best).into_iter().find(|one| fails(one)) else {
            return best;
        };
        best = smaller;
    }
}

fn candidates(history: &History) -> Vec<History> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut History) -> bool| {
        let mut one = history.clone();
        if change(&mut one) {
            drop_strangers(&mut one);
            all.push(one);
        }
    };
    for index in (0..history.claims.len()).rev().filter(|_| history.claims.len() > 1) {
        add(&|one| drop_at(&mut one.claims, index));
    }
    for index in 0..history.persons.len() {
        let without_claims = history.claims.iter().all(|claim| claim.person != history.persons[index].id);
        add(&|one| without_claims && drop_at(&mut one.persons, index));
        add(&|one| drop_all(&mut one.persons[index].opening));
        add(&|one| one.persons[index].household.take().is_some());
        add(&|one| {
            let person = &mut one.persons[index];
            let before = person.attributes.len();
            person.attributes.clear();
            before > 0
        });
        for place in 0..history.persons[index].opening.len() {
            add(&|one| drop_at(&mut one.persons[index].opening, place));
        }
    }
    for index in 0..history.claims.len() {
        add(&|one| drop_all(&mut one.claims[index].prior));
        let parts = match &history.claims[index].body {
            Body::Lines(lines) => lines.len(),
            Body::Portions(portions) => portions.len(),
        };
        for part in (0..parts).filter(|_| parts > 1) {
            add(&|one| match &mut one.claims[index].body {
                Body::Lines(lines) => drop_at(lines, part),
                Body::Portions(portions) => drop_at(portions, part),
            });
        }
    }
    let several = history.scheme.layers.len() > 1;
    for index in 0..history.scheme.layers.len() {
        if several {
            add(&|one| drop_at(&mut one.scheme.layers, index));
        }
        let layer = |change: &dyn Fn(&mut Layer) -> bool, add: Add<'_>| {
            add(&|one| change(&mut one.scheme.layers[index]));
        };
        layer(&|one| clear(&mut one.guard), &mut add);
        layer(&|one| one.premium.take().is_some(), &mut add);
        layer(&|one| std::mem::take(&mut one.write_off), &mut add);
        for cap in 0..history.scheme.layers[index].caps.len() {
            layer(&|one| drop_at(&mut one.caps, cap), &mut add);
            layer(&|one| clear(&mut one.caps[cap].guard), &mut add);
            layer(&|one| plain(&mut one.caps[cap].amount), &mut add);
        }
        let benefits = history.scheme.layers[index].benefits.len();
        for place in 0..benefits {
            if benefits > 1 {
                layer(&|one| drop_at(&mut one.benefits, place), &mut add);
            }
            for change in benefit_changes() {
                layer(&|one| change(&mut one.benefits[place]), &mut add);
            }
        }
    }
    for index in 0..history.scheme.accumulators.len() {
        add(&|one| drop_at(&mut one.scheme.accumulators, index));
    }
    for index in 0..history.scheme.attributes.len() {
        add(&|one| drop_at(&mut one.scheme.attributes, index));
    }
    for index in 0..history.scheme.parameters.len() {
        add(&|one| drop_at(&mut one.scheme.parameters, index));
        add(&|one| plain(&mut one.scheme.parameters[index].1));
    }
    all
}

type Add<'a> = &'a mut dyn FnMut(&dyn Fn(&mut History) -> bool);
type Change = Box<dyn Fn(&mut Benefit) -> bool>;

fn benefit_changes() -> Vec<Change> {
    let mut all: Vec<Change> = vec![
        Box::new(|one| clear(&mut one.guard)),
        Box::new(|one| one.lines.take().is_some()),
        Box::new(|one| one.minimum.take().is_some()),
        Box::new(|one| one.allocate.take().is_some()),
        Box::new(|one| one.coordinate.take().is_some()),
        Box::new(|one| one.group.take().is_some()),
        Box::new(|one| one.ratio_between.iter_mut().filter_map(Option::take).count() > 0),
        Box::new(|one| one.rounding.take().is_some()),
        Box::new(|one| one.maximum_of.take().is_some()),
        Box::new(|one| one.covers.iter_mut().filter_map(|(_, factor)| factor.take()).count() > 0),
        Box::new(|one| one.covers.len() > 1 && one.allocate.is_none() && one.covers.pop().is_some()),
        Box::new(|one| {
            let guards = one.deductibles.iter_mut().map(|rule| &mut rule.guard);
            let guards = guards.chain(one.caps.iter_mut().map(|rule| &mut rule.guard));
            guards.map(clear).filter(|changed| *changed).count() > 0
        }),
        Box::new(|one| {
            let amounts = one.deductibles.iter_mut().map(|rule| &mut rule.amount);
            let amounts = amounts.chain(one.caps.iter_mut().map(|rule| &mut rule.amount));
            amounts.map(plain).filter(|changed| *changed).count() > 0
        }),
    ];
    for index in 0..3 {
        all.push(Box::new(move |one| drop_at(&mut one.deductibles, index)));
        all.push(Box::new(move |one| drop_at(&mut one.copays, index)));
        all.push(Box::new(move |one| one.copays.get_mut(index).is_some_and(|copay| copay.caps.pop().is_some())));
        all.push(Box::new(move |one| drop_at(&mut one.line_caps, index)));
        all.push(Box::new(move |one| drop_at(&mut one.points, index)));
        all.push(Box::new(move |one| drop_at(&mut one.factors, index)));
        all.push(Box::new(move |one| drop_at(&mut one.out_of_pocket_max, index)));
        all.push(Box::new(move |one| drop_at(&mut one.caps, index)));
    }
    all
}

/// Openings of accumulators and attributes that are gone go too.
fn drop_strangers(history: &mut History) {
    let known = all_accumulators(&history.scheme);
    let declared: Vec<String> = history.scheme.attributes.iter().map(|one| one.name.clone()).collect();
    for person in &mut history.persons {
        person.opening.retain(|one| known.iter().any(|(name, ..)| *name == one.accumulator));
        person.attributes.retain(|name, _| declared.contains(name));
    }
    let layers: Vec<String> = history.scheme.layers.iter().map(|one| one.id.clone()).collect();
    for claim in &mut history.claims {
        claim.prior.retain(|one| layers.contains(&one.layer));
        claim.attributes.retain(|name, _| declared.contains(name));
        if let Body::Lines(lines) = &mut claim.body {
            for line in lines {
                line.attributes.retain(|name, _| declared.contains(name));
            }
        }
    }
}

fn drop_at<T>(list: &mut Vec<T>, index: usize) -> bool {
    let there = index < list.len();
    if there {
        list.remove(index);
    }
    there
}

fn drop_all<T>(list: &mut Vec<T>) -> bool {
    let there = !list.is_empty();
    list.clear();
    there
}

fn clear(guard: &mut Guard) -> bool {
    let there = guard.when.is_some() || guard.unless.is_some();
    *guard = Guard::default();
    there
}

/// A table or series becomes its first constant.
fn plain(value: &mut Value) -> bool {
    let inner = match value {
        Value::Series(series) => series[0].1.clone(),
        Value::Table(rows) => rows[0].1.clone(),
        _ => return false,
    };
    *value = inner;
    true
}
