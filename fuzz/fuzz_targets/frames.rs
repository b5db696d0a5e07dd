//! Any planes, strides, format, orientation and colour as a frame: refused exactly where the buffer
//! is too short, and else sampled as the plain reference does, by every instruction set, whatever
//! lies in the padding.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{
    Border, ColorMatrix, ColorRange, ColorSpace, Crop, Frame, Orientation, PixelFormat, Plane, Planes,
};

/// Row bytes and rows of each plane.
fn shapes(format: PixelFormat, width: u128, height: u128) -> Vec<(u128, u128)> {
    let half = [width.div_ceil(2), height.div_ceil(2)];
    match format {
        PixelFormat::Rgb8 | PixelFormat::Bgr8 => vec![(3 * width, height)],
        PixelFormat::Rgba8 | PixelFormat::Bgra8 => vec![(4 * width, height)],
        PixelFormat::Gray8 => vec![(width, height)],
        PixelFormat::Nv12 | PixelFormat::Nv21 => vec![(width, height), (2 * half[0], half[1])],
        PixelFormat::I420 => vec![(width, height), (half[0], half[1]), (half[0], half[1])],
        PixelFormat::Yuyv => vec![(4 * half[0], height)],
        other => panic!("a new format: {other:?}"),
    }
}

/// Whether one buffer of `len` bytes holds all planes one behind the other.
fn fits(format: PixelFormat, width: u32, height: u32, stride: usize, len: usize) -> bool {
    let mut begin = 0;
    for (index, (row, rows)) in shapes(format, width.into(), height.into()).into_iter().enumerate() {
        let stride = stride as u128;
        let stride = if format == PixelFormat::I420 && index > 0 { stride.div_ceil(2) } else { stride };
        if row == 0 || rows == 0 || stride < row || begin + (rows - 1) * stride + row > len as u128 {
            return false;
        }
        begin += rows * stride;
    }
    true
}

fn described(u: &mut Unstructured<'_>) -> Result<()> {
    let format = *u.choose(&PixelFormat::ALL)?;
    let side = |u: &mut Unstructured<'_>| Ok(if u.arbitrary()? { u.int_in_range(0..=40)? } else { u.arbitrary()? });
    let (width, height) = (side(u)?, side(u)?);
    let stride = if u.arbitrary()? { u.int_in_range(0..=170)? } else { u.arbitrary::<usize>()? };
    let data = vec![9; u.int_in_range(0..=4000)?];
    let frame = Frame::new(&data, width, height, stride, format);
    assert_eq!(frame.is_ok(), fits(format, width, height, stride, data.len()), "{width}×{height} {format:?}, {stride}");
    if let Ok(frame) = frame {
        sampled(u, frame, None)?;
    }
    Ok(())
}

/// `frame` is warped; `other` is the same picture with another padding.
fn sampled(u: &mut Unstructured<'_>, frame: Frame<'_>, other: Option<Frame<'_>>) -> Result<()> {
    let orientation = Orientation::from_exif(u.int_in_range(1..=8)?).expect("EXIF has eight");
    let matrix = *u.choose(&[ColorMatrix::Bt601, ColorMatrix::Bt709])?;
    let range = *u.choose(&[ColorRange::Limited, ColorRange::Full])?;
    let color = ColorSpace { matrix, range };
    let scale = f32::from(u.int_in_range(1u16..=900)?) / 100.0;
    let angle = f32::from(u.int_in_range(-1800i16..=1800)?) / 10.0;
    let at = |u: &mut Unstructured<'_>| Ok(f32::from(u.int_in_range(-800i16..=800)?) / 16.0);
    let at = Point::new(at(u)?, at(u)?);
    let source_from_target = Similarity::new(scale, angle, at).expect("an ordinary transform");
    let border = *u.choose(&[Border::Black, Border::Replicate])?;
    let crop = Crop { width: u.int_in_range(1..=40)?, height: u.int_in_range(1..=24)?, source_from_target, border };
    let frame = frame.oriented(orientation).with_color(color);
    let values = selfsame::fuzzing::check_warp(&frame, &crop);
    if let Some(other) = other {
        let again = selfsame::fuzzing::check_warp(&other.oriented(orientation).with_color(color), &crop);
        assert_eq!(values, again, "{crop:?}: the padding is seen");
    }
    Ok(())
}

/// Planes that lie apart, each with a stride of its own, twice with other bytes in the padding.
fn apart(u: &mut Unstructured<'_>) -> Result<()> {
    let format = *u.choose(&PixelFormat::ALL)?;
    let (width, height) = (u.int_in_range(1..=40u32)?, u.int_in_range(1..=24u32)?);
    let shapes = shapes(format, width.into(), height.into());
    let paddings = [u.int_in_range(0..=9)?, u.int_in_range(0..=9)?, u.int_in_range(0..=9usize)?];
    let pattern = match u.bytes(u.len().min(40))? {
        [] => &[7],
        bytes => bytes,
    };
    let made = |seen: u8| -> Vec<Vec<u8>> {
        let mut pixels = pattern.iter().copied().cycle();
        let mut row = |(row, padding): (usize, usize)| -> Vec<u8> {
            let row: Vec<u8> = pixels.by_ref().take(row).collect();
            row.into_iter().chain(std::iter::repeat_n(seen, padding)).collect()
        };
        let plane = |((bytes, rows), padding): (&(u128, u128), &usize)| {
            (0..*rows).flat_map(|_| row((*bytes as usize, *padding))).collect()
        };
        shapes.iter().zip(&paddings).map(plane).collect()
    };
    let (black, white) = (made(0), made(255));
    let first = of_planes(format, width, height, &shapes, &paddings, &black);
    let second = of_planes(format, width, height, &shapes, &paddings, &white);
    sampled(u, first, Some(second))
}

fn of_planes<'a>(
    format: PixelFormat,
    width: u32,
    height: u32,
    shapes: &[(u128, u128)],
    paddings: &[usize; 3],
    bytes: &'a [Vec<u8>],
) -> Frame<'a> {
    let plane = |i: usize| Plane::new(&bytes[i], shapes[i].0 as usize + paddings[i]);
    let planes = match format {
        PixelFormat::Nv12 => Planes::Nv12 { y: plane(0), uv: plane(1) },
        PixelFormat::Nv21 => Planes::Nv21 { y: plane(0), vu: plane(1) },
        PixelFormat::I420 => Planes::I420 { y: plane(0), u: plane(1), v: plane(2) },
        _ => {
            let Plane { data, stride_bytes, .. } = plane(0);
            return Frame::new(data, width, height, stride_bytes, format).expect("the plane fills the frame");
        }
    };
    Frame::from_planes(planes, width, height).expect("the planes fill the frame")
}

fuzz_target!(|bytes: &[u8]| {
    let mut u = Unstructured::new(bytes);
    // Running out of bytes ends an input; there is nothing to report.
    let _ = match u.arbitrary() {
        Ok(true) => described(&mut u),
        Ok(false) => apart(&mut u),
        Err(e) => Err(e),
    };
});
