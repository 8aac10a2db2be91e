//! Exact ratios: payout ratios, counting factors, rates.

#![allow(clippy::arithmetic_side_effects, reason = "128 bits hold products of two 64-bit figures, and a unit is above zero")]

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::money::{Money, MoneyError, NumberText, PICOS_PER_MICRO, Raw, parse_decimal, write_decimal};

/// An exact ratio, counted in millionths: 65 % is 650,000. Written with a percent sign.
///
/// ```
/// use medaid::Ratio;
/// let payout: Ratio = "62.5%".parse()?;
/// assert_eq!(payout.to_string(), "62.5%");
/// assert_eq!(payout.millionths(), 625_000);
/// # Ok::<(), medaid::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ratio(i64);

impl Ratio {
    /// 0 %.
    pub const ZERO: Ratio = Ratio(0);
    /// 100 %.
    pub const ONE: Ratio = Ratio(PICOS_PER_MICRO);

    /// The ratio of so many millionths.
    pub const fn from_millionths(millionths: i64) -> Ratio {
        Ratio(millionths)
    }

    /// The ratio in millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The amount times this ratio, exactly. The product of two 64-bit numbers always fits.
    #[inline]
    pub(crate) fn of(self, amount: Money) -> Raw {
        Raw::from_picos(i128::from(amount.micros()) * i128::from(self.0))
    }

    /// The amount times this ratio as money; nothing if it needs more than six decimal places or is out of range.
    #[inline]
    pub(crate) fn of_exactly(self, amount: Money) -> Option<Money> {
        if self == Ratio::ONE {
            return Some(amount);
        }
        let picos = self.of(amount).picos;
        let unit = i128::from(PICOS_PER_MICRO);
        if picos % unit != 0 {
            return None;
        }
        i64::try_from(picos / unit).ok().map(Money::from_micros)
    }

    /// The product of two ratios; nothing if it needs more than six decimal places.
    pub(crate) fn times(self, other: Ratio) -> Option<Ratio> {
        let product = i128::from(self.0).checked_mul(i128::from(other.0))?;
        let unit = i128::from(PICOS_PER_MICRO);
        if product % unit != 0 {
            return None;
        }
        i64::try_from(product / unit).ok().map(Ratio)
    }
}

impl FromStr for Ratio {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Ratio, MoneyError> {
        let number = text.strip_suffix('%').ok_or_else(|| MoneyError::NotDecimal(text.to_owned()))?;
        parse_decimal(number.trim_end(), 4).map(Ratio).map_err(|error| match error {
            MoneyError::TooPrecise(_) => MoneyError::TooPrecise(text.to_owned()),
            other => other,
        })
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, i128::from(self.0), 4, f.precision().unwrap_or(0))?;
        f.write_str("%")
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ratio({self})")
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ratio, D::Error> {
        NumberText::deserialize(deserializer)?.0.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_both_ways() {
        for text in ["0%", "100%", "-5%", "0.0001%", "62.5%"] {
            assert_eq!(text.parse::<Ratio>().unwrap().to_string(), text);
        }
        assert!("0.65".parse::<Ratio>().is_err());
        assert!("0.00001%".parse::<Ratio>().is_err());
    }

    #[test]
    fn products_are_exact_or_nothing() {
        let half = Ratio::from_millionths(500_000);
        assert_eq!(half.of_exactly(Money::from_micros(3)), None);
        assert_eq!(half.of_exactly(Money::from_micros(10_000)), Some(Money::from_micros(5_000)));
        assert_eq!(half.times(Ratio::from_millionths(1)), None);
    }
}
