//! Every text of an explanation, Chinese and English side by side.

use chrono::NaiveDate;

use crate::date::{Length, Per, Window};
use crate::decision::Language;
use crate::money::RoundingMode;
use crate::reject::RejectCode;

/// The texts in one language.
#[derive(Clone, Copy)]
pub(super) struct Words(pub(super) Language);

macro_rules! words {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        impl Words {
            $(pub(super) const fn $name(self) -> &'static str {
                match self.0 { Language::Zh => $zh, Language::En => $en }
            })*
        }
    };
}

words! {
    // The head.
    heading: "理赔结论说明", "How the claim was decided";
    claim: "理赔案件", "claim";
    person: "参保人", "person";
    scheme: "方案", "scheme";
    scheme_text: "{0}（{1}，版本 {2}）", "{0} ({1}, version {2})";
    rule_date: "规则适用日期", "rule date";
    currency: "币种", "currency";
    bill: "费用总额", "bill";
    notice: "注意", "notice";
    notice_illustrative: "标有“示例参数”者仅供演示", "figures marked illustrative were not published";
    notice_scheme: "本方案部分或全部参数为示例参数，未经公布", "some or all figures of this scheme are illustrative";
    illustrative: "[示例参数]", " [illustrative]";
    write_off: "[医疗机构减免]", " [write-off by the provider]";
    comma: "，", ", ";
    semicolon: "；", "; ";
    colon: "：", ": ";
    named: "{0}（{1}）", "{0} ({1})";
    times: " × ", " x ";
    becomes: " → ", " -> ";
    facts: "（依据：{0}）", " ({0})";

    // Rules and conditions.
    source: "规则来源", "source";
    parameter: "参数", "parameter";
    parameter_source: "{0}（来源：{1}）", "{0} (source: {1})";
    not_fired: "未启动", "does not pay";
    not_applied: "未适用规则", "not in force";
    condition_failed: "应用条件未满足：{0}", "its condition does not hold: {0}";
    found: "；实际为：{0}", "; found: {0}";
    no_line: "没有符合条件的费用明细", "it looks at lines, and no line fits";
    nothing_left: "没有可计入的剩余费用（或计入费用的限额已用完）", "nothing is left that it counts (or its cap on the base is used up)";
    given_instead: "本层支付已随理赔材料给出，不再计算", "its layer's payment came with the claim";
    benefits_idle: "本层各项责任均不启动：{0}", "so none of its benefits pays: {0}";
    no_benefits: "本层没有需要计算的责任", "the layer has no benefit to figure";

    // The base.
    portion: "费用类别", "portion";
    all_counts: "{0}：剩余 {1}，全部计入", "{0}: {1} left, all of it counts";
    part_counts: "{0}：剩余 {1}，计入 {2}", "{0}: {1} left, of which {2} counts";
    part_counts_at: "{0}：剩余 {1}，计入 {2} × {3} = {4}", "{0}: {1} left, counts {2} x {3} = {4}";
    dropped: "不计入明细", "not counted";
    dropped_text: "明细 {0}：所在组合计 {1}，不足 {2}", "line {0}: its group has {1}, less than {2}";
    the_line: "逐条明细", "line";
    line_of: "明细 {0}（{1}）", "{0}, {1}";
    the_day: "逐日", "day";
    day_of: "{0}：明细 {1}", "{0}: lines {1}";
    run_off: "延续期", "run-off";
    run_off_text:
        "保障年度 {0} 止，其后 {1} 天内（至 {2}）的明细仍计入",
        "the policy year ends on {0}; lines dated up to {1} days later ({2}) still count";
    late_line: "明细 {0} 日期为 {1}，晚于 {2}：{3} 不计入", "line {0} is dated {1}, after {2}: its {3} does not count";
    after_run_off: "所有明细均晚于延续期最后一日 {0}", "every line is dated after {0}, the last day of the run-off";
    held: "已抵起付线", "held";
    held_text: "{0} 已在本案中抵作共用起付线，不再计入", "{0} was already counted as shared deductible in this claim and does not count again";
    base_cap: "计入限额", "cap on base";
    line_cap: "明细限额", "cap on lines";
    line_cap_units: "明细共 {0} 个单位，计入 {1} 个：费用 {2} 计入 {3}", "the lines have {0} units, of which {1} count: of {2}, {3} counts";
    line_cap_days: "本案 {0} 天，计入 {1} 天：费用 {2} 计入 {3}", "the claim has {0} days, of which {1} count: of {2}, {3} counts";
    line_cap_money: "明细费用 {2} 计入 {3}", "of the lines' {2}, {3} counts";
    base: "计入费用", "base";
    base_cut: "{0}，限额内计入 {1}", "{0}, of which {1} is within the caps on the base";

    // Copayments and deductible.
    copay: "定额自付", "copayment";
    copay_text: "第 {0} 项应付 {1}（{2}）", "number {0}: {1} due ({2})";
    copay_item: "第 {0} 项：{1}", "number {0}: {1}";
    copay_line: "第 {0} 项，明细 {1}：{2}", "number {0}, line {1}: {2}";
    copay_least: "，不低于 {0}", ", at least {0}";
    copay_most: "，不高于 {0}", ", at most {0}";
    copay_whole: "（该项费用的全部）", " (all that the item has)";
    before_deductible: "先于起付线扣除", "taken before the deductible";
    before_ratio: "起付线之后、按比例计算之前扣除", "taken after the deductible, before the ratio";
    off_payment: "从支付金额中扣除", "taken from the payment";
    on_top: "账单之外另付", "on top of the bill";
    copaid: "从计入费用中共扣除 {0}", "taken from the base in all: {0}";
    deductible: "起付线", "deductible";
    deductible_text: "适用 {0}{1}；此前已累计 {2}；本次扣除 {3}；尚余 {4}", "{0} in force{1}; {2} met before; {3} applied now; {4} still to be met";
    deductible_least: "多条起付线同时适用，按剩余最少者：{0}", "several are met together; the least room counts: {0}";
    franchise: "相对免赔额", "franchise";
    franchise_text: "适用 {0}{1}；此前累计费用 {2}；{3}", "{0} in force{1}; base so far {2}; {3}";
    franchise_below: "累计未超过免赔额，全部由个人负担", "not exceeded, so all stays with the patient";
    franchise_crossed: "累计超过免赔额，从第一元起计算", "exceeded, so everything counts from zero";
    limit_text: "{0}：限额 {1}{2}；此前已用 {3}；剩余 {4}{5}", "{0}: {1}{2}; {3} used before; {4} left{5}";
    shared: "；累计项 {0}", "; on accumulator {0}";
    excess: "起付线以上", "excess";
    nothing_above: "{0}，没有可赔付的费用", "{0}, so there is nothing to pay for";

    // The form.
    ratio: "赔付比例", "ratio";
    adjusted: "比例调整", "adjusted";
    points: "加点 {0}", "points {0}";
    factors: "系数 {0}", "factor {0}";
    kept_between: "限于 {0} 至 {1}：{2}", "kept between {0} and {1}: {2}";
    kept_as_share: "（限于 0% 至 100%）", " (kept between 0% and 100%)";
    payout: "应付金额", "payout";
    band: "{0} 至 {1} 段", "band {0} to {1}";
    last_band: "{0} 以上段", "band above {0}";
    bands_from: "分段位置", "position";
    bands_absolute: "分段按累计计入费用计；此前累计 {0}", "bands are measured on the base so far: {0} before this claim";
    bands_above: "分段按起付线以上累计费用计；此前累计 {0}", "bands are measured on the excess so far: {0} before this claim";
    phases: "阶段", "phases";
    phases_from: "此前累计费用 {0}，累计个人负担 {1}", "cost so far {0}; borne so far {1}";
    phase_ends: "（{0}）", " ({0})";
    phase: "第 {0} 阶段", "phase {0}";
    phase_to: "至累计费用 {0}", "until the cost reaches {0}";
    phase_to_share: "至累计个人负担 {0}", "until {0} is borne";
    phase_counts: "，其中 {0} 计入个人负担", ", of which {0} counts as borne";
    whose: "其中", "of which";
    payment_of: "{0}（{1} 的赔款）", "{0} (paid by {1})";
    grant: "分档定额", "step grant";
    grant_position: "累计由 {0} 到 {1}", "the position goes from {0} to {1}";
    fixed: "定额给付", "fixed sum";
    in_kind: "实物援助", "in kind";
    in_kind_units: "此前 {0} 个单位，本次 {1} 个，其中赠送 {2} 个", "{0} units before, {1} in this claim, {2} of them given";
    no_units: "本次没有计数单位", "no units in this claim";
    not_below_zero: "{0}，不低于 0 = {1}", "{0}, not below 0 = {1}";
    maximum: "个人负担上限", "maximum";
    raised: "个人负担超出上限剩余额，应付金额提高", "the patient's share is above what is left of the maximum, so the payment rises";
    not_raised: "个人负担在上限之内，应付金额不变", "the patient's share is within the maximum";

    maximum_of: "上限仅限制：{0}", "it holds down only: {0}";
    raised_parts: "上限所限制的部分超出剩余额，应付金额提高", "what it holds down is above what is left of it, so the payment rises";
    not_raised_parts: "上限所限制的部分在上限之内，应付金额不变", "what it holds down is within the maximum";

    coordination: "与先赔者协调", "coordination";
    put_back: "按 {0} 未曾赔付计算；其已赔付计入费用 {1}", "figured as if {0} had paid nothing; of what counts, {1} was paid";
    own_figure: "单独计算应付：{0}", "its own payment: {0}";
    own_less_paid: "单独应付减已赔付：{0}", "its own payment less what was paid: {0}";
    base_less_paid: "计入费用减已赔付：{0}", "the base less what was paid: {0}";
    pays_this: "支付此数：{0}", "this is paid: {0}";
    pays_least: "支付最少者：{0}", "the least is paid: {0}";
    pays_greatest: "支付最多者：{0}", "the greatest is paid: {0}";

    // Rounding and limits.
    rounded: "取整", "rounded";
    rounding_of: "（{0}，单位 {1}）", " ({0}, unit {1})";
    rounds_share: "（先对个人负担取整：{0}，单位 {1}）", " (the patient's share is rounded: {0}, unit {1})";
    rounds_coinsurance: "（先对按比例自付部分取整：{0}，单位 {1}）", " (the coinsurance is rounded: {0}, unit {1})";
    charged: "账单之外另付", "charges on top";
    cap: "封顶线", "cap";
    bound: "触及限额", "bound by";
    bound_text: "{0}；支付限于 {1}", "{0}; the payment is limited to {1}";
    bound_residual: "剩余费用 {0}；支付限于 {1}", "what is left to pay for, {0}; the payment is limited to {1}";
    minimum: "最低支付额", "minimum";
    below_minimum: "{0} 低于最低支付额 {1}，不予支付，但计入累计", "{0} is below the minimum payment of {1}: not issued, but posted";
    pays: "支付", "pays";
    pays_beside: "账单外支付", "pays beside";
    settles: "冲减", "settles";

    // The layer's end.
    layer_pays: "本层支付", "layer pays";
    layer_given: "本层支付（给定）", "layer pays (given)";
    layer_notional: "假定赔付", "as if it paid";
    nobody_pays: "{0}；没有人支付，费用仍由患者承担", "{0}; nobody pays it, and the money stays the patient's";
    layer_writes_off: "本层减免", "layer writes off";
    layer_beside: "账单外另付", "paid beside the bill";
    out_of_funds: "由基金支付", "out of funds";
    given_text: "随理赔材料给出，不作计算", "given with the claim, not computed";
    beyond_cap: "给定支付超过封顶线", "the given payment goes beyond a cap";
    left: "支付后剩余", "left after it";

    // The result.
    result: "结果", "Result";
    paid_in_all: "各层支付合计", "paid in all";
    written_off_in_all: "医疗机构减免合计", "written off";
    out_of_pocket: "个人负担", "out of pocket";
    beside_bill: "账单外另付", "beside the bill";
    charged_in_all: "账单之外由个人另付", "charged on top of the bill";
    patient_pays: "个人支付合计", "the patient pays in all";
    days_heading: "按日金额", "Days";
    days_before: "{0}：此前 {1} 天", "{0}: {1} days before";
    days_row: "第 {0} 段：{1} 天，合计 {2}", "row {0}: {1} days, {2}";
    days_reserve: "第 {0} 段（储备日）：{1} 天，合计 {2}", "row {0} (reserve days): {1} days, {2}";
    days_uncovered: "未涵盖：{0} 天", "not covered: {0} days";
    days_in_all: "合计 {0}", "in all {0}";
    lines: "费用明细", "Lines";
    line: "明细", "line";
    amount: "金额", "amount";
    postings: "累计变动", "Accumulators";
    accumulator: "累计项", "accumulator";
    period: "周期", "period";
    before: "此前", "before";
    added: "本次", "added";
    after: "此后", "after";
    by_rule: "记入规则", "posted by";
    carried: "结转：{0} 中的 {1} 也计入自 {2} 起的周期", "carried over: {1} of {0} counts in the period from {2} too";
    digests: "数据摘要（SHA-256）", "Digests (SHA-256)";
    input: "输入", "input";
    result_digest: "结论", "decision";

    // The table.
    layer: "保障层", "layer";
    left_in: "剩余：{0}", "left: {0}";
    given: "{0}（给定）", "{0} (given)";
    written_off: "{0}（减免）", "{0} (write-off)";

    // Rejects.
    unknown: "（编号不明）", "(of unknown id)";
    row: "行号", "row";
    rejected: "理赔案件 {0} 未予受理：{1}", "Claim {0} is rejected: {1}";
    reason: "原因", "reason";
    field: "字段", "field";
    detail: "详情", "detail";
    unchanged: "各项累计保持不变", "every accumulator is as before";
    outcome: "影响", "effect";
}

