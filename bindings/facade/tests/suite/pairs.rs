//! Pictures, templates and comparisons.

use super::{engine, portrait, read};
use selfsame_facade::{
    BatchPicture, Decision, Document, Engine, EngineOptions, ModelFile, Picture, Precision, Profile, Progress,
    Template, model_files, scores,
};
use std::sync::atomic::{AtomicU64, Ordering};

fn files(profile: Profile) -> Vec<ModelFile> {
    let folder = |name: &str| if name == "sface.onnx" { "models/sface" } else { "models" };
    let file = |name: String| ModelFile { bytes: read(&format!("{}/{name}", folder(&name))), name };
    model_files(profile).into_iter().map(file).collect()
}

#[test]
fn a_verification_is_the_library_s_bit_by_bit() {
    let (document, selfie) = (portrait("obama"), portrait("obama2"));
    let limits = selfsame::Limits::default();
    let expected = selfsame::Engine::new().unwrap().verify(
        &selfsame::DocumentPhoto::from_bytes(&document, &limits).unwrap(),
        &selfsame::Photo::decode(&selfie, &limits).unwrap(),
        1e-4,
    );
    let expected = expected.unwrap();
    let json = serde_json::to_value(&expected).unwrap();
    let engine = engine(Profile::Standard, 1);
    let answer = engine.verify_files(&document, &selfie, 1e-4).unwrap();
    let compared = answer.compared.clone().unwrap();
    assert_eq!(compared.score.to_bits(), expected.verdict.comparison().unwrap().score.value().to_bits());
    assert_eq!(json["decision"], answer.decision.as_str());
    assert_eq!(json["score_fmr"]["bound"], compared.fmr_bound.as_str());
    assert_eq!(json["log_likelihood_ratio"], compared.log_likelihood_ratio);
    assert_eq!(json["basis"], answer.threshold.basis.as_str());
    assert_eq!(json["same_picture"], answer.same_picture.unwrap());
    assert_eq!(json["possible_morph"], serde_json::to_value(answer.possible_morph).unwrap());
    assert_eq!(json["reasons"], serde_json::json!(answer.reasons));
    let face = answer.selfie.face.unwrap();
    assert_eq!(json["faces"]["selfie"]["face"]["remarks"], serde_json::json!(face.remarks));
    assert_eq!((face.quality.len(), answer.selfie.faces), (19, Some(1)));
    assert!(face.quality.iter().all(|measure| measure.component <= 100));

    // From files that the caller keeps, and by way of templates, it is the same.
    let given = Engine::with_models(&EngineOptions::default(), &files(Profile::Standard)).unwrap();
    let again = given.verify_files(&document, &selfie, 1e-4).unwrap();
    assert_eq!(again.compared.unwrap(), compared);
    let template = |bytes: &[u8]| given.template(&Picture::decode(bytes).unwrap()).unwrap().template.unwrap();
    let (one, two) = (template(&document), template(&selfie));
    let back = Template::from_bytes(&one.to_bytes().unwrap()).unwrap();
    let comparison = given.compare(&back, &two, 1e-4).unwrap();
    assert_eq!((comparison.decision, comparison.compared), (Decision::Match, compared));
    assert_eq!(comparison.threshold, answer.threshold);
    assert_eq!((back.values().len() as u32, back.model_id()), (given.dimension(), given.model_id().as_str()));
}

#[test]
fn what_cannot_be_compared_is_an_answer_and_what_is_broken_an_error() {
    let engine = engine(Profile::Fast, 1);
    let grey = Picture::from_frame(&[128; 64 * 64], &super::frames::grey(64, 64)).unwrap();
    let answer = engine.verify(&Document::from_picture(&grey), &grey, 1e-4).unwrap();
    assert_eq!((answer.decision, answer.reasons[0].as_str()), (Decision::Refused, "document_no_face"));
    assert!(answer.compared.is_none());
    let code =
        |result: Result<_, selfsame_facade::Error>| result.map(|_: selfsame_facade::Verification| ()).unwrap_err();
    assert_eq!(code(engine.verify_files(b"no picture", b"", 1e-4)).code, "unsupported_format");
    let rate = code(engine.verify_files(&portrait("obama"), &portrait("obama2"), 2.0));
    assert_eq!((rate.code.as_str(), rate.advice.is_empty()), ("invalid_argument", false));
    assert_eq!(Template::from_bytes(b"SFTP").err().unwrap().code, "corrupt");
}

