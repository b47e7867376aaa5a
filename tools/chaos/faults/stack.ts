import { setTimeout as sleep } from 'node:timers/promises';
import { askStack, type ControlRequest } from '../../stack/control';
import type { PartStatus } from '../../stack/part';
import type { PartName } from '../../stack/services';

/** The launcher of the system, as whoever wants to harm it sees it. */
export interface Stack {
  parts(): Promise<PartStatus[]>;
  /** SIGKILL, to the part and to all that it has started; after the time it is started again. Resolves when it is ready. */
  kill(part: PartName, downMs: number): Promise<void>;
}

const retryMs = 500;

export function stackAt(socket: string): Stack {
  const ask = async (request: ControlRequest): Promise<PartStatus[]> => {
    const reply = await askStack(socket, request);
    if (!reply?.ok) throw new Error(reply?.error ?? 'the launcher does not answer');
    return reply.status.parts;
  };
  return {
    parts: () => ask({ command: 'status' }),
    async kill(part, downMs) {
      await ask({ command: 'kill', part });
      await ask({ command: 'stop', part }); // it is dead: this only keeps the launcher from starting it at once
      await sleep(downMs);
      for (;;) {
        try {
          await ask({ command: 'start', part });
          return;
        } catch {
          await sleep(retryMs); // what it needs may be down as well; a killed server leaves processes for a moment
        }
      }
    },
  };
}
