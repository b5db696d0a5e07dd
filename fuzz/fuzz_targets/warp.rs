//! Any frame, transform and crop: every value is written and within the pixels' range, whatever
//! lies in the padding.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::ChannelOrder;
use selfsame::image::{Border, Crop, Frame, Normalisation, PixelFormat, warp_into, warp_rgb8};
use selfsame_fuzz::values::float;

/// How far rounding may carry an interpolated pixel beyond its neighbours.
const ROUNDING: f32 = 1e-2;
/// How much a reduced source may differ where its rows had to be copied: the filter's positions are
/// rounded otherwise.
const LEVEL: f32 = 1.0 + ROUNDING;

fn side(u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(match u.arbitrary::<u8>()? {
        255 => usize::MAX,
        254 => 16_385,
        253 => 0,
        n => usize::from(n % 64) + 1,
    })
}

fn is_planar(format: PixelFormat) -> bool {
    matches!(format, PixelFormat::I420 | PixelFormat::Yv12)
}

/// Bytes of a row of the first plane, enough for the others.
fn row_bytes(format: PixelFormat, width: usize) -> usize {
    let pairs = width.next_multiple_of(2);
    match format {
        PixelFormat::Rgb8 | PixelFormat::Bgr8 => 3 * width,
        PixelFormat::Rgba8 | PixelFormat::Bgra8 | PixelFormat::Argb8 | PixelFormat::Abgr8 => 4 * width,
        PixelFormat::Gray8 => width,
        PixelFormat::P010 | PixelFormat::Yuyv | PixelFormat::Uyvy => 2 * pairs,
        _ => pairs,
    }
}

/// Rows of that length in all planes together.
fn all_rows(format: PixelFormat, height: usize) -> usize {
    match format {
        PixelFormat::Nv16 => 2 * height,
        // Two planes of half the length and half the rows.
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::P010 | PixelFormat::I420 | PixelFormat::Yv12 => {
            height + height.div_ceil(2)
        }
        _ => height,
    }
}

fn warp(u: &mut Unstructured<'_>) -> Result<()> {
    let format = *u.choose(&PixelFormat::ALL)?;
    let (width, height) = *u.choose(&[(24, 24), (1, 1), (1, 300), (700, 1), (31, 17), (90, 64)])?;
    let (width, height) = (width - u.int_in_range(0..=width / 2)?, height - u.int_in_range(0..=height / 2)?);
    let Some(source_from_target) = Similarity::new(float(u)?, float(u)?, Point::new(float(u)?, float(u)?)) else {
        return Ok(());
    };
    let border = *u.choose(&[Border::Black, Border::Replicate])?;
    let crop = Crop { width: side(u)?, height: side(u)?, source_from_target, border };
    let order = *u.choose(&[ChannelOrder::Rgb, ChannelOrder::Bgr])?;
    let (padding, seen, flat) = (u.int_in_range(0..=9)?, u.arbitrary::<u8>()?, u.arbitrary::<bool>()?);
    let pattern = match u.bytes(u.len().min(64))? {
        [] => &[7],
        bytes if flat => &bytes[..1],
        bytes => bytes,
    };

    // The same picture twice: rows without padding, and with a padding that must not be seen. All
    // planes have rows of one length, or of half that.
    let row = row_bytes(format, width as usize);
    let (planar, rows) = (is_planar(format), all_rows(format, height as usize));
    // Half of the padding goes to rows of half the length.
    let padding = if planar { 2 * padding } else { padding };
    let tight: Vec<u8> = pattern.iter().copied().cycle().take(row * rows).collect();
    let padded = |(y, r): (usize, &[u8])| {
        let halves = if planar && y >= height as usize { 2 } else { 1 };
        let parts = r.chunks(row / halves).map(<[u8]>::to_vec);
        parts.flat_map(|part| part.into_iter().chain(std::iter::repeat_n(seen, padding / halves))).collect::<Vec<u8>>()
    };
    let loose: Vec<u8> = tight.chunks(row).enumerate().flat_map(padded).collect();
    // What follows the last sample of the last row.
    let behind = if planar { padding / 2 } else { padding };
    let loose = if u.arbitrary()? { &loose[..] } else { &loose[..loose.len() - behind] };
    let tight = Frame::new(&tight, width, height, row, format).expect("the rows fill the frame");
    let loose = Frame::new(loose, width, height, row + padding, format).expect("the last row may lack its padding");

    let plain = Normalisation { order, mean: [0.0; 3], scale: [1.0; 3] };
    let len = crop.width.saturating_mul(crop.height).saturating_mul(3).min(64 * 64 * 3);
    // NaN shows what is not written.
    let (mut out, mut again) = (vec![f32::NAN; len], vec![f32::NAN; len]);
    let result = warp_into(&tight, &crop, &plain, &mut out);
    let valid = (1..=64).contains(&crop.width) && (1..=64).contains(&crop.height);
    assert_eq!(result.is_ok(), valid, "{result:?}");
    if !valid {
        return Ok(());
    }
    assert!(out.iter().all(|v| (-ROUNDING..=255.0 + ROUNDING).contains(v)), "{crop:?}: {out:?}");
    warp_into(&loose, &crop, &plain, &mut again).expect("the padded frame is as good");
    let seen = out.iter().zip(&again).find(|(a, b)| (**a - **b).abs() > LEVEL);
    assert_eq!(seen, None, "{crop:?}: the padding is seen");
    if flat && format == PixelFormat::Gray8 && border == Border::Replicate {
        let value = f32::from(pattern[0]);
        assert!(out.iter().all(|v| (v - value).abs() <= ROUNDING), "{crop:?}: {value} became {out:?}");
    }
    let photo = warp_rgb8(&tight, &crop).expect("warp_into took it");
    assert_eq!((photo.width() as usize, photo.height() as usize), (crop.width, crop.height));
    let mut rgb = out;
    if order == ChannelOrder::Bgr {
        rgb.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| pixel.reverse());
    }
    let far = rgb.iter().zip(photo.pixels()).find(|(a, b)| (**a - f32::from(**b)).abs() > 0.5 + ROUNDING);
    assert_eq!(far, None, "{crop:?}: the preview shows another picture");
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Running out of bytes ends an input; there is nothing to report.
    let _ = warp(&mut Unstructured::new(bytes));
});
