/** Building blocks of the groups of variables, and of the checks across variables beside them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const milliseconds = (defaultMs: number) => z.coerce.number().int().positive().default(defaultMs);
export const port = () => z.coerce.number().int().min(0).max(65_535);

/** Reports a problem under the variable that has to change. */
export type Refuse = (variable: string, problem: string) => void;

/** Whether only this machine can connect to a host. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host);

/** The path of a PEM file. It is read at once, so that a missing file fails the start; the value is its content. */
export const pemFile = (holds: 'CERTIFICATE' | 'PRIVATE KEY') =>
  z
    .string()
    .transform((path, context): string => {
      const refuse = (message: string): string => (context.addIssue({ code: 'custom', message }), z.NEVER);
      try {
        const text = readFileSync(path, 'utf8');
        return text.includes(`${holds}-----`) ? text : refuse(`${path} holds no ${holds} in PEM format`);
      } catch (error) {
        return refuse(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a PEM file`);
      }
    })
    .optional();

/** A client certificate and its key are only useful together. */
export function checkPair(variables: Readonly<Record<string, unknown>>, prefix: string, refuse: Refuse): void {
  const [cert, key] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`];
  if (variables[cert] !== undefined && variables[key] === undefined) refuse(key, `needed beside ${cert}`);
  if (variables[key] !== undefined && variables[cert] === undefined) refuse(cert, `needed beside ${key}`);
}

/** TLS files without TLS are a mistake: the operator believes that the connection is encrypted. */
export function checkTlsFiles(
  variables: Readonly<Record<string, unknown>>,
  { prefix, scheme, url }: { prefix: string; scheme: string; url: string | undefined },
  refuse: Refuse,
): void {
  if (url?.startsWith(`${scheme}:`)) return;
  for (const name of [`${prefix}_CA_FILE`, `${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`]) {
    if (variables[name] !== undefined) refuse(name, `needs TLS: begin ${prefix}_URL with ${scheme}://`);
  }
}

/** In production a URL has to name a user with a password, and not the well-known ones. */
export function checkPassword(variable: string, url: string | undefined, wellKnown: string, refuse: Refuse): void {
  if (url === undefined) return;
  const { username, password } = new URL(url);
  if (username !== '' && password !== '' && `${username}:${password}` !== wellKnown) return;
  refuse(variable, `with NODE_ENV=production it names a user with a password, other than ${wellKnown}`);
}
