//! A first card for a network, as far as its file tells.

use super::family;
use selfsame::model::NetworkReport;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;

/// Where the ArcFace family has the five points in a crop of 112 pixels, half a pixel further than
/// its own numbers, as pixel centres lie at +0.5 here.
const POINTS: [[f64; 2]; 5] =
    [[38.7946, 52.1963], [74.0318, 52.0014], [56.5252, 72.2366], [42.0493, 92.8655], [71.2299, 92.7041]];

/// A card's text. What the file does not tell is guessed, and marked so.
pub fn draft(file: &Path, bytes: &[u8], report: &NetworkReport) -> String {
    // What could be read has a name.
    let name = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, file) = (name(file.file_stem()), name(file.file_name()));
    let sum = Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    // A network that loads has a size.
    let (height, width) = report.size.unwrap_or_default();
    let layout = if report.channels_last { "nhwc" } else { "nchw" };
    // A template is one vector, whose norm may be a second output of one value.
    let norm = match report.outputs.as_slice() {
        [_, (name, shape)] if shape.iter().all(|side| *side == 1) => Some(name),
        _ => None,
    };
    let template = match report.outputs.as_slice() {
        [(_, shape)] | [(_, shape), (_, _)] => match shape.as_slice() {
            [dimension] if (16..=1024).contains(dimension) => Some(*dimension),
            _ => None,
        },
        _ => None,
    };
    let task = if template.is_some() { "template" } else { "detect" };
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "format = 1\nid = {}\ntask = \"{task}\" # guessed from the outputs\nfile = {}\nsha256 = \"{sum}\"\nbytes = {}\n\n\
         [input]\nname = {}\nwidth = {width}\nheight = {height}\nlayout = \"{layout}\"\n\
         # Guessed: see how the network was trained. tensor = (pixel - mean) * scale\n\
         channels = \"rgb\"\nmean = [127.5, 127.5, 127.5]\nscale = [0.0078125, 0.0078125, 0.0078125]\n",
        quoted(&stem),
        quoted(&file),
        bytes.len(),
        quoted(&report.input),
    );
    for (name, shape) in &report.outputs {
        let _ = write!(text, "\n[[outputs]]\nname = {}\nshape = {shape:?}\nmeaning = \"\"\n", quoted(name));
    }
    if template.is_none()
        && let Some(detector) = family::detector(report)
    {
        text += &detector;
    }
    if let Some(dimension) = template {
        let (x, y) = (width as f64 / 112.0, height as f64 / 112.0);
        let points: Vec<String> = POINTS.iter().map(|[a, b]| format!("[{:.4}, {:.4}]", a * x, b * y)).collect();
        let _ = write!(
            text,
            "\n# Guessed: the ArcFace family's points.\n[alignment]\npoints = [{}]\n\n\
             [template]\ndimension = {dimension}\nsimilarity = \"cosine\"\n",
            points.join(", ")
        );
        if let Some(norm) = norm {
            let _ = writeln!(text, "# Guessed: the embedding's length.\nnorm = {}", quoted(norm));
        }
    }
    text + "\n[source]\npackage = \"\"\nversion = \"\"\npath = \"\"\nsha256 = \"\"\nlicence = \"\"\nnotes = \"\"\n\n\
            [training]\nknown = \"\"\nunknown = \"\"\n"
}
