//! The workload's rules written out by hand in integers: the yardstick.

use super::generate::Row;

/// What the seven payees of the workload come to: six payments and what is left to the members.
pub(crate) type Sums = [i64; 7];

fn percent(x: i64, ratio: i64) -> i64 {
    (x * ratio + 50) / 100
}

fn bands(e: i64) -> i64 {
    e.min(5_000_000) * 60 + (e - 5_000_000).clamp(0, 5_000_000) * 65 + (e - 10_000_000).max(0) * 70
}

/// A person's running sums.
#[derive(Default)]
pub(crate) struct Account {
    paid: [i64; 6],
    met2: i64,
    met4: i64,
    met5: i64,
    met6: i64,
}

/// One claim.
pub(crate) fn settle(row: &Row, a: &mut Account) -> Sums {
    let mut left = row.in_catalog;
    let p1 = percent((left - [10_000, 30_000, 80_000][row.level]).max(0), [90, 85, 75][row.level]).min(10_000_000 - a.paid[0]);
    left -= p1;
    let d2 = if row.category == 0 { 1_600_000 } else { 800_000 };
    let before = a.met2;
    a.met2 += left;
    let p2 = ((bands((a.met2 - d2).max(0)) - bands((before - d2).max(0)) + 50) / 100).min(30_000_000 - a.paid[1]);
    left -= p2;
    let p3 = percent(left, [0, 70, 100][row.category]).min(5_000_000 - a.paid[2]);
    left -= p3;
    let before = a.met4;
    a.met4 += left;
    let p4 = percent((a.met4 - 1_500_000).max(0) - (before - 1_500_000).max(0), 80).min(100_000_000 - a.paid[3]);
    let before = a.met5;
    a.met5 += row.out_of_catalog;
    let p5 = percent((a.met5 - 2_000_000).max(0) - (before - 2_000_000).max(0), 60).min(100_000_000 - a.paid[4]);
    left += row.out_of_catalog - p4 - p5;
    let mut p6 = 0;
    if row.category != 0 {
        let before = a.met6;
        a.met6 += left;
        p6 = percent((a.met6 - 300_000).max(0) - (before - 300_000).max(0), 50).min(2_000_000 - a.paid[5]);
    }
    for (total, paid) in a.paid.iter_mut().zip([p1, p2, p3, p4, p5, p6]) {
        *total += paid;
    }
    [p1, p2, p3, p4, p5, p6, left - p6]
}

/// All claims, ordered by person.
pub(crate) fn sums(rows: &[Row]) -> Sums {
    let mut sums = [0; 7];
    let mut account = Account::default();
    let mut person = 0;
    for row in rows {
        if row.person != person {
            person = row.person;
            account = Account::default();
        }
        for (sum, part) in sums.iter_mut().zip(settle(row, &mut account)) {
            *sum += part;
        }
    }
    sums
}
