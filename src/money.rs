//! Exact money: [`Money`], its unit and rounding. The only places that multiply and divide amounts are here and in
//! [`crate::ratio`].

#![allow(
    clippy::arithmetic_side_effects,
    reason = "128 bits hold products of two 64-bit figures, and a unit is above zero; what goes back to 64 bits is checked"
)]

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many [`Money`] steps make one whole unit of currency.
pub(crate) const MICROS_PER_WHOLE: i64 = 1_000_000;
/// Steps of a [`Raw`] amount in one step of [`Money`]; also how many ratio steps make 100 %.
pub(crate) const PICOS_PER_MICRO: i64 = 1_000_000;

/// An exact amount of money, counted in millionths of the currency (0.000001).
///
/// Bills and payments are whole multiples of the scheme's unit, such as 0.01; the finer steps are for derived figures (half of a
/// threshold of 16,901.00 is 8,450.50, half of 0.01 is 0.005) which must not be rounded. The range is about ±9.2 million million.
///
/// There are no operators and no conversion from binary floats: arithmetic is checked, text is read exactly or refused.
///
/// ```
/// use medaid::Money;
/// let bill: Money = "9007199254.11".parse()?;
/// assert_eq!(bill.to_string(), "9007199254.11");
/// assert_eq!(format!("{:.2}", Money::from_micros(300_000_000)), "300.00");
/// assert!("0.0000001".parse::<Money>().is_err());   // finer than a millionth
/// assert!("1e3".parse::<Money>().is_err());
/// # Ok::<(), medaid::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// Why a text or number is not an exact amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The text is not a plain decimal number such as `1234.50`.
    #[error("`{0}` is not a plain decimal amount such as `1234.50`")]
    NotDecimal(String),
    /// More decimal places than are kept.
    #[error("`{0}` has more than six decimal places")]
    TooPrecise(String),
    /// Too large to be held.
    #[error("`{0}` is out of range")]
    OutOfRange(String),
}

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);
    /// The largest amount.
    pub const MAX: Money = Money(i64::MAX);

    /// The amount of so many millionths.
    pub const fn from_micros(micros: i64) -> Money {
        Money(micros)
    }

    /// The amount in millionths.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum, or nothing if it is out of range.
    ///
    /// ```
    /// # use medaid::Money;
    /// assert_eq!(Money::MAX.checked_add(Money::from_micros(1)), None);
    /// ```
    #[must_use]
    pub const fn checked_add(self, other: Money) -> Option<Money> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Money(sum)),
            None => None,
        }
    }

    /// The difference, or nothing if it is out of range.
    #[must_use]
    pub const fn checked_sub(self, other: Money) -> Option<Money> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Money(difference)),
            None => None,
        }
    }

    /// Reads a [`Decimal`] exactly.
    ///
    /// # Errors
    /// [`MoneyError`] if it has more than six places or is out of range.
    ///
    /// ```
    /// # use medaid::Money;
    /// use rust_decimal::Decimal;
    /// assert_eq!(Money::from_decimal(Decimal::new(1_250, 2))?.to_string(), "12.5");
    /// # Ok::<(), medaid::MoneyError>(())
    /// ```
    pub fn from_decimal(value: Decimal) -> Result<Money, MoneyError> {
        let normal = value.normalize();
        let places = normal.scale();
        let Some(missing) = 6u32.checked_sub(places) else {
            return Err(MoneyError::TooPrecise(value.to_string()));
        };
        10i128
            .checked_pow(missing)
            .and_then(|factor| normal.mantissa().checked_mul(factor))
            .and_then(|micros| i64::try_from(micros).ok())
            .map(Money)
            .ok_or_else(|| MoneyError::OutOfRange(value.to_string()))
    }

    /// The amount as a [`Decimal`], exactly.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 6).normalize()
    }
}

