// A provider of OpenID Connect on loopback: anybody signs in, with any name and any password.
import Provider from "oidc-provider";

const [port, redirectUri, signedOutUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "scribedock",
      client_secret: "a secret of the client",
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOutUri],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: (context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id} of the provider`, email: `${id}@uni.example`, email_verified: true }),
  }),
  pkce: { required: () => true },
  cookies: { keys: ["a key of the provider's cookies"] },
});
provider.on("server_error", (context, error) => console.error(error));
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
