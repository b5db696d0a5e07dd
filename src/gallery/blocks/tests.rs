use super::super::search::Candidate;
use super::*;
use crate::compare::{Score, score};
use crate::error::{ErrorKind, Result};
use crate::template::{Reliability, Template};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// Templates in groups of three that are alike, the same on every machine; some are doubtful, and
/// each has a level.
fn templates(count: usize, dimension: usize, seed: u32) -> Vec<Template> {
    let mut state = u64::from(seed) << 20 | 0x5EED;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut centre = vec![0.0; dimension];
    let template = |place| {
        if place % 3 == 0 {
            centre = (0..dimension).map(|_| next() + 0.01).collect();
        }
        let values: Vec<f32> = centre.iter().map(|v| v + 0.4 * next()).collect();
        let unit = Template::from_embedding(&values, "m".into()).unwrap();
        let reliability = (place % 5 == 0).then(|| Reliability::new(0.6 + 0.3 * next().abs(), 0.5));
        Template::from_unit(unit.values().into(), [1.0].into(), 0.05 * next(), reliability, "m".into())
    };
    (0..count).map(template).collect()
}

/// What two loops find.
fn naive(a: &[Template], b: &[Template], within: bool, bar: f32) -> Vec<TemplatePair> {
    let mut found = Vec::new();
    for (first, one) in a.iter().enumerate() {
        for (second, other) in b.iter().enumerate() {
            let score = score(one, other).unwrap();
            if (!within || first < second) && score.value() >= bar {
                found.push(TemplatePair { first, second, score });
            }
        }
    }
    found
}

fn sorted(mut pairs: Vec<TemplatePair>) -> Vec<(usize, usize, u32)> {
    pairs.sort_by_key(|pair| (pair.first, pair.second));
    pairs.iter().map(|pair| (pair.first, pair.second, pair.score.value().to_bits())).collect()
}

