//! The tree of a rule file, with the place of everything in it.

use std::ops::Range;

use chrono::NaiveDate;

use crate::date::{AsOf, DateChoice, Per, PolicyYear, Span};
use crate::exact::Exact;
use crate::money::Rounding;

/// Bytes of the rule file.
pub(crate) type Place = Range<usize>;

/// Something with the place where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T> At<T> {
    pub(crate) fn new(value: T, place: Place) -> At<T> {
        At { value, place }
    }
}

pub(crate) type Name = At<String>;

/// A title in Chinese and English; either may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Title {
    pub(crate) zh: Option<String>,
    pub(crate) en: Option<String>,
}

/// What may stand beside any rule: its title, where it comes from, and whether its figures are made up.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) title: Title,
    pub(crate) source: Option<String>,
    pub(crate) illustrative: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) about: About,
    pub(crate) effective: Span,
    pub(crate) currency: String,
    pub(crate) rounding: Rounding,
    pub(crate) rule_date: DateChoice,
    pub(crate) as_incurred: bool,
    pub(crate) policy_year: PolicyYear,
    /// Days count the first and the last day, not the nights between them.
    pub(crate) both_ends: bool,
    /// Whether a month of the policy year counts only where it is covered in whole, not where it has begun.
    pub(crate) whole_months: Option<bool>,
    pub(crate) settles: Option<Settles>,
    pub(crate) settles_place: Place,
}

/// Of which decided claims a scheme makes its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settles {
    /// The scheme that decides them.
    pub(crate) scheme: String,
    /// The stretch of the calendar whose claims go together.
    pub(crate) per: Per,
    /// Those of a household, not of a person alone.
    pub(crate) for_households: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Portion {
    pub(crate) id: Name,
    pub(crate) about: About,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeOf {
    Person,
    Household,
    Claim,
    Line,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AttributeType {
    /// A closed list of words; for persons in the order of their rank.
    Words(Vec<Name>),
    YesNo,
    Count,
    Amount,
    Ratio,
    Text,
}

#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) name: Name,
    pub(crate) of: AttributeOf,
    pub(crate) kind: AttributeType,
    pub(crate) default: Option<Name>,
    pub(crate) as_of: AsOf,
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "documents show it"))]
    pub(crate) about: About,
}

/// What a number measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Amount,
    Ratio,
    Count,
    /// A bare number, which fits where an amount or a count is wanted.
    Number,
    /// A bare number times a ratio, which fits anywhere: `14000 * 80%`, `2 * 5%`.
    Open,
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::Amount => "an amount",
            Unit::Ratio => "a ratio",
            Unit::Count => "a count",
            Unit::Number | Unit::Open => "a number",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    pub(crate) value: Value,
    pub(crate) unit: Option<Unit>,
    pub(crate) about: About,
}

/// A value: wherever a number stands.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Expression(Expression),
    Series(At<Series>),
    Table(At<Vec<Row>>),
}

/// Values from dates on, in the order of the dates.
pub(crate) type Series = Vec<(At<NaiveDate>, Value)>;

impl Value {
    pub(crate) fn place(&self) -> Place {
        match self {
            Value::Expression(e) => e.place.clone(),
            Value::Series(s) => s.place.clone(),
            Value::Table(t) => t.place.clone(),
        }
    }
}

/// A row of a decision table; without a condition it is the `otherwise` row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) when: Option<Condition>,
    pub(crate) then: Value,
    pub(crate) place: Place,
}

pub(crate) type Expression = At<Box<Node>>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Number(Exact),
    Percent(Exact),
    Name(String),
    Negate(Expression),
    Binary(Operator, Expression, Expression),
    Call(Function, Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Min,
    Max,
    Floor,
    Ceil,
    Round,
}

/// All tests must hold.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) tests: Vec<Test>,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) kind: TestKind,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) enum TestKind {
    /// A fact compared with words or numbers: at least one alternative must hold.
    Fact {
        name: Name,
        alternatives: Vec<Alternative>,
    },
    Any(Vec<Condition>),
    Not(Condition),
}

/// One alternative of a test.
#[derive(Debug, Clone)]
pub(crate) enum Alternative {
    /// A word, or `true` or `false`.
    Word(Name),
    /// Comparisons that all hold.
    Compare(At<Vec<(Comparison, Literal)>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Literal {
    Number(Exact),
    Percent(Exact),
    Date(NaiveDate),
}

/// `when` and `unless` of a rule: conditions that must all hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard {
    pub(crate) when: Option<Condition>,
    pub(crate) unless: Option<Condition>,
}

/// What an accumulator counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    Deductible,
    Payment,
    Base,
    Excess,
    PatientShare,
    Claims,
    Units,
    Days,
    /// What copayments took.
    Copay,
    /// Some parts of the patient's share: only for accumulators of a maximum's own.
    Parts(Parts),
}

