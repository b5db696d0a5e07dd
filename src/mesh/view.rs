//! What the mesh network looked at, kept for measures of the same face: they would cut nearly the
//! same crop again.

use crate::geometry::Similarity;
use crate::image::{ChannelOrder, Normalisation};

/// The network's input and where it lies in the frame; empty until a mesh was found in it.
#[derive(Default)]
pub(crate) struct View {
    values: Vec<f32>,
    seen: Option<(Similarity, Normalisation)>,
}

impl View {
    /// Side of the network's input in pixels.
    pub(crate) const SIDE_PX: usize = 192;

    /// The tensor that the network's input is to be written to; the view is empty until
    /// [`View::end`].
    pub(super) fn begin(&mut self) -> &mut [f32] {
        self.clear();
        self.values.resize(3 * Self::SIDE_PX * Self::SIDE_PX, 0.0);
        &mut self.values
    }

    /// Says where the tensor lies in the frame, and how its values were made of pixels.
    pub(super) fn end(&mut self, source_from_view: Option<Similarity>, normalisation: &Normalisation) {
        self.seen = source_from_view.map(|transform| (transform, normalisation.clone()));
    }

    /// Forgets what was seen, but not the memory.
    pub(crate) fn clear(&mut self) {
        self.seen = None;
    }

    /// The transform from pixels of the view to pixels of the frame; `None` if the view is empty.
    pub(crate) fn source_from_view(&self) -> Option<Similarity> {
        self.seen.as_ref().map(|(transform, _)| *transform)
    }

    /// The values, [`View::SIDE_PX`] rows of as many pixels, and what makes stored red, green and
    /// blue (0 ..= 255) of one.
    #[allow(clippy::type_complexity, reason = "a closure has no name that a type could have")]
    pub(crate) fn pixels(&self) -> Option<(&[f32], impl Fn(&[f32; 3]) -> [f32; 3])> {
        let (_, Normalisation { order, mean, scale }) = self.seen.as_ref()?;
        let ([m0, m1, m2], [s0, s1, s2]) = (*mean, scale.map(|scale| 1.0 / scale));
        let bgr = *order == ChannelOrder::Bgr;
        let as_stored = move |[a, b, c]: &[f32; 3]| {
            let [a, b, c] = [a * s0 + m0, b * s1 + m1, c * s2 + m2];
            if bgr { [c, b, a] } else { [a, b, c] }
        };
        Some((self.values.as_slice(), as_stored))
    }
}
