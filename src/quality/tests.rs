//! Reports on painted faces.

use super::crop::FaceCrop;
use super::*;
use crate::image::Photo;
use crate::mesh::Mesh;

/// A mesh whose oval is an ellipse of half axes 50 and 64 about (100, 100), eyes level and open.
fn mesh() -> Mesh {
    let mut points = [[100.0, 100.0, 0.0]; 468];
    let oval: [usize; 36] = [
        10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
        150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
    ];
    for (i, index) in oval.into_iter().enumerate() {
        let angle = (10.0 * i as f32).to_radians();
        points[index] = [100.0 + 50.0 * angle.sin(), 100.0 - 64.0 * angle.cos(), 0.0];
    }
    let mut put = |indices: &[usize], x: f32, y: f32| indices.iter().for_each(|i| points[*i] = [x, y, 0.0]);
    put(&[33], 65.0, 80.0);
    put(&[133], 85.0, 80.0);
    put(&[159, 158, 160], 75.0, 77.0);
    put(&[145, 153, 144], 75.0, 83.0);
    put(&[362], 115.0, 80.0);
    put(&[263], 135.0, 80.0);
    put(&[386, 385, 387], 125.0, 77.0);
    put(&[374, 380, 373], 125.0, 83.0);
    put(&[13], 100.0, 130.0);
    put(&[14], 100.0, 132.0);
    Mesh::new(points, 1.0).unwrap()
}

/// `inside` paints the ellipse of [`mesh`], everything else is white.
fn photo(inside: impl Fn(u32, u32) -> u8) -> Photo {
    let pixel = |i: u32| {
        let (x, y) = (i % 200, i / 200);
        let (dx, dy) = ((x as f32 + 0.5 - 100.0) / 54.0, (y as f32 + 0.5 - 100.0) / 68.0);
        [if dx * dx + dy * dy < 1.0 { inside(x, y) } else { 255 }; 3]
    };
    Photo::from_rgb8(200, 200, (0..200 * 200).flat_map(pixel).collect()).unwrap()
}

fn report(inside: impl Fn(u32, u32) -> u8) -> QualityReport {
    assess(&photo(inside).frame(), &mesh()).unwrap()
}

#[test]
fn only_the_face_is_measured() {
    let flat = report(|_, _| 128);
    // Level 128 is 0.2158605 of linear light; the white around it is not part of the face.
    assert!((flat.luminance_mean.native - 0.215_860_5).abs() < 1e-4, "{}", flat.luminance_mean.native);
    assert_eq!((flat.over_exposure.native, flat.under_exposure.native, flat.dynamic_range.native), (0.0, 0.0, 0.0));
    assert!(flat.contrast < 1e-6 && flat.sharpness == 0.0, "{} {}", flat.contrast, flat.sharpness);
    assert_eq!(flat.refusals, []);
    assert_eq!(flat.remarks, [QualityRemark::LowContrast, QualityRemark::Blurred]);
    assert!((flat.inter_eye_distance.native - 50.0).abs() < 1e-3);
    assert_eq!((flat.yaw.native, flat.roll.native), (0.0, 0.0));
}

#[test]
fn light_and_dark() {
    let dark = report(|_, _| 5);
    assert_eq!((dark.refusals.as_slice(), dark.under_exposure.native), ([QualityRefusal::NearlyBlack].as_slice(), 1.0));
    assert!(dark.remarks.contains(&QualityRemark::TooDark) && !dark.is_usable());
    let bright = report(|_, _| 255);
    assert_eq!(
        (bright.refusals.as_slice(), bright.over_exposure.native),
        ([QualityRefusal::NearlyWhite].as_slice(), 1.0)
    );
    assert!(bright.remarks.contains(&QualityRemark::TooBright));
    // A third of the rows blown out: told, and not refused.
    let partly = report(|_, y| if y % 12 < 4 { 255 } else { 120 });
    assert_eq!(partly.refusals, []);
    assert!(partly.remarks.contains(&QualityRemark::TooBright), "{partly:?}");
}

#[test]
fn a_dark_face_with_contrast_gets_no_remark() {
    // Linear light 0.045 on average, far below LFW's median of 0.25.
    let dark = report(|x, y| if (x / 8 + y / 8) % 2 == 0 { 40 } else { 70 });
    assert!(dark.luminance_mean.native < 0.05);
    assert_eq!((dark.refusals.as_slice(), dark.remarks.as_slice()), ([].as_slice(), [].as_slice()), "{dark:?}");
}

#[test]
fn sharpness_falls_with_blur_and_not_with_light() {
    let wave = |period: f32, amplitude: f32| {
        move |x: u32, _: u32| (120.0 + amplitude * (x as f32 / period * std::f32::consts::TAU).sin()) as u8
    };
    let (fine, coarse) = (report(wave(10.0, 60.0)).sharpness, report(wave(40.0, 60.0)).sharpness);
    assert!(fine > 20.0 * coarse, "{fine} {coarse}");
    let dim = report(wave(10.0, 30.0)).sharpness;
    assert!((dim / fine - 1.0).abs() < 0.1, "{dim} {fine}");
}

