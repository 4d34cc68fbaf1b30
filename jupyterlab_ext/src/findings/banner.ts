import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel } from '@lumino/widgets';

import type { Fix } from '../generated/answers';
import { Findings } from './findings';
import type { Finding } from './findings';

/** Pixels that it takes of a notebook at most; more is scrolled. */
const TALLEST = 180;

/** Findings about a whole notebook, above its cells. */
export class Banner extends Panel {
  /** @param mend - mends a finding. */
  constructor(trans: TranslationBundle, mend: (fix: Fix) => void) {
    super();
    this.addClass('nbf-Banner');
    this._findings = new Findings(trans, mend);
    this.addWidget(this._findings);
    // What is above a notebook is as high as it says that it must be.
    this._observer = new ResizeObserver(() => this._fit());
    this._observer.observe(this._findings.node);
  }

  /** Show these from now on. */
  set view(findings: readonly Finding[]) {
    this._findings.view = findings;
  }

  override dispose(): void {
    this._observer.disconnect();
    super.dispose();
  }

  private _fit(): void {
    const { height: wanted } = this._findings.node.getBoundingClientRect();
    const height = Math.min(Math.ceil(wanted), TALLEST);
    this.node.style.minHeight = `${height}px`;
    this.parent?.fit();
  }

  private readonly _findings: Findings;
  private readonly _observer: ResizeObserver;
}
