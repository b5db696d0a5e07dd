//! Pictures of drawn quadrilaterals, lines and noise as photographs of a data page, with networks
//! that return anything: a refusal with a reason, or a portrait whose places lie in the picture.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use selfsame::detect::Detector;
use selfsame::document::{DocumentPhoto, Origin, PageZone};
use selfsame::image::Photo;
use selfsame::mesh::FaceMesher;
use selfsame::outcome::Outcome;
use selfsame_fuzz::fake::{DETECT, MESH, model};

type Corner = (f32, f32);

/// Whether `p` lies to the right of the way from `a` to `b`.
fn right_of(a: Corner, b: Corner, p: Corner) -> bool {
    (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) >= 0.0
}

fn picture(u: &mut Unstructured<'_>) -> Result<Photo> {
    let (width, height) = *u.choose(&[(96u32, 72u32), (72, 96), (200, 150), (1, 300), (320, 8)])?;
    let (ground, noise) = (u.arbitrary::<[u8; 3]>()?, u.int_in_range(0..=60u32)?);
    let mut sheets = Vec::new();
    for _ in 0..u.int_in_range(0..=4)? {
        // Mostly about a page's place; a byte each moves the corners.
        let places = [(0.15, 0.2), (0.85, 0.2), (0.85, 0.8), (0.15, 0.8)];
        let mut corners = [(0.0, 0.0); 4];
        for (corner, (x, y)) in corners.iter_mut().zip(places) {
            let by = |v: i8| f32::from(v) / 300.0;
            *corner = ((x + by(u.arbitrary()?)) * width as f32, (y + by(u.arbitrary()?)) * height as f32);
        }
        sheets.push((corners, u.arbitrary::<[u8; 3]>()?, u.int_in_range(1..=40u32)?));
    }
    let mut pixels = Vec::new();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let p = (x as f32 + 0.5, y as f32 + 0.5);
        let mut color = ground;
        for (corners, of_sheet, lines) in &sheets {
            let next = corners.iter().cycle().skip(1);
            if corners.iter().zip(next).all(|(a, b)| right_of(*a, *b, p)) {
                color = if y % 41 < *lines { *of_sheet } else { of_sheet.map(|c| c / 2) };
            }
        }
        let grain = (x * 7 + y * 13 + x * y * 31) % (noise + 1);
        pixels.extend(color.map(|c| c.saturating_add(grain as u8)));
    }
    Ok(Photo::from_rgb8(width, height, pixels).expect("the pixels fill the picture"))
}

/// A zone that was read has right check digits, and lies somewhere.
fn sound<R>(zone: &Outcome<PageZone, R>) {
    if let Outcome::Found(zone) = zone {
        assert!(zone.mrz.wrong_digits().is_empty() && zone.corners.iter().all(|p| p.is_finite()));
    }
}

fn page(u: &mut Unstructured<'_>) -> Result<()> {
    let photo = picture(u)?;
    if let Ok(zone) = PageZone::from_page(&photo) {
        sound(&zone);
    }
    let detector = Detector::new(model(DETECT, u)?).expect("the card fits the detector");
    let mesher = FaceMesher::new(model(MESH, u)?).expect("the card fits the mesher");
    match DocumentPhoto::from_page(&photo, &detector, &mesher) {
        Ok(Outcome::Refused(reasons)) => assert!(!reasons.is_empty()),
        Ok(Outcome::Found(portrait)) => {
            assert_eq!(portrait.document.origin(), Origin::Page);
            assert!(portrait.corners.iter().chain(&portrait.eyes).all(|p| p.is_finite()), "{portrait:?}");
            let (width, height) = (photo.width() as f32, photo.height() as f32);
            let near = |v: f32, side: f32| (-0.1 * side - 8.0..=1.1 * side + 8.0).contains(&v);
            assert!(portrait.corners.iter().all(|p| near(p.x, width) && near(p.y, height)), "{portrait:?}");
            sound(&portrait.zone);
        }
        Err(_) => {}
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Running out of bytes ends an input; there is nothing to report.
    let _ = page(&mut Unstructured::new(bytes));
});
