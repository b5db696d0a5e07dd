//! A network on ONNX Runtime: opened, held against its card, run.

use super::options::OrtOptions;
use super::pool::{Pool, Recipe};
use super::runtime;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::{Layout, ModelCard, Network, NetworkSignature};
use crate::simd::scratch;
use crate::telemetry::debug_event;
use ort::session::Session;
use ort::value::{Outlet, TensorElementType, TensorRef};

/// A network on ONNX Runtime; runs on any number of threads at once.
///
/// ONNX Runtime's sessions are not safe to run from two threads (the `ort` crate's `Session::run`
/// takes `&mut self` for that reason), so each run borrows one from a pool, whose lock is held for
/// a push or a pop only. The pool opens sessions as threads need them, up to
/// [`OrtOptions::max_sessions`]; the run that opens one pays for it, with the time that
/// loading took. Telemetry is off.
pub struct OrtNetwork {
    signature: NetworkSignature,
    layout: Layout,
    /// Whether the file takes or gives one image per run.
    one_by_one: bool,
    pool: Pool,
}

impl std::fmt::Debug for OrtNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OrtNetwork").field("signature", &self.signature).finish_non_exhaustive()
    }
}

impl OrtNetwork {
    /// Loads ONNX Runtime unless it is loaded, opens the network, and runs it once on a blank
    /// image, so that what cannot work fails here.
    ///
    /// # Errors
    /// [`ErrorKind::BackendUnavailable`] if the library is missing, older than 1.20, no ONNX
    /// Runtime, or another than the one in use; if other code in this process holds an
    /// environment of the `ort` crate, or enables its feature `api-22`; if a provider cannot be
    /// registered or cannot run the network. [`ErrorKind::InvalidModel`] if the bytes are no ONNX
    /// file that ONNX Runtime runs, or do not fit the card.
    pub fn load(bytes: &[u8], card: &ModelCard, options: &OrtOptions) -> Result<Self> {
        let environment = runtime::environment(options.library())?;
        let recipe = Recipe { bytes: bytes.to_vec(), options: options.clone(), environment };
        let session = recipe.open()?;
        let signature = NetworkSignature::of_card(card);
        let one_by_one = fits(&session, card)?;
        let network = Self { signature, layout: card.input.layout, one_by_one, pool: Pool::new(recipe, session) };
        network.try_once()?;
        debug_event!(model = %card.id, providers = ?options.providers(), one_by_one, "network loaded by ONNX Runtime");
        Ok(network)
    }

    /// Runs a blank image.
    fn try_once(&self) -> Result<()> {
        let blank = vec![0.0; self.signature.input_len()];
        let mut results: Vec<Vec<f32>> = self.signature.output_lens().map(|len| vec![0.0; len]).collect();
        let mut outputs: Vec<_> = results.iter_mut().map(Vec::as_mut_slice).collect();
        self.run(&blank, &mut outputs)
            .map_err(|e| self.pool.recipe.load_failure("the network does not run on a blank image").with_source(e))
    }

    /// Runs `images`, whose first is number `first` of the whole batch.
    fn run_some(&self, session: &mut Session, images: &[f32], first: usize, outputs: &mut [&mut [f32]]) -> Result<()> {
        let NetworkSignature { height, width, channels, .. } = self.signature;
        let count = images.len() / self.signature.input_len();
        let planes;
        let (data, shape) = match self.layout {
            Layout::Nhwc => (images, [count, height, width, channels]),
            Layout::Nchw => {
                planes = to_planes(images, height * width, channels);
                (&*planes, [count, channels, height, width])
            }
        };
        let tensor = TensorRef::from_array_view((shape, data)).map_err(failed)?;
        let results = session.run(ort::inputs![tensor]).map_err(failed)?;
        for ((name, shape), output) in self.signature.outputs.iter().zip(outputs) {
            let wrong = |message| Error::new(ErrorKind::Backend, Stage::Run, format!("output {name:?}: {message}"));
            let result = results.get(name).ok_or_else(|| wrong("ONNX Runtime did not give it".to_owned()))?;
            let (given, values) = result.try_extract_tensor::<f32>().map_err(failed)?;
            let expected = std::iter::once(&count).chain(shape);
            if !given.iter().map(|side| usize::try_from(*side).ok()).eq(expected.map(|side| Some(*side))) {
                return Err(wrong(format!("ONNX Runtime gave {given:?} for {count} images of {shape:?}")));
            }
            let start = first * shape.iter().product::<usize>();
            let part = output.get_mut(start..start + values.len());
            part.ok_or_else(|| wrong("ONNX Runtime gave more values than fit".to_owned()))?.copy_from_slice(values);
        }
        Ok(())
    }
}

