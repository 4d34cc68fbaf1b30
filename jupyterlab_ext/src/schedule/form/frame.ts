import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Run } from '../../generated/answers';
import type { Question } from '../../parts/question';
import type { Causes } from '../causes';
import type { Draft } from '../draft';
import type { Errand } from '../errand';

/** What all parts of the form are given. */
export interface Frame {
  readonly draft: Draft;
  readonly errand: Errand;
  readonly causes: Causes;
  readonly trans: TranslationBundle;
  /** The language of dates, as `de-DE`. */
  readonly language: string;
  /** The reader's time zone. */
  readonly zone: string;
  /** The colour of a step, counted from 0. */
  hue(step: string): number;
  /** The tags of a step that say how it runs, as they are written. */
  tags(step: string): readonly string[];
  /** Publishes the notebook; a run that goes is told of when it ends. */
  publish(): void;
  /** Brings the reader to a cell. */
  goTo(cell: string): void;
  /** Says where a cell is: its number in the notebook, counted from 1; null of none. */
  numberOf(cell: string): number | null;
  /** Lets a cell hold the parameters. */
  makeParameters(cell: string): void;
  /** Asks a question that is answered with yes or no. */
  confirm(question: Question): Promise<boolean>;
  /** Shows a run with its log and its executed notebook; null where nothing does. */
  readonly showRun: ((run: Run) => void) | null;
}

const Given = React.createContext<Frame | null>(null);

export const FrameProvider = Given.Provider;

/** What all parts of the form are given. */
export function useFrame(): Frame {
  const frame = React.useContext(Given);
  if (frame === null) {
    throw new Error('outside of the form');
  }
  return frame;
}
