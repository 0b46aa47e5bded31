import type { Blocker } from './blocker';

export const ceilingBlocker: Blocker = {
  name: 'ceiling',
  look: ({ destroyedToday, mostPerDay }) =>
    destroyedToday < mostPerDay
      ? null
      : {
          code: 'ceiling',
          message: `${destroyedToday} guests of the endpoint were destroyed in the last 24 hours, and ${mostPerDay} may be. Wait, or raise the limit in the settings.`,
        },
};
