//! No file uses itself by way of others: each can be read, tested and moved without what rests on
//! it.

use super::files::Files;
use super::parse::{Path, named};
use super::root;
use std::collections::BTreeSet;

fn path(text: &str) -> Path {
    text.split("::").filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

fn made_up(files: &[(&str, &str)]) -> Files {
    Files::of(files.iter().map(|(module, code)| (path(module), named(code))))
}

fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let name = |circle: BTreeSet<Path>| circle.into_iter().map(|path| path.join("::")).collect();
    made_up(files).circles().into_iter().map(name).collect()
}

#[test]
fn a_circle_is_found() {
    let direct = [
        ("", "pub mod a;"),
        ("a", "mod b; mod c;"),
        ("a::b", "use super::c::C;"),
        ("a::c", "fn f() { super::b::g() }"),
    ];
    assert_eq!(circles(&direct), [["a::b", "a::c"]]);
    let through_the_parent = [("a", "pub mod b; use b::B; pub struct A;"), ("a::b", "use super::A; pub struct B;")];
    assert_eq!(circles(&through_the_parent), [["a", "a::b"]]);
    let of_three =
        [("a", "use crate::b::B;"), ("b", "use crate::c::C;"), ("c", "use crate::a::A;"), ("d", "use crate::a::A;")];
    assert_eq!(circles(&of_three), [["a", "b", "c"]]);
    let by_a_modules_name = [("a", "use crate::b; fn f() { b::g() }"), ("b", "use crate::a::f;")];
    assert_eq!(circles(&by_a_modules_name), [["a", "b"]]);
    let two =
        [("a", "use crate::b::B;"), ("b", "use crate::a::A;"), ("c", "use crate::d::D;"), ("d", "use crate::c::C;")];
    assert_eq!(circles(&two), [["a", "b"], ["c", "d"]]);
}

#[test]
fn what_is_none_is_not_found() {
    let none: Vec<Vec<String>> = Vec::new();
    // The parent re-exports a child; another child uses it by the parent's name.
    let reexports = [
        ("a", "mod b; mod c; pub use b::B; pub use c::C;"),
        ("a::b", "pub struct B;"),
        ("a::c", "use super::B; pub struct C;"),
    ];
    assert_eq!(circles(&reexports), none);
    let through_the_root =
        [("", "pub use a::A; pub mod a; pub mod b;"), ("a", "use crate::b::B;"), ("b", "pub struct B;")];
    assert_eq!(circles(&through_the_root), none);
    let of_tests = [("a", "use crate::b::B; #[cfg(test)] mod tests {}"), ("b", "#[cfg(test)] use crate::a::A;")];
    assert_eq!(circles(&of_tests), none);
    let modules_alone = [("a", "use crate::b; mod c;"), ("b", "use crate::a;")];
    assert_eq!(circles(&modules_alone), none);
}

#[test]
fn reexports_are_followed_to_the_declaration() {
    let files = made_up(&[
        ("", "pub use a::Outer as Shown;"),
        ("a", "mod b; pub use b::Inner as Outer;"),
        ("a::b", "pub struct Inner;"),
        ("c", "use crate::Shown; fn f() { crate::a::Outer::new() }"),
    ]);
    assert_eq!(files.uses()[&path("c")], BTreeSet::from([path("a::b")]));
}

fn hold_no_circles(ring: &str, least: usize) {
    let files = Files::read(ring);
    assert!(files.len() > least, "{ring}: {} files", files.len());
    let uses: usize = files.uses().values().map(BTreeSet::len).sum();
    assert!(uses > files.len(), "{ring}: {uses} uses");
    let circles = files.circles();
    let show = |circle: &BTreeSet<Path>| circle.iter().map(|file| file.join("/")).collect::<Vec<_>>().join(", ");
    let shown: Vec<String> = circles.iter().map(show).collect();
    assert!(circles.is_empty(), "{ring}: {} circles\n{}", circles.len(), shown.join("\n"));
}

#[test]
fn no_file_of_the_product_uses_itself_by_way_of_others() {
    hold_no_circles("src", 200);
}

#[test]
fn no_file_of_the_laboratory_uses_itself_by_way_of_others() {
    if !root().join("lab").exists() {
        eprintln!("skipped: the package leaves out the laboratory");
        return;
    }
    hold_no_circles("lab/src", 60);
}
