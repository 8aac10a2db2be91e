//! Why claims and files are refused, in Chinese and English.

use chrono::NaiveDate;

use super::message::{Message, Say, catalogue};
use crate::date::Per;
use crate::decision::Language;
use crate::money::Money;
use crate::scheme::syntax::Unit;

/// Words that are the same in both languages side by side: ids, columns, values.
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

catalogue! {
    // --- rejects: who, when, under which scheme

    another_person(said: &str, given: &str): "该案件属于 `{said}`，而不是 `{given}`", "the claim is for `{said}`, not for `{given}`";
    no_such_person(person: &str): "没有参保人 `{person}`", "there is no person `{person}`";
    two_households(person: &str, on: NaiveDate, first: &str, second: &str):
        "参保人 `{person}` 在 {on} 属于两个家庭：`{first}` 和 `{second}`",
        "person `{person}` belongs to two households on {on}: `{first}` and `{second}`";
    another_claim(id: &str): "另有案件使用编号 `{id}`", "another claim has the id `{id}`";
    no_scheme_at_all(): "没有方案", "there is no scheme";
    several_schemes(ids: &str): "案件没有指明方案，而方案不止一个：{ids}", "the claim names no scheme, and there are several: {ids}";
    no_such_scheme(id: &str): "没有方案 `{id}`", "there is no scheme `{id}`";
    or_near(near: &str): "；是不是 `{near}`？", "; did you mean `{near}`?";
    makes_its_own(id: &str): "方案 `{id}` 的案件由其所结算的方案产生，不能另给", "scheme `{id}` makes its own claims, of what it settles";
    under_another_plan(): "案件或账簿属于另一个方案", "the claim or the books were made under another plan";
    no_settlement_day(): "方案按结算日期，而案件没有结算日期", "the scheme goes by the day of settlement, which is missing";
    ends_before(from: NaiveDate): "服务结束早于开始（{from}）", "the service ends before it begins on {from}";
    settled_before(from: NaiveDate): "结算早于服务开始（{from}）", "settled before the service begins on {from}";
    notional_layer(layer: &str):
        "`{layer}` 层对本案只是假定赔付，没有人支付，不能给定其支付",
        "layer `{layer}` is figured as if it paid for this claim, and nobody does: no payment of it can be given";
    undated_lines(layer: &str, until: NaiveDate):
        "`{layer}` 层只支付至 {until} 的费用，而本案服务期超过该日：须提供明细，且每条明细须有 `date`",
        "layer `{layer}` pays for what is dated up to {until}, and the service goes on: the claim needs lines, and each its `date`";
    days_need_lines(layer: &str):
        "`{layer}` 层按日计算，而本案服务不止一天：须提供明细",
        "layer `{layer}` goes by the day, and the service is of several: the claim needs lines";
    line_outside(from: NaiveDate, to: NaiveDate):
        "明细日期不在服务期 {from} 至 {to} 之内",
        "the line is dated outside of the service, {from} to {to}";
    before_birth(from: NaiveDate, birth: NaiveDate): "服务日期 {from} 早于出生日期 {birth}", "service on {from}, before the birth on {birth}";
    not_in_force(id: &str, version: &str, on: NaiveDate):
        "方案 `{id}` 的版本 {version} 在 {on} 无效",
        "scheme `{id}` version {version} does not hold on {on}";
    no_edition(id: &str, on: NaiveDate): "方案 `{id}` 在 {on} 没有有效的版本", "no edition of scheme `{id}` holds on {on}";

    // --- rejects: amounts

    below_zero(amount: Money): "{amount} 小于零", "{amount} is below zero";
    quantity_not_above_zero(quantity: Money): "数量 {quantity} 不大于零", "the quantity {quantity} is not above zero";
    no_multiple_of_unit(amount: Money, unit: Money):
        "{amount} 不是方案单位 {unit} 的整数倍",
        "{amount} is no whole multiple of the scheme's unit {unit}";
    no_portion(portion: &str): "方案没有费用类别 `{portion}`", "the scheme has no portion `{portion}`";
    no_layer(layer: &str): "方案没有保障层 `{layer}`", "the scheme has no layer `{layer}`";
    no_accumulator(name: &str): "方案没有累计项 `{name}`", "the scheme has no accumulator `{name}`";
    neither_portions_nor_lines(): "账单既没有费用类别，也没有明细", "the bill comes with neither portions nor lines";
    both_portions_and_lines():
        "账单既有费用类别，又有明细；只能给一种",
        "the bill comes with both portions and lines; give one of them";
    too_large(): "金额过大，无法计算", "the amounts are too large to be figured with";
    portions_sum(sum: &str, bill: &str): "各费用类别之和为 {sum}，账单为 {bill}", "portions add up to {sum}, the bill is {bill}";
    lines_sum(sum: &str, bill: &str): "各条明细之和为 {sum}，账单为 {bill}", "lines add up to {sum}, the bill is {bill}";
    split_sum(amount: &str): "各费用类别之和不等于 {amount}", "the portions do not add up to {amount}";
    paying_too_much(layer: &str, amount: &str):
        "给定 `{layer}` 支付 {amount}，超过该层可支付的剩余费用",
        "`{layer}` is given as paying {amount}, which is more than is left for it";
    no_balance_before(name: &str, per: Per):
        "`{name}` 按 {per} 累计：在第一件案件之前没有余额",
        "`{name}` runs per {per}: it has no balance before the first claim";
    fund_accounts():
        "基金的账目无法计算：某个金额超出范围，或某个数值在当日没有取值",
        "the accounts of funds cannot be figured: a sum leaves the range, or a value has none on its day";
    nobodys_balance(name: &str):
        "`{name}` 属于全体参保人：不能由一个人带来余额",
        "`{name}` belongs to everyone: no person brings a balance of it";

    // --- rejects: attributes and lines

    no_claim_attribute(name: &str): "方案没有声明案件的属性 `{name}`", "the scheme declares no attribute `{name}` of claims";
    no_line_attribute(name: &str): "方案没有声明明细的属性 `{name}`", "the scheme declares no attribute `{name}` of lines";
    not_a_value(text: &str, name: &str, known: &Message): "`{text}` 不是 `{name}` 的取值：应为{known}", "`{text}` is not a value of `{name}`, which is {known}";
    one_of_words(words: &str): "以下之一：{words}", "one of {words}";
    true_or_false(): "`true` 或 `false`", "true or false";
    not_below_zero(unit: Unit): "{unit}，不小于零", "{unit}, not below zero";
    a_word(): "一个词", "a word";
    not_given(name: &str): "规则需要 `{name}`，而它没有给出，也没有默认值", "a rule asks for `{name}`, which is not given and has no default";
    two_lines(id: &str): "有两条明细的编号是 `{id}`", "two lines have the id `{id}`";
    no_row_fits(id: &str): "`classify` 中没有适用于明细 `{id}` 的行", "no row of `classify` fits line `{id}`";
    no_value():
        "规则的数值无法对本案算出：除数为零，超出范围，或需要舍入",
        "a rule's value cannot be figured for this claim: it divides by zero, is out of range, or needs rounding";
    internal(): "本程序内部错误；请连同该案件报告", "internal error of medaid; please report it with this claim";

    // --- files as a whole

    cannot_be_opened(why: &Message): "无法打开：{why}", "cannot be opened: {why}";
    cannot_be_read(why: &Message): "无法读取：{why}", "cannot be read: {why}";
    cannot_be_written(why: &Message): "无法写入：{why}", "cannot be written: {why}";
    cannot_be_made_a_folder(why: &Message): "无法建立文件夹：{why}", "cannot be made a folder: {why}";
    not_there(): "没有这个文件或文件夹", "there is no such file or folder";
    not_permitted(): "没有权限", "permission denied";
    is_a_folder(): "这是一个文件夹", "it is a folder";
    is_no_folder(): "这不是文件夹", "it is not a folder";
    said_by_the_system(text: &str): "系统报告：`{text}`", "{text}";
    utf_16(): "文本是 `UTF-16` 编码，不是 `UTF-8`：请另存为 `UTF-8`", "the text is UTF-16, not UTF-8: save it as UTF-8";
    not_utf_8(): "文本不是 `UTF-8` 编码（是不是 `GBK`？请另存为 `UTF-8`）", "the text is not UTF-8 (is it GBK? save it as UTF-8)";
    empty_file(): "文件是空的", "the file is empty";
    folder_not_empty(): "输出文件夹不是空的", "the output folder is not empty";
    lines_in_json():
        "单独的明细文件只能与 `CSV` 格式的案件文件合用；`JSON` 格式中明细写在案件里",
        "lines in a file of their own go with claims in CSV; in JSON they stand in their claim";
    scenario_needs_claims(): "场景需要 `claims.csv` 或 `claims.json`，而文件夹中没有", "a scenario needs claims.csv or claims.json, and the folder has none";
    scenario_needs_scheme():
        "场景需要 `scheme.toml` 或 `scheme-*.toml`，而文件夹中没有",
        "a scenario needs scheme.toml, or scheme-*.toml, and the folder has none";
    there_are_both(first: &str, second: &str): "{first} 和 {second} 都有，只能有一个", "there are both {first} and {second}; only one can be meant";
    and_more_problems(number: usize): "另有 {number} 个问题", "and {number} more problems";

    // --- rows and fields

    field_fault(number: usize, what: &Message): "第 {number} 个字段：{what}", "field {number}: {what}";
    stray_quote(): "字段不以引号开头，中间却有引号", "a quote inside a field that does not begin with one";
    open_quote(): "引号没有在本行内结束", "a quote that is not closed on its line";
    text_after_quote(): "结束的引号之后还有文字", "text after the closing quote";
    longer_than(bytes: usize): "超过 {bytes} 字节", "longer than {bytes} bytes";
    more_than_fields(number: usize): "字段超过 {number} 个", "more than {number} fields";
    field_count(fields: usize, columns: usize): "有 {fields} 个字段，而表头有 {columns} 列", "{fields} fields, but there are {columns} columns";
    bad_header(what: &Message): "表头无法读取：{what}", "the header cannot be read: {what}";
    column_twice(name: &str): "列 `{name}` 出现两次", "column `{name}` is there twice";
    column_unnamed(): "有一列没有名称", "a column without a name";
    no_column_near(name: &str, near: &str):
        "这类文件没有列 `{name}`（是不是 `{near}`？）",
        "there is no column `{name}` in such files (did you mean `{near}`?)";
    no_column(name: &str, known: &str):
        "这类文件没有列 `{name}`（可用的列有 {known}）",
        "there is no column `{name}` in such files (columns are {known})";
    column_missing(name: &str): "缺少列 `{name}`", "column `{name}` is missing";
    is_empty(): "为空", "is empty";
    is_missing(): "缺少", "is missing";
    not_whole(text: &str): "`{text}` 不是整数，或超出范围", "`{text}` is not a whole number, or out of range";
    value_missing(text: &str): "`{text}` 中缺少取值", "a value is missing in `{text}`";
    not_a_time(text: &str):
        "`{text}` 不是时间段，应写成 `2023-01-01..2024-01-01`、`2023-01-01..` 或 `..2024-01-01` 的形式",
        "`{text}` is not a time such as `2023-01-01..2024-01-01`, `2023-01-01..` or `..2024-01-01`";
    spaces_around(text: &str): "`{text}` 前后有空格", "`{text}` has spaces around it";
    control_characters(text: &str): "`{text}` 含有控制字符", "`{text}` has control characters";
    not_a_day(text: &str): "`{text}` 不是 `YYYY-MM-DD` 形式的日期", "`{text}` is not a date of the form YYYY-MM-DD";
    no_such_claim(id: &str): "没有案件 `{id}`", "there is no claim `{id}`";
    person_twice(id: &str, line: usize): "参保人 `{id}` 出现两次，第一次在第 {line} 行", "person `{id}` is given twice, first in line {line}";
    ends_on(value: &str, until: NaiveDate, from: NaiveDate):
        "`{value}` 结束于 {until}，不晚于开始日期 {from}",
        "`{value}` ends on {until}, not after it begins on {from}";
    row(line: usize): "第 {line} 行", "row {line}";
    row_of(file: &str, line: usize): "{file} 第 {line} 行", "{file} row {line}";
    element(number: usize, line: usize): "第 {number} 个元素（第 {line} 行）", "element {number} (line {line})";
    at_place(place: &Message, what: &Message): "{place}：{what}", "{place}: {what}";
    at_field(place: &Message, field: &str, what: &Message): "{place}，`{field}`：{what}", "{place}, `{field}`: {what}";

    // --- JSON

    array_of_claims(): "文件应为案件的 `JSON` 数组：`[ {{ ... }}, ... ]`", "the file must be a JSON array of claims, `[ {{ ... }}, ... ]`";
    array_of_persons(): "文件应为参保人的 `JSON` 数组：`[ {{ ... }}, ... ]`", "the file must be a JSON array of persons, `[ {{ ... }}, ... ]`";
    both_streams(claims: &str):
        "既有 `operations.jsonl`，又有 `{claims}`：只能有其一",
        "there are both operations.jsonl and {claims}; only one can be meant";
    settles_no_stream(id: &str):
        "方案 `{id}` 按期结算另一方案：操作流尚不能结算，只有批量运行可以",
        "scheme `{id}` settles the periods of another: a stream of operations does not do so yet, only a run of claims";
    not_json(what: &Message): "文件不是 `JSON`：{what}", "the file is not JSON: {what}";
    line_is_no_json(text: &str, column: usize): "不是 `JSON`：第 {column} 列（`{text}`）", "not JSON: {text} (column {column})";
    in_field(field: &str, what: &Message): "`{field}`：{what}", "`{field}`: {what}";
    belongs_to(field: &str, of: &str): "`{field}` 只能与 `{of}` 一起用", "`{field}` belongs to `{of}`";
    an_operation_does(acts: &str): "一个操作做且只做一件事：{acts}", "an operation does one of: {acts}";
    an_object(): "应为对象：`{{ ... }}`", "it must be an object, `{{ ... }}`";
    no_field_near(name: &str, near: &str): "没有字段 `{name}`；是不是 `{near}`？", "there is no field `{name}`; did you mean `{near}`?";
    no_field(name: &str, known: &str): "没有字段 `{name}`；可用的字段有 {known}", "there is no field `{name}`; fields are {known}";
    field_twice(name: &str): "字段 `{name}` 出现两次", "duplicate field `{name}`";
    given_twice(name: &str): "`{name}` 出现两次", "`{name}` is given twice";
    decimal_expected(found: &str):
        "应为十进制数，写成文本，如 `\"1234.50\"`；而这里是 `{found}`",
        "expected a decimal number, as text such as \"1234.50\", found {found}";
    binary_float():
        "二进制浮点数不精确；请把数写成文本，如 `\"1234.50\"`",
        "a binary float is not exact; write the number as text, such as \"1234.50\"";
    file_ends(text: &str): "文件没有写完就结束了（`{text}`）", "{text}";
    should_be(expected: &Message, text: &str): "应为{expected}；读到的是：`{text}`", "{text}, expected {expected}";
    an_object_here(): "对象，`{{ ... }}`", "an object, `{{ ... }}`";
    a_whole_number(): "整数", "a whole number";
    a_string(): "文本", "a string";
    a_sequence(): "数组", "a sequence";
    a_table(): "名称与取值的表", "a table of names and values";
    true_or_false_here(): "`true` 或 `false`", "a boolean";
    said_by_the_reader(text: &str): "写法有误（`{text}`）", "{text}";

    // --- batches and expectations

    no_expectation_key(name: &str): "预期结果没有键 `{name}`；应为表 `[claim.ID]`", "expectations have no key `{name}`; they are tables `[claim.ID]`";
    claim_is_a_table(): "`claim` 应为案件的表：`[claim.ID]`", "`claim` must be a table of claims: `[claim.ID]`";
    paths_are_a_table(id: &str): "案件 `{id}` 的预期结果应为路径的表", "what is expected of claim `{id}` must be a table of paths";
    figure_is_a_text(path: &str): "`{path}` 应为文本，如 `\"34790.00\"`", "`{path}` must be a text such as \"34790.00\"";
    was_decided(): "该案件已裁定", "the claim was decided";
    was_rejected(code: &str, why: &Message): "该案件被退回（`{code}`）：{why}", "the claim was rejected ({code}): {why}";
    no_figure(): "没有这个数值", "there is no such figure";
    figures_are(names: &str): "没有这个数值；可用的有 {names}", "there is no such figure; there are {names}";
    no_person_attribute(person: &str, name: &str):
        "参保人 `{person}`：没有方案声明参保人的属性 `{name}`",
        "person `{person}`: no scheme declares an attribute `{name}` of persons";
    in_brackets(near: &str): "（是不是 `{near}`？）", " (did you mean `{near}`?)";
    not_asked_for(name: &str): "方案不问参保人或案件的 `{name}`", "the scheme asks for no `{name}` of persons or claims";
    no_value_of(value: &str, name: &str): "`{value}` 不是 `{name}` 的取值", "`{value}` is not a value of `{name}`";
    which_is_one_of(known: &str): "；取值有 {known}", ", which is one of {known}";
    sample_rejected(person: &str, code: &str, why: &Message):
        "`{person}` 的案件被退回（`{code}`）：{why}",
        "a claim of `{person}` is rejected ({code}): {why}";
    no_largest_bill(): "图中最大的账单应大于零", "the largest bill of a chart must be above zero";
    compiled_from_another(): "计划由另一个方案编译而成", "the plan was compiled from another scheme";

    both_hold(id: &str, first: &str, second: &str, on: NaiveDate):
        "方案 `{id}`：版本 {first} 和 {second} 在 {on} 同时有效",
        "scheme `{id}`: versions {first} and {second} both hold on {on}";
    version_twice(id: &str, version: &str): "方案 `{id}`：版本 {version} 出现两次", "scheme `{id}`: version {version} is given twice";
    editions_differ(id: &str, first: &str, second: &str, key: &str):
        "方案 `{id}`：版本 {first} 和 {second} 的 `{key}` 不同，而同一方案的各版本须一致",
        "scheme `{id}`: versions {first} and {second} differ in `{key}`, which editions of one scheme must share";
    settles_unknown(id: &str, settles: &str): "方案 `{id}` 结算 `{settles}`，而没有这个方案", "scheme `{id}` settles `{settles}`, which is not there";
    settles_by_way(id: &str): "方案 `{id}` 经由其他方案结算它自己", "scheme `{id}` settles itself by way of others";
    household_twice(id: &str): "家庭 `{id}` 出现两次", "household `{id}` is given twice";
    currencies(first: &str, second: &str):
        "各方案的货币有 {first} 和 {second}；不同货币的金额不能相加",
        "the schemes are in {first} and in {second}; amounts of different currencies cannot be summed";
    the_person_twice(id: &str): "参保人 `{id}` 出现两次", "person `{id}` is given twice";
    ambiguous_household(id: &str):
        "参保人 `{id}` 没有写家庭，而其他人的家庭叫 `{id}`：请写明此人属于哪个家庭",
        "person `{id}` has no household, but others have the household `{id}`: say which household the person belongs to";

    // --- operations of a journal

    operation(id: &str, why: &Message): "操作 `{id}`：{why}", "operation `{id}`: {why}";
    id_reused(): "另有操作使用此编号", "another operation has this id";
    out_of_order(received: NaiveDate, last: NaiveDate):
        "收到日期为 {received}，而上一项操作收到于 {last}",
        "received on {received}, but the last one was received on {last}";
    claim_is_not_there(claim: &str): "没有案件 `{claim}`", "there is no claim `{claim}`";
    no_such_reservation(claim: &str): "没有预授权 `{claim}`", "there is no reservation `{claim}`";
    is_reservation(claim: &str):
        "`{claim}` 是预授权；请解除它，或提交一件使用它的案件",
        "`{claim}` is a reservation; release it, or submit a claim that uses it";
    expires_before(expires: NaiveDate, received: NaiveDate):
        "有效至 {expires} 的预授权在 {received} 已经过期",
        "a reservation that expires on {expires} has run out by {received}";
    claim_stands(claim: &str):
        "已有案件 `{claim}`；请更正它，或先撤销它",
        "there is a claim `{claim}` already; correct it, or void it first";
    claim_is_rejected(claim: &str, code: &str, why: &Message): "案件 `{claim}` 被退回（`{code}`）：{why}", "claim `{claim}` is rejected ({code}): {why}";
    no_such_version(scheme: &str, version: &str):
        "规则中没有方案 `{scheme}` 的版本 {version}",
        "the rules have no version {version} of scheme `{scheme}`";
    scheme_is_gone(scheme: &str):
        "规则中没有方案 `{scheme}`，而日志中有案件按它裁定",
        "the rules have no scheme `{scheme}`, under which claims of the journal are settled";
    by_itself(): "预授权自行到期", "reservations expire by themselves";
    internal_of_operation(): "内部错误；请连同此操作报告", "internal error of medaid; please report it with this operation";
}
