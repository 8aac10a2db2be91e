//! Why a claim was not decided.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decision::Language;
use crate::diagnostic::Message;

/// The reason for which a claim is rejected, in order of precedence: of several reasons the first here is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RejectCode {
    /// The row or record cannot be read.
    Unreadable,
    /// The id was used by an earlier claim.
    DuplicateClaim,
    /// The claim names a person who is not there, or another person than the one it is adjudicated for.
    UnknownPerson,
    /// The claim names a scheme that is not there, or names none where there are several.
    UnknownScheme,
    /// A date that the scheme goes by is missing.
    MissingDate,
    /// The service ends before it begins, or is settled before it begins, or a line is dated outside of it.
    DatesOutOfOrder,
    /// Service before the person was born.
    BeforeBirth,
    /// The person belongs to two households on the rule date.
    SeveralHouseholds,
    /// No edition of the scheme holds on the rule date.
    NoSchemeInForce,
    /// An amount is below zero.
    NegativeAmount,
    /// An amount has more places than the scheme's unit.
    OverPreciseAmount,
    /// The claim names a portion that the scheme does not have.
    UnknownPortion,
    /// Portions or lines do not add up to the bill, or neither or both are given.
    PortionsDoNotAddUp,
    /// The claim names a layer that the scheme does not have.
    UnknownLayer,
    /// The claim or a line carries an attribute that the scheme does not have.
    UnknownAttribute,
    /// An attribute has a value that the scheme does not have.
    UnknownValue,
    /// A rule asks for an attribute that is not given and has no default.
    MissingAttribute,
    /// A claim goes on beyond the run-off of a layer, and does not say what of it is dated when.
    UndatedLines,
    /// Two lines of a claim have one id.
    DuplicateLine,
    /// No row of `classify` fits a line.
    UnclassifiedLine,
    /// A prior payment is above what is left for its layer.
    PriorAboveResidual,
    /// An opening balance names an accumulator that the scheme does not have.
    UnknownAccumulator,
    /// A rule's value cannot be figured for this claim: not exact, out of range, or divided by zero.
    NoValue,
    /// Amounts are too large to be figured with.
    AmountOverflow,
}

impl RejectCode {
    /// The code as it is printed: stable, in kebab case.
    ///
    /// ```
    /// assert_eq!(medaid::RejectCode::PriorAboveResidual.as_str(), "prior-above-residual");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            RejectCode::Unreadable => "unreadable",
            RejectCode::DuplicateClaim => "duplicate-claim",
            RejectCode::UnknownPerson => "unknown-person",
            RejectCode::UnknownScheme => "unknown-scheme",
            RejectCode::MissingDate => "missing-date",
            RejectCode::DatesOutOfOrder => "dates-out-of-order",
            RejectCode::BeforeBirth => "before-birth",
            RejectCode::SeveralHouseholds => "several-households",
            RejectCode::NoSchemeInForce => "no-scheme-in-force",
            RejectCode::NegativeAmount => "negative-amount",
            RejectCode::OverPreciseAmount => "over-precise-amount",
            RejectCode::UnknownPortion => "unknown-portion",
            RejectCode::PortionsDoNotAddUp => "portions-do-not-add-up",
            RejectCode::UnknownLayer => "unknown-layer",
            RejectCode::UnknownAttribute => "unknown-attribute",
            RejectCode::UnknownValue => "unknown-value",
            RejectCode::MissingAttribute => "missing-attribute",
            RejectCode::UndatedLines => "undated-lines",
            RejectCode::DuplicateLine => "duplicate-line",
            RejectCode::UnclassifiedLine => "unclassified-line",
            RejectCode::PriorAboveResidual => "prior-above-residual",
            RejectCode::UnknownAccumulator => "unknown-accumulator",
            RejectCode::NoValue => "no-value",
            RejectCode::AmountOverflow => "amount-overflow",
        }
    }
}

impl fmt::Display for RejectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A claim that was not decided, with the reason: the state of every accumulator is as before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("claim `{claim}` is rejected ({code}): {message}")]
pub struct Reject {
    claim: String,
    code: RejectCode,
    /// The field of the claim at fault, as a path; empty if it is no single field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    field: String,
    message: Box<Message>,
    /// Where it stands in the file that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
}

impl Reject {
    /// A rejection of a claim. A message that is a plain text is the same in every language.
    pub fn new(claim: &str, code: RejectCode, field: &str, message: impl Into<Message>) -> Reject {
        Reject { claim: claim.to_owned(), code, field: field.to_owned(), message: Box::new(message.into()), row: None }
    }

    /// The rejection of something read from a file, with its row there: the line of a CSV file, the number of an element in JSON, from 1.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Reject {
        self.row = Some(row);
        self
    }

    /// The claim's id.
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The stable reason code.
    pub fn code(&self) -> RejectCode {
        self.code
    }

    /// The field at fault, as a path such as `portions.in_scope`; empty if it is no single field.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The reason in a sentence, in English.
    pub fn message(&self) -> &str {
        self.text(Language::En)
    }

    /// The reason in a sentence.
    pub fn text(&self, language: Language) -> &str {
        self.message.text(language)
    }

    pub(crate) fn as_message(&self) -> &Message {
        &self.message
    }

    /// The row in the file, for what could not be read: the line of a CSV file, the number of an element in JSON, from 1.
    pub fn row(&self) -> Option<u64> {
        self.row
    }
}
