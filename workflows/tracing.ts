/**
 * Carries the place in a trace from whoever starts a workflow to its activities, and tells the worker what has ended, which makes spans of
 * it. Nothing here can be seen in an order's course: no command, no random number and no turn of the event loop more, so that orders go
 * on between workers that trace and workers that do not (ADR 19).
 */
import { proxySinks, workflowInfo, type Headers, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow';
import type { Payload } from '@temporalio/common';
import { traceHeader } from '../contracts/names';

/** What has ended, run or message. */
export interface Ended {
  kind: 'run' | 'update' | 'signal';
  name: string;
  startedAt: number;
  /** The name of the error. */
  failure?: string;
  /** Where the workflow stands in a trace. */
  own?: Payload | undefined;
  /** Where whoever has sent the message does. */
  sender?: Payload | undefined;
}

export interface TraceSinks extends Sinks {
  traces: { ended(what: Ended): void };
}

/** Whoever loads the bundle says whether traces are carried (`loadWorkflows`). */
export const interceptors = (): WorkflowInterceptors =>
  (globalThis as { carryTraces?: boolean }).carryTraces === true ? carryTraces() : {};

function carryTraces(): WorkflowInterceptors {
  const { traces } = proxySinks<TraceSinks>();
  let own: Payload | undefined;
  const carry = <Input extends { headers: Headers }>(input: Input): Input =>
    own ? { ...input, headers: { ...input.headers, [traceHeader]: own } } : input;

  /** The promise itself goes on: one behind it would settle a turn later than without traces. */
  const tell = <T>(kind: Ended['kind'], name: string, sender: Payload | undefined, running: Promise<T>): Promise<T> => {
    const startedAt = Date.now();
    const ended = (failure?: string): void => traces.ended({ kind, name, startedAt, failure, own, sender });
    running.then(
      () => ended(),
      (err: unknown) => ended(err instanceof Error ? err.name : typeof err),
    );
    return running;
  };

  return {
    inbound: [
      {
        execute(input, next) {
          own = input.headers[traceHeader];
          return tell('run', workflowInfo().workflowType, undefined, next(input));
        },
        handleUpdate: (input, next) => tell('update', input.name, input.headers[traceHeader], next(input)),
        handleSignal: (input, next) => tell('signal', input.signalName, input.headers[traceHeader], next(input)),
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
