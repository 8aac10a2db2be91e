//! Answers as JSON, and errors with stable codes.

use std::io::Cursor;

use medaid::journal::{BalanceLine, Change, FigureChange, Moved, Quote, Receipt, Refusal, Why};
use medaid::{Amount, Decision, Reject};
use serde::Serialize;
use serde_json::json;
use tiny_http::{Header, Response};

use crate::store::{Kind, Problem};

/// What is sent back.
pub struct Answer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl Answer {
    pub fn json(value: &impl Serialize) -> Answer {
        match serde_json::to_vec(value) {
            Ok(body) => Answer { status: 200, kind: "application/json", body },
            Err(error) => Trouble::new(500, "internal", error.to_string()).answer(),
        }
    }

    pub fn text(text: String) -> Answer {
        Answer { status: 200, kind: "text/plain; charset=utf-8", body: text.into_bytes() }
    }

    pub fn response(self) -> Response<Cursor<Vec<u8>>> {
        let response = Response::from_data(self.body).with_status_code(self.status);
        match Header::from_bytes("Content-Type", self.kind) {
            Ok(header) => response.with_header(header),
            Err(()) => response,
        }
    }
}

/// An error, as it is answered.
pub struct Trouble {
    status: u16,
    code: &'static str,
    message: String,
}

impl Trouble {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Trouble {
        Trouble { status, code, message: message.into() }
    }

    pub fn unreadable(message: impl Into<String>) -> Trouble {
        Trouble::new(400, "unreadable", message)
    }

    pub fn answer(self) -> Answer {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        Answer { status: self.status, ..Answer::json(&body) }
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Trouble {
        let (status, code) = match &problem {
            Problem::Refused(refusal) => (status(refusal), refusal.code()),
            Problem::Unknown(Kind::Person, _) => (404, "no-such-person"),
            Problem::Unknown(Kind::Household, _) => (404, "no-such-household"),
            Problem::Unknown(Kind::Claim, _) => (404, "no-such-claim"),
            Problem::Unknown(Kind::Operation, _) => (404, "no-such-operation"),
            Problem::Apart(_) => (409, "apart"),
            Problem::ClaimElsewhere { .. } => (409, "claim-elsewhere"),
            Problem::NoAdoption(_) => (409, "no-adoption"),
            Problem::Damaged(_) => (500, "damaged"),
            Problem::OtherRules => (500, "other-rules"),
            Problem::Database(_) => (503, "database"),
        };
        if status >= 500 {
            eprintln!("claims-service: {problem}");
        }
        Trouble::new(status, code, problem.to_string())
    }
}

fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::NoSuchClaim { .. } | Refusal::NoSuchReservation { .. } => 404,
        Refusal::Internal(_) => 500,
        _ => 409,
    }
}

/// What came of an operation.
#[derive(Serialize)]
pub struct ReceiptAnswer<'r> {
    number: usize,
    repeated: bool,
    changes: Vec<ChangeAnswer<'r>>,
    expired: Vec<ChangeAnswer<'r>>,
    decision: Option<&'r Decision>,
}

impl<'r> ReceiptAnswer<'r> {
    pub fn new(receipt: &'r Receipt) -> ReceiptAnswer<'r> {
        ReceiptAnswer {
            number: receipt.number(),
            repeated: receipt.is_repeated(),
            changes: receipt.changes().iter().map(ChangeAnswer::new).collect(),
            expired: receipt.expired().iter().map(ChangeAnswer::new).collect(),
            decision: receipt.decision(),
        }
    }
}

/// What would come of a claim.
#[derive(Serialize)]
pub struct QuoteAnswer<'q> {
    changes: Vec<ChangeAnswer<'q>>,
    decision: Option<&'q Decision>,
    rejected: Option<&'q Reject>,
}

impl<'q> QuoteAnswer<'q> {
    pub fn new(quote: &'q Quote) -> QuoteAnswer<'q> {
        let changes = quote.changes().iter().map(ChangeAnswer::new).collect();
        QuoteAnswer { changes, decision: quote.decision().ok(), rejected: quote.decision().err() }
    }
}

/// Where a person stands.
#[derive(Serialize)]
pub struct BalanceAnswer<'b> {
    pub person: &'b str,
    pub on: String,
    pub lines: &'b [BalanceLine],
}

#[derive(Serialize)]
struct ChangeAnswer<'c> {
    claim: &'c str,
    person: &'c str,
    reserved: bool,
    why: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<MovedAnswer<'c>>,
    change: Amount,
    figures: Vec<FigureAnswer>,
}

#[derive(Serialize)]
struct MovedAnswer<'c> {
    accumulator: &'c str,
    was: Amount,
    now: Amount,
}

#[derive(Serialize)]
struct FigureAnswer {
    figure: String,
    was: Option<String>,
    now: Option<String>,
    change: Option<Amount>,
}

impl<'c> ChangeAnswer<'c> {
    fn new(change: &'c Change) -> ChangeAnswer<'c> {
        let (why, moved): (_, &[Moved]) = match change.why() {
            Why::Itself => ("itself", &[]),
            Why::Accumulated(moved) => ("accumulated", moved),
            Why::Person => ("person", &[]),
            Why::Rules => ("rules", &[]),
            // `Why` may grow.
            _ => ("other", &[]),
        };
        let moved = moved.iter().map(|one| MovedAnswer { accumulator: &one.accumulator, was: one.was, now: one.now });
        let figure = |one: FigureChange| FigureAnswer { figure: one.figure, was: one.was, now: one.now, change: one.change };
        ChangeAnswer {
            claim: change.claim(),
            person: change.person(),
            reserved: change.is_reserved(),
            why,
            moved: moved.collect(),
            change: change.change(),
            figures: change.figures().into_iter().map(figure).collect(),
        }
    }
}
