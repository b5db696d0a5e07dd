//! [`SafetyReport`]: what an analysis found.

use super::display::DisplayModel;
use super::limits::{MAX_FLASHES, MAX_LENGTH_US, MIN_INTERVAL_US, WCAG_FLASHES};
use super::rule::Rule;
use serde::Serialize;
use std::fmt;

/// The second of a sequence with the most flashes of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct WorstSecond {
    /// How many flashes lie in that second; one that has only begun counts.
    pub flashes: u32,
    /// When that second begins, in microseconds after the sequence's first picture; 0 if nothing
    /// flashes.
    pub from_us: u64,
}

/// The leading edges of two flashes that follow each other, both in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct LeadingEdges {
    /// The time between them, in microseconds.
    pub interval_us: u64,
    /// When the first is shown, in microseconds.
    pub from_us: u64,
}

/// One place where a sequence breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// Where that begins, in microseconds after the sequence's first picture.
    pub from_us: u64,
    /// What was found: flashes in a second, or microseconds for [`Rule::Interval`] and
    /// [`Rule::Length`].
    pub measured: u64,
    /// What would be safe, in the unit of [`Finding::measured`].
    pub limit: u64,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, from_us, measured, limit } = *self;
        let [from_s, measured_s, limit_s] = [from_us, measured, limit].map(|us| us as f64 / 1e6);
        match rule {
            Rule::Interval => {
                write!(f, "leading edges of flashes {measured_s:.3} s apart at {from_s:.3} s, under {limit_s:.3} s")
            }
            Rule::Length => write!(f, "{measured_s:.1} s in all, over {limit_s:.1} s"),
            _ => write!(f, "{measured} flashes ({}) in the second from {from_s:.3} s, over {limit}", rule.as_str()),
        }
    }
}

/// What [`analyse`](super::analyse) found. Times are microseconds after the sequence's first
/// picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SafetyReport {
    /// General flashes (WCAG) in the worst second.
    pub general: WorstSecond,
    /// Red flashes (WCAG 2.2) in the worst second.
    pub red: WorstSecond,
    /// Red flashes (WCAG 2.0 and 2.1) in the worst second.
    pub red_legacy: WorstSecond,
    /// Flashes by absolute luminance (ITU-R BT.1702) in the worst second.
    pub luminance: WorstSecond,
    /// The leading edges that are closest, of flashes by absolute luminance or red (WCAG 2.2);
    /// nothing if there are no two flashes.
    pub closest: Option<LeadingEdges>,
    /// How long the sequence takes, in microseconds.
    pub total_us: u64,
    /// The display that the sequence was judged for.
    pub display: DisplayModel,
    /// Every rule that is broken, and where, ordered by rule and time.
    pub findings: Vec<Finding>,
}

impl SafetyReport {
    /// A report of a sequence in which nothing was found yet.
    pub(super) fn new(display: DisplayModel, total_us: u64) -> Self {
        let none = WorstSecond::default();
        Self {
            general: none,
            red: none,
            red_legacy: none,
            luminance: none,
            closest: None,
            total_us,
            display,
            findings: Vec::new(),
        }
    }

    /// Whether every rule is kept, at this crate's limits.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether WCAG's own limit of three flashes in any second is kept, by each of its definitions.
    #[must_use]
    pub fn meets_wcag(&self) -> bool {
        [self.general, self.red, self.red_legacy].iter().all(|worst| worst.flashes <= WCAG_FLASHES)
    }

    /// Notes the flashes that one second has by one of the four definitions.
    pub(super) fn count(&mut self, rule: Rule, second: WorstSecond) {
        let worst = match rule {
            Rule::General => &mut self.general,
            Rule::Red => &mut self.red,
            Rule::RedLegacy => &mut self.red_legacy,
            Rule::Luminance => &mut self.luminance,
            // These count no flashes: `conclude` looks at them.
            Rule::Interval | Rule::Length => return debug_assert!(false, "{rule} counts no flashes"),
        };
        if second.flashes > worst.flashes {
            *worst = second;
        }
        if second.flashes > MAX_FLASHES {
            let (measured, limit) = (second.flashes.into(), MAX_FLASHES.into());
            self.findings.push(Finding { rule, from_us: second.from_us, measured, limit });
        }
    }

    /// Notes the closest leading edges of one part of the screen.
    pub(super) fn interval(&mut self, found: Option<LeadingEdges>) {
        self.closest = [self.closest, found].into_iter().flatten().min();
    }

    /// Adds what is known only in the end. An edge may be shown up to `period_us` late, which
    /// shortens the interval after it.
    pub(super) fn conclude(&mut self, period_us: u64) {
        let mut add = |rule, from_us, measured, limit| self.findings.push(Finding { rule, from_us, measured, limit });
        if let Some(LeadingEdges { interval_us, from_us }) = self.closest
            && interval_us < MIN_INTERVAL_US + period_us
        {
            add(Rule::Interval, from_us, interval_us, MIN_INTERVAL_US + period_us);
        }
        if self.total_us > MAX_LENGTH_US {
            add(Rule::Length, 0, self.total_us, MAX_LENGTH_US);
        }
        // Several quarters of the screen can break the same rule in the same second: the worst of
        // them stays.
        let place = |finding: &Finding| (finding.rule, finding.from_us);
        self.findings.sort_by_key(|finding| (place(finding), std::cmp::Reverse(finding.measured)));
        self.findings.dedup_by_key(|finding| place(finding));
    }
}
