//! What the kernel records: numbers and indices, in the order in which they arise. Words are made later; values flow in, never back.

use crate::money::{Money, Raw};
use crate::plan::Payer;
use crate::ratio::Ratio;
use crate::scheme::syntax::Candidate;

/// What the kernel tells.
pub(crate) trait Trace {
    /// Whether it keeps the figures of each step.
    const RECORDS: bool;

    /// Whether it must hear which rule is at work.
    const RULES: bool;

    /// Records a step. The step is made only if it is kept.
    fn record(&mut self, step: impl FnOnce() -> Step);
}

/// Keeps nothing.
pub(crate) struct Off;

impl Trace for Off {
    const RECORDS: bool = false;
    const RULES: bool = false;

    #[inline(always)]
    fn record(&mut self, _: impl FnOnce() -> Step) {}
}

/// Keeps what is posted, and by which rule.
#[derive(Debug, Default)]
pub(crate) struct Postings(pub(crate) Vec<Step>);

impl Trace for Postings {
    const RECORDS: bool = false;
    const RULES: bool = true;

    #[inline(always)]
    fn record(&mut self, step: impl FnOnce() -> Step) {
        let step = step();
        if matches!(step, Step::Layer { .. } | Step::Benefit { .. } | Step::Item { .. } | Step::Posted { .. } | Step::Carried { .. }) {
            self.0.push(step);
        }
    }
}

/// Keeps every step.
#[derive(Debug, Default)]
pub(crate) struct Steps(pub(crate) Vec<Step>);

impl Trace for Steps {
    const RECORDS: bool = true;
    const RULES: bool = true;

    fn record(&mut self, step: impl FnOnce() -> Step) {
        self.0.push(step());
    }
}

/// Why a benefit did not fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// A test of its condition, or of its layer's.
    Test(u32),
    /// It looks at lines, and none fits.
    NoLine,
    /// Every line is dated after its run-off.
    AfterRunOff,
    /// Nothing is left that it counts.
    NothingLeft,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitKind {
    BaseCap,
    Deductible,
    Franchise,
    OutOfPocket,
    Cap,
    /// A cap on a copayment, which is given.
    Copay(usize),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A layer begins.
    Layer {
        layer: usize,
    },
    /// A fact is read anew at entry to the layer.
    Entry {
        fact: usize,
        value: i64,
    },
    LayerFailed {
        note: u32,
    },
    /// The layer's payment is given; `beyond` says that it is above a cap.
    Given {
        beyond: bool,
    },
    Benefit {
        benefit: usize,
    },
    Failed {
        failed: Failed,
    },
    /// A line that does not count, because its group has too little.
    Dropped {
        line: usize,
        group: Money,
        least: Money,
    },
    /// A line dated after the layer's run-off, and what is left of it.
    AfterRunOff {
        line: usize,
        left: Money,
    },
    /// What a benefit by line or day comes to next: its date, and its first line.
    Item {
        date: chrono::NaiveDate,
        first: usize,
    },
    /// A line of it.
    ItemLine {
        line: usize,
    },
    Counted {
        cover: usize,
        left: Money,
        /// What the layers took that the benefit coordinates with.
        put_back: Money,
        counted: Money,
    },
    /// A cap on lines: in millionths what is in force, used and left of it, what the lines have and what of it counts; and their money before and after.
    LineCap {
        index: usize,
        limit: [i64; 3],
        has: i64,
        keeps: i64,
        before: Money,
        after: Money,
    },
    LineCapOff {
        index: usize,
        note: u32,
    },
    Held {
        amount: Money,
    },
    Base {
        amount: Money,
    },
    Limit {
        kind: LimitKind,
        index: usize,
        amount: Money,
        position: Money,
        room: Money,
    },
    /// A limit whose own condition does not hold.
    LimitOff {
        kind: LimitKind,
        index: usize,
        note: u32,
    },
    Copay {
        index: usize,
        amount: Money,
    },
    /// What is due for one item of a copayment: a line, or the whole claim.
    CopayItem {
        index: usize,
        line: Option<usize>,
        left: Money,
        /// In millionths: of how many units or days it is due, and the sum or ratio.
        times: i64,
        value: i64,
        least: Option<Money>,
        most: Option<Money>,
        due: Money,
    },
    CopayOff {
        index: usize,
        note: u32,
    },
    /// Money taken out of the base by copayments of one kind.
    CopaidFromBase {
        amount: Money,
    },
    CopaidFromPayment {
        raw: Raw,
    },
    /// Copayments on top of the bill.
    Charged {
        amount: Money,
    },
    Deducted {
        amount: Money,
        met: Money,
        in_force: Money,
    },
    Excess {
        amount: Money,
    },
    Point {
        ratio: Ratio,
    },
    Factor {
        ratio: Ratio,
    },
    AdjustmentOff {
        point: bool,
        index: usize,
        note: u32,
    },
    /// Money in a band, with the ratio after adjustment.
    Band {
        from: Money,
        to: Option<Money>,
        ratio: Ratio,
        amount: Money,
    },
    Grant {
        before: Money,
        after: Money,
        granted_before: Money,
        granted_after: Money,
    },
    Fixed {
        amount: Money,
    },
    InKind {
        before: i64,
        units: i64,
        given: i64,
    },
    Raw {
        raw: Raw,
    },
    OutOfPocketCut {
        raw: Raw,
    },
    /// Phases begin: the cost so far, and what the patient has borne.
    Phases {
        before: Money,
        borne: Money,
    },
    /// Money in a phase; of it what is paid, and what counts as borne.
    Phase {
        row: usize,
        to: Option<Money>,
        to_share: Option<Money>,
        amount: Raw,
        ratio: Ratio,
        counts: Ratio,
        gives: Raw,
    },
    /// Days of an amount that goes by the day, in one row; without one they are charged nothing.
    Day {
        charge: usize,
        /// The position of the days so far.
        before: Money,
        row: Option<usize>,
        days: i64,
        amount: Money,
    },
    /// What counts in the next period of an accumulator too.
    Carried {
        accumulator: usize,
        amount: i64,
        to: chrono::NaiveDate,
    },
    /// A fund's part of the payment.
    FundPaid {
        fund: usize,
        amount: Money,
    },
    /// A figure that a coordinating benefit may pay.
    Candidate {
        candidate: Candidate,
        figure: Raw,
        /// What the others paid of the counted money.
        paid_before: Money,
    },
    /// The candidate that it pays.
    Chosen {
        raw: Raw,
    },
    /// What the residual allows.
    Residual {
        amount: Money,
    },
    /// The least limit, where one cuts the payment: the index of the cap, or nothing for the residual.
    Bound {
        cap: Option<usize>,
    },
    Rounded {
        amount: Money,
    },
    Paid {
        amount: Money,
        issued: Money,
    },
    Allocated {
        line: usize,
        portion: usize,
        amount: Money,
    },
    Posted {
        accumulator: usize,
        before: i64,
        amount: i64,
        /// Whose payment it is that is counted, if it is not a figure of the benefit.
        payment_of: Option<Payer>,
    },
}
