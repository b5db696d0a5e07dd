//! SFace, the second template network: it tells people apart, and does so alike on every backend.

use crate::verify::portrait;
use selfsame::compare::cosine;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::mesh::Mesh;
use selfsame::model::{Backend, ModelSource};
use selfsame::template::{ExtractOptions, Template};

const PORTRAITS: [&str; 5] = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"];

fn engine(backend: Backend) -> Engine {
    Engine::builder().template(ModelSource::sface()).backend(backend).build().unwrap()
}

fn mesh(engine: &Engine, name: &str) -> Mesh {
    engine.locate(&portrait(name).frame(), select_face).unwrap().outcome.found().unwrap().1
}

/// The templates of all portraits, cut out as the meshes say.
fn templates(engine: &Engine, meshes: &[Mesh]) -> Vec<Template> {
    let of = |(name, mesh): (&&str, &Mesh)| {
        engine.extractor().extract(&portrait(name).frame(), mesh, &ExtractOptions::default()).unwrap()
    };
    PORTRAITS.iter().zip(meshes).map(of).collect()
}

#[test]
fn people_are_told_apart() {
    let native = engine(Backend::Native);
    let meshes = PORTRAITS.map(|name| mesh(&native, name));
    let all = templates(&native, &meshes);
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate().take(i) {
            let score = cosine(a, b).unwrap();
            println!("{} and {}: {score:.3}", PORTRAITS[i], PORTRAITS[j]);
            // The threshold of OpenCV's FaceRecognizerSF.
            assert_eq!(score > 0.363, i < 3, "{} and {}: {score}", PORTRAITS[i], PORTRAITS[j]);
        }
    }
    for (name, (a, b)) in PORTRAITS.iter().zip(all.iter().zip(templates(&engine(Backend::Int8), &meshes))) {
        let likeness = cosine(a, &b).unwrap();
        println!("{name} in integers: cosine {likeness:.5}");
        assert!((0.99..0.99999).contains(&likeness), "{name}: {likeness}");
    }
}

#[cfg(feature = "ort")]
#[test]
fn templates_agree_with_onnx_runtime() {
    if crate::backends::ort::library().is_none() {
        return;
    }
    let native = engine(Backend::Native);
    let meshes = PORTRAITS.map(|name| mesh(&native, name));
    let reference = templates(&engine(Backend::Ort(selfsame::model::OrtOptions::default())), &meshes);
    for (name, (a, b)) in PORTRAITS.iter().zip(templates(&native, &meshes).iter().zip(&reference)) {
        let likeness = cosine(a, b).unwrap();
        println!("{name}: cosine {likeness:.8}");
        assert!(likeness >= 0.999_999, "{name}: {likeness}");
    }
}
