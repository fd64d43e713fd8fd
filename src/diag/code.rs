//! Every kind of problem, in one place. The ids are printed (`error[unknown-name]`) and never reused.

use super::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $severity:ident;)+) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// The printed id.
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }
            /// How bad it is unless said otherwise.
            pub fn severity(self) -> Severity { match self { $(Self::$name => Severity::$severity,)+ } }
            /// What it means.
            pub fn explain(self) -> &'static str { match self { $(Self::$name => concat!($($doc),+),)+ } }
        }
    };
}

codes! {
    // --- files and YAML
    /// A file or folder is missing or cannot be read.
    Unreadable = "unreadable", Error;
    /// The text is not YAML.
    YamlSyntax = "yaml-syntax", Error;
    /// A tab stands where YAML wants spaces.
    YamlTab = "yaml-tab", Error;
    /// One key stands twice in one mapping.
    DuplicateKey = "duplicate-key", Error;
    /// The file is too large, too deep, or its aliases expand too far.
    TooLarge = "too-large", Error;
    /// YAML read a condition in a way nobody meant (a comma inside `{}`, a leading quote, ` #`, `: `).
    YamlAccident = "yaml-accident", Error;
    /// A key that the file's format does not have.
    UnknownKey = "unknown-key", Error;
    /// A YAML file in which nothing stands but comments.
    EmptyFile = "empty-file", Note;
    /// A required key is missing.
    MissingKey = "missing-key", Error;
    /// A value of the wrong kind.
    WrongType = "wrong-type", Error;
    /// A value that the key does not take.
    BadValue = "bad-value", Error;
    /// A file of a later version of the program.
    NotYet = "not-yet", Error;
    /// A file in `sops/` that no version knows.
    UnknownFile = "unknown-file", Error;
    // --- conditions
    /// The condition cannot be parsed.
    ConditionSyntax = "condition-syntax", Error;
    /// Full-width punctuation where a condition or a key of YAML wants the other.
    FullWidth = "full-width", Error;
    /// A name that is no field, function or built-in.
    UnknownName = "unknown-name", Error;
    /// A name that exists but not here.
    OutOfScope = "out-of-scope", Error;
    /// Operands whose types cannot meet.
    TypeMismatch = "type-mismatch", Error;
    /// A function called with the wrong arguments.
    BadArguments = "bad-arguments", Error;
    /// A condition that can never be true.
    NeverTrue = "never-true", Warning;
    /// A condition that is always true.
    AlwaysTrue = "always-true", Warning;
    /// A short Latin pattern that also matches inside words (`'%CTO%'` in "director").
    ShortLike = "short-like", Warning;
    // --- dictionary
    /// Two fields, or a field and a built-in name, share a name.
    NameClash = "name-clash", Error;
    /// One header or synonym means two things.
    AliasClash = "alias-clash", Error;
    /// A kind that nothing declares.
    UnknownKind = "unknown-kind", Error;
    /// A word list that nothing declares.
    UnknownList = "unknown-list", Error;
    // --- scoring
    /// A band that no total can reach.
    UnreachableBand = "unreachable-band", Warning;
    /// A rule that can never fire or never moves the score.
    DeadRule = "dead-rule", Warning;
    /// Two rules with one condition.
    SameCondition = "same-condition", Warning;
    /// A fading rule that alone can undo a threshold.
    FadingThreshold = "fading-threshold", Warning;
    // --- stages, people and promises
    /// A stage and a band or a group of scores share a name.
    SameName = "same-name", Warning;
    /// A stage, a detour or a queue that nothing leads to.
    NoWayIn = "no-way-in", Warning;
    /// A role that nobody in the team has.
    UnknownRole = "unknown-role", Warning;
    /// A rule, a queue or a notice for which nobody in the team comes into question.
    NoOwner = "no-owner", Warning;
    /// Everyone whom a rule can reach has a capacity of 0.
    NoCapacity = "no-capacity", Warning;
    /// A colleague whom no rule and no queue can give a lead.
    IdleOwner = "idle-owner", Warning;
    /// A rule that is never reached: an earlier one takes its leads.
    UnreachedRule = "unreached-rule", Warning;
    /// A round whose rules leave some leads without an answer.
    NoFallback = "no-fallback", Warning;
    /// Working time without a calendar.yaml that says when the company works.
    NoCalendar = "no-calendar", Warning;
    /// A stage that a lead would leave again as soon as it has entered it.
    LeavesAtOnce = "leaves-at-once", Warning;
    /// More leads come than the people of a round may get, or have room for.
    TooFewPeople = "too-few-people", Warning;
    // --- messages and paths
    /// A password, a key or a robot's address written out in a file.
    LiteralSecret = "literal-secret", Error;
    /// A text whose gaps or choices cannot be read.
    TemplateSyntax = "template-syntax", Error;
    /// A marketing text message without the sender's name in 【】.
    NoSignature = "no-signature", Error;
    /// A marketing message that does not say how to stop it.
    NoOptOut = "no-opt-out", Error;
    /// A text that no step sends.
    UnusedContent = "unused-content", Warning;
    /// A step or a fallback that is over before it is due.
    NeverDue = "never-due", Error;
    /// A medium of delivery.yaml that no text and no step names.
    UnusedMedium = "unused-medium", Warning;
    /// A step sends by a medium that delivery.yaml leaves out.
    UndeclaredMedium = "undeclared-medium", Warning;
    /// HTML in a text: leads would read its tags.
    RawHtml = "raw-html", Error;
    /// A link that runs something, or that no mail program follows.
    UnsafeLink = "unsafe-link", Error;
    /// A path that nothing ends early, or that leads back to itself.
    EndlessPath = "endless-path", Warning;
    /// A question about a message that its medium never answers.
    NoFeedback = "no-feedback", Warning;
    /// A path whose own messages exceed what a lead may get.
    OverCap = "over-cap", Warning;
    /// An experiment measured by points that its own messages bring.
    OwnPoints = "own-points", Error;
    // --- calendar
    /// The list of holidays ends soon.
    CalendarEnds = "calendar-ends", Warning;
    /// A file is past its `review_by`.
    ReviewDue = "review-due", Warning;
    // --- tests and data
    /// A case under sops/tests does not hold.
    TestFailed = "test-failed", Error;
    /// A condition is unknown for more than half of the leads.
    MostlyUnknown = "mostly-unknown", Warning;
    /// A common value that no rule matches.
    UnmatchedValue = "unmatched-value", Note;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_documented() {
        let mut ids: Vec<_> = Code::ALL.iter().map(|c| c.id()).collect();
        assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        assert!(Code::ALL.iter().all(|c| !c.explain().trim().is_empty()));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Code::ALL.len());
    }
}
