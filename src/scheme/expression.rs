//! The small expressions that stand for numbers: text to tree.

use crate::diagnostic::{Message, catalogue as say};
use crate::exact::Exact;
use crate::money::parse_decimal;
use crate::scheme::syntax::{At, Expression, Function, Node, Operator, Place};

/// How deeply parentheses and calls may nest.
pub(crate) const DEPTH_LIMIT: usize = 64;

/// What is wrong with an expression, and where in the file.
pub(crate) struct ExpressionError {
    pub(crate) place: Place,
    pub(crate) message: Message,
}

/// Parses an expression; `start` is the byte of the file at which the text begins.
pub(crate) fn parse(text: &str, start: usize) -> Result<Expression, ExpressionError> {
    let mut parser = Parser { text, at: 0, start, depth: 0 };
    let expression = parser.sum()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(expression),
        Some(c) => Err(parser.error(say::unexpected(c))),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    start: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        self.at = self.at.saturating_add(self.peek().map_or(0, char::len_utf8));
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    fn place(&self, from: usize) -> Place {
        self.start.saturating_add(from)..self.start.saturating_add(self.at)
    }

    fn error(&self, message: Message) -> ExpressionError {
        let from = self.start.saturating_add(self.at);
        let width = self.peek().map_or(0, char::len_utf8);
        ExpressionError { place: from..from.saturating_add(width), message }
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    fn sum(&mut self) -> Result<Expression, ExpressionError> {
        self.chain(&[('+', Operator::Add), ('-', Operator::Subtract)], Parser::product)
    }

    fn product(&mut self) -> Result<Expression, ExpressionError> {
        self.chain(&[('*', Operator::Multiply), ('/', Operator::Divide)], Parser::factor)
    }

    fn chain(
        &mut self,
        operators: &[(char, Operator)],
        next: fn(&mut Self) -> Result<Expression, ExpressionError>,
    ) -> Result<Expression, ExpressionError> {
        let mut left = next(self)?;
        let mut length = 0usize;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.eat(*sign)) {
            length = length.saturating_add(1);
            if length > DEPTH_LIMIT {
                return Err(self.error(say::too_many_terms(DEPTH_LIMIT)));
            }
            let right = next(self)?;
            let place = left.place.start..right.place.end;
            left = At::new(Box::new(Node::Binary(*operator, left, right)), place);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Expression, ExpressionError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH_LIMIT {
            return Err(self.error(say::too_deep(DEPTH_LIMIT)));
        }
        let result = self.factor_inner();
        self.depth = self.depth.saturating_sub(1);
        result
    }

    fn factor_inner(&mut self) -> Result<Expression, ExpressionError> {
        self.skip_space();
        let from = self.at;
        match self.peek() {
            Some('-') => {
                self.bump();
                let inner = self.factor()?;
                Ok(At::new(Box::new(Node::Negate(inner)), self.place(from)))
            }
            Some('(') => {
                self.bump();
                let inner = self.sum()?;
                if self.eat(')') { Ok(inner) } else { Err(self.error(say::closing_is_missing())) }
            }
            Some(c) if c.is_ascii_digit() => self.number(from),
            Some(c) if c.is_ascii_lowercase() => self.name(from),
            Some(c) => Err(self.error(say::operand_expected(c))),
            None => Err(self.error(say::operand_expected_at_end())),
        }
    }

    fn number(&mut self, from: usize) -> Result<Expression, ExpressionError> {
        while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.' || c == '_') {
            self.bump();
        }
        let digits = self.text.get(from..self.at).unwrap_or("").replace('_', "");
        let micros =
            parse_decimal(&digits, 6).map_err(|error| ExpressionError { place: self.place(from), message: say::number(&error) })?;
        let number = Exact::from_micros(micros);
        let node = if self.eat('%') {
            let hundredth = number.divide(Exact::whole(100)).unwrap_or(Exact::ZERO);
            Node::Percent(hundredth)
        } else {
            Node::Number(number)
        };
        Ok(At::new(Box::new(node), self.place(from)))
    }

    fn name(&mut self, from: usize) -> Result<Expression, ExpressionError> {
        while self.peek().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.') {
            self.bump();
        }
        let name = self.text.get(from..self.at).unwrap_or("").to_owned();
        let place = self.place(from);
        if !self.eat('(') {
            return Ok(At::new(Box::new(Node::Name(name)), place));
        }
        let (function, least, most) = match name.as_str() {
            "min" => (Function::Min, 1, 32),
            "max" => (Function::Max, 1, 32),
            "floor" => (Function::Floor, 1, 2),
            "ceil" => (Function::Ceil, 1, 2),
            "round" => (Function::Round, 1, 2),
            _ => {
                return Err(ExpressionError { place, message: say::no_function(&name) });
            }
        };
        let mut arguments = Vec::new();
        if !self.eat(')') {
            loop {
                arguments.push(self.sum()?);
                if self.eat(')') {
                    break;
                }
                if !self.eat(',') {
                    return Err(self.error(say::comma_expected()));
                }
            }
        }
        if arguments.len() < least || arguments.len() > most {
            let message = say::takes_values(&name, least, most, arguments.len());
            return Err(ExpressionError { place: self.place(from), message });
        }
        Ok(At::new(Box::new(Node::Call(function, arguments)), self.place(from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(e: &Expression) -> String {
        match e.value.as_ref() {
            Node::Number(n) => n.micros().map_or("?".into(), |m| crate::Money::from_micros(m).to_string()),
            Node::Percent(n) => format!("{}%", n.multiply(Exact::whole(100)).unwrap().micros().unwrap() / 1_000_000),
            Node::Name(n) => n.clone(),
            Node::Negate(x) => format!("-{}", show(x)),
            Node::Binary(o, a, b) => format!("({} {o:?} {})", show(a), show(b)),
            Node::Call(f, xs) => format!("{f:?}({})", xs.iter().map(show).collect::<Vec<_>>().join(", ")),
        }
    }

    #[test]
    fn precedence_and_calls() {
        let tree = |t| parse(t, 0).map(|e| show(&e)).map_err(|e| (e.place, e.message.to_string()));
        assert_eq!(tree("75% + 2% * age").unwrap(), "(75% Add (2% Multiply age))");
        assert_eq!(tree("a - b - 1_000.50").unwrap(), "((a Subtract b) Subtract 1000.5)");
        assert_eq!(tree("min(a, -(b + 1)) / 2").unwrap(), "(Min(a, -(b Add 1)) Divide 2)");
        assert_eq!(tree("accumulated.stays").unwrap(), "accumulated.stays");
    }

    #[test]
    fn errors_have_a_place() {
        let fail = |t: &str| parse(t, 10).map(|e| show(&e)).map_err(|e| (e.place, e.message.to_string())).unwrap_err();
        assert_eq!(fail("a +"), (13..13, "a number, a name or `(` is expected at the end".into()));
        assert_eq!(fail("(a"), (12..12, "a closing `)` is missing".into()));
        assert_eq!(fail("a b"), (12..13, "`b` is not expected here".into()));
        assert_eq!(fail("avg(a)").0, 10..13);
        assert_eq!(fail("1.2.3").0, 10..15);
        assert!(fail(&"(".repeat(100_000)).1.contains("at most 64"));
        assert!(fail(&"1+".repeat(100_000)).1.contains("at most 64"));
    }
}
