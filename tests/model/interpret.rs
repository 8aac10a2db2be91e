//! One claim, step by step, in the words of the specification.
//!
//! [`Case::benefit`] follows the numbered steps of "How one benefit is figured".

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};

use super::coverage::Coverage;
use super::rat::Rat;
use super::scheme::{
    Accumulator, Back, Backing, Benefit, Body, Candidate, Cap, Claim, ClassifyRow, Copay, Counts, Datum, Deductible, Each, Form, Group,
    Guard, Item, Kept, Layer, Line, LineOn, Maximum, Mode, Owner, Part, Per, Person, Phase, Prior, Scheme, Step, Taken, Value,
};
use super::values::{name_of, policy_year_start, total};

/// What came out, by the paths of `expect.toml`.
pub(crate) type Facts = BTreeMap<String, String>;

/// The reason code of a reject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reject(pub(crate) &'static str);

/// One position of an accumulator: its name, its owner, its period.
pub(crate) type Account = (String, String, String);

/// All positions of all accumulators; and of the spells that some run over, how many days they have lasted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books(BTreeMap<Account, Rat>, BTreeMap<Account, i64>);

impl Books {
    /// The books before the first claim: opening balances.
    pub(crate) fn open(scheme: &Scheme, persons: &[Person]) -> Self {
        let mut books = Self::default();
        for person in persons {
            for opening in &person.opening {
                let (per, owner) = home_of(scheme, &opening.accumulator);
                let period = match per {
                    Per::FirstUse(..) => begun(opening.on),
                    Per::Last(..) => on(opening.on),
                    Per::Spell(_) => spell_from(opening.on),
                    _ => period(scheme, per, opening.on, None),
                };
                // The spell of an opening balance has lasted one day, as long as no claim has added any.
                books.post(&(opening.accumulator.clone(), owner_of(owner, person), period), opening.amount);
            }
        }
        books
    }

    pub(crate) fn position(&self, account: &Account) -> Rat {
        let Some((first, last)) = window_of(account) else { return self.0.get(account).copied().unwrap_or(Rat::ZERO) };
        let days = first.iter_days().take_while(|day| *day <= last);
        days.filter_map(|day| self.0.get(&(account.0.clone(), account.1.clone(), on(day)))).copied().sum()
    }

    pub(crate) fn post(&mut self, account: &Account, amount: Rat) {
        let mut account = account.clone();
        if let Some((_, last)) = window_of(&account) {
            account.2 = on(last);
        }
        *self.0.entry(account).or_insert(Rat::ZERO) += amount;
    }

    /// A spell has lasted until a day.
    pub(crate) fn care_until(&mut self, account: Account, last: NaiveDate) {
        let days = (last - first_of_spell(&account.2)).num_days() + 1;
        let known = self.1.entry(account).or_insert(0);
        *known = days.max(*known);
    }

    /// What was posted since.
    pub(crate) fn since(&self, before: &Books) -> Books {
        let mut posted = Books::default();
        for account in self.0.keys().chain(before.0.keys()) {
            let of = |books: &Books| books.0.get(account).copied().unwrap_or(Rat::ZERO);
            posted.0.insert(account.clone(), of(self) - of(before));
        }
        for account in self.1.keys().chain(before.1.keys()) {
            let of = |books: &Books| books.1.get(account).copied().unwrap_or(0);
            posted.1.insert(account.clone(), of(self) - of(before));
        }
        posted.0.retain(|_, amount| !amount.is_zero());
        posted.1.retain(|_, days| *days != 0);
        posted
    }

    /// Posts once more what was posted elsewhere.
    pub(crate) fn add(&mut self, posted: &Books) {
        for (account, amount) in &posted.0 {
            *self.0.entry(account.clone()).or_insert(Rat::ZERO) += *amount;
        }
        for (account, days) in &posted.1 {
            *self.1.entry(account.clone()).or_insert(0) += *days;
        }
    }

    /// By accumulator and owner all positions that are not zero, those that run over a single claim left out.
    pub(crate) fn by_owner(&self) -> BTreeMap<(String, String), Vec<Rat>> {
        let mut all: BTreeMap<(String, String), Vec<Rat>> = BTreeMap::new();
        for ((name, owner, period), amount) in &self.0 {
            if !amount.is_zero() && !period.starts_with("claim ") {
                all.entry((name.clone(), owner.clone())).or_default().push(*amount);
            }
        }
        all.values_mut().for_each(|amounts| amounts.sort());
        all
    }

    /// The spell of a first day of care: the latest that had begun, unless so many days without care have passed since; else a new one.
    fn spell(&self, name: &str, owner: &str, days: u32, first: NaiveDate) -> String {
        // Where something is posted and no claim stands that has added days, the spell has lasted one.
        let posted = self.0.iter().filter(|(_, amount)| !amount.is_zero()).map(|(account, _)| (account, 1));
        let lasted = self.1.iter().filter(|(_, days)| **days != 0).map(|(account, days)| (account, *days));
        let own = posted.chain(lasted).filter(|(account, _)| account.0 == name && account.1 == owner);
        let begun = own.map(|(account, days)| (first_of_spell(&account.2), days)).filter(|(start, _)| *start <= first);
        let last_day = |(start, days): (NaiveDate, i64)| (start, start + chrono::Duration::days(days - 1));
        match begun.max().map(last_day) {
            Some((start, last)) if last.iter_days().skip(1).take_while(|day| *day < first).count() < days as usize => spell_from(start),
            _ => spell_from(first),
        }
    }

    /// The personal period of a day: going back from it day by day, the first on which one began; if its last day is past, or there is none, a new one.
    fn personal(&self, name: &str, owner: &str, count: u32, step: Step, date: NaiveDate) -> String {
        let kept = |day: NaiveDate| self.position(&(name.to_owned(), owner.to_owned(), begun(day))) != Rat::ZERO;
        let earliest = date.year()
            - 1
            - count.div_ceil(match step {
                Step::Months => 12,
                Step::Days => 365,
            }) as i32;
        let back = date.iter_days().rev().take_while(|day| day.year() > earliest).find(|day| kept(*day));
        match back {
            Some(start) if date <= last_day(start, count, step) => begun(start),
            _ => begun(date),
        }
    }
}

/// The entries of one day in a rolling window.
fn on(day: NaiveDate) -> String {
    format!("on {day}")
}

/// A rolling window as a period: from and to.
fn window(date: NaiveDate, count: u32, back: Back) -> String {
    let months_before = |date: NaiveDate, months: u32| {
        let months = date.year() * 12 + date.month0() as i32 - months as i32;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
        (1..=date.day()).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day)).unwrap()
    };
    let first = match back {
        Back::Days => date - Days::new(u64::from(count) - 1),
        Back::Months => months_before(date, count).succ_opt().unwrap(),
        Back::CalendarMonths => months_before(date.with_day(1).unwrap(), count - 1),
    };
    format!("window {first} {date}")
}

fn window_of(account: &Account) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = account.2.strip_prefix("window ")?.split_once(' ')?;
    Some((first.parse().unwrap(), last.parse().unwrap()))
}

/// The name of a spell.
fn spell_from(day: NaiveDate) -> String {
    format!("spell from {day}")
}

fn first_of_spell(name: &str) -> NaiveDate {
    name.strip_prefix("spell from ").unwrap().parse().unwrap()
}

/// The name of a personal period.
fn begun(day: NaiveDate) -> String {
    format!("first used on {day}")
}

/// The last day of a personal period: the one before the same day so many months later, or that month's last if it has no such day.
fn last_day(start: NaiveDate, count: u32, step: Step) -> NaiveDate {
    match step {
        Step::Days => start + Days::new(u64::from(count) - 1),
        Step::Months => {
            let month = start.month0() + count;
            let (year, month) = (start.year() + (month / 12) as i32, month % 12 + 1);
            let again = NaiveDate::from_ymd_opt(year, month, start.day());
            again.map_or_else(|| (28..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day)).max(), |day| day.pred_opt()).unwrap()
        }
    }
}

/// A person without a household is a household of one.
fn owner_of(owner: Owner, person: &Person) -> String {
    match (owner, &person.household) {
        (Owner::Household, Some(household)) => format!("household {household}"),
        (Owner::Everyone, _) => "everyone".to_owned(),
        _ => format!("person {}", person.id),
    }
}

/// The name of the period that contains a date (or this claim).
fn period(scheme: &Scheme, per: Per, date: NaiveDate, claim: Option<&Claim>) -> String {
    match per {
        Per::Claim => format!("claim {}", claim.unwrap().id),
        Per::Stay => {
            let claim = claim.unwrap();
            let single = format!("claim {}", claim.id);
            claim.stay.as_ref().map_or(single, |stay| format!("stay {stay}"))
        }
        Per::Day => date.to_string(),
        Per::Month => format!("{}-{}", date.year(), date.month()),
        Per::PolicyYear => format!("from {}", policy_year_start(scheme, date)),
        Per::CalendarYear => date.year().to_string(),
        Per::Lifetime => "ever".to_owned(),
        Per::Quarter => format!("{} quarter {}", date.year(), date.month0() / 3),
        Per::HalfYear => format!("{} half {}", date.year(), date.month0() / 6),
        Per::YearFrom(month, day) => {
            let begun = (date.month(), date.day()) >= (month, day);
            format!("year from {}", date.year() - i32::from(!begun))
        }
        Per::Last(count, back) => window(date, count, back),
        Per::FirstUse(..) | Per::Spell(_) => unreachable!("the books know"),
    }
}

/// `LAYER.BENEFIT.cap`, `LAYER.BENEFIT.cap_2`, ...: by place in the list.
fn own_name(of: &str, rule: &str, index: usize) -> String {
    match index {
        0 => format!("{of}.{rule}"),
        _ => format!("{of}.{rule}_{}", index + 1),
    }
}

/// The caps of a layer, then the budgets of the funds that pay for it.
fn layer_caps(scheme: &Scheme, layer: &Layer) -> Vec<Cap> {
    let mut caps = layer.caps.clone();
    for fund in scheme.backing.iter().filter(|fund| fund.pays.iter().any(|(paid, _)| *paid == layer.id)) {
        if let Some((amount, per)) = fund.budget {
            let (kept, guard) = (Kept::Own(per, Owner::Everyone), Guard::default());
            caps.push(Cap { amount: Value::Number(amount), kept, guard, on_base: false, budget_of: Some(fund.id.clone()) });
        }
    }
    caps
}

fn cap_name(of: &str, cap: &Cap, index: usize) -> String {
    cap.budget_of.as_ref().map_or_else(|| own_name(of, "cap", index), |fund| format!("{fund}.budget"))
}

/// The money of each line that is in the base, and what of it is left: what is taken is taken off the lines in their order.
struct Items {
    lines: Vec<(usize, Rat, Rat)>,
}

impl Items {
    fn of(cells: &[Cell], base: Rat) -> Items {
        let mut by_line: BTreeMap<usize, Rat> = BTreeMap::new();
        for cell in cells {
            *by_line.entry(cell.line).or_insert(Rat::ZERO) += cell.counted;
        }
        let mut room = base;
        let mut lines = Vec::new();
        for (line, counted) in by_line {
            let part = counted.min(room);
            room -= part;
            lines.push((line, part, part));
        }
        Items { lines }
    }

    fn left(&self) -> Rat {
        self.lines.iter().map(|(_, _, left)| *left).sum()
    }

