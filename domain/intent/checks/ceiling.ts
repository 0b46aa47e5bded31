import { blocked, type Check } from './check';

/** Changed together, so few guests are no mass change, however small the endpoint is. */
const handful = 5;

/** A run that would change very many guests is most likely a mistake. */
export const ceilingCheck: Check = {
  name: 'ceiling',
  run({ limits, world, run }) {
    const { changesPerRun, percentOfGuests } = limits;
    if (changesPerRun !== null && run.changes > changesPerRun) {
      const message = `The run would change ${run.changes} guests, and ${changesPerRun} are allowed at once. Change fewer, or raise the limit in the settings.`;
      return [blocked('mass_change', message)];
    }
    const most = percentOfGuests === null ? Infinity : Math.max(handful, (world.guests.length * percentOfGuests) / 100);
    if (run.changes <= most) return [];
    const message = `The run would change ${run.changes} of ${world.guests.length} guests, and ${percentOfGuests} percent are allowed at once. Change fewer, or raise the limit in the settings.`;
    return [blocked('mass_change', message)];
  },
};
