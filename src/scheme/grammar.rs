//! The keys of rule files: which table has which, of what form, and what they mean. Readers, suggestions and the JSON Schema go by this.

use crate::scheme::syntax::{Candidate, CapOn, Counts, Each, WhenDry};

/// A kind of table.
pub(crate) struct Section {
    /// Its name in the JSON Schema.
    pub(crate) id: &'static str,
    /// What messages call it.
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    /// Its keys, some of them in groups that other tables have too.
    pub(crate) keys: &'static [&'static [Key]],
}

/// A key of a table.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) required: bool,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

/// What stands behind a key.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// The number of the format.
    Format,
    /// Any text.
    Text,
    /// Text, or a table with `zh` and `en`.
    Title,
    /// A name that the author makes up, or one that is declared elsewhere.
    Name,
    /// A word or a list of words.
    Names,
    /// One of a few words, or a list of them.
    Words(&'static [&'static str]),
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A date, as TOML's own or as text.
    Date,
    /// Three capital letters.
    Currency,
    /// Text such as `"0.01"`.
    UnitOfMoney,
    /// Text such as `"07-01"`.
    MonthDay,
    /// A period over which accumulators run.
    Period,
    /// A date of a claim, or so long before it.
    AsOf,
    /// `true` or `false`.
    YesNo,
    /// A word, a number, or `true` or `false`.
    Scalar,
    /// A whole number from 1.
    Positive,
    /// A whole number of days from 0.
    Days,
    /// A value: a constant, an expression, a dated series or a decision table.
    Value(Measure),
    /// A condition.
    Condition,
    /// Portions: a list, or a table with counting factors.
    Covers,
    /// Funds with their ratios.
    Split,
    /// Parameters by name.
    Parameters,
    /// A table.
    Table(&'static Section),
    /// A list of tables, or a single one.
    Tables(&'static Section),
}

/// What a value measures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Amount,
    Ratio,
    Count,
    Any,
}

impl Section {
    pub(crate) fn all_keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.keys.iter().copied().flatten()
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.all_keys().find(|k| k.name == name)
    }
}

const fn key(name: &'static str, form: Form, zh: &'static str, en: &'static str) -> Key {
    Key { name, form, required: false, zh, en }
}

const fn required(name: &'static str, form: Form, zh: &'static str, en: &'static str) -> Key {
    Key { name, form, required: true, zh, en }
}

const AMOUNT: Form = Form::Value(Measure::Amount);
const RATIO: Form = Form::Value(Measure::Ratio);
const COUNTS: &[&str] = &Counts::WORDS;

const ABOUT: &[Key] = &[
    key("title", Form::Title, "标题，写成文本或 { zh, en }", "The title: text, or { zh, en }"),
    key("source", Form::Text, "出处，解释时引用", "Where it comes from; explanations quote it"),
    key(
        "status",
        Form::Word(&["published", "illustrative"]),
        "数字已公布（默认），或为示意：报告会一再注明",
        "Figures that were published (default), or made up for illustration: every report repeats it",
    ),
];

const GUARD: &[Key] = &[
    key("when", Form::Condition, "适用条件", "Holds only when this condition does"),
    key("unless", Form::Condition, "除外条件", "Holds only when this condition does not"),
];

const OWNER: Form = Form::Word(&["person", "household", "everyone"]);

const RUNNING: &[Key] = &[
    key("per", Form::Period, "累计的周期", "The period over which it runs"),
    key(
        "owner",
        OWNER,
        "按个人（默认）、按家庭或按全体参保人累计",
        "Whose it is: a person's (default), a household's, or everyone's together",
    ),
    key("accumulator", Form::Name, "共用的累计项，代替 per 和 owner", "A declared accumulator to share, in place of per and owner"),
];

const LIMIT_AMOUNT: &[Key] = &[required("amount", AMOUNT, "金额", "The amount")];