fn gather(run: impl FnOnce(&mut dyn FnMut(&PairBatch<'_>) -> ControlFlow<()>) -> Result<()>) -> Vec<TemplatePair> {
    let (mut found, mut last) = (Vec::new(), (0, 0));
    let end = run(&mut |batch| {
        found.extend_from_slice(batch.pairs());
        assert!(batch.compared() >= last.0 && batch.compared() <= batch.total());
        last = (batch.compared(), batch.total());
        ControlFlow::Continue(())
    });
    end.unwrap();
    assert_eq!(last.0, last.1, "all is compared");
    found
}

fn check(count: (usize, usize), dimension: usize, seed: u32, bar: f32) {
    let (a, b) = (templates(count.0, dimension, seed), templates(count.1, dimension, seed ^ 7));
    let bar = Score::new(bar).unwrap();
    for first_pass in [FirstPass::Float, FirstPass::Integer] {
        let block = |templates: &[Template]| TemplateBlock::new(templates, first_pass).unwrap();
        let (left, right) = (block(&a), block(&b));
        let within = gather(|each| left.pairs_within(bar, each));
        assert_eq!(sorted(within), sorted(naive(&a, &a, true, bar.value())), "{first_pass} {count:?} {dimension}");
        let between = gather(|each| left.pairs_with(&right, bar, each));
        assert_eq!(sorted(between), sorted(naive(&a, &b, false, bar.value())), "{first_pass} {count:?} {dimension}");
        let best = right.best(&left, 3).unwrap();
        for (place, (probe, found)) in a.iter().zip(&best).enumerate() {
            let mut all: Vec<(Score, u64)> =
                b.iter().enumerate().map(|(id, other)| (score(probe, other).unwrap(), id as u64)).collect();
            all.sort_by(|x, y| y.0.value().total_cmp(&x.0.value()).then(x.1.cmp(&y.1)));
            let wanted = all.into_iter().take(3).map(|(score, id)| Candidate { id, score });
            assert!(found.iter().copied().eq(wanted), "{first_pass} probe {place}: {found:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn results_are_those_of_two_loops(
        a in 1usize..70, b in 1usize..70, dimension in 1usize..80, seed in any::<u32>(), bar in -1.2f32..1.0,
    ) {
        check((a, b), dimension, seed, bar);
    }
}

#[test]
fn blocks_of_many_tasks_and_everything_over_the_bar() {
    check((1100, 530), 33, 1, 0.5);
    check((200, 33), 320, 2, -5.0);
}

#[test]
fn the_order_depends_on_no_thread_and_no_level() {
    let block = TemplateBlock::new(&templates(1500, 40, 3), FirstPass::Float).unwrap();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| gather(|each| block.pairs_within(Score::new(0.3).unwrap(), each)))
    };
    let one = run(1);
    assert!(one.len() > 1000 && one == run(3));
    for first_pass in [FirstPass::Float, FirstPass::Integer] {
        let block = TemplateBlock::new(&templates(300, 320, 4), first_pass).unwrap();
        let bars = block.bars(Score::new(0.5).unwrap(), &block);
        let mut passes = crate::simd::Level::all().into_iter().map(|level| {
            let mut passed = Vec::new();
            block.first_pass_over(level, &block, &bars, (0..300, 32..300), &mut passed);
            passed.sort_unstable();
            passed
                .iter()
                .filter(|(row, column)| block.score_with(*row as usize, &block, 32 + *column as usize) >= Some(0.5))
                .copied()
                .collect::<Vec<_>>()
        });
        let scalar = passes.next().unwrap();
        assert!(scalar.len() >= 600 && passes.all(|passed| passed == scalar));
    }
}

#[test]
fn what_is_not_alike_is_refused_and_a_search_can_be_ended() {
    let made = |dimension, id: &str| Template::from_embedding(&vec![1.0; dimension], id.into()).unwrap();
    let kind = |result: Result<TemplateBlock>| result.unwrap_err().kind();
    let block = |templates: &[Template]| TemplateBlock::new(templates, FirstPass::Float);
    assert_eq!(kind(block(&[])), ErrorKind::InvalidArgument);
    for other in [made(3, "m"), made(2, "n")] {
        assert_eq!(kind(block(&[made(2, "m"), other.clone()])), ErrorKind::ModelMismatch);
        let (a, b) = (block(&[made(2, "m")]).unwrap(), block(&[other]).unwrap());
        let bar = Score::new(0.0).unwrap();
        assert_eq!(a.pairs_with(&b, bar, |_| ControlFlow::Continue(())).unwrap_err().kind(), ErrorKind::ModelMismatch);
        assert_eq!(a.best(&b, 1).unwrap_err().kind(), ErrorKind::ModelMismatch);
        assert_eq!(a.score(0, &b, 0).unwrap_err().kind(), ErrorKind::ModelMismatch);
    }
    let (float, integer) = (block(&[made(2, "m")]).unwrap(), TemplateBlock::new(&[made(2, "m")], FirstPass::Integer));
    assert_eq!(float.best(&integer.unwrap(), 1).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let many = block(&templates(600, 8, 5)).unwrap();
    let mut batches = 0;
    let ended = many.pairs_within(Score::new(2.0).unwrap(), |_| {
        batches += 1;
        ControlFlow::Break(())
    });
    assert!(ended.is_ok() && batches == 1);
    assert_eq!((many.score(600, &many, 0).unwrap(), many.len(), many.dimension()), (None, 600, 8));
    assert!(many.best(&many, 0).unwrap().iter().all(Vec::is_empty));
    assert!(!format!("{many:?}").contains("rows"), "no values");
}

#[test]
fn nan_does_not_match_and_hides_nothing() {
    let mut all = templates(40, 24, 6);
    let spoiled = |values: Vec<f32>, level| Template::from_unit(values.into(), [1.0].into(), level, None, "m".into());
    let twin = all[3].values().to_vec();
    all[4] = spoiled(twin.clone(), f32::NAN);
    all[20] = spoiled(vec![f32::NAN; 24], 0.0);
    all[36] = spoiled(twin, 0.0);
    for first_pass in [FirstPass::Float, FirstPass::Integer] {
        let block = TemplateBlock::new(&all, first_pass).unwrap();
        let found = gather(|each| block.pairs_within(Score::new(0.9).unwrap(), each));
        assert!(found.iter().all(|pair| [pair.first, pair.second].iter().all(|place| ![4, 20].contains(place))));
        assert!(found.iter().any(|pair| (pair.first, pair.second) == (3, 36)), "{first_pass}: {found:?}");
    }
}

#[test]
fn clusters_are_what_pairs_connect() {
    let pair = |first, second, score| TemplatePair { first, second, score: Score::new(score).unwrap() };
    let found = clusters(&[pair(5, 9, 0.7), pair(1, 2, 0.9), pair(9, 20, 0.5), pair(0, 5, 0.8), pair(3, 1, 0.6)]);
    assert_eq!(found.iter().map(|c| c.members.clone()).collect::<Vec<_>>(), [vec![0, 5, 9, 20], vec![1, 2, 3]]);
    assert_eq!((found[0].pairs, found[0].weakest.value(), found[0].strongest.value()), (3, 0.5, 0.8));
    assert_eq!((found[0].density(), found[1].density()), (0.5, 2.0 / 3.0));
    assert!(clusters(&[]).is_empty());
}
