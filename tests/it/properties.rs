//! What is always true, whatever the scheme and the history: checked on generated histories, made smaller when it fails.
//!
//! `MEDAID_PROPERTY_RUNS` says how many histories each property is tried on (1000), `MEDAID_PROPERTY_SEED` with which
//! seed to begin (1).

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use medaid::decision::{Entitlement, Figures, LimitFigure, PortionAmount};
use medaid::{Adjudicator, Claim, Decision, Ledger, Person, Plan, PreparedClaims, Reject, Scheme};

use crate::model::coverage::Coverage;
use crate::model::generate::{History, Wish, history};
use crate::model::interpret::{Books, account_of, account_on, all_accumulators};
use crate::model::rat::Rat;
use crate::model::reduce::reduce;
use crate::model::scheme::{self, Body, Owner, Part, Taken};
use crate::model::toml;
use crate::model_agreement::{setting, written};

/// What went wrong, if something did.
pub(crate) type Checked = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}
pub(crate) use ensure;

/// Tries a property on many histories; what fails is made smaller first.
pub(crate) fn always(wish: Wish, check: impl Fn(&History) -> Checked) {
    let first = setting("MEDAID_PROPERTY_SEED", 1);
    for seed in first..first + setting("MEDAID_PROPERTY_RUNS", 1_000) {
        let whole = history(seed, wish, &mut Coverage::default());
        if check(&whole).is_ok() {
            continue;
        }
        let smallest = reduce(&whole, &|one| plan_of(one).is_some() && check(one).is_err());
        let fault = check(&smallest).unwrap_err();
        panic!("seed {seed}: {fault}\n{}\nMEDAID_PROPERTY_SEED={seed} MEDAID_PROPERTY_RUNS=1", written(&smallest));
    }
}

fn plan_of(history: &History) -> Option<Plan> {
    let scheme = Scheme::parse("generated.toml", &toml::rule_file(&history.scheme)).ok()?;
    Plan::compile(&scheme).ok()
}

fn compiled(history: &History) -> Result<Plan, String> {
    plan_of(history).ok_or_else(|| "the engine refuses the scheme".to_owned())
}

/// The people and claims of a history as the engine reads them, in the order of the claims.
fn pairs(history: &History) -> Vec<(Person, Claim)> {
    let read = |claim| {
        let person = toml::person(history.person_of(claim)).to_string();
        let claim = toml::claim(claim, &history.scheme).to_string();
        (serde_json::from_str(&person).unwrap(), serde_json::from_str(&claim).unwrap())
    };
    history.claims.iter().map(read).collect()
}

fn decide_all(plan: &Plan, pairs: &[(Person, Claim)]) -> Vec<Result<Decision, Reject>> {
    let mut ledger = Ledger::new();
    pairs.iter().map(|(person, claim)| plan.adjudicate(person, &mut ledger, claim)).collect()
}

pub(crate) fn rat<T: ToString + ?Sized>(amount: &T) -> Rat {
    let text = amount.to_string();
    Rat::parse(&text).unwrap_or_else(|| panic!("`{text}` is no number"))
}

fn sum(portions: &[PortionAmount]) -> Rat {
    portions.iter().map(|one| rat(&one.amount)).sum()
}

// -------------------------------------------------------------------- I1, I2

#[test]
fn every_unit_of_a_bill_is_paid_once_or_left() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        for decision in decide_all(&plan, &pairs(history)).into_iter().flatten() {
            adds_up(&decision)?;
        }
        Ok(())
    });
}

