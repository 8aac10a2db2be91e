//! Exact fractions over `i128`. Overflow panics: nothing here may wrap or lose a digit.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use super::scheme::Mode;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rat {
    top: i128,
    bottom: i128,
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn times(a: i128, b: i128) -> i128 {
    a.checked_mul(b).expect("the model's fractions overflow")
}

impl Rat {
    pub(crate) const ZERO: Self = Self { top: 0, bottom: 1 };
    pub(crate) const ONE: Self = Self { top: 1, bottom: 1 };

    pub(crate) fn new(top: i128, bottom: i128) -> Self {
        assert!(bottom != 0, "division by zero in the model");
        let shared = gcd(top, bottom).max(1) * bottom.signum();
        Self { top: top / shared, bottom: bottom / shared }
    }

    pub(crate) fn whole(n: i128) -> Self {
        Self { top: n, bottom: 1 }
    }

    pub(crate) fn cents(n: i128) -> Self {
        Self::new(n, 100)
    }

    /// Reads `"-12.345"`, `"60%"` or a fraction `"1/3"`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(percent) = text.strip_suffix('%') {
            return Some(Self::parse(percent)? / Self::whole(100));
        }
        if let Some((top, bottom)) = text.split_once('/') {
            return Some(Self::new(top.parse().ok()?, bottom.parse().ok()?));
        }
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{before}{after}");
        if before.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let places = u32::try_from(after.len()).ok()?;
        Some(Self::new(sign * all.parse::<i128>().ok()?, 10_i128.checked_pow(places)?))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.top == 0
    }

    pub(crate) fn is_negative(self) -> bool {
        self.top < 0
    }

    pub(crate) fn floor(self) -> i128 {
        self.top.div_euclid(self.bottom)
    }

    pub(crate) fn ceil(self) -> i128 {
        -(-self).floor()
    }

    pub(crate) fn floor_to(self, step: Self) -> Self {
        Self::whole((self / step).floor()) * step
    }

    pub(crate) fn ceil_to(self, step: Self) -> Self {
        Self::whole((self / step).ceil()) * step
    }

    pub(crate) fn is_multiple_of(self, step: Self) -> bool {
        (self / step).bottom == 1
    }

    /// Rounds to a multiple of `step`; every mode treats a negative number as its mirror image.
    pub(crate) fn round_to(self, step: Self, mode: Mode) -> Self {
        if self.is_negative() {
            return -(-self).round_to(step, mode);
        }
        let units = self / step;
        let down = units.floor();
        let rest = units - Self::whole(down);
        let up = match rest.cmp(&Self::new(1, 2)) {
            _ if rest.is_zero() => false,
            Ordering::Less => mode == Mode::Up,
            Ordering::Greater => mode != Mode::Down,
            Ordering::Equal => match mode {
                Mode::HalfUp | Mode::Up => true,
                Mode::HalfEven => down % 2 != 0,
                Mode::Down => false,
            },
        };
        Self::whole(down + i128::from(up)) * step
    }

    /// The number of decimal places, if it ends, and is not too long to be written.
    pub(crate) fn places(self) -> Option<u32> {
        let mut scaled = self;
        for places in 0..30 {
            if scaled.bottom == 1 {
                return Some(places);
            }
            scaled = Self::new(scaled.top.checked_mul(10)?, scaled.bottom);
        }
        None
    }
}

impl Add for Rat {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let shared = gcd(self.bottom, other.bottom);
        let (left, right) = (other.bottom / shared, self.bottom / shared);
        let top = times(self.top, left).checked_add(times(other.top, right));
        Self::new(top.expect("the model's fractions overflow"), times(self.bottom, left))
    }
}

impl Neg for Rat {
    type Output = Self;
    fn neg(self) -> Self {
        Self { top: -self.top, bottom: self.bottom }
    }
}

impl Sub for Rat {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Rat {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let one = Self::new(self.top, other.bottom);
        let two = Self::new(other.top, self.bottom);
        Self::new(times(one.top, two.top), times(one.bottom, two.bottom))
    }
}

impl Div for Rat {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let inverse = Self::new(other.bottom, other.top);
        Mul::mul(self, inverse)
    }
}

impl AddAssign for Rat {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Rat {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl std::iter::Sum for Rat {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

impl PartialOrd for Rat {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rat {
    fn cmp(&self, other: &Self) -> Ordering {
        (*self - *other).top.cmp(&0)
    }
}

impl fmt::Display for Rat {
    /// Decimal text without trailing zeros; a fraction where the decimals do not end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(places) = self.places() else {
            return write!(f, "{}/{}", self.top, self.bottom);
        };
        let scaled = times(self.top.abs(), 10_i128.pow(places)) / self.bottom;
        let sign = if self.is_negative() { "-" } else { "" };
        let power = 10_i128.pow(places);
        if places == 0 {
            return write!(f, "{sign}{scaled}");
        }
        let width = places as usize;
        write!(f, "{sign}{}.{:0width$}", scaled / power, scaled % power)
    }
}
