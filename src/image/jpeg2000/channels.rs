//! What the components of an image mean (ISO/IEC 15444-1, I.5.3): which are colours, in which
//! order, which is alpha, and which are looked up in a palette.
//!
//! What a file leaves open is `UnsupportedFormat`: a channel is never guessed to be a colour.

use super::super::bytes::be16;
use super::super::header::{corrupt, unsupported};
use super::boxes::{Jp2Header, Space};
use super::codestream::Codestream;
use crate::error::{Error, Result};

/// Channels that are read at most. Four are red, green, blue and alpha; files may have more that
/// mean nothing. Chosen by hand.
const MAX_CHANNELS: usize = 16;
/// Entries of a palette at most (I.5.3.4).
const MAX_ENTRIES: usize = 1024;

/// Where a channel's levels come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Channel {
    /// Index of the component.
    pub(super) component: usize,
    /// The levels, 0 to 255, that its samples are indices of; `None` if they are levels themselves.
    pub(super) levels: Option<Vec<f32>>,
}

/// The channels that make a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Channels {
    pub(super) colors: Colors,
    pub(super) alpha: Option<Alpha>,
}

/// The channels that are colours.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Colors {
    Gray(Channel),
    Rgb([Channel; 3]),
    /// Luma, and differences to blue and red (IEC 61966-2-1, amendment 1).
    Ycc([Channel; 3]),
}

/// The channel that says how opaque pixels are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alpha {
    pub(super) channel: Channel,
    /// Colours were multiplied by it already.
    pub(super) premultiplied: bool,
}

impl Channels {
    /// Those of a bare codestream.
    pub(super) fn of_codestream(stream: &Codestream) -> Result<Self> {
        let all = (0..stream.components.len()).map(|component| Channel { component, levels: None });
        let colors = colors(all.collect(), Space::Unstated, stream)?;
        Ok(Self { colors, alpha: None })
    }

    /// Those of a JP2 file.
    pub(super) fn of_file(header: &Jp2Header<'_>, stream: &Codestream) -> Result<Self> {
        let all = channels(header, stream)?;
        let Some(definitions) = header.definitions else {
            return Ok(Self { colors: colors(all, header.space, stream)?, alpha: None });
        };
        let (mut slots, mut whole, mut alpha): ([Option<Channel>; 3], _, _) = ([None, None, None], None, None);
        for Definition { index, kind, association } in self::definitions(definitions)? {
            let channel = all.get(index).cloned();
            let channel = channel.ok_or_else(|| corrupt("the JP2 defines a channel that is not there"))?;
            let taken = match (kind, association) {
                (0, 0) => whole.replace(channel),
                (0, 1..=3) => slots.get_mut(association - 1).and_then(|slot| slot.replace(channel)),
                // The opacity of a picture, or of its only colour.
                (1 | 2, 0 | 1) => {
                    let taken = alpha.replace((Alpha { channel, premultiplied: kind == 2 }, association));
                    taken.map(|(alpha, _)| alpha.channel)
                }
                // Of no specified kind, for no colour.
                (0xFFFF, _) => None,
                _ => return Err(unsupported("the JP2 defines a channel of a kind that is not read")),
            };
            if taken.is_some() {
                return Err(unsupported("the JP2 defines two channels alike"));
            }
        }
        let found = match (slots, whole) {
            // A single grey channel may be said to belong to the whole image.
            ([Some(gray), None, None], None) | ([None, None, None], Some(gray)) => vec![gray],
            ([Some(a), Some(b), Some(c)], None) => vec![a, b, c],
            _ => return Err(unsupported("the JP2 defines neither one colour nor three")),
        };
        if found.len() > 1 && alpha.as_ref().is_some_and(|(_, association)| *association != 0) {
            return Err(unsupported("the JP2 has an opacity for one colour of several"));
        }
        Ok(Self { colors: colors(found, header.space, stream)?, alpha: alpha.map(|(alpha, _)| alpha) })
    }

    /// Whether colours are looked up in a palette.
    pub(super) fn has_palette(&self) -> bool {
        match &self.colors {
            Colors::Gray(channel) | Colors::Rgb([channel, ..]) | Colors::Ycc([channel, ..]) => channel.levels.is_some(),
        }
    }
}

/// The colours that these channels are, in their order.
fn colors(channels: Vec<Channel>, space: Space<'_>, stream: &Codestream) -> Result<Colors> {
    let space = match space {
        // Of an ICC profile (ICC.1:2022, 7.2.6) the colour space is a word of four letters.
        Space::Profile(profile) => match profile.get(16..20) {
            Some(b"GRAY") => Space::Gray,
            Some(b"RGB ") | None => Space::Rgb,
            Some(_) => return Err(unsupported("only profiles of grey and RGB are read of JP2 images")),
        },
        space => space,
    };
    let count = channels.len();
    match (<[Channel; 3]>::try_from(channels), space) {
        (Ok(channels), Space::Ycc) => Ok(Colors::Ycc(channels)),
        (Ok(channels), Space::Rgb) => Ok(Colors::Rgb(channels)),
        (Ok(channels), Space::Unstated) => {
            // Nobody keeps fewer samples of blue and red than of green: other decoders take such
            // components for luma and colour differences, too.
            Ok(if coarser_chroma(&channels, stream) { Colors::Ycc(channels) } else { Colors::Rgb(channels) })
        }
        (Err(mut channels), space) => match (channels.pop(), channels.is_empty(), space) {
            // One channel is grey, whatever is stated.
            (Some(gray), true, _) => Ok(Colors::Gray(gray)),
            _ => Err(open(count)),
        },
        (Ok(_), _) => Err(open(count)),
    }
}

