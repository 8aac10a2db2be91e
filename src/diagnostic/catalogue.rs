//! Everything that findings say, in Chinese and English.

use chrono::NaiveDate;

use super::message::{Compared, Form, Message, Never, Say, Thing, Unused, catalogue};
use crate::date::Per;
use crate::decision::Language;
use crate::money::{Money, MoneyError};
use crate::ratio::Ratio;
use crate::scheme::grammar::Section;
use crate::scheme::syntax::{Counts, Unit};

catalogue! {
    // --- reading: the file and its tables

    file_too_large(limit: usize): "规则文件不得超过 {limit} 字节", "a rule file may have at most {limit} bytes";
    needs_key(section: &Section, key: &str): "{section}缺少键 `{key}`", "{section} needs the key `{key}`";
    no_key(section: &Section, key: &str): "{section}没有键 `{key}`", "{section} has no key `{key}`";
    its_keys(keys: &str): "可用的键有 {keys}", "its keys are {keys}";
    did_you_mean(name: &str): "是不是 `{name}`？", "did you mean `{name}`?";
    cannot_be(key: &str, text: &str): "`{key}` 不能写成 `{text}`", "`{key}` cannot be `{text}`";
    one_of(words: &str): "只能是以下之一：{words}", "it is one of {words}";
    periods(words: &str):
        "只能是以下之一：{words}；`quarter`、`half-year`、`\"year from 02-01\"`；自首次使用起的个人周期，如 `\"12 months from first use\"`（2 到 1200 个月，或写 `1 month`）、`\"365 days from first use\"`（2 到 36525 天，或写 `1 day`）；治疗期，如 `\"spell of 60 days\"`；或滚动周期 `\"last 12 months\"`、`\"last 12 calendar months\"`、`\"last 365 days\"`",
        "it is one of {words}; quarter, half-year, \"year from 02-01\"; a personal period such as \"12 months from first use\" (2 to 1200 months, or 1 month) or \"365 days from first use\" (2 to 36525 days, or 1 day); a spell such as \"spell of 60 days\"; or a rolling window: \"last 12 months\", \"last 12 calendar months\", \"last 365 days\"";
    rolling_cannot_hold(key: &str):
        "滚动周期的累计会变小，`{key}` 不能据此计算",
        "the position of a rolling window can fall, and `{key}` cannot be measured on it";
    wrong_form(key: &str, wanted: Form, found: Form): "`{key}` 应为{wanted}，不能是{found}", "`{key}` must be {wanted}, not {found}";
    not_a_name(name: &str):
        "`{name}` 不能作名称：名称以小写字母开头，由小写字母、数字和 `_` 组成，最多 64 个字符",
        "`{name}` is not a name: a lower-case letter, then lower-case letters, digits and `_`, 64 at most";
    not_a_date(key: &str): "`{key}` 应为日期，如 2024-01-01", "`{key}` must be a date such as 2024-01-01";
    not_positive(key: &str): "`{key}` 应为 1 到 1000000 的整数", "`{key}` must be a whole number from 1 to 1000000";

    no_number_of_days(key: &str): "`{key}` 应为 0 到 36525 的整数", "`{key}` must be a whole number from 0 to 36525";
    each_needs_lines(each: &str):
        "`each = \"{each}\"` 按明细计算：方案需要 `[[classify]]`",
        "`each = \"{each}\"` goes by lines: the scheme needs `[[classify]]`";
    not_with_each(each: &str, what: &str):
        "`each = \"{each}\"` 不能与 `{what}` 同时使用",
        "`each = \"{each}\"` does not go with `{what}`";
    run_off_needs_lines():
        "`run_off` 按明细日期区分费用：方案需要 `[[classify]]`",
        "`run_off` tells lines apart by their dates: the scheme needs `[[classify]]`";
    run_off_goes_by_admission():
        "`run_off` 只用于 `rule_date = \"admission\"` 的方案：否则理赔属于服务结束或结算时的保障年度，其后没有明细",
        "`run_off` goes with `rule_date = \"admission\"`: else a claim belongs to the year in which it ends or is settled, and nothing is dated after that";
    run_off_of_settlement():
        "结算其他方案的方案不能有 `run_off`：其理赔只有一天",
        "a scheme that settles another has no `run_off`: its claims are of one day";
    run_off_and_days():
        "有 `run_off` 的保障层中，金额不能按本案天数计算：天数不能按明细日期拆分",
        "in a layer with `run_off` no value goes by the claim's days: they are not told apart by the dates of lines";
    run_off_and_units():
        "有 `run_off` 的保障层不能有 `in_kind`：其单位数不能按明细日期拆分",
        "in a layer with `run_off` nothing is given in kind: its units are not told apart by the dates of lines";
    scheme_needs_portion(): "方案至少要有一个 `[[portion]]`", "a scheme needs at least one `[[portion]]`";
    scheme_needs_layer(): "方案至少要有一个 `[[layer]]`", "a scheme needs at least one `[[layer]]`";
    unknown_format(number: &str, known: i64):
        "不认识规则语言的版本 {number}；本程序读版本 {known}",
        "format {number} of the rule language is not known; this version reads format {known}";
    write_format(known: i64): "请写 `format = {known}`", "write `format = {known}`";
    until_not_after(until: NaiveDate, from: NaiveDate):
        "`until`（{until}）不晚于 `from`（{from}）；`until` 是方案不再有效的第一天",
        "`until` ({until}) is not after `from` ({from}); it is the first day on which the scheme no longer holds";
    not_a_currency(text: &str):
        "`{text}` 不是货币代码：应为三个大写字母，如 `\"CNY\"`",
        "`{text}` is not a currency of three capital letters, such as \"CNY\"";
    not_a_month_day(text: &str):
        "`{text}` 不是月和日，应写成 `\"07-01\"` 的形式，日不超过 28",
        "`{text}` is not a month and day such as \"07-01\", with a day up to the 28th";
    not_a_unit(text: &str): "`{text}` 不是金额单位，应写成 `\"0.01\"` 的形式", "`{text}` is not a unit of money such as \"0.01\"";
    values_and_type(): "`values` 与 `type` 只能写一个", "`values` and `type` exclude each other";
    attribute_needs_values():
        "属性应写明 `values = [...]` 或 `type = \"...\"`",
        "an attribute needs `values = [...]` or `type = \"...\"`";
    as_of_persons_only(): "只有个人的属性才按日期读取", "only a person's attributes are read as of a date";
    only_claims_choose(): "只有统计理赔件数的累计项才能选择计入哪些", "only an accumulator that counts claims chooses which";
    named_says_per():
        "引用累计项时，`per` 和 `owner` 写在累计项的声明处",
        "a named accumulator says `per` and `owner` where it is declared";
    reading_dates(words: &str):
        "可写 {words}；或在其后写早多久，如 `policy-year-start - 24 months`（1 至 1200 个月）、`admission - 30 days`（1 至 36525 天）",
        "it is one of {words}, or so long before one of them: `policy-year-start - 24 months` (1 to 1200 months), `admission - 30 days` (1 to 36525 days)";
    say_the_period():
        "请写明累计的周期：`per = \"policy-year\"`，或 `accumulator = \"...\"`",
        "say over which period it runs: `per = \"policy-year\"`, or `accumulator = \"...\"`";
    needs_portion_key(value: &str, into: &str):
        "写了 `{value}` 就要写 `{into}`：这部分费用归入的类别",
        "`{value}` needs `{into}`: the portion that the money goes into";
    needs_value_key(into: &str, value: &str): "写了 `{into}` 就要写 `{value}`", "`{into}` needs `{value}`";
    layer_needs_covers():
        "没有保障责任的保障层只能由外部给定赔款，须写 `covers`：赔款冲减的费用类别",
        "a layer without benefits is only ever given, and needs `covers`: the portions that its payment settles";
    benefit_needs_form():
        "保障责任须写 `ratio`、`bands`、`phases`、`grant`、`fixed` 或 `in_kind` 之一：赔多少",
        "a benefit needs `ratio`, `bands`, `phases`, `grant`, `fixed` or `in_kind`: how much it pays";
    exclude_each_other(keys: &str): "{keys} 只能写一个", "{keys} exclude each other";
    last_band_has_no_end(): "最后一个分段没有上限：不写 `to`", "the last band has no end: leave `to` out";
    band_needs_an_end(): "只有最后一个分段可以不写 `to`", "only the last band may be without `to`";
    franchise_alone():
        "相对免赔额不能与其他起付线同时使用",
        "a franchise cannot be met together with another deductible";

    named_twice(name: &str): "`{name}` 重复列出", "`{name}` is named twice";
    names_a_part(): "至少要列出个人负担的一个部分", "at least one part of the patient's share must be named";
    maxima_of_other_parts():
        "同一保障责任的各个人负担上限须限制相同的部分：`of` 应一致",
        "the maxima of one benefit hold down the same parts: `of` must be the same in all";
    parts_on_their_own():
        "限制部分个人负担的上限使用自己的累计项：请写 `per`，不写 `accumulator`",
        "a maximum of some parts runs on an accumulator of its own: write `per`, not `accumulator`";
    parts_need_ratio():
        "区分个人负担的各部分，须用 `ratio` 或 `bands`",
        "the parts of the patient's share are told apart only with `ratio` or `bands`";
    parts_without_franchise():
        "使用相对免赔额时，无法区分个人负担的各部分",
        "the parts of the patient's share cannot be told apart under a franchise";
    parts_without_from_payment():
        "有从赔款中扣除的定额自付时，无法区分个人负担的各部分；请改用其他 `taken`",
        "the parts of the patient's share cannot be told apart with a copayment taken from the payment: take it elsewhere";
    beside_and_maximum():
        "账单之外另付的定额自付不受个人负担上限限制：上限须写 `of`，且不含 `copay`",
        "a copayment beside the bill is outside of the maximum: name the parts of the maximum with `of`, without `copay`";
    beside_no_multiple(sum: Money, unit: Money):
        "账单之外另付 {sum}，不是方案单位 {unit} 的整数倍",
        "{sum} beside the bill is no whole multiple of the scheme's unit {unit}";

    of_households():
        "只有按家庭结算的方案（`settles`）才有家庭的属性",
        "only a scheme that settles for households (`settles`) has attributes of households";
    claimants_are_households():
        "此方案按家庭结算：请写 `of = \"household\"`",
        "this scheme settles for households: write `of = \"household\"`";
    carry_too_long(months: usize):
        "`carry_months` 应少于一个周期，且周期须是日历上长于一个月的一段（{months} 个月不行）",
        "`carry_months` is less than a period, which is a stretch of the calendar of more than a month: {months} months are not";
    lines_are_counted():
        "限制部分明细的限额须限制计入费用、单位数或天数：请写 `on`",
        "a cap on some lines is `on` the base, the units or the days: what is paid is not paid by line";
    layer_cap_of_lines():
        "明细、单位数或天数的限额只能写在保障责任里",
        "a cap on lines, units or days stands in a benefit, not in a layer";
    line_cap_alone(name: &str):
        "同一保障责任的另一规则也用累计项 `{name}`：会重复累计",
        "another rule of this benefit uses the accumulator `{name}` too: it would be counted twice";
    line_cap_and_coordinate():
        "明细、单位数或天数的限额不能与 `coordinate` 同时使用",
        "a cap on lines, units or days does not go with `coordinate`";
    copay_needs_an_amount(): "定额自付须写 `amount` 或 `ratio`", "a copayment needs `amount` or `ratio`";
    only_of_a_ratio(key: &str):
        "`{key}` 只用于 `ratio`：请把它写进 `amount` 的表达式",
        "`{key}` goes with `ratio` only: write it into the expression of `amount`";
    no_ratio_by_the_day():
        "按天计（`each = \"day\"`）的自付须为 `amount`：各天的费用并不知道",
        "a copayment for each day is an `amount`: what each day cost is not known";
    ratio_of_the_base():
        "按比例的自付从计入费用中扣除：`taken` 须为 `before-ratio` 或 `before-deductible`",
        "a copayment by `ratio` comes out of the base: `taken` is `before-ratio` or `before-deductible`";
    least_above_most(least: Money, most: Money):
        "`least` {least} 高于 `most` {most}",
        "`least` {least} is above `most` {most}";
    units_need_lines():
        "单位是明细的数量：方案没有 `[[classify]]`，账单不带明细",
        "units are the quantities of lines, and without `[[classify]]` no bill has lines";
    copay_cap_and_maximum():
        "定额自付自己的限额不能与限制该自付的个人负担上限同时使用：上限请写不含 `copay` 的 `of`",
        "a cap on a copayment does not go with an out-of-pocket maximum that holds it down: name the parts of the maximum with `of`, without `copay`";
    needs_an_end(): "`ratio_between` 须写 `least` 或 `most`", "`ratio_between` needs `least` or `most`";
    between_needs_a_ratio():
        "只有 `ratio` 或 `bands` 的比例才有上下限",
        "only the ratio of `ratio` or `bands` has a least and a most";
    to_or_reserve():
        "每段日数写 `to`，或写 `reserve` 和 `most`；其余各日的一段都不写",
        "a stretch of days has `to`, or `reserve` and `most`; the one for all other days has none of them";
    days_must_rise():
        "每段日数的 `to` 应大于前一段，其余各日的一段在最后",
        "each stretch of days ends after the one before, and the one for all other days comes last";
    counts_no_days(name: &str): "`{name}` 统计的不是天数（`days`）", "`{name}` does not count days";
    reserve_of_its_own(name: &str):
        "储备日的累计项 `{name}` 只能用于一处，且不另行选择案件",
        "the accumulator of reserve days `{name}` belongs to one row alone, and chooses no claims";
    settles_the_calendar():
        "结算的周期须是日历上的一段，如 `month`、`quarter` 或 `\"year from 08-01\"`",
        "a settlement is of a stretch of the calendar, such as month, quarter or \"year from 08-01\"";
    settles_itself(): "方案不能结算它自己", "a scheme cannot settle itself";
    settled_has_no_premium(): "结算方案没有参保人，不能有保费", "a scheme that settles has no insured persons, and no premium";
    settled_has_no_spell(name: &str):
        "结算方案没有治疗的日子，累计 `{name}` 不能按治疗期计",
        "a scheme that settles has no days of care, and the accumulator `{name}` cannot run over spells";
    previous_of_the_calendar(per: Per):
        "只有按日历分期的累计才有上一期，按 `{per}` 累计的没有",
        "only periods of the calendar have one before them, not `{per}`";
    quiet_policy_years(per: Per):
        "`quiet` 按保障年度计，不能问按 `{per}` 的累计",
        "`quiet` counts policy years, and this accumulator runs per `{per}`";
    notional_and(key: &str):
        "假定赔付的层无人支付，不能与 `{key}` 合用",
        "nobody pays what a notional layer is figured to pay: it cannot go with `{key}`";
    text_over_time(name: &str):
        "`{name}` 是文本，规则只知道它是否为所提到的词，不能问它保持了多久",
        "`{name}` is a text, of which rules know only whether it is a word that they mention: not how long it has been the same";
    in_year_of_yes_no(name: &str):
        "`{name}` 不是是非属性，不能问它在一年中有多少月、多少天为是",
        "`{name}` is no yes-no attribute, of which one could ask how much of the year it holds";
    months_begun_or_whole():
        "须在 `[scheme]` 写明月份如何计：`months = \"begun\"`（有一日即计）或 `\"whole\"`（整月才计）",
        "say in `[scheme]` which months count: `months = \"begun\"` (those of which a day is covered) or `\"whole\"` (those covered in whole)";
    groups_by_lines(name: &str): "`{name}` 不是明细的事实，不能据以分组", "`{name}` is no fact of a line, and lines cannot be grouped by it";
    sums_known_inside(name: &str):
        "`{name}` 是所计入明细之和，只有在保障责任选定明细之后才可知",
        "`{name}` is a sum over the lines that a benefit counts, and is known only once they are chosen";
    group_and(key: &str): "`group` 不能与 `{key}` 合用", "`group` cannot go with `{key}`";
    last_phase_has_no_end(): "最后一个阶段没有止点：不写 `to` 和 `to_share`", "the last phase has no end: leave `to` and `to_share` out";
    phase_needs_an_end(): "只有最后一个阶段可以没有止点", "only the last phase may be without `to` and `to_share`";
    phase_needs_a_ratio(): "阶段须写 `ratio` 或 `split`：赔多少", "a phase needs `ratio` or `split`: how much is paid";
    split_needs_a_fund(): "`split` 至少要写一个基金", "`split` names at least one fund";
    no_fund(name: &str): "没有基金 `{name}`", "there is no fund `{name}`";
    dry_of_a_budget(): "`when_dry` 需要 `budget`", "`when_dry` needs a `budget`";
    surplus_or_deficit(): "每段写 `surplus` 或 `deficit` 之一", "a band has either `surplus` or `deficit`";
    surplus_below(): "`surplus` 的一段需要终点 `to`：结余是低于它的部分", "a band of `surplus` needs `to`: the surplus is what lies below it";
    accounts_of_the_calendar():
        "基金按日历上的一段时间核算：`month` 到 `policy-year`、`calendar-year`，或 `lifetime`",
        "a fund's accounts run over a stretch of the calendar, from a month to a year, or over a `lifetime`";
    shares_are_constant(): "份额应为一个固定的比例", "a share is one constant ratio";
    stops_only_whole(name: &str):
        "基金 `{name}` 用尽即停，只能全额支付一个保障层，不能只付一部分",
        "the fund `{name}` stops when it is dry, and can only pay a layer whole, not a share of it";
    shares_of_a_layer(layer: &str, sum: Ratio):
        "支付 `{layer}` 的各基金的份额合计 {sum}，应为 100%",
        "the shares of the funds that pay `{layer}` add up to {sum}, not 100%";
    has_no_premium(layer: &str): "保障层 `{layer}` 没有保费", "the layer `{layer}` has no premium";
    no_payments_of_a_fund(layer: &str):
        "保障层 `{layer}` 没有由一个基金支付的赔款：它是减免、只作计算，或已在 `split` 中分给各基金",
        "no fund pays for the layer `{layer}`: it is a write-off, is only figured, or its funds are in its `split`";
    count_its_layers(name: &str): "基金 `{name}` 支付整个保障层：请写保障层", "the fund `{name}` pays for layers: name those";
    donation_outside(on: NaiveDate):
        "捐款日期 {on} 不在方案的有效期内",
        "the donation of {on} is not within the time in which the scheme holds";
    shares_with_itself(): "基金不能与自己分享", "a fund cannot share with itself";
    band_ends_before_it_begins(): "终点 `to` 应高于起点 `from`", "`to` must be above `from`";
    not_of_a_fund(name: &str): "`{name}` 不能用于基金：基金只知道日期", "`{name}` cannot be asked of a fund, which knows only the date";
    no_layer(name: &str): "没有保障层 `{name}`", "there is no layer `{name}`";
    no_fund_or_layer(name: &str): "没有保障层或基金 `{name}`", "there is no layer or fund `{name}`";
    payments_are_money(): "统计件数或数量的累计项不能计入赔款", "an accumulator that counts claims or units cannot count payments";
    split_above_whole(sum: Ratio): "各基金的比例合计 {sum}，超过 100%", "the ratios of the funds add up to {sum}, more than 100%";
    some_rows_split():
        "同一保障责任中，要么每个赔付的阶段都写 `split`，要么都不写",
        "in one benefit either every phase that pays is split over funds, or none";
    phases_stand_alone(key: &str):
        "`phases` 不能与 `{key}` 合用：请写成阶段",
        "`phases` cannot go with `{key}`: say it as a phase";
    fund_and_its_layer(fund: &str, layer: &str):
        "`{layer}` 的赔款已包括 `{fund}`：不能重复计入",
        "what `{layer}` pays includes what `{fund}` pays: it would be counted twice";
    coordinate_needs_a_figure():
        "`coordinate` 须写 `pays`、`least` 或 `greatest` 之一：支付哪个数",
        "`coordinate` needs `pays`, `least` or `greatest`: which figure it pays";
    names_a_figure(): "至少要列出一个数", "at least one figure must be named";
    coordinates_with_earlier(layer: &str):
        "`{layer}` 不是此前的保障层：只能与先赔的保障层协调",
        "`{layer}` is no earlier layer: a benefit coordinates with layers that pay before it";
    coordinates_with_nobody():
        "此前没有付款的保障层可以协调",
        "no layer that pays comes before this one";
    coordinates_in_vain(layer: &str):
        "`{layer}` 不赔付本责任计入的任何费用类别",
        "`{layer}` pays for no portion that this benefit covers";
    coordinate_and_parts():
        "与其他保障层协调时，无法区分个人负担的各部分",
        "the parts of the patient's share cannot be told apart in a coordinating benefit";
    coordinate_and_beside():
        "账外给付（`indemnity = false`）不能与其他保障层协调",
        "sums beside the bill (`indemnity = false`) cannot be coordinated";

    // --- reading: values, conditions, expressions

    not_a_value(key: &str):
        "`{key}` 应为数字、算式、按日期分段的数值或决策表",
        "`{key}` must be a number, an expression, a dated series or a decision table";
    neither_key_nor_date(key: &str):
        "`{key}` 既不是已知的键，也不是 `\"2024-01-01\"` 这样的日期",
        "`{key}` is neither a known key nor a date such as \"2024-01-01\"";
    value_is_missing():
        "缺少数值：请写 `value = ...`，或写各日期起的数值",
        "a value is missing: `value = ...`, or dates with the value from each on";
    otherwise_comes_last(): "`otherwise` 行只能有一行，且在最后", "the `otherwise` row comes last, and once";
    table_needs_a_row(): "决策表至少要有一行", "a decision table needs at least one row";
    not_decimal(text: &str): "`{text}` 不是 `1234.50` 这样的普通小数", "`{text}` is not a plain decimal amount such as `1234.50`";
    too_precise(text: &str): "`{text}` 的小数超过六位", "`{text}` has more than six decimal places";
    beyond_range(text: &str): "`{text}` 过大", "`{text}` is out of range";

    any_needs_one(): "`any` 至少要有一个条件", "`any` needs at least one condition";
    must_be_compared(name: &str):
        "`{name}` 应与选项、选项列表或比较式相比",
        "`{name}` must be compared with a word, a list of words, or a comparison";
    compared_with_nothing(name: &str):
        "`{name}` 与空列表相比：条件永远不成立",
        "`{name}` is compared with an empty list: the condition could never hold";
    not_a_plain_number(text: &str): "`{text}` 不是普通小数", "`{text}` is not a plain decimal number";
    not_a_comparison(text: &str):
        "`{text}` 不是 `>= 60`、`< 30000`、`>= 2024-07-01` 这样的比较式",
        "`{text}` is not a comparison such as `>= 60`, `< 30000` or `>= 2024-07-01`";

    unexpected(sign: char): "此处不应有 `{sign}`", "`{sign}` is not expected here";
    too_many_terms(limit: usize): "算式中连续的项不得超过 {limit} 个", "an expression may have at most {limit} terms in a row";
    too_deep(limit: usize): "算式的嵌套不得超过 {limit} 层", "an expression may nest at most {limit} deep";
    closing_is_missing(): "缺少右括号 `)`", "a closing `)` is missing";
    operand_expected(found: char):
        "此处应为数字、名称或 `(`，不能是 `{found}`",
        "a number, a name or `(` is expected, not `{found}`";
    operand_expected_at_end(): "末尾还应有数字、名称或 `(`", "a number, a name or `(` is expected at the end";
    no_function(name: &str):
        "没有函数 `{name}`；可用的有 `min`、`max`、`floor`、`ceil` 和 `round`",
        "there is no function `{name}`; there are min, max, floor, ceil and round";
    comma_expected(): "此处应为 `,` 或 `)`", "`,` or `)` is expected";
    takes_values(name: &str, least: usize, most: usize, found: usize):
        "`{name}` 应有 {least} 到 {most} 个值，不能是 {found} 个",
        "`{name}` takes {least} to {most} values, not {found}";

    // --- names and facts

    too_many_rules(limit: usize):
        "方案最多有 {limit} 个保障层，每层最多有同样多的保障责任",
        "a scheme may have at most {limit} layers, and a layer as many benefits";
    not_of_a_household(per: Per):
        "周期为 `{per}` 的累计只属于个人，不能由家庭或全体参保人共用",
        "a {per} belongs to one person, not to a household or to everyone";
    reserved(name: &str):
        "`{name}` 在结果中另有含义，不能用作名称",
        "`{name}` has a meaning of its own in results and cannot be an id";
    already_declared(thing: Thing, name: &str): "已经有{thing} `{name}`", "there is already {thing} `{name}`";
    first_declared_here(): "首次声明在此", "first declared here";
    declared_here(): "声明在此", "declared here";
    no_portion(name: &str): "没有费用类别 `{name}`", "there is no portion `{name}`";
    no_accumulator(name: &str): "没有累计项 `{name}`", "there is no accumulator `{name}`";
    no_fact(name: &str): "没有属性、事实或参数 `{name}`", "there is no attribute, fact or parameter `{name}`";
    declare_it(name: &str): "请声明：`[[attribute]] name = \"{name}\"`", "declare it: [[attribute]] name = \"{name}\"";
    nothing_meets(name: &str): "`{name}` 没有一个取值满足此条件", "no value of `{name}` meets this";
    nobody_pays(portion: &str):
        "没有保障层赔付 `{portion}`：全部由患者负担",
        "no layer pays for `{portion}`: the patient bears all of it";
    nothing_uses(thing: Unused, name: &str): "没有规则使用{thing} `{name}`", "nothing uses the {thing} `{name}`";

    built_in(name: &str): "`{name}` 是内置的，无须声明", "`{name}` is built in and needs no declaration";
    read_from_claim(name: &str):
        "`{name}` 取自理赔申请的字段：请写 `of = \"claim\"`",
        "`{name}` is read from a field of the claim: write `of = \"claim\"`";
    read_from_line(name: &str):
        "`{name}` 取自明细的字段：请写 `of = \"line\"`",
        "`{name}` is read from a field of the line: write `of = \"line\"`";
    needs_a_value(name: &str): "`{name}` 至少要有一个取值", "`{name}` needs at least one value";
    not_a_value_of(text: &str, name: &str): "`{text}` 不是 `{name}` 的取值", "`{text}` is not a value of `{name}`";
    fact_of_a_line(name: &str): "`{name}` 是明细的事实，不能在此使用", "`{name}` is a fact of a line, and cannot be asked here";
    not_of_the_person_alone(name: &str):
        "`{name}` 不只取决于个人，不能用于保费",
        "`{name}` is not a fact of the person alone, and cannot be asked of a premium";
    not_known_yet(name: &str): "`{name}` 尚不可知：该保障层并不先赔", "`{name}` is not known yet: that layer does not pay earlier";
    only_inside_layers(name: &str): "`{name}` 只有在保障层内才可知", "`{name}` is only known inside layers";
    compared_with_numbers(name: &str, word: &str):
        "`{name}` 应与数字或日期比较，如 `\">= 60\"`，不能是 `{word}`",
        "`{name}` is compared with numbers or dates, such as \">= 60\", not with `{word}`";
    it_is_true_or_false(): "只能是 `true` 或 `false`", "it is true or false";
    compared_with(name: &str, wanted: Compared): "`{name}` 应与{wanted}比较", "`{name}` is compared with {wanted}";

    // --- values

    wanted_unit(wanted: Unit, found: Unit): "此处应为{wanted}，写的却是{found}", "{wanted} is wanted here, this is {found}";
    write_percent():
        "比例写成带百分号的文本：`\"60%\"`",
        "ratios are written with a percent sign, as text: \"60%\"";
    not_a_share(found: Ratio): "{found} 不在 0% 到 100% 之间", "{found} is not between 0% and 100%";
    below_zero(found: Money): "{found} 小于零", "{found} is below zero";
    outside_in_case(outside: &Message, case: &Message): "{outside}（{case}）", "{outside}, for {case}";
    not_figured(): "无法算出此处的数值", "this value could not be figured";
    no_exact_value(case: &Message):
        "此处没有六位小数以内的精确值（{case}）：除以零、过大，或须舍入",
        "this has no exact value with six decimal places for {case}: it divides by zero, is too large, or needs rounding";
    say_how_it_is_rounded(): "请写明如何舍入，如 `round(x, 0.01)`", "say how it is rounded, such as `round(x, 0.01)`";
    no_value_before(first: NaiveDate, from: NaiveDate):
        "{first} 之前没有数值，而方案自 {from} 起有效",
        "there is no value before {first}, but the scheme holds from {from}";
    too_many_cases(limit: usize): "此表的情形超过 {limit} 种", "this table has more than {limit} cases";
    no_row_met(case: &Message): "此表没有一行适用于：{case}", "no row of this table is met by: {case}";
    add_a_row():
        "请为此情形补一行，或在末尾加 `{{ otherwise = ... }}`",
        "add a row for this case, or `{{ otherwise = ... }}` at the end";
    two_rows_met(case: &Message): "此表有两行同时适用于：{case}", "two rows of this table are met by: {case}";
    two_classify_rows_met(case: &Message):
        "`classify` 有两行同时适用于：{case}",
        "two rows of `classify` are met by: {case}";
    the_other_row(): "另一行", "the other row";
    exactly_one_row(): "任何情形都应恰有一行适用", "exactly one row must hold in every case";
    row_not_reached(): "没有任何情形会用到这一行", "no case reaches this row";
    others_are_ratios():
        "此处其他数值都是比例，这个却是普通数字",
        "the other values here are ratios, this is a number";
    does_not_go_with(found: Unit, other: Unit): "{found}不能与{other}合用", "{found} does not go with {other}";
    figured_from_itself(name: &str): "`{name}` 的计算用到了它自己", "`{name}` is figured from itself";
    declared_as(name: &str, declared: Unit, found: Unit):
        "`{name}` 声明为{declared}，写的却是{found}",
        "`{name}` is declared as {declared}, but this is {found}";
    divides_by_zero(): "此处除以零", "this divides by zero";
    step_above_zero(): "步长应大于零", "the step must be above zero";
    not_a_number(name: &str): "`{name}` 不是数字", "`{name}` is not a number";
    let_a_table_turn_it():
        "可用决策表换成数字：`[{{ when = {{ ... }}, then = ... }}, {{ otherwise = ... }}]`",
        "let a decision table turn it into one: [{{ when = {{ ... }}, then = ... }}, {{ otherwise = ... }}]";
    cannot_be_multiplied(left: Unit, right: Unit): "{left}不能乘以{right}", "{left} cannot be multiplied by {right}";
    cannot_be_divided(left: Unit, right: Unit): "{left}不能除以{right}", "{left} cannot be divided by {right}";
    any_claim(): "任何理赔申请", "any claim";

    // --- layers and benefits

    counts_another(name: &str, counted: Counts, kind: &str, wanted: Counts):
        "`{name}` 统计的是 `{counted}`，而此处的 `{kind}` 要用统计 `{wanted}` 的累计项",
        "`{name}` counts {counted}, but a {kind} here runs on one that counts {wanted}";
    no_multiple(step: Money, unit: Money):
        "赔款按 {step} 取整，不是方案单位 {unit} 的整数倍",
        "payments in steps of {step} are no whole multiples of the scheme's unit {unit}";
    covered_twice(portion: &str): "`{portion}` 重复计入", "`{portion}` is covered twice";
    covers_needs_one(): "`covers` 至少要写一个费用类别", "`covers` names at least one portion";
    not_covered(portion: &str): "`{portion}` 没有计入，或写了两次", "`{portion}` is not covered, or named twice";
    allocate_names_all(): "`allocate` 应把计入的每个费用类别各写一次", "`allocate` names every covered portion once";
    bands_must_rise(): "每个分段的上限应高于前一个分段", "each band ends above the one before";
    steps_must_rise(): "每一档的起点应高于前一档", "each step begins above the one before";
    not_a_count(name: &str): "`{name}` 不是数量", "`{name}` is not a count";
    never_pays(benefit: &str, why: Never): "`{benefit}` 永远不会赔付：{why}", "`{benefit}` can never pay: {why}";
}

