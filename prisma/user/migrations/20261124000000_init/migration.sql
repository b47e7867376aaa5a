CREATE TYPE "OrderStatus" AS ENUM ('PENDING', 'CONFIRMED', 'CANCELLED');

CREATE TABLE "userOrder" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "order_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "status" "OrderStatus" NOT NULL DEFAULT 'PENDING',
    "delivered" BOOLEAN NOT NULL DEFAULT false,
    "total" DECIMAL(10,2),
    "reason" TEXT,
    "body_hash" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "userOrder_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "userOrder_total_check" CHECK ("total" >= 0),
    CONSTRAINT "userOrder_delivered_check" CHECK (NOT ("delivered" AND "status" = 'CANCELLED'))
);

CREATE TABLE "userRating" (
    "id" UUID NOT NULL,
    "user_order_id" UUID NOT NULL,
    "order_rating" DOUBLE PRECISION NOT NULL,
    "agent_rating" DOUBLE PRECISION NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "userRating_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "userRating_order_rating_check" CHECK ("order_rating" BETWEEN 1 AND 5),
    CONSTRAINT "userRating_agent_rating_check" CHECK ("agent_rating" BETWEEN 1 AND 5)
);

CREATE UNIQUE INDEX "userOrder_order_id_key" ON "userOrder"("order_id");
CREATE INDEX "userOrder_user_id_placed_at_order_id_idx" ON "userOrder"("user_id", "placed_at" DESC, "order_id" DESC);
CREATE UNIQUE INDEX "userRating_user_order_id_key" ON "userRating"("user_order_id");

ALTER TABLE "userRating" ADD CONSTRAINT "userRating_user_order_id_fkey"
    FOREIGN KEY ("user_order_id") REFERENCES "userOrder"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
