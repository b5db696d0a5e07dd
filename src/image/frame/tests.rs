//! Descriptions that fit their buffers, and those that do not; orientations.

use super::*;

#[test]
fn a_description_that_the_buffer_cannot_hold_is_refused() {
    let data = [0u8; 100];
    let kind = |w, h, stride, format| Frame::new(&data, w, h, stride, format).map(|_| ()).map_err(|e| e.kind());
    let bad = Err(ErrorKind::ShapeMismatch);
    for format in PixelFormat::ALL {
        assert_eq!(kind(0, 1, 30, format), bad, "{format:?}: no width");
        assert_eq!(kind(1, 0, 30, format), bad, "{format:?}: no height");
        assert_eq!(kind(u32::MAX, u32::MAX, usize::MAX, format), bad, "{format:?}: product overflows");
        assert_eq!(kind(2, 2, usize::MAX, format), bad, "{format:?}: stride overflows");
    }
    assert_eq!(kind(11, 3, 32, PixelFormat::Rgb8), bad, "stride one short");
    assert_eq!(kind(11, 4, 33, PixelFormat::Rgb8), bad, "buffer too short");
    assert_eq!(kind(11, 3, 33, PixelFormat::Rgb8), Ok(()));
    assert_eq!(kind(10, 4, 23, PixelFormat::Gray8), Ok(()), "the last row needs no padding");
    assert_eq!(kind(32, 4, 23, PixelFormat::Gray8), bad);
    // Widths and heights of one buffer of 100 bytes that just fit, and the next that does not.
    for (format, stride, fits, not) in [
        (PixelFormat::Rgba8, 20, (5, 5), (6, 5)),
        (PixelFormat::Bgra8, 20, (5, 5), (5, 6)),
        (PixelFormat::Nv12, 10, (10, 6), (10, 7)),
        (PixelFormat::Nv21, 10, (9, 6), (11, 6)),
        (PixelFormat::Nv16, 10, (10, 5), (10, 6)),
        (PixelFormat::P010, 10, (4, 6), (6, 6)),
        (PixelFormat::P010, 12, (5, 5), (5, 6)),
        (PixelFormat::Argb8, 20, (5, 5), (6, 5)),
        (PixelFormat::Yv12, 9, (9, 6), (9, 7)),
        (PixelFormat::Uyvy, 20, (9, 5), (9, 6)),
        // Odd sides round up: 5 rows of 8, then 3 rows of 8.
        (PixelFormat::Nv12, 8, (7, 8), (7, 9)),
        (PixelFormat::Nv12, 7, (6, 5), (7, 5)),
        (PixelFormat::I420, 9, (9, 6), (9, 7)),
        (PixelFormat::Yuyv, 20, (10, 5), (11, 5)),
        (PixelFormat::Yuyv, 20, (9, 5), (9, 6)),
    ] {
        assert_eq!(kind(fits.0, fits.1, stride, format), Ok(()), "{format:?} {fits:?}");
        assert_eq!(kind(not.0, not.1, stride, format), bad, "{format:?} {not:?}");
    }
}

#[test]
fn planes_are_checked_each_for_itself() {
    let (long, short) = ([0u8; 64], [0u8; 31]);
    let kind = |planes| Frame::from_planes(planes, 8, 8).map(|f| f.format()).map_err(|e| e.kind());
    let (whole, bad) = (Plane::new(&long, 8), Err(ErrorKind::ShapeMismatch));
    let half = |data, stride| Plane::new(data, stride);
    assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&long, 9) }), Ok(PixelFormat::Nv12));
    assert_eq!(kind(Planes::Nv21 { y: whole, vu: half(&long, 16) }), Ok(PixelFormat::Nv21));
    assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&short, 8) }), Ok(PixelFormat::Nv12), "no last V");
    assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&short[..30], 8) }), bad);
    assert_eq!(kind(Planes::Nv16 { y: whole, uv: whole }), Ok(PixelFormat::Nv16));
    assert_eq!(kind(Planes::Nv16 { y: whole, uv: half(&short, 8) }), bad);
    assert_eq!(kind(Planes::P010 { y: whole, uv: whole }), bad, "words need twice the room");
    assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&long, 7) }), bad);
    assert_eq!(kind(Planes::Nv12 { y: half(&short, 8), uv: whole }), bad);
    assert_eq!(kind(Planes::I420 { y: whole, u: half(&short, 4), v: half(&short, 9) }), Ok(PixelFormat::I420));
    assert_eq!(kind(Planes::I420 { y: whole, u: half(&short, 4), v: half(&short, 10) }), bad);
    assert_eq!(kind(Planes::I420 { y: whole, u: half(&short, 3), v: half(&short, 4) }), bad);
}

