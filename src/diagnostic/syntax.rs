//! What the TOML parser says, in Chinese too.

use super::message::Message;

/// The parser's descriptions. What is not among them is told in general words.
const KNOWN: [(&str, &str); 46] = [
    ("`_` may only go between digits", "`_` 只能写在数字之间"),
    ("cannot recurse further; max recursion depth met", "嵌套过深"),
    ("recursion limit", "嵌套过深"),
    ("carriage return must be followed by newline", "回车符后面应有换行符"),
    ("extra `=`", "多了一个 `=`"),
    ("extra assignment between key-value pairs", "多了一个 `=`"),
    ("extra comma in array", "列表中多了一个逗号"),
    ("extra comma in inline table", "行内表中多了一个逗号"),
    ("integers with a radix cannot be signed", "带进制前缀的整数不能有正负号"),
    ("invalid comment character", "注释中有不允许的字符"),
    ("invalid inline table element", "行内表的内容不对"),
    ("invalid key-value pair", "不是 `键 = 值` 的形式"),
    ("invalid unquoted key", "不加引号的键含有不允许的字符"),
    ("invalid value", "值的写法不对"),
    ("key with no value", "有键而没有值"),
    ("keys cannot be multi-line basic strings", "键不能是多行文本"),
    ("keys cannot be multi-line literal strings", "键不能是多行文本"),
    ("missing array opening", "列表缺少左括号"),
    ("missing assignment between key-value pairs", "键与值之间缺少 `=`"),
    ("missing comma between array elements", "列表的元素之间缺少逗号"),
    ("missing comma between key-value pairs", "行内表的各项之间缺少逗号"),
    ("missing escaped value", "转义符 `\\` 后面缺少内容"),
    ("missing inline table opening", "行内表缺少左花括号"),
    ("missing key for inline table element", "行内表中缺少键"),
    ("missing opening quote", "缺少左引号"),
    ("missing table open", "表名缺少左方括号"),
    ("missing value for key", "有键而没有值"),
    ("missing value", "缺少值"),
    ("radix must be lowercase", "进制前缀应为小写"),
    ("redundant integer number prefix", "整数的前缀多余"),
    ("redundant numeric sign", "正负号多余"),
    ("string values must be quoted", "文本应加引号"),
    ("too few unicode value digits", "字符编码的位数不足"),
    ("unclosed array table", "表数组的名称没有闭合"),
    ("unclosed array", "列表没有闭合"),
    ("unclosed inline table", "行内表没有闭合"),
    ("unclosed table", "表名没有闭合"),
    ("unexpected `=` in array", "列表中不应有 `=`"),
    ("unexpected content between comment and newline", "注释之后、换行之前不应有内容"),
    ("unexpected content", "此处不应有内容"),
    ("unexpected key or value", "此处不应有键或值"),
    ("unexpected leading zero", "数字不能以 0 开头"),
    ("unexpected sign", "此处不应有正负号"),
    ("unquoted keys cannot be empty", "不加引号的键不能为空"),
    ("duplicate key", "同一个键写了两次"),
    ("invalid basic string", "文本的写法不对"),
];

/// A syntax error. The parser says `description` or `description, expected TOKENS`.
pub(crate) fn syntax(said: &str) -> Message {
    let (description, expected) = said.split_once(", expected ").unwrap_or((said, ""));
    let zh = KNOWN.iter().find(|(en, _)| *en == description).map_or("此处不合 TOML 的写法", |(_, zh)| zh);
    // The tokens between backticks are the same in any language.
    let tokens: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let zh = if tokens.is_empty() { zh.to_owned() } else { format!("{zh}，应为 `{}`", tokens.join("` 或 `")) };
    Message::new(zh, said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Language;

    #[test]
    fn what_is_expected_is_told_in_both() {
        let zh = |said| syntax(said).text(Language::Zh).to_owned();
        assert_eq!(zh("unclosed array, expected `]`"), "列表没有闭合，应为 `]`");
        assert_eq!(zh("duplicate key"), "同一个键写了两次");
        assert_eq!(zh("some other thing"), "此处不合 TOML 的写法");
    }
}
