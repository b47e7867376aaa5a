-- Why one restaurant has refused its part of an order that goes on without it.
ALTER TABLE "Order" ADD COLUMN "reason" TEXT;
