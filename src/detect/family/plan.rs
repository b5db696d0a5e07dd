//! Which output of a detector holds what: told by the card's names or by shapes, and checked at
//! load.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::{DetectorFamily, DetectorSpec, NetworkSignature};

/// The most anchors of a picture: chosen by hand; SCRFD has 172,032 on 2048 × 2048 pixels.
const MAX_ROWS: usize = 1 << 18;

/// Where one level's values of one kind stand: rows of an output, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    output: usize,
    /// The level's first row.
    first: usize,
    /// The level's rows: one for each anchor.
    rows: usize,
    /// Values of a row.
    columns: usize,
}

impl Part {
    /// The level's rows, if the outputs are as long as the signature says.
    pub fn of<'a>(&self, outputs: &'a [&mut [f32]]) -> Option<impl Iterator<Item = &'a [f32]> + use<'a>> {
        let values = outputs.get(self.output)?;
        let start = self.first.checked_mul(self.columns)?;
        let end = self.first.checked_add(self.rows)?.checked_mul(self.columns)?;
        Some(values.get(start..end)?.chunks_exact(self.columns))
    }
}

/// One level of a detector: a grid of cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// Side of a cell in pixels of the input.
    pub stride: usize,
    /// Cells in a row of the grid.
    pub columns: usize,
    pub anchors: usize,
    /// Sides of a cell's anchors in pixels of the input, of families that have such.
    pub sizes: Vec<f32>,
    pub scores: Part,
    pub objectness: Option<Part>,
    pub boxes: Part,
    /// Keypoints apart from the boxes.
    pub keypoints: Option<Part>,
}

/// The levels of the detector that `spec` describes, with the outputs of `signature`.
///
/// # Errors
/// [`ErrorKind::InvalidModel`] that names the output which is missing, of another shape, or one of
/// several that could be meant; [`ErrorKind::LimitExceeded`] for too many anchors.
pub(super) fn levels(id: &str, spec: &DetectorSpec, signature: &NetworkSignature) -> Result<Vec<Level>> {
    let (width, height) = (signature.width, signature.height);
    let anchors = spec.anchors_of_levels();
    let grids: Vec<Grid> = spec
        .strides
        .iter()
        .zip(anchors)
        .map(|(stride, anchors)| {
            let cells = |side: usize| side.checked_div(*stride);
            let (columns, rows) = cells(width).zip(cells(height))?;
            Some(Grid { stride: *stride, columns, anchors, rows: columns.checked_mul(rows)?.checked_mul(anchors)? })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| fault(id, "its grids are too large to be counted"))?;
    let total = grids.iter().fold(0usize, |sum, grid| sum.saturating_add(grid.rows));
    if total > MAX_ROWS {
        let message = format!("the detector {id:?} has {total} anchors, more than {MAX_ROWS}");
        return Err(Error::new(ErrorKind::LimitExceeded, Stage::Detect, message));
    }
    let finder = Finder { id, signature, grids: &grids, total, named: !spec.outputs.is_empty() };
    let together = spec.family == DetectorFamily::Anchors;
    let names = &spec.outputs;
    let (scores, second) = finder.scores(spec)?;
    let second =
        if names.objectness.is_empty() { second } else { Some(finder.parts("objectness", &names.objectness, &[1])?) };
    let columns = if together { 4 + 2 * spec.keypoints } else { 4 };
    let boxes = finder.parts("boxes", &names.boxes, &[columns])?;
    let keypoints = (!together && spec.keypoints > 0)
        .then(|| finder.parts("keypoints", &names.keypoints, &[2 * spec.keypoints]))
        .transpose()?;
    let level = |(index, grid): (usize, &Grid)| {
        Some(Level {
            stride: grid.stride,
            columns: grid.columns,
            anchors: grid.anchors,
            // Only one family states sizes.
            sizes: spec.sizes.get(index).cloned().unwrap_or_default(),
            scores: *scores.get(index)?,
            objectness: second.as_ref().and_then(|parts| parts.get(index)).copied(),
            boxes: *boxes.get(index)?,
            keypoints: keypoints.as_ref().and_then(|parts| parts.get(index)).copied(),
        })
    };
    let levels: Option<Vec<_>> = grids.iter().enumerate().map(level).collect();
    levels.ok_or_else(|| fault(id, "a level lacks an output"))
}

fn fault(id: &str, message: &str) -> Error {
    Error::new(ErrorKind::InvalidModel, Stage::Detect, format!("the detector {id:?}: {message}"))
}

struct Grid {
    stride: usize,
    columns: usize,
    anchors: usize,
    /// Anchors of all cells.
    rows: usize,
}

struct Finder<'a> {
    id: &'a str,
    signature: &'a NetworkSignature,
    grids: &'a [Grid],
    /// Rows of all levels.
    total: usize,
    /// Whether the card names outputs: then it names all that are used.
    named: bool,
}