#[test]
fn conclusions_from_geometry() {
    let base = report(|x, y| if (x / 8 + y / 8) % 2 == 0 { 60 } else { 140 });
    assert_eq!((base.refusals.as_slice(), base.remarks.as_slice()), ([].as_slice(), [].as_slice()));
    let judged = |change: &dyn Fn(&mut QualityReport), px: f32, openness: f32| {
        let mut report = base.clone();
        change(&mut report);
        report.judge(px, openness);
        (report.refusals, report.remarks)
    };
    let nothing: &dyn Fn(&mut QualityReport) = &|_| ();
    assert_eq!(judged(nothing, 11.9, 0.3), (vec![QualityRefusal::FaceTooSmall], vec![QualityRemark::FaceSmall]));
    assert_eq!(judged(nothing, 20.0, 0.3), (vec![], vec![QualityRemark::FaceSmall]));
    assert_eq!(judged(nothing, 60.0, 0.1), (vec![], vec![QualityRemark::EyesClosed]));
    assert_eq!(judged(&|r| r.yaw.native = -31.0, 60.0, 0.3), (vec![], vec![QualityRemark::TurnedAway]));
    assert_eq!(judged(&|r| r.pitch.native = 26.0, 60.0, 0.3), (vec![], vec![QualityRemark::TurnedAway]));
    assert_eq!(judged(&|r| r.mouth_closed.component = 49, 60.0, 0.3), (vec![], vec![QualityRemark::MouthOpen]));
    assert_eq!(judged(nothing, f32::NAN, 0.3).0, [QualityRefusal::FaceTooSmall]);
    assert_eq!(judged(&|r| r.luminance_mean.native = f32::NAN, 60.0, 0.3).0, [QualityRefusal::NearlyBlack]);
}

#[test]
fn a_face_outside_the_frame_is_refused_and_a_mesh_without_extent_an_error() {
    let small = Photo::from_rgb8(10, 10, vec![200; 300]).unwrap();
    let outside = assess(&small.frame(), &mesh()).unwrap();
    assert!(outside.refusals.contains(&QualityRefusal::NearlyBlack));
    let point = Mesh::new([[5.0; 3]; 468], 1.0).unwrap();
    assert!(assess(&small.frame(), &point).is_err());
}

#[test]
fn one_dark_side_is_seen_by_balance_and_uniformity() {
    fn even(_: u32, y: u32) -> u8 {
        if y.is_multiple_of(2) { 100 } else { 160 }
    }
    fn harsh(x: u32, _: u32) -> u8 {
        if x < 100 { 40 } else { 200 }
    }
    let balance = |inside: fn(u32, u32) -> u8| essentials(&photo(inside).frame(), &mesh()).unwrap().light_balance;
    assert!(balance(even).abs() < 0.02);
    // Levels 40 and 200 are 0.0212 and 0.5776 of linear light: (0.5776 − 0.0212) / (0.5776 +
    // 0.0212) = 0.93, and a blend between.
    assert!((balance(harsh) - 0.93).abs() < 0.03, "{}", balance(harsh));
    assert!(balance(|x, y| harsh(199 - x, y)) < -0.85);
    let (uniform, one_sided) = (report(even), report(harsh));
    assert!(one_sided.illumination_uniformity.native < 0.05, "{:?}", one_sided.illumination_uniformity);
    assert!(uniform.illumination_uniformity.native > 0.5, "{:?}", uniform.illumination_uniformity);
}

#[test]
fn variance_color_and_margins_of_a_painted_face() {
    let flat = report(|_, _| 128);
    assert!(flat.luminance_variance.native < 1e-12 && flat.luminance_variance.component == 0);
    // Halves of level 0 and 255: variance 1/4.
    let stripes = report(|x, _| if x / 16 % 2 == 0 { 0 } else { 255 });
    assert!((stripes.luminance_variance.native - 0.25).abs() < 0.03, "{:?}", stripes.luminance_variance);
    assert!((flat.natural_color.native - 50f32.sqrt()).abs() < 0.05, "grey: {:?}", flat.natural_color);
    // Eyes at (75, 80) and (125, 80), chin at (100, 164) of 200 × 200.
    let off = |measure: Measure, expected: f32| (measure.native - expected).abs() < 1e-3;
    assert!(off(flat.margin_left, 1.5) && off(flat.margin_right, 1.5));
    let t = (164.0 - 80.0f32).abs();
    assert!(off(flat.margin_above, 80.0 / t) && off(flat.margin_below, 120.0 / t), "{:?}", flat.margin_above);
    assert!(off(flat.head_size, (t / 200.0 - 0.45).abs()));
}

