//! Worked examples that authorities, insurers and newspapers have printed; their figures are the proof of the model.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::generate::History;
use super::rat::Rat;
use super::scheme::{
    Attribute, Benefit, Body, Cap, Claim, Condition, Dated, Datum, Deductible, Form, Formula, Guard, Kept, Kind, Layer, Mode, Of, Owner,
    Per, Person, Prior, Scheme, Test, Value, When,
};

/// A history of one claim, and the paths and figures that were printed.
pub(crate) struct Example {
    pub(crate) name: &'static str,
    pub(crate) history: History,
    pub(crate) printed: &'static [(&'static str, &'static str)],
}

pub(crate) fn examples() -> Vec<Example> {
    let four_layers = vec![
        layer("basic", &["in_scope"], Some((number("300"), Per::Stay)), ratio("70%")),
        layer("critical_illness", &["in_scope"], Some((half_for_low_income("16901"), Per::PolicyYear)), ratio("65%")),
        layer("assistance", &["in_scope"], None, ratio("70%")),
        layer("tilted_assistance", &["in_scope"], Some((number("3500"), Per::PolicyYear)), ratio("70%")),
    ];
    let mut two_stages = vec![
        layer("basic", &["in_scope"], Some((number("300"), Per::Stay)), ratio("70%")),
        layer("critical_illness", &["in_scope"], Some((number("16901"), Per::PolicyYear)), ratio("60%")),
        layer("assistance", &["in_scope"], None, ratio("70%")),
        layer("tilted_assistance", &["in_scope"], Some((number("3000"), Per::PolicyYear)), ratio("60%")),
    ];
    two_stages[2].benefits[0].caps.push(Cap {
        amount: number("60000"),
        kept: Kept::Own(Per::PolicyYear, Owner::Person),
        guard: Guard::default(),
        on_base: false,
        budget_of: None,
    });
    let duty = |id: &str, portion: &str, deductible: &str| layer(id, &[portion], Some((number(deductible), Per::PolicyYear)), ratio("80%"));
    let three_duties = vec![duty("duty1", "in_scope", "15000"), duty("duty2", "out_of_scope", "5000"), duty("duty3", "special_drug", "0")];
    let given = |id: &str| layer(id, &["in_scope"], None, ratio("0%"));
    let absolute = bands(true, &[(Some("100000"), "50%"), (None, "60%")]);
    let above = bands(false, &[(Some("20000"), "30%"), (None, "40%")]);
    let mut waiver = given("hospital_waiver");
    waiver.write_off = true;
    let supplement = || layer("supplement", &["in_scope"], Some((number("20000"), Per::PolicyYear)), ratio("60%"));
    let assistance = || layer("assistance", &["in_scope"], None, ratio("50%"));
    vec![
        example(
            "W1 four layers, low income, 2023",
            four_layers,
            &[("in_scope", "180000"), ("out_of_scope", "20000")],
            &[],
            &[
                ("basic.paid", "125790.00"),
                ("critical_illness.paid", "29743.68"),
                ("critical_illness.only.before_rounding", "29743.675"),
                ("assistance.paid", "17126.42"),
                ("assistance.left.in_scope", "7339.90"),
                ("tilted_assistance.paid", "2687.93"),
                ("out_of_pocket.in_scope", "4651.97"),
                ("out_of_pocket.total", "24651.97"),
            ],
        ),
        example(
            "W2 two stages of assistance, 2023",
            two_stages,
            &[("in_scope", "50000"), ("out_of_scope", "2000")],
            &[],
            &[
                ("basic.paid", "34790.00"),
                ("critical_illness.paid", "0.00"),
                ("assistance.paid", "10647.00"),
                ("tilted_assistance.paid", "937.80"),
                ("paid", "46374.80"),
                ("out_of_pocket.in_scope", "3625.20"),
                ("out_of_pocket.total", "5625.20"),
            ],
        ),
        example(
            "W3 three duties, 2022",
            three_duties,
            &[("in_scope", "107000"), ("out_of_scope", "35400"), ("special_drug", "210000")],
            &[],
            &[
                ("duty1.paid", "73600.00"),
                ("duty2.paid", "24320.00"),
                ("duty3.paid", "168000.00"),
                ("paid", "265920"),
                ("out_of_pocket.total", "86480"),
            ],
        ),
        example(
            "W11 absolute bands, 2014",
            vec![given("basic"), layer("critical_illness", &["in_scope"], Some((number("10000"), Per::PolicyYear)), absolute)],
            &[("in_scope", "270000"), ("out_of_scope", "30000")],
            &[("basic", "100000")],
            &[("critical_illness.only.base", "170000"), ("critical_illness.paid", "87000.00")],
        ),
        example(
            "W13 bands above the deductible",
            vec![layer("critical_illness", &["in_scope"], Some((number("20000"), Per::PolicyYear)), above)],
            &[("in_scope", "50000"), ("out_of_scope", "10000")],
            &[],
            &[("critical_illness.paid", "10000.00")],
        ),
        example(
            "W18 assistance before the supplement",
            vec![assistance(), supplement()],
            &[("in_scope", "89012")],
            &[],
            &[("assistance.paid", "44506.00"), ("supplement.paid", "14703.60"), ("out_of_pocket.total", "29802.40")],
        ),
        example(
            "W18 the supplement before assistance",
            vec![supplement(), assistance()],
            &[("in_scope", "89012")],
            &[],
            &[("assistance.paid", "23802.40"), ("supplement.paid", "41407.20"), ("out_of_pocket.total", "23802.40")],
        ),
        example(
            "W23 payers and a hospital's waiver",
            vec![given("basic"), given("civil_affairs"), waiver, given("commercial_top_up")],
            &[("in_scope", "1786.95")],
            &[("basic", "1313.04"), ("civil_affairs", "292.54"), ("hospital_waiver", "18.14"), ("commercial_top_up", "155.07")],
            &[("hospital_waiver.paid", "18.14"), ("out_of_pocket.total", "8.16")],
        ),
    ]
}

