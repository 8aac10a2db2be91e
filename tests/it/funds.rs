//! Funds: books that balance under every rule, and what authors are told.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use medaid::batch::{self, Mode, People, PlanBook, Run};
use medaid::fund::MovementKind;
use medaid::journal::{Desk, Journal, Operation, Rules};
use medaid::{Claim, Person, Plan, Scheme};

use crate::model::rat::Rat;

const HEAD: &str = r#"
    format = 1
    [scheme]
    id = "s"
    version = "1"
    effective = { from = 2024-01-01 }
    money = { currency = "CNY", unit = "0.01" }
    [[portion]]
    id = "bill"
"#;

const LAYERS: &str = r#"
    [[layer]]
    id = "cover"
    premium = { amount = 365, charged = "CHARGED", when = { age = ">= 3" } }
      [[layer.benefit]]
      id = "part"
      covers = ["bill"]
      ratio = "37%"
    [[layer]]
    id = "relief"
      [[layer.benefit]]
      id = "rest"
      covers = ["bill"]
      ratio = "71%"
"#;

fn plan(funds: &str, charged: &str) -> Plan {
    let text = format!("{HEAD}{funds}{}", LAYERS.replace("CHARGED", charged));
    Plan::compile(&Scheme::parse("s.toml", &text).unwrap_or_else(|found| panic!("{found}"))).unwrap()
}

fn person(id: &str, born: &str) -> Person {
    serde_json::from_value(serde_json::json!({ "id": id, "birth_date": born })).unwrap()
}

fn claim(id: &str, person: &str, day: &str, bill: &str) -> Claim {
    let claim = serde_json::json!({ "id": id, "person": person, "service_from": day, "bill": bill, "portions": { "bill": bill } });
    serde_json::from_value(claim).unwrap()
}

fn people() -> Vec<Person> {
    // The child is insured from its third birthday on, in May 2024.
    vec![person("a", "1980-03-01"), person("b", "1990-03-01"), person("child", "2021-05-01")]
}

/// A few dozen claims of odd amounts over two years.
fn claims() -> Vec<Claim> {
    let one = |n: u64| {
        let day = format!("{}-{:02}-{:02}", 2024 + n % 2, 1 + n * 7 % 12, 1 + n * 11 % 28);
        claim(&format!("c{n:02}"), ["a", "b", "child"][n as usize % 3], &day, &format!("{}.{:02}", 40 + n * 613 % 900, n * 37 % 100))
    };
    (0..40).map(one).collect()
}

fn run(plan: &Plan, mode: Mode) -> Run {
    batch::run(&PlanBook::new([plan.clone()]).unwrap(), &People::new(people()).unwrap(), claims(), Vec::new(), mode).unwrap()
}

fn rat(amount: impl ToString) -> Rat {
    Rat::parse(&amount.to_string()).unwrap()
}

fn sum(amounts: impl Iterator<Item = Rat>) -> Rat {
    amounts.fold(Rat::ZERO, |sum, amount| sum + amount)
}

fn every_kind_of_fund() -> Vec<String> {
    let mut all = Vec::new();
    for when_dry in ["stop", "pro-rata", "record-excess"] {
        for per in ["month", "quarter", "policy-year", "calendar-year", "lifetime"] {
            all.push(format!(
                r#"
                [[fund]]
                id = "charity"
                pays = ["relief"]
                pays_premium_of = ["cover"]
                per = "{per}"
                donations = [{{ on = 2024-02-01, amount = 900 }}, {{ on = 2025-03-01, amount = "450.55" }}]
                budget = "311.07"
                when_dry = "{when_dry}"
                [[fund]]
                id = "insurer"
                shares = {{ cover = "66.6%" }}
                per = "{per}"
                corridor = [
                  {{ with = "charity", to = "80%", surplus = "33.3%" }},
                  {{ with = "reinsurer", from = "110%", to = "200%", deficit = "50%" }},
                  {{ with = "reinsurer", from = 2000, deficit = "90%" }},
                ]
                [[fund]]
                id = "reinsurer"
                shares = {{ cover = "33.4%" }}
                "#
            ));
        }
    }
    all
}

