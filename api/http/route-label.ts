/** The names by which metrics, spans and logs know a route. */
import type { Request } from 'express';

/** The patterns of the route that has taken the request, the canonical one first; none before one has. */
const patternsOf = ({ route }: Pick<Request, 'route'>): string[] =>
  [(route as { path: string | string[] } | undefined)?.path ?? []].flat();

/** The route's canonical pattern, whichever of its names was requested. */
export const canonicalPattern = (req: Pick<Request, 'route'>): string | undefined => patternsOf(req)[0];

/** The pattern of the name that was requested. */
export function requestedPattern(req: Pick<Request, 'route' | 'path'>): string | undefined {
  const patterns = patternsOf(req);
  const requested = req.path.toLowerCase().replace(/\/$/, '').split('/'); // as Express matches: any case, a slash at the end or not
  const fits = (pattern: string): boolean => {
    const parts = pattern.split('/');
    return parts.length === requested.length && parts.every((part, i) => part.startsWith(':') || part === requested[i]);
  };
  return patterns.find(fits) ?? patterns[0];
}
