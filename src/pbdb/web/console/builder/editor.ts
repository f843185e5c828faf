// The document's editor: CodeMirror with what a playbook needs, and nothing of the screen's state.

import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  insertNewlineAndIndent,
} from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, Transaction } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";

import { colours, look } from "./editor_look.ts";

export { EditorView, setDiagnostics };
export type { CompletionSource, Diagnostic };

export interface Told {
  text: (text: string, isTyped: boolean) => void;
  cursor: (offset: number) => void;
  save: () => void;
}

const nonce = () =>
  EditorView.cspNonce.of(document.querySelector<HTMLElement>("[property=csp-nonce]")?.nonce ?? "");

const small = EditorView.theme({
  "&": { height: "auto" },
  ".cm-content": { padding: "5px 0" },
  ".cm-line": { padding: "0 8px" },
  ".cm-scroller": { maxHeight: "220px" },
});

/** A field of the inspector: a value as it is written. Enter keeps it, Shift-Enter begins a line. */
export function line(parent: HTMLElement, field: {
  text: string;
  label: string;
  id: string;
  described: string;
  complete: CompletionSource;
  commit: (text: string) => void;
}): EditorView {
  const hasLines = field.text.includes("\n");
  const commit = (view: EditorView) => (field.commit(view.state.sliceDoc()), true);
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: field.text,
      extensions: [
        nonce(),
        history(),
        drawSelection(),
        yaml(),
        syntaxHighlighting(colours),
        look,
        small,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": field.label,
          "aria-describedby": field.described,
          id: field.id,
          spellcheck: "false",
          tabindex: "0",
        }),
        autocompletion({ override: [field.complete], icons: false, interactionDelay: 0 }),
        keymap.of([
          ...completionKeymap,
          { key: "Mod-Enter", run: commit },
          ...(hasLines ? [] : [{ key: "Enter", run: commit }]),
          {
            key: "Escape",
            run: (view: EditorView) => {
              view.dispatch({
                changes: { from: 0, to: view.state.doc.length, insert: field.text },
              });
              return true;
            },
          },
          { key: "Shift-Enter", run: insertNewlineAndIndent },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.domEventHandlers({
          blur: (_, view) => {
            commit(view);
          },
        }),
      ],
    }),
  });
}

/** `told` is asked for each time: what it holds may change while the editor stays. */
export function editor(
  parent: HTMLElement,
  text: string,
  told: () => Told,
  complete: CompletionSource,
): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        nonce(),
        // Every byte stays, \r too, and an offset here is one in the text.
        EditorState.lineSeparator.of("\n"),
        EditorView.contentAttributes.of({
          "aria-label": "Document",
          spellcheck: "false",
          tabindex: "0",
        }),
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        highlightActiveLine(),
        yaml(),
        syntaxHighlighting(colours),
        look,
        autocompletion({ override: [complete], icons: false, interactionDelay: 0 }),
        keymap.of([
          { key: "Mod-s", run: () => (told().save(), true), preventDefault: true },
          // Tab stays the way out of the editor; Ctrl-] and Ctrl-[ move lines.
          ...completionKeymap,
          ...historyKeymap,
          ...lintKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            const isTyped = update.transactions.some((each) =>
              each.annotation(Transaction.userEvent)?.startsWith("input.type")
            );
            told().text(update.state.sliceDoc(), isTyped);
          }
          if (update.selectionSet && !update.docChanged) {
            told().cursor(update.state.selection.main.head);
          }
        }),
      ],
    }),
  });
}