pub(crate) const FILE: Section = Section {
    id: "file",
    zh: "规则文件",
    en: "a rule file",
    keys: &[&[
        required("format", Form::Format, "规则语言的版本", "The format of the rule language: 1"),
        required("scheme", Form::Table(&SCHEME), "方案本身", "The scheme itself"),
        required("portion", Form::Tables(&PORTION), "费用类别，按报告的次序", "The classes of money in a bill, in the order of reports"),
        key("attribute", Form::Tables(&ATTRIBUTE), "规则可以查问的属性", "What rules may ask about a person, a claim or a line"),
        key("parameters", Form::Parameters, "算式中可用的参数", "Named values that expressions use"),
        key("accumulator", Form::Tables(&ACCUMULATOR), "有名称的累计项", "Running sums with names, which rules share or read"),
        key("day_charge", Form::Tables(&DAY_CHARGE), "按日计算的金额", "Amounts that go by the day"),
        key("fund", Form::Tables(&FUND), "基金：保费和捐款流入，赔款流出", "Funds: premiums and donations in, payments out"),
        key("classify", Form::Tables(&CLASSIFY), "把明细归入费用类别", "How lines go into portions; exactly one row fits a line"),
        required("layer", Form::Tables(&LAYER), "保障层，按赔付的次序", "The layers, in the order in which they pay"),
    ]],
};

pub(crate) const SCHEME: Section = Section {
    id: "scheme",
    zh: "`[scheme]` 表",
    en: "[scheme]",
    keys: &[
        &[
            required("id", Form::Name, "方案的名称", "The scheme's name"),
            required("version", Form::Text, "版本，任意文本", "Any text; two files with one id and other versions are two editions"),
            required("effective", Form::Table(&EFFECTIVE), "有效期", "When the scheme holds"),
            required("money", Form::Table(&MONEY), "货币与舍入", "Currency and rounding"),
            key(
                "rule_date",
                Form::Word(&["admission", "service", "discharge", "settlement"]),
                "按理赔申请的哪个日期选用规则（默认入院日）",
                "Which date of a claim picks rules, dated values, ages and periods (default admission)",
            ),
            key(
                "order",
                Form::Word(&["as-received", "as-incurred"]),
                "裁定的次序：按收到（默认）或按发生",
                "The order in which claims are settled: as received (default) or as incurred",
            ),
            key(
                "settles",
                Form::Table(&SETTLES),
                "按周期对另一方案裁定后的剩余费用再行结算",
                "It settles, period by period, what another scheme left of all claims of a person or household",
            ),
            key(
                "policy_year",
                Form::MonthDay,
                "保单年度的起始月日（默认 01-01）",
                "Month and day on which a policy year begins (default 01-01)",
            ),
            key(
                "days",
                Form::Word(&["nights", "both-ends"]),
                "天数如何计算：按过夜数（默认），或首尾两天都算",
                "How days are counted where a claim does not give them: as nights (default), or with the first and the last day",
            ),
            key(
                "months",
                Form::Word(&["begun", "whole"]),
                "`months_in_year` 如何计月：当月有一日即计，或整月才计",
                "Which months `months_in_year` counts: those of which a day is covered, or those covered in whole",
            ),
        ],
        ABOUT,
    ],
};

pub(crate) const SETTLES: Section = Section {
    id: "settles",
    zh: "`settles` 表",
    en: "`settles`",
    keys: &[&[
        required("scheme", Form::Name, "先行裁定的方案", "The scheme whose decided claims it settles"),
        required("per", Form::Period, "结算的周期", "The period of which all claims are settled together"),
        key(
            "owner",
            Form::Word(&["person", "household"]),
            "按个人（默认）或按家庭结算",
            "Whose claims are settled together: a person's (default) or a household's",
        ),
    ]],
};

pub(crate) const EFFECTIVE: Section = Section {
    id: "effective",
    zh: "`effective` 表",
    en: "`effective`",
    keys: &[&[
        required("from", Form::Date, "生效的第一天", "The first day"),
        key("until", Form::Date, "不再有效的第一天", "The first day on which it no longer holds"),
    ]],
};

