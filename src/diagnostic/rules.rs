//! What rules are called, and what they do: in differences, at edges, and where claims never reach them. In Chinese and English.

use chrono::NaiveDate;

use super::message::{Message, Say, catalogue};
use crate::decision::Language;
use crate::money::{Money, Rounding, RoundingMode};

catalogue! {
    // --- names put together

    /// A part of a rule.
    part(whole: &Message, part: &Message): "{whole}：{part}", "{whole}: {part}";
    numbered(kind: &Message, number: usize): "第 {number} 项{kind}", "{kind} {number}";
    into(part: &Message): "{part}归入", "{part} into";
    only_when(what: &Message): "{what}的条件", "{what} when";
    layer(id: &str): "保障层 {id}", "layer {id}";
    benefit(path: &str): "保障责任 {path}", "benefit {path}";
    attribute(name: &str): "属性 {name}", "attribute {name}";
    day_charge(id: &str): "按日金额 {id}", "amount by the day {id}";
    fund(id: &str): "基金 {id}", "fund {id}";
    pays_for(): "支付赔款", "pays for";
    pays_premium_of(): "代缴保费", "pays the premiums of";
    per(): "核算周期", "per";
    when_dry(): "预算用尽时", "when dry";
    budget(): "预算", "budget";
    donation(number: usize): "第 {number} 笔捐款", "donation {number}";
    received(): "收到日期", "received on";
    corridor(number: usize): "分担的第 {number} 段", "band {number} of the corridor";
    with(): "分担", "shares";

    // --- a scheme as a whole

    effective_from(): "生效日期", "effective from";
    effective_until(): "失效日期", "effective until";
    currency(): "货币", "currency";
    rounding(): "取整", "rounding";
    rule_date(): "规则适用日期", "rule date";
    order(): "结算次序", "order";
    policy_year(): "保障年度", "policy year";
    portions(): "费用类别", "portions";
    settles(): "所结算的方案", "settles";
    funds(): "基金", "funds";
    payments_counted(): "计入的支付", "payments counted";
    carried_over(): "结转", "carried over";
    order_of_layers(): "保障层次序", "order of layers";
    classify(number: usize): "分类规则第 {number} 行", "classify {number}";

    // --- parts of rules

    when(): "适用条件", "when";
    counted(): "计入", "counted";
    row(number: usize): "第 {number} 行", "row {number}";
    days(): "日数", "days";
    amount(): "金额", "amount";
    goes_into(): "归入", "into";
    quantity_limit(): "数量限额", "quantity limit";
    price_limit(): "单价限额", "price limit";
    self_pay(): "先行自付", "self-pay";
    role(): "角色", "role";
    settles_if_given(): "外部给定时冲减", "settles if given";
    premium(): "保费", "premium";
    order_of_benefits(): "保障责任次序", "order of benefits";
    covers(): "计入的费用类别（按冲减次序）", "covers, in the order of settling";
    factor_of(portion: &str): "{portion} 的计入系数", "factor of {portion}";
    lines(): "适用的明细", "lines";
    group(): "分组", "group";
    by(): "依据", "by";
    least(): "下限", "least";
    most(): "上限", "most";
    franchise(): "相对免赔额", "franchise";
    deductible(): "起付线", "deductible";
    copay(): "定额自付", "copay";
    taken(): "扣除之处", "taken";
    each(): "计收单位", "each";
    figured_for_each(): "逐项计算", "figured for each";
    line_cap(): "明细限额", "line cap";
    on(): "所限", "on";
    points(): "比例加点", "points";
    factor(): "比例系数", "factor";
    ratio_between(): "比例的上下限", "ratio between";
    out_of_pocket_max(): "个人负担上限", "out-of-pocket maximum";
    cap_on_base(): "计入费用封顶", "cap on base";
    cap(): "封顶线", "cap";
    layer_cap(): "本层封顶线", "layer cap";
    budget_of(fund: &str): "基金 {fund} 的预算", "budget of {fund}";
    coordinate(): "与其他保障协调", "coordinate";
    minimum(): "最低支付额", "minimum";
    indemnity(): "补偿性质", "indemnity";
    rounds_patient_share(): "对个人负担取整", "rounds the patient's share";
    rounds_coinsurance(): "对按比例自付部分取整", "rounds the coinsurance";
    which_parts(): "限制的部分", "of";
    ratio(): "赔付比例", "ratio";
    ratio_of(fund: &str): "{fund} 的赔付比例", "ratio of {fund}";
    ratio_of_band(number: usize): "第 {number} 段的赔付比例", "ratio of band {number}";
    ratio_of_phase(number: usize): "第 {number} 阶段的赔付比例", "ratio of phase {number}";
    sum_of_step(number: usize): "第 {number} 档的金额", "sum of step {number}";
    fixed_sum(): "定额", "fixed sum";
    bands_measured(): "分段的起算", "bands measured";
    bands_run_on(): "分段依据的累计项", "bands run on";
    band(number: usize): "第 {number} 段", "band {number}";
    to(): "止点", "to";
    begins(): "起点", "from";
    to_share(): "个人负担的止点", "to_share";
    phases_run_on(): "阶段依据的累计项", "phases run on";
    phases_share_runs_on(): "阶段依据的个人负担累计项", "phases' share runs on";
    phase(number: usize): "第 {number} 阶段", "phase {number}";
    grant_runs_on(): "按档补助依据的累计项", "grant runs on";
    step(number: usize): "第 {number} 档", "step {number}";
    above(): "起点", "above";
    pays(): "支付", "pays";
    buy(): "每购买数量", "buy";
    give(): "赠送数量", "give";
    units(): "计数的事实", "units";
    in_kind_runs_on(): "实物依据的累计项", "in kind runs on";
    runs_on(): "依据的累计项", "runs on";
    form(): "形式", "form";
    bands(): "分段", "bands";
    phases(): "阶段", "phases";
    step_grant(): "按档补助", "step grant";
    in_kind(): "实物", "in kind";

    // --- what they are

    holds(): "成立", "holds";
    does_not_hold(): "不成立", "does not hold";
    not_known(): "未知", "not known";
    figured_otherwise(): "算法不同", "figured otherwise";
    asked_otherwise(): "问法不同", "asked otherwise";
    no_value(): "无法取值", "no value";
    none(): "无", "none";
    nothing(): "无", "nothing";
    open(): "不限", "open";
    there(): "有", "there";
    yes(): "是", "true";
    no(): "否", "false";
    as_incurred(): "按发生次序", "as-incurred";
    as_received(): "按收到次序", "as-received";
    nights(): "按夜", "nights";
    both_ends(): "首尾都算", "both-ends";
    notional(): "假定赔付", "notional";
    figured_as_if(): "只假定赔付", "figured as if";
    pays_itself(): "实际赔付", "pays";
    months(): "计月方式", "months";
    begun_months(): "有一日即计", "begun";
    whole_months(): "整月才计", "whole";
    write_off(): "减免", "write-off";
    run_off(): "延续期", "run-off";
    to_the_end(): "付至服务结束", "to the end of the service";
    run_off_days(days: usize): "保障年度结束后 {days} 天", "{days} days after the policy year";
    payer(): "支付方", "payer";
    absolute(): "从零起算", "absolute";
    above_deductible(): "从起付线起算", "above-deductible";
    up_to(days: usize): "至第 {days} 日", "to {days}";
    reserve(most: usize, whose: &Message): "{whose}中的 {most} 日", "{most} of {whose}";
    all_other(): "其余各日", "all other";
    in_unit(unit: Money, mode: &Message): "以 {unit} 为单位，{mode}", "{unit} {mode}";
    half_up(): "四舍五入", "HalfUp";
    half_even(): "四舍六入五成双", "HalfEven";
    down(): "舍去尾数", "Down";
    up(): "进一", "Up";
    settling(scheme: &str, per: &str, owner: &Message): "按 {per} 结算{owner}的 {scheme}", "{scheme} per {per} of a {owner}";
    charged(): "保费的收取", "premium charged";
    by_month(): "按参保月份", "by the months insured";
    by_year(): "按整年", "for whole policy years";
    household(): "家庭", "household";
    everyone(): "全体参保人", "everyone";
    person(): "个人", "person";
    accumulated(counts: &str, per: &str, owner: &Message): "{owner}每 `{per}` 的 `{counts}`", "{counts} per {per} of a {owner}";
    shared_by(users: &str): "，由 {users} 共用", ", shared by {users}";
    feeds(whose: &Message, payer: &str): "{payer} 的支付计入{whose}", "{whose} of {payer}";
    carries(whose: &Message, months: usize): "{whose}，{months} 个月", "{whose} in {months} months";
    coordinated(layers: &str, which: &Message, figures: &str): "与 {layers}：取 {figures} 中的{which}", "with {layers}: {which} of {figures}";
    greatest(): "最大者", "greatest";
    lowest(): "最小者", "least";
    before_deductible(): "起付线之前", "BeforeDeductible";
    before_ratio(): "起付线之后、按比例计算之前", "BeforeRatio";
    from_payment(): "从支付金额中", "FromPayment";
    beside(): "账单之外另付", "Beside";
    declared(kind: &Message, domain: &str, default: &str): "{kind}：{domain}；默认值 {default}", "{kind}: {domain}; default {default}";
    of_persons(): "个人的属性", "of persons";
    of_persons_as_of(when: &Message): "个人的属性，按{when}读取", "of persons as of the {when}";
    months_before(months: usize, date: &Message): "{date}之前 {months} 个月", "{months} months before the {date}";
    days_before(days: usize, date: &Message): "{date}之前 {days} 天", "{days} days before the {date}";
    of_claims(): "案件的属性", "of claims";
    of_lines(): "明细的属性", "of lines";
    a_fact(): "事实", "a fact";
    on_admission(): "入院日期", "admission";
    on_discharge(): "出院日期", "discharge";
    on_settlement(): "结算日期", "settlement";
    policy_year_start(): "保障年度起始日", "policy-year-start";
    from(value: &str): "{value} 起", "from {value}";

    // --- what rules do to a claim

    counts_money(): "有费用计入", "counts money";
    is_met(rule: &Message): "{rule}已付足", "{rule} is met";
    cuts(rule: &Message): "{rule}限制了计入费用", "{rule} cuts what counts";
    binds(rule: &Message): "{rule}起作用", "{rule} binds";
    raises(rule: &Message): "{rule}提高了支付", "{rule} raises the payment";
    applies(rule: &Message): "{rule}适用", "{rule} applies";
    is_reached(rule: &Message): "到达{rule}", "{rule} is reached";
    withholds(): "支付低于最低支付额", "a payment is below the minimum";
    case(table: &Message, number: usize, case: &Message): "{table}，第 {number} 种情形（{case}）", "{table}, case {number} ({case})";
    on_day(day: NaiveDate, what: &Message): "{day}：{what}", "{day}: {what}";
    pays_otherwise(layer: &str): "{layer} 的支付改变", "{layer} pays otherwise";
    fact_is(fact: &str, value: &str): "{fact} 到达 {value}", "{fact} reaches {value}";
    of_29_february(): "（生于 2 月 29 日）", " (born on 29 February)";
    decided_otherwise(): "裁定改变", "decided otherwise";
    scheme_begins(): "方案生效", "the scheme begins";
    scheme_has_ended(): "方案已失效", "the scheme has ended";
}

