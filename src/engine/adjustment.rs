//! What becomes of a payout ratio: points are added, then factors multiplied, then it is kept between 0 % and 100 %.

use crate::engine::Fault;
use crate::engine::trace::Step;
use crate::ratio::Ratio;

/// Points and factors that apply to a case.
pub(crate) struct Adjustment {
    points: i64,
    factor: Ratio,
    any: bool,
}

impl Adjustment {
    pub(crate) const NONE: Adjustment = Adjustment { points: 0, factor: Ratio::ONE, any: false };

    /// Takes a point or factor in, and gives the step that tells of it.
    pub(crate) fn take(&mut self, point: bool, ratio: Ratio) -> Result<Step, Fault> {
        self.any = true;
        if point {
            self.points = self.points.checked_add(ratio.millionths()).ok_or(Fault::Overflow)?;
            Ok(Step::Point { ratio })
        } else {
            self.factor = self.factor.times(ratio).ok_or(Fault::NoValue)?;
            Ok(Step::Factor { ratio })
        }
    }

    pub(crate) fn apply(&self, ratio: Ratio) -> Result<Ratio, Fault> {
        if !self.any {
            return Ok(ratio);
        }
        let points = ratio.millionths().checked_add(self.points).ok_or(Fault::Overflow)?;
        let adjusted = Ratio::from_millionths(points).times(self.factor).ok_or(Fault::NoValue)?;
        Ok(adjusted.clamp(Ratio::ZERO, Ratio::ONE))
    }
}
