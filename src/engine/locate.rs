//! From a picture to the subject's face: where it is ([`Engine::locate`]), and what it measures
//! ([`Engine::face`]).

use super::builder::Engine;
use super::verdict::FaceRefusal;
use crate::align::{Distance, Perspective};
use crate::detect::{DetectOptions, Detection, FaceSelection, Rotation, doubted, select_face};
use crate::error::{Result, Stage};
use crate::image::Frame;
use crate::mesh::Mesh;
use crate::observer::{Side, StageObserver, observed};
use crate::outcome::Outcome;
use crate::quality::{QualityReport, assess};
use crate::telemetry::debug_event;
use crate::template::{Reading, Template};

/// Detections beside the subject at which the mesh network looks, the widest ones. Chosen by hand:
/// of LFW's pictures that were looked at two have as many.
const DOUBTED_LOOKED_AT: usize = 2;

/// One face, found, measured and turned into a template; what [`Engine::face`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Face {
    /// Where the detector saw the face: box, six keypoints, score.
    pub detection: Detection,
    /// The face's 468 landmarks.
    pub mesh: Mesh,
    /// The face's quality measures and remarks.
    pub quality: QualityReport,
    /// The face's template, for comparison with others of the same network.
    pub template: Template,
    /// The perspective that was undone for the template; `None` if the face was taken as it is.
    pub perspective: Option<Box<Perspective>>,
}

/// The answer of [`Engine::locate`] for one picture: how many faces, and the chosen one.
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct Located {
    /// How many faces the detector reported, the chosen one included.
    pub faces: usize,
    /// The chosen face and its mesh, or why there is none.
    pub outcome: Outcome<(Detection, Mesh), FaceRefusal>,
}

impl Located {
    /// Turns what the mesh network does not recognise as a face, or sees elsewhere than the
    /// detector, into a refusal.
    fn confirmed(mut self) -> Self {
        if matches!(&self.outcome, Outcome::Found((d, mesh)) if !(mesh.is_face() && agree(d, mesh))) {
            self.outcome = Outcome::Refused(FaceRefusal::NoFace);
        }
        self
    }

    /// How likely it is that this is a face the right way up, by both networks: the product of
    /// detection score and face flag, 0 ..= 1. A refusal has 0.
    fn plausibility(&self) -> f32 {
        match &self.outcome {
            Outcome::Found((detection, mesh)) => detection.score * mesh.flag(),
            Outcome::Refused(_) => 0.0,
        }
    }
}

/// The faces of one picture, and the subject's measured.
pub(super) struct Seen {
    /// How many faces the detector reported.
    pub(super) faces: usize,
    /// The subject's, or why it cannot be compared.
    pub(super) face: Outcome<Box<Face>, Vec<FaceRefusal>>,
}

impl Engine {
    /// Finds the subject's face in `frame`, measures it, and takes its template.
    ///
    /// The subject's face is the clearly largest one ([`select_face`]). A picture without a face,
    /// with several of similar size, or with one that is too small, too dark or too bright to be
    /// compared is refused, with all reasons.
    ///
    /// ```
    /// use selfsame::outcome::Outcome;
    /// use selfsame::{Engine, Limits, Photo};
    ///
    /// let photo = std::fs::read("datasets/portraits/obama.jpg")?;
    /// let photo = Photo::decode(&photo, &Limits::default())?;
    /// match Engine::new()?.face(&photo.frame())? {
    ///     Outcome::Found(face) => println!("{:.0} px wide", face.detection.rect.width()),
    ///     Outcome::Refused(reasons) => println!("{}", reasons[0]),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Faults of the stages, such as [`NonFinite`](crate::ErrorKind::NonFinite) for a network that
    /// returns NaN. What the picture shows or lacks is an [`Outcome`].
    pub fn face(&self, frame: &Frame<'_>) -> Result<Outcome<Box<Face>, Vec<FaceRefusal>>> {
        self.face_from(frame, Distance::Portrait)
    }

    /// [`Engine::face`] for a selfie: its template shows the face as a portrait would, if it was
    /// taken from near.
    ///
    /// # Errors
    /// Those of [`Engine::face`].
    pub fn face_from(&self, frame: &Frame<'_>, distance: Distance) -> Result<Outcome<Box<Face>, Vec<FaceRefusal>>> {
        self.face_observed(Side::Both, frame, distance, &mut ()).map(|seen| seen.face)
    }