impl Finder<'_> {
    fn fault(&self, message: String) -> Error {
        fault(self.id, &message)
    }

    /// The parts of the scores, and of a second score where shapes show one: their product is the
    /// same in either order.
    fn scores(&self, spec: &DetectorSpec) -> Result<(Vec<Part>, Option<Vec<Part>>)> {
        // Of RetinaFace there are scores of no face, too.
        let columns: &[usize] = if spec.family == DetectorFamily::Retinaface { &[1, 2] } else { &[1] };
        let one = || self.parts("scores", &spec.outputs.scores, columns);
        if self.named || spec.family != DetectorFamily::Yunet {
            return one().map(|parts| (parts, None));
        }
        let pairs: Option<Vec<(Part, Part)>> = (0..self.grids.len())
            .map(|level| match *self.fitting(level, &[1]) {
                [first, second] => Some((first, second)),
                _ => None,
            })
            .collect();
        match pairs {
            Some(pairs) => {
                let (first, second) = pairs.into_iter().unzip();
                Ok((first, Some(second)))
            }
            None => one().map(|parts| (parts, None)),
        }
    }

    /// The part of each level that holds `what`, in rows of one of these numbers of `columns`.
    fn parts(&self, what: &str, names: &[String], columns: &[usize]) -> Result<Vec<Part>> {
        if self.named {
            return self.parts_by_name(what, names, columns);
        }
        let of_level = |level: usize| self.fitting(level, columns);
        let all: Vec<Vec<Part>> = (0..self.grids.len()).map(of_level).collect();
        if self.grids.len() > 1 && all.iter().all(Vec::is_empty) {
            return match *self.joined(columns) {
                [(output, columns)] => Ok(self.cut(output, columns)),
                [] => Err(self.lacks(what, None, columns)),
                _ => Err(self.ambiguous(what)),
            };
        }
        let one = |(grid, parts): (&Grid, Vec<Part>)| match *parts {
            [part] => Ok(part),
            [] => Err(self.lacks(what, Some(grid), columns)),
            _ => Err(self.ambiguous(what)),
        };
        self.grids.iter().zip(all).map(one).collect()
    }

    fn parts_by_name(&self, what: &str, names: &[String], columns: &[usize]) -> Result<Vec<Part>> {
        let find = |name: &String, rows: usize, anchors: Option<usize>| {
            let mut outputs = self.signature.outputs.iter().enumerate();
            let Some((index, (_, shape))) = outputs.find(|(_, (n, _))| n == name) else {
                return Err(self.fault(format!("[detector.outputs] names {name:?}, which is no output of the card")));
            };
            fits(shape, rows, anchors, columns).map(|columns| (index, columns)).ok_or_else(|| {
                let wanted = rows_and_columns(rows, columns);
                self.fault(format!("the output {name:?} ({what}) has the shape {shape:?}, not {wanted}"))
            })
        };
        match names {
            [joined] if self.grids.len() > 1 => {
                find(joined, self.total, None).map(|(output, columns)| self.cut(output, columns))
            }
            _ if names.len() == self.grids.len() => {
                let part = |(grid, name): (&Grid, &String)| {
                    let (output, columns) = find(name, grid.rows, Some(grid.anchors))?;
                    Ok(Part { output, first: 0, rows: grid.rows, columns })
                };
                self.grids.iter().zip(names).map(part).collect()
            }
            _ => {
                let (named, levels) = (names.len(), self.grids.len());
                Err(self.fault(format!("{named} outputs are named for {what}, not one or {levels}")))
            }
        }
    }

    /// The outputs that have one level's rows.
    fn fitting(&self, level: usize, columns: &[usize]) -> Vec<Part> {
        let Some(grid) = self.grids.get(level) else { return Vec::new() };
        let part = |(output, (_, shape)): (usize, &(String, Vec<usize>))| {
            let columns = fits(shape, grid.rows, Some(grid.anchors), columns)?;
            Some(Part { output, first: 0, rows: grid.rows, columns })
        };
        self.signature.outputs.iter().enumerate().filter_map(part).collect()
    }

    /// The outputs that have all levels' rows, with their columns.
    fn joined(&self, columns: &[usize]) -> Vec<(usize, usize)> {
        let outputs = self.signature.outputs.iter().enumerate();
        outputs.filter_map(|(index, (_, shape))| Some((index, fits(shape, self.total, None, columns)?))).collect()
    }

    /// The levels' parts of one output.
    fn cut(&self, output: usize, columns: usize) -> Vec<Part> {
        let mut first = 0;
        let part = |grid: &Grid| {
            let part = Part { output, first, rows: grid.rows, columns };
            first += grid.rows;
            part
        };
        self.grids.iter().map(part).collect()
    }

    fn lacks(&self, what: &str, grid: Option<&Grid>, columns: &[usize]) -> Error {
        let (rows, level) = match grid {
            Some(grid) => (grid.rows, format!(" of stride {}", grid.stride)),
            None => (self.total, String::new()),
        };
        let outputs: Vec<String> =
            self.signature.outputs.iter().map(|(name, shape)| format!("{name:?} {shape:?}")).collect();
        let wanted = rows_and_columns(rows, columns);
        self.fault(format!("no output has the shape {wanted} of its {what}{level}; it has {}", outputs.join(", ")))
    }

    fn ambiguous(&self, what: &str) -> Error {
        self.fault(format!("several outputs could be its {what}: name them in [detector.outputs]"))
    }
}

/// The columns of an output of `shape` that holds `rows` rows: in its last axis, or with the
/// anchors of a cell side by side there. `None` if it holds others.
fn fits(shape: &[usize], rows: usize, anchors: Option<usize>, columns: &[usize]) -> Option<usize> {
    let values = shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side))?;
    let last = *shape.last()?;
    let column = |columns: &usize| {
        let whole = rows.checked_mul(*columns) == Some(values);
        let single = *columns == 1 && shape.len() == 1;
        let behind = last == *columns || anchors.is_some_and(|anchors| last == anchors * columns);
        whole && (single || behind)
    };
    columns.iter().copied().find(|columns| column(columns))
}

fn rows_and_columns(rows: usize, columns: &[usize]) -> String {
    let shapes: Vec<String> = columns.iter().map(|columns| format!("[{rows}, {columns}]")).collect();
    shapes.join(" or ")
}
