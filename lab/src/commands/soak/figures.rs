//! What a phase measured.

use super::requests::Kind;
use peak_alloc::PeakAlloc;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The program's allocator, which counts for [`allocated_bytes`].
#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Latencies by kind, and what should not have happened.
#[derive(Default)]
pub struct Figures {
    pub rounds: u64,
    pub elapsed: Duration,
    pub unexpected: Vec<String>,
    latencies: BTreeMap<Kind, Vec<Duration>>,
}

impl Figures {
    pub fn add(&mut self, kind: Kind, latency: Duration, outcome: Result<(), String>) {
        self.latencies.entry(kind).or_default().push(latency);
        if let Err(unexpected) = outcome {
            self.unexpected.push(format!("{kind}: {unexpected}"));
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.elapsed += other.elapsed;
        self.unexpected.extend(other.unexpected);
        for (kind, latencies) in other.latencies {
            let all = self.latencies.entry(kind).or_default();
            all.extend(latencies);
            all.sort_unstable();
        }
    }

    /// The memory of the latencies, which grows with the requests.
    pub fn latency_bytes(&self) -> usize {
        self.latencies.values().map(|all| all.capacity() * size_of::<Duration>()).sum()
    }

    pub fn rounds_per_s(&self) -> f64 {
        self.rounds as f64 / self.elapsed.as_secs_f64()
    }

    pub fn requests(&self) -> usize {
        self.latencies.values().map(Vec::len).sum()
    }

    /// The latency that a share of the requests stay below, in milliseconds; 0 without requests.
    fn quantile_ms(&self, kind: Kind, share: f64) -> f64 {
        let sorted = self.latencies.get(&kind).map_or(&[][..], Vec::as_slice);
        let index = (share * sorted.len() as f64) as usize;
        // Without requests there is no latency.
        sorted.get(index.min(sorted.len().saturating_sub(1))).map_or(0.0, |t| 1e3 * t.as_secs_f64())
    }

    /// p99 over the median; 1 with fewer than 100 requests, of which there is no p99.
    pub fn spread(&self, kind: Kind) -> f64 {
        let enough = self.latencies.get(&kind).is_some_and(|all| all.len() >= 100);
        if enough { self.quantile_ms(kind, 0.99) / self.quantile_ms(kind, 0.5) } else { 1.0 }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, all) in &self.latencies {
            let ms = |share| self.quantile_ms(*kind, share);
            let name = kind.as_str();
            writeln!(f, "  {name:<15} {:>7} requests, p50 {:>9.3} ms, p99 {:>9.3} ms", all.len(), ms(0.5), ms(0.99))?;
        }
        Ok(())
    }
}

/// Bytes that were allocated and not freed.
pub fn allocated_bytes() -> usize {
    ALLOCATOR.current_usage()
}

/// Bytes of this process in memory, where Linux tells them.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