impl Counts {
    pub(crate) const NAMES: [(&'static str, Counts); 9] = [
        ("deductible", Counts::Deductible),
        ("payment", Counts::Payment),
        ("base", Counts::Base),
        ("excess", Counts::Excess),
        ("patient-share", Counts::PatientShare),
        ("claims", Counts::Claims),
        ("units", Counts::Units),
        ("days", Counts::Days),
        ("copay", Counts::Copay),
    ];

    /// The names alone.
    pub(crate) const WORDS: [&'static str; 9] = {
        let [a, b, c, d, e, f, g, h, i] = Counts::NAMES;
        [a.0, b.0, c.0, d.0, e.0, f.0, g.0, h.0, i.0]
    };

    pub(crate) fn name(self) -> &'static str {
        // Some parts are still the patient's share.
        Counts::NAMES.iter().find(|(_, c)| *c == self).map_or("patient-share", |(name, _)| name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Person,
    Household,
    /// All whom the scheme insures, together.
    Everyone,
}

#[derive(Debug, Clone)]
pub(crate) struct Accumulator {
    pub(crate) id: Name,
    pub(crate) counts: Counts,
    pub(crate) per: Per,
    pub(crate) owner: Owner,
    /// In how many last months of a period what is posted counts in the next one too.
    pub(crate) carry_months: Option<At<u32>>,
    /// Layers and funds whose payments are counted too.
    pub(crate) with_payments_of: Vec<Name>,
    pub(crate) guard: Guard,
}

/// Amounts that go by the day: by how many days there were before, and by the date of each.
#[derive(Debug, Clone)]
pub(crate) struct DayCharge {
    pub(crate) id: Name,
    pub(crate) about: About,
    pub(crate) counted: Name,
    pub(crate) rows: Vec<DayRow>,
    pub(crate) guard: Guard,
}

#[derive(Debug, Clone)]
pub(crate) struct DayRow {
    pub(crate) days: DaysOf,
    pub(crate) amount: Value,
    pub(crate) place: Place,
}

/// Which days a row is for.
#[derive(Debug, Clone)]
pub(crate) enum DaysOf {
    /// Those up to a number.
    To(At<u32>),
    /// Reserve days: while there are any.
    Reserve(Name, At<u32>),
    /// All that are left.
    Rest,
}

/// What pays, and shares the payment of a benefit with others.
#[derive(Debug, Clone)]
pub(crate) struct Fund {
    pub(crate) id: Name,
    pub(crate) about: About,
    /// The layers whose payments it makes: whole where there is no ratio.
    pub(crate) pays: Vec<(Name, Option<Value>)>,
    pub(crate) per: Option<At<Per>>,
    pub(crate) donations: Vec<Donation>,
    pub(crate) pays_premium_of: Vec<Name>,
    pub(crate) budget: Option<Value>,
    pub(crate) when_dry: WhenDry,
    pub(crate) corridor: Vec<CorridorBand>,
}

#[derive(Debug, Clone)]
pub(crate) struct Donation {
    pub(crate) on: NaiveDate,
    pub(crate) amount: Value,
    pub(crate) about: About,
}

#[derive(Debug, Clone)]
pub(crate) struct CorridorBand {
    pub(crate) with: Name,
    pub(crate) from: Option<Value>,
    pub(crate) to: Option<Value>,
    pub(crate) share: Value,
    /// Of a surplus, not of a deficit.
    pub(crate) of_surplus: bool,
    pub(crate) place: Place,
}

/// What happens when a fund's budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenDry {
    /// Nothing more is paid: the budget is a limit of every payment.
    Stop,
    /// When the period is over, all its payments are cut in the same proportion.
    ProRata,
    /// All is paid, and what exceeds the budget is recorded.
    RecordExcess,
}

impl WhenDry {
    pub(crate) const WORDS: [&str; 3] = ["stop", "pro-rata", "record-excess"];
    pub(crate) const NAMES: [(&str, WhenDry); 3] =
        [("stop", WhenDry::Stop), ("pro-rata", WhenDry::ProRata), ("record-excess", WhenDry::RecordExcess)];

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

/// The accumulator that a rule runs on: a named one, or one of its own.
#[derive(Debug, Clone)]
pub(crate) enum Running {
    Named(Name),
    Own { per: Per, owner: Owner },
}

#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub(crate) amount: Value,
    pub(crate) running: Running,
    pub(crate) guard: Guard,
    pub(crate) place: Place,
    /// Of a maximum: the parts of the patient's share that it holds down.
    pub(crate) of: Parts,
}

/// What a cap limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CapOn {
    Payment,
    Base,
    /// Units of lines, of which those beyond it do not count.
    Units,
    /// Days of the claim.
    Days,
}