fn adds_up(decision: &Decision) -> Checked {
    let (bill, left) = (rat(&decision.bill), rat(&decision.out_of_pocket));
    let paid: Rat = decision.layers.iter().map(|layer| rat(&layer.paid)).sum();
    ensure!(bill == paid + left, "bill {bill}, paid {paid}, left {left}");
    ensure!(
        rat(&decision.paid) + rat(&decision.written_off) == paid,
        "paid {} and written off {} are not {paid}",
        decision.paid,
        decision.written_off
    );
    ensure!(bill == sum(&decision.billed) && left == sum(&decision.left), "portions do not add up");
    let mut before = &decision.billed;
    // What layers were figured to pay, and nobody pays, by portion.
    let mut kept: Vec<Rat> = decision.billed.iter().map(|_| Rat::ZERO).collect();
    for layer in &decision.layers {
        for (before, after) in before.iter().zip(&layer.left) {
            let (before, after) = (rat(&before.amount), rat(&after.amount));
            ensure!(!after.is_negative() && after <= before, "{}: {before} became {after}", layer.layer.id);
        }
        let taken = sum(before) - sum(&layer.left);
        let figured = layer.notional.as_ref().map_or(Rat::ZERO, rat);
        ensure!(taken == rat(&layer.paid) + figured, "{} paid {}, took {taken}", layer.layer.id, layer.paid);
        if layer.notional.is_some() {
            ensure!(layer.paid.is_zero(), "{}: nobody pays it", layer.layer.id);
            for ((kept, before), after) in kept.iter_mut().zip(before).zip(&layer.left) {
                *kept += rat(&before.amount) - rat(&after.amount);
            }
        }
        let issued: Rat = layer.benefits.iter().flat_map(|one| one.figured()).map(|(_, one)| rat(&one.issued)).sum();
        let both = rat(&layer.paid) + figured + rat(&layer.beside);
        ensure!(layer.given || issued == both, "{} paid {both}, its benefits {issued}", layer.layer.id);
        before = &layer.left;
    }
    for ((kept, before), left) in kept.iter().zip(before).zip(&decision.left) {
        ensure!(rat(&before.amount) + *kept == rat(&left.amount), "what the last layer leaves, and what nobody pays, is out of pocket");
    }
    let mut by_layer: BTreeMap<&str, Rat> = BTreeMap::new();
    let mut left_on_lines = Rat::ZERO;
    for line in &decision.lines {
        let (amount, left) = (rat(&line.amount), rat(&line.out_of_pocket));
        ensure!(amount == sum(&line.portions), "line {}: its portions do not add up", line.line);
        let mut paid = Rat::ZERO;
        for part in &line.paid {
            ensure!(!rat(&part.amount).is_negative(), "line {}: {part:?}", line.line);
            *by_layer.entry(&part.layer).or_insert(Rat::ZERO) += rat(&part.amount);
            paid += rat(&part.amount);
        }
        ensure!(amount == paid + left && !left.is_negative(), "line {}: {amount}, {paid}, {left}", line.line);
        left_on_lines += left;
    }
    if !decision.lines.is_empty() {
        ensure!(left_on_lines == left, "lines leave {left_on_lines}, the claim {left}");
        for layer in &decision.layers {
            let on_lines = by_layer.get(layer.layer.id.as_str()).copied().unwrap_or(Rat::ZERO);
            ensure!(on_lines == rat(&layer.paid), "{}: {on_lines} on lines", layer.layer.id);
        }
    }
    Ok(())
}

// -------------------------------------------------------------------- I3

