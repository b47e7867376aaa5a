-- The log of an order: each step that others are told of, numbered per order.
CREATE TABLE "OrderEvent" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "order_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    -- What makes it unique in its order: a step that is told twice has the same key.
    "key" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL,
    -- Its place among the events of all orders, given by the relay; no later event gets an earlier one. Negative: it is never published.
    "position" BIGINT,

    CONSTRAINT "OrderEvent_pkey" PRIMARY KEY ("order_id", "n"),
    CONSTRAINT "OrderEvent_n_check" CHECK ("n" > 0)
);
CREATE UNIQUE INDEX "OrderEvent_order_id_key_key" ON "OrderEvent"("order_id", "key");
CREATE UNIQUE INDEX "OrderEvent_position_key" ON "OrderEvent"("position");
-- What the relay has not seen yet.
CREATE UNIQUE INDEX "OrderEvent_new_idx" ON "OrderEvent"("id") WHERE "position" IS NULL;

ALTER TABLE "OrderEvent" ADD CONSTRAINT "OrderEvent_order_id_fkey"
    FOREIGN KEY ("order_id") REFERENCES "userOrder"("order_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- How far the order's log goes (contracts/order-log.ts), so that the sweep finds the records that say more than their logs.
ALTER TABLE "userOrder" ADD COLUMN "logged" SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX "userOrder_unlogged_idx" ON "userOrder"("updated_at")
    WHERE "logged" < CASE WHEN "status" = 'CANCELLED' OR "delivered" THEN 3 WHEN "status" = 'CONFIRMED' THEN 2 ELSE 1 END;
ALTER TABLE "userRating" ADD COLUMN "logged" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "userRating_unlogged_idx" ON "userRating"("created_at") WHERE NOT "logged";

-- How far the relay has come: one row.
CREATE TABLE "EventRelay" (
    "id" INTEGER NOT NULL DEFAULT 1,
    -- The last position that was given.
    "position" BIGINT NOT NULL DEFAULT 0,
    -- The last one that the broker has confirmed, and all before it.
    "published" BIGINT NOT NULL DEFAULT 0,
    -- The process that relays, until then; another one takes over when it has not said so again.
    "holder" UUID,
    "held_until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EventRelay_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "EventRelay_one_check" CHECK ("id" = 1),
    CONSTRAINT "EventRelay_published_check" CHECK ("published" <= "position")
);
INSERT INTO "EventRelay" DEFAULT VALUES;

-- Each statement of a volatile function sees what was committed before it began: with the order's record locked by its caller, no number is given
-- twice and none is left out. The listeners of the order are told at the commit. What happened before `publish_from` is not published.
CREATE FUNCTION append_order_events(the_order UUID, entries JSONB, publish_from TIMESTAMPTZ DEFAULT '-infinity') RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "OrderEvent" ("order_id", "n", "key", "type", "at", "data", "position")
    SELECT the_order, last.n + row_number() OVER (ORDER BY place), entry->>'key', entry->>'type', (entry->>'at')::timestamptz, entry->'data',
           CASE WHEN (entry->>'at')::timestamptz < publish_from THEN -nextval('"OrderEvent_id_seq"') END
    FROM (SELECT DISTINCT ON (entry->>'key') entry, place
          FROM jsonb_array_elements(entries) WITH ORDINALITY AS every(entry, place) ORDER BY entry->>'key', place) AS each,
         (SELECT COALESCE(max("n"), 0) AS n FROM "OrderEvent" WHERE "order_id" = the_order) AS last
    WHERE NOT EXISTS (SELECT FROM "OrderEvent" known WHERE known."order_id" = the_order AND known."key" = entry->>'key')
    ORDER BY place;
    IF FOUND THEN
        PERFORM pg_notify('order_events', the_order::text);
    END IF;
END
$$;

-- For the process that holds the relay, or takes it over: notes up to where the broker has confirmed events, gives new ones their positions, and
-- returns what is to be published, in order. Other processes get nothing.
CREATE FUNCTION relay_order_events(the_process UUID, hold INTERVAL, most INTEGER, confirmed BIGINT) RETURNS SETOF "OrderEvent" LANGUAGE plpgsql AS $$
DECLARE
    relay "EventRelay";
    placed INTEGER;
BEGIN
    SELECT * INTO relay FROM "EventRelay" FOR UPDATE SKIP LOCKED;
    IF NOT FOUND OR (relay."holder" <> the_process AND relay."held_until" > clock_timestamp()) THEN
        RETURN;
    END IF;
    UPDATE "OrderEvent" event SET "position" = relay."position" + new.place
    FROM (SELECT "order_id", "n", row_number() OVER (ORDER BY "id") AS place
          FROM "OrderEvent" WHERE "position" IS NULL ORDER BY "id" LIMIT most) AS new
    WHERE event."order_id" = new."order_id" AND event."n" = new."n";
    GET DIAGNOSTICS placed = ROW_COUNT;
    relay."published" := GREATEST(relay."published", confirmed);
    UPDATE "EventRelay" SET "position" = relay."position" + placed, "published" = relay."published",
        "holder" = the_process, "held_until" = clock_timestamp() + hold;
    IF placed > 0 THEN
        PERFORM pg_notify('order_events', 'all');
    END IF;
    RETURN QUERY SELECT * FROM "OrderEvent" event WHERE event."position" > relay."published" ORDER BY event."position" LIMIT most;
END
$$;

-- Signs the tokens by which browsers open streams: all processes of the service share it.
CREATE TABLE "StreamKey" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "key" TEXT NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text,

    CONSTRAINT "StreamKey_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "StreamKey_one_check" CHECK ("id" = 1)
);
INSERT INTO "StreamKey" DEFAULT VALUES;
