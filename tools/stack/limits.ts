/**
 * For a system that is driven from one address, as a benchmark or a test does: so much that nobody comes near it. The limits are counted
 * all the same, and cost what they cost.
 */
export const ampleLimits = { RATE_LIMIT_READS_PER_MINUTE: '1000000000', RATE_LIMIT_WRITES_PER_MINUTE: '1000000000' };
