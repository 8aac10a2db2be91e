//! Values: units checked, constants folded, tables laid out.

use std::collections::BTreeSet;

use super::{Compiler, Declared, Scope, fits, with_place};
use crate::diagnostic::{Code, Diagnostic, Message, catalogue as say};
use crate::engine::Fault;
use crate::exact::Exact;
use crate::plan::condition::Condition;
use crate::plan::table::{CELL_LIMIT, Grid};
use crate::plan::value::{Axis, Formula, Range, Value};
use crate::scheme::syntax::{self, At, Expression, Function, Node, Operator, Place, Unit};

/// How far a parameter is compiled.
#[derive(Clone)]
pub(super) enum ParameterState {
    Waiting,
    InWork,
    Done(Option<(Value, Unit)>),
}

impl ParameterState {
    pub(super) fn done(&self) -> Option<(Value, Unit)> {
        if let ParameterState::Done(done) = self { done.clone() } else { None }
    }
}

impl Compiler<'_> {
    /// A value where a unit is wanted and a range holds.
    pub(super) fn value(&mut self, value: &syntax::Value, wanted: Unit, range: Range, scope: Scope) -> Option<Value> {
        let place = value.place();
        let (mut compiled, unit) = self.typed(value, scope)?;
        if !fits(unit, wanted) {
            let mut finding = Diagnostic::new(Code::WrongUnit, place, say::wanted_unit(wanted, unit));
            if wanted == Unit::Ratio && unit == Unit::Number {
                finding = finding.help(say::write_percent());
            }
            self.report(finding);
            return None;
        }
        self.restrict(&mut compiled, range, &place)?;
        Some(compiled)
    }

    /// Checks the range of all that is settled, and has formulas check theirs.
    fn restrict(&mut self, value: &mut Value, range: Range, place: &Place) -> Option<()> {
        let outside = |found: i64| match range {
            Range::Share | Range::Payout => say::not_a_share(crate::Ratio::from_millionths(found)),
            _ => say::below_zero(crate::Money::from_micros(found)),
        };
        match value {
            Value::Constant(found) => {
                if !range.contains(*found) {
                    self.error(Code::OutOfRange, place, outside(*found));
                    return None;
                }
            }
            Value::Table { cells, .. } => {
                if cells.iter().all(|c| range.contains(*c)) {
                    return Some(());
                }
                let (facts, effective) = (&self.facts, self.effective());
                let grid = Grid::of_value(value, facts, effective)?;
                let mut wrong = None;
                let _ = grid.for_each(facts, |cell, case, possible| {
                    let found = value.get(case)?;
                    if possible && wrong.is_none() && !range.contains(found) {
                        wrong = Some(say::outside_in_case(&outside(found), &grid.describe(cell, facts, effective).1));
                    }
                    Ok(())
                });
                if let Some(message) = wrong {
                    self.error(Code::OutOfRange, place, message);
                    return None;
                }
            }
            Value::Choice { rows, .. } => {
                for row in rows.iter_mut() {
                    self.restrict(row, range, place)?;
                }
            }
            Value::Formula { range: own, .. } => *own = range,
        }
        Some(())
    }

    pub(super) fn typed(&mut self, value: &syntax::Value, scope: Scope) -> Option<(Value, Unit)> {
        match value {
            syntax::Value::Expression(expression) => {
                let (formula, unit) = self.expression(expression, scope)?;
                let value = Value::Formula { root: Box::new(formula), range: Range::Any };
                Some((self.settled(value, &expression.place)?, unit))
            }
            syntax::Value::Series(series) => self.series(series, scope),
            syntax::Value::Table(rows) => self.table(rows, scope),
        }
    }

    /// Lays a value out as a table, if facts' classes settle it and the table is not too large.
    fn settled(&mut self, value: Value, place: &Place) -> Option<Value> {
        if !value.by_class() {
            return Some(value);
        }
        let (facts, effective) = (&self.facts, self.effective());
        let Some(grid) = Grid::of_value(&value, facts, effective) else { return Some(value) };
        let mut cells = vec![0i64; grid.cells];
        let mut unfit = None;
        let result = grid.for_each(facts, |cell, case, possible| {
            match (value.get(case), cells.get_mut(cell)) {
                (Ok(found), Some(slot)) => *slot = found,
                (Err(Fault::NoValue), _) if possible && unfit.is_none() => {
                    unfit = Some(grid.describe(cell, facts, effective).1);
                }
                (Err(fault), _) if fault != Fault::NoValue => return Err(fault),
                _ => {}
            }
            Ok(())
        });
        if result.is_err() {
            self.error(Code::NoValue, place, say::not_figured());
            return None;
        }
        if let Some(case) = unfit {
            let finding = Diagnostic::new(Code::NoValue, place.clone(), say::no_exact_value(&case)).help(say::say_how_it_is_rounded());
            self.report(finding);
            return None;
        }
        let axes: Box<[Axis]> = grid.axes.into();
        Some(if axes.is_empty() {
            Value::Constant(cells.first().copied().unwrap_or(0))
        } else {
            Value::Table { axes, cells: cells.into() }
        })
    }

    fn series(&mut self, series: &At<syntax::Series>, scope: Scope) -> Option<(Value, Unit)> {
        let mut rows = Vec::new();
        let mut units = Vec::new();
        for (_, value) in &series.value {
            if let Some((row, unit)) = self.typed(value, scope) {
                units.push((unit, value.place()));
                rows.push(row);
            }
        }
        if rows.len() < series.value.len() {
            return None;
        }
        let unit = self.common_unit(&units)?;
        let rule_date = *self.fact_names.get("rule_date")?;
        let domain = self.facts.get(rule_date)?.domain.clone();
        let (first, _) = series.value.first()?;
        let from = self.tree.header.effective.from;
        if let Some(from) = from.filter(|from| *from < first.value) {
            self.error(Code::TableGap, &first.place, say::no_value_before(first.value, from));
            return None;
        }
        let days: Vec<i64> = series.value.iter().map(|(d, _)| i64::from(crate::date::day_number(d.value))).collect();
        // Days before the first date cannot come up; they share the first row.
        let offsets = (0..domain.classes())
            .map(|class| days.iter().filter(|d| **d <= domain.sample(class as u32)).count().saturating_sub(1) as u32)
            .collect();
        let axis = Axis { fact: rule_date, offsets, groups: rows.len() };
        let cells = (0..rows.len() as u32).collect();
        let value = Value::Choice { axes: Box::new([axis]), cells, rows: rows.into() };
        Some((self.settled(value, &series.place)?, unit))
    }

    fn table(&mut self, table: &At<Vec<syntax::Row>>, scope: Scope) -> Option<(Value, Unit)> {
        let mut rows = Vec::new();
        let mut conditions = Vec::new();
        let mut units = Vec::new();
        for row in &table.value {
            let condition = row.when.as_ref().map(|when| self.condition(when, scope));
            if let Some((value, unit)) = self.typed(&row.then, scope)
                && !matches!(condition, Some(None))
            {
                units.push((unit, row.then.place()));
                conditions.push(condition.flatten());
                rows.push(value);
            }
        }
        if rows.len() < table.value.len() {
            return None;
        }
        let unit = self.common_unit(&units)?;
        let otherwise = conditions.iter().position(Option::is_none);
        let (facts, effective) = (&self.facts, self.effective());
        let Some(grid) = Grid::of_conditions(conditions.iter().flatten(), facts, effective) else {
            self.error(Code::TooLarge, &table.place, say::too_many_cases(CELL_LIMIT));
            return None;
        };
        let mut hits: Vec<Option<usize>> = vec![None; grid.cells];
        let mut twice: Option<(usize, usize, usize)> = None;
        for (row, condition) in conditions.iter().enumerate() {
            let Some(condition) = condition else { continue };
            let met = grid.for_each_met(condition, facts, |cell| match hits.get_mut(cell) {
                Some(Some(first)) => {
                    let possible = || grid.describe(cell, facts, effective).0;
                    if twice.is_none_or(|(least, _, _)| cell < least) && possible() {
                        twice = Some((cell, *first, row));
                    }
                }
                Some(hit) => *hit = Some(row),
                None => {}
            });
            met.ok()?;
        }
        let overlap = twice.map(|(cell, first, second)| (first, second, grid.describe(cell, facts, effective).1));
        let mut cells = Vec::with_capacity(grid.cells);
        let mut gap = None;
        let mut reached = vec![false; rows.len()];
        let _ = grid.for_each(facts, |cell, _, possible| {
            let row = hits.get(cell).copied().flatten().or(otherwise);
            if possible && row.is_none() && gap.is_none() {
                gap = Some(grid.describe(cell, facts, effective).1);
            }
            if possible && let Some(seen) = row.and_then(|row| reached.get_mut(row)) {
                *seen = true;
            }
            cells.push(row.unwrap_or(0) as u32);
            Ok(())
        });
        if gap.is_some() && !self.within.is_empty() {
            gap = self.gap_within(&conditions, gap);
        }
        let row_place = |i: usize| table.value.get(i).map_or_else(|| table.place.clone(), |r| r.place.clone());
        if let Some(case) = &gap {
            let finding = Diagnostic::new(Code::TableGap, table.place.clone(), say::no_row_met(case)).help(say::add_a_row());
            self.report(finding);
        }
        if let Some((first, second, case)) = &overlap {
            let finding = Diagnostic::new(Code::TableOverlap, row_place(*second), say::two_rows_met(case))
                .label(row_place(*first), say::the_other_row())
                .help(say::exactly_one_row());
            self.report(finding);
        }
        if gap.is_some() || overlap.is_some() {
            return None;
        }
        for (i, seen) in reached.iter().enumerate() {
            if !seen {
                self.error(Code::Unused, &row_place(i), say::row_not_reached());
            }
        }
        let value = Value::Choice { axes: grid.axes.into(), cells: cells.into(), rows: rows.into() };
        Some((self.settled(value, &table.place)?, unit))
    }

    /// A case that no row meets and that the conditions around the table do not exclude; `gap` if there are too many cases to tell.
    fn gap_within(&self, conditions: &[Option<Condition>], gap: Option<Message>) -> Option<Message> {
        let (facts, effective) = (&self.facts, self.effective());
        let Some(grid) = Grid::of_conditions(conditions.iter().flatten().chain(&self.within), facts, effective) else { return gap };
        let mut own: BTreeSet<usize> = BTreeSet::new();
        for condition in conditions.iter().flatten() {
            condition.visit(&mut |fact, _| {
                own.insert(fact);
            });
        }
        let mut found = None;
        let looked = grid.for_each(facts, |cell, case, possible| {
            if possible && found.is_none() {
                let mut met = false;
                for condition in conditions.iter().flatten() {
                    met = met || condition.holds(case)?;
                }
                for condition in &self.within {
                    met = met || !condition.holds(case)?;
                }
                found = (!met).then_some(cell);
            }
            Ok(())
        });
        if looked.is_err() {
            return gap;
        }
        found.map(|cell| grid.describe_only(cell, facts, effective, |fact| own.contains(&fact)).1)
    }

    fn common_unit(&mut self, units: &[(Unit, Place)]) -> Option<Unit> {
        if units.iter().any(|(unit, _)| *unit == Unit::Ratio) {
            // Among ratios a bare number is the slip, whichever comes first.
            let bare: Vec<&Place> = units.iter().filter(|(unit, _)| *unit == Unit::Number).map(|(_, place)| place).collect();
            for place in &bare {
                let finding = Diagnostic::new(Code::WrongUnit, (*place).clone(), say::others_are_ratios()).help(say::write_percent());
                self.report(finding);
            }
            if !bare.is_empty() {
                return None;
            }
        }
        let mut common = units.first()?.0;
        for (unit, place) in units {
            common = self.same_unit(common, *unit, place)?;
        }
        Some(common)
    }

    fn same_unit(&mut self, left: Unit, right: Unit, place: &Place) -> Option<Unit> {
        match (left, right) {
            (a, b) if a == b => Some(a),
            (Unit::Open, other) | (other, Unit::Open) => Some(other),
            (Unit::Number, other) | (other, Unit::Number) if other != Unit::Ratio => Some(other),
            (a, b) => {
                self.error(Code::WrongUnit, place, say::does_not_go_with(b, a));
                None
            }
        }
    }

    /// A parameter's value and unit.
    pub(super) fn parameter(&mut self, index: usize) -> Option<(Value, Unit)> {
        match self.parameters.get(index)? {
            ParameterState::Done(result) => return result.clone(),
            ParameterState::InWork => {
                let parameter = self.tree.parameters.get(index)?;
                self.error(Code::CyclicReference, &parameter.name.place, say::figured_from_itself(&parameter.name.value));
                return None;
            }
            ParameterState::Waiting => {}
        }
        self.set_parameter(index, ParameterState::InWork);
        let parameter = self.tree.parameters.get(index)?;
        let outer = std::mem::take(&mut self.trail);
        // A parameter can be used elsewhere too.
        let within = std::mem::take(&mut self.within);
        let result = self.typed(&parameter.value, Scope::Claim(Some(usize::MAX)));
        self.within = within;
        let result = result.and_then(|(value, unit)| {
            let declared = parameter.unit.unwrap_or(match unit {
                Unit::Number => Unit::Amount,
                Unit::Open => Unit::Ratio,
                unit => unit,
            });
            if fits(unit, declared) {
                return Some((value, declared));
            }
            let message = say::declared_as(&parameter.name.value, declared, unit);
            self.error(Code::WrongUnit, &parameter.value.place(), message);
            None
        });
        let inner = std::mem::replace(&mut self.trail, outer);
        if let Some(uses) = self.parameter_uses.get_mut(index) {
            *uses = inner;
        }
        self.set_parameter(index, ParameterState::Done(result.clone()));
        result
    }

    fn set_parameter(&mut self, index: usize, state: ParameterState) {
        if let Some(slot) = self.parameters.get_mut(index) {
            *slot = state;
        }
    }

    fn expression(&mut self, expression: &Expression, scope: Scope) -> Option<(Formula, Unit)> {
        let place = &expression.place;
        match expression.value.as_ref() {
            Node::Number(number) => Some((Formula::Number(*number), Unit::Number)),
            Node::Percent(ratio) => Some((Formula::Number(*ratio), Unit::Ratio)),
            Node::Name(name) => self.name(name, place, scope),
            Node::Negate(inner) => {
                let (formula, unit) = self.expression(inner, scope)?;
                Some((Formula::Negate(Box::new(formula)), unit))
            }
            Node::Binary(operator, left, right) => {
                let left = self.expression(left, scope);
                let right = self.expression(right, scope);
                let ((left, left_unit), (right, right_unit)) = left.zip(right)?;
                let unit = self.binary_unit(*operator, left_unit, right_unit, place)?;
                if *operator == Operator::Divide && matches!(right, Formula::Number(n) if n == Exact::ZERO) {
                    self.error(Code::NoValue, place, say::divides_by_zero());
                    return None;
                }
                Some((Formula::Binary(*operator, Box::new(left), Box::new(right)), unit))
            }
            Node::Call(function, arguments) => {
                let compiled: Vec<_> = arguments.iter().filter_map(|a| self.expression(a, scope)).collect();
                if compiled.len() < arguments.len() {
                    return None;
                }
                let mut unit = compiled.first()?.1;
                for ((_, other), argument) in compiled.iter().zip(arguments).skip(1) {
                    unit = self.same_unit(unit, *other, &argument.place)?;
                }
                let steps = !matches!(function, Function::Min | Function::Max);
                if steps
                    && let Some((Formula::Number(step), _)) = compiled.get(1)
                    && step.micros().is_some_and(|s| s <= 0)
                {
                    self.error(Code::NoValue, place, say::step_above_zero());
                    return None;
                }
                Some((Formula::Call(*function, compiled.into_iter().map(|(f, _)| f).collect()), unit))
            }
        }
    }

    fn name(&mut self, name: &str, place: &Place, scope: Scope) -> Option<(Formula, Unit)> {
        if let Some(index) = self.tree.parameters.iter().position(|p| p.name.value == name) {
            self.used.insert(Declared::Parameter(index));
            let result = self.parameter(index);
            let inner = self.parameter_uses.get(index).cloned().unwrap_or_default();
            self.trail.extend(inner);
            self.trail.insert(index);
            let (value, unit) = result?;
            return Some((Formula::Value(value), unit));
        }
        let at = with_place(name.to_owned(), place);
        let fact = self.fact(&at, scope)?;
        match self.facts.get(fact)?.domain.unit() {
            Some(unit) => Some((Formula::Fact(fact), unit)),
            None => {
                let finding = Diagnostic::new(Code::WrongUnit, place.clone(), say::not_a_number(name)).help(say::let_a_table_turn_it());
                self.report(finding);
                None
            }
        }
    }

    fn binary_unit(&mut self, operator: Operator, left: Unit, right: Unit, place: &Place) -> Option<Unit> {
        use Unit::*;
        let unit = match operator {
            Operator::Add | Operator::Subtract => return self.same_unit(left, right, place),
            Operator::Multiply => match (left, right) {
                (Amount, Amount) => None,
                (Amount, _) | (_, Amount) => Some(Amount),
                (Ratio, Number) | (Number, Ratio) => Some(Open),
                (Ratio, _) | (_, Ratio) => Some(Ratio),
                (Open, _) | (_, Open) => Some(Open),
                (Count, Count) => Some(Count),
                // `15 * days` may be money or a count: it fits where either is wanted.
                (Count | Number, Count | Number) => Some(Number),
            },
            Operator::Divide => match (left, right) {
                (left, Number) => Some(left),
                (Amount, Amount) | (Ratio, Ratio) | (Count, Count) => Some(Ratio),
                (Amount, Ratio | Count) => Some(Amount),
                (Ratio, Count) => Some(Ratio),
                _ => None,
            },
        };
        if unit.is_none() {
            let cannot = if operator == Operator::Multiply { say::cannot_be_multiplied } else { say::cannot_be_divided };
            self.error(Code::WrongUnit, place, cannot(left, right));
        }
        unit
    }
}
