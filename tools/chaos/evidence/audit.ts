import { Client } from 'pg';
import { serviceNames, type ServiceName } from '../../stack/addresses';
import { databaseUrl, type Addresses } from '../addresses';

/** The tables whose every change is kept. */
const audited: Record<ServiceName, string[]> = {
  user: ['userOrder', 'userRating'],
  restaurant: ['OrderGroup', 'Order', 'OrderItem'],
  delivery: ['DeliveryAssignment', 'DilveryAgent', 'DeclinedJob'],
};

/**
 * A trail that the services know nothing of: a trigger writes down every change in the transaction that makes it, so what is rolled
 * back leaves none. In a schema of its own, which goes with the system's data.
 */
export async function installAudit(addresses: Addresses): Promise<void> {
  for (const database of serviceNames) {
    const client = new Client({ connectionString: databaseUrl(addresses, database) });
    await client.connect();
    try {
      await client.query(trail);
      for (const table of audited[database]) {
        await client.query(`CREATE TRIGGER chaos_audit AFTER INSERT OR UPDATE OR DELETE ON "${table}"
          FOR EACH ROW EXECUTE FUNCTION chaos.note()`);
      }
    } finally {
      await client.end();
    }
  }
}

/** `seq` follows the order of changes to one row, as each waits for the one before it; `tx` says which belong together. */
const trail = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.audit (
    seq bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tx text NOT NULL DEFAULT txid_current()::text,
    entity text NOT NULL,
    before jsonb,
    after jsonb
  );
  CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO chaos.audit (entity, before, after) VALUES (
      TG_TABLE_NAME,
      CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
      CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END
    );
    RETURN NULL;
  END $$;`;
