//! What comes out: the decision on one claim, with every step that led there.

pub(crate) mod build;
mod facts;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::money::{Amount, RoundingMode};
use crate::ratio::Ratio;

/// The version of the decision's form.
pub const DECISION_SCHEMA: u32 = 1;

/// The full result for one claim (理赔结论).
///
/// It names the scheme by digest and can be stored, read and explained without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Decision {
    /// The version of this form, [`DECISION_SCHEMA`].
    pub schema: u32,
    /// The number of the engine's semantics, [`crate::SEMANTICS`].
    pub semantics: u32,
    /// The claim's id.
    pub claim: String,
    /// The person's id.
    pub person: String,
    /// Under which scheme it was decided.
    pub scheme: SchemeName,
    /// The date that picked the rules.
    pub rule_date: NaiveDate,
    /// The whole bill.
    pub bill: Amount,
    /// The bill by portion, in the scheme's order.
    pub billed: Vec<PortionAmount>,
    /// Every layer, in the order in which they pay.
    pub layers: Vec<LayerDecision>,
    /// What all payers together paid of the bill.
    pub paid: Amount,
    /// What providers waived of the bill.
    #[serde(skip_serializing_if = "Amount::is_zero", default = "nothing")]
    pub written_off: Amount,
    /// What was paid beside the bill: sums that are no indemnity.
    #[serde(skip_serializing_if = "Amount::is_zero", default = "nothing")]
    pub beside: Amount,
    /// What each fund paid of it, where the scheme has funds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funds: Vec<FundAmount>,
    /// What nobody paid (个人负担).
    pub out_of_pocket: Amount,
    /// What the patient owes on top of the bill.
    #[serde(skip_serializing_if = "Amount::is_zero", default = "nothing")]
    pub charged: Amount,
    /// What the patient pays in all, where anything is charged on top of the bill: out of pocket and charged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub patient_pays: Option<Amount>,
    /// What nobody paid, by portion.
    pub left: Vec<PortionAmount>,
    /// How amounts that go by the day were figured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub day_charges: Vec<DayChargeFigure>,
    /// Line by line, when the claim came with lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineDecision>,
    /// What was posted to accumulators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postings: Vec<Posting>,
    /// What was posted and counts in the next period too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<CarriedAmount>,
    /// The position of every accumulator after this claim, in this claim's period.
    pub balances: Vec<Balance>,
    /// The digest of the person and the claim that came in.
    pub input_digest: Digest,
    /// The digest of everything above.
    pub result_digest: Digest,
}

fn nothing() -> Amount {
    Amount::new(crate::Money::ZERO, 2)
}

/// Under which scheme a claim was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SchemeName {
    /// The scheme's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: Text,
    /// The currency's three letters.
    pub currency: String,
    /// Whether any of its figures is declared to be made up.
    pub illustrative: bool,
    /// The digest of its canonical form.
    pub digest: Digest,
}

/// A text in Chinese and English; either may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The Chinese text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// The English text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Text {
    /// The text in a language, else in the other one.
    pub fn pick(&self, language: Language) -> Option<&str> {
        let (first, second) = match language {
            Language::Zh => (&self.zh, &self.en),
            Language::En => (&self.en, &self.zh),
        };
        first.as_deref().or(second.as_deref())
    }
}

/// The language of a text that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese (中文).
    #[default]
    Zh,
    /// English.
    En,
}

/// What a rule is called, where it comes from, and whether its figures are made up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RuleName {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The clause that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether its figures are declared to be made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub illustrative: bool,
}

impl RuleName {
    /// The title in a language, or the id.
    pub fn title(&self, language: Language) -> &str {
        self.title.pick(language).unwrap_or(&self.id)
    }
}

/// An amount of one portion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PortionAmount {
    /// The portion.
    pub portion: String,
    /// Its title.
    pub title: Text,
    /// The amount.
    pub amount: Amount,
}

