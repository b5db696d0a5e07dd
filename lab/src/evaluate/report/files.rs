//! The report's files: JSON, HTML, and pictures.

use super::contents::Report;
use super::{det_plot, discard_plot, group_plot, html, score_plot};
use crate::error::{Error, ErrorKind, Result, Stage};

impl Report {
    /// The report as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if a value cannot be written, which none of [`Report::new`] is.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|e| {
            Error::new(ErrorKind::NonFinite, Stage::Evaluate, "the report cannot be written").with_source(e)
        })
    }

    /// The DET curve as an SVG picture; says so inside if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it cannot be drawn.
    pub fn det_svg(&self) -> Result<String> {
        det_plot::svg(self)
    }

    /// The distributions of the scores as an SVG picture.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it cannot be drawn.
    pub fn scores_svg(&self) -> Result<String> {
        score_plot::svg(self)
    }

    /// The rates of groups at a threshold as an SVG picture; says so inside if there are none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it cannot be drawn.
    pub fn groups_svg(&self) -> Result<String> {
        group_plot::svg(&self.groups)
    }

    /// The error versus discard characteristics as an SVG picture; says so inside if there are
    /// none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a picture cannot be drawn.
    pub fn discard_svg(&self) -> Result<String> {
        discard_plot::svg(&self.discard)
    }

    /// The report as one HTML page that needs nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a picture cannot be drawn.
    pub fn to_html(&self) -> Result<String> {
        html::page(self)
    }
}
