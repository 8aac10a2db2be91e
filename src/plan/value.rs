//! Compiled values: constants, dense tables, and formulas over facts.

use crate::engine::Fault;
use crate::exact::Exact;
use crate::money::Money;
use crate::plan::fact::Facts;
use crate::ratio::Ratio;
use crate::scheme::syntax::{Function, Operator};

/// A number that a rule needs, in millionths.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Constant(i64),
    /// Every case's number, laid out densely.
    Table {
        axes: Box<[Axis]>,
        cells: Box<[i64]>,
    },
    /// Every case's row, where a row is no plain number.
    Choice {
        axes: Box<[Axis]>,
        cells: Box<[u32]>,
        rows: Box<[Value]>,
    },
    /// Figured from facts of the case. The range says what it may be.
    Formula {
        root: Box<Formula>,
        range: Range,
    },
}

/// One fact of a table: its classes, grouped as far as the table tells them apart.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    pub(crate) fact: usize,
    /// From the class of the fact to the offset of its group, already times the stride.
    pub(crate) offsets: Box<[u32]>,
    pub(crate) groups: usize,
}

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// From 0 % to 100 %.
    Share,
    /// A payout ratio: written between 0 % and 100 %; one figured from facts of the case is kept in that range.
    Payout,
    /// Zero or more.
    NotNegative,
    Any,
}

