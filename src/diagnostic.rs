//! What the reader and checker of rule files say: findings with a code, a place and a suggestion, all at once.

pub(crate) mod catalogue;
pub(crate) mod message;
mod page;
#[cfg_attr(not(feature = "io"), allow(dead_code, reason = "what only files can be told"))]
pub(crate) mod refused;
pub(crate) mod rules;
mod syntax;

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use crate::decision::Language;
pub use message::Message;
pub use page::Page;
pub(crate) use syntax::syntax;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The scheme cannot be used.
    Error,
    /// The scheme can be used, but probably does not say what its author meant.
    Warning,
    /// Something that its author should know, and may well have meant.
    Note,
}

impl Severity {
    /// The word in every machine-readable form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }

    /// The word for people.
    pub const fn word(self, language: Language) -> &'static str {
        match (self, language) {
            (_, Language::En) => self.as_str(),
            (Severity::Error, Language::Zh) => "错误",
            (Severity::Warning, Language::Zh) => "警告",
            (Severity::Note, Language::Zh) => "提示",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal, $severity:ident;)*) => {
        /// The kind of a finding. Codes are stable; the name beside each is for reading.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable code, such as `E006`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The readable name, such as `unknown-name`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// How grave findings of this kind are.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// The page about it: `docs/codes/CODE.md`, without which nothing compiles.
            const fn file(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("../docs/codes/", $code, ".md")),)* }
            }
        }
    };
}

codes! {
    /// The text is not TOML.
    Syntax = "E001", "syntax", Error;
    /// A key that the rule language does not have.
    UnknownKey = "E002", "unknown-key", Error;
    /// A key that must be there is missing.
    MissingKey = "E003", "missing-key", Error;
    /// A value of the wrong form: text where a table must stand, and the like.
    WrongForm = "E004", "wrong-form", Error;
    /// A value that cannot be read: a number, date, word or expression.
    BadValue = "E005", "bad-value", Error;
    /// A name that is not declared.
    UnknownName = "E006", "unknown-name", Error;
    /// A name that is declared twice.
    DuplicateName = "E007", "duplicate-name", Error;
    /// An amount where a ratio must stand, and the like.
    WrongUnit = "E008", "wrong-unit", Error;
    /// A ratio below 0 % or above 100 %, or an amount below zero.
    OutOfRange = "E009", "out-of-range", Error;
    /// A case that no row of a table meets.
    TableGap = "E010", "table-gap", Error;
    /// A case that several rows of a table meet.
    TableOverlap = "E011", "table-overlap", Error;
    /// Bands, grants or dates that do not rise.
    OutOfOrder = "E012", "out-of-order", Error;
    /// Parameters that are figured from each other.
    CyclicReference = "E013", "cyclic-reference", Error;
    /// An expression that divides by zero, overflows or is not exact.
    NoValue = "E014", "no-value", Error;
    /// An accumulator used for what it does not count.
    AccumulatorMismatch = "E015", "accumulator-mismatch", Error;
    /// Beyond a stated limit of size.
    TooLarge = "E016", "too-large", Error;
    /// Keys that exclude each other, or of which one is needed.
    Conflict = "E017", "conflict", Error;
    /// A format of the rule language that this version does not read.
    UnknownFormat = "E018", "unknown-format", Error;
    /// Something declared that nothing uses.
    Unused = "W101", "unused", Warning;
    /// A benefit that can never pay.
    NeverPays = "W102", "never-pays", Warning;
    /// A portion that no benefit may touch.
    UntouchedPortion = "W103", "untouched-portion", Warning;
    /// A layer, benefit, limit, band, row or dated value that no claim reaches.
    Unreachable = "W104", "unreachable", Warning;
    /// A limit before which another always comes.
    IdleLimit = "W105", "idle-limit", Warning;
    /// A cap on the base that is not above the deductible.
    CapBelowDeductible = "W106", "cap-below-deductible", Warning;
    /// A time in which no benefit of a layer holds, though some do before and after.
    DateGap = "W107", "date-gap", Warning;
    /// Two benefits of a layer whose times overlap in part.
    DateOverlap = "W108", "date-overlap", Warning;
    /// More money billed, less paid.
    FallingPayment = "W109", "falling-payment", Warning;
    /// A little more money billed, much more paid.
    Jump = "N201", "jump", Note;
    /// What two claims are paid depends on which comes first.
    OrderMatters = "N202", "order-matters", Note;
    /// Benefits that overlap in part or share accumulators: payments need not rise evenly with the bill.
    NoGuarantee = "N203", "no-guarantee", Note;
}

