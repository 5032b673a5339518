// What a page can do with the file that its user has chosen.
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import { Upload } from "tus-js-client";

const RETRIES = [500, 1000, 2000, 2000, 2000];

const chosen = () => document.querySelector("input").files[0];

function viaFetch(url) {
  return fetch(url, { method: "PUT", body: chosen() }).then(answer);
}

async function answer(response) {
  return { status: response.status, etag: response.headers.get("ETag"), text: await response.text() };
}

function viaXhr(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let shown = 0;
    request.upload.onprogress = (event) => (shown = event.loaded);
    request.onerror = () => reject(new Error("the connection broke"));
    request.onload = () =>
      resolve({ status: request.status, etag: request.getResponseHeader("ETag"), shown });
    request.open("PUT", url);
    request.send(chosen());
  });
}

async function goOn(url, headers) {
  const state = await fetch(url, { method: "HEAD" });
  const offset = Number(state.headers.get("Upload-Offset"));
  const response = await fetch(url, {
    method: "PATCH",
    headers: { ...headers, "Upload-Offset": offset },
    body: chosen().slice(offset),
  });
  return { offset, length: Number(state.headers.get("Upload-Length")), status: response.status };
}

function viaTus(url, chunkSize) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(chosen(), {
      endpoint: url,
      chunkSize: chunkSize ?? Infinity,
      retryDelays: RETRIES,
      onError: reject,
      onSuccess: () => resolve({ url: upload.url }),
    });
    upload.start();
  });
}

// A reload of the page: what was sent before is found by the file's fingerprint.
async function viaTusAfterReload(url) {
  const upload = new Upload(chosen(), { endpoint: url });
  const [previous] = await upload.findPreviousUploads();
  if (!previous) throw new Error("nothing is remembered");
  return new Promise((resolve, reject) => {
    let first = null;
    upload.options.onProgress = (sent) => (first ??= sent);
    upload.options.onError = reject;
    upload.options.onSuccess = () => resolve({ first });
    upload.resumeFromPreviousUpload(previous);
    upload.start();
  });
}

function viaTusOnce(url) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(chosen(), {
      endpoint: url,
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve({}),
    });
    upload.start();
  });
}

async function viaUppy(url, chunkSize, parallelUploads) {
  const uppy = new Uppy();
  uppy.use(Tus, {
    endpoint: url,
    chunkSize: chunkSize ?? Infinity,
    parallelUploads: parallelUploads ?? 1,
    retryDelays: RETRIES,
  });
  uppy.addFile({ name: chosen().name, type: chosen().type, data: chosen() });
  const { successful, failed } = await uppy.upload();
  return { successful: successful.length, failed: failed.map((file) => String(file.error)) };
}

window.uploads = { viaFetch, viaXhr, goOn, viaTus, viaTusOnce, viaTusAfterReload, viaUppy };
