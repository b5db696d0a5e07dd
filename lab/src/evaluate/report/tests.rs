use super::*;
use crate::evaluate::{Bootstrap, Discard};
use crate::evaluate::{Differential, DiscardTrial, GenuinePair, Grouping, Pair, all_pairs, ten_fold};

fn about() -> About {
    About {
        data_set: "Ann & <b>Bob</b>'s \"set\"".into(),
        model: "m<1>".into(),
        model_sha256: "00".into(),
        score: "cosine".into(),
        options: vec![("flip <x>".into(), "yes & no".into())],
        failures: vec![5],
        left_out: 2,
    }
}

fn used(label: &str, claimed: Option<f64>, score: f32) -> UsedThreshold {
    UsedThreshold { label: label.to_owned(), claimed, score }
}

/// Forty people with five pictures each; genuine scores about 0.7, impostor scores about 0.1.
fn report(people: usize) -> Report {
    let subjects: Vec<usize> = (0..5 * people).map(|i| i / 5).collect();
    let enrolled: Vec<bool> = (0..subjects.len()).map(|i| i != 4).collect();
    let set = all_pairs(&subjects, &enrolled, |i, j| {
        let noise = ((i * 7_919 + j * 104_729) % 1_000) as f32 / 1_000.0 - 0.5;
        if i / 5 == j / 5 { 0.7 + 0.6 * noise } else { 0.1 + 0.9 * noise }
    });
    let thresholds = [used("FMR 1e-2 <card>", Some(1e-2), 0.54), used("none", None, 0.99)];
    Report::new(&set.unwrap(), about(), &Bootstrap { replicates: 200, seed: 1 }, &thresholds)
}

/// A check of nesting, quoting and entities, enough to tell broken markup.
fn well_formed(markup: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "stray '>' in {text:?}");
        for (at, _) in text.match_indices('&') {
            let end = text[at..].find(';').unwrap_or_else(|| panic!("stray '&' in {text:?}"));
            assert!(text[at + 1..at + end].chars().all(|c| c.is_ascii_alphanumeric() || c == '#'), "{text:?}");
        }
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes of {tag:?}");
        assert!(!tag.contains('<'), "{tag:?}");
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closing {tag:?}");
        } else if !tag.ends_with('/') && !tag.starts_with('!') && !tag.starts_with('?') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "still open: {open:?}");
}

#[test]
fn pictures_and_page_are_well_formed_and_nothing_is_loaded() {
    let report = report(40);
    for markup in [report.det_svg().unwrap(), report.scores_svg().unwrap(), report.to_html().unwrap()] {
        well_formed(&markup);
        assert!(!markup.contains("NaN") && !markup.contains("inf\""), "a coordinate that is none");
        for loading in ["<script", "<link", "<img", "src=", "href=", "url(", "@import"] {
            assert!(!markup.contains(loading), "{loading}");
        }
    }
    let html = report.to_html().unwrap();
    assert!(html.contains("Ann &amp; &lt;b&gt;Bob&lt;/b&gt;&#39;s &quot;set&quot;") && !html.contains("<b>Bob"));
    assert!(html.contains("FMR 1e-2 &lt;card&gt;") && html.contains("m&lt;1&gt;") && html.contains("flip &lt;x&gt;"));
    assert!(html.contains("1 of 200") && html.contains("numbers</th><td>5<"));
}

#[test]
fn json_says_what_was_measured_and_null_what_was_not() {
    let report = report(40);
    let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = [
        "format",
        "crate_version",
        "about",
        "people",
        "people_with_pairs",
        "genuine_pairs",
        "impostor_pairs",
        "attempted_genuine_pairs",
        "attempted_impostor_pairs",
        "enrolment",
        "acquisition",
        "replicates",
        "seed",
        "at_fmr",
        "at_threshold",
        "equal_error_rate",
        "d_prime",
        "protocols",
        "groups",
        "curve",
        "band",
        "scores",
        "discard",
    ];
    expected.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(
        (&json["format"], &json["attempted_genuine_pairs"], &json["attempted_impostor_pairs"]),
        (&2.into(), &400.into(), &19_500.into())
    );
    // One picture of 200 has no template: four pairs with its person and 195 with others are lost.
    assert_eq!((&json["genuine_pairs"], &json["impostor_pairs"]), (&396.into(), &19_305.into()));
    assert_eq!(json["enrolment"]["failures"], 1);
    assert!(json["acquisition"].is_null(), "every picture is a reference and a probe");
    let row = |i: usize| &json["at_fmr"][i];
    assert_eq!(row(0)["asked"], 0.01);
    let fnmr = |of: &serde_json::Value| of.as_f64().unwrap();
    let (low, high) = (fnmr(&row(0)["fnmr_interval"]["low"]), fnmr(&row(0)["fnmr_interval"]["high"]));
    assert!(low <= fnmr(&row(0)["point"]["fnmr"]) && fnmr(&row(0)["point"]["fnmr"]) <= high);
    assert!(row(3)["point"].is_null() && row(3)["fnmr_interval"].is_null(), "19,305 pairs cannot show one in 100,000");
    let claimed = &json["at_threshold"][0];
    let number = |name: &str| claimed[name].as_f64().unwrap();
    assert!((number("ratio") - fnmr(&claimed["point"]["fmr"]) / 0.01).abs() < 1e-9, "{claimed}");
    assert!(fnmr(&claimed["ratio_interval"]["low"]) <= number("ratio") && claimed["too_few"] == false);
    // Nothing reaches 0.99 but failures: no false match, all non-matches.
    let strict = &json["at_threshold"][1];
    assert!(strict["fmr_interval"].is_null() && strict["fmr_bound"] == 3.0 / 20.0);
    assert!(json["protocols"] == serde_json::json!([]) && json["scores"]["genuine"].as_array().unwrap().len() == 120);
}

