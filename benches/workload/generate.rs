//! The claims of the workload: every field is a function of its row, so that any system can make the same ones.

use chrono::{Days, NaiveDate};
use medaid::{Claim, Facility, Money, Person, Plan, PreparedClaims};

/// One claim as plain numbers; money in hundredths.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) id: u64,
    pub(crate) person: u64,
    pub(crate) day: u64,
    pub(crate) level: usize,
    pub(crate) category: usize,
    pub(crate) in_catalog: i64,
    pub(crate) out_of_catalog: i64,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn field(row: u64, field: u64) -> u64 {
    mix(20_250_101u64.wrapping_add((row.wrapping_mul(8).wrapping_add(field + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// `count` claims of 0.3 `count` persons in one year.
pub(crate) fn rows(count: u64) -> Vec<Row> {
    let persons = count * 3 / 10;
    let mut edges = [[0i64; 26]; 3];
    for (level, base) in [15_000, 120_000, 400_000].into_iter().enumerate() {
        edges[level][0] = base;
        for k in 1..26 {
            edges[level][k] = edges[level][k - 1] * 3 / 2;
        }
    }
    (0..count)
        .map(|i| {
            let u = field(i, 0);
            let index = if (u & 0xFF) < 51 { (u >> 8) % (persons / 20) } else { (u >> 8) % persons };
            let person = 1 + index * 7919 % persons;
            let r = field(i, 2) % 10;
            let level = usize::from(r >= 5) + usize::from(r >= 8);
            let k = (field(i, 3).leading_zeros() as usize).min(24);
            let m = (field(i, 4) & 0xF_FFFF) as i64;
            let total = (edges[level][k] + (((edges[level][k + 1] - edges[level][k]) * m) >> 20)).min(300_000_000);
            let v = field(i, 5);
            let out = if (v & 0xFF) < 77 { 0 } else { (total * ((v >> 8) % 410) as i64) >> 10 };
            let c = field(person, 7) % 100;
            Row {
                id: i + 1,
                person,
                day: field(i, 1) % 365,
                level,
                category: usize::from(c >= 88) + usize::from(c >= 97),
                in_catalog: total - out,
                out_of_catalog: out,
            }
        })
        .collect()
}

/// The rows in the order of person, day and id.
pub(crate) fn ordered(count: u64) -> Vec<Row> {
    let mut rows = rows(count);
    rows.sort_by_key(|r| (r.person, r.day, r.id));
    rows
}

/// The rows as persons and claims; each claim with the index of its person.
pub(crate) fn domain(rows: &[Row]) -> (Vec<Person>, Vec<(usize, Claim)>) {
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a date");
    let cents = |amount: i64| Money::from_micros(amount * 10_000);
    let mut persons: Vec<Person> = Vec::new();
    let mut claims = Vec::new();
    for row in rows {
        let id = format!("p{}", row.person);
        if persons.last().is_none_or(|p| p.id != id) {
            let category = ["none", "low_income", "extreme_poverty"][row.category];
            persons.push(Person { id: id.clone(), attributes: [("category".to_owned(), category.into())].into(), ..Person::default() });
        }
        let claim = Claim {
            id: format!("c{}", row.id),
            person: id,
            facility: Facility { level: Some((row.level + 1).to_string()), ..Facility::default() },
            service_from: first + Days::new(row.day),
            sequence: row.id,
            bill: cents(row.in_catalog + row.out_of_catalog),
            portions: [("in_catalog".to_owned(), cents(row.in_catalog)), ("out_of_catalog".to_owned(), cents(row.out_of_catalog))].into(),
            ..Claim::default()
        };
        claims.push((persons.len() - 1, claim));
    }
    (persons, claims)
}

/// The claims read against a plan, and the person of each.
#[allow(dead_code, reason = "the test does without")]
pub(crate) fn prepared<'p>(plan: &'p Plan, persons: &[Person], claims: &[(usize, Claim)]) -> (PreparedClaims<'p>, Vec<usize>) {
    let mut prepared = PreparedClaims::new(plan);
    for (person, claim) in claims {
        prepared.push(&persons[*person], claim).expect("a readable claim");
    }
    (prepared, claims.iter().map(|(person, _)| *person).collect())
}
