//! `face_pairs`: the pairs of one block, however a table is cut.

use super::support::{Pair, ask, fault_of, functions, pairs, rows, table, templates};
use datafusion::physical_plan::{ExecutionPlanProperties, displayable};
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt;
use selfsame::compare::{Score, score};
use selfsame::gallery::{FirstPass, TemplateBlock};
use selfsame::template::Template;
use selfsame_datafusion::{write_refusal, write_template};
use std::ops::ControlFlow;
use std::sync::Arc;

const BAR: f32 = 0.5;

/// What the crate finds in one block.
fn in_one_block(templates: &[Template], bar: f32) -> Vec<Pair> {
    let mut found = Vec::new();
    let block = TemplateBlock::new(templates, FirstPass::Float).unwrap();
    block
        .pairs_within(Score::new(bar).unwrap(), |batch| {
            found.extend(batch.pairs().iter().map(|p| (p.first as i64, p.second as i64, p.score.value().to_bits())));
            ControlFlow::Continue(())
        })
        .unwrap();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn any_number_of_blocks_gives_the_pairs_of_one() {
    let templates = templates(1000, 64, 1, "m");
    let wanted = in_one_block(&templates, BAR);
    assert!(wanted.len() >= 900, "{}", wanted.len());
    for (parts, batch) in [(1, 8192), (3, 50), (7, 8192)] {
        let context = functions().session(SessionConfig::new().with_target_partitions(4).with_batch_size(batch));
        table(&context, "people", "template", &rows(&templates, 0), parts);
        let sql = format!("SELECT * FROM face_pairs('people', 'id', 'template', 'score', {BAR})");
        assert_eq!(pairs(&ask(&context, &sql).await.unwrap()), wanted, "{parts} blocks");
        let plan = context.sql(&sql).await.unwrap().create_physical_plan().await.unwrap();
        let plan = displayable(plan.as_ref()).indent(false).to_string();
        assert!(plan.contains(&format!("FacePairsExec: bar=0.5, jobs={}", parts * (parts + 1) / 2)), "{plan}");
        let swapped = format!("SELECT score, id_b FROM face_pairs('people', 'id', 'template', 'score', {BAR})");
        let batch = ask(&context, &swapped).await.unwrap();
        assert_eq!((batch.num_columns(), batch.num_rows()), (2, wanted.len()));
        let best = ask(&context, &format!("{sql} ORDER BY score DESC, id_a, id_b LIMIT 5")).await.unwrap();
        let mut all = wanted.clone();
        all.sort_by_key(|&(a, b, score)| (std::cmp::Reverse(score), a, b));
        let mut all: Vec<Pair> = all.into_iter().take(5).collect();
        all.sort_unstable();
        assert_eq!(pairs(&best), all);
    }
}

/// As an engine of many machines runs it: each job in a plan of its own.
#[tokio::test]
async fn jobs_of_files_find_the_same_in_processes_of_their_own() {
    let templates = templates(600, 64, 1, "m");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let context = functions().session(SessionConfig::new().with_target_partitions(3));
    for (place, part) in rows(&templates, 0).chunks(100).enumerate() {
        table(&context, &format!("part{place}"), "template", part, 1);
        let write = format!("COPY part{place} TO '{path}/{place}.parquet' STORED AS PARQUET");
        ask(&context, &write).await.unwrap();
    }
    ask(&context, &format!("CREATE EXTERNAL TABLE people STORED AS PARQUET LOCATION '{path}/'")).await.unwrap();
    let sql = format!("SELECT * FROM face_pairs('people', 'id', 'template', 'score', {BAR})");
    let wanted = in_one_block(&templates, BAR);
    assert!(pairs(&ask(&context, &sql).await.unwrap()) == wanted);
    let (mut found, mut jobs) = (Vec::new(), 0..1);
    while let Some(job) = jobs.next() {
        let frame = context.sql(&sql).await.unwrap();
        let (task, plan) = (Arc::new(frame.task_ctx()), frame.create_physical_plan().await.unwrap());
        let batches: Vec<_> = plan.execute(job, task).unwrap().try_collect().await.unwrap();
        found.extend(batches.iter().flat_map(pairs));
        jobs.end = plan.output_partitioning().partition_count();
    }
    found.sort_unstable();
    assert_eq!((jobs.end, found.len()), (6, wanted.len()));
    assert!(found == wanted);
}

#[tokio::test]
async fn two_tables_are_compared_and_rows_without_a_template_are_left_out() {
    let (enrolled, new) = (templates(500, 64, 1, "m"), templates(90, 64, 1, "m"));
    let context = functions().session(SessionConfig::new());
    let mut all = rows(&enrolled, 0);
    all.insert(3, (Some(-1), None));
    all.insert(9, (Some(-2), Some(write_refusal(&["no_face"], "m").unwrap())));
    all.push((None, None));
    table(&context, "enrolled", "template", &all, 4);
    let valued =
        |(id, template): (usize, &Template)| (Some(1000 + id as i64), Some(write_template(template, 50).unwrap()));
    table(&context, "new", "face", &new.iter().enumerate().map(valued).collect::<Vec<_>>(), 2);
    let sql = "SELECT * FROM face_pairs('new', 'id', 'face', 'enrolled', 'id', 'template', 'score', 0.5)";
    let found = pairs(&ask(&context, sql).await.unwrap());
    let mut wanted = Vec::new();
    for (a, one) in new.iter().enumerate() {
        for (b, other) in enrolled.iter().enumerate() {
            let score = score(one, other).unwrap().value();
            if score >= BAR {
                wanted.push((1000 + a as i64, b as i64, score.to_bits()));
            }
        }
    }
    wanted.sort_unstable();
    assert!(wanted.len() >= 90 && found == wanted);
    let none = "SELECT * FROM face_pairs('enrolled', 'id', 'template', 'score', 9)";
    assert_eq!(ask(&context, none).await.unwrap().num_rows(), 0);
    let arrow = "SELECT * FROM face_pairs('new', 'id', 'face', 'views', 'id', 'template', 'score', 0.5)";
    for kind in ["BinaryView", "LargeBinary"] {
        let view = format!(
            "CREATE OR REPLACE VIEW views AS SELECT id, arrow_cast(template, '{kind}') AS template FROM enrolled"
        );
        ask(&context, &view).await.unwrap();
        assert_eq!(pairs(&ask(&context, arrow).await.unwrap()), wanted, "{kind}");
    }
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused_by_name() {
    let context = functions().session(SessionConfig::new());
    let mut mixed = rows(&templates(6, 64, 1, "m"), 0);
    mixed.extend(rows(&templates(6, 64, 1, "other"), 6));
    table(&context, "mixed", "template", &mixed, 1);
    table(&context, "apart", "template", &mixed, 2);
    let short = |(id, bytes): &(Option<i64>, Option<Vec<u8>>)| (*id, bytes.as_ref().map(|bytes| bytes[1..].to_vec()));
    table(&context, "damaged", "template", &mixed.iter().map(short).collect::<Vec<_>>(), 1);
    let nameless = |(_, bytes): &(Option<i64>, Option<Vec<u8>>)| (None, bytes.clone());
    table(&context, "nameless", "template", &mixed.iter().map(nameless).collect::<Vec<_>>(), 1);
    let asked = |table: &str| format!("SELECT * FROM face_pairs('{table}', 'id', 'template', 'score', 0.5)");
    let one = fault_of(&context, &asked("mixed")).await;
    assert!(one.contains("the template of 6: it is of the model \"other\", and others are of \"m\""), "{one}");
    let two = fault_of(&context, &asked("apart")).await;
    assert!(two.contains("\"m\"") && two.contains("\"other\""), "{two}");
    let damaged = fault_of(&context, &asked("damaged")).await;
    assert!(damaged.contains("the template of 0: the bytes are no value"), "{damaged}");
    let nameless = fault_of(&context, &asked("nameless")).await;
    assert!(nameless.contains("a template without an id"), "{nameless}");
    let absent = fault_of(&context, &asked("nobody")).await;
    assert!(absent.contains("there is no table datafusion.public.nobody"), "{absent}");
    for (arguments, said) in [
        ("'mixed', 'id', 'face', 'score', 0.5", "has no column \"face\""),
        ("'mixed', 'id', 'id', 'score', 0.5", "cannot hold both"),
        ("'mixed', 'template', 'id', 'score', 0.5", "has to be one of bytes"),
        ("'mixed', 'id', 'template', 'likeness', 0.5", "face_pairs takes a table"),
        ("'mixed', 'id', 'template', 'score', 'high'", "face_pairs takes a table"),
        ("'mixed', 'id', 'template', 'fmr', 1e-12", "no threshold for an FMR of 1e-12"),
        ("'mixed'", "face_pairs takes a table"),
    ] {
        let fault = fault_of(&context, &format!("SELECT * FROM face_pairs({arguments})")).await;
        assert!(fault.contains(said), "{arguments}: {fault}");
    }
    ask(&context, "CREATE VIEW made AS SELECT id, face_template(template) AS template FROM mixed").await.unwrap();
    let made = fault_of(&context, &asked("made")).await;
    assert!(made.contains("write them to a table first"), "{made}");
}

#[tokio::test]
async fn a_population_is_not_compared_pair_by_pair() {
    let context = functions().session(SessionConfig::new());
    table(&context, "people", "template", &rows(&templates(1200, 4, 1, "m"), 0), 2);
    table(&context, "few", "template", &rows(&templates(30, 4, 1, "m"), 0), 1);
    let joined = |a: &str, b: &str| {
        [
            format!(
                "SELECT a.id, b.id FROM {a} a JOIN {b} b ON a.id < b.id AND face_score(a.template, b.template) > 0.9"
            ),
            format!("SELECT a.id, b.id FROM {a} a, {b} b WHERE face_score(a.template, b.template) > 0.9"),
            format!("SELECT a.id, b.id, face_score(a.template, b.template) FROM {a} a CROSS JOIN {b} b"),
        ]
    };
    for sql in joined("people", "people") {
        let fault = fault_of(&context, &sql).await;
        assert!(fault.contains("use face_pairs"), "{sql}: {fault}");
    }
    for sql in joined("few", "people") {
        assert!(ask(&context, &sql).await.unwrap().num_rows() > 0, "{sql}");
    }
    let keyed =
        "SELECT count(*) FROM people a JOIN people b ON a.id = b.id WHERE face_score(a.template, b.template) > 0.9";
    assert_eq!(super::support::column(&ask(&context, keyed).await.unwrap(), 0), ["1200"]);
}
