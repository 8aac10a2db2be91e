//! The compiled form of a scheme: flat, immutable, with every name resolved and every table laid out.

pub(crate) mod cases;
pub(crate) mod compile;
pub(crate) mod condition;
pub(crate) mod fact;
pub(crate) mod parts;
pub(crate) mod premium;
pub(crate) mod table;
pub(crate) mod value;

use std::sync::Arc;

use chrono::NaiveDate;

use crate::date::{DateChoice, Per, PolicyYear, Span};
use crate::diagnostic::Diagnostics;
use crate::ledger::AccumulatorKey;
use crate::money::Rounding;
use crate::scheme::Scheme;
use crate::scheme::syntax::{About, Candidate, CapOn, Counts, Each, Owner, Parts, Settles, Taken, Unit, WhenDry};
use condition::Condition;
use fact::{Fact, FactKind};
use value::Value;

/// The number of the meaning that this version gives to schemes: it rises when any figure could change.
pub const SEMANTICS: u32 = 1;

/// A scheme compiled for adjudication: immutable, and shared between threads without locks.
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// use medaid::{Plan, Scheme};
/// let scheme = Scheme::parse("village.toml", text)?;
/// let plan = Plan::compile(&scheme)?;
/// assert_eq!(plan.scheme_id(), "village_cover");
/// # Ok::<(), medaid::Diagnostics>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) about: About,
    /// Whether any figure of the scheme is declared illustrative.
    pub(crate) illustrative: bool,
    pub(crate) effective: Span,
    pub(crate) currency: String,
    pub(crate) rounding: Rounding,
    pub(crate) rule_date: DateChoice,
    pub(crate) as_incurred: bool,
    pub(crate) policy_year: PolicyYear,
    /// Days count the first and the last day, not the nights between them.
    pub(crate) both_ends: bool,
    /// A month of the policy year counts only where it is covered in whole, not where it has begun.
    pub(crate) whole_months: bool,
    pub(crate) portions: Vec<Named>,
    pub(crate) facts: Vec<Fact>,
    /// Facts that are read anew at entry to each layer.
    pub(crate) entry_facts: Vec<usize>,
    /// Facts that ask what a benefit paid or took as deductible.
    pub(crate) benefit_facts: Vec<usize>,
    /// Facts that differ from line to line.
    pub(crate) line_facts: Vec<usize>,
    /// The named values, for those who read the plan: rules hold what they need of them.
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "documents show it"))]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) accumulators: Vec<Accumulator>,
    /// Of each accumulator what accounts need to find its position. Shared with the accounts that have it on their page.
    pub(crate) slots: Arc<[Slot]>,
    pub(crate) couples_households: bool,
    pub(crate) couples_everyone: bool,
    /// The accumulators that count claims, or their days.
    pub(crate) claim_counts: Vec<usize>,
    /// By which facts of lines benefits group them.
    pub(crate) groups: Vec<Vec<GroupKey>>,
    /// Facts that are sums over the lines that a benefit counts, each with the fact that is summed.
    pub(crate) sums: Vec<(usize, usize)>,
    /// Whether any rule asks for what earlier periods held.
    pub(crate) asks_earlier: bool,
    /// Accumulators that run over spells, each with the one that keeps the days that its spells have lasted.
    pub(crate) spells: Vec<(usize, usize)>,
    /// Accumulators of which what is posted in so many last months of a period counts in the next one too.
    pub(crate) carries: Vec<(usize, u32)>,
    pub(crate) day_charges: Vec<DayCharge>,
    pub(crate) funds: Vec<Fund>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) settles: Option<Settles>,
    pub(crate) classify: Vec<ClassifyRow>,
    pub(crate) layers: Vec<Layer>,
    /// What each test of a condition asks, for explanations.
    pub(crate) tests: Vec<TestNote>,
    /// Whether any benefit coordinates with earlier layers.
    pub(crate) coordinates: bool,
    /// Whether any rule goes by the dates that lines have of their own.
    pub(crate) asks_dates: bool,
    /// Accumulators by the day to which benefits by line or day post.
    pub(crate) item_days: Vec<usize>,
    /// How many deductible accumulators are shared by several benefits.
    pub(crate) held_slots: usize,
    pub(crate) digest: [u8; 32],
}