#[test]
fn the_unified_score_falls_with_blur_pose_and_glare_and_not_with_the_color_of_skin() {
    let base = report(|x, y| if (x / 8 + y / 8) % 2 == 0 { 60 } else { 140 });
    let changed = |change: fn(&mut QualityReport)| {
        let mut changed = base.clone();
        change(&mut changed);
        unified::score(unified_features(&changed)).native - base.unified.native
    };
    let faults: [fn(&mut QualityReport); 4] = [
        |r| r.sharpness *= 0.2,
        |r| r.pitch.native = -20.0,
        |r| r.pitch.native = 20.0,
        |r| r.over_exposure.native = 0.1,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        assert!(changed(fault) < -0.005, "fault {number}: {}", changed(fault));
    }
    assert_eq!(changed(|r| r.luminance_mean.native *= 0.5), 0.0);
}

#[test]
fn guidance_and_report_give_one_unified_score() {
    let photo = photo(|_, y| if y % 12 < 4 { 255 } else { 120 });
    let (frame, mesh) = (photo.frame(), mesh());
    let (report, essentials) = (assess(&frame, &mesh).unwrap(), essentials(&frame, &mesh).unwrap());
    assert!(report.over_exposure.native > BRIGHT_OVER_EXPOSURE);
    assert_eq!(unified_of_essentials(&essentials, &mesh), report.unified);
}

fn blurred(photo: &Photo, sigma_px: f32) -> Photo {
    let picture = image::RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
    let picture = image::imageops::fast_blur(&picture, sigma_px);
    Photo::from_rgb8(photo.width(), photo.height(), picture.into_raw()).unwrap()
}

#[test]
fn what_the_mesh_network_saw_gives_nearly_the_same_essentials() {
    let engine = crate::engine::Engine::new().unwrap();
    for name in ["obama.jpg", "obama2.jpg", "biden.jpg"] {
        let path = format!("{}/datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
        let photo = Photo::decode(&std::fs::read(path).unwrap(), &Default::default()).unwrap();
        let detections = engine.detector().detect(&photo.frame(), &Default::default()).unwrap();
        let mut mesh = engine.mesher().mesh(&photo.frame(), &detections[0]).unwrap();
        let mut view = crate::mesh::View::default();
        assert!(FaceCrop::seen(&photo.frame(), &mesh, &view).is_none(), "nothing was seen yet");
        // As in a track: the crop lies about the mesh before.
        for _ in 0..3 {
            mesh = engine.mesher().refine_seen(&photo.frame(), &mesh, &mut view).unwrap();
        }
        assert!(FaceCrop::seen(&photo.frame(), &mesh, &view).is_some(), "{name}");
        let got = essentials_seen(&photo.frame(), &mesh, &view).unwrap();
        let expected = essentials(&photo.frame(), &mesh).unwrap();
        let near = |a: f32, b: f32, share: f32| (a - b).abs() <= share * b.abs();
        assert!(near(got.luminance_mean, expected.luminance_mean, 0.01), "{got:?} for {expected:?}");
        assert!(near(got.contrast, expected.contrast, 0.02), "{got:?} for {expected:?}");
        // Detail of a pixel's size depends on where pixels fall (0.29 for 0.20 has been seen);
        // whether a face is blurred, which is what is asked, does not.
        let sharp = |sharpness: f32| sharpness > 10.0 * BLURRED_SHARPNESS;
        assert!(sharp(got.sharpness) && sharp(expected.sharpness), "{got:?} for {expected:?}");
        let shares = [
            (got.over_exposure, expected.over_exposure),
            (got.under_exposure, expected.under_exposure),
            (got.light_balance, expected.light_balance),
        ];
        assert!(shares.iter().all(|(a, b)| (a - b).abs() < 0.01), "{got:?} for {expected:?}");
        let blurred = blurred(&photo, 0.03 * mesh.inter_eye_distance_px());
        let _ = engine.mesher().refine_seen(&blurred.frame(), &mesh, &mut view).unwrap();
        let got = essentials_seen(&blurred.frame(), &mesh, &view).unwrap().sharpness;
        let expected = essentials(&blurred.frame(), &mesh).unwrap().sharpness;
        assert!(expected < 4.0 * BLURRED_SHARPNESS && near(got, expected, 0.08), "{got} for {expected}");
        // Another scale is not taken.
        let grown = mesh.points().map(|point| point.map(|v| 1.1 * v));
        let grown = Mesh::new(grown, 1.0).unwrap();
        assert!(FaceCrop::seen(&photo.frame(), &grown, &view).is_none());
    }
}

#[test]
fn a_report_is_serialised_with_its_words() {
    let mut report = report(|_, _| 5);
    report.sharpness = f32::NAN;
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["refusals"], serde_json::json!(["nearly_black"]));
    assert_eq!(json["remarks"][0], "too_dark");
    assert_eq!(json["under_exposure"], serde_json::json!({ "native": 1.0, "component": 0 }));
    assert!(json["sharpness"].is_null());
}
