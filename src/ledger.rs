//! The ledger: positions of accumulators, by owner and period, carried from claim to claim.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::date::{Length, Per, Periods, PolicyYear, Window, day_number};
use crate::digest::Digest;
use crate::money::Money;
use crate::plan::{Plan, Slot};
use crate::scheme::syntax::Owner;

/// The format of a stored ledger. Format 1, which numbered stays, is read too.
const FORMAT: u32 = 2;

/// The balances of all accumulators of many persons and households.
///
/// A ledger is a value: it can be cloned, stored through serde and loaded again. Balances are kept by the scheme's id and the accumulator's name, so that
/// the next edition of a scheme carries on where the last one stopped.
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
/// # let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: medaid::Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let mut ledger = medaid::Ledger::new();
/// plan.adjudicate(&person, &mut ledger, &claim)?;
/// let stored = serde_json::to_string(&ledger)?;
/// let loaded: medaid::Ledger = serde_json::from_str(&stored)?;
/// assert_eq!(serde_json::to_string(&loaded)?, stored);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Scheme and name of every accumulator met.
    names: BTreeMap<AccumulatorKey, (String, String)>,
    /// Those that run over a stay.
    stays: BTreeSet<AccumulatorKey>,
    /// The plans whose accumulators are among the names.
    plans: Vec<[u8; 32]>,
    persons: BTreeMap<String, Account>,
    households: BTreeMap<String, Account>,
    /// By scheme: what all whom it insures share.
    everyone: BTreeMap<String, Account>,
}

/// Stands for the scheme's id and the accumulator's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccumulatorKey(u128);

impl AccumulatorKey {
    /// Half a SHA-256: no two names that anybody will ever write have the same.
    pub(crate) fn new(scheme: &str, name: &str) -> AccumulatorKey {
        let bytes = Digest::of(format!("{scheme}\0{name}").as_bytes()).to_bytes();
        AccumulatorKey(bytes.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte)))
    }
}

/// The balances of one person, of a household, or of all whom a scheme insures, by themselves: for one who keeps the accounts in a place of their own instead of a [`Ledger`].
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
/// # let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: medaid::Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let mut prepared = medaid::PreparedClaims::new(&plan);
/// let claim = prepared.push(&person, &claim)?;
/// let mut account = medaid::Account::default();
/// let mut books = plan.open(&person, &mut account, None, None)?;
/// medaid::Adjudicator::new(&plan).settle_prepared(&prepared, claim, &mut books)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// The positions at work.
    page: Page,
    /// All others that are not zero: accumulator, period, position; sorted.
    filed: Vec<(AccumulatorKey, i32, i64)>,
    /// The stays met, each with its number, which is its period.
    stays: BTreeMap<String, i32>,
    /// Schemes whose opening balances are posted.
    opened: Vec<String>,
}

/// The positions of a plan's accumulators in the periods of one claim, side by side, so that the next claim of the same periods finds them so.
#[derive(Debug, Clone, Default)]
struct Page {
    /// The plan's.
    slots: Arc<[Slot]>,
    periods: Periods,
    positions: Vec<i64>,
    /// Those which live in a claim alone: always zero here.
    fleeting: Vec<usize>,
    /// The first days of the periods that are found with the account, beside the positions; empty for a plan that has none.
    starts: Vec<i32>,
    /// Of rolling windows: what was posted on other days of the window; empty for a plan that has no such period.
    other_days: Vec<i64>,
}

impl Page {
    fn all(&self) -> impl Iterator<Item = (AccumulatorKey, i32, i64)> {
        let with_position = self.slots.iter().zip(&self.positions).enumerate();
        let with_period = with_position.filter_map(|(index, (slot, p))| Some((slot.key, self.period(index, slot)?, *p)));
        with_period.filter(|(_, _, position)| *position != 0)
    }

    /// The period of a position.
    fn period(&self, index: usize, slot: &Slot) -> Option<i32> {
        match slot.per {
            per if per.goes_by_day() => self.starts.get(index).copied(),
            per => self.periods.get(per),
        }
    }

