//! What the service counts, for Prometheus. No names, no addresses.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// A request, by its route and what it was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Answered {
    pub(crate) route: String,
    pub(crate) status: u16,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Worded {
    pub(crate) word: String,
}

/// See the module.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: Family<Answered, Counter>,
    pub(crate) connections: Gauge,
    pub(crate) face_checks: Gauge,
    pub(crate) frames: Counter,
    pub(crate) frames_dropped: Counter,
    pub(crate) frame_seconds: Histogram,
    pub(crate) engine_seconds: Histogram,
    pub(crate) engine_busy: Counter,
    pub(crate) outcomes: Family<Worded, Counter>,
    pub(crate) phases: Family<Worded, Counter>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("selfsame");
        let histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            connections: Gauge::default(),
            face_checks: Gauge::default(),
            frames: Counter::default(),
            frames_dropped: Counter::default(),
            frame_seconds: histogram(),
            engine_seconds: histogram(),
            engine_busy: Counter::default(),
            outcomes: Family::default(),
            phases: Family::default(),
        };
        registry.register("requests", "Requests by route and status", metrics.requests.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        registry.register("face_checks", "Face checks under way", metrics.face_checks.clone());
        registry.register("frames", "Frames that were looked at", metrics.frames.clone());
        registry.register("frames_dropped", "Frames that were too many", metrics.frames_dropped.clone());
        let help = "From a frame's arrival to its answer";
        registry.register("frame_seconds", help, metrics.frame_seconds.clone());
        registry.register("engine_seconds", "Work of the engine", metrics.engine_seconds.clone());
        registry.register("engine_busy", "Work that found the queue full", metrics.engine_busy.clone());
        registry.register("face_check_outcomes", "Outcomes of face checks", metrics.outcomes.clone());
        registry.register("phases", "Ceremonies that came to a phase", metrics.phases.clone());
        Self { registry, ..metrics }
    }

    /// All of it, as OpenMetrics text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => {
                tracing::error!(%error, "metrics cannot be written");
                String::new()
            }
        }
    }

    pub(crate) fn outcome(&self, word: &str) {
        self.outcomes.get_or_create(&Worded { word: word.to_owned() }).inc();
    }
}
