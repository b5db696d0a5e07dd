use super::change::Light;
use super::*;
use crate::error::ErrorKind;
use crate::liveness::{Region, Segment};
use proptest::prelude::*;

const WHITE: [u8; 3] = [255; 3];
const BLACK: [u8; 3] = [0; 3];
const RED: [u8; 3] = [255, 0, 0];
/// A grey of red's luminance.
const GREY: [u8; 3] = [127; 3];

fn sequence(colors: &[[u8; 3]], duration_us: u64, len: usize) -> Vec<Segment> {
    let shown = (0..len as u64).zip(colors.iter().cycle());
    let segment = |(i, color): (u64, &[u8; 3])| Segment {
        start_us: i * duration_us,
        duration_us,
        color: *color,
        region: Region::Full,
    };
    shown.map(segment).collect()
}

fn display(peak_cd_m2: f64, refresh_hz: f64) -> DisplayModel {
    DisplayModel::default().with_peak_cd_m2(peak_cd_m2).unwrap().with_refresh_hz(refresh_hz).unwrap()
}

fn judge(segments: &[Segment]) -> SafetyReport {
    analyse(segments, &DisplayModel::default()).unwrap()
}

/// Flashes in the worst second: general, red, red by the older definition, by luminance.
fn flashes(report: &SafetyReport) -> [u32; 4] {
    [report.general, report.red, report.red_legacy, report.luminance].map(|worst| worst.flashes)
}

