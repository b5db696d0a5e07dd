//! Networks that return anything: no stage panics, and nothing that is not finite leaves one.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use selfsame::compare::cosine;
use selfsame::detect::{DetectOptions, Detection, Detector, FaceSelection, select_face};
use selfsame::image::{Frame, PixelFormat};
use selfsame::mesh::{FaceMesher, Mesh};
use selfsame::quality::assess;
use selfsame::template::{ExtractOptions, TemplateExtractor};
use selfsame_fuzz::fake::{DETECT, MESH, TEMPLATE, model};

fn check_detection(face: &Detection, threshold: f32) {
    let edges = [face.rect.left(), face.rect.top(), face.rect.right(), face.rect.bottom()];
    assert!(edges.iter().all(|v| v.is_finite()), "{face:?}");
    assert!(face.keypoints.iter().all(|p| p.is_finite()), "{face:?}");
    // The threshold is compared as a logit, so rounding may let a little less pass.
    assert!((threshold - 1e-4..=1.0).contains(&face.score), "{face:?}");
    assert!(face.roll_deg().is_finite(), "{face:?}");
}

fn check_mesh(mesh: &Mesh) {
    assert!(mesh.points().as_flattened().iter().all(|v| v.is_finite()));
    assert!((0.0..=1.0).contains(&mesh.flag()));
}

fn stages(u: &mut Unstructured<'_>) -> Result<()> {
    let pixels: Vec<u8> = (0..48 * 40 * 3).map(|i| (i * 7 % 251) as u8).collect();
    // Tiles are searched from 384 pixels on.
    let wide = vec![90; 400];
    let (data, width, height, format) = match u.arbitrary::<bool>()? {
        true => (&pixels, 48, 40, PixelFormat::Rgb8),
        false => (&wide, 400, 1, PixelFormat::Gray8),
    };
    let stride = if height == 1 { 400 } else { 48 * 3 };
    let frame = Frame::new(data, width, height, stride, format).expect("the pixels fill the frame");
    let threshold = f32::from(u.arbitrary::<u8>()?) / 255.0;
    let Ok(options) = DetectOptions::default().with_threshold(threshold) else { return Ok(()) };
    let options = options.with_zoomed_out(u.arbitrary()?).with_turned(u.arbitrary()?).with_tiles(u.arbitrary()?);
    let detector = Detector::new(model(DETECT, u)?).expect("the card fits the detector");
    let mesher = FaceMesher::new(model(MESH, u)?).expect("the card fits the mesher");
    let extractor = TemplateExtractor::new(model(TEMPLATE, u)?).expect("the card fits the extractor");

    let Ok(faces) = detector.detect(&frame, &options) else { return Ok(()) };
    faces.iter().for_each(|face| check_detection(face, threshold));
    assert!(faces.is_sorted_by(|a, b| a.score >= b.score));
    match select_face(&faces) {
        FaceSelection::None => assert!(faces.is_empty()),
        FaceSelection::One(face) => assert!(faces.contains(&face)),
        FaceSelection::Several(several) => assert!(several.len() > 1 && several.iter().all(|f| faces.contains(f))),
    }
    for face in faces.iter().take(3) {
        let Ok(mesh) = mesher.mesh(&frame, face) else { continue };
        check_mesh(&mesh);
        if let Ok(finer) = mesher.refine(&frame, &mesh) {
            check_mesh(&finer);
        }
        if let Ok(report) = assess(&frame, &mesh) {
            assert!(report.contrast.is_finite() && report.sharpness.is_finite(), "{report:?}");
        }
        if let Ok(template) = extractor.extract(&frame, &mesh, &ExtractOptions::default().with_flip(u.arbitrary()?)) {
            // Its values are private; a cosine of 1 with itself says that they are finite and of
            // unit length.
            let itself = cosine(&template, &template).expect("a template compares with itself");
            assert!((itself - 1.0).abs() < 1e-4, "{itself}");
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Running out of bytes ends an input; there is nothing to report.
    let _ = stages(&mut Unstructured::new(bytes));
});
