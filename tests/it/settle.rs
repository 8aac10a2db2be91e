//! Settlement at a period's end, by hand: a monthly ceiling over what a health insurance left, for a person and for a household.

use medaid::batch::{self, BatchError, Mode, People, PlanBook};
use medaid::{Claim, Language, Person, Plan, RejectCode, Scheme};

const INSURANCE: &str = r#"format = 1
[scheme]
id = "insurance"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "JPY", unit = "1" }
[[portion]]
id = "covered"
[[portion]]
id = "comfort"
[[attribute]]
name = "burden"
of = "person"
type = "ratio"
default = "30%"
[[layer]]
id = "plan"
  [[layer.benefit]]
  id = "care"
  covers = ["covered"]
  ratio = "100% - burden"
"#;

/// A ceiling of 50,000 and 1 % of the cost above 500,000; only groups of 5,000 of one person count.
fn monthly(settles: &str, more: &str) -> String {
    format!(
        r#"format = 1
[scheme]
id = "ceiling"
version = "1"
effective = {{ from = 2024-01-01 }}
money = {{ currency = "JPY", unit = "1" }}
settles = {{ {settles} }}
[[portion]]
id = "borne"
[[portion]]
id = "comfort"
[[attribute]]
name = "class"
of = "line"
values = ["covered", "comfort"]
[[attribute]]
name = "claim_person"
of = "line"
type = "text"
[[attribute]]
name = "claim_burden"
of = "line"
type = "ratio"
[[attribute]]
name = "claim_billed"
of = "line"
type = "amount"
{more}
[[classify]]
when = {{ class = "covered" }}
into = "borne"
[[classify]]
when = {{ class = "comfort" }}
into = "comfort"
[[layer]]
id = "refund"
  [[layer.benefit]]
  id = "month"
  covers = ["borne"]
  lines = {{ class = "covered" }}
  group = {{ by = ["claim_person"], least = 5000 }}
  deductible = {{ per = "month", amount = "50000 + max(0, sum.claim_billed - 500000) * 1%" }}
  ratio = "100%"
  rounding = {{ unit = "1" }}
"#
    )
}

fn plan(text: &str) -> Plan {
    Plan::compile(&Scheme::parse("s.toml", text).unwrap_or_else(|found| panic!("{found}"))).unwrap()
}

