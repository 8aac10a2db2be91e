//! What makes a batch impossible, apart from single claims.

use std::fmt;

use crate::decision::Language;
use crate::diagnostic::{Message, refused};

/// Why a batch cannot be run at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchError {
    /// There is no plan.
    NoScheme,
    /// Two editions of a scheme hold at the same time.
    Overlap {
        /// The scheme.
        id: String,
        /// One version.
        first: String,
        /// The other.
        second: String,
        /// A day on which both hold.
        on: chrono::NaiveDate,
    },
    /// Two editions of a scheme say different things where they must agree.
    EditionsDiffer {
        /// The scheme.
        id: String,
        /// One version.
        first: String,
        /// The other.
        second: String,
        /// The key of the rule file in which they differ.
        key: &'static str,
    },
    /// A scheme settles another that is not there.
    SettlesUnknown {
        /// The settling scheme.
        id: String,
        /// What it settles.
        settles: String,
    },
    /// A scheme settles itself by way of others.
    SettlesItself(String),
    /// Two versions of one name.
    DuplicateVersion {
        /// The scheme.
        id: String,
        /// The version.
        version: String,
    },
    /// The accounts of funds cannot be figured: a sum leaves the range, or a value has none on the day.
    FundAccounts,
    /// Two households with one id.
    DuplicateHousehold(String),
    /// Schemes of different currencies, which cannot be summed.
    Currencies {
        /// One currency.
        first: String,
        /// Another.
        second: String,
    },
    /// Two persons with one id.
    DuplicatePerson(String),
    /// Somebody belongs to two households on one day.
    SeveralHouseholds(crate::claim::SeveralHouseholds),
    /// A person without a household whose id is also the name of a household.
    AmbiguousHousehold(String),
    /// Attributes of persons that no scheme declares.
    UnknownAttributes(Vec<Message>),
}

impl BatchError {
    /// What is wrong, in words; several things are in a line each.
    pub fn text(&self, language: Language) -> String {
        self.message().text(language).to_owned()
    }

    pub(crate) fn message(&self) -> Message {
        match self {
            BatchError::NoScheme => refused::no_scheme_at_all(),
            BatchError::Overlap { id, first, second, on } => refused::both_hold(id, first, second, *on),
            BatchError::DuplicateVersion { id, version } => refused::version_twice(id, version),
            BatchError::EditionsDiffer { id, first, second, key } => refused::editions_differ(id, first, second, key),
            BatchError::SettlesUnknown { id, settles } => refused::settles_unknown(id, settles),
            BatchError::SettlesItself(id) => refused::settles_by_way(id),
            BatchError::FundAccounts => refused::fund_accounts(),
            BatchError::DuplicateHousehold(id) => refused::household_twice(id),
            BatchError::Currencies { first, second } => refused::currencies(first, second),
            BatchError::DuplicatePerson(id) => refused::the_person_twice(id),
            BatchError::AmbiguousHousehold(id) => refused::ambiguous_household(id),
            BatchError::SeveralHouseholds(several) => several.message(),
            BatchError::UnknownAttributes(list) => {
                let mut lines = list.iter();
                let first = lines.next().cloned().unwrap_or_default();
                lines.fold(first, |text, line| text.and(&Message::from("\n")).and(line))
            }
        }
    }
}

impl From<crate::claim::SeveralHouseholds> for BatchError {
    fn from(several: crate::claim::SeveralHouseholds) -> BatchError {
        BatchError::SeveralHouseholds(several)
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for BatchError {}
