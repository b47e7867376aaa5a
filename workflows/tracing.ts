/**
 * Carries the trace context from the sender of a message through a workflow to its activities, and reports ended runs and messages to the
 * worker, which makes spans of them. Adds no command, no random number and no turn of the event loop: orders move freely between
 * workers that trace and workers that do not (ADR 19).
 */
import { proxySinks, workflowInfo, type Headers, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow';
import type { Payload } from '@temporalio/common';
import { traceHeader } from '../contracts/names';

/** A run or message that has ended. */
export interface Ended {
  kind: 'run' | 'update' | 'signal';
  name: string;
  startedAt: number;
  /** The name of the error. */
  failure?: string;
  /** The trace context of the workflow. */
  own?: Payload | undefined;
  /** The trace context of the message's sender. */
  sender?: Payload | undefined;
}

export interface TraceSinks extends Sinks {
  traces: { ended(what: Ended): void };
}

/** The loader of the bundle decides whether traces are carried (`loadWorkflows`). */
export const interceptors = (): WorkflowInterceptors =>
  (globalThis as { carryTraces?: boolean }).carryTraces === true ? carryTraces() : {};

function carryTraces(): WorkflowInterceptors {
  const { traces } = proxySinks<TraceSinks>();
  let own: Payload | undefined;
  const carry = <Input extends { headers: Headers }>(input: Input): Input =>
    own ? { ...input, headers: { ...input.headers, [traceHeader]: own } } : input;

  /** Returns the same promise: one derived from it would settle a turn later than without traces. */
  const report = <T>(kind: Ended['kind'], name: string, sender: Payload | undefined, running: Promise<T>) => {
    const startedAt = Date.now();
    const ended = (failure?: string): void => traces.ended({ kind, name, startedAt, failure, own, sender });
    running.then(
      () => ended(),
      (error: unknown) => ended(error instanceof Error ? error.name : typeof error),
    );
    return running;
  };

  return {
    inbound: [
      {
        execute(input, next) {
          own = input.headers[traceHeader];
          return report('run', workflowInfo().workflowType, undefined, next(input));
        },
        handleUpdate: (input, next) => report('update', input.name, input.headers[traceHeader], next(input)),
        handleSignal: (input, next) => report('signal', input.signalName, input.headers[traceHeader], next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(carry(input)),
        scheduleLocalActivity: (input, next) => next(carry(input)),
        getLogAttributes: (input, next) => next({ ...input, trace: own }),
      },
    ],
  };
}
