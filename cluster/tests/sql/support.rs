//! Tables to ask, and answers as rows.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Int64Type, Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::prelude::SessionContext;
use selfsame::template::{Template, TemplateEncoding};
use selfsame_datafusion::FaceFunctions;
use std::sync::Arc;

/// A pair as bits: two ids and a score.
pub type Pair = (i64, i64, u32);

pub fn functions() -> FaceFunctions {
    FaceFunctions::loading(selfsame::Engine::new)
}

/// Templates in groups of three that are alike, the same on every machine.
pub fn templates(count: usize, dimension: usize, seed: u64, model: &str) -> Vec<Template> {
    let mut state = seed << 20 | 0x5EED;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut centre = Vec::new();
    let template = |place| {
        if place % 3 == 0 {
            centre = (0..dimension).map(|_| next()).collect();
        }
        let values: Vec<f32> = centre.iter().map(|value| value + 0.4 * next()).collect();
        Template::from_embedding(&values, model.into()).unwrap()
    };
    (0..count).map(template).collect()
}

pub fn schema(value: &str, kind: DataType) -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true), Field::new(value, kind, true)]))
}

/// A table of ids and bytes, cut into partitions.
pub fn table(context: &SessionContext, name: &str, value: &str, rows: &[(Option<i64>, Option<Vec<u8>>)], parts: usize) {
    let batch = |rows: &[(Option<i64>, Option<Vec<u8>>)]| {
        let ids: Int64Array = rows.iter().map(|row| row.0).collect();
        let values: BinaryArray = rows.iter().map(|row| row.1.as_deref()).collect();
        let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(values)];
        vec![RecordBatch::try_new(schema(value, DataType::Binary), columns).unwrap()]
    };
    let partitions = rows.chunks(rows.len().div_ceil(parts)).map(batch).collect();
    let table = MemTable::try_new(schema(value, DataType::Binary), partitions).unwrap();
    context.register_table(name, Arc::new(table)).unwrap();
}

/// Rows of templates under the numbers of their places.
pub fn rows(templates: &[Template], first: i64) -> Vec<(Option<i64>, Option<Vec<u8>>)> {
    let bytes = templates.iter().map(|template| template.encode(TemplateEncoding::F32).unwrap().to_vec());
    (first..).map(Some).zip(bytes.map(Some)).collect()
}

pub async fn ask(context: &SessionContext, sql: &str) -> Result<RecordBatch> {
    let frame = context.sql(sql).await?;
    let schema = Arc::clone(frame.schema().inner());
    Ok(concat_batches(&schema, &frame.collect().await?)?)
}

/// What was wrong with a statement.
pub async fn fault_of(context: &SessionContext, sql: &str) -> String {
    ask(context, sql).await.unwrap_err().to_string()
}

/// The words or numbers of a column, as text; null as an empty one.
pub fn column(batch: &RecordBatch, index: usize) -> Vec<String> {
    let array = batch.column(index);
    let text = |row| {
        if array.is_null(row) {
            return String::new();
        }
        datafusion::arrow::util::display::array_value_to_string(array, row).unwrap()
    };
    (0..batch.num_rows()).map(text).collect()
}

/// Rows of pairs, sorted.
pub fn pairs(batch: &RecordBatch) -> Vec<Pair> {
    let ids = [0, 1].map(|index| batch.column(index).as_primitive::<Int64Type>());
    let scores = batch.column(2).as_primitive::<Float32Type>();
    let pair = |row| (ids[0].value(row), ids[1].value(row), scores.value(row).to_bits());
    let mut pairs: Vec<Pair> = (0..batch.num_rows()).map(pair).collect();
    pairs.sort_unstable();
    pairs
}
