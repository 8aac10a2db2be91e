//! Numbers as the plan has them: one number, or a table of cases.

use super::block::{Line, Table};
use super::conditions;
use super::names::Names;
use crate::plan::cases::rows;
use crate::plan::value::{Axis, Formula, Value};
use crate::scheme::syntax::{self, Function, Operator, Unit};

/// The most rows of a table that are shown.
const ROW_LIMIT: usize = 400;

/// A value as it is shown.
pub(super) enum Shown {
    /// It is the same, or figured in the same way, in every case.
    One(Line),
    /// It differs from case to case.
    Cases(Table),
}

/// A value in a unit; `written` is how the rule file has it.
pub(super) fn show(names: Names<'_>, value: &Value, unit: Unit, written: Option<&syntax::Value>) -> Shown {
    match value {
        Value::Constant(number) => Shown::One(names.number(*number, unit).into()),
        Value::Table { axes, cells } => cases(names, axes, cells, written, |cell| names.number(cell, unit).into()),
        Value::Choice { axes, cells, rows } => {
            let cells: Vec<i64> = cells.iter().map(|c| i64::from(*c)).collect();
            let written_row = |index: usize| match written {
                Some(syntax::Value::Table(table)) if table.value.len() == rows.len() => table.value.get(index).map(|row| &row.then),
                Some(syntax::Value::Series(series)) if series.value.len() == rows.len() => series.value.get(index).map(|(_, value)| value),
                _ => None,
            };
            cases(names, axes, &cells, None, |cell| {
                let index = usize::try_from(cell).unwrap_or(usize::MAX);
                rows.get(index).map(|row| inline(names, row, unit, written_row(index))).unwrap_or_default()
            })
        }
        Value::Formula { root, .. } => Shown::One(match written {
            Some(syntax::Value::Expression(_)) => written_text(names, written).unwrap_or_default(),
            _ => formula(names, root, 0),
        }),
    }
}

fn cases(names: Names<'_>, axes: &[Axis], cells: &[i64], written: Option<&syntax::Value>, cell: impl Fn(i64) -> Line) -> Shown {
    let words = names.words;
    let Some(mut found) = rows(names.plan, axes, cells) else {
        let text = written_text(names, written).unwrap_or_default();
        return Shown::One(Line::fill(words.too_many_cases(), [cells.len().to_string().into(), text]));
    };
    let told: Vec<usize> = (0..axes.len()).filter(|axis| found.iter().any(|row| matches!(row.classes.get(*axis), Some(Some(_))))).collect();
    if told.is_empty() {
        return Shown::One(found.first().map(|row| cell(row.cell)).unwrap_or_default());
    }
    let left_out = found.len().saturating_sub(ROW_LIMIT);
    found.truncate(ROW_LIMIT);
    let mut caption = match written_text(names, written) {
        Some(text) => Line::fill(words.figured_as(), [text]),
        None => Line::default(),
    };
    if left_out > 0 {
        caption = caption.and(" ").and(Line::fill(words.rows_left_out(), [left_out.to_string().into()]));
    }
    let facts: Vec<usize> = told.iter().filter_map(|axis| axes.get(*axis)).map(|axis| axis.fact).collect();
    let head = facts.iter().map(|fact| names.fact(*fact)).chain([words.amount_head().into()]).collect();
    let rows = found
        .iter()
        .map(|row| {
            let classes = told.iter().zip(&facts).map(|(axis, fact)| match row.classes.get(*axis) {
                Some(Some(classes)) => conditions::set(names, *fact, classes),
                _ => words.otherwise_any().into(),
            });
            classes.chain([cell(row.cell)]).collect()
        })
        .collect();
    let numbers = facts.iter().map(|_| false).chain([true]).collect();
    Shown::Cases(Table { caption, head, numbers, rows })
}

/// The expression as the rule file has it, if it is more than a number.
fn written_text(names: Names<'_>, written: Option<&syntax::Value>) -> Option<Line> {
    let Some(syntax::Value::Expression(expression)) = written else { return None };
    if matches!(expression.value.as_ref(), syntax::Node::Number(_) | syntax::Node::Percent(_)) {
        return None;
    }
    let text = names.text.slice(&expression.place).trim().trim_matches(['"', '\'']);
    Some(Line::code(crate::report::clean(text)))
}

