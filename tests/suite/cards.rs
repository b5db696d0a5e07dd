//! Networks of one's own by their cards: detectors of every family, and template networks with
//! sizes, colours, points, dimensions and norms of their own (`tests/data/cards.py`).

use crate::verify::portrait;
use selfsame::detect::{DetectOptions, select_face};
use selfsame::engine::Engine;
use selfsame::mesh::Mesh;
use selfsame::model::{Backend, Ensemble, Model, ModelCard, ModelSource, Task};
use selfsame::template::{ExtractOptions, Template, TemplateEncoding};
use std::path::{Path, PathBuf};

fn card(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/cards/{name}.toml"))
}

/// The model of a card whose text is changed.
fn changed(name: &str, change: impl FnOnce(String) -> String) -> ModelSource {
    let text = change(std::fs::read_to_string(card(name)).unwrap());
    let network = std::fs::read(card(name).with_extension("onnx")).unwrap();
    ModelSource::Memory { card: text.into(), network: network.into() }
}

#[test]
fn a_detector_of_each_family_loads_by_its_card_and_runs() {
    for (name, keypoints) in [("scrfd", 5), ("retinaface", 5), ("yunet", 5), ("blazeface", 6)] {
        let engine = Engine::builder().detector(ModelSource::Card(card(name))).build().unwrap();
        let detector = engine.detector();
        assert_eq!(detector.keypoints(), keypoints, "{name}");
        let photo = portrait("obama.jpg");
        let options = DetectOptions::default().with_threshold(0.01).unwrap();
        let faces = detector.detect(&photo.frame(), &options).unwrap();
        // Untrained networks see faces where there are none: what they say is a box all the same.
        assert!(faces.iter().all(|face| face.rect.width() > 0.0 && (0.0..=1.0).contains(&face.score)), "{name}");
        assert_eq!(faces, detector.detect(&photo.frame(), &options).unwrap(), "{name}: the same again");
        println!("{name}: {} faces", faces.len());
    }
}

#[test]
fn a_free_size_is_the_cards() {
    // Twice as wide and high: four times the cells.
    let larger = changed("scrfd", |text| {
        let text = text.replace("width = 64", "width = 128").replace("height = 32", "height = 64");
        text.replace("shape = [64,", "shape = [256,").replace("shape = [16,", "shape = [64,")
    });
    let engine = Engine::builder().detector(larger).build().unwrap();
    engine.detector().detect(&portrait("obama.jpg").frame(), &DetectOptions::default()).unwrap();
    // The network's outputs are held against the card.
    let wrong = changed("scrfd", |text| text.replace("width = 64", "width = 128"));
    assert!(Engine::builder().detector(wrong).build().is_err());
}

fn mesh(engine: &Engine, name: &str) -> Mesh {
    engine.locate(&portrait(name).frame(), select_face).unwrap().outcome.found().unwrap().1
}

fn template(engine: &Engine, name: &str) -> Template {
    let mesh = mesh(engine, name);
    engine.extractor().extract(&portrait(name).frame(), &mesh, &ExtractOptions::default()).unwrap()
}

fn engine(source: ModelSource) -> Engine {
    Engine::builder().template(source).build().unwrap()
}

#[test]
fn template_networks_of_other_sizes_colours_and_dimensions_work_end_to_end() {
    for (name, dimension) in [("adaface", 64), ("magface", 512), ("facenet", 1024)] {
        let engine = engine(ModelSource::Card(card(name)));
        assert_eq!(engine.extractor().dimension(), dimension, "{name}");
        let [a, b] = ["obama.jpg", "biden.jpg"].map(|photo| template(&engine, photo));
        assert_ne!(a.values(), b.values(), "{name}: two templates at once");
        let length: f32 = a.values().iter().map(|v| v * v).sum();
        assert!((length - 1.0).abs() < 1e-4, "{name}: {length}");
        let stored = Template::decode(&a.encode(TemplateEncoding::F32).unwrap()).unwrap();
        assert_eq!(stored.values(), a.values(), "{name}");
    }
}