    /// Pairs the positions of a person's claim with those on this page, its owner's, where they are this owner's.
    #[inline(never)]
    fn exchange(&mut self, owner: Owner, positions: &mut [i64], exchange: impl Fn(&mut i64, &mut i64)) {
        let both = positions.iter_mut().zip(&mut self.positions).zip(self.slots.iter());
        both.filter(|(_, slot)| slot.owner == owner).for_each(|((position, held), _)| exchange(position, held));
    }

    fn find(&mut self, key: AccumulatorKey, period: i32) -> Option<&mut i64> {
        let index = self.slots.iter().enumerate().position(|(i, slot)| slot.key == key && self.period(i, slot) == Some(period))?;
        self.positions.get_mut(index)
    }
}

impl Account {
    /// Forgets everything, but keeps the memory for the next owner.
    pub fn clear(&mut self) {
        if self.page.starts.is_empty() {
            self.page.positions.fill(0);
        } else {
            // The next owner's personal periods begin on other days.
            self.page = Page::default();
        }
        self.filed.clear();
        self.stays.clear();
        self.opened.clear();
    }

    fn filed(&self, key: AccumulatorKey, period: i32) -> Result<usize, usize> {
        self.filed.binary_search_by_key(&(key, period), |(k, p, _)| (*k, *p))
    }

    pub(crate) fn position(&self, key: AccumulatorKey, period: i32) -> i64 {
        let of_page = self.page.all().find(|(k, p, _)| (*k, *p) == (key, period));
        let filed = || self.filed(key, period).ok().and_then(|i| self.filed.get(i));
        of_page.or_else(|| filed().copied()).map_or(0, |(_, _, position)| position)
    }

    /// Adds to a position; nothing if it would leave the range.
    pub(crate) fn post(&mut self, key: AccumulatorKey, period: i32, delta: i64) -> Option<()> {
        if !self.page.starts.is_empty() {
            // What is posted may begin a personal period, or end one, or lie in a window, and the page would not know.
            self.clear_page();
            self.page.slots = Arc::default();
        }
        let position = match self.page.find(key, period) {
            Some(position) => position,
            None => {
                let at = self.filed(key, period).unwrap_or_else(|at| {
                    self.filed.insert(at, (key, period, 0));
                    at
                });
                self.filed.get_mut(at).map(|(_, _, position)| position)?
            }
        };
        *position = position.checked_add(delta)?;
        Some(())
    }

    /// Lays the positions of these periods on the page.
    #[inline(always)]
    fn turn_to(&mut self, slots: &Arc<[Slot]>, periods: &Periods) {
        if self.page.periods != *periods || !Arc::ptr_eq(&self.page.slots, slots) {
            self.turn(slots, periods);
        }
    }

    /// Files what is on the page.
    fn clear_page(&mut self) {
        for (key, period, position) in self.page.all() {
            // What is on the page is not filed.
            if let Err(at) = self.filed.binary_search_by_key(&(key, period), |(k, p, _)| (*k, *p)) {
                self.filed.insert(at, (key, period, position));
            }
        }
        self.page.positions.clear();
        self.page.fleeting.clear();
        self.page.starts.clear();
        self.page.other_days.clear();
    }

    /// The first day of the personal period in which a day lies, as day numbers: of the latest that began on that day or before, if it reaches so far;
    /// else the day itself, on which one begins if anything is posted.
    fn first_use(&self, key: AccumulatorKey, length: Length, day: i32) -> i32 {
        let until = self.filed.partition_point(|(k, period, _)| (*k, *period) <= (key, day));
        let earlier = self.filed.get(..until).unwrap_or_default().iter().rev().take_while(|(k, ..)| *k == key);
        let begun = earlier.filter(|(_, _, position)| *position != 0).map(|(_, start, _)| *start).next();
        begun.filter(|start| length.reaches(*start, day)).unwrap_or(day)
    }

