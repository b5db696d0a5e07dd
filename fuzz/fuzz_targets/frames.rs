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

/// Bytes of a row, rows, and bytes that the last row may lack, of each plane.
type Shape = (u128, u128, u128);

fn shapes(format: PixelFormat, width: u128, height: u128, chroma_step: u128) -> Vec<Shape> {
    let half = [width.div_ceil(2), height.div_ceil(2)];
    match format {
        PixelFormat::Rgb8 | PixelFormat::Bgr8 => vec![(3 * width, height, 0)],
        PixelFormat::Rgba8 | PixelFormat::Bgra8 | PixelFormat::Argb8 | PixelFormat::Abgr8 => {
            vec![(4 * width, height, 0)]
        }
        PixelFormat::Gray8 => vec![(width, height, 0)],
        PixelFormat::Nv12 | PixelFormat::Nv21 => vec![(width, height, 0), (2 * half[0], half[1], 1)],
        PixelFormat::Nv16 => vec![(width, height, 0), (2 * half[0], height, 1)],
        PixelFormat::P010 => vec![(2 * width, height, 0), (4 * half[0], half[1], 2)],
        PixelFormat::I420 | PixelFormat::Yv12 => {
            let chroma = (half[0].saturating_sub(1) * chroma_step + 1, half[1], 0);
            vec![(width, height, 0), chroma, chroma]
        }
        PixelFormat::Yuyv | PixelFormat::Uyvy => vec![(4 * half[0], height, 0)],
        other => panic!("a new format: {other:?}"),
    }
}

/// Whether one buffer of `len` bytes holds all planes one behind the other.
fn fits(format: PixelFormat, width: u32, height: u32, stride: usize, len: usize) -> bool {
    let mut begin = 0;
    let planar = [PixelFormat::I420, PixelFormat::Yv12].contains(&format);
    for (index, (row, rows, lacks)) in shapes(format, width.into(), height.into(), 1).into_iter().enumerate() {
        let stride = stride as u128;
        let stride = if planar && index > 0 { stride.div_ceil(2) } else { stride };
        if width == 0 || height == 0 || stride < row || begin + (rows - 1) * stride + row > len as u128 + lacks {
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
    let matrix = *u.choose(&[ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020])?;
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

/// Planes that lie apart, each with a stride of its own, twice with other bytes in the padding; the
/// last row may end early.
fn apart(u: &mut Unstructured<'_>) -> Result<()> {
    let format = *u.choose(&PixelFormat::ALL)?;
    let (width, height) = (u.int_in_range(1..=40u32)?, u.int_in_range(1..=24u32)?);
    let chroma_step = if format == PixelFormat::I420 { u.int_in_range(1..=2usize)? } else { 1 };
    let shapes = shapes(format, width.into(), height.into(), chroma_step as u128);
    let paddings = [u.int_in_range(0..=9)?, u.int_in_range(0..=9)?, u.int_in_range(0..=9usize)?];
    let ends_early = u.arbitrary::<bool>()?;
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
        let plane = |((bytes, rows, lacks), padding): (&Shape, &usize)| {
            let mut plane: Vec<u8> = (0..*rows).flat_map(|_| row((*bytes as usize, *padding))).collect();
            if ends_early {
                plane.truncate(plane.len() - padding - *lacks as usize);
            }
            plane
        };
        shapes.iter().zip(&paddings).map(plane).collect()
    };
    let (black, white) = (made(0), made(255));
    let planes = |bytes| of_planes(format, [width, height], chroma_step, &shapes, &paddings, bytes);
    let (first, second) = (planes(&black), planes(&white));
    sampled(u, first, Some(second))
}

fn of_planes<'a>(
    format: PixelFormat,
    [width, height]: [u32; 2],
    chroma_step: usize,
    shapes: &[Shape],
    paddings: &[usize; 3],
    bytes: &'a [Vec<u8>],
) -> Frame<'a> {
    let plane = |i: usize| Plane::new(&bytes[i], shapes[i].0 as usize + paddings[i]);
    let planes = match format {
        PixelFormat::Nv12 => Planes::Nv12 { y: plane(0), uv: plane(1) },
        PixelFormat::Nv21 => Planes::Nv21 { y: plane(0), vu: plane(1) },
        PixelFormat::Nv16 => Planes::Nv16 { y: plane(0), uv: plane(1) },
        PixelFormat::P010 => Planes::P010 { y: plane(0), uv: plane(1) },
        PixelFormat::Yv12 => Planes::I420 { y: plane(0), u: plane(1), v: plane(2) },
        PixelFormat::I420 => Planes::Yuv420 { y: plane(0), u: plane(1), v: plane(2), chroma_step },
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
