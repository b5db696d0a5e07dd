use super::*;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::image::Limits;
use selfsame::image::Photo;

fn photo(name: &str) -> Photo {
    let path = format!("{}/../datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

/// Peak signal-to-noise ratio of two pictures of one size, in decibels.
fn psnr(a: &Photo, b: &Photo) -> f64 {
    let squares = a.pixels().iter().zip(b.pixels()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    10.0 * (255.0f64.powi(2) * a.pixels().len() as f64 / squares.sum::<f64>()).log10()
}

#[test]
fn portraits_have_their_size_and_lose_some_detail_but_not_the_face() {
    let engine = Engine::new().unwrap();
    let photo = photo("obama.jpg");
    let (_, mesh) = engine.locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap();
    for kind in DocumentKind::ALL {
        let portrait = kind.portrait(&photo, &mesh, 7).unwrap();
        let small = matches!(kind, DocumentKind::Jpeg2000Small | DocumentKind::JpegSmall | DocumentKind::Grey);
        assert_eq!((portrait.width(), portrait.height()), if small { (240, 320) } else { (413, 531) });
        let size = (portrait.width() as usize, portrait.height() as usize);
        let untouched = portrait::cut(&photo, &mesh, size).unwrap();
        let likeness = psnr(&portrait, &untouched);
        let least = if matches!(kind, DocumentKind::PrintScan | DocumentKind::Grey) { 12.0 } else { 28.0 };
        assert!(likeness > least && likeness < 48.0, "{}: {likeness:.1} dB", kind.as_str());
        let (_, found) = engine.locate(&portrait.frame(), select_face).unwrap().outcome.found().unwrap();
        let [right, left, ..] = found.alignment_points();
        let distance = right.distance(left) / portrait.width() as f32;
        assert!((distance - 0.25).abs() < 0.02, "{}: eyes {distance} of the width apart", kind.as_str());
        assert_eq!(portrait.pixels(), kind.portrait(&photo, &mesh, 7).unwrap().pixels(), "the same again");
        let grey = portrait.pixels().as_chunks::<3>().0.iter().all(|[r, g, b]| r.abs_diff(*g).max(b.abs_diff(*g)) <= 1);
        assert_eq!(grey, kind == DocumentKind::Grey, "{}", kind.as_str());
    }
}

#[test]
fn fewer_bytes_keep_less() {
    let photo = photo("astronaut.png");
    let better = psnr(&wavelet::compressed(&photo, 40_000, false).unwrap(), &photo);
    let worse = psnr(&wavelet::compressed(&photo, 8_000, false).unwrap(), &photo);
    assert!(better > worse + 3.0, "{better:.1} {worse:.1}");
    let better = psnr(&jpeg::compressed(&photo, 40_000).unwrap(), &photo);
    let worse = psnr(&jpeg::compressed(&photo, 12_000).unwrap(), &photo);
    assert!(better > worse + 2.0, "{better:.1} {worse:.1}");
}
