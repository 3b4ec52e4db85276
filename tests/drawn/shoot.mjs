// Takes a picture of every recorded card, and sheets of many: node shoot.mjs <chromium> <out>.
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [executablePath, out] = process.argv.slice(2);
const A_SHEET = 18;
const recorded = JSON.parse(readFileSync("recorded.json", "utf8"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const faults = [];

async function open(platform, kind) {
  const page = await browser.newPage({ viewport: { width: 1524, height: 900 } });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.setContent(`<!doctype html><meta charset="utf-8"><body class="${kind}"></body>`);
  const styles = platform === "html" ? ["chat.css", "page.css"] : ["slack.css", "page.css"];
  for (const path of styles) await page.addStyleTag({ path });
  await page.evaluate((all) => { window.RECORDED = all; }, recorded);
  await page.addScriptTag({ path: "page.js" });
  return page;
}

for (const [platform, cards] of Object.entries(recorded)) {
  const names = Object.keys(cards);
  mkdirSync(`${out}/${platform}`, { recursive: true });
  const each = await open(platform, "");
  for (const name of names) {
    await each.evaluate(([p, n]) => window.draw(p, n), [platform, name]);
    const frame = each.locator(`[id="${platform}-${name}"]`);
    await frame.screenshot({ path: `${out}/${platform}/${name}.png` });
    await frame.evaluate((drawn) => drawn.remove());
  }
  await each.close();
  for (let at = 0; at < names.length; at += A_SHEET) {
    const page = await open(platform, "sheet");
    await page.evaluate(([p, some]) => some.forEach((n) => window.draw(p, n)),
      [platform, names.slice(at, at + A_SHEET)]);
    const number = String(at / A_SHEET + 1).padStart(2, "0");
    await page.screenshot({ path: `${out}/${platform}-${number}.png`, fullPage: true });
    await page.close();
  }
}
await browser.close();
for (const fault of faults) console.error(fault);
process.exit(faults.length ? 1 : 0);