/// Accounts are the sums of their movements; what funds hold together is what came in from outside less what was paid; the parts of payments add up; what is
/// cut back brings the payments of a period to its budget, and cuts none below zero.
#[test]
fn books_balance_under_every_rule() {
    let (mut cut, mut stopped, mut exceeded, mut shared, mut refunds) = (0, 0, 0, 0, 0);
    for funds in every_kind_of_fund() {
        for charged in ["year", "month"] {
            let plan = plan(&funds, charged);
            let run = run(&plan, Mode::Explained);
            assert_eq!(run.decisions.len(), 40);
            let of_kind = |kind: MovementKind| sum(run.movements.iter().filter(|m| m.kind == kind).map(|m| rat(m.amount)));
            let mut balances: BTreeMap<&str, Rat> = BTreeMap::new();
            for account in &run.summary.fund_accounts {
                let opening = balances.insert(&account.fund, rat(account.balance)).unwrap_or(Rat::ZERO);
                assert_eq!(rat(account.opening), opening);
                let figured = opening + rat(account.donations) + rat(account.premium) + rat(account.reductions) + rat(account.shared)
                    - rat(account.payments)
                    - rat(account.premium_paid);
                assert_eq!(rat(account.balance), figured, "{account:?}");
                let net = rat(account.payments) - rat(account.reductions);
                if let Some(budget) = account.budget {
                    let over = if net > rat(budget) { net - rat(budget) } else { Rat::ZERO };
                    assert_eq!(rat(account.excess), over, "{account:?}");
                    if funds.contains("pro-rata") && rat(account.payments) > rat(budget) {
                        assert_eq!(net, rat(budget), "{account:?}");
                        cut += 1;
                    }
                    if funds.contains("\"stop\"") {
                        assert!(net <= rat(budget), "{account:?}");
                        stopped += usize::from(net == rat(budget));
                    }
                    exceeded += usize::from(over > Rat::ZERO);
                }
            }
            for fund in balances.keys() {
                let moved = sum(run.movements.iter().filter(|m| m.fund == **fund).map(|m| rat(m.amount)));
                assert_eq!(balances[fund], moved, "{fund}");
            }
            // Premiums are paid by the charity and taken in by the others; what funds share leaves one and enters another.
            assert_eq!(of_kind(MovementKind::Premium) + of_kind(MovementKind::PremiumPaid), Rat::ZERO);
            assert_eq!(of_kind(MovementKind::PremiumRefund) + of_kind(MovementKind::PremiumReturned), Rat::ZERO);
            assert_eq!(of_kind(MovementKind::Shared), Rat::ZERO);
            shared += run.movements.iter().filter(|m| m.kind == MovementKind::Shared).count();
            refunds += run.movements.iter().filter(|m| m.kind == MovementKind::PremiumRefund).count();
            let paid = sum(run.decisions.iter().flat_map(|d| &d.layers).map(|l| rat(l.paid)));
            assert_eq!(of_kind(MovementKind::Payment), Rat::ZERO - paid);
            for payment in run.movements.iter().filter(|m| m.kind == MovementKind::Reduction) {
                let claim =
                    |m: &&medaid::fund::Movement| m.claim == payment.claim && m.kind == MovementKind::Payment && m.fund == payment.fund;
                let whole = run.movements.iter().find(claim).unwrap();
                assert!(rat(payment.amount) + rat(whole.amount) <= Rat::ZERO, "{payment:?} cuts {whole:?}");
            }
            assert_eq!(self::run(&plan, Mode::Plain).summary, run.summary);
        }
    }
    assert!(cut > 10 && stopped > 10 && exceeded > 10 && shared > 20, "{cut} {stopped} {exceeded} {shared}");
    assert_eq!(refunds, 0, "nobody leaves");
}

/// 365 a year: the child, three in May, is added for eight months of twelve.
#[test]
fn premiums_by_the_month() {
    for (charged, expected) in [("year", "1825.00"), ("month", "2068.33")] {
        let plan = plan("[[fund]]\nid = \"insurer\"\npays = [\"cover\"]\n", charged);
        let run = run(&plan, Mode::Plain);
        // Two persons over two years and the child in the second; by the month also 365 x 8/12 = 243.33 in the first.
        let premium = sum(run.summary.fund_accounts.iter().map(|a| rat(a.premium)));
        assert_eq!(premium, rat(expected), "{charged}");
        assert_eq!(rat(run.summary.layers[0].premium.as_ref().unwrap().premium), rat(expected));
        let of_child = run.movements.iter().find(|m| m.on.to_string() == "2024-05-01" && m.kind == MovementKind::Premium);
        assert_eq!(of_child.map(|m| m.amount.to_string()), (charged == "month").then(|| "243.33".to_owned()));
    }
}