impl Code {
    /// The code of a number or name, in either case.
    ///
    /// ```
    /// use medaid::Code;
    /// assert_eq!(Code::find("e010"), Some(Code::TableGap));
    /// assert_eq!(Code::find("Table-Gap"), Some(Code::TableGap));
    /// assert_eq!(Code::find("E999"), None);
    /// ```
    pub fn find(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| c.as_str().eq_ignore_ascii_case(text) || c.name().eq_ignore_ascii_case(text))
    }

    /// The page about it: what it means, why it matters, a wrong and a right example.
    pub fn page(self, language: Language) -> Page {
        Page::read(self, self.file(), language)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A place in a rule file, with a word about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    span: Range<usize>,
    message: Message,
}

impl Label {
    /// The bytes of the file.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The word about the place; may be empty.
    pub fn message(&self, language: Language) -> &str {
        self.message.text(language)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    code: Code,
    message: Message,
    labels: Vec<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Message>,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, span: Range<usize>, message: Message) -> Diagnostic {
        let label = Label { span, message: Message::default() };
        Diagnostic { code, message, labels: vec![label], help: None }
    }

    pub(crate) fn label(mut self, span: Range<usize>, message: Message) -> Diagnostic {
        self.labels.push(Label { span, message });
        self
    }

    pub(crate) fn help(mut self, help: Message) -> Diagnostic {
        self.help = Some(help);
        self
    }

    /// `help: did you mean ...`, if one of the known names is like the unknown one.
    pub(crate) fn suggest<'a>(self, unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        match nearest(unknown, known) {
            Some(name) => self.help(catalogue::did_you_mean(name)),
            None => self,
        }
    }

    /// The kind of finding.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What was found.
    pub fn message(&self, language: Language) -> &str {
        self.message.text(language)
    }

    /// The places, the main one first.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// What to do about it.
    pub fn help_text(&self, language: Language) -> Option<&str> {
        self.help.as_ref().map(|help| help.text(language))
    }
}

/// All findings about one rule file, in the order of their places.
///
/// [`fmt::Display`] prints one line each, in English, `file:line:column: error[E006]: message`; the command line draws excerpts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostics {
    file: String,
    #[serde(skip)]
    text: String,
    findings: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new(file: &str, text: &str, mut findings: Vec<Diagnostic>) -> Diagnostics {
        findings.sort_by(|a, b| {
            let place = |d: &Diagnostic| d.labels.first().map_or((0, 0), |l| (l.span.start, l.span.end));
            (place(a), a.code, a.message.text(Language::En)).cmp(&(place(b), b.code, b.message.text(Language::En)))
        });
        findings.dedup();
        Diagnostics { file: file.to_owned(), text: text.to_owned(), findings }
    }

    /// These findings and others about the same file.
    #[must_use]
    pub fn with(self, others: impl IntoIterator<Item = Diagnostic>) -> Diagnostics {
        let Diagnostics { file, text, mut findings } = self;
        findings.extend(others);
        Diagnostics::new(&file, &text, findings)
    }

    /// The file's name, as given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The findings.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|d| d.severity() == Severity::Error)
    }

    /// Whether there is no finding at all.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        place(&self.text, offset)
    }
}

pub(crate) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i.saturating_add(1));
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.get(line_start..).unwrap_or("").chars().count().saturating_add(1);
    (line, column)
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.findings.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let (line, column) = self.place(finding.labels.first().map_or(0, |l| l.span.start));
            let severity = finding.severity().as_str();
            write!(f, "{}:{line}:{column}: {severity}[{}]: {}", self.file, finding.code, finding.message)?;
            if let Some(help) = &finding.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The known name with the least number of edits from the unknown one, if that is few for its length.
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = unknown.chars().count().div_ceil(3);
    known.into_iter().map(|name| (edits(unknown, name), name)).filter(|(distance, _)| *distance <= allowed).min().map(|(_, name)| name)
}

/// Levenshtein distance with swaps of neighbours counted as two edits.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            let replaced = diagonal.saturating_add(usize::from(from != *to));
            let best = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
            diagonal = above;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance() {
        assert_eq!(edits("low_incom", "low_income"), 1);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(nearest("low_incme", ["none", "low_income"]), Some("low_income"));
        assert_eq!(nearest("xyz", ["none", "low_income"]), None);
    }

    #[test]
    fn places_count_characters() {
        assert_eq!(place("甲\n乙丙", 4), (2, 1));
        assert_eq!(place("甲\n乙丙", 7), (2, 2));
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), Code::ALL.len());
    }
}
