// One request: CLIENT METHOD URL FILE START HEADERS. Prints status and headers of its answer.
import axios from "axios";
import { createReadStream, openAsBlob, statSync } from "node:fs";

const [client, method, url, file, start, json] = process.argv.slice(2);
const from = Number(start);
const given = JSON.parse(json);
const size = statSync(file).size - from;
const stream = () => createReadStream(file, { start: from });

const calls = {
  async fetch() {
    const body = method === "HEAD" ? undefined : (await openAsBlob(file)).slice(from);
    return answer(await fetch(url, { method, headers: given, body }));
  },
  async "fetch of a stream"() {
    return answer(await fetch(url, { method, headers: given, body: stream(), duplex: "half" }));
  },
  async axios() {
    const headers = method === "HEAD" ? given : { ...given, "Content-Length": size };
    return viaAxios({ headers, data: method === "HEAD" ? undefined : stream() });
  },
  async "axios of a stream"() {
    return viaAxios({ headers: given, data: stream() });
  },
};

function answer(response) {
  return { status: response.status, headers: Object.fromEntries(response.headers) };
}

async function viaAxios(options) {
  const response = await axios.request({ method, url, proxy: false, validateStatus: null, ...options });
  return { status: response.status, headers: { ...response.headers } };
}

console.log(JSON.stringify(await calls[client]()));