#[test]
fn a_set_without_pairs_makes_a_report_that_says_so() {
    let set = all_pairs(&[0], &[true], |_, _| 0.0).unwrap();
    let report = Report::new(&set, about(), &Bootstrap { replicates: 100, seed: 1 }, &[used("t", None, 0.5)]);
    assert!(report.equal_error_rate.is_none() && report.curve.is_empty() && report.scores.is_none());
    let html = report.to_html().unwrap();
    well_formed(&html);
    assert!(html.contains("not measured: too few pairs") && html.contains("Not measured: there are no genuine"));
}

#[test]
fn a_set_without_errors_has_no_curve_and_bounds_instead_of_intervals() {
    let subjects: Vec<usize> = (0..40).map(|i| i / 2).collect();
    let set = all_pairs(&subjects, &[true; 40], |i, j| if i / 2 == j / 2 { 0.9 } else { 0.1 }).unwrap();
    let report = Report::new(&set, about(), &Bootstrap { replicates: 100, seed: 1 }, &[used("t", Some(1e-3), 0.5)]);
    assert!(report.det_svg().unwrap().contains("No curve: at no threshold"));
    let row = &report.at_threshold[0];
    assert_eq!((row.fmr_bound, row.fnmr_bound), (Some(3.0 / 10.0), Some(3.0 / 20.0)));
    assert_eq!((row.fmr_interval, row.fnmr_interval, row.ratio_interval), (None, None, None));
    assert!(row.too_few, "780 comparisons cannot show one false match in a thousand");
    let row = &report.at_fmr[0];
    assert_eq!((row.fnmr_bound, row.fnmr_interval), (Some(3.0 / 20.0), None));
    assert!(report.to_html().unwrap().contains("below 15\u{a0}% (rule of 3)"));
}

#[test]
fn the_same_set_makes_the_same_report() {
    assert_eq!(report(20), report(20));
}

#[test]
fn a_protocol_holds_its_folds() {
    let folds: Vec<Vec<Pair>> = (0..3).map(|f| (0..4).map(|p| Pair { a: f, b: p, genuine: p < 2 }).collect()).collect();
    let score = |p: &Pair| Some(if p.genuine { 0.8 } else { 0.1 + 0.4 * p.a as f32 });
    let pairs: Vec<_> = folds.iter().flatten().map(|p| (score(p), p.genuine)).collect();
    let protocol = ProtocolAccuracy::new("LFW <View 2>", &ten_fold(&folds, score).unwrap(), &pairs);
    assert_eq!((protocol.pairs, protocol.compared, protocol.accuracy), (12, 12, protocol.compared_accuracy));
    assert_eq!((protocol.folds.len(), protocol.thresholds.len()), (3, 3));
    let mut report = report(10);
    report.protocols = vec![protocol];
    let html = report.to_html().unwrap();
    well_formed(&html);
    assert!(html.contains("LFW &lt;View 2&gt;") && html.contains("Area under the ROC curve"));
}

/// A hundred people with a pair each, of which `errors` do not match; the first picture of person i
/// has the quality i.
fn discard(name: &str, errors: usize) -> Discard {
    let score = |i: usize| if i < errors { 0.1 } else { 0.9 };
    let pairs: Vec<_> = (0..100).map(|i| GenuinePair { a: 2 * i, b: 2 * i + 1, score: score(i) }).collect();
    let subjects: Vec<usize> = (0..200).map(|picture| picture / 2).collect();
    let quality: Vec<f32> = (0..200).map(|picture| if picture % 2 == 0 { picture as f32 } else { 1e6 }).collect();
    let trial = DiscardTrial { pairs: &pairs, subjects: &subjects, quality: &quality, threshold: 0.5 };
    Discard::new(name, &[trial], &Bootstrap { replicates: 200, seed: 1 })
}