#[test]
fn colours_and_points_are_the_cards() {
    let as_written = template(&engine(ModelSource::Card(card("adaface"))), "obama.jpg");
    let other = changed("adaface", |text| text.replace("\"bgr\"", "\"rgb\""));
    assert_ne!(template(&engine(other), "obama.jpg").values(), as_written.values(), "red and blue");
    // The same five points in the usual order.
    let usual = changed("adaface", |text| {
        let written = ModelCard::parse(&text).unwrap().alignment.unwrap();
        let points: Vec<String> = written.points().iter().map(|p| format!("[{}, {}]", p.x, p.y)).collect();
        let (head, tail) = text.split_once("points = ").unwrap();
        let (_, tail) = tail.split_once("\n[template]").unwrap();
        format!("{head}points = [{}]\n\n[template]{tail}", points.join(", "))
    });
    assert_eq!(template(&engine(usual), "obama.jpg").values(), as_written.values(), "the order changes nothing");
    let twice = changed("adaface", |text| text.replace("\"nose_tip\"", "\"left_eye\""));
    assert!(Engine::builder().template(twice).build().is_err());
}

#[test]
fn the_mirrored_view_is_the_cards() {
    let once = template(&engine(ModelSource::Card(card("adaface"))), "obama.jpg");
    let both = changed("adaface", |text| text.replace("mirrored = false", "mirrored = true"));
    assert_ne!(template(&engine(both), "obama.jpg").values(), once.values());
    let model = Model::load(Task::Template, &ModelSource::Card(card("adaface")), &Backend::Native).unwrap();
    assert!(!Ensemble::from(model).card().members[0].mirrored);
}

#[test]
fn a_norm_is_the_templates_magnitude_and_tells_its_reliability() {
    let with_norm = engine(ModelSource::Card(card("adaface")));
    let found = template(&with_norm, "obama.jpg");
    let magnitude = found.magnitudes()[0];
    let reliability = found.reliability().unwrap();
    assert!((reliability.value() - (0.5 + 0.01 * magnitude.ln()).clamp(0.0, 1.0)).abs() < 1e-6, "{reliability:?}");
    // The network's second output, without which the vector has unit length.
    let without = changed("adaface", |text| {
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("norm = ")).collect();
        let text = kept.join("\n");
        let (head, tail) = text.split_once("[reliability]").unwrap();
        let (_, tail) = tail.split_once("[source]").unwrap();
        format!("{head}[source]{tail}")
    });
    let unit = template(&engine(without), "obama.jpg");
    assert!((unit.magnitudes()[0] - 1.0).abs() < 1e-4 && (magnitude - 1.0).abs() > 1e-2, "{magnitude}");
    let off = unit.values().iter().zip(found.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-5, "the direction is the same: {off}");
    let wrong = changed("adaface", |text| text.replace("norm = \"", "norm = \"no"));
    assert!(Engine::builder().template(wrong).build().is_err());
}

/// The blocks of TOML in `docs/networks.md`: whole cards, and parts of one.
#[test]
fn the_documents_cards_are_cards() {
    let page = include_str!("../../docs/networks.md");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let detector = include_str!("../../models/detect.toml").replace("192", "640");
    let (head, tail) = (detector.split("[detector]").next().unwrap(), detector.split("[source]").nth(1).unwrap());
    let template = include_str!("../data/cards/magface.toml");
    for block in &blocks {
        let text = if block.starts_with("format") {
            (*block).to_owned()
        } else if block.starts_with("[detector]") {
            format!("{head}{block}\n[source]{tail}")
        } else {
            template.replace("[source]", &format!("{block}\n[source]"))
        };
        let card = ModelCard::parse(&text).unwrap_or_else(|error| panic!("{error:?}\n{block}"));
        assert!(card.detector.is_some() || card.reliability.is_some(), "{block}");
    }
    assert_eq!(blocks.len(), 5);
}
