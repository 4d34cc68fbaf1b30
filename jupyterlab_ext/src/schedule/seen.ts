import type { Difference } from '../generated/answers';
import { versionsIn } from '../parts/versions';

/**
 * The published versions that the reader of a form knows of, by pipeline.
 *
 * Those that were there when the form first told of the pipeline, that are what the form would
 * publish, or that the reader made in this JupyterLab. What others publish later is told by the
 * form, too, but somewhere below: only who insists publishes over it.
 */
export class SeenVersions {
  /** The reader does something about what is published: what is found next is known. */
  expect(): void {
    this._expected = true;
  }

  /** Take notice of what was found. */
  note(found: Difference | null): void {
    if (found === null || found === this._last) {
      return;
    }
    this._last = found;
    const known = this._known.get(found.dag_id);
    if (known === undefined || this._expected || !found.changed) {
      this._known.set(found.dag_id, new Set([...(known ?? []), ...versionsIn(found)]));
    }
    this._expected = false;
  }

  /** The versions of a pipeline; none where nothing was published. */
  of(dag: string): string[] {
    return [...(this._known.get(dag) ?? [])];
  }

  private _expected = false;
  private _last: Difference | null = null;
  private readonly _known = new Map<string, ReadonlySet<string>>();
}