#[test]
fn accumulators_are_openings_plus_postings_and_no_limit_is_passed() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        let mut books = Books::open(&history.scheme, &history.persons);
        let decisions = decide_all(&plan, &pairs(history));
        for (claim, decision) in history.claims.iter().zip(decisions) {
            let Ok(decision) = decision else { continue };
            for posting in &decision.postings {
                if let Some(of) = posting.accumulator.strip_suffix(".spell") {
                    let (first, days) = (posting.first_day.unwrap(), rat(&posting.after));
                    let last = first.iter_days().take_while(|day| Rat::whole((*day - first).num_days().into()) < days).last().unwrap();
                    ensure!(rat(&posting.before) + rat(&posting.amount) == days, "{posting:?}");
                    books.care_until(account_of(&history.scheme, &books, history.person_of(claim), claim, of), last);
                    continue;
                }
                let account = match posting.first_day {
                    // Of a line or day on another day than the claim's.
                    Some(day) if posting.per == medaid::Per::Day => {
                        account_on(&history.scheme, history.person_of(claim), &posting.accumulator, day)
                    }
                    _ => account_of(&history.scheme, &books, history.person_of(claim), claim, &posting.accumulator),
                };
                let known = books.position(&account);
                let (before, amount, after) = (rat(&posting.before), rat(&posting.amount), rat(&posting.after));
                ensure!(known == before, "{account:?} stood at {known}, posted from {before}");
                ensure!(before + amount == after && !amount.is_negative(), "{account:?}: {before} + {amount} = {after}");
                books.post(&account, amount);
            }
            for carried in &decision.carried {
                let posted: Rat =
                    decision.postings.iter().filter(|one| one.accumulator == carried.accumulator).map(|one| rat(&one.amount)).sum();
                ensure!(posted == rat(&carried.amount), "{}: {posted} posted, {} carried", carried.accumulator, carried.amount);
                let account = account_on(&history.scheme, history.person_of(claim), &carried.accumulator, carried.to);
                books.post(&account, posted);
            }
            for layer in &decision.layers {
                for (_, figures) in layer.benefits.iter().flat_map(|one| one.figured()) {
                    within_limits(figures)?;
                }
            }
        }
        Ok(())
    });
}

/// A personal period or a spell is the latest that began on the claim's day or before, and it begins with a posting or an opening balance.
#[test]
fn personal_periods_begin_once_and_are_the_latest() {
    let seen = std::cell::Cell::new(0);
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        let mut begun: BTreeMap<(String, String), BTreeSet<NaiveDate>> = BTreeMap::new();
        let accumulators = all_accumulators(&history.scheme).into_iter();
        let of_everyone: BTreeSet<String> = accumulators.filter(|(_, _, owner)| *owner == Owner::Everyone).map(|(id, ..)| id).collect();
        let whose =
            |person: &scheme::Person, accumulator: &str| (accumulator.to_owned(), person.household.clone().unwrap_or(person.id.clone()));
        for person in &history.persons {
            for opening in person.opening.iter().filter(|one| one.amount != Rat::ZERO) {
                begun.entry(whose(person, &opening.accumulator)).or_default().insert(opening.on);
            }
        }
        for (claim, decision) in history.claims.iter().zip(decide_all(&plan, &pairs(history))) {
            let Ok(decision) = decision else { continue };
            for posting in &decision.postings {
                if posting.item.is_some() && posting.per.to_string() == "day" {
                    continue;
                }
                let per = posting.per.to_string();
                let of_spells = per.starts_with("spell of ");
                ensure!(posting.first_day.is_some() == (of_spells || per.ends_with(" from first use")), "{posting:?}");
                let Some(first) = posting.first_day else { continue };
                seen.set(seen.get() + 1);
                // Persons of one household may each have an accumulator of their own: looked at only where nobody shares.
                let person = history.person_of(claim);
                if person.household.is_some() || of_everyone.contains(posting.accumulator.trim_end_matches(".spell")) {
                    continue;
                }
                let accumulator = posting.accumulator.strip_suffix(".spell").unwrap_or(&posting.accumulator);
                let known = begun.entry(whose(person, accumulator)).or_default();
                let date = if of_spells { claim.service_from } else { decision.rule_date };
                ensure!(known.contains(&first) || first == date, "{posting:?}: nothing began on {first}, the claim is of {date}");
                ensure!(known.range(..=date).all(|one| *one <= first), "{posting:?}: a later one began by {date}: {known:?}");
                known.insert(first);
            }
        }
        Ok(())
    });
    assert!(seen.get() > 0 || setting("MEDAID_PROPERTY_RUNS", 1_000) < 100);
}

