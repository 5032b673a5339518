// Debian's Firefox, by WebDriver BiDi, which Playwright does not speak to it.

import puppeteer from "puppeteer-core";

/** Starts Firefox; `problems` and `violations()` are what its pages complain of, and what their policy forbade. */
export async function openFirefox(executablePath, preferences = {}) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      "intl.accept_languages": "en",
      "app.update.auto": false,
      "datareporting.healthreport.uploadEnabled": false,
      ...preferences,
    },
  });
  const problems = [];
  return { browser, problems, newPage: (context) => newPage(context ?? browser, problems) };
}

async function newPage(context, problems) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
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
  return page;
}

export async function signIn(page, base, name, password) {
  await page.goto(`${base}/web/`);
  await page.type("#username", name);
  await page.type("#password", password);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

/** What the page's policy has forbidden. */
export function violationsOf(page) {
  return page.evaluate(() => window.violations ?? []);
}
