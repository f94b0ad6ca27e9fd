import { meanOf } from "../study/paired.ts";
import type { EnsembleEnd, EnsembleEvent, MemberEvent } from "./ensemble-events.ts";
import { formatCount, formatSeconds, wrapWords } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import { measuresText, type TableMeasures } from "./table-measures.ts";
import { jsonTableReport, textTableReport } from "./table-report.ts";
import type { Terminal } from "./terminal.ts";

/** Shows the training of an ensemble. */
export interface EnsembleReport {
  show(event: EnsembleEvent): void;
  end(end: EnsembleEnd, out: string): void;
  clear(): void;
}

/** An event a line. */
export function jsonEnsembleReport(terminal: Terminal): EnsembleReport {
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  const table = jsonTableReport(terminal);
  return {
    show: (event) => (event.event === "start" ? table.show(event) : print(event)),
    end: (end, out) => print({ ...end, out }),
    clear() {},
  };
}

/** What was found, a line for each member, and what came of them; on a screen one more line, that lives. */
export function textEnsembleReport(terminal: Terminal): EnsembleReport {
  const lines = new LiveLines(terminal);
  const table = textTableReport(terminal);
  let [all, trained] = [0, 0];
  const write = (text: string) => {
    lines.clear();
    terminal.write(
      wrapWords(text, Math.max(40, terminal.columns - 1))
        .map((line, index) => `${index ? "  " : ""}${line}\n`)
        .join(""),
    );
  };
  const draw = () => terminal.isLive && trained < all && lines.draw([progressText(trained, all, terminal)]);
  return {
    show(event) {
      if (event.event === "start") {
        [all, trained] = [event.members, event.known];
        table.show(event);
        const known = trained > 0 ? `; ${trained} of them are there already` : "";
        write(`an ensemble of ${all} networks, which differ by their seeds${known}`);
      } else if (event.event === "member") {
        trained++;
        write(memberText(event, all));
      } else write(`queue: ${event.message}`);
      draw();
    },
    end(end, out) {
      for (const line of endLines(end, out)) write(line);
    },
    clear: () => lines.clear(),
  };
}

function progressText(trained: number, all: number, { columns, palette }: Pick<Terminal, "columns" | "palette">): string {
  const parts = [
    { text: `${trained} of ${all} members trained`, rank: 9, paint: palette.strong },
    { text: formatBar(trained / all, 12), rank: 4, paint: palette.second },
  ];
  return fitSegments(parts, columns);
}

/** A member in a line: `member 2/5   epoch 21 of 41   validation loss 0.1093   1.20 s`. */
function memberText({ member, epochs, bestEpoch, validationLoss, seconds }: MemberEvent, all: number): string {
  const held = validationLoss === undefined ? [] : [`validation loss ${validationLoss.toFixed(4)}`];
  const epoch = bestEpoch === epochs ? `${epochs} epochs` : `epoch ${bestEpoch} of ${epochs}`;
  return [`member ${String(member).padStart(String(all).length)}/${all}`, epoch, ...held, formatSeconds(seconds)].join("   ");
}

function endLines({ members, refit, validation, test, alone, seconds }: EnsembleEnd, out: string): string[] {
  return [
    `ended in ${formatSeconds(seconds)}`,
    ...(refit
      ? [`each was trained again, as long as was best for it, on all ${formatCount(refit.rows)} rows that are not tested on`]
      : []),
    ...(validation ? [`validation: ${measuresText(validation)}`] : []),
    ...(test ? [`test: ${measuresText(test)}`] : []),
    ...(alone ? [`a member alone, in the mean of ${members}: ${measuresText(meanMeasures(alone))}`] : []),
    `wrote ${out}`,
  ];
}

/** The mean of each measure. */
export function meanMeasures(all: readonly TableMeasures[]): TableMeasures {
  const names = Object.keys(all[0]).filter((name) => all.every((measures) => measures[name] !== undefined));
  return Object.fromEntries(names.map((name) => [name, meanOf(all.map((measures) => measures[name]))]));
}
