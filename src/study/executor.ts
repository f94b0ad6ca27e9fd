import type { MemberRequest, MemberResult } from "./member.ts";
import type { FoldRequest, FoldResult } from "./trial.ts";

/**
 * Where trainings are carried out: on threads of this machine (`threadExecutor`), or on other machines. Each training is a pure
 * function of its request and the data, so that where it ran, beside how many others and in which order changes nothing.
 */
export interface Executor {
  /** Trainings that it carries out at once: to give it more makes them wait. */
  readonly capacity: number;
  /**
   * Carries out a training.
   * @throws {DrowseError} on data or a configuration that cannot be trained; a `WorkerError` where it was lost.
   */
  run(request: FoldRequest): Promise<FoldResult>;
  /** Trains a member of an ensemble; throws as {@link run}. */
  runMember(request: MemberRequest): Promise<MemberResult>;
  /** Ends threads and connections; trainings that still run are given up. */
  close(): Promise<void>;
}
