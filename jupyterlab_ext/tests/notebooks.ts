import { NotebookModel } from '@jupyterlab/notebook/lib/model';

import { bookOf } from '../src/editing/book';
import type { Book, Change } from '../src/editing/book';
import { apply } from '../src/editing/history';
import { readMarks, tagsOf } from '../src/outline/marks';
import { outline } from '../src/outline/outline';

/** A real notebook as the editor has it, of cells with these tags; null is text. */
export class Written {
  readonly model = new NotebookModel();

  constructor(...tags: (string | null)[]) {
    this.model.sharedModel.insertCells(
      0,
      tags.map((found, index) => ({
        id: `c${index}`,
        cell_type: found === null ? 'markdown' : 'code',
        source: 'x = 1',
        metadata: found === null || found === '' ? {} : { tags: found.split(' ') }
      }))
    );
    this.model.sharedModel.clearUndoHistory();
    this.model.dirty = false;
  }

  get book(): Book {
    const cells = Array.from(this.model.cells, cell => ({
      id: cell.id,
      code: cell.type === 'code',
      marks: readMarks(tagsOf(cell.getMetadata('tags')))
    }));
    return bookOf(this.model, outline(cells));
  }

  /** The cells' tags, as the constructor takes them. */
  get tags(): string[] {
    return Array.from(this.model.cells, cell => tagsOf(cell.getMetadata('tags')).join(' '));
  }

  get options(): unknown {
    return this.model.getMetadata('nbflow') as unknown;
  }

  /** Write these options, as somebody else does. */
  say(options: object): void {
    this.model.setMetadata('nbflow', options);
  }

  do(change: (book: Book) => Change): void {
    apply(this.model, change(this.book));
  }
}