pub(crate) const MONEY: Section = Section {
    id: "money",
    zh: "`money` 表",
    en: "`money`",
    keys: &[&[
        required("currency", Form::Currency, "货币代码，三个大写字母", "The currency, three capital letters"),
        required("unit", Form::UnitOfMoney, "金额的最小单位", "The smallest step of money"),
        key("rounding", Form::Word(MODES), "舍入方式（默认四舍五入）", "How payments are rounded (default half-up)"),
    ]],
};

const MODES: &[&str] = &["half-up", "half-even", "down", "up"];

pub(crate) const TITLE: Section = Section {
    id: "title",
    zh: "`title` 表",
    en: "`title`",
    keys: &[&[key("zh", Form::Text, "中文标题", "The title in Chinese"), key("en", Form::Text, "英文标题", "The title in English")]],
};

pub(crate) const PORTION: Section = Section {
    id: "portion",
    zh: "`[[portion]]` 表",
    en: "[[portion]]",
    keys: &[&[required("id", Form::Name, "费用类别的名称", "The portion's name")], ABOUT],
};

pub(crate) const ATTRIBUTE: Section = Section {
    id: "attribute",
    zh: "`[[attribute]]` 表",
    en: "[[attribute]]",
    keys: &[
        &[
            required("name", Form::Name, "属性的名称", "The attribute's name"),
            required(
                "of",
                Form::Word(&["person", "household", "claim", "line"]),
                "属于个人、家庭（仅按家庭结算的方案）、理赔申请还是明细",
                "What it is an attribute of; of a household only in a scheme that settles for households",
            ),
            key(
                "values",
                Form::Names,
                "可取的值；个人属性按优先次序书写",
                "The values it may have; for a person in the order of their rank: who holds several counts as the first",
            ),
            key("type", Form::Word(&["yes-no", "count", "amount", "ratio", "text"]), "代替 values 的类型", "Its type, in place of values"),
            key("default", Form::Scalar, "没有给出时的值", "The value of one who has none"),
            key(
                "as_of",
                Form::AsOf,
                "个人属性按哪个日期读取（默认规则日期）",
                "For a person: the date on which it is read (default rule-date)",
            ),
        ],
        ABOUT,
    ],
};

pub(crate) const PARAMETERS: Section = Section { id: "parameters", zh: "`[parameters]` 表", en: "[parameters]", keys: &[] };

/// Beside these keys the dates of a series may stand.
pub(crate) const PARAMETER: Section = Section {
    id: "parameter",
    zh: "参数",
    en: "a parameter",
    keys: &[
        &[
            key("value", Form::Value(Measure::Any), "数值；或改写各日期起的数值", "The value; or dates, with the value from each on"),
            key(
                "unit",
                Form::Word(&["amount", "ratio", "count"]),
                "单位；不写时有百分号为比例，否则为金额",
                "What it measures; otherwise a percent sign makes a ratio and anything else an amount",
            ),
        ],
        ABOUT,
    ],
};

pub(crate) const ACCUMULATOR: Section = Section {
    id: "accumulator",
    zh: "`[[accumulator]]` 表",
    en: "[[accumulator]]",
    keys: &[
        &[
            required("id", Form::Name, "累计项的名称", "The accumulator's name"),
            required("counts", Form::Word(COUNTS), "统计什么", "What it counts"),
            required("per", Form::Period, "累计的周期", "The period over which it runs"),
            key(
                "owner",
                OWNER,
                "按个人（默认）、按家庭或按全体参保人累计",
                "Whose it is: a person's (default), a household's, or everyone's together",
            ),
            key(
                "carry_months",
                Form::Positive,
                "周期最后若干个月的累计也计入下一周期",
                "What is posted in so many last months of a period counts in the next one too",
            ),
            key("with_payments_of", Form::Names, "这些保障层或基金的赔款也计入", "What these layers or funds pay is counted too"),
        ],
        GUARD,
    ],
};

