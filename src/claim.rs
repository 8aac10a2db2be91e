//! What comes in: persons and claims.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::date::{Span, strict};
use crate::diagnostic::{Message, refused};
use crate::money::{Money, NumberText};

/// A person: who they are, as far as rules ask.
///
/// ```
/// let person: medaid::Person = serde_json::from_str(r#"{
///     "id": "p1", "birth_date": "1960-05-01",
///     "attributes": { "identity": [{ "value": "low_income", "from": "2023-01-01" }] }
/// }"#)?;
/// assert_eq!(person.id, "p1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The person's id, unique in a population.
    pub id: String,
    /// The household, or households over time, at most one on a day; one without is a household of one.
    #[serde(default, skip_serializing_if = "Dated::is_empty")]
    pub household: Dated,
    /// The day of birth; needed by rules that ask for the age.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    pub birth_date: Option<NaiveDate>,
    /// Attributes by name, each a value or a list of dated values; several may hold at once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub attributes: BTreeMap<String, Dated>,
    /// Positions of accumulators before the first claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opening: Vec<OpeningBalance>,
}

impl Person {
    /// The household to which the person belongs on a day: their own id, if it is none that is named.
    ///
    /// # Errors
    /// If several are named for that day.
    ///
    /// ```
    /// let person: medaid::Person = serde_json::from_str(r#"{ "id": "p1", "household": [{ "value": "h1", "from": "2024-03-01" }] }"#)?;
    /// assert_eq!(person.household_on("2024-02-29".parse().unwrap())?, "p1");
    /// assert_eq!(person.household_on("2024-03-01".parse().unwrap())?, "h1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn household_on(&self, date: NaiveDate) -> Result<&str, SeveralHouseholds> {
        let mut named = self.household.on(date);
        match (named.next(), named.next()) {
            (None, _) => Ok(&self.id),
            (Some(household), None) => Ok(household.as_str()),
            (Some(first), Some(second)) => {
                let [first, second] = [first, second].map(|h| h.as_str().to_owned());
                Err(SeveralHouseholds { person: self.id.clone(), date, first, second })
            }
        }
    }

    /// Every household to which the person ever belongs.
    pub fn households(&self) -> impl Iterator<Item = &str> {
        self.household.values().iter().map(|h| h.value.as_str())
    }
}

/// A person belongs to several households on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeveralHouseholds {
    person: String,
    date: NaiveDate,
    first: String,
    second: String,
}

impl SeveralHouseholds {
    pub(crate) fn message(&self) -> Message {
        refused::two_households(&self.person, self.date, &self.first, &self.second)
    }
}

impl std::fmt::Display for SeveralHouseholds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for SeveralHouseholds {}

/// The position of an accumulator before the first claim that we see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningBalance {
    /// The scheme that it is for; needed where a person's claims are settled under several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The accumulator's name; one without a name of its own is called after its rule.
    pub accumulator: String,
    /// A day of the period for which the balance holds.
    #[serde(deserialize_with = "strict::read")]
    pub on: NaiveDate,
    /// The position; a count is given as a number of the same form.
    pub amount: Money,
}

/// The value of an attribute, as written: a word, yes or no, or a number. What it means is said by the scheme.
///
/// ```
/// use medaid::AttributeValue;
/// assert_eq!(AttributeValue::from("low_income").as_str(), "low_income");
/// assert_eq!(AttributeValue::from(true).as_str(), "true");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeValue(String);

impl AttributeValue {
    /// The value as text: the word, `true` or `false`, or the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        AttributeValue(text.to_owned())
    }
}

impl From<bool> for AttributeValue {
    fn from(value: bool) -> Self {
        AttributeValue(value.to_string())
    }
}

impl From<i64> for AttributeValue {
    fn from(value: i64) -> Self {
        AttributeValue(value.to_string())
    }
}

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AttributeVisitor)
    }
}

struct AttributeVisitor;

