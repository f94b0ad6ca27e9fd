import { describe, expect, it } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { configuration, standardConfiguration } from "./configuration.ts";

describe("configuration", () => {
  it("is the standard one, but for what is given", () => {
    expect(configuration()).toEqual(standardConfiguration);
    expect(configuration({ hidden: [], dropout: [], inputDropout: 1 })).toEqual({
      ...standardConfiguration,
      hidden: [],
      dropout: [],
      inputDropout: 1,
    });
  });

  it("takes what an optimizer has by default with the optimizer", () => {
    expect(configuration({ optimizer: "sgd" })).toMatchObject({ learningRate: 0.1, momentum: 0.5, weightDecay: 0 });
    expect(configuration({ optimizer: "sgd", learningRate: 1 })).toMatchObject({ learningRate: 1, momentum: 0.5 });
  });

  const wrong: readonly (readonly [settings: object, message: string])[] = [
    [{ dropout: [0.2, 1.7] }, "configuration.dropout.1 is 1.7; give a number from 0 (drop nothing) to 1 (drop everything)"],
    [{ dropout: [0.2, Number.NaN] }, "configuration.dropout.1 is NaN; give a number from 0"],
    [{ dropout: 0.2 }, "configuration.dropout is 0.2; give an array with the rate of each hidden layer"],
    [{ dropout: [0.2] }, "configuration.dropout is [0.2]; give one rate for each hidden layer"],
    [{ hidden: [0, 1] }, "configuration.hidden.0 is 0; give a whole number from 1 to 65536"],
    [{ hidden: Array(65).fill(1) }, "configuration.hidden is an array of 65; give at most 64 layers"],
    [{ activation: "toString" }, 'configuration.activation is "toString"; give one of relu'],
    [{ optimizer: "constructor" }, 'configuration.optimizer is "constructor"; give one of sgd'],
    [{ maxNorm: 0 }, 'configuration.maxNorm is 0; give a number above 0, or "none"'],
    [{ learningRate: Number.POSITIVE_INFINITY }, "configuration.learningRate is Infinity; give a number above 0"],
    [{ rate: 0.2 }, "configuration.rate is no setting there is; leave it out"],
    [{ momentum: 0.9 }, "configuration.momentum is 0.9; leave it out, or take sgd or rmsprop"],
    [{ dropoutKind: "alpha" }, 'configuration.activation is "relu"; take selu'],
    [{ dropoutKind: "standout", activation: "softplus" }, 'configuration.activation is "softplus"; with standout take one of'],
    [{ dropoutKind: "gaussian", dropout: [0.5, 1] }, "configuration.dropout is [0.5, 1]; give rates below 1"],
    [{ dropoutKind: "gaussian", inputDropout: 1 }, "configuration.inputDropout is 1; give a rate below 1"],
    [{ dropoutKind: "gaussian", scaling: "standard" }, 'configuration.scaling is "standard"; leave it inverted'],
  ];
  it.each(wrong)("refuses %j", (settings, message) => {
    const call = () => configuration(settings as never);
    expect(call).toThrow(DrowseError);
    expect(call).toThrow(`configuration: ${message}`);
  });
});
