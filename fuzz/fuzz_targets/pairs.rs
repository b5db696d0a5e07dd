//! Any text as LFW's list of pairs: what is accepted is consistent, and its paths stay below the
//! folder of pictures.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame_fuzz::evaluate::LfwPairs;
use std::path::Component;

fuzz_target!(|text: &str| {
    let Ok(list) = LfwPairs::parse(text) else { return };
    let subjects = list.subjects();
    assert_eq!(subjects.len(), list.images.len());
    for (index, image) in list.images.iter().enumerate() {
        let path = list.path(index).expect("every picture has a path");
        let mut parts = path.components();
        let inside = parts.all(|part| matches!(part, Component::Normal(_)));
        assert!(inside && path.components().count() == 2, "{path:?} of {image:?}");
    }
    assert_eq!(list.path(list.images.len()), None);
    let len = list.folds.first().map_or(0, Vec::len);
    for fold in &list.folds {
        assert!(fold.len() == len && len > 0 && len % 2 == 0);
        for pair in fold {
            assert_eq!(pair.genuine, subjects[pair.a] == subjects[pair.b], "{pair:?}");
        }
    }
});
