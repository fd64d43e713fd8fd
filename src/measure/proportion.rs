//! Two rates side by side: how sure each is, how far apart they are, and whether that may be chance. Counts are of leads, once each.

use super::special::two_sided;

/// The standard normal quantile of 0.975: every interval here is of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// At most this chance of a difference where there is none.
const ALPHA: f64 = 0.05;

/// So many of so many: `hits` ≤ `of` (more are taken as all).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    hits: u64,
    of: u64,
}

/// Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A difference in units of its standard error, and the chance of one as large where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZTest {
    /// Of A − B: negative when B's rate is the higher.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// What one may say of B beside A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The counts are too small for the test to mean anything: wait.
    TooFew,
    /// Enough were counted, and the difference may well be chance (p ≥ 0.05).
    Undecided,
    /// B's rate is higher (p < 0.05).
    Better,
    /// B's rate is lower (p < 0.05).
    Worse,
}

impl Proportion {
    /// `hits` of `of`.
    pub fn new(hits: u64, of: u64) -> Self {
        Self { hits: hits.min(of), of }
    }

    /// How many did it.
    pub fn hits(self) -> u64 {
        self.hits
    }

    /// Of how many.
    pub fn of(self) -> u64 {
        self.of
    }

    /// Between 0 and 1; `None` of none.
    pub fn rate(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// Wilson's score interval of 95 %, without continuity correction (Wilson, *Probable Inference*, JASA 1927): holds its level for small
    /// counts, and for rates of 0 and 1.
    pub fn wilson(self) -> Option<Interval> {
        let (p, n) = (self.rate()?, self.of as f64);
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let low = if self.hits == 0 { 0.0 } else { middle - half };
        let high = if self.hits == self.of { 1.0 } else { middle + half };
        Some(Interval { low: low.max(0.0), high: high.min(1.0) })
    }
}

/// B − A with its 95 % interval, from the two Wilson intervals (Newcombe, *Interval estimation for the difference between independent
/// proportions*, Statistics in Medicine 1998, method 10). `None` when an arm is empty.
pub fn difference(a: Proportion, b: Proportion) -> Option<(f64, Interval)> {
    let (p, q, of_a, of_b) = (a.rate()?, b.rate()?, a.wilson()?, b.wilson()?);
    let low = (q - p) - (q - of_b.low).hypot(of_a.high - p);
    let high = (q - p) + (of_b.high - q).hypot(p - of_a.low);
    Some((q - p, Interval { low, high }))
}

/// The two-proportion z test with the pooled rate, two-sided. `None` when an arm is empty, or when nobody or everybody did it.
pub fn z_test(a: Proportion, b: Proportion) -> Option<ZTest> {
    let (p, q) = (a.rate()?, b.rate()?);
    let (n, m) = (a.of as f64, b.of as f64);
    let pooled = (a.hits as f64 + b.hits as f64) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    (error > 0.0).then(|| (p - q) / error).map(|z| ZTest { z, p: two_sided(z) })
}

/// The chance that B's true rate is above A's, when before counting every rate was as likely as any other (Beta(1, 1)).
///
/// Exact: Beta(h+1, n−h+1) is the (h+1)-th smallest of n+1 uniform draws, so of the h_A+h_B+1 smallest of all n_A+n_B+2 draws more than h_A must be
/// A's: a tail of the hypergeometric distribution (Altham, *Exact Bayesian Analysis of a 2×2 Contingency Table*, JRSS B 1969). Its terms are
/// summed outwards from the greatest, each from its neighbour, so that nothing cancels or overflows.
pub fn chance_b_is_higher(a: Proportion, b: Proportion) -> f64 {
    let (n, m, drawn) = (a.of as f64 + 1.0, b.of as f64 + 1.0, (a.hits as f64 + b.hits as f64) + 1.0);
    let (least, most) = ((drawn - m).max(0.0), drawn.min(n));
    let up = |k: f64| (n - k) * (drawn - k) / ((k + 1.0) * (m - drawn + k + 1.0));
    let mode = ((drawn + 1.0) * (n + 1.0) / (n + m + 2.0)).floor().clamp(least, most);
    let (mut all, mut above) = (0.0, 0.0);
    let mut count = |k: f64, term: f64| {
        all += term;
        if k > a.hits as f64 {
            above += term;
        }
        term > NEGLIGIBLE
    };
    let (mut k, mut term) = (mode, 1.0);
    while count(k, term) && k < most {
        term *= up(k);
        k += 1.0;
    }
    (k, term) = (mode, 1.0);
    while k > least {
        k -= 1.0;
        term /= up(k);
        if !count(k, term) {
            break;
        }
    }
    above / all
}

/// A term that no longer shows beside the greatest.
const NEGLIGIBLE: f64 = 1e-25;

/// What one may say of B beside A. Too few: one of the four counts expected without a difference (did it or not, of A and of B) is below 5,
/// where the test's normal curve no longer fits (Cochran, *Some Methods for Strengthening the Common χ² Tests*, Biometrics 1954).
pub fn finding(a: Proportion, b: Proportion) -> Finding {
    let (did, all) = (a.hits as f64 + b.hits as f64, a.of as f64 + b.of as f64);
    let fewest = did.min(all - did) * (a.of.min(b.of) as f64) / all;
    match z_test(a, b) {
        Some(test) if fewest >= 5.0 => match test {
            ZTest { p, .. } if p >= ALPHA => Finding::Undecided,
            ZTest { z, .. } if z < 0.0 => Finding::Better,
            _ => Finding::Worse,
        },
        _ => Finding::TooFew,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(hits: u64, of: u64) -> Proportion {
        Proportion::new(hits, of)
    }

    #[track_caller]
    fn digits(got: f64, expected: f64, half_of_the_last: f64) {
        assert!((got - expected).abs() <= half_of_the_last, "{got} instead of {expected}");
    }

    /// z and p: pooled two-proportion test; intervals: Newcombe's method 10; chances: the posterior integral. Each worked out again in Python, the
    /// chances with Miller's sum over beta functions and with exact fractions of binomials.
    #[test]
    fn four_tests_to_the_printed_digits() {
        for (a, b, z, p, low, high, chance) in [
            (of(200, 4000), of(250, 4000), -2.426_248, 0.015_255_82, 0.002_398, 0.022_648, 0.992_360),
            (of(120, 1000), of(150, 1000), -1.963_050, 0.049_640_39, 0.000_014, 0.060_008, 0.975_068),
            (of(30, 500), of(42, 500), -1.468_051, 0.142_090_49, -0.008_331, 0.056_761, 0.927_887),
            (of(5, 83), of(12, 99), -1.407_830, 0.159_181_29, -0.027_910, 0.146_883, 0.913_549),
        ] {
            let test = z_test(a, b).expect("counts");
            digits(test.z, z, 5.1e-7);
            digits(test.p, p, 5.1e-9);
            let (_, interval) = difference(a, b).expect("counts");
            digits(interval.low, low, 5.1e-7);
            digits(interval.high, high, 5.1e-7);
            digits(chance_b_is_higher(a, b), chance, 5.1e-7);
        }
    }

    #[test]
    fn intervals_of_the_first_row() {
        let ends = |p: Proportion| p.wilson().map(|i| [i.low, i.high].map(|end| (end * 1e6).round() / 1e6));
        assert_eq!(ends(of(200, 4000)), Some([0.043_667, 0.057_196]));
        assert_eq!(ends(of(250, 4000)), Some([0.055_410, 0.070_429]));
        // Newcombe 1998 (Two-sided confidence intervals for the single proportion), table I, method 3: 81/263, 15/148, 0/20, 1/29.
        let ends = |p: Proportion| p.wilson().map(|i| [i.low, i.high].map(|end| (end * 1e4).round() / 1e4));
        assert_eq!(ends(of(81, 263)), Some([0.2553, 0.3662]));
        assert_eq!(ends(of(15, 148)), Some([0.0624, 0.1605]));
        assert_eq!(ends(of(0, 20)), Some([0.0, 0.1611]));
        assert_eq!(ends(of(1, 29)), Some([0.0061, 0.1718]));
    }

    /// Newcombe 1998 (difference), table II, method 10: 56/70 less 48/80, and 10/10 less 0/10.
    #[test]
    fn differences_published_by_their_author() {
        let ends = |a, b| difference(a, b).map(|(_, i)| [i.low, i.high].map(|end| (end * 1e4).round() / 1e4));
        assert_eq!(ends(of(48, 80), of(56, 70)), Some([0.0524, 0.3339]));
        assert_eq!(ends(of(0, 10), of(10, 10)), Some([0.6075, 1.0]));
    }

    /// Kevin Hillstrom's e-mail test of 64,000 customers; p-values published by two independent analyses (expected.json beside the data).
    #[test]
    fn hillstroms_e_mails() {
        let control = of(122, 21_306);
        for (hits, n, p) in [(267, 21_307, 1.5232e-13), (189, 21_387, 1.5711e-4)] {
            let test = z_test(control, of(hits, n)).expect("counts");
            digits(test.p / p, 1.0, 5e-5);
            assert_eq!(finding(control, of(hits, n)), Finding::Better);
        }
        let visits = z_test(of(2262, 21_306), of(3894, 21_307)).expect("counts");
        digits(visits.z, -22.486_041, 5.1e-7);
        digits(visits.p / 5.685_165_482_802_317e-112, 1.0, 1e-11);
    }

    #[test]
    fn small_counts_say_nothing() {
        assert_eq!(finding(of(0, 0), of(9, 9)), Finding::TooFew);
        assert_eq!(finding(of(0, 1000), of(0, 1000)), Finding::TooFew, "nobody did it");
        assert_eq!(finding(of(1, 40), of(8, 40)), Finding::TooFew, "4.5 expected in each arm");
        assert_eq!(finding(of(2, 40), of(8, 40)), Finding::Better, "5 expected in each arm, p = .043");
        assert_eq!(finding(of(5, 83), of(12, 99)), Finding::Undecided);
        assert_eq!(finding(of(250, 4000), of(200, 4000)), Finding::Worse);
        assert_eq!((of(0, 0).rate(), of(0, 0).wilson(), difference(of(0, 0), of(1, 2)), z_test(of(0, 5), of(0, 5))), (None, None, None, None));
    }

    #[test]
    fn great_counts_are_no_trouble() {
        let million = of(500_000_000, 1_000_000_000);
        digits(chance_b_is_higher(million, million), 0.5, 1e-9);
        digits(chance_b_is_higher(million, of(500_030_000, 1_000_000_000)), 0.910_2, 5e-4);
        assert!(chance_b_is_higher(of(0, 1_000_000), of(1_000_000, 1_000_000)) > 1.0 - 1e-12);
        assert_eq!(chance_b_is_higher(of(0, 0), of(0, 0)), 0.5, "nothing known");
    }

    proptest! {
        #[test]
        fn swapping_the_arms_turns_every_answer(a in 0_u64..60, x in 0_u64..60, b in 0_u64..60, y in 0_u64..60) {
            let (a, b) = (of(a, a + x), of(b, b + y));
            prop_assert!((chance_b_is_higher(a, b) + chance_b_is_higher(b, a) - 1.0).abs() < 1e-12);
            if let (Some((d, i)), Some((e, j))) = (difference(a, b), difference(b, a)) {
                prop_assert!((d + e).abs() < 1e-12 && (i.low + j.high).abs() < 1e-12 && (i.high + j.low).abs() < 1e-12);
                prop_assert!(-1.0 - 1e-12 <= i.low && i.low <= d + 1e-12 && d <= i.high + 1e-12 && i.high <= 1.0 + 1e-12);
            }
            if let (Some(t), Some(u)) = (z_test(a, b), z_test(b, a)) {
                prop_assert!((t.z + u.z).abs() < 1e-12 && (0.0..=1.0).contains(&t.p) && (t.p - u.p).abs() < 1e-12);
            }
            if let (Some(rate), Some(i)) = (a.rate(), a.wilson()) {
                prop_assert!(0.0 <= i.low && i.low <= rate + 1e-12 && rate <= i.high + 1e-12 && i.high <= 1.0);
            }
        }
    }
}
