//! What makes a batch impossible, apart from single claims.

/// Why a batch cannot be run at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// There is no plan.
    #[error("there is no scheme")]
    NoScheme,
    /// Two editions of a scheme hold at the same time.
    #[error("scheme `{id}`: versions {first} and {second} both hold on {on}")]
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
    #[error("scheme `{id}`: versions {first} and {second} differ in `{key}`, which editions of one scheme must share")]
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
    #[error("scheme `{id}` settles `{settles}`, which is not there")]
    SettlesUnknown {
        /// The settling scheme.
        id: String,
        /// What it settles.
        settles: String,
    },
    /// A scheme settles itself by way of others.
    #[error("scheme `{0}` settles itself by way of others")]
    SettlesItself(String),
    /// Two versions of one name.
    #[error("scheme `{id}`: version {version} is given twice")]
    DuplicateVersion {
        /// The scheme.
        id: String,
        /// The version.
        version: String,
    },
    /// Two households with one id.
    #[error("household `{0}` is given twice")]
    DuplicateHousehold(String),
    /// Schemes of different currencies, which cannot be summed.
    #[error("the schemes are in {first} and in {second}; amounts of different currencies cannot be summed")]
    Currencies {
        /// One currency.
        first: String,
        /// Another.
        second: String,
    },
    /// Two persons with one id.
    #[error("person `{0}` is given twice")]
    DuplicatePerson(String),
    /// Somebody belongs to two households on one day.
    #[error(transparent)]
    SeveralHouseholds(#[from] crate::claim::SeveralHouseholds),
    /// A person without a household whose id is also the name of a household.
    #[error("person `{0}` has no household, but others have the household `{0}`: say which household the person belongs to")]
    AmbiguousHousehold(String),
    /// Attributes of persons that no scheme declares.
    #[error("{}", .0.join("\n"))]
    UnknownAttributes(Vec<String>),
}
