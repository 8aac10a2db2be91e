//! Attributes over time and what earlier periods held: every measure by hand, what is refused, and the example of the reference.

use medaid::{Claim, Language, Ledger, Person, Plan, Scheme};

/// A scheme that pays as many units as a fact says, of a bill of 2,000,000.
fn telling(fact: &str, more: &str) -> String {
    format!(
        r#"
format = 1

[scheme]
id          = "s"
version     = "1"
effective   = {{ from = 2000-01-01 }}
money       = {{ currency = "CNY", unit = "1" }}
policy_year = "07-01"
months      = "begun"

[[portion]]
id = "p"

[[attribute]]
name    = "enrolled"
of      = "person"
type    = "yes-no"
{more}

[[attribute]]
name    = "identity"
of      = "person"
values  = ["poor", "low", "none"]
default = "none"

[[attribute]]
name    = "town"
of      = "person"
type    = "text"
default = "x"

[[accumulator]]
id     = "used"
counts = "payment"
per    = "policy-year"

[[layer]]
id = "l"

  [[layer.benefit]]
  id     = "b"
  covers = ["p"]
  fixed  = "{fact} * 1.00"
  cap    = [{{ amount = 1500000, accumulator = "used" }}]
"#
    )
}

fn told_by(text: &str, attributes: &str, on: &str) -> String {
    let plan = Plan::compile(&Scheme::parse("s.toml", text).unwrap_or_else(|e| panic!("{e}"))).unwrap();
    let person: Person = serde_json::from_str(&format!(r#"{{ "id": "p"{attributes} }}"#)).unwrap();
    let claim = format!(r#"{{ "id": "c", "person": "p", "service_from": "{on}", "bill": "2000000", "portions": {{ "p": "2000000" }} }}"#);
    let claim: Claim = serde_json::from_str(&claim).unwrap();
    match plan.adjudicate(&person, &mut Ledger::new(), &claim) {
        Ok(decision) => decision.paid.to_string(),
        Err(reject) => format!("{} {}", reject.code(), reject.field()),
    }
}

fn told(fact: &str, attributes: &str, on: &str) -> String {
    told_by(&telling(fact, "default = false"), &format!(r#", "attributes": {{ {attributes} }}"#), on)
}

const FROM_31_JANUARY: &str = r#""enrolled": [{ "value": true, "from": "2023-01-31" }]"#;

#[test]
fn full_months_and_days_since() {
    for (on, months, days) in [
        ("2023-01-31", "0", "0"),
        // February has no 31st: the month is full on 1 March.
        ("2023-02-28", "0", "28"),
        ("2023-03-01", "1", "29"),
        ("2023-03-30", "1", "58"),
        ("2023-03-31", "2", "59"),
        ("2024-01-30", "11", "364"),
        ("2024-01-31", "12", "365"),
    ] {
        assert_eq!(told("months_since.enrolled", FROM_31_JANUARY, on), months, "{on}");
        assert_eq!(told("days_since.enrolled", FROM_31_JANUARY, on), days, "{on}");
    }
}

#[test]
fn how_long_a_value_is_the_same() {
    let days = |attributes: &str, on: &str| told("days_since.identity", attributes, on);
    // Two stretches of one word that touch are one; an interruption begins anew.
    let touching =
        r#""identity": [{ "value": "low", "from": "2023-01-01", "until": "2023-06-01" }, { "value": "low", "from": "2023-06-01" }]"#;
    assert_eq!(days(touching, "2023-06-10"), "160");
    assert_eq!(days(&touching.replace("\"from\": \"2023-06-01\"", "\"from\": \"2023-06-02\""), "2023-06-10"), "8");
    // The default counts as the value that it is.
    assert_eq!(days(r#""identity": [{ "value": "none", "from": "2023-06-01" }]"#, "2023-06-10"), "1000000");
    assert_eq!(days(r#""identity": [{ "value": "poor", "until": "2023-06-01" }]"#, "2023-06-10"), "9");
    assert_eq!(days(r#""identity": "poor""#, "2023-06-10"), "1000000");
    // A higher rank replaces a lower one that goes on.
    let both = r#""identity": [{ "value": "low" }, { "value": "poor", "from": "2023-06-01" }]"#;
    assert_eq!(days(both, "2023-06-10"), "9");
}

#[test]
fn months_and_days_of_the_policy_year() {
    // The policy year from 1 July 2023 to 30 June 2024 has 366 days.
    let whole = telling("months_in_year.enrolled", "default = false").replace("begun", "whole");
    let span = |from: &str, until: &str| format!(r#""enrolled": [{{ "value": true, "from": "{from}", "until": "{until}" }}]"#);
    for (from, until, begun, full, days) in [
        ("2023-07-01", "2024-07-01", "12", "12", "366"),
        ("2023-07-31", "2023-08-02", "2", "0", "2"),
        ("2023-08-01", "2023-09-01", "1", "1", "31"),
        // What lies after the claim counts too, and what lies in other years does not.
        ("2020-01-01", "2023-07-01", "0", "0", "0"),
        ("2024-02-01", "2030-01-01", "5", "5", "151"),
    ] {
        let attributes = span(from, until);
        assert_eq!(told("months_in_year.enrolled", &attributes, "2023-10-01"), begun, "{attributes}");
        assert_eq!(told_by(&whole, &format!(r#", "attributes": {{ {attributes} }}"#), "2023-10-01"), full, "{attributes}");
        assert_eq!(told("days_in_year.enrolled", &attributes, "2023-10-01"), days, "{attributes}");
    }
}

/// It is read as of the attribute's own date.
#[test]
fn as_of_another_date() {
    let text = telling("days_since.enrolled", "default = false\nas_of = \"policy-year-start - 1 month\"");
    // The policy year begins on 1 July 2023; a month before is 1 June, 121 days after 31 January.
    assert_eq!(told_by(&text, &format!(r#", "attributes": {{ {FROM_31_JANUARY} }}"#), "2023-10-01"), "121");
}

#[test]
fn what_is_not_known_is_a_reject() {
    let since = telling("days_since.enrolled", "");
    let in_year = telling("days_in_year.enrolled", "");
    assert_eq!(told_by(&since, "", "2023-10-01"), "missing-attribute attributes.enrolled");
    let from = |day: &str| format!(r#", "attributes": {{ "enrolled": [{{ "value": true, "from": "{day}" }}] }}"#);
    assert_eq!(told_by(&since, &from("2023-09-01"), "2023-10-01"), "30");
    assert_eq!(told_by(&in_year, &from("2023-09-01"), "2023-10-01"), "missing-attribute attributes.enrolled");
    assert_eq!(told_by(&in_year, &from("2023-07-01"), "2023-10-01"), "366");
    let wrong =
        r#", "attributes": { "enrolled": [{ "value": "perhaps", "until": "2023-08-01" }, { "value": true, "from": "2023-08-01" }] }"#;
    assert_eq!(told_by(&in_year, wrong, "2023-10-01"), "unknown-value person.attributes.enrolled");
}

#[test]
fn what_earlier_periods_held() {
    let opening = |on: &str| format!(r#", "opening": [{{ "accumulator": "used", "on": "{on}", "amount": "7" }}]"#);
    let (previous, quiet) = (telling("previous.used", "default = false"), telling("quiet.used", "default = false"));
    // The claim of 1 October 2023 is of the policy year from 1 July 2023.
    for (on, before, years) in [
        ("2023-06-30", "7", "0"),
        ("2022-07-01", "7", "0"),
        ("2022-06-30", "0", "1"),
        ("2018-12-31", "0", "4"),
        // In the same year, and after it.
        ("2023-07-01", "0", "1000000"),
        ("2024-07-01", "0", "1000000"),
    ] {
        assert_eq!(told_by(&previous, &opening(on), "2023-10-01"), before, "{on}");
        assert_eq!(told_by(&quiet, &opening(on), "2023-10-01"), years, "{on}");
    }
}

/// The case that a table lacks, as a claim of a person whose attribute is as old as it says.
#[test]
fn the_case_that_a_table_lacks() {
    let table = "deductible = { per = \"claim\", amount = [{ when = { \"months_since.enrolled\" = \"< 3\" }, then = 5 }, \
                 { when = { \"months_since.enrolled\" = \">= 6\" }, then = 7 }] }\n  fixed ";
    let text = telling("days_since.enrolled", "").replace("fixed ", table);
    let cases = medaid::check::table_cases(&text);
    let witness = cases[0].witness();
    let (person, claim) = (&witness.people()[0], &witness.claims()[0]);
    let from = person.attributes["enrolled"].values()[0].from.unwrap();
    assert_eq!(from.checked_add_months(chrono::Months::new(3)), Some(claim.service_from));
}

/// Whole months are no more than begun ones, and a stretch that is cut in two is the same; days since begin at zero and grow by one a day.
#[test]
fn measures_go_together() {
    let year: Vec<String> =
        (0..366).step_by(11).map(|n| (chrono::NaiveDate::from_ymd_opt(2023, 7, 1).unwrap() + chrono::Days::new(n)).to_string()).collect();
    let number = |text: String| text.parse::<i64>().unwrap();
    let whole = telling("months_in_year.enrolled", "default = false").replace("begun", "whole");
    for (from, until) in year.iter().zip(year.iter().skip(7)) {
        let cut = year.iter().find(|day| *day > from).unwrap();
        let one = format!(r#""enrolled": [{{ "value": true, "from": "{from}", "until": "{until}" }}]"#);
        let two = format!(
            r#""enrolled": [{{ "value": true, "from": "{from}", "until": "{cut}" }}, {{ "value": true, "from": "{cut}", "until": "{until}" }}]"#
        );
        for fact in ["months_since.enrolled", "days_since.enrolled", "months_in_year.enrolled", "days_in_year.enrolled"] {
            assert_eq!(told(fact, &one, cut), told(fact, &two, cut), "{fact} {two}");
        }
        let full = number(told_by(&whole, &format!(r#", "attributes": {{ {one} }}"#), "2023-10-01"));
        let begun = number(told("months_in_year.enrolled", &one, "2023-10-01"));
        assert!((0..=begun).contains(&full) && begun <= 12 && full <= begun, "{one}: {full} {begun}");
        assert_eq!(number(told("days_since.enrolled", &one, from)), 0);
        assert_eq!(number(told("days_since.enrolled", &one, cut)), 11);
    }
}

#[test]
fn what_is_refused() {
    let refused = |text: &str| {
        let found = Scheme::parse("s.toml", text).and_then(|scheme| Plan::compile(&scheme)).unwrap_err();
        let of = |language| found.findings().iter().map(|f| f.message(language).to_owned()).collect::<Vec<_>>().join("; ");
        assert!(of(Language::Zh).chars().any(|c| c >= '\u{4e00}'), "{}", of(Language::Zh));
        of(Language::En)
    };
    let of = |fact: &str| refused(&telling(fact, "default = false"));
    assert_eq!(
        of("days_since.town"),
        "`town` is a text, of which rules know only whether it is a word that they mention: not how long it has been the same"
    );
    assert_eq!(of("days_in_year.identity"), "`identity` is no yes-no attribute, of which one could ask how much of the year it holds");
    let unsaid = telling("months_in_year.enrolled", "default = false").replace("months      = \"begun\"", "");
    assert_eq!(
        refused(&unsaid),
        "say in `[scheme]` which months count: `months = \"begun\"` (those of which a day is covered) or `\"whole\"` (those covered in whole)"
    );
    assert_eq!(of("days_since.used"), "there is no attribute, fact or parameter `days_since.used`");
    let per = |per: &str, fact: &str| {
        refused(&telling(fact, "default = false").replace("per    = \"policy-year\"", &format!("per    = \"{per}\"")))
    };
    assert_eq!(per("lifetime", "previous.used"), "only periods of the calendar have one before them, not `lifetime`");
    assert_eq!(per("last 12 months", "previous.used"), "only periods of the calendar have one before them, not `last 12 months`");
    assert_eq!(per("month", "quiet.used"), "`quiet` counts policy years, and this accumulator runs per `month`");
}

#[test]
fn the_fixture_is_the_example_of_the_reference() {
    let reference = include_str!("../../docs/rule-language.md").split("### Attributes over time").nth(1).unwrap();
    let block = reference.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let fixture = include_str!("../../fixtures/part-of-a-year/scheme.toml").replace("status      = \"illustrative\"\n", "");
    assert!(fixture.ends_with(block), "{block}");
}
