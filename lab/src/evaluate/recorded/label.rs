//! [`SessionLabel`]: what was before the camera, as the laboratory says.

use crate::error::{Error, ErrorKind, Result, Stage};
use serde::{Deserialize, Serialize};

/// The name of the file beside `session.json`.
pub const LABEL_FILE: &str = "label.json";
/// The largest `label.json` that is read, in bytes.
pub const MAX_LABEL_BYTES: usize = 1 << 16;
/// What a bona fide presentation is called.
pub const LIVE: &str = "live";

/// The version that is written and read.
const FORMAT: u32 = 1;
/// The longest word for an instrument, and the longest name of a device or a file, in bytes.
const MAX_WORD_BYTES: usize = 40;
const MAX_NAME_BYTES: usize = 120;

/// What `label.json` holds.
///
/// ```json
/// { "format": 1, "subject": 17, "presentation": "print_matte", "device": "Pixel 8", "lux": 300.0,
///   "document": "document.jpg" }
/// ```
/// `device`, `lux` and `document` may be missing. Subjects are numbers: no name belongs here.
///
/// ```
/// use selfsame_lab::evaluate::recorded::SessionLabel;
/// let label = SessionLabel::parse(br#"{ "format": 1, "subject": 17, "presentation": "live" }"#)?;
/// assert!(!label.is_attack());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionLabel {
    format: u32,
    /// The number of the test subject; of an attack, of the person who is imitated.
    pub subject: u32,
    /// `live`, or the attack instrument's species (ISO/IEC 30107-3): a word of up to 40 of the
    /// characters `a–z 0–9 _`.
    pub presentation: String,
    /// The device that recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The room's illuminance at the face, in lux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lux: Option<f32>,
    /// A picture of the subject's document, beside this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

impl SessionLabel {
    /// Reads `label.json`.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over [`MAX_LABEL_BYTES`]; [`ErrorKind::UnsupportedVersion`] for
    /// another format; [`ErrorKind::Corrupt`] for what is no label.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let fault = |kind, message: String| Error::new(kind, Stage::Evaluate, message);
        if json.len() > MAX_LABEL_BYTES {
            return Err(fault(ErrorKind::LimitExceeded, format!("a label of over {MAX_LABEL_BYTES} bytes")));
        }
        let label: Self = serde_json::from_slice(json)
            .map_err(|e| fault(ErrorKind::Corrupt, "no label".to_owned()).with_source(e))?;
        if label.format != FORMAT {
            return Err(fault(ErrorKind::UnsupportedVersion, format!("a label of format {}", label.format)));
        }
        let word = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if label.presentation.is_empty() || label.presentation.len() > MAX_WORD_BYTES || !word(&label.presentation) {
            return Err(fault(ErrorKind::Corrupt, format!("no word for a presentation: {:?}", label.presentation)));
        }
        if label.device.as_ref().is_some_and(|name| name.len() > MAX_NAME_BYTES) {
            return Err(fault(ErrorKind::Corrupt, format!("a device's name of over {MAX_NAME_BYTES} bytes")));
        }
        if label.lux.is_some_and(|lux| !(0.0..=200_000.0).contains(&lux)) {
            return Err(fault(ErrorKind::Corrupt, format!("no illuminance: {:?} lx", label.lux)));
        }
        if label.document.as_ref().is_some_and(|name| !stays_in_folder(name)) {
            return Err(fault(ErrorKind::Corrupt, format!("no file beside the label: {:?}", label.document)));
        }
        Ok(label)
    }

    /// Whether an attack instrument was presented.
    #[must_use]
    pub fn is_attack(&self) -> bool {
        self.presentation != LIVE
    }
}

/// Whether a file of this name lies in the folder itself.
fn stays_in_folder(name: &str) -> bool {
    let usual = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.bytes().all(usual) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_are_read() {
        let parse = |json: &str| SessionLabel::parse(json.as_bytes()).map_err(|e| e.kind());
        let label =
            parse(r#"{ "format": 1, "subject": 3, "presentation": "print_2", "device": "a", "lux": 80 }"#).unwrap();
        assert!(label.is_attack() && label.lux == Some(80.0) && label.document.is_none());
        assert_eq!(
            parse(r#"{ "format": 2, "subject": 3, "presentation": "live" }"#),
            Err(ErrorKind::UnsupportedVersion)
        );
        assert_eq!(parse(&" ".repeat(MAX_LABEL_BYTES + 1)), Err(ErrorKind::LimitExceeded));
        for wrong in [
            r#"{ "format": 1, "subject": -1, "presentation": "live" }"#,
            r#"{ "format": 1, "subject": 1, "presentation": "" }"#,
            r#"{ "format": 1, "subject": 1, "presentation": "Live" }"#,
            r#"{ "format": 1, "subject": 1, "presentation": "live", "lux": -1 }"#,
            r#"{ "format": 1, "subject": 1, "presentation": "live", "name": "Jo" }"#,
            r#"{ "format": 1, "subject": 1, "presentation": "live", "document": "../x.jpg" }"#,
            r#"{ "format": 1, "subject": 1, "presentation": "live", "document": "" }"#,
            "",
        ] {
            assert_eq!(parse(wrong), Err(ErrorKind::Corrupt), "{wrong}");
        }
    }
}