impl Plan {
    /// Compiles a scheme.
    ///
    /// # Errors
    /// All findings, when any is an error. A [`Scheme`] that was parsed has none.
    pub fn compile(scheme: &Scheme) -> Result<Plan, Diagnostics> {
        let (plan, findings) = compile::compile(scheme.tree(), scheme.source());
        plan.ok_or_else(|| Diagnostics::new(scheme.file(), scheme.text(), findings))
    }

    /// The scheme's id.
    pub fn scheme_id(&self) -> &str {
        &self.id
    }

    /// The scheme's version.
    pub fn scheme_version(&self) -> &str {
        &self.version
    }

    /// The currency's three letters.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The unit and mode in which payments are rounded.
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// The time in which the scheme holds.
    pub fn effective(&self) -> Span {
        self.effective
    }

    /// Whether the scheme, or any layer, benefit or parameter of it, says that its figures are made up.
    pub fn is_illustrative(&self) -> bool {
        self.illustrative
    }

    /// Whether claims are put in the order of the rule date (as incurred), not of their receipt.
    pub fn is_as_incurred(&self) -> bool {
        self.as_incurred
    }

    /// Whether any accumulator belongs to a household: then a household's claims depend on each other.
    pub fn couples_households(&self) -> bool {
        self.couples_households
    }

    /// Whether any accumulator belongs to all whom the scheme insures: then all claims depend on each other, and are settled in one sequence.
    pub fn couples_everyone(&self) -> bool {
        self.couples_everyone
    }

    /// The ids of the layers, in the order in which they pay.
    pub fn layer_ids(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|l| l.name.id.as_str())
    }

    /// A layer's title in a language, or its id.
    pub fn layer_title(&self, layer: &str, language: crate::Language) -> Option<&str> {
        self.layers.iter().find(|l| l.name.id == layer).map(|l| l.name.title(language))
    }

    /// The ids of the portions, in the order in which they are declared.
    pub fn portion_ids(&self) -> impl Iterator<Item = &str> {
        self.portions.iter().map(|p| p.id.as_str())
    }

    /// The ids of the funds, in the order in which they are declared.
    pub fn fund_ids(&self) -> impl Iterator<Item = &str> {
        self.funds.iter().map(|f| f.name.id.as_str())
    }

    /// A portion's title in a language, or its id.
    pub fn portion_title(&self, portion: &str, language: crate::Language) -> Option<&str> {
        self.portions.iter().find(|p| p.id == portion).map(|p| p.title(language))
    }

    /// The scheme's title in a language, or its id.
    pub fn title(&self, language: crate::Language) -> &str {
        pick(&self.about, language).unwrap_or(&self.id)
    }

    /// Whether an attribute of that name is declared for persons.
    pub fn has_person_attribute(&self, name: &str) -> bool {
        self.facts.iter().any(|f| f.name == name && matches!(f.kind, FactKind::PersonAttribute(_)))
    }

    /// The digest of the scheme's canonical form: the same for texts that differ only in layout, comments and the order of keys.
    pub fn digest(&self) -> crate::Digest {
        crate::Digest::from_bytes(self.digest)
    }

    pub(crate) fn accumulator(&self, name: &str) -> Option<usize> {
        self.accumulators.iter().position(|a| a.name == name)
    }

    /// A short form of the digest, to tell claims and books of another plan.
    #[inline]
    pub(crate) fn tag(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.digest;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// The kinds of period over which any accumulator runs.
    pub(crate) fn runs_per(&self, per: Per) -> bool {
        // Some periods are found by the day.
        self.slots.iter().any(|slot| slot.per == per || (per == Per::Day && slot.per.goes_by_day()))
    }

    pub(crate) fn places(&self) -> u8 {
        self.rounding.places()
    }
}