    /// What was posted in a window on days before its last. Each posting fitted beside the others when it was made, so that their sum fits.
    fn other_days(&self, key: AccumulatorKey, window: Window, last: i32) -> i64 {
        let first = NaiveDate::from_num_days_from_ce_opt(last).and_then(|last| window.first_day(last)).map_or(i32::MIN, day_number);
        let begin = self.filed.partition_point(|(k, day, _)| (*k, *day) < (key, first));
        let of_window = self.filed.get(begin..).unwrap_or_default().iter().take_while(|(k, day, _)| *k == key && *day < last);
        of_window.fold(0i64, |sum, (_, _, amount)| sum.saturating_add(*amount))
    }

    #[cold]
    fn turn(&mut self, slots: &Arc<[Slot]>, periods: &Periods) {
        self.clear_page();
        self.page.periods = *periods;
        if slots.iter().any(|slot| slot.per.goes_by_day()) {
            let day_of = |per: Per, day: i32| {
                let date = NaiveDate::from_num_days_from_ce_opt(day)?;
                per.start(date, PolicyYear::default()).map(day_number)
            };
            let start = |slot: &Slot| match (slot.per, periods.get(slot.per)) {
                (Per::FirstUse(length), Some(day)) => self.first_use(slot.key, length, day),
                (Per::Last(_), Some(day)) => day,
                (Per::Spell(days), Some(day)) => spell(self.filed.iter().copied(), slot, days, day),
                (per, Some(day)) => day_of(per, day).unwrap_or(day),
                _ => 0,
            };
            let starts = slots.iter().map(start).collect();
            let others = |slot: &Slot| match (slot.per, periods.get(slot.per)) {
                (Per::Last(window), Some(day)) => self.other_days(slot.key, window, day),
                _ => 0,
            };
            let other_days: Vec<i64> = slots.iter().map(others).collect();
            self.page.starts = starts;
            self.page.other_days = if other_days.iter().all(|sum| *sum == 0) { Vec::new() } else { other_days };
        }
        for (index, slot) in slots.iter().enumerate() {
            let mut position = 0;
            match self.page.period(index, slot) {
                None => self.page.fleeting.push(index),
                Some(period) => {
                    if let Ok(at) = self.filed(slot.key, period) {
                        position = self.filed.remove(at).2;
                    }
                }
            }
            self.page.positions.push(position);
        }
        self.page.slots = Arc::clone(slots);
    }

    /// The last period of an accumulator before a day in which its position is not zero.
    pub(crate) fn last_posted(&self, key: AccumulatorKey, before: i32) -> Option<i32> {
        let earlier = self.all().filter(|(k, period, position)| *k == key && *period < before && *position != 0);
        earlier.map(|(_, period, _)| period).max()
    }

    /// The period of a stay.
    pub(crate) fn stay(&mut self, stay: &str) -> Option<i32> {
        if let Some(number) = self.stays.get(stay) {
            return Some(*number);
        }
        let number = i32::try_from(self.stays.len()).ok()?.checked_add(1)?;
        self.stays.insert(stay.to_owned(), number);
        Some(number)
    }

    pub(crate) fn is_opened(&self, scheme: &str) -> bool {
        self.opened.iter().any(|s| s == scheme)
    }

    pub(crate) fn set_opened(&mut self, scheme: &str) {
        self.opened.push(scheme.to_owned());
    }

    fn all(&self) -> impl Iterator<Item = (AccumulatorKey, i32, i64)> {
        self.page.all().chain(self.filed.iter().copied().filter(|(_, _, position)| *position != 0))
    }
}

/// The first day of the spell that a first day of care falls in, as day numbers: of the latest that began by then, if not too many days without care have
/// passed since its last; else the day itself, on which one begins if anything comes of it.
fn spell(entries: impl Iterator<Item = (AccumulatorKey, i32, i64)>, slot: &Slot, days: u16, day: i32) -> i32 {
    let Some((own, of_days)) = slot.spell else { return day };
    let mut latest: Option<(i32, i64)> = None;
    for (key, start, position) in entries.filter(|(key, ..)| *key == own || *key == of_days) {
        if start > day || position == 0 {
            continue;
        }
        // A balance with which a person came may stand without the days of its spell; it had one.
        let lasted = if key == of_days { position / 1_000_000 } else { 1 };
        latest = match latest {
            Some((first, most)) if first == start => Some((first, most.max(lasted))),
            Some(other) if other.0 > start => Some(other),
            _ => Some((start, lasted)),
        };
    }
    let without_care = |(start, lasted): &(i32, i64)| i64::from(day).saturating_sub(i64::from(*start)).saturating_sub(*lasted);
    latest.filter(|spell| without_care(spell) < i64::from(days)).map_or(day, |(start, _)| start)
}

