//! The resident stack of Chongqing written out by hand in hundredths of a yuan, for hospital stays with portion totals: the yardstick.

/// What the stack asks about a stay.
#[derive(Clone, Copy)]
pub(crate) struct Stay {
    /// 2023 to 2025.
    pub(crate) year: usize,
    /// 0 to 2.
    pub(crate) level: usize,
    /// In extreme poverty, on low income, or returned to poverty.
    pub(crate) poor: bool,
    /// On the edge of low income.
    pub(crate) edge: bool,
    pub(crate) major_illness: bool,
    pub(crate) in_scope: i64,
    pub(crate) pre_self_pay: i64,
    pub(crate) over_limit: i64,
    pub(crate) out_of_scope: i64,
    pub(crate) special_drug: i64,
}

/// The year's running sums of an adult of tier 1, not of Yubei, with the upgraded plan of Yukuaibao.
#[derive(Default)]
pub(crate) struct Account {
    basic: i64,
    critical_met: i64,
    critical: i64,
    ordinary: i64,
    major: i64,
    large: i64,
    tilted_met: i64,
    tilted: i64,
    duty1_met: i64,
    duty1: i64,
    duty2_met: i64,
    duty2: i64,
    duty3: i64,
    charity_met: i64,
    charity: i64,
}

fn percent(x: i64, ratio: i64) -> i64 {
    (x * ratio + 50) / 100
}

/// What a deductible leaves, and what of it is met now.
fn above(base: i64, deductible: i64, met: &mut i64) -> i64 {
    let now = base.min((deductible - *met).max(0));
    *met += now;
    base - now
}

fn capped(payment: i64, cap: i64, paid: &mut i64) -> i64 {
    let payment = payment.min((cap - *paid).max(0));
    *paid += payment;
    payment
}

/// The payments of the six layers, and what is left.
pub(crate) fn settle(stay: &Stay, a: &mut Account) -> [i64; 7] {
    let mut left = stay.in_scope;
    let mut pre = stay.pre_self_pay;
    let basic = capped(percent((left - [10_000, 30_000, 80_000][stay.level]).max(0), [80, 70, 50][stay.level]), 8_000_000, &mut a.basic);
    left -= basic;

    // Half a threshold may be half a fen: in tenths of a fen.
    let threshold = [16_901_000, 17_833_000, 18_797_000][stay.year - 2023];
    let mut met = a.critical_met;
    let excess = above(left * 10, if stay.poor { threshold / 2 } else { threshold }, &mut met);
    a.critical_met = met;
    let mut critical = (excess * if stay.poor { 65 } else { 60 } + 500) / 1_000;
    if stay.poor {
        a.critical += critical
    } else {
        critical = capped(critical, 20_000_000, &mut a.critical)
    }
    left -= critical;

    let mut assistance = 0;
    if stay.poor || stay.edge {
        assistance = if stay.major_illness {
            capped(percent(left, 70), 10_000_000, &mut a.major)
        } else if stay.level > 0 && stay.in_scope > 3_000_000 {
            capped(percent(left, if stay.poor { 75 } else { 70 }), 6_000_000, &mut a.large)
        } else {
            capped(percent(left, 80), 600_000, &mut a.ordinary)
        };
    }
    left -= assistance;

    let mut tilted = 0;
    if stay.poor || stay.edge {
        tilted = capped(percent(above(left, 350_000, &mut a.tilted_met), if stay.poor { 70 } else { 60 }), 2_000_000, &mut a.tilted);
    }
    left -= tilted;

    let deductible = [1_500_000, 1_400_000, 1_000_000][stay.year - 2023];
    let duty1 = capped(percent(above(left + pre, deductible, &mut a.duty1_met), 80), 150_000_000, &mut a.duty1);
    let from_scope = duty1.min(left);
    left -= from_scope;
    pre -= duty1 - from_scope;
    let out = stay.out_of_scope + stay.over_limit;
    let duty2 = capped(percent(above(out, 500_000, &mut a.duty2_met), 80), 150_000_000, &mut a.duty2);
    let duty3 = capped(percent(stay.special_drug, 80), 50_000_000, &mut a.duty3);

    let mut charity = 0;
    if stay.year >= 2024 && (stay.poor || stay.edge) {
        charity = capped(percent(above(left + pre, 200_000, &mut a.charity_met), 60), 5_000_000, &mut a.charity);
    }
    let rest = left + pre + out + stay.special_drug - duty2 - duty3 - charity;
    [basic, critical, assistance, tilted, duty1 + duty2 + duty3, charity, rest]
}