pub(crate) fn pick(about: &About, language: crate::Language) -> Option<&str> {
    let (first, second) = match language {
        crate::Language::Zh => (&about.title.zh, &about.title.en),
        crate::Language::En => (&about.title.en, &about.title.zh),
    };
    first.as_deref().or(second.as_deref())
}

/// An id with what is said about it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) about: About,
}

impl Named {
    pub(crate) fn title(&self, language: crate::Language) -> &str {
        pick(&self.about, language).unwrap_or(&self.id)
    }
}

/// A named value.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "report"), allow(dead_code, reason = "documents show it"))]
pub(crate) struct Parameter {
    pub(crate) name: Named,
    pub(crate) unit: Unit,
    pub(crate) value: Value,
}

/// What a test of a condition asks.
#[derive(Debug, Clone)]
pub(crate) struct TestNote {
    /// The fact that it asks about first.
    pub(crate) fact: usize,
    /// The name in the condition, such as `identity`; `any` and `not` for groups.
    pub(crate) name: String,
    /// The test as it is written.
    pub(crate) text: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Accumulator {
    pub(crate) name: String,
    pub(crate) counts: Counts,
    pub(crate) per: Per,
    pub(crate) owner: Owner,
    /// For those that count claims: which.
    pub(crate) condition: Condition,
    /// Where its held money is kept, if several benefits share it as a deductible.
    pub(crate) held: Option<usize>,
    /// Whether it keeps the days that the spells of another have lasted.
    pub(crate) of_spells: bool,
}

impl Accumulator {
    /// Whether it counts claims or their days. Days of a rule's own, which is called after it, are those that a cap lets count.
    pub(crate) fn counts_claims(&self) -> bool {
        matches!(self.counts, Counts::Claims | Counts::Days) && !self.name.contains('.')
    }
}

/// Whose an accumulator is, and over which period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) key: AccumulatorKey,
    pub(crate) per: Per,
    pub(crate) owner: Owner,
    /// Of those that run over spells: the accumulator, and the one that keeps the days that each spell has lasted.
    pub(crate) spell: Option<(AccumulatorKey, AccumulatorKey)>,
}

/// The money behind layers.
#[derive(Debug, Clone)]
pub(crate) struct Fund {
    pub(crate) name: Named,
    /// The layers whose payments it makes, each with its share in millionths.
    pub(crate) pays: Vec<(usize, i64)>,
    pub(crate) per: Per,
    pub(crate) donations: Vec<Donation>,
    /// The layers whose premiums it pays for the insured.
    pub(crate) pays_premium_of: Vec<usize>,
    pub(crate) budget: Option<Value>,
    pub(crate) when_dry: WhenDry,
    pub(crate) corridor: Vec<CorridorBand>,
}

#[derive(Debug, Clone)]
pub(crate) struct Donation {
    pub(crate) on: NaiveDate,
    pub(crate) amount: Value,
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "documents show it"))]
    pub(crate) about: About,
}

/// A band in which another fund shares the surplus or deficit.
#[derive(Debug, Clone)]
pub(crate) struct CorridorBand {
    /// The other fund.
    pub(crate) with: usize,
    pub(crate) from: Option<Edge>,
    pub(crate) to: Option<Edge>,
    pub(crate) share: Value,
    pub(crate) of_surplus: bool,
}

/// The end of a band of a corridor.
#[derive(Debug, Clone)]
pub(crate) enum Edge {
    /// A ratio of the premium.
    Ratio(Value),
    Amount(Value),
}

/// What a layer costs.
#[derive(Debug, Clone)]
pub(crate) struct Premium {
    /// Of a policy year.
    pub(crate) amount: Value,
    pub(crate) condition: Condition,
    pub(crate) by_month: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) name: Named,
    pub(crate) condition: Condition,
    /// When it is figured as if it paid, though nobody does.
    pub(crate) notional: Option<Condition>,
    /// The portions that a given payment settles, in order.
    pub(crate) covers: Vec<usize>,
    /// Caps to which a given payment posts.
    pub(crate) given_caps: Vec<Limit>,
    /// The accumulators of those caps, each once.
    pub(crate) given_posts: Vec<usize>,
    pub(crate) premium: Option<Premium>,
    /// The funds that make its payments, each with its share in millionths; nothing where its benefits split them, or nobody keeps a fund.
    pub(crate) funds: Vec<(usize, i64)>,
    pub(crate) write_off: bool,
    /// For how many days after the policy year of the claim it goes on paying; without, to the claim's end.
    pub(crate) run_off: Option<u32>,
    pub(crate) benefits: Vec<Benefit>,
}

