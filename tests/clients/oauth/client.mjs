// A client that is not ours (oauth4webapi): finds the service, proves itself with its key, and pushes with DPoP.
// node client.mjs ISSUER CLIENT_ID PRIVATE_KEY.pem KID PATH BODY_FILE
import { readFile } from 'node:fs/promises';
import { webcrypto } from 'node:crypto';
import * as oauth from 'oauth4webapi';

globalThis.crypto ??= webcrypto;
const [issuer, clientId, keyFile, kid, path, bodyFile] = process.argv.slice(2);
const plain = { [oauth.allowInsecureRequests]: true }; // the test's service listens on loopback, without TLS

const pem = await readFile(keyFile, 'utf8');
const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
const key = await crypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);

const found = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...plain });
const server = await oauth.processDiscoveryResponse(new URL(issuer), found);
const client = { client_id: clientId };
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
const proof = oauth.PrivateKeyJwt({ key, kid });

async function token() {
  const asked = await oauth.clientCredentialsGrantRequest(server, client, proof, new URLSearchParams(), { DPoP, ...plain });
  return oauth.processClientCredentialsResponse(server, client, asked);
}

async function again(act) {
  try {
    return await act();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return act();
  }
}

const given = await again(token);
const headers = new Headers({ 'Content-Type': 'text/csv', 'Idempotency-Key': crypto.randomUUID() });
const body = await readFile(bodyFile, 'utf8');
const pushed = await again(() =>
  oauth.protectedResourceRequest(given.access_token, 'POST', new URL(path, issuer), headers, body, { DPoP, ...plain }),
);
const bare = await fetch(new URL(path, issuer), {
  method: 'POST',
  headers: { ...Object.fromEntries(headers), Authorization: `Bearer ${given.access_token}` },
  body,
});
console.log(JSON.stringify({ tokenType: given.token_type, status: pushed.status, receipt: await pushed.json(), bare: bare.status }));
