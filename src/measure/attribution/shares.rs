//! Shares as whole numbers of a fixed part of one, so that sums of them are exact.

/// How many parts make one: fine beside a float's 2⁻⁵³, and value × parts × journeys stay far inside 128 bits.
pub(super) const ONE: i128 = 1 << 56;

/// The same share for each of `n`; what does not divide goes to the first.
pub(super) fn equal(n: usize, parts: &mut Vec<i128>) {
    parts.clear();
    let Some(part) = i128::try_from(n).ok().and_then(|n| ONE.checked_div(n)) else { return };
    parts.resize(n, part);
    settle(parts, 0);
}

/// Shares in the ratio of weights ≥ 0, of which one at least is above 0; what rounding leaves goes to the first of the heaviest.
pub(super) fn normalised(weights: impl Iterator<Item = f64> + Clone, parts: &mut Vec<i128>) {
    let all: f64 = weights.clone().sum();
    parts.clear();
    parts.extend(weights.map(|weight| (weight / all * ONE as f64).round() as i128));
    let most = parts.iter().copied().max();
    let heaviest = parts.iter().position(|part| Some(*part) == most).unwrap_or(0);
    settle(parts, heaviest);
}

fn settle(parts: &mut [i128], ix: usize) {
    let left = ONE - parts.iter().sum::<i128>();
    if let Some(part) = parts.get_mut(ix) {
        *part += left;
    }
}

/// The whole units below a number of [`ONE`]ths, and the rest (0 to [`ONE`]).
pub(super) fn floor_and_rest(parts: i128) -> (i128, i128) {
    (parts.div_euclid(ONE), parts.rem_euclid(ONE))
}
