//! Which face of a labelled picture the label is about, and its template.

use crate::error::Result;
use selfsame::detect::{Detection, FaceSelection, select_face};
use selfsame::engine::Engine;
use selfsame::geometry::Point;
use selfsame::image::Photo;
use selfsame::mesh::Mesh;
use selfsame::outcome::Outcome;
use selfsame::template::{ExtractOptions, Template};

/// Which face to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceChoice {
    /// The one that [`Engine::verify`] takes, with its refusals: no face, several of similar size,
    /// too poor a picture.
    AsVerify,
    /// The one nearest to the picture's centre, whatever its quality: for sets whose pictures are
    /// centred on the person that they are labelled with, such as LFW.
    Central,
}

impl FaceChoice {
    /// A `snake_case` word for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsVerify => "as_verify",
            Self::Central => "central",
        }
    }

    /// The landmarks of the chosen face of `photo`, whatever its quality; `None` without one.
    ///
    /// # Errors
    /// Faults of the stages.
    pub fn mesh(self, engine: &Engine, photo: &Photo) -> Result<Option<Mesh>> {
        let frame = photo.frame();
        let center = Point::new(0.5 * photo.width() as f32, 0.5 * photo.height() as f32);
        let located = match self {
            Self::AsVerify => engine.locate(&frame, select_face)?,
            Self::Central => engine.locate(&frame, |faces| central(faces, center))?,
        };
        Ok(located.outcome.found().map(|(_, mesh)| mesh))
    }

    /// The template of the chosen face of `photo`; `None` is a failure to enrol. `options` must be
    /// those that `engine` was built with.
    ///
    /// # Errors
    /// Faults of the stages.
    pub fn template(self, engine: &Engine, photo: &Photo, options: &ExtractOptions) -> Result<Option<Template>> {
        if self == Self::AsVerify {
            return Ok(match engine.face(&photo.frame())? {
                Outcome::Found(face) => Some(face.template),
                Outcome::Refused(_) => None,
            });
        }
        let Some(mesh) = self.mesh(engine, photo)? else { return Ok(None) };
        Ok(Some(engine.extractor().extract(&photo.frame(), &mesh, options)?))
    }
}

fn central(faces: &[Detection], center: Point) -> FaceSelection {
    let distance = |d: &Detection| d.rect.center().distance(center);
    match faces.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) {
        Some(face) => FaceSelection::One(*face),
        None => FaceSelection::None,
    }
}