/// A value on one line, its cases in brackets.
pub(super) fn inline(names: Names<'_>, value: &Value, unit: Unit, written: Option<&syntax::Value>) -> Line {
    match show(names, value, unit, written) {
        Shown::One(line) => line,
        Shown::Cases(table) => {
            let words = names.words;
            let rows = table.rows.into_iter().map(|mut row| {
                let last = row.pop().unwrap_or_default();
                let cases = table.head.iter().zip(row).map(|(name, case)| name.clone().and(" ").and(case));
                Line::join(cases, words.comma()).and(" → ").and(last)
            });
            Line::from("[").and(Line::join(rows, words.semicolon())).and("]")
        }
    }
}

/// A formula, from the plan; `binds` says how strongly what stands around it binds.
fn formula(names: Names<'_>, root: &Formula, binds: u8) -> Line {
    match root {
        Formula::Number(number) => {
            number.micros().map_or_else(Line::default, |micros| Line::from(crate::Money::from_micros(micros).to_string()))
        }
        Formula::Fact(fact) => names.fact(*fact),
        Formula::Value(value) => inline(names, value, Unit::Number, None),
        Formula::Negate(inner) => Line::from("−").and(formula(names, inner, 3)),
        Formula::Binary(operator, left, right) => {
            let (sign, strength) = match operator {
                Operator::Add => (" + ", 1),
                Operator::Subtract => (" − ", 1),
                Operator::Multiply => (" × ", 2),
                Operator::Divide => (" ÷ ", 2),
            };
            let line = formula(names, left, strength).and(sign).and(formula(names, right, strength.saturating_add(1)));
            if binds > strength { Line::from("(").and(line).and(")") } else { line }
        }
        Formula::Call(function, arguments) => {
            let name = match function {
                Function::Min => "min",
                Function::Max => "max",
                Function::Floor => "floor",
                Function::Ceil => "ceil",
                Function::Round => "round",
            };
            Line::from(name).and("(").and(Line::join(arguments.iter().map(|a| formula(names, a, 0)), ", ")).and(")")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::cases::Row;
    use crate::plan::fact::effective_days;
    use crate::plan::table::Grid;
    use crate::{Plan, Scheme};

    /// Every value of a plan that is a table of numbers.
    fn tables(plan: &Plan) -> Vec<&Value> {
        let mut values: Vec<&Value> = plan.parameters.iter().map(|p| &p.value).collect();
        for layer in &plan.layers {
            values.extend(layer.premium.iter().map(|premium| &premium.amount));
            for benefit in &layer.benefits {
                let limits = benefit.deductibles.iter().chain(&benefit.caps).chain(&benefit.base_caps).chain(&benefit.out_of_pocket_max);
                values.extend(limits.chain(&benefit.franchise).map(|l| &l.amount));
                values.extend(benefit.covers.iter().map(|c| &c.factor));
                if let crate::plan::Form::Ratio(ratio) | crate::plan::Form::Fixed(ratio) = &benefit.form {
                    values.push(ratio);
                }
            }
        }
        values.into_iter().filter(|v| matches!(v, Value::Table { .. })).collect()
    }

    #[test]
    fn every_case_that_is_shown_is_what_the_plan_looks_up() {
        let mut looked_at = 0;
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
        for folder in std::fs::read_dir(fixtures).unwrap() {
            for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_none_or(|e| e != "toml") || path.file_name().is_some_and(|n| n == "expect.toml") {
                    continue;
                }
                let scheme = Scheme::parse("scheme.toml", &std::fs::read_to_string(&path).unwrap()).unwrap();
                let plan = Plan::compile(&scheme).unwrap();
                for value in tables(&plan) {
                    let Value::Table { axes, cells } = value else { continue };
                    let rows = rows(&plan, axes, cells).unwrap();
                    let grid = Grid::of_value(value, &plan.facts, effective_days(plan.effective)).unwrap();
                    grid.for_each(&plan.facts, |_, case, possible| {
                        let holds = |row: &&Row| {
                            row.classes
                                .iter()
                                .zip(axes)
                                .all(|(classes, axis)| classes.as_ref().is_none_or(|c| c.contains(&case.class(axis.fact))))
                        };
                        let met: Vec<&Row> = rows.iter().filter(holds).collect();
                        if possible {
                            assert_eq!(met.len(), 1, "{path:?}");
                            assert_eq!(met[0].cell, value.get(case)?, "{path:?}");
                            looked_at += 1;
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            }
        }
        assert!(looked_at > 100, "{looked_at}");
    }
}