impl Network for OrtNetwork {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    /// A batch runs in one call, or image by image if the file pins its batch axis to 1.
    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        let count = self.signature.check(input, outputs)?;
        let step = if self.one_by_one { 1 } else { count.max(1) };
        self.pool.with(|session| {
            // `check` has refused images without values; `chunks` of an empty batch gives none.
            for (index, images) in input.chunks(step * self.signature.input_len()).enumerate() {
                self.run_some(session, images, index * step, outputs)?;
            }
            Ok(())
        })
    }
}

/// The same images with channels first instead of last, in a buffer that the thread keeps.
fn to_planes(images: &[f32], plane_len: usize, channels: usize) -> scratch::Scratch {
    let mut planes = scratch::take(images.len());
    let len = plane_len * channels;
    for (image, planes) in images.chunks_exact(len).zip(planes.chunks_exact_mut(len)) {
        for (channel, plane) in planes.chunks_exact_mut(plane_len).enumerate() {
            plane.iter_mut().zip(image.iter().skip(channel).step_by(channels)).for_each(|(to, from)| *to = *from);
        }
    }
    planes
}

/// Checks the file's declared input and outputs against the card; true if the file takes or gives
/// one image per run.
fn fits(session: &Session, card: &ModelCard) -> Result<bool> {
    let invalid = |message: String| Error::new(ErrorKind::InvalidModel, Stage::Model, message);
    let input = &card.input;
    let [outlet] = session.inputs() else {
        return Err(invalid(format!("the file has {} inputs, not one", session.inputs().len())));
    };
    if outlet.name() != input.name {
        return Err(invalid(format!("the file's input is {:?}, its card says {:?}", outlet.name(), input.name)));
    }
    let expected = match input.layout {
        Layout::Nchw => [3, input.height, input.width],
        Layout::Nhwc => [input.height, input.width, 3],
    };
    let batch = batch_of(outlet, &expected)?;
    if batch.is_some_and(|n| n != 1) {
        return Err(invalid("the input's batch axis is pinned to more than 1".to_owned()));
    }
    let mut one_by_one = batch == Some(1);
    for output in &card.outputs {
        let outlet = session.outputs().iter().find(|o| o.name() == output.name);
        let outlet = outlet.ok_or_else(|| invalid(format!("the file has no output {:?}", output.name)))?;
        one_by_one |= batch_of(outlet, &output.shape)? == Some(1);
    }
    Ok(one_by_one)
}

/// The pinned batch size of an input or output, if there is one, once the axes behind it are what
/// the card says. Free axes and unknown ranks pass here; what really comes out is checked in every
/// run.
fn batch_of(outlet: &Outlet, expected: &[usize]) -> Result<Option<i64>> {
    let name = outlet.name();
    let invalid = |message: String| Error::new(ErrorKind::InvalidModel, Stage::Model, message);
    let (Some(TensorElementType::Float32), Some(shape)) = (outlet.dtype().tensor_type(), outlet.dtype().tensor_shape())
    else {
        return Err(invalid(format!("{name:?} is {}, not a tensor of f32", outlet.dtype())));
    };
    let Some((batch, sides)) = shape.split_first() else {
        return Ok(None);
    };
    let same = |(side, expected): (&i64, &usize)| *side < 0 || usize::try_from(*side) == Ok(*expected);
    if sides.len() != expected.len() || !sides.iter().zip(expected).all(same) {
        return Err(invalid(format!("{name:?} is {sides:?} per image in the file, its card says {expected:?}")));
    }
    Ok(Some(*batch).filter(|n| *n >= 0))
}

/// The error of a run that ONNX Runtime gave up.
fn failed(source: ort::Error) -> Error {
    Error::new(ErrorKind::Backend, Stage::Run, "ONNX Runtime failed").with_source(source)
}
