//! What was read, serialised: the fields of [`Instance`], [`BiometricHeader`] and [`FaceImage`] as
//! maps with words for codes and hexadecimal digits for bytes.
//!
//! The names and the words are stable, since others script them. Images are never written.

use super::face::{Angle, FaceImage, FeaturePoint, FeaturePoints, Pose, Properties};
use super::header::BiometricHeader;
use super::instance::Instance;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use std::fmt;

/// Bytes that are shown in hexadecimal digits, two for each.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Instance<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Instance", 4)?;
        map.serialize_field("offset", &self.offset)?;
        map.serialize_field("format", &self.format)?;
        map.serialize_field("header", &self.header)?;
        map.serialize_field("faces", &self.faces)?;
        map.end()
    }
}

impl Serialize for BiometricHeader<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let four_digits = |number: Option<u32>| number.map(|number| format!("{number:04x}"));
        let mut map = serializer.serialize_struct("BiometricHeader", 8)?;
        map.serialize_field("version", &four_digits(self.version))?;
        map.serialize_field("biometric_type", &self.biometric_type)?;
        map.serialize_field("subtype", &self.subtype)?;
        map.serialize_field("created", &self.created.map(Hex))?;
        map.serialize_field("validity", &self.validity.map(Hex))?;
        map.serialize_field("creator", &self.creator.map(Hex))?;
        map.serialize_field("format_owner", &four_digits(self.format_owner))?;
        map.serialize_field("format_type", &four_digits(self.format_type))?;
        map.end()
    }
}

impl Serialize for FaceImage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// What is written of the image.
        #[derive(Serialize)]
        struct Image {
            offset: usize,
            bytes: usize,
            coding: super::codes::ImageCoding,
        }
        let image = Image { offset: self.image_offset, bytes: self.image.len(), coding: self.coding };
        let mut map = serializer.serialize_struct("FaceImage", 16)?;
        map.serialize_field("offset", &self.offset)?;
        map.serialize_field("image", &image)?;
        map.serialize_field("width_px", &self.width_px)?;
        map.serialize_field("height_px", &self.height_px)?;
        map.serialize_field("image_type", &self.image_type)?;
        map.serialize_field("colour_space", &self.colour_space)?;
        map.serialize_field("source_type", &self.source_type)?;
        map.serialize_field("device", &self.device)?;
        map.serialize_field("quality", &self.quality)?;
        map.serialize_field("gender", &self.gender)?;
        map.serialize_field("eye_colour", &self.eye_colour)?;
        map.serialize_field("hair_colour", &self.hair_colour)?;
        map.serialize_field("properties", &self.properties)?;
        map.serialize_field("expression", &self.expression)?;
        map.serialize_field("pose", &self.pose)?;
        map.serialize_field("feature_points", &self.feature_points)?;
        map.end()
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Properties", 2)?;
        map.serialize_field("bits", &format!("{:06x}", self.0))?;
        map.serialize_field("words", &self.words().collect::<Vec<_>>())?;
        map.end()
    }
}

impl Serialize for Pose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Pose", 3)?;
        map.serialize_field("yaw", &self.yaw)?;
        map.serialize_field("pitch", &self.pitch)?;
        map.serialize_field("roll", &self.roll)?;
        map.end()
    }
}

impl Serialize for Angle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Angle", 3)?;
        map.serialize_field("degrees", &self.degrees)?;
        map.serialize_field("stored", &self.raw)?;
        map.serialize_field("uncertainty", &self.uncertainty)?;
        map.end()
    }
}

impl fmt::Display for FeaturePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, major, minor, x_px, y_px, .. } = self;
        write!(f, "{major}.{minor} at {x_px}, {y_px} (type {kind})")
    }
}

impl Serialize for FeaturePoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for FeaturePoints<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
