//! Where it runs, and the versions of what runs.

use crate::peers::ort::Runtime;
use anyhow::{Context, Result, ensure};
use core_affinity::CoreId;

const LOCK: &str = include_str!("../Cargo.lock");

/// Keeps this thread, and those that it starts, on one core. False where the system knows no such
/// thing.
pub fn pin(core: usize) -> Result<bool> {
    let cores = core_affinity::get_core_ids().context("the system does not list its cores")?;
    let ids: Vec<_> = cores.iter().map(|c| c.id).collect();
    ensure!(ids.contains(&core), "this process may not use core {core}, only {ids:?}: see --core");
    Ok(core_affinity::set_for_current(CoreId { id: core }))
}

/// Lines about processor and versions.
pub fn describe(core: usize, pinned: bool, ort: Option<&Runtime>) -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split_once(": "));
    let processor = model.map_or(std::env::consts::ARCH, |(_, name)| name);
    let pin = if pinned { format!("core {core}") } else { "not pinned: the system cannot".to_owned() };
    let mut versions: Vec<_> = ["selfsame", "rten", "tract-onnx", "ort"]
        .iter()
        .map(|name| format!("{name} {}", locked_version(name)))
        .collect();
    if let Some(runtime) = ort {
        versions.push(format!("ONNX Runtime {}", runtime.version));
    }
    format!("processor: {processor}; {pin}\nversions: {}", versions.join(", "))
}

/// A crate's version in the lock file that this binary was built with.
fn locked_version(name: &str) -> &'static str {
    let entry = LOCK.split_once(&format!("name = \"{name}\"\nversion = \"")).map_or("", |(_, rest)| rest);
    entry.split('"').next().unwrap_or("?")
}
