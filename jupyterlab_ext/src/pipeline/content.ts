import type { INotebookModel } from '@jupyterlab/notebook';

import type { Diagnostic, Inspected } from '../generated/answers';

/** The rule that a notebook has code of a step. */
const NOTHING_TO_RUN = 'NB605';

/**
 * A notebook as it stands in the editor, without what its cells have written.
 *
 * Outputs mean nothing to a pipeline, and may be a thousand times as large as all else.
 */
export function contentOf(model: INotebookModel): Record<string, unknown> {
  return {
    nbformat: model.nbformat,
    nbformat_minor: model.nbformatMinor,
    metadata: model.sharedModel.getMetadata(),
    cells: Array.from(model.cells, ({ id, type, sharedModel }) => ({
      id,
      cell_type: type,
      metadata: sharedModel.getMetadata(),
      source: sharedModel.getSource(),
      ...(type === 'code' ? { execution_count: null, outputs: [] } : {})
    }))
  };
}

/** Whether nobody has written any code yet. */
export function isBlank(model: INotebookModel): boolean {
  return ![...model.cells].some(
    ({ type, sharedModel }) => type === 'code' && sharedModel.source.trim()
  );
}

/** What is wrong. That a notebook in which nothing is written yet has nothing to run is not. */
export function findingsIn(model: INotebookModel, found: Inspected | null): readonly Diagnostic[] {
  const all = found?.diagnostics ?? [];
  return isBlank(model) ? all.filter(({ code }) => code !== NOTHING_TO_RUN) : all;
}
