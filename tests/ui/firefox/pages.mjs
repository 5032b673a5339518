// The main deed of each page in Firefox. Prints, as JSON, what became of each page.
// node pages.mjs FIREFOX FACTS SCREENSHOTS, of which FACTS is JSON: see test_firefox.py

import { openFirefox, signIn, violationsOf } from "./browser.mjs";

const [executablePath, given, screenshots] = process.argv.slice(2);
const facts = JSON.parse(given);
const { base, password } = facts;
const { browser, problems, newPage } = await openFirefox(executablePath);
const found = {};

/** Does something on a page that nobody has seen yet. */
async function visit(title, page, path, deed) {
  const before = problems.length;
  try {
    await page.goto(path.startsWith("http") ? path : `${base}${path}`);
    await deed();
    await page.screenshot({ path: `${screenshots}/firefox-${title}.png` });
    found[title] = { problems: problems.slice(before), violations: await violationsOf(page) };
  } catch (error) {
    await page.screenshot({ path: `${screenshots}/firefox-${title}-failed.png` });
    const player = await page.evaluate(() => document.querySelector("video")?.error?.message ?? "");
    found[title] = { problems: [...problems.slice(before), String(error), player], violations: [] };
  }
}

/** Plays the recording, and waits until it moves; muted, since without a sound card Firefox gives up. */
async function play(page) {
  await page.waitForFunction(() => document.querySelector("video")?.readyState >= 2);
  if (!(await page.evaluate(() => document.querySelector("video").muted))) {
    await page.locator("button[aria-label='Mute']").click();
  }
  await page.locator("button[aria-label='Play']").click();
  await page.waitForFunction(() => document.querySelector("video").currentTime > 0.3);
}

try {
  const page = await newPage();
  await signIn(page, base, facts.owner, password);
  await visit("jobs", page, "/web/jobs", async () => {
    await page.locator("a::-p-text(A lecture in Firefox)").wait();
    await page.locator("input[type=search]").fill("nowhere to be found");
    await page.waitForFunction(() => !document.body.innerText.includes("A lecture in Firefox"));
  });
  await visit("job", page, `/web/jobs/${facts.job}`, async () => {
    await play(page);
    await page.waitForFunction(() => document.querySelector("video").textTracks[0]?.cues?.length > 0);
    await page.waitForSelector("[aria-current]");
    await page.locator("scribedock-transcript input[type=search]").fill(facts.word);
    await page.waitForFunction(() => document.querySelector(".transcript-hits").innerText !== "");
  });
  await visit("editor", page, `/web/jobs/${facts.job}/edit`, async () => {
    await page.locator("button::-p-text(Start correcting)").click();
    await page.locator(".row-text").click();
    await page.keyboard.press("Home");
    await page.keyboard.type("Well, ");
    await page.waitForSelector(".save-state[data-state=saved]");
    await page.waitForFunction(() => document.querySelector(".row-text").innerText.startsWith("Well, "));
    const rows = await page.$$eval(".row", (each) => each.length);
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelectorAll(".row").length === count + 1, {}, rows);
    await page.waitForSelector(".save-state[data-state=saved]");
  });
  await visit("approval", page, `/web/jobs/${facts.awaited}`, async () => {
    await page.locator("scribedock-approval button[value=approve]").click();
    await page.locator("::-p-text(This is approved.)").wait();
  });
  await visit("keys", page, "/web/you/keys", async () => {
    await page.locator("#key-name").fill("For Firefox");
    await page.locator("button::-p-text(Make a key)").click();
    await page.locator("::-p-text(This is the new key.)").wait();
  });
  for (const [title, link] of Object.entries(facts.links)) {
    const stranger = await newPage(await browser.createBrowserContext());
    await visit(title, stranger, link, async () => {
      await play(stranger);
      await stranger.waitForSelector("[data-start][aria-current]");
      if (title !== "approval-link") return;
      await stranger.locator("button[value=approve]").click();
      await stranger.locator("::-p-text(This is approved.)").wait();
    });
  }
  const reviewer = await newPage(await browser.createBrowserContext());
  await signIn(reviewer, base, facts.reviewer, password);
  await visit("reviews", reviewer, "/web/reviews", async () => {
    await reviewer.locator("button::-p-text(Take the next one)").click();
    await reviewer.waitForSelector(".row-text");
    await reviewer.locator("button::-p-text(Approve)").click();
    await reviewer.locator("dialog button[value=yes]").click();
    await reviewer.waitForFunction(() => location.pathname.endsWith("/web/reviews"));
  });
  const guest = await newPage(await browser.createBrowserContext());
  await signIn(guest, base, facts.sandbox.owner, password);
  await visit("sandbox", guest, `/web/jobs/${facts.sandbox.job}`, async () => {
    await guest.waitForSelector("scribedock-transcript");
    await guest.locator("scribedock-downloads button").wait();
  });
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
}