/// One layer's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LayerDecision {
    /// Which layer.
    pub layer: RuleName,
    /// Whether the provider waives the money, rather than somebody paying it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write_off: bool,
    /// Whether the payment was given with the claim, not computed.
    pub given: bool,
    /// Whether a given payment goes beyond a cap.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_cap: bool,
    /// The condition of the layer that failed, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<FailedTest>,
    /// Its benefits, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefits: Vec<BenefitDecision>,
    /// What it paid of the bill.
    pub paid: Amount,
    /// What it was figured to pay, where it is figured as if it paid and nobody does: the money stays the patient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notional: Option<Amount>,
    /// What it paid beside the bill.
    #[serde(skip_serializing_if = "Amount::is_zero", default = "nothing")]
    pub beside: Amount,
    /// What of its payments comes out of which fund, where funds pay for the layer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funds: Vec<FundAmount>,
    /// What its copayments charge the patient on top of the bill.
    #[serde(skip_serializing_if = "Amount::is_zero", default = "nothing")]
    pub charged: Amount,
    /// What is left of the bill after it, by portion.
    pub left: Vec<PortionAmount>,
}

/// A condition that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FailedTest {
    /// The name asked for in the condition, such as `identity`.
    pub name: String,
    /// The test as the rule file has it.
    pub test: String,
    /// What the fact was, where it is a single fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Why a benefit did not fire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
#[non_exhaustive]
pub enum NotFired {
    /// A condition of its own or of its layer failed.
    Condition(FailedTest),
    /// It looks at lines, and none fits, or the claim has none.
    NoLine,
    /// Every line that it looks at is dated after its layer's run-off.
    AfterRunOff {
        /// The last day that counts.
        until: NaiveDate,
    },
    /// Nothing is left that it counts.
    NothingLeft,
    /// The layer's payment was given with the claim.
    Given,
}

impl NotFired {
    /// The reason in a word: the name in the condition that failed, or `no-line`, `after-run-off`, `nothing-left`, `given`.
    pub fn word(&self) -> &str {
        match self {
            NotFired::Condition(test) => &test.name,
            NotFired::NoLine => "no-line",
            NotFired::AfterRunOff { .. } => "after-run-off",
            NotFired::NothingLeft => "nothing-left",
            NotFired::Given => "given",
        }
    }
}

/// One benefit's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BenefitDecision {
    /// Which benefit.
    pub benefit: RuleName,
    /// Parameters that its figures come from and that name a source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<RuleName>,
    /// Why it did not fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_fired: Option<NotFired>,
    /// How it was figured, if it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// Of a benefit that is figured for each line or day: how each was. It has no figures of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemDecision>,
}

impl BenefitDecision {
    /// Every figuring of the benefit: of the claim, or of each line or day that fired, with that item.
    pub fn figured(&self) -> impl Iterator<Item = (Option<&ItemDecision>, &Figures)> {
        let items = self.items.iter().filter_map(|item| Some((Some(item), item.figures.as_ref()?)));
        self.figures.iter().map(|figures| (None, figures)).chain(items)
    }

    /// Whether it fired, for the claim or any line or day of it.
    pub fn fired(&self) -> bool {
        self.figured().next().is_some()
    }
}

/// A line or a day for which a benefit was figured by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ItemDecision {
    /// What it is called: the line's id, or the date.
    pub item: String,
    /// Its date.
    pub date: NaiveDate,
    /// Its lines; none of a claim that came without.
    pub lines: Vec<String>,
    /// Why the benefit did not fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_fired: Option<NotFired>,
    /// How it was figured, if it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
}

