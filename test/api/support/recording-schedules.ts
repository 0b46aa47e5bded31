import type { BackfillRange, TemporalSchedule, TemporalSchedules } from '../../../api/schedules/temporal-schedules';
import type { Schedule } from '../../../domain/schedules/schedule';

/** Keeps what Temporal was told about schedules. None is ever due by itself. */
export class RecordingSchedules implements TemporalSchedules {
  readonly known = new Map<string, TemporalSchedule>();
  readonly triggered: string[] = [];
  readonly backfilled: BackfillRange[] = [];

  constructor(private readonly refuseWhenDown: () => void) {}

  async put({ id, version, paused, note }: Schedule): Promise<void> {
    this.refuseWhenDown();
    this.known.set(id, { version, paused, note, running: false, nextTimes: [], skippedOverlaps: 0, missedCatchUps: 0 });
  }

  async find(id: string): Promise<TemporalSchedule | undefined> {
    this.refuseWhenDown();
    return this.known.get(id);
  }

  async remove(id: string): Promise<void> {
    this.refuseWhenDown();
    this.known.delete(id);
  }

  async trigger(id: string): Promise<boolean> {
    this.refuseWhenDown();
    this.triggered.push(id);
    return this.known.has(id);
  }

  async backfill(id: string, range: BackfillRange): Promise<boolean> {
    this.refuseWhenDown();
    this.backfilled.push(range);
    return this.known.has(id);
  }

  async ensureRetention(): Promise<void> {
    this.refuseWhenDown();
  }

  reset(): void {
    this.known.clear();
    this.triggered.length = 0;
    this.backfilled.length = 0;
  }
}