/// The error of channels of which nothing says what they are.
fn open(count: usize) -> Error {
    unsupported(&format!("the JPEG 2000 image has {count} channels and does not say which are colours"))
}

/// Whether the second and third component have fewer samples than the first, and as many as each
/// other.
fn coarser_chroma(channels: &[Channel; 3], stream: &Codestream) -> bool {
    let spacing = |channel: &Channel| stream.components.get(channel.component).map(|c| c.spacing);
    match channels.each_ref().map(spacing) {
        [Some(luma), Some(blue), Some(red)] => blue == red && blue != luma && blue.0 >= luma.0 && blue.1 >= luma.1,
        _ => false,
    }
}

/// A line of the channel definition box (I.5.3.6).
struct Definition {
    index: usize,
    kind: u16,
    association: usize,
}

/// The lines of the channel definition box.
fn definitions(body: &[u8]) -> Result<Vec<Definition>> {
    let cut = || corrupt("the JP2's channel definition box is cut short");
    let count = usize::from(be16(body, 0).ok_or_else(cut)?);
    if count > MAX_CHANNELS {
        return Err(unsupported("JP2 images of over 16 channels are not read"));
    }
    let field = |line: usize, field: usize| be16(body, 2 + 6 * line + 2 * field).ok_or_else(cut);
    (0..count)
        .map(|line| {
            let [index, kind, association] = [field(line, 0)?, field(line, 1)?, field(line, 2)?];
            Ok(Definition { index: index.into(), kind, association: association.into() })
        })
        .collect()
}

/// All channels: the components, or what the component mapping box makes of them (I.5.3.5).
fn channels(header: &Jp2Header<'_>, stream: &Codestream) -> Result<Vec<Channel>> {
    let Some(palette) = header.palette else {
        return match header.mapping {
            Some(_) => Err(corrupt("the JP2 maps components without a palette")),
            None => Ok((0..stream.components.len()).map(|component| Channel { component, levels: None }).collect()),
        };
    };
    let columns = columns(palette)?;
    let Some(mapping) = header.mapping else {
        return Err(corrupt("the JP2 has a palette and does not say what is looked up in it"));
    };
    let (lines, rest) = mapping.as_chunks::<4>();
    if !rest.is_empty() || lines.len() > MAX_CHANNELS {
        return Err(corrupt("the JP2's component mapping box has a length that does not exist"));
    }
    let map = |[high, low, kind, column]: &[u8; 4]| {
        let component = usize::from(u16::from_be_bytes([*high, *low]));
        if component >= stream.components.len() {
            return Err(corrupt("the JP2 maps a component that is not there"));
        }
        let levels = match kind {
            0 => None,
            1 => {
                let levels = columns.get(usize::from(*column));
                Some(levels.ok_or_else(|| corrupt("the JP2 maps to a column that its palette lacks"))?.clone())
            }
            _ => return Err(unsupported("the JP2 maps components in a way that is not read")),
        };
        Ok(Channel { component, levels })
    };
    lines.iter().map(map).collect()
}

/// The columns of the palette box (I.5.3.4), as levels of 0 to 255.
fn columns(body: &[u8]) -> Result<Vec<Vec<f32>>> {
    let cut = || corrupt("the JP2's palette is cut short");
    let entries = usize::from(be16(body, 0).ok_or_else(cut)?);
    let depths = body.get(3..).zip(body.get(2)).and_then(|(rest, count)| rest.get(..usize::from(*count)));
    let depths = depths.ok_or_else(cut)?;
    if entries == 0 || entries > MAX_ENTRIES || depths.is_empty() {
        return Err(corrupt("the JP2's palette has a size that does not exist"));
    }
    // The highest bit says that levels have a sign.
    if depths.len() > MAX_CHANNELS || depths.iter().any(|depth| *depth > 15) {
        return Err(unsupported("only JP2 palettes of up to 16 columns and unsigned bits are read"));
    }
    let mut columns = vec![Vec::with_capacity(entries); depths.len()];
    let mut at = 3 + depths.len();
    for _ in 0..entries {
        for (column, depth) in columns.iter_mut().zip(depths) {
            let level = if *depth < 8 { body.get(at).copied().map(u16::from) } else { be16(body, at) };
            at += if *depth < 8 { 1 } else { 2 };
            let most = (1u32 << (depth + 1)) - 1;
            let level = u32::from(level.ok_or_else(cut)?).min(most);
            column.push(level as f32 * 255.0 / most as f32);
        }
    }
    Ok(columns)
}