pub(crate) const CLASSIFY: Section = Section {
    id: "classify",
    zh: "`[[classify]]` 表",
    en: "[[classify]]",
    keys: &[
        &[
            key("when", Form::Condition, "适用条件", "Which lines, by conditions on the line, claim or person"),
            required("into", Form::Name, "其余费用归入的类别", "The portion of what is left after the other keys"),
            key("quantity_limit", Form::Value(Measure::Count), "数量上限", "The most units that are admitted"),
            key("over_quantity", Form::Name, "超量部分归入的类别", "The portion of the money for units above the limit"),
            key("price_limit", AMOUNT, "单价上限", "The highest price of a unit that is admitted"),
            key("over_price", Form::Name, "超限价部分归入的类别", "The portion of the money above the price limit"),
            key("self_pay", RATIO, "先行自付比例", "The rate of preliminary self-pay"),
            key("self_pay_into", Form::Name, "先行自付部分归入的类别", "The portion of the preliminary self-pay"),
        ],
        ABOUT,
    ],
};

pub(crate) const LAYER: Section = Section {
    id: "layer",
    zh: "`[[layer]]` 表",
    en: "[[layer]]",
    keys: &[
        &[
            required("id", Form::Name, "保障层的名称", "The layer's name"),
            key(
                "covers",
                Form::Names,
                "外部给定的赔款依次冲减的费用类别",
                "The portions that a payment given from outside settles, in order; by default those of its benefits",
            ),
            key("cap", Form::Tables(&CAP), "本层各项保障责任共用的封顶线", "Caps that all its benefits share"),
            key("premium", Form::Table(&PREMIUM), "每个参保人每个保单年度的保费", "The premium of each insured person and policy year"),
            key(
                "role",
                Form::Word(&["payer", "write-off"]),
                "付款（默认）或由医疗机构减免",
                "It pays (default), or the provider waives it",
            ),
            key(
                "run_off",
                Form::Table(&RUN_OFF),
                "保障年度结束后，本层对跨年住院还支付多少天的费用",
                "How long after the policy year of a claim it goes on paying for lines dated later",
            ),
            key(
                "notional",
                Form::Table(&NOTIONAL),
                "何时只假定赔付：照常计算并计入累计，但无人支付",
                "When it is figured as if it paid: nobody pays, and the money stays the patient's",
            ),
            key("benefit", Form::Tables(&BENEFIT), "保障责任", "The benefits"),
        ],
        ABOUT,
        GUARD,
    ],
};

pub(crate) const RUN_OFF: Section = Section {
    id: "run_off",
    zh: "`run_off` 表",
    en: "`run_off`",
    keys: &[&[required(
        "days",
        Form::Days,
        "保障年度结束后的天数；0 为年末截止",
        "So many days after the end of the policy year; 0 is a split at the year's end",
    )]],
};

pub(crate) const NOTIONAL: Section = Section { id: "notional", zh: "`notional` 表", en: "`notional`", keys: &[GUARD] };

pub(crate) const PREMIUM: Section = Section {
    id: "premium",
    zh: "`premium` 表",
    en: "`premium`",
    keys: &[
        &[
            required("amount", AMOUNT, "一个保障年度的保费", "The premium of a policy year"),
            key(
                "charged",
                Form::Word(&["year", "month"]),
                "按整年（默认）或按参保月份收取",
                "For whole policy years (default) or by the months insured",
            ),
        ],
        GUARD,
    ],
};

pub(crate) const CAP: Section = Section {
    id: "cap",
    zh: "封顶线",
    en: "a cap",
    keys: &[
        LIMIT_AMOUNT,
        RUNNING,
        GUARD,
        &[
            key(
                "on",
                Form::Word(&CapOn::WORDS),
                "限制赔款（默认）、计入费用，或保障责任中明细的单位数、天数",
                "It limits the payment (default), the admitted base, or in a benefit the units of lines or the days that count",
            ),
            key("lines", Form::Condition, "保障责任的限额只看这些明细", "In a benefit: it counts and cuts these lines only"),
        ],
    ],
};

pub(crate) const DEDUCTIBLE: Section = Section {
    id: "deductible",
    zh: "起付线",
    en: "a deductible",
    keys: &[
        LIMIT_AMOUNT,
        RUNNING,
        GUARD,
        &[key(
            "kind",
            Form::Word(&["deductible", "franchise"]),
            "绝对免赔（默认）或相对免赔",
            "A plain deductible (default), or a franchise: nothing up to the amount, everything above",
        )],
    ],
};