fn within_limits(figures: &Figures) -> Checked {
    let within = |amount: &medaid::Amount, limits: &[LimitFigure]| {
        let amount = rat(amount);
        limits
            .iter()
            .find(|limit| amount > rat(&limit.room))
            .map_or(Ok(()), |limit| Err(format!("{amount} passes {} with room {}", limit.rule, limit.room)))
    };
    within(&figures.paid, &figures.caps)?;
    within(&figures.base, &figures.base_caps)?;
    if let Some(deductible) = figures.deductible.as_ref().filter(|one| !one.franchise) {
        within(&deductible.deducted, &deductible.limits)?;
    }
    let all = [&figures.caps, &figures.base_caps, &figures.out_of_pocket_max];
    for limit in all.into_iter().flatten() {
        let room = (rat(&limit.amount) - rat(&limit.used)).max(Rat::ZERO);
        ensure!(room == rat(&limit.room), "{limit:?}");
    }
    Ok(())
}

// -------------------------------------------------------------------- I4, I5

#[test]
fn the_order_of_arrival_between_owners_does_not_matter() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        let pairs = pairs(history);
        let straight = decide_all(&plan, &pairs);
        // owners one after the other, the last first, each in its own order
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(owner(&plan, &pairs[*index].0)));
        let mut ledger = Ledger::new();
        for index in order {
            let (person, claim) = &pairs[index];
            let decided = plan.adjudicate(person, &mut ledger, claim);
            ensure!(decided == straight[index], "claim {} comes out otherwise in another order", claim.id);
        }
        Ok(())
    });
}

#[test]
fn threads_do_not_matter() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        let pairs = pairs(history);
        let straight = decide_all(&plan, &pairs);
        let mut owners: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, (person, _)) in pairs.iter().enumerate() {
            owners.entry(owner(&plan, person)).or_default().push(index);
        }
        let (plan, pairs) = (&plan, &pairs);
        let parallel: BTreeMap<usize, _> = std::thread::scope(|scope| {
            let start = |indices: Vec<usize>| {
                scope.spawn(move || {
                    let own: Vec<_> = indices.iter().map(|index| pairs[*index].clone()).collect();
                    indices.into_iter().zip(decide_all(plan, &own)).collect::<Vec<_>>()
                })
            };
            let running: Vec<_> = owners.into_values().map(start).collect();
            running.into_iter().flat_map(|one| one.join().unwrap()).collect()
        });
        for (index, decided) in straight.iter().enumerate() {
            ensure!(parallel.get(&index) == Some(decided), "claim {} comes out otherwise", pairs[index].1.id);
        }
        Ok(())
    });
}

fn owner(plan: &Plan, person: &Person) -> String {
    if plan.couples_everyone() {
        return "everyone".to_owned();
    }
    person.households().next().map_or_else(|| format!("alone {}", person.id), str::to_owned)
}

#[test]
fn the_fast_path_and_the_explained_path_agree() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        let pairs = pairs(history);
        let (mut fast, mut fast_ledger) = (Adjudicator::new(&plan), Ledger::new());
        let (mut slow, mut slow_ledger) = (Adjudicator::new(&plan), Ledger::new());
        let mut prepared_claims = PreparedClaims::new(&plan);
        let (mut ahead, mut ahead_ledger) = (Adjudicator::new(&plan), Ledger::new());
        let one_by_one = decide_all(&plan, &pairs);
        for ((person, claim), alone) in pairs.iter().zip(one_by_one) {
            let explained = slow.adjudicate(person, &mut slow_ledger, claim);
            ensure!(explained == alone, "claim {}: a reused adjudicator decides otherwise", claim.id);
            let prepared = ahead_ledger.open(&plan, person, claim.service_from).and_then(|mut books| {
                let number = prepared_claims.push(person, claim)?;
                let settled = ahead.settle_prepared(&prepared_claims, number, &mut books)?;
                Ok(settled.out_of_pocket())
            });
            let left = explained.as_ref().map(|decision| rat(&decision.out_of_pocket));
            ensure!(prepared.as_ref().map(rat) == left, "claim {}: prepared: {prepared:?}", claim.id);
            match (fast.settle(person, &mut fast_ledger, claim), explained) {
                (Ok(settled), Ok(decision)) => {
                    ensure!(rat(&settled.charged()) == rat(&decision.charged), "claim {}: {} charged", claim.id, settled.charged());
                    let left = rat(&settled.out_of_pocket());
                    ensure!(left == rat(&decision.out_of_pocket), "claim {}: {left} left", claim.id);
                    for (paid, layer) in settled.paid_by_layer().iter().zip(&decision.layers) {
                        ensure!(rat(paid) == rat(&layer.paid), "claim {}: {} pays {paid}", claim.id, layer.layer.id);
                    }
                }
                (Err(one), Err(other)) => ensure!(one == other, "{one} / {other}"),
                _ => return Err(format!("claim {}: decided on one path, rejected on the other", claim.id)),
            }
        }
        Ok(())
    });
}

