import type { Preparation } from "../tables/preparation.ts";
import type { TableModel } from "../tables/table-model.ts";
import { type EnsembleModel, openEnsemble } from "./ensemble-folder.ts";
import { openTableModel } from "./model-argument.ts";

/** One network, or several as one. */
export type AnyModel = TableModel | EnsembleModel;

/**
 * What is behind `<model>`: a run folder, the file of a model, or the index of an ensemble.
 * @throws {DrowseError} when there is none, or a file is damaged or another program's.
 */
export async function openAnyModel(operation: string, argument: string): Promise<AnyModel> {
  return (await openEnsemble(operation, argument)) ?? (await openTableModel(operation, argument));
}

/** Whether it is of a table: ensembles are. */
export const isOfTable = (found: AnyModel): found is AnyModel & { readonly preparation: Preparation } =>
  found.preparation !== undefined;
