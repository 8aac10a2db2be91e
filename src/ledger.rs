//! The ledger: positions of accumulators, by owner and period, carried from claim to claim.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::date::{Per, day_number};
use crate::money::Money;
use crate::plan::Plan;
use crate::scheme::syntax::Owner;

/// The format of a stored ledger.
const FORMAT: u32 = 1;

/// A period that no cell has.
const NO_PERIOD: i32 = i32::MIN;

/// The positions of all accumulators of many persons and households.
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
    /// Scheme and accumulator of each symbol.
    symbols: Vec<(String, String)>,
    /// For each plan met, by digest: the symbols of its accumulators.
    bindings: Vec<([u8; 32], Vec<usize>)>,
    persons: BTreeMap<String, Account>,
    households: BTreeMap<String, Account>,
    /// Stands in for a household under plans that keep nothing for households.
    no_household: Account,
}

/// The balances of one person or household.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// By symbol, the period last used and its position.
    current: Vec<(i32, i64)>,
    /// The other periods: symbol, period, position; sorted.
    others: Vec<(usize, i32, i64)>,
    /// The stays met; period n + 1 of a per-stay accumulator is stay n.
    stays: Vec<String>,
    /// Schemes whose opening balances are posted.
    opened: Vec<String>,
}

impl Account {
    #[inline]
    pub(crate) fn position(&self, symbol: usize, period: i32) -> i64 {
        match self.current.get(symbol) {
            Some((current, position)) if *current == period => *position,
            _ => self.other(symbol, period),
        }
    }

    fn other(&self, symbol: usize, period: i32) -> i64 {
        let found = self.others.binary_search_by_key(&(symbol, period), |(s, p, _)| (*s, *p));
        found.ok().and_then(|i| self.others.get(i)).map_or(0, |(_, _, position)| *position)
    }

    /// Adds to a position; nothing if it would leave the range.
    #[inline]
    pub(crate) fn post(&mut self, symbol: usize, period: i32, delta: i64) -> Option<()> {
        if let Some((current, position)) = self.current.get_mut(symbol)
            && *current == period
        {
            *position = position.checked_add(delta)?;
            return Some(());
        }
        self.bring_forward(symbol, period);
        let (_, position) = self.current.get_mut(symbol)?;
        *position = position.checked_add(delta)?;
        Some(())
    }

    /// Makes a period the current one of a symbol.
    fn bring_forward(&mut self, symbol: usize, period: i32) {
        if self.current.len() <= symbol {
            self.current.resize(symbol.saturating_add(1), (NO_PERIOD, 0));
        }
        let key = (symbol, period);
        let position = match self.others.binary_search_by_key(&key, |(s, p, _)| (*s, *p)) {
            Ok(index) => self.others.remove(index).2,
            Err(_) => 0,
        };
        let Some(cell) = self.current.get_mut(symbol) else { return };
        let (old, old_position) = std::mem::replace(cell, (period, position));
        if old != NO_PERIOD {
            let at = self.others.binary_search_by_key(&(symbol, old), |(s, p, _)| (*s, *p)).unwrap_or_else(|at| at);
            self.others.insert(at, (symbol, old, old_position));
        }
    }

    /// The period of a stay.
    pub(crate) fn stay(&mut self, stay: &str) -> Option<i32> {
        let index = match self.stays.iter().position(|s| s == stay) {
            Some(index) => index,
            None => {
                self.stays.push(stay.to_owned());
                self.stays.len().checked_sub(1)?
            }
        };
        i32::try_from(index).ok()?.checked_add(1)
    }

    pub(crate) fn is_opened(&self, scheme: &str) -> bool {
        self.opened.iter().any(|s| s == scheme)
    }

    pub(crate) fn set_opened(&mut self, scheme: &str) {
        self.opened.push(scheme.to_owned());
    }

    fn all(&self) -> impl Iterator<Item = (usize, i32, i64)> {
        let current = self.current.iter().enumerate().map(|(s, (p, v))| (s, *p, *v)).filter(|(_, p, _)| *p != NO_PERIOD);
        current.chain(self.others.iter().copied())
    }
}

