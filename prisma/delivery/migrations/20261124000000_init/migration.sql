-- CreateEnum
CREATE TYPE "Gender" AS ENUM ('MALE', 'FEMALE');

-- CreateEnum
CREATE TYPE "AgentStatus" AS ENUM ('AVAILABLE', 'BUSY');

-- CreateEnum
CREATE TYPE "DeliveryStatus" AS ENUM ('PENDING', 'PICKED_UP', 'DELIVERED', 'CANCELLED');

-- CreateTable
CREATE TABLE "DilveryAgent" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "userName" TEXT NOT NULL,
    "gender" "Gender" NOT NULL,
    "agent_status" "AgentStatus" NOT NULL DEFAULT 'AVAILABLE',
    "rating" DOUBLE PRECISION,
    "ratingSum" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "ratingCount" INTEGER NOT NULL DEFAULT 0,
    "availableSince" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DilveryAgent_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "DilveryAgent_rating_check" CHECK ("rating" BETWEEN 1 AND 5),
    CONSTRAINT "DilveryAgent_ratingCount_check" CHECK ("ratingCount" >= 0 AND ("ratingCount" = 0) = ("rating" IS NULL))
);

-- CreateTable
CREATE TABLE "DeliveryAssignment" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "orderId" UUID NOT NULL,
    "agentId" UUID,
    "status" "DeliveryStatus" NOT NULL DEFAULT 'PENDING',
    "requestedAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "assignedAt" TIMESTAMPTZ(3),
    "pickedUpAt" TIMESTAMPTZ(3),
    "completedAt" TIMESTAMPTZ(3),
    "agentRating" DOUBLE PRECISION,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DeliveryAssignment_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "DeliveryAssignment_agentRating_check" CHECK ("agentRating" BETWEEN 1 AND 5),
    -- Only a waiting or a cancelled delivery has no agent.
    CONSTRAINT "DeliveryAssignment_agent_check" CHECK ("agentId" IS NOT NULL OR "status" IN ('PENDING', 'CANCELLED')),
    CONSTRAINT "DeliveryAssignment_assignedAt_check" CHECK (("agentId" IS NULL) = ("assignedAt" IS NULL)),
    CONSTRAINT "DeliveryAssignment_completedAt_check" CHECK (("status" IN ('DELIVERED', 'CANCELLED')) = ("completedAt" IS NOT NULL))
);

-- CreateIndex
CREATE UNIQUE INDEX "DilveryAgent_userName_key" ON "DilveryAgent"("userName");

-- CreateIndex
CREATE INDEX "DilveryAgent_createdAt_id_idx" ON "DilveryAgent"("createdAt", "id");

-- The free agents, longest-idle first.
CREATE INDEX "DilveryAgent_free_idx" ON "DilveryAgent"("availableSince", "id") WHERE "agent_status" = 'AVAILABLE';

-- CreateIndex
CREATE UNIQUE INDEX "DeliveryAssignment_orderId_key" ON "DeliveryAssignment"("orderId");

-- CreateIndex
CREATE INDEX "DeliveryAssignment_createdAt_id_idx" ON "DeliveryAssignment"("createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "DeliveryAssignment_agentId_createdAt_id_idx" ON "DeliveryAssignment"("agentId", "createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "DeliveryAssignment_status_createdAt_id_idx" ON "DeliveryAssignment"("status", "createdAt" DESC, "id" DESC);

-- An agent has at most one open delivery.
CREATE UNIQUE INDEX "DeliveryAssignment_open_agent_key" ON "DeliveryAssignment"("agentId") WHERE "status" IN ('PENDING', 'PICKED_UP');

-- The orders that wait for an agent, oldest first.
CREATE INDEX "DeliveryAssignment_waiting_idx" ON "DeliveryAssignment"("requestedAt", "id") WHERE "status" = 'PENDING' AND "agentId" IS NULL;

-- AddForeignKey
ALTER TABLE "DeliveryAssignment" ADD CONSTRAINT "DeliveryAssignment_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "DilveryAgent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
