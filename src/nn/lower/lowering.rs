//! What is known about the graph at one point of the walk, and the steps that all operators share.

use crate::error::Result;
use crate::nn::graph::{Constant, Node, Values};
use crate::nn::kernels::epilogue::Epilogue;
use crate::nn::limits::Limits;
use crate::nn::op::{Kind, Op, Strides};
use crate::nn::precision::Precision;
use crate::nn::proto::corrupt;
use crate::nn::quantised::Quantised;
use crate::nn::ranges::Ranges;
use crate::nn::value::{Border, Buffer, BufferId, Form, Grid, Value};
use crate::simd::LANES;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// What a name in the graph stands for.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Constant(Rc<Constant>),
    /// A constant that is stored as integers.
    Quantised(Rc<Quantised>),
    Value(Value),
    /// A value with zeros around it that nobody has written yet: `border` in the plane, `channels`
    /// in all.
    Padded {
        value: Value,
        border: Border,
        channels: usize,
    },
}

impl Entry {
    /// The buffer in which the value lies, if it is one.
    pub fn buffer(&self) -> Option<BufferId> {
        match self {
            Self::Constant(_) | Self::Quantised(_) => None,
            Self::Value(value) | Self::Padded { value, .. } => Some(value.buffer),
        }
    }
}

/// The state of the walk: what each name means, and what has been made of the nodes so far.
pub(super) struct Lowering<'a> {
    pub limits: &'a Limits,
    /// What each name that is defined so far stands for.
    pub entries: HashMap<String, Entry>,
    /// How many times later nodes and graph outputs read a name.
    pub uses: HashMap<String, usize>,
    pub ops: Vec<Op>,
    pub buffers: Vec<Buffer>,
    /// The work of one run, against [`Limits::max_multiply_adds`].
    pub multiply_adds: u64,
    /// Floats of all weights and tables as they will be packed.
    pub packed: usize,
    /// Values of all constants that were computed from others.
    pub folded: usize,
    pub ranges: Ranges,
    /// The version of the operator set.
    pub opset: i64,
    /// The graph's input, which operations without operands name as theirs.
    pub source: Option<Value>,
    pub precision: Precision,
    /// The name of the node that is being lowered.
    pub node: Arc<str>,
}

