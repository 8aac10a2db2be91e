//! Programs by kind of case, made as the kinds come up.

#![allow(clippy::arithmetic_side_effects, reason = "the weights of all classes were multiplied with a check")]

use std::collections::BTreeMap;

use crate::engine::program::Program;
use crate::plan::Plan;
use crate::plan::fact::{Facts, MISSING};

/// The most programs that are kept. Cases of further kinds go by a program that settles nothing beforehand.
const LIMIT: usize = 4_096;

/// Facts of more classes than this are looked up claim by claim: a program for each would not pay.
const CLASSES_LIMIT: usize = 64;

#[derive(Debug, Clone)]
pub(crate) struct Kinds {
    /// The facts by which kinds differ, each with its weight in the number of a kind.
    settling: Vec<(usize, u128)>,
    numbers: BTreeMap<u128, usize>,
    /// The one at the limit is for cases of any further kind.
    programs: Vec<Program>,
}

impl Kinds {
    pub(crate) fn new(plan: &Plan) -> Kinds {
        let mut settling = Vec::new();
        let mut weight = 1u128;
        for (index, fact) in plan.facts.iter().enumerate() {
            let classes = fact.domain.classes();
            if fact.kind.at_entry() || fact.kind.of_line() || classes > CLASSES_LIMIT {
                continue;
            }
            // One more for "not known".
            let Some(next) = weight.checked_mul(classes as u128 + 1) else { break };
            settling.push((index, weight));
            weight = next;
        }
        Kinds { settling, numbers: BTreeMap::new(), programs: Vec::new() }
    }

    /// The number of the program for a case of these facts.
    pub(crate) fn number(&mut self, plan: &Plan, facts: &Facts) -> usize {
        let kind = self.settling.iter().fold(0, |kind, (fact, weight)| match facts.class(*fact) {
            MISSING => kind,
            class => kind + (u128::from(class) + 1) * weight,
        });
        if let Some(number) = self.numbers.get(&kind) {
            return *number;
        }
        let number = self.programs.len();
        if number > LIMIT {
            return LIMIT;
        }
        if number == LIMIT {
            self.programs.push(Program::new(plan, &[], facts));
            return LIMIT;
        }
        let settling: Vec<usize> = self.settling.iter().map(|(fact, _)| *fact).collect();
        self.programs.push(Program::new(plan, &settling, facts));
        self.numbers.insert(kind, number);
        number
    }

    /// The program of a number.
    #[inline]
    pub(crate) fn program(&self, number: usize) -> Option<&Program> {
        self.programs.get(number)
    }
}
