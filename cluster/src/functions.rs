//! The functions of one row: `face_template`, what its value says, and `face_score`.

use crate::bytes::Bytes;
use crate::fault::fault;
use crate::templater::FaceFunctions;
use crate::value::FaceValue;
use datafusion::arrow::array::{ArrayRef, BinaryBuilder, Float32Array, StringBuilder, UInt8Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use selfsame::compare::score;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The name of the function that makes templates; plans are looked through for it.
pub(crate) const FACE_TEMPLATE: &str = "face_template";
/// The name of the function that compares two.
pub(crate) const FACE_SCORE: &str = "face_score";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Template,
    Refusal,
    Quality,
    Model,
    Bytes,
    Score,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Template, Self::Refusal, Self::Quality, Self::Model, Self::Bytes, Self::Score];

    fn name(self) -> &'static str {
        match self {
            Self::Template => FACE_TEMPLATE,
            Self::Refusal => "face_refusal",
            Self::Quality => "face_quality",
            Self::Model => "face_model",
            Self::Bytes => "face_template_bytes",
            Self::Score => FACE_SCORE,
        }
    }

    fn arguments(self) -> usize {
        if self == Self::Score { 2 } else { 1 }
    }

    fn returns(self) -> DataType {
        match self {
            Self::Template | Self::Bytes => DataType::Binary,
            Self::Refusal | Self::Model => DataType::Utf8,
            Self::Quality => DataType::UInt8,
            Self::Score => DataType::Float32,
        }
    }

    /// Making a template is called volatile, though it is not: DataFusion copies other functions
    /// where it pushes a filter below the projection that computes them.
    fn volatility(self) -> Volatility {
        if self == Self::Template { Volatility::Volatile } else { Volatility::Immutable }
    }
}

/// One of the functions.
#[derive(Debug)]
struct FaceFunction {
    kind: Kind,
    functions: FaceFunctions,
    signature: Signature,
}

impl PartialEq for FaceFunction {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.functions.is(&other.functions)
    }
}

impl Eq for FaceFunction {}

impl Hash for FaceFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
    }
}

/// All functions of one row.
pub(crate) fn scalar_functions(functions: &FaceFunctions) -> Vec<Arc<ScalarUDF>> {
    let function = |kind: Kind| {
        let signature = Signature::user_defined(kind.volatility());
        Arc::new(ScalarUDF::from(FaceFunction { kind, functions: functions.clone(), signature }))
    };
    Kind::ALL.into_iter().map(function).collect()
}

impl ScalarUDFImpl for FaceFunction {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.returns())
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if types.len() != self.kind.arguments() {
            return Err(fault(format!("{} takes {} values, not {}", self.name(), self.kind.arguments(), types.len())));
        }
        let coerced = |one: &DataType| match one {
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Ok(one.clone()),
            DataType::Null | DataType::FixedSizeBinary(_) => Ok(DataType::Binary),
            other => Err(fault(format!("{} takes bytes, not {other}", self.name()))),
        };
        types.iter().map(coerced).collect()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        // One row for each of several that are alike is enough: what is constant is computed once.
        let constant = args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let arrays = args.args.iter().map(|value| value.to_array(rows)).collect::<Result<Vec<ArrayRef>>>()?;
        let result = match (self.kind, arrays.as_slice()) {
            (Kind::Score, [a, b]) => scores(&Bytes::of(a)?, &Bytes::of(b)?, rows)?,
            (Kind::Template, [pictures]) => self.templates(&Bytes::of(pictures)?, rows)?,
            (kind, [values]) => parts(kind, &Bytes::of(values)?, rows)?,
            _ => return Err(fault(format!("{} with {} values", self.name(), arrays.len()))),
        };
        if !constant {
            return Ok(ColumnarValue::Array(result));
        }
        datafusion::scalar::ScalarValue::try_from_array(&result, 0).map(ColumnarValue::Scalar)
    }
}

impl FaceFunction {
    fn templates(&self, pictures: &Bytes<'_>, rows: usize) -> Result<ArrayRef> {
        let pictures: Vec<Option<&[u8]>> = (0..rows).map(|row| pictures.get(row)).collect();
        let values = self.functions.values(&pictures)?;
        let bytes = values.iter().flatten().map(|value| value.len()).sum();
        let mut builder = BinaryBuilder::with_capacity(rows, bytes);
        values.iter().for_each(|value| builder.append_option(value.as_ref().map(|value| value.as_slice())));
        Ok(Arc::new(builder.finish()))
    }
}

/// What values say, by the function that asks.
fn parts(kind: Kind, values: &Bytes<'_>, rows: usize) -> Result<ArrayRef> {
    let read = |row| values.get(row).map(FaceValue::read).transpose();
    let array: ArrayRef = match kind {
        Kind::Quality => {
            let quality = |value| match value {
                Some(FaceValue::Template { quality, .. }) => quality,
                Some(FaceValue::Refusal { .. }) | None => None,
            };
            Arc::new((0..rows).map(|row| read(row).map(quality)).collect::<Result<UInt8Array>>()?)
        }
        Kind::Bytes => {
            let mut builder = BinaryBuilder::new();
            for row in 0..rows {
                match read(row)? {
                    Some(FaceValue::Template { bytes, .. }) => builder.append_value(bytes),
                    Some(FaceValue::Refusal { .. }) | None => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = StringBuilder::new();
            for row in 0..rows {
                match (read(row)?, kind) {
                    (Some(FaceValue::Refusal { reasons, .. }), Kind::Refusal) => builder.append_value(reasons),
                    (Some(FaceValue::Refusal { model, .. }), Kind::Model) => builder.append_value(model),
                    (Some(FaceValue::Template { model, .. }), Kind::Model) => builder.append_value(model),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }
    };
    Ok(array)
}

/// The scores of pairs; none where one side has no template.
fn scores(a: &Bytes<'_>, b: &Bytes<'_>, rows: usize) -> Result<ArrayRef> {
    let template = |bytes: &Bytes<'_>, row| match bytes.get(row) {
        Some(bytes) => FaceValue::read(bytes)?.template(),
        None => Ok(None),
    };
    let one = |row| {
        let (Some(a), Some(b)) = (template(a, row)?, template(b, row)?) else { return Ok(None) };
        Ok(Some(score(&a, &b).map_err(fault)?.value()))
    };
    Ok(Arc::new((0..rows).map(one).collect::<Result<Float32Array>>()?))
}
