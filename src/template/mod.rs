//! Face templates: the numbers that stand for a face in comparisons, taken from one aligned crop.
//!
//! A [`TemplateExtractor`] runs a template network on an aligned face and gives a [`Template`]: a
//! vector of unit length, bound to the model that made it, with the level that impostors reach
//! against it. Two templates of one model are compared by [`crate::compare::score`]; many are kept
//! in a [`crate::gallery`]. Templates are biometric data: they are overwritten when they are
//! dropped, and never printed. [`Template::encode`] writes one for a database, in a
//! [`TemplateEncoding`].
//!
//! ```no_run
//! # use selfsame::{error::Result, image::Frame, mesh::Mesh, model::Model};
//! # fn example(model: Model, frame: Frame<'_>, mesh: Mesh) -> Result<()> {
//! use selfsame::template::{ExtractOptions, TemplateExtractor};
//! let extractor = TemplateExtractor::new(model)?;
//! let template = extractor.extract(&frame, &mesh, &ExtractOptions::default())?;
//! assert_eq!(template.dimension(), 192);
//! # Ok(())
//! # }
//! ```

mod centre;
mod codec;
mod encoding;
mod extract;
mod impostors;
mod member;
mod probe;
mod quantise;
mod reliability;
mod vector;

#[cfg(test)]
mod tests;

pub use encoding::TemplateEncoding;
pub use extract::{ExtractOptions, Reading, TemplateExtractor};
pub use reliability::Reliability;
pub use vector::Template;

#[cfg(test)]
pub(crate) use quantise::lane;
pub(crate) use quantise::{Quantised, check_quantised};
pub(crate) use vector::MAX_LEVEL;