// -------------------------------------------------------------------- I8

#[test]
fn one_more_unit_is_paid_at_most_once_and_never_costs() {
    always(Wish::Tame, |history| {
        let unit = history.scheme.rounding.0;
        let Some(before) = settled(history)? else {
            return Ok(());
        };
        for portion in &history.scheme.portions {
            let mut more = history.clone();
            let Body::Portions(portions) = &mut more.claims[0].body else {
                return Ok(());
            };
            match portions.iter_mut().find(|(name, _)| name == portion) {
                Some((_, amount)) => *amount += unit,
                None => portions.push((portion.clone(), unit)),
            }
            let after = settled(&more)?.ok_or("rejected with one more unit")?;
            ensure!(before <= after && after <= before + unit, "one more in {portion}: {before} became {after}");
        }
        Ok(())
    });
}

/// What all layers settle of the first claim, if it is not rejected.
fn settled(history: &History) -> Result<Option<Rat>, String> {
    let decisions = decide_all(&compiled(history)?, &pairs(history));
    let decision = decisions.into_iter().next().and_then(Result::ok);
    Ok(decision.map(|one| rat(&one.bill) - rat(&one.out_of_pocket)))
}

// -------------------------------------------------------------------- I9

#[test]
fn every_step_recomputes_to_its_result() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        for decision in decide_all(&plan, &pairs(history)).into_iter().flatten() {
            for (layer, rules) in decision.layers.iter().zip(&history.scheme.layers) {
                for (benefit, rule) in layer.benefits.iter().zip(&rules.benefits) {
                    for (_, figures) in benefit.figured() {
                        recompute(figures, rule, &history.scheme)
                            .map_err(|fault| format!("{} {}.{}: {fault}", decision.claim, rules.id, rule.id))?;
                    }
                }
            }
        }
        Ok(())
    });
}

