//! The few special functions that tests and intervals need, each with its source. Deterministic, to about 1e-13 relative.

use std::f64::consts::{PI, SQRT_2};

/// ln Γ(x) of x > 0: Lanczos' approximation with g = 7 and nine terms (Lanczos, *A Precision Approximation of the Gamma Function*, 1964;
/// coefficients of P. Godfrey).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let sum = TERMS.iter().zip(1..).fold(0.999_999_999_999_809_9, |sum, (term, k)| sum + term / (x + f64::from(k)));
    let t = x + 7.5;
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The upper regularised incomplete gamma function Q(a, x), a > 0, x ≥ 0: by the series of Abramowitz and Stegun 6.5.29 left of a + 1, by the
/// continued fraction 6.5.31 (modified Lentz: Thompson and Barnett 1986) right of it, where it keeps its relative precision in the tail.
pub(super) fn gamma_q(a: f64, x: f64) -> f64 {
    const MOST: u32 = 100_000;
    const TINY: f64 = 1e-300;
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..MOST {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * f64::EPSILON {
                break;
            }
        }
        return (1.0 - front * sum).clamp(0.0, 1.0);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut h = d;
    for n in (1..MOST).map(f64::from) {
        let an = -n * (n - a);
        b += 2.0;
        let (lower, upper) = (an * d + b, b + an / c);
        d = 1.0 / if lower.abs() < TINY { TINY } else { lower };
        c = if upper.abs() < TINY { TINY } else { upper };
        h *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    (front * h).clamp(0.0, 1.0)
}

/// The complementary error function: Q(1/2, x²) for x ≥ 0 (Abramowitz and Stegun 6.5.17), mirrored left of 0.
fn erfc(x: f64) -> f64 {
    let tail = gamma_q(0.5, x * x);
    if x < 0.0 { 2.0 - tail } else { tail }
}

/// The chance of a standard normal draw at least as far from 0 as `z`, on either side.
pub(super) fn two_sided(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

/// The standard normal quantile of 0 < p < 1: Acklam's rational approximation (2003, 1.15e-9 relative) made exact by one step of Halley's method.
pub(super) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] =
        [-39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269, -30.664_798_066_147_16, 2.506_628_277_459_239];
    const B: [f64; 6] = [-54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72, 1.0];
    const C: [f64; 6] =
        [-0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838, -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783];
    const D: [f64; 5] = [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let polynomial = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let x = if p < 0.024_25 {
        let q = (-2.0 * p.ln()).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    } else {
        let q = p - 0.5;
        q * polynomial(&A, q * q) / polynomial(&B, q * q)
    };
    let off = (0.5 * erfc(-x / SQRT_2) - p) * (2.0 * PI).sqrt() * (x * x / 2.0).exp();
    x - off / (1.0 + x * off / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative, or absolute below 1.
    #[track_caller]
    fn near(got: f64, expected: f64, relative: f64) {
        assert!((got - expected).abs() <= relative * expected.abs(), "{got} instead of {expected}");
    }

    // Every expected value: mpmath 1.4.1 (loggamma, gammainc, erfc, erfinv) with 40 digits.

    #[test]
    fn gamma_functions_to_thirteen_digits() {
        for (x, expected) in [(0.5, 0.572_364_942_924_700_1), (1.5, -0.120_782_237_635_245_22), (3.5, 1.200_973_602_347_074_2), (10.0, 12.801_827_480_081_47)] {
            near(ln_gamma(x), expected, 1e-13);
        }
        near(ln_gamma(100.25), 360.284_559_637_764_2, 1e-13);
        assert!(ln_gamma(1.0).abs() < 1e-14 && ln_gamma(2.0).abs() < 1e-14);
        for (a, x, expected) in [
            (0.5, 0.1, 0.654_720_846_018_577),
            (1.0, 1.0, 0.367_879_441_171_442_33),
            (1.5, 0.2, 0.940_242_494_839_360_7),
            (2.5, 8.0, 0.006_844_073_922_420_431),
            (5.0, 5.0, 0.440_493_285_065_212_4),
            (10.0, 30.0, 7.121_750_862_815_577e-6),
            (50.0, 40.0, 0.929_664_933_340_605),
            (0.5, 20.0, 2.539_628_589_470_865e-10),
        ] {
            near(gamma_q(a, x), expected, 2e-13);
        }
        assert_eq!((gamma_q(0.5, 0.0), gamma_q(0.5, 1e6)), (1.0, 0.0));
    }

    #[test]
    fn the_error_function_keeps_its_digits_in_the_tail() {
        for (x, expected) in [
            (0.1, 0.887_537_083_981_715),
            (0.5, 0.479_500_122_186_953_5),
            (1.0, 0.157_299_207_050_285_13),
            (1.96, 0.005_573_724_535_172_133),
            (5.0, 1.537_459_794_428_035e-12),
            (10.0, 2.088_487_583_762_545e-45),
            (22.486_041, 6.459_840_863_234_581e-222),
        ] {
            near(erfc(x), expected, 2e-13);
            near(erfc(-x), 2.0 - expected, 1e-15);
        }
        assert_eq!((erfc(0.0), erfc(40.0)), (1.0, 0.0));
    }

    #[test]
    fn the_normal_quantile() {
        for (p, expected) in [
            (1e-10, -6.361_340_902_404_056),
            (0.001, -3.090_232_306_167_813_5),
            (0.02, -2.053_748_910_631_823),
            (0.2, -0.841_621_233_572_914_2),
            (0.8, 0.841_621_233_572_914_4),
            (0.9, 1.281_551_565_544_600_6),
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_900_5),
        ] {
            near(normal_quantile(p), expected, 1e-13);
        }
        near(normal_quantile(0.999_999), 4.753_424_308_817_088, 1e-10);
        assert!(normal_quantile(0.5).abs() < 1e-15);
    }
}
