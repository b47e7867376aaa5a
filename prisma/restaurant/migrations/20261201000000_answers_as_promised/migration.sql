-- A group's id is the order's id: old clients read it as such.
ALTER TABLE "Order" DROP CONSTRAINT "Order_order_group_id_fkey";
UPDATE "Order" part SET "order_group_id" = whole."order_id" FROM "OrderGroup" whole WHERE whole."id" = part."order_group_id";
ALTER TABLE "OrderGroup" DROP COLUMN "id";
ALTER TABLE "OrderGroup" RENAME COLUMN "order_id" TO "id";
ALTER TABLE "OrderGroup" ADD CONSTRAINT "OrderGroup_pkey" PRIMARY KEY USING INDEX "OrderGroup_order_id_key";
ALTER TABLE "Order" ADD CONSTRAINT "Order_order_group_id_fkey"
  FOREIGN KEY ("order_group_id") REFERENCES "OrderGroup"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER INDEX "OrderGroup_placed_at_order_id_idx" RENAME TO "OrderGroup_placed_at_id_idx";
ALTER INDEX "OrderGroup_user_id_placed_at_order_id_idx" RENAME TO "OrderGroup_user_id_placed_at_id_idx";
ALTER INDEX "OrderGroup_status_placed_at_order_id_idx" RENAME TO "OrderGroup_status_placed_at_id_idx";

ALTER TABLE "OrderGroup" RENAME COLUMN "order_rating" TO "rating";
ALTER TABLE "OrderGroup" RENAME CONSTRAINT "OrderGroup_order_rating_check" TO "OrderGroup_rating_check";

-- Names are unique. Of restaurants that share one the oldest keeps it; the others get a number behind it, within the 200 characters of a name.
CREATE INDEX "Restaurant_name_key" ON "Restaurant"("name");
DO $$
DECLARE
  restaurant record;
  number int;
  numbered text;
BEGIN
  FOR restaurant IN
    SELECT "id", "name", position FROM (
      SELECT "id", "name", "created_at", row_number() OVER (PARTITION BY "name" ORDER BY "created_at", "id") AS position FROM "Restaurant"
    ) sharing WHERE position > 1 ORDER BY "created_at", "id"
  LOOP
    number := restaurant.position;
    LOOP
      numbered := left(restaurant."name", 200 - length(format(' (%s)', number))) || format(' (%s)', number);
      EXIT WHEN NOT EXISTS (SELECT FROM "Restaurant" WHERE "name" = numbered);
      number := number + 1;
    END LOOP;
    UPDATE "Restaurant" SET "name" = numbered WHERE "id" = restaurant."id";
  END LOOP;
END $$;
DROP INDEX "Restaurant_name_key";
CREATE UNIQUE INDEX "Restaurant_name_key" ON "Restaurant"("name");

-- An order shows what was ordered: a later change of the restaurant or its menu does not reach it.
ALTER TABLE "Order" ADD COLUMN "restaurant_name" TEXT;
UPDATE "Order" part SET "restaurant_name" = restaurant."name" FROM "Restaurant" restaurant WHERE restaurant."id" = part."restaurant_id";
ALTER TABLE "Order" ALTER COLUMN "restaurant_name" SET NOT NULL;

ALTER TABLE "OrderItem" ADD COLUMN "name" TEXT, ADD COLUMN "type" "MenuItemType";
UPDATE "OrderItem" item SET "name" = menu."name", "type" = menu."type" FROM "MenuItem" menu WHERE menu."id" = item."menu_item_id";
ALTER TABLE "OrderItem" ALTER COLUMN "name" SET NOT NULL, ALTER COLUMN "type" SET NOT NULL;