#[test]
fn networks_that_are_not_what_their_cards_say_do_not_load() {
    let options = |profile| EngineOptions { profile, ..EngineOptions::default() };
    let mut wrong = files(Profile::Guidance);
    wrong[1].bytes[1000] ^= 1;
    let error = Engine::with_models(&options(Profile::Guidance), &wrong).err().unwrap();
    assert_eq!(error.code, "invalid_model");
    let error = Engine::with_models(&options(Profile::Fast), &files(Profile::Guidance)).err().unwrap();
    assert!(error.code == "invalid_argument" && error.message.contains("template.onnx"), "{error}");
    let guidance = Engine::with_models(&options(Profile::Guidance), &files(Profile::Guidance)).unwrap();
    assert_eq!((guidance.model_id().as_str(), guidance.dimension()), ("", 0));
    assert_eq!(
        guidance.verify_files(&portrait("obama"), &portrait("obama"), 1e-4).err().unwrap().code,
        "invalid_argument"
    );
    assert!(Precision::parse("float16").unwrap_err().message.contains("int8"));
}

/// Counts, and cancels after so many.
struct Upto(u64, AtomicU64);

impl Progress for Upto {
    fn advance(&self, done: u64, total: u64) -> bool {
        assert!(done <= total);
        self.1.fetch_max(done, Ordering::Relaxed);
        done < self.0
    }
}

#[test]
fn batches_are_in_order_for_any_number_of_threads_and_stop_when_told() {
    let names = ["obama", "biden", "obama2"];
    let batch = || {
        let mut pictures: Vec<_> = names.iter().map(|name| BatchPicture::File(portrait(name))).collect();
        pictures.insert(1, BatchPicture::File(b"broken".to_vec()));
        let path = super::root().join("datasets/portraits/obama2.jpg");
        pictures[3] = BatchPicture::Path(path.to_str().unwrap().to_owned());
        pictures.push(BatchPicture::Decoded(Picture::decode(&portrait("biden")).unwrap()));
        pictures
    };
    let one = engine(Profile::Fast, 1).templates(&batch(), &()).unwrap();
    let heard = Upto(u64::MAX, AtomicU64::new(0));
    let three = engine(Profile::Fast, 3).templates(&batch(), &heard).unwrap();
    assert_eq!(heard.1.load(Ordering::Relaxed), 5);
    assert_eq!((one[1].reasons[0].as_str(), one[1].template.is_none()), ("unsupported_format", true));
    let bytes = |extraction: &selfsame_facade::Extraction| extraction.template.as_ref().map(|t| t.to_bytes().unwrap());
    assert!(one.iter().map(bytes).eq(three.iter().map(bytes)));

    let templates: Vec<_> = one.into_iter().map(|extraction| extraction.template).collect();
    let matrix = scores(&templates, &templates[..3], 2, &()).unwrap();
    assert_eq!(matrix.len(), 15);
    assert!(matrix[1].is_nan() && matrix[3].is_nan() && !matrix[2].is_nan());
    let engine = engine(Profile::Fast, 2);
    let (a, c) = (templates[0].as_ref().unwrap(), templates[2].as_ref().unwrap());
    assert_eq!(engine.compare(a, c, 1e-3).unwrap().compared.score.to_bits(), matrix[2].to_bits());

    for threads in [1, 2] {
        let stopped = Upto(2, AtomicU64::new(0));
        let error = super::engine(Profile::Fast, threads).templates(&batch(), &stopped).err().unwrap();
        assert_eq!((error.code.as_str(), stopped.1.load(Ordering::Relaxed)), ("cancelled", 2));
    }
    assert!(Engine::new(&EngineOptions { threads: 5000, ..EngineOptions::default() }).is_err());
}
