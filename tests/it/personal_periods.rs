//! Personal periods: when they begin and end, whose they are, and that ledgers keep them.

use chrono::NaiveDate;
use medaid::{Account, Adjudicator, Claim, Code, Decision, Language, Ledger, Per, Person, Plan, PreparedClaims, Scheme, explain};

/// The Swedish stairs of the reference: all up to 1,425 is the patient's, 50 % from there to 2,720, and on.
fn stairs() -> String {
    let reference = include_str!("../../docs/rule-language.md").split("### Personal periods").nth(1).unwrap();
    let block = reference.split("```toml\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

fn compiled(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("stairs.toml", text).unwrap()).unwrap()
}

fn person(id: &str, rest: &str) -> Person {
    serde_json::from_str(&format!(r#"{{ "id": "{id}"{rest} }}"#)).unwrap()
}

fn claim(person: &str, date: &str, amount: u32) -> Claim {
    let text = format!(
        r#"{{ "id": "{person} {date}", "person": "{person}", "service_from": "{date}", "bill": "{amount}.00", "portions": {{ "drugs": "{amount}.00" }} }}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What the patient bears of each claim.
fn borne(plan: &Plan, person: &Person, ledger: &mut Ledger, claims: &[(&str, u32)]) -> Vec<String> {
    let settle = |(date, amount): &(&str, u32)| {
        let decision = plan.adjudicate(person, ledger, &claim(&person.id, date, *amount)).unwrap();
        assert_eq!(explain::recheck(&decision), Ok(()), "{date}");
        decision.facts()["out_of_pocket.total"].clone()
    };
    claims.iter().map(settle).collect()
}

#[test]
fn the_example_of_the_reference() {
    let claims = [("2024-03-10", 1425), ("2025-03-09", 100), ("2025-03-10", 100)];
    assert_eq!(borne(&compiled(&stairs()), &person("p", ""), &mut Ledger::new(), &claims), ["1425.00", "50.00", "100.00"]);
}

#[test]
fn a_period_of_days_ends_after_so_many() {
    let plan = compiled(&stairs().replace("12 months", "365 days"));
    // 2024 is a leap year: the 365th day from 10 March 2024 is 9 March 2025, from 1 January it is 30 December.
    let claims = [("2024-01-01", 1425), ("2024-12-30", 100), ("2024-12-31", 100)];
    assert_eq!(borne(&plan, &person("p", ""), &mut Ledger::new(), &claims), ["1425.00", "50.00", "100.00"]);
}

/// A claim before every period has its own, which ends where the next begins; what has begun is not moved.
#[test]
fn late_claims() {
    let plan = compiled(&stairs());
    let claims = [
        ("2024-08-01", 1425), // opens [2024-08-01, 2025-08-01)
        ("2024-06-01", 1400), // late: opens [2024-06-01, 2024-08-01)
        ("2024-07-31", 100),  // in the late one: 25 at 0 %, 75 at 50 %
        ("2024-08-01", 100),  // in the first one still: 50 %
        ("2025-07-31", 100),  // also
        ("2025-08-01", 100),  // a third period
    ];
    let expected = ["1425.00", "1400.00", "62.50", "50.00", "50.00", "100.00"];
    assert_eq!(borne(&plan, &person("p", ""), &mut Ledger::new(), &claims), expected);
}

/// Through its stored form after every claim, the ledger gives the same; its format is that of ledgers without personal periods.
#[test]
fn a_stored_ledger_goes_on() {
    let plan = compiled(&stairs());
    let claims = [("2024-08-01", 1425), ("2024-06-01", 1400), ("2024-07-31", 100), ("2025-07-31", 100), ("2025-08-01", 100)];
    let mut whole = Ledger::new();
    let expected = borne(&plan, &person("p", ""), &mut whole, &claims);
    let mut stored = serde_json::to_string(&Ledger::new()).unwrap();
    let mut found = Vec::new();
    for one in claims {
        let mut ledger: Ledger = serde_json::from_str(&stored).unwrap();
        found.extend(borne(&plan, &person("p", ""), &mut ledger, &[one]));
        stored = serde_json::to_string(&ledger).unwrap();
    }
    assert_eq!(found, expected);
    assert_eq!(stored, serde_json::to_string(&whole).unwrap());
    let known = r#"{"format":1,"persons":[{"id":"p","stays":[],"opened":[],"balances":[
        {"scheme":"stairs","accumulator":"drug_benefit.stairs.bands","period":738955,"amount":"1425"}]}],"households":[]}"#;
    // Day 738955 from the year 1 is 10 March 2024.
    let mut ledger: Ledger = serde_json::from_str(known).unwrap();
    assert_eq!(borne(&plan, &person("p", ""), &mut ledger, &[("2025-03-09", 100)]), ["50.00"]);
}

#[test]
fn the_position_of_a_day() {
    let plan = compiled(&stairs());
    let mut ledger = Ledger::new();
    borne(&plan, &person("p", ""), &mut ledger, &[("2024-03-10", 1000), ("2025-03-10", 7)]);
    let position = |on| ledger.position(&plan, "p", "drug_benefit.stairs.bands", day(on)).unwrap().to_string();
    let days = ["2024-03-09", "2024-03-10", "2025-03-09", "2025-03-10", "2026-03-09", "2026-03-10"];
    assert_eq!(days.map(position), ["0", "1000", "1000", "7", "7", "0"]);
}

/// A claim of nothing, and a reject, open no period.
#[test]
fn what_posts_nothing_opens_nothing() {
    let plan = compiled(&stairs());
    let mut ledger = Ledger::new();
    let expected = ["0.00", "1425.00", "50.00"];
    assert_eq!(borne(&plan, &person("p", ""), &mut ledger, &[("2024-01-01", 0), ("2024-03-10", 1425), ("2025-03-09", 100)]), expected);
}

/// An opening balance begins a period on its day, also where the account was used before the balance became known.
#[test]
fn opening_balances() {
    let plan = compiled(&stairs());
    let opening = r#", "opening": [{ "accumulator": "drug_benefit.stairs.bands", "on": "2024-03-10", "amount": "1425.00" }]"#;
    let claims = [("2025-03-09", 100), ("2025-03-10", 100)];
    assert_eq!(borne(&plan, &person("p", opening), &mut Ledger::new(), &claims), ["50.00", "100.00"]);

    let mut ledger = Ledger::new();
    assert_eq!(borne(&plan, &person("p", ""), &mut ledger, &[("2025-03-09", 0)]), ["0.00"]);
    assert_eq!(borne(&plan, &person("p", opening), &mut ledger, &claims), ["50.00", "100.00"]);
}

/// Who shares a household shares its period, whoever was the first.
#[test]
fn households() {
    let plan = compiled(&stairs().replace("from first use\",", "from first use\", owner = \"household\","));
    let (a, b) = (person("a", r#", "household": "h""#), person("b", r#", "household": "h""#));
    let mut ledger = Ledger::new();
    assert_eq!(borne(&plan, &a, &mut ledger, &[("2024-03-10", 1425)]), ["1425.00"]);
    assert_eq!(borne(&plan, &b, &mut ledger, &[("2025-03-09", 100), ("2025-03-10", 10)]), ["50.00", "10.00"]);
    assert_eq!(borne(&plan, &a, &mut ledger, &[("2025-03-09", 100), ("2025-03-10", 10)]), ["50.00", "10.00"]);
}

/// An account that is cleared for the next owner keeps nothing of the last one's periods.
#[test]
fn a_cleared_account_begins_anew() {
    let plan = compiled(&stairs());
    let mut adjudicator = Adjudicator::new(&plan);
    let mut account = Account::default();
    let mut settle = |account: &mut Account, date: &str, amount: u32| {
        let (one, mut prepared) = (person("p", ""), PreparedClaims::new(&plan));
        let number = prepared.push(&one, &claim("p", date, amount)).unwrap();
        let mut books = plan.open(&one, account, None, None).unwrap();
        adjudicator.settle_prepared(&prepared, number, &mut books).unwrap().out_of_pocket().to_string()
    };
    assert_eq!(settle(&mut account, "2024-03-10", 1425), "1425");
    assert_eq!(settle(&mut account, "2024-04-10", 100), "50");
    account.clear();
    assert_eq!(settle(&mut account, "2024-04-10", 1425), "1425");
    assert_eq!(settle(&mut account, "2025-04-09", 100), "50");
}

fn second_claim() -> Decision {
    let plan = compiled(&stairs());
    let mut ledger = Ledger::new();
    plan.adjudicate(&person("p", ""), &mut ledger, &claim("p", "2024-03-10", 1425)).unwrap();
    plan.adjudicate(&person("p", ""), &mut ledger, &claim("p", "2025-03-09", 100)).unwrap()
}

#[test]
fn decisions_name_the_period() {
    let decision = second_claim();
    assert_eq!(decision.postings[0].first_day, Some(day("2024-03-10")));
    assert_eq!(decision.balances[0].first_day, Some(day("2024-03-10")));
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["postings"][0]["per"], "12 months from first use");
    assert_eq!(serde_json::from_value::<Decision>(json).unwrap(), decision);
    assert!(explain::explain(&decision, Language::En).contains("  12 months from 2024-03-10  "));
    assert!(explain::explain(&decision, Language::Zh).contains("  自 2024-03-10 起 12 个月  "));
}

/// A period that does not contain the claim's day, or that would have begun without a posting, is not believed.
#[test]
fn a_wrong_first_day_is_caught() {
    for (wrong, before) in [(Some("2024-03-09"), None), (Some("2025-03-10"), None), (None, None), (Some("2024-03-10"), Some("0.00"))] {
        let mut json = serde_json::to_value(second_claim()).unwrap();
        json["postings"][0]["first_day"] = serde_json::json!(wrong);
        if let Some(before) = before {
            json["postings"][0]["before"] = before.into();
        }
        let mismatches = explain::recheck(&serde_json::from_value(json).unwrap()).unwrap_err();
        assert!(mismatches.iter().any(|m| m.path == "balance.drug_benefit.stairs.bands.first_day"), "{wrong:?}: {mismatches:?}");
    }
}

#[test]
fn what_is_no_period_is_told() {
    let said = |per: &str, language| {
        let found = Scheme::parse("s.toml", &stairs().replace("12 months from first use", per)).unwrap_err();
        let [finding] = found.findings() else { panic!("{found:?}") };
        assert_eq!(finding.code(), Code::BadValue);
        format!("{}; {}", finding.message(language), finding.help_text(language).unwrap_or_default())
    };
    for per in
        ["0 days from first use", "36526 days from first use", "1201 months from first use", "1 months from first use", "12 months of use"]
    {
        let en = said(per, Language::En);
        assert!(en.starts_with(&format!("`per` cannot be `{per}`; it is one of claim, ")), "{en}");
        assert!(en.contains("such as \"12 months from first use\" (2 to 1200 months, or 1 month) or \"365 days from first use\" (2 to 36525 days, or 1 day)"), "{en}");
        assert!(said(per, Language::Zh).contains("个人周期"));
    }
    assert_eq!(said("policy-yaer", Language::En), "`per` cannot be `policy-yaer`; did you mean `policy-year`?");
}

#[test]
fn periods_are_written_as_in_rule_files() {
    for text in ["\"12 months from first use\"", "\"1 day from first use\"", "\"policy-year\"", "\"claim\""] {
        let per: Per = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&per).unwrap(), text);
    }
    assert!(serde_json::from_str::<Per>("\"12 months\"").is_err());
}