    /// Finds the face that `choose` picks in `frame`, and its mesh.
    ///
    /// A face that the detector saw turned, or that the mesh network does not recognise, is looked
    /// for upright once more: on LFW the detector alone takes some upright faces for turned
    /// ones. The hypothesis with the larger product of detection score and face flag is taken;
    /// several upright faces to choose from are a refusal, whatever was seen turned. A face that
    /// stays turned is looked at the other way up too, since both networks take some bald and
    /// bearded heads for heads upside down: the template networks tell which way is up. A mesh that
    /// lies elsewhere than the detected face, or the other way up, is no face.
    ///
    /// `choose` is called once for each search, with all faces that were found in it;
    /// [`select_face`] is the choice of [`Engine::face`] and [`Engine::verify`].
    ///
    /// # Errors
    /// Faults of the stages.
    pub fn locate(&self, frame: &Frame<'_>, choose: impl Fn(&[Detection]) -> FaceSelection) -> Result<Located> {
        self.locate_observed(Side::Both, frame, choose, &mut ())
    }

    fn locate_observed(
        &self,
        side: Side,
        frame: &Frame<'_>,
        choose: impl Fn(&[Detection]) -> FaceSelection,
        observer: &mut dyn StageObserver,
    ) -> Result<Located> {
        let first = self.hypothesis(side, frame, &self.detect, &choose, observer)?;
        let doubtful =
            matches!(&first.outcome, Outcome::Found((d, mesh)) if d.rotation != Rotation::None || !mesh.is_face());
        if !(doubtful && self.detect.turned()) {
            return self.righted(side, frame, first, observer);
        }
        // The doubt is about the way up: the second search takes the picture as it is.
        let upright = self.detect.with_turned(false);
        let second = self.hypothesis(side, frame, &upright, &choose, observer)?;
        if matches!(second.outcome, Outcome::Refused(FaceRefusal::SeveralFaces)) {
            // Whoever is on the picture upright is not outvoted by what was seen turned.
            debug_event!(side = side.as_str(), hypothesis = "several_upright", "a doubtful face was looked for again");
            return Ok(second);
        }
        let second_wins = second.plausibility() > first.plausibility();
        debug_event!(
            side = side.as_str(),
            hypothesis = if second_wins { "upright" } else { "first" },
            "a doubtful face was looked for again"
        );
        self.righted(side, frame, if second_wins { second } else { first }, observer)
    }

    /// What was found, the other way up if it was seen turned and the template networks know it
    /// better so.
    fn righted(
        &self,
        side: Side,
        frame: &Frame<'_>,
        located: Located,
        observer: &mut dyn StageObserver,
    ) -> Result<Located> {
        let mut located = located.confirmed();
        if let Outcome::Found((detection, mesh)) = &located.outcome
            && detection.rotation != Rotation::None
        {
            let over = detection.over();
            let other = observed(observer, side, Stage::Mesh, || self.mesher.mesh(frame, &over))?;
            let clear = |mesh: &Mesh| self.extractor.extract(frame, mesh, &self.extract).map(|t| clearness(&t));
            if other.is_face() && agree(&over, &other) && clear(&other)? > clear(mesh)? {
                debug_event!(side = side.as_str(), "a face seen turned stands the other way up");
                located.outcome = Outcome::Found((over, other));
            }
        }
        Ok(located)
    }

    /// One search, and the mesh of what was chosen in it.
    fn hypothesis(
        &self,
        side: Side,
        frame: &Frame<'_>,
        options: &DetectOptions,
        choose: impl Fn(&[Detection]) -> FaceSelection,
        observer: &mut dyn StageObserver,
    ) -> Result<Located> {
        let detections = observed(observer, side, Stage::Detect, || self.detector.detect(frame, options))?;
        let outcome = match choose(&detections) {
            FaceSelection::One(detection) => {
                let mesh = observed(observer, side, Stage::Mesh, || self.mesher.mesh(frame, &detection))?;
                if self.is_outdone(side, frame, &detections, &(detection, &mesh), observer)? {
                    Outcome::Refused(FaceRefusal::SeveralFaces)
                } else {
                    Outcome::Found((detection, mesh))
                }
            }
            FaceSelection::None => Outcome::Refused(FaceRefusal::NoFace),
            FaceSelection::Several(_) => Outcome::Refused(FaceRefusal::SeveralFaces),
        };
        Ok(Located { faces: detections.len(), outcome })
    }

