//! One network of an extractor: from a crop to an embedding, of the crop and a mirrored one at
//! once.

use super::centre::Centre;
use crate::align::Perspective;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity};
use crate::image::{Bend, Crop, Frame, Normalisation, warp_bent_into, warp_into};
use crate::model::{EnsembleMember, Model};
use crate::simd::scratch;
use zeroize::Zeroize;

/// One network of an extractor.
pub(super) struct Member {
    pub model: Model,
    pub normalisation: Normalisation,
    pub dimension: usize,
    /// How many values its second output has, which probes read; 0 without one, and where it is
    /// the embedding's length.
    pub features: usize,
    /// Whether the second output is the embedding's length.
    norm: bool,
    /// Its share of the score; all sum to 1.
    pub share: f32,
    /// Whether the mirrored crop's embedding is added.
    pub mirrored: bool,
    /// Where the mirrored crop shows the face, in pixels of the crop: the card's.
    pub mirrored_offset: [f32; 2],
    /// Where the five points lie in its input.
    pub places: [Point; 5],
    /// What is taken out of its vectors.
    pub centre: Option<Centre>,
}

impl Member {
    pub fn new(model: &Model, asked: &EnsembleMember, share: f32) -> Result<Self> {
        let signature = model.network.signature();
        let input = &model.card.input;
        let expected = (input.height, input.width, 3);
        let dimension = model.card.template.as_ref().map(|t| t.dimension);
        let same_input = (signature.height, signature.width, signature.channels) == expected;
        let one_vector = matches!(signature.outputs.len(), 1 | 2) && dimension == signature.output_len(0);
        let (Some(dimension), Some(alignment), true, true) = (dimension, &model.card.alignment, same_input, one_vector)
        else {
            return Err(Error::new(
                ErrorKind::InvalidModel,
                Stage::Template,
                format!(
                    "{:?} is not a template network with the input and the dimension that its card states",
                    model.card.id
                ),
            ));
        };
        let norm = model.card.template.as_ref().is_some_and(|template| template.norm.is_some());
        if norm && signature.output_len(1) != Some(1) {
            let message = format!("{:?} has no second output of one value, its embedding's norm", model.card.id);
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Template, message));
        }
        Ok(Self {
            model: model.clone(),
            normalisation: Normalisation::from(input),
            dimension,
            // A network without a second output has no features.
            features: if norm { 0 } else { signature.output_len(1).unwrap_or(0) },
            norm,
            share,
            mirrored: asked.mirrored,
            mirrored_offset: alignment.mirrored_offset,
            places: alignment.points(),
            centre: asked.centre.as_ref().map(|spec| Centre::new(spec, dimension)).transpose()?,
        })
    }

    /// Width and height of the input.
    pub fn size(&self) -> (usize, usize) {
        (self.model.card.input.width, self.model.card.input.height)
    }

    /// Writes the embedding of what `crop` shows of `frame` into `target`, the mean of both views
    /// where there are two, and what probes read of the first view into `features`.
    pub fn embed(
        &self,
        frame: &Frame<'_>,
        crop: &Crop,
        perspective: Option<&Perspective>,
        mirrored: bool,
        target: &mut [f32],
        features: &mut [f32],
    ) -> Result<()> {
        let shape = |message: &str| Error::new(ErrorKind::ShapeMismatch, Stage::Template, message);
        let (width, height) = self.size();
        let (batch, len) = (if mirrored { 2 } else { 1 }, width * height * 3);
        let mut input = scratch::take(batch * len);
        let mut output = scratch::take(batch * self.dimension);
        let second_len = if self.norm { 1 } else { self.features };
        let mut seen = scratch::take(batch * second_len);
        let (first, second) = input.split_at_mut_checked(len).ok_or_else(|| shape("the input buffer is too short"))?;
        self.warp(frame, crop, perspective, first)?;
        if mirrored {
            self.warp(frame, &self.second_view(crop)?, perspective, second)?;
            mirror(second, width);
        }
        // Both crops in one run.
        let mut run = if second_len == 0 {
            self.model.network.run(&input, &mut [&mut output])
        } else {
            self.model.network.run(&input, &mut [&mut output, &mut seen])
        };
        if self.norm {
            run = run.and_then(|()| self.lengthen(&mut output, &seen));
        }
        features.iter_mut().zip(&*seen).for_each(|(target, v)| *target = *v);
        let views = output.chunks_exact(self.dimension);
        target.fill(0.0);
        for view in views {
            target.iter_mut().zip(view).for_each(|(sum, v)| *sum += *v);
        }
        target.iter_mut().for_each(|sum| *sum /= batch as f32);
        // The buffer outlives this call in the thread's pool; the biometric data must not.
        output.zeroize();
        seen.zeroize();
        run
    }

    /// Multiplies each embedding by its length, which the network gives apart.
    fn lengthen(&self, embeddings: &mut [f32], norms: &[f32]) -> Result<()> {
        for (embedding, norm) in embeddings.chunks_exact_mut(self.dimension).zip(norms) {
            // Written so that NaN is refused.
            if !(norm.is_finite() && *norm > 0.0) {
                let message = format!("the network of {:?} gave {norm} for its embedding's norm", self.model.card.id);
                return Err(Error::new(ErrorKind::NonFinite, Stage::Template, message));
            }
            embedding.iter_mut().for_each(|v| *v *= norm);
        }
        Ok(())
    }

    /// Writes what `crop` shows of `frame` into `input`, as a portrait would show it where the
    /// face's perspective is to be undone.
    fn warp(&self, frame: &Frame<'_>, crop: &Crop, perspective: Option<&Perspective>, input: &mut [f32]) -> Result<()> {
        match perspective {
            None => warp_into(frame, crop, &self.normalisation, input),
            Some(near) => {
                let bend = Bend::new(crop, |p| near.source_of(p))?;
                warp_bent_into(frame, crop, &bend, &self.normalisation, input)
            }
        }
    }

    /// The crop that is mirrored: the face moved as the card says.
    fn second_view(&self, crop: &Crop) -> Result<Crop> {
        let [x, y] = self.mirrored_offset;
        let back = Similarity::new(1.0, 0.0, Point::new(-x, -y));
        let source_from_target = back.and_then(|back| crop.source_from_target.after(&back)).ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Template, "the crop's transform is out of range")
        })?;
        Ok(Crop { source_from_target, ..crop.clone() })
    }
}

/// Swaps left and right of `pixels`, a channels-last tensor of rows of `width` pixels with three
/// channels.
fn mirror(pixels: &mut [f32], width: usize) {
    pixels.chunks_exact_mut(3 * width).for_each(|row| row.as_chunks_mut::<3>().0.reverse());
}
