//! nurture/*.yaml, checked: paths (培育路径): who enters, what is done on which day, what ends it.

pub(super) mod check;
mod days;
pub(super) mod enroll;
pub(super) mod read;
pub(super) mod send;
pub(super) mod steps;
mod version;

use super::sla::Recipient;
use crate::condition::{Condition, Feedback};
use crate::model::{Duration, FieldIx, KindId};

pub use days::planned;
pub use version::version;

/// One path.
#[derive(Debug)]
pub struct Path {
    /// `web-form`; the file's name unless `name:` says otherwise.
    pub name: String,
    /// 官网提交未转化培育
    pub title: String,
    /// Larger pre-empts smaller among exclusive paths; of two alike the one already begun stays, else the name decides.
    pub priority: i64,
    /// At most one such path per lead.
    pub exclusive: bool,
    /// It serves and does not advertise: all its content is of purpose service.
    pub service: bool,
    /// Who enters.
    pub enroll: Enroll,
    /// What it is for: reached, the lead leaves. `reached(…)` counts since the enrollment.
    pub goal: Option<Condition>,
    /// What else ends it.
    pub exits: Vec<Exit>,
    /// While this holds, steps wait.
    pub hold_while: Option<Condition>,
    /// The share of leads that is only measured, over 0 and at most 0.5.
    pub control: Option<f64>,
    /// In order.
    pub steps: Vec<Step>,
    /// A step that is later than this is skipped; `None` = never too late.
    pub late_max: Option<Duration>,
    /// The path that a lead goes on to after the last step, by name.
    pub then: Option<String>,
    /// Its file as written: what a lead that entered obeys to its end, see [`version`].
    pub text: String,
}

/// Who enters a path.
#[derive(Debug)]
pub enum Enroll {
    /// Whoever meets a condition.
    When {
        /// The condition.
        condition: Condition,
        /// Whether one lead may enter more than once.
        again: Again,
    },
    /// Once per event.
    Event {
        /// Of these kinds.
        kinds: Vec<KindId>,
        /// Only if, judged when the event is seen.
        when: Option<Condition>,
    },
    /// By a date of the lead: its day 0.
    Date {
        /// A field of type date or datetime.
        field: FieldIx,
        /// `every: year`: each year on that day; else once.
        yearly: bool,
        /// What 29 February is in other years.
        feb29: Feb29,
        /// Only if, judged when the first step would be due.
        when: Option<Condition>,
    },
}

/// Whether a lead may enter a path a second time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// Once in a lifetime.
    #[default]
    Never,
    /// Once this long after it left.
    After(Duration),
    /// When the condition was false since, and the lead did something of its own since.
    OnRequalify,
}

/// What 29 February is in other years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Feb29 {
    /// 28 February.
    #[default]
    Feb28,
    /// 1 March.
    Mar1,
}

/// What ends a journey early.
#[derive(Debug)]
pub struct Exit {
    /// The condition.
    pub when: Condition,
    /// What the journey's end is called; the condition's text unless said.
    pub reason: String,
}

/// One action of a path.
#[derive(Debug)]
pub struct Step {
    /// `guide`
    pub id: String,
    /// When.
    pub due: Due,
    /// Only if, judged at the due instant; unknown is no.
    pub when: Option<Condition>,
    /// What is done.
    pub what: What,
}

/// When a step is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// On a day. Day 1 is the enrollment day; in date paths day 0 is the date, and there are days before it.
    Day {
        /// Which.
        n: i32,
        /// Seconds from local midnight.
        at: u32,
    },
    /// This long after the previous step.
    After(Duration),
    /// Right after the previous step; the first one at once.
    Next,
}

/// What a step does.
#[derive(Debug)]
pub enum What {
    /// A message.
    Send(Box<Send>),
    /// Nothing, until a condition holds or the time is over.
    Wait {
        /// The condition.
        until: Condition,
        /// The longest wait.
        max: Duration,
    },
    /// Work for a colleague.
    Task {
        /// What is to be done.
        text: String,
        /// Who: the first that exists.
        to: Vec<Recipient>,
    },
    /// Fields are set.
    Set(Vec<SetField>),
    /// The lead goes to a stage or detour, by id.
    Move(String),
}

/// A message.
#[derive(Debug)]
pub struct Send {
    /// By which medium.
    pub medium: String,
    /// What it says.
    pub text: Text,
    /// What is sent when the first is not noticed.
    pub fallback: Option<Fallback>,
}

/// What a message says.
#[derive(Debug)]
pub enum Text {
    /// The first whose condition holds; without any, the step is skipped with that reason.
    Choices(Vec<Choice>),
    /// By arm of an experiment.
    Variants {
        /// In the file's order; at least two, weights at least 1.
        arms: Vec<Arm>,
        /// What is tried.
        experiment: Box<Trial>,
    },
}

/// One possible text.
#[derive(Debug)]
pub struct Choice {
    /// `None` = always.
    pub when: Option<Condition>,
    /// The content's name.
    pub content: String,
}

/// One arm of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// The content's name, which names the arm.
    pub content: String,
    /// Its share against the others'.
    pub weight: u32,
}

/// What an experiment measures.
#[derive(Debug)]
pub struct Trial {
    /// `offer-test`: one name is one experiment over all paths.
    pub name: String,
    /// What counts as success.
    pub measure: Measure,
    /// How long after the exposure.
    pub within: Duration,
}

/// What counts as success of a message.
#[derive(Debug)]
pub enum Measure {
    /// What came back on it.
    Feedback(Feedback),
    /// What became of the lead.
    Condition(Condition),
}

/// A second message of a step, by another medium.
#[derive(Debug)]
pub struct Fallback {
    /// Only if: judged `after` the first was sent. `opened('x')` without a time asks as of then.
    pub when: Condition,
    /// From when on, counted from the sending.
    pub after: Duration,
    /// Not later than this, counted from the sending; `None` = no limit but the path's `late`.
    pub by: Option<Duration>,
    /// By which medium.
    pub medium: String,
    /// What it says.
    pub text: Vec<Choice>,
}

/// One change of a lead's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetField {
    /// Which.
    pub field: FieldIx,
    /// What becomes of it.
    pub to: NewValue,
}

/// What becomes of a field. Texts are read like a cell of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// This.
    Put(String),
    /// Blank.
    Clear,
    /// A list gets these too.
    Add(Vec<String>),
    /// A list loses these.
    Remove(Vec<String>),
}

impl Send {
    /// Every content that it may send, fallback included.
    pub fn contents(&self) -> Vec<&str> {
        let own: Vec<&str> = match &self.text {
            Text::Choices(all) => all.iter().map(|c| c.content.as_str()).collect(),
            Text::Variants { arms, .. } => arms.iter().map(|a| a.content.as_str()).collect(),
        };
        own.into_iter().chain(self.fallback.iter().flat_map(|f| &f.text).map(|c| c.content.as_str())).collect()
    }
}

impl Path {
    /// Its steps that send, with what.
    pub fn sends(&self) -> impl Iterator<Item = (&Step, &Send)> {
        self.steps.iter().filter_map(|step| if let What::Send(send) = &step.what { Some((step, &**send)) } else { None })
    }
    /// The step of an id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }
}
