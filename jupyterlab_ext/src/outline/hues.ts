/** How many colours there are; the style sheet has as many. */
export const HUES = 8;

/** Gives steps colours that they keep while they are there. */
export class Hues {
  /** The colour of a step, counted from 0. */
  of(step: string): number {
    return this._given.get(step) ?? 0;
  }

  /**
   * Let these be the steps, in the notebook's order.
   *
   * A new one gets the first colour that the fewest have.
   */
  update(steps: readonly string[]): void {
    const present = new Set(steps);
    for (const step of [...this._given.keys()]) {
      if (!present.has(step)) {
        this._given.delete(step);
      }
    }
    const used = new Array<number>(HUES).fill(0);
    for (const hue of this._given.values()) {
      used[hue] = (used[hue] ?? 0) + 1;
    }
    for (const step of present) {
      if (!this._given.has(step)) {
        const hue = used.indexOf(Math.min(...used));
        used[hue] = (used[hue] ?? 0) + 1;
        this._given.set(step, hue);
      }
    }
  }

  private readonly _given = new Map<string, number>();
}
