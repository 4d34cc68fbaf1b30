import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Actions } from '../actions';
import type { Deeds } from '../deeds';
import type { Monitor } from '../monitor';
import type { Projects } from '../projects';
import type { Watch } from '../watch';

/** What all parts of the panel are given. */
export interface Frame {
  readonly monitor: Monitor;
  readonly projects: Projects;
  readonly actions: Actions;
  readonly deeds: Deeds;
  readonly watch: Watch;
  readonly trans: TranslationBundle;
  /** The language of dates, as `de-DE`. */
  readonly language: string;
  /** Folders of the notebooks that are open, in the server's contents. */
  readonly folders: readonly string[];
  /** Whether long lines of logs go on below. */
  readonly wraps: boolean;
  /** Keep that they do, or do not. */
  setWraps(wraps: boolean): void;
}

const Given = React.createContext<Frame | null>(null);

export const FrameProvider = Given.Provider;

/** What all parts of the panel are given. */
export function useFrame(): Frame {
  const frame = React.useContext(Given);
  if (frame === null) {
    throw new Error('outside of the panel');
  }
  return frame;
}