fn recompute(figures: &Figures, rule: &scheme::Benefit, scheme: &scheme::Scheme) -> Checked {
    let least = |limits: &[LimitFigure]| limits.iter().map(|limit| rat(&limit.room)).min();
    let due = |taken: &str| -> Rat { figures.copays.iter().filter(|one| one.taken == taken).map(|one| rat(&one.due)).sum() };

    let cut: Rat = figures.line_caps.iter().map(|one| rat(&one.before) - rat(&one.after)).sum();
    let counted: Rat = figures.counted.iter().map(|one| rat(&one.counted)).sum::<Rat>() - cut;
    let base = least(&figures.base_caps).map_or(counted, |room| room.min(counted));
    ensure!(base == rat(&figures.base), "base {base}, not {}", figures.base);

    let copay_first = base.min(due("before-deductible"));
    let after_copay = base - copay_first;
    let (deducted, above) = match &figures.deductible {
        None => (Rat::ZERO, after_copay),
        Some(one) if one.franchise => {
            let (met, threshold) = (rat(&one.met), rat(&one.in_force));
            match (met + base <= threshold, met <= threshold) {
                (true, _) => (after_copay, Rat::ZERO),
                (_, true) => (Rat::ZERO, met + after_copay),
                _ => (Rat::ZERO, after_copay),
            }
        }
        Some(one) => {
            let deducted = least(&one.limits).map_or(Rat::ZERO, |room| room.min(after_copay));
            (deducted, after_copay - deducted)
        }
    };
    let stated = figures.deductible.as_ref().map_or(Rat::ZERO, |one| rat(&one.deducted));
    ensure!(deducted == stated, "deducted {deducted}, not {stated}");
    let copay_next = (after_copay - deducted).min(due("before-ratio"));
    ensure!(copay_first + copay_next == rat(&figures.copaid_from_base), "copay {copay_first} + {copay_next}");
    let excess = above - copay_next;
    ensure!(excess == rat(&figures.excess), "excess {excess}, not {}", figures.excess);

    let entitled = entitled(&figures.entitlement, excess, reaches_below_zero(rule))?;
    let raw = (entitled - due("from-payment")).max(Rat::ZERO);
    let near = |exact: Rat, stated: Rat| exact == stated || exact.places().is_none_or(|places| places > 12);
    let near = |exact: Rat, stated: Rat| {
        let apart = if exact > stated { exact - stated } else { stated - exact };
        near(exact, stated) || (matches!(rule.form, scheme::Form::Phases { .. }) && apart < Rat::new(100, 1_000_000_000_000))
    };
    ensure!(near(raw, rat(&figures.raw)), "raw {raw}, not {}", figures.raw);
    // The phases' parts are printed rounded down; their sum is exact.
    let raw = if matches!(rule.form, scheme::Form::Phases { .. }) { rat(&figures.raw) } else { raw };

    let share = (base - raw).max(Rat::ZERO);
    let kept = least(&figures.out_of_pocket_max).map_or(share, |room| room.min(share));
    let raised = if kept < share { base - kept } else { raw };
    // Where only some parts are held down: each of them alone, what is cut is paid.
    let copaid = copay_first + copay_next;
    let mut split = [(Part::Coinsurance, base - deducted - copaid - raw), (Part::Copay, copaid), (Part::Deductible, deducted)];
    let named = |part: Part| rule.maximum_of.as_ref().is_none_or(|of| of.contains(&part));
    let borne: Rat = split.iter().filter(|(part, _)| named(*part)).map(|(_, sum)| *sum).sum();
    let mut over = least(&figures.out_of_pocket_max).map_or(Rat::ZERO, |room| (borne - room).max(Rat::ZERO));
    let raised = if rule.maximum_of.is_some() { raw + over } else { raised };
    for (_, sum) in split.iter_mut().filter(|(part, _)| named(*part)) {
        let taken = over.min((*sum).max(Rat::ZERO));
        *sum -= taken;
        over -= taken;
    }
    let stated = rat(figures.raised_to.as_ref().unwrap_or(&figures.raw));
    ensure!(near(raised, stated), "raised to {raised}, not {stated}");
    let raised = match (&rule.coordinate, &figures.coordination) {
        (None, None) => raised,
        (Some(rule), Some(stated)) => coordinated(rule, base, raised, rat(&stated.paid)),
        (_, stated) => return Err(format!("coordination: {stated:?}")),
    };
    let gives = figures.coordination.as_ref().map_or(raised, |one| rat(&one.gives));
    ensure!(near(raised, gives), "coordinated {raised}, not {gives}");

    let (unit, mode, of_share) =
        rule.rounding.as_ref().map_or((scheme.rounding.0, scheme.rounding.1, false), |own| (own.unit, own.mode, own.of_patient_share));
    let of_coinsurance = rule.rounding.as_ref().is_some_and(|own| own.of_coinsurance);
    let rounded = match of_share {
        _ if of_coinsurance => {
            (base - split[2].1 - split[1].1 - split[0].1.round_to(unit, mode)).max(Rat::ZERO).floor_to(scheme.rounding.0)
        }
        true => (base - (base - raised).round_to(unit, mode)).max(Rat::ZERO),
        false => raised.round_to(unit, mode),
    };
    ensure!(rounded == rat(&figures.rounded), "rounded {rounded}, not {}", figures.rounded);
    let limits = least(&figures.caps).into_iter().chain(figures.residual.as_ref().map(rat));
    let pay = match limits.min() {
        Some(limit) if raised > limit => {
            let nearest = limit.round_to(unit, mode);
            if nearest <= limit { nearest } else { limit.floor_to(unit) }
        }
        Some(limit) if rounded > limit => limit.floor_to(unit),
        _ => rounded,
    };
    ensure!(pay == rat(&figures.paid), "pays {pay}, not {}", figures.paid);
    ensure!(due("beside") == figures.charged.as_ref().map_or(Rat::ZERO, rat), "charged {:?}", figures.charged);
    let issued = rat(&figures.issued);
    ensure!(issued == pay || (issued.is_zero() && rule.minimum.is_some()), "issued {issued} of {pay}");
    let funds: Rat = figures.funds.iter().map(|one| rat(&one.amount)).sum();
    ensure!(figures.funds.is_empty() || funds == issued, "funds share {funds}, not {issued}");
    ensure!(!rule.indemnity || sum(&figures.settled) == issued, "settled {:?}, not {issued}", figures.settled);
    let copays = rule.copays.iter().filter(|copay| copay.taken == Taken::FromPayment).count();
    ensure!(copays > 0 || rat(&figures.copaid_from_payment).is_zero(), "a copayment out of nowhere");
    Ok(())
}

