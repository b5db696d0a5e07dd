//! The engine that looks at drawn pages, where the crate's tests have theirs.

use selfsame::Engine;
use std::sync::LazyLock;

/// The engine.
pub fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("the networks load"));
    &ENGINE
}