/// The name of a limit or another rule that a benefit has several of, such as `cap 1`: as decisions give it, and in Chinese.
pub(crate) fn label(label: &str) -> Message {
    if let Some((whole, part)) = label.split_once(": ") {
        return self::label(whole).of(self::label(part));
    }
    if let Some(fund) = label.strip_prefix("budget of ") {
        return budget_of(fund);
    }
    let (kind, number) = match label.rsplit_once(' ') {
        Some((kind, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => (kind, Some(number)),
        _ => (label, None),
    };
    let known = [
        franchise(),
        deductible(),
        copay(),
        points(),
        factor(),
        out_of_pocket_max(),
        cap_on_base(),
        cap(),
        line_cap(),
        run_off(),
        layer_cap(),
        ratio(),
        fixed_sum(),
        minimum(),
    ];
    let kind = known.into_iter().find(|k| *k == kind).unwrap_or_else(|| Message::from(kind));
    match number {
        Some(number) => {
            let text = |language| format!("{} {number}", kind.text(language));
            Message::new(text(Language::Zh), text(Language::En))
        }
        None => kind,
    }
}

pub(crate) fn is(yes_or_no: bool) -> Message {
    if yes_or_no { yes() } else { no() }
}

pub(crate) fn rounded(rounding: Rounding) -> Message {
    let mode = match rounding.mode() {
        RoundingMode::HalfUp => half_up(),
        RoundingMode::HalfEven => half_even(),
        RoundingMode::Down => down(),
        RoundingMode::Up => up(),
    };
    in_unit(rounding.unit(), &mode)
}

impl Message {
    /// This rule's part.
    pub(crate) fn of(&self, inner: Message) -> Message {
        part(self, &inner)
    }
}
