export interface BareActivities {
  nothing(): Promise<void>;
}

export const bareActivities: BareActivities = { nothing: async () => undefined };
