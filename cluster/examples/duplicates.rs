//! Who is on several pictures: templates of a folder or a Parquet file, and the pairs that are
//! alike.
//!
//! ```sh
//! cargo run --release --example duplicates -- PICTURES OUT [FMR]
//! ```
//!
//! `PICTURES` is a folder, or a Parquet file with the columns `id` and `picture`. `OUT/templates`
//! gets a row for each: `id`, `template` (what `face_template` gave), `refusal` (why there is no
//! template), `quality` and `model`, a file for every 512 pictures. Pictures that have a row of the
//! present networks already are not looked at again, so that a run which was ended goes on where it
//! stopped, and one after a change of networks begins anew beside the old rows. `OUT/pairs.parquet`
//! gets the pairs that reach the bar for the false match rate, 1e-6 unless it is said.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{cast, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use selfsame_datafusion::FaceFunctions;
use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Pictures of a file of templates: what a run loses that is ended. Chosen by hand.
const PICTURES: usize = 512;

type Anyhow<T> = Result<T, Box<dyn Error>>;

// What takes time has threads of its own.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Anyhow<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (pictures, out, fmr) = match arguments.as_slice() {
        [pictures, out] => (pictures, out, 1e-6),
        [pictures, out, fmr] => (pictures, out, fmr.parse()?),
        _ => return Err("duplicates PICTURES OUT [FMR]".into()),
    };
    let run = Run::new(Path::new(out)).await?;
    if Path::new(pictures).is_dir() {
        run.folder(Path::new(pictures)).await?;
    } else {
        run.parquet(pictures).await?;
    }
    run.report(fmr).await
}

/// A run: a session, where it writes, and what is there already.
struct Run {
    functions: FaceFunctions,
    session: SessionContext,
    model: String,
    templates: PathBuf,
    pairs: PathBuf,
    done: HashSet<String>,
    started: Instant,
}

impl Run {
    async fn new(out: &Path) -> Anyhow<Self> {
        let functions = FaceFunctions::loading(selfsame::Engine::new);
        let model = functions.engine()?.extractor().model_id().to_owned();
        let session = functions.session(SessionConfig::new().with_batch_size(PICTURES));
        let (templates, pairs) = (out.join("templates"), out.join("pairs.parquet"));
        std::fs::create_dir_all(&templates)?;
        let mut run =
            Self { functions, session, model, templates, pairs, done: HashSet::new(), started: Instant::now() };
        if run.files()?.next().is_some() {
            run.register().await?;
            for batch in run.session.sql("SELECT id FROM current").await?.collect().await? {
                let ids = cast(batch.column(0), &DataType::Utf8)?;
                run.done.extend(ids.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
            println!("{} pictures are done already", run.done.len());
        }
        Ok(run)
    }

    /// The files of templates. What was being written when a run ended has another name.
    fn files(&self) -> Anyhow<impl Iterator<Item = PathBuf>> {
        let paths: Vec<PathBuf> = std::fs::read_dir(&self.templates)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")))
    }

    /// The tables `templates`, and of it `current`, what the present networks made.
    async fn register(&self) -> Anyhow<()> {
        let folder = self.templates.to_string_lossy();
        self.session.deregister_table("templates")?;
        self.session.register_parquet("templates", &*folder, ParquetReadOptions::default()).await?;
        let model = self.model.replace('\'', "''");
        let sql = format!("CREATE OR REPLACE VIEW current AS SELECT * FROM templates WHERE model = '{model}'");
        self.session.sql(&sql).await?.collect().await?;
        Ok(())
    }

    async fn folder(&self, folder: &Path) -> Anyhow<()> {
        let (mut paths, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() { folders.push(path) } else { paths.push(path) }
            }
        }
        paths.sort();
        let pending: Vec<PathBuf> =
            paths.into_iter().filter(|path| !self.done.contains(&*path.to_string_lossy())).collect();
        for (number, paths) in pending.chunks(PICTURES).enumerate() {
            let ids = StringArray::from_iter_values(paths.iter().map(|path| path.to_string_lossy()));
            // A file that cannot be read has no bytes, which are no picture.
            let pictures: BinaryArray =
                paths.iter().map(|path| std::fs::read(path).ok().or(Some(Vec::new()))).collect();
            self.write(Arc::new(ids), Arc::new(pictures)).await?;
            self.progress(number * PICTURES + paths.len(), &format!("of {}", pending.len()));
        }
        Ok(())
    }

    async fn parquet(&self, file: &str) -> Anyhow<()> {
        let pictures = self.session.read_parquet(file, ParquetReadOptions::default()).await?;
        let mut batches = pictures.select_columns(&["id", "picture"])?.execute_stream().await?;
        let mut count = 0;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let ids = cast(batch.column(0), &DataType::Utf8)?;
            let pending = ids.as_string::<i32>().iter().map(|id| Some(id.is_some_and(|id| !self.done.contains(id))));
            let batch = filter_record_batch(&batch, &pending.collect())?;
            if batch.num_rows() > 0 {
                self.write(cast(batch.column(0), &DataType::Utf8)?, Arc::clone(batch.column(1))).await?;
                count += batch.num_rows();
                self.progress(count, "so far");
            }
        }
        Ok(())
    }

    fn progress(&self, count: usize, of: &str) {
        let rate = count as f64 / self.started.elapsed().as_secs_f64();
        println!("{count} pictures {of}, {rate:.1} per second");
    }

    /// Writes the templates of some pictures: a file that is whole or not there.
    async fn write(&self, ids: ArrayRef, pictures: ArrayRef) -> Anyhow<()> {
        let kinds = [("id", &ids), ("picture", &pictures)];
        let fields = kinds.map(|(name, array)| Field::new(name, array.data_type().clone(), true));
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), vec![ids, pictures])?;
        self.session.deregister_table("pictures")?;
        self.session.register_batch("pictures", batch)?;
        let sql = "SELECT id, template, face_refusal(template) AS refusal, face_quality(template) AS quality, \
                   face_model(template) AS model FROM (SELECT id, face_template(picture) AS template FROM pictures)";
        let number = self.files()?.count();
        let (part, whole) = (self.templates.join("part"), self.templates.join(format!("{number:06}.parquet")));
        let options = DataFrameWriteOptions::new().with_single_file_output(true);
        self.session.sql(sql).await?.write_parquet(&part.to_string_lossy(), options, None).await?;
        std::fs::rename(part, whole)?;
        Ok(())
    }

    async fn report(&self, fmr: f64) -> Anyhow<()> {
        println!("{} pictures looked at", self.functions.templated());
        if self.files()?.next().is_none() {
            return Err("there are no pictures".into());
        }
        self.register().await?;
        let counts = "SELECT coalesce(refusal, 'template') AS what, count(*) AS pictures FROM current \
                      GROUP BY 1 ORDER BY 2 DESC";
        self.session.sql(counts).await?.show().await?;
        let pairs = format!(
            "SELECT * FROM face_pairs('current', 'id', 'template', 'fmr', {fmr}) ORDER BY score DESC, id_a, id_b"
        );
        let options = DataFrameWriteOptions::new().with_single_file_output(true);
        let path = self.pairs.to_string_lossy();
        self.session.sql(&pairs).await?.write_parquet(&path, options, None).await?;
        self.session.read_parquet(&*path, ParquetReadOptions::default()).await?.show_limit(20).await?;
        Ok(())
    }
}
