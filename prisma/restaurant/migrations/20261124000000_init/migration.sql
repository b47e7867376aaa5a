-- CreateEnum
CREATE TYPE "RestaurantStatus" AS ENUM ('ONLINE', 'OFFLINE');

-- CreateEnum
CREATE TYPE "MenuItemType" AS ENUM ('VEG', 'NON_VEG');

-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('PENDING', 'CONFIRMED', 'CANCELLED');

-- CreateTable
CREATE TABLE "Restaurant" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "description" TEXT,
    "opening_time" TIME(0) NOT NULL,
    "closing_time" TIME(0) NOT NULL,
    "status" "RestaurantStatus" NOT NULL DEFAULT 'ONLINE',
    "rating" DOUBLE PRECISION,
    "rating_sum" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "rating_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Restaurant_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Restaurant_hours_check" CHECK ("opening_time" <> "closing_time"),
    CONSTRAINT "Restaurant_rating_check" CHECK ("rating" BETWEEN 1 AND 5),
    CONSTRAINT "Restaurant_rating_count_check" CHECK ("rating_count" >= 0 AND ("rating_count" = 0) = ("rating" IS NULL))
);

-- CreateTable
CREATE TABLE "MenuItem" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "restaurant_id" UUID NOT NULL,
    "position" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "price" DECIMAL(10,2) NOT NULL,
    "type" "MenuItemType" NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MenuItem_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "MenuItem_price_check" CHECK ("price" >= 0)
);

-- CreateTable
CREATE TABLE "OrderGroup" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "order_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "status" "OrderStatus" NOT NULL DEFAULT 'PENDING',
    "total" DECIMAL(10,2),
    "reason" TEXT,
    "order_rating" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrderGroup_pkey" PRIMARY KEY ("id"),
    -- Only a tombstone has no total.
    CONSTRAINT "OrderGroup_total_check" CHECK ("total" >= 0 AND ("total" IS NOT NULL OR "status" = 'CANCELLED')),
    CONSTRAINT "OrderGroup_order_rating_check" CHECK ("order_rating" BETWEEN 1 AND 5)
);

-- CreateTable
CREATE TABLE "Order" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "order_group_id" UUID NOT NULL,
    "restaurant_id" UUID NOT NULL,
    "status" "OrderStatus" NOT NULL DEFAULT 'PENDING',
    "total" DECIMAL(10,2) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Order_total_check" CHECK ("total" >= 0)
);

-- CreateTable
CREATE TABLE "OrderItem" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "order_id" UUID NOT NULL,
    "menu_item_id" UUID NOT NULL,
    "quantity" INTEGER NOT NULL,
    "price" DECIMAL(10,2) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrderItem_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "OrderItem_quantity_check" CHECK ("quantity" > 0),
    CONSTRAINT "OrderItem_price_check" CHECK ("price" >= 0)
);

-- CreateIndex
CREATE INDEX "Restaurant_created_at_id_idx" ON "Restaurant"("created_at", "id");

-- The menus as they are shown.
CREATE INDEX "MenuItem_menu_idx" ON "MenuItem"("restaurant_id", "position") WHERE "deleted_at" IS NULL;

-- CreateIndex
CREATE UNIQUE INDEX "OrderGroup_order_id_key" ON "OrderGroup"("order_id");

-- CreateIndex
CREATE INDEX "OrderGroup_placed_at_order_id_idx" ON "OrderGroup"("placed_at" DESC, "order_id" DESC);

-- CreateIndex
CREATE INDEX "OrderGroup_user_id_placed_at_order_id_idx" ON "OrderGroup"("user_id", "placed_at" DESC, "order_id" DESC);

-- CreateIndex
CREATE INDEX "OrderGroup_status_placed_at_order_id_idx" ON "OrderGroup"("status", "placed_at" DESC, "order_id" DESC);

-- CreateIndex
CREATE INDEX "Order_restaurant_id_idx" ON "Order"("restaurant_id");

-- CreateIndex
CREATE UNIQUE INDEX "Order_order_group_id_restaurant_id_key" ON "Order"("order_group_id", "restaurant_id");

-- CreateIndex
CREATE INDEX "OrderItem_menu_item_id_idx" ON "OrderItem"("menu_item_id");

-- CreateIndex
CREATE UNIQUE INDEX "OrderItem_order_id_menu_item_id_key" ON "OrderItem"("order_id", "menu_item_id");

-- AddForeignKey
ALTER TABLE "MenuItem" ADD CONSTRAINT "MenuItem_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "Restaurant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_order_group_id_fkey" FOREIGN KEY ("order_group_id") REFERENCES "OrderGroup"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "Restaurant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderItem" ADD CONSTRAINT "OrderItem_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "Order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderItem" ADD CONSTRAINT "OrderItem_menu_item_id_fkey" FOREIGN KEY ("menu_item_id") REFERENCES "MenuItem"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