/// The accounts of a person, of their household and of all whom the scheme insures, opened under a plan with [`Ledger::open`] or [`Plan::open`].
#[derive(Debug)]
pub struct Books<'a> {
    pub(crate) person: &'a mut Account,
    /// Nothing where a person stands alone, or the plan keeps nothing for households.
    pub(crate) household: Option<&'a mut Account>,
    /// Nothing where the plan keeps nothing for all together.
    pub(crate) everyone: Option<&'a mut Account>,
    /// The plan under which they were opened.
    pub(crate) plan: u64,
}

impl Books<'_> {
    pub(crate) fn owner(&mut self, owner: Owner) -> &mut Account {
        match (owner, &mut self.household, &mut self.everyone) {
            (Owner::Household, Some(household), _) => household,
            (Owner::Everyone, _, Some(everyone)) => everyone,
            _ => self.person,
        }
    }

    fn account(&self, owner: Owner) -> &Account {
        match (owner, &self.household, &self.everyone) {
            (Owner::Household, Some(household), _) => household,
            (Owner::Everyone, _, Some(everyone)) => everyone,
            _ => self.person,
        }
    }

    /// Reads the positions of all accumulators in the claim's periods; those that live in the claim alone start at zero.
    #[inline(always)]
    pub(crate) fn load(&mut self, plan: &Plan, periods: &Periods, positions: &mut Vec<i64>) {
        self.person.turn_to(&plan.slots, periods);
        positions.clear();
        positions.extend_from_slice(&self.person.page.positions);
        if let Some(household) = &mut self.household {
            household.turn_to(&plan.slots, periods);
            household.page.exchange(Owner::Household, positions, |position, held| *position = *held);
        }
        if let Some(everyone) = &mut self.everyone {
            everyone.turn_to(&plan.slots, periods);
            everyone.page.exchange(Owner::Everyone, positions, |position, held| *position = *held);
        }
        if self.rolls() {
            self.roll(positions, i64::saturating_add);
        }
    }

    /// Whether anything was posted on other days of a rolling window.
    #[inline(always)]
    fn rolls(&self) -> bool {
        let shared = [&self.household, &self.everyone];
        !self.person.page.other_days.is_empty() || shared.into_iter().flatten().any(|account| !account.page.other_days.is_empty())
    }

    /// Adds what was posted on other days of rolling windows to the positions, or takes it off.
    #[inline(never)]
    fn roll(&self, positions: &mut [i64], with: impl Fn(i64, i64) -> i64) {
        for (index, position) in positions.iter_mut().enumerate() {
            let owner = self.person.page.slots.get(index).map_or(Owner::Person, |slot| slot.owner);
            *position = with(*position, self.account(owner).page.other_days.get(index).copied().unwrap_or(0));
        }
    }

    /// The first day of the personal period that an accumulator is in; nothing where it has none.
    pub(crate) fn first_day(&self, accumulator: usize, owner: Owner) -> Option<NaiveDate> {
        let account = self.account(owner);
        let slot = account.page.slots.get(accumulator).filter(|slot| matches!(slot.per, Per::FirstUse(_) | Per::Spell(_)))?;
        NaiveDate::from_num_days_from_ce_opt(account.page.period(accumulator, slot)?)
    }

    /// The period of an accumulator in which the last claim read here lies; nothing where it lives in the claim alone.
    pub(crate) fn period(&self, accumulator: usize, owner: Owner) -> Option<i32> {
        let account = self.account(owner);
        account.page.period(accumulator, account.page.slots.get(accumulator)?)
    }

    /// Writes the positions back. They must have been read with the same plan. Unless the caller is to `keep` them, they are gone afterwards.
    #[inline(always)]
    pub(crate) fn store(&mut self, positions: &mut Vec<i64>, keep: bool) {
        let rolled = self.rolls().then(|| {
            // What other days brought is theirs; the caller sees the whole window.
            let mut own = positions.clone();
            self.roll(&mut own, i64::saturating_sub);
            own
        });
        let page = &mut self.person.page;
        match rolled {
            Some(own) => page.positions = own,
            None if keep => page.positions.clone_from(positions),
            None => std::mem::swap(&mut page.positions, positions),
        }
        if let Some(household) = &mut self.household {
            household.page.exchange(Owner::Household, &mut page.positions, |position, held| *held = std::mem::take(position));
        }
        if let Some(everyone) = &mut self.everyone {
            everyone.page.exchange(Owner::Everyone, &mut page.positions, |position, held| *held = std::mem::take(position));
        }
        for index in &page.fleeting {
            if let Some(position) = page.positions.get_mut(*index) {
                *position = 0;
            }
        }
    }
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// Whether it has no balances at all.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty() && self.households.is_empty() && self.everyone.is_empty()
    }

    /// The position of an accumulator of an owner in a period. All whom a scheme insures go by the scheme's id.
    pub(crate) fn position_in(&self, owner: Owner, id: &str, key: AccumulatorKey, period: i32) -> i64 {
        self.accounts(owner).get(id).map_or(0, |account| account.position(key, period))
    }

    /// The last period of an accumulator of a person or household before a day in which its position is not zero.
    pub(crate) fn last_posted(&self, owner: Owner, id: &str, key: AccumulatorKey, before: i32) -> Option<i32> {
        self.accounts(owner).get(id)?.last_posted(key, before)
    }

    /// Adds to the position of an accumulator of a person or household in a period; nothing if it would leave the range.
    pub(crate) fn post(&mut self, owner: Owner, id: &str, key: AccumulatorKey, period: i32, delta: i64) -> Option<()> {
        account(self.accounts_mut(owner), id)?.post(key, period, delta)
    }

    fn accounts(&self, owner: Owner) -> &BTreeMap<String, Account> {
        match owner {
            Owner::Person => &self.persons,
            Owner::Household => &self.households,
            Owner::Everyone => &self.everyone,
        }
    }

    fn accounts_mut(&mut self, owner: Owner) -> &mut BTreeMap<String, Account> {
        match owner {
            Owner::Person => &mut self.persons,
            Owner::Household => &mut self.households,
            Owner::Everyone => &mut self.everyone,
        }
    }

    /// The number of a person's stay.
    pub(crate) fn stay(&mut self, person: &str, stay: &str) -> Option<i32> {
        account(&mut self.persons, person)?.stay(stay)
    }

    /// Notes that a person's opening balances under a scheme are posted.
    pub(crate) fn set_opened(&mut self, person: &str, scheme: &str) {
        if let Some(account) = account(&mut self.persons, person).filter(|account| !account.is_opened(scheme)) {
            account.set_opened(scheme);
        }
    }

    /// Notes what accumulators of a scheme are called.
    pub(crate) fn set_names<'a>(&mut self, scheme: &str, accumulators: impl Iterator<Item = (AccumulatorKey, Per, &'a str)>) {
        for (key, per, accumulator) in accumulators {
            self.names.entry(key).or_insert_with(|| (scheme.to_owned(), accumulator.to_owned()));
            if per == Per::Stay {
                self.stays.insert(key);
            }
        }
    }

    /// With the numbers that another ledger has given to stays.
    pub(crate) fn with_stays_of(mut self, other: &Ledger) -> Ledger {
        for (id, other) in other.persons.iter().filter(|(_, account)| !account.stays.is_empty()) {
            self.persons.insert(id.clone(), Account { stays: other.stays.clone(), ..Account::default() });
        }
        self
    }

    /// The accounts of some persons and households by themselves.
    pub(crate) fn part<'a>(&self, owners: impl Iterator<Item = (Owner, &'a str)>) -> Ledger {
        let mut part = Ledger { names: self.names.clone(), stays: self.stays.clone(), plans: self.plans.clone(), ..Ledger::default() };
        for (owner, id) in owners {
            if let Some(account) = self.accounts(owner).get(id) {
                part.accounts_mut(owner).insert(id.to_owned(), account.clone());
            }
        }
        part
    }

    /// Whether a person's opening balances under a scheme are posted.
    pub(crate) fn is_opened(&self, person: &str, scheme: &str) -> bool {
        self.persons.get(person).is_some_and(|account| account.is_opened(scheme))
    }

    /// The books of a claim. Makes the accounts if they are not there.
    pub(crate) fn books(&mut self, plan: &Plan, person: &str, household: &str) -> Option<Books<'_>> {
        if !self.plans.contains(&plan.digest) {
            self.plans.push(plan.digest);
            for (slot, accumulator) in plan.slots.iter().zip(&plan.accumulators) {
                self.names.entry(slot.key).or_insert_with(|| (plan.id.clone(), accumulator.name.clone()));
                if slot.per == Per::Stay {
                    self.stays.insert(slot.key);
                }
            }
        }
        let household = if plan.couples_households() { Some(account(&mut self.households, household)?) } else { None };
        let everyone = if plan.couples_everyone() { Some(account(&mut self.everyone, &plan.id)?) } else { None };
        Some(Books { person: account(&mut self.persons, person)?, household, everyone, plan: plan.tag() })
    }

    /// The position of an accumulator of a person or household, or of all whom the scheme insures, who go by its id, in the period that contains a day;
    /// zero if there is none. A per-stay accumulator has no such period.
    pub fn position(&self, plan: &Plan, owner: &str, accumulator: &str, on: NaiveDate) -> Option<Money> {
        let index = plan.accumulator(accumulator)?;
        let (found, slot) = plan.accumulators.get(index).zip(plan.slots.get(index))?;
        let periods = self.periods_on(found.owner, owner, slot, plan.policy_year, on)?;
        let entries = self.accounts(found.owner).get(owner).into_iter().flat_map(Account::all);
        let of_periods = entries.filter(|(k, period, _)| *k == slot.key && periods.contains(period));
        Some(Money::from_micros(of_periods.fold(0i64, |sum, (_, _, amount)| sum.saturating_add(amount))))
    }

    /// The keys of the periods whose positions count on a day: one, or all days of a rolling window; nothing for what runs over a claim or a stay.
    pub(crate) fn periods_on(&self, owner: Owner, id: &str, slot: &Slot, year: PolicyYear, on: NaiveDate) -> Option<RangeInclusive<i32>> {
        let day = day_number(on);
        let entries = || self.accounts(owner).get(id).into_iter().flat_map(Account::all);
        let period = match slot.per {
            Per::Lifetime => 0,
            Per::Last(window) => return Some(window.first_day(on).map_or(i32::MIN, day_number)..=day),
            Per::FirstUse(length) => {
                let starts = entries().filter(|(k, start, _)| *k == slot.key && *start <= day).map(|(_, start, _)| start);
                starts.max().filter(|start| length.reaches(*start, day)).unwrap_or(day)
            }
            Per::Spell(days) => spell(entries(), slot, days, day),
            per => day_number(per.start(on, year)?),
        };
        Some(period..=period)
    }

    fn wire(&self) -> WireLedger {
        // Stays go by their names, and accounts without a balance are left out: what is written does not tell how the balances came about.
        let account = |(id, account): (&String, &Account)| {
            let names: BTreeMap<i32, &String> = account.stays.iter().map(|(stay, number)| (*number, stay)).collect();
            let balance = |(key, period, position)| {
                let (scheme, accumulator) = self.names.get(&key)?.clone();
                let stay = if self.stays.contains(&key) { names.get(&period).map(|stay| (*stay).clone()) } else { None };
                let period = if stay.is_some() { None } else { Some(period) };
                Some(WireBalance { scheme, accumulator, period, stay, amount: Money::from_micros(position) })
            };
            let mut balances: Vec<WireBalance> = account.all().filter_map(balance).collect();
            balances.sort();
            let mut opened = account.opened.clone();
            opened.sort();
            let stored = WireAccount { id: id.clone(), stays: Vec::new(), opened, balances };
            Some(stored).filter(|stored| !stored.opened.is_empty() || !stored.balances.is_empty())
        };
        let all = [&self.persons, &self.households, &self.everyone];
        let [persons, households, everyone] = all.map(|accounts| accounts.iter().filter_map(account).collect());
        let mut wire = WireLedger { format: FORMAT, persons, households, everyone, digest: None };
        wire.digest = wire.digest();
        wire
    }
}