#[derive(Debug, Clone)]
pub(crate) struct Cover {
    pub(crate) portion: usize,
    pub(crate) factor: Value,
    pub(crate) by_line: bool,
}

/// A deductible, cap or maximum: an amount and the accumulator that it is measured against.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub(crate) amount: Value,
    pub(crate) accumulator: usize,
    pub(crate) condition: Condition,
    /// How it is called in explanations: `cap 1`, `layer cap 1`, `deductible 2`.
    pub(crate) label: String,
}

/// A cap on what a benefit counts of its lines: units, days or money.
#[derive(Debug, Clone)]
pub(crate) struct LineCap {
    pub(crate) limit: Limit,
    pub(crate) on: CapOn,
    /// The fact of the line's quantity, or of the claim's days.
    pub(crate) times: Option<usize>,
    /// Which lines; nothing for all that the benefit looks at.
    pub(crate) lines: Option<Condition>,
    /// Whether it posts what it lets count; days that claims count themselves it only reads.
    pub(crate) posts: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Copay {
    pub(crate) each: Each,
    /// The fact that it is multiplied by: the line's quantity, or the claim's days.
    pub(crate) times: Option<usize>,
    /// A sum; or, if it is a ratio, a part of what the item has left.
    pub(crate) amount: Value,
    pub(crate) is_ratio: bool,
    pub(crate) least: Option<Value>,
    pub(crate) most: Option<Value>,
    pub(crate) caps: Vec<Limit>,
    pub(crate) taken: Taken,
    pub(crate) condition: Condition,
}

#[derive(Debug, Clone)]
pub(crate) struct Adjustment {
    pub(crate) value: Value,
    pub(crate) condition: Condition,
}

#[derive(Debug, Clone)]
pub(crate) struct Band {
    pub(crate) to: Option<Value>,
    pub(crate) ratio: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct GrantRow {
    pub(crate) above: Value,
    pub(crate) pays: Value,
}

/// Amounts that go by the day.
#[derive(Debug, Clone)]
pub(crate) struct DayCharge {
    pub(crate) name: Named,
    pub(crate) condition: Condition,
    /// The accumulator of days so far.
    pub(crate) counted: usize,
    /// The fact of the claim's days.
    pub(crate) days: usize,
    /// The fact of the date that each day's amount is read on.
    pub(crate) rule_date: usize,
    pub(crate) rows: Vec<DayRow>,
}

#[derive(Debug, Clone)]
pub(crate) struct DayRow {
    /// The last day; nothing where reserve days or all others are meant.
    pub(crate) to: Option<u32>,
    /// The accumulator of reserve days used, and how many there are.
    pub(crate) reserve: Option<(usize, u32)>,
    pub(crate) amount: Value,
}

/// A phase ends where the cost reaches `to` or what the patient has borne `to_share`, whichever comes first.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    pub(crate) to: Option<Value>,
    pub(crate) to_share: Option<Value>,
    /// The ratios that are paid, each with its fund, if it is split over funds.
    pub(crate) parts: Vec<(Option<usize>, Value)>,
}

/// Who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payer {
    Layer(usize),
    Fund(usize),
}

/// An accumulator that counts payments beside what its rules post.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feed {
    pub(crate) accumulator: usize,
    pub(crate) payer: Payer,
}