/// How a benefit was figured, in the order of the steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Figures {
    /// The covered portions: what was left, and what of it counts.
    pub counted: Vec<Counted>,
    /// Lines that do not count, because their group has too little.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<DroppedLine>,
    /// Lines that do not count, because they are dated after the layer's run-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_off: Option<RunOffFigure>,
    /// Money that does not count because it was held as deductible earlier in this claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Amount>,
    /// Caps on the units, days or money of lines, which cut what counts before it is summed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub line_caps: Vec<LineCapFigure>,
    /// Caps on the base.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub base_caps: Vec<LimitFigure>,
    /// The base (计入费用).
    pub base: Amount,
    /// Copayments, those taken from the payment included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copays: Vec<CopayFigure>,
    /// Copayments taken out of the base, before the deductible and before the ratio.
    pub copaid_from_base: Amount,
    /// Copayments taken out of the payment.
    pub copaid_from_payment: Amount,
    /// The deductible, if one is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deductible: Option<DeductibleFigure>,
    /// What the ratio applies to.
    pub excess: Amount,
    /// What the benefit's form gave for the excess.
    pub entitlement: Entitlement,
    /// The payment before limits and rounding, exact.
    pub raw: Amount,
    /// Out-of-pocket maxima.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out_of_pocket_max: Vec<LimitFigure>,
    /// The parts of the patient's share that the maxima hold down: `deductible`, `copay`, `coinsurance`; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out_of_pocket_of: Vec<String>,
    /// The payment after the patient's share was cut to the room of a maximum, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_to: Option<Amount>,
    /// How it goes with what earlier layers paid, if it coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordination: Option<CoordinationFigure>,
    /// Caps on the payment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<LimitFigure>,
    /// The residual that it may touch; nothing for sums that are no indemnity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual: Option<Amount>,
    /// Which limit cut the payment: `cap 1`, `layer cap 1`, `residual`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// How the payment is rounded.
    pub rounding: RoundingFigure,
    /// The payment rounded, before limits.
    pub rounded: Amount,
    /// The payment after limits.
    pub paid: Amount,
    /// The least payment that is made, if the benefit has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Amount>,
    /// What was issued: nothing where the payment is below the minimum.
    pub issued: Amount,
    /// What its copayments charge the patient on top of the bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<Amount>,
    /// What of the payment is whose, where it is split over funds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funds: Vec<FundAmount>,
    /// By portion, what the payment settled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<PortionAmount>,
    /// Rules of the benefit that did not apply, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inactive: Vec<InactiveRule>,
}

/// A covered portion in a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Counted {
    /// The portion.
    pub portion: String,
    /// Its title.
    pub title: Text,
    /// What was left of it, over the lines looked at.
    pub left: Amount,
    /// What earlier layers paid of it and a coordinating benefit puts back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_back: Option<Amount>,
    /// The counting factor; 100 % if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Ratio>,
    /// Whether the factor differs from line to line. Then none is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub factor_varies: bool,
    /// What of it counts.
    pub counted: Amount,
}

/// A line that does not count, because its group has too little.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DroppedLine {
    /// The line's id.
    pub line: String,
    /// The counted money of its group.
    pub group: Amount,
    /// The least that a group must have.
    pub least: Amount,
}

/// Lines dated after the run-off of their layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RunOffFigure {
    /// The last day of the policy year that the claim belongs to.
    pub year_end: NaiveDate,
    /// So many days after it still count.
    pub days: u32,
    /// The last day that counts.
    pub until: NaiveDate,
    /// The lines dated later.
    pub lines: Vec<LateLine>,
}

/// A line dated after the run-off of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LateLine {
    /// The line's id.
    pub line: String,
    /// Its date.
    pub date: NaiveDate,
    /// What is left of it in the portions that the benefit covers, which does not count.
    pub left: Amount,
}

/// A cap on the units, days or money of lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LineCapFigure {
    /// The limit: of units and days without decimal places.
    pub limit: LimitFigure,
    /// What it limits: `base`, `units` or `days`.
    pub on: String,
    /// What the lines have of it.
    pub has: Amount,
    /// What of that counts.
    pub keeps: Amount,
    /// The money of those lines that counts without it.
    pub before: Amount,
    /// And with it.
    pub after: Amount,
}

/// A limit and the accumulator that it is measured against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LimitFigure {
    /// Which limit: `cap 1`, `layer cap 1`, `deductible 2`, `out-of-pocket maximum 1`.
    pub rule: String,
    /// The accumulator's name.
    pub accumulator: String,
    /// The limit in force.
    pub amount: Amount,
    /// What was used of it before this claim.
    pub used: Amount,
    /// What was left of it.
    pub room: Amount,
    /// The facts that picked the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<FactShown>,
}