/// The account of an owner; a new one if there is none.
fn account<'a>(accounts: &'a mut BTreeMap<String, Account>, owner: &str) -> Option<&'a mut Account> {
    if !accounts.contains_key(owner) {
        accounts.insert(owner.to_owned(), Account::default());
    }
    accounts.get_mut(owner)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a ledger")]
struct WireLedger {
    format: u32,
    persons: Vec<WireAccount>,
    households: Vec<WireAccount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    everyone: Vec<WireAccount>,
    /// Of what stands above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

impl WireLedger {
    fn digest(&self) -> Option<Digest> {
        let of_owners = (self.format, &self.persons, &self.households);
        // Ledgers of schemes that share nothing among all keep the digest that they had before there was such a thing.
        let text =
            if self.everyone.is_empty() { serde_json::to_string(&of_owners) } else { serde_json::to_string(&(of_owners, &self.everyone)) };
        text.ok().map(|text| Digest::of(text.as_bytes()))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireAccount {
    id: String,
    /// Of format 1: the stays, in the order of their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stays: Vec<String>,
    opened: Vec<String>,
    balances: Vec<WireBalance>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct WireBalance {
    scheme: String,
    accumulator: String,
    /// Days from the year 1 to the first day of the period, personal periods included; 0 for a lifetime; in format 1 also the number of a stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<i32>,
    /// The stay, of what runs over one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stay: Option<String>,
    amount: Money,
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wire().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireLedger::deserialize(deserializer)?;
        if !(1..=FORMAT).contains(&wire.format) {
            return Err(de::Error::custom(format_args!("ledger format {} is not known; this version reads 1 to {FORMAT}", wire.format)));
        }
        if wire.format > 1 && (wire.digest.is_none() || wire.digest != wire.digest()) {
            return Err(de::Error::custom("the ledger's digest does not fit: it was changed, or a part is missing"));
        }
        let mut ledger = Ledger::new();
        for (accounts, owner) in [(wire.persons, Owner::Person), (wire.households, Owner::Household), (wire.everyone, Owner::Everyone)] {
            for stored in accounts {
                let mut account = Account { opened: stored.opened, ..Account::default() };
                for balance in stored.balances {
                    let key = AccumulatorKey::new(&balance.scheme, &balance.accumulator);
                    // A stay's number is far below the day of any period.
                    let numbered = balance.period.and_then(|period| stored.stays.get(usize::try_from(period).ok()?.checked_sub(1)?));
                    let period = match (balance.stay.as_ref().or(numbered), balance.period) {
                        (Some(stay), _) => {
                            ledger.stays.insert(key);
                            account.stay(stay).ok_or_else(|| de::Error::custom("there are too many stays"))?
                        }
                        (None, Some(period)) => period,
                        (None, None) => return Err(de::Error::custom("a balance has neither period nor stay")),
                    };
                    account.post(key, period, balance.amount.micros()).ok_or_else(|| de::Error::custom("a balance is out of range"))?;
                    ledger.names.entry(key).or_insert((balance.scheme, balance.accumulator));
                }
                ledger.accounts_mut(owner).insert(stored.id, account);
            }
        }
        Ok(ledger)
    }
}
