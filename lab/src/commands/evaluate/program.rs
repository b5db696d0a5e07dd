//! What `evaluate` does with its arguments.

use super::arguments::{Arguments, Common, Set};
use super::enrolled::Enrolled;
use super::further;
use super::groups;
use super::labelled::LabelledSet;
use super::print;
use super::templates::Setup;
use super::{approach, morphs, pad, recorded};
use crate::commands::quality::{Measured, choose, error_versus_discard};
use crate::commands::shared::{self, Anyhow};
use selfsame::compare::Pairing;
use selfsame_lab::evaluate::{
    About, FoldedPairs, Padding, ProtocolAccuracy, Report, ScoreSet, UsedThreshold, all_pairs, comparison_scores,
    ten_fold,
};
use selfsame_lab::{note, output};
use std::process::ExitCode;
use std::time::Instant;

/// Measures; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    shared::status(match &arguments.set {
        Set::Lfw { common, .. } | Set::Cfp { common, .. } if common.templates.skip_bad => {
            Err("--skip-bad cannot be combined with lfw and cfp: their lists of pairs need every picture".into())
        }
        Set::Lfw { set, common } => LabelledSet::lfw(set).and_then(|set| measure(set, common, None)),
        Set::Cfp { set, common } => LabelledSet::cfp(set).and_then(|set| measure(set, common, None)),
        Set::Folder { set, common } => LabelledSet::folder(set).and_then(|set| measure(set, common, None)),
        Set::Flat { set, common } => {
            LabelledSet::flat(set).and_then(|labelled| measure(labelled, common, set.leave_out_above))
        }
        Set::Pad(arguments) if arguments.recorded => recorded::run(arguments),
        Set::Pad(arguments) => pad::run(arguments),
        Set::Approach(arguments) => approach::run(arguments),
        Set::Morphs(arguments) => morphs::run(arguments),
    })
}

/// Takes the templates, compares all with all, and reports. Pictures that score `duplicates` or
/// more against an earlier one are left out.
fn measure(mut set: LabelledSet, common: &Common, duplicates: Option<f32>) -> Anyhow<()> {
    groups::group(&mut set, common)?;
    let setup = Setup::new(&common.templates, set.choice)?;
    let mut enrolled = Enrolled::new(&setup, &set, &common.templates)?;
    if let Some(limit) = duplicates {
        enrolled.leave_out_duplicates(limit)?;
    }
    let started = Instant::now();
    let scores = all_pairs(&enrolled.subjects, &enrolled.present(), comparison_scores(&enrolled.templates)?)?;
    note!("all pairs              {:.1} s", started.elapsed().as_secs_f64());
    let mut report = report(&enrolled, &scores, common);
    further::run(&enrolled, &scores, common)?;
    if common.quality || common.choose_quality {
        let (measured, bootstrap) = (Measured::new(&enrolled)?, common.resampling.bootstrap());
        if common.choose_quality {
            choose(&measured, &bootstrap)?;
        }
        if common.quality {
            report.discard = error_versus_discard(&measured, &bootstrap)?;
        }
    }
    for protocol in &set.protocols {
        report.protocols.push(protocol_accuracy(protocol, &enrolled)?);
    }
    report.groups = groups::differential(&enrolled, &used_thresholds(&setup, &scores), common)?;
    if let Some(folder) = &common.out {
        print::files(&report, folder)?;
    }
    output::text(&print::summary(&report)?);
    for found in &report.groups {
        output::text(&groups::summary(found)?);
    }
    Ok(())
}

/// Rates, curves and intervals.
fn report(enrolled: &Enrolled<'_>, scores: &ScoreSet, common: &Common) -> Report {
    let setup = enrolled.setup;
    let sums: Vec<&str> = setup.ensemble.model_cards().map(|card| card.sha256.as_str()).collect();
    let about = About {
        data_set: enrolled.name.clone(),
        left_out: enrolled.left_out,
        model: setup.ensemble.card().id.clone(),
        model_sha256: sums.join(", "),
        score: if setup.ensemble.card().impostors.is_some() { "cosine less impostor levels" } else { "cosine" }
            .to_owned(),
        options: vec![
            ("Mirrored crop added".to_owned(), yes(setup.options.flip())),
            ("8-bit integers".to_owned(), yes(common.templates.int8)),
            ("Detector".to_owned(), setup.detector.clone()),
            ("Face".to_owned(), setup.choice.as_str().to_owned()),
            ("Pictures padded".to_owned(), common.templates.pad.map_or("no", Padding::as_str).to_owned()),
        ],
        failures: enrolled.failures.clone(),
    };
    let started = Instant::now();
    let report = Report::new(scores, about, &common.resampling.bootstrap(), &used_thresholds(setup, scores));
    note!("statistics             {:.1} s", started.elapsed().as_secs_f64());
    report
}

/// The thresholds that the network's card claims to have these false match rates; without
/// a calibration those that have them here.
fn used_thresholds(setup: &Setup, scores: &ScoreSet) -> Vec<UsedThreshold> {
    let used = |fmr: f64| {
        let (label, score) = match setup.engine.calibration(Pairing::SelfieSelfie) {
            Some(calibration) => (calibration.spec().basis.as_str(), calibration.threshold(fmr).ok()?.score().value()),
            None => ("over all", scores.at_fmr(fmr)?.threshold),
        };
        Some(UsedThreshold { label: format!("FMR {fmr:.0e}, {label}"), claimed: Some(fmr), score })
    };
    [1e-2, 1e-3, 1e-4, 1e-5, 1e-6].into_iter().filter_map(used).collect()
}

/// The accuracy over a protocol's list of pairs.
fn protocol_accuracy(pairs: &FoldedPairs, enrolled: &Enrolled<'_>) -> Anyhow<ProtocolAccuracy> {
    let scores = comparison_scores(&enrolled.templates)?;
    let score = |a, b| Some(scores(a, b)).filter(|s| s.is_finite());
    let folds = ten_fold(&pairs.folds, |p| score(p.a, p.b))
        .ok_or("the list of pairs has too few folds, or one without comparisons")?;
    let listed: Vec<_> = pairs.folds.iter().flatten().map(|p| (score(p.a, p.b), p.genuine)).collect();
    Ok(ProtocolAccuracy::new(&pairs.name, &folds, &listed))
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}