pub(crate) fn example(
    name: &'static str,
    layers: Vec<Layer>,
    portions: &[(&str, &str)],
    prior: &[(&str, &str)],
    printed: &'static [(&'static str, &'static str)],
) -> Example {
    let start = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
    let stay = NaiveDate::from_ymd_opt(2023, 10, 5).unwrap();
    let identity = "identity".to_owned();
    let scheme = Scheme {
        id: "published".to_owned(),
        from: start,
        rounding: (Rat::cents(1), Mode::HalfUp),
        rule_date: When::Admission,
        as_incurred: false,
        policy_year: (1, 1),
        both_ends: false,
        whole_months: false,
        portions: portions.iter().map(|(portion, _)| (*portion).to_owned()).collect(),
        attributes: vec![Attribute {
            name: identity.clone(),
            of: Of::Person,
            kind: Kind::Words(vec!["low_income".to_owned(), "none".to_owned()]),
            default: Some(Datum::Word("none".to_owned())),
            as_of: When::RuleDate,
            earlier: None,
        }],
        parameters: Vec::new(),
        accumulators: Vec::new(),
        day_charges: Vec::new(),
        funds: Vec::new(),
        backing: Vec::new(),
        classify: Vec::new(),
        layers,
    };
    let low_income = Dated { value: Datum::Word("low_income".to_owned()), from: None, until: None };
    let person = Person {
        id: "p1".to_owned(),
        household: None,
        birth_date: NaiveDate::from_ymd_opt(1960, 5, 1).unwrap(),
        attributes: BTreeMap::from([(identity, vec![low_income])]),
        opening: Vec::new(),
    };
    let amount = |text: &str| Rat::parse(text).unwrap();
    let claim = Claim {
        id: "c1".to_owned(),
        person: "p1".to_owned(),
        fields: BTreeMap::new(),
        service_from: stay,
        service_to: None,
        settled: None,
        sequence: 1,
        stay: None,
        days: None,
        attributes: BTreeMap::new(),
        body: Body::Portions(portions.iter().map(|(id, text)| ((*id).to_owned(), amount(text))).collect()),
        wrong_bill: None,
        prior: prior.iter().map(|(layer, text)| Prior { layer: (*layer).to_owned(), amount: amount(text), portions: None }).collect(),
    };
    let history = History { scheme, persons: vec![person], claims: vec![claim] };
    Example { name, history, printed }
}

pub(crate) fn layer(id: &str, covers: &[&str], deductible: Option<(Value, Per)>, form: Form) -> Layer {
    let deductible = deductible.map(|(amount, per)| Deductible {
        amount,
        kept: Kept::Own(per, Owner::Person),
        guard: Guard::default(),
        franchise: false,
    });
    let covers = covers.iter().map(|portion| ((*portion).to_owned(), None)).collect();
    let benefit = Benefit { deductibles: deductible.into_iter().collect(), ..Benefit::plain("only", covers, form) };
    Layer {
        id: id.to_owned(),
        guard: Guard::default(),
        covers: None,
        caps: Vec::new(),
        premium: None,
        write_off: false,
        run_off: None,
        notional: None,
        benefits: vec![benefit],
    }
}

pub(crate) fn number(text: &str) -> Value {
    Value::Number(Rat::parse(text).unwrap())
}

pub(crate) fn ratio(text: &str) -> Form {
    Form::Ratio(Value::Ratio(Rat::parse(text).unwrap()))
}

fn bands(absolute: bool, rows: &[(Option<&str>, &str)]) -> Form {
    let rows = rows.iter().map(|(to, text)| (to.map(number), Value::Ratio(Rat::parse(text).unwrap())));
    Form::Bands { absolute, kept: Kept::Own(Per::PolicyYear, Owner::Person), rows: rows.collect() }
}

fn half_for_low_income(threshold: &str) -> Value {
    let whole = Formula::Number(Rat::parse(threshold).unwrap());
    let half = Formula::Op(Box::new(whole.clone()), '/', Box::new(Formula::Number(Rat::whole(2))));
    let low_income = Condition(vec![Test::OneOf("identity".to_owned(), vec!["low_income".to_owned()])]);
    Value::Table(vec![(Some(low_income), Value::Formula(half)), (None, Value::Formula(whole))])
}
