/** What this process was started with: child processes get it with changes, and `BENCH_NETBOX_RESET` stands in it. */
// oxlint-disable-next-line node/no-process-env -- a child's environment can only be made from one's own
export const environment: Readonly<Record<string, string | undefined>> = process.env;
