import type { INotebookModel } from '@jupyterlab/notebook';

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
