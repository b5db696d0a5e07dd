//! Galleries in files, and files that were cut short or damaged in every way there is.

use super::format::{read, record_len, reseal};
use super::header::{COMMIT_LEN, Commit, Header, RECORDS_AT};
use super::*;
use crate::error::{Error, ErrorKind};
use crate::template::{Template, TemplateEncoding};
use std::collections::BTreeSet;
use std::fs::{read as bytes_of, write};
use std::path::PathBuf;
use tempfile::TempDir;

const DIMENSION: usize = 40;
const LEN: usize = super::format::VALUES_AT + 48;

fn template(seed: u64) -> Template {
    let values: [f32; DIMENSION] = std::array::from_fn(|i| ((i as u64 * 7919 + seed * 104_729) as f32).sin());
    Template::from_embedding(&values, "m".into()).unwrap()
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gallery");
    (folder, path)
}

/// A file with the templates 1 to `n` as ids 10, 20, …
fn filled(path: &PathBuf, n: u64) -> Vec<u8> {
    let _ = std::fs::remove_file(path);
    let mut gallery = Gallery::create(path, "m", DIMENSION).unwrap();
    (1..=n).for_each(|i| gallery.append(10 * i, &template(i)).unwrap());
    drop(gallery);
    bytes_of(path).unwrap()
}

fn ids(gallery: &Gallery) -> BTreeSet<u64> {
    let found = gallery.search(&template(1), 1000).unwrap();
    assert_eq!(found.len(), gallery.len());
    let found: BTreeSet<u64> = found.iter().map(|c| c.id).collect();
    assert!(found.len() == gallery.len() && found.iter().all(|id| gallery.contains(*id)));
    found
}

fn expect_ids(path: &PathBuf, expected: &[u64], what: &str) {
    let expected: BTreeSet<u64> = expected.iter().copied().collect();
    assert_eq!(ids(&Gallery::open_read_only(path).expect(what)), expected, "read-only, {what}");
    assert_eq!(ids(&Gallery::open(path).expect(what)), expected, "{what}");
    let repaired = Gallery::open(path).unwrap();
    assert_eq!((ids(&repaired), repaired.torn_bytes()), (expected, 0), "again, {what}");
}

fn kind_of_open(path: &PathBuf, bytes: &[u8]) -> ErrorKind {
    write(path, bytes).unwrap();
    let kinds = [Gallery::open_read_only(path), Gallery::open(path)].map(|g| g.map(|g| g.len()).unwrap_err().kind());
    assert_eq!(kinds[0], kinds[1]);
    assert_eq!(bytes_of(path).unwrap(), bytes, "what is refused is not touched");
    kinds[0]
}

#[test]
fn galleries_are_shared_by_threads() {
    fn assert_send_sync<T: Send + Sync + 'static>() {}
    assert_send_sync::<Gallery>();
}

#[test]
fn what_is_appended_is_found() {
    let (_folder, path) = place();
    let mut gallery = Gallery::create(&path, "m", DIMENSION).unwrap();
    assert!(gallery.is_empty() && gallery.search(&template(1), 5).unwrap().is_empty());
    let templates: Vec<Template> = (0..3000).map(template).collect();
    // Past the tail: the map is renewed in between.
    for (i, template) in templates.iter().enumerate().take(1500) {
        gallery.append(i as u64, template).unwrap();
    }
    let batch: Vec<(u64, &Template)> = templates.iter().enumerate().skip(1500).map(|(i, t)| (i as u64, t)).collect();
    gallery.append_all(&batch).unwrap();
    gallery.append_all(&[]).unwrap();
    let check = |gallery: &Gallery| {
        assert_eq!((gallery.len(), gallery.model_id(), gallery.dimension()), (3000, "m", DIMENSION));
        for id in [0, 1, 1023, 1024, 1499, 1500, 2999] {
            let found = gallery.search(&templates[id as usize], 3).unwrap();
            assert_eq!((found[0].id, found.len()), (id, 3));
            assert!(found[0].score.value() > 0.9999);
        }
    };
    check(&gallery);
    drop(gallery);
    check(&Gallery::open_read_only(&path).unwrap());
    check(&Gallery::open(&path).unwrap());
}

