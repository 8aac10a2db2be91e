//! Dates, durations and rounding as Catala has them: facts of the tests of CatalaLang/catala (Apache-2.0), each named by its file there.

use medaid::settle::{Decided, claims};
use medaid::{Claim, Ledger, Person, Plan, Scheme};

/// What a scheme pays that pays a fixed sum, in whole units, of a large bill of one day; the person was born on a day and enrolled on another.
fn pays(sum: &str, born: &str, enrolled: &str, on: &str) -> String {
    let text = format!(
        r#"
format = 1

[scheme]
id        = "s"
version   = "1"
effective = {{ from = 2000-01-01 }}
money     = {{ currency = "EUR", unit = "1" }}

[[portion]]
id = "p"

[[attribute]]
name    = "enrolled"
of      = "person"
type    = "yes-no"
default = false

[[layer]]
id = "l"

  [[layer.benefit]]
  id     = "b"
  covers = ["p"]
  fixed  = "{sum}"
"#
    );
    let plan = Plan::compile(&Scheme::parse("s.toml", &text).unwrap()).unwrap();
    let person = serde_json::json!({ "id": "x", "birth_date": born, "attributes": { "enrolled": [{ "value": true, "from": enrolled }] } });
    let person: Person = serde_json::from_value(person).unwrap();
    let claim = serde_json::json!({ "id": "c", "person": "x", "service_from": on, "bill": 1_000_000, "portions": { "p": 1_000_000 } });
    let claim: Claim = serde_json::from_value(claim).unwrap();
    plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap().paid.to_string()
}

/// tests/date/good/rounding_option_en: who is born on 29 February 2000 is eighteen, rounded up, by 1 March 2018; the day before is that of rounding down.
#[test]
fn eighteen_years_from_a_leap_day() {
    assert_eq!(pays("1 * age", "2000-02-29", "2000-02-29", "2018-03-01"), "18");
    assert_eq!(pays("1 * age", "2000-02-29", "2000-02-29", "2018-02-28"), "17");
}

/// tests/date/good/durations: from 30 September 2002 to 1 January 2019 are 5937 days, and added to the first day they give the second.
#[test]
fn days_between_two_dates() {
    assert_eq!(pays("1 * days_since.enrolled", "1980-01-01", "2002-09-30", "2019-01-01"), "5937");
    assert_eq!(pays("2 * days_since.enrolled", "1980-01-01", "2002-09-30", "2019-01-01"), "11874");
}

/// tests/dec/good/rounding: 84.648665 is 85, 4.368297 is 4. tests/dec/good/zero_after_comma: 1 + 4 / 100 is 1.04 and nothing else.
#[test]
fn decimals_are_rounded_and_exact() {
    let pays = |sum: &str| pays(sum, "1980-01-01", "2002-09-30", "2019-01-01");
    assert_eq!(pays("84.648665"), "85");
    assert_eq!(pays("4.368297"), "4");
    assert_eq!(pays("(1 + 4 / 100) * 10000"), "10400");
}

/// tests/date/good/lib_use_en: the month of 12 February 2023 ends on the 28th.
#[test]
fn the_last_day_of_a_month() {
    let scheme = |id: &str, more: &str, rule: &str| {
        let text = format!(
            "format = 1\n[scheme]\nid = \"{id}\"\nversion = \"1\"\neffective = {{ from = 2000-01-01 }}\n\
             money = {{ currency = \"EUR\", unit = \"1\" }}\n{more}\n[[portion]]\nid = \"p\"\n{rule}\n\
             [[layer]]\nid = \"l\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"p\"]\nratio = \"50%\"\n"
        );
        Plan::compile(&Scheme::parse("s.toml", &text).unwrap()).unwrap()
    };
    let plan = scheme("s", "", "");
    let monthly = scheme("m", "settles = { scheme = \"s\", per = \"month\" }", "[[classify]]\ninto = \"p\"");
    let person: Person = serde_json::from_str(r#"{ "id": "x" }"#).unwrap();
    let claim = r#"{ "id": "c", "person": "x", "service_from": "2023-02-12", "bill": 100, "portions": { "p": 100 } }"#;
    let claim: Claim = serde_json::from_str(claim).unwrap();
    let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap();
    let made = claims(&monthly, [Decided { plan: &plan, person: &person, claim: &claim, decision: &decision }]);
    assert_eq!((made[0].id.as_str(), made[0].service_from.to_string().as_str()), ("x/2023-02", "2023-02-28"));
}
