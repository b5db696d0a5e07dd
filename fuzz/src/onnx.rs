//! Mutations of an ONNX file that leave it a protobuf: a field anywhere in the tree is changed,
//! doubled, dropped, swapped or moved, and every length around it is written anew.

use libfuzzer_sys::fuzzer_mutate;

/// The messages of `onnx.proto3` on the way to everything that the reader looks at.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Opset,
    Metadata,
    Graph,
    Node,
    Attribute,
    Tensor,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    Dimension,
}

impl Message {
    /// The message that field `number` holds, if it holds one.
    fn child(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Model, 7) => Self::Graph,
            (Self::Model, 8) => Self::Opset,
            (Self::Model, 14) => Self::Metadata,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph, 5) | (Self::Attribute, 5) => Self::Tensor,
            (Self::Graph, 11 | 12) => Self::ValueInfo,
            (Self::Node, 5) => Self::Attribute,
            (Self::ValueInfo, 2) => Self::Type,
            (Self::Type, 1) => Self::TensorType,
            (Self::TensorType, 2) => Self::Shape,
            (Self::Shape, 1) => Self::Dimension,
            _ => return None,
        })
    }
}

#[derive(Clone)]
enum Payload {
    Varint(u64),
    Bytes(Vec<u8>),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
}

#[derive(Clone)]
struct Field {
    number: u64,
    payload: Payload,
}

/// Numbers at which sizes and indices turn.
const INTERESTING: [i64; 20] =
    [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 16, 22, 64, 65, 1 << 16, (1 << 16) + 1, i64::MAX, -1, -2, i64::MIN];

/// Operators that the executor knows, for nodes to turn into.
const OPERATORS: [&str; 28] = [
    "Conv",
    "Gemm",
    "MatMul",
    "BatchNormalization",
    "Relu",
    "LeakyRelu",
    "Sigmoid",
    "Clip",
    "PRelu",
    "Add",
    "Mul",
    "Sub",
    "Div",
    "MaxPool",
    "AveragePool",
    "GlobalAveragePool",
    "Pad",
    "Resize",
    "Concat",
    "Reshape",
    "Flatten",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Identity",
    "Dropout",
    "Cast",
    "Constant",
];

/// SplitMix64: enough to choose with, and the same for the same seed.
struct Choice(u64);

impl Choice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// A `fuzz_mutator!`: changes `data[..size]` in place, returns the new size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut choice = Choice(seed.into());
    // Broken protobufs are inputs, too.
    if choice.below(8) > 0
        && let Some(fields) = data.get(..size).and_then(parse)
    {
        let mut fields = fields;
        for _ in 0..=choice.below(3) {
            change(&mut fields, Message::Model, &mut choice);
        }
        let bytes = write(&fields);
        if let Some(target) = data.get_mut(..bytes.len()).filter(|_| bytes.len() <= max_size) {
            target.copy_from_slice(&bytes);
            return bytes.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
}

/// Changes one field of a message, or of a message in it.
fn change(fields: &mut Vec<Field>, message: Message, choice: &mut Choice) {
    if fields.is_empty() {
        fields.push(Field { number: 1 + choice.below(14) as u64, payload: Payload::Varint(choice.below(9) as u64) });
        return;
    }
    let at = choice.below(fields.len());
    let field = &mut fields[at];
    // Down into the tree most of the time: nearly everything worth changing is a leaf.
    if let (Some(child), Payload::Bytes(bytes), true) =
        (message.child(field.number), &field.payload, choice.below(8) > 0)
        && let Some(mut inner) = parse(bytes)
    {
        change(&mut inner, child, choice);
        field.payload = Payload::Bytes(write(&inner));
        return;
    }
    match choice.below(9) {
        0 => drop(fields.remove(at)),
        1 => {
            let copy = field.clone();
            fields.insert(choice.below(fields.len() + 1), copy);
        }
        2 => {
            let other = choice.below(fields.len());
            fields.swap(at, other);
        }
        // Another field's content of the same number: one node's input becomes another's.
        3 => {
            let number = field.number;
            let same: Vec<usize> = (0..fields.len()).filter(|i| fields[*i].number == number).collect();
            let from = same[choice.below(same.len())];
            fields[at].payload = fields[from].payload.clone();
        }
        4 if matches!(message, Message::Node) => {
            let operator = OPERATORS[choice.below(OPERATORS.len())];
            fields.retain(|f| f.number != 4);
            fields.push(Field { number: 4, payload: Payload::Bytes(operator.into()) });
        }
        _ => field.payload.change(choice),
    }
}

impl Payload {
    fn change(&mut self, choice: &mut Choice) {
        match self {
            Self::Varint(value) => {
                *value = match choice.below(4) {
                    0 => value.wrapping_add(1),
                    1 => value.wrapping_sub(1),
                    2 => choice.below(32) as u64,
                    _ => INTERESTING[choice.below(INTERESTING.len())] as u64,
                }
            }
            Self::Bytes(bytes) => {
                let room = bytes.len() + 16;
                let size = bytes.len();
                bytes.resize(room, 0);
                let size = fuzzer_mutate(bytes, size, room);
                bytes.truncate(size);
            }
            Self::Fixed32(bytes) => drop(fuzzer_mutate(bytes, 4, 4)),
            Self::Fixed64(bytes) => drop(fuzzer_mutate(bytes, 8, 8)),
        }
    }
}

fn parse(mut bytes: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let payload = match key & 7 {
            0 => Payload::Varint(varint(&mut bytes)?),
            1 => Payload::Fixed64(*bytes.split_off(..8)?.first_chunk()?),
            2 => {
                let len = usize::try_from(varint(&mut bytes)?).ok()?;
                Payload::Bytes(bytes.split_off(..len)?.to_vec())
            }
            5 => Payload::Fixed32(*bytes.split_off(..4)?.first_chunk()?),
            _ => return None,
        };
        fields.push(Field { number: key >> 3, payload });
    }
    Some(fields)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn write(fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    for Field { number, payload } in fields {
        let wire = match payload {
            Payload::Varint(_) => 0,
            Payload::Fixed64(_) => 1,
            Payload::Bytes(_) => 2,
            Payload::Fixed32(_) => 5,
        };
        write_varint(number << 3 | wire, &mut out);
        match payload {
            Payload::Varint(value) => write_varint(*value, &mut out),
            Payload::Fixed64(bytes) => out.extend(bytes),
            Payload::Fixed32(bytes) => out.extend(bytes),
            Payload::Bytes(bytes) => {
                write_varint(bytes.len() as u64, &mut out);
                out.extend(bytes);
            }
        }
    }
    out
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
