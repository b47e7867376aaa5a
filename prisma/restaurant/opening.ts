import { Prisma } from './generated/client';

/**
 * The contract's rule, as a condition on "Restaurant" r: opening <= hour:00 <= closing, where a closing time before the opening time is on
 * the next day. Browsing and placing share it, so what is shown at an hour can be ordered at that hour.
 */
export function openAt(hour: number): Prisma.Sql {
  const time = Prisma.sql`make_time(${hour}::int, 0, 0)`;
  return Prisma.sql`
    CASE WHEN r.opening_time <= r.closing_time
      THEN ${time} BETWEEN r.opening_time AND r.closing_time
      ELSE ${time} >= r.opening_time OR ${time} <= r.closing_time
    END`;
}