#[test]
fn planes_behind_each_other_are_found() {
    let data: Vec<u8> = (0..100).collect();
    let firsts = |format, stride| {
        let frame = Frame::new(&data, 5, 4, stride, format).unwrap();
        [0, 1, 2].map(|i| frame.plane(i).data.first().copied())
    };
    assert_eq!(firsts(PixelFormat::Nv12, 6), [Some(0), Some(24), None]);
    assert_eq!(firsts(PixelFormat::I420, 7), [Some(0), Some(28), Some(36)]);
    assert_eq!(firsts(PixelFormat::Yv12, 7), [Some(0), Some(28), Some(36)]);
    assert_eq!(firsts(PixelFormat::P010, 12), [Some(0), Some(48), None]);
    assert_eq!(firsts(PixelFormat::Yuyv, 12), [Some(0), None, None]);
    let text = format!("{:?}", Frame::new(&data, 2, 2, 7, PixelFormat::Rgb8).unwrap());
    assert!(!text.contains("99") && text.contains("100"), "sizes, no pixels: {text}");
}

#[test]
fn upright_points_lie_where_the_orientation_says() {
    let data = [0u8; 12];
    // A stored picture 4 wide and 3 high; where its upright view's point (1, 0.5) is stored.
    for (exif, stored) in [
        (1, [1.0, 0.5]),
        (2, [3.0, 0.5]),
        (3, [3.0, 2.5]),
        (4, [1.0, 2.5]),
        (5, [0.5, 1.0]),
        (6, [0.5, 2.0]),
        (7, [3.5, 2.0]),
        (8, [3.5, 1.0]),
    ] {
        let orientation = Orientation::from_exif(exif).unwrap();
        let frame = Frame::new(&data, 4, 3, 4, PixelFormat::Gray8).unwrap().oriented(orientation);
        let ([[xx, xy], [yx, yy]], [x, y]) = frame.stored_from_upright();
        assert_eq!([xx + 0.5 * yx + x, xy + 0.5 * yy + y], stored, "orientation {exif}");
        assert_eq!((frame.width(), frame.height()), if exif < 5 { (4, 3) } else { (3, 4) });
    }
}

#[test]
fn a_camera_says_the_same_in_its_own_terms() {
    assert_eq!(Orientation::of_camera(45, false), None);
    assert_eq!(Orientation::of_camera(360, true), None);
    for degrees in [0, 90, 180, 270] {
        let [plain, mirrored] = [false, true].map(|m| Orientation::of_camera(degrees, m).unwrap());
        let data = [0u8; 12];
        let stored = |orientation| {
            let frame = Frame::new(&data, 4, 3, 4, PixelFormat::Gray8).unwrap().oriented(orientation);
            move |x: f64, y: f64| {
                let ([[xx, xy], [yx, yy]], [dx, dy]) = frame.stored_from_upright();
                [xx * x + yx * y + dx, xy * x + yy * y + dy]
            }
        };
        // Mirrored: the point at x is where the plain view has width − x.
        let width = if degrees % 180 == 0 { 4.0 } else { 3.0 };
        assert_eq!(stored(mirrored)(0.75, 2.0), stored(plain)(width - 0.75, 2.0), "{degrees}°");
    }
}
