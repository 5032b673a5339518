// The main walk in Firefox, by WebDriver BiDi, which Playwright does not speak to a Firefox of Debian.
// Prints what it saw as JSON.
// node walk.mjs FIREFOX BASE_URL NAME PASSWORD RECORDING DOWNLOADS SCREENSHOT

import { readdir } from "node:fs/promises";

import puppeteer from "puppeteer-core";

const [executablePath, base, name, password, recording, downloads, screenshot] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  extraPrefsFirefox: {
    "browser.download.folderList": 2,
    "browser.download.dir": downloads,
    "intl.accept_languages": "en",
    "app.update.auto": false,
    "datareporting.healthreport.uploadEnabled": false,
  },
});
const problems = [];
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(`${base}/web/`);
  await page.type("#username", name);
  await page.type("#password", password);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
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
  const violations = await page.evaluate(() => window.violations ?? []);
  console.log(JSON.stringify({ problems, violations, saved }));
} finally {
  await browser.close();
}
