//! A camera's frames.

use super::{engine, portrait};
use selfsame_facade::{
    Engine, FlashChallenge, FrameFormat, FrameLayout, Picture, PlaneLayout, Profile, WatchOptions, hints,
};

pub fn grey(width: u32, height: u32) -> FrameLayout {
    FrameLayout::packed(width, height, FrameFormat::Gray)
}

/// The face of a portrait fills the oval of a frame of so many pixels.
fn filled(engine: &Engine, width: u32, height: u32) -> Vec<u8> {
    let photo = selfsame::Photo::decode(&portrait("obama"), &selfsame::Limits::default()).unwrap();
    let seen = engine.guide(photo.pixels(), &FrameLayout::packed(photo.width(), photo.height(), FrameFormat::Rgb));
    let face = seen.unwrap().face.unwrap().oval.unwrap();
    let wanted = selfsame::capture::OvalSpec::default().in_frame(width, height);
    let scale = face.width / wanted.width_px;
    let corner = selfsame::geometry::Point::new(
        face.center_x - scale * wanted.center.x,
        face.center_y - scale * wanted.center.y,
    );
    let crop = selfsame::image::Crop {
        width: width as usize,
        height: height as usize,
        source_from_target: selfsame::geometry::Similarity::new(scale, 0.0, corner).unwrap(),
        border: selfsame::image::Border::Replicate,
    };
    selfsame::image::warp_rgb8(&photo.frame(), &crop).unwrap().pixels().to_vec()
}

#[test]
fn a_face_that_fills_the_oval_and_holds_still_is_ready_and_kept() {
    let engine = engine(Profile::Guidance, 1);
    let pixels = filled(&engine, 480, 640);
    let rgba: Vec<u8> = pixels.chunks(3).flat_map(|p| [p[0], p[1], p[2], 0]).collect();
    let [rgb_layout, rgba_layout] =
        [FrameFormat::Rgb, FrameFormat::Rgba].map(|format| FrameLayout::packed(480, 640, format));
    let watch = engine.watch(&WatchOptions::default()).unwrap();
    let mut last = None;
    for frame in 0..60u64 {
        let guidance = watch.frame(&rgba, &rgba_layout, 33_333 * frame).unwrap();
        assert!(hints().contains(&guidance.hint));
        last = Some(guidance);
    }
    let last = last.unwrap();
    assert!(last.ready && last.progress == 1.0 && last.timed_out.is_none(), "{last:?}");
    assert_eq!((last.frame_width, last.frame_height, last.faces), (480, 640, 1));
    assert!((last.face.clone().unwrap().size - 1.0).abs() < 0.1);
    assert!((last.oval.width - 0.47 * 480.0).abs() < 0.01);
    let best = watch.best_pictures();
    assert!(!best.is_empty() && best[0].rgb().len() == (3 * best[0].width() * best[0].height()) as usize);
    // The same pixels in another format say the same.
    let one = engine.guide(&pixels, &rgb_layout).unwrap();
    assert_eq!(one, engine.guide(&rgba, &rgba_layout).unwrap());
    assert!(watch.frame(&rgba, &rgba_layout, 0).is_err(), "time goes forward");
    assert!(watch.frame(&rgba, &rgba_layout, 3_000_000).is_ok());
}

#[test]
fn layouts_of_any_numbers_are_refused_or_read() {
    let engine = engine(Profile::Guidance, 1);
    let data = vec![90u8; 64 * 64 * 4];
    let numbers = [0, 1, 63, 64, 65, 4096, u32::MAX];
    for format in FrameFormat::ALL {
        for (width, height) in numbers.into_iter().flat_map(|w| numbers.map(|h| (w, h))) {
            let packed = FrameLayout::packed(width, height, *format);
            let read = engine.guide(&data, &packed).is_ok();
            assert_eq!(read, width > 0 && height > 0 && fits(&packed), "{packed:?}");
            let planes = vec![PlaneLayout { offset: height, stride: width }; 3];
            let _ = engine.guide(&data, &FrameLayout { planes, ..packed });
        }
    }
    let turned = FrameLayout { rotation_degrees: 45, ..grey(8, 8) };
    assert_eq!(engine.guide(&data, &turned).unwrap_err().code, "invalid_argument");
    let short = FrameLayout {
        planes: vec![PlaneLayout { offset: 0, stride: 64 }],
        ..FrameLayout::packed(64, 64, FrameFormat::I420)
    };
    assert_eq!(engine.guide(&data, &short).unwrap_err().code, "shape_mismatch");
}

