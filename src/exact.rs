//! Exact fractions, for expressions in rule files.

#![allow(clippy::arithmetic_side_effects, reason = "a denominator is above zero")]

/// An exact fraction with a positive denominator, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exact {
    numerator: i128,
    denominator: i128,
}

const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Exact {
    pub(crate) const ZERO: Exact = Exact { numerator: 0, denominator: 1 };

    /// `steps` of `1 / per_whole`; `per_whole` must be above zero.
    pub(crate) fn new(steps: i128, per_whole: i128) -> Option<Exact> {
        if per_whole == 0 {
            return None;
        }
        let divisor = i128::try_from(gcd(steps.unsigned_abs(), per_whole.unsigned_abs())).ok()?;
        let sign = if per_whole < 0 { -1 } else { 1 };
        let divisor = divisor.checked_mul(sign)?;
        Some(Exact { numerator: steps.checked_div(divisor)?, denominator: per_whole.checked_div(divisor)? })
    }

    pub(crate) fn from_micros(micros: i64) -> Exact {
        Exact::new(i128::from(micros), 1_000_000).unwrap_or(Exact::ZERO)
    }

    pub(crate) fn whole(value: i64) -> Exact {
        Exact { numerator: i128::from(value), denominator: 1 }
    }

    /// In millionths, if that is exact and in range.
    pub(crate) fn micros(self) -> Option<i64> {
        let scaled = self.numerator.checked_mul(1_000_000)?;
        if scaled % self.denominator == 0 { i64::try_from(scaled / self.denominator).ok() } else { None }
    }

    /// In millionths of a millionth, rounded down, and whether anything was dropped.
    pub(crate) fn picos(self) -> Option<(i128, bool)> {
        let scaled = self.numerator.checked_mul(1_000_000_000_000)?;
        Some((scaled.checked_div_euclid(self.denominator)?, scaled.checked_rem_euclid(self.denominator)? != 0))
    }

    pub(crate) fn is_positive(self) -> bool {
        self.numerator > 0
    }

    pub(crate) fn least(self, other: Exact) -> Option<Exact> {
        Some(if self.compare(other)?.is_gt() { other } else { self })
    }

    pub(crate) fn add(self, other: Exact) -> Option<Exact> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Exact::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    pub(crate) fn negate(self) -> Option<Exact> {
        Some(Exact { numerator: self.numerator.checked_neg()?, denominator: self.denominator })
    }

    pub(crate) fn subtract(self, other: Exact) -> Option<Exact> {
        self.add(other.negate()?)
    }

    pub(crate) fn multiply(self, other: Exact) -> Option<Exact> {
        Exact::new(self.numerator.checked_mul(other.numerator)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; nothing on overflow or for a divisor of zero.
    pub(crate) fn divide(self, other: Exact) -> Option<Exact> {
        Exact::new(self.numerator.checked_mul(other.denominator)?, self.denominator.checked_mul(other.numerator)?)
    }

    pub(crate) fn compare(self, other: Exact) -> Option<std::cmp::Ordering> {
        let left = self.numerator.checked_mul(other.denominator)?;
        Some(left.cmp(&other.numerator.checked_mul(self.denominator)?))
    }

    pub(crate) fn floor(self, step: Exact) -> Option<Exact> {
        let steps = self.divide(step)?;
        let whole = steps.numerator.checked_div_euclid(steps.denominator)?;
        Exact::new(whole, 1)?.multiply(step)
    }

    pub(crate) fn ceil(self, step: Exact) -> Option<Exact> {
        self.negate()?.floor(step)?.negate()
    }

    /// To the nearest multiple of the step, from the middle away from zero.
    pub(crate) fn round(self, step: Exact) -> Option<Exact> {
        let half = step.divide(Exact::whole(2))?;
        if self.numerator < 0 { self.subtract(half)?.ceil(step) } else { self.add(half)?.floor(step) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(n: i128, d: i128) -> Exact {
        Exact::new(n, d).unwrap()
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(exact(1, 3).add(exact(1, 6)), Some(exact(1, 2)));
        assert_eq!(exact(2, -4), exact(-1, 2));
        assert_eq!(exact(1, 3).micros(), None);
        assert_eq!(exact(16_901, 2).micros(), Some(8_450_500_000));
        assert_eq!(Exact::whole(1).divide(Exact::ZERO), None);
        assert_eq!(exact(i128::MAX, 1).add(Exact::whole(1)), None);
    }

    #[test]
    fn whole_steps() {
        assert_eq!(exact(-5, 2).floor(Exact::whole(1)), Some(Exact::whole(-3)));
        assert_eq!(exact(-5, 2).ceil(Exact::whole(1)), Some(Exact::whole(-2)));
        assert_eq!(exact(-5, 2).round(Exact::whole(1)), Some(Exact::whole(-3)));
        assert_eq!(exact(5, 2).round(Exact::whole(1)), Some(Exact::whole(3)));
        assert_eq!(exact(122, 100).round(exact(5, 100)), Some(exact(6, 5)));
    }
}
