// The playground, used as a person would.
import assert from "node:assert/strict";
import { finished, output, run, state, withPlayground, write } from "./playground.mjs";

withPlayground("the first example runs and shows its output and its value", async (page) => {
  const text = await run(page);
  assert.match(text, /Hello, Ada!\nHello, Grace!\nHello, Linus!/);
  assert.match(text, /→ {total: 285, average: 28.5}/);
  assert.match(await state(page), /^Done in/);
});

withPlayground("Ctrl+Enter runs what was typed", async (page) => {
  await write(page, "print(6 * 7)");
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => document.getElementById("output").textContent === "42\n");
});

withPlayground("words are coloured by the language's own lexer", async (page) => {
  await write(page, 'func f(x) { return "a${x}" } # end');
  const classes = await page.locator(".cm-line span[class^=tok-]").evaluateAll((spans) => spans.map((span) => [span.className, span.textContent]));
  assert.deepEqual(classes.slice(0, 2), [["tok-keyword", "func"], ["tok-function", "f"]]);
  assert.ok(classes.some(([name, text]) => name === "tok-interpolation" && text === "${"));
  assert.deepEqual(classes.at(-1), ["tok-comment", "# end"]);
});

withPlayground("a mistake is marked while typing", async (page) => {
  await write(page, "x := 1\ny := = 2\n");
  await page.locator(".cm-lintRange-error").waitFor();
  await page.locator(".cm-lint-marker-error").hover();
  assert.match(await page.locator(".cm-tooltip .cm-diagnosticText").innerText(), /Expected expression/);
});

withPlayground("a script with a mistake does not run, and says why", async (page) => {
  await write(page, "print(1)\nprint(2");
  const text = await run(page);
  assert.match(text, /\[RUFPARSE001\] \[parser\] error: Expected '\)' to close function call arguments/);
  assert.doesNotMatch(text, /^1$/m);
  assert.equal(await state(page), "Not run");
});

withPlayground("an error is shown as text and in place", async (page) => {
  await write(page, "xs := [1, 2]\nprint(xs[0])\nprint(xs[5])\n");
  const text = await run(page);
  assert.match(text, /^1$/m);
  assert.match(text, /Runtime Error: Index out of bounds: 5\n +--> script\.ruff:3:7/);
  // Also after the check of the text, which finds nothing.
  await page.waitForTimeout(500);
  const marked = await page.locator(".cm-lintRange-error").allInnerTexts();
  assert.equal(marked.join(""), "xs[5]");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("#");
  await page.locator(".cm-lintRange-error").waitFor({ state: "detached" });
});

withPlayground("output is streamed while the script runs", async (page) => {
  await write(page, 'print("one")\nsleep(60000)\nprint("two")');
  await page.locator("#run").click();
  await page.waitForFunction(() => document.getElementById("output").textContent === "one\n");
  assert.equal(await state(page), "Running …");
  await page.locator("#stop").click();
  await finished(page);
  assert.match(await state(page), /^Stopped/);
  assert.match(await output(page), /^one\nStopped\.$/);
});

withPlayground("a computing script can be edited beside, and stopped", async (page) => {
  await write(page, "n := 0\nloop { n += 1 }");
  await page.locator("#run").click();
  await page.waitForTimeout(300);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n# typed meanwhile");
  assert.match(await page.locator(".cm-content").innerText(), /# typed meanwhile/);
  await page.keyboard.press("Control+.");
  await finished(page);
  assert.match(await state(page), /^Stopped/);
});

withPlayground("Run again while a script runs stops the first", async (page) => {
  await write(page, 'sleep(60000)\nprint("never")');
  await page.locator("#run").click();
  await write(page, 'print("second")');
  await page.locator("#run").click();
  await page.waitForFunction(() => document.getElementById("output").textContent === "second\n");
  await finished(page);
});

withPlayground("what was written is there after a reload", async (page) => {
  await write(page, 'print("kept")');
  await page.reload();
  await page.locator("#run:enabled").waitFor();
  assert.equal(await run(page), "kept\n");
});

withPlayground("light and dark can be switched", async (page) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const first = await theme();
  await page.locator("#theme").click();
  assert.notEqual(await theme(), first);
});

const shows = {
  closures: /1 2 3\n10 20\n\[1, 2, 4, 8, 16\]/,
  structs: /Vec { x: 3, y: 4 } has length 5/,
  errors: /forty is not an age \(format, line \d+\)[\s\S]*Index out of bounds: 3/,
  json: /order 1 of Ann: 9/,
  sleeps: /three sleeps of 300 ms: 0\.3\d* s[\s\S]*a thousand tasks: 1000 results/,
  "host-promises": /hello +\d+ lines[\s\S]*caught: .*404.*\(kind host\)\nfast answer\ncaught: Timeout after 200ms/,
  destructuring: /swapped: 4 3\n[\s\S]*from 3 to 11\n/,
  enums: /is 20\.14\n[\s\S]*Ok\(42\)\nErr\(division of 1 by zero\)/,
  generators: /above 1000 is 1597\n\[0, 4, 64, 1156, 20736\]/,
  csv: /Rome\.+ 575\.5\n[\s\S]*"revenue": 786\.0/,
  streams: /Oslo: 22 degrees\nrising to 21\nrising to 24\na letter from Ada\n[\s\S]*the sum is 12\n/,
  bars: /BTC crossed below its average\n  close 99, average 103\n[\s\S]*ETH: 7 bars\nevent done {"alerts":4}/,
  scopes: /winner is near[\s\S]*ok\nerror\n[\s\S]*in the background has ended\na \(40 ms\) and b \(20 ms\)/,
  channels: /has done job 1\n[\s\S]*jobs per worker: \[\d, \d, \d\]/,
};
for (const [id, expected] of Object.entries(shows)) {
  withPlayground(`the example ${id} does what it says`, async (page) => {
    assert.match(await run(page), expected);
  }, `#${id}`);
}

withPlayground("the example cpu-bound leaves the page alive", async (page) => {
  await page.locator("#run").click();
  await page.waitForTimeout(1500);
  const longest = async () => Number(/longest frame (\d+) ms/.exec(await page.locator("#facts").innerText())?.[1]);
  assert.ok((await longest()) < 400, `a frame took ${await longest()} ms`);
  await page.locator("#stop").click();
  await finished(page);
  assert.match(await output(page), /primes up to/);
}, "#cpu-bound");

withPlayground("the example cancellation cleans up when it is stopped", async (page) => {
  await page.locator("#run").click();
  await page.waitForFunction(() => document.getElementById("output").textContent.includes("sleeping for a minute"));
  await page.locator("#stop").click();
  await finished(page);
  const text = await output(page);
  assert.match(text, /b: cleans up/);
  assert.match(text, /caught: Task \d+ was cancelled \(kind cancelled\)/);
  assert.match(text, /stopped: cleaning up\nStopped\.$/);
}, "#cancellation");

withPlayground("an example is loaded from the list, and a sentence says what it shows", async (page) => {
  await page.locator("#examples").selectOption("json");
  await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("parse_json"));
  assert.match(await page.locator("#about").innerText(), /^Orders read from JSON/);
  const listed = await page.locator("#examples option").evaluateAll((options) => options.map(({ value }) => value));
  assert.deepEqual(listed.toSorted(), [...Object.keys(shows), "hello", "cpu-bound", "cancellation"].toSorted());
});
