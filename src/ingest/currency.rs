//! Whose money amounts are, by what headers, columns of currencies and cells say. A base has one currency and nothing is converted: what is
//! told in another is refused where it stands, with the next thing to do.

use super::cell::BadCell;
use super::columns::{Layout, TypedRow, text};
use super::error::{IngestError, IngestErrorKind};
use super::table::TableFile;
use crate::model::{Currency, fold};

/// Names of currencies, folded, by code.
const NAMES: &[(&str, &str)] = &[
    ("CNY", "人民币|人民币元|rmb|cn¥|cnh|renminbi|yuan|chinese yuan|中国元"),
    ("USD", "us$|美元|美金|us dollar|us dollars|u.s. dollar|u.s. dollars"),
    ("EUR", "€|欧元|euro|euros"),
    ("GBP", "£|英镑|british pound|pound sterling"),
    ("HKD", "hk$|港元|港币|港幣|hong kong dollar"),
    ("JPY", "日元|日圆|円|japanese yen|yen"),
    ("TWD", "nt$|新台币|新臺幣|台币|台幣"),
    ("KRW", "₩|韩元|韩币"),
    ("SGD", "s$|新加坡元|新币"),
    ("AUD", "a$|au$|澳元|澳币"),
    ("CAD", "c$|ca$|加元|加币"),
    ("CHF", "瑞士法郎|swiss franc"),
    ("MOP", "mop$|澳门元|澳门币"),
    ("INR", "₹|印度卢比|indian rupee"),
    ("RUB", "₽|卢布"),
    ("THB", "฿|泰铢"),
    ("VND", "₫|越南盾"),
    ("MYR", "rm|马币|林吉特"),
    ("IDR", "rp|印尼盾"),
    ("BRL", "r$|巴西雷亚尔"),
];

/// Names that several currencies share: they mean the base's own if that is among them, else the first.
const SHARED: &[(&str, &[&str])] = &[
    ("元", &["CNY", "TWD", "HKD", "MOP", "SGD", "JPY"]),
    ("圆", &["CNY", "JPY"]),
    ("¥", &["CNY", "JPY"]),
    ("￥", &["CNY", "JPY"]),
    ("$", &["USD", "HKD", "TWD", "AUD", "CAD", "SGD", "NZD", "MXN", "CLP", "COP", "ARS", "MOP"]),
    ("dollar", &["USD", "HKD", "AUD", "CAD", "SGD", "NZD", "TWD"]),
    ("dollars", &["USD", "HKD", "AUD", "CAD", "SGD", "NZD", "TWD"]),
];

/// ISO 4217 codes that files of customers show.
const CODES: &str = "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR ISK JOD JPY KES KRW KWD KZT LKR MAD MOP MXN MYR NGN \
                     NOK NZD OMR PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TND TRY TWD UAH UGX USD VND XAF XOF ZAR";

/// A header and what stands in parentheses at its end.
pub(super) fn unit_of(header: &str) -> (&str, Option<&str>) {
    let parts = header.trim_end().strip_suffix([')', '）']).and_then(|h| h.rsplit_once(['(', '（']));
    match parts {
        Some((name, unit)) if !name.trim().is_empty() => (name.trim_end(), Some(unit.trim())),
        _ => (header, None),
    }
}

/// Headers without a unit of money at their end: `金额（元）` is `金额`. Other parentheses stay.
pub(super) fn without_units(headers: &[String], own: &Currency) -> Vec<String> {
    let plain = |header: &String| match unit_of(header) {
        (name, Some(unit)) if currency_of(unit, &own.code).is_some() || is_multiple(unit) => name.to_owned(),
        _ => header.clone(),
    };
    headers.iter().map(plain).collect()
}

/// The code of the currency that a text names, if it names one. `own` is the base's, which shared names mean.
pub(super) fn currency_of(text: &str, own: &str) -> Option<String> {
    let folded = fold(text);
    let folded = folded.as_ref();
    if let Some((_, codes)) = SHARED.iter().find(|(name, _)| *name == folded) {
        return codes.iter().find(|c| **c == own).or(codes.first()).map(|c| (*c).to_owned());
    }
    if let Some((code, _)) = NAMES.iter().find(|(_, names)| names.split('|').any(|n| n == folded)) {
        return Some((*code).to_owned());
    }
    // `含税/元`, `元, 不含税`: one of its parts.
    let apart = ['/', ',', '、', ';'];
    if folded.contains(apart) {
        return folded.split(apart).find_map(|part| currency_of(part, own));
    }
    // `CNY`, `usd`, `CNY - Chinese Yuan`, `美元(USD)`.
    let mut words = folded.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() == 3).map(str::to_ascii_uppercase);
    words.find(|w| w == own || CODES.split_whitespace().any(|c| c == w))
}

