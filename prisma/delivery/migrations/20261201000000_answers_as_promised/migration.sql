ALTER TABLE "DeliveryAssignment" RENAME COLUMN "agentRating" TO "rating";
ALTER TABLE "DeliveryAssignment" RENAME CONSTRAINT "DeliveryAssignment_agentRating_check" TO "DeliveryAssignment_rating_check";

-- A past delivery shows its courier's name of that time.
ALTER TABLE "DeliveryAssignment" ADD COLUMN "agentName" TEXT;
UPDATE "DeliveryAssignment" SET "agentName" = agent."name" FROM "DilveryAgent" agent WHERE agent."id" = "agentId";
ALTER TABLE "DeliveryAssignment" ADD CONSTRAINT "DeliveryAssignment_agentName_check" CHECK (("agentId" IS NULL) = ("agentName" IS NULL));

ALTER TABLE "DilveryAgent" ADD COLUMN "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "DilveryAgent" SET "updatedAt" = "createdAt";