impl Words {
    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// A part of the patient's share.
    pub(super) fn part(self, part: &str) -> String {
        match (self.0, part) {
            (Language::Zh, "deductible") => "起付线",
            (Language::Zh, "copay") => "定额自付",
            (Language::Zh, "coinsurance") => "按比例自付部分",
            (_, other) => other,
        }
        .to_owned()
    }

    /// A rule's label, such as `cap 1`, in the language.
    pub(super) fn rule(self, label: &str) -> String {
        if self.0 == Language::En {
            return label.to_owned();
        }
        if let Some(fund) = label.strip_prefix("budget of ") {
            return format!("基金 {fund} 的预算");
        }
        // Of a copayment's cap both are named.
        if let Some((copay, cap)) = label.split_once(": ") {
            return format!("{}，{}", self.rule(copay), self.rule(cap));
        }
        let (kind, number) = match label.rsplit_once(' ') {
            Some((kind, number)) if number.bytes().all(|b| b.is_ascii_digit()) => (kind, Some(number)),
            _ => (label, None),
        };
        let kind = match kind {
            "cap" => "封顶线",
            "layer cap" => "本层封顶线",
            "line cap" => "明细限额",
            "deductible" => "起付线",
            "out-of-pocket maximum" => "个人负担上限",
            "copay" => "定额自付",
            "points" => "比例加点",
            "factor" => "比例系数",
            other => other,
        };
        match number {
            Some(number) => format!("{kind} {number}"),
            None => kind.to_owned(),
        }
    }

