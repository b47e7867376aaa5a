-- Which agent has handed which job back: it is not offered to that agent again.
CREATE TABLE "DeclinedJob" (
    "orderId" UUID NOT NULL,
    "agentId" UUID NOT NULL,
    "declinedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DeclinedJob_pkey" PRIMARY KEY ("orderId", "agentId")
);

-- AddForeignKey
ALTER TABLE "DeclinedJob" ADD CONSTRAINT "DeclinedJob_agentId_fkey" FOREIGN KEY ("agentId") REFERENCES "DilveryAgent"("id") ON DELETE CASCADE ON UPDATE CASCADE;
