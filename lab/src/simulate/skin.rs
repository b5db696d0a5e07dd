//! Diffuse reflectance of skin in six tone groups.
//!
//! The groups are those of the individual typology angle, ITA = atan((L* − 50) / b*) (A. Chardon,
//! I. Cretois, C. Hourseau, "Skin colour typology and suntanning pathways", Int. J. Cosmetic
//! Science 13, 1991): very light > 55° > light > 41° > intermediate > 28° > tan > 10° > brown >
//! −30° > dark. Each has one CIELAB colour (D65) inside its group. They are representatives chosen
//! by us, no averages of a population: chroma rises to the tan group and falls again.

/// L*, a*, b* of the six groups.
const LAB: [[f32; 3]; 6] = [
    [72.0, 8.0, 14.0],
    [68.0, 10.0, 16.5],
    [63.5, 11.0, 18.5],
    [57.5, 12.5, 19.5],
    [45.0, 13.0, 18.0],
    [34.0, 9.5, 11.0],
];

/// White of D65.
const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_83];

/// XYZ (D65, Y of white 1) to linear sRGB, IEC 61966-2-1.
const XYZ_TO_RGB: [[f32; 3]; 3] = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]];

/// Linear sRGB of XYZ; may be negative outside the gamut.
pub(super) fn rgb_of_xyz(xyz: [f32; 3]) -> [f32; 3] {
    XYZ_TO_RGB.map(|row| super::vector::dot(row, xyz))
}

/// Reflectance of group `skin`, 1 ..= 6, for linear red, green and blue, each 0 ..= 1.
pub(super) fn reflectance(skin: u8) -> [f32; 3] {
    let group = usize::from(skin.clamp(1, 6)) - 1;
    let [l, a, b] = LAB[group];
    let y = (l + 16.0) / 116.0;
    // CIE 15:2004, 8.2.1: the inverse of CIELAB.
    let inverse = |f: f32| if f > 6.0 / 29.0 { f * f * f } else { 3.0 * (6.0f32 / 29.0).powi(2) * (f - 4.0 / 29.0) };
    let [wx, wy, wz] = WHITE;
    rgb_of_xyz([wx * inverse(y + a / 500.0), wy * inverse(y), wz * inverse(y - b / 200.0)])
        .map(|v| v.clamp(0.005, 0.95))
}

#[cfg(test)]
mod tests {
    use super::*;
    use selfsame::image::luminance_linear;

    #[test]
    fn each_group_is_inside_its_angle_and_reflects_less_than_the_one_before() {
        let least = [55.0, 41.0, 28.0, 10.0, -30.0, -90.0];
        let most = [90.0, 55.0, 41.0, 28.0, 10.0, -30.0];
        for (([l, _, b], low), high) in LAB.into_iter().zip(least).zip(most) {
            let ita = ((l - 50.0) / b).atan().to_degrees();
            assert!(low < ita && ita < high, "{ita}");
        }
        let luminance: Vec<f32> = (1..=6).map(|skin| luminance_linear(reflectance(skin))).collect();
        assert!(luminance.is_sorted_by(|a, b| a > b), "{luminance:?}");
        // L* = 72 is a luminance of ((72 + 16) / 116)³.
        assert!((luminance[0] - 0.4366).abs() < 0.002 && (luminance[5] - 0.0800).abs() < 0.002, "{luminance:?}");
        assert!((1..=6).map(reflectance).all(|[r, g, b]| r > g && g > b));
    }
}
