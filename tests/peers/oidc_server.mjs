// A certified OpenID Connect provider (npm: oidc-provider) on loopback, with its own simple pages for signing in.
//   node oidc_server.mjs CONFIG.json
// CONFIG: { issuer, client_id, client_secret, redirect_uri, jwks, accounts: { NAME: claims } }; names its port on stdout.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const claims = ['name', 'email', 'email_verified', 'groups'];
const provider = new Provider(config.issuer, {
  clients: [{
    client_id: config.client_id,
    client_secret: config.client_secret,
    redirect_uris: [config.redirect_uri],
    post_logout_redirect_uris: [config.redirect_uri],
  }],
  jwks: config.jwks,
  cookies: { keys: ['only for this test'] },
  claims: { openid: ['sub'], profile: claims, email: ['email', 'email_verified'] },
  // Streamlit reads the ID token only; by the letter of the standard these would stand at the userinfo endpoint.
  conformIdTokenClaims: false,
  findAccount: (_, id) => config.accounts[id] && { accountId: id, claims: () => ({ ...config.accounts[id], sub: id }) },
});
const server = createServer(provider.callback());
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