#[test]
fn the_best_are_those_of_a_naive_search() {
    let (_folder, path) = place();
    let mut gallery = Gallery::create(&path, "m", DIMENSION).unwrap();
    // Every template twice, so that every score is a tie; removed ones in between; ids in no order.
    let id = |i: u64| (i * 7_919) % 10_007;
    let templates: Vec<Template> = (0..6000).map(|i| template(i / 2)).collect();
    let batch: Vec<(u64, &Template)> = templates.iter().enumerate().map(|(i, t)| (id(i as u64), t)).collect();
    gallery.append_all(&batch).unwrap();
    (0..6000).step_by(97).for_each(|i| assert!(gallery.remove(id(i)).unwrap()));
    for probe in [template(5), template(100_000)] {
        let mut naive: Vec<(f32, u64)> = Vec::new();
        for (i, template) in templates.iter().enumerate().filter(|(i, _)| i % 97 != 0) {
            // Exact scores: through a gallery of this template alone.
            let coarse = Template::decode(&template.encode(TemplateEncoding::I8).unwrap()).unwrap();
            naive.push((crate::compare::score(&coarse, &probe).unwrap().value(), id(i as u64)));
        }
        naive.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for k in [0, 1, 2, 10, 100, 5938, 10_000] {
            let found = gallery.search(&probe, k).unwrap();
            assert_eq!(found.len(), k.min(naive.len()));
            for (candidate, (score, _)) in found.iter().zip(&naive) {
                assert!((candidate.score.value() - score).abs() < 1e-4);
            }
            let ordered = |w: &[Candidate]| w[0].score > w[1].score || w[0].score == w[1].score && w[0].id < w[1].id;
            assert!(found.windows(2).all(ordered));
        }
        let all = gallery.search(&probe, 6000).unwrap();
        for k in [1, 7, 1000] {
            assert_eq!(gallery.search(&probe, k).unwrap(), all[..k], "the best {k} are the first of all");
        }
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| gallery.search(&probe, 6000).unwrap()), all, "whatever the threads");
    }
}

#[test]
fn ids_are_given_once_and_models_do_not_mix() {
    let (_folder, path) = place();
    let mut gallery = Gallery::create(&path, "m", DIMENSION).unwrap();
    gallery.append(7, &template(1)).unwrap();
    let kind = |result: Result<(), Error>| result.unwrap_err().kind();
    assert_eq!(kind(gallery.append(7, &template(2))), ErrorKind::InvalidArgument);
    assert_eq!(kind(gallery.append_all(&[(8, &template(2)), (8, &template(3))])), ErrorKind::InvalidArgument);
    let other = Template::from_embedding(&[1.0; DIMENSION], "other".into()).unwrap();
    let short = Template::from_embedding(&[1.0], "m".into()).unwrap();
    for wrong in [&other, &short] {
        assert_eq!(kind(gallery.append_all(&[(9, &template(2)), (10, wrong)])), ErrorKind::ModelMismatch);
        assert_eq!(gallery.search(wrong, 1).unwrap_err().kind(), ErrorKind::ModelMismatch);
    }
    assert_eq!(ids(&gallery), BTreeSet::from([7]), "nothing of a refused batch is left");
    assert_eq!(Gallery::create(&path, "m", DIMENSION).unwrap_err().kind(), ErrorKind::Io, "the file exists");
    for (id, dimension) in [("", 5), ("m", 0), ("m", 2049)] {
        assert_eq!(
            Gallery::create(path.with_extension("x"), id, dimension).unwrap_err().kind(),
            ErrorKind::LimitExceeded
        );
    }
}

#[test]
fn one_writer_or_many_readers() {
    let (_folder, path) = place();
    filled(&path, 2);
    let locked = |result: Result<Gallery, Error>| result.unwrap_err().kind() == ErrorKind::Locked;
    let writer = Gallery::open(&path).unwrap();
    assert!(locked(Gallery::open(&path)) && locked(Gallery::open_read_only(&path)));
    drop(writer);
    let mut readers = [(); 2].map(|()| Gallery::open_read_only(&path).unwrap());
    assert!(locked(Gallery::open(&path)));
    let refused = ErrorKind::InvalidArgument;
    assert_eq!(readers[0].append(99, &template(9)).unwrap_err().kind(), refused);
    assert_eq!(readers[0].remove(10).unwrap_err().kind(), refused);
    drop(readers);
    assert!(Gallery::open(&path).is_ok());
}

