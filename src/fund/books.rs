//! Keeping the accounts: movements from donations, premiums, payments and what a period's end brings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{FundAccount, Movement, MovementKind};
use crate::batch::{PlanBook, Sum};
use crate::claim::Claim;
use crate::date::day_number;
use crate::decision::Text;
use crate::engine::Fault;
use crate::engine::funds::shares;
use crate::money::{Money, Total};
use crate::plan::fact::{FactKind, Facts};
use crate::plan::value::Value;
use crate::plan::{Edge, Fund, Plan};
use crate::scheme::syntax::WhenDry;

/// A payment for a claim.
struct Payment {
    plan: usize,
    fund: usize,
    on: NaiveDate,
    claim: String,
    person: String,
    amount: Money,
}

/// What the insured are charged for a layer in a policy year, as far as funds are concerned.
pub(crate) struct Charges<'a> {
    plan: &'a Plan,
    layer: usize,
    year: NaiveDate,
    places: u8,
    /// By fund, whether it pays or takes in, day, and whether it is paid back.
    sums: BTreeMap<(usize, bool, NaiveDate, bool), Sum>,
    unknown: u64,
}

impl<'a> Charges<'a> {
    pub(crate) fn new(plan: &'a Plan, layer: usize, year: NaiveDate, places: u8) -> Charges<'a> {
        Charges { plan, layer, year, places, sums: BTreeMap::new(), unknown: 0 }
    }

    /// What one person is charged, each sum with its day.
    pub(crate) fn add(&mut self, charged: &[(NaiveDate, Money)]) -> Result<(), Fault> {
        let Some(layer) = self.plan.layers.get(self.layer) else { return Ok(()) };
        for (day, amount) in charged {
            let back = *amount < Money::ZERO;
            let size = if back { Money::ZERO.checked_sub(*amount).ok_or(Fault::Overflow)? } else { *amount };
            let taken = shares(layer, size, self.plan.rounding.unit()).map(|(fund, share)| (fund, false, share));
            let paid = payers(self.plan, self.layer).map(|fund| (fund, true, size));
            for (fund, pays, sum) in taken.chain(paid) {
                self.sums.entry((fund, pays, *day, back)).or_insert(Sum::zero(self.places)).add(sum);
            }
        }
        Ok(())
    }

    /// A premium that cannot be figured.
    pub(crate) fn add_unknown(&mut self) {
        self.unknown = self.unknown.saturating_add(1);
    }
}

/// The funds that pay the premiums of a layer.
fn payers(plan: &Plan, layer: usize) -> impl Iterator<Item = usize> {
    plan.funds.iter().enumerate().filter(move |(_, fund)| fund.pays_premium_of.contains(&layer)).map(|(fund, _)| fund)
}

/// The funds' books while claims are being settled.
pub(crate) struct FundBooks<'a> {
    book: &'a PlanBook,
    payments: Vec<Payment>,
    charges: Vec<Charges<'a>>,
}

/// A fund and a period, by its first day; the earliest day there is for a lifetime.
type Period<'a> = (&'a str, &'a str, NaiveDate);

impl<'a> FundBooks<'a> {
    pub(crate) fn new(book: &'a PlanBook) -> FundBooks<'a> {
        FundBooks { book, payments: Vec::new(), charges: Vec::new() }
    }

    /// Notes what funds paid for a claim.
    pub(crate) fn paid(&mut self, plan: usize, claim: &Claim, on: NaiveDate, by_fund: &[Money]) {
        let Some(found) = self.book.plans().get(plan) else { return };
        for (fund, amount) in by_fund.iter().enumerate().filter(|(_, amount)| **amount != Money::ZERO) {
            if found.keeps_account(fund) {
                let (claim, person) = (claim.id.clone(), claim.person.clone());
                self.payments.push(Payment { plan, fund, on, claim, person, amount: *amount });
            }
        }
    }

    /// Notes what the insured are charged.
    pub(crate) fn charged(&mut self, charges: Charges<'a>) {
        self.charges.push(charges);
    }

    /// The accounts of all periods and the movements behind them.
    pub(crate) fn close(self, places: u8) -> Result<(Vec<FundAccount>, Vec<Movement>), Fault> {
        let mut ledger = Accounts { book: self.book, places, accounts: BTreeMap::new(), movements: Vec::new(), helped: BTreeMap::new() };
        ledger.donations()?;
        for charges in self.charges {
            ledger.premiums(charges)?;
        }
        ledger.payments(self.payments)?;
        ledger.corridors()?;
        Ok(ledger.finish())
    }
}

impl Plan {
    /// Whether anything but its share of split payments is told of a fund.
    fn keeps_account(&self, fund: usize) -> bool {
        let told = |f: &Fund| {
            !(f.pays.is_empty() && f.donations.is_empty() && f.pays_premium_of.is_empty() && f.corridor.is_empty()) || f.budget.is_some()
        };
        let shares = self.funds.iter().flat_map(|f| &f.corridor).any(|band| band.with == fund);
        shares || self.funds.get(fund).is_some_and(told)
    }

