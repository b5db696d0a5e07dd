//! A population to measure on: templates, and variations of them drawn until there are enough.
//!
//! ```sh
//! cargo run --example population -- TEMPLATES OUT COUNT FILES
//! ```
//!
//! `TEMPLATES` is Parquet with the column `template` (what `face_template` gave, or bare
//! templates; rows without one are left out). `OUT` gets so many files of `id`, a number, and
//! `template`, a bare one with every bit, `COUNT` rows in all. A variation is a template's unit
//! vector with noise added, at a drawn cosine of 0.5 to 0.95 to it; the same in every run. That is
//! no other photograph of the person: it says how fast and how exact a search is, and nothing of
//! how often a person is missed.

use datafusion::arrow::array::{ArrayRef, AsArray, BinaryArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use selfsame::template::{Template, TemplateEncoding};
use selfsame_datafusion::FaceValue;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

type Anyhow<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anyhow<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [templates, out, count, files] = arguments.as_slice() else {
        return Err("population TEMPLATES OUT COUNT FILES".into());
    };
    let (count, files): (usize, usize) = (count.parse()?, files.parse()?);
    let own = read(templates).await?;
    println!("{} templates", own.len());
    if own.is_empty() || count == 0 || files == 0 {
        return Err("there is nothing to write".into());
    }
    std::fs::create_dir_all(out)?;
    let mut random = Random(0x5EED);
    let rows = count.div_ceil(files);
    for (file, first) in (0..count).step_by(rows).enumerate() {
        let places = first..count.min(first + rows);
        // Each by itself first, then variations of all in turn.
        let one = |place: usize| {
            let base = own.get(place % own.len()).ok_or("no template")?;
            let template = if place < own.len() { base.clone() } else { random.variation(base)? };
            Ok(template.encode(TemplateEncoding::F32)?.to_vec())
        };
        let bytes = places.clone().map(one).collect::<Anyhow<Vec<Vec<u8>>>>()?;
        write(&Path::new(out).join(format!("{file:04}.parquet")), places.start, bytes).await?;
    }
    Ok(())
}

/// The templates of a table, in its order.
async fn read(path: &str) -> Anyhow<Vec<Template>> {
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    let table = session.read_parquet(path, ParquetReadOptions::default()).await?;
    let mut templates = Vec::new();
    for batch in table.select_columns(&["template"])?.collect().await? {
        let bytes = cast(batch.column(0), &DataType::Binary)?;
        for value in bytes.as_binary::<i32>().iter().flatten() {
            templates.extend(FaceValue::read(value)?.template()?);
        }
    }
    Ok(templates)
}

async fn write(path: &Path, first: usize, templates: Vec<Vec<u8>>) -> Anyhow<()> {
    let ids = Int64Array::from_iter_values((first..first + templates.len()).map(|id| id as i64));
    let kinds = [("id", DataType::Int64), ("template", DataType::Binary)];
    let fields = kinds.map(|(name, kind)| Field::new(name, kind, false));
    let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(BinaryArray::from_iter_values(templates))];
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns)?;
    let options = DataFrameWriteOptions::new().with_single_file_output(true);
    SessionContext::new().read_batch(batch)?.write_parquet(&path.to_string_lossy(), options, None).await?;
    Ok(())
}

/// Numbers that look drawn, the same in every run.
struct Random(u64);

impl Random {
    /// At least 0, below 1.
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    fn variation(&mut self, base: &Template) -> Anyhow<Template> {
        let cosine = 0.5 + 0.45 * self.unit();
        // Sums of four are near enough to a normal distribution for a direction.
        let noise: Vec<f32> = base.values().iter().map(|_| (0..4).map(|_| self.unit() - 0.5).sum::<f32>()).collect();
        let length = noise.iter().map(|value| value * value).sum::<f32>().sqrt();
        let share = (1.0 - cosine * cosine).sqrt() / length;
        let values: Vec<f32> =
            base.values().iter().zip(noise).map(|(base, noise)| cosine * base + share * noise).collect();
        Ok(Template::from_embedding(&values, base.model_id().into())?)
    }
}
