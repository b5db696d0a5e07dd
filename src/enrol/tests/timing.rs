//! What every step costs: `cargo test --release --lib timing_of_transitions -- --ignored
//! --nocapture`. `benches/enrol.rs` times those that can be reached without a flash session.

use super::*;
use std::time::{Duration, Instant};

#[test]
#[ignore = "a measurement"]
fn timing_of_transitions() {
    const RUNS: usize = 2000;
    let mut times: Vec<(Phase, Vec<Duration>)> = Phase::ALL.iter().map(|p| (*p, Vec::new())).collect();
    let (mut storage, mut bytes) = (Vec::new(), 0);
    let key = SealKey::from_bytes(1, &[9; 32]);
    for run in 0..RUNS {
        let mut office = Office::new(run as u64);
        let mut ceremony = office.begin(Kind::Renewal, Method::Biometrics);
        while ceremony.phase() != Phase::Enrolled {
            let phase = ceremony.phase();
            let started = Instant::now();
            ceremony = office.advance(ceremony);
            let taken = started.elapsed();
            times.iter_mut().filter(|(p, _)| *p == phase).for_each(|(_, times)| times.push(taken));
            if ceremony.phase() != Phase::PinsAgain {
                let started = Instant::now();
                let sealed = ceremony.seal(&key, b"", 60, &mut office.ctx()).unwrap().bytes;
                ceremony = Ceremony::open(&sealed, [&key], b"", office.now).unwrap();
                storage.push(started.elapsed());
                bytes = bytes.max(sealed.len());
            }
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        1e6 * times[times.len() / 2].as_secs_f64()
    };
    for (phase, times) in times.iter_mut().filter(|(_, times)| !times.is_empty()) {
        println!("{:<13} {:6.2} µs", phase.as_str(), median(times));
    }
    println!("seal and open {:6.2} µs, {bytes} bytes at most", median(&mut storage));
}