    fn take_off(&mut self, sum: Rat) {
        let mut rest = sum;
        for (_, _, left) in &mut self.lines {
            let part = rest.min(*left);
            *left -= part;
            rest -= part;
        }
    }
}

/// Every accumulator of a scheme: name, period, owner; first the named ones.
pub(crate) fn all_accumulators(scheme: &Scheme) -> Vec<(String, Per, Owner)> {
    let mut all: Vec<_> = scheme.accumulators.iter().map(|one| (one.id.clone(), one.per, one.owner)).collect();
    for layer in &scheme.layers {
        for benefit in &layer.benefits {
            for (kept, name) in kept_by(scheme, layer, benefit) {
                let Kept::Own(per, owner) = kept else { continue };
                if all.iter().all(|(other, ..)| *other != name) {
                    all.push((name, per, owner));
                }
            }
        }
    }
    all
}

/// What a benefit keeps its positions by, the caps of its layer included; of its own ones also their names.
fn kept_by(scheme: &Scheme, layer: &Layer, benefit: &Benefit) -> Vec<(Kept, String)> {
    let mut all: Vec<(Kept, String)> = Vec::new();
    let mut add = |kept: &Kept, name: String| all.push((kept.clone(), name));
    for (index, cap) in layer_caps(scheme, layer).iter().enumerate() {
        add(&cap.kept, cap_name(&layer.id, cap, index));
    }
    let id = format!("{}.{}", layer.id, benefit.id);
    for (index, one) in benefit.deductibles.iter().enumerate() {
        add(&one.kept, own_name(&id, "deductible", index));
    }
    for (index, copay) in benefit.copays.iter().enumerate() {
        for (number, cap) in copay.caps.iter().enumerate() {
            add(&cap.kept, own_name(&id, &format!("copay_{}.cap", index + 1), number));
        }
    }
    for (index, one) in benefit.out_of_pocket_max.iter().enumerate() {
        add(&one.kept, own_name(&id, "out_of_pocket_max", index));
    }
    for (index, one) in benefit.caps.iter().enumerate() {
        add(&one.kept, own_name(&id, "cap", index));
    }
    for (index, one) in benefit.line_caps.iter().enumerate() {
        add(&one.kept, own_name(&id, "line_cap", index));
    }
    match &benefit.form {
        Form::Bands { kept, .. } => add(kept, own_name(&id, "bands", 0)),
        Form::Phases { kept, share, .. } => {
            add(kept, own_name(&id, "phases", 0));
            let kept = share_of(scheme, kept, share.as_ref());
            add(&kept, own_name(&id, "phases_share", 0));
        }
        Form::Grant { kept, .. } => add(kept, own_name(&id, "grant", 0)),
        Form::InKind { kept, .. } => add(kept, own_name(&id, "in_kind", 0)),
        _ => {}
    }
    all
}

/// Where phases keep what the patient has borne: named, or like their cost.
fn share_of(scheme: &Scheme, kept: &Kept, share: Option<&String>) -> Kept {
    match (share, kept) {
        (Some(name), _) => Kept::Named(name.clone()),
        (None, Kept::Named(name)) => {
            // A scheme that is being made smaller may have lost it.
            let declared = scheme.accumulators.iter().find(|one| one.id == *name);
            declared.map_or(Kept::Own(Per::Lifetime, Owner::Person), |one| Kept::Own(one.per, one.owner))
        }
        (None, own) => own.clone(),
    }
}

/// The account of an accumulator that a claim of a person touches.
pub(crate) fn account_of(scheme: &Scheme, books: &Books, person: &Person, claim: &Claim, accumulator: &str) -> Account {
    let (per, owner) = home_of(scheme, accumulator);
    let (date, owner) = (scheme.rule_date_of(claim), owner_of(owner, person));
    let period = match per {
        Per::FirstUse(count, step) => books.personal(accumulator, &owner, count, step, date),
        Per::Spell(days) => books.spell(accumulator, &owner, days, claim.service_from),
        _ => period(scheme, per, date, Some(claim)),
    };
    (accumulator.to_owned(), owner, period)
}

/// The account of an accumulator in the period of the calendar that contains a day.
pub(crate) fn account_on(scheme: &Scheme, person: &Person, accumulator: &str, day: NaiveDate) -> Account {
    let (per, owner) = home_of(scheme, accumulator);
    (accumulator.to_owned(), owner_of(owner, person), period(scheme, per, day, None))
}

fn home_of(scheme: &Scheme, accumulator: &str) -> (Per, Owner) {
    let all = all_accumulators(scheme);
    let found = all.iter().find(|(name, ..)| name == accumulator);
    found.map(|(_, per, owner)| (*per, *owner)).expect("a known accumulator")
}

/// Money by line and portion. A claim that came with portion totals is one line.
pub(super) type Grid = Vec<BTreeMap<String, Rat>>;

/// Money held for the rest of the claim under these deductible accumulators.
struct Held {
    names: BTreeSet<String>,
    cells: BTreeMap<(usize, String), Rat>,
}

/// One portion of one line that a benefit looks at.
struct Cell {
    line: usize,
    portion: String,
    /// factor x residual
    unheld: Rat,
    /// factor x residual, less money held
    counted: Rat,
    /// factor x what the layers took that the benefit coordinates with
    paid_before: Rat,
    /// The factor is above zero, so a payment may settle it.
    may_pay: bool,
}

pub(super) struct Case<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) person: &'a Person,
    pub(super) claim: &'a Claim,
    pub(super) rule_date: NaiveDate,
    books: Books,
    pub(super) billed: Grid,
    left: Grid,
    /// Paid by the layers that are done, by layer and by (line, layer).
    pub(super) paid: BTreeMap<String, Rat>,
    paid_on_line: BTreeMap<(usize, String), Rat>,
    /// Of the benefit at work: the exact part of each fund, in the order in which funds are declared; and what funds paid so far.
    parts: Vec<(String, Rat)>,
    /// The lines that the benefit at work counts.
    pub(super) counting: BTreeSet<usize>,
    /// The lines, the day and the name of the item at work, of a benefit for each line or day.
    item: Option<Vec<usize>>,
    pub(super) day: Option<NaiveDate>,
    item_name: Option<(String, String)>,
    pub(super) item_line: Option<usize>,
    pub(super) read_on: Option<NaiveDate>,
    fund_paid: BTreeMap<String, Rat>,
    /// What each benefit paid of the bill and took as deductible, by `layer.benefit`.
    pub(super) of_benefits: BTreeMap<String, (Rat, Rat)>,
    /// What the layers that are done took, by layer, line and portion.
    taken: BTreeMap<(String, usize, String), Rat>,
    /// Paid beside the bill, by layer.
    beside: BTreeMap<String, Rat>,
    /// Owed on top of the bill, by layer.
    charged: BTreeMap<String, Rat>,
    held: Vec<Held>,
    /// What conditions and values see: the state at entry to the layer.
    pub(super) entry_left: Grid,
    pub(super) entry_books: Books,
    /// The layers that nobody pays.
    notional: BTreeSet<String>,
    /// The state before the claim.
    pub(super) first_books: Books,
    /// The accounts by which benefits went that settled the claim.
    used: BTreeSet<Account>,
    facts: Facts,
    pub(super) seen: &'a mut Coverage,
}

/// Adjudicates one claim and posts it, or rejects it and posts nothing.
pub(crate) fn adjudicate(scheme: &Scheme, person: &Person, books: &mut Books, claim: &Claim, seen: &mut Coverage) -> Result<Facts, Reject> {
    let mut case = Case {
        scheme,
        person,
        claim,
        rule_date: scheme.rule_date_of(claim),
        books: books.clone(),
        billed: Grid::new(),
        left: Grid::new(),
        paid: BTreeMap::new(),
        paid_on_line: BTreeMap::new(),
        parts: Vec::new(),
        counting: BTreeSet::new(),
        item: None,
        day: None,
        item_name: None,
        item_line: None,
        read_on: None,
        fund_paid: BTreeMap::new(),
        of_benefits: BTreeMap::new(),
        taken: BTreeMap::new(),
        beside: BTreeMap::new(),
        charged: BTreeMap::new(),
        held: Vec::new(),
        entry_left: Grid::new(),
        entry_books: books.clone(),
        notional: BTreeSet::new(),
        first_books: books.clone(),
        used: BTreeSet::new(),
        facts: Facts::new(),
        seen,
    };
    case.check()?;
    case.classify()?;
    for layer in &scheme.layers {
        case.entry_left = case.left.clone();
        case.entry_books = case.books.clone();
        let before = case.left.clone();
        let notional = match &layer.notional {
            Some(guard) => case.in_force(guard)?,
            None => false,
        };
        if notional && claim.prior.iter().any(|prior| prior.layer == layer.id) {
            case.seen.hit("reject: given payment of a notional layer");
            return Err(Reject("notional-layer"));
        }
        match claim.prior.iter().find(|prior| prior.layer == layer.id) {
            Some(prior) => case.given(layer, prior)?,
            None => case.layer(layer)?,
        }
        case.close_layer(layer, &before);
        if notional && case.failing(&layer.guard)?.is_none() {
            case.as_if(layer);
        }
    }
    case.entry_left = case.left.clone();
    case.count_claim()?;
    case.give_back();
    case.carry_over(books);
    case.personal_periods(books);
    case.spells(books);
    case.report(books);
    *books = case.books;
    Ok(case.facts)
}

