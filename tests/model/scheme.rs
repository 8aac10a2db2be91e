//! Schemes, people and claims as plain data, in the words of the rule language.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::rat::Rat;

#[derive(Clone, Debug)]
pub(crate) struct Scheme {
    pub(crate) id: String,
    pub(crate) from: NaiveDate,
    pub(crate) rounding: (Rat, Mode),
    pub(crate) rule_date: When,
    pub(crate) as_incurred: bool,
    /// Month and day on which a policy year begins.
    pub(crate) policy_year: (u32, u32),
    /// Whether the day of discharge is a day of its own.
    pub(crate) both_ends: bool,
    /// A month counts only if it is covered in whole.
    pub(crate) whole_months: bool,
    pub(crate) portions: Vec<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) parameters: Vec<(String, Value)>,
    pub(crate) accumulators: Vec<Accumulator>,
    pub(crate) day_charges: Vec<DayCharge>,
    /// Those that share split payments.
    pub(crate) funds: Vec<String>,
    /// Those that pay for layers.
    pub(crate) backing: Vec<Backing>,
    pub(crate) classify: Vec<ClassifyRow>,
    pub(crate) layers: Vec<Layer>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    Line,
    Day,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    HalfUp,
    HalfEven,
    Down,
    Up,
}

/// A date of a claim, or one that follows from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    RuleDate,
    Admission,
    Discharge,
    Settlement,
    PolicyYearStart,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Of {
    Person,
    Claim,
    Line,
}

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) of: Of,
    pub(crate) kind: Kind,
    pub(crate) default: Option<Datum>,
    pub(crate) as_of: When,
    /// So many months or days before that date.
    pub(crate) earlier: Option<(u32, Step)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A closed list; for a person in order of rank.
    Words(Vec<String>),
    YesNo,
    Count,
    Amount,
    Ratio,
    Text,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Datum {
    Word(String),
    Truth(bool),
    Number(Rat),
    Share(Rat),
    Day(NaiveDate),
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// An amount or a count.
    Number(Rat),
    Ratio(Rat),
    Formula(Formula),
    Series(Vec<(NaiveDate, Value)>),
    /// The row without a condition is `otherwise`.
    Table(Vec<(Option<Condition>, Value)>),
}