#[test]
fn an_append_that_is_cut_anywhere_leaves_the_earlier_records() {
    let (_folder, path) = place();
    let (before, after) = (filled(&path, 3), filled(&path, 4));
    assert_eq!(after.len(), before.len() + LEN);
    let record = &after[before.len()..];
    for cut in 0..LEN {
        let garbage: Vec<u8> = (0..LEN - cut).map(|i| (i * 151 + cut * 31 + 7) as u8 ^ record[cut + i]).collect();
        let rests = [Vec::new(), vec![0; LEN - cut], vec![0xFF; LEN - cut], garbage, vec![0; 3 * LEN + 5]];
        for (n, rest) in rests.iter().enumerate() {
            // The record ends with zeros.
            if [&record[..cut], rest].concat().starts_with(record) {
                continue;
            }
            write(&path, [&before, &record[..cut], rest].concat()).unwrap();
            let torn = cut + rest.len();
            assert_eq!(Gallery::open_read_only(&path).unwrap().torn_bytes(), torn);
            if cut % 8 == 0 || n < 2 {
                expect_ids(&path, &[10, 20, 30], &format!("cut at {cut}, rest {n}"));
                assert_eq!(bytes_of(&path).unwrap(), before, "cut off");
            }
        }
    }
    // The record is whole and the count is not: it is there.
    let commit_at = Header::read(&after).unwrap().1.at();
    for cut in 0..COMMIT_LEN {
        let mut file = after.clone();
        file[commit_at + cut..commit_at + COMMIT_LEN].copy_from_slice(&before[commit_at + cut..][..COMMIT_LEN - cut]);
        write(&path, &file).unwrap();
        expect_ids(&path, &[10, 20, 30, 40], &format!("count cut at {cut}"));
    }
    // And one can go on.
    write(&path, [&before, &record[..50]].concat()).unwrap();
    Gallery::open(&path).unwrap().append(40, &template(4)).unwrap();
    expect_ids(&path, &[10, 20, 30, 40], "after an append");
}

#[test]
fn a_removal_that_is_cut_anywhere_is_finished() {
    let (_folder, path) = place();
    let before = filled(&path, 3);
    assert!(Gallery::open(&path).unwrap().remove(20).unwrap());
    let after = bytes_of(&path).unwrap();
    let at = RECORDS_AT + LEN;
    assert!(after[at + 16..at + LEN].iter().all(|b| *b == 0) && after[at..at + 8] == [0; 8], "nothing is left");
    expect_ids(&path, &[10, 30], "removed");
    let commit_at = Header::read(&after).unwrap().1.at();
    for cut in 0..=COMMIT_LEN {
        let mut file = before.clone();
        file[commit_at..][..cut].copy_from_slice(&after[commit_at..][..cut]);
        write(&path, &file).unwrap();
        let expected: &[u64] =
            if Header::read(&file).unwrap().1.removing == Some(1) { &[10, 30] } else { &[10, 20, 30] };
        expect_ids(&path, expected, &format!("intention cut at {cut}"));
    }
    for cut in 0..=LEN {
        let mut file = after.clone();
        file[at + cut..at + LEN].copy_from_slice(&before[at + cut..at + LEN]);
        write(&path, &file).unwrap();
        expect_ids(&path, &[10, 30], &format!("zeros cut at {cut}"));
        assert_eq!(bytes_of(&path).unwrap(), after, "zeros cut at {cut}");
    }
    // The id is free again.
    let mut gallery = Gallery::open(&path).unwrap();
    assert!(!gallery.remove(20).unwrap());
    gallery.append(20, &template(2)).unwrap();
    assert!(gallery.remove(20).unwrap(), "from the tail as well");
    assert_eq!(ids(&gallery), BTreeSet::from([10, 30]));
}

#[test]
fn damage_in_the_middle_is_an_error_that_names_the_record() {
    let (_folder, path) = place();
    let whole = filled(&path, 3);
    for byte in (RECORDS_AT..RECORDS_AT + 3 * LEN).step_by(5) {
        let mut file = whole.clone();
        file[byte] ^= 1 << (byte % 8);
        let error = read(&file).unwrap_err();
        let name = format!("record {}", (byte - RECORDS_AT) / LEN);
        assert!(error.kind() == ErrorKind::Corrupt && error.to_string().contains(&name), "{error}");
        assert_eq!(kind_of_open(&path, &file), ErrorKind::Corrupt);
    }
    // A file that lost records that were there for sure.
    for len in RECORDS_AT..whole.len() {
        assert_eq!(read(&whole[..len]).unwrap_err().kind(), ErrorKind::Corrupt, "{len} bytes");
    }
    assert_eq!(kind_of_open(&path, &whole[..whole.len() - LEN]), ErrorKind::Corrupt);
    // Records that changed places.
    let mut file = whole.clone();
    file[RECORDS_AT..][..2 * LEN].rotate_left(LEN);
    assert_eq!(kind_of_open(&path, &file), ErrorKind::Corrupt);
}