/// The figure that a coordinating benefit pays.
fn coordinated(rule: &scheme::Coordinate, base: Rat, own: Rat, paid: Rat) -> Rat {
    let figures = rule.candidates.iter().map(|one| match one {
        scheme::Candidate::Own => own,
        scheme::Candidate::OwnLessPaid => (own - paid).max(Rat::ZERO),
        scheme::Candidate::BaseLessPaid => (base - paid).max(Rat::ZERO),
    });
    if rule.greatest { figures.max().unwrap() } else { figures.min().unwrap() }
}

/// A crossed franchise brings base of earlier claims; absolute bands that do not hold that base begin at zero all the same.
fn reaches_below_zero(rule: &scheme::Benefit) -> bool {
    let franchise = rule.deductibles.iter().any(|one| one.franchise);
    franchise && matches!(rule.form, scheme::Form::Bands { absolute: true, .. })
}

/// What the form of the benefit gives for the excess.
fn entitled(entitlement: &Entitlement, excess: Rat, below_zero: bool) -> Result<Rat, String> {
    Ok(match entitlement {
        Entitlement::Ratio { bands, .. } => {
            let mut sum = Rat::ZERO;
            for band in bands {
                let gives = rat(&band.amount) * rat(&band.ratio);
                ensure_equal("a band gives", gives, rat(&band.gives))?;
                sum += gives;
            }
            let spread: Rat = bands.iter().map(|band| rat(&band.amount)).sum();
            if !below_zero || spread > excess {
                ensure_equal("the bands hold", spread, excess)?;
            }
            sum
        }
        Entitlement::Phases { phases, .. } => {
            // Amounts that do not end are printed to twelve places.
            let amounts: Rat = phases.iter().map(|one| rat(&one.amount)).sum();
            let slack = Rat::new(10, 1_000_000_000_000);
            ensure!(amounts <= excess && excess - amounts <= slack, "the phases hold {amounts} of {excess}");
            let gives: Rat = phases.iter().map(|one| rat(&one.amount) * rat(&one.ratio)).sum();
            let stated: Rat = phases.iter().map(|one| rat(&one.gives)).sum();
            ensure!(gives - stated <= slack && stated - gives <= slack, "the phases give {gives}, not {stated}");
            stated
        }
        Entitlement::Grant { before, after, granted_before, granted_after } => {
            ensure_equal("the grant's position", rat(before) + excess, rat(after))?;
            (rat(granted_after) - rat(granted_before)).max(Rat::ZERO)
        }
        Entitlement::Fixed { amount, .. } => rat(amount),
        Entitlement::InKind { units, given, .. } if !rat(units).is_zero() => excess * rat(given) / rat(units),
        _ => Rat::ZERO,
    })
}