#[derive(Debug, Clone)]
pub(crate) enum Form {
    Ratio(Value),
    Bands {
        absolute: bool,
        accumulator: usize,
        rows: Vec<Band>,
    },
    /// Phases by accumulated cost, and by what the patient has borne (`share`).
    Phases {
        accumulator: usize,
        share: usize,
        rows: Vec<Phase>,
    },
    Grant {
        accumulator: usize,
        rows: Vec<GrantRow>,
    },
    Fixed(Value),
    InKind {
        buy: u32,
        give: u32,
        units: usize,
        accumulator: usize,
    },
}

/// A fact by which lines are grouped, and what stands for it where it is not given.
#[derive(Debug, Clone)]
pub(crate) struct GroupKey {
    pub(crate) fact: usize,
    pub(crate) default: Option<String>,
}

/// Lines in groups, of which those with too little counted money do not count.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Its place among the plan's groups.
    pub(crate) index: usize,
    pub(crate) least: Value,
    /// Which lines are grouped.
    pub(crate) condition: Condition,
}

/// How a benefit goes with the payments of earlier layers.
#[derive(Debug, Clone)]
pub(crate) struct Coordinate {
    /// The layers whose payments are put back.
    pub(crate) with: Vec<usize>,
    /// Whether it pays the greatest of the candidates, not the least.
    pub(crate) greatest: bool,
    pub(crate) candidates: Vec<Candidate>,
}

#[derive(Debug, Clone)]
pub(crate) struct Benefit {
    pub(crate) name: Named,
    pub(crate) condition: Condition,
    pub(crate) covers: Vec<Cover>,
    pub(crate) lines: Option<Condition>,
    pub(crate) group: Option<Group>,
    /// Its layer's.
    pub(crate) run_off: Option<u32>,
    /// Whether it is figured for the claim, or for each line or day.
    pub(crate) each: Each,
    pub(crate) franchise: Option<Limit>,
    pub(crate) deductibles: Vec<Limit>,
    pub(crate) copays: Vec<Copay>,
    /// Whether any of them is more than a sum for the claim: then the money of each line is followed.
    pub(crate) by_items: bool,
    pub(crate) form: Form,
    pub(crate) points: Vec<Adjustment>,
    pub(crate) factors: Vec<Adjustment>,
    /// The least and the most of the ratio, after points and factors.
    pub(crate) ratio_between: [Option<Value>; 2],
    pub(crate) out_of_pocket_max: Vec<Limit>,
    /// Caps on what counts of lines, before the base is summed.
    pub(crate) line_caps: Vec<LineCap>,
    pub(crate) base_caps: Vec<Limit>,
    pub(crate) caps: Vec<Limit>,
    pub(crate) coordinate: Option<Coordinate>,
    pub(crate) minimum: Option<Value>,
    pub(crate) indemnity: bool,
    /// Indices into `covers`, in the order in which the payment settles them.
    pub(crate) allocate: Vec<usize>,
    pub(crate) rounding: Rounding,
    pub(crate) rounds_patient_share: bool,
    pub(crate) rounds_coinsurance: bool,
    /// The parts of the patient's share that its maxima hold down.
    pub(crate) parts: Parts,
    /// Every accumulator that a rule of the benefit names, once.
    pub(crate) posts: Vec<(usize, Counts)>,
    /// Where money held under its shared deductibles is kept.
    pub(crate) held: Vec<usize>,
    /// Whether it looks at all lines and counts every covered portion in full.
    pub(crate) plain: bool,
    /// The parameters from which its figures come.
    pub(crate) parameters: Vec<Named>,
}

impl Benefit {
    /// Every accumulator that it goes by.
    pub(crate) fn accumulators(&self) -> impl Iterator<Item = usize> {
        let of_copays = self.copays.iter().flat_map(|copay| &copay.caps).map(|cap| cap.accumulator);
        let of_lines = self.line_caps.iter().map(|cap| cap.limit.accumulator);
        self.posts.iter().map(|(accumulator, _)| *accumulator).chain(of_copays).chain(of_lines)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ClassifyRow {
    pub(crate) condition: Condition,
    pub(crate) into: usize,
    pub(crate) quantity_limit: Option<(Value, usize)>,
    pub(crate) price_limit: Option<(Value, usize)>,
    pub(crate) self_pay: Option<(Value, usize)>,
}