#[test]
fn damaged_headers_are_refused_or_recovered() {
    let (_folder, path) = place();
    let whole = filled(&path, 3);
    for bit in 0..8 * 280 {
        let mut file = whole.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0..8 => ErrorKind::UnsupportedFormat,
            8..12 => ErrorKind::UnsupportedVersion,
            _ => ErrorKind::Corrupt,
        };
        assert_eq!(read(&file).unwrap_err().kind(), expected, "bit {bit}");
    }
    for len in 0..RECORDS_AT {
        assert_eq!(read(&whole[..len]).unwrap_err().kind(), ErrorKind::Corrupt, "{len} bytes");
    }
    assert_eq!(kind_of_open(&path, &[]), ErrorKind::Corrupt);
    assert_eq!(kind_of_open(&path, b"no gallery"), ErrorKind::UnsupportedFormat);
    // One damaged count is no loss, two are an error.
    for bit in 0..8 * COMMIT_LEN {
        let mut file = whole.clone();
        for at in [512, 1024] {
            file[at + bit / 8] ^= 1 << (bit % 8);
            let result = read(&file).map(|contents| contents.records).map_err(|e| e.kind());
            assert_eq!(result, if at == 512 { Ok(3) } else { Err(ErrorKind::Corrupt) }, "bit {bit}");
        }
    }
}

#[test]
fn claims_under_valid_checksums_are_checked() {
    let (_folder, path) = place();
    let whole = filled(&path, 2);
    let with_commit = |records, removing| {
        let mut file = whole.clone();
        let commit = Commit { generation: u64::MAX, records, removing };
        file[commit.at()..][..COMMIT_LEN].copy_from_slice(&commit.to_bytes());
        file
    };
    for records in [3, u64::MAX, 1 << 62] {
        assert_eq!(kind_of_open(&path, &with_commit(records, None)), ErrorKind::Corrupt, "{records} records");
    }
    write(&path, with_commit(1, Some(u64::MAX - 1))).unwrap();
    expect_ids(&path, &[10, 20], "an absurd removal, the largest generation");
    let change = |change: &dyn Fn(&mut [u8])| {
        let mut file = whole.clone();
        let record = &mut file[RECORDS_AT..][..LEN];
        change(record);
        reseal(record, 0);
        kind_of_open(&path, &file)
    };
    assert_eq!(change(&|r| r[8] = 3), ErrorKind::Corrupt, "a third state");
    assert_eq!(change(&|r| r[8] = 2), ErrorKind::Corrupt, "removed and not zero");
    assert_eq!(change(&|r| r[16..20].copy_from_slice(&f32::NAN.to_le_bytes())), ErrorKind::Corrupt, "NaN");
    assert_eq!(change(&|r| r[48..52].copy_from_slice(&f32::NAN.to_le_bytes())), ErrorKind::Corrupt, "a level of NaN");
    assert_eq!(change(&|r| r[48..52].copy_from_slice(&9f32.to_le_bytes())), ErrorKind::Corrupt, "a level beyond all");
    for doubt in [f32::NAN, -0.5, 1.5] {
        assert_eq!(
            change(&|r| r[52..56].copy_from_slice(&doubt.to_le_bytes())),
            ErrorKind::Corrupt,
            "a doubt of {doubt}"
        );
    }
    assert_eq!(change(&|r| r[56] = 1), ErrorKind::Corrupt, "unused bytes");
    assert_eq!(change(&|r| r[64..].fill(0)), ErrorKind::Corrupt, "no direction");
    assert_eq!(change(&|r| r[LEN - 1] = 1), ErrorKind::Corrupt, "padding");
    assert_eq!(change(&|r| r[..8].copy_from_slice(&20u64.to_le_bytes())), ErrorKind::Corrupt, "an id twice");
    assert_eq!(record_len(192), 256);
}
