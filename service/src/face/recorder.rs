//! The recorder: with the applicant's consent, and where the operator has named a folder, one face
//! check becomes a labelled session that `selfsame-lab evaluate pad --recorded` reads. Frames are
//! written as they came.

use super::wire::{Frame, Label};
use crate::vault::Upload;
use selfsame::enrol::Word;
use selfsame::liveness::{Challenge, FrameRecord, SessionManifest};
use serde_json::json;
use std::path::Path;

/// Characters of a device's name that are kept. Chosen by hand: the page takes as many.
const MOST_DEVICE: usize = 80;

/// How a picture's file ends, by its first bytes: what is read goes by these, too.
fn ending(picture: &[u8]) -> &'static str {
    match picture {
        [0xff, 0xd8, ..] => "jpg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        _ => "webp",
    }
}

/// Writes a session below `folder`.
///
/// # Errors
/// A sentence about what cannot be written, or is no label.
pub(super) fn record(
    folder: &Path,
    label: &Label,
    challenge: &Challenge,
    frames: &[Frame],
    document: Option<&Upload>,
) -> Result<(), String> {
    // A word of the label's becomes no path, and no sentence about somebody.
    Word::new(label.presentation.as_str()).map_err(|error| error.to_string())?;
    let folder = folder.join(challenge.id().to_string());
    let failed = |e: std::io::Error| format!("cannot write {}: {e}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut records = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let file = format!("{index:06}.{}", ending(&frame.picture));
        std::fs::write(folder.join(&file), &frame.picture).map_err(failed)?;
        records.push(FrameRecord::new(file, frame.taken_us));
    }
    let manifest = SessionManifest::new(challenge.clone(), records).to_json().map_err(|error| error.to_string())?;
    std::fs::write(folder.join("session.json"), manifest).map_err(failed)?;
    let mut written =
        json!({ "format": 1, "subject": label.subject, "presentation": label.presentation, "lux": label.lux });
    if let (Some(device), Some(written)) = (&label.device, written.as_object_mut()) {
        let device: String = device.chars().take(MOST_DEVICE).collect();
        written.insert("device".to_owned(), device.into());
    }
    if let (Some(Upload::Portrait(bytes)), Some(written)) = (document, written.as_object_mut()) {
        let file = format!("document.{}", ending(bytes));
        std::fs::write(folder.join(&file), bytes).map_err(failed)?;
        written.insert("document".to_owned(), file.into());
    }
    // The label comes last: a session without one is not judged.
    std::fs::write(folder.join("label.json"), written.to_string()).map_err(failed)
}