/// Whether 64 · 64 · 4 bytes hold the frame.
fn fits(layout: &FrameLayout) -> bool {
    let (w, h) = (u128::from(layout.width), u128::from(layout.height));
    let chroma = w.div_ceil(2) * h.div_ceil(2);
    let bytes = match layout.format {
        FrameFormat::Rgb | FrameFormat::Bgr => 3 * w * h,
        FrameFormat::Rgba | FrameFormat::Bgra => 4 * w * h,
        FrameFormat::Gray => w * h,
        FrameFormat::Nv12 | FrameFormat::I420 => w * h + 2 * chroma,
    };
    bytes <= 64 * 64 * 4
}

#[test]
fn planes_with_gaps_and_turns_show_the_same_picture() {
    let (width, height) = (40u32, 30u32);
    let data: Vec<u8> = (0..width * height).map(|i| (i % 251) as u8).collect();
    let packed = Picture::from_frame(&data, &grey(width, height)).unwrap();
    let padded: Vec<u8> = data.chunks(40).flat_map(|row| [row, &[0; 24]].concat()).collect();
    let planes = vec![PlaneLayout { offset: 0, stride: 64 }];
    let apart = Picture::from_frame(&padded, &FrameLayout { planes, ..grey(width, height) }).unwrap();
    assert_eq!(packed.rgb(), apart.rgb());
    let turned = Picture::from_frame(&data, &FrameLayout { rotation_degrees: 90, ..grey(width, height) }).unwrap();
    assert_eq!((turned.width(), turned.height()), (30, 40));
    assert_eq!(turned.rgb()[3 * 29], data[0], "what was top left is top right");
}

#[test]
fn a_client_plays_a_challenge_and_hears_when_there_is_no_hope() {
    let json = br#"{"format":1,"id":"000102030405060708090a0b0c0d0e0f",
        "nonce":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "issued_at":1790000000,"expires_at":1790000120,"segments":[
        {"start_us":0,"duration_us":700000,"color":[128,128,128]},
        {"start_us":800000,"duration_us":400000,"color":[255,0,0],"region":"top"}]}"#;
    let challenge = FlashChallenge::parse(json).unwrap();
    assert_eq!((challenge.flashes().len(), challenge.total_us()), (2, 1_200_000));
    assert_eq!(challenge.shown_at(0).unwrap().green, 128);
    assert_eq!(challenge.shown_at(700_000), None);
    assert_eq!(challenge.shown_at(1_199_999).unwrap().region, "top");
    assert_eq!(challenge.shown_at(1_200_000), None);
    // No policy draws such a challenge.
    let error = engine(Profile::Fast, 1).flash_session(&challenge).err().unwrap();
    assert_eq!(error.code, "invalid_argument");
    assert_eq!(FlashChallenge::parse(b"{}").unwrap_err().code, "corrupt");

    let mut rng = rand();
    let policy = selfsame::liveness::ChallengePolicy::default();
    let drawn = selfsame::liveness::Challenge::issue(&mut rng, &policy, 1_790_000_000).unwrap();
    let drawn = FlashChallenge::parse(&drawn.to_json().unwrap()).unwrap();
    let session = engine(Profile::Fast, 1).flash_session(&drawn).unwrap();
    session.shown(0, 10_000).unwrap();
    assert!(session.shown(1000, 0).is_err());
    let progress = (0..30u64).map(|i| session.frame(&[90; 64 * 64], &grey(64, 64), 40_000 * i).unwrap());
    let last = progress.last().unwrap();
    assert_eq!((last.progress.as_str(), last.reasons[0].as_str()), ("hopeless", "no_face"));
    let report = session.report().unwrap();
    assert_eq!(report.verdict, "inconclusive");
    assert!(!report.advice.is_empty() && report.cues_json.starts_with('{'));
}

fn rand() -> rand_chacha::ChaCha20Rng {
    use rand_chacha::rand_core::SeedableRng;
    rand_chacha::ChaCha20Rng::from_seed([3; 32])
}
