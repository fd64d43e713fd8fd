//! Does the score know? How well it tells those who converted from those who did not, in all and band by band.

use std::collections::BTreeMap;

/// The area under the ROC curve: the chance that of two leads, one of whom converted, that one has the higher score; equal scores count half.
/// 0.5 = no better than chance. From the counts at each score (Mann and Whitney's U; Hanley and McNeil, Radiology 1982): exact until the last
/// division. `None` when nobody or everybody converted.
pub fn auc(leads: impl IntoIterator<Item = (i64, bool)>) -> Option<f64> {
    let mut at: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for (score, converted) in leads {
        let (won, not) = at.entry(score).or_default();
        *(if converted { won } else { not }) += 1;
    }
    let (mut below, mut all, mut doubled) = (0_u128, 0_u128, 0_u128);
    for (won, not) in at.into_values().map(|(won, not)| (u128::from(won), u128::from(not))) {
        doubled += won * (2 * below + not);
        below += not;
        all += won;
    }
    (below > 0 && all > 0).then(|| doubled as f64 / (2 * all * below) as f64)
}

/// One band's leads and how many of them converted.
#[derive(Clone, Debug, PartialEq)]
pub struct Lift {
    /// The band.
    pub band: String,
    /// Its leads.
    pub leads: u64,
    /// Those of them who converted.
    pub converted: u64,
    /// converted / leads; `None` without leads.
    pub rate: Option<f64>,
    /// rate / the rate of all: 2 = twice as good as taking anyone. `None` when nobody converted.
    pub lift: Option<f64>,
    /// This band's part of all who converted. `None` when nobody did.
    pub share: Option<f64>,
}

/// Each band of `bands`, in that order, also those without leads; leads of other bands count in the rate of all alone.
pub fn lift_by_band<'a>(bands: &[&str], leads: impl IntoIterator<Item = (&'a str, bool)>) -> Vec<Lift> {
    let mut of: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let (mut all, mut won) = (0_u64, 0_u64);
    for (band, converted) in leads {
        let counts = of.entry(band).or_default();
        *counts = (counts.0 + 1, counts.1 + u64::from(converted));
        (all, won) = (all + 1, won + u64::from(converted));
    }
    let ratio = |a: u64, b: u64| (b > 0).then(|| a as f64 / b as f64);
    let row = |band: &&str| {
        let (leads, converted) = of.get(band).copied().unwrap_or_default();
        let rate = ratio(converted, leads);
        let lift = rate.zip(ratio(won, all)).and_then(|(rate, base)| (base > 0.0).then(|| rate / base));
        Lift { band: (*band).to_owned(), leads, converted, rate, lift, share: ratio(converted, won) }
    };
    bands.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// scikit-learn's example of roc_auc_score: y = 0 0 1 1, scores .1 .4 .35 .8 → 0.75.
    #[test]
    fn as_scikit_learn_has_it() {
        assert_eq!(auc([(10, false), (40, false), (35, true), (80, true)]), Some(0.75));
        assert_eq!(auc([(1, true), (1, false)]), Some(0.5));
        assert_eq!((auc([(1, true)]), auc([(1, false)]), auc([])), (None, None, None));
    }

    #[test]
    fn a_band_three_times_as_good() {
        let leads = [("hot", 10, 6), ("warm", 20, 3), ("cold", 70, 11)];
        let each = leads.iter().flat_map(|(band, n, won)| (0..*n).map(move |k| (*band, k < *won)));
        let lift = lift_by_band(&["hot", "qualified", "warm", "cold"], each);
        let hot = &lift[0];
        assert_eq!((hot.leads, hot.converted, hot.rate, hot.share), (10, 6, Some(0.6), Some(0.3)));
        assert!(hot.lift.is_some_and(|lift| (lift - 3.0).abs() < 1e-12), "0.6 beside 20 of 100");
        assert_eq!((lift[1].leads, lift[1].rate, lift[1].lift, lift[1].share), (0, None, None, Some(0.0)));
        assert_eq!(lift.iter().map(|l| l.converted).sum::<u64>(), 20);
        let nobody = lift_by_band(&["hot"], [("hot", false)]);
        assert_eq!((nobody[0].rate, nobody[0].lift, nobody[0].share), (Some(0.0), None, None));
    }

    proptest! {
        #[test]
        fn it_is_the_share_of_pairs_told_apart(leads in proptest::collection::vec((-3_i64..8, any::<bool>()), 0..40)) {
            let (mut told, mut pairs) = (0.0, 0.0);
            for (won, _) in leads.iter().filter(|(_, converted)| *converted) {
                for (not, _) in leads.iter().filter(|(_, converted)| !*converted) {
                    pairs += 1.0;
                    told += if won > not { 1.0 } else if won == not { 0.5 } else { 0.0 };
                }
            }
            match auc(leads) {
                Some(area) => prop_assert!((area - told / pairs).abs() < 1e-12),
                None => prop_assert_eq!(pairs, 0.0),
            }
        }
    }
}