#[derive(Clone, Debug)]
pub(crate) enum Formula {
    Number(Rat),
    Percent(Rat),
    Name(String),
    Op(Box<Formula>, char, Box<Formula>),
    Call(&'static str, Vec<Formula>),
}

/// All of them must hold.
#[derive(Clone, Debug)]
pub(crate) struct Condition(pub(crate) Vec<Test>);

#[derive(Clone, Debug)]
pub(crate) enum Test {
    OneOf(String, Vec<String>),
    Is(String, bool),
    Compare(String, Vec<(Op, Rat)>),
    RuleDate(Vec<(Op, NaiveDate)>),
    LineDate(Vec<(Op, NaiveDate)>),
    Any(Vec<Condition>),
    Not(Condition),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Op {
    Equal,
    Unequal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// `when` and `unless`.
#[derive(Clone, Default, Debug)]
pub(crate) struct Guard {
    pub(crate) when: Option<Condition>,
    pub(crate) unless: Option<Condition>,
}

/// How a rolling window is counted back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    Days,
    Months,
    CalendarMonths,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Per {
    Claim,
    Stay,
    Day,
    Month,
    PolicyYear,
    CalendarYear,
    Lifetime,
    /// So many months, or days, from the first claim that counts.
    FirstUse(u32, Step),
    Quarter,
    HalfYear,
    /// Month and day.
    YearFrom(u32, u32),
    Last(u32, Back),
    /// Until so many days without care.
    Spell(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Months,
    Days,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Owner {
    Person,
    Household,
    /// All insured together.
    Everyone,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Counts {
    Deductible,
    Payment,
    Base,
    Excess,
    PatientShare,
    Claims,
    Days,
    Copay,
}

/// Amounts that go by the day.
#[derive(Clone, Debug)]
pub(crate) struct DayCharge {
    pub(crate) id: String,
    pub(crate) counted: String,
    pub(crate) when: Option<Condition>,
    pub(crate) rows: Vec<DayRow>,
}

/// The last day, or the accumulator of reserve days and how many there are, or neither; and the amount of a day.
pub(crate) type DayRow = (Option<i128>, Option<(String, i128)>, Value);

#[derive(Clone, Debug)]
pub(crate) struct Accumulator {
    pub(crate) id: String,
    pub(crate) counts: Counts,
    pub(crate) per: Per,
    pub(crate) owner: Owner,
    pub(crate) when: Option<Condition>,
    /// In how many last months what is posted counts in the next period too.
    pub(crate) carry_months: Option<u32>,
    /// Layers and funds whose payments it counts too.
    pub(crate) with_payments_of: Vec<String>,
}

/// Where a rule keeps its position: an accumulator of its own, or a named one.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Own(Per, Owner),
    Named(String),
}

#[derive(Clone, Debug)]
pub(crate) struct ClassifyRow {
    pub(crate) when: Option<Condition>,
    pub(crate) into: String,
    pub(crate) quantity_limit: Option<(Value, String)>,
    pub(crate) price_limit: Option<(Value, String)>,
    pub(crate) self_pay: Option<(Value, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) id: String,
    pub(crate) guard: Guard,
    pub(crate) covers: Option<Vec<String>>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) premium: Option<Value>,
    pub(crate) write_off: bool,
    /// For how many days after the policy year it goes on paying.
    pub(crate) run_off: Option<u64>,
    /// When nobody pays what it is figured to pay.
    pub(crate) notional: Option<Guard>,
    pub(crate) benefits: Vec<Benefit>,
}

#[derive(Clone, Debug)]
pub(crate) struct Benefit {
    pub(crate) id: String,
    pub(crate) guard: Guard,
    /// Portions with their counting factors (none: 100 %).
    pub(crate) covers: Vec<(String, Option<Value>)>,
    pub(crate) lines: Option<Condition>,
    pub(crate) group: Option<Group>,
    pub(crate) deductibles: Vec<Deductible>,
    pub(crate) copays: Vec<Copay>,
    pub(crate) form: Form,
    pub(crate) points: Vec<(Value, Guard)>,
    pub(crate) factors: Vec<(Value, Guard)>,
    /// The least and the most of the ratio.
    pub(crate) ratio_between: [Option<Value>; 2],
    pub(crate) out_of_pocket_max: Vec<Maximum>,
    /// What the maxima hold down; none: the whole share.
    pub(crate) maximum_of: Option<Vec<Part>>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) line_caps: Vec<LineCap>,
    pub(crate) coordinate: Option<Coordinate>,
    pub(crate) minimum: Option<Value>,
    pub(crate) indemnity: bool,
    /// Figured for each line, or for each day, by itself.
    pub(crate) by: Option<Item>,
    pub(crate) allocate: Option<Vec<String>>,
    pub(crate) rounding: Option<Rounding>,
}

impl Benefit {
    /// A benefit with nothing but what it covers and pays.
    pub(crate) fn plain(id: &str, covers: Vec<(String, Option<Value>)>, form: Form) -> Benefit {
        Benefit {
            id: id.to_owned(),
            guard: Guard::default(),
            covers,
            lines: None,
            group: None,
            deductibles: Vec::new(),
            copays: Vec::new(),
            form,
            points: Vec::new(),
            factors: Vec::new(),
            ratio_between: [None, None],
            out_of_pocket_max: Vec::new(),
            maximum_of: None,
            caps: Vec::new(),
            line_caps: Vec::new(),
            coordinate: None,
            minimum: None,
            indemnity: true,
            by: None,
            allocate: None,
            rounding: None,
        }
    }
}

/// Lines that are alike in these facts are a group; one with less counted money than `least` does not count.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) by: Vec<String>,
    pub(crate) least: Value,
    pub(crate) guard: Guard,
}

/// A figure that a coordinating benefit may pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Candidate {
    Own,
    OwnLessPaid,
    BaseLessPaid,
}

#[derive(Clone, Debug)]
pub(crate) struct Coordinate {
    /// None: every earlier layer that pays.
    pub(crate) with: Option<Vec<String>>,
    pub(crate) greatest: bool,
    pub(crate) candidates: Vec<Candidate>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rounding {
    pub(crate) unit: Rat,
    pub(crate) mode: Mode,
    pub(crate) of_patient_share: bool,
    pub(crate) of_coinsurance: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Deductible {
    pub(crate) amount: Value,
    pub(crate) kept: Kept,
    pub(crate) guard: Guard,
    pub(crate) franchise: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    BeforeRatio,
    BeforeDeductible,
    FromPayment,
    Beside,
}

/// A part of the patient's share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Deductible,
    Copay,
    Coinsurance,
}

#[derive(Clone, Debug)]
pub(crate) struct Copay {
    pub(crate) each: Each,
    /// A sum; or a ratio of what the item has left.
    pub(crate) amount: Value,
    pub(crate) is_ratio: bool,
    pub(crate) least: Option<Value>,
    pub(crate) most: Option<Value>,
    pub(crate) caps: Vec<Maximum>,
    pub(crate) taken: Taken,
    pub(crate) guard: Guard,
}

impl Copay {
    /// A sum for the claim.
    pub(crate) fn of_claim(amount: Value, taken: Taken, guard: Guard) -> Copay {
        Copay { each: Each::Claim, amount, is_ratio: false, least: None, most: None, caps: Vec::new(), taken, guard }
    }
}

/// For what a copayment is due once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Each {
    Claim,
    Line,
    Unit,
    Day,
}

#[derive(Clone, Debug)]
pub(crate) struct Maximum {
    pub(crate) amount: Value,
    pub(crate) kept: Kept,
    pub(crate) guard: Guard,
}

#[derive(Clone, Debug)]
pub(crate) struct Backing {
    pub(crate) id: String,
    /// Layers, each with the share of its payments; none for all of them.
    pub(crate) pays: Vec<(String, Option<Rat>)>,
    /// A budget that stops payments, and its period.
    pub(crate) budget: Option<(Rat, Per)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Cap {
    pub(crate) amount: Value,
    pub(crate) kept: Kept,
    pub(crate) guard: Guard,
    pub(crate) on_base: bool,
    /// It is the budget of this fund.
    pub(crate) budget_of: Option<String>,
}

/// A cap on what counts of lines.
#[derive(Clone, Debug)]
pub(crate) struct LineCap {
    pub(crate) amount: Value,
    pub(crate) kept: Kept,
    pub(crate) guard: Guard,
    pub(crate) on: LineOn,
    pub(crate) lines: Option<Condition>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LineOn {
    Money,
    Units,
    Days,
}

#[derive(Clone, Debug)]
pub(crate) enum Form {
    Ratio(Value),
    Bands {
        absolute: bool,
        kept: Kept,
        /// Upper edge (none in the last row) and ratio.
        rows: Vec<(Option<Value>, Value)>,
    },
    Phases {
        kept: Kept,
        /// None: one of its own, of the same period and owner.
        share: Option<String>,
        rows: Vec<Phase>,
    },
    Grant {
        kept: Kept,
        /// `above` and `pays`.
        rows: Vec<(Value, Value)>,
    },
    Fixed(Value),
    InKind {
        buy: i128,
        give: i128,
        units: String,
        kept: Kept,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Phase {
    pub(crate) to: Option<Value>,
    pub(crate) to_share: Option<Value>,
    /// Ratios, each with its fund if the phase is split.
    pub(crate) parts: Vec<(Option<String>, Value)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) household: Option<String>,
    pub(crate) birth_date: NaiveDate,
    pub(crate) attributes: BTreeMap<String, Vec<Dated>>,
    pub(crate) opening: Vec<Opening>,
}

/// A value from a date (inclusive) until a date (exclusive).
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) value: Datum,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) until: Option<NaiveDate>,
}

#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) accumulator: String,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Rat,
}

