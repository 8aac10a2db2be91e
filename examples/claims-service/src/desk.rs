//! Requests: what is asked, and who answers it.

use std::io::Read;

use chrono::NaiveDate;
use medaid::journal::{Desk, Operation};
use medaid::{Claim, Language};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use tiny_http::{Method, Request};

use crate::answer::{Answer, BalanceAnswer, QuoteAnswer, ReceiptAnswer, Trouble};
use crate::store::{Kind, Problem, Store};

/// The longest body, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Answers a request.
pub fn attend(mut request: Request, desk: &mut Desk<'_>, store: &mut Store<'_>) {
    let answer = answer(&mut request, desk, store).unwrap_or_else(|trouble| trouble.answer());
    // Who is gone gets no answer, and asks again.
    drop(request.respond(answer.response()));
}

fn answer(request: &mut Request, desk: &mut Desk<'_>, store: &mut Store<'_>) -> Result<Answer, Trouble> {
    let url = request.url().to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let path = path.split('/').skip(1).map(decoded).collect::<Result<Vec<_>, _>>()?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let method = match path.as_slice() {
        ["operations" | "quote"] => Method::Post,
        ["health"] | ["claims", _, "explanation"] | ["persons", _, "balance"] | ["households", _, "journal"] => Method::Get,
        _ => return Err(Trouble::new(404, "no-such-path", "there is nothing here; README.md lists the paths")),
    };
    if *request.method() != method {
        return Err(Trouble::new(405, "method", format!("this path takes {method}")));
    }
    match path.as_slice() {
        ["operations"] => {
            let operation: Operation = body(request)?;
            Ok(Answer::json(&ReceiptAnswer::new(&store.carry_out(desk, &operation)?)))
        }
        ["quote"] => {
            let claim: Claim = body(request)?;
            let journal = store.journal(Kind::Person, &claim.person)?;
            Ok(Answer::json(&QuoteAnswer::new(&desk.quote(&journal, &claim).map_err(Problem::from)?)))
        }
        ["claims", id, "explanation"] => {
            let language = match value(query, "lang")?.as_deref() {
                None | Some("zh") => Language::Zh,
                Some("en") => Language::En,
                Some(_) => return Err(Trouble::unreadable("`lang` is zh or en")),
            };
            let journal = store.journal(Kind::Claim, id)?;
            let told = desk.explain(&journal, id).ok_or_else(|| Problem::Unknown(Kind::Claim, (*id).to_owned()))?;
            Ok(Answer::text(match told {
                Ok(decision) => medaid::explain::explain(&decision, language),
                Err(reject) => medaid::explain::explain_reject(&reject, language),
            }))
        }
        ["persons", id, "balance"] => {
            let on = value(query, "on")?.filter(|on| on.len() == 10).and_then(|on| on.parse::<NaiveDate>().ok());
            let on = on.ok_or_else(|| Trouble::unreadable("`on` is a day, YYYY-MM-DD"))?;
            let journal = store.journal(Kind::Person, id)?;
            let lines = desk.balance(&journal, id, on).map_err(Problem::from)?;
            Ok(Answer::json(&BalanceAnswer { person: id, on: on.to_string(), lines: &lines }))
        }
        ["households", id, "journal"] => Ok(Answer::json(&*store.journal(Kind::Household, id)?)),
        _ => {
            store.check()?;
            Ok(Answer::json(&serde_json::json!({ "status": "ok" })))
        }
    }
}

fn body<T: DeserializeOwned>(request: &mut Request) -> Result<T, Trouble> {
    let too_large = || Trouble::new(413, "too-large", format!("a body has {LONGEST} bytes at most"));
    if request.body_length().is_some_and(|length| length as u64 > LONGEST) {
        return Err(too_large());
    }
    let mut text = Vec::new();
    request.as_reader().take(LONGEST + 1).read_to_end(&mut text).map_err(|error| Trouble::unreadable(error.to_string()))?;
    if text.len() as u64 > LONGEST {
        return Err(too_large());
    }
    serde_json::from_slice(&text).map_err(|error| Trouble::unreadable(error.to_string()))
}

/// The value of a field of the query.
fn value(query: &str, name: &str) -> Result<Option<String>, Trouble> {
    let found = query.split('&').filter_map(|field| field.split_once('=')).find(|(field, _)| *field == name);
    found.map(|(_, value)| decoded(value)).transpose()
}

fn decoded(text: &str) -> Result<String, Trouble> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| Trouble::unreadable("the address is not UTF-8"))?;
    Ok(text.into_owned())
}
