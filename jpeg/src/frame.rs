//! A picture's geometry (T.81, A.1 and A.2): components, blocks, and the units in which scans hold
//! them.

/// One channel of a picture.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// Its name, which scans use.
    pub(crate) id: u8,
    /// Samples across and down, in eighths of a unit: the sampling factors, 1 ..= 4.
    pub(crate) factors: [usize; 2],
    /// The place of its quantisation table.
    pub(crate) quantization: usize,
    /// Columns and rows of blocks that hold samples of the picture.
    pub(crate) blocks: [usize; 2],
}

/// What a frame header says, and what follows from it.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Width and height in pixels, 1 ..= 65,535.
    pub(crate) size: [usize; 2],
    /// One, three or four.
    pub(crate) components: Vec<Component>,
    /// The largest factors of any component.
    pub(crate) most: [usize; 2],
    /// Columns and rows of units (MCUs) of scans that hold all components.
    pub(crate) units: [usize; 2],
}

impl Frame {
    /// The geometry of a picture of `size` with `components`, whose blocks are counted here.
    pub(crate) fn new(size: [usize; 2], mut components: Vec<Component>) -> Self {
        // A lone component's unit is a block, whatever its factors are (A.2.2).
        if let [only] = components.as_mut_slice() {
            only.factors = [1, 1];
        }
        let most = |axis: fn([usize; 2]) -> usize| components.iter().map(|c| axis(c.factors)).max().unwrap_or(1);
        let most = [most(|[across, _]| across), most(|[_, down]| down)];
        for component in &mut components {
            let samples = samples(size, component.factors, most, 8);
            component.blocks = samples.map(|side| side.div_ceil(8));
        }
        let units = [size[0].div_ceil(8 * most[0]), size[1].div_ceil(8 * most[1])];
        Self { size, components, most, units }
    }

    /// Columns and rows of blocks of `component`, padded to whole units.
    pub(crate) fn padded(&self, component: &Component) -> [usize; 2] {
        let ([across, down], [h, v]) = (self.units, component.factors);
        [across * h, down * v]
    }

    /// All blocks of all components, padded to whole units.
    pub(crate) fn block_count(&self) -> u64 {
        let units = self.units[0] as u64 * self.units[1] as u64;
        units * self.components.iter().map(|c| (c.factors[0] * c.factors[1]) as u64).sum::<u64>()
    }
}

/// Width and height of a component with `factors` where a block becomes `per_block` samples a side
/// (A.1.1 for eight).
pub(crate) fn samples(size: [usize; 2], factors: [usize; 2], most: [usize; 2], per_block: usize) -> [usize; 2] {
    let ([width, height], [h, v], [most_h, most_v]) = (size, factors, most);
    [(width * h * per_block).div_ceil(8 * most_h), (height * v * per_block).div_ceil(8 * most_v)]
}