/// A case, told by what is equal to what.
pub(crate) fn this_case(case: &str) -> Message {
    Message::new(case.to_owned(), case.to_owned())
}

/// Why a number cannot be read.
pub(crate) fn number(error: &MoneyError) -> Message {
    match error {
        MoneyError::NotDecimal(text) => not_decimal(text),
        MoneyError::TooPrecise(text) => too_precise(text),
        MoneyError::OutOfRange(text) => beyond_range(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arguments of a text, and the text without them and without code in backticks.
    fn parts(text: &str) -> (Vec<&str>, String) {
        let unescaped = text.replace("{{", "").replace("}}", "");
        let mut arguments: Vec<&str> = text.split('{').skip(1).filter_map(|s| s.split_once('}')).map(|(name, _)| name).collect();
        arguments.retain(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        arguments.sort_unstable();
        arguments.dedup();
        let words = unescaped
            .split('`')
            .step_by(2)
            .map(|s| s.split('{').map(|p| p.split_once('}').map_or(p, |(_, rest)| rest)).collect::<String>());
        (arguments, words.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn chinese_is_chinese_and_says_as_much() {
        for (name, zh, en) in ENTRIES.iter().chain(super::super::refused::ENTRIES).chain(super::super::rules::ENTRIES) {
            let ((zh_arguments, zh_words), (en_arguments, en_words)) = (parts(zh), parts(en));
            assert_eq!(zh_arguments, en_arguments, "{name}");
            let chinese = |c: char| c >= '\u{2e80}';
            assert!(zh_words.chars().any(chinese), "{name}: {zh}");
            assert!(!zh_words.chars().any(|c| c.is_ascii_alphabetic()), "{name}: {zh}");
            assert!(!en_words.chars().any(chinese), "{name}: {en}");
        }
    }
}
