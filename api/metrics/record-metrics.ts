import { Counter, Gauge, type Registry } from 'prom-client';
import {
  countAuditRows,
  countDeliveries,
  readEndpointRuns,
  readObjectTally,
  readOpenRuns,
  readRunTally,
  type RunTally,
} from '../../database/repositories/metrics';
import { type Sample, show } from '../../telemetry/metrics';
import { taskQueues } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import { deletionMetrics } from './deletion-metrics';

type Parts = Pick<ApiDependencies, 'database' | 'temporal'>;

export interface ReadMetric {
  type: typeof Counter | typeof Gauge;
  name: string;
  help: string;
  labelNames: string[];
  /** Asked at each scrape. */
  read: () => Promise<Sample[]>;
}

/**
 * What the record and Temporal say at the moment of a scrape. Every API process shows the same, so take the maximum of them and not the sum. What cannot
 * be read is absent from that scrape, and counted.
 */
export function recordMetrics(register: Registry, parts: Parts): void {
  const failures = new Counter({
    name: 'proxbox_scrape_failures_total',
    help: 'Times that something could not be read for a scrape, by what it was.',
    labelNames: ['metric'],
    registers: [register],
  });
  for (const { type: Metric, name, help, labelNames, read } of [
    ...runMetrics(parts),
    ...deletionMetrics(parts),
    ...stateMetrics(parts),
  ]) {
    const metric: Counter | Gauge = new Metric({
      name,
      help,
      labelNames,
      registers: [register],
      async collect() {
        const samples = await read().catch(() => {
          failures.inc({ metric: name });
          return [];
        });
        show(metric, samples);
      },
    });
  }
}

const ended = ['kind', 'endpoint', 'state', 'reason'];
const endOf = ({ kind, endpoint, state, reason }: RunTally) => ({ kind, endpoint, state, reason });

const runMetrics = ({ database }: Parts): ReadMetric[] => [
  {
    type: Counter,
    name: 'proxbox_runs_ended_total',
    help: 'Runs that ended.',
    labelNames: ended,
    read: async () => (await readRunTally(database)).map(tally => ({ labels: endOf(tally), value: tally.runs })),
  },
  {
    type: Counter,
    name: 'proxbox_run_seconds_total',
    help: 'Time that ended runs took, in seconds.',
    labelNames: ended,
    read: async () => (await readRunTally(database)).map(tally => ({ labels: endOf(tally), value: tally.seconds })),
  },
  {
    type: Counter,
    name: 'proxbox_objects_total',
    help: 'Objects of NetBox that runs wrote (done) or that NetBox refused.',
    labelNames: ['kind', 'action', 'result'],
    read: async () => (await readObjectTally(database)).map(({ objects, ...labels }) => ({ labels, value: objects })),
  },
  {
    type: Gauge,
    name: 'proxbox_runs_open',
    help: 'Runs that wait for a worker, or run.',
    labelNames: ['kind', 'state'],
    read: async () => (await readOpenRuns(database)).map(({ kind, state, runs }) => ({ labels: { kind, state }, value: runs })),
  },
  {
    type: Gauge,
    name: 'proxbox_run_open_oldest_seconds',
    help: 'Age of the oldest open run, in seconds.',
    labelNames: ['kind', 'state'],
    read: async () =>
      (await readOpenRuns(database)).map(({ kind, state, oldestSeconds }) => ({ labels: { kind, state }, value: oldestSeconds })),
  },
];

const stateMetrics = ({ database, temporal }: Parts): ReadMetric[] => [
  {
    type: Gauge,
    name: 'proxbox_endpoint_last_complete_timestamp_seconds',
    help: 'End of the last complete run of an enabled endpoint, in Unix time.',
    labelNames: ['endpoint'],
    read: async () =>
      (await readEndpointRuns(database)).flatMap(({ endpoint, lastCompleteAt }) => sampleOf({ endpoint }, lastCompleteAt)),
  },
  {
    type: Gauge,
    name: 'proxbox_endpoint_last_run_seconds',
    help: 'Time that the last ended run of an enabled endpoint took, in seconds.',
    labelNames: ['endpoint'],
    read: async () =>
      (await readEndpointRuns(database)).flatMap(({ endpoint, lastSeconds }) => sampleOf({ endpoint }, lastSeconds)),
  },
  {
    type: Counter,
    name: 'proxbox_audit_rows_total',
    help: 'Rows of the audit log.',
    labelNames: [],
    read: async () => sampleOf({}, await countAuditRows(database)),
  },
  {
    type: Gauge,
    name: 'proxbox_notification_deliveries',
    help: 'Messages by what became of them: pending, sent, dead.',
    labelNames: ['state'],
    read: async () => (await countDeliveries(database)).map(({ state, n }) => ({ labels: { state }, value: n })),
  },
  {
    type: Gauge,
    name: 'proxbox_task_queue_pollers',
    help: 'Worker processes that asked a task queue for work within the last 90 seconds.',
    labelNames: ['queue'],
    read: () =>
      Promise.all(Object.values(taskQueues).map(async queue => ({ labels: { queue }, value: await temporal.pollers(queue) }))),
  },
];

const sampleOf = (labels: Record<string, string>, value: number | null): Sample[] => (value === null ? [] : [{ labels, value }]);