/// `万元`, `千元`, `百万`, `k`, `USD thousands`: amounts under such a header are not what their cells say.
fn is_multiple(unit: &str) -> bool {
    let folded = fold(unit);
    let words = ["thousand", "thousands", "million", "millions", "k", "m", "000", "'000", "000s"];
    let one = folded.trim_start_matches(['十', '百', '千', '万', '亿', '萬', '億']);
    let of_money = one.len() < folded.len() && (one.is_empty() || currency_of(one, "").is_some());
    of_money || folded.split([' ', '/', ',']).any(|w| words.contains(&w))
}

/// Refuses a table whose header of amounts names another currency, or a multiple of one: all its rows would be wrong by the same factor.
pub(super) fn check_header(table: &TableFile, amount: Option<usize>, own: &Currency) -> Result<(), IngestError> {
    let Some(unit) = amount.and_then(|c| table.headers().get(c)).and_then(|h| unit_of(h).1) else { return Ok(()) };
    let refuse = |what: String, help: String| Err(table.error(IngestErrorKind::MissingColumns, what, &help).at(table.header_row()));
    let code = &own.code;
    if is_multiple(unit) {
        let what = format!("its amounts are in `{unit}`, and amounts are read as they stand");
        return refuse(what, format!("multiply the column out to {code}, and say so in its header (single cells may say 5万 or 50K)"));
    }
    match currency_of(unit, code).filter(|c| c != code) {
        Some(other) => refuse(
            format!("its amounts are in {other}, and the base is kept in {code}"),
            format!("convert the column to {code} (a day's rate is a decision of yours), and say so in its header"),
        ),
        None => Ok(()),
    }
}

/// Refuses a row whose `amount` is another currency's, by its cell or by the cell of the column `currency`. A row without an amount says
/// nothing of money. `header` is that of the column `currency`.
pub(super) fn check_row(row: &mut TypedRow, layout: &Layout, header: &str, own: &Currency) -> Result<(), BadCell> {
    let refused = |column: &str, value: &str| {
        let reason = format!("another currency than the base's: convert the amount to {}, and the cell of its currency with it", own.code);
        BadCell::new(column, value, reason)
    };
    if let Some(bad) = row.bad_in(&["amount"]) {
        let sign = bad.value.trim_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || ".,-+'()".contains(c));
        if currency_of(sign, &own.code).is_some_and(|c| c != own.code) {
            return Err(refused(&bad.column, &bad.value));
        }
    }
    let told = text(row.take(layout, "currency"));
    let other = told.filter(|told| currency_of(told, &own.code).as_deref() != Some(own.code.as_str()));
    match other {
        Some(other) if !row.value(layout, "amount").is_null() => Err(refused(header, &other)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_as_headers_and_columns_write_them() {
        let of = |text: &str| currency_of(text, "CNY");
        for (text, code) in [
            ("元", "CNY"),
            ("人民币", "CNY"),
            ("cny", "CNY"),
            ("CNY - Chinese Yuan", "CNY"),
            ("￥", "CNY"),
            ("USD", "USD"),
            ("usd", "USD"),
            ("美元(USD)", "USD"),
            ("US Dollar", "USD"),
            ("$", "USD"),
            ("€", "EUR"),
            ("港币", "HKD"),
            ("Hong Kong Dollar", "HKD"),
            ("元/含税", "CNY"),
            ("含税, 美元", "USD"),
        ] {
            assert_eq!(of(text).as_deref(), Some(code), "{text}");
        }
        for text in ["次", "NET", "必填", "", "含税", "Canadian Dollar", "/"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!([currency_of("$", "HKD"), currency_of("元", "TWD"), currency_of("¥", "JPY")].map(Option::unwrap_or_default), ["HKD", "TWD", "JPY"]);
    }

    #[test]
    fn a_unit_of_money_is_no_part_of_a_name_and_other_parentheses_are() {
        let headers = ["金额（元）", "Amount (USD)", "Amount (converted)", "合同金额(万元)", "状态"].map(String::from);
        assert_eq!(without_units(&headers, &Currency::new("CNY")), ["金额", "Amount", "Amount (converted)", "合同金额", "状态"]);
    }

    #[test]
    fn multiples_are_known() {
        assert!(["万元", "万", "千元", "k", "USD thousands", "百万元", "K USD", "万美元"].iter().all(|u| is_multiple(u)));
        assert!(!["元", "USD", "含税", "kg", "百度", "千次"].iter().any(|u| is_multiple(u)));
    }
}
