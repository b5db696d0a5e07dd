//! [`Reliability`]: how much of a face a template still tells.

use serde::Serialize;

/// How much of a face a template still tells: the cosine that it is expected to have with the
/// template of the same face on an undamaged picture, and the least that a comparison may rest on.
///
/// Blur, fog, noise, compression and covers take away what tells people apart and leave what
/// damaged pictures have in common: two of them, of two people, become alike. The measure is a
/// linear probe of what the networks know beside the template
/// ([`ReliabilitySpec`](crate::model::ReliabilitySpec)), fitted on photographs that were damaged in
/// known ways, with the cosine to the undamaged picture's template as what it has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reliability {
    value: f32,
    least: f32,
}

impl Reliability {
    /// The reliability `value`, brought into 0 ..= 1; NaN becomes 0.
    pub(crate) fn new(value: f32, least: f32) -> Self {
        Self { value: if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }, least }
    }

    /// The mean of what was measured under one limit; `None` if one was not.
    pub(super) fn mean(all: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let all: Vec<Self> = all.collect::<Option<_>>()?;
        let least = all.first()?.least;
        Some(Self::new(all.iter().map(|r| r.value).sum::<f32>() / all.len() as f32, least))
    }

    /// The reliability as two stored numbers, both −1 where it was not measured.
    pub(super) fn stored(reliability: Option<Self>) -> [f32; 2] {
        reliability.map_or([-1.0; 2], |r| [r.value, r.least])
    }

    /// What [`Self::stored`] gave; the outer `None` if it never gives that.
    pub(super) fn read_back([value, least]: [f32; 2]) -> Option<Option<Self>> {
        let shares = [value, least].iter().all(|v| (0.0..=1.0).contains(v) && v.is_sign_positive());
        if shares { Some(Some(Self { value, least })) } else { ([value, least] == [-1.0; 2]).then_some(None) }
    }

    /// The expected cosine, 0 ..= 1.
    #[must_use]
    pub const fn value(self) -> f32 {
        self.value
    }

    /// The least value that a comparison may rest on, 0 ..= 1: the card's.
    #[must_use]
    pub const fn least(self) -> f32 {
        self.least
    }

    /// Whether a comparison may rest on the template.
    #[must_use]
    pub fn suffices(self) -> bool {
        self.value >= self.least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_does_not_suffice() {
        assert!(Reliability::new(0.7, 0.6).suffices() && Reliability::new(0.6, 0.6).suffices());
        assert!(!Reliability::new(0.5, 0.6).suffices() && !Reliability::new(f32::NAN, 0.6).suffices());
        assert_eq!(Reliability::new(3.0, 0.6).value(), 1.0);
        assert_eq!(Reliability::new(-3.0, 0.6).value(), 0.0);
    }
}
