//! A scheduler and four executors, each a process of its own, against one process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod machines;
#[path = "../../../tests/sql/support.rs"]
#[allow(dead_code, reason = "the tests of one process need more of it")]
mod support;
mod tables;

use datafusion::prelude::SessionConfig;
use machines::Machines;
use std::time::Instant;
use support::{Pair, ask, column, functions, pairs};
use tables::{people, pictures};

const PAIRS: &str = "SELECT * FROM face_pairs('people', 'id', 'template', 'score', 0.5)";

/// What one process finds among the templates of a folder.
async fn alone(folder: &str, sql: &str) -> Vec<Pair> {
    let context = functions().session(SessionConfig::new());
    context.register_parquet("people", folder, Default::default()).await.unwrap();
    pairs(&ask(&context, sql).await.unwrap())
}

/// Asks four executors for the pairs that one process finds, twice: the second time one of them is
/// killed once it has finished two tasks, which are lost with it. The pairs.
async fn found_though_one_is_killed(people: &str, partitions: usize, sql: &str) -> Vec<Pair> {
    let started = Instant::now();
    let wanted = alone(people, sql).await;
    println!("{} pairs, one process {:.1} s", wanted.len(), started.elapsed().as_secs_f64());
    let work = tempfile::tempdir().unwrap();
    let mut machines = Machines::start(work.path(), 4);
    let context = machines.session(&functions(), partitions).await;
    context.register_parquet("people", people, Default::default()).await.unwrap();
    let started = Instant::now();
    let whole = ask(&context, sql).await.unwrap();
    println!("four executors {:.1} s", started.elapsed().as_secs_f64());
    assert!(pairs(&whole) == wanted, "all four");

    let (before, started) = (machines.written(2), Instant::now());
    let (asking, again) = (context.clone(), sql.to_owned());
    let asked = tokio::spawn(async move { ask(&asking, &again).await });
    // A file is there when its task begins, and an executor runs one at a time.
    machines.until(|machines| machines.written(2) > before + 2).await;
    assert!(!asked.is_finished(), "all tasks, of which the third has done two");
    machines.kill(2);
    println!("killed after {:.1} s", started.elapsed().as_secs_f64());
    assert!(pairs(&asked.await.unwrap().unwrap()) == wanted, "one of four killed");
    println!("three executors {:.1} s", started.elapsed().as_secs_f64());
    wanted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_executors_find_what_one_process_finds_though_one_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let people = people(folder.path(), 2400, 12).await;
    let wanted = found_though_one_is_killed(&people, 12, PAIRS).await;
    assert!(wanted.len() >= 2000, "{}", wanted.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_best_pairs_are_those_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let people = people(folder.path(), 600, 4).await;
    let machines = Machines::start(folder.path(), 2);
    let context = machines.session(&functions(), 4).await;
    context.register_parquet("people", &people, Default::default()).await.unwrap();
    let best = format!("{PAIRS} ORDER BY score DESC, id_a, id_b LIMIT 7");
    let best = ask(&context, &best).await.unwrap();
    let mut first = alone(&people, PAIRS).await;
    first.sort_by_key(|&(a, b, score)| (std::cmp::Reverse(score), a, b));
    first.truncate(7);
    first.sort_unstable();
    assert_eq!(pairs(&best), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a population takes minutes: SELFSAME_POPULATION is a folder that the example `population` wrote"]
async fn a_population_is_deduplicated_though_an_executor_is_killed() {
    let people = std::env::var("SELFSAME_POPULATION").expect("a folder of templates");
    let sql = "SELECT * FROM face_pairs('people', 'id', 'template', 'fmr', 1e-6)";
    assert!(!found_though_one_is_killed(&people, 16, sql).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_picture_is_templated_once_by_all_executors_together() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path()).await;
    let mut machines = Machines::start(folder.path(), 4);
    let context = machines.session(&functions(), 4).await;
    context.register_parquet("pictures", pictures, Default::default()).await.unwrap();
    let faces = folder.path().join("faces").to_str().unwrap().to_owned();
    let copy =
        format!("COPY (SELECT id, face_template(picture) AS face FROM pictures) TO '{faces}/' STORED AS PARQUET");
    ask(&context, &copy).await.unwrap();
    context.register_parquet("faces", faces, Default::default()).await.unwrap();
    let counts = "SELECT count(*), count(face_refusal(face)) FROM faces";
    let counts = ask(&context, counts).await.unwrap();
    assert_eq!([column(&counts, 0), column(&counts, 1)], [["5"], ["1"]]);
    let found = "SELECT id_a, id_b FROM face_pairs('faces', 'id', 'face', 'score', 0.5)";
    let found = ask(&context, found).await.unwrap();
    assert_eq!([column(&found, 0), column(&found, 1)], [["1"], ["4"]]);
    assert_eq!(machines.stop().iter().sum::<u64>(), 5, "pictures, each once");
}