/// The accounts of a person and their household, opened under a plan with [`Ledger::open`].
#[derive(Debug)]
pub struct Books<'l> {
    pub(crate) person: &'l mut Account,
    pub(crate) household: &'l mut Account,
    pub(crate) symbols: &'l [usize],
    /// The plan under which they were opened.
    pub(crate) plan: [u8; 32],
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// Whether it has no balances at all.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty() && self.households.is_empty()
    }

    /// The books of a claim. Makes the accounts if they are not there.
    pub(crate) fn books(&mut self, plan: &Plan, person: &str, household: &str) -> Option<Books<'_>> {
        let binding = match self.bindings.iter().position(|(digest, _)| *digest == plan.digest) {
            Some(index) => index,
            None => self.bind(plan),
        };
        if !self.persons.contains_key(person) {
            self.persons.insert(person.to_owned(), Account::default());
        }
        let household = if !plan.couples_households() {
            &mut self.no_household
        } else if self.households.contains_key(household) {
            self.households.get_mut(household)?
        } else {
            self.households.entry(household.to_owned()).or_default()
        };
        // Once, so that posting needs no new memory.
        let symbols = self.symbols.len();
        let person = self.persons.get_mut(person)?;
        for account in [&mut *person, &mut *household] {
            if account.current.len() < symbols {
                account.current.resize(symbols, (NO_PERIOD, 0));
            }
        }
        let symbols = self.bindings.get(binding).map(|(_, symbols)| symbols.as_slice())?;
        Some(Books { person, household, symbols, plan: plan.digest })
    }

    fn bind(&mut self, plan: &Plan) -> usize {
        let mut symbols = Vec::new();
        for accumulator in &plan.accumulators {
            symbols.push(self.symbol(&plan.id, &accumulator.name));
        }
        self.bindings.push((plan.digest, symbols));
        self.bindings.len().saturating_sub(1)
    }

    fn symbol(&mut self, scheme: &str, name: &str) -> usize {
        match self.symbols.iter().position(|(s, n)| s == scheme && n == name) {
            Some(index) => index,
            None => {
                self.symbols.push((scheme.to_owned(), name.to_owned()));
                self.symbols.len().saturating_sub(1)
            }
        }
    }

    /// The position of a person's or household's accumulator in the period that contains a day; zero if there is none. A per-stay accumulator has
    /// no such period.
    pub fn position(&self, plan: &Plan, owner: &str, accumulator: &str, on: NaiveDate) -> Option<Money> {
        let found = plan.accumulators.get(plan.accumulator(accumulator)?)?;
        let symbol = self.symbols.iter().position(|(s, n)| *s == plan.id && n == accumulator);
        let account = match found.owner {
            Owner::Person => self.persons.get(owner),
            Owner::Household => self.households.get(owner),
        };
        let period = match found.per {
            Per::Lifetime => 0,
            per => day_number(per.start(on, plan.policy_year)?),
        };
        Some(Money::from_micros(account.zip(symbol).map_or(0, |(account, symbol)| account.position(symbol, period))))
    }

    fn wire(&self) -> WireLedger {
        let account = |(id, account): (&String, &Account)| {
            let mut balances: Vec<WireBalance> = account
                .all()
                .filter_map(|(symbol, period, position)| {
                    let (scheme, accumulator) = self.symbols.get(symbol)?.clone();
                    Some(WireBalance { scheme, accumulator, period, amount: Money::from_micros(position) })
                })
                .collect();
            balances.sort();
            WireAccount { id: id.clone(), stays: account.stays.clone(), opened: account.opened.clone(), balances }
        };
        WireLedger {
            format: FORMAT,
            persons: self.persons.iter().map(account).collect(),
            households: self.households.iter().map(account).collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLedger {
    format: u32,
    persons: Vec<WireAccount>,
    households: Vec<WireAccount>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireAccount {
    id: String,
    stays: Vec<String>,
    opened: Vec<String>,
    balances: Vec<WireBalance>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct WireBalance {
    scheme: String,
    accumulator: String,
    /// Days from the year 1 to the first day of the period; the number of a stay; 0 for a lifetime.
    period: i32,
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
        if wire.format != FORMAT {
            return Err(de::Error::custom(format_args!("ledger format {} is not known; this version reads {FORMAT}", wire.format)));
        }
        let mut ledger = Ledger::new();
        for (accounts, households) in [(wire.persons, false), (wire.households, true)] {
            for stored in accounts {
                let mut account = Account { stays: stored.stays, opened: stored.opened, ..Account::default() };
                for balance in stored.balances {
                    let symbol = ledger.symbol(&balance.scheme, &balance.accumulator);
                    account
                        .post(symbol, balance.period, balance.amount.micros())
                        .ok_or_else(|| de::Error::custom("a balance is out of range"))?;
                }
                let map = if households { &mut ledger.households } else { &mut ledger.persons };
                map.insert(stored.id, account);
            }
        }
        Ok(ledger)
    }
}
