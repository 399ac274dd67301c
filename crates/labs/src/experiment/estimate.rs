//! What samples say of a statistic: an estimate, with an interval that holds the truth in 95 of 100 studies.

use crate::words::Text;

/// What one trial gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// This.
    Value(f64),
    /// More than this: it had not ended when it was broken off.
    Beyond(f64),
    /// The trial did not come to the point, and counts nowhere.
    Nothing,
}

impl Sample {
    /// The value, or the least that it is.
    pub const fn least(self) -> Option<f64> {
        match self {
            Self::Value(value) | Self::Beyond(value) => Some(value),
            Self::Nothing => None,
        }
    }
}

/// What is told of a line's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// So many of a thousand samples are no greater: 500 is the median.
    Quantile(u16),
    /// The greatest of all samples. It grows with their number, so it has no interval.
    Most,
    /// The root of the mean, for samples that are squares.
    Root,
}

impl Statistic {
    /// The median.
    pub const MEDIAN: Self = Self::Quantile(500);

    /// Its name.
    pub const fn name(self) -> Text {
        match self {
            Self::Mean => Text::new("mean", "均值"),
            Self::Quantile(500) => Text::new("median", "中位数"),
            Self::Quantile(990) => Text::new("99th percentile", "第 99 百分位"),
            Self::Quantile(999) => Text::new("99.9th percentile", "第 99.9 百分位"),
            Self::Quantile(_) => Text::new("quantile", "分位数"),
            Self::Most => Text::new("worst", "最差"),
            Self::Root => Text::new("deviation", "偏差"),
        }
    }

    /// The word for it in files.
    pub fn key(self) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Quantile(500) => "median".to_owned(),
            Self::Quantile(thousandths) => format!("quantile_{thousandths}"),
            Self::Most => "worst".to_owned(),
            Self::Root => "deviation".to_owned(),
        }
    }
}

/// An estimate with its interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

/// The normal deviate that leaves a fortieth on either side.
const DEVIATE: f64 = 1.959_964;

/// What `sorted` says of a statistic; none where there is no sample. `is_yes_or_no` says that each is 1 or 0.
pub(super) fn estimate(statistic: Statistic, sorted: &[f64], is_yes_or_no: bool) -> Option<Estimate> {
    let most = *sorted.last()?;
    Some(match statistic {
        Statistic::Mean if is_yes_or_no => share(sorted),
        Statistic::Mean => mean(sorted),
        Statistic::Quantile(thousandths) => quantile(sorted, f64::from(thousandths) / 1_000.0),
        Statistic::Most => Estimate { value: most, low: most, high: most },
        Statistic::Root => {
            let Estimate { value, low, high } = mean(sorted);
            Estimate { value: root(value), low: root(low), high: root(high) }
        }
    })
}

fn root(value: f64) -> f64 {
    value.max(0.0).sqrt()
}

/// The mean, with the interval that the central limit theorem gives.
fn mean(samples: &[f64]) -> Estimate {
    let count = samples.len() as f64;
    let value = samples.iter().sum::<f64>() / count;
    let squares: f64 = samples.iter().map(|sample| (sample - value) * (sample - value)).sum();
    let variance = if samples.len() > 1 { squares / (count - 1.0) } else { 0.0 };
    let reach = DEVIATE * (variance / count).sqrt();
    Estimate { value, low: value - reach, high: value + reach }
}

/// A share of yes and no, with Wilson's interval (1927), which also holds near 0 and 1.
fn share(samples: &[f64]) -> Estimate {
    let count = samples.len() as f64;
    let value = samples.iter().sum::<f64>() / count;
    let square = DEVIATE * DEVIATE;
    let middle = (value + square / (2.0 * count)) / (1.0 + square / count);
    let reach = DEVIATE / (1.0 + square / count)
        * (value * (1.0 - value) / count + square / (4.0 * count * count)).sqrt();
    // At the ends the sum is inexact by a hair, and the interval must hold its estimate.
    Estimate { value, low: (middle - reach).clamp(0.0, value), high: (middle + reach).clamp(value, 1.0) }
}

/// A quantile, with the interval between two order statistics (normal approximation of the binomial ranks).
fn quantile(sorted: &[f64], share: f64) -> Estimate {
    let count = sorted.len() as f64;
    let at = |rank: f64| sorted[(rank.max(1.0) as usize).min(sorted.len()) - 1];
    let reach = DEVIATE * (count * share * (1.0 - share)).sqrt();
    let rank = count * share;
    let value = if share == 0.5 && sorted.len().is_multiple_of(2) {
        (at(rank) + at(rank + 1.0)) / 2.0
    } else {
        at(rank.ceil())
    };
    Estimate { value, low: at((rank - reach).floor()), high: at((rank + reach).ceil() + 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_sim::Draw;

    /// How many of a hundred studies have the truth within their interval.
    fn cover(
        statistic: Statistic,
        truth: f64,
        is_yes_or_no: bool,
        sample: impl Fn(u64, u64) -> f64,
    ) -> usize {
        let studies = (0..400).filter(|&study| {
            let mut samples: Vec<f64> = (0..300).map(|trial| sample(study, trial)).collect();
            samples.sort_by(f64::total_cmp);
            let Estimate { value, low, high } = estimate(statistic, &samples, is_yes_or_no).unwrap();
            assert!(low <= value && value <= high, "{low} {value} {high}");
            low <= truth && truth <= high
        });
        studies.count() / 4
    }

    fn uniform(study: u64, trial: u64) -> f64 {
        Draw::new(7, "estimate", study, trial).in_range(&(0..1_000_000)) as f64 / 1e6
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let near = |covered: usize| (92..=98).contains(&covered);
        assert!(near(cover(Statistic::Mean, 0.5, false, uniform)));
        assert!(near(cover(Statistic::MEDIAN, 0.5, false, uniform)));
        assert!(near(cover(Statistic::Quantile(900), 0.9, false, uniform)));
        let yes = |study, trial| f64::from(u8::from(uniform(study, trial) < 0.1));
        assert!(near(cover(Statistic::Mean, 0.1, true, yes)));
        // Squares of a variable that is uniform over 0..1 have a mean of a third.
        let square = |study, trial| uniform(study, trial) * uniform(study, trial);
        assert!(near(cover(Statistic::Root, (1.0_f64 / 3.0).sqrt(), false, square)));
    }

    #[test]
    fn few_samples_are_told_too() {
        for statistic in [Statistic::Mean, Statistic::MEDIAN, Statistic::Most, Statistic::Root] {
            assert_eq!(estimate(statistic, &[], false), None);
            assert_eq!(estimate(statistic, &[4.0], false).map(|estimate| estimate.high), {
                Some(if statistic == Statistic::Root { 2.0 } else { 4.0 })
            });
        }
        assert_eq!(estimate(Statistic::MEDIAN, &[1.0, 2.0], false).map(|median| median.value), Some(1.5));
        assert_eq!(
            estimate(Statistic::MEDIAN, &[1.0, 2.0, 9.0], false).map(|median| median.value),
            Some(2.0)
        );
        let none = estimate(Statistic::Mean, &[0.0; 10], true).unwrap();
        assert!(none.low == 0.0 && none.high > 0.2, "{none:?}");
    }
}
