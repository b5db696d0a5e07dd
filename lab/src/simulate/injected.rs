//! What attackers paint upon a picture before they inject it.

use super::light::QUARTERS;
use super::stage::Builder;
use super::surface::Texel;

impl Builder<'_> {
    /// What an attacker's tint does: every pixel as if it faced the screen where the face is.
    pub(super) fn tinted(&self, x: usize, y: usize) -> Texel {
        let face = [0.0, 0.0, self.scene.distance_cm];
        let diffuse = self.screen.irradiance(face, [0.0, 0.0, -1.0]).map(|v| self.scene.attack.gain * v);
        Texel { diffuse, gloss: [0.0; QUARTERS], ..self.live(x, y) }
    }

    /// What relighting through a mesh does: the person's diffuse answer, no gloss, no background.
    pub(super) fn relit(&self, x: usize, y: usize) -> Texel {
        let texel = self.live(x, y);
        let gain = self.scene.attack.gain * self.patch(x, y).person;
        Texel { diffuse: texel.diffuse.map(|v| gain * v), gloss: [0.0; QUARTERS], ..texel }
    }

    /// A tint with the light that would fall on another person's mesh, whose eyes lie in the same
    /// place.
    pub(super) fn overlaid(&self, x: usize, y: usize) -> Texel {
        let texel = self.live(x, y);
        let Some(other) = &self.other else { return texel };
        let own = self.patch(x, y);
        let lent = other.patch(&self.grid, x, y);
        let lit = self.texel(&lent.live(&self.grid, x, y)).diffuse;
        let gain = self.scene.attack.gain * own.person * lent.person;
        Texel { diffuse: lit.map(|v| gain * v), gloss: [0.0; QUARTERS], ..texel }
    }
}
