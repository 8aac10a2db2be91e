//! Schemes, people and histories as functions of a seed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::coverage::Coverage;
use super::interpret::all_accumulators;
use super::rat::Rat;
use super::scheme::{
    Accumulator, Attribute, Back, Backing, Benefit, Body, Candidate, Cap, Claim, ClassifyRow, Condition, Coordinate, Copay, Counts, Dated,
    Datum, DayCharge, Deductible, Each, Form, Formula, Group, Guard, Item, Kept, Kind, Layer, Line, LineCap, LineOn, Maximum, Mode, Of, Op,
    Opening, Owner, Part, Per, Person, Phase, Prior, Rounding, Scheme, Step, Taken, Test, Value, When,
};

/// A scheme, its people, and their claims in the order in which the scheme settles them.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) scheme: Scheme,
    pub(crate) persons: Vec<Person>,
    pub(crate) claims: Vec<Claim>,
}

impl History {
    pub(crate) fn person_of(&self, claim: &Claim) -> &Person {
        let found = self.persons.iter().find(|person| person.id == claim.person);
        found.expect("a person for every claim")
    }
}

/// What kind of history is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    /// Everything the rule language has.
    Any,
    /// One claim, and only schemes for which one more unit of money in a portion neither lowers what is paid nor raises
    /// it by more than that unit: nothing that jumps, no half-even, and with several benefits all cover the same portions
    /// in full, and share no cap on base.
    Tame,
}

/// Generates the history of a seed.
pub(crate) fn history(seed: u64, wish: Wish, seen: &mut Coverage) -> History {
    let mut maker = Maker { state: seed, tame: wish == Wish::Tame, unit: Rat::cents(1), scheme: empty_scheme(), seen };
    maker.scheme();
    let (mut persons, mut claims) = (maker.persons(), Vec::new());
    let most = if maker.tame { 1 } else { 12 };
    for index in 0..=maker.below(most) {
        let claim = maker.claim(index, &persons, &claims);
        claims.push(claim);
    }
    let scheme = maker.scheme.clone();
    claims.sort_by_key(|claim| {
        let date = scheme.as_incurred.then(|| scheme.rule_date_of(claim));
        (date, claim.sequence, claim.id.clone())
    });
    maker.openings(&mut persons, &claims);
    History { scheme, persons, claims }
}

