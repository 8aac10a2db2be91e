//! Laying decision tables out densely; on the way every gap and every overlap shows.

#![allow(clippy::arithmetic_side_effects, reason = "the number of cells is limited")]

use std::collections::BTreeMap;

use crate::diagnostic::{Message, catalogue};
use crate::engine::Fault;
use crate::plan::condition::{ClassSet, Condition, TestKind};
use crate::plan::fact::{Domain, Fact, FactKind, Facts};
use crate::plan::parts::Part;
use crate::plan::value::{Axis, Value};

/// The most cells of one table.
pub(crate) const CELL_LIMIT: usize = 1 << 20;

/// The facts of a table with their classes in groups that the table does not tell apart.
pub(crate) struct Grid {
    pub(crate) axes: Vec<Axis>,
    groups: Vec<Vec<Group>>,
    pub(crate) cells: usize,
}

/// Classes of one fact that a table does not tell apart.
#[derive(Clone, Copy)]
struct Group {
    /// One of them; a possible one, if any is.
    sample: u32,
    /// Whether any of them can come up.
    possible: bool,
}

/// A division of the classes of one fact, refined set by set.
pub(crate) struct Division {
    group_of: Vec<usize>,
    groups: usize,
}

impl Division {
    pub(crate) fn new(classes: usize) -> Division {
        Division { group_of: vec![0; classes], groups: 1 }
    }

    /// Parts the classes of a set from the others of their groups.
    pub(crate) fn refine(&mut self, members: impl Iterator<Item = usize>) {
        let mut parted: BTreeMap<usize, usize> = BTreeMap::new();
        for class in members {
            let Some(group) = self.group_of.get_mut(class) else { continue };
            let next = self.groups;
            let new = *parted.entry(*group).or_insert(next);
            if new == next {
                self.groups += 1;
            }
            *group = new;
        }
    }

    /// Parts the classes that an axis tells apart.
    pub(crate) fn refine_by(&mut self, axis: &Axis) {
        let mut classes: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (class, offset) in axis.offsets.iter().enumerate() {
            classes.entry(*offset).or_default().push(class);
        }
        for members in classes.into_values() {
            self.refine(members.into_iter());
        }
    }

    /// The group of every class, in order.
    pub(crate) fn groups(&self) -> impl Iterator<Item = usize> {
        self.group_of.iter().copied()
    }
}

impl Grid {
    /// The grid of some divisions; `None` if there would be too many cells.
    fn build(divisions: BTreeMap<usize, Division>, facts: &[Fact], effective: (i64, i64)) -> Option<Grid> {
        let mut grid = Grid { axes: Vec::new(), groups: Vec::new(), cells: 1 };
        for (fact, division) in divisions {
            let asked = facts.get(fact)?;
            // Groups are numbered by their first class.
            let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
            let mut groups: Vec<Group> = Vec::new();
            let mut number_of = Vec::with_capacity(division.group_of.len());
            for (class, group) in (0u32..).zip(&division.group_of) {
                let next = groups.len();
                let number = *numbers.entry(*group).or_insert(next);
                let possible = asked.possible(class, effective);
                match groups.get_mut(number) {
                    None => groups.push(Group { sample: class, possible }),
                    Some(group) if possible && !group.possible => *group = Group { sample: class, possible },
                    Some(_) => {}
                }
                number_of.push(number);
            }
            let stride = grid.cells;
            grid.cells = grid.cells.checked_mul(groups.len())?;
            if grid.cells > CELL_LIMIT {
                return None;
            }
            let offsets = number_of.iter().map(|number| (number * stride) as u32).collect();
            grid.axes.push(Axis { fact, offsets, groups: groups.len() });
            grid.groups.push(groups);
        }
        Some(grid)
    }