impl Visitor<'_> for AttributeVisitor {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a word, true or false, a whole number, or a decimal number as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<AttributeValue, E> {
        Ok(AttributeValue::from(text))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<AttributeValue, E> {
        Ok(AttributeValue::from(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::from(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<AttributeValue, E> {
        Ok(AttributeValue(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<AttributeValue, E> {
        Err(E::custom("a binary float is not exact; write the number as text, such as \"1234.50\""))
    }
}

/// An attribute's values over time. Any number may hold on one day; the scheme ranks them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dated(Vec<DatedValue>);

/// One value of an attribute and when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedValue {
    /// The value.
    pub value: AttributeValue,
    /// The first day on which it holds; always, if missing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    pub from: Option<NaiveDate>,
    /// The first day on which it no longer holds; never, if missing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    pub until: Option<NaiveDate>,
}

impl Dated {
    /// Values with the time in which each holds.
    pub fn new(values: Vec<DatedValue>) -> Dated {
        Dated(values)
    }

    /// Whether there is no value at any time.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values.
    pub fn values(&self) -> &[DatedValue] {
        &self.0
    }

    /// The values that hold on a day, in the order written.
    pub fn on(&self, date: NaiveDate) -> impl Iterator<Item = &AttributeValue> {
        self.0.iter().filter(move |v| Span { from: v.from, until: v.until }.contains(date)).map(|v| &v.value)
    }
}

impl<V: Into<AttributeValue>> From<V> for Dated {
    /// A value that always holds.
    fn from(value: V) -> Self {
        Dated(vec![DatedValue { value: value.into(), from: None, until: None }])
    }
}

impl Serialize for Dated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [DatedValue { value, from: None, until: None }] => value.serialize(serializer),
            values => values.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Dated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DatedVisitor;
        impl<'de> Visitor<'de> for DatedVisitor {
            type Value = Dated;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an attribute's value, or a list of { value, from, until }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Dated, E> {
                AttributeVisitor.visit_str(text).map(Dated::from)
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Dated, E> {
                AttributeVisitor.visit_bool(value).map(Dated::from)
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Dated, E> {
                AttributeVisitor.visit_i64(value).map(Dated::from)
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Dated, E> {
                AttributeVisitor.visit_u64(value).map(Dated::from)
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Dated, E> {
                AttributeVisitor.visit_f64(value).map(Dated::from)
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Dated, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element::<DatedValue>()? {
                    values.push(value);
                }
                Ok(Dated(values))
            }
        }
        deserializer.deserialize_any(DatedVisitor)
    }
}

/// Where care was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facility {
    /// The facility's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its level, in the scheme's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The region it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// A claim: one bill, with its lines or with its portion totals.
///
/// ```
/// let claim: medaid::Claim = serde_json::from_str(r#"{
///     "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": 52000,
///     "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" }
/// }"#)?;
/// assert_eq!(claim.portions["in_scope"].to_string(), "50000");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The claim's id, unique in a history.
    pub id: String,
    /// The person whose bill it is.
    pub person: String,
    /// The scheme to settle under; needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The kind of care, in the scheme's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<String>,
    /// Where care was given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub facility: Facility,
    /// First day of service.
    #[serde(deserialize_with = "strict::read")]
    pub service_from: NaiveDate,
    /// Last day of service; the first day if missing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    pub service_to: Option<NaiveDate>,
    /// Day of settlement.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    pub settled: Option<NaiveDate>,
    /// Receipt sequence: the order in which claims came in.
    #[serde(default)]
    pub sequence: u64,
    /// The stay that this claim belongs to; each claim is a stay of its own if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<String>,
    /// Days of care, where they are not the days between the service dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Attributes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub attributes: BTreeMap<String, AttributeValue>,
    /// The whole bill.
    pub bill: Money,
    /// The bill by portion, where it comes without lines.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub portions: BTreeMap<String, Money>,
    /// The bill by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// What other payers have already settled, by layer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub prior: BTreeMap<String, PriorPayment>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The line's id, unique in its claim.
    pub id: String,
    /// The item's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The item's class, such as 甲, 乙, 丙.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The day of service, within the claim's; the first day if missing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict::read_option")]
    pub date: Option<NaiveDate>,
    /// How many units; a number of the same form as an amount. One if missing.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub quantity: Money,
    /// The money billed for the line, all units together.
    pub amount: Money,
    /// Attributes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub attributes: BTreeMap<String, AttributeValue>,
}

pub(crate) fn one() -> Money {
    Money::from_micros(crate::money::MICROS_PER_WHOLE)
}

fn is_one(quantity: &Money) -> bool {
    *quantity == one()
}

/// A payment that another payer has already settled on a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriorPayment {
    /// The sum.
    pub amount: Money,
    /// Which portions it settled, where that is known; they must add up to the sum.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub portions: BTreeMap<String, Money>,
}

impl From<Money> for PriorPayment {
    fn from(amount: Money) -> Self {
        PriorPayment { amount, portions: BTreeMap::new() }
    }
}

impl<'de> Deserialize<'de> for PriorPayment {
    /// A plain amount, or `{ "amount": ..., "portions": { ... } }`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Split {
            amount: Money,
            #[serde(default, deserialize_with = "unique_keys")]
            portions: BTreeMap<String, Money>,
        }
        // The raw text tells the two forms apart without going through a float.
        let raw = <Box<serde_json::value::RawValue>>::deserialize(deserializer)?;
        // The error of the text within says a place that is none of the file's.
        fn error<E: de::Error>(error: serde_json::Error) -> E {
            let text = error.to_string();
            E::custom(text.split(" at line ").next().unwrap_or(&text))
        }
        if raw.get().starts_with('{') {
            let split: Split = serde_json::from_str(raw.get()).map_err(error)?;
            Ok(PriorPayment { amount: split.amount, portions: split.portions })
        } else {
            let amount = serde_json::from_str::<NumberText>(raw.get()).map_err(error)?;
            amount.0.parse::<Money>().map(PriorPayment::from).map_err(de::Error::custom)
        }
    }
}

/// Reads a table in which every key stands once; two of a kind would hide one of their values.
fn unique_keys<'de, D: Deserializer<'de>, V: Deserialize<'de>>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error> {
    struct Keys<V>(std::marker::PhantomData<V>);
    impl<'de, V: Deserialize<'de>> Visitor<'de> for Keys<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a table of names and values")
        }
        fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(key) = entries.next_key::<String>()? {
                if map.contains_key(&key) {
                    return Err(de::Error::custom(format_args!("`{key}` is given twice")));
                }
                let value = entries.next_value()?;
                map.insert(key, value);
            }
            Ok(map)
        }
    }
    deserializer.deserialize_map(Keys(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(rest: &str) -> String {
        let text = format!(r#"{{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": 1, {rest} }}"#);
        let message = serde_json::from_str::<Claim>(&text).unwrap_err().to_string();
        message.split(" at line ").next().unwrap().to_owned()
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        assert_eq!(error(r#""portions": { "a": 1, "a": 1 }"#), "`a` is given twice");
        assert_eq!(error(r#""attributes": { "a": true, "a": true }"#), "`a` is given twice");
        assert_eq!(error(r#""prior": { "a": 1, "a": 1 }"#), "`a` is given twice");
        assert_eq!(error(r#""prior": { "a": { "amount": 1, "portions": { "b": 1, "b": 1 } } }"#), "`b` is given twice");
        assert_eq!(error(r#""bill": 1"#), "duplicate field `bill`");
    }

    #[test]
    fn only_full_dates_are_dates() {
        assert_eq!(error(r#""settled": "2024-5-1""#), "`2024-5-1` is not a date of the form YYYY-MM-DD");
        let person = r#"{ "id": "p1", "birth_date": "2024-02-30" }"#;
        let message = serde_json::from_str::<Person>(person).unwrap_err().to_string();
        assert!(message.starts_with("`2024-02-30` is not a date of the form YYYY-MM-DD"));
        let claim: Claim =
            serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "settled": null, "bill": 1 }"#).unwrap();
        assert_eq!(claim.settled, None);
    }
}
