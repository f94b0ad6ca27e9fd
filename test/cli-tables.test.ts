import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drowse, eventsOf } from "./command.ts";

// The command on tables, as people have them: in a process of its own, on files.

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-tables-"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const call = (...args: string[]) => drowse(args, { cwd });
const write = (name: string, text: string) => {
  writeFileSync(join(cwd, name), text);
  return name;
};

const COLOURS = ["red", "blue", "green"];
/** Flowers whose kind follows from size and colour, with a place that says nothing, a number of the row, and gaps. */
const flowers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => {
    const i = from + index;
    const size = ((i * 7919) % 100) / 10;
    const colour = COLOURS[(i * 31) % 3];
    return {
      id: i + 1,
      size: i % 11 === 5 ? "?" : size,
      colour,
      place: `a "${i % 2}"`,
      kind: size > 5 || colour === "red" ? "big" : "small",
    };
  });
const csv = (rows: readonly object[], columns = Object.keys(rows[0])) =>
  [
    columns.join(","),
    ...rows.map((row) => columns.map((name) => `"${String(row[name as never]).replaceAll('"', '""')}"`).join(",")),
  ].join("\n");

describe("drowse on a table", () => {
  it("trains a classification, tells what it found, and writes a run that repeats to the bit", async () => {
    write("flowers.csv", csv(flowers(300)));
    const args = ["train", "flowers.csv", "--epochs", "30", "--hidden", "16"];
    const text = await call(...args, "--out", "one");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/210 rows to train on, 45 to validate on, 45 to test\s+on/);
    expect(text.stdout).toMatch(/target kind: 2 classes \(classification\): big, small/);
    expect(text.stdout).toMatch(/left out: id: it counts the rows/);
    expect(text.stdout).toMatch(/some missing: size/);
    expect(text.stdout).toMatch(/test: error \d/);
    const config = JSON.parse(readFileSync(join(cwd, "one/config.json"), "utf8"));
    expect(config).toMatchObject({
      data: "flowers.csv",
      target: "kind",
      task: "classification",
      hidden: [16],
      test: 0.15,
      dropout: 0.5,
    });
    const events = eventsOf(await call(...args, "--json", "--threads", "1", "--out", "two"));
    expect(events[0]).toMatchObject({ event: "start", rows: 210, classes: ["big", "small"] });
    expect(events.at(-1)).toMatchObject({ event: "done", test: { rows: 45 } });
    const hash = (run: string) =>
      createHash("sha256")
        .update(readFileSync(join(cwd, run, "model.safetensors")))
        .digest("hex");
    expect(hash("two")).toBe(hash("one"));
  });

  it("writes a page of the run, which tells how to repeat it to the bit, and can be made again", async () => {
    const page = readFileSync(join(cwd, "one/report.html"), "utf8");
    for (const told of ["300", "flowers.csv", "Which columns matter", "it counts the rows"]) expect(page).toContain(told);
    const command = /<pre>(drowse train .*)<\/pre>/.exec(page)?.[1] ?? "";
    expect(command).toBe(
      "drowse train flowers.csv --target kind --task classification --hidden 16 --dropout 0.5 --epochs 30 --batch-size 32",
    );
    const [, ...args] = command.split(" ");
    expect(await call(...args, "--out", "again")).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "again/model.safetensors"))).toEqual(readFileSync(join(cwd, "one/model.safetensors")));
    rmSync(join(cwd, "one/report.html"));
    expect(await call("report", "one")).toEqual({ code: 0, stdout: "wrote one/report.html\n", stderr: "" });
    expect(readFileSync(join(cwd, "one/report.html"), "utf8")).toBe(page);
    write("fewer.csv", csv(flowers(200)));
    const other = await call("report", "one", "--data", "fewer.csv");
    expect(other).toMatchObject({ code: 1, stdout: "" });
    expect(other.stderr).toMatch(/fewer.csv is not the data of the run; give the data as they were with --data/);
  });

  it("trains again on all rows but those to test on, and keeps the model that was measured before", async () => {
    const args = ["train", "flowers.csv", "--epochs", "30", "--hidden", "16", "--test", "0"];
    const events = eventsOf(await call(...args, "--json", "--out", "refit"));
    const end = events.at(-1) as { bestEpoch: number; validation: object };
    expect(events[0]).toMatchObject({ event: "start", rows: 255, refit: true });
    expect(end).toMatchObject({ event: "done", refit: { rows: 300, epochs: end.bestEpoch } });
    expect(events.filter(({ phase }) => phase === "refit")).toHaveLength(end.bestEpoch);
    const told = await call(...args, "--no-refit", "--out", "kept");
    expect(told.stdout).toMatch(/the model is that of epoch \d+, the best/);
    const read = (path: string) => readFileSync(join(cwd, path));
    expect(read("refit/validated.safetensors")).toEqual(read("kept/model.safetensors"));
    expect(read("refit/model.safetensors")).not.toEqual(read("kept/model.safetensors"));
    expect(JSON.parse(read("kept/config.json").toString())).toMatchObject({ refit: false });
    // No rows are left that it has not seen: the page tells of the model before.
    const [twice, once] = ["refit", "kept"].map((run) => read(`${run}/report.html`).toString());
    const matrix = (page: string) => /<table[\s\S]*?<\/table>/.exec(page)?.[0];
    expect(matrix(twice)).toBe(matrix(once));
    expect(twice).toContain("it has seen the validation rows too");
    expect(once).toMatch(/<pre>drowse train [^<]*--no-refit/);
    expect(await call("report", "refit")).toMatchObject({ code: 0 });
    expect(read("refit/report.html").toString()).toBe(twice);
    expect((await call("inspect", "refit")).stdout).toMatch(/trained again .* on all rows but those to test on: \d+ epochs?\n/);
    const text = (await call(...args, "--out", "said")).stdout.replace(/\s+/g, " ");
    expect(text).toMatch(
      /epoch \d+ was the best: then trained again as long, on all 300 rows that are not tested on validation, before that/,
    );
  });

  it("predicts by the names of columns, keeps the order of rows and the other columns, and tells what is new", async () => {
    const rows = flowers(40, 300).map((row, index) => ({ ...row, more: index, colour: index === 3 ? "black" : row.colour }));
    write("new.csv", csv(rows, ["colour", "more", "place", "size"]));
    write("same.csv", csv(rows));
    const shuffled = await call("predict", "one", "new.csv");
    expect(shuffled.code).toBe(0);
    const lines = shuffled.stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("colour,more,place,size,prediction,probability");
    expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(rows.map(({ more }) => String(more)));
    expect(lines[1]).toContain('"a ""0"""');
    expect(shuffled.stderr).toContain("not known from training, and passed over: more\n");
    expect(shuffled.stderr).toContain("colour: 1 time a category that training did not see\n");
    const same = await call("predict", "one", "same.csv");
    const answers = (stdout: string) =>
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(",").slice(-2));
    expect(answers(same.stdout)).toEqual(answers(shuffled.stdout));
    const right = answers(same.stdout)
      .slice(1)
      .filter(([kind], row) => kind === rows[row].kind).length;
    expect(right).toBeGreaterThan(30);
    const events = eventsOf(await call("predict", "one", "same.csv", "--json"));
    expect(events[0]).toEqual({
      event: "prediction",
      row: 0,
      columns: Object.fromEntries(Object.entries(rows[0]).map(([name, value]) => [name, String(value)])),
      prediction: answers(same.stdout)[1][0],
      probability: Number(answers(same.stdout)[1][1]),
    });
    expect(events.at(-1)).toMatchObject({ event: "done", rows: 40 });
    expect(await call("predict", "one", "same.csv", "--to", "out.csv")).toMatchObject({
      code: 0,
      stdout: "wrote 40 predictions to out.csv\n",
    });
    expect(readFileSync(join(cwd, "out.csv"), "utf8")).toBe(same.stdout);
    const [end] = eventsOf(await call("predict", "one", "same.csv", "--to", "out.jsonl", "--json"));
    expect(end).toMatchObject({ event: "done", rows: 40, to: "out.jsonl" });
    const written = readFileSync(join(cwd, "out.jsonl"), "utf8").trimEnd().split("\n");
    expect(written.map((line) => JSON.parse(line))).toEqual(events.slice(0, -1));
  });

  it("tells how sure it is of classes, whatever the pieces in which a file is read", async () => {
    const rows = flowers(3000, 300);
    write("sure.csv", csv(rows));
    const sampled = ["--uncertainty", "20", "--json"];
    const events = eventsOf(await call("predict", "one", "sure.csv", ...sampled));
    expect(events.at(-1)).toMatchObject({ event: "done", rows: 3000, samples: 20 });
    const numbers = ["probability", "std", "entropy", "mutualInformation", "variationRatio"];
    expect(Object.keys(events[0])).toEqual(["event", "row", "columns", "prediction", ...numbers]);
    expect(events[2999]).toMatchObject({ row: 2999, columns: { id: "3300" } });
    // As JSON lines they come in other pieces.
    write("sure.jsonl", rows.map((row) => JSON.stringify({ ...row, size: row.size === "?" ? null : row.size })).join("\n"));
    const same = eventsOf(await call("predict", "one", "sure.jsonl", ...sampled, "--threads", "1"));
    const told = (list: typeof events) => list.slice(0, -1).map(({ columns: _, ...rest }) => rest);
    expect(told(same)).toEqual(told(events));
    const { stdout } = await call("predict", "one", "sure.csv", "--uncertainty", "20", "--output", "probabilities");
    expect(stdout.split("\n")[0]).toBe(
      "id,size,colour,place,kind,probability big,probability small,std big,std small,entropy,mutualInformation,variationRatio",
    );
  });

  it("evaluates, and inspects", async () => {
    expect((await call("evaluate", "one", "flowers.csv", "--metrics", "f1")).stdout).toMatch(
      /^flowers.csv: 300 rows: error [\d.]+%, loss [\d.]+, f1 0/,
    );
    const { code, stdout } = await call("inspect", "one");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /dropout1 .*rate 0\.5[\s\S]*predicts kind: one of big, small\ntakes\n {2}size {4}a number, standardised: mean [\d.]+, deviation [\d.]+; missing:\s+[\d.]+\s+\(the\s+median\),\s+beside\s+an\s+input\s+that\s+says\s+so\n {2}colour {2}one of blue, green, red\n {2}place {3}one of a "0", a "1"\nleft out: id: it counts the rows\ntrained for \d+ epochs/,
    );
  });

  it("trains a regression without a header, and predicts in the target's own units", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [((i * 37) % 100) / 10, i % 7, 1000 + 50 * (((i * 37) % 100) / 10)]);
    write("numbers.tsv", rows.map((row) => `${row.join("\t")}\r\n`).join(""));
    const trained = await call("train", "numbers.tsv", "--task", "regression", "--epochs", "60", "--out", "numbers", "--json");
    expect(trained.code).toBe(0);
    expect(eventsOf(trained).at(-1)).toMatchObject({ test: { rmse: expect.any(Number), r2: expect.any(Number) } });
    const { stdout } = await call("predict", "numbers", "numbers.tsv");
    const predicted = stdout
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(Number));
    const worst = Math.max(...predicted.map(([, , truth, guess]) => Math.abs(truth - guess)));
    expect(worst).toBeLessThan(150);
    const sampled = await call("predict", "numbers", "numbers.tsv", "--uncertainty", "200");
    const [header, ...lines] = sampled.stdout.trimEnd().split("\n");
    expect(header).toBe("c1,c2,c3,prediction,std");
    // A mean of samples is near the prediction in which nothing sleeps, and the spread is of the target's size, not of 1.
    for (const [row, line] of lines.entries()) {
      const [mean, std] = line.split(",").slice(-2).map(Number);
      expect(Math.abs(mean - predicted[row][3])).toBeLessThan(100);
      expect(std).toBeGreaterThan(3);
      expect(std).toBeLessThan(300);
    }
  });

  it.each([
    [["train", "missing.csv"], 1, /"missing.csv" does not exist/],
    [["train", "flowers.csv", "--target", "sort"], 1, /no column "sort"; the columns are id, size, colour, place, kind/],
    [["train", "broken.csv"], 1, /the column "a" has "oops" in row 41 among 99 numbers/],
    [["train", "header.csv"], 1, /row 2 has 3 fields.*--skip-lines 1/],
    [["train", "numbers.tsv", "--task", "regression", "--metrics", "auroc"], 2, /--metrics is given, and c3 holds numbers/],
    [["train", "flowers.csv", "--types", "size"], 2, /--types is "size"/],
    [["train", "flowers.csv", "--test", "1"], 2, /--test is "1"/],
    [["predict", "one", "other.csv"], 1, /the columns "size", "colour", "place" are missing/],
    [["predict", "one", "flowers.csv", "--rows", "0-9"], 2, /--rows is given, and the model is one of a table/],
    [
      ["predict", "one", "flowers.csv", "--uncertainty", "9", "--output", "logits"],
      2,
      /--uncertainty is 9, and --output is logits/,
    ],
    [["predict", "numbers", "numbers.tsv", "--output", "logits"], 2, /--output is logits, and c3 holds numbers/],
    [["evaluate", "one", "new.csv"], 1, /has no column "kind"/],
  ] as const)("says what is wrong with %j", async (args, code, message) => {
    write("broken.csv", ["a,b", ...Array.from({ length: 100 }, (_, i) => `${i === 40 ? "oops" : i / 3},${i % 2}`)].join("\n"));
    write("other.csv", "x,y\n1,2\n");
    write("header.csv", "150,a\n1,2,0\n2,3,1\n");
    const called = await call(...args);
    expect(called).toMatchObject({ code, stdout: "" });
    expect(called.stderr).toMatch(message);
    expect(called.stderr).not.toMatch(/\n\s+at /);
  });
});
