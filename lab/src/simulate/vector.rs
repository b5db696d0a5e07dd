//! Three-vectors: x right in the image, y down, z away from the camera, which is the origin;
//! centimetres.

pub(super) type Vector = [f32; 3];

pub(super) fn minus([ax, ay, az]: Vector, [bx, by, bz]: Vector) -> Vector {
    [ax - bx, ay - by, az - bz]
}

pub(super) fn cross([ax, ay, az]: Vector, [bx, by, bz]: Vector) -> Vector {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

pub(super) fn dot([ax, ay, az]: Vector, [bx, by, bz]: Vector) -> f32 {
    ax * bx + ay * by + az * bz
}

pub(super) fn plus([ax, ay, az]: Vector, [bx, by, bz]: Vector) -> Vector {
    [ax + bx, ay + by, az + bz]
}

pub(super) fn times(v: Vector, s: f32) -> Vector {
    v.map(|v| s * v)
}

/// The length of (x, y). Distances here are far from where `hypot`, which costs a call, differs.
pub(super) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// Of length 1; towards the camera if `v` has no length.
pub(super) fn unit(v: Vector) -> Vector {
    let length = dot(v, v).sqrt();
    if length > 1e-12 { times(v, 1.0 / length) } else { [0.0, 0.0, -1.0] }
}

/// From `a` (`t` = 0) to `b` (`t` = 1).
pub(super) fn mix<const N: usize>(a: [f32; N], b: [f32; N], t: f32) -> [f32; N] {
    std::array::from_fn(|i| a[i] + t * (b[i] - a[i]))
}

/// The nearest integer to a number below 2²² in size, an even one from half-way: so large a number
/// as it is added to has no binary places. Casts would do, but theirs saturate, which the compiler
/// makes no vectors of.
#[inline(always)]
pub(super) fn nearest(v: f32) -> i32 {
    const LARGE: f32 = 12_582_912.0;
    (v + LARGE).to_bits().wrapping_sub(LARGE.to_bits()) as i32
}

/// `low` ..= `high`; `low` for NaN. So written it is one vector operation each.
#[inline(always)]
pub(super) fn between(v: f32, low: f32, high: f32) -> f32 {
    let v = if v > low { v } else { low };
    if v < high { v } else { high }
}

/// 0 up to `from`, 1 beyond `to`, smooth between.
pub(super) fn smoothstep(from: f32, to: f32, v: f32) -> f32 {
    let t = ((v - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