impl Lowering<'_> {
    /// One read of `name`, under which its buffer is read too, is no longer to come.
    pub(super) fn count_read(&mut self, name: &str) {
        let buffer = self.entries.get(name).and_then(Entry::buffer).and_then(|b| self.buffers.get_mut(b));
        let counts = [self.uses.get_mut(name), buffer.map(|b| &mut b.unread)];
        for count in counts.into_iter().flatten() {
            debug_assert!(*count > 0, "{name:?} is read more often than was counted");
            *count = count.saturating_sub(1);
        }
    }

    /// Gives a name its meaning, or another one that is read in its place from now on.
    pub(super) fn bind(&mut self, name: &str, entry: Entry) {
        // What nobody reads is in no list of reads.
        let reads = self.uses.get(name).copied().unwrap_or(0);
        let old = self.entries.get(name).and_then(Entry::buffer);
        if let Some(buffer) = old.and_then(|b| self.buffers.get_mut(b)) {
            debug_assert!(buffer.unread >= reads, "{name:?} is read more often than its buffer");
            buffer.unread = buffer.unread.saturating_sub(reads);
        }
        if let Some(buffer) = entry.buffer().and_then(|b| self.buffers.get_mut(b)) {
            buffer.unread += reads;
        }
        self.entries.insert(name.to_owned(), entry);
    }

    /// Gives the node's first output its meaning.
    pub(super) fn define(&mut self, node: &Node, entry: Entry) -> Result<()> {
        if node.outputs.iter().skip(1).any(|extra| self.uses.contains_key(extra)) {
            return Err(node.unsupported("only the first output may be used"));
        }
        self.define_output(node, 0, entry)
    }

    /// Gives the node's output number `index` its meaning.
    pub(super) fn define_output(&mut self, node: &Node, index: usize, entry: Entry) -> Result<()> {
        let name = node.outputs.get(index).ok_or_else(|| node.invalid("it has no output"))?;
        if self.entries.contains_key(name) {
            return Err(node.invalid(&format!("its output {name:?} is already defined")));
        }
        self.bind(name, entry);
        Ok(())
    }

    /// What input `index` stands for.
    pub(super) fn entry(&self, node: &Node, index: usize) -> Result<&Entry> {
        let name = input_name(node, index)?;
        self.entries.get(name).ok_or_else(|| node.invalid(&format!("its input {name:?} is not defined before it")))
    }

    /// Input `index`, if it is a constant.
    pub(super) fn constant(&self, node: &Node, index: usize) -> Option<&Rc<Constant>> {
        match self.entries.get(node.input(index)?)? {
            Entry::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// Input `index` as the floats that the file states.
    pub(super) fn floats(&self, node: &Node, index: usize) -> Result<&[f32]> {
        let constant = self.constant(node, index).ok_or_else(|| node.unsupported("this input must be a constant"))?;
        constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))
    }

    /// Input `index` as floats of one's own: those that the file states if nobody reads them
    /// afterwards, so that a large network's weights do not lie in memory twice, else a copy.
    pub(super) fn take_floats(&mut self, node: &Node, index: usize) -> Result<Vec<f32>> {
        let name = input_name(node, index)?;
        if self.uses.get(name) == Some(&0)
            && let Some(Entry::Constant(constant)) = self.entries.get_mut(name)
            && let Some(Constant { values: Values::Floats(values), .. }) = Rc::get_mut(constant)
        {
            return Ok(std::mem::take(values));
        }
        self.floats(node, index).map(<[f32]>::to_vec)
    }

    /// Input `index` as one float that the file states.
    pub(super) fn float(&self, node: &Node, index: usize) -> Result<f32> {
        match self.floats(node, index)? {
            [value, ..] => Ok(*value),
            [] => Err(node.invalid("a constant must hold one float")),
        }
    }

    /// Input `index` as a value; padding is written out.
    pub(super) fn value(&mut self, node: &Node, index: usize) -> Result<Value> {
        if let Entry::Constant(_) = self.entry(node, index)? {
            return Err(node.unsupported("a constant where a computed value is expected"));
        }
        self.value_named(input_name(node, index)?)
    }

    /// The value that `name` stands for; padding is written out.
    pub(super) fn value_named(&mut self, name: &str) -> Result<Value> {
        match self.entries.get(name).cloned() {
            Some(Entry::Value(value)) => Ok(value),
            Some(Entry::Padded { value, border, channels }) => {
                let value = self.write_padding(&value, border, channels, 0.0)?;
                self.bind(name, Entry::Value(value.clone()));
                Ok(value)
            }
            _ => Err(corrupt(format!("the value {name:?} is not computed by any node"))),
        }
    }

    /// Input `index` as an image that kernels can read by vectors.
    pub(super) fn image(&mut self, node: &Node, index: usize) -> Result<Value> {
        let value = self.image_value(node, index)?;
        self.in_vectors(&value)
    }

    /// The same value in padded pixels, moved if it is not there yet.
    pub(super) fn in_vectors(&mut self, value: &Value) -> Result<Value> {
        if value.grid.in_vectors() && !self.external(value.buffer) {
            return Ok(value.clone());
        }
        let Grid { width, height, channels, .. } = value.grid;
        let grid = Grid::padded(width, height, channels);
        let output = self.new_value(grid, value.form, value.shape.clone())?;
        self.push_copy(value, &output, None, None, Some(0.0));
        Ok(output)
    }

    pub(super) fn external(&self, buffer: BufferId) -> bool {
        self.buffers.get(buffer).is_some_and(|b| b.external)
    }

    pub(super) fn rigid(&self, buffer: BufferId) -> bool {
        self.buffers.get(buffer).is_some_and(|b| b.rigid)
    }

    pub(super) fn set_rigid(&mut self, buffer: BufferId) {
        if let Some(buffer) = self.buffers.get_mut(buffer) {
            buffer.rigid = true;
        }
    }

    /// A new value in a buffer of its own.
    pub(super) fn new_value(&mut self, grid: Grid, form: Form, shape: Vec<usize>) -> Result<Value> {
        let len = self.limits.elements(&[grid.width, grid.height, grid.pixel])?;
        self.work(len as u64)?;
        // Flat memory is read from its first float on, whatever it is viewed as.
        let rigid = form != Form::Image;
        self.buffers.push(Buffer { grid, border: Border::default(), rigid, external: false, unread: 0 });
        Ok(Value { buffer: self.buffers.len() - 1, grid, form, shape })
    }

    /// A new image value in padded pixels.
    pub(super) fn new_image(&mut self, width: usize, height: usize, channels: usize) -> Result<Value> {
        self.new_value(Grid::padded(width, height, channels), Form::Image, vec![1, channels, height, width])
    }

    /// A copy of all elements; strides that are not given follow from the grids.
    pub(super) fn push_copy(
        &mut self,
        input: &Value,
        output: &Value,
        from: Option<Strides>,
        to: Option<Strides>,
        fill: Option<f32>,
    ) {
        let size = (input.grid.width, input.grid.height, input.grid.channels);
        self.push(Kind::Copy { size, from, to, fill }, input, None, output);
    }

    /// Appends an operation without activations.
    pub(super) fn push(&mut self, kind: Kind, input: &Value, other: Option<Value>, output: &Value) {
        let epilogue = Epilogue::default();
        let node = Arc::clone(&self.node);
        self.ops.push(Op { kind, node, input: input.clone(), other, epilogue, output: output.clone() });
    }

    /// Counts work, and refuses a network that asks for too much.
    pub(super) fn count(&mut self, factors: &[usize]) -> Result<()> {
        self.work(factors.iter().fold(1, |n, f| n.saturating_mul(*f as u64)))
    }

    pub(super) fn work(&mut self, work: u64) -> Result<()> {
        self.multiply_adds = self.multiply_adds.saturating_add(work);
        self.limits.check_work(self.multiply_adds)
    }

    /// Accounts for weights before they are made, so that a small file cannot unfold into much
    /// memory. They are padded to whole vectors of inputs and outputs.
    pub(super) fn reserve(&mut self, outputs: usize, inputs: usize, taps: usize) -> Result<()> {
        let inputs = if inputs == 1 { 1 } else { inputs.next_multiple_of(LANES) };
        let len = self.limits.elements(&[outputs.next_multiple_of(LANES), inputs, taps])?;
        self.packed = self.packed.saturating_add(len);
        self.limits.check_elements(self.packed)
    }

    /// The operation that computes exactly input `index`, if nobody else reads that.
    pub(super) fn sole_producer(&self, node: &Node, index: usize) -> Option<usize> {
        let buffer_of = |name: &String| self.entries.get(name).and_then(Entry::buffer);
        let Entry::Value(value) = self.entries.get(node.input(index)?)? else { return None };
        // Under any of its names, which an Identity or a Flatten may have given it.
        let reads = node.inputs.iter().filter(|name| buffer_of(name) == Some(value.buffer)).count();
        if reads != 1 || self.buffers.get(value.buffer)?.unread > 0 {
            return None;
        }
        let producer = self.ops.iter().rposition(|op| op.output.buffer == value.buffer)?;
        let readers =
            |op: &Op| op.input.buffer == value.buffer || op.other.as_ref().is_some_and(|o| o.buffer == value.buffer);
        let same = self.ops.get(producer)?.output.grid == value.grid;
        (same && !self.ops.iter().any(readers)).then_some(producer)
    }
}

/// The name of input `index`, which must be there.
fn input_name(node: &Node, index: usize) -> Result<&str> {
    node.input(index).ok_or_else(|| node.invalid("an input is missing"))
}