pub(crate) const COPAY: Section = Section {
    id: "copay",
    zh: "定额自付",
    en: "a copayment",
    keys: &[
        &[
            key("amount", AMOUNT, "每项（案、明细、单位、天）应付的金额", "The sum due for each item: claim, line, unit or day"),
            key("ratio", RATIO, "代替 `amount`：该项剩余费用的一部分", "In place of `amount`: a part of what the item has left"),
            key("least", AMOUNT, "按比例计算时每项的最低金额", "Of a ratio: the least for each item"),
            key("most", AMOUNT, "按比例计算时每项的最高金额", "Of a ratio: the most for each item"),
            key(
                "each",
                Form::Word(&Each::WORDS),
                "按案（默认）、按明细、按单位（明细的数量）或按天计一次",
                "Due once for the claim (default), each line, each unit of a line's quantity, or each day",
            ),
            key("cap", Form::Tables(&COPAY_CAP), "该项自付在一个周期内的限额", "What it takes in a period at most"),
        ],
        &[key(
            "taken",
            Form::Word(&["before-ratio", "before-deductible", "from-payment", "beside"]),
            "在乘以比例之前（默认）、起付线之前或从赔款中扣除；beside：账单之外另付",
            "Taken before the ratio (default), before the deductible, from the payment, or beside: owed on top of the bill",
        )],
        GUARD,
    ],
};

pub(crate) const COPAY_CAP: Section =
    Section { id: "copay_cap", zh: "定额自付的限额", en: "a cap on a copayment", keys: &[LIMIT_AMOUNT, RUNNING, GUARD] };

pub(crate) const RATIO_BETWEEN: Section = Section {
    id: "ratio_between",
    zh: "`ratio_between` 表",
    en: "`ratio_between`",
    keys: &[&[key("least", RATIO, "比例的下限", "The least ratio"), key("most", RATIO, "比例的上限", "The most")]],
};

pub(crate) const POINT: Section = Section {
    id: "point",
    zh: "加点",
    en: "points",
    keys: &[&[required("add", RATIO, "比例增加的百分点", "Added to every band's ratio")], GUARD],
};

pub(crate) const FACTOR: Section = Section {
    id: "factor",
    zh: "系数",
    en: "a factor",
    keys: &[&[required("times", RATIO, "比例乘以的系数", "What every band's ratio is multiplied by")], GUARD],
};

pub(crate) const OUT_OF_POCKET_MAX: Section = Section {
    id: "out_of_pocket_max",
    zh: "个人负担上限",
    en: "an out-of-pocket maximum",
    keys: &[
        LIMIT_AMOUNT,
        RUNNING,
        GUARD,
        &[key(
            "of",
            Form::Words(&["deductible", "copay", "coinsurance"]),
            "限制个人负担的哪些部分（默认全部）",
            "Which parts of the patient's share it holds down (default all)",
        )],
    ],
};

pub(crate) const ROUNDING: Section = Section {
    id: "rounding",
    zh: "`rounding` 表",
    en: "`rounding`",
    keys: &[&[
        required("unit", Form::UnitOfMoney, "舍入的单位，方案单位的整数倍", "The step: a whole multiple of the scheme's unit"),
        key("mode", Form::Word(MODES), "舍入方式（默认四舍五入）", "How it is rounded (default half-up)"),
        key(
            "of",
            Form::Word(&["payment", "patient-share", "coinsurance"]),
            "舍入赔款（默认）、个人负担或按比例自付部分",
            "What is rounded: the payment (default), the patient's share, or its coinsurance",
        ),
    ]],
};

pub(crate) const BANDS: Section = Section {
    id: "bands",
    zh: "`bands` 表",
    en: "`bands`",
    keys: &[
        &[
            required(
                "measured",
                Form::Word(&["absolute", "above-deductible"]),
                "分段从零起算，或从起付线以上起算",
                "Measured from zero, or above the deductible",
            ),
            required("rows", Form::Tables(&BAND), "各分段，由低到高；最后一段不写 to", "The bands, from low to high; the last has no `to`"),
        ],
        RUNNING,
    ],
};

