-- The events of orders that concern each agent, which its streams read.
CREATE TABLE "Feed" (
    -- The agent's.
    "id" UUID NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,
    -- Events up to here may be gone.
    "pruned" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "Feed_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "FeedEvent" (
    "feed_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FeedEvent_pkey" PRIMARY KEY ("feed_id", "position")
);
CREATE UNIQUE INDEX "FeedEvent_feed_id_event_id_key" ON "FeedEvent"("feed_id", "event_id");
CREATE INDEX "FeedEvent_created_at_idx" ON "FeedEvent"("created_at");

ALTER TABLE "FeedEvent" ADD CONSTRAINT "FeedEvent_feed_id_fkey"
    FOREIGN KEY ("feed_id") REFERENCES "Feed"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Appends events, each `{feed, id, event}`, to their feeds in this order, those that they lack. The feeds are locked: no later event gets an earlier
-- position. Their listeners are told at the commit.
CREATE FUNCTION append_to_feeds(entries JSONB) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    feeds UUID[] := ARRAY(SELECT DISTINCT (entry->>'feed')::uuid FROM jsonb_array_elements(entries) AS entry ORDER BY 1);
BEGIN
    INSERT INTO "Feed" ("id") SELECT unnest(feeds) ON CONFLICT DO NOTHING;
    PERFORM FROM "Feed" WHERE "id" = ANY(feeds) ORDER BY "id" FOR UPDATE;
    WITH added AS (
        INSERT INTO "FeedEvent" ("feed_id", "position", "event_id", "event")
        SELECT feed."id", feed."position" + row_number() OVER (PARTITION BY feed."id" ORDER BY place), entry->>'id', entry->'event'
        FROM (SELECT DISTINCT ON (entry->>'feed', entry->>'id') entry, place
              FROM jsonb_array_elements(entries) WITH ORDINALITY AS every(entry, place) ORDER BY entry->>'feed', entry->>'id', place) AS each
        JOIN "Feed" feed ON feed."id" = (entry->>'feed')::uuid
        WHERE NOT EXISTS (SELECT FROM "FeedEvent" known WHERE known."feed_id" = feed."id" AND known."event_id" = entry->>'id')
        RETURNING "feed_id", "position"
    )
    UPDATE "Feed" feed SET "position" = last."position"
    FROM (SELECT "feed_id", max("position") AS "position" FROM added GROUP BY "feed_id") AS last
    WHERE feed."id" = last."feed_id";
    PERFORM pg_notify('feed_events', feed::text) FROM unnest(feeds) AS feed;
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
