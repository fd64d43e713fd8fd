//! Who is in which group: the control group of a path, the arm of an experiment. By a stable hash of the lead's key, so that nobody
//! draws lots; from the first time on it is pinned by whoever keeps it.

use crate::model::{Key, stable_hash};
use crate::rules::nurture::{Arm, Path};

/// A number from 0 up to 1 that a lead has for a purpose, the same for ever.
fn share(purpose: &str, name: &str, key: Key) -> f64 {
    let hash = stable_hash(&[purpose.as_bytes(), name.as_bytes(), key.to_string().as_bytes()]);
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

/// Whether a lead is in the control group of a path.
pub fn is_control(path: &Path, key: Key) -> bool {
    path.control.is_some_and(|part| share("control", &path.name, key) < part)
}

/// The arm of an experiment that a lead is in.
pub fn arm_of<'p>(experiment: &str, arms: &'p [Arm], key: Key) -> Option<&'p Arm> {
    let all: f64 = arms.iter().map(|a| f64::from(a.weight)).sum();
    let drawn = share("experiment", experiment, key) * all;
    let mut sum = 0.0;
    arms.iter()
        .find(|a| {
            sum += f64::from(a.weight);
            drawn < sum
        })
        .or(arms.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_fall_by_their_weights_and_a_lead_keeps_its_own() {
        let arm = |content: &str, weight| Arm { content: content.into(), weight };
        let arms = [arm("a", 3), arm("b", 1)];
        let of = |i: i64| arm_of("offer-test", &arms, Key::of_hash(stable_hash(&[&i.to_le_bytes()]))).map(|a| a.content.clone());
        let n = (0..4000).filter(|i| of(*i).as_deref() == Some("a")).count();
        assert!((2880..3120).contains(&n), "{n} of 4000 are three quarters");
        assert_eq!(of(7), of(7));
        let other = |i: i64| arm_of("another", &arms, Key::of_hash(stable_hash(&[&i.to_le_bytes()]))).map(|a| a.content.clone());
        assert!((0..200).any(|i| of(i) != other(i)), "another experiment draws anew");
    }
}
