//! The pictures of a [`PadReport`], each by the plot that draws it.

use super::report::PadReport;
use super::{ambient_plot, box_plot, chance_plot, rate_plot};
use crate::error::Result;

impl PadReport {
    /// APCER, BPCER and non-response of all species as an SVG picture.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind) if it cannot be drawn.
    pub fn rates_svg(&self) -> Result<String> {
        rate_plot::svg(self)
    }

    /// How bits of the sequence are distributed, species by species, as an SVG picture.
    ///
    /// # Errors
    /// As [`PadReport::rates_svg`].
    pub fn sequence_svg(&self) -> Result<String> {
        box_plot::svg(
            &self.kept,
            "Bits of evidence that it answers this challenge",
            &[self.limits.sequence_bits()],
            |s| s.bits,
        )
    }

    /// How bits of the shape are distributed, species by species, as an SVG picture.
    ///
    /// # Errors
    /// As [`PadReport::rates_svg`].
    pub fn shape_svg(&self) -> Result<String> {
        let title = "Least bits of evidence for a face's shape, any spot left out";
        box_plot::svg(&self.kept, title, &[self.limits.shape_least_bits()], |s| s.shape_least_bits)
    }

    /// The share of other challenges that reach so many bits as an SVG picture.
    ///
    /// # Errors
    /// As [`PadReport::rates_svg`].
    pub fn chance_svg(&self) -> Result<String> {
        chance_plot::svg(self.wrong_challenges.as_ref())
    }

    /// Outcomes of live sessions over the ambient light as an SVG picture.
    ///
    /// # Errors
    /// As [`PadReport::rates_svg`].
    pub fn ambient_svg(&self) -> Result<String> {
        ambient_plot::svg(&self.kept)
    }
}
