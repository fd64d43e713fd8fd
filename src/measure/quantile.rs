//! Quantiles of measured times.

/// The value below which a share (0 to 1) of the values lies, interpolated linearly between the two nearest: the definition that
/// Excel's PERCENTILE.INC, SQL's PERCENTILE_CONT and R's default have (type 7 of Hyndman and Fan, *Sample Quantiles in Statistical
/// Packages*, 1996), so that people who reckon it again in their spreadsheet get this number. `None` of no values.
/// Sorts the values.
pub fn quantile(values: &mut [i64], share: f64) -> Option<f64> {
    values.sort_unstable();
    let place = values.len().checked_sub(1)? as f64 * share.clamp(0.0, 1.0);
    let below = *values.get(place.floor() as usize)? as f64;
    let above = *values.get(place.ceil() as usize)? as f64;
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_spreadsheets_have_it() {
        // Microsoft's example of PERCENTILE.INC: {1, 2, 3, 4} at 0.3 is 1.9. NumPy's of percentile: {10, 7, 4, 3, 2, 1} at 0.5 is 3.5.
        assert_eq!(quantile(&mut [1, 3, 2, 4], 0.3), Some(1.9));
        assert_eq!(quantile(&mut [10, 7, 4, 3, 2, 1], 0.5), Some(3.5));
        assert_eq!(quantile(&mut [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.9), Some(10.0));
        assert_eq!(quantile(&mut [7], 0.9), Some(7.0));
        assert_eq!(quantile(&mut [], 0.5), None);
    }

    proptest! {
        #[test]
        fn it_lies_among_the_values_and_grows_with_the_share(mut values in proptest::collection::vec(-1_000_000_i64..1_000_000, 1..40), a in 0.0..=1.0, b in 0.0..=1.0) {
            let (low, high) = (quantile(&mut values, f64::min(a, b)), quantile(&mut values, f64::max(a, b)));
            prop_assert!(low <= high);
            prop_assert_eq!(quantile(&mut values, 0.0), values.first().map(|v| *v as f64));
            prop_assert_eq!(quantile(&mut values, 1.0), values.last().map(|v| *v as f64));
        }
    }
}
