import type { Marks } from './marks';

/** What a cell is in the pipeline. `leading`: it stands above all steps, and its code decides. */
export type Role = 'text' | 'parameters' | 'setup' | 'step' | 'skip' | 'leading';

/** A cell as the outline needs it. */
export interface Marked {
  readonly id: string;
  readonly code: boolean;
  readonly marks: Marks;
}

/** A cell's place in the pipeline. */
export interface Place {
  readonly role: Role;
  /** The step that it belongs to; null of other roles, and where that step is missing. */
  readonly step: string | null;
  /** Whether something else begins here than the code cell above is. */
  readonly begins: boolean;
  readonly marks: Marks;
}

/** The one step of a notebook that names none. */
export const UNTAGGED_STEP = 'main';

/**
 * Say what each cell is, by its id, from tags alone.
 *
 * The rules are those of nbflow itself; tests on both sides hold them to the same cases.
 */
export function outline(cells: readonly Marked[]): Map<string, Place> {
  const walk = new Walk(cells.some(cell => cell.code && cell.marks.step !== null));
  return new Map(
    begun(
      cells,
      cells.map(cell => walk.take(cell))
    )
  );
}

/**
 * The same with what a look at the code has told.
 *
 * @param steps - the cells of each step, and `setup` those that run in every step.
 */
export function refine(
  places: ReadonlyMap<string, Place>,
  told: { setup: readonly string[]; steps: readonly { name: string; cells: readonly string[] }[] }
): Map<string, Place> {
  const setup = new Set(told.setup);
  const steps = new Map(told.steps.flatMap(step => step.cells.map(id => [id, step.name])));
  const cells = [...places].map(([id, place]) => ({ id, code: true, marks: place.marks }));
  const roles = [...places].map(([id, place]): Standing => {
    const step = steps.get(id);
    if (place.role !== 'leading') {
      return place;
    }
    if (step !== undefined) {
      return { role: 'step', step };
    }
    return setup.has(id) ? { role: 'setup', step: null } : place;
  });
  return new Map(begun(cells, roles));
}

interface Standing {
  role: Role;
  step: string | null;
}

/** Goes over the cells from top to bottom. */
class Walk {
  /** @param _tagged - some cell names a step. */
  constructor(private readonly _tagged: boolean) {
    this._step = _tagged ? null : UNTAGGED_STEP;
  }

  take({ code, marks }: Marked): Standing {
    if (!code) {
      return { role: 'text', step: null };
    }
    if (marks.kind === 'skip') {
      return { role: 'skip', step: null };
    }
    if (marks.kind === 'parameters' || marks.kind === 'setup') {
      this._inSetup = marks.kind === 'setup' && this._tagged;
      return { role: marks.kind, step: null };
    }
    return marks.step === null ? this._continue(marks) : this._begin(marks, marks.step);
  }

  private _begin(marks: Marks, step: string): Standing {
    for (const waiting of this._waiting ?? []) {
      waiting.step = marks.kind === 'notebook' ? null : step;
    }
    this._step = marks.kind === 'notebook' ? null : step;
    this._waiting = marks.kind === 'notebook' ? [] : null;
    this._inSetup = false;
    return { role: 'step', step };
  }

  /** An untagged cell belongs to what stands above it. */
  private _continue(marks: Marks): Standing {
    if (this._inSetup && !marks.metrics) {
      return { role: 'setup', step: null };
    }
    this._inSetup = false;
    if (this._waiting !== null) {
      // Under a cell that runs a notebook: the step below has it.
      const waiting: Standing = { role: 'step', step: null };
      this._waiting.push(waiting);
      return waiting;
    }
    return this._step === null
      ? { role: 'leading', step: null }
      : { role: 'step', step: this._step };
  }

  private _step: string | null;
  private _inSetup = false;
  private _waiting: Standing[] | null = null;
}

/** Where something begins; text between cells of one step interrupts nothing. */
function* begun(
  cells: readonly Marked[],
  standings: readonly Standing[]
): Generator<[string, Place]> {
  let above: Standing | null = null;
  for (const [index, { id, marks }] of cells.entries()) {
    const here = standings[index];
    if (here === undefined) {
      return;
    }
    const { role, step } = here;
    const begins = role !== 'text' && (above?.role !== role || above.step !== step);
    yield [id, { role, step, begins, marks }];
    above = role === 'text' ? above : here;
  }
}
