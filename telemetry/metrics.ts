import { collectDefaultMetrics, type Counter, type Gauge, Registry } from 'prom-client';
import type { SideAnswer } from './side-server';

/** Where a process gathers its metrics; with what Node tells of the process itself. */
export function createRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

/**
 * What is scraped, in Prometheus's text format.
 * @param others texts of the same format from elsewhere in this process, such as the SDK's own; one that cannot be had is left out.
 */
export async function metricsAnswer(register: Registry, others: readonly (() => Promise<string>)[] = []): Promise<SideAnswer> {
  const texts = await Promise.all([register.metrics(), ...others.map(other => other().catch(() => ''))]);
  return { status: 200, type: register.contentType, body: texts.filter(text => text !== '').join('\n') };
}

/** What a metric that is read at each scrape shows: one value for each set of labels. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** Shows these samples and no earlier ones. */
export function show(metric: Gauge | Counter, samples: readonly Sample[]): void {
  metric.reset();
  for (const { labels, value } of samples) metric.inc(labels, value);
}