#[test]
fn stroboscopes_are_counted_by_every_definition() {
    // Two colours, how long each is shown, and flashes in the worst second.
    let table = [
        ("3.2 Hz", [BLACK, WHITE], 156_250, [4, 0, 0, 4]),
        ("2.9 Hz", [BLACK, WHITE], 172_414, [3, 0, 0, 3]),
        // Five edges, at 0, 250 … 1000 ms.
        ("2 Hz", [BLACK, WHITE], 250_000, [3, 0, 0, 3]),
        ("a slot of the shortest", [BLACK, WHITE], 360_000, [2, 0, 0, 2]),
        ("1.25 Hz", [BLACK, WHITE], 400_000, [2, 0, 0, 2]),
        ("two edges, each a second", [BLACK, WHITE], 1_000_000, [1, 0, 0, 1]),
        ("no second has two edges", [BLACK, WHITE], 1_100_000, [1, 0, 0, 1]),
        ("red and a grey as bright", [RED, GREY], 250_000, [0, 3, 3, 0]),
        ("red and black", [RED, BLACK], 250_000, [3, 3, 3, 3]),
        ("a red too dark for the older definition", [[60, 0, 0], BLACK], 250_000, [0, 3, 0, 0]),
        ("reds of one chromaticity", [RED, [120, 0, 0]], 250_000, [3, 0, 3, 3]),
        ("green and blue", [[0, 255, 0], [0, 0, 255]], 250_000, [3, 0, 0, 3]),
        ("both over 0.80", [[240; 3], [255; 3]], 250_000, [0, 0, 0, 3]),
        ("one under 0.80", [[225; 3], [240; 3]], 250_000, [3, 0, 0, 3]),
        ("0.09 apart", [[100; 3], [127; 3]], 250_000, [0, 0, 0, 3]),
        ("19 cd/m² apart", [[8; 3], [56; 3]], 250_000, [0, 0, 0, 0]),
    ];
    let mut wrong = Vec::new();
    for (name, colors, duration_us, expected) in table {
        let report = judge(&sequence(&colors, duration_us, 12));
        if flashes(&report) != expected {
            wrong.push(format!("{name}: {:?}, not {expected:?}", flashes(&report)));
        }
        assert_eq!(report.meets_wcag(), flashes(&report).iter().take(3).all(|n| *n <= 3), "{name}");
        let too_many = report.findings.iter().any(|f| !matches!(f.rule, Rule::Interval | Rule::Length));
        assert_eq!(too_many, flashes(&report).iter().any(|n| *n > MAX_FLASHES), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_edge_at_the_end_of_a_second_belongs_to_it_and_one_a_refresh_later_too() {
    for (duration_us, edges) in [(203_333, 6), (203_334, 5)] {
        // Six edges of 203,333 µs are 1 s and a period of 60 Hz apart, rounded up.
        let report = judge(&sequence(&[BLACK, WHITE], duration_us, edges + 3));
        assert_eq!(report.general.flashes, (edges as u32).div_ceil(2), "{duration_us}");
    }
    let slow = display(500.0, 24.0);
    assert_eq!(analyse(&sequence(&[BLACK, WHITE], 203_334, 9), &slow).unwrap().general.flashes, 3);
}

#[test]
fn steps_in_one_direction_add_up() {
    // No step of these stairs is 0.10, up or down.
    let stairs: Vec<[u8; 3]> = [60, 80, 95, 107, 95, 80].map(|v| [v; 3]).to_vec();
    let luminance = stairs.iter().map(|c| crate::image::srgb8_to_linear()[usize::from(c[0])]);
    let luminance: Vec<f32> = luminance.collect();
    assert!(luminance.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.05));
    let report = judge(&sequence(&stairs, 50_000, 30));
    // 150 ms up, 150 ms down.
    assert_eq!(report.general.flashes, 4);
    // 300 ms from stairs to stairs, less the 100 ms of the first that come before the steps that
    // suffice for 20 cd/m².
    assert_eq!(report.closest.unwrap().interval_us, 200_000);
    assert!(report.findings.iter().any(|f| f.rule == Rule::Interval && f.measured == 200_000 && f.limit == 376_667));
}

#[test]
fn each_quarter_of_the_screen_is_judged() {
    let mut halves = sequence(&[WHITE], 156_250, 12);
    let regions = |segments: &mut [Segment], of: [Region; 2]| {
        segments.iter_mut().zip(of.into_iter().cycle()).for_each(|(segment, region)| segment.region = region);
    };
    for of in [[Region::Top, Region::Bottom], [Region::Left, Region::Right], [Region::Full, Region::Left]] {
        regions(&mut halves, of);
        let report = judge(&halves);
        assert_eq!(flashes(&report), [4, 0, 0, 4], "{of:?}");
        let mut places: Vec<_> = report.findings.iter().map(|f| (f.rule, f.from_us)).collect();
        places.dedup();
        assert_eq!(places.len(), report.findings.len(), "one finding per rule and place");
    }
    // The same half again and again is a steady light there, and dark in the other.
    regions(&mut halves, [Region::Top, Region::Top]);
    assert_eq!(flashes(&judge(&halves)), [0; 4]);
    // Of quarters, only the upper left one is lit all the time.
    regions(&mut halves, [Region::Top, Region::Left]);
    assert_eq!(flashes(&judge(&halves)), [4, 0, 0, 4]);
}

#[test]
fn gaps_are_black() {
    let mut segments = sequence(&[WHITE], 200_000, 10);
    assert_eq!(judge(&segments).general.flashes, 0);
    segments.iter_mut().for_each(|segment| segment.duration_us -= 100_000);
    assert_eq!(judge(&segments).general.flashes, 6);
}

#[test]
fn intervals_lie_between_leading_edges() {
    // One flash, then another: black, white, black, white, black.
    let mut segments = sequence(&[BLACK, WHITE], 500_000, 5);
    for (gap_us, interval_us) in [(500_000, 1_000_000), (100_000, 600_000)] {
        // The first flash lasts 500 ms, then it is dark for so long.
        segments[2].duration_us = gap_us;
        for i in 3..5 {
            segments[i].start_us = segments[i - 1].end_us();
        }
        let closest = judge(&segments).closest.unwrap();
        // Dark after the first flash to dark after the second is never shorter here.
        assert_eq!((closest.interval_us, closest.from_us), (interval_us, 500_000));
    }
    assert_eq!(judge(&sequence(&[BLACK, WHITE], 500_000, 3)).closest, None);
    // Three changes have two leading edges in one direction.
    let three = judge(&sequence(&[BLACK, WHITE], 170_000, 4));
    assert_eq!(three.closest, Some(LeadingEdges { interval_us: 340_000, from_us: 170_000 }));
    assert_eq!(three.findings.len(), 1);
    assert_eq!(three.findings[0].to_string(), "leading edges of flashes 0.340 s apart at 0.170 s, under 0.377 s");
    // Red and a grey of the same luminance.
    assert_eq!(judge(&sequence(&[RED, GREY], 170_000, 4)).closest.unwrap().interval_us, 340_000);
}

#[test]
fn long_sequences_are_findings() {
    let report = judge(&sequence(&[GREY], 1_000_000, 5));
    assert!(report.is_safe() && report.total_us == 5_000_000);
    let mut long = sequence(&[GREY], 1_000_000, 5);
    long[4].duration_us += 1;
    let report = judge(&long);
    assert_eq!(report.findings.iter().map(|f| f.rule).collect::<Vec<_>>(), [Rule::Length]);
}

#[test]
fn a_dim_display_flashes_less_by_luminance_and_as_much_by_ratio() {
    let segments = sequence(&[BLACK, [188; 3]], 250_000, 8);
    let dim = analyse(&segments, &display(30.0, 60.0)).unwrap();
    assert_eq!(flashes(&dim), [3, 0, 0, 0]);
    assert_eq!(flashes(&judge(&segments)), [3, 0, 0, 3]);
}

#[test]
fn displays_that_are_none_are_refused() {
    for (peak, refresh) in
        [(f64::NAN, 60.0), (500.0, f64::NAN), (0.0, 60.0), (f64::INFINITY, 60.0), (500.0, 1.0), (500.0, -60.0)]
    {
        let display = DisplayModel::default().with_peak_cd_m2(peak).and_then(|d| d.with_refresh_hz(refresh));
        assert_eq!(display.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn saturated_reds_are_never_0_2_apart() {
    // What `Change::Red` builds on. The set is a triangle in u′v′; its corners are these three.
    let level = |linear: f32| (crate::image::linear_to_srgb(linear) * 255.0).floor() as u8;
    let corners = [RED, [255, level(0.25), 0], [255, 0, level(0.25)]].map(Light::of);
    let of = |i: usize, j: usize| corners[i].chromaticity_distance(&corners[j]);
    for (i, j, expected) in [(0, 1, 0.144), (0, 2, 0.100), (1, 2, 0.127)] {
        assert!((of(i, j) - expected).abs() < 0.003, "{i} {j}: {}", of(i, j));
    }
}

#[test]
fn what_cannot_be_played_is_an_error() {
    let fine = sequence(&[BLACK, WHITE], 500_000, 4);
    let with = |change: fn(&mut Vec<Segment>)| {
        let mut segments = fine.clone();
        change(&mut segments);
        analyse(&segments, &DisplayModel::default()).map(|_| ()).map_err(|e| e.kind())
    };
    assert_eq!(with(|_| {}), Ok(()));
    assert_eq!(with(Vec::clear), Err(ErrorKind::Corrupt));
    assert_eq!(with(|s| s[1].duration_us = 0), Err(ErrorKind::Corrupt));
    assert_eq!(with(|s| s[2].start_us -= 1), Err(ErrorKind::Corrupt));
    assert_eq!(with(|s| s.swap(0, 1)), Err(ErrorKind::Corrupt));
    assert_eq!(with(|s| s[3].duration_us = u64::MAX), Err(ErrorKind::LimitExceeded));
    assert_eq!(with(|s| s[3].start_us = u64::MAX), Err(ErrorKind::LimitExceeded));
    assert_eq!(with(|s| *s = sequence(&[BLACK], 1, 65)), Err(ErrorKind::LimitExceeded));
}

fn segments() -> impl Strategy<Value = Vec<Segment>> {
    let region = prop::sample::select(vec![Region::Full, Region::Top, Region::Bottom, Region::Left, Region::Right]);
    prop::collection::vec((any::<[u8; 3]>(), region, 40_000u64..700_000, prop_oneof![Just(0), 1u64..200_000]), 1..14)
        .prop_map(|shown| {
            let mut start_us = 0;
            let segment = |(color, region, duration_us, gap_us)| {
                let segment = Segment { start_us, duration_us, color, region };
                start_us = segment.end_us() + gap_us;
                segment
            };
            shown.into_iter().map(segment).collect()
        })
}

proptest! {
    /// What is seen decides, not how it is written down.
    #[test]
    fn a_segment_in_two_parts_is_one(all in segments(), at in 0usize..14, share in 1u64..9) {
        let mut parts = all.clone();
        let at = at % parts.len();
        let whole = parts[at];
        let first_us = whole.duration_us * share / 10;
        parts[at].duration_us = first_us;
        let (start_us, duration_us) = (whole.start_us + first_us, whole.duration_us - first_us);
        parts.insert(at + 1, Segment { start_us, duration_us, ..whole });
        let (one, two) = (judge(&all), judge(&parts));
        prop_assert_eq!(flashes(&one), flashes(&two));
        prop_assert_eq!(one.closest, two.closest);
        prop_assert_eq!(one.is_safe(), two.is_safe());
    }

    #[test]
    fn safety_is_kept_by_whoever_leaves_the_end_out(all in segments(), kept in 1usize..14) {
        let shorter = &all[..kept.min(all.len())];
        let (one, two) = (judge(&all), judge(shorter));
        prop_assert!(flashes(&two).iter().zip(flashes(&one)).all(|(less, more)| *less <= more));
        prop_assert!(two.is_safe() || !one.is_safe());
    }

    /// A darker display of the same picture flashes no more by luminance.
    #[test]
    fn a_dimmer_display_is_no_less_safe(all in segments(), peak in 20.0f64..400.0) {
        let dim = analyse(&all, &display(peak, 60.0)).unwrap();
        let bright = analyse(&all, &display(500.0, 60.0)).unwrap();
        prop_assert!(dim.luminance.flashes <= bright.luminance.flashes);
        prop_assert_eq!(dim.general, bright.general, "relative luminance does not know the display");
    }
}
