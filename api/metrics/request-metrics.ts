import type { RequestHandler } from 'express';
import { Histogram, type Registry } from 'prom-client';

/** Measures each answered request, by the route that answered it: a path may hold anything, and would be a series of its own. */
export function measureRequests(register: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'proxbox_api_request_seconds',
    help: 'Time until a request was answered, in seconds.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [register],
  });
  return (req, res, next) => {
    const end = seconds.startTimer();
    res.on('finish', () => end({ method: req.method, route: routeOf(req.route), status: String(res.statusCode) }));
    next();
  };
}

/** Express knows the route when it has run. */
function routeOf(route: unknown): string {
  const path: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined;
  return typeof path === 'string' ? path : 'none';
}