pub(crate) const BAND: Section = Section {
    id: "band",
    zh: "分段",
    en: "a band",
    keys: &[&[
        key("to", AMOUNT, "分段的上限", "Where the band ends"),
        required("ratio", RATIO, "分段的赔付比例", "The payout ratio in the band"),
    ]],
};

pub(crate) const PHASES: Section = Section {
    id: "phases",
    zh: "`phases` 表",
    en: "`phases`",
    keys: &[
        &[
            required(
                "rows",
                Form::Tables(&PHASE),
                "各阶段，依次经过；最后一个没有止点",
                "The phases, one after the other; the last has no end",
            ),
            key(
                "share",
                Form::Name,
                "累计个人负担的累计项；不写则自有一个",
                "The accumulator of what the patient has borne; by default one of its own",
            ),
        ],
        RUNNING,
    ],
};

pub(crate) const PHASE: Section = Section {
    id: "phase",
    zh: "阶段",
    en: "a phase",
    keys: &[&[
        key("to", AMOUNT, "累计费用达到此数时阶段结束", "The phase ends where the accumulated cost reaches this"),
        key("to_share", AMOUNT, "累计个人负担达到此数时阶段结束", "It ends where the patient has borne this"),
        key("ratio", RATIO, "赔付比例", "The payout ratio in the phase"),
        key("split", Form::Split, "各基金的赔付比例，代替 ratio", "The payout ratio of each fund, in place of a ratio"),
    ]],
};

pub(crate) const DAY_CHARGE: Section = Section {
    id: "day_charge",
    zh: "`[[day_charge]]` 表",
    en: "[[day_charge]]",
    keys: &[
        &[
            required("id", Form::Name, "按日金额的名称", "Its name: rules read charge.NAME and uncovered.NAME"),
            required("counted", Form::Name, "统计天数的累计项", "The accumulator of days so far"),
            required("rows", Form::Tables(&DAY_ROW), "各段日数，依次经过", "Stretches of days, one after the other"),
        ],
        ABOUT,
        GUARD,
    ],
};

pub(crate) const DAY_ROW: Section = Section {
    id: "day_row",
    zh: "日数分段",
    en: "a stretch of days",
    keys: &[&[
        key("to", Form::Positive, "到第几天为止", "The last day of the stretch"),
        key("reserve", Form::Name, "储备日：已用天数的累计项", "Reserve days: the accumulator of those used"),
        key("most", Form::Positive, "储备日的总数", "How many reserve days there are"),
        required("amount", AMOUNT, "每天的金额，按当日取值", "The amount of a day, read on its own date"),
    ]],
};

pub(crate) const FUND: Section = Section {
    id: "fund",
    zh: "`[[fund]]` 表",
    en: "[[fund]]",
    keys: &[
        &[
            required("id", Form::Name, "基金的名称", "The fund's name"),
            key("pays", Form::Names, "由它全额支付赔款的保障层", "The layers whose payments it makes, whole"),
            key(
                "shares",
                Form::Split,
                "由它按比例支付赔款的保障层，代替 pays",
                "The layers of whose payments it makes a share, with the ratio of each",
            ),
            key("per", Form::Period, "核算周期，默认保障年度", "The period of its accounts; by default the policy year"),
            key("donations", Form::Tables(&DONATION), "收到的捐款", "Donations that it receives"),
            key("pays_premium_of", Form::Names, "由它代缴保费的保障层", "The layers whose premiums it pays for the insured"),
            key("budget", AMOUNT, "每个周期的预算", "Its budget for a period"),
            key(
                "when_dry",
                Form::Word(&WhenDry::WORDS),
                "预算用尽时怎么办，默认记录超支",
                "What happens when the budget is used up; by default the excess is recorded",
            ),
            key(
                "corridor",
                Form::Tables(&CORRIDOR),
                "与另一基金分享结余、分担亏损的各段",
                "Bands in which another fund shares its surplus or deficit",
            ),
        ],
        ABOUT,
    ],
};

