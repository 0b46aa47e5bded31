import { Counter, Gauge } from 'prom-client';
import { tallyDecisions, tallyDeletions } from '../../database/repositories/metrics';
import { openStates } from '../../domain/deletion/states';
import type { ApiDependencies } from '../dependencies';
import type { ReadMetric } from './record-metrics';

const isOpen = ({ state }: { state: string }): boolean => openStates.some(each => each === state);

/** How many deletion requests wait, for how long, how they ended, and what people decided. */
export const deletionMetrics = ({ database }: Pick<ApiDependencies, 'database'>): ReadMetric[] => [
  {
    type: Gauge,
    name: 'proxbox_deletion_requests_open',
    help: 'Deletion requests that have not ended.',
    labelNames: ['endpoint', 'state'],
    read: async () =>
      (await tallyDeletions(database))
        .filter(isOpen)
        .map(({ endpoint, state, requests }) => ({ labels: { endpoint, state }, value: requests })),
  },
  {
    type: Gauge,
    name: 'proxbox_deletion_request_open_oldest_seconds',
    help: 'Age of the oldest deletion request that has not ended, in seconds.',
    labelNames: ['endpoint', 'state'],
    read: async () =>
      (await tallyDeletions(database))
        .filter(isOpen)
        .map(({ endpoint, state, oldestSeconds }) => ({ labels: { endpoint, state }, value: oldestSeconds })),
  },
  {
    type: Counter,
    name: 'proxbox_deletion_requests_ended_total',
    help: 'Deletion requests that ended.',
    labelNames: ['endpoint', 'state'],
    read: async () =>
      (await tallyDeletions(database))
        .filter(each => !isOpen(each))
        .map(({ endpoint, state, requests }) => ({ labels: { endpoint, state }, value: requests })),
  },
  {
    type: Counter,
    name: 'proxbox_deletion_decisions_total',
    help: 'Decisions about deletions that took effect.',
    labelNames: ['endpoint', 'verdict'],
    read: async () =>
      (await tallyDecisions(database)).map(({ endpoint, verdict, decisions }) => ({
        labels: { endpoint, verdict },
        value: decisions,
      })),
  },
];
