//! The whole verification, decoding included, on the native executor and on ONNX Runtime, and the
//! native networks alone.

#[path = "../../support/mod.rs"]
mod support;

use crate::report::median;
use anyhow::{Result, ensure};
use selfsame::engine::{Engine, Verdict};
use selfsame::model::{Backend, OrtOptions};
use std::hint::black_box;
use std::time::Instant;
use support::{Networks, document_jpeg, selfie_jpeg, verify};

/// At most this many times the networks' own time.
const OVER_NETWORKS: f64 = 1.35;
/// At least this many times as fast as on ONNX Runtime.
const OVER_ORT: f64 = 2.0;

/// Measures in turns and prints; whether the targets are met.
pub fn run(rounds: u32, with_ort: bool) -> Result<bool> {
    let (document, selfie) = (document_jpeg(), selfie_jpeg());
    let native = Engine::builder().backend(Backend::Native).build()?;
    let mut networks = Networks::load(&Backend::Native);
    let ort = match with_ort {
        true => Some(Engine::builder().backend(Backend::Ort(OrtOptions::default())).build()?),
        false => None,
    };
    for engine in [Some(&native), ort.as_ref()].into_iter().flatten() {
        ensure!(matches!(verify(engine, &document, &selfie), Verdict::Match(_)), "the two portraits do not match");
    }
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        let mut time = |index: usize, work: &mut dyn FnMut()| {
            let started = Instant::now();
            work();
            times[index].push(started.elapsed().as_secs_f64());
        };
        time(0, &mut || {
            let _ = black_box(verify(&native, &document, &selfie));
        });
        time(1, &mut || networks.run_as_in_verify());
        if let Some(ort) = &ort {
            time(2, &mut || {
                let _ = black_box(verify(ort, &document, &selfie));
            });
        }
    }
    let [verification, networks, on_ort] = times.map(|times| median(&times));
    println!();
    println!("| verification of a 413×531 and a 1280×720 JPEG | median, ms |");
    println!("|---|--:|");
    println!("| its runs of the networks alone (2 × detect, 2 × mesh, 4 × template) | {:.1} |", networks * 1e3);
    println!("| selfsame (native) | {:.1} |", verification * 1e3);
    if with_ort {
        println!("| the same chain on {} | {:.1} |", crate::peers::ort::NAME, on_ort * 1e3);
    }
    println!();
    let over = verification / networks;
    let mut all = report(over <= OVER_NETWORKS, &format!("verify: {over:.2} × its networks, at most {OVER_NETWORKS}"));
    if with_ort {
        let faster = on_ort / verification;
        let text = format!("verify: {faster:.2} × faster than on {}, at least {OVER_ORT:.1}", crate::peers::ort::NAME);
        all &= report(faster >= OVER_ORT, &text);
    }
    Ok(all)
}

fn report(met: bool, target: &str) -> bool {
    println!("{} {target}", if met { "met   " } else { "MISSED" });
    met
}
