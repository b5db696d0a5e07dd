//! How much time there is for each step.

use crate::error::Stage;
use crate::settings::settings;
use serde::Serialize;

settings! {
    /// The time that there is for each step of a ceremony, and for the whole, in seconds.
    ///
    /// 60 minutes for the whole are what eID services publish for an application, 15 minutes for a
    /// step what they publish for the life of a registration code. Two minutes for what the face
    /// check does on its own, which takes seconds, are our choice, and so is the largest limit of
    /// 30 days.
    ///
    /// ```
    /// use selfsame::enrol::TimeLimits;
    ///
    /// let times = TimeLimits::default().with_total_s(30 * 60)?;
    /// assert_eq!((times.total_s(), times.pins_s()), (1800, 900));
    /// # Ok::<(), selfsame::Error>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct TimeLimits in Stage::Enrol {
        /// The time for the form, in seconds.
        form_s, with_form_s: u64 = 900, in 1..=2_592_000;
        /// The time for the document, in seconds.
        document_s, with_document_s: u64 = 900, in 1..=2_592_000;
        /// The time for reading the instructions of the face check, in seconds.
        instructions_s, with_instructions_s: u64 = 900, in 1..=2_592_000;
        /// The time for filling the oval, in seconds.
        oval_s, with_oval_s: u64 = 900, in 1..=2_592_000;
        /// The time for the flashes, in seconds.
        flashes_s, with_flashes_s: u64 = 120, in 1..=2_592_000;
        /// The time for the comparison, in seconds.
        comparison_s, with_comparison_s: u64 = 120, in 1..=2_592_000;
        /// The time for the old account's confirmation, in seconds.
        confirmation_s, with_confirmation_s: u64 = 900, in 1..=2_592_000;
        /// The time for consent to the old account's deletion, in seconds.
        consent_s, with_consent_s: u64 = 900, in 1..=2_592_000;
        /// The time for choosing the PINs, in seconds.
        pins_s, with_pins_s: u64 = 900, in 1..=2_592_000;
        /// The time for entering the PINs again, in seconds.
        pins_again_s, with_pins_again_s: u64 = 900, in 1..=2_592_000;
        /// The time for the last steps on the applicant's device, in seconds.
        on_device_s, with_on_device_s: u64 = 900, in 1..=2_592_000;
        /// The time for the signature, in seconds.
        signature_s, with_signature_s: u64 = 900, in 1..=2_592_000;
        /// The time for the whole ceremony, in seconds.
        total_s, with_total_s: u64 = 3600, in 1..=2_592_000;
    }
}
