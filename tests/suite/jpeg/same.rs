//! Whether two pictures are the same one.

use super::program::Picture;
use selfsame::image::Photo;

/// How far apart samples of one picture may be, in levels: two decoders may round differently in
/// the transform and in the conversion of colours.
pub const MOST: u8 = 4;

/// What is different, where the photo is not the same picture.
pub fn difference(photo: &Photo, picture: &Picture) -> Option<String> {
    let sides = (photo.width() as usize, photo.height() as usize);
    if sides != (picture.width, picture.height) {
        return Some(format!("{sides:?} instead of {}×{} pixels", picture.width, picture.height));
    }
    let apart = photo.pixels().iter().zip(&picture.rgb).map(|(a, b)| a.abs_diff(*b));
    let (worst, at) = apart.zip(0..).max_by_key(|(apart, at)| (*apart, usize::MAX - at)).unwrap();
    let (x, y, channel) = (at / 3 % picture.width, at / 3 / picture.width, at % 3);
    (worst > MOST).then(|| {
        let (ours, theirs) = (photo.pixels()[at], picture.rgb[at]);
        format!("{worst} levels at ({x}, {y}), channel {channel}: {ours} instead of {theirs}")
    })
}
