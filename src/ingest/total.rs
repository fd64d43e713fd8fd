//! Rows that only add up others: 合计, Total.

use super::cell::trimmed;
use super::row::RawRow;
use crate::model::fold;

/// `合计`, `Total`, `Total: Account`
pub(super) fn is_total(text: &str) -> bool {
    let folded = fold(text);
    let exact = ["合计", "总计", "小计", "总和", "汇总", "共计", "total", "totals", "grand total", "subtotal", "sub-total", "sum", "summary"];
    let begins = ["合计", "总计", "小计", "汇总", "total:", "total -", "total："];
    exact.contains(&folded.as_ref()) || begins.iter().any(|b| folded.starts_with(b))
}

/// The word of a row that has nothing else but numbers.
pub(super) fn total_of(raw: &RawRow) -> Option<&str> {
    let mut cells = (0..raw.len()).map(|i| trimmed(raw.text(i))).filter(|t| !t.is_empty());
    let word = cells.next().filter(|t| t.len() <= 40 && is_total(t))?;
    let is_number = |t: &str| t.bytes().any(|b| b.is_ascii_digit()) && !t.chars().any(|c| c.is_alphabetic() || c == '@');
    cells.all(|t| is_number(t) || matches!(t, "-" | "--" | "/")).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_totals_is_known_by_its_first_word() {
        assert!(["合计", "总计：", " Total ", "Total: Account", "GRAND TOTAL"].iter().all(|t| is_total(t)));
        assert!(!["Total Fitness", "合作", "", "2026-10-01"].iter().any(|t| is_total(t)));
    }
}
