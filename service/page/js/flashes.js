// Shows a challenge's colours as they come, and when each was shown.

/** How long the last colour may stand while the next is on its way, in ms. */
const PATIENCE = 3000;
/** A frame so little before a colour's time, in ms, shows it: frames' times are rounded. */
const EARLY = 2;
/**
 * The least time between two colours, in ms, even where one came late: edges so far apart are no
 * flashes in a row (ITU-R BT.1702-3, 60 Hz).
 */
const SAFE = 334;

export class Flashes {
  #surface;
  #segments = [];
  #shown = -1;
  #changed = -Infinity;
  #zero = null;
  #end = null;
  #going = true;
  #hear;

  /**
   * On `surface`, an element over the whole screen. `hear` is told `began(zero)`, with the time of
   * the first picture in ms, `shown(index, ms from then)`, `over()`, and `late()` if a colour does
   * not come.
   */
  constructor(surface, hear) {
    this.#surface = surface;
    this.#hear = hear;
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** A segment has come from the service. */
  add(segment) {
    this.#segments.push(segment);
  }

  stop() {
    this.#going = false;
    delete this.#surface.dataset.shown;
    this.#surface.style.removeProperty("background-color");
  }

  // Colours change here alone, so that the time of an animation frame is that of a change.
  #frame(now) {
    if (!this.#going) return;
    requestAnimationFrame((next) => this.#frame(next));
    const at = this.#zero === null ? 0 : now - this.#zero;
    const due = this.#segments.findLastIndex(({ start_us }) => start_us <= 1000 * (at + EARLY));
    if (due < 0) return;
    if (due > this.#shown && now - this.#changed >= SAFE) {
      [this.#shown, this.#changed] = [due, now];
      const { color } = this.#segments[due];
      this.#surface.style.backgroundColor = `rgb(${color.join(" ")})`;
      this.#surface.dataset.shown = due;
      if (this.#zero === null) {
        this.#zero = now;
        this.#hear.began(now);
      }
      this.#hear.shown(due, at, this.#segments[due]);
    }
    const { start_us, duration_us, last } = this.#segments[this.#shown];
    const end = (start_us + duration_us) / 1000;
    if (last && at >= end && this.#end === null) {
      this.#end = end;
      this.#hear.over();
    }
    if (!last && at > end + PATIENCE) {
      this.stop();
      this.#hear.late();
    }
  }
}
