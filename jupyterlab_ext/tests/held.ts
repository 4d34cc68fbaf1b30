/** An answer that is kept back, until it is let go. */
export class Held<Found> {
  constructor(found: Found) {
    this.answer = new Promise(resolve => {
      this.release = () => resolve(found);
    });
  }

  readonly answer: Promise<Found>;
  release: () => void = () => undefined;
}
