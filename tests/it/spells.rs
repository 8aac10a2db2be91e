//! Spells: when they begin and end, what belongs to them, and that ledgers keep them.

use medaid::{Claim, Language, Ledger, Person, Plan, Scheme, explain};

const SCHEME: &str = r#"
format = 1

[scheme]
id        = "part_a"
version   = "2024"
effective = { from = 2020-01-01 }
money     = { currency = "USD", unit = "0.01" }

[[portion]]
id = "hospital"

[[layer]]
id = "part_a"

  [[layer.benefit]]
  id         = "hospital"
  covers     = ["hospital"]
  deductible = { amount = 1632, per = "spell of 60 days" }
  ratio      = "100%"
"#;

fn compiled(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("part_a.toml", text).unwrap()).unwrap()
}

fn person(rest: &str) -> Person {
    serde_json::from_str(&format!(r#"{{ "id": "p"{rest} }}"#)).unwrap()
}

fn stay(from: &str, rest: &str) -> Claim {
    let text = format!(
        r#"{{ "id": "{from}{}", "person": "p", "service_from": "{from}", "bill": "5000.00", "portions": {{ "hospital": "5000.00" }}{rest} }}"#,
        rest.len()
    );
    serde_json::from_str(&text).unwrap()
}

fn to(day: &str) -> String {
    format!(r#", "service_to": "{day}""#)
}

/// What the patient bears of stays, and that the decision can be checked; the ledger is stored and loaded between them.
fn borne(plan: &Plan, person: &Person, ledger: &mut Ledger, stays: &[Claim]) -> Vec<String> {
    let settle = |claim: &Claim| {
        let decision = plan.adjudicate(person, ledger, claim).unwrap();
        assert_eq!(explain::recheck(&decision), Ok(()), "{}", claim.id);
        let stored = serde_json::to_string(ledger).unwrap();
        *ledger = serde_json::from_str(&stored).unwrap();
        assert_eq!(serde_json::to_string(ledger).unwrap(), stored);
        decision.facts()["out_of_pocket.total"].clone()
    };
    stays.iter().map(settle).collect()
}

/// Of a first stay and one that begins on a day.
fn second(plan: &Plan, first: &Claim, from: &str) -> String {
    borne(plan, &person(""), &mut Ledger::new(), &[first.clone(), stay(from, "")]).pop().unwrap()
}

#[test]
fn the_example_of_the_reference() {
    let reference = include_str!("../../docs/rule-language.md").split("### Spells").nth(1).unwrap();
    let block = reference.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(SCHEME.ends_with(block), "{block}");
    let plan = compiled(SCHEME);
    let first = stay("2024-01-10", &to("2024-01-20"));
    assert_eq!(second(&plan, &first, "2024-03-19"), "0.00");
    assert_eq!(second(&plan, &first, "2024-03-20"), "1632.00");
}

/// Where days count at both ends, the day of discharge is a day of care: sixty days without care begin the day after.
#[test]
fn where_the_day_of_discharge_counts() {
    let plan = compiled(&SCHEME.replace("money     =", "days = \"both-ends\"\nmoney     ="));
    let first = stay("2024-01-10", &to("2024-01-20"));
    assert_eq!(second(&plan, &first, "2024-03-20"), "0.00");
    assert_eq!(second(&plan, &first, "2024-03-21"), "1632.00");
}

#[test]
fn a_stay_of_one_day_and_one_that_only_says_how_many() {
    let plan = compiled(SCHEME);
    for (first, joins, begins) in [
        // Care on 10 January alone; 60 days without care are 11 January to 10 March (2024 is a leap year).
        (stay("2024-01-10", ""), "2024-03-10", "2024-03-11"),
        (stay("2024-01-10", &to("2024-01-10")), "2024-03-10", "2024-03-11"),
        (stay("2024-01-10", &to("2024-01-11")), "2024-03-10", "2024-03-11"),
        // Ten days of care, the last on 19 January.
        (stay("2024-01-10", r#", "days": 10"#), "2024-03-19", "2024-03-20"),
    ] {
        assert_eq!(second(&plan, &first, joins), "0.00", "{first:?}");
        assert_eq!(second(&plan, &first, begins), "1632.00", "{first:?}");
    }
}

/// A stay of which nothing is deducted still belongs to the spell; one that the benefit does not settle does not.
#[test]
fn what_belongs_to_a_spell() {
    let stays = |care: &str| {
        let between = stay("2024-03-01", &format!(r#", "service_to": "2024-03-05", "care": "{care}""#));
        [
            stay("2024-01-10", r#", "service_to": "2024-01-20", "care": "inpatient""#),
            between,
            stay("2024-04-20", r#", "care": "inpatient""#),
        ]
    };
    let attribute = "[[attribute]]\nname = \"care\"\nof = \"claim\"\nvalues = [\"inpatient\", \"outpatient\"]\n\n[[layer]]";
    let when = "  when       = { care = \"inpatient\" }\n  ratio ";
    let plan = compiled(&SCHEME.replace("[[layer]]", attribute).replace("  ratio ", when));
    assert_eq!(borne(&plan, &person(""), &mut Ledger::new(), &stays("inpatient")), ["1632.00", "0.00", "0.00"]);
    assert_eq!(borne(&plan, &person(""), &mut Ledger::new(), &stays("outpatient")), ["1632.00", "5000.00", "1632.00"]);
}

#[test]
fn a_decision_names_the_spell_and_how_long_it_has_lasted() {
    let plan = compiled(SCHEME);
    let mut ledger = Ledger::new();
    plan.adjudicate(&person(""), &mut ledger, &stay("2024-01-10", &to("2024-01-20"))).unwrap();
    let decision = plan.adjudicate(&person(""), &mut ledger, &stay("2024-02-01", &to("2024-02-04"))).unwrap();
    let json = serde_json::to_value(&decision).unwrap();
    let posting = &json["postings"][0];
    // Ten days until 19 January; from 10 January to 3 February they are 25.
    let told = ["accumulator", "rule", "per", "first_day", "before", "amount", "after"].map(|key| posting[key].as_str().unwrap_or("-"));
    assert_eq!(told, ["part_a.hospital.deductible.spell", "", "spell of 60 days", "2024-01-10", "10", "15", "25"], "{posting}");
    let text = explain::explain(&decision, Language::En);
    assert!(text.contains("  spell of 60 days from 2024-01-10  "), "{text}");
    let on = "2024-02-20".parse().unwrap();
    assert_eq!(ledger.position(&plan, "p", "part_a.hospital.deductible", on).unwrap().to_string(), "1632");
    let on = "2024-04-20".parse().unwrap();
    assert_eq!(ledger.position(&plan, "p", "part_a.hospital.deductible", on).unwrap().to_string(), "0");
}

#[test]
fn opening_balances_begin_a_spell() {
    let plan = compiled(SCHEME);
    let opening = |more: &str| {
        person(&format!(r#", "opening": [{{ "accumulator": "part_a.hospital.deductible", "on": "2024-01-01", "amount": "632" }}{more}]"#))
    };
    let of_days = r#", { "accumulator": "part_a.hospital.deductible.spell", "on": "2024-01-01", "amount": "31" }"#;
    // One day of care on 1 January, or thirty-one until the end of the month.
    for (person, joins, begins) in [(opening(""), "2024-03-01", "2024-03-02"), (opening(of_days), "2024-03-31", "2024-04-01")] {
        assert_eq!(borne(&plan, &person, &mut Ledger::new(), &[stay(joins, "")]), ["1000.00"]);
        assert_eq!(borne(&plan, &person, &mut Ledger::new(), &[stay(begins, "")]), ["1632.00"]);
    }
}

/// A late claim goes into the spell in which it falls, or has one of its own; what has begun is not joined.
#[test]
fn late_claims() {
    let plan = compiled(SCHEME);
    let mut ledger = Ledger::new();
    let stays = [
        stay("2024-01-10", &to("2024-01-20")),
        stay("2024-06-01", &to("2024-06-10")),
        // In the first spell, which now ends on 24 April: not in the second, although it is 38 days before it.
        stay("2024-03-01", &to("2024-04-25")),
        // Before the first.
        stay("2023-12-01", ""),
        // In the second.
        stay("2024-06-20", ""),
    ];
    assert_eq!(borne(&plan, &person(""), &mut ledger, &stays), ["1632.00", "1632.00", "0.00", "1632.00", "0.00"]);
}

/// With a spell as long as can be said there is one spell in a lifetime; with a day, each stay apart from the others has its own.
#[test]
fn the_longest_and_the_shortest() {
    let stays: Vec<Claim> = ["2020-01-01", "2020-01-02", "2021-05-05", "2023-12-31"].map(|day| stay(day, "")).into();
    let of = |per: &str| borne(&compiled(&SCHEME.replace("spell of 60 days", per)), &person(""), &mut Ledger::new(), &stays);
    assert_eq!(of("spell of 36525 days"), of("lifetime"));
    assert_eq!(of("spell of 1 day"), ["1632.00", "0.00", "1632.00", "1632.00"]);
}

#[test]
fn what_is_refused() {
    for per in ["spell of 0 days", "spell of 1 days", "spell of 36526 days", "spell of 2 months", "spell"] {
        let found = Scheme::parse("s.toml", &SCHEME.replace("spell of 60 days", per)).unwrap_err();
        let text = found.to_string();
        assert!(text.contains(per) && text.contains("\"spell of 60 days\""), "{text}");
    }
}