/// Reads `digits[.digits]` with an optional minus sign as a whole number of steps of `10^-places`.
pub(crate) fn parse_decimal(text: &str, places: usize) -> Result<i64, MoneyError> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match body.split_once('.') {
        Some((_, "")) => return Err(MoneyError::NotDecimal(text.to_owned())),
        Some(parts) => parts,
        None => (body, ""),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(MoneyError::NotDecimal(text.to_owned()));
    }
    let kept = fraction.trim_end_matches('0');
    if kept.len() > places {
        return Err(MoneyError::TooPrecise(text.to_owned()));
    }
    let padding = std::iter::repeat_n(b'0', places.saturating_sub(kept.len()));
    let mut steps: i64 = 0;
    for digit in whole.bytes().chain(kept.bytes()).chain(padding) {
        let value = i64::from(digit.wrapping_sub(b'0'));
        steps = steps.checked_mul(10).and_then(|s| s.checked_add(value)).ok_or_else(|| MoneyError::OutOfRange(text.to_owned()))?;
    }
    Ok(if body.len() < text.len() { steps.wrapping_neg() } else { steps })
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Money, MoneyError> {
        parse_decimal(text, 6).map(Money)
    }
}

/// Writes `steps` of `10^-places` with at least `least` decimal places and no needless zeros beyond.
pub(crate) fn write_decimal(f: &mut impl fmt::Write, steps: i128, places: usize, least: usize) -> fmt::Result {
    // From the last digit to the first, in a buffer that holds any 128-bit number.
    let mut buffer = [b'0'; 48];
    let mut start = buffer.len();
    let mut rest = steps.unsigned_abs();
    let mut digits = 0usize;
    while rest > 0 || digits <= places {
        start = start.saturating_sub(1);
        if let (Some(slot), Ok(digit)) = (buffer.get_mut(start), u8::try_from(rest % 10)) {
            *slot = b'0'.wrapping_add(digit);
        }
        rest /= 10;
        digits = digits.saturating_add(1);
    }
    let text = buffer.get(start..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or("");
    let (whole, fraction) = text.split_at(text.len().saturating_sub(places));
    let mut kept = fraction.trim_end_matches('0');
    if kept.len() < least {
        kept = fraction.get(..least.min(places)).unwrap_or(fraction);
    }
    if steps < 0 {
        f.write_char('-')?;
    }
    f.write_str(whole)?;
    if !kept.is_empty() {
        f.write_char('.')?;
        f.write_str(kept)?;
    }
    Ok(())
}

impl fmt::Display for Money {
    /// The exact amount; a precision (`{:.2}`) is the *least* number of decimal places, never a rounding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = f.precision().unwrap_or(0);
        write_decimal(f, i128::from(self.0), 6, least)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let text = NumberText::deserialize(deserializer)?.0;
        text.parse().map_err(de::Error::custom)
    }
}

/// A number as its source text: decimal text, an integer, or a JSON number digit by digit.
///
/// `serde_json` hands a JSON number with a point over as an `f64`, unless it is asked for the raw text. Asking is done by the
/// newtype name that its `RawValue` uses; other formats ignore the name. Where the text cannot be had (a format other than JSON, or a
/// buffered value), a float is refused, never converted.
pub(crate) struct NumberText(pub(crate) String);

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NumberText, D::Error> {
        if !deserializer.is_human_readable() {
            return deserializer.deserialize_str(NumberTextVisitor);
        }
        deserializer.deserialize_newtype_struct(RAW_TEXT, NumberTextVisitor)
    }
}

/// The name under which `serde_json` gives raw text.
const RAW_TEXT: &str = "$serde_json::private::RawValue";

struct NumberTextVisitor;