fn empty_scheme() -> Scheme {
    Scheme {
        id: "generated".to_owned(),
        from: date(2021, 1, 1),
        rounding: (Rat::cents(1), Mode::HalfUp),
        rule_date: When::Admission,
        as_incurred: false,
        policy_year: (1, 1),
        both_ends: false,
        whole_months: false,
        portions: Vec::new(),
        attributes: Vec::new(),
        parameters: Vec::new(),
        accumulators: Vec::new(),
        day_charges: Vec::new(),
        funds: Vec::new(),
        backing: Vec::new(),
        classify: Vec::new(),
        layers: Vec::new(),
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// What a number is for; it decides the size of its constants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Threshold,
    Cap,
    Small,
    Ratio,
    /// A ratio to which an expression may still add.
    Rate,
    Factor,
    Points,
    Times,
    Units,
}

fn fact_is_count(fact: &Formula) -> bool {
    matches!(fact, Formula::Name(name) if name.starts_with("uncovered."))
}

/// Where a rule stands: what it may ask about.
#[derive(Clone, Copy)]
struct Place {
    lines: bool,
    /// Residual, earlier payments and accumulators may be read in a layer.
    layer: Option<usize>,
}

const PLAIN: Place = Place { lines: false, layer: None };
const LINE: Place = Place { lines: true, layer: None };

/// A fact that conditions can ask about.
#[derive(Clone)]
enum Fact {
    Words(String, Vec<String>),
    YesNo(String),
    Number(String, Vec<i128>),
    Text(String, &'static str),
    RuleDate,
    LineDate,
}

struct Maker<'a> {
    state: u64,
    tame: bool,
    unit: Rat,
    scheme: Scheme,
    seen: &'a mut Coverage,
}

impl Maker<'_> {
    // ---------------------------------------------------------------- chance

    /// splitmix64
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n as u64)).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn shuffled<T: Clone>(&mut self, from: &[T]) -> Vec<T> {
        let mut all = from.to_vec();
        for last in (1..all.len()).rev() {
            let other = self.below(last + 1);
            all.swap(last, other);
        }
        all
    }

    fn whole(&mut self, from: &[i128]) -> Rat {
        Rat::whole(self.pick(from))
    }

    fn any_date(&mut self) -> NaiveDate {
        date(2023, 1, 1) + Days::new(self.below(790) as u64)
    }

    /// The first day of a policy year.
    fn turn_of_the_year(&self) -> NaiveDate {
        let (month, day) = self.scheme.policy_year;
        date(2024, month, day)
    }

    /// An amount on a bill: a multiple of the scheme's unit; round, odd or tiny.
    fn money(&mut self) -> Rat {
        let cents = match self.below(10) {
            0..=3 => self.pick(&[5_000, 10_000, 20_000, 25_000, 30_000, 50_000, 80_000, 100_000, 200_000]),
            4..=7 => self.below(150_000) as i128,
            8 => self.below(60) as i128,
            _ => (self.below(3000) * 100) as i128,
        };
        Rat::cents(cents).ceil_to(self.unit)
    }

    // ---------------------------------------------------------------- values

    fn constant(&mut self, size: Size) -> Rat {
        match size {
            Size::Threshold => match self.below(8) {
                0 => Rat::ZERO,
                1 => Rat::cents(self.below(80_000) as i128),
                2 => Rat::new(self.below(4000) as i128 * 25, 10),
                _ => self.whole(&[50, 100, 200, 300, 500, 800, 1000]),
            },
            Size::Cap => match self.below(8) {
                0 => Rat::cents(self.below(200_000) as i128),
                1 => Rat::ZERO,
                _ => self.whole(&[100, 200, 300, 500, 1000, 2000, 5000]),
            },
            Size::Small => match self.below(4) {
                0 => Rat::cents(self.below(5000) as i128),
                _ => self.whole(&[5, 10, 20, 50, 100]),
            },
            Size::Ratio => {
                let tenths = self.pick(&[0, 200, 300, 500, 600, 650, 700, 750, 800, 900, 1000, 333, 725]);
                Rat::new(tenths, 1000)
            }
            Size::Rate => Rat::new(self.pick(&[200, 300, 500, 600, 650, 700, 333, 725]), 1000),
            Size::Factor => Rat::new(self.pick(&[0, 50, 80, 100, 100]), 100),
            Size::Points => Rat::new(self.pick(&[-30, -10, -5, 5, 10, 30]), 100),
            Size::Times => Rat::new(self.pick(&[50, 80, 90, 110, 130]), 100),
            Size::Units => self.whole(&[1, 2, 3, 5]),
        }
    }

    fn value(&mut self, size: Size, place: Place) -> Value {
        self.value_within(size, place, 2)
    }

    fn value_within(&mut self, size: Size, place: Place, depth: usize) -> Value {
        let ratio = matches!(size, Size::Ratio | Size::Rate | Size::Factor | Size::Points | Size::Times);
        let choice = if depth == 0 { 0 } else { self.below(20) };
        match choice {
            14 | 15 if matches!(size, Size::Threshold | Size::Cap | Size::Small) => Value::Formula(self.amount_formula(place)),
            14 | 15 if size == Size::Ratio => Value::Formula(self.ratio_formula(place)),
            16 | 17 => {
                let mut series = vec![(date(2021, 1, 1), self.value_within(size, place, depth - 1))];
                for year in [2024, 2025] {
                    if self.chance(60) {
                        let from = date(year, self.pick(&[1, 1, 3, 7]), 1);
                        series.push((from, self.value_within(size, place, depth - 1)));
                    }
                }
                self.seen.hit("rule: dated series");
                Value::Series(series)
            }
            18 | 19 => {
                self.seen.hit("rule: decision table");
                let rows = self.split(place);
                Value::Table(rows.into_iter().map(|row| (row, self.value_within(size, place, depth - 1))).collect())
            }
            _ if ratio => Value::Ratio(self.constant(size)),
            _ => Value::Number(self.constant(size)),
        }
    }

    fn amount_formula(&mut self, place: Place) -> Formula {
        let parameter = name(self.pick(&["threshold", "first_sum"]));
        let constant = Formula::Number(self.whole(&[50, 100, 250, 400]));
        let few = Formula::Number(self.whole(&[5, 10, 25]));
        let each = if self.chance(30) { few.clone() } else { name("first_sum") };
        if let Some(layer) = place.layer.filter(|_| self.chance(40)) {
            if self.chance(40) {
                let claims = self.named(Counts::Claims);
                if let Some(id) = claims.filter(|_| !self.tame) {
                    self.seen.hit("formula: accumulated");
                    let cut = op(op(Formula::Percent(Rat::new(1, 10)), '*', parameter.clone()), '*', name(&format!("accumulated.{id}")));
                    return call("max", vec![few, op(parameter, '-', cut)]);
                }
            }
            if !self.tame {
                let portion = self.pick(&self.scheme.portions.clone());
                let mut facts = vec!["billed".to_owned(), format!("billed.{portion}"), "left".to_owned(), format!("left.{portion}")];
                facts.extend(self.scheme.layers[..layer].iter().map(|one| format!("paid.{}", one.id)));
                facts.extend(self.scheme.layers[..layer].iter().flat_map(|one| {
                    one.benefits.iter().flat_map(|b| ["paid", "deducted"].map(|asked| format!("{asked}.{}.{}", one.id, b.id)))
                }));
                facts.extend(self.named(Counts::Payment).map(|id| format!("accumulated.{id}")));
                let fact = self.pick(&facts);
                self.seen.hit("formula: this claim's own money");
                return op(name(&fact), '*', Formula::Percent(self.constant(Size::Factor)));
            }
        }
        if self.scheme.attributes.iter().any(|one| one.name == "enrolled") && self.chance(8) {
            self.seen.hit("formula: a part of the year");
            let part = self.pick(&[("months_in_year.enrolled", 12), ("days_in_year.enrolled", 365)]);
            let figure = op(op(parameter, '*', name(part.0)), '/', Formula::Number(Rat::whole(part.1)));
            return call("round", vec![figure, Formula::Number(self.unit)]);
        }
        match self.below(9) {
            0 => op(parameter, '/', Formula::Number(Rat::whole(2))),
            1 => op(op(parameter, '+', constant), '*', name("base_rate")),
            2 => op(each, '*', name("days")),
            3 => op(constant, '+', op(each, '*', name("age"))),
            4 => call("min", vec![parameter, constant, op(each, '*', name("days"))]),
            5 => {
                self.seen.hit("formula: whole number of steps");
                call(self.pick(&["floor", "ceil", "round"]), vec![op(parameter, '/', Formula::Number(Rat::whole(8))), few])
            }
            6 => call(self.pick(&["floor", "ceil", "round"]), vec![op(parameter, '/', Formula::Number(Rat::whole(16)))]),
            7 => call("max", vec![few, op(op(parameter, '-', constant), '-', Formula::Number(Rat::whole(20)))]),
            _ => parameter,
        }
    }

    fn ratio_formula(&mut self, place: Place) -> Formula {
        let rate = name("base_rate");
        let five = Formula::Percent(Rat::new(5, 100));
        if place.layer.is_some()
            && !self.tame
            && self.chance(40)
            && let Some(id) = self.named(Counts::Claims)
        {
            self.seen.hit("formula: accumulated");
            let cut = op(five, '*', name(&format!("accumulated.{id}")));
            return call("max", vec![Formula::Percent(Rat::new(1, 10)), op(rate, '-', cut)]);
        }
        let declared: BTreeSet<&str> = self.scheme.attributes.iter().map(|one| one.name.as_str()).collect();
        let bonus = declared.contains("bonus");
        match self.below(6) {
            0 => op(rate, '+', op(Formula::Percent(Rat::new(2, 1000)), '*', name("age"))),
            1 => op(rate, '/', Formula::Number(Rat::whole(2))),
            2 => call("min", vec![Formula::Percent(Rat::new(9, 10)), op(rate, '+', five)]),
            3 if bonus => op(rate, '+', name("bonus")),
            4 => op(rate, '*', Formula::Percent(Rat::new(9, 10))),
            _ => rate,
        }
    }

    // ---------------------------------------------------------------- conditions

    fn facts(&self, place: Place) -> Vec<Fact> {
        let mut facts =
            vec![Fact::Number("age".to_owned(), vec![18, 40, 60]), Fact::Number("days".to_owned(), vec![2, 5, 10]), Fact::RuleDate];
        for one in &self.scheme.attributes {
            if one.default.is_none() || (one.of == Of::Line && !place.lines) {
                continue;
            }
            let name = one.name.clone();
            if one.of == Of::Person && !matches!(one.kind, Kind::Text) {
                facts.push(Fact::Number(format!("months_since.{name}"), vec![0, 3, 12]));
                facts.push(Fact::Number(format!("days_since.{name}"), vec![10, 200]));
            }
            if one.of == Of::Person && matches!(one.kind, Kind::YesNo) {
                facts.push(Fact::Number(format!("months_in_year.{name}"), vec![3, 6, 12]));
                facts.push(Fact::Number(format!("days_in_year.{name}"), vec![100, 365]));
            }
            facts.push(match &one.kind {
                Kind::Words(words) => Fact::Words(name, words.clone()),
                Kind::YesNo => Fact::YesNo(name),
                Kind::Count => Fact::Number(name, vec![1, 2, 3]),
                Kind::Amount => Fact::Number(name, vec![1000, 5000]),
                Kind::Ratio => continue,
                Kind::Text => Fact::Text(name, "x1"),
            });
        }
        if place.lines {
            facts.push(Fact::Number("quantity".to_owned(), vec![2, 4]));
            facts.push(Fact::LineDate);
            if !self.tame {
                facts.push(Fact::Number("amount".to_owned(), vec![200, 500]));
            }
        }
        if let Some(layer) = place.layer.filter(|_| !self.tame) {
            let portion = &self.scheme.portions[0];
            for fact in ["billed".to_owned(), "left".to_owned(), format!("billed.{portion}"), format!("left.{portion}")] {
                facts.push(Fact::Number(fact, vec![200, 500, 1000]));
            }
            for earlier in &self.scheme.layers[..layer] {
                facts.push(Fact::Number(format!("paid.{}", earlier.id), vec![0, 200]));
                for benefit in &earlier.benefits {
                    facts.push(Fact::Number(format!("paid.{}.{}", earlier.id, benefit.id), vec![0, 200]));
                    facts.push(Fact::Number(format!("deducted.{}.{}", earlier.id, benefit.id), vec![0, 100]));
                }
            }
            for one in &self.scheme.accumulators {
                let edges = if one.counts == Counts::Claims { vec![1, 3] } else { vec![0, 500] };
                facts.push(Fact::Number(format!("accumulated.{}", one.id), edges.clone()));
                if matches!(
                    one.per,
                    Per::Day | Per::Month | Per::Quarter | Per::HalfYear | Per::PolicyYear | Per::CalendarYear | Per::YearFrom(..)
                ) {
                    facts.push(Fact::Number(format!("previous.{}", one.id), edges));
                }
                if one.per == Per::PolicyYear {
                    facts.push(Fact::Number(format!("quiet.{}", one.id), vec![0, 1, 2]));
                }
            }
        }
        facts
    }

    fn test(&mut self, place: Place) -> Test {
        let facts = self.facts(place);
        match self.pick(&facts) {
            Fact::Words(name, words) => {
                let some = 1 + self.below(words.len() - 1);
                let chosen = self.shuffled(&words)[..some].to_vec();
                Test::OneOf(name, chosen)
            }
            Fact::YesNo(name) => Test::Is(name, self.chance(50)),
            Fact::Number(name, edges) => {
                let edge = self.whole(&edges);
                Test::Compare(
                    name,
                    match self.below(6) {
                        0 => vec![(Op::AtLeast, edge), (Op::Below, edge + Rat::whole(20))],
                        1 => vec![(Op::Equal, edge)],
                        2 => vec![(Op::Unequal, edge)],
                        3 => vec![(Op::AtMost, edge)],
                        4 => vec![(Op::Above, edge)],
                        _ => vec![(Op::AtLeast, edge)],
                    },
                )
            }
            Fact::Text(name, word) => Test::OneOf(name, vec![word.to_owned()]),
            Fact::RuleDate => Test::RuleDate(vec![(self.pick(&[Op::Below, Op::AtLeast]), self.any_date())]),
            Fact::LineDate => Test::LineDate(vec![(self.pick(&[Op::Below, Op::AtLeast]), self.turn_of_the_year())]),
        }
    }

    fn condition(&mut self, place: Place) -> Condition {
        let test = self.test(place);
        match self.below(10) {
            0 => {
                self.seen.hit("condition: any");
                let other = self.test(place);
                Condition(vec![Test::Any(vec![Condition(vec![test]), Condition(vec![other])])])
            }
            1 => {
                self.seen.hit("condition: not");
                Condition(vec![Test::Not(Condition(vec![test]))])
            }
            2 => {
                let other = self.test(place);
                let same = subject(&test) == subject(&other);
                self.seen.hit("condition: several entries");
                Condition(if same { vec![test] } else { vec![test, other] })
            }
            _ => Condition(vec![test]),
        }
    }

    fn guard(&mut self, place: Place, percent: usize) -> Guard {
        if !self.chance(percent) {
            return Guard::default();
        }
        let condition = Some(self.condition(place));
        if self.chance(30) {
            self.seen.hit("guard: unless");
            Guard { when: None, unless: condition }
        } else {
            self.seen.hit("guard: when");
            Guard { when: condition, unless: None }
        }
    }

    /// Conditions of which exactly one holds in every case; at the end perhaps `otherwise`.
    fn split(&mut self, place: Place) -> Vec<Option<Condition>> {
        let facts = self.facts(place);
        let fact = self.pick(&facts);
        let one = |test: Test| Condition(vec![test]);
        let mut rows: Vec<Condition> = match fact {
            Fact::Words(name, words) => {
                let cut = 1 + self.below(words.len() - 1);
                let (first, rest) = words.split_at(cut);
                let mut rows = vec![one(Test::OneOf(name.clone(), first.to_vec()))];
                if self.chance(20) {
                    self.seen.hit("condition: not");
                    rows.push(one(Test::Not(rows[0].clone())));
                } else {
                    rows.extend(rest.iter().map(|word| one(Test::OneOf(name.clone(), vec![word.clone()]))));
                }
                rows
            }
            Fact::YesNo(name) => vec![one(Test::Is(name.clone(), true)), one(Test::Is(name, false))],
            Fact::Number(name, edges) => {
                let (low, high) = (Rat::whole(edges[0]), Rat::whole(edges[edges.len() - 1]));
                let test = |tests: Vec<(Op, Rat)>| one(Test::Compare(name.clone(), tests));
                if self.chance(50) {
                    vec![test(vec![(Op::Below, low)]), test(vec![(Op::AtLeast, low), (Op::AtMost, high)]), test(vec![(Op::Above, high)])]
                } else {
                    vec![test(vec![(Op::AtMost, high)]), test(vec![(Op::Above, high)])]
                }
            }
            Fact::Text(name, word) => {
                let row = one(Test::OneOf(name, vec![word.to_owned()]));
                vec![row.clone(), one(Test::Not(row))]
            }
            Fact::RuleDate => {
                let on = self.any_date();
                vec![one(Test::RuleDate(vec![(Op::Below, on)])), one(Test::RuleDate(vec![(Op::AtLeast, on)]))]
            }
            Fact::LineDate => {
                let on = self.turn_of_the_year();
                vec![one(Test::LineDate(vec![(Op::Below, on)])), one(Test::LineDate(vec![(Op::AtLeast, on)]))]
            }
        };
        if self.chance(25) {
            // cut the first row in two by another fact
            let Condition(first) = rows.remove(0);
            let yes = self.test(place);
            if first.iter().all(|test| subject(test) != subject(&yes)) {
                let both = |second: Test| Condition(first.iter().cloned().chain([second]).collect());
                rows.push(both(yes.clone()));
                rows.push(both(Test::Not(one(yes))));
                self.seen.hit("decision table over two facts");
            } else {
                rows.insert(0, Condition(first));
            }
        }
        let mut rows: Vec<Option<Condition>> = rows.into_iter().map(Some).collect();
        if self.chance(50) {
            *rows.last_mut().unwrap() = None;
        }
        rows
    }

    // ---------------------------------------------------------------- the scheme

    fn scheme(&mut self) {
        self.unit = Rat::cents(self.pick(&[1, 1, 1, 1, 5, 100]));
        let mode = self.mode();
        self.scheme.rounding = (self.unit, mode);
        self.scheme.rule_date = self.pick(&[When::Admission, When::Admission, When::Discharge, When::Settlement]);
        self.scheme.as_incurred = self.chance(40);
        self.scheme.policy_year = self.pick(&[(1, 1), (1, 1), (7, 1), (4, 15)]);
        self.scheme.both_ends = self.chance(30);
        self.scheme.whole_months = self.chance(50);
        let portions = ["in_scope", "self_pay_first", "over_limit", "out_of_scope"];
        let count = 1 + self.below(4);
        self.scheme.portions = portions[..count].iter().map(|&one| one.to_owned()).collect();
        self.attributes();
        for (id, size) in [("threshold", Size::Threshold), ("base_rate", Size::Rate)] {
            let mut value = self.value_without_names(size);
            if let (Value::Number(number), Size::Threshold) = (&mut value, size) {
                *number += Rat::whole(100);
            }
            self.scheme.parameters.push((id.to_owned(), value));
        }
        let half = op(name("threshold"), '/', Formula::Number(Rat::whole(2)));
        let first_sum = if self.chance(30) { Value::Formula(half) } else { self.value_without_names(Size::Small) };
        self.scheme.parameters.push(("first_sum".to_owned(), first_sum));
        if !self.tame {
            if self.chance(30) {
                self.seen.hit("rule: funds");
                self.scheme.funds = vec!["pool".to_owned(), "maker".to_owned()];
            }
            self.accumulators();
            if self.chance(25) {
                self.day_charges();
            }
        }
        if self.chance(50) {
            self.classify();
        }
        for index in 0..=self.below(4) {
            let layer = self.layer(index);
            self.scheme.layers.push(layer);
        }
        if !self.tame && self.chance(15) {
            self.backing();
        }
        if self.tame && self.scheme.layers.iter().map(|layer| layer.benefits.len()).sum::<usize>() > 1 {
            self.align_covers();
        }
    }

    fn mode(&mut self) -> Mode {
        let half = if self.tame { Mode::HalfUp } else { Mode::HalfEven };
        self.pick(&[Mode::HalfUp, Mode::HalfUp, half, Mode::Down, Mode::Up])
    }

    /// Constants, series and tables, but no expressions (a parameter is not read through itself).
    fn value_without_names(&mut self, size: Size) -> Value {
        loop {
            let value = self.value_within(size, PLAIN, 2);
            if !has_formula(&value) {
                return value;
            }
        }
    }

    fn attributes(&mut self) {
        let words = |list: &[&str]| Kind::Words(list.iter().map(|&word| word.to_owned()).collect());
        let word = |text: &str| Some(Datum::Word(text.to_owned()));
        let menu = [
            ("identity", Of::Person, words(&["special_hardship", "low_income", "none"]), word("none")),
            ("plan", Of::Person, words(&["upgraded", "standard"]), word("standard")),
            ("enrolled", Of::Person, Kind::YesNo, Some(Datum::Truth(true))),
            ("claim_free", Of::Person, Kind::Count, Some(Datum::Number(Rat::ZERO))),
            ("income", Of::Person, Kind::Amount, Some(Datum::Number(Rat::whole(3000)))),
            ("bonus", Of::Person, Kind::Ratio, Some(Datum::Share(Rat::ZERO))),
            ("district", Of::Person, Kind::Text, word("x0")),
            ("member", Of::Person, words(&["yes", "no"]), None),
            ("referral", Of::Claim, Kind::YesNo, Some(Datum::Truth(false))),
            ("care", Of::Claim, words(&["inpatient", "outpatient"]), word("inpatient")),
            ("facility_level", Of::Claim, words(&["1", "2", "3"]), word("1")),
            ("facility_region", Of::Claim, Kind::Text, word("x0")),
            ("diagnosis", Of::Claim, Kind::Text, word("x0")),
            ("boxes", Of::Claim, Kind::Count, Some(Datum::Number(Rat::whole(4)))),
            ("class", Of::Line, words(&["a", "b", "c"]), word("c")),
            ("code", Of::Line, Kind::Text, word("x0")),
            ("special", Of::Line, Kind::YesNo, Some(Datum::Truth(false))),
        ];
        for (name, of, kind, default) in menu {
            if self.chance(if default.is_none() { 15 } else { 50 }) {
                let dates = [When::RuleDate, When::RuleDate, When::Admission, When::Discharge, When::Settlement, When::PolicyYearStart];
                let as_of = if of == Of::Person { self.pick(&dates) } else { When::RuleDate };
                self.seen.hit_if(as_of == When::PolicyYearStart, "attribute as of the policy year's start");
                let spans = [(24, Step::Months), (1, Step::Months), (12, Step::Months), (30, Step::Days), (1, Step::Days)];
                let earlier = (of == Of::Person && self.chance(25)).then(|| self.pick(&spans));
                self.scheme.attributes.push(Attribute { name: name.to_owned(), of, kind, default, as_of, earlier });
            }
        }
    }

    fn accumulators(&mut self) {
        let menu = [
            ("shared_deductible", Counts::Deductible),
            ("shared_payment", Counts::Payment),
            ("shared_base", Counts::Base),
            ("shared_excess", Counts::Excess),
            ("shared_patient_share", Counts::PatientShare),
            ("claim_count", Counts::Claims),
            ("shared_copay", Counts::Copay),
        ];
        for (id, counts) in menu {
            if self.chance(30) {
                let (mut per, owner) = self.home();
                if matches!(counts, Counts::Deductible | Counts::Payment | Counts::Claims) && self.chance(15) {
                    per = self.rolling();
                }
                let when = (counts == Counts::Claims && self.chance(50)).then(|| self.condition(PLAIN));
                let carry_months = match per {
                    Per::Quarter => Some(1),
                    Per::PolicyYear | Per::CalendarYear | Per::YearFrom(..) | Per::HalfYear => Some(self.pick(&[1, 3, 5])),
                    _ => None,
                };
                let carry_months = carry_months.filter(|_| !self.tame && self.chance(25));
                let mut with_payments_of = Vec::new();
                if counts != Counts::Claims && !self.tame && self.chance(30) {
                    // What a layer pays includes what its funds pay.
                    with_payments_of = match self.chance(50) || self.scheme.funds.is_empty() {
                        true => vec!["basic".to_owned()],
                        false => vec![self.pick(&self.scheme.funds.clone())],
                    };
                }
                self.scheme.accumulators.push(Accumulator { id: id.to_owned(), counts, per, owner, when, carry_months, with_payments_of });
            }
        }
    }

    fn day_charges(&mut self) {
        self.seen.hit("rule: day charge");
        let count = |maker: &mut Self, id: &str, per: Per, when: Option<Condition>| {
            let (id, counts, owner) = (id.to_owned(), Counts::Days, Owner::Person);
            maker.scheme.accumulators.push(Accumulator { id, counts, per, owner, when, carry_months: None, with_payments_of: Vec::new() });
        };
        let per = self.pick(&[Per::Stay, Per::CalendarYear, Per::PolicyYear, Per::Last(60, Back::Days), Per::Spell(60), Per::Lifetime]);
        let when = self.chance(40).then(|| self.condition(PLAIN));
        count(self, "hospital_days", per, when.clone());
        count(self, "reserve_days", Per::Lifetime, None);
        let amount = |maker: &mut Self| {
            let plain = Value::Number(maker.whole(&[0, 10, 408]));
            let dated = vec![(date(2021, 1, 1), plain.clone()), (date(2024, 7, 1), Value::Number(Rat::whole(7)))];
            if maker.chance(40) { Value::Series(dated) } else { plain }
        };
        let mut rows = vec![(Some(self.pick(&[2, 10, 60])), None, amount(self)), (Some(90), None, amount(self))];
        if self.chance(50) {
            rows.insert(self.pick(&[1, 2]), (None, Some(("reserve_days".to_owned(), self.pick(&[1, 5, 60]))), amount(self)));
        }
        if self.chance(50) {
            rows.push((None, None, amount(self)));
        }
        self.scheme.day_charges.push(DayCharge { id: "hospital".to_owned(), counted: "hospital_days".to_owned(), when, rows });
    }

    fn named(&self, counts: Counts) -> Option<String> {
        let found = self.scheme.accumulators.iter().find(|one| one.counts == counts);
        found.map(|one| one.id.clone())
    }

    fn per(&mut self) -> Per {
        use Per::{CalendarYear, Claim, Day, Lifetime, Month, PolicyYear, Stay};
        if self.chance(12) {
            self.seen.hit("period from first use");
            return self.pick(&[
                Per::FirstUse(12, Step::Months),
                Per::FirstUse(2, Step::Months),
                Per::FirstUse(30, Step::Days),
                Per::FirstUse(365, Step::Days),
            ]);
        }
        if self.chance(8) {
            self.seen.hit("quarter, half-year or a year of its own");
            return self.pick(&[Per::Quarter, Per::HalfYear, Per::YearFrom(2, 1), Per::YearFrom(8, 1)]);
        }
        if self.chance(8) {
            self.seen.hit("spell");
            return Per::Spell(self.pick(&[10, 60, 365]));
        }
        self.pick(&[Claim, Stay, Stay, Day, Month, PolicyYear, PolicyYear, PolicyYear, CalendarYear, Lifetime])
    }

    /// A period and an owner; a claim and a stay belong to one person.
    fn home(&mut self) -> (Per, Owner) {
        let per = self.per();
        let single = matches!(per, Per::Claim | Per::Stay);
        if !single && self.chance(5) {
            self.seen.hit("rule: of everyone");
            return (per, Owner::Everyone);
        }
        (per, if !single && self.chance(30) { Owner::Household } else { Owner::Person })
    }

    fn kept(&mut self, counts: Counts) -> Kept {
        match self.named(counts) {
            Some(id) if self.chance(50) => {
                self.seen.hit("rule: shared accumulator");
                Kept::Named(id)
            }
            _ => {
                let (mut per, owner) = self.home();
                // What goes through its position once cannot run on one that falls.
                if matches!(counts, Counts::Deductible | Counts::Payment) && self.chance(12) {
                    per = self.rolling();
                }
                Kept::Own(per, owner)
            }
        }
    }

    fn rolling(&mut self) -> Per {
        self.seen.hit("rolling window");
        let months = [Back::Months, Back::CalendarMonths];
        if self.chance(40) { Per::Last(self.pick(&[10, 60, 365]), Back::Days) } else { Per::Last(self.pick(&[2, 12]), self.pick(&months)) }
    }

    fn classify(&mut self) {
        let rows = if self.chance(85) {
            loop {
                let rows = self.split(LINE);
                if rows.iter().all(Option::is_some) {
                    break rows;
                }
            }
        } else {
            vec![None]
        };
        for when in rows {
            let portions = self.scheme.portions.clone();
            let mut row = ClassifyRow { when, into: self.pick(&portions), quantity_limit: None, price_limit: None, self_pay: None };
            if self.chance(30) {
                row.quantity_limit = Some((self.plain(Size::Units), self.pick(&portions)));
            }
            if self.chance(30) && !self.tame {
                let price = Value::Number(self.money().ceil_to(Rat::ONE) + Rat::ONE);
                row.price_limit = Some((price, self.pick(&portions)));
            }
            if self.chance(40) {
                row.self_pay = Some((self.plain(Size::Factor), self.pick(&portions)));
            }
            self.scheme.classify.push(row);
        }
    }

    fn plain(&mut self, size: Size) -> Value {
        let with_line = self.chance(30);
        loop {
            let value = self.value_within(size, if with_line { LINE } else { PLAIN }, 1);
            if !has_formula(&value) {
                return value;
            }
        }
    }

    fn layer(&mut self, index: usize) -> Layer {
        let place = Place { lines: false, layer: Some(index) };
        let id = ["basic", "critical_illness", "assistance", "tilted", "relief"][index];
        let mut guard = self.guard(place, 20);
        let member = self.scheme.attributes.iter().any(|one| one.default.is_none());
        if index == 0 && member {
            guard = Guard { when: Some(Condition(vec![Test::OneOf("member".to_owned(), vec!["yes".to_owned()])])), unless: None };
        }
        let mut layer = Layer {
            id: id.to_owned(),
            guard,
            covers: None,
            caps: Vec::new(),
            premium: self.chance(10).then(|| Value::Number(Rat::whole(169))),
            write_off: self.chance(10),
            run_off: None,
            notional: None,
            benefits: Vec::new(),
        };
        self.seen.hit_if(layer.write_off, "layer: write-off");
        if self.chance(25) {
            layer.caps.push(self.cap(place, 10));
        }
        for place_in_layer in 0..=self.below(3) {
            let benefit = self.benefit(index, place_in_layer, &layer);
            layer.benefits.push(benefit);
        }
        self.run_off(&mut layer);
        let written = format!("{:?}", layer.benefits);
        let pays = ["indemnity: false", "Beside", "Phases"].iter().any(|word| written.contains(word));
        if !self.tame && !layer.write_off && !pays && self.chance(15) {
            layer.notional = Some(self.guard(place, 90));
            self.seen.hit("rule: notional layer");
        }
        let factors = layer.benefits.iter().flat_map(|one| &one.covers).any(|(_, factor)| factor.is_some());
        if factors || self.chance(20) {
            self.seen.hit("layer: covers of its own");
            layer.covers = Some(self.some_portions());
        }
        layer
    }

    /// Perhaps a layer that pays for so many days after the policy year, where nothing goes by the claim's days or units.
    fn run_off(&mut self, layer: &mut Layer) {
        let fits = !self.scheme.classify.is_empty() && self.scheme.rule_date == When::Admission && !self.tame;
        let written = format!("{:?}", layer);
        let whole = ["\"days\"", "Day", "\"charge.", "\"uncovered.", "InKind"].iter().any(|word| written.contains(word));
        if fits && !whole && self.chance(35) {
            layer.run_off = Some(self.pick(&[0, 0, 3, 10]));
            self.seen.hit("rule: run-off");
        }
    }

    fn some_portions(&mut self) -> Vec<String> {
        let all = self.shuffled(&self.scheme.portions.clone());
        let count = 1 + self.below(all.len());
        all[..count].to_vec()
    }

    fn cap(&mut self, place: Place, on_base: usize) -> Cap {
        let on_base = self.chance(on_base);
        self.seen.hit(if on_base { "rule: cap on base" } else { "rule: cap on payment" });
        Cap {
            amount: self.value(Size::Cap, place),
            kept: self.kept(if on_base { Counts::Base } else { Counts::Payment }),
            guard: self.guard(place, 15),
            on_base,
            budget_of: None,
        }
    }

    /// Funds behind some of the layers that are there: one that pays all of one or two, with or without a budget that stops, or two that share one.
    fn backing(&mut self) {
        let split = |benefit: &Benefit| matches!(&benefit.form, Form::Phases { rows, .. } if rows.iter().any(|row| row.parts.iter().any(|(fund, _)| fund.is_some())));
        let can = |layer: &&Layer| !layer.write_off && layer.notional.is_none() && !layer.benefits.iter().any(split);
        let mut layers: Vec<String> = self.scheme.layers.iter().filter(can).map(|layer| layer.id.clone()).collect();
        if layers.is_empty() {
            return;
        }
        if self.chance(40) {
            self.seen.hit("rule: funds share a layer");
            let layer = self.pick(&layers);
            layers.retain(|other| *other != layer);
            let share = self.pick(&[Rat::new(1, 2), Rat::new(666, 1000), Rat::new(9, 10)]);
            for (id, share) in [("north", share), ("south", Rat::ONE - share)] {
                self.scheme.backing.push(Backing { id: id.to_owned(), pays: vec![(layer.clone(), Some(share))], budget: None });
            }
        }
        layers.truncate(2);
        if !layers.is_empty() {
            self.seen.hit("rule: a fund pays a layer");
            let pays = layers.into_iter().map(|layer| (layer, None)).collect();
            let per = self.pick(&[Per::Month, Per::PolicyYear, Per::PolicyYear, Per::CalendarYear, Per::Lifetime]);
            let budget = self.chance(60).then(|| (self.whole(&[500, 5_000, 20_000]), per));
            self.scheme.backing.push(Backing { id: "chest".to_owned(), pays, budget });
        }
    }

    fn benefit(&mut self, layer: usize, index: usize, within: &Layer) -> Benefit {
        let by = match self.below(12) {
            0 if !self.scheme.classify.is_empty() && !self.tame => Some(Item::Line),
            1 if !self.scheme.classify.is_empty() && !self.tame => Some(Item::Day),
            _ => None,
        };
        self.seen.hit_if(by == Some(Item::Line), "rule: for each line");
        self.seen.hit_if(by == Some(Item::Day), "rule: for each day");
        let of_claim = Place { lines: false, layer: Some(layer) };
        let place = Place { lines: by == Some(Item::Line), ..of_claim };
        let covers: Vec<_> = self.some_portions().into_iter().map(|portion| (portion, None)).collect();
        let guard = self.guard(place, 20);
        let id = ["first", "second", "third"][index];
        let mut benefit = Benefit { guard, by, ..Benefit::plain(id, covers, Form::Ratio(Value::Ratio(Rat::ONE))) };
        if !self.scheme.classify.is_empty() && !self.tame && self.chance(25) {
            self.seen.hit("rule: lines");
            benefit.lines = Some(self.condition(LINE));
        }
        if self.chance(35) {
            self.counting_factors(&mut benefit, layer);
        }
        self.deductibles(&mut benefit, place);
        for _ in 0..if self.chance(25) { 1 + self.below(2) } else { 0 } {
            let amount = self.value(Size::Small, place);
            let taken = self.pick(&[Taken::BeforeRatio, Taken::BeforeDeductible, Taken::FromPayment]);
            let guard = self.guard(place, 25);
            benefit.copays.push(Copay::of_claim(amount, taken, guard));
        }
        if !self.scheme.classify.is_empty() && !self.tame && by.is_none() && self.chance(25) {
            self.group(&mut benefit);
        }
        let phased = !self.tame && by.is_none() && self.chance(12);
        if phased {
            benefit.deductibles.clear();
            benefit.copays.clear();
        }
        if !self.scheme.classify.is_empty() && !self.tame && self.chance(15) {
            // A share of what the lines that count cost, in place of the first deductible's amount.
            let fact = name(self.pick(&["sum.amount", "sum.amount", "sum.quantity"]));
            if let Some(first) = benefit.deductibles.first_mut() {
                first.amount = Value::Formula(op(fact, '*', Formula::Number(Rat::new(1, 10))));
            }
        }
        if !self.scheme.day_charges.is_empty() && self.chance(40) && !phased {
            let fact = name(self.pick(&["charge.hospital", "charge.hospital", "uncovered.hospital"]));
            let sum = if fact_is_count(&fact) { op(fact, '*', Formula::Number(Rat::whole(5))) } else { fact };
            benefit.copays.push(Copay::of_claim(Value::Formula(sum), Taken::BeforeRatio, Guard::default()));
        }
        benefit.form = if phased { self.phases(place) } else { self.form(&benefit, place) };
        if by.is_some() && matches!(benefit.form, Form::InKind { .. }) {
            benefit.form = Form::Ratio(self.value(Size::Ratio, place));
        }
        if matches!(benefit.form, Form::Ratio(_) | Form::Bands { .. }) {
            for _ in 0..if self.chance(20) { 1 + self.below(2) } else { 0 } {
                benefit.points.push((self.value_within(Size::Points, place, 1), self.guard(place, 60)));
            }
            for _ in 0..if self.chance(20) { 1 + self.below(2) } else { 0 } {
                benefit.factors.push((self.value_within(Size::Times, place, 1), self.guard(place, 60)));
            }
        }
        if matches!(benefit.form, Form::Ratio(_) | Form::Bands { .. }) && self.chance(12) {
            benefit.ratio_between = [self.chance(70).then(|| self.value(Size::Factor, place)), Some(Value::Ratio(Rat::new(9, 10)))];
        }
        for _ in 0..if self.chance(20) && !phased { 1 + self.below(2) } else { 0 } {
            benefit.out_of_pocket_max.push(Maximum {
                amount: self.value(Size::Threshold, place),
                kept: self.kept(Counts::PatientShare),
                guard: self.guard(place, 20),
            });
        }
        for _ in 0..if self.chance(45) { 1 + self.below(3) } else { 0 } {
            let cap = self.cap(of_claim, 25);
            benefit.caps.push(cap);
        }
        if self.chance(8) && !self.tame {
            self.seen.hit("rule: minimum");
            benefit.minimum = Some(self.value(Size::Small, place));
        }
        if self.chance(if matches!(benefit.form, Form::Fixed(_)) { 40 } else { 4 }) && !self.tame && !phased && benefit.group.is_none() {
            self.seen.hit("rule: not an indemnity");
            benefit.indemnity = false;
        }
        if self.chance(20) {
            self.seen.hit("rule: allocation order");
            let order: Vec<String> = benefit.covers.iter().map(|(portion, _)| portion.clone()).collect();
            benefit.allocate = Some(self.shuffled(&order));
        }
        if self.chance(20) {
            self.rounding(&mut benefit, within);
        }
        self.parts(&mut benefit);
        if by.is_some() {
            return benefit;
        }
        if !self.tame {
            self.by_items(&mut benefit, place);
        }
        if self.chance(12) && !self.tame {
            self.line_caps(&mut benefit, place);
        } else if self.chance(20) && !self.tame && !phased {
            self.coordinate(&mut benefit);
        }
        benefit
    }

    /// With all earlier layers that pay, or with some that pay for what it covers.
    fn coordinate(&mut self, benefit: &mut Benefit) {
        use Candidate::{BaseLessPaid, Own, OwnLessPaid};
        let of_parts = benefit.maximum_of.is_some() || benefit.rounding.as_ref().is_some_and(|one| one.of_coinsurance);
        if of_parts || !benefit.indemnity || benefit.group.is_some() {
            return;
        }
        let shares = |layer: &&Layer| {
            let own = layer.covers.iter().flatten();
            let mut all = own.chain(layer.benefits.iter().flat_map(|one| &one.covers).map(|(portion, _)| portion));
            all.any(|portion| benefit.covers.iter().any(|(one, _)| one == portion))
        };
        let with: Vec<String> = self.scheme.layers.iter().filter(shares).map(|layer| layer.id.clone()).collect();
        let payers = self.scheme.layers.iter().any(|layer| !layer.write_off);
        let with = match self.chance(50) && !with.is_empty() {
            true => Some(with.into_iter().filter(|_| self.chance(70)).collect::<Vec<_>>()).filter(|with| !with.is_empty()),
            false => None,
        };
        if with.is_none() && !payers {
            return;
        }
        self.seen.hit("rule: coordination");
        let candidates = self.pick(&[
            &[Own][..],
            &[OwnLessPaid],
            &[OwnLessPaid],
            &[BaseLessPaid],
            &[Own, BaseLessPaid],
            &[Own, BaseLessPaid],
            &[BaseLessPaid, OwnLessPaid],
            &[OwnLessPaid, Own, BaseLessPaid],
        ]);
        benefit.coordinate = Some(Coordinate { with, greatest: self.chance(30), candidates: candidates.to_vec() });
    }

    fn counting_factors(&mut self, benefit: &mut Benefit, layer: usize) {
        let place = Place { lines: benefit.lines.is_some(), layer: Some(layer) };
        for index in 0..benefit.covers.len() {
            let value = match (index, self.below(4)) {
                (0, _) => Value::Ratio(self.pick(&[Rat::ONE, Rat::new(1, 2), Rat::new(4, 5), Rat::new(333, 1000)])),
                (_, 0) => self.value_within(Size::Factor, place, 2),
                _ => Value::Ratio(self.constant(Size::Factor)),
            };
            benefit.covers[index].1 = Some(value);
        }
        self.seen.hit("rule: counting factors");
    }

    fn deductibles(&mut self, benefit: &mut Benefit, place: Place) {
        let own = |maker: &mut Self, (per, owner): (Per, Owner), franchise: bool| Deductible {
            amount: maker.value(Size::Threshold, place),
            kept: Kept::Own(per, owner),
            guard: maker.guard(place, 20),
            franchise,
        };
        match self.below(20) {
            0..=6 => {}
            7..=8 if !self.tame => {
                self.seen.hit("rule: franchise");
                let home = self.home();
                benefit.deductibles.push(own(self, home, true));
            }
            9 | 10 => {
                self.seen.hit("rule: embedded household deductible");
                let per = self.pick(&[Per::Day, Per::Month, Per::PolicyYear, Per::CalendarYear, Per::Lifetime]);
                let person = own(self, (per, Owner::Person), false);
                let household = own(self, (per, Owner::Household), false);
                benefit.deductibles.extend([person, household]);
            }
            _ => {
                let mut home = self.home();
                if self.chance(10) && !self.tame {
                    home.0 = self.rolling();
                }
                let mut rule = own(self, home, false);
                if let Kept::Named(id) = self.kept(Counts::Deductible) {
                    rule.kept = Kept::Named(id);
                    rule.guard = Guard::default();
                }
                benefit.deductibles.push(rule);
            }
        }
    }

    fn group(&mut self, benefit: &mut Benefit) {
        self.seen.hit("rule: group");
        let attributes = self.scheme.attributes.iter().filter(|one| one.of == Of::Line).map(|one| one.name.clone());
        let mut by: Vec<String> = attributes.collect();
        by.push("quantity".to_owned());
        by.retain(|_| self.chance(60));
        if by.is_empty() {
            by.push("quantity".to_owned());
        }
        let guard = if self.chance(40) { Guard { when: Some(self.condition(LINE)), unless: None } } else { Guard::default() };
        benefit.group = Some(Group { by, least: Value::Number(self.whole(&[50, 200, 500])), guard });
    }

    fn phases(&mut self, place: Place) -> Form {
        self.seen.hit("rule: phases");
        let kept = self.kept(Counts::Base);
        let share = self.named(Counts::PatientShare).filter(|_| self.chance(60));
        let split = !self.scheme.funds.is_empty() && self.chance(70);
        let mut rows = Vec::new();
        let ends: &[(Option<i128>, Option<i128>)] = self.pick(&[
            &[(None, Some(200))][..],
            &[(Some(100), None), (None, Some(300))],
            &[(Some(50), None), (Some(400), None), (None, Some(250))],
            &[(Some(500), Some(150)), (None, Some(400))],
            &[(None, Some(100)), (Some(900), None)],
        ]);
        for (to, to_share) in ends.iter().copied().chain([(None, None)]) {
            let edge = |edge: Option<i128>| edge.map(|edge| Value::Number(Rat::whole(edge)));
            let constant = [Rat::ZERO, Rat::new(1, 4), Rat::new(3, 4), Rat::new(35, 100), Rat::new(95, 100), Rat::ONE];
            let mut parts = Vec::new();
            if split {
                let pair = self.pick(&[[65, 10], [5, 70], [0, 75], [60, 40], [33, 33], [0, 0]]);
                for (fund, percent) in self.scheme.funds.clone().into_iter().zip(pair) {
                    // Constants above the whole together are an error; by a table it may come to that.
                    let by_table = if self.chance(6) { Some(self.value(Size::Ratio, place)) } else { None };
                    let ratio = by_table.filter(|value| matches!(value, Value::Table(_))).unwrap_or(Value::Ratio(Rat::new(percent, 100)));
                    parts.push((Some(fund), ratio));
                }
            } else {
                let ratio = if self.chance(30) { self.value(Size::Ratio, place) } else { Value::Ratio(self.pick(&constant)) };
                parts.push((None, ratio));
            }
            rows.push(Phase { to: edge(to), to_share: edge(to_share), parts });
        }
        Form::Phases { kept, share, rows }
    }

    fn form(&mut self, benefit: &Benefit, place: Place) -> Form {
        let franchise = benefit.deductibles.iter().find(|one| one.franchise);
        let of_claim = self.scheme.attributes.iter().any(|one| one.name == "boxes");
        match self.below(20) {
            0..=4 => {
                let absolute = self.chance(50);
                let kept = match franchise {
                    Some(franchise) if absolute => franchise.kept.clone(),
                    _ => self.kept(if absolute { Counts::Base } else { Counts::Excess }),
                };
                let edges: &[&[i128]] = &[&[], &[500], &[200, 1000], &[100, 300, 2000]];
                let mut rows = Vec::new();
                if self.chance(15) {
                    let threshold = || op(name("threshold"), '+', Formula::Number(Rat::ONE));
                    rows.push((Some(Value::Formula(threshold())), self.value(Size::Ratio, place)));
                    let twice = op(threshold(), '*', Formula::Number(Rat::whole(2)));
                    rows.push((Some(Value::Formula(op(twice, '+', Formula::Number(Rat::ONE)))), self.value(Size::Ratio, place)));
                } else {
                    for edge in self.pick(edges) {
                        rows.push((Some(Value::Number(Rat::whole(*edge))), self.value(Size::Ratio, place)));
                    }
                }
                rows.push((None, self.value(Size::Ratio, place)));
                self.seen.hit("rule: bands");
                Form::Bands { absolute, kept, rows }
            }
            5 | 6 if !self.tame => {
                self.seen.hit("rule: grant");
                let kept = if self.chance(30) { Kept::Own(Per::Claim, Owner::Person) } else { self.kept(Counts::Excess) };
                let number = |n: i128| Value::Number(Rat::whole(n));
                let mut rows = vec![(number(self.pick(&[0, 100])), number(50)), (number(300), number(200)), (number(1000), number(700))];
                if self.chance(20) {
                    rows.push((number(2000), number(400)));
                    self.seen.hit("rule: grant that falls");
                }
                Form::Grant { kept, rows }
            }
            7 | 8 => {
                let sum = Formula::Number(self.whole(&[50, 80, 100]));
                let each = if self.chance(30) { sum } else { name("first_sum") };
                let per_day = op(each, '*', name("days"));
                let sum = if self.chance(60) { Value::Formula(per_day) } else { self.value(Size::Small, place) };
                Form::Fixed(sum)
            }
            9 | 10 => {
                self.seen.hit("rule: in kind");
                Form::InKind {
                    buy: self.pick(&[1, 2, 3]),
                    give: self.pick(&[1, 3, 9]),
                    units: if of_claim && self.chance(70) { "boxes" } else { "days" }.to_owned(),
                    kept: {
                        let (per, owner) = self.home();
                        Kept::Own(per, owner)
                    },
                }
            }
            _ => Form::Ratio(self.value(Size::Ratio, place)),
        }
    }

    fn rounding(&mut self, benefit: &mut Benefit, within: &Layer) {
        let ratio_like = matches!(benefit.form, Form::Ratio(_) | Form::Bands { .. });
        let whole_base = benefit.covers.iter().all(|(_, factor)| factor.is_none())
            && !benefit.caps.iter().chain(&within.caps).any(|cap| cap.on_base)
            && !benefit.deductibles.iter().any(|one| one.franchise || matches!(one.kept, Kept::Named(_)));
        let of_patient_share = ratio_like && whole_base && !self.tame && self.chance(60);
        let times = if of_patient_share || self.tame { 1 } else { self.pick(&[1, 2, 20, 100]) };
        benefit.rounding =
            Some(Rounding { unit: self.unit * Rat::whole(times), mode: self.mode(), of_patient_share, of_coinsurance: false });
        self.seen.hit("rule: rounding of its own");
    }

    /// Maxima of some parts of the patient's share, rounding of the coinsurance, copayments on top of the bill.
    fn parts(&mut self, benefit: &mut Benefit) {
        if self.tame {
            return;
        }
        let plain = matches!(benefit.form, Form::Ratio(_) | Form::Bands { .. })
            && !benefit.deductibles.iter().any(|one| one.franchise)
            && !benefit.copays.iter().any(|one| one.taken == Taken::FromPayment);
        if plain && self.chance(20) {
            let times = self.pick(&[1, 2, 5, 20]);
            let (unit, mode) = (self.unit * Rat::whole(times), self.mode());
            benefit.rounding = Some(Rounding { unit, mode, of_patient_share: false, of_coinsurance: true });
        }
        if plain && !benefit.out_of_pocket_max.is_empty() && self.chance(70) {
            use Part::{Coinsurance, Copay, Deductible};
            let of: [&[Part]; 6] =
                [&[Coinsurance], &[Coinsurance], &[Deductible], &[Copay], &[Deductible, Coinsurance], &[Coinsurance, Copay]];
            benefit.maximum_of = Some(self.pick(&of).to_vec());
            for maximum in &mut benefit.out_of_pocket_max {
                let (per, owner) = self.home();
                maximum.kept = Kept::Own(per, owner);
            }
        }
        let outside = benefit.out_of_pocket_max.is_empty() || benefit.maximum_of.as_ref().is_some_and(|of| !of.contains(&Part::Copay));
        if outside && self.chance(15) {
            let sum = Rat::whole(self.pick(&[1, 5, 15, 100]));
            let per_day = op(Formula::Number(sum), '*', name("days"));
            let odd = op(Formula::Number(Rat::new(1, 200)), '*', name("days"));
            let amount = match self.below(20) {
                0 => Value::Formula(odd),
                1..=9 => Value::Number(sum),
                _ => Value::Formula(per_day),
            };
            let guard = self.guard(Place { lines: false, layer: None }, 30);
            benefit.copays.push(Copay::of_claim(amount, Taken::Beside, guard));
        }
    }

    /// Copayments by line, unit or day, by a ratio, and with caps of their own.
    fn by_items(&mut self, benefit: &mut Benefit, place: Place) {
        let by_line = !self.scheme.classify.is_empty();
        let held_down =
            |one: &Benefit| !one.out_of_pocket_max.is_empty() && one.maximum_of.as_ref().is_none_or(|of| of.contains(&Part::Copay));
        for index in 0..benefit.copays.len() {
            if !self.chance(45) {
                continue;
            }
            let mut copay = benefit.copays[index].clone();
            copay.each = self.pick(if by_line {
                &[Each::Line, Each::Line, Each::Unit, Each::Claim, Each::Day][..]
            } else {
                &[Each::Claim, Each::Day]
            });
            let from_base = matches!(copay.taken, Taken::BeforeRatio | Taken::BeforeDeductible);
            if from_base && copay.each != Each::Day && self.chance(60) {
                copay.is_ratio = true;
                copay.amount = Value::Ratio(self.pick(&[Rat::new(1, 10), Rat::new(1, 4), Rat::new(333, 1000), Rat::ONE]));
                copay.least = self.chance(60).then(|| Value::Number(Rat::whole(5)));
                copay.most = self.chance(60).then(|| Value::Number(self.pick(&[Rat::whole(10), Rat::whole(500)])));
            } else if matches!(copay.each, Each::Line | Each::Unit) && self.chance(60) {
                let of_line = Place { lines: true, layer: place.layer };
                copay.amount = if benefit.lines.is_some() && copay.taken != Taken::Beside {
                    self.value(Size::Small, of_line)
                } else {
                    Value::Number(self.whole_sum())
                };
            }
            let caps = if held_down(benefit) && copay.taken != Taken::Beside { 0 } else { self.below(3) };
            for _ in 0..caps {
                let (amount, kept) = (Value::Number(self.pick(&[Rat::whole(50), Rat::whole(500)])), self.kept(Counts::Copay));
                copay.caps.push(Maximum { amount, kept, guard: self.guard(place, 20) });
            }
            benefit.copays[index] = copay;
        }
    }

    /// Caps on the units, days or money of lines.
    fn line_caps(&mut self, benefit: &mut Benefit, place: Place) {
        for _ in 0..1 + self.below(2) {
            let by_line = !self.scheme.classify.is_empty();
            let on = self.pick(if by_line { &[LineOn::Money, LineOn::Units, LineOn::Units, LineOn::Days][..] } else { &[LineOn::Days] });
            let amount = match on {
                LineOn::Money => self.value(Size::Cap, place),
                LineOn::Units => Value::Number(self.pick(&[Rat::whole(1), Rat::whole(4), Rat::whole(10), Rat::new(5, 2)])),
                LineOn::Days => Value::Number(self.pick(&[Rat::whole(0), Rat::whole(2), Rat::whole(15), Rat::whole(45)])),
            };
            let (per, owner) = self.home();
            let lines = (by_line && (on == LineOn::Money || self.chance(60))).then(|| self.condition(LINE));
            benefit.line_caps.push(LineCap { amount, kept: Kept::Own(per, owner), guard: self.guard(place, 20), on, lines });
        }
    }

    fn whole_sum(&mut self) -> Rat {
        Rat::whole(self.pick(&[1, 3, 20, 200]))
    }

    /// For the guarantee over several benefits, their covers are equal and count in full.
    fn align_covers(&mut self) {
        let first = &self.scheme.layers[0].benefits[0].covers;
        let covers: Vec<_> = first.iter().map(|(portion, _)| (portion.clone(), None)).collect();
        for layer in &mut self.scheme.layers {
            layer.caps.retain(|cap| !cap.on_base);
            layer.covers = Some(covers.iter().map(|(portion, _)| portion.clone()).collect());
            for benefit in &mut layer.benefits {
                benefit.covers.clone_from(&covers);
                benefit.allocate = None;
                if let Some(rounding) = &mut benefit.rounding {
                    rounding.of_patient_share = false;
                }
            }
        }
    }

    // ---------------------------------------------------------------- people

    fn persons(&mut self) -> Vec<Person> {
        let mut persons = Vec::new();
        for index in 0..=self.below(4) {
            let mut attributes = BTreeMap::new();
            for one in self.scheme.attributes.clone() {
                if one.of == Of::Person && self.chance(if one.default.is_none() { 93 } else { 75 }) {
                    attributes.insert(one.name.clone(), self.personal(&one.kind));
                }
            }
            let birth = date(1935, 1, 1) + Days::new(self.below(31_000) as u64);
            persons.push(Person {
                id: format!("p{index}"),
                household: self.pick(&[None, Some("h1"), Some("h1"), Some("h2")]).map(str::to_owned),
                birth_date: if self.chance(5) { date(1964, 2, 29) } else { birth },
                attributes,
                opening: Vec::new(),
            });
        }
        persons
    }

    fn personal(&mut self, kind: &Kind) -> Vec<Dated> {
        let change = self.any_date();
        let plain = |value: Datum| Dated { value, from: None, until: None };
        let (first, second) = (self.datum(kind), self.datum(kind));
        match self.below(10) {
            0..=4 => vec![plain(first)],
            5 | 6 => vec![Dated { until: Some(change), ..plain(first) }, Dated { from: Some(change), ..plain(second) }],
            7 => vec![Dated { from: Some(change), ..plain(first) }],
            _ if matches!(kind, Kind::Words(_)) && first != second => {
                vec![plain(first), Dated { from: Some(change), ..plain(second) }]
            }
            _ => vec![plain(first)],
        }
    }

    fn datum(&mut self, kind: &Kind) -> Datum {
        match kind {
            Kind::Words(words) => Datum::Word(self.pick(words)),
            Kind::YesNo => Datum::Truth(self.chance(50)),
            Kind::Count => Datum::Number(self.whole(&[1, 2, 3, 4, 5, 8])),
            Kind::Amount => Datum::Number(self.whole(&[500, 1000, 2000, 5000])),
            Kind::Ratio => Datum::Share(Rat::new(self.pick(&[1, 5, 10]), 100)),
            Kind::Text => Datum::Word(self.pick(&["x0", "x1", "x2"]).to_owned()),
        }
    }

    fn openings(&mut self, persons: &mut [Person], claims: &[Claim]) {
        if self.tame {
            return;
        }
        let mut done = BTreeSet::new();
        for person in persons {
            for (id, per, owner) in all_accumulators(&self.scheme) {
                let joint = owner == Owner::Household && person.household.is_some();
                let whose = if joint { person.household.clone() } else { Some(person.id.clone()) };
                let franchise_bands = id.ends_with(".bands");
                let first = claims.first().is_some_and(|claim| claim.person == person.id);
                if owner == Owner::Everyone
                    || matches!(per, Per::Claim | Per::Stay)
                    || franchise_bands
                    || (joint && !first)
                    || !self.chance(8)
                {
                    continue;
                }
                if !done.insert((id.clone(), whose)) {
                    continue;
                }
                let counted = id == "claim_count" || id.ends_with(".in_kind");
                let claim = self.pick(claims);
                person.opening.push(Opening {
                    accumulator: id,
                    on: self.scheme.rule_date_of(&claim),
                    amount: if counted { self.whole(&[1, 2, 5]) } else { self.money() },
                });
                self.seen.hit("opening balance");
                self.seen.hit_if(joint, "opening balance of a household");
            }
        }
    }

    // ---------------------------------------------------------------- claims

    fn claim(&mut self, index: usize, persons: &[Person], earlier: &[Claim]) -> Claim {
        let person = self.pick(persons);
        let before: Vec<&Claim> = earlier.iter().filter(|claim| claim.person == person.id).collect();
        let mut service_from = match before.last() {
            Some(last) if self.chance(30) => last.service_from,
            Some(last) if self.chance(30) => last.service_from + Days::new(self.below(20) as u64),
            _ if self.chance(20) => self.turn_of_the_year() - Days::new(self.below(30) as u64),
            _ => self.any_date(),
        };
        let mut stay = self.chance(30).then(|| format!("s{index}"));
        if let Some(last) = before.last().filter(|last| last.stay.is_some())
            && self.chance(60)
        {
            stay.clone_from(&last.stay);
            service_from = last.service_from;
            self.seen.hit("stay with several claims");
        }
        let service_to = service_from + Days::new(self.pick(&[0, 1, 3, 7, 9, 19, 45]));
        let asks = |when: When| self.scheme.rule_date == when || self.scheme.attributes.iter().any(|one| one.as_of == when);
        let (discharge, settlement) = (asks(When::Discharge), asks(When::Settlement));
        let settled = service_to + Days::new(self.below(60) as u64);
        let sequence = if self.chance(80) { index as u32 } else { self.below(6) as u32 };
        let mut fields = BTreeMap::new();
        let mut attributes = BTreeMap::new();
        for one in self.scheme.attributes.clone() {
            if one.of != Of::Claim || !self.chance(75) {
                continue;
            }
            match (one.name.as_str(), self.datum(&one.kind)) {
                ("care" | "facility_level" | "facility_region", Datum::Word(word)) => drop(fields.insert(one.name, word)),
                (_, datum) => drop(attributes.insert(one.name, datum)),
            }
        }
        let body = self.body();
        let service_to_given = discharge || self.chance(85);
        let mut body = body;
        self.date_lines(&mut body, service_from, if service_to_given { service_to } else { service_from });
        let mut claim = Claim {
            id: format!("c{index:02}"),
            person: person.id.clone(),
            fields,
            service_from,
            service_to: service_to_given.then_some(service_to),
            settled: (settlement || self.chance(85)).then_some(settled),
            sequence,
            stay,
            days: self.chance(25).then(|| self.pick(&[1, 2, 5, 10])),
            attributes,
            body,
            wrong_bill: None,
            prior: Vec::new(),
        };
        let unknown = self.scheme.attributes.iter().any(|one| one.default.is_none()) && !person.attributes.contains_key("member");
        if !unknown {
            claim.prior = self.prior(&claim);
        }
        // the opening balance of a household comes with the first member whose claim can be read
        if person.household.is_none() && self.chance(6) && !self.tame {
            self.spoil(&mut claim);
        }
        claim
    }

    /// Gives lines dates of the service: none, or of a few.
    fn date_lines(&mut self, body: &mut Body, from: NaiveDate, to: NaiveDate) {
        let Body::Lines(lines) = body else { return };
        if self.tame || self.chance(30) {
            return;
        }
        let all = self.chance(70);
        for line in lines {
            if all || self.chance(50) {
                let days: Vec<NaiveDate> = from.iter_days().take_while(|date| *date <= to).collect();
                line.date = Some(self.pick(&days));
            }
        }
    }

    /// Makes a claim that must be rejected.
    fn spoil(&mut self, claim: &mut Claim) {
        let choice = self.state % 6;
        if let (5, Body::Lines(lines)) = (choice, &mut claim.body) {
            self.seen.hit("line dated outside of the service");
            let service = [claim.service_from - Days::new(1), claim.service_to.unwrap_or(claim.service_from) + Days::new(1)];
            lines[0].date = Some(service[usize::from(self.state % 4 > 1)]);
            return;
        }
        let unit = self.unit;
        let part = match &mut claim.body {
            Body::Portions(portions) => &mut portions[0].1,
            Body::Lines(lines) => &mut lines[0].amount,
        };
        match choice {
            0 => claim.service_to = Some(claim.service_from - Days::new(1)),
            1 => {
                let too_early = date(2020, 12, 30);
                claim.service_from = too_early;
                claim.service_to = claim.service_to.map(|_| too_early);
                claim.settled = claim.settled.map(|_| too_early);
            }
            2 => *part = -unit,
            3 => *part += unit / Rat::whole(10),
            _ => claim.wrong_bill = Some(claim.bill() + unit),
        }
    }

    /// Whether a benefit for each line asks for anything of a line.
    fn needs_lines(&self) -> bool {
        let benefits = self.scheme.layers.iter().flat_map(|layer| &layer.benefits);
        let written = format!("{:?}", benefits.filter(|one| one.by == Some(Item::Line)).collect::<Vec<_>>());
        let mut facts = self.scheme.attributes.iter().filter(|one| one.of == Of::Line).map(|one| one.name.as_str());
        facts.any(|name| written.contains(&format!("{name:?}")))
            || ["LineDate", "\"quantity\"", "\"amount\""].iter().any(|name| written.contains(name))
    }

    fn body(&mut self) -> Body {
        if self.scheme.classify.is_empty() || self.tame || (self.chance(30) && !self.needs_lines()) {
            self.seen.hit("claim by portions");
            let mut portions = Vec::new();
            for portion in self.scheme.portions.clone() {
                if self.chance(75) {
                    portions.push((portion, self.money()));
                }
            }
            if portions.is_empty() {
                portions.push((self.scheme.portions[0].clone(), self.money()));
            }
            return Body::Portions(portions);
        }
        self.seen.hit("claim by lines");
        let mut lines: Vec<Line> = Vec::new();
        for index in 0..=self.below(5) {
            let same = lines.last().map(|line| line.amount).filter(|_| self.chance(35));
            let mut line = Line {
                id: format!("{}", index + 1),
                code: None,
                class: None,
                date: None,
                quantity: self.whole(&[1, 1, 2, 3, 4, 7, 10]),
                amount: same.unwrap_or_else(|| self.money()),
                attributes: BTreeMap::new(),
            };
            for one in self.scheme.attributes.clone() {
                if one.of == Of::Line && self.chance(75) {
                    match (one.name.as_str(), self.datum(&one.kind)) {
                        ("code", Datum::Word(word)) => line.code = Some(word),
                        ("class", Datum::Word(word)) => line.class = Some(word),
                        (_, datum) => drop(line.attributes.insert(one.name, datum)),
                    }
                }
            }
            lines.push(line);
        }
        Body::Lines(lines)
    }

    fn prior(&mut self, claim: &Claim) -> Vec<Prior> {
        let mut priors = Vec::new();
        for layer in self.scheme.layers.clone() {
            if self.tame || !self.chance(7) {
                continue;
            }
            let percent = self.pick(&[0, 5, 10, 20, 40, 80]);
            let amount = (claim.bill() * Rat::new(percent, 100)).floor_to(self.unit);
            let portion = layer.covers.as_ref().map(|covers| covers[0].clone());
            let portions = portion.filter(|_| self.chance(40)).map(|portion| vec![(portion, amount)]);
            priors.push(Prior { layer: layer.id, amount, portions });
        }
        priors
    }
}

fn name(of: &str) -> Formula {
    Formula::Name(of.to_owned())
}

fn op(left: Formula, op: char, right: Formula) -> Formula {
    Formula::Op(Box::new(left), op, Box::new(right))
}

fn call(function: &'static str, arguments: Vec<Formula>) -> Formula {
    Formula::Call(function, arguments)
}

fn has_formula(value: &Value) -> bool {
    match value {
        Value::Number(_) | Value::Ratio(_) => false,
        Value::Formula(_) => true,
        Value::Series(series) => series.iter().any(|(_, value)| has_formula(value)),
        Value::Table(rows) => rows.iter().any(|(_, value)| has_formula(value)),
    }
}

/// The fact that a test asks about; entries of one condition ask about different ones.
fn subject(test: &Test) -> &str {
    match test {
        Test::OneOf(name, _) | Test::Is(name, _) | Test::Compare(name, _) => name,
        Test::RuleDate(_) => "rule_date",
        Test::LineDate(_) => "line_date",
        Test::Any(_) => "any",
        Test::Not(Condition(tests)) => tests.first().map_or("not", subject),
    }
}
