import { statementName } from './sdk';

test.each([
  ['SELECT "t0"."id" FROM "public"."Restaurant" AS "t0" WHERE "t0"."id" = $1', 'SELECT Restaurant'],
  ['\n  INSERT INTO "userOrder" ("order_id") VALUES ($1) ON CONFLICT DO UPDATE SET "status" = $2', 'INSERT userOrder'],
  ['INSERT INTO "public"."MenuItem" ("id") VALUES ($1)', 'INSERT MenuItem'],
  ['DELETE FROM "public"."declined" WHERE true', 'DELETE declined'],
  [
    'WITH locked AS MATERIALIZED (SELECT 1), free AS (SELECT id FROM "DilveryAgent" FOR UPDATE SKIP LOCKED) UPDATE "DeliveryAssignment" a SET x = 1 FROM locked',
    'UPDATE DeliveryAssignment',
  ],
  ['WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock($1)) SELECT FROM locked', 'pg_advisory_xact_lock'],
  ['SELECT pg_advisory_xact_lock(hashtext($1), 0)', 'pg_advisory_xact_lock'],
  ['COMMIT', 'COMMIT'],
])('%s is shown as what it does', (text, name) => {
  expect(statementName(text)).toBe(name);
});
