//! From a photograph of a data page to its portrait.

use super::builder::Engine;
use crate::document::{DocumentPhoto, PagePortrait, PageRefusal};
use crate::error::Result;
use crate::image::Photo;
use crate::outcome::Outcome;

impl Engine {
    /// Finds the portrait on a photograph of a data page; see [`DocumentPhoto::from_page`].
    ///
    /// ```
    /// use selfsame::{engine::Engine, image::Photo, outcome::Outcome};
    ///
    /// let photo = std::fs::read("datasets/portraits/obama.jpg")?;
    /// let photo = Photo::decode(&photo, &Default::default())?;
    /// match Engine::new()?.document_page(&photo)? {
    ///     Outcome::Found(portrait) => println!("eyes at {:?}", portrait.eyes),
    ///     // A portrait is no page.
    ///     Outcome::Refused(reasons) => assert_eq!(reasons[0].as_str(), "no_page"),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`DocumentPhoto::from_page`].
    pub fn document_page(&self, photo: &Photo) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
        DocumentPhoto::from_page(photo, &self.detector, &self.mesher)
    }
}