impl Case<'_> {
    pub(super) fn fact(&mut self, path: &str, value: impl ToString) {
        let told = match &self.item_name {
            Some((benefit, item)) if path.starts_with(&format!("{benefit}.")) => format!("{benefit}.{item}{}", &path[benefit.len()..]),
            _ => path.to_owned(),
        };
        self.facts.insert(told, value.to_string());
    }

    /// What can be wrong with a claim before any rule is read, in order of precedence.
    fn check(&mut self) -> Result<(), Reject> {
        let (claim, unit) = (self.claim, self.scheme.rounding.0);
        let settled_early = claim.settled.is_some_and(|settled| settled < claim.service_from);
        let parts = claim.parts();
        let service = claim.service_from..=claim.last_day();
        let outside = match &claim.body {
            Body::Lines(lines) => lines.iter().filter_map(|line| line.date).any(|date| !service.contains(&date)),
            Body::Portions(_) => false,
        };
        let code = if claim.last_day() < claim.service_from || settled_early || outside {
            "dates-out-of-order"
        } else if self.rule_date < self.scheme.from {
            "no-scheme-in-force"
        } else if parts.iter().any(|part| part.is_negative()) {
            "negative-amount"
        } else if !parts.iter().all(|part| part.is_multiple_of(unit)) {
            "over-precise-amount"
        } else if claim.wrong_bill.is_some() {
            "portions-do-not-add-up"
        } else {
            return Ok(());
        };
        self.seen.hit("reject: wrong in itself");
        Err(Reject(code))
    }

    // ---------------------------------------------------------------- from lines to portions

    fn classify(&mut self) -> Result<(), Reject> {
        match &self.claim.body {
            Body::Portions(portions) => {
                let mut cells = BTreeMap::new();
                for (portion, amount) in portions {
                    cells.insert(portion.clone(), *amount);
                }
                self.left = vec![cells];
            }
            Body::Lines(lines) => {
                for (index, line) in lines.iter().enumerate() {
                    let cells = self.classify_line(index, line)?;
                    for (portion, amount) in &cells {
                        self.fact(&format!("line.{}.{portion}", line.id), amount);
                    }
                    self.left.push(cells);
                }
            }
        }
        self.billed = self.left.clone();
        Ok(())
    }

    fn classify_line(&mut self, index: usize, line: &Line) -> Result<BTreeMap<String, Rat>, Reject> {
        let mut fitting: Vec<&ClassifyRow> = Vec::new();
        for row in &self.scheme.classify {
            if self.holds_if_any(row.when.as_ref(), Some(index))? {
                fitting.push(row);
            }
        }
        assert_eq!(fitting.len(), 1, "exactly one classify row must fit");
        let row = fitting[0];
        let (unit, mode) = self.scheme.rounding;
        let mut cells = BTreeMap::new();
        let mut put = |portion: &str, amount: Rat| {
            *cells.entry(portion.to_owned()).or_insert(Rat::ZERO) += amount;
        };
        let mut rest = line.amount;
        let mut admitted = line.quantity;
        if let Some((limit, over)) = &row.quantity_limit {
            let limit = self.value(limit, Some(index))?;
            if line.quantity > limit {
                let above = (rest * (line.quantity - limit) / line.quantity).round_to(unit, mode);
                put(over, above);
                rest -= above;
                admitted = limit;
                self.seen.hit("line: over the quantity limit");
            }
        }
        if let Some((limit, over)) = &row.price_limit {
            let most = self.value(limit, Some(index))? * admitted;
            if rest > most {
                put(over, rest - most);
                rest = most;
                self.seen.hit("line: over the price limit");
            }
        }
        if let Some((rate, into)) = &row.self_pay {
            let own = (rest * self.value(rate, Some(index))?).round_to(unit, mode);
            put(into, own);
            rest -= own;
            self.seen.hit_if(!own.is_zero(), "line: preliminary self-pay");
        }
        put(&row.into, rest);
        self.seen.hit("line: classified");
        Ok(cells)
    }

    // ---------------------------------------------------------------- layers

    fn layer(&mut self, layer: &Layer) -> Result<(), Reject> {
        let layer_fails = self.failing(&layer.guard)?;
        if let Some(Some(name)) = &layer_fails {
            self.fact(&format!("{}.failed", layer.id), name);
        }
        self.seen.hit_if(layer_fails.is_some(), "layer: condition failed");
        for benefit in &layer.benefits {
            let path = format!("{}.{}", layer.id, benefit.id);
            if let (Some(by), None) = (benefit.by, &layer_fails) {
                self.each_item(layer, benefit, by, &path)?;
                continue;
            }
            let fails = match &layer_fails {
                Some(name) => Some(name.clone()),
                None => self.failing(&benefit.guard)?,
            };
            match fails {
                None => self.benefit(layer, benefit, &path)?,
                Some(name) => {
                    self.seen.hit("benefit: condition failed");
                    self.fact(&format!("{path}.fired"), false);
                    if let Some(name) = name {
                        self.fact(&format!("{path}.failed"), name);
                    }
                }
            }
        }
        Ok(())
    }

    /// Step 0. None: all conditions hold. Some: the first that does not; its name where it has one.
    fn failing(&mut self, guard: &Guard) -> Result<Option<Option<String>>, Reject> {
        for test in guard.when.iter().flat_map(|when| &when.0) {
            if !self.test(test, None)? {
                return Ok(Some(name_of(test)));
            }
        }
        match &guard.unless {
            Some(unless) if self.holds(unless, None)? => Ok(Some(match unless.0.as_slice() {
                [single] => name_of(single),
                _ => None,
            })),
            _ => Ok(None),
        }
    }

    fn in_force(&mut self, guard: &Guard) -> Result<bool, Reject> {
        Ok(self.failing(guard)?.is_none())
    }

    /// A layer whose payment came with the claim: taken, not computed.
    fn given(&mut self, layer: &Layer, prior: &Prior) -> Result<(), Reject> {
        self.seen.hit("given: payment taken");
        let every_line: BTreeSet<usize> = (0..self.left.len()).collect();
        let steps = match &prior.portions {
            Some(portions) => {
                self.seen.hit("given: by portion");
                portions.clone()
            }
            None => {
                let mut rest = prior.amount;
                let mut steps = Vec::new();
                for portion in covered_by(layer) {
                    let part = rest.min(self.left_of(&portion));
                    steps.push((portion, part));
                    rest -= part;
                }
                if !rest.is_zero() {
                    self.seen.hit("reject: prior above residual");
                    return Err(Reject("prior-above-residual"));
                }
                steps
            }
        };
        for (portion, part) in steps {
            if part > self.left_of(&portion) {
                self.seen.hit("reject: prior above residual");
                return Err(Reject("prior-above-residual"));
            }
            self.settle(&layer.id, &portion, part, &every_line);
        }
        self.fact(&format!("{}.given", layer.id), true);
        for benefit in &layer.benefits {
            self.fact(&format!("{}.{}.fired", layer.id, benefit.id), false);
            self.fact(&format!("{}.{}.failed", layer.id, benefit.id), "given");
        }
        let mut caps: Vec<(String, &Cap)> = Vec::new();
        let of_layer = layer_caps(self.scheme, layer);
        for (index, cap) in of_layer.iter().enumerate() {
            caps.push((cap_name(&layer.id, cap, index), cap));
        }
        if let [only] = layer.benefits.as_slice() {
            for (index, cap) in only.caps.iter().enumerate() {
                let of = format!("{}.{}", layer.id, only.id);
                caps.push((own_name(&of, "cap", index), cap));
            }
        }
        let mut postings = BTreeMap::new();
        for (name, cap) in caps {
            if cap.on_base {
                continue;
            }
            let account = self.account(&cap.kept, name);
            if self.in_force(&cap.guard)? {
                let room = self.value(&cap.amount, None)? - self.books.position(&account);
                self.seen.hit_if(prior.amount > room, "given: above a cap");
            }
            postings.insert(account, prior.amount);
        }
        self.post_all(&postings);
        self.feed(&layer.id, prior.amount);
        Ok(())
    }

    fn close_layer(&mut self, layer: &Layer, before: &Grid) {
        let paid = total(before) - total(&self.left);
        for (line, (before, after)) in before.iter().zip(&self.left).enumerate() {
            for (portion, amount) in before {
                self.taken.insert((layer.id.clone(), line, portion.clone()), *amount - after[portion]);
            }
        }
        self.paid.insert(layer.id.clone(), paid);
        self.fact(&format!("{}.paid", layer.id), paid);
        let beside = self.beside.get(&layer.id).copied().unwrap_or(Rat::ZERO);
        self.fact(&format!("{}.beside", layer.id), beside);
        let charged = self.charged.get(&layer.id).copied().unwrap_or(Rat::ZERO);
        self.fact(&format!("{}.charged", layer.id), charged);
        for portion in &self.scheme.portions {
            let left = self.left_of(portion);
            self.fact(&format!("{}.left.{portion}", layer.id), left);
        }
    }

    /// The layer was figured; nobody pays.
    fn as_if(&mut self, layer: &Layer) {
        let figured = self.paid[&layer.id];
        self.seen.hit_if(!figured.is_zero(), "notional layer figured");
        self.notional.insert(layer.id.clone());
        self.fact(&format!("{}.paid", layer.id), Rat::ZERO);
        self.fact(&format!("{}.notional", layer.id), figured);
    }

    /// In the end the patient bears what nobody paid.
    fn give_back(&mut self) {
        for id in &self.notional {
            for ((layer, line, portion), amount) in &self.taken {
                if layer == id {
                    *self.left[*line].get_mut(portion).unwrap() += *amount;
                }
            }
            self.paid.insert(id.clone(), Rat::ZERO);
            self.paid_on_line.retain(|(_, layer), _| layer != id);
        }
    }

    // ---------------------------------------------------------------- one benefit

    /// The benefit for every line, or for all lines of one day, as if each were a claim of its own on that day.
    fn each_item(&mut self, layer: &Layer, benefit: &Benefit, by: Item, path: &str) -> Result<(), Reject> {
        let late = self.late_lines(layer, benefit)?;
        let chosen = self.chosen_lines(benefit)?;
        let in_time: Vec<usize> = chosen.iter().copied().filter(|line| !late.contains(line)).collect();
        if in_time.is_empty() {
            self.fact(&format!("{path}.fired"), false);
            self.fact(&format!("{path}.failed"), if chosen.is_empty() { "no-line" } else { "after-run-off" });
            return Ok(());
        }
        let by_line = match &self.claim.body {
            Body::Lines(lines) => Some(lines.clone()),
            Body::Portions(_) => None,
        };
        if by_line.is_none() && by == Item::Day && self.claim.last_day() > self.claim.service_from {
            self.seen.hit("reject: several days without lines");
            return Err(Reject("undated-lines"));
        }
        let date = |line: usize| by_line.as_ref().and_then(|lines| lines[line].date).unwrap_or(self.claim.service_from);
        let mut items: Vec<(NaiveDate, Vec<usize>)> = Vec::new();
        for line in in_time {
            let date = date(line);
            match items.iter_mut().find(|(other, _)| by == Item::Day && *other == date) {
                Some((_, lines)) => lines.push(line),
                None => items.push((date, vec![line])),
            }
        }
        if by == Item::Day {
            items.sort_by_key(|(date, _)| *date);
        }
        self.seen.hit_if(items.len() > 1, "figured for several lines or days");
        let (mut fired, mut paid) = (false, Rat::ZERO);
        for (date, lines) in items {
            let name = match (&by_line, by) {
                (Some(all), Item::Line) => all[lines[0]].id.clone(),
                _ => date.to_string(),
            };
            // Dates outside of the scheme's time are taken for its first day; it has no last.
            self.day = Some(date);
            self.read_on = Some(date.max(self.scheme.from));
            self.item = Some(lines.clone());
            self.item_line = (by == Item::Line && by_line.is_some()).then_some(lines[0]);
            self.item_name = Some((path.to_owned(), name.clone()));
            self.seen.hit_if(date != self.rule_date, "figured on another day than the claim's");
            let done = match self.failing(&benefit.guard)? {
                None => self.benefit(layer, benefit, path),
                Some(failed) => {
                    self.seen.hit("figured for each: condition failed");
                    self.fact(&format!("{path}.fired"), false);
                    if let Some(failed) = failed {
                        self.fact(&format!("{path}.failed"), failed);
                    }
                    Ok(())
                }
            };
            (self.read_on, self.day, self.item, self.item_line, self.item_name) = (None, None, None, None, None);
            done?;
            fired |= self.facts[&format!("{path}.{name}.fired")] == "true";
            paid += self.facts.get(&format!("{path}.{name}.paid")).map_or(Rat::ZERO, |paid| Rat::parse(paid).unwrap());
        }
        self.fact(&format!("{path}.fired"), fired);
        self.fact(&format!("{path}.paid"), paid);
        Ok(())
    }

    fn benefit(&mut self, layer: &Layer, benefit: &Benefit, path: &str) -> Result<(), Reject> {
        let (unit, mode, of_patient_share) = match &benefit.rounding {
            Some(own) => (own.unit, own.mode, own.of_patient_share),
            None => (self.scheme.rounding.0, self.scheme.rounding.1, false),
        };
        let of_coinsurance = benefit.rounding.as_ref().is_some_and(|own| own.of_coinsurance);

        // 1  the base
        let late = if self.item.is_some() { BTreeSet::new() } else { self.late_lines(layer, benefit)? };
        let mut cells = self.cells(benefit, &late)?;
        if cells.is_empty() {
            self.seen.hit("lines: none chosen");
            self.fact(&format!("{path}.fired"), false);
            // A group may have left the rest out.
            let in_time = self.chosen_lines(benefit)?.iter().any(|line| !late.contains(line));
            let reason = if late.is_empty() || in_time { "no-line" } else { "after-run-off" };
            self.seen.hit_if(reason == "after-run-off", "run-off: every line too late");
            self.fact(&format!("{path}.failed"), reason);
            return Ok(());
        }
        self.counting = cells.iter().map(|cell| cell.line).collect();
        let of_lines = self.line_caps(benefit, path, &mut cells)?;
        let counted: Rat = cells.iter().map(|cell| cell.counted).sum();
        let base_caps = self.caps_in_force(layer, benefit, path, true)?;
        let mut base = counted;
        for (_, account, amount) in &base_caps {
            base = base.min(room(*amount, self.books.position(account)));
        }
        self.seen.hit_if(base < counted, "base cap bound");
        if base.is_zero() && benefit.indemnity {
            self.seen.hit("benefit: nothing left");
            self.fact(&format!("{path}.fired"), false);
            self.fact(&format!("{path}.failed"), "nothing-left");
            return Ok(());
        }
        self.seen.hit("benefit: fired");
        for (kept, name) in kept_by(self.scheme, layer, benefit) {
            let account = self.account(&kept, name);
            self.used.insert(account);
        }

        // 2  copayments before the deductible
        let mut items = Items::of(&cells, base);
        let (_, copay_before_deductible) = self.copays(benefit, path, Taken::BeforeDeductible, &mut items, base)?;

        // 3  the deductible
        let deductibles = self.deductibles_in_force(benefit, path)?;
        let after_copay = base - copay_before_deductible;
        let franchise = deductibles.iter().find(|one| one.rule.franchise);
        let (deducted, above) = if let Some(franchise) = franchise {
            let (before, threshold) = (franchise.met, franchise.amount);
            if before + base <= threshold {
                self.seen.hit("franchise: not crossed");
                (after_copay, Rat::ZERO)
            } else if before <= threshold {
                self.seen.hit_if(before.is_zero(), "franchise: crossed at once");
                self.seen.hit_if(!before.is_zero(), "franchise: crossed by accumulation");
                (Rat::ZERO, before + base - copay_before_deductible)
            } else {
                self.seen.hit("franchise: crossed before");
                (Rat::ZERO, after_copay)
            }
        } else {
            let rooms = deductibles.iter().map(|one| room(one.amount, one.met));
            let deducted = rooms.min().map_or(Rat::ZERO, |least| least.min(after_copay));
            (deducted, after_copay - deducted)
        };
        self.note_deductible(&deductibles, deducted, base);
        items.take_off(deducted);

        // 4  copayments before the ratio
        let (_, copay_before_ratio) = self.copays(benefit, path, Taken::BeforeRatio, &mut items, after_copay - deducted)?;

        // 5  the excess
        let excess = above - copay_before_ratio;

        // 6  raw
        let (mut raw, form_posting) = self.figure(layer, benefit, path, base, excess)?;

        // 7  copayments from the payment
        let (copay_due, _) = self.copays(benefit, path, Taken::FromPayment, &mut items, raw.round_to(unit, mode))?;
        let copay_from_payment = copay_due.min(raw);
        raw -= copay_from_payment;

        // 8  the out-of-pocket maximum
        let maxima = self.maxima_in_force(benefit, path)?;
        let mut parts = vec![
            (Part::Coinsurance, base - deducted - copay_before_deductible - copay_before_ratio - raw),
            (Part::Copay, copay_before_deductible + copay_before_ratio),
            (Part::Deductible, deducted),
        ];
        let counts = |part: Part| benefit.maximum_of.as_ref().is_none_or(|of| of.contains(&part));
        if let Some(of) = &benefit.maximum_of {
            let rooms = maxima.iter().map(|(account, amount)| room(*amount, self.books.position(account)));
            let borne: Rat = parts.iter().filter(|(part, _)| of.contains(part)).map(|(_, sum)| *sum).sum();
            let mut over = rooms.min().map_or(Rat::ZERO, |least| (borne - least).max(Rat::ZERO));
            self.seen.hit_if(!over.is_zero(), "maximum of some parts bound");
            self.seen.hit_if(!over.is_zero() && over < parts[0].1, "maximum of some parts cut in mid-claim");
            raw += over;
            for (part, sum) in &mut parts {
                let taken = if of.contains(part) { over.min(*sum) } else { Rat::ZERO };
                self.seen.hit_if(*part != Part::Coinsurance && !taken.is_zero(), "maximum of some parts cut a deductible or copayment");
                *sum -= taken;
                over -= taken;
            }
            assert!(over.is_zero(), "more cut than there was");
        }
        let share = (base - raw).max(Rat::ZERO);
        let rooms = maxima.iter().map(|(account, amount)| room(*amount, self.books.position(account)));
        let kept_share = rooms.min().filter(|_| benefit.maximum_of.is_none()).map_or(share, |least| least.min(share));
        if kept_share < share {
            let mut over = share - kept_share;
            for (_, sum) in &mut parts {
                let taken = over.min((*sum).max(Rat::ZERO));
                *sum -= taken;
                over -= taken;
            }
            raw = base - kept_share;
            self.seen.hit("out-of-pocket maximum bound");
            self.seen.hit_if(!kept_share.is_zero(), "out-of-pocket maximum cut in mid-claim");
        }

        // beside other payers: one of three figures
        let paid_before: Rat = cells.iter().map(|cell| cell.paid_before).sum();
        if let Some(coordinate) = &benefit.coordinate {
            let own = raw;
            let figures: Vec<Rat> = coordinate
                .candidates
                .iter()
                .map(|one| match one {
                    Candidate::Own => own,
                    Candidate::OwnLessPaid => (own - paid_before).max(Rat::ZERO),
                    Candidate::BaseLessPaid => (base - paid_before).max(Rat::ZERO),
                })
                .collect();
            let best = if coordinate.greatest { figures.iter().max() } else { figures.iter().min() };
            raw = *best.expect("a candidate");
            self.seen.hit("coordinated");
            self.seen.hit_if(!paid_before.is_zero(), "coordinated: others paid");
            self.seen.hit_if(!paid_before.is_zero() && raw < own && !raw.is_zero(), "coordinated: pays a part");
            self.seen.hit_if(figures.len() > 1 && figures[0] != raw, "coordinated: not the first figure");
            self.seen.hit_if(paid_before > base, "coordinated: others paid more than the base");
            self.fact(&format!("{path}.own"), own);
            self.fact(&format!("{path}.paid_before"), paid_before);
        }

        // 9  the limit
        let caps = self.caps_in_force(layer, benefit, path, false)?;
        let mut limit: Option<(Rat, String)> = None;
        for (name, account, amount) in &caps {
            let room = room(*amount, self.books.position(account));
            if limit.as_ref().is_none_or(|(least, _)| room < *least) {
                limit = Some((room, name.clone()));
            }
        }
        if benefit.indemnity {
            let payable = cells.iter().filter(|cell| cell.may_pay);
            let residual: Rat = payable.map(|cell| self.cell_left(cell)).sum();
            if limit.as_ref().is_none_or(|(least, _)| residual < *least) {
                limit = Some((residual, "residual".to_owned()));
            }
        }

        // 10  the one rounding
        let rounded = if of_coinsurance {
            self.seen.hit("rounding of the coinsurance");
            let [(_, coinsurance), (_, copay), (_, deductible)] = parts[..] else { panic!("three parts") };
            let exact = (base - deductible - copay - coinsurance.round_to(unit, mode)).max(Rat::ZERO);
            let whole = exact.floor_to(self.scheme.rounding.0);
            self.seen.hit_if(whole < exact, "coinsurance rounded beside an odd deductible");
            whole
        } else if of_patient_share {
            self.seen.hit("rounding of the patient's share");
            let exact = (base - (base - raw).round_to(unit, mode)).max(Rat::ZERO);
            let whole = exact.floor_to(self.scheme.rounding.0);
            self.seen.hit_if(whole < exact, "patient's share rounded beside an odd base");
            whole
        } else {
            raw.round_to(unit, mode)
        };
        self.note_rounding(raw, unit, mode);
        let (pay, bound) = match &limit {
            Some((limit, name)) if raw > *limit => {
                let nearest = limit.round_to(unit, mode);
                let floored = limit.floor_to(unit);
                self.seen.hit_if(nearest > *limit, "limit floored to the unit");
                (if nearest <= *limit { nearest } else { floored }, name.as_str())
            }
            Some((limit, name)) if rounded > *limit => {
                self.seen.hit("limit passed only by rounding");
                (limit.floor_to(unit), name.as_str())
            }
            _ => (rounded, "none"),
        };
        self.seen.hit_if(bound.starts_with("cap"), "benefit cap bound");
        self.seen.hit_if(bound.starts_with("layer"), "layer cap bound");
        self.seen.hit_if(bound == "residual", "residual bound");

        // 11  the minimum
        let minimum = match &benefit.minimum {
            Some(minimum) => self.value(minimum, None)?,
            None => Rat::ZERO,
        };
        self.seen.hit_if(!pay.is_zero() && pay < minimum, "minimum: payment not issued");
        let issued = if pay < minimum { Rat::ZERO } else { pay };

        // held money is laid on the counted money as it was before the payment
        self.hold(benefit, &cells, deducted);

        let so_far = self.of_benefits.entry(format!("{}.{}", layer.id, benefit.id)).or_insert((Rat::ZERO, Rat::ZERO));
        *so_far = (so_far.0 + if benefit.indemnity { issued } else { Rat::ZERO }, so_far.1 + deducted);

        // 12  the residual
        if benefit.indemnity {
            self.allocate(layer, benefit, &cells, issued);
        } else {
            self.seen.hit("paid beside the bill");
            *self.beside.entry(layer.id.clone()).or_insert(Rat::ZERO) += issued;
        }

        // 13  postings: one for each accumulator, however many rules name it
        let (charged, _) = self.copays(benefit, path, Taken::Beside, &mut items, Rat::whole(1_000_000_000_000))?;
        if !charged.is_multiple_of(self.scheme.rounding.0) {
            self.seen.hit("reject: charged no whole units");
            return Err(Reject("no-value"));
        }
        self.seen.hit_if(!charged.is_zero(), "charged on top of the bill");
        *self.charged.entry(layer.id.clone()).or_insert(Rat::ZERO) += charged;

        let share = (base - paid_before - rounded).max(Rat::ZERO);
        // The rounding falls on the coinsurance.
        let of_parts = |wanted: bool| parts[1..].iter().filter(|(part, _)| counts(*part) == wanted).map(|(_, sum)| *sum).sum::<Rat>();
        let held_down = match &benefit.maximum_of {
            None => share,
            Some(_) if counts(Part::Coinsurance) => (share - of_parts(false)).max(Rat::ZERO),
            Some(_) => of_parts(true),
        };
        let counted = Counted { base, deducted, payment: pay, held_down };
        let mut postings = self.postings(layer, benefit, path, &counted);
        postings.extend(form_posting);
        postings.extend(of_lines);
        if let Form::Phases { kept, share: name, .. } = &benefit.form {
            let kept = share_of(self.scheme, kept, name.as_ref());
            postings.insert(self.account(&kept, own_name(path, "phases_share", 0)), share);
        }
        self.post_all(&postings);
        self.feed(&layer.id, issued);
        self.share_out(path, issued);

        let copay = copay_before_deductible + copay_before_ratio + copay_from_payment;
        self.seen.hit_if(!copay.is_zero(), "copayment taken");
        self.fact(&format!("{path}.fired"), true);
        self.fact(&format!("{path}.base"), base);
        // what was due and what was taken differ where the payment is smaller than the copayment
        if copay_from_payment == copay_due {
            self.fact(&format!("{path}.copay"), copay);
        }
        self.fact(&format!("{path}.excess"), excess);
        self.fact(&format!("{path}.before_rounding"), raw);
        self.fact(&format!("{path}.limit"), bound);
        self.fact(&format!("{path}.issued"), issued);
        self.fact(&format!("{path}.paid"), pay);
        if let Some(one) = deductibles.iter().min_by_key(|one| room(one.amount, one.met)) {
            self.fact(&format!("{path}.deductible"), one.amount);
            self.fact(&format!("{path}.deductible_met"), one.met);
            self.fact(&format!("{path}.deducted"), deducted);
            if !one.rule.franchise {
                let left = room(one.amount, one.met + deducted);
                self.fact(&format!("{path}.deductible_left"), left);
            }
        }
        Ok(())
    }

    /// Accumulators that count what this layer or fund pays.
    fn feed(&mut self, payer: &str, amount: Rat) {
        for one in &self.scheme.accumulators {
            if one.with_payments_of.iter().any(|name| name == payer) {
                let account = self.account(&Kept::Named(one.id.clone()), String::new());
                self.books.post(&account, amount);
                self.seen.hit_if(!amount.is_zero(), "payment counted by an accumulator");
            }
        }
    }

    /// The funds of a split share the payment in proportion to their parts.
    fn share_out(&mut self, path: &str, paid: Rat) {
        let parts = std::mem::take(&mut self.parts);
        if parts.iter().all(|(_, part)| part.is_zero()) {
            return;
        }
        let whole: Rat = parts.iter().map(|(_, part)| *part).sum();
        let unit = self.scheme.rounding.0;
        let exact: Vec<Rat> = parts.iter().map(|(_, part)| paid * *part / whole).collect();
        let mut amounts: Vec<Rat> = exact.iter().map(|one| one.floor_to(unit)).collect();
        self.seen.hit("split over funds");
        while amounts.iter().copied().sum::<Rat>() < paid {
            self.seen.hit("split: largest remainder");
            // The first of the largest.
            let furthest = (0..amounts.len()).rev().max_by_key(|fund| exact[*fund] - amounts[*fund]).unwrap();
            amounts[furthest] += unit;
        }
        for ((fund, _), amount) in parts.into_iter().zip(amounts) {
            if !amount.is_zero() {
                self.fact(&format!("{path}.fund.{fund}"), amount);
            }
            self.feed(&fund, amount);
            *self.fund_paid.entry(fund).or_insert(Rat::ZERO) += amount;
        }
    }

    /// The lines that meet the benefit's condition on lines.
    fn chosen_lines(&mut self, benefit: &Benefit) -> Result<Vec<usize>, Reject> {
        let by_line = matches!(self.claim.body, Body::Lines(_));
        let mut chosen = Vec::new();
        for line in 0..self.left.len() {
            let holds = match &benefit.lines {
                None => true,
                Some(lines) => by_line && self.holds(lines, Some(line))?,
            };
            if holds {
                chosen.push(line);
            }
        }
        Ok(chosen)
    }

    /// The lines dated after the last day that the layer pays for: day by day from the end of the policy year.
    fn late_lines(&mut self, layer: &Layer, benefit: &Benefit) -> Result<BTreeSet<usize>, Reject> {
        let Some(days) = layer.run_off else { return Ok(BTreeSet::new()) };
        let begins = policy_year_start(self.scheme, self.rule_date);
        let next = begins.iter_days().skip(1).find(|day| policy_year_start(self.scheme, *day) != begins).unwrap();
        let first_late = next + Days::new(days);
        if self.claim.last_day() < first_late {
            self.seen.hit_if(self.claim.last_day() >= next, "run-off: a stay across the year's end, paid in full");
            return Ok(BTreeSet::new());
        }
        let chosen = self.chosen_lines(benefit)?;
        let mut late = BTreeSet::new();
        for line in chosen {
            let date = match &self.claim.body {
                Body::Lines(lines) => lines[line].date,
                Body::Portions(_) => None,
            };
            let Some(date) = date else {
                self.seen.hit("reject: lines without dates beyond the run-off");
                return Err(Reject("undated-lines"));
            };
            if date >= first_late {
                late.insert(line);
            }
        }
        self.seen.hit_if(!late.is_empty(), "run-off: lines too late");
        Ok(late)
    }

    /// The covered portions of the chosen lines, and what the benefit counts of each.
    fn cells(&mut self, benefit: &Benefit, late: &BTreeSet<usize>) -> Result<Vec<Cell>, Reject> {
        let names = named_deductibles(benefit);
        let mut cells = Vec::new();
        for line in 0..self.left.len() {
            // The lines of an item were chosen before.
            if self.item.as_ref().is_some_and(|lines| !lines.contains(&line)) {
                continue;
            }
            if let Some(lines) = benefit.lines.as_ref().filter(|_| self.item.is_none()) {
                let by_line = matches!(self.claim.body, Body::Lines(_));
                if !by_line || !self.holds(lines, Some(line))? {
                    self.seen.hit("lines: one not chosen");
                    continue;
                }
                self.seen.hit("lines: one chosen");
            }
            if late.contains(&line) {
                continue;
            }
            for (portion, factor) in &benefit.covers {
                let factor = match factor {
                    Some(factor) => self.value(factor, Some(line))?,
                    None => Rat::ONE,
                };
                let residual = self.left[line].get(portion).copied().unwrap_or(Rat::ZERO);
                self.seen.hit_if(factor.is_zero() && !residual.is_zero(), "factor 0");
                let below = factor < Rat::ONE && !factor.is_zero();
                self.seen.hit_if(below && !residual.is_zero(), "factor below 1");
                let taken = self.taken_before(benefit, line, portion);
                let mut counted = factor * (residual + taken);
                for held in &self.held {
                    if held.names.is_disjoint(&names) {
                        continue;
                    }
                    if let Some(amount) = held.cells.get(&(line, portion.clone())) {
                        counted = (counted - *amount).max(Rat::ZERO);
                        self.seen.hit("held money not counted again");
                    }
                }
                cells.push(Cell {
                    line,
                    portion: portion.clone(),
                    unheld: factor * residual,
                    counted,
                    paid_before: factor * taken,
                    may_pay: !factor.is_zero(),
                });
            }
        }
        if let (Some(group), Body::Lines(_)) = (&benefit.group, &self.claim.body) {
            self.drop_groups(group, &mut cells)?;
        }
        Ok(cells)
    }

    /// Cuts what counts of lines by caps on their units, days or money. Gives what each lets count, to be posted.
    fn line_caps(&mut self, benefit: &Benefit, path: &str, cells: &mut [Cell]) -> Result<BTreeMap<Account, Rat>, Reject> {
        let mut postings = BTreeMap::new();
        let unit = self.scheme.rounding;
        for (index, cap) in benefit.line_caps.iter().enumerate() {
            let account = self.account(&cap.kept, own_name(path, "line_cap", index));
            let limit = match self.in_force(&cap.guard)? {
                true => room(self.value(&cap.amount, None)?, self.books.position(&account)),
                false => Rat::whole(9_000_000_000_000),
            };
            // The lines that it looks at and of which anything counts.
            let mut looked_at = Vec::new();
            let all: BTreeSet<usize> = cells.iter().map(|cell| cell.line).collect();
            for line in all {
                let by_line = matches!(self.claim.body, Body::Lines(_));
                let money: Rat = cells.iter().filter(|cell| cell.line == line).map(|cell| cell.counted).sum();
                let met = match &cap.lines {
                    None => true,
                    Some(lines) => by_line && self.holds(lines, Some(line))?,
                };
                if met && !money.is_zero() {
                    looked_at.push(line);
                }
            }
            let mut left = limit;
            let before: Rat = cells.iter().map(|cell| cell.counted).sum();
            for (place, line) in looked_at.iter().enumerate() {
                let (has, keeps) = match (cap.on, &self.claim.body) {
                    (LineOn::Money, _) => {
                        for cell in cells.iter_mut().filter(|cell| cell.line == *line) {
                            cell.counted = cell.counted.min(left);
                            left -= cell.counted;
                        }
                        continue;
                    }
                    (LineOn::Units, Body::Portions(_)) => {
                        self.seen.hit("reject: units of a claim without lines");
                        return Err(Reject("missing-attribute"));
                    }
                    (LineOn::Units, Body::Lines(lines)) => {
                        let has = lines[*line].quantity;
                        let keeps = has.min(left);
                        left -= keeps;
                        (has, keeps)
                    }
                    (LineOn::Days, _) => {
                        let has = super::values::days(self.claim, self.scheme.both_ends);
                        let keeps = has.min(limit);
                        if place == 0 {
                            left -= keeps;
                        }
                        (has, keeps)
                    }
                };
                if keeps < has {
                    self.seen.hit_if(!keeps.is_zero(), "cap on units or days cut a line in its middle");
                    for cell in cells.iter_mut().filter(|cell| cell.line == *line) {
                        let over = (cell.counted * (has - keeps) / has).round_to(unit.0, unit.1);
                        cell.counted -= if keeps.is_zero() { cell.counted } else { over.min(cell.counted) };
                    }
                }
            }
            for cell in cells.iter_mut().filter(|cell| looked_at.contains(&cell.line)) {
                cell.may_pay &= !cell.counted.is_zero();
            }
            let after: Rat = cells.iter().map(|cell| cell.counted).sum();
            let on = match cap.on {
                LineOn::Money => "cap on the money of lines bound",
                LineOn::Units => "cap on units bound",
                LineOn::Days => "cap on days bound",
            };
            self.seen.hit_if(after < before, on);
            postings.insert(account, limit - left);
        }
        Ok(postings)
    }

    /// Leaves out the lines of groups that have too little.
    fn drop_groups(&mut self, group: &Group, cells: &mut Vec<Cell>) -> Result<(), Reject> {
        let least = self.value(&group.least, None)?;
        let lines: BTreeSet<usize> = cells.iter().map(|cell| cell.line).collect();
        let mut keys: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for line in lines {
            let unless = match &group.guard.unless {
                Some(unless) => self.holds(unless, Some(line))?,
                None => false,
            };
            if self.holds_if_any(group.guard.when.as_ref(), Some(line))? && !unless {
                let mut key = Vec::new();
                for name in &group.by {
                    key.push(format!("{:?}", self.ask(name, Some(line))?));
                }
                keys.insert(line, key);
            }
        }
        let mut sums: BTreeMap<Vec<String>, Rat> = BTreeMap::new();
        for cell in cells.iter() {
            if let Some(key) = keys.get(&cell.line) {
                *sums.entry(key.clone()).or_insert(Rat::ZERO) += cell.unheld;
            }
        }
        self.seen.hit_if(keys.len() > sums.len(), "group of several lines");
        let before = cells.len();
        cells.retain(|cell| keys.get(&cell.line).is_none_or(|key| sums[key] >= least));
        self.seen.hit_if(cells.len() < before && !cells.is_empty(), "group left out, others count");
        self.seen.hit_if(cells.is_empty() && before > 0, "group: none left");
        Ok(())
    }

    /// What the layers took of a line's portion with which the benefit coordinates.
    fn taken_before(&self, benefit: &Benefit, line: usize, portion: &str) -> Rat {
        let Some(coordinate) = &benefit.coordinate else { return Rat::ZERO };
        let done = self.scheme.layers.iter().filter(|layer| self.paid.contains_key(&layer.id));
        let named = done.filter(|layer| coordinate.with.as_ref().map_or(!layer.write_off, |with| with.contains(&layer.id)));
        named.filter_map(|layer| self.taken.get(&(layer.id.clone(), line, portion.to_owned()))).copied().sum()
    }

    fn cell_left(&self, cell: &Cell) -> Rat {
        self.left[cell.line].get(&cell.portion).copied().unwrap_or(Rat::ZERO)
    }

    /// The copayments of one kind: what is due in all, and what of it is taken of at most `most`.
    fn copays(&mut self, benefit: &Benefit, path: &str, taken: Taken, items: &mut Items, most: Rat) -> Result<(Rat, Rat), Reject> {
        let (mut sum, mut rest) = (Rat::ZERO, most);
        for (index, copay) in benefit.copays.iter().enumerate() {
            if copay.taken != taken || !self.in_force(&copay.guard)? {
                continue;
            }
            self.seen.hit(match taken {
                Taken::BeforeRatio => "copay before the ratio",
                Taken::BeforeDeductible => "copay before the deductible",
                Taken::FromPayment => "copay from the payment",
                Taken::Beside => "copay beside the bill",
            });
            let mut due = Rat::ZERO;
            let mut of_lines = Vec::new();
            for (line, whole, left) in items.lines.clone() {
                let item = if taken == Taken::Beside { whole } else { left };
                if matches!(copay.each, Each::Line | Each::Unit) && !item.is_zero() {
                    let of_line = self.copay_of_item(copay, Some(line), item)?;
                    of_lines.push((line, of_line));
                    due += of_line;
                }
            }
            if matches!(copay.each, Each::Claim | Each::Day) {
                due = self.copay_of_item(copay, None, items.left())?;
            }
            let mut accounts = BTreeMap::new();
            for (number, cap) in copay.caps.iter().enumerate() {
                let account = self.account(&cap.kept, own_name(path, &format!("copay_{}.cap", index + 1), number));
                if self.in_force(&cap.guard)? {
                    let room = room(self.value(&cap.amount, None)?, self.books.position(&account));
                    self.seen.hit_if(room < due && !room.is_zero(), "cap on a copayment bound");
                    due = due.min(room);
                }
                accounts.insert(account, ());
            }
            self.fact(&format!("{path}.copay_{}", index + 1), due);
            let part = due.min(rest);
            let postings: BTreeMap<Account, Rat> = accounts.into_keys().map(|account| (account, part)).collect();
            self.post_all(&postings);
            sum += due;
            rest -= part;
            if taken != Taken::Beside && matches!(copay.each, Each::Claim | Each::Day) {
                items.take_off(part);
            } else if taken != Taken::Beside {
                // Off the lines that it is made of; where a cap leaves less, the first lines come first.
                let mut rest = part;
                for (line, of_line) in of_lines {
                    let part = rest.min(of_line);
                    items.lines.iter_mut().find(|one| one.0 == line).unwrap().2 -= part;
                    rest -= part;
                }
            }
        }
        Ok((sum, most - rest))
    }

    /// What is due for a line, or for the claim and its days.
    fn copay_of_item(&mut self, copay: &Copay, line: Option<usize>, left: Rat) -> Result<Rat, Reject> {
        let times = match (copay.each, &self.claim.body) {
            (Each::Claim | Each::Line, _) => Rat::ONE,
            (Each::Day, _) => super::values::days(self.claim, self.scheme.both_ends),
            (Each::Unit, Body::Lines(lines)) => lines[line.unwrap()].quantity,
            (Each::Unit, Body::Portions(_)) => {
                self.seen.hit("reject: units of a claim without lines");
                return Err(Reject("missing-attribute"));
            }
        };
        let (value, mut ends) = (self.value(&copay.amount, line)?, Vec::new());
        for end in [&copay.least, &copay.most] {
            ends.push(end.as_ref().map(|end| self.value(end, line)).transpose()?.map(|end| end * times));
        }
        let mut due = if copay.is_ratio { value * left } else { value * times };
        // Everything must be exact in millionths.
        if std::iter::once(&Some(due)).chain(&ends).flatten().any(|one| one.places().is_none_or(|places| places > 6)) {
            self.seen.hit("reject: copayment finer than millionths");
            return Err(Reject("no-value"));
        }
        if let Some(least) = ends[0] {
            self.seen.hit_if(due < least, "copayment raised to its least");
            due = due.max(least);
        }
        if let Some(most) = ends[1] {
            self.seen.hit_if(most < due, "copayment cut to its most");
            due = due.min(most);
        }
        self.seen.hit_if(copay.each == Each::Unit, "copayment for each unit");
        self.seen.hit_if(copay.each == Each::Day, "copayment for each day");
        let limited = copay.taken != Taken::Beside && (copay.is_ratio || matches!(copay.each, Each::Line | Each::Unit));
        self.seen.hit_if(limited && left < due, "copayment takes all of a line");
        Ok(if limited { due.min(left) } else { due })
    }

    fn deductibles_in_force<'b>(&mut self, benefit: &'b Benefit, path: &str) -> Result<Vec<InForce<'b>>, Reject> {
        let mut found = Vec::new();
        for (index, rule) in benefit.deductibles.iter().enumerate() {
            if self.in_force(&rule.guard)? {
                let account = self.account(&rule.kept, own_name(path, "deductible", index));
                found.push(InForce { rule, amount: self.value(&rule.amount, None)?, met: self.books.position(&account), account });
            }
        }
        Ok(found)
    }

    /// What a benefit posts to every accumulator that its rules and its layer's caps name, each once. A rule that is not
    /// in force for this claim limits nothing, but its accumulator counts on.
    fn postings(&self, layer: &Layer, benefit: &Benefit, path: &str, counted: &Counted) -> BTreeMap<Account, Rat> {
        let mut postings = BTreeMap::new();
        for (index, rule) in benefit.deductibles.iter().enumerate() {
            let amount = if rule.franchise { counted.base } else { counted.deducted };
            postings.insert(self.account(&rule.kept, own_name(path, "deductible", index)), amount);
        }
        for (index, rule) in benefit.out_of_pocket_max.iter().enumerate() {
            let account = self.account(&rule.kept, own_name(path, "out_of_pocket_max", index));
            postings.insert(account, counted.held_down);
        }
        for (of, caps) in [(path, &benefit.caps), (layer.id.as_str(), &layer_caps(self.scheme, layer))] {
            for (index, rule) in caps.iter().enumerate() {
                let amount = if rule.on_base { counted.base } else { counted.payment };
                postings.insert(self.account(&rule.kept, cap_name(of, rule, index)), amount);
            }
        }
        postings
    }

    fn maxima_in_force(&mut self, benefit: &Benefit, path: &str) -> Result<Vec<(Account, Rat)>, Reject> {
        let mut found = Vec::new();
        for (index, rule) in benefit.out_of_pocket_max.iter().enumerate() {
            let Maximum { amount, kept, guard } = rule;
            if self.in_force(guard)? {
                let account = self.account(kept, own_name(path, "out_of_pocket_max", index));
                found.push((account, self.value(amount, None)?));
            }
        }
        Ok(found)
    }

    /// The caps of a benefit, then those of its layer: name, account, amount.
    fn caps_in_force(
        &mut self,
        layer: &Layer,
        benefit: &Benefit,
        path: &str,
        on_base: bool,
    ) -> Result<Vec<(String, Account, Rat)>, Reject> {
        let mut found = Vec::new();
        let of_layer = layer_caps(self.scheme, layer);
        let lists = [(path, "cap", &benefit.caps), (layer.id.as_str(), "layer cap", &of_layer)];
        for (of, word, caps) in lists {
            for (index, cap) in caps.iter().enumerate() {
                if cap.on_base == on_base && self.in_force(&cap.guard)? {
                    let account = self.account(&cap.kept, cap_name(of, cap, index));
                    let amount = self.value(&cap.amount, None)?;
                    let numbered = || format!("{word} {}", index + 1);
                    let label = cap.budget_of.as_ref().map_or_else(numbered, |fund| format!("budget of {fund}"));
                    self.seen.hit_if(cap.budget_of.is_some(), "budget in force");
                    found.push((label, account, amount));
                }
            }
        }
        Ok(found)
    }

    /// Step 6, with what the form posts to its own accumulator.
    /// Money fills the phases one after the other; each is full where the cost reaches `to` or what is borne `to_share`.
    fn phases(
        &mut self,
        layer: &Layer,
        rows: &[Phase],
        base: Rat,
        mut cost: Rat,
        mut borne: Rat,
        share: Option<&String>,
    ) -> Result<Rat, Reject> {
        let counting = share.map_or_else(Vec::new, |name| self.scheme.accumulator(name).with_payments_of.clone());
        let (mut left, mut raw) = (base, Rat::ZERO);
        let mut parts: Vec<(String, Rat)> = self.scheme.funds.iter().map(|fund| (fund.clone(), Rat::ZERO)).collect();
        let mut reached = 0;
        for row in rows {
            let mut ratios = Vec::new();
            for (fund, ratio) in &row.parts {
                ratios.push((fund.clone(), self.value(ratio, None)?));
            }
            let ratio: Rat = ratios.iter().map(|(_, ratio)| *ratio).sum();
            if ratio > Rat::ONE {
                self.seen.hit("reject: split above the whole");
                return Err(Reject("no-value"));
            }
            let counted = |fund: &Option<String>| counting.contains(&layer.id) || fund.as_ref().is_some_and(|fund| counting.contains(fund));
            let as_borne = Rat::ONE - ratio + ratios.iter().filter(|(fund, _)| counted(fund)).map(|(_, ratio)| *ratio).sum::<Rat>();
            let mut width = left;
            if let Some(to) = &row.to {
                width = width.min((self.value(to, None)? - cost).max(Rat::ZERO));
            }
            if let Some(to) = &row.to_share {
                let room = self.value(to, None)? - borne;
                if room <= Rat::ZERO {
                    width = Rat::ZERO;
                } else if as_borne > Rat::ZERO {
                    self.seen.hit_if(room / as_borne < width, "phase ended by what is borne");
                    self.seen.hit_if(room / as_borne < width && as_borne > Rat::ONE - ratio, "phase ended by what counts as borne");
                    width = width.min(room / as_borne);
                }
            }
            reached += usize::from(!width.is_zero());
            raw += width * ratio;
            cost += width;
            borne += width * as_borne;
            left -= width;
            for (name, ratio) in ratios {
                if let Some((_, part)) = parts.iter_mut().find(|(fund, _)| Some(fund) == name.as_ref()) {
                    *part += width * ratio;
                }
            }
        }
        self.seen.hit_if(reached > 1, "one claim in several phases");
        assert!(left.is_zero(), "money beyond the last phase");
        self.parts = parts;
        Ok(raw)
    }

    fn figure(
        &mut self,
        layer: &Layer,
        benefit: &Benefit,
        path: &str,
        base: Rat,
        excess: Rat,
    ) -> Result<(Rat, Option<(Account, Rat)>), Reject> {
        match &benefit.form {
            Form::Ratio(ratio) => {
                let ratio = self.value(ratio, None)?;
                let ratio = self.adjusted(benefit, ratio)?;
                if !excess.is_zero() {
                    self.fact(&format!("{path}.ratio"), ratio);
                }
                Ok((excess * ratio, None))
            }
            Form::Phases { kept, share, rows } => {
                let cost = self.account(kept, own_name(path, "phases", 0));
                let of_share = share_of(self.scheme, kept, share.as_ref());
                let borne = self.account(&of_share, own_name(path, "phases_share", 0));
                let raw = self.phases(layer, rows, base, self.books.position(&cost), self.books.position(&borne), share.as_ref())?;
                Ok((raw, Some((cost, base))))
            }
            Form::Bands { absolute, kept, rows } => {
                let account = self.account(kept, own_name(path, "bands", 0));
                let position = self.books.position(&account);
                let mut bands = Vec::new();
                for (to, ratio) in rows {
                    let to = to.as_ref().map(|to| self.value(to, None)).transpose()?;
                    let ratio = self.value(ratio, None)?;
                    bands.push((to, self.adjusted(benefit, ratio)?));
                }
                let (from, to, posting) =
                    if *absolute { (position + base - excess, position + base, base) } else { (position, position + excess, excess) };
                let crossed = bands.iter().any(|(edge, _)| edge.is_some_and(|edge| from < edge && edge < to));
                self.seen.hit_if(crossed, "band edge crossed in one claim");
                self.seen.hit_if(!position.is_zero(), "bands carried on from earlier claims");
                self.seen.hit(if *absolute { "bands absolute" } else { "bands above the deductible" });
                let raw = integral(&bands, to) - integral(&bands, from);
                Ok((raw, Some((account, posting))))
            }
            Form::Grant { kept, rows } => {
                let mut steps = Vec::new();
                for (above, pays) in rows {
                    steps.push((self.value(above, None)?, self.value(pays, None)?));
                }
                let granted = |excess: Rat| {
                    let mut reached = steps.iter().filter(|(above, _)| excess > *above);
                    reached.next_back().map_or(Rat::ZERO, |(_, pays)| *pays)
                };
                let account = self.account(kept, own_name(path, "grant", 0));
                let before = self.books.position(&account);
                let difference = granted(before + excess) - granted(before);
                self.seen.hit_if(!granted(before).is_zero(), "grant as a difference");
                self.seen.hit_if(!difference.is_zero(), "grant: step reached");
                Ok((difference.max(Rat::ZERO), Some((account, excess))))
            }
            Form::Fixed(sum) => {
                self.seen.hit("fixed sum");
                Ok((self.value(sum, None)?, None))
            }
            Form::InKind { buy, give, units, kept } => {
                let account = self.account(kept, own_name(path, "in_kind", 0));
                let before = self.books.position(&account);
                let Datum::Number(units) = self.ask(units, None)? else { panic!("{units} is not a count") };
                let given = gifts(*buy, *give, before + units) - gifts(*buy, *give, before);
                self.seen.hit_if(!given.is_zero(), "in kind: units given");
                self.seen.hit_if(given > Rat::ZERO && given < units, "in kind: some given, some bought");
                let raw = if units.is_zero() { Rat::ZERO } else { excess * given / units };
                Ok((raw, Some((account, units))))
            }
        }
    }

    /// A ratio plus all points, times all factors, then kept in [0, 1].
    fn adjusted(&mut self, benefit: &Benefit, ratio: Rat) -> Result<Rat, Reject> {
        let mut ratio = ratio;
        for (points, guard) in &benefit.points {
            if self.in_force(guard)? {
                ratio += self.value(points, None)?;
                self.seen.hit("points added");
            }
        }
        for (factor, guard) in &benefit.factors {
            if self.in_force(guard)? {
                ratio = ratio * self.value(factor, None)?;
                self.seen.hit("ratio multiplied");
            }
        }
        self.seen.hit_if(ratio > Rat::ONE, "ratio kept at 100 %");
        self.seen.hit_if(ratio.is_negative(), "ratio kept at 0 %");
        let mut kept = ratio.max(Rat::ZERO).min(Rat::ONE);
        if let Some(least) = &benefit.ratio_between[0] {
            let least = self.value(least, None)?;
            self.seen.hit_if(kept < least, "ratio raised to its least");
            kept = kept.max(least);
        }
        if let Some(most) = &benefit.ratio_between[1] {
            let most = self.value(most, None)?;
            self.seen.hit_if(kept > most, "ratio cut to its most");
            kept = kept.min(most);
        }
        Ok(kept)
    }

    /// Lays the money counted as deductible on the portions, in reverse allocation order.
    fn hold(&mut self, benefit: &Benefit, cells: &[Cell], deducted: Rat) {
        let names = named_deductibles(benefit);
        if names.is_empty() || deducted.is_zero() {
            return;
        }
        let mut held = BTreeMap::new();
        let mut rest = deducted;
        for portion in settling_order(benefit).iter().rev() {
            let here: Vec<&Cell> = cells.iter().filter(|cell| cell.portion == *portion).collect();
            let weights: Vec<Rat> = here.iter().map(|cell| cell.counted).collect();
            let part = rest.min(weights.iter().copied().sum());
            let (parts, _) = pro_rata(part, &weights, Rat::new(1, 1_000_000));
            for (cell, amount) in here.iter().zip(parts) {
                held.insert((cell.line, portion.clone()), amount);
            }
            rest -= part;
        }
        self.seen.hit("held money laid down");
        self.held.push(Held { names, cells: held });
    }

    // ---------------------------------------------------------------- settling and posting

    /// Portion by portion in allocation order.
    fn allocate(&mut self, layer: &Layer, benefit: &Benefit, cells: &[Cell], pay: Rat) {
        let mut rest = pay;
        for portion in settling_order(benefit) {
            let here = cells.iter().filter(|cell| cell.portion == portion && cell.may_pay);
            let lines: BTreeSet<usize> = here.map(|cell| cell.line).collect();
            let open: Rat = lines.iter().map(|line| self.on_line(*line, &portion)).sum();
            let part = rest.min(open);
            self.settle(&layer.id, &portion, part, &lines);
            rest -= part;
        }
        assert!(rest.is_zero(), "a payment above what it may touch");
    }

    /// Takes an amount out of one portion of the chosen lines, pro rata to what is left on each.
    fn settle(&mut self, layer: &str, portion: &str, amount: Rat, lines: &BTreeSet<usize>) {
        if amount.is_zero() {
            return;
        }
        let weights: Vec<Rat> = lines.iter().map(|line| self.on_line(*line, portion)).collect();
        let (parts, tie) = pro_rata(amount, &weights, self.scheme.rounding.0);
        self.seen.hit_if(weights.len() > 1, "allocated over several lines");
        self.seen.hit_if(tie, "largest remainder: tie to the earlier line");
        for (line, part) in lines.iter().zip(parts) {
            if part.is_zero() {
                continue;
            }
            let cell = self.left[*line].get_mut(portion).unwrap();
            *cell -= part;
            assert!(!cell.is_negative(), "a line paid above what was left");
            let key = (*line, layer.to_owned());
            *self.paid_on_line.entry(key).or_insert(Rat::ZERO) += part;
        }
    }

    fn post_all(&mut self, postings: &BTreeMap<Account, Rat>) {
        for (account, amount) in postings {
            self.books.post(account, *amount);
        }
    }

    /// Day by day: what each costs, how many have no row, and which reserve days are used.
    pub(super) fn day_charge(&mut self, id: &str) -> Result<(Rat, Rat, BTreeMap<String, Rat>), Reject> {
        let charge = self.scheme.day_charges.iter().find(|one| one.id == id).expect("a declared charge").clone();
        let (mut amount, mut uncovered, mut used) = (Rat::ZERO, Rat::ZERO, BTreeMap::new());
        if !self.holds_if_any(charge.when.as_ref(), None)? {
            return Ok((amount, uncovered, used));
        }
        let Datum::Number(days) = self.ask("days", None)? else { panic!("days are a number") };
        let account = |case: &Self, id: &str| case.account(&Kept::Named(id.to_owned()), String::new());
        let before = self.books.position(&account(self, &charge.counted));
        let real_date = self.rule_date;
        let mut touched = BTreeSet::new();
        for day in 1..=days.floor() {
            let number = before + Rat::whole(day);
            let row = charge.rows.iter().position(|(to, reserve, _)| match (to, reserve) {
                (Some(to), _) => number <= Rat::whole(*to),
                (None, Some((id, most))) => {
                    let so_far = used.get(id).copied().unwrap_or(Rat::ZERO) + self.books.position(&account(self, id));
                    so_far < Rat::whole(*most)
                }
                (None, None) => true,
            });
            let Some(row) = row else {
                uncovered += Rat::ONE;
                continue;
            };
            touched.insert(row);
            if let Some((id, _)) = &charge.rows[row].1 {
                *used.entry(id.clone()).or_insert(Rat::ZERO) += Rat::ONE;
            }
            let date = self.claim.service_from + Days::new(day as u64 - 1);
            self.seen.hit_if(date < self.scheme.from, "a day before the scheme");
            self.rule_date = date.max(self.scheme.from);
            let one = self.value(&charge.rows[row].2, None);
            self.rule_date = real_date;
            amount += one?;
        }
        self.seen.hit_if(touched.len() > 1, "days in several rows");
        self.seen.hit_if(!used.is_empty(), "reserve days used");
        self.seen.hit_if(!uncovered.is_zero(), "days without a row");
        Ok((amount, uncovered, used))
    }

    /// What is posted in the last months of a period counts in the next one too.
    fn carry_over(&mut self, before: &Books) {
        for one in &self.scheme.accumulators {
            let Some(months) = one.carry_months else { continue };
            let account = self.account(&Kept::Named(one.id.clone()), String::new());
            let posted = self.books.position(&account) - before.position(&account);
            let of = |day: NaiveDate| period(self.scheme, one.per, day, None);
            let next = self.rule_date.iter_days().find(|day| of(*day) != account.2).expect("periods end");
            let close = (0..months).fold(next, |day, _| day.with_day(1).unwrap().pred_opt().unwrap().with_day(next.day()).unwrap());
            if self.rule_date >= close && !posted.is_zero() {
                self.seen.hit("carried over");
                self.books.post(&(account.0, account.1, of(next)), posted);
            }
        }
    }

    /// A claim counts once it is decided.
    fn count_claim(&mut self) -> Result<(), Reject> {
        for charge in &self.scheme.day_charges {
            let (_, _, used) = self.day_charge(&charge.id)?;
            for (id, days) in used {
                let account = self.account(&Kept::Named(id), String::new());
                self.books.post(&account, days);
            }
        }
        let reserves: BTreeSet<&String> = self
            .scheme
            .day_charges
            .iter()
            .flat_map(|one| &one.rows)
            .filter_map(|(_, reserve, _)| reserve.as_ref())
            .map(|(id, _)| id)
            .collect();
        for one in self.scheme.accumulators.iter().filter(|one| one.counts == Counts::Days && !reserves.contains(&one.id)) {
            if self.holds_if_any(one.when.as_ref(), None)? {
                let Datum::Number(days) = self.ask("days", None)? else { panic!("days are a number") };
                let account = self.account(&Kept::Named(one.id.clone()), String::new());
                self.books.post(&account, days);
                self.seen.hit("days counted");
            }
        }
        for one in &self.scheme.accumulators {
            if one.counts == Counts::Claims && self.holds_if_any(one.when.as_ref(), None)? {
                let account = self.account(&Kept::Named(one.id.clone()), String::new());
                self.books.post(&account, Rat::ONE);
                self.seen.hit("claim counted");
            }
        }
        Ok(())
    }

    pub(super) fn account(&self, kept: &Kept, own_name: String) -> Account {
        let (name, per, owner) = match kept {
            Kept::Own(per, owner) => (own_name, *per, *owner),
            Kept::Named(id) => {
                let Accumulator { per, owner, .. } = self.scheme.accumulator(id);
                (id.clone(), *per, *owner)
            }
        };
        let owner = owner_of(owner, self.person);
        let of_claim = self.scheme.rule_date_of(self.claim);
        let period = match per {
            Per::FirstUse(count, step) => self.books.personal(&name, &owner, count, step, of_claim),
            Per::Spell(days) => self.books.spell(&name, &owner, days, self.claim.service_from),
            // Of a line or day its own day.
            Per::Day => period(self.scheme, per, self.day.unwrap_or(of_claim), Some(self.claim)),
            _ => period(self.scheme, per, of_claim, Some(self.claim)),
        };
        (name, owner, period)
    }

    /// The spells that the claim is part of last at least as long as its care.
    fn spells(&mut self, before: &Books) {
        for (name, per, owner) in all_accumulators(self.scheme) {
            let Per::Spell(_) = per else { continue };
            let account = self.account(&Kept::Own(per, owner), name.clone());
            let posted = self.books.position(&account) != before.position(&account);
            if !posted && !self.used.contains(&account) {
                continue;
            }
            self.seen.hit_if(!posted, "spell goes on by a claim that posts nothing");
            let last = super::values::last_day_of_care(self.claim, self.scheme.both_ends);
            let known = self.books.1.get(&account).copied();
            let others = self.books.1.keys().any(|one| (&one.0, &one.1) == (&account.0, &account.1) && one.2 < account.2);
            self.seen.hit_if(known.is_none(), "spell begun");
            self.seen.hit_if(known.is_none() && others, "spell after another");
            let days = (last - first_of_spell(&account.2)).num_days() + 1;
            self.seen.hit_if(known.is_some_and(|known| known < days), "spell goes on");
            self.books.care_until(account, last);
        }
    }

    /// Which personal periods the claim opened, and which it carried on.
    fn personal_periods(&mut self, before: &Books) {
        for (name, per, owner) in all_accumulators(self.scheme) {
            let Per::FirstUse(..) = per else { continue };
            let account = self.account(&Kept::Own(per, owner), name.clone());
            let posted = self.books.position(&account) != before.position(&account);
            let opened = posted && before.position(&account) == Rat::ZERO;
            let other = |later: bool| {
                let mut same =
                    before.0.iter().filter(|(one, amount)| (&one.0, &one.1) == (&account.0, &account.1) && **amount != Rat::ZERO);
                same.any(|(one, _)| if later { one.2 > account.2 } else { one.2 < account.2 })
            };
            self.seen.hit_if(opened && other(false), "personal period after another");
            self.seen.hit_if(opened && other(true), "personal period opened late, before another");
            self.seen.hit_if(posted && !opened && account.2 != begun(self.rule_date), "personal period carried on");
        }
    }

    fn on_line(&self, line: usize, portion: &str) -> Rat {
        self.left[line].get(portion).copied().unwrap_or(Rat::ZERO)
    }

    fn left_of(&self, portion: &str) -> Rat {
        (0..self.left.len()).map(|line| self.on_line(line, portion)).sum()
    }

    /// The claim as a whole, its lines, and the accumulators: `at_rest` those that it did not move.
    fn report(&mut self, before: &Books) {
        let scheme = self.scheme;
        let sum = |paid: &BTreeMap<String, Rat>, write_off: bool| -> Rat {
            let layers = scheme.layers.iter().filter(|layer| layer.write_off == write_off);
            layers.map(|layer| paid[&layer.id]).sum()
        };
        let (paid, written_off) = (sum(&self.paid, false), sum(&self.paid, true));
        self.fact("paid", paid);
        self.fact("written_off", written_off);
        self.fact("beside", self.beside.values().copied().sum::<Rat>());
        self.fact("out_of_pocket.total", total(&self.left));
        let charged: Rat = self.charged.values().copied().sum();
        self.fact("charged", charged);
        self.fact("patient_pays", total(&self.left) + charged);
        for layer in &scheme.layers {
            let share = |fund: &Backing| {
                let (_, share) = fund.pays.iter().find(|(paid, _)| *paid == layer.id)?;
                Some((fund.id.clone(), share.unwrap_or(Rat::ONE)))
            };
            let shares: Vec<(String, Rat)> = scheme.backing.iter().filter_map(share).collect();
            if shares.is_empty() {
                continue;
            }
            let paid = self.paid[&layer.id] + self.beside.get(&layer.id).copied().unwrap_or(Rat::ZERO);
            // Weights are looked at in proportion only.
            let weights: Vec<Rat> = shares.iter().map(|(_, share)| *share * Rat::whole(1_000_000_000_000)).collect();
            let (parts, _) = pro_rata(paid, &weights, scheme.rounding.0);
            self.seen.hit_if(shares.len() > 1 && !paid.is_zero(), "payment shared by funds");
            for ((fund, _), part) in shares.into_iter().zip(parts) {
                *self.fund_paid.entry(fund).or_insert(Rat::ZERO) += part;
            }
        }
        for fund in scheme.funds.iter().chain(scheme.backing.iter().map(|fund| &fund.id)) {
            let paid = self.fund_paid.get(fund).copied().unwrap_or(Rat::ZERO);
            self.fact(&format!("fund.{fund}.paid"), paid);
        }
        for portion in &scheme.portions {
            let left = self.left_of(portion);
            self.fact(&format!("out_of_pocket.{portion}"), left);
        }
        if let Body::Lines(lines) = &self.claim.body {
            for (index, line) in lines.iter().enumerate() {
                let left: Rat = self.left[index].values().copied().sum();
                self.fact(&format!("line.{}.out_of_pocket", line.id), left);
                for layer in &scheme.layers {
                    let key = (index, layer.id.clone());
                    let paid = self.paid_on_line.get(&key).copied().unwrap_or(Rat::ZERO);
                    self.fact(&format!("line.{}.{}", line.id, layer.id), paid);
                }
            }
        }
        for (name, per, owner) in all_accumulators(scheme) {
            let account = self.account(&Kept::Own(per, owner), name.clone());
            let position = self.books.position(&account);
            let moved = position != before.position(&account);
            let path = if moved { "balance" } else { "at_rest" };
            self.fact(&format!("{path}.{name}"), position);
        }
    }

    fn note_deductible(&mut self, deductibles: &[InForce<'_>], deducted: Rat, base: Rat) {
        let plain: Vec<_> = deductibles.iter().filter(|one| !one.rule.franchise).collect();
        for one in &plain {
            let before = room(one.amount, one.met);
            let met_now = !before.is_zero() && deducted == before;
            self.seen.hit_if(met_now && deducted < base, "deductible met in mid-claim");
            self.seen.hit_if(before.is_zero() && one.met > one.amount, "deductible met above the one in force");
            let named = matches!(one.rule.kept, Kept::Named(_));
            self.seen.hit_if(named && !one.met.is_zero(), "shared deductible already met in part");
        }
        let household = plain.iter().any(|one| one.account.1.starts_with("household"));
        self.seen.hit_if(household, "household deductible");
        self.seen.hit_if(plain.len() > 1, "several deductibles together");
    }

    fn note_rounding(&mut self, raw: Rat, unit: Rat, mode: Mode) {
        let rest = raw - raw.floor_to(unit);
        if rest.is_zero() {
            return;
        }
        let half = rest + rest == unit;
        self.seen.hit(match (mode, half) {
            (Mode::HalfUp, true) => "rounding half-up: a tie",
            (Mode::HalfUp, false) => "rounding half-up",
            (Mode::HalfEven, true) => "rounding half-even: a tie",
            (Mode::HalfEven, false) => "rounding half-even",
            (Mode::Down, _) => "rounding down",
            (Mode::Up, _) => "rounding up",
        });
    }
}