/// The points of the thick line of this colour, in pixels.
fn line(svg: &str, color: &str) -> Vec<(f64, f64)> {
    let tags = svg.split('<').filter(|tag| tag.starts_with("polyline"));
    let mut thick = tags.filter(|tag| tag.contains(color) && tag.contains("stroke-width=\"3\""));
    let points = thick.next().unwrap().split("points=\"").nth(1).unwrap().split('"').next().unwrap();
    points
        .split_whitespace()
        .map(|p| p.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap())
        .collect()
}

#[test]
fn discarding_is_drawn_to_scale() {
    let mut report = report(10);
    report.discard = vec![discard("all <seen>", 20), discard("few", 10)];
    let svg = report.discard_svg().unwrap();
    well_formed(&svg);
    for text in ["Pairs of lowest quality discarded", "False non-match rate (FNMR)", "all &lt;seen&gt;", "50 %", "20 %"]
    {
        assert!(svg.contains(text), "{text}");
    }
    let (first, second) = (line(&svg, "#0072B2"), line(&svg, "#D55E00"));
    assert_eq!((first.len(), second.len()), (13, 13));
    let (left, right) = (first[0].0, first[12].0);
    let floor = first[12].1;
    assert!(left < right && first[0].1 < floor, "an error rate falls to the bottom: {first:?}");
    for (curve, line) in report.discard.iter().zip([&first, &second]) {
        for (point, (x, y)) in curve.points.iter().zip(line) {
            let expected =
                (left + point.discarded / 0.5 * (right - left), floor - point.fnmr / 0.2 * (floor - first[0].1));
            assert!((x - expected.0).abs() <= 1.5 && (y - expected.1).abs() <= 1.5, "{point:?}: {x}, {y}");
        }
    }
    report.discard = vec![discard("none", 0)];
    assert!(report.discard_svg().unwrap().contains("no errors to discard"));
}

#[test]
fn the_page_tells_what_discarding_gains_and_on_what_it_was_chosen() {
    let mut report = report(10);
    assert!(!report.to_html().unwrap().contains("Error versus discard"));
    // Of 20 errors in 100 pairs 10 remain in 90: 1 − (10 / 90) / 0.2 = 0.444.
    report.discard = vec![discard("all <seen>", 20)];
    let html = report.to_html().unwrap();
    well_formed(&html);
    assert!(html.contains("all &lt;seen&gt;</td><td class=\"n\">20\u{a0}%</td><td class=\"n\">11.1\u{a0}%"));
    assert!(html.contains("-44\u{a0}%") && html.contains("10 of 20</td>") && html.contains("no blind test"));
}

#[test]
fn groups_are_drawn_and_told() {
    let mut report = report(10);
    assert!(report.groups_svg().unwrap().contains("no groups") && !report.to_html().unwrap().contains("By "));
    // Twenty people of each of two groups with four pictures, and one person of a third.
    let subjects: Vec<usize> = (0..4 * 41).map(|i| i / 4).collect();
    let of = subjects.iter().map(|s| Some(s / 20)).collect();
    let groups = ["<a>", "b & c", "d"].map(str::to_owned).to_vec();
    let grouping = Grouping { attribute: "kind \"k\"".into(), groups, of };
    let score = |i: usize, j: usize| {
        let noise = ((i * 7_919 + j * 104_729) % 1_000) as f32 / 1_000.0;
        if i / 4 == j / 4 { 0.3 + noise } else { noise - 0.02 * (i / 80) as f32 }
    };
    let used = [used("FMR 1e-2 <card>", Some(1e-2), 0.98), used("FMR 1e-6", Some(1e-6), 2.0)];
    let options = Bootstrap { replicates: 100, seed: 1 };
    report.groups = vec![Differential::new(&grouping, &subjects, &[true; 164], score, &used, &options).unwrap()];
    let (svg, html) = (report.groups_svg().unwrap(), report.to_html().unwrap());
    for markup in [&svg, &html] {
        well_formed(markup);
        assert!(!markup.contains("NaN") && !markup.contains("<a>") && markup.contains("&lt;a&gt; × b &amp; c"));
    }
    assert!(svg.contains("FMR: too few comparisons") && svg.contains("FMR 1e-2 &lt;card&gt;"));
    assert!(html.contains("<h3>By kind &quot;k&quot;</h3>") && html.contains(">too few</td>"), "{html}");
    assert!(html.contains("FMR: highest within <b>&lt;a&gt;</b>"), "{html}");
    assert!(!html.contains("Threshold for FMR 1e-6"), "all have too few comparisons");
}
