import type { TranslationBundle } from '@jupyterlab/translation';

import type { Place } from '../outline/outline';

/** What a cell's strip shows. */
export interface StripView {
  readonly tone: 'step' | 'parameters' | 'setup' | 'skip' | 'leading';
  /** The colour of a step, counted from 0. */
  readonly hue: number;
  readonly name: string;
  /** What the tags say of the cell and its step. */
  readonly marks: readonly string[];
  /** Whether something else begins here than stands above. */
  readonly begins: boolean;
  /** Whether there is more to see than the colour. */
  readonly headed: boolean;
  /** The strip in words. */
  readonly title: string;
  /** What a press on the name does, in words. */
  readonly label: string;
}

/** The strip of a cell; null where it has none, as text has. */
export function stripView(
  place: Place,
  hue: (step: string) => number,
  trans: TranslationBundle
): StripView | null {
  const { role, step } = place;
  if (role === 'text') {
    return null;
  }
  const marks = marksOf(place, trans);
  const name = nameOf(place, trans);
  return {
    tone: role,
    hue: step === null ? 0 : hue(step),
    name,
    marks,
    begins: place.begins,
    headed: place.begins || marks.length > 0,
    title: titleOf(place, trans),
    label: trans.__('%1: edit', name)
  };
}

function nameOf({ role, step, marks }: Place, trans: TranslationBundle): string {
  switch (role) {
    case 'step':
      return step ?? trans.__('no step');
    case 'skip':
      return trans.__('skipped');
    case 'leading':
      return trans.__('before the first step');
    default:
      return marks.word ?? role;
  }
}

function titleOf({ role, step }: Place, trans: TranslationBundle): string {
  switch (role) {
    case 'parameters':
      return trans.__('The defaults of the parameters');
    case 'setup':
      return trans.__('Runs at the beginning of every step');
    case 'skip':
      return trans.__('Not part of the pipeline');
    case 'leading':
      return trans.__(
        'Stands before the first step: runs in every step, or once, as its code asks'
      );
    default:
      return step === null
        ? trans.__('Belongs to no step')
        : trans.__('Belongs to the step %1', step);
  }
}

function marksOf({ role, marks }: Place, trans: TranslationBundle): string[] {
  if (role === 'skip') {
    return [];
  }
  return [
    ...(marks.kind === 'notebook' ? [trans.__('runs a notebook')] : []),
    ...(marks.metrics ? [trans.__('metrics')] : []),
    ...(marks.after.length > 0 ? [trans.__('after %1', marks.after.join(', '))] : []),
    ...marks.options
  ];
}
