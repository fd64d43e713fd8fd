//! By which rule conversions are credited to channels: the names that people use. How each splits is `measure`'s.

/// By which rule conversions are credited to channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttributionModel {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// All to the last touch of a channel that is not direct; to the last if all are.
    LastNonDirect,
    /// The same to every touch.
    Linear,
    /// To every touch by its age at the conversion, half as much for each half-life.
    TimeDecay,
    /// 40 % to the first, 40 % to the last, 20 % to those between; of two, half each.
    Position,
    /// By how many conversions a Markov chain of order 1 loses without the channel (Anderl et al., *Mapping the customer journey*, 2016).
    Markov,
    /// Shapley's value of the game in which a set of channels is worth the conversions of the journeys that need no others: each journey split
    /// the same over its different channels (Zhao et al., *Shapley Value Methods for Attribution Modeling*, 2018).
    Shapley,
}

impl AttributionModel {
    /// Each with its name on the command line and in reports.yaml.
    pub const ALL: [(&'static str, Self); 8] = [
        ("first", Self::First),
        ("last", Self::Last),
        ("last-non-direct", Self::LastNonDirect),
        ("linear", Self::Linear),
        ("time-decay", Self::TimeDecay),
        ("position", Self::Position),
        ("markov", Self::Markov),
        ("shapley", Self::Shapley),
    ];

    /// The model of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(n, _)| *n == name).map(|(_, model)| model)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, model)| *model == self).map_or("", |(name, _)| name)
    }
}