    /// A value that goes by the date alone; before the scheme holds, as on its first day.
    fn value_on(&self, value: &Value, on: NaiveDate) -> Result<i64, Fault> {
        let on = self.effective.from.map_or(on, |from| on.max(from));
        let mut facts = Facts::default();
        facts.reset(self.facts.len());
        for (index, fact) in self.facts.iter().enumerate().filter(|(_, fact)| fact.kind == FactKind::RuleDate) {
            facts.set(index, fact, i64::from(day_number(on)));
        }
        value.get(&facts)
    }
}

/// A fund as one edition of its scheme has it.
#[derive(Clone, Copy)]
struct Edition<'a> {
    plan: &'a Plan,
    fund: &'a Fund,
}

impl Edition<'_> {
    /// The first day of the period in which a day lies.
    fn period(&self, on: NaiveDate) -> NaiveDate {
        self.fund.per.start(on, self.plan.policy_year).unwrap_or(NaiveDate::MIN)
    }

    /// The last day of a period; of a lifetime, on which something happened last.
    fn last_day(&self, from: NaiveDate, latest: impl Fn() -> NaiveDate) -> NaiveDate {
        let of_calendar = self.fund.per.last_day(from, self.plan.policy_year);
        of_calendar.unwrap_or_else(latest)
    }
}

struct Accounts<'a> {
    book: &'a PlanBook,
    places: u8,
    accounts: BTreeMap<Period<'a>, FundAccount>,
    movements: Vec<Movement>,
    helped: BTreeMap<Period<'a>, BTreeSet<String>>,
}

