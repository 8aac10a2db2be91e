//! Answers as JSON, and errors with stable codes.

use std::io::Cursor;

use chrono::NaiveDate;
use medaid::journal::{BalanceLine, Change, Moved, Quote, Receipt, Refusal, Why};
use serde::Serialize;
use serde_json::{Value, json};
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
pub fn receipt(receipt: &Receipt) -> Value {
    json!({
        "number": receipt.number(),
        "repeated": receipt.is_repeated(),
        "changes": receipt.changes().iter().map(change).collect::<Vec<_>>(),
        "expired": receipt.expired().iter().map(change).collect::<Vec<_>>(),
        "decision": receipt.decision(),
    })
}

/// What would come of a claim.
pub fn quote(quote: &Quote) -> Value {
    json!({
        "decision": quote.decision().ok(),
        "rejected": quote.decision().err(),
        "changes": quote.changes().iter().map(change).collect::<Vec<_>>(),
    })
}

/// Where a person stands.
pub fn balance(person: &str, on: NaiveDate, lines: &[BalanceLine]) -> Value {
    json!({ "person": person, "on": on.to_string(), "lines": lines })
}

fn change(change: &Change) -> Value {
    let figures = change.figures().into_iter();
    let figures = figures.map(|one| json!({ "figure": one.figure, "was": one.was, "now": one.now, "change": one.change }));
    let (why, moved): (_, &[Moved]) = match change.why() {
        Why::Itself => ("itself", &[]),
        Why::Accumulated(moved) => ("accumulated", moved),
        Why::Person => ("person", &[]),
        Why::Rules => ("rules", &[]),
        // `Why` may grow.
        _ => ("other", &[]),
    };
    let moved = moved.iter().map(|one| json!({ "accumulator": one.accumulator, "was": one.was, "now": one.now }));
    json!({
        "claim": change.claim(),
        "person": change.person(),
        "reserved": change.is_reserved(),
        "why": why,
        "moved": moved.collect::<Vec<_>>(),
        "change": change.change(),
        "figures": figures.collect::<Vec<_>>(),
    })
}