impl<'de> Visitor<'de> for NumberTextVisitor {
    type Value = NumberText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as text such as \"1234.50\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<NumberText, E> {
        Ok(NumberText(text.to_owned()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<NumberText, E> {
        Ok(NumberText(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<NumberText, E> {
        Ok(NumberText(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<NumberText, E> {
        Err(E::custom("a binary float is not exact; write the number as text, such as \"1234.50\""))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<NumberText, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<NumberText, A::Error> {
        // `serde_json` answers the request for raw text with a map of one entry. Any other map was written by somebody.
        let found = || de::Error::custom("expected a decimal number, as text such as \"1234.50\", found an object");
        map.next_key::<&str>().ok().flatten().filter(|key| *key == RAW_TEXT).ok_or_else(found)?;
        let raw: Box<str> = map.next_value()?;
        let number = |t: &str| t.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if raw.starts_with('"') {
            serde_json::from_str(&raw).map(NumberText).map_err(de::Error::custom)
        } else if number(&raw) {
            Ok(NumberText(raw.into()))
        } else {
            Err(de::Error::custom(format_args!("expected a decimal number, as text such as \"1234.50\", found {raw}")))
        }
    }
}

/// How an amount between two steps of the unit becomes one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RoundingMode {
    /// To the nearer step; from the middle away from zero (四舍五入).
    #[default]
    HalfUp,
    /// To the nearer step; from the middle to the even one.
    HalfEven,
    /// Towards zero (the fraction is dropped).
    Down,
    /// Away from zero.
    Up,
}

/// A rounding: the unit of which results are whole multiples, and the mode.
///
/// ```
/// use medaid::{Money, Rounding, RoundingMode};
/// let to_five_cents = Rounding::new("0.05".parse()?, RoundingMode::HalfUp).ok_or("no unit")?;
/// assert_eq!(to_five_cents.round("304.41".parse()?).ok_or("range")?.to_string(), "304.4");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rounding {
    unit: Money,
    mode: RoundingMode,
}

impl Rounding {
    /// A rounding to whole multiples of `unit`, which must be above zero.
    pub const fn new(unit: Money, mode: RoundingMode) -> Option<Rounding> {
        if unit.0 > 0 { Some(Rounding { unit, mode }) } else { None }
    }

    /// The unit.
    pub const fn unit(self) -> Money {
        self.unit
    }

    /// The mode.
    pub const fn mode(self) -> RoundingMode {
        self.mode
    }

    /// How many decimal places the unit has; amounts are printed with at least so many.
    pub fn places(self) -> u8 {
        let mut places = 6u8;
        let mut unit = self.unit.0;
        while places > 0 && unit % 10 == 0 {
            unit /= 10;
            places = places.saturating_sub(1);
        }
        places
    }

    /// Whether the amount is a whole multiple of the unit.
    #[inline]
    pub const fn holds(self, amount: Money) -> bool {
        // A constant divisor for the commonest unit: the division becomes a multiplication.
        if self.unit.0 == CENT { amount.0 % CENT == 0 } else { amount.0 % self.unit.0 == 0 }
    }

    /// The amount rounded, or nothing if the result is out of range.
    pub fn round(self, amount: Money) -> Option<Money> {
        self.round_raw(Raw::from_money(amount))
    }

    /// The largest multiple of the unit that is not above the amount (for amounts of zero or more).
    pub(crate) const fn floor(self, amount: Money) -> Money {
        Money(amount.0 - amount.0 % self.unit.0)
    }

    /// Rounds an exact result. This is where every payment becomes money.
    #[inline(always)]
    pub(crate) fn round_raw(self, raw: Raw) -> Option<Money> {
        match i64::try_from(raw.picos) {
            Ok(picos) if picos >= 0 && self.unit.0 == CENT && self.mode == RoundingMode::HalfUp => Some(half_up_to_cents(picos)),
            _ => self.round_any(raw),
        }
    }

    /// A share of an amount, rounded: the same as [`Ratio::of`](crate::Ratio) rounded, in fewer steps where the product is small and the rounding the
    /// commonest.
    #[inline(always)]
    pub(crate) fn share(self, amount: Money, ratio: crate::Ratio) -> Option<Money> {
        match amount.0.checked_mul(ratio.millionths()) {
            Some(picos) if picos >= 0 && self.unit.0 == CENT && self.mode == RoundingMode::HalfUp => Some(half_up_to_cents(picos)),
            _ => self.round_any(ratio.of(amount)),
        }
    }

    #[inline(never)]
    fn round_any(self, raw: Raw) -> Option<Money> {
        let divisor = i128::from(self.unit.0) * i128::from(PICOS_PER_MICRO);
        let (quotient, remainder) = (raw.picos / divisor, raw.picos % divisor);
        let sign = if raw.picos < 0 { -1 } else { 1 };
        let twice = remainder.unsigned_abs() * 2;
        let half = divisor.unsigned_abs();
        let inexact = remainder != 0 || raw.rest;
        let away = match self.mode {
            RoundingMode::HalfUp => twice >= half,
            RoundingMode::HalfEven => twice > half || (twice == half && (raw.rest || quotient % 2 != 0)),
            RoundingMode::Down => false,
            RoundingMode::Up => inexact,
        };
        let steps = if away { quotient + sign } else { quotient };
        i64::try_from(steps).ok()?.checked_mul(self.unit.0).map(Money)
    }
}

/// The commonest unit.
const CENT: i64 = 10_000;

/// The commonest rounding, of an amount of zero or more, with a constant divisor: so that the division becomes a multiplication. What is below the last
/// step cannot move a middle that is rounded up anyway.
#[inline(always)]
fn half_up_to_cents(picos: i64) -> Money {
    const D: u64 = (CENT * PICOS_PER_MICRO) as u64;
    Money(((picos as u64 + D / 2) / D) as i64 * CENT)
}

/// An exact result before rounding, in millionths of a millionth: an amount times a ratio.
///
/// `rest` says that a division left something positive below the last step; only benefits in kind divide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Raw {
    pub(crate) picos: i128,
    pub(crate) rest: bool,
}

impl Raw {
    pub(crate) const ZERO: Raw = Raw { picos: 0, rest: false };

    #[inline]
    pub(crate) fn from_money(amount: Money) -> Raw {
        Raw::from_picos(i128::from(amount.0) * i128::from(PICOS_PER_MICRO))
    }

    #[inline]
    pub(crate) const fn from_picos(picos: i128) -> Raw {
        Raw { picos, rest: false }
    }

    /// The amount less this, and not below zero: what the patient bears of a base.
    pub(crate) fn complement(self, amount: Money) -> Raw {
        let picos = Raw::from_money(amount).picos - self.picos;
        if picos <= 0 {
            Raw::ZERO
        } else if self.rest {
            Raw { picos: picos - 1, rest: true }
        } else {
            Raw::from_picos(picos)
        }
    }

    /// This less the amount, and not below zero.
    pub(crate) fn less(self, amount: Money) -> Raw {
        let picos = self.picos - Raw::from_money(amount).picos;
        if picos < 0 { Raw::ZERO } else { Raw { picos, rest: self.rest } }
    }

    /// Whether this is more than the amount.
    #[inline]
    pub(crate) fn exceeds(self, amount: Money) -> bool {
        let limit = Raw::from_money(amount).picos;
        self.picos > limit || (self.picos == limit && self.rest)
    }
}

/// An exact figure as a decision prints it: with at least the decimal places of the scheme's unit.
///
/// ```
/// use medaid::Amount;
/// let raw: Amount = "29743.675".parse()?;
/// assert_eq!(raw.to_string(), "29743.675");
/// # Ok::<(), medaid::MoneyError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Amount {
    picos: i128,
    places: u8,
}

impl PartialEq for Amount {
    /// Equal amounts are equal however they are printed.
    fn eq(&self, other: &Amount) -> bool {
        self.picos == other.picos
    }
}

impl Eq for Amount {}

impl std::hash::Hash for Amount {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.picos.hash(state);
    }
}

impl Amount {
    /// The amount, to be printed with at least `places` decimal places.
    pub fn new(money: Money, places: u8) -> Amount {
        Amount { picos: Raw::from_money(money).picos, places }
    }

    pub(crate) const fn from_raw(raw: Raw, places: u8) -> Amount {
        Amount { picos: raw.picos, places }
    }

    /// The amount as money, if it has no more than six decimal places.
    pub fn money(self) -> Option<Money> {
        let unit = i128::from(PICOS_PER_MICRO);
        if self.picos % unit == 0 { i64::try_from(self.picos / unit).ok().map(Money) } else { None }
    }

    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.picos == 0
    }

    /// The sum, or nothing if it is out of range; printed with the decimal places of the first.
    #[must_use]
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        Some(Amount { picos: self.picos.checked_add(other.picos)?, places: self.places })
    }

    /// The least number of decimal places with which it is printed.
    pub const fn places(self) -> u8 {
        self.places
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.picos, 12, usize::from(self.places))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

impl FromStr for Amount {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Amount, MoneyError> {
        let decimal = Decimal::from_str_exact(text).map_err(|_| MoneyError::NotDecimal(text.to_owned()))?;
        let missing = 12u32.checked_sub(decimal.scale()).ok_or_else(|| MoneyError::TooPrecise(text.to_owned()))?;
        let picos = 10i128
            .checked_pow(missing)
            .and_then(|factor| decimal.mantissa().checked_mul(factor))
            .ok_or_else(|| MoneyError::OutOfRange(text.to_owned()))?;
        Ok(Amount { picos, places: u8::try_from(decimal.scale().min(12)).unwrap_or(12) })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        let text = NumberText::deserialize(deserializer)?.0;
        text.parse().map_err(de::Error::custom)
    }
}

/// A sum over many claims, wide enough not to overflow for any number of them that fits on a disk.
///
/// ```
/// use medaid::{Money, Total};
/// let mut total = Total::default();
/// total.add(Money::MAX);
/// total.add(Money::MAX);
/// assert_eq!(total.to_string(), "18446744073709.551614");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Total(i128);

impl Total {
    pub(crate) const fn from_micros(micros: i128) -> Total {
        Total(micros)
    }

    pub(crate) const fn micros(self) -> i128 {
        self.0
    }

    /// Adds an amount. 2^64 of the largest amounts fit, so the sum cannot overflow.
    pub const fn add(&mut self, amount: Money) {
        self.0 = self.0.wrapping_add(amount.0 as i128);
    }

    /// Adds another sum.
    pub const fn merge(&mut self, other: Total) {
        self.0 = self.0.wrapping_add(other.0);
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This sum as parts of another, in hundredths of a percent, rounded half up; nothing if the other is not above zero.
    ///
    /// ```
    /// # use medaid::{Money, Total};
    /// let (mut paid, mut premium) = (Total::default(), Total::default());
    /// paid.add(Money::from_micros(164));
    /// premium.add(Money::from_micros(100));
    /// assert_eq!(paid.basis_points_of(premium), Some(16_400));
    /// ```
    pub fn basis_points_of(self, whole: Total) -> Option<i128> {
        if whole.0 <= 0 {
            return None;
        }
        let twice = self.0.checked_mul(20_000)?.checked_add(whole.0)?;
        Some(twice.div_euclid(whole.0.checked_mul(2)?))
    }
}

impl fmt::Display for Total {
    /// The exact sum; a precision is the least number of decimal places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, 6, f.precision().unwrap_or(0))
    }
}

impl Serialize for Total {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Raw {
        Raw::from_picos(text.parse::<Amount>().unwrap().picos)
    }

    fn rounded(text: &str, unit: &str, mode: RoundingMode) -> String {
        Rounding::new(unit.parse().unwrap(), mode).unwrap().round_raw(raw(text)).unwrap().to_string()
    }

    #[test]
    fn rounding_modes_at_and_beside_the_middle() {
        use RoundingMode::*;
        for (text, mode, expected) in [
            ("29743.675", HalfUp, "29743.68"),
            ("0.005", HalfUp, "0.01"),
            ("0.004999999999", HalfUp, "0"),
            ("-0.005", HalfUp, "-0.01"),
            ("0.005", HalfEven, "0"),
            ("0.015", HalfEven, "0.02"),
            ("0.015000000001", HalfEven, "0.02"),
            ("0.025", HalfEven, "0.02"),
            ("0.019", Down, "0.01"),
            ("-0.019", Down, "-0.01"),
            ("0.010000000001", Up, "0.02"),
            ("0.01", Up, "0.01"),
        ] {
            assert_eq!(rounded(text, "0.01", mode), expected, "{text} {mode:?}");
        }
        assert_eq!(rounded("304.41", "0.05", HalfUp), "304.4");
        assert_eq!(rounded("304.425", "0.05", HalfUp), "304.45");
        assert_eq!(rounded("2654.5", "1", HalfUp), "2655");
        assert_eq!(rounded("9000000000000.005", "0.01", HalfUp), "9000000000000.01");
    }

    #[test]
    fn a_rest_below_the_last_step_decides_ties() {
        let tie = Raw { rest: true, ..raw("0.005") };
        let unit = Money::from_micros(10_000);
        assert_eq!(Rounding::new(unit, RoundingMode::HalfEven).unwrap().round_raw(tie).unwrap().to_string(), "0.01");
        let exact = Raw { rest: true, ..raw("0.01") };
        assert_eq!(Rounding::new(unit, RoundingMode::Up).unwrap().round_raw(exact).unwrap().to_string(), "0.02");
    }

    #[test]
    fn out_of_range_is_nothing_not_a_wrap() {
        let whole = Rounding::new(Money::from_micros(MICROS_PER_WHOLE), RoundingMode::Up).unwrap();
        assert_eq!(whole.round(Money::MAX), None);
    }

    #[test]
    fn text_is_read_exactly_or_refused() {
        assert_eq!("-12.50".parse::<Money>().unwrap().micros(), -12_500_000);
        assert_eq!("9223372036854.775807".parse::<Money>().unwrap(), Money::MAX);
        for (text, error) in [
            ("9223372036854.775808", MoneyError::OutOfRange("9223372036854.775808".into())),
            ("", MoneyError::NotDecimal(String::new())),
            ("1.", MoneyError::NotDecimal("1.".into())),
            (".5", MoneyError::NotDecimal(".5".into())),
            ("+1", MoneyError::NotDecimal("+1".into())),
            ("1,000", MoneyError::NotDecimal("1,000".into())),
            ("1_000", MoneyError::NotDecimal("1_000".into())),
            ("NaN", MoneyError::NotDecimal("NaN".into())),
            ("0.0000001", MoneyError::TooPrecise("0.0000001".into())),
        ] {
            assert_eq!(text.parse::<Money>(), Err(error), "{text}");
        }
    }

    #[test]
    fn json_numbers_are_read_digit_by_digit() {
        assert_eq!(serde_json::from_str::<Money>("90071992547.411111").unwrap().to_string(), "90071992547.411111");
        assert_eq!(serde_json::from_str::<Money>("\"12.30\"").unwrap().to_string(), "12.3");
        assert_eq!(serde_json::from_str::<Money>("12").unwrap().to_string(), "12");
        for bad in ["1e2", "true", "null", "[1]", "{}", "\"1e2\""] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
        // What serde buffers is a float by the time it gets here: refused, not trusted.
        #[derive(Debug, Deserialize)]
        struct Buffered {
            #[serde(flatten)]
            _amounts: std::collections::BTreeMap<String, Money>,
        }
        let error = serde_json::from_str::<Buffered>(r#"{ "a": 0.1 }"#).unwrap_err();
        assert!(error.to_string().starts_with("a binary float is not exact; write the number as text, such as \"1234.50\""), "{error}");
    }
}
