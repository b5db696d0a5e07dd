//! What is read, as JSON: names and words that others script.

use super::*;
use serde_json::{json, to_value};

#[test]
fn faces_of_19794_have_their_words() {
    let written = NewFace {
        gender: Gender::Female,
        eye_colour: EyeColour::Unlisted(77),
        properties: Properties(0b11),
        pose: [1, 181, 92],
        feature_points: vec![point(3, 5, 120, 98)],
        ..face(JPEG)
    };
    let file = write_dg2(&[written]).unwrap();
    let dg2 = Dg2::parse(&file).unwrap();
    let instance = to_value(dg2.instances()).unwrap()[0].take();
    let face = dg2.faces().next().unwrap();
    assert_eq!(
        instance,
        json!({
            "offset": dg2.instances()[0].offset,
            "format": "iso_19794_5",
            "header": {
                "version": "0101", "biometric_type": 2, "subtype": null, "created": null, "validity": null,
                "creator": null, "format_owner": "0101", "format_type": "0008",
            },
            "faces": [{
                "offset": face.offset,
                "image": { "offset": face.image_offset, "bytes": JPEG.len(), "coding": "jpeg" },
                "width_px": 413,
                "height_px": 531,
                "image_type": "full_frontal",
                "colour_space": "unspecified",
                "source_type": "unspecified",
                "device": 0,
                "quality": 0,
                "gender": "female",
                "eye_colour": "Unlisted(77)",
                "hair_colour": "unspecified",
                "properties": { "bits": "000003", "words": ["glasses"] },
                "expression": "unspecified",
                "pose": {
                    "yaw": { "degrees": 0, "stored": 1, "uncertainty": 0 },
                    "pitch": { "degrees": null, "stored": 181, "uncertainty": 0 },
                    "roll": { "degrees": -178, "stored": 92, "uncertainty": 0 },
                },
                "feature_points": ["3.5 at 120, 98 (type 1)"],
            }],
        })
    );
}

#[test]
fn what_a_block_of_39794_leaves_out_is_null() {
    let version = element(&[0xA0], &[0x80, 1, 3]);
    let flat = [element(&[0x80], JPEG), element(&[0xA1], &[])].concat();
    let image = element(&[0xA1], &element(&[0xA0], &element(&[0xA0], &flat)));
    // A pose without a yaw.
    let pose = element(&[0xA6], &element(&[0xA1], &[0x80, 1, 0]));
    let representation = element(&[0x30], &[image, element(&[0xA8], &pose)].concat());
    let block = element(&[0x65], &[version, element(&[0xA1], &representation)].concat());
    let dg2 = Dg2::parse(&block).unwrap();
    let face = to_value(dg2.faces().next().unwrap()).unwrap();
    assert_eq!((&face["gender"], &face["properties"], &face["width_px"]), (&json!(null), &json!(null), &json!(null)));
    assert_eq!(face["image"]["coding"], "unknown");
    assert_eq!(face["pose"]["yaw"], json!({ "degrees": null, "stored": null, "uncertainty": null }));
    assert_eq!(face["pose"]["pitch"]["stored"], 0, "stated, and 0");
    assert_eq!(face["feature_points"], json!([]));
}