    pub(super) fn per(self, per: Per) -> &'static str {
        match per {
            Per::Claim => self.pick("本次理赔", "claim"),
            Per::Stay => self.pick("本次住院", "stay"),
            Per::Day => self.pick("当日", "day"),
            Per::Month => self.pick("当月", "month"),
            Per::PolicyYear => self.pick("保障年度", "policy year"),
            Per::CalendarYear => self.pick("自然年度", "calendar year"),
            Per::Lifetime => self.pick("终身", "lifetime"),
            Per::FirstUse(_) => self.pick("自首次使用起", "from first use"),
            Per::Quarter => self.pick("当季", "quarter"),
            Per::HalfYear => self.pick("当半年", "half-year"),
            Per::YearFrom(_) => self.pick("自定年度", "year"),
            Per::Last(_) => self.pick("滚动周期", "rolling window"),
            Per::Spell(_) => self.pick("连续治疗期", "spell"),
        }
    }

    /// A period with what belongs to it: `year from 02-01`, `last 12 months`.
    pub(super) fn whole_period(self, per: Per) -> String {
        match (self.0, per) {
            (Language::Zh, Per::YearFrom(year)) => format!("自 {year} 起的年度"),
            (Language::Zh, Per::Last(Window::Days(days))) => format!("最近 {days} 天"),
            (Language::Zh, Per::Last(Window::Months(months))) => format!("最近 {months} 个月"),
            (Language::Zh, Per::Last(Window::CalendarMonths(months))) => format!("最近 {months} 个日历月"),
            (Language::En, Per::YearFrom(_) | Per::Last(_)) => per.to_string(),
            _ => self.per(per).to_owned(),
        }
    }

    /// A spell and the day on which it began.
    pub(super) fn spell(self, days: u16, first: NaiveDate) -> String {
        match self.0 {
            Language::Zh => format!("自 {first} 起的治疗期（停止治疗满 {days} 天止）"),
            Language::En => format!("spell of {days} days from {first}"),
        }
    }

    /// A personal period and the day on which it began.
    pub(super) fn personal_period(self, length: Length, first: NaiveDate) -> String {
        match (self.0, length) {
            (Language::Zh, Length::Days(days)) => format!("自 {first} 起 {days} 天"),
            (Language::Zh, Length::Months(months)) => format!("自 {first} 起 {months} 个月"),
            (Language::En, _) => format!("{length} from {first}"),
        }
    }

    pub(super) fn mode(self, mode: RoundingMode) -> &'static str {
        match mode {
            RoundingMode::HalfUp => self.pick("四舍五入", "half up"),
            RoundingMode::HalfEven => self.pick("四舍六入五成双", "half to even"),
            RoundingMode::Down => self.pick("舍去尾数", "down"),
            RoundingMode::Up => self.pick("进一", "up"),
        }
    }

    /// What a reject code means.
    pub(super) fn reject(self, code: RejectCode) -> &'static str {
        use RejectCode::*;
        match code {
            Unreadable => self.pick("该行或该记录无法读取", "the row or record cannot be read"),
            DuplicateClaim => self.pick("理赔案件编号已被先前的案件使用", "the id was used by an earlier claim"),
            UnknownPerson => self.pick(
                "参保人不存在，或与理赔案件所列不符",
                "the claim names a person who is not there, or another person than the one it is adjudicated for",
            ),
            UnknownScheme => self.pick(
                "所列方案不存在，或有多个方案而未指明",
                "the claim names a scheme that is not there, or names none where there are several",
            ),
            MissingDate => self.pick("缺少方案所依据的日期", "a date that the scheme goes by is missing"),
            DatesOutOfOrder => self.pick(
                "日期先后有误：服务结束或结算早于服务开始，或明细日期在服务期之外",
                "the service ends before it begins, is settled before it begins, or has a line dated outside of it",
            ),
            SeveralHouseholds => self.pick("规则日期当天属于两个家庭", "the person belongs to two households on the rule date"),
            BeforeBirth => self.pick("服务日期早于出生日期", "the service is before the person was born"),
            NoSchemeInForce => self.pick("规则适用日期没有有效的方案版本", "no edition of the scheme holds on the rule date"),
            NegativeAmount => self.pick("金额或数量为负，或数量为零", "an amount is below zero, or a quantity is not above zero"),
            OverPreciseAmount => self.pick("金额的小数位超过方案的货币单位", "an amount is finer than the scheme's unit"),
            UnknownPortion => self.pick("方案中没有该费用类别", "the scheme does not have the portion"),
            PortionsDoNotAddUp => self.pick(
                "费用类别或明细之和与费用总额不符，或两者皆无、两者皆有",
                "portions or lines do not add up to the bill, or neither or both are given",
            ),
            UnknownLayer => self.pick("方案中没有该保障层", "the scheme does not have the layer"),
            UnknownAttribute => self.pick("方案中没有该属性", "the scheme does not have the attribute"),
            UnknownValue => self.pick("属性的取值不在方案之列", "the attribute has a value that the scheme does not have"),
            MissingAttribute => {
                self.pick("规则需要的属性未给出，也没有默认值", "a rule asks for an attribute that is not given and has no default")
            }
            UndatedLines => self.pick(
                "服务期超过某层的延续期，而未说明各项费用的日期",
                "the claim goes on beyond a layer's run-off, and does not say what of it is dated when",
            ),
            DuplicateLine => self.pick("同一案件中有两条明细编号相同", "two lines of the claim have one id"),
            UnclassifiedLine => self.pick("没有分类规则适用于该条明细", "no row of `classify` fits the line"),
            PriorAboveResidual => self.pick("给定支付超过该层可支付的剩余费用", "a prior payment is above what is left for its layer"),
            NotionalLayer => self.pick("该层只是假定赔付，不能给定支付", "a prior payment of a layer that is only figured as if it paid"),
            UnknownAccumulator => {
                self.pick("期初余额所列累计项在方案中不存在", "an opening balance names an accumulator that the scheme does not have")
            }
            NoValue => self.pick(
                "规则的数值无法对本案精确算出（不精确、超出范围或除数为零）",
                "a rule's value cannot be figured for this claim: not exact, out of range, or divided by zero",
            ),
            AmountOverflow => self.pick("金额过大，无法计算", "the amounts are too large to be figured with"),
        }
    }
}
