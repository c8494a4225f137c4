"use strict";
/*
 * oidc-provider with its own development pages: any name signs in, the password is not looked at.
 * What each person is stands in PEOPLE. POST /ours/rotate gives it new keys, as a provider does
 * now and then. Prints its address; ends when its standard input does.
 */
const { createPrivateKey, generateKeyPairSync, randomUUID } = require("node:crypto");
const http = require("node:http");

const PEOPLE = {
  rina: { groups: ["kanal-moderators", "staff"], email: "rina@kota.example", email_verified: true },
  budi: { groups: ["kanal-officers"], email: "budi@kota.example", email_verified: false },
  tamu: { groups: ["visitors"] },
};
const redirect = process.argv[2];

// By way of PEM: a key that still shares its lock with the job that made it may hang Node 20, where
// the garbage collector takes that job away while the key is exported as JWK.
function keys() {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const made = createPrivateKey(privateKey).export({ format: "jwk" });
  const jwk = { ...made, use: "sig", kid: randomUUID() };
  return { keys: [{ ...jwk, alg: "RS256" }] };
}

function configuration() {
  return {
    clients: [
      { client_id: "kanal", client_secret: "invented by us: +/%", redirect_uris: [redirect] },
      { client_id: "other", client_secret: "another", redirect_uris: [redirect] },
    ],
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["preferred_username", "groups"],
    },
    cookies: { keys: ["invented"] },
    jwks: keys(),
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, ...PEOPLE[id] }),
    }),
    pkce: { required: () => true },
  };
}

const server = http.createServer();
server.listen(0, "127.0.0.1", async () => {
  const { default: Provider } = await import("oidc-provider");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const made = () => new Provider(issuer, configuration()).callback();
  let answer = made();
  server.on("request", (request, response) => {
    if (request.url === "/ours/rotate") {
      answer = made();
      response.end();
    } else {
      answer(request, response);
    }
  });
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
