import { expect, it } from "vitest";
import { LiveLines } from "./live-lines.ts";
import { noColours } from "./paint.ts";

/** A screen that understands what live lines write, and breaks long lines as a terminal does. */
function screen(columns: number) {
  const rows: string[] = [""];
  let [row, column] = [0, 0];
  return {
    isLive: true,
    isClosed: false,
    columns,
    palette: noColours,
    writeError() {},
    write(text: string) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what these sequences begin with.
      for (const [piece] of text.matchAll(/\x1b\[\d*[A-Zm]|./gs)) {
        if (piece === "\n") [row, column] = [row + 1, 0];
        else if (piece === "\r") column = 0;
        else if (piece.endsWith("A") && piece.length > 1) row -= Number(piece.slice(2, -1));
        else if (piece === "\x1b[J") {
          rows.length = row + 1;
          rows[row] = rows[row].slice(0, column);
        } else if (piece.length === 1) {
          if (column === columns) [row, column] = [row + 1, 0];
          rows[row] = (rows[row] ?? "").slice(0, column) + piece;
          column += 1;
        }
        rows[row] ??= "";
      }
    },
    shown: () => rows.join("\n"),
  };
}

it("draws over what it drew, and writes other text above", () => {
  const terminal = screen(40);
  const lines = new LiveLines(terminal);
  terminal.write("start\n");
  lines.draw(["without 1", "with 1"]);
  lines.draw(["without 2", "with"]);
  expect(terminal.shown()).toBe("start\nwithout 2\nwith");
  lines.above("epoch 1\n");
  expect(terminal.shown()).toBe("start\nepoch 1\nwithout 2\nwith");
  lines.clear();
  lines.clear();
  expect(terminal.shown()).toBe("start\nepoch 1\n");
});

it("takes lines away that a screen has broken in two", () => {
  const terminal = screen(5);
  const lines = new LiveLines(terminal);
  terminal.write("a\n");
  lines.draw(["12345678", "123"]);
  expect(terminal.shown()).toBe("a\n12345\n678\n123");
  lines.clear();
  expect(terminal.shown()).toBe("a\n");
});