impl Range {
    pub(crate) fn contains(self, value: i64) -> bool {
        match self {
            Range::Share | Range::Payout => (0..=Ratio::ONE.millionths()).contains(&value),
            Range::NotNegative => value >= 0,
            Range::Any => true,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Formula {
    Number(Exact),
    Fact(usize),
    Value(Value),
    Negate(Box<Formula>),
    Binary(Operator, Box<Formula>, Box<Formula>),
    Call(Function, Box<[Formula]>),
}

#[inline]
fn cell(axes: &[Axis], facts: &Facts) -> Result<usize, Fault> {
    let mut index = 0usize;
    for axis in axes {
        let class = facts.class(axis.fact);
        match axis.offsets.get(class as usize) {
            Some(offset) => index = index.wrapping_add(*offset as usize),
            None => return Err(Fault::Missing { fact: axis.fact as u32 }),
        }
    }
    Ok(index)
}

impl Value {
    #[inline]
    pub(crate) fn get(&self, facts: &Facts) -> Result<i64, Fault> {
        if let Value::Constant(value) = self { Ok(*value) } else { self.look_up(facts) }
    }

    fn look_up(&self, facts: &Facts) -> Result<i64, Fault> {
        match self {
            Value::Constant(value) => Ok(*value),
            Value::Table { axes, cells } => cells.get(cell(axes, facts)?).copied().ok_or(Fault::Internal),
            Value::Choice { axes, cells, rows } => {
                let row = cells.get(cell(axes, facts)?).ok_or(Fault::Internal)?;
                rows.get(*row as usize).ok_or(Fault::Internal)?.get(facts)
            }
            Value::Formula { root, range } => {
                let mut value = root.exact(facts)?.micros().ok_or(Fault::NoValue)?;
                if *range == Range::Payout {
                    value = value.clamp(0, Ratio::ONE.millionths());
                }
                if range.contains(value) { Ok(value) } else { Err(Fault::NoValue) }
            }
        }
    }

    #[inline]
    pub(crate) fn money(&self, facts: &Facts) -> Result<Money, Fault> {
        self.get(facts).map(Money::from_micros)
    }

    #[inline]
    pub(crate) fn ratio(&self, facts: &Facts) -> Result<Ratio, Fault> {
        self.get(facts).map(Ratio::from_millionths)
    }

    fn exact(&self, facts: &Facts) -> Result<Exact, Fault> {
        match self {
            // Inside a larger formula a part need not be exact in millionths.
            Value::Formula { root, .. } => root.exact(facts),
            other => other.get(facts).map(Exact::from_micros),
        }
    }

    /// Whether the value is settled by the classes of facts alone.
    pub(crate) fn by_class(&self) -> bool {
        match self {
            Value::Constant(_) | Value::Table { .. } => true,
            Value::Choice { rows, .. } => rows.iter().all(Value::by_class),
            Value::Formula { root, .. } => root.by_class(),
        }
    }

    /// Visits the axes of all tables inside.
    pub(crate) fn visit_axes(&self, visit: &mut dyn FnMut(&Axis)) {
        match self {
            Value::Constant(_) => {}
            Value::Table { axes, .. } => axes.iter().for_each(visit),
            Value::Choice { axes, rows, .. } => {
                axes.iter().for_each(&mut *visit);
                rows.iter().for_each(|row| row.visit_axes(visit));
            }
            Value::Formula { root, .. } => root.visit_axes(visit),
        }
    }

    /// Visits every fact whose own number goes into the value.
    pub(crate) fn visit_figured(&self, visit: &mut dyn FnMut(usize)) {
        match self {
            Value::Formula { root, .. } => root.visit_figured(visit),
            Value::Choice { rows, .. } => rows.iter().for_each(|row| row.visit_figured(visit)),
            Value::Constant(_) | Value::Table { .. } => {}
        }
    }

    /// Visits every fact that the value depends on.
    pub(crate) fn visit_facts(&self, visit: &mut dyn FnMut(usize)) {
        self.visit_axes(&mut |axis| visit(axis.fact));
        match self {
            Value::Formula { root, .. } => root.visit_facts(visit),
            Value::Choice { rows, .. } => rows.iter().for_each(|row| row.visit_facts(visit)),
            Value::Constant(_) | Value::Table { .. } => {}
        }
    }
}

impl Formula {
    pub(crate) fn exact(&self, facts: &Facts) -> Result<Exact, Fault> {
        match self {
            Formula::Number(number) => Ok(*number),
            Formula::Fact(fact) => {
                let value = facts.value(*fact).ok_or(Fault::Missing { fact: *fact as u32 })?;
                Ok(Exact::from_micros(value))
            }
            Formula::Value(value) => value.exact(facts),
            Formula::Negate(inner) => inner.exact(facts)?.negate().ok_or(Fault::NoValue),
            Formula::Binary(operator, left, right) => {
                let (left, right) = (left.exact(facts)?, right.exact(facts)?);
                match operator {
                    Operator::Add => left.add(right),
                    Operator::Subtract => left.subtract(right),
                    Operator::Multiply => left.multiply(right),
                    Operator::Divide => left.divide(right),
                }
                .ok_or(Fault::NoValue)
            }
            Formula::Call(function, arguments) => {
                let mut values = arguments.iter();
                let mut next = || values.next().map(|a| a.exact(facts));
                let first = next().ok_or(Fault::Internal)??;
                if matches!(function, Function::Min | Function::Max) {
                    let mut best = first;
                    while let Some(value) = next() {
                        let value = value?;
                        let order = value.compare(best).ok_or(Fault::NoValue)?;
                        if (*function == Function::Min && order.is_lt()) || (*function == Function::Max && order.is_gt()) {
                            best = value;
                        }
                    }
                    return Ok(best);
                }
                let step = match next() {
                    Some(step) => step?,
                    None => Exact::whole(1),
                };
                match function {
                    Function::Floor => first.floor(step),
                    Function::Ceil => first.ceil(step),
                    _ => first.round(step),
                }
                .ok_or(Fault::NoValue)
            }
        }
    }

    pub(crate) fn by_class(&self) -> bool {
        match self {
            Formula::Number(_) => true,
            Formula::Fact(_) => false,
            Formula::Value(value) => value.by_class(),
            Formula::Negate(inner) => inner.by_class(),
            Formula::Binary(_, left, right) => left.by_class() && right.by_class(),
            Formula::Call(_, arguments) => arguments.iter().all(Formula::by_class),
        }
    }

    fn children(&self, visit: &mut dyn FnMut(&Formula)) {
        match self {
            Formula::Number(_) | Formula::Fact(_) | Formula::Value(_) => {}
            Formula::Negate(inner) => visit(inner),
            Formula::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
            Formula::Call(_, arguments) => arguments.iter().for_each(visit),
        }
    }

    fn visit_axes(&self, visit: &mut dyn FnMut(&Axis)) {
        if let Formula::Value(value) = self {
            value.visit_axes(visit);
        }
        self.children(&mut |child| child.visit_axes(visit));
    }

    fn visit_figured(&self, visit: &mut dyn FnMut(usize)) {
        match self {
            Formula::Fact(fact) => visit(*fact),
            Formula::Value(value) => value.visit_figured(visit),
            _ => self.children(&mut |child| child.visit_figured(visit)),
        }
    }

    fn visit_facts(&self, visit: &mut dyn FnMut(usize)) {
        match self {
            Formula::Fact(fact) => visit(*fact),
            // Axes are visited by the value that holds this formula.
            Formula::Value(value) => value.visit_facts(visit),
            _ => self.children(&mut |child| child.visit_facts(visit)),
        }
    }
}
