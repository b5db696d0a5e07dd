//! Tables as files, and answers as rows.

use datafusion::arrow::array::{ArrayRef, AsArray, BinaryArray, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Int64Type, Schema};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::SessionContext;
use selfsame::template::{Template, TemplateEncoding};
use std::path::Path;
use std::sync::Arc;

/// A pair as bits: two ids and a score.
pub type Pair = (i64, i64, u32);

/// Writes a file of ids and bytes.
async fn write(path: &Path, name: &str, first: i64, values: Vec<Vec<u8>>) {
    let ids = Int64Array::from_iter_values(first..first + values.len() as i64);
    let bytes = BinaryArray::from_iter_values(values);
    let fields = [("id", DataType::Int64), (name, DataType::Binary)].map(|(name, kind)| Field::new(name, kind, true));
    let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(bytes)];
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns).unwrap();
    let options = DataFrameWriteOptions::new().with_single_file_output(true);
    let frame = SessionContext::new().read_batch(batch).unwrap();
    frame.write_parquet(path.to_str().unwrap(), options, None).await.unwrap();
}

/// Writes templates in groups of three that are alike as so many files; the folder.
pub async fn templates(folder: &Path, count: usize, files: usize) -> String {
    let folder = folder.join("people");
    std::fs::create_dir(&folder).unwrap();
    let mut state = 0x5EEDu64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut centre = Vec::new();
    let encoded = |place| {
        if place % 3 == 0 {
            centre = (0..64).map(|_| next()).collect();
        }
        let values: Vec<f32> = centre.iter().map(|value| value + 0.4 * next()).collect();
        let template = Template::from_embedding(&values, "m".into()).unwrap();
        template.encode(TemplateEncoding::F32).unwrap().to_vec()
    };
    let all: Vec<Vec<u8>> = (0..count).map(encoded).collect();
    for (number, part) in all.chunks(count.div_ceil(files)).enumerate() {
        let first = (number * count.div_ceil(files)) as i64;
        write(&folder.join(format!("{number}.parquet")), "template", first, part.to_vec()).await;
    }
    folder.to_str().unwrap().to_owned()
}

/// Writes five pictures as two files, the first and the fourth of one person, one no picture; the
/// folder.
pub async fn pictures(folder: &Path) -> String {
    let folder = folder.join("pictures");
    std::fs::create_dir(&folder).unwrap();
    let portraits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/portraits");
    let read = |name: &str| std::fs::read(portraits.join(name)).unwrap();
    let first = vec![read("obama.jpg"), read("biden.jpg"), b"no picture".to_vec()];
    write(&folder.join("1.parquet"), "picture", 1, first).await;
    write(&folder.join("2.parquet"), "picture", 4, vec![read("obama2.jpg"), read("astronaut.png")]).await;
    folder.to_str().unwrap().to_owned()
}

/// Rows of pairs, sorted.
pub fn pairs(batches: &[RecordBatch]) -> Vec<Pair> {
    let of_batch = |batch: &RecordBatch| {
        let ids = [0, 1].map(|index| batch.column(index).as_primitive::<Int64Type>().clone());
        let scores = batch.column(2).as_primitive::<Float32Type>().clone();
        let pair = move |row| (ids[0].value(row), ids[1].value(row), scores.value(row).to_bits());
        (0..batch.num_rows()).map(pair).collect::<Vec<Pair>>()
    };
    let mut pairs: Vec<Pair> = batches.iter().flat_map(of_batch).collect();
    pairs.sort_unstable();
    pairs
}

/// A column of an answer of one row, as text.
pub fn cell(batches: &[RecordBatch], column: usize) -> String {
    let rows: Vec<&RecordBatch> = batches.iter().filter(|batch| batch.num_rows() > 0).collect();
    let [batch] = rows.as_slice() else { panic!("{batches:?}") };
    assert_eq!(batch.num_rows(), 1);
    array_value_to_string(batch.column(column), 0).unwrap()
}