    /// The grid of a table's conditions.
    pub(crate) fn of_conditions<'c>(
        conditions: impl IntoIterator<Item = &'c Condition>,
        facts: &[Fact],
        effective: (i64, i64),
    ) -> Option<Grid> {
        let mut divisions: BTreeMap<usize, Division> = BTreeMap::new();
        for condition in conditions {
            condition.visit(&mut |fact: usize, set: &ClassSet| {
                let classes = facts.get(fact).map_or(0, |f| f.domain.classes());
                divisions.entry(fact).or_insert_with(|| Division::new(classes)).refine(set.members());
            });
        }
        Grid::build(divisions, facts, effective)
    }

    /// The grid of conditions and of all tables inside values.
    pub(crate) fn of_parts<'p>(parts: impl IntoIterator<Item = Part<'p>>, facts: &[Fact], effective: (i64, i64)) -> Option<Grid> {
        let mut divisions: BTreeMap<usize, Division> = BTreeMap::new();
        for part in parts {
            match part {
                Part::Condition(condition) => condition.visit(&mut |fact: usize, set: &ClassSet| {
                    let classes = facts.get(fact).map_or(0, |f| f.domain.classes());
                    divisions.entry(fact).or_insert_with(|| Division::new(classes)).refine(set.members());
                }),
                Part::Value(value) => value.visit_axes(&mut |axis| {
                    divisions.entry(axis.fact).or_insert_with(|| Division::new(axis.offsets.len())).refine_by(axis);
                }),
                Part::Fact(_) => {}
            }
        }
        Grid::build(divisions, facts, effective)
    }

    /// The grid of all tables inside a value.
    pub(crate) fn of_value(value: &Value, facts: &[Fact], effective: (i64, i64)) -> Option<Grid> {
        let mut divisions: BTreeMap<usize, Division> = BTreeMap::new();
        value.visit_axes(&mut |axis| {
            divisions.entry(axis.fact).or_insert_with(|| Division::new(axis.offsets.len())).refine_by(axis);
        });
        Grid::build(divisions, facts, effective)
    }

    /// Puts a case of a cell into `case`; says whether the case can come up.
    fn look_at(&self, cell: usize, facts: &[Fact], case: &mut Facts) -> bool {
        let mut rest = cell;
        let mut possible = true;
        for (axis, groups) in self.axes.iter().zip(&self.groups) {
            let group = rest.checked_rem(axis.groups).and_then(|number| groups.get(number));
            rest = rest.checked_div(axis.groups).unwrap_or(0);
            if let (Some(group), Some(fact)) = (group, facts.get(axis.fact)) {
                possible &= group.possible;
                if let (Some(c), Some(v)) = (case.classes.get_mut(axis.fact), case.values.get_mut(axis.fact)) {
                    *c = group.sample;
                    *v = fact.domain.sample(group.sample);
                }
            }
        }
        possible
    }

    /// Calls `visit` for every cell with facts that lie in it; `possible` says whether the case can come up.
    pub(crate) fn for_each(&self, facts: &[Fact], mut visit: impl FnMut(usize, &Facts, bool) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut case = Facts::default();
        case.reset(facts.len());
        for cell in 0..self.cells {
            let possible = self.look_at(cell, facts, &mut case);
            visit(cell, &case, possible)?;
        }
        Ok(())
    }

    /// Calls `visit` for every cell in which a condition holds. Where it is a plain list of tests, only those cells are looked at.
    pub(crate) fn for_each_met(&self, condition: &Condition, facts: &[Fact], mut visit: impl FnMut(usize)) -> Result<(), Fault> {
        let mut allowed: Vec<Vec<usize>> = self.groups.iter().map(|groups| (0..groups.len()).collect()).collect();
        for test in &condition.tests {
            let TestKind::In { fact, classes } = &test.kind else {
                return self.for_each(facts, |cell, case, _| {
                    if condition.holds(case)? {
                        visit(cell);
                    }
                    Ok(())
                });
            };
            for ((axis, groups), allowed) in self.axes.iter().zip(&self.groups).zip(&mut allowed) {
                if axis.fact == *fact {
                    allowed.retain(|number| groups.get(*number).is_some_and(|g| classes.contains(g.sample)));
                }
            }
        }
        let mut cells = vec![0usize];
        let mut stride = 1usize;
        for (axis, allowed) in self.axes.iter().zip(&allowed) {
            cells = allowed.iter().flat_map(|number| cells.iter().map(move |cell| cell + number * stride)).collect();
            stride *= axis.groups;
        }
        cells.into_iter().for_each(visit);
        Ok(())
    }

    /// Whether the case of a cell can come up, and the case in words.
    pub(crate) fn describe(&self, cell: usize, facts: &[Fact], effective: (i64, i64)) -> (bool, Message) {
        self.describe_only(cell, facts, effective, |_| true)
    }

    /// As [`Grid::describe`], by some of the facts alone.
    pub(crate) fn describe_only(
        &self,
        cell: usize,
        facts: &[Fact],
        effective: (i64, i64),
        told: impl Fn(usize) -> bool,
    ) -> (bool, Message) {
        let mut case = Facts::default();
        case.reset(facts.len());
        let possible = self.look_at(cell, facts, &mut case);
        let mut words = Vec::new();
        for fact in self.axes.iter().filter_map(|axis| facts.get(axis.fact).map(|fact| (axis.fact, fact))) {
            let (index, fact) = fact;
            if !told(index) {
                continue;
            }
            let mut sample = case.value(index).unwrap_or(0);
            if matches!(fact.domain, Domain::Date { .. }) && fact.kind != FactKind::LineDate {
                sample = sample.max(effective.0);
            }
            words.push(format!("{} = {}", fact.name, fact.domain.show(sample)));
        }
        (possible, if words.is_empty() { catalogue::any_claim() } else { catalogue::this_case(&words.join(", ")) })
    }
}
