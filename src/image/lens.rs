//! The focal length of the camera that took a photo.

use super::photo::Photo;

impl Photo {
    /// The focal length of the camera in pixels of this photo, of which a picture of so many pixels
    /// a side has an angle of view of 53°; `None` if neither the file nor
    /// [`Self::with_focal_length_px`] told it.
    pub fn focal_length_px(&self) -> Option<f32> {
        /// The diagonal of 36 mm × 24 mm, in millimetres.
        const DIAGONAL_MM: f32 = 43.266_6;
        let diagonal_px = (self.width as f32).hypot(self.height as f32);
        let stated = self.info.focal_length_35mm.map(|mm| f32::from(mm) / DIAGONAL_MM * diagonal_px);
        self.focal_length_px.or(stated)
    }

    /// Says what the camera's focal length is in pixels of this photo: half the width over the
    /// tangent of half the horizontal angle of view. A value not finite or not above zero says
    /// nothing.
    ///
    /// ```
    /// use selfsame::image::Photo;
    ///
    /// // A frame of a front camera that sees 70° across its 640 pixels.
    /// let frame = Photo::from_rgb8(640, 480, vec![128; 640 * 480 * 3])?;
    /// let focal_length_px = 320.0 / 35f32.to_radians().tan();
    /// let frame = frame.with_focal_length_px(focal_length_px);
    /// assert_eq!(frame.focal_length_px(), Some(focal_length_px));
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[must_use]
    pub fn with_focal_length_px(mut self, focal_length_px: f32) -> Self {
        self.focal_length_px = Some(focal_length_px).filter(|v| v.is_finite() && *v > 0.0);
        self
    }
}