    /// Whether the mesh network knows a face in what the detector was unsure of, and which is as
    /// large as the subject: a clear bystander does not stand in for somebody seen badly.
    fn is_outdone(
        &self,
        side: Side,
        frame: &Frame<'_>,
        detections: &[Detection],
        (subject, mesh): &(Detection, &Mesh),
        observer: &mut dyn StageObserver,
    ) -> Result<bool> {
        for other in doubted(detections, subject).iter().take(DOUBTED_LOOKED_AT) {
            let seen = observed(observer, side, Stage::Mesh, || self.mesher.mesh(frame, other))?;
            // Another box of the subject's face leads the mesh network to that.
            let same = mesh.bounds().zip(seen.bounds()).is_some_and(|(a, b)| a.iou(&b) > 0.0);
            if seen.is_face() && agree(other, &seen) && !same {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// [`Engine::face`] with the number of faces, telling `observer` of its stages.
    pub(super) fn face_observed(
        &self,
        side: Side,
        frame: &Frame<'_>,
        distance: Distance,
        observer: &mut dyn StageObserver,
    ) -> Result<Seen> {
        let Located { faces, outcome } = self.locate_observed(side, frame, select_face, observer)?;
        let refused = |refusals| Ok(Seen { faces, face: Outcome::Refused(refusals) });
        let (detection, mesh) = match outcome {
            Outcome::Found(found) => found,
            Outcome::Refused(refusal) => return refused(vec![refusal]),
        };
        let mut quality = observed(observer, side, Stage::Quality, || assess(frame, &mesh))?;
        if !quality.is_usable() {
            return refused(quality.refusals.iter().copied().map(FaceRefusal::from).collect());
        }
        let (perspective, reading) = observed(observer, side, Stage::Template, || {
            let perspective = Perspective::new(&mesh, distance);
            let reading = match &perspective {
                Some(near) => self.extractor.read_undone(frame, near, &self.extract),
                None => self.extractor.read(frame, &mesh, &self.extract),
            };
            reading.map(|reading| (perspective.map(Box::new), reading))
        })?;
        let Reading { template, covering } = reading;
        quality.cover(covering);
        let covered = self.refuse_covered && quality.remarks.iter().any(|remark| remark.is_about_covers());
        let refusals = [(!template.is_reliable(), FaceRefusal::Unreliable), (covered, FaceRefusal::Covered)];
        let refusals: Vec<_> = refusals.into_iter().filter_map(|(holds, refusal)| holds.then_some(refusal)).collect();
        if !refusals.is_empty() {
            return refused(refusals);
        }
        let face = Face { detection, mesh, quality, template, perspective };
        Ok(Seen { faces, face: Outcome::Found(Box::new(face)) })
    }
}

/// How well the template networks know the face as it was cropped: larger is better.
fn clearness(template: &Template) -> f32 {
    // Where reliability is not measured, magnitudes stand in: an extractor has a network.
    let magnitude = || template.magnitudes().iter().sum();
    template.reliability().map_or_else(magnitude, |reliability| reliability.value())
}

/// Whether `mesh` lies where the detector saw the face, and the same way up. Of 13,410 faces of
/// LFW, CFP and UTKFace the angles differ by 23° at most but for one in two thousand, widths are
/// 0.65 to 1.27 of the box's, and centres at most 0.31 of it apart: the limits are far outside.
fn agree(detection: &Detection, mesh: &Mesh) -> bool {
    let apart = (detection.roll_deg() - mesh.roll_deg()).rem_euclid(360.0);
    let rect = &detection.rect;
    mesh.bounds().is_some_and(|bounds| {
        let width = bounds.width() / rect.width();
        let moved = bounds.center().distance(rect.center()) / rect.width();
        // NaN is in no range.
        !(60.0..=300.0).contains(&apart)
            && apart.is_finite()
            && (0.4..=2.0).contains(&width)
            && (0.0..=0.6).contains(&moved)
    })
}