impl CapOn {
    pub(crate) const NAMES: [(&'static str, CapOn); 4] =
        [("payment", CapOn::Payment), ("base", CapOn::Base), ("units", CapOn::Units), ("days", CapOn::Days)];

    /// The names alone.
    pub(crate) const WORDS: [&'static str; 4] = {
        let [a, b, c, d] = CapOn::NAMES;
        [a.0, b.0, c.0, d.0]
    };

    pub(crate) fn name(self) -> &'static str {
        match self {
            CapOn::Payment => "payment",
            CapOn::Base => "base",
            CapOn::Units => "units",
            CapOn::Days => "days",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Cap {
    pub(crate) limit: Limit,
    pub(crate) on_base: bool,
}

/// A cap on what a benefit counts of its lines, or of some of them: units, days or money.
#[derive(Debug, Clone)]
pub(crate) struct LineCap {
    pub(crate) limit: Limit,
    pub(crate) on: CapOn,
    pub(crate) lines: Option<Condition>,
}

#[derive(Debug, Clone)]
pub(crate) struct Deductible {
    pub(crate) limit: Limit,
    pub(crate) franchise: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    BeforeDeductible,
    BeforeRatio,
    FromPayment,
    /// On top of the bill.
    Beside,
}

/// Parts of the patient's share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Parts {
    pub(crate) deductible: bool,
    pub(crate) copay: bool,
    pub(crate) coinsurance: bool,
}

impl Parts {
    pub(crate) const ALL: Parts = Parts { deductible: true, copay: true, coinsurance: true };

    const NONE: Parts = Parts { deductible: false, copay: false, coinsurance: false };

    pub(crate) const NAMES: [(&'static str, Parts); 3] = [
        ("deductible", Parts { deductible: true, ..Parts::NONE }),
        ("copay", Parts { copay: true, ..Parts::NONE }),
        ("coinsurance", Parts { coinsurance: true, ..Parts::NONE }),
    ];

    /// Both together; nothing if they overlap.
    pub(crate) fn with(self, other: Parts) -> Option<Parts> {
        let overlap = (self.deductible && other.deductible) || (self.copay && other.copay) || (self.coinsurance && other.coinsurance);
        let deductible = self.deductible || other.deductible;
        (!overlap).then_some(Parts { deductible, copay: self.copay || other.copay, coinsurance: self.coinsurance || other.coinsurance })
    }

    /// Their names, in the order of [`Parts::NAMES`].
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        Parts::NAMES.into_iter().filter(move |(_, part)| self.with(*part).is_none()).map(|(name, _)| name)
    }
}

/// For what a copayment is due once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Each {
    Claim,
    Line,
    /// For each unit of a line's quantity.
    Unit,
    Day,
}

impl Each {
    pub(crate) const NAMES: [(&'static str, Each); 4] =
        [("claim", Each::Claim), ("line", Each::Line), ("unit", Each::Unit), ("day", Each::Day)];

    /// The names alone.
    pub(crate) const WORDS: [&'static str; 4] = {
        let [a, b, c, d] = Each::NAMES;
        [a.0, b.0, c.0, d.0]
    };

    pub(crate) fn name(self) -> &'static str {
        match self {
            Each::Claim => "claim",
            Each::Line => "line",
            Each::Unit => "unit",
            Each::Day => "day",
        }
    }

    /// Whether it looks at lines one by one.
    pub(crate) fn by_line(self) -> bool {
        matches!(self, Each::Line | Each::Unit)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Copay {
    pub(crate) each: Each,
    /// A sum; or, if it is a ratio, a part of what the item has left.
    pub(crate) amount: Value,
    pub(crate) is_ratio: bool,
    pub(crate) least: Option<Value>,
    pub(crate) most: Option<Value>,
    /// What it takes in a period at most.
    pub(crate) caps: Vec<Limit>,
    pub(crate) place: Place,
    pub(crate) taken: Taken,
    pub(crate) guard: Guard,
}

/// Points or factors on a ratio.
#[derive(Debug, Clone)]
pub(crate) struct Adjustment {
    pub(crate) value: Value,
    pub(crate) guard: Guard,
}

#[derive(Debug, Clone)]
pub(crate) struct Band {
    pub(crate) to: Option<Value>,
    pub(crate) ratio: Value,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) struct GrantRow {
    pub(crate) above: Value,
    pub(crate) pays: Value,
    pub(crate) place: Place,
}

/// A stretch of accumulated cost, or of what the patient has borne.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    pub(crate) to: Option<Value>,
    pub(crate) to_share: Option<Value>,
    pub(crate) pays: Pays,
    pub(crate) place: Place,
}

/// Who pays which part.
#[derive(Debug, Clone)]
pub(crate) enum Pays {
    Ratio(Value),
    Split(Vec<(Name, Value)>),
}

impl Pays {
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        let (ratio, split) = match self {
            Pays::Ratio(ratio) => (Some(ratio), &[][..]),
            Pays::Split(split) => (None, split.as_slice()),
        };
        ratio.into_iter().chain(split.iter().map(|(_, value)| value))
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Form {
    Ratio(Value),
    Bands { absolute: bool, running: Running, rows: Vec<Band>, place: Place },
    Phases { running: Running, share: Option<Name>, rows: Vec<Phase>, place: Place },
    Grant { running: Running, rows: Vec<GrantRow>, place: Place },
    Fixed(Value),
    InKind { buy: At<u32>, give: At<u32>, units: Name, running: Running, place: Place },
}

/// Lines in groups, of which those with too little money do not count.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) by: Vec<Name>,
    pub(crate) least: Value,
    /// Which lines are grouped; the others count as ever.
    pub(crate) guard: Guard,
    pub(crate) place: Place,
}

/// A figure that a coordinating benefit may pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// What it would pay if the others had paid nothing.
    Own,
    /// That, less what they paid.
    OwnLessPaid,
    /// Its base less what they paid.
    BaseLessPaid,
}

impl Candidate {
    pub(crate) const NAMES: [(&'static str, Candidate); 3] =
        [("own", Candidate::Own), ("own-less-paid", Candidate::OwnLessPaid), ("base-less-paid", Candidate::BaseLessPaid)];

    /// The names alone.
    pub(crate) const WORDS: [&'static str; 3] = {
        let [a, b, c] = Candidate::NAMES;
        [a.0, b.0, c.0]
    };

    pub(crate) fn name(self) -> &'static str {
        match self {
            Candidate::Own => "own",
            Candidate::OwnLessPaid => "own-less-paid",
            Candidate::BaseLessPaid => "base-less-paid",
        }
    }
}

/// How a benefit goes with the payments of earlier layers.
#[derive(Debug, Clone)]
pub(crate) struct Coordinate {
    /// The layers; nothing for every earlier one that pays.
    pub(crate) with: Option<Vec<Name>>,
    /// Whether it pays the greatest of the candidates, not the least.
    pub(crate) greatest: bool,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) struct Cover {
    pub(crate) portion: Name,
    pub(crate) factor: Option<Value>,
}

#[derive(Debug, Clone)]
pub(crate) struct Benefit {
    pub(crate) id: Name,
    pub(crate) about: About,
    pub(crate) guard: Guard,
    pub(crate) covers: Vec<Cover>,
    pub(crate) lines: Option<Condition>,
    pub(crate) group: Option<Group>,
    pub(crate) deductibles: Vec<Deductible>,
    pub(crate) copays: Vec<Copay>,
    pub(crate) form: Form,
    pub(crate) points: Vec<Adjustment>,
    pub(crate) factors: Vec<Adjustment>,
    /// The least and the most of the ratio, after points and factors.
    pub(crate) ratio_between: [Option<Value>; 2],
    pub(crate) out_of_pocket_max: Vec<Limit>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) line_caps: Vec<LineCap>,
    pub(crate) coordinate: Option<Coordinate>,
    pub(crate) minimum: Option<Value>,
    pub(crate) indemnity: bool,
    pub(crate) each: Each,
    pub(crate) allocate: Option<Vec<Name>>,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) rounds_patient_share: bool,
    pub(crate) rounds_coinsurance: bool,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) struct Premium {
    pub(crate) amount: Value,
    /// By the months in which the person is insured, not for whole policy years.
    pub(crate) by_month: bool,
    pub(crate) guard: Guard,
}

#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) id: Name,
    pub(crate) about: About,
    pub(crate) guard: Guard,
    pub(crate) covers: Option<Vec<Name>>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) premium: Option<Premium>,
    pub(crate) write_off: bool,
    /// For how many days after the claim's policy year it goes on paying.
    pub(crate) run_off: Option<At<u32>>,
    /// For which claims it is figured as if it paid, though nobody does.
    pub(crate) notional: Option<Guard>,
    pub(crate) benefits: Vec<Benefit>,
}

#[derive(Debug, Clone)]
pub(crate) struct ClassifyRow {
    pub(crate) when: Option<Condition>,
    pub(crate) into: Name,
    pub(crate) quantity_limit: Option<(Value, Name)>,
    pub(crate) price_limit: Option<(Value, Name)>,
    pub(crate) self_pay: Option<(Value, Name)>,
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "documents show it"))]
    pub(crate) about: About,
    pub(crate) place: Place,
}

/// A whole rule file.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) header: Header,
    pub(crate) portions: Vec<Portion>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) accumulators: Vec<Accumulator>,
    pub(crate) day_charges: Vec<DayCharge>,
    pub(crate) funds: Vec<Fund>,
    pub(crate) classify: Vec<ClassifyRow>,
    pub(crate) layers: Vec<Layer>,
}
