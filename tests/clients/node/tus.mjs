// tus-js-client: URL FILE OPTIONS [STORE]. STORE is a file where it remembers uploads to go on with.
import { createReadStream } from "node:fs";
import { PassThrough } from "node:stream";
import { FileUrlStorage, Upload } from "tus-js-client";

const [url, path, json, store] = process.argv.slice(2);
const options = JSON.parse(json);
// The length of a file is known at once, that of a stream at its end.
const file = options.uploadLengthDeferred
  ? createReadStream(path).pipe(new PassThrough())
  : createReadStream(path);
let resumed = 0;

await new Promise((resolve, reject) => {
  const upload = new Upload(file, {
    endpoint: url,
    ...(store ? { urlStorage: new FileUrlStorage(store) } : {}),
    ...options,
    onError: reject,
    onSuccess: resolve,
    onShouldRetry: () => true,
  });
  if (!store) {
    upload.start();
    return;
  }
  upload.findPreviousUploads().then(([previous]) => {
    if (previous) {
      resumed = 1;
      upload.resumeFromPreviousUpload(previous);
    }
    upload.start();
  }, reject);
});
console.log(JSON.stringify({ resumed }));
