//! English left over in what Chinese readers see.

/// Runs of three English words or more, but for commands, quoted names and addresses.
pub(crate) fn english(text: &str) -> Vec<String> {
    // What stands in back-quotes, in tags and in `sop …` is typed as it is.
    let bare: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ` ");
    let mut found = Vec::new();
    for part in bare.split(|c: char| c != '\'' && (!c.is_ascii() || c.is_ascii_control() || "|:;()<>\"“”/·→".contains(c))) {
        let words: Vec<&str> = part.split([' ', ',', '.']).filter(|w| !w.is_empty()).collect();
        let is_word = |w: &&str| w.len() > 1 && w.chars().all(|c| c.is_ascii_alphabetic() || c == '\'') && w.chars().skip(1).any(|c| c.is_ascii_lowercase());
        for run in words.split(|w| !is_word(w)).filter(|run| run.len() > 2 && run.first() != Some(&"sop")) {
            found.push(run.join(" "));
        }
    }
    found
}
