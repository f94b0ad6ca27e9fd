/**
 * A table as lines of text: the first row is its heading, the first column names the rows and is on the left, numbers
 * are on the right. A rule divides the heading from the rest.
 */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("   "),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("───");
  return [...lines.slice(0, 1), rule, ...lines.slice(1)];
}
