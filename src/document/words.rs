//! Every text of a document, Chinese and English side by side.

use std::borrow::Cow;

use crate::date::{AsOf, DateChoice, Length, Per, Window};
use crate::decision::Language;
use crate::money::RoundingMode;
use crate::plan::fact::Measure;
use crate::scheme::syntax::{Candidate, Counts, Each, Taken, WhenDry};

/// The texts in one language. Where `{}` stands, something is put in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) Language);

macro_rules! words {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        impl Words {
    pub(super) fn when_dry(self, when_dry: WhenDry) -> &'static str {
        let (zh, en) = match when_dry {
            WhenDry::Stop => ("用尽即停：是每笔赔款的限额", "nothing more is paid when it is used up"),
            WhenDry::ProRata => ("不足时，期末所有赔款按同一比例核减", "if it does not reach, all payments are cut in proportion at the period's end"),
            WhenDry::RecordExcess => ("超出时照付，并记录超支", "all is paid, and what exceeds it is recorded"),
        };
        self.pick(zh, en)
    }

            $(pub(super) const fn $name(self) -> &'static str {
                match self.0 { Language::Zh => $zh, Language::En => $en }
            })*
        }
    };
}

words! {
    comma: "、", ", ";
    semicolon: "；", "; ";
    colon: "：", ": ";
    language_code: "zh-CN", "en";

    // The head.
    illustrative_scheme: "示意方案：以下数字为假设，并非公布的数字，不得作为待遇依据。", "Illustrative scheme: its figures were made up, not published. Nobody may rely on them.";
    illustrative_parts: "本方案部分数字为假设，并非公布的数字，均标有“示意”。", "Some figures of this scheme were made up, not published. They are marked “illustrative” below.";
    illustrative: "示意", "illustrative";
    illustrative_rule: "示意：此处数字为假设，并非公布。", "Illustrative: the figures here were made up, not published.";
    scheme: "方案", "Scheme";
    version: "版本", "Version";
    in_force: "有效期", "In force";
    in_force_from_until: "{} 起，至 {}（含）", "from {} to {}, both days included";
    in_force_from: "{} 起", "from {}";
    until_only: "至 {}（含）", "up to and including {}";
    always: "不限", "always";
    money: "币种与取整", "Money";
    money_text: "{}，每项支付取整到 {}（{}）", "{}; each payment is rounded to {} ({})";
    rule_date: "规则适用日期", "Rules are those of";
    policy_year: "保障年度", "Policy year";
    policy_year_text: "每年 {} 起", "begins on {} of each year";
    order: "裁定次序", "Order of claims";
    as_received: "按收到的先后", "as received";
    as_incurred: "按发生日期的先后", "as incurred";
    both_ends: "首尾两天都算", "the first and the last day are both counted";
    notional: "假定赔付", "Notional";
    notional_text: "{}：照常计算并计入累计，但无人支付，费用仍由患者承担", "{}: figured and counted as ever, but nobody pays, and the money stays the patient's";
    months: "计月", "Months";
    begun_months: "当月有一日即计", "those of which a day is covered";
    whole_months: "整月才计", "those covered in whole";
    source: "依据", "Source";
    digest: "规则摘要（SHA-256）", "Digest of the rules (SHA-256)";

    // The charts.
    charts: "谁付多少", "Who pays how much";
    charts_intro: "费用从零增加到 {}，各层付多少，个人负担多少。费用全部为“{}”，规则为 {} 的规则，此前没有理赔。图例右侧为费用最大时的金额。",
        "What each layer pays, and what the patient bears, as a bill grows from nothing to {}. The whole bill is of the class “{}”; the rules are those of {}; nothing was claimed before. The legend shows the amounts at the largest bill.";
    chart_claim: "就医情形：", "The claim: ";
    patient: "个人负担", "the patient bears";
    patient_short: "个人负担", "Patient";
    patient_share: "个人负担比例", "patient’s share";
    bill: "费用", "bill";
    bill_axis: "费用（{}）", "bill ({})";
    default_person: "各项均为默认的人", "A person with every default";
    age_years: "{} 岁", "aged {}";
    beside_note: "另有账单外给付，图中未画出。", "Sums paid beside the bill are not drawn.";
    chart_desc: "费用为 {} 时：{}；个人负担 {}。", "At a bill of {}: {}; the patient bears {}.";
    pays: "{} 付 {}", "{} pays {}";
    no_charts: "没有画图。", "No charts were drawn.";

    // Lists of names.
    portions: "费用类别", "Classes of money";
    facts: "规则所问", "What the rules ask about";
    fact: "项目", "Fact";
    asked_of: "属于", "Of";
    values: "取值", "Values";
    default: "默认", "Default";
    person: "人", "person";
    claim: "理赔", "claim";
    line: "明细", "line";
    yes_no: "是或否", "yes or no";
    yes: "是", "yes";
    no: "否", "no";
    any_word: "任意词语", "any word";
    count: "数目", "a count";
    amount_kind: "金额", "an amount";
    ratio_kind: "比例", "a ratio";
    ranked: "（排在前面者优先）", " (who holds several counts as the first)";
    read_on: "取值日：{}", "read on: {}";

    // Layers.
    layers: "保障层", "Layers";
    layers_intro: "各层依次支付；每一层只看到前面各层付后剩余的费用。", "The layers pay in this order. Each sees only what the layers before it have left.";
    layer_number: "第 {} 层：{}", "Layer {}: {}";
    who: "适用对象", "Who is covered";
    everybody: "所有人", "everybody";
    applies: "适用条件", "Applies when";
    always_applies: "每件理赔", "always";
    figured: "计算方式", "Figured";
    by_line: "逐条明细，各按其日期", "for each line by itself, on its own date";
    by_day: "逐日，各日明细合并", "for each day by itself, all its lines together";
    run_off: "跨年延续期", "Run-off";
    run_off_text:
        "保障年度结束后 {} 天之后的明细不计入；超过该日而明细没有日期的理赔被拒绝",
        "lines dated more than {} days after the end of the policy year do not count; a claim that goes on beyond that day is rejected if its lines have no dates";
    write_off: "此层为医疗机构减免，不是支付。", "This layer is waived by the provider, not paid.";
    premium: "保费", "Premium";
    premium_text: "每人每保障年度", "per person and policy year";
    premium_by_month: "每人每保障年度，按参保月份折算", "per person and policy year, by the months insured";
    given_only: "此层的支付只随理赔材料给出，不作计算。", "This layer is never computed: its payment comes with the claim.";
    settles: "冲减", "Settles";
    covers: "计入费用", "Counts";
    counts_at: "{} 的 {}", "{} at {}";
    lines_only: "只看明细", "Only lines with";
    deductible: "起付线", "Deductible";
    franchise: "相对免赔额", "Franchise deductible";
    franchise_note: "累计不超过此数时不付，超过后从第一元起计算", "nothing up to it, everything from zero above it";
    units_cap: "计入单位数上限", "Cap on units";
    days_cap: "计入天数上限", "Cap on days";
    lines_cap: "部分明细计入限额", "Cap on some lines";
    cap_of_lines: "；只看{}的明细", "; of lines where {}";
    copay: "定额自付", "Copayment";
    copay_least: "每项自付最低", "Least copayment of an item";
    copay_most: "每项自付最高", "Most copayment of an item";
    copay_cap: "定额自付限额", "Cap on the copayment";
    ratio: "赔付比例", "Payout ratio";
    bands: "分段赔付比例", "Payout ratio by band";
    bands_absolute: "按累计计入费用分段", "bands of the money counted so far, from zero";
    bands_above: "按起付线以上的累计费用分段", "bands of the money above the deductible so far";
    band: "分段", "Band";
    band_from_to: "{} 至 {}", "{} to {}";
    band_above: "{} 以上", "above {}";
    grant: "分档定额", "Step grant";
    above: "超过", "Above";
    pays_head: "支付", "Pays";
    fixed: "定额", "Fixed sum";
    in_kind: "实物援助", "In kind";
    in_kind_text: "自付 {} 个单位后给予 {} 个单位，循环计算；单位为{}", "after {} units that are paid for, {} are given, again and again; the units are {}";
    points: "比例加点", "Points added to the ratio";
    factors: "比例系数", "Factors on the ratio";
    out_of_pocket_max: "个人负担上限", "Out-of-pocket maximum";
    cap: "封顶线", "Cap";
    base_cap: "计入费用限额", "Cap on what counts";
    of_layer: "全层共用", "of the whole layer";
    minimum: "最低支付额", "Least payment";
    minimum_text: "低于此数不予支付，但计入累计", "a smaller payment is not made, but counts on the accumulators";
    beside: "在账单之外支付，不冲减费用。", "Paid beside the bill: it is not set against the money left.";
    rounding: "取整", "Rounding";
    rounding_text: "取整到 {}（{}）", "to {} ({})";
    rounds_share: "先对个人负担取整", "of the patient’s share";
    rounds_coinsurance: "先对按比例自付部分取整", "of the coinsurance";
    coordinate: "与先赔者协调", "Coordination";
    coordinate_text: "按 {} 未曾赔付计算", "figured as if {} had paid nothing";
    coordinate_pays: "支付：{}", "pays: {}";
    coordinate_least: "支付其中最少者：{}", "pays the least of: {}";
    coordinate_greatest: "支付其中最多者：{}", "pays the greatest of: {}";
    ratio_least: "比例不低于", "Ratio at least";
    ratio_most: "比例不高于", "Ratio at most";
    settles_other: "结算", "Settles";
    settles_text: "方案 {} 裁定后的剩余费用，每个{}、{}合并", "what scheme {} left, all claims of a {} together per {}";
    funds: "基金", "Funds";
    pays_for: "支付赔款", "Pays for";
    pays_premium_of: "代缴保费", "Pays the premiums of";
    fund_per: "核算周期", "Accounts";
    budget: "预算", "Budget";
    donations: "捐款", "Donations";
    received_on: "收到日期", "Received on";
    donated: "金额", "Amount";
    corridor: "结余和亏损的分担", "Surplus and deficit shared";
    corridor_of: "分担", "Of a";
    corridor_from: "赔付率或赔款自", "From a claim ratio or payments of";
    corridor_to: "至", "To";
    shared_with: "与", "With";
    share: "比例", "Share";
    surplus: "结余", "surplus";
    deficit: "亏损", "deficit";
    and_payments_of: "以及 {} 的赔款", "and what {} pays";
    carries: "最后 {} 个月的也计入下一周期", "in the last {} months also for the next period";
    phases: "分阶段", "Phases";
    phase: "阶段", "Phase";
    until_cost: "累计费用至 {}", "until the cost reaches {}";
    until_borne: "累计个人负担至 {}", "until the patient has borne {}";
    no_end: "此后", "from there on";
    borne_on: "个人负担{}", "what is borne {}";
    maximum_of: "仅限制 {}", "holds down only: {}";
    allocate: "冲减次序", "Settles in the order";
    on_accumulator: "累计项 {}", "on {}";
    of_household: "全家合计", "of the household";
    of_everyone: "全体参保人合计", "of all insured together";
    if_condition: "，当 {}", ", if {}";
    figured_as: "算式：{}", "figured as {}";
    amount_head: "数值", "Value";
    any: "任何", "any";
    otherwise_any: "—", "any";
    other_word: "其他词语", "any other word";
    since_date: "{} 起", "from {}";
    before_date: "{} 之前", "before {}";
    date_to_date: "{} 至 {}", "{} to {}";
    one_of: "至少满足一项：{}", "at least one of: {}";
    not: "不满足：{}", "not: {}";
    never: "从不", "never";
    and: "，且", " and ";
    or: "或", " or ";
    is: "为", "is";
    differs_from: "不为", "is not";
    is_neither: "不为", "is neither";
    nor: "、", " nor ";
    rows_left_out: "另有 {} 行未列出。", "{} more rows are not shown.";
    too_many_cases: "情形过多（{} 种），未逐一列出；规则文件的写法：{}", "too many cases ({}) to list one by one; as the rule file has it: {}";

    // Numbers with names, classification, accumulators.
    parameters: "命名数值", "Named numbers";
    used_by: "用于", "Used by";
    classify: "明细归类", "How lines are sorted";
    classify_intro: "每条费用明细恰好适用一行。", "Exactly one row fits each line of a bill.";
    line_when: "明细", "Lines with";
    goes_into: "归入", "Go into";
    over_quantity: "超过 {} 个单位的部分归入{}", "money for units above {} goes into {}";
    over_price: "单价超过 {} 的部分归入{}", "money above {} a unit goes into {}";
    self_pay: "先行自付 {} 归入{}", "preliminary self-pay of {} goes into {}";
    further: "其中", "Of it";
    accumulators: "累计", "Accumulators";
    accumulators_intro: "累计是按人、按家庭或按全体参保人、按周期记的数；几条规则同用一项累计，就是共用限额或起付线。",
        "An accumulator is a running sum of a person, a household or everyone over a period. Rules that run on the same one share it.";
    accumulator: "累计项", "Accumulator";
    counts: "记什么", "Counts";
    per: "周期", "Over a";
    owner: "归属", "Of a";
    household: "家庭", "household";
    everyone: "全体参保人", "all insured";
    shared_by: "所用规则", "Rules on it";
    shared: "共用", "shared";
    only_claims: "只计 {}", "only claims with {}";

    // Facts that are built in.
    age: "年龄", "age";
    days: "住院天数", "days";
    rule_date_fact: "规则适用日期", "rule date";
    quantity: "数量", "quantity";
    day_charges: "按日金额", "Amounts by the day";
    days_to: "至第 {} 天", "up to day {}";
    reserve_days: "储备日共 {} 天（累计 {}）", "{} reserve days (on {})";
    other_days: "其余各日", "all other days";
    amount_of_a_day: "每天金额", "Amount of a day";
    day_charge: "按日金额 {}", "amount by the day: {}";
    uncovered_days: "{} 未涵盖的天数", "days not covered by {}";
    summed: "所计入明细的 {} 之和", "sum of {} over the lines that count";
    group: "明细分组", "Groups of lines";
    group_text: "按 {} 分组，合计不足 {} 的组不计入", "by {}: a group with less than {} does not count";
    group_which: "；只分组 {}", "; only lines with {} are grouped";
    line_amount: "明细金额", "amount of the line";
    line_date: "明细日期", "date of the line";
    billed: "费用总额", "bill";
    billed_of: "{}（账单）", "{} billed";
    left: "剩余费用", "money left";
    left_of: "剩余的{}", "{} left";
    paid_by: "{}已付", "paid by {}";
    paid_by_benefit: "{}（{}）已付", "paid by {} ({})";
    deducted_by: "{}（{}）已扣的起付额", "deductible taken by {} ({})";
    accumulated: "累计 {}", "position of {}";
    previous: "上一期的累计 {}", "position of {} in the period before";
    quiet: "此前连续未记入 {} 的保障年度数", "whole policy years since {} was last posted to";
}

