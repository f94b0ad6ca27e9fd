import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { history, settings } from "../state/page.ts";
import { titleOf } from "./kind-words.ts";
import { loss } from "./numbers.ts";
import { type Palette, palette } from "./palette.ts";

const HEIGHT = 230;
const MIDDLE_DOT = [2, 4];

function options(colours: Palette, width: number): uPlot.Options {
  const axis = {
    stroke: colours.muted,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
    font: "13px system-ui",
  };
  const curve = (label: string, stroke: string, dashed: boolean): uPlot.Series => ({
    label,
    stroke,
    width: dashed ? 1.5 : 2.5,
    points: { show: false },
    ...(dashed ? { dash: MIDDLE_DOT } : {}),
  });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, high) => [0, Math.max(0.02, high * 1.05)] } },
    axes: [
      { ...axis, size: 30 },
      { ...axis, size: 46 },
    ],
    series: [
      {},
      curve("awake, training", colours.awake, true),
      curve("awake, test", colours.awake, false),
      curve("asleep, training", colours.drowsy, true),
      curve("asleep, test", colours.drowsy, false),
    ],
    // The gap between training and test.
    bands: [
      { series: [2, 1], fill: `${colours.awake}1f` },
      { series: [4, 3], fill: `${colours.drowsy}2b` },
    ],
  };
}

function Chart() {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const colours = palette.value;
  const { moments } = history.value;
  const numbers: uPlot.AlignedData = [
    moments.map(({ epoch }) => epoch),
    moments.map(({ awake }) => awake.trainLoss),
    moments.map(({ awake }) => awake.testLoss),
    moments.map(({ drowsy }) => drowsy.trainLoss),
    moments.map(({ drowsy }) => drowsy.testLoss),
  ];
  const latest = useRef(numbers);
  latest.current = numbers;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(options(colours, element.clientWidth), latest.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [colours]);
  useEffect(() => chart.current?.setData(numbers), [history.value]);
  return <div class="chart" ref={place} aria-hidden="true" />;
}

/** The four curves, and the gaps between them in words. */
export function Losses() {
  const last = history.value.moments.at(-1);
  const row = (twin: "awake" | "drowsy") => {
    const { trainLoss, testLoss } = last?.[twin] ?? { trainLoss: 0, testLoss: 0 };
    return (
      <tr class={twin}>
        <th scope="row">{titleOf(twin, settings.value).toLowerCase()}</th>
        <td>{loss(trainLoss)}</td>
        <td>{loss(testLoss)}</td>
        <td class="gap">{loss(testLoss - trainLoss)}</td>
      </tr>
    );
  };
  return (
    <section class="card losses">
      <h2>The gap is what was learned by heart</h2>
      <Chart />
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">network</span>
            </th>
            <th scope="col">
              <i class="line dotted" />
              training loss
            </th>
            <th scope="col">
              <i class="line" />
              test loss
            </th>
            <th scope="col">
              <i class="area" />
              gap
            </th>
          </tr>
        </thead>
        <tbody>
          {row("awake")}
          {row("drowsy")}
        </tbody>
      </table>
    </section>
  );
}