/// How a benefit goes with what earlier layers paid: figured as if they had not, then compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CoordinationFigure {
    /// The layers whose payments were put back into what is left.
    pub with: Vec<String>,
    /// What they paid of the counted money.
    pub paid: Amount,
    /// The figures compared, in the order of the rule.
    pub candidates: Vec<CandidateFigure>,
    /// Whether the greatest of them is paid, not the least.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub greatest: bool,
    /// The one that is paid, exact.
    pub gives: Amount,
}

/// A figure that a coordinating benefit may pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CandidateFigure {
    /// `own`, `own-less-paid` or `base-less-paid`.
    pub figure: String,
    /// The amount, exact.
    pub amount: Amount,
}

/// A fact and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FactShown {
    /// The fact's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A copayment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CopayFigure {
    /// Which copayment, from 1.
    pub number: usize,
    /// The sum due.
    pub due: Amount,
    /// When it is taken: `before-deductible`, `before-ratio`, `from-payment` or `beside`.
    pub taken: String,
    /// For what it is due once, if not for the claim: `line`, `unit` or `day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// What is due item by item, if it is more than a sum for the claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<CopayItem>,
    /// What it takes in a period at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<LimitFigure>,
}

/// What a copayment makes of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CopayItem {
    /// The line's id; nothing for the claim as a whole, its days, or a bill without lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// What the item has left; of copayments beside the bill, what it brought into the base.
    pub left: Amount,
    /// Of how many units or days it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Amount>,
    /// The sum, of one unit or day if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// The ratio, if it goes by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
    /// The least of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Amount>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Amount>,
    /// What is due.
    pub due: Amount,
}

/// How a deductible was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeductibleFigure {
    /// Whether it is a franchise: nothing up to it, everything above.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub franchise: bool,
    /// The deductible in force (起付线).
    pub in_force: Amount,
    /// What was met before this claim; of a franchise, the base so far.
    pub met: Amount,
    /// What this claim met.
    pub deducted: Amount,
    /// What is still to be met.
    pub left: Amount,
    /// Every deductible that is met together with it.
    pub limits: Vec<LimitFigure>,
}

/// What a benefit's form gave for the excess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "form", deny_unknown_fields)]
#[non_exhaustive]
pub enum Entitlement {
    /// A payout ratio, or several by band.
    Ratio {
        /// Money by band.
        bands: Vec<BandFigure>,
        /// Where the money lies in the bands; nothing for a constant ratio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        measured: Option<BandPosition>,
        /// Points added to each band's ratio.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        points: Vec<Ratio>,
        /// Factors that each band's ratio is multiplied by, after the points.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        factors: Vec<Ratio>,
        /// The least and the most of the ratio after points and factors, where the benefit has them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        between: Option<[Ratio; 2]>,
        /// The facts that picked the ratio.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        because: Vec<FactShown>,
    },
    /// Ratios by phase: of accumulated cost, and of what the patient has borne.
    Phases {
        /// The cost before this claim.
        before: Amount,
        /// What the patient has borne before it, and what counts as if the patient had.
        borne: Amount,
        /// This claim's money by phase.
        phases: Vec<PhaseFigure>,
    },
    /// A step grant.
    Grant {
        /// The position before this claim.
        before: Amount,
        /// The position with it.
        after: Amount,
        /// The sum granted for the position before.
        granted_before: Amount,
        /// The sum granted for the position after.
        granted_after: Amount,
    },
    /// A fixed sum.
    Fixed {
        /// The sum.
        amount: Amount,
        /// The facts that it was figured from.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        because: Vec<FactShown>,
    },
    /// Units in kind.
    InKind {
        /// Units before this claim.
        before: Amount,
        /// Units of this claim.
        units: Amount,
        /// How many of them are given.
        given: Amount,
    },
}

/// Money in one band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BandFigure {
    /// Where the band begins.
    pub from: Amount,
    /// Where it ends; the last has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Amount>,
    /// The ratio as the rule has it, where there are points or factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Ratio>,
    /// The ratio after points and factors.
    pub ratio: Ratio,
    /// This claim's money in the band.
    pub amount: Amount,
    /// The amount times the ratio, exact.
    pub gives: Amount,
}

