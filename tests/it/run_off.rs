//! Stays across the end of the policy year, figured by hand.

use medaid::{Claim, Decision, Language, Ledger, Money, Person, Plan, Reject, RejectCode, Scheme};

fn scheme(layer: &str, rules: &str) -> String {
    format!(
        r#"format = 1
[scheme]
id = "s"
version = "1"
effective = {{ from = 2024-01-01 }}
money = {{ currency = "CNY", unit = "0.01" }}
[[portion]]
id = "in_scope"
[[attribute]]
name = "code"
of = "line"
type = "text"
[[classify]]
into = "in_scope"
[[layer]]
id = "l"
{layer}
  [[layer.benefit]]
  id = "b"
  covers = ["in_scope"]
{rules}
"#
    )
}

fn plan(layer: &str, rules: &str) -> Plan {
    Plan::compile(&Scheme::parse("s.toml", &scheme(layer, rules)).unwrap()).unwrap()
}

/// A claim of lines, each of a date and an amount; without lines, of 1,000.
fn claim(from: &str, to: &str, lines: &[(Option<&str>, i64)]) -> Claim {
    let bill: i64 = if lines.is_empty() { 1000 } else { lines.iter().map(|(_, amount)| amount).sum() };
    let of = |(n, (date, amount)): (usize, &(Option<&str>, i64))| {
        let date = date.map_or_else(String::new, |date| format!(r#""date": "{date}", "#));
        format!(r#"{{ "id": "{n}", "code": "x", {date}"amount": {amount} }}"#)
    };
    let parts = match lines {
        [] => r#""portions": { "in_scope": 1000 }"#.to_owned(),
        lines => format!(r#""lines": [{}]"#, (1..).zip(lines).map(of).collect::<Vec<_>>().join(", ")),
    };
    let text = format!(r#"{{ "id": "c", "person": "p", "service_from": "{from}", "service_to": "{to}", "bill": {bill}, {parts} }}"#);
    serde_json::from_str(&text).unwrap()
}

fn settle(plan: &Plan, claim: &Claim) -> Result<Decision, Reject> {
    let person: Person = serde_json::from_str(r#"{ "id": "p" }"#).unwrap();
    let decision = plan.adjudicate(&person, &mut Ledger::new(), claim)?;
    assert_eq!(medaid::explain::recheck(&decision), Ok(()));
    Ok(decision)
}

fn paid(plan: &Plan, claim: &Claim) -> Money {
    settle(plan, claim).unwrap().paid.money().unwrap()
}

const STAY: [(Option<&str>, i64); 4] =
    [(Some("2024-12-31"), 100), (Some("2025-01-01"), 200), (Some("2025-01-30"), 300), (Some("2025-01-31"), 400)];

#[test]
fn lines_after_the_run_off_do_not_count() {
    let stay = claim("2024-12-20", "2025-01-31", &STAY);
    // To the end; thirty days after 31 December; to the year's end.
    assert_eq!(paid(&plan("", "ratio = \"50%\""), &stay).to_string(), "500");
    let thirty = settle(&plan("run_off = { days = 30 }", "ratio = \"50%\""), &stay).unwrap();
    assert_eq!(thirty.paid.to_string(), "300.00");
    let left: Vec<String> = thirty.lines.iter().map(|line| line.out_of_pocket.to_string()).collect();
    assert_eq!(left, ["50.00", "100.00", "150.00", "400.00"]);
    let english = medaid::explain::explain(&thirty, Language::En);
    for words in [
        "the policy year ends on 2024-12-31; lines dated up to 30 days later (2025-01-30) still count",
        "line 4 is dated 2025-01-31, after 2025-01-30: its 400.00 does not count",
    ] {
        assert!(english.contains(words), "{english}");
    }
    let chinese = medaid::explain::explain(&thirty, Language::Zh);
    for words in
        ["保障年度 2024-12-31 止，其后 30 天内（至 2025-01-30）的明细仍计入", "明细 4 日期为 2025-01-31，晚于 2025-01-30：400.00 不计入"]
    {
        assert!(chinese.contains(words), "{chinese}");
    }
    let none = settle(&plan("run_off = { days = 0 }", "ratio = \"50%\""), &stay).unwrap();
    assert_eq!(none.paid.to_string(), "50.00");
    // A stay that ends in time says nothing of it.
    let early = settle(&plan("run_off = { days = 31 }", "ratio = \"50%\""), &stay).unwrap();
    assert!(!serde_json::to_string(&early).unwrap().contains("run_off"));
}

#[test]
fn what_is_told_must_add_up() {
    let thirty = settle(&plan("run_off = { days = 30 }", "ratio = \"50%\""), &claim("2024-12-20", "2025-01-31", &STAY)).unwrap();
    let text = serde_json::to_string(&thirty).unwrap();
    for (was, is) in [
        (r#""year_end":"2024-12-31""#, r#""year_end":"2025-12-31""#),
        (r#""until":"2025-01-30""#, r#""until":"2025-01-29""#),
        (r#""date":"2025-01-31","left":"400.00""#, r#""date":"2025-01-30","left":"400.00""#),
        (r#""date":"2025-01-31","left":"400.00""#, r#""date":"2025-01-31","left":"401.00""#),
    ] {
        assert!(text.contains(was), "{text}");
        let wrong: Decision = serde_json::from_str(&text.replace(was, is)).unwrap();
        assert!(medaid::explain::recheck(&wrong).is_err(), "{is}");
    }
}

#[test]
fn the_year_is_that_of_the_first_day() {
    let plan = plan("run_off = { days = 0 }", "deductible = { amount = 100, per = \"policy-year\" }\nratio = \"100%\"");
    // A stay that begins on the last day of a year is of that year; one that begins a day later of the next.
    let late = settle(&plan, &claim("2024-12-31", "2025-01-02", &[(Some("2025-01-01"), 500)])).unwrap();
    let failed = late.layers[0].benefits[0].not_fired.as_ref().unwrap();
    assert_eq!(failed.word(), "after-run-off");
    assert!(medaid::explain::explain(&late, Language::En).contains("every line is dated after 2024-12-31, the last day of the run-off"));
    assert!(medaid::explain::explain(&late, Language::Zh).contains("所有明细均晚于延续期最后一日 2024-12-31"));
    assert_eq!(paid(&plan, &claim("2025-01-01", "2025-01-02", &[(Some("2025-01-01"), 500)])).to_string(), "400");
    // What is dated in time is met by the old year's deductible.
    assert_eq!(paid(&plan, &claim("2024-12-31", "2025-01-02", &[(Some("2024-12-31"), 250), (Some("2025-01-02"), 500)])).to_string(), "150");
}

#[test]
fn what_cannot_be_split_is_rejected() {
    let of = plan("run_off = { days = 30 }", "ratio = \"50%\"");
    // In time neither lines nor dates are needed.
    assert_eq!(paid(&of, &claim("2024-12-20", "2025-01-30", &[])).to_string(), "500");
    assert_eq!(paid(&of, &claim("2024-12-20", "2025-01-30", &[(None, 100)])).to_string(), "50");
    for lines in [&[][..], &[(Some("2024-12-31"), 1), (None, 1)]] {
        let reject = settle(&of, &claim("2024-12-20", "2025-01-31", lines)).unwrap_err();
        assert_eq!((reject.code(), reject.field()), (RejectCode::UndatedLines, "lines"));
        let words =
            "layer `l` pays for what is dated up to 2025-01-30, and the service goes on: the claim needs lines, and each its `date`";
        assert_eq!(reject.message(), words);
        assert_eq!(reject.text(Language::Zh), "`l` 层只支付至 2025-01-30 的费用，而本案服务期超过该日：须提供明细，且每条明细须有 `date`");
    }
    // A benefit that does not look at the line does not ask for its date; nor does a layer that is not for the claim.
    let some = plan("run_off = { days = 30 }", "lines = { code = \"y\" }\nratio = \"50%\"");
    assert_eq!(paid(&some, &claim("2024-12-20", "2025-01-31", &[(None, 100)])), Money::ZERO);
    let others = plan("run_off = { days = 30 }\nwhen = { days = \"< 5\" }", "ratio = \"50%\"");
    assert_eq!(paid(&others, &claim("2024-12-20", "2025-01-31", &[])), Money::ZERO);
}

#[test]
fn run_off_that_cannot_be() {
    let found = |text: &str, english: &str, chinese: &str| {
        let found = Scheme::parse("s.toml", text).unwrap_err();
        assert!(found.to_string().contains(english), "{found}");
        assert!(found.findings().iter().any(|f| f.message(Language::Zh).contains(chinese)), "{found:?}");
    };
    let with = |rules: &str| scheme("run_off = { days = 30 }", rules);
    let ratio = "ratio = \"50%\"";
    found(&scheme("run_off = { days = -1 }", ratio), "`days` must be a whole number from 0 to 36525", "`days` 应为 0 到 36525 的整数");
    found(
        &with(ratio).replace("effective", "rule_date = \"discharge\"\neffective"),
        "`run_off` goes with `rule_date = \"admission\"`",
        "`run_off` 只用于 `rule_date = \"admission\"` 的方案",
    );
    found(
        &with(ratio).replace("[[classify]]\ninto = \"in_scope\"\n", ""),
        "`run_off` tells lines apart by their dates: the scheme needs `[[classify]]`",
        "`run_off` 按明细日期区分费用",
    );
    found(
        &with(ratio).replace("effective", "settles = { scheme = \"x\", per = \"month\" }\neffective"),
        "a scheme that settles another has no `run_off`",
        "结算其他方案的方案不能有 `run_off`",
    );
    for rules in [
        "fixed = \"100 * days\"",
        "copay = [{ amount = 10, each = \"day\" }]\nratio = \"50%\"",
        "cap = [{ amount = 5, on = \"days\", per = \"policy-year\" }]\nratio = \"50%\"",
    ] {
        found(
            &with(rules),
            "in a layer with `run_off` no value goes by the claim's days",
            "有 `run_off` 的保障层中，金额不能按本案天数计算",
        );
    }
    let kind = with("in_kind = { buy = 3, give = 9, units = \"packs\", per = \"policy-year\" }");
    found(
        &format!("{kind}\n[[attribute]]\nname = \"packs\"\nof = \"claim\"\ntype = \"count\"\n"),
        "in a layer with `run_off` nothing is given in kind",
        "有 `run_off` 的保障层不能有 `in_kind`",
    );
    // Conditions may ask for the days, those of tables too.
    plan("run_off = { days = 30 }", "ratio = [{ when = { days = \"> 3\" }, then = \"60%\" }, { otherwise = \"50%\" }]");
    plan("run_off = { days = 30 }", "when = { days = \"> 3\" }\nratio = \"50%\"");
}

/// What is too late might as well not be billed, and a longer run-off never pays less.
#[test]
fn lines_too_late_are_as_if_there_were_none() {
    let mut state = 11u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let rules = "deductible = { amount = 150, per = \"policy-year\" }\nratio = \"70%\"\ncap = [{ amount = 900, per = \"policy-year\" }]";
    for _ in 0..100 {
        let lines: Vec<(String, i64)> = (0..=below(5)).map(|_| (format!("2025-01-{:02}", 1 + below(20)), below(1000) as i64 + 1)).collect();
        let of = |lines: &[(String, i64)]| {
            claim("2024-12-20", "2025-01-20", &lines.iter().map(|(date, amount)| (Some(date.as_str()), *amount)).collect::<Vec<_>>())
        };
        let mut before = Money::ZERO;
        for days in [0, 5, 10, 19, 20] {
            let in_time: Vec<(String, i64)> = lines.iter().filter(|(date, _)| *date <= format!("2025-01-{days:02}")).cloned().collect();
            let some = paid(&plan(&format!("run_off = {{ days = {days} }}"), rules), &of(&lines));
            let alone = if in_time.is_empty() { Money::ZERO } else { paid(&plan("", rules), &of(&in_time)) };
            assert_eq!(some, alone, "{lines:?}, {days} days");
            assert!(some >= before, "{lines:?}, {days} days");
            before = some;
        }
    }
}

#[test]
fn the_example_of_the_reference() {
    let page = include_str!("../../docs/rule-language.md");
    let text = page.split("**Run-off: ").nth(1).unwrap().split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let plan = Plan::compile(&Scheme::parse("stay.toml", text).unwrap()).unwrap();
    let lines = [(Some("2024-06-30"), 6000), (Some("2024-07-01"), 2000), (Some("2024-09-28"), 3000), (Some("2024-09-29"), 4000)];
    let decision = settle(&plan, &claim("2024-06-10", "2024-10-05", &lines)).unwrap();
    let paid: Vec<String> = decision.layers.iter().map(|layer| layer.paid.to_string()).collect();
    assert_eq!(paid, ["3850.00", "5720.00"]);
}