pub(crate) const DONATION: Section = Section {
    id: "donation",
    zh: "一笔捐款",
    en: "a donation",
    keys: &[
        &[required("on", Form::Date, "收到的日期", "The day on which it is received"), required("amount", AMOUNT, "金额", "The amount")],
        ABOUT,
    ],
};

pub(crate) const CORRIDOR: Section = Section {
    id: "corridor",
    zh: "`corridor` 的一段",
    en: "a band of a corridor",
    keys: &[&[
        required("with", Form::Name, "分享或分担的基金", "The fund that shares"),
        key(
            "from",
            Form::Value(Measure::Any),
            "起点：赔付率或赔款金额，默认 0",
            "Where it begins: a claim ratio, or an amount of payments; by default 0",
        ),
        key("to", Form::Value(Measure::Any), "终点；没有则不封顶", "Where it ends; without, it has no end"),
        key("surplus", RATIO, "这一段中未用于赔款的钱，分给对方的比例", "The share of the money in the band that payments did not use"),
        key("deficit", RATIO, "这一段中的赔款，由对方承担的比例", "The share of the payments in the band that the other bears"),
    ]],
};

pub(crate) const GRANT: Section = Section {
    id: "grant",
    zh: "`grant` 表",
    en: "`grant`",
    keys: &[&[required("rows", Form::Tables(&GRANT_ROW), "各档，由低到高", "The steps, from low to high")], RUNNING],
};

pub(crate) const GRANT_ROW: Section = Section {
    id: "grant_row",
    zh: "定额补助的档次",
    en: "a step of a grant",
    keys: &[&[
        required("above", AMOUNT, "费用超过此数", "Where the base exceeds this"),
        required("pays", AMOUNT, "补助的金额", "this sum is paid"),
    ]],
};

pub(crate) const IN_KIND: Section = Section {
    id: "in_kind",
    zh: "`in_kind` 表",
    en: "`in_kind`",
    keys: &[
        &[
            required("buy", Form::Positive, "每个周期自购的数量", "Units of each cycle that are bought"),
            required("give", Form::Positive, "每个周期赠送的数量", "Units of each cycle that are given then"),
            required("units", Form::Name, "统计数量的事实", "The fact that counts the units"),
        ],
        RUNNING,
    ],
};

pub(crate) const GROUP: Section = Section {
    id: "group",
    zh: "`group` 表",
    en: "`group`",
    keys: &[
        &[
            required("by", Form::Names, "这些明细事实相同的归为一组", "The facts of lines that are the same in a group"),
            required("least", AMOUNT, "一组计入金额的最低数", "The least counted money of a group"),
        ],
        GUARD,
    ],
};

pub(crate) const COORDINATE: Section = Section {
    id: "coordinate",
    zh: "`coordinate` 表",
    en: "`coordinate`",
    keys: &[&[
        key(
            "with",
            Form::Names,
            "与之协调的保障层（默认此前所有付款的保障层）",
            "The layers whose payments are put back (default every earlier layer that pays)",
        ),
        key("pays", Form::Word(CANDIDATES), "支付此数", "It pays this figure"),
        key("least", Form::Words(CANDIDATES), "支付其中最少的", "It pays the least of these figures"),
        key("greatest", Form::Words(CANDIDATES), "支付其中最多的", "It pays the greatest of these figures"),
    ]],
};

const CANDIDATES: &[&str] = &Candidate::WORDS;

