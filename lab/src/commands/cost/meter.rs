//! CPU time and memory of this process.

use super::super::shared::Anyhow;
use std::time::Duration;

/// The CPU time that this process has taken, all its threads together.
#[cfg(unix)]
pub fn cpu_time() -> Anyhow<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(Duration::new(time.tv_sec.try_into()?, time.tv_nsec.try_into()?))
}

#[cfg(not(unix))]
pub fn cpu_time() -> Anyhow<Duration> {
    Err("CPU time is not measured on this system".into())
}

/// CPU milliseconds of runs of one piece of work, sorted, and the memory that they took.
pub struct Cost {
    cpu_ms: Vec<f64>,
    /// The most bytes of this process in memory so far since the last [`forget_peak`], where Linux
    /// tells them.
    pub peak_bytes: Option<u64>,
}

impl Cost {
    /// Measures `runs` runs of `work`, after one that is not counted.
    pub fn of<T>(runs: usize, mut work: impl FnMut() -> Anyhow<T>) -> Anyhow<(Self, T)> {
        let mut result = work()?;
        let mut cpu_ms = Vec::with_capacity(runs);
        for _ in 0..runs {
            let before = cpu_time()?;
            result = work()?;
            cpu_ms.push(1e3 * (cpu_time()? - before).as_secs_f64());
        }
        cpu_ms.sort_unstable_by(f64::total_cmp);
        Ok((Self { cpu_ms, peak_bytes: peak_bytes() }, result))
    }

    /// All runs, the fastest first.
    pub fn cpu_ms(&self) -> &[f64] {
        &self.cpu_ms
    }

    pub fn minimum_ms(&self) -> f64 {
        self.cpu_ms.first().copied().unwrap_or(f64::NAN) // no runs, no time
    }

    pub fn median_ms(&self) -> f64 {
        self.cpu_ms.get(self.cpu_ms.len() / 2).copied().unwrap_or(f64::NAN) // no runs, no time
    }

    /// The peak in words, in megabytes.
    pub fn peak_mb(&self) -> String {
        self.peak_bytes.map_or_else(|| "unknown".into(), |bytes| format!("{:.0}", bytes as f64 / 1e6))
    }
}

/// Begins to watch the peak anew.
pub fn forget_peak() {
    // Where it cannot be forgotten, peaks are those of the whole process.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