/// Money in one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PhaseFigure {
    /// Which phase, from 1.
    pub number: usize,
    /// The accumulated cost at which it ends, if it ends there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Amount>,
    /// What the patient has borne where it ends, if it ends there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_share: Option<Amount>,
    /// The ratio paid, of all funds together.
    pub ratio: Ratio,
    /// The ratio that counts as borne: what is not paid, and payments that count as if the patient had made them.
    pub counts: Ratio,
    /// This claim's money in the phase.
    pub amount: Amount,
    /// The amount times the ratio, exact.
    pub gives: Amount,
}

/// An amount that goes by the day, stretch by stretch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DayChargeFigure {
    /// Which.
    pub charge: RuleName,
    /// The days before this claim.
    pub before: Amount,
    /// The stretches that this claim's days fall in.
    pub stretches: Vec<DayStretch>,
    /// What they come to.
    pub amount: Amount,
}

/// Days of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DayStretch {
    /// The row, from 1; nothing for days that no row is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// Whether they are reserve days.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserve: bool,
    /// How many days.
    pub days: i64,
    /// What they come to.
    pub amount: Amount,
}

/// What counts in an accumulator's next period too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CarriedAmount {
    /// The accumulator.
    pub accumulator: String,
    /// The first day of its next period.
    pub to: NaiveDate,
    /// The amount.
    pub amount: Amount,
}

/// What a fund paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FundAmount {
    /// The fund.
    pub fund: String,
    /// Its title.
    pub title: Text,
    /// The amount.
    pub amount: Amount,
}

/// What bands are measured on, and how far that had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BandPosition {
    /// Whether they are measured on the base, deductible and copayments included, rather than on the excess.
    pub absolute: bool,
    /// The position before this claim.
    pub before: Amount,
}

/// How a payment is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RoundingFigure {
    /// The unit of which it is a whole multiple.
    pub unit: Amount,
    /// The mode.
    pub mode: RoundingMode,
    /// Whether the patient's share is rounded, and the payment is the rest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_patient_share: bool,
    /// If the coinsurance is rounded: the scheme's unit, to whole multiples of which the payment is then cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_coinsurance: Option<Amount>,
}

/// A rule of a benefit that did not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InactiveRule {
    /// Which rule: `cap 1`, `deductible 1`, `copay 1`, `points 1`, `factor 1`, `out-of-pocket maximum 1`.
    pub rule: String,
    /// The condition that failed.
    pub failed: FailedTest,
}

/// One line's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LineDecision {
    /// The line's id.
    pub line: String,
    /// Its amount.
    pub amount: Amount,
    /// How it was split into portions.
    pub portions: Vec<PortionAmount>,
    /// What each layer paid of it; layers that paid nothing are left out.
    pub paid: Vec<LayerAmount>,
    /// What nobody paid of it.
    pub out_of_pocket: Amount,
    /// What nobody paid, by portion, where the line has money in several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<PortionAmount>,
}

/// An amount of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LayerAmount {
    /// The layer.
    pub layer: String,
    /// The amount.
    pub amount: Amount,
}

/// The position of an accumulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Balance {
    /// The accumulator.
    pub accumulator: String,
    /// Its period, such as `policy-year`.
    pub per: crate::date::Per,
    /// The first day of a personal period that is open; nothing for all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    /// Its position.
    pub position: Amount,
}

/// What was posted to an accumulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Posting {
    /// The layer and benefit that posted, `layer.benefit`; the layer alone for given payments; empty for counts of claims.
    pub rule: String,
    /// The line or day, of a benefit that is figured for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The accumulator.
    pub accumulator: String,
    /// Its period, such as `policy-year`.
    pub per: crate::date::Per,
    /// The first day of a personal period, or the day of a line or day that is not the claim's; nothing for all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    /// The position before.
    pub before: Amount,
    /// What was added.
    pub amount: Amount,
    /// The position after.
    pub after: Amount,
    /// The layer or fund whose payment is counted, where it is not a figure of the rule's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_of: Option<String>,
}
