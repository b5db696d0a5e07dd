use super::*;
use selfsame::compare::cosine;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::mesh::Mesh;
use selfsame::template::Template;

fn photo(name: &str) -> Photo {
    let path = format!("{}/../datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

fn mesh(engine: &Engine, photo: &Photo) -> Mesh {
    engine.locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap().1
}

fn template(engine: &Engine, photo: &Photo) -> Template {
    engine.face(&photo.frame()).unwrap().found().unwrap().template
}

#[test]
fn a_morph_with_oneself_is_oneself_and_one_of_two_is_both() {
    let engine = Engine::new().unwrap();
    let (one, other) = (photo("obama.jpg"), photo("biden.jpg"));
    let (mesh_of_one, mesh_of_other) = (mesh(&engine, &one), mesh(&engine, &other));
    let [a, b] = [Contributor { photo: &one, mesh: &mesh_of_one }, Contributor { photo: &other, mesh: &mesh_of_other }];
    let size = (413, 531);
    let templates = [template(&engine, &one), template(&engine, &other)];
    let likeness = |morph: &Photo| {
        let found = template(&engine, morph);
        templates.each_ref().map(|template| cosine(&found, template).unwrap())
    };
    let apart = cosine(&templates[0], &templates[1]).unwrap();
    for kind in [MorphKind::Complete, MorphKind::Spliced] {
        let oneself = Morph { kind, share: 0.5 }.portrait(a, a, size).unwrap();
        let [own, strange] = likeness(&oneself);
        assert!(own > 0.9 && (strange - apart).abs() < 0.1, "{}: {own} {strange}", kind.as_str());
        let portrait = Morph { kind, share: 0.5 }.portrait(a, b, size).unwrap();
        assert_eq!((portrait.width(), portrait.height()), (413, 531));
        let [first, second] = likeness(&portrait);
        assert!(first.min(second) > apart + 0.2, "{}: {first} {second}, apart {apart}", kind.as_str());
        let [less, more] = [0.2, 0.8].map(|share| likeness(&Morph { kind, share }.portrait(a, b, size).unwrap()));
        assert!(less[0] > more[0] && less[1] < more[1], "{}: {less:?} {more:?}", kind.as_str());
    }
    let spliced = Morph { kind: MorphKind::Spliced, share: 1.0 }.portrait(a, b, size).unwrap();
    let alone = Morph { kind: MorphKind::Complete, share: 0.0 }.portrait(a, a, size).unwrap();
    let corner = spliced.pixels().iter().zip(alone.pixels()).take(30);
    assert!(corner.map(|(a, b)| a.abs_diff(*b)).all(|apart| apart < 16), "the corner is the first contributor's");
    let wrong = Morph { kind: MorphKind::Complete, share: 1.5 }.portrait(a, b, size);
    assert!(wrong.is_err());
}

#[test]
fn look_alikes_are_the_nearest_of_others_once() {
    let engine = Engine::new().unwrap();
    let systems = MorphSystems::new(vec![engine]);
    let names = ["obama.jpg", "obama2.jpg", "astronaut.png", "astronaut.png"];
    let views: Vec<Option<MorphView>> = names.iter().map(|name| systems.view(&photo(name)).unwrap()).collect();
    let people = MorphPerson::of(&[0, 0, 1, 1], &views, 1, 5);
    assert_eq!(people.iter().map(|person| person.attempts.len()).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(look_alikes(&people, &views, 0, 3, 0.9), [[0, 1]]);
    assert!(look_alikes(&people, &views, 0, 3, -1.0).is_empty(), "whoever may be one person is left out");
    assert!(MorphPerson::of(&[0, 0, 1, 1], &views, 2, 5).is_empty());
}
