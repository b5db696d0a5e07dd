//! One photograph: where the face is, how good the picture is, and what to say about it, as JSON.
//!
//! `cargo run --release --example quality [PHOTO]`

use selfsame::{Engine, Limits, Outcome, Photo};

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let file = std::env::args().nth(1).unwrap_or("datasets/portraits/biden.jpg".into());
    let photo = Photo::decode(&read(file)?, &Limits::default())?;
    match Engine::new()?.face(&photo.frame())? {
        Outcome::Found(face) => {
            // Measures after ISO/IEC 29794-5, and remarks: what a person could do better.
            say!("{:#}", serde_json::to_value(&face.quality)?);
            // The template is all that later comparisons need. It is biometric data.
            say!("a template of {} values for {}", face.template.dimension(), face.template.model_id());
        }
        Outcome::Refused(reasons) => say!("{:#}", serde_json::to_value(reasons)?),
    }
    Ok(())
}