fn ensure_equal(what: &str, found: Rat, stated: Rat) -> Checked {
    ensure!(found == stated, "{what} {found}, not {stated}");
    Ok(())
}

// -------------------------------------------------------------------- parts of the patient's share

/// A copayment beside the bill changes nothing but what is charged: without it the same is paid, left and posted.
#[test]
fn a_charge_on_top_of_the_bill_moves_no_money_of_the_bill() {
    let mut charged = 0;
    for seed in 1..=setting("MEDAID_PROPERTY_RUNS", 1_000) {
        let with = history(seed, Wish::Any, &mut Coverage::default());
        let beside = |history: &History| {
            let benefits = history.scheme.layers.iter().flat_map(|layer| &layer.benefits);
            benefits.flat_map(|benefit| &benefit.copays).any(|copay| copay.taken == Taken::Beside)
        };
        if !beside(&with) {
            continue;
        }
        let mut with = with;
        for copay in with.scheme.layers.iter_mut().flat_map(|layer| &mut layer.benefits).flat_map(|benefit| &mut benefit.copays) {
            // A cap counts what is charged, and is called after the copayment's place.
            copay.caps.clear();
        }
        let mut without = with.clone();
        for benefit in without.scheme.layers.iter_mut().flat_map(|layer| &mut layer.benefits) {
            benefit.copays.retain(|copay| copay.taken != Taken::Beside);
        }
        // A sum that is no whole units rejects the claim: then later claims differ.
        let decided = decide_all(&plan_of(&with).unwrap(), &pairs(&with));
        if decided.iter().any(Result::is_err) {
            continue;
        }
        for (one, other) in decided.iter().zip(decide_all(&plan_of(&without).unwrap(), &pairs(&without))) {
            let (one, other) = (one.as_ref().unwrap(), other.unwrap());
            assert_eq!(
                (one.paid, one.out_of_pocket, &one.postings, &one.balances),
                (other.paid, other.out_of_pocket, &other.postings, &other.balances)
            );
            assert_eq!(rat(&one.patient_pays.unwrap_or(one.out_of_pocket)), rat(&one.out_of_pocket) + rat(&one.charged));
            assert!(other.charged.is_zero() && other.patient_pays.is_none());
            charged += usize::from(!one.charged.is_zero());
        }
    }
    assert!(charged >= 20, "only {charged} claims were charged");
}

/// Where the maxima hold down some parts only, what they post never passes their room by more than the rounding of a payment can.
#[test]
fn a_maximum_of_some_parts_holds_what_it_names() {
    always(Wish::Any, |history| {
        let plan = compiled(history)?;
        for decision in decide_all(&plan, &pairs(history)).into_iter().flatten() {
            for (layer, rules) in decision.layers.iter().zip(&history.scheme.layers) {
                for (benefit, rule) in layer.benefits.iter().zip(&rules.benefits) {
                    if rule.maximum_of.is_none() {
                        continue;
                    }
                    for (item, figures) in benefit.figured() {
                        let item = item.map(|item| item.item.clone());
                        let unit = rule.rounding.as_ref().map_or(history.scheme.rounding.0, |own| own.unit);
                        let Some(room) = figures.out_of_pocket_max.iter().map(|limit| rat(&limit.room)).min() else { continue };
                        let path = format!("{}.{}", rules.id, rule.id);
                        for limit in &figures.out_of_pocket_max {
                            let posted = decision
                                .postings
                                .iter()
                                .find(|one| one.rule == path && one.item == item && one.accumulator == limit.accumulator);
                            let posted = posted.map_or(Rat::ZERO, |one| rat(&one.amount));
                            // An odd copayment leaves a rest below the scheme's unit.
                            ensure!(posted <= room + unit + history.scheme.rounding.0, "{path}: {posted} posted, room {room}");
                        }
                    }
                }
            }
        }
        Ok(())
    });
}
