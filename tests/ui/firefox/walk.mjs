// The main walk in Firefox. Prints what it saw as JSON.
// node walk.mjs FIREFOX BASE_URL NAME PASSWORD RECORDING DOWNLOADS SCREENSHOT

import { readdir } from "node:fs/promises";

import { openFirefox, signIn, violationsOf } from "./browser.mjs";

const [executablePath, base, name, password, recording, downloads, screenshot] = process.argv.slice(2);
const { browser, problems, newPage } = await openFirefox(executablePath, {
  "browser.download.folderList": 2,
  "browser.download.dir": downloads,
});
try {
  const page = await newPage();
  page.setDefaultTimeout(120_000);
  await signIn(page, base, name, password);
  await page.locator("::-p-text(Upload your first recording)").click();
  await page.waitForSelector("#files");
  const input = await page.$("#files");
  await input.uploadFile(recording);
  await page.locator("button::-p-text(Upload and transcribe)").click();
  await page.locator("::-p-text(1 recording is ordered.)").wait();
  await page.screenshot({ path: screenshot });
  await page.locator("a::-p-text(See your jobs)").click();
  await page.locator(".pill::-p-text(Complete)").wait();
  await page.locator("scribedock-menu button").click();
  await page.locator("button::-p-text(Captions (WebVTT))").click();
  let saved = [];
  while (!saved.some((file) => file.endsWith(".vtt"))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    saved = await readdir(downloads);
  }
  console.log(JSON.stringify({ problems, violations: await violationsOf(page), saved }));
} finally {
  await browser.close();
}
