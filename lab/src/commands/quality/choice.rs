//! Which measures the unified quality score should rest on before there is a template.
//!
//! A score that picks a camera's frames must see blur, a turned head and wrong light, also where
//! photographs rarely show them, as LFW's do: only sets with sharpness, a measure of pose and one
//! of light are taken. Every set of the six is fitted on all folds but one and judged on that one,
//! at one threshold, the pairs of all folds counted together. Of those that may be taken, the set
//! with the largest reduction is the best; the one to take is the smallest whose reduction is
//! within one standard error of it (the rule of L. Breiman et al., "Classification and Regression
//! Trees", 1984, section 3.4.3), the standard error of the difference between both, from resampling
//! people.

use super::measured::{FMR, Measured, Part, SHARE};
use crate::commands::shared::Anyhow;
use selfsame_lab::evaluate::{Bootstrap, Discard};
use selfsame_lab::say;
use std::collections::BTreeSet;

const NAMES: [&str; 6] = ["sharpness", "pitch", "yaw", "inter-eye distance", "luminance mean", "over-exposure"];

struct Choice {
    used: [bool; 6],
    reduction: f64,
    resampled: Vec<f64>,
}

impl Choice {
    fn size(&self) -> usize {
        self.used.iter().filter(|used| **used).count()
    }

    fn sees_each_fault(&self) -> bool {
        let [sharpness, pitch, yaw, _, luminance, over_exposure] = self.used;
        sharpness && (pitch || yaw) && (luminance || over_exposure)
    }

    fn names(&self) -> String {
        let names: Vec<&str> =
            NAMES.into_iter().zip(self.used).filter_map(|(name, used)| used.then_some(name)).collect();
        names.join(", ")
    }

    /// How much less the reduction is than that of `best`, and the standard error of that.
    fn behind(&self, best: &Self) -> (f64, f64) {
        let differences: Vec<f64> = best.resampled.iter().zip(&self.resampled).map(|(a, b)| a - b).collect();
        let n = differences.len().max(1) as f64;
        let mean = differences.iter().sum::<f64>() / n;
        let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / n;
        (best.reduction - self.reduction, variance.sqrt())
    }
}

/// Prints how each choice does, and the one to take.
pub fn run(measured: &Measured<'_>, bootstrap: &Bootstrap) -> Anyhow<()> {
    let threshold = measured.threshold(&measured.part(|_| true)?)?;
    let folds: BTreeSet<usize> = measured.folds.iter().copied().collect();
    let mut splits = Vec::new();
    for judged in folds {
        splits.push((measured.part(|fold| fold != judged)?, measured.part(|fold| fold == judged)?));
    }
    let mut choices = Vec::new();
    for bits in 1u32..64 {
        choices.push(choice(&splits, std::array::from_fn(|place| bits >> place & 1 == 1), threshold, bootstrap)?);
    }
    choices.sort_by(|a, b| b.reduction.total_cmp(&a.reduction));
    let best = choices.iter().find(|choice| choice.sees_each_fault()).ok_or("no choices")?;
    say!(
        "\nmeasures of the unified score, fitted on all folds but one and judged on that one: change of the FNMR at FMR {FMR:.0e}"
    );
    say!("with 10 % discarded, how far behind the best of those that see each fault (*), standard error of that");
    for choice in &choices {
        let ((behind, error), change) = (choice.behind(best), -100.0 * choice.reduction);
        let mark = if choice.sees_each_fault() { '*' } else { ' ' };
        say!("{change:>+7.1} %{:>+7.1}{:>7.1} {mark} {}", 100.0 * behind, 100.0 * error, choice.names());
    }
    say!("to take: {}", taken(&choices, Choice::sees_each_fault).ok_or("no choice")?.names());
    say!("without asking that it sees each fault: {}", taken(&choices, |_| true).ok_or("no choice")?.names());
    Ok(())
}

/// The smallest within one standard error of the best; of several as small the better. `choices`
/// are in falling order.
fn taken(choices: &[Choice], may: impl Fn(&Choice) -> bool) -> Option<&Choice> {
    let best = choices.iter().find(|choice| may(choice))?;
    let is_near = |choice: &&Choice| {
        let (behind, error) = choice.behind(best);
        may(choice) && behind <= error
    };
    choices.iter().filter(is_near).min_by_key(|choice| choice.size())
}

fn choice(splits: &[(Part, Part)], used: [bool; 6], threshold: f32, bootstrap: &Bootstrap) -> Anyhow<Choice> {
    let quality =
        splits.iter().map(|(others, judged)| Ok(judged.weighted(&others.fit(used)?))).collect::<Anyhow<Vec<_>>>()?;
    let trials: Vec<_> =
        splits.iter().zip(&quality).map(|((_, judged), quality)| judged.trial(quality, threshold)).collect();
    let curve = Discard::new("", &trials, &Bootstrap { replicates: 0, ..*bootstrap });
    let reduction = curve.at(SHARE).and_then(|point| point.reduction).ok_or("there are no errors to discard")?;
    Ok(Choice { used, reduction, resampled: Discard::resampled_reductions(&trials, SHARE, bootstrap) })
}
