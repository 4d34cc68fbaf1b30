import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Difference } from '../generated/answers';

/** What would be another one than what is published, and how cells would be written otherwise. */
export function ChangeList(props: {
  found: Pick<Difference, 'changes' | 'cells'>;
  trans: TranslationBundle;
  /** What stands above a cell's lines. */
  lead?: (cell: string) => React.ReactNode;
}): React.JSX.Element {
  const { found, trans, lead } = props;
  return (
    <ul className="nbf-Changes">
      {found.changes.map((change, index) => (
        <li key={index} data-sort={change.sort}>
          <span className="nbf-Changes-what">
            {[change.part, change.name].filter(Boolean).join(' ')}:
          </span>{' '}
          {toldOf(change, found.cells).join('; ') || wordOf(change.sort, trans)}
        </li>
      ))}
      {found.cells.map(({ cell, index, sort, step, stage, text }) => (
        <li key={`${stage ?? ''}/${cell}`} data-sort={sort}>
          <details>
            <summary>
              {trans.__('Cell %1', index)} {wordOf(sort, trans)}
              {step !== null && ` · ${step}`}
            </summary>
            {lead?.(cell)}
            <pre className="nbf-Diff" tabIndex={0}>
              {text
                .split('\n')
                .filter(line => !/^(---|\+\+\+|@@)/.test(line))
                .map((line, at) => (
                  <span key={at} data-sign={line.slice(0, 1)}>
                    {line}
                    {'\n'}
                  </span>
                ))}
            </pre>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** What of it; but which cells, where the list of cells tells that by number and line, not by id. */
function toldOf(change: Difference['changes'][number], cells: Difference['cells']): string[] {
  const below = change.part === 'steps' && cells.some(cell => stepOf(cell) === change.name);
  return change.details.filter(detail => !below || !/^cells? (changed|new|gone): /.test(detail));
}

function stepOf({ step, stage }: Difference['cells'][number]): string {
  return stage === null ? (step ?? '') : `${stage}.${step ?? ''}`;
}

function wordOf(sort: string, trans: TranslationBundle): string {
  switch (sort) {
    case 'new':
      return trans.__('is new');
    case 'gone':
      return trans.__('is gone');
    default:
      return trans.__('is changed');
  }
}