impl<'a> Accounts<'a> {
    /// The edition of a fund's scheme that holds on a day; else the first that has the fund.
    fn edition(&self, scheme: &str, fund: &str, on: NaiveDate) -> Option<Edition<'a>> {
        let having = || {
            let plans = self.book.plans().iter().filter(|plan| plan.id == scheme);
            plans.filter_map(|plan| Some(Edition { plan, fund: plan.funds.iter().find(|f| f.name.id == fund)? }))
        };
        having().find(|edition| edition.plan.effective.contains(on)).or_else(|| having().next())
    }

    fn sum(&self, amount: Money) -> Sum {
        let mut sum = Sum::zero(self.places);
        sum.add(amount);
        sum
    }

    /// The account of a fund in the period of a day.
    fn account(&mut self, edition: Edition<'a>, on: NaiveDate) -> Result<&mut FundAccount, Fault> {
        let (plan, fund) = (edition.plan, edition.fund);
        let from = edition.period(on);
        let key = (plan.id.as_str(), fund.name.id.as_str(), from);
        if !self.accounts.contains_key(&key) {
            let zero = Sum::zero(self.places);
            let holds = self.edition(&plan.id, &fund.name.id, from).unwrap_or(edition);
            let budget = match &holds.fund.budget {
                None => None,
                Some(budget) => Some(self.sum(Money::from_micros(holds.plan.value_on(budget, from)?))),
            };
            let account = FundAccount {
                scheme: plan.id.clone(),
                fund: fund.name.id.clone(),
                title: Text { zh: fund.name.about.title.zh.clone(), en: fund.name.about.title.en.clone() },
                from: Some(from).filter(|from| *from != NaiveDate::MIN),
                opening: zero,
                donations: zero,
                premium: zero,
                premium_paid: zero,
                premiums_unknown: 0,
                payments: zero,
                claims: 0,
                persons: 0,
                reductions: zero,
                shared: zero,
                balance: zero,
                budget,
                excess: zero,
                claim_ratio_basis_points: None,
            };
            self.accounts.insert(key, account);
        }
        self.accounts.get_mut(&key).ok_or(Fault::Internal)
    }

    fn put(&mut self, edition: Edition<'a>, on: NaiveDate, kind: MovementKind, with: &str, amount: Sum) -> Result<(), Fault> {
        let account = self.account(edition, on)?;
        let slot = match kind {
            MovementKind::Donation => &mut account.donations,
            MovementKind::Premium | MovementKind::PremiumRefund => &mut account.premium,
            MovementKind::PremiumPaid | MovementKind::PremiumReturned => &mut account.premium_paid,
            MovementKind::Payment => &mut account.payments,
            MovementKind::Reduction => &mut account.reductions,
            MovementKind::Shared => &mut account.shared,
        };
        // What goes out is shown as a sum of its own, not below zero.
        let goes_out = matches!(kind, MovementKind::PremiumPaid | MovementKind::PremiumReturned | MovementKind::Payment);
        slot.merge(if goes_out { amount.negated() } else { amount });
        let (scheme, fund) = (edition.plan.id.clone(), edition.fund.name.id.clone());
        self.movements.push(Movement { scheme, fund, on, kind, with: with.to_owned(), claim: None, person: None, amount });
        Ok(())
    }

    fn donations(&mut self) -> Result<(), Fault> {
        for plan in self.book.plans() {
            for fund in &plan.funds {
                for donation in &fund.donations {
                    let amount = Money::from_micros(plan.value_on(&donation.amount, donation.on)?);
                    let amount = self.sum(amount);
                    self.put(Edition { plan, fund }, donation.on, MovementKind::Donation, "", amount)?;
                }
            }
        }
        Ok(())
    }

    fn premiums(&mut self, charges: Charges<'a>) -> Result<(), Fault> {
        let Charges { plan, layer: index, year, sums, unknown, .. } = charges;
        let Some(layer) = plan.layers.get(index) else { return Ok(()) };
        for ((fund, pays, day, back), sum) in sums {
            let Some(fund) = plan.funds.get(fund) else { continue };
            let (kind, amount) = match (pays, back) {
                (false, false) => (MovementKind::Premium, sum),
                (false, true) => (MovementKind::PremiumRefund, sum.negated()),
                (true, false) => (MovementKind::PremiumPaid, sum.negated()),
                (true, true) => (MovementKind::PremiumReturned, sum),
            };
            self.put(Edition { plan, fund }, day, kind, &layer.name.id, amount)?;
        }
        if unknown > 0 {
            let takes = layer.funds.iter().map(|(fund, _)| *fund).chain(payers(plan, index));
            for fund in takes.filter_map(|fund| plan.funds.get(fund)) {
                let account = self.account(Edition { plan, fund }, year)?;
                account.premiums_unknown = account.premiums_unknown.saturating_add(unknown);
            }
        }
        Ok(())
    }

    /// The payments of claims, and what a period's end takes off them.
    fn payments(&mut self, payments: Vec<Payment>) -> Result<(), Fault> {
        let mut periods: BTreeMap<Period<'a>, Vec<Payment>> = BTreeMap::new();
        for payment in payments {
            let Some(plan) = self.book.plans().get(payment.plan) else { continue };
            let Some(fund) = plan.funds.get(payment.fund) else { continue };
            let edition = Edition { plan, fund };
            periods.entry((&plan.id, &fund.name.id, edition.period(payment.on))).or_default().push(payment);
        }
        for ((scheme, fund, from), mut payments) in periods {
            payments.sort_by(|a, b| (a.on, &a.claim).cmp(&(b.on, &b.claim)));
            let mut whole = Total::default();
            let mut latest = from;
            for payment in &payments {
                whole.add(payment.amount);
                latest = latest.max(payment.on);
                let amount = self.sum(payment.amount).negated();
                self.of_claim(payment.on, MovementKind::Payment, payment, amount)?;
                self.helped.entry((scheme, fund, from)).or_default().insert(payment.person.clone());
            }
            let Some(account) = self.accounts.get_mut(&(scheme, fund, from)) else { continue };
            account.claims = payments.len() as u64;
            let budget = account.budget;
            let Some(edition) = self.edition(scheme, fund, from) else { continue };
            let last = edition.last_day(from, || latest);
            if let Some(budget) = budget.filter(|budget| edition.fund.when_dry == WhenDry::ProRata && budget.total() < whole) {
                let unit = edition.plan.rounding.unit();
                for (payment, kept) in payments.iter().zip(pro_rata(&payments, whole, budget.total(), unit)?) {
                    let cut = payment.amount.checked_sub(kept).ok_or(Fault::Overflow)?;
                    if cut != Money::ZERO {
                        let amount = self.sum(cut);
                        self.of_claim(last, MovementKind::Reduction, payment, amount)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn of_claim(&mut self, on: NaiveDate, kind: MovementKind, payment: &Payment, amount: Sum) -> Result<(), Fault> {
        let plan = self.book.plans().get(payment.plan).ok_or(Fault::Internal)?;
        let fund = plan.funds.get(payment.fund).ok_or(Fault::Internal)?;
        self.put(Edition { plan, fund }, on, kind, "", amount)?;
        if let Some(movement) = self.movements.last_mut() {
            (movement.claim, movement.person) = (Some(payment.claim.clone()), Some(payment.person.clone()));
        }
        Ok(())
    }

    /// What other funds share of surpluses and deficits, figured of each fund's own premiums and payments.
    fn corridors(&mut self) -> Result<(), Fault> {
        let mut shared = Vec::new();
        for ((scheme, fund, from), account) in &self.accounts {
            let Some(edition) = self.edition(scheme, fund, *from) else { continue };
            let (plan, unit) = (edition.plan, edition.plan.rounding.unit());
            let premium = account.premium.total().micros().max(0);
            let paid = account.payments.total().micros().checked_sub(account.reductions.total().micros()).ok_or(Fault::Overflow)?;
            if edition.fund.corridor.is_empty() {
                continue;
            }
            let last = edition.last_day(*from, || {
                let own = self.movements.iter().filter(|m| m.scheme == account.scheme && m.fund == account.fund);
                own.map(|m| m.on).max().unwrap_or(*from)
            });
            for band in &edition.fund.corridor {
                // In millionths of the money's millionths: a ratio of the premium is exact.
                let edge = |edge: &Edge| {
                    let (value, of) = match edge {
                        Edge::Amount(value) => (value, WHOLE),
                        Edge::Ratio(value) => (value, premium),
                    };
                    of.checked_mul(i128::from(plan.value_on(value, *from)?)).ok_or(Fault::Overflow)
                };
                let low = band.from.as_ref().map(edge).transpose()?.unwrap_or(0);
                let high = band.to.as_ref().map(edge).transpose()?.unwrap_or(i128::MAX);
                let share = i128::from(plan.value_on(&band.share, *from)?);
                let money = in_band(band.of_surplus, low, high, paid).ok_or(Fault::Overflow)?;
                let amount = share_of(money, share, i128::from(unit.micros())).ok_or(Fault::Overflow)?;
                let back = amount.checked_neg().ok_or(Fault::Overflow)?;
                let (comes, goes) = if band.of_surplus { (back, amount) } else { (amount, back) };
                if let Some(other) = plan.funds.get(band.with).filter(|_| amount != 0) {
                    shared.push((edition, Edition { plan, fund: other }, last, comes, goes));
                }
            }
        }
        for (own, other, on, comes, goes) in shared {
            let sum = |micros| Sum::of(Total::from_micros(micros), self.places);
            let (comes, goes) = (sum(comes), sum(goes));
            self.put(own, on, MovementKind::Shared, &other.fund.name.id, comes)?;
            self.put(other, on, MovementKind::Shared, &own.fund.name.id, goes)?;
        }
        Ok(())
    }

    fn finish(self) -> (Vec<FundAccount>, Vec<Movement>) {
        let mut accounts: Vec<FundAccount> = Vec::new();
        for (key, mut account) in self.accounts {
            let before = accounts.last().filter(|last| (&last.scheme, &last.fund) == (&account.scheme, &account.fund));
            account.opening = before.map_or(account.opening, |last| last.balance);
            account.persons = self.helped.get(&key).map_or(0, |persons| persons.len() as u64);
            for comes in [account.opening, account.donations, account.premium, account.reductions, account.shared] {
                account.balance.merge(comes);
            }
            for goes in [account.premium_paid, account.payments] {
                account.balance.merge(goes.negated());
            }
            let mut net = account.payments;
            net.merge(account.reductions.negated());
            if let Some(budget) = account.budget.filter(|budget| budget.total() < net.total()) {
                account.excess = net;
                account.excess.merge(budget.negated());
            }
            let known = account.premiums_unknown == 0;
            account.claim_ratio_basis_points = net.total().basis_points_of(account.premium.total()).filter(|_| known);
            accounts.push(account);
        }
        let mut movements = self.movements;
        movements.sort_by(|a, b| {
            let key = |m: &'_ Movement| (m.on, m.kind);
            (&a.scheme, &a.fund, key(a), &a.claim, &a.with).cmp(&(&b.scheme, &b.fund, key(b), &b.claim, &b.with))
        });
        (accounts, movements)
    }
}

const WHOLE: i128 = 1_000_000;

/// The money in a band: of a surplus what payments leave below its end, of a deficit what of the payments lies in it. In millionths of millionths, like its
/// edges; payments in millionths.
fn in_band(of_surplus: bool, low: i128, high: i128, paid: i128) -> Option<i128> {
    let paid = paid.checked_mul(WHOLE)?;
    let money = if of_surplus { high.checked_sub(paid.max(low))? } else { paid.min(high).checked_sub(low)? };
    Some(money.max(0))
}

/// A share, in millionths, of money in millionths of millionths, rounded half up to the unit: in millionths.
fn share_of(money: i128, share: i128, unit: i128) -> Option<i128> {
    let step = WHOLE.checked_mul(WHOLE)?.checked_mul(unit)?;
    let twice = money.checked_mul(share)?.checked_mul(2)?.checked_add(step)?;
    twice.checked_div(step.checked_mul(2)?)?.checked_mul(unit)
}

/// What each payment keeps of a budget that does not reach: in proportion, in whole units by the largest remainder, ties to the earlier.
#[allow(
    clippy::arithmetic_side_effects,
    reason = "products are checked; quotients and their sum are not above the budget; unit and whole are above zero"
)]
fn pro_rata(payments: &[Payment], whole: Total, budget: Total, unit: Money) -> Result<Vec<Money>, Fault> {
    let (whole, unit) = (whole.micros(), i128::from(unit.micros().max(1)));
    // What is no whole unit of the budget cannot be paid out.
    let budget = budget.micros().max(0) / unit * unit;
    let step = whole.checked_mul(unit).ok_or(Fault::Overflow)?;
    let mut kept = Vec::with_capacity(payments.len());
    let mut remainders = Vec::with_capacity(payments.len());
    let mut spread = 0i128;
    for (place, payment) in payments.iter().enumerate() {
        let product = i128::from(payment.amount.micros()).checked_mul(budget).ok_or(Fault::Overflow)?;
        let part = product / step * unit;
        spread += part;
        kept.push(part);
        remainders.push((product % step, place));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let missing = usize::try_from((budget - spread) / unit).map_err(|_| Fault::Overflow)?;
    for (_, place) in remainders.iter().take(missing) {
        kept.iter_mut().skip(*place).take(1).for_each(|part| *part += unit);
    }
    kept.into_iter().map(|part| i64::try_from(part).map(Money::from_micros).map_err(|_| Fault::Overflow)).collect()
}
