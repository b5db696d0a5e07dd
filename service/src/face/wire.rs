//! What goes over the WebSocket: text messages as JSON, frames as binary ones with a small header.

use crate::error::Refused;
use bytes::{Buf, Bytes};
use serde::Deserialize;

/// Bytes before a frame's picture.
pub(crate) const HEADER: usize = 16;

/// What a client says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Said {
    /// The first message.
    Start {
        token: String,
        #[serde(default)]
        model: Option<String>,
        /// What a recording of this check is to be labelled with, where the operator records.
        #[serde(default)]
        record: Option<Label>,
    },
    /// Flashes may begin.
    Begin,
    /// A segment is on the screen.
    Shown { index: usize, at_us: u64 },
    /// The applicant has stopped.
    Stop {
        #[serde(default)]
        why: Option<String>,
    },
    /// There are no more frames.
    End,
    /// Is somebody there?
    Ping,
}

/// Whom and what a recording shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    /// The applicant agrees to being recorded.
    pub(crate) consent: bool,
    pub(crate) subject: u32,
    /// `live`, or a species of instrument.
    pub(crate) presentation: String,
    /// Light at the face in lux, by estimate.
    pub(crate) lux: u32,
    /// The applicant's device, in its owner's words.
    #[serde(default)]
    pub(crate) device: Option<String>,
}

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Guidance into the oval.
    Guidance,
    /// The answer to the challenge.
    Answer,
}

/// One frame as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) purpose: Purpose,
    pub(crate) number: u32,
    pub(crate) taken_us: u64,
    pub(crate) picture: Bytes,
}

/// Times on a client's clock that are believed to be any: a day. Chosen by hand.
const LAST_US: u64 = 86_400_000_000;

impl Frame {
    pub(crate) fn parse(mut bytes: Bytes) -> Result<Self, Refused> {
        if bytes.len() <= HEADER {
            return Err(Refused::malformed("a frame has a header of 16 bytes and a picture"));
        }
        let (version, kind, rest) = (bytes.get_u8(), bytes.get_u8(), bytes.get_u16_le());
        let (number, taken_us) = (bytes.get_u32_le(), bytes.get_u64_le());
        let purpose = match (version, kind, rest) {
            (1, 0, 0) => Purpose::Guidance,
            (1, 1, 0) => Purpose::Answer,
            _ => return Err(Refused::malformed("a frame's header is of another version or kind")),
        };
        if taken_us > LAST_US {
            return Err(Refused::malformed("a frame's time is more than a day"));
        }
        Ok(Self { purpose, number, taken_us, picture: bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u8, kind: u8, number: u32, taken_us: u64) -> Vec<u8> {
        let mut bytes = vec![version, kind, 0, 0];
        bytes.extend(number.to_le_bytes());
        bytes.extend(taken_us.to_le_bytes());
        bytes
    }

    #[test]
    fn frames_are_what_they_say_or_refused() {
        let bytes = [header(1, 1, 7, 40_000), b"jpeg".to_vec()].concat();
        let frame = Frame::parse(bytes.clone().into()).unwrap();
        assert_eq!((frame.purpose, frame.number, frame.taken_us), (Purpose::Answer, 7, 40_000));
        assert_eq!(&*frame.picture, b"jpeg");
        for cut in 0..=HEADER {
            assert!(Frame::parse(Bytes::copy_from_slice(&bytes[..cut])).is_err(), "{cut}");
        }
        for bad in [header(0, 1, 0, 0), header(1, 2, 0, 0), header(1, 0, 0, u64::MAX)] {
            assert!(Frame::parse([bad, vec![0]].concat().into()).is_err());
        }
    }

    #[test]
    fn messages_are_known_or_refused() {
        let said = |text: &str| serde_json::from_str::<Said>(text);
        assert_eq!(said(r#"{"type":"shown","index":3,"at_us":70}"#).unwrap(), Said::Shown { index: 3, at_us: 70 });
        assert_eq!(said(r#"{"type":"stop","why":"hidden"}"#).unwrap(), Said::Stop { why: Some("hidden".into()) });
        for bad in [
            "",
            "{}",
            r#"{"type":"verdict"}"#,
            r#"{"type":"shown","index":-1,"at_us":0}"#,
            r#"{"type":"shown","index":0,"at_us":0,"x":1}"#,
        ] {
            assert!(said(bad).is_err(), "{bad}");
        }
    }
}
