declare global {
  namespace Express {
    /** What the middleware knows about a request. */
    interface Locals {
      requestId: string;
      /** Who asks. Set on every route behind authentication. */
      caller: Caller;
    }
  }
}

export interface Caller {
  /** How runs and audit rows name the caller, such as `api-key:first-start`. */
  name: string;
}
