import type { Request, Response } from 'express';

/** A creation: 201 with `Location` on the canonical route, 200 on the old name. */
export function created(req: Request, res: Response, canonicalPath: string, location: string, body: object): void {
  const path = req.path.toLowerCase().replace(/\/$/, ''); // the router takes a path in any case and with a slash behind
  if (path === canonicalPath) res.status(201).location(location).json(body);
  else res.status(200).json(body);
}

/** An action that Temporal holds but that was not done in time: 202. */
export function accepted(res: Response, more: object = {}): void {
  res.status(202).json({
    success: true,
    status: 'ACCEPTED',
    message: 'Accepted. It is not done yet because a part of the system is slow or away; it will be.',
    ...more,
  });
}
