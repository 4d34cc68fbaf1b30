"""The look: in the colours of JupyterLab, else of VS Code, else between light and dark."""

# Notebook 7 puts what is tall into a window of a few lines, and a form is tall.
STYLE = """
.nbflow { --nbflow-text: var(--jp-ui-font-color1, var(--vscode-foreground, inherit));
  --nbflow-soft: var(--jp-ui-font-color2, var(--vscode-descriptionForeground, #767676));
  --nbflow-line: var(--jp-border-color2, var(--vscode-widget-border, #8884));
  --nbflow-fill: var(--jp-layout-color2, var(--vscode-editorWidget-background, #8881));
  --nbflow-bad: #d9483b;
  --nbflow-label: 180px;
  container-type: inline-size; max-width: 860px; overflow: visible;
  color: var(--nbflow-text); border: 1px solid var(--nbflow-line); border-radius: 4px;
  padding: 12px 16px; margin: 4px 0; box-sizing: border-box; }
.nbflow .nbflow { border: 0; padding: 0; margin: 8px 0 0; max-width: none; }
.jp-CodeCell.jp-mod-outputsScrolled:has(.nbflow) .jp-Cell-outputArea { max-height: 85vh; }
.nbflow-style { display: none !important; }
.nbflow .widget-vbox, .nbflow .widget-hbox { overflow: visible; }
.nbflow .widget-html, .nbflow .widget-html-content { min-width: 0; width: 100%; height: auto;
  overflow: visible; line-height: 1.5; color: var(--nbflow-text); }
.nbflow .widget-html { margin: 0 2px; }
.nbflow .nbflow-head { font-size: 1.15em; font-weight: 600; overflow-wrap: anywhere; }
.nbflow .nbflow-title { font-weight: 600; margin: 14px 0 4px; padding-top: 10px;
  border-top: 1px solid var(--nbflow-line); }
.nbflow .nbflow-soft, .nbflow .nbflow-note { color: var(--nbflow-soft); }
.nbflow .nbflow-lead { margin-bottom: 6px; }
.nbflow .nbflow-note { font-size: 0.92em; line-height: 1.4; overflow-wrap: anywhere; }
.nbflow .nbflow-field { margin-bottom: 2px; width: 100%; }
.nbflow .nbflow-field > .widget-inline-hbox:not(.widget-html) { width: auto; max-width: 600px;
  height: auto;
  min-height: 28px; align-items: flex-start; }
.nbflow .widget-inline-hbox > .widget-label { width: var(--nbflow-label) !important;
  flex: 0 0 var(--nbflow-label); text-align: left; white-space: normal; overflow-wrap: anywhere;
  height: auto; line-height: 1.35; padding: 5px 10px 5px 0; box-sizing: border-box;
  color: var(--nbflow-text); }
.nbflow .nbflow-field > .widget-html:not(.nbflow-empty) {
  padding-left: calc(var(--nbflow-label) + 8px); max-width: 680px; margin: -2px 2px 4px;
  box-sizing: border-box; }
.nbflow .nbflow-empty { display: none; }
.nbflow .widget-checkbox.widget-inline-hbox > .widget-label { flex: 0 0 var(--nbflow-label); }
.nbflow .widget-checkbox .widget-label-basic { color: var(--nbflow-text); width: auto; height: auto;
  white-space: normal; overflow-wrap: anywhere; max-width: none; flex: 1 1 auto; }
.nbflow input[type="text"], .nbflow textarea, .nbflow select { min-width: 0; }
.nbflow select { height: 28px; }
.nbflow .nbflow-fold, .nbflow .nbflow-fold.mod-active { width: auto; padding: 0; margin: 2px;
  background: transparent; box-shadow: none; color: var(--nbflow-soft); text-align: left; }
.nbflow .nbflow-fold i { width: 14px; }
.nbflow textarea { font-family: var(--jp-code-font-family, monospace); font-size: 0.95em; }
.nbflow .nbflow-bad :is(input, textarea) { border-color: var(--nbflow-bad) !important; }
.nbflow .nbflow-fault { color: var(--nbflow-bad); overflow-wrap: anywhere; }
.nbflow .nbflow-row { flex-flow: row wrap; margin: 8px 0 2px; gap: 2px; }
.nbflow .nbflow-row .widget-button, .nbflow .nbflow-row .jupyter-button { width: auto;
  padding: 0 12px; }
.nbflow :is(button, input, select, textarea, a, summary):focus-visible {
  outline: 2px solid var(--jp-brand-color1, #2185d0); outline-offset: 1px; }
.nbflow .nbflow-runs { list-style: none; margin: 0; padding: 0;
  font-variant-numeric: tabular-nums; }
.nbflow .nbflow-runs li { display: flex; flex-wrap: wrap; gap: 0 12px; }
.nbflow .nbflow-badge { font-weight: 600; color: var(--nbflow-soft); white-space: nowrap; }
.nbflow .nbflow-list { list-style: none; margin: 4px 0; padding: 0; }
.nbflow .nbflow-list > li { margin: 3px 0; overflow-wrap: anywhere; }
.nbflow .nbflow-wide { overflow-x: auto; }
.nbflow table.nbflow-steps { width: auto; max-width: 100%; border-collapse: collapse;
  margin: 8px 0 4px; background: transparent; color: inherit; table-layout: auto; border: 0;
  font-size: 1em; }
.nbflow .nbflow-steps :is(th, td, tr) { background: transparent !important; border: 0; }
.nbflow .nbflow-steps :is(th, td) { text-align: left; vertical-align: baseline;
  padding: 4px 14px 4px 0; font-size: 1em; white-space: nowrap; }
.nbflow .nbflow-steps th { color: var(--nbflow-soft); font-weight: normal;
  border-bottom: 1px solid var(--nbflow-line); }
.nbflow .nbflow-steps td.nbflow-name { white-space: normal; overflow-wrap: anywhere;
  min-width: 80px; }
.nbflow .nbflow-steps td.nbflow-now { white-space: normal; overflow-wrap: anywhere;
  padding: 0 0 6px 14px; color: var(--nbflow-soft); }
.nbflow .nbflow-number { font-variant-numeric: tabular-nums; }
.nbflow .nbflow-steps :is(th, td).nbflow-number { text-align: right; }
.nbflow .nbflow-bar { display: inline-block; width: 84px; height: 7px; border-radius: 4px;
  background: var(--nbflow-fill); box-shadow: inset 0 0 0 1px var(--nbflow-line);
  overflow: hidden; vertical-align: middle; margin-right: 8px; }
.nbflow .nbflow-bar > span { display: block; height: 100%; border-radius: 4px; }
.nbflow code { background: transparent; color: inherit; padding: 0;
  font-family: var(--jp-code-font-family, monospace); font-size: 0.95em; }
.nbflow .nbflow-note code { white-space: nowrap; }
.nbflow .nbflow-told { margin-top: 8px; }
.nbflow pre { font-family: var(--jp-code-font-family, monospace); font-size: 0.92em; margin: 4px 0;
  line-height: 1.4; padding: 8px 10px; max-height: 320px; overflow: auto; color: inherit;
  background: var(--nbflow-fill); border-radius: 3px; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.nbflow img { max-width: 100%; }
.nbflow a { color: var(--jp-content-link-color, var(--vscode-textLink-foreground, #2185d0));
  overflow-wrap: anywhere; }
.nbflow details > summary { cursor: pointer; margin: 6px 0; }
@container (max-width: 480px) {
  .nbflow-field > .widget-inline-hbox { flex-direction: column; align-items: stretch !important; }
  .nbflow-field > .widget-inline-hbox > .widget-label { width: auto !important;
    flex: none !important; padding-bottom: 2px !important; }
  .nbflow-field > .widget-checkbox > .widget-label { display: none; }
  .nbflow-field > .widget-inline-hbox > :is(input, select, textarea) { flex: none; width: 100%; }
  .nbflow-field > .widget-html:not(.nbflow-empty) { padding-left: 2px !important; }
  .nbflow-steps :is(th, td).nbflow-usual { display: none; }
  .nbflow-steps :is(th, td) { padding-right: 8px !important; }
  .nbflow-bar { display: none !important; }
}
"""
