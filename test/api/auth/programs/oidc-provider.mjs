/**
 * A real OpenID Connect provider on loopback, which signs in whoever it was told to without asking. `POST /people` with
 * `{ "login": sub, "claims": {…} }` says who that is; prints its address when it listens.
 */
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [, , redirectUri] = process.argv;
const people = new Map();
let login = 'nobody';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'proxbox', client_secret: 'canary-client-secret', redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups', 'netbox_user'], email: ['email'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId, ...people.get(accountId) }) }),
    async loadExistingGrant(ctx) {
      const { provider: own, client, session } = ctx.oidc;
      const grant = new own.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  const serve = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/people') return void setPerson(request, response);
    if (!request.url.startsWith('/sign-in/')) return void serve(request, response);
    const result = login === 'refuse' ? { error: 'access_denied' } : { login: { accountId: login } };
    provider.interactionFinished(request, response, result).catch(error => response.writeHead(500).end(String(error)));
  });
  process.stdout.write(`${issuer}\n`);
});

async function setPerson(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const told = JSON.parse(body);
  login = told.login;
  people.set(told.login, told.claims ?? {});
  response.end();
}
