//! What stands around a number: words of doubt and of range, units, currencies.

/// Before a number, and of no weight.
pub(super) const ABOUT: &[&str] = &["大约", "大概", "约", "近", "~", "≈", "about", "approx."];
/// Before a number that is the lower end.
pub(super) const UP: &[&str] = &[">=", ">", "≥", "大于等于", "大于", "超过", "不少于", "至少", "morethan", "over", "atleast"];
/// Before a number that is the upper end.
pub(super) const DOWN: &[&str] = &["<=", "<", "≤", "小于等于", "小于", "少于", "不超过", "不足", "不到", "最多", "lessthan", "under", "upto"];
/// After a number that is the lower end.
pub(super) const UP_AFTER: &[&str] = &["及以上", "以上", "+", "起", "ormore"];
/// After a number that is the upper end.
pub(super) const DOWN_AFTER: &[&str] = &["及以下", "以下", "以内", "orless"];
/// What is counted.
pub(super) const NOUNS: &[&str] =
    &["左右", "上下", "人", "名", "员工", "个", "家", "台", "次", "多", "余", "employees", "employee", "people", "persons", "ppl", "staff"];
/// Powers of ten. Longest first where one begins with another.
pub(super) const UNITS: &[(&str, i32)] = &[
    ("crores", 7),
    ("crore", 7),
    ("lakhs", 5),
    ("lakh", 5),
    ("lacs", 5),
    ("lac", 5),
    ("thousand", 3),
    ("million", 6),
    ("billion", 9),
    ("百万", 6),
    ("千万", 7),
    ("万亿", 12),
    ("亿", 8),
    ("万", 4),
    ("千", 3),
    ("百", 2),
    ("mn", 6),
    ("mm", 6),
    ("bn", 9),
    ("cr", 7),
    ("k", 3),
    ("m", 6),
    ("b", 9),
    ("w", 4),
    ("l", 5),
];
/// Signs, and the currencies that they may stand for.
pub(super) const SIGNS: &[(&str, &[&str])] = &[
    ("hk$", &["HKD"]),
    ("us$", &["USD"]),
    ("nt$", &["TWD"]),
    ("au$", &["AUD"]),
    ("a$", &["AUD"]),
    ("ca$", &["CAD"]),
    ("c$", &["CAD"]),
    ("s$", &["SGD"]),
    ("r$", &["BRL"]),
    ("$", &["USD", "HKD", "TWD", "AUD", "CAD", "SGD", "NZD", "MXN"]),
    ("¥", &["CNY", "JPY"]),
    ("人民币", &["CNY"]),
    ("rmb", &["CNY"]),
    ("美元", &["USD"]),
    ("美金", &["USD"]),
    ("港币", &["HKD"]),
    ("港元", &["HKD"]),
    ("欧元", &["EUR"]),
    ("英镑", &["GBP"]),
    ("日元", &["JPY"]),
    ("韩元", &["KRW"]),
    ("台币", &["TWD"]),
    ("元", &["CNY", "TWD", "HKD"]),
    ("块", &["CNY"]),
    ("円", &["JPY"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("₹", &["INR"]),
    ("rs.", &["INR"]),
    ("rs", &["INR"]),
    ("₩", &["KRW"]),
    ("₽", &["RUB"]),
    ("₫", &["VND"]),
    ("฿", &["THB"]),
];
/// Currencies by their ISO 4217 codes.
pub(super) const CODES: &[&str] = &[
    "CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "KRW", "INR", "SGD", "AUD", "CAD", "CHF", "NZD", "BRL", "MXN", "RUB", "AED", "THB", "VND", "MYR", "IDR",
    "SEK", "NOK", "DKK", "PLN", "TRY", "ZAR", "SAR", "KWD", "BHD",
];
