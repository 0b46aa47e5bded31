import { log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { createEndpointActivities, type EndpointActivities } from '../activities/endpoints/activities';
import { StopRun } from '../activities/failures';
import { createPeopleActivities, type PeopleActivities } from '../activities/people/netbox-link';
import { signInToNetBox } from '../clients/netbox/sign-in';
import type { Config } from '../config/config';
import { linkByProof } from '../database/netbox-link';
import { judgeBinding } from '../database/repositories/bindings';
import { findProbe, finishProbe } from '../database/repositories/endpoint-probes';
import { findEndpoint } from '../database/repositories/endpoints';
import { answerLinkAttempt, takeLinkAttempt } from '../database/repositories/netbox-link-attempts';
import type { SecretBox } from '../database/secrets';
import type { ProbeProblem } from '../domain/endpoints/probe';
import { type Clients, netboxTls } from './clients';
import { explainFailure } from './explain-failure';

/** Nobody waits longer for a sign-in. */
const SIGN_IN_MS = 20_000;

/** Puts together what answers the API's short questions to Proxmox and NetBox. */
export function composeQuestions(
  config: Config,
  pool: Pool,
  secrets: SecretBox,
  clients: Clients,
): EndpointActivities & PeopleActivities {
  return {
    ...createEndpointActivities({
      findProbe: id => findProbe(pool, id),
      findEndpoint: id => findEndpoint(pool, id),
      judgeBinding: (endpointId, cluster) => judgeBinding(pool, endpointId, cluster),
      finishProbe: (id, result) => finishProbe(pool, id, result),
      openReading: clients.openReading,
      openWriting: clients.openWriting,
      netbox: clients.netbox,
      explain,
    }),
    ...createPeopleActivities({
      takeAttempt: id => takeLinkAttempt(pool, secrets, id),
      signIn: async login => {
        const { url } = config.netbox;
        if (url === undefined) throw new StopRun('configuration', 'No NetBox is configured: set NETBOX_URL for the worker.');
        return signInToNetBox({ baseUrl: url, tls: netboxTls(config.netbox), timeoutMs: SIGN_IN_MS }, login);
      },
      link: (attemptId, userId, netboxUsername) => linkByProof(pool, attemptId, userId, netboxUsername),
      answer: (attemptId, answer) => answerLinkAttempt(pool, attemptId, answer),
      explain: error => explain(error).message,
      warn: message => log.warn(message),
    }),
  };
}

function explain(error: unknown): ProbeProblem {
  if (error instanceof StopRun) return { reason: error.reason, message: error.message };
  const { reason, message } = explainFailure(error);
  return { reason, message };
}