impl Words {
    const fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    pub(super) fn measured(self, measure: Measure) -> &'static str {
        match measure {
            Measure::MonthsSince => self.pick("{}保持现值的足月数", "full months since {} has its value"),
            Measure::DaysSince => self.pick("{}保持现值的天数", "days since {} has its value"),
            Measure::MonthsInYear => self.pick("本保障年度内{}的月数", "months of the policy year with {}"),
            Measure::DaysInYear => self.pick("本保障年度内{}的天数", "days of the policy year with {}"),
        }
    }

    pub(super) fn per_period(self, per: Per) -> Cow<'static, str> {
        Cow::Borrowed(match per {
            Per::Claim => self.pick("每次理赔", "claim"),
            Per::Stay => self.pick("每次住院", "stay"),
            Per::Day => self.pick("每日", "day"),
            Per::Month => self.pick("每月", "month"),
            Per::PolicyYear => self.pick("每保障年度", "policy year"),
            Per::CalendarYear => self.pick("每自然年度", "calendar year"),
            Per::Lifetime => self.pick("终身", "lifetime"),
            Per::FirstUse(length) => return Cow::Owned(self.personal_period(length)),
            Per::Quarter => self.pick("每季度", "quarter"),
            Per::HalfYear => self.pick("每半年", "half-year"),
            Per::YearFrom(year) => {
                return Cow::Owned(if self.0 == Language::Zh { format!("每年度（自 {year} 起）") } else { per.to_string() });
            }
            Per::Spell(days) => {
                return match self.0 {
                    Language::Zh => Cow::Owned(format!("每个治疗期（停止治疗满 {days} 天止）")),
                    Language::En => Cow::Owned(format!("spell (until {days} days without care)")),
                };
            }
            Per::Last(window) => {
                return Cow::Owned(match (self.0, window) {
                    (Language::Zh, Window::Days(days)) => format!("最近 {days} 天"),
                    (Language::Zh, Window::Months(months)) => format!("最近 {months} 个月"),
                    (Language::Zh, Window::CalendarMonths(months)) => format!("最近 {months} 个日历月"),
                    (Language::En, _) => per.to_string(),
                });
            }
        })
    }

    /// `12 months from first use`.
    fn personal_period(self, length: Length) -> String {
        match (self.0, length) {
            (Language::Zh, Length::Days(days)) => format!("自首次使用起每 {days} 天"),
            (Language::Zh, Length::Months(months)) => format!("自首次使用起每 {months} 个月"),
            (Language::En, _) => Per::FirstUse(length).to_string(),
        }
    }

    /// `per stay`, as part of a sentence.
    pub(super) fn each(self, per: Per) -> String {
        match self.0 {
            Language::Zh => self.per_period(per).into_owned(),
            Language::En => format!("per {}", self.per_period(per)),
        }
    }

    pub(super) const fn mode(self, mode: RoundingMode) -> &'static str {
        match mode {
            RoundingMode::HalfUp => self.pick("四舍五入", "half up"),
            RoundingMode::HalfEven => self.pick("四舍六入五成双", "half to even"),
            RoundingMode::Down => self.pick("舍去尾数", "down"),
            RoundingMode::Up => self.pick("进一", "up"),
        }
    }

    /// When an attribute is read.
    pub(super) fn as_of(self, as_of: AsOf) -> String {
        let date = as_of.date.map_or_else(|| self.rule_date_fact(), |choice| self.date(choice));
        match (self.0, as_of.before) {
            (_, None) => date.to_owned(),
            (Language::Zh, Some(Length::Days(days))) => format!("{date}之前 {days} 天"),
            (Language::Zh, Some(Length::Months(months))) => format!("{date}之前 {months} 个月"),
            (Language::En, Some(length)) => format!("{length} before {date}"),
        }
    }

    pub(super) const fn date(self, choice: DateChoice) -> &'static str {
        match choice {
            DateChoice::Admission => self.pick("入院日（服务开始日）", "the day of admission"),
            DateChoice::Discharge => self.pick("出院日（服务结束日）", "the day of discharge"),
            DateChoice::Settlement => self.pick("结算日", "the day of settlement"),
            DateChoice::PolicyYearStart => self.pick("保障年度首日", "the first day of the policy year"),
        }
    }

    pub(super) const fn counting(self, counts: Counts) -> &'static str {
        match counts {
            Counts::Deductible => self.pick("已抵起付线", "deductible met"),
            Counts::Payment => self.pick("支付金额", "payments"),
            Counts::Base => self.pick("计入费用", "money counted"),
            Counts::Excess => self.pick("起付线以上费用", "money above the deductible"),
            Counts::Parts(_) => self.pick("个人负担的部分", "parts of the patient’s share"),
            Counts::PatientShare => self.pick("个人负担", "the patient’s share"),
            Counts::Claims => self.pick("理赔次数", "claims"),
            Counts::Units => self.pick("单位数", "units"),
            Counts::Days => self.pick("天数", "days"),
            Counts::Copay => self.pick("定额自付", "copayments"),
        }
    }

    /// A part of the patient's share.
    pub(super) fn part(self, part: &str) -> &'static str {
        match part {
            "deductible" => self.pick("起付线", "deductible"),
            "copay" => self.pick("定额自付", "copayments"),
            _ => self.pick("按比例自付部分", "coinsurance"),
        }
    }

    /// A figure that a coordinating benefit may pay.
    pub(super) const fn candidate(self, candidate: Candidate) -> &'static str {
        match candidate {
            Candidate::Own => self.pick("单独计算应付", "its own payment"),
            Candidate::OwnLessPaid => self.pick("单独应付减已赔付", "its own payment less what was paid"),
            Candidate::BaseLessPaid => self.pick("计入费用减已赔付", "its base less what was paid"),
        }
    }

    pub(super) const fn for_each(self, each: Each) -> &'static str {
        match each {
            Each::Claim => self.pick("按案计", "for the claim"),
            Each::Line => self.pick("按明细逐项计", "for each line"),
            Each::Unit => self.pick("按明细的单位计", "for each unit of a line"),
            Each::Day => self.pick("按天计", "for each day"),
        }
    }

    pub(super) const fn taken(self, taken: Taken) -> &'static str {
        match taken {
            Taken::BeforeDeductible => self.pick("先于起付线扣除", "taken before the deductible"),
            Taken::BeforeRatio => self.pick("起付线之后、按比例计算之前扣除", "taken after the deductible, before the ratio"),
            Taken::FromPayment => self.pick("从支付金额中扣除", "taken from the payment"),
            Taken::Beside => self.pick("账单之外另付", "owed on top of the bill"),
        }
    }
}
