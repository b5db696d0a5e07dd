//! [`TemplateBlock`]: templates packed once, for comparison with many others.

use super::float::FloatPanels;
use super::integer::IntegerPanels;
use crate::compare::{Compared, Score, score_of};
use crate::error::{ErrorKind, Result};
use crate::gallery::fault::fault;
use crate::template::Template;
use crate::words::words;
use std::sync::Arc;
use zeroize::Zeroize;

/// The arithmetic of the first pass over all pairs. Results do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FirstPass {
    /// Products of 32-bit floats: hardly a pair passes that is below the bar.
    Float,
    /// Dot products of 7-bit and 8-bit integers, with a bound of what rounding may have taken:
    /// several times as fast where the processor has such instructions, at the price of some more
    /// pairs that are compared exactly.
    Integer,
}

words!(FirstPass { Float => "float", Integer => "integer" });

/// The most values of a template.
const MAX_DIMENSION: usize = 1 << 16;

/// The panels of a block for its first pass.
pub(super) enum Panels {
    Float(FloatPanels),
    Integer(IntegerPanels),
}

/// Templates of one model, packed for the comparison of very many pairs.
///
/// Packing is done once, and takes about as long as comparing each template with a hundred others.
/// A block takes about 2.6 kB for each template of 320 values with [`FirstPass::Float`], 2 kB with
/// [`FirstPass::Integer`]; it is biometric data, and overwritten when it is dropped.
///
/// ```
/// use selfsame::compare::Score;
/// use selfsame::gallery::{FirstPass, TemplateBlock};
/// use selfsame::template::Template;
/// use std::ops::ControlFlow;
///
/// let template = |x, y| Template::from_embedding(&[x, y], "some-model".into());
/// let enrolled = [template(3.0, 4.0)?, template(-1.0, 0.5)?, template(4.0, 4.0)?];
/// let block = TemplateBlock::new(&enrolled, FirstPass::Float)?;
/// let mut duplicates = Vec::new();
/// block.pairs_within(Score::new(0.9)?, |batch| {
///     duplicates.extend_from_slice(batch.pairs());
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!((duplicates[0].first, duplicates[0].second, duplicates.len()), (0, 2, 1));
/// # Ok::<(), selfsame::error::Error>(())
/// ```
pub struct TemplateBlock {
    model_id: Arc<str>,
    dimension: usize,
    /// A row for each template: its values, and behind them the doubt with a minus sign, which
    /// meets the other's doubt in a panel.
    pub(super) rows: Vec<f32>,
    pub(super) levels: Vec<f32>,
    pub(super) panels: Panels,
}

impl TemplateBlock {
    /// Packs `templates`; a template's place in this list is its number in what is found.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if there is none; [`ErrorKind::ModelMismatch`] if they are of
    /// different models, or have different numbers of values; [`ErrorKind::LimitExceeded`] over
    /// 2³¹ templates, or 2¹⁶ values of each.
    pub fn new(templates: &[Template], first_pass: FirstPass) -> Result<Self> {
        let Some(first) = templates.first() else {
            return Err(fault(ErrorKind::InvalidArgument, "a block of no templates"));
        };
        if templates.len() > 1 << 31 {
            return Err(fault(ErrorKind::LimitExceeded, format!("{} templates in a block", templates.len())));
        }
        let dimension = first.dimension();
        // Sums of so many products of bytes fit 32 bits.
        if dimension > MAX_DIMENSION {
            return Err(fault(ErrorKind::LimitExceeded, format!("templates of {dimension} values in a block")));
        }
        let mut rows = Vec::with_capacity(templates.len() * (dimension + 1));
        for (place, template) in templates.iter().enumerate() {
            if !template.same_model(first) {
                let (id, other) = (template.model_id(), first.model_id());
                let message = format!(
                    "template {place} of {id:?} ({} values) in a block of {other:?} ({dimension})",
                    template.dimension()
                );
                return Err(fault(ErrorKind::ModelMismatch, message));
            }
            rows.extend_from_slice(template.values());
            rows.push(-template.doubt());
        }
        let levels: Vec<f32> = templates.iter().map(Template::impostor_level).collect();
        let panels = match first_pass {
            FirstPass::Float => Panels::Float(FloatPanels::pack(&rows, dimension + 1, &levels)),
            FirstPass::Integer => Panels::Integer(IntegerPanels::pack(&rows, dimension + 1, &levels)),
        };
        Ok(Self { model_id: first.model_id().into(), dimension, rows, levels, panels })
    }

    /// Number of templates, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a block is never empty")]
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// The identity of the model that made the templates.
    #[must_use]
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// Values per template.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The arithmetic that the block was packed for.
    #[must_use]
    pub fn first_pass(&self) -> FirstPass {
        match self.panels {
            Panels::Float(_) => FirstPass::Float,
            Panels::Integer(_) => FirstPass::Integer,
        }
    }

    /// The score of one of these templates and one of `other`, as [`crate::compare::score`] gives
    /// it, bit by bit; `None` if a place lies behind its block, or the score is not finite, which
    /// templates of this crate exclude.
    ///
    /// # Errors
    /// [`ErrorKind::ModelMismatch`] if the blocks are of different models.
    pub fn score(&self, place: usize, other: &Self, other_place: usize) -> Result<Option<Score>> {
        self.check_model(other)?;
        let both = self.compared(place).zip(other.compared(other_place));
        Ok(both.and_then(|(a, b)| Score::new(score_of(a, b)).ok()))
    }

    /// What a comparison needs of the template at `place`.
    pub(super) fn compared(&self, place: usize) -> Option<Compared<'_>> {
        let (minus_doubt, values) = self.rows.chunks_exact(self.dimension + 1).nth(place)?.split_last()?;
        Some(Compared { values, doubt: -minus_doubt, impostor_level: *self.levels.get(place)? })
    }

    /// An error if `other` is of another model, or packed for another arithmetic.
    pub(super) fn check_alike(&self, other: &Self) -> Result<()> {
        self.check_model(other)?;
        let (own, others) = (self.first_pass(), other.first_pass());
        if own != others {
            let message = format!("a block packed for the {own} pass with one for the {others} pass");
            return Err(fault(ErrorKind::InvalidArgument, message));
        }
        Ok(())
    }

    fn check_model(&self, other: &Self) -> Result<()> {
        if (&self.model_id, self.dimension) != (&other.model_id, other.dimension) {
            let message = format!(
                "a block of {:?} ({} values) with one of {:?} ({})",
                self.model_id, self.dimension, other.model_id, other.dimension
            );
            return Err(fault(ErrorKind::ModelMismatch, message));
        }
        Ok(())
    }
}

impl Drop for TemplateBlock {
    fn drop(&mut self) {
        self.rows.zeroize();
        self.levels.zeroize();
    }
}

impl std::fmt::Debug for TemplateBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemplateBlock")
            .field("model_id", &self.model_id)
            .field("dimension", &self.dimension)
            .field("len", &self.len())
            .field("first_pass", &self.first_pass())
            .finish_non_exhaustive()
    }
}
