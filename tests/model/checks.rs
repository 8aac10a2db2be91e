//! Figures worked out by hand: the model must be right in itself before it may judge the engine.

use chrono::{Days, NaiveDate};

use super::coverage::Coverage;
use super::generate::History;
use super::interpret::{Books, Facts, adjudicate, gifts, integral, pro_rata};
use super::published::{example, layer, number, ratio};
use super::rat::Rat;
use super::scheme::{Accumulator, Body, Counts, Kept, Layer, Mode, Owner, Per};
use super::values::age;

fn rat(text: &str) -> Rat {
    Rat::parse(text).unwrap()
}

/// Several claims of one person, a day apart, each for so much in scope.
fn run(layers: Vec<Layer>, accumulators: Vec<Accumulator>, amounts: &[&str]) -> Vec<Facts> {
    let mut history: History = example("by hand", layers, &[("in_scope", "0")], &[], &[]).history;
    history.scheme.accumulators = accumulators;
    let mut books = Books::open(&history.scheme, &history.persons);
    let mut all = Vec::new();
    for (index, amount) in amounts.iter().enumerate() {
        let mut claim = history.claims[0].clone();
        claim.id = format!("c{index}");
        claim.service_from = claim.service_from + Days::new(index as u64);
        claim.body = Body::Portions(vec![("in_scope".to_owned(), rat(amount))]);
        let person = &history.persons[0];
        all.push(adjudicate(&history.scheme, person, &mut books, &claim, &mut Coverage::default()).unwrap());
    }
    all
}

fn plain(id: &str, deductible: &str, share: &str) -> Layer {
    layer(id, &["in_scope"], Some((number(deductible), Per::PolicyYear)), ratio(share))
}

#[test]
fn rounding_modes() {
    let cent = Rat::cents(1);
    for (mode, of_tie, of_more) in
        [(Mode::HalfUp, "0.13", "0.13"), (Mode::HalfEven, "0.12", "0.13"), (Mode::Down, "0.12", "0.12"), (Mode::Up, "0.13", "0.13")]
    {
        assert_eq!(rat("0.125").round_to(cent, mode), rat(of_tie));
        assert_eq!(rat("0.1251").round_to(cent, mode), rat(of_more));
        assert_eq!(rat("-0.125").round_to(cent, mode), -rat(of_tie));
    }
}

#[test]
fn largest_remainder_gives_ties_to_the_earlier() {
    let weights = [rat("1"), rat("1"), rat("1")];
    let (parts, tie) = pro_rata(rat("1"), &weights, Rat::cents(1));
    assert_eq!((parts, tie), (vec![rat("0.34"), rat("0.33"), rat("0.33")], true));
    let (parts, tie) = pro_rata(rat("1"), &[rat("1"), rat("2")], Rat::cents(1));
    assert_eq!((parts, tie), (vec![rat("0.33"), rat("0.67")], false));
}

#[test]
fn bands_gifts_and_birthdays() {
    let bands = [(Some(rat("100")), rat("50%")), (None, rat("60%"))];
    assert_eq!(integral(&bands, rat("150")), rat("80"));
    // buy 3, give 9: units 4 to 12 and 16 to 24 are given
    let given = |from: i128, to: i128| gifts(3, 9, Rat::whole(to)) - gifts(3, 9, Rat::whole(from));
    assert_eq!((given(0, 3), given(2, 5), given(11, 16)), (rat("0"), rat("2"), rat("2")));
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let leap = day(1964, 2, 29);
    assert_eq!((age(leap, day(2023, 2, 28)), age(leap, day(2023, 3, 1))), (58, 59));
}

#[test]
fn a_deductible_is_met_over_the_year() {
    let facts = run(vec![plain("basic", "100", "50%")], vec![], &["60", "60", "60"]);
    let paid: Vec<_> = facts.iter().map(|one| one["basic.paid"].as_str()).collect();
    assert_eq!(paid, ["0", "10", "30"]);
}

#[test]
fn a_franchise_pays_from_zero_once_crossed() {
    let mut basic = plain("basic", "100", "50%");
    basic.benefits[0].deductibles[0].franchise = true;
    let facts = run(vec![basic], vec![], &["40", "60", "30", "10"]);
    let paid: Vec<_> = facts.iter().map(|one| one["basic.paid"].as_str()).collect();
    // 100 is not above 100; the third claim brings half of 130, more than its own 30
    assert_eq!(paid, ["0", "0", "30", "5"]);
    assert_eq!((facts[2]["basic.only.before_rounding"].as_str(), facts[2]["basic.only.limit"].as_str()), ("65", "residual"));
}

#[test]
fn money_held_under_a_shared_deductible_is_not_counted_again() {
    let shared = Accumulator {
        id: "joint".to_owned(),
        counts: Counts::Deductible,
        per: Per::PolicyYear,
        owner: Owner::Person,
        when: None,
        carry_months: None,
        with_payments_of: Vec::new(),
    };
    let (mut first, mut second) = (plain("basic", "100", "50%"), plain("relief", "100", "50%"));
    for one in [&mut first, &mut second] {
        one.benefits[0].deductibles[0].kept = Kept::Named("joint".to_owned());
    }
    let facts = run(vec![first, second], vec![shared], &["150"]);
    let got = |path: &str| facts[0][path].as_str();
    assert_eq!((got("basic.paid"), got("relief.only.base"), got("relief.paid")), ("25", "25", "12.5"));
    assert_eq!(got("balance.joint"), "100");
}