/// What a benefit counts of a claim.
struct Counted {
    base: Rat,
    deducted: Rat,
    payment: Rat,
    /// What the maxima hold down.
    held_down: Rat,
}

/// A deductible in force, with what was met before.
struct InForce<'a> {
    rule: &'a Deductible,
    amount: Rat,
    met: Rat,
    account: Account,
}

fn named_deductibles(benefit: &Benefit) -> BTreeSet<String> {
    let named = benefit.deductibles.iter().filter_map(|one| match &one.kept {
        Kept::Named(name) => Some(name.clone()),
        Kept::Own(..) => None,
    });
    named.collect()
}

/// The portions in the order in which a payment settles them.
fn settling_order(benefit: &Benefit) -> Vec<String> {
    let covers = || benefit.covers.iter().map(|(portion, _)| portion.clone()).collect();
    benefit.allocate.clone().unwrap_or_else(covers)
}

/// The portions that a given payment settles: the layer's own list, else those of its benefits.
fn covered_by(layer: &Layer) -> Vec<String> {
    if let Some(covers) = &layer.covers {
        return covers.clone();
    }
    let mut portions: Vec<String> = Vec::new();
    for (portion, _) in layer.benefits.iter().flat_map(|benefit| &benefit.covers) {
        if !portions.contains(portion) {
            portions.push(portion.clone());
        }
    }
    portions
}

