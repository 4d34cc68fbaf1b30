import { nullTranslator } from '@jupyterlab/translation';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

const Given = React.createContext<TranslationBundle | null>(null);

/** Gives all that is inside the translations. */
export const WordsProvider = Given.Provider;

/** The translations; those of nobody where none are given. */
export function useTrans(): TranslationBundle {
  return React.useContext(Given) ?? nullTranslator.load('nbflow');
}

/** The language of dates, as `de-DE`: the browser's where it is a variety of JupyterLab's. */
export function languageOf(translator: ITranslator): string {
  const language = translator.languageCode.replace('_', '-');
  return navigator.language.split('-')[0] === language ? navigator.language : language;
}
