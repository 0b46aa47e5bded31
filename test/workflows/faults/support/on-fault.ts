/** Calls `action` in the very moment in which a request meets a fault of a simulator, before the fault does anything. */
export function onFault<Request, Fault>(
  faults: { meet(request: Request): Fault | undefined },
  action: (fault: Fault) => void,
): void {
  const meet = faults.meet.bind(faults);
  faults.meet = request => {
    const fault = meet(request);
    if (fault !== undefined) action(fault);
    return fault;
  };
}
