//! A year of hospital stays, as numbers and as claims.

use chrono::{Days, NaiveDate};
use medaid::{Claim, Facility, Money, Person};

use super::by_hand::Stay;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// So many stays of 2024 of somebody on low income.
pub(crate) fn year(count: u64) -> Vec<Stay> {
    stays(count, 2024, true, false, 1)
}

/// Stays of one person in one year; every field is a function of the seed and the row.
pub(crate) fn stays(count: u64, year: usize, poor: bool, edge: bool, seed: u64) -> Vec<Stay> {
    (0..count)
        .map(|i| {
            let draw = |field: u64, below: u64| mix((seed << 32) + i * 16 + field) % below;
            let large = draw(0, 4) == 0;
            Stay {
                year,
                level: draw(1, 3) as usize,
                poor,
                edge,
                major_illness: draw(2, 5) == 0,
                in_scope: draw(3, if large { 20_000_000 } else { 2_000_000 }) as i64,
                pre_self_pay: draw(4, 200_000) as i64,
                over_limit: draw(5, 50_000) as i64,
                out_of_scope: draw(6, 600_000) as i64,
                special_drug: if draw(7, 8) == 0 { draw(8, 3_000_000) as i64 } else { 0 },
            }
        })
        .collect()
}

/// The same as a person and claims.
pub(crate) fn domain(stays: &[Stay]) -> (Person, Vec<Claim>) {
    let first = stays.first().expect("a stay");
    let identity = if first.poor {
        "low_income"
    } else if first.edge {
        "low_income_edge"
    } else {
        "none"
    };
    let person = Person {
        id: "p1".to_owned(),
        birth_date: NaiveDate::from_ymd_opt(1960, 5, 1),
        attributes: [("identity".to_owned(), identity.into()), ("plan".to_owned(), "upgraded".into())].into(),
        ..Person::default()
    };
    let cents = |amount: i64| Money::from_micros(amount * 10_000);
    let claims = stays
        .iter()
        .zip(0u64..)
        .map(|(stay, i)| {
            let portions = [
                ("in_scope", stay.in_scope),
                ("pre_self_pay", stay.pre_self_pay),
                ("over_limit", stay.over_limit),
                ("out_of_scope", stay.out_of_scope),
                ("special_drug", stay.special_drug),
            ];
            Claim {
                id: format!("c{i}"),
                person: person.id.clone(),
                care: Some("inpatient".to_owned()),
                facility: Facility { level: Some((stay.level + 1).to_string()), ..Facility::default() },
                service_from: NaiveDate::from_ymd_opt(stay.year as i32, 1, 1).expect("a date") + Days::new(i * 20 % 360),
                sequence: i,
                attributes: [("disease".to_owned(), if stay.major_illness { "leukemia" } else { "other" }.into())].into(),
                bill: cents(portions.iter().map(|(_, amount)| amount).sum()),
                portions: portions.iter().map(|(name, amount)| ((*name).to_owned(), cents(*amount))).collect(),
                ..Claim::default()
            }
        })
        .collect();
    (person, claims)
}
