import type { Request } from 'express';

/** The patterns of the route that has taken the request, the canonical one first; none before one has. */
const patternsOf = ({ route }: Pick<Request, 'route'>): string[] =>
  [(route as { path: string | string[] } | undefined)?.path ?? []].flat();

/** Of whatever name it was asked by. */
export const canonicalRoute = (req: Pick<Request, 'route'>): string | undefined => patternsOf(req)[0];

/** By the name that it was asked by. */
export function askedRoute(req: Pick<Request, 'route' | 'path'>): string | undefined {
  const patterns = patternsOf(req);
  const asked = req.path.toLowerCase().split('/');
  const fits = (pattern: string): boolean =>
    pattern.split('/').every((part, i) => part.startsWith(':') || part === asked[i]);
  return patterns.find(fits) ?? patterns[0];
}