#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) id: String,
    pub(crate) person: String,
    /// `care`, `facility_id`, `facility_level`, `facility_region`.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) service_from: NaiveDate,
    pub(crate) service_to: Option<NaiveDate>,
    pub(crate) settled: Option<NaiveDate>,
    pub(crate) sequence: u32,
    pub(crate) stay: Option<String>,
    pub(crate) days: Option<u32>,
    pub(crate) attributes: BTreeMap<String, Datum>,
    pub(crate) body: Body,
    /// A bill that is not the sum of its parts.
    pub(crate) wrong_bill: Option<Rat>,
    pub(crate) prior: Vec<Prior>,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Portions(Vec<(String, Rat)>),
    Lines(Vec<Line>),
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) code: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) date: Option<NaiveDate>,
    pub(crate) quantity: Rat,
    pub(crate) amount: Rat,
    pub(crate) attributes: BTreeMap<String, Datum>,
}

#[derive(Clone, Debug)]
pub(crate) struct Prior {
    pub(crate) layer: String,
    pub(crate) amount: Rat,
    pub(crate) portions: Option<Vec<(String, Rat)>>,
}

impl Claim {
    pub(crate) fn bill(&self) -> Rat {
        self.parts().into_iter().sum()
    }

    /// The amounts that make up the bill.
    pub(crate) fn parts(&self) -> Vec<Rat> {
        match &self.body {
            Body::Portions(portions) => portions.iter().map(|(_, amount)| *amount).collect(),
            Body::Lines(lines) => lines.iter().map(|line| line.amount).collect(),
        }
    }

    pub(crate) fn last_day(&self) -> NaiveDate {
        self.service_to.unwrap_or(self.service_from)
    }
}

impl Scheme {
    /// The date of a claim that picks rules, dated values, ages and periods.
    pub(crate) fn rule_date_of(&self, claim: &Claim) -> NaiveDate {
        match self.rule_date {
            When::Discharge => claim.last_day(),
            When::Settlement => claim.settled.expect("a settlement date"),
            _ => claim.service_from,
        }
    }

    pub(crate) fn accumulator(&self, id: &str) -> &Accumulator {
        let found = self.accumulators.iter().find(|one| one.id == id);
        found.expect("a declared accumulator")
    }
}