fn people() -> People {
    let person = |text: &str| -> Person { serde_json::from_str(text).unwrap() };
    People::new([
        person(r#"{ "id": "a", "household": "home" }"#),
        person(r#"{ "id": "b", "household": "home", "attributes": { "burden": "20%" } }"#),
        person(r#"{ "id": "c" }"#),
    ])
    .unwrap()
}

fn claim(id: &str, person: &str, day: &str, sequence: u32, covered: &str, comfort: &str) -> Claim {
    let bill: u64 = covered.parse::<u64>().unwrap() + comfort.parse::<u64>().unwrap();
    serde_json::from_str(&format!(
        r#"{{ "id": "{id}", "person": "{person}", "service_from": "{day}", "sequence": {sequence}, "bill": {bill},
              "portions": {{ "covered": {covered}, "comfort": {comfort} }} }}"#
    ))
    .unwrap()
}

fn claims() -> Vec<Claim> {
    vec![
        claim("1", "a", "2024-05-02", 1, "400000", "1000"),
        claim("2", "b", "2024-05-31", 2, "300000", "0"),
        claim("3", "a", "2024-06-01", 3, "100000", "0"),
        claim("4", "c", "2024-05-05", 4, "10000", "0"),
        // It comes last, and belongs to May all the same.
        claim("5", "b", "2024-05-01", 5, "20000", "0"),
    ]
}

fn facts(run: &batch::Run, claim: &str, paths: &[&str]) -> Vec<String> {
    let decision = run.decisions.iter().find(|one| one.claim == claim).unwrap_or_else(|| panic!("no decision of {claim}"));
    assert_eq!(medaid::explain::recheck(decision), Ok(()));
    let facts = decision.facts();
    paths.iter().map(|path| facts[*path].clone()).collect()
}

const PATHS: [&str; 4] = ["refund.month.base", "refund.month.deductible", "refund.paid", "out_of_pocket.total"];

#[test]
fn a_person_and_month() {
    let book = PlanBook::new([plan(INSURANCE), plan(&monthly(r#"scheme = "insurance", per = "month""#, ""))]).unwrap();
    let run = batch::run(&book, &people(), claims(), Vec::new(), Mode::Explained).unwrap();
    // 30 % of 400,000; cost below 500,000.
    assert_eq!(facts(&run, "a/2024-05", &PATHS), ["120000", "50000", "70000", "51000"]);
    // 20 % of 320,000: nothing above 50,000 but 14,000.
    assert_eq!(facts(&run, "b/2024-05", &PATHS), ["64000", "50000", "14000", "50000"]);
    assert_eq!(facts(&run, "a/2024-06", &PATHS), ["30000", "50000", "0", "30000"]);
    // 30 % of 10,000 is below 5,000: no line is left.
    assert_eq!(facts(&run, "c/2024-05", &["refund.month.failed", "refund.paid"]), ["no-line", "0"]);
    let summary = &run.summary;
    assert_eq!((summary.claims, summary.settlements), (5, 4));
    // Billed 831,000; paid 280,000 + 240,000 + 70,000 + 7,000 + 16,000 and 84,000.
    assert_eq!((summary.billed.to_string(), summary.paid.to_string()), ("831000".to_owned(), "697000".to_owned()));
    assert_eq!(summary.out_of_pocket.to_string(), "134000");
    let plain = batch::run(&book, &people(), claims(), Vec::new(), Mode::Plain).unwrap();
    assert_eq!(plain.summary, run.summary);
}

#[test]
fn a_household_and_month() {
    let class = "[[attribute]]\nname = \"refunds\"\nof = \"household\"\ntype = \"yes-no\"\ndefault = true\n";
    let ceiling = monthly(r#"scheme = "insurance", per = "month", owner = "household""#, class)
        .replace("id = \"refund\"", "id = \"refund\"\nwhen = { refunds = true }");
    let book = PlanBook::new([plan(INSURANCE), plan(&ceiling)]).unwrap();
    let run = batch::run(&book, &people(), claims(), Vec::new(), Mode::Explained).unwrap();
    // 120,000 + 64,000; 1 % of the 220,000 above 500,000 is 2,200.
    assert_eq!(facts(&run, "home/2024-05", &PATHS), ["184000", "52200", "131800", "53200"]);
    assert_eq!(facts(&run, "home/2024-06", &PATHS), ["30000", "50000", "0", "30000"]);
    // A person without a household is one alone.
    assert_eq!(facts(&run, "c/2024-05", &["out_of_pocket.total"]), ["3000"]);
    let household: Person = serde_json::from_str(r#"{ "id": "home", "attributes": { "refunds": false } }"#).unwrap();
    let people = people().with_households([household]).unwrap();
    let run = batch::run(&book, &people, claims(), Vec::new(), Mode::Explained).unwrap();
    assert_eq!(facts(&run, "home/2024-05", &["refund.failed", "out_of_pocket.total"]), ["refunds", "185000"]);
}

/// A scheme that settles can be settled: its lines hand on what they were told.
#[test]
fn a_chain() {
    let month = monthly(r#"scheme = "insurance", per = "month""#, "");
    let year = month
        .replace("id = \"ceiling\"", "id = \"yearly\"")
        .replace("scheme = \"insurance\", per = \"month\"", "scheme = \"ceiling\", per = \"year from 02-01\", owner = \"household\"")
        .replace("values = [\"covered\", \"comfort\"]", "values = [\"borne\", \"comfort\"]")
        .replace("{ class = \"covered\" }", "{ class = \"borne\" }")
        .replace("\"50000 + max(0, sum.claim_billed - 500000) * 1%\"", "\"sum.claim_billed * 10%\"");
    let book = PlanBook::new([plan(&year), plan(INSURANCE), plan(&month)]).unwrap();
    let run = batch::run(&book, &people(), claims(), Vec::new(), Mode::Explained).unwrap();
    // What the months left of covered money: 50,000 + 50,000 + 30,000; 10 % of 820,000 is the ceiling of the year.
    assert_eq!(facts(&run, "home/2024-02-01", &PATHS), ["130000", "82000", "48000", "83000"]);
    let told = medaid::explain::explain(run.decisions.iter().find(|one| one.claim == "home/2024-02-01").unwrap(), Language::En);
    assert!(told.contains("a/2024-05/1/covered") && told.contains("b/2024-05/5"), "{told}");
}

/// The order of claims within a period changes nothing of its settlement, and a run without a claim settles as if it had never been.
#[test]
fn the_order_within_a_period_does_not_matter() {
    let book = PlanBook::new([plan(INSURANCE), plan(&monthly(r#"scheme = "insurance", per = "month", owner = "household""#, ""))]).unwrap();
    let settled = |claims: Vec<Claim>| {
        let run = batch::run(&book, &people(), claims, Vec::new(), Mode::Explained).unwrap();
        run.decisions.into_iter().find(|one| one.claim == "home/2024-05").unwrap()
    };
    let first = settled(claims());
    let mut turned = claims();
    for (sequence, claim) in (1..).zip(turned.iter_mut().rev()) {
        claim.sequence = sequence;
    }
    assert_eq!(settled(turned), first);
    let without: Vec<Claim> = claims().into_iter().filter(|claim| claim.id != "2").collect();
    // Of the other member 4,000 are left, too little to count: 120,000 - 50,000.
    assert_eq!(settled(without).facts()["refund.paid"], "70000");
}

#[test]
fn what_cannot_be_settled() {
    let ceiling = plan(&monthly(r#"scheme = "insurance", per = "month""#, ""));
    let error = PlanBook::new([ceiling.clone()]).unwrap_err();
    assert_eq!(error.to_string(), "scheme `ceiling` settles `insurance`, which is not there");
    let around = plan(&monthly(r#"scheme = "ceiling", per = "month""#, "").replacen("id = \"ceiling\"", "id = \"insurance\"", 1));
    assert!(matches!(PlanBook::new([ceiling.clone(), around]), Err(BatchError::SettlesItself(_))));
    let book = PlanBook::new([plan(INSURANCE), ceiling]).unwrap();
    let mut claim = claims().remove(0);
    claim.scheme = Some("ceiling".to_owned());
    let run = batch::run(&book, &people(), vec![claim], Vec::new(), Mode::Explained).unwrap();
    assert_eq!((run.rejects[0].code(), run.decisions.len()), (RejectCode::UnknownScheme, 0));
    assert_eq!(run.rejects[0].message(), "scheme `ceiling` makes its own claims, of what it settles");
}

/// A claim of several lines and portions brings a line for each.
#[test]
fn lines_of_lines() {
    let text = format!(
        "{INSURANCE}[[attribute]]\nname = \"code\"\nof = \"line\"\ntype = \"text\"\n[[classify]]\nwhen = {{ code = \"bed\" }}\ninto = \"comfort\"\n[[classify]]\nunless = {{ code = \"bed\" }}\ninto = \"covered\"\nself_pay = \"10%\"\nself_pay_into = \"comfort\"\n"
    );
    let text = text.replace("unless = { code = \"bed\" }", "when = { not = { code = \"bed\" } }");
    let plan_of_lines = plan(&text);
    let person: Person = serde_json::from_str(r#"{ "id": "a" }"#).unwrap();
    let claim: Claim = serde_json::from_str(
        r#"{ "id": "1", "person": "a", "service_from": "2024-05-02", "bill": 1100,
             "lines": [{ "id": "x", "code": "drug", "amount": 1000 }, { "id": "y", "code": "bed", "amount": 100 }] }"#,
    )
    .unwrap();
    let decision = plan_of_lines.adjudicate(&person, &mut medaid::Ledger::new(), &claim).unwrap();
    let decided = medaid::settle::Decided { plan: &plan_of_lines, person: &person, claim: &claim, decision: &decision };
    let made = medaid::settle::claims(&plan(&monthly(r#"scheme = "insurance", per = "calendar-year""#, "")), [decided]);
    let lines: Vec<String> = made[0]
        .lines
        .iter()
        .map(|line| {
            format!("{} {} {} of {}", line.id, line.class.as_deref().unwrap(), line.amount, line.attributes["claim_billed"].as_str())
        })
        .collect();
    // 900 covered at 70 %, 100 preliminary self-pay; the bed.
    assert_eq!(lines, ["1/x/covered covered 270 of 900", "1/x/comfort comfort 100 of 100", "1/y comfort 100 of 100"]);
    assert_eq!((made[0].id.as_str(), made[0].service_from.to_string().as_str()), ("a/2024", "2024-12-31"));
}

/// Each edition makes the claims of its own time, with the attributes that it asks for; a period of which none holds is rejected, not passed over.
#[test]
fn editions_of_a_settling_scheme() {
    let text = monthly(r#"scheme = "insurance", per = "month""#, "");
    let may = text.replace("from = 2024-01-01", "from = 2024-01-01, until = 2024-06-01");
    let site = "[[attribute]]\nname = \"claim_care\"\nof = \"line\"\ntype = \"text\"\ndefault = \"none\"\n[[classify]]";
    let june = text
        .replace("from = 2024-01-01", "from = 2024-06-01, until = 2024-07-01")
        .replace("version = \"1\"", "version = \"2\"")
        .replacen("[[classify]]", site, 1)
        .replace("50000 + max", "10000 + max");
    let book = PlanBook::new([plan(INSURANCE), plan(&may), plan(&june)]).unwrap();
    let mut all = claims();
    all.push(claim("6", "a", "2024-07-15", 6, "100000", "0"));
    let run = batch::run(&book, &people(), all, Vec::new(), Mode::Explained).unwrap();
    assert_eq!(facts(&run, "a/2024-05", &["refund.paid"]), ["70000"]);
    assert_eq!(facts(&run, "a/2024-06", &["refund.paid"]), ["20000"]);
    let rejected: Vec<(&str, RejectCode)> = run.rejects.iter().map(|one| (one.claim(), one.code())).collect();
    assert_eq!(rejected, [("a/2024-07", RejectCode::NoSchemeInForce)]);
}
