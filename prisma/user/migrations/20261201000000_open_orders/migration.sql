-- A customer's open orders, which are counted when another one is placed.
CREATE INDEX "userOrder_open_idx" ON "userOrder"("user_id") WHERE "status" <> 'CANCELLED' AND NOT "delivered";