/// Spreads an amount by weight in whole units: floors first, then one unit each to the largest remainders, ties to
/// the earlier. Also says whether a tie was broken.
pub(super) fn pro_rata(amount: Rat, weights: &[Rat], unit: Rat) -> (Vec<Rat>, bool) {
    let whole: Rat = weights.iter().copied().sum();
    if whole.is_zero() || amount == whole {
        return (weights.to_vec(), false);
    }
    let exact: Vec<Rat> = weights.iter().map(|weight| amount * *weight / whole).collect();
    let mut parts: Vec<Rat> = exact.iter().map(|share| share.floor_to(unit)).collect();
    let mut rest = amount - parts.iter().copied().sum();
    let remainder = |index: usize| exact[index] - exact[index].floor_to(unit);
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| remainder(*b).cmp(&remainder(*a)).then(a.cmp(b)));
    let mut tie = false;
    for (place, index) in order.iter().enumerate() {
        if rest < unit {
            let last = place.checked_sub(1).map(|before| order[before]);
            tie = last.is_some_and(|last| remainder(last) == remainder(*index));
            break;
        }
        parts[*index] += unit;
        rest -= unit;
    }
    assert!(rest.is_zero(), "an amount finer than the unit cannot be spread");
    (parts, tie)
}

/// The integral of a banded ratio from zero.
pub(super) fn integral(bands: &[(Option<Rat>, Rat)], to: Rat) -> Rat {
    let mut sum = Rat::ZERO;
    let mut from = Rat::ZERO;
    for (edge, ratio) in bands {
        let end = edge.map_or(to, |edge| edge.min(to));
        if end > from {
            sum += (end - from) * *ratio;
            from = end;
        }
    }
    sum
}

/// How many of the first n units are given: of each cycle the last ones.
pub(super) fn gifts(buy: i128, give: i128, n: Rat) -> Rat {
    let cycle = Rat::whole(buy + give);
    let full = Rat::whole((n / cycle).floor());
    let rest = (n - full * cycle - Rat::whole(buy)).max(Rat::ZERO);
    full * Rat::whole(give) + rest
}

fn room(amount: Rat, position: Rat) -> Rat {
    (amount - position).max(Rat::ZERO)
}
