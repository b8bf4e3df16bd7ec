// Plays each URL in Chromium and prints one JSON line: what the browser saw. play.mjs SCREENSHOT_FOLDER URL...
import { chromium } from "playwright-core";

const [folder, ...urls] = process.argv.slice(2);
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
try {
  for (const [index, url] of urls.entries()) {
    const page = await browser.newPage({ viewport: { width: 800, height: 480 } });
    await page.goto(new URL("/empty.html", url).href);
    const seen = await page.evaluate((source) => new Promise((resolve) => {
      const video = document.createElement("video");
      video.muted = true;
      video.src = source;
      document.body.append(video);
      const tell = (event) => resolve({
        event, width: video.videoWidth, height: video.videoHeight, time: video.currentTime, duration: video.duration,
        error: video.error && video.error.message, frames: video.getVideoPlaybackQuality().totalVideoFrames,
      });
      video.addEventListener("error", () => tell("error"));
      video.addEventListener("timeupdate", () => { if (video.currentTime > 2) tell("playing"); });
      setTimeout(() => tell("deadline"), 100000);
      video.play().catch(() => tell("refused"));
    }), url);
    await page.screenshot({ path: `${folder}/played-${index}.png` });
    console.log(JSON.stringify({ url, ...seen }));
    await page.close();
  }
} finally {
  await browser.close();
}
