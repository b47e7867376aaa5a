import { createSecretKey } from 'node:crypto';
import { z } from 'zod';

/** `current` encrypts new payloads. Without it they stay plain while encrypted ones can be read, to introduce or to remove encryption. */
export type PayloadKeys = z.infer<typeof payloadKeys>;
export type PayloadKey = PayloadKeys['all'][number];

/** In place of the first key: new payloads stay plain. */
const plain = 'plain';
const keyBytes = 32;
const idForm = /^[A-Za-z0-9._-]{1,64}$/;
const keyForm = /^[A-Za-z0-9+/]+={0,2}$/;

/** Parses `id1:base64,id2:base64` or `plain,id1:base64`; the first key encrypts. Error messages never contain a key. */
export const payloadKeys = z.string().transform((text, context) => {
  const wrong = (message: string): void => context.addIssue({ code: 'custom', message });
  const [first, ...others] = text.split(',').map((entry) => entry.trim());
  const entries = first === plain ? others : [first ?? '', ...others];
  if (entries.length === 0) wrong(`"${plain}" alone is no key: omit the variable where nothing is encrypted`);
  const all = entries.flatMap((entry, place) => {
    const [, id = '', encoded = ''] = /^([^:]*):(.*)$/.exec(entry) ?? [];
    if (!idForm.test(id) || id === plain) {
      wrong(`key ${place + 1} has no valid id: <id>:<base64>, an id of letters, digits, ".", "_", "-"`);
      return [];
    }
    const bytes = keyForm.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
    if (bytes.length !== keyBytes) {
      wrong(`the key "${id}" is not ${keyBytes} bytes in base64: openssl rand -base64 ${keyBytes}`);
      return [];
    }
    return [{ id, key: createSecretKey(bytes) }];
  });
  const twice = all.map(({ id }) => id).filter((id, place, ids) => ids.indexOf(id) !== place);
  for (const id of new Set(twice)) wrong(`the id "${id}" is used twice`);
  return { current: first === plain ? undefined : all[0], all };
});
