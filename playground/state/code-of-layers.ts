import { rateOf, type Settings } from "./settings.ts";

// The layers of a network as calls.

type Value = string | number | undefined | readonly string[];

/** The options of a call that are not left out. */
export function options(given: Readonly<Record<string, Value>>): string {
  const parts = Object.entries(given).filter(([, value]) => value !== undefined);
  return `{ ${parts.map(([name, value]) => `${name}: ${typeof value === "number" ? value : JSON.stringify(value)}`).join(", ")} }`;
}

/** A call of a function of the library. */
export interface Call {
  readonly of: string;
  readonly text: string;
}

function call(of: string, ...given: readonly (string | number)[]): Call {
  return { of, text: `${of}(${given.join(", ")})` };
}

/** The dropout layer behind a column of units; none where nothing sleeps. */
function dropoutCalls(settings: Settings, rate: number, column: number): Call[] {
  const { kind, activation } = settings;
  const name = column === 0 ? "input" : `hidden${column}`;
  const ofKind = column === 0 && kind !== "gaussian" && kind !== "dropConnect" ? "dropout" : kind;
  if (ofKind === "dropConnect" || (rate === 0 && ofKind !== "standout")) return [];
  if (ofKind === "standout")
    return [call("standout", options({ rate, activation: activation === "relu" ? undefined : activation, name }))];
  if (ofKind !== "dropout") return [call(`${ofKind}Dropout`, options({ rate, name }))];
  return [call("dropout", options({ rate, scaling: scalingOf(settings), name }))];
}

const scalingOf = ({ scaling }: Settings) => (scaling === "standard" ? scaling : undefined);

/** The weights from a column to the next. */
function weightsCall(settings: Settings, column: number, units: number): Call {
  const { kind, activation, inputRate } = settings;
  const initializer = activation === "selu" ? "lecun" : undefined;
  if (kind !== "dropConnect") return call("dense", units, ...(initializer ? [options({ initializer })] : []));
  const rate = column === 0 ? inputRate : rateOf(settings, column - 1);
  const those = { rate, scaling: scalingOf(settings), sharedAcross: [], initializer, name: `dense${column + 1}` };
  return call("dropConnect", units, options(those));
}

/** The lines of layers of a network. */
export function layerCalls(settings: Settings, outputs: number): Call[][] {
  const { hidden, kind, activation, inputRate } = settings;
  const lines = [
    dropoutCalls(settings, inputRate, 0),
    ...hidden.map((units, index) => [
      weightsCall(settings, index, units),
      ...(kind === "standout" ? [] : [call(activation)]),
      ...dropoutCalls(settings, rateOf(settings, index), index + 1),
    ]),
    [weightsCall(settings, hidden.length, outputs)],
  ];
  return lines.filter((line) => line.length > 0);
}
