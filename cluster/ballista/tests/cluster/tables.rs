//! Tables as files.

use super::support::{rows, templates};
use datafusion::arrow::array::{ArrayRef, BinaryArray, Int64Array, RecordBatch};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::SessionContext;
use std::path::Path;
use std::sync::Arc;

/// Writes a file of ids and bytes.
async fn write(path: &Path, name: &str, rows: &[(Option<i64>, Option<Vec<u8>>)]) {
    let ids: Int64Array = rows.iter().map(|row| row.0).collect();
    let bytes: BinaryArray = rows.iter().map(|row| row.1.as_deref()).collect();
    let columns: [(&str, ArrayRef); 2] = [("id", Arc::new(ids)), (name, Arc::new(bytes))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let options = DataFrameWriteOptions::new().with_single_file_output(true);
    let frame = SessionContext::new().read_batch(batch).unwrap();
    frame.write_parquet(path.to_str().unwrap(), options, None).await.unwrap();
}

/// Writes templates in groups of three that are alike as so many files; the folder.
pub async fn people(folder: &Path, count: usize, files: usize) -> String {
    let folder = folder.join("people");
    std::fs::create_dir(&folder).unwrap();
    let all = rows(&templates(count, 64, 1, "m"), 0);
    for (number, part) in all.chunks(count.div_ceil(files)).enumerate() {
        write(&folder.join(format!("{number}.parquet")), "template", part).await;
    }
    folder.to_str().unwrap().to_owned()
}

/// Writes five pictures as two files, the first and the fourth of one person, one no picture; the
/// folder.
pub async fn pictures(folder: &Path) -> String {
    let folder = folder.join("pictures");
    std::fs::create_dir(&folder).unwrap();
    let portraits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/portraits");
    let read = |name: &str| Some(std::fs::read(portraits.join(name)).unwrap());
    let none = Some(b"no picture".to_vec());
    let first = [(Some(1), read("obama.jpg")), (Some(2), read("biden.jpg")), (Some(3), none)];
    write(&folder.join("1.parquet"), "picture", &first).await;
    let second = [(Some(4), read("obama2.jpg")), (Some(5), read("astronaut.png"))];
    write(&folder.join("2.parquet"), "picture", &second).await;
    folder.to_str().unwrap().to_owned()
}