/// The budget of a fund that stops is everybody's: in a journal too, a claim that is taken back gives its part to those after it.
#[test]
fn a_budget_is_drawn_in_one_sequence() {
    let funds = "[[fund]]\nid = \"charity\"\npays = [\"relief\"]\nbudget = 100\nwhen_dry = \"stop\"\n";
    let text = format!("{HEAD}{funds}{}", LAYERS.replace("CHARGED", "year")).replace("money =", "order = \"as-incurred\"\n    money =");
    let plan = Plan::compile(&Scheme::parse("s.toml", &text).unwrap()).unwrap();
    let rules = Rules::new(PlanBook::new([plan]).unwrap());
    let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    let mut send = |journal: &mut Journal, act: serde_json::Value| {
        let number = journal.records().len();
        let mut operation = serde_json::json!({ "id": format!("o{number}"), "received": "2024-12-01" });
        operation.as_object_mut().unwrap().extend(act.as_object().unwrap().clone());
        desk.apply(journal, &serde_json::from_value::<Operation>(operation).unwrap()).unwrap();
    };
    for id in ["a", "b"] {
        send(&mut journal, serde_json::json!({ "enrol": { "id": id } }));
    }
    for (id, person, day, bill) in
        [("first", "a", "2024-03-01", "100.00"), ("second", "b", "2024-04-01", "100.00"), ("third", "a", "2024-05-01", "100.00")]
    {
        send(&mut journal, serde_json::json!({ "submit": claim(id, person, day, bill) }));
    }
    // Of 63 each 71 % = 44.73: twice, then what is left of 100.
    let paid = |journal: &Journal| -> Vec<String> {
        let relief =
            |id: &str| journal.outcome(id)?.booking()?.layers().find(|(layer, _)| *layer == "relief").map(|(_, paid)| paid.to_string());
        ["first", "second", "third"].iter().filter_map(|id| relief(id)).collect()
    };
    assert_eq!(paid(&journal), ["44.73", "44.73", "10.54"]);
    send(&mut journal, serde_json::json!({ "void": { "claim": "first" } }));
    assert_eq!(paid(&journal), ["44.73", "44.73"]);
    let stored = serde_json::to_string(&journal).unwrap();
    let loaded: Journal = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&loaded).unwrap(), stored);
    let ledger: medaid::Ledger = serde_json::from_str(&serde_json::to_string(journal.ledger()).unwrap()).unwrap();
    assert_eq!(serde_json::to_string(&ledger).unwrap(), serde_json::to_string(journal.ledger()).unwrap());
}

fn told(funds: &str) -> String {
    let text = format!("{HEAD}{funds}{}", LAYERS.replace("CHARGED", "year"));
    match Scheme::parse("s.toml", &text) {
        Ok(_) => String::new(),
        Err(found) => found.to_string(),
    }
}

#[test]
fn what_is_wrong_with_a_fund_is_said() {
    let fund = |rules: &str| format!("[[fund]]\nid = \"f\"\n{rules}\n[[fund]]\nid = \"g\"\npays = [\"relief\"]\n");
    for (rules, expected) in [
        ("pays = [\"cover\"]\nwhen_dry = \"stop\"", "`when_dry` needs a `budget`"),
        ("shares = { cover = \"60%\" }", "the shares of the funds that pay `cover` add up to 60%, not 100%"),
        ("shares = { cover = \"100.0001%\" }", "100.0001% is not between 0% and 100%"),
        (
            "shares = { cover = \"60%\" }\nbudget = 5\nwhen_dry = \"stop\"",
            "the fund `f` stops when it is dry, and can only pay a layer whole",
        ),
        ("budget = 5\nwhen_dry = \"stop\"", "the fund `f` stops when it is dry"),
        ("pays = [\"covr\"]", "there is no layer `covr`"),
        ("pays = [\"cover\"]\npays_premium_of = [\"relief\"]", "the layer `relief` has no premium"),
        ("pays = [\"cover\"]\nper = \"stay\"", "a fund's accounts run over a stretch of the calendar"),
        ("pays = [\"cover\"]\nper = \"last 30 days\"", "a fund's accounts run over a stretch of the calendar"),
        (
            "pays = [\"cover\"]\ndonations = [{ on = 2023-12-31, amount = 5 }]",
            "the donation of 2023-12-31 is not within the time in which the scheme holds",
        ),
        ("pays = [\"cover\"]\ndonations = [{ on = 2024-12-31, amount = \"-5\" }]", "below zero"),
        ("pays = [\"cover\"]\nbudget = \"100 * age\"", "`age` cannot be asked of a fund, which knows only the date"),
        ("pays = [\"cover\"]\ncorridor = [{ with = \"f\", to = \"80%\", surplus = \"50%\" }]", "a fund cannot share with itself"),
        ("pays = [\"cover\"]\ncorridor = [{ with = \"h\", to = \"80%\", surplus = \"50%\" }]", "there is no fund `h`"),
        ("pays = [\"cover\"]\ncorridor = [{ with = \"g\", surplus = \"50%\" }]", "a band of `surplus` needs `to`"),
        ("pays = [\"cover\"]\ncorridor = [{ with = \"g\", to = \"80%\" }]", "a band has either `surplus` or `deficit`"),
        ("pays = [\"cover\"]\ncorridor = [{ with = \"g\", from = \"80%\", to = \"70%\", deficit = \"50%\" }]", "`to` must be above `from`"),
        ("pays = [\"cover\", \"relief\"]", "add up to 200%, not 100%"),
    ] {
        let told = told(&fund(rules));
        assert!(told.contains(expected), "{rules}: {told}");
    }
    assert_eq!(told(&fund("pays = [\"cover\"]")), "");
}
