//! Whose portraits the pages carry: LFW where it lies beside the project, else the few portraits of
//! the project.

use super::random::Random;
use crate::verify::engine;
use image::RgbImage;
use image::imageops::{FilterType, resize};
use selfsame::image::{Limits, Photo};
use selfsame::outcome::Outcome;
use selfsame::template::Template;
use std::path::{Path, PathBuf};

/// A portrait with the places of its eyes.
pub struct Subject {
    /// Whose picture it is.
    pub person: usize,
    pub image: RgbImage,
    /// The subject's right eye, left eye, in pixels of the image.
    pub eyes: [[f64; 2]; 2],
    pub template: Template,
}

/// One folder or name, and its pictures.
type Person = Vec<PathBuf>;

pub struct People(Vec<Person>);

impl People {
    /// The project's own: three people.
    pub fn of_project() -> Self {
        // The service's tests draw pages, too, and lie one folder deeper.
        let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let folder = above.find_map(|folder| Some(folder.join("datasets/portraits")).filter(|folder| folder.is_dir()));
        let folder = folder.expect("the project's portraits");
        let of = |names: &[&str]| names.iter().map(|n| folder.join(n)).collect();
        Self(vec![of(&["obama.jpg", "obama2.jpg", "obama3.jpg"]), of(&["biden.jpg"]), of(&["astronaut.png"])])
    }

    /// Those of LFW; `None` where it is not beside the project.
    pub fn of_lfw() -> Option<Self> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let shared = std::env::var_os("SELFSAME_SHARED").map_or_else(beside, PathBuf::from);
        let list = |path: &Path| {
            let mut paths: Vec<PathBuf> = std::fs::read_dir(path).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
            paths.sort();
            Some(paths)
        };
        let people: Vec<Person> = list(&shared.join("data/lfw/images"))?.iter().filter_map(|p| list(p)).collect();
        Some(Self(people))
    }

    /// Pictures of two different people.
    pub fn two(&self, random: &mut Random) -> [Subject; 2] {
        let first = random.below(self.0.len());
        let second = (first + 1 + random.below(self.0.len() - 1)) % self.0.len();
        [first, second].map(|person| self.one(person, random))
    }

    /// A picture of `person`, or of the next one who has a usable picture.
    fn one(&self, person: usize, random: &mut Random) -> Subject {
        let pictures = &self.0[person];
        let path = &pictures[random.below(pictures.len())];
        let photo = Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
        match engine().face(&photo.frame()).unwrap() {
            Outcome::Found(face) => {
                let eyes = [face.mesh.right_eye(), face.mesh.left_eye()].map(|p| [f64::from(p.x), f64::from(p.y)]);
                let image = RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
                // As many pixels as pages need, so that sampling skips none.
                let scale = (90.0 / distance(eyes[0], eyes[1])).min(1.0);
                let side = |n: u32| (f64::from(n) * scale).round() as u32;
                let image = resize(&image, side(image.width()), side(image.height()), FilterType::Triangle);
                Subject { person, image, eyes: eyes.map(|eye| eye.map(|v| v * scale)), template: face.template }
            }
            Outcome::Refused(_) => self.one((person + 1) % self.0.len(), random),
        }
    }
}

pub fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

impl Subject {
    /// The colour at a point, bilinear, the nearest beyond the edges.
    pub fn at(&self, [x, y]: [f64; 2]) -> [f64; 3] {
        sample(&self.image, x, y)
    }
}

pub fn sample(image: &RgbImage, x: f64, y: f64) -> [f64; 3] {
    let (w, h) = image.dimensions();
    let (x, y) = ((x - 0.5).clamp(0.0, f64::from(w - 1)), (y - 0.5).clamp(0.0, f64::from(h - 1)));
    let (left, top) = (x as u32, y as u32);
    let (fx, fy) = (x - f64::from(left), y - f64::from(top));
    let pixel = |x: u32, y: u32| image.get_pixel(x.min(w - 1), y.min(h - 1)).0.map(f64::from);
    let (a, b, c, d) = (pixel(left, top), pixel(left + 1, top), pixel(left, top + 1), pixel(left + 1, top + 1));
    [0, 1, 2].map(|i| {
        let above = a[i] + fx * (b[i] - a[i]);
        let below = c[i] + fx * (d[i] - c[i]);
        above + fy * (below - above)
    })
}
