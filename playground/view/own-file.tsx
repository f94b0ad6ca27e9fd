import { useId } from "preact/hooks";
import { OWN } from "../data/data-set.ts";
import { own, reading, settings, takeFile } from "../state/page.ts";
import { count } from "./numbers.ts";

// A file of one's own: chosen, or dropped anywhere on the page.

/** As many columns as are named. */
const MOST_NAMES = 6;

/** What is made of the file. */
function Description() {
  if (settings.value.data !== OWN || own.value === undefined) return null;
  const { name, target, classes, columns, ignored, set } = own.value;
  const from =
    columns.length > MOST_NAMES
      ? `${columns.slice(0, MOST_NAMES).join(", ")} and ${columns.length - MOST_NAMES} more`
      : columns.join(", ");
  const of = classes.length > 0 ? `“${target}”, ${classes.join(" or ")},` : `“${target}”`;
  return (
    <p class="note" data-testid="own">
      {name}: {of} from {from}; {count(set.train.y.length)} rows to learn from, {count(set.test.y.length)} to be tested on.
      {ignored.length > 0 &&
        ` Left out: ${ignored.slice(0, MOST_NAMES).join("; ")}${ignored.length > MOST_NAMES ? ` and ${ignored.length - MOST_NAMES} more` : ""}.`}
    </p>
  );
}

export function OwnFile() {
  const id = useId();
  return (
    <div class="own">
      <input
        id={id}
        class="visually-hidden"
        type="file"
        accept=".csv,.tsv,.txt,.jsonl,.ndjson,.gz,text/csv"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          // The same file may be chosen again when it was mended.
          currentTarget.value = "";
          if (file) void takeFile(file);
        }}
      />
      <label for={id}>Your own CSV …</label>
      <p class="note">Or drop it on the page. The last column is learned from the others; it stays in this page.</p>
      <p class="note" role="status">
        {reading.value !== undefined && `Reading ${reading.value} …`}
      </p>
      <Description />
    </div>
  );
}

/** Takes files that are dropped on the page. */
export function acceptDrops(): void {
  const { dataset } = document.documentElement;
  const brings = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;
  window.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    dataset.dragging = "";
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) delete dataset.dragging;
  });
  window.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    delete dataset.dragging;
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void takeFile(file);
  });
}