pub(crate) const BENEFIT: Section = Section {
    id: "benefit",
    zh: "`[[layer.benefit]]` 表",
    en: "[[layer.benefit]]",
    keys: &[
        &[
            required("id", Form::Name, "保障责任的名称", "The benefit's name"),
            required(
                "covers",
                Form::Covers,
                "计入的费用类别，或类别与计入系数",
                "The portions that count: a list, or a table with counting factors",
            ),
            key("lines", Form::Condition, "只计入满足条件的明细", "Only lines for which this holds"),
            key(
                "group",
                Form::Table(&GROUP),
                "把明细分组，计入金额合计不足的组不计入",
                "Lines in groups: a group whose counted money is too little does not count",
            ),
            key("deductible", Form::Tables(&DEDUCTIBLE), "起付线；可有多条", "The deductible, or several that are met together"),
            key("copay", Form::Tables(&COPAY), "定额自付", "Copayments"),
            key("ratio", RATIO, "赔付比例", "The payout ratio"),
            key("bands", Form::Table(&BANDS), "分段赔付比例，代替 ratio", "Ratios by band, in place of a ratio"),
            key(
                "phases",
                Form::Table(&PHASES),
                "按累计费用和累计个人负担分阶段，代替 ratio",
                "Phases by accumulated cost and by what the patient has borne, in place of a ratio",
            ),
            key("grant", Form::Table(&GRANT), "按档定额补助，代替 ratio", "A step grant, in place of a ratio"),
            key("fixed", AMOUNT, "固定金额，代替 ratio", "A fixed sum, in place of a ratio"),
            key("in_kind", Form::Table(&IN_KIND), "实物给付（买若干赠若干），代替 ratio", "A benefit in kind, in place of a ratio"),
            key("points", Form::Tables(&POINT), "比例的加点", "Points added to the ratio"),
            key("factors", Form::Tables(&FACTOR), "比例的系数", "Factors on the ratio, after points"),
            key(
                "ratio_between",
                Form::Table(&RATIO_BETWEEN),
                "加点和系数之后比例的下限和上限",
                "The least and the most of the ratio, after points and factors",
            ),
            key("out_of_pocket_max", Form::Tables(&OUT_OF_POCKET_MAX), "个人负担上限", "The most that the patient bears"),
            key("cap", Form::Tables(&CAP), "封顶线", "Caps on the payment or on the base"),
            key(
                "coordinate",
                Form::Table(&COORDINATE),
                "与先赔的保障层协调：按它们未曾赔付计算，再比较取数",
                "Coordination with layers that paid before: figured as if they had not, then compared",
            ),
            key("minimum", AMOUNT, "低于此数不付，但仍计入累计", "A payment below this is not made but still posts"),
            key("indemnity", Form::YesNo, "false：账外给付，不冲减费用", "false: paid beside the bill, and shown apart"),
            key(
                "each",
                Form::Word(&["claim", "line", "day"]),
                "按整案（默认）、逐条明细或逐日计算",
                "It is figured for the claim (default), or for each line or day by itself",
            ),
            key("allocate", Form::Names, "赔款冲减费用类别的次序", "The order in which the payment settles portions"),
            key("rounding", Form::Table(&ROUNDING), "本项的舍入，代替方案的", "Rounding in place of the scheme's"),
        ],
        ABOUT,
        GUARD,
    ],
};

/// In decision tables; `otherwise` stands alone.
pub(crate) const ROW: Section = Section {
    id: "row",
    zh: "决策表的行",
    en: "a row of a decision table",
    keys: &[&[
        key("when", Form::Condition, "适用条件", "When the row holds"),
        key("then", Form::Value(Measure::Any), "此时的数值", "The value then"),
        key(
            "otherwise",
            Form::Value(Measure::Any),
            "其他情形下的数值，单独写在最后一行",
            "The value in every other case: alone, in the last row",
        ),
    ]],
};

/// Tables whose keys are made up: facts, dates, portions.
pub(crate) const CONDITION: Section = Section { id: "condition", zh: "条件", en: "a condition", keys: &[] };
pub(crate) const FACT: Section = Section { id: "fact", zh: "事实", en: "a fact", keys: &[] };
pub(crate) const SERIES: Section = Section { id: "series", zh: "按日期分段的数值", en: "a dated series", keys: &[] };
pub(crate) const SPLIT: Section = Section { id: "split", zh: "`split` 表", en: "`split`", keys: &[] };
pub(crate) const COVERS: Section = Section { id: "covers", zh: "`covers` 表", en: "`covers`", keys: &[] };
