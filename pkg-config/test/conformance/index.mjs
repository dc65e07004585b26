// What the package promises to JavaScript, as cases that run unchanged in Node and in a page. Each is a function of the
// package's exports; it throws if something is not as it should be.
import { cases as byHand } from "./by-hand.mjs";
import { cases as events } from "./events.mjs";
import { cases as failures } from "./failures.mjs";
import { cases as hostFunctions } from "./host-functions.mjs";
import { cases as misuse } from "./misuse.mjs";
import { cases as modules } from "./modules.mjs";
import { cases as requests } from "./requests.mjs";
import { cases as running } from "./running.mjs";
import { cases as values } from "./values.mjs";
import { cases as waiting } from "./waiting.mjs";
import { cases as worlds } from "./worlds.mjs";

export const cases = { ...values, ...hostFunctions, ...running, ...waiting, ...failures, ...misuse, ...byHand, ...modules, ...events, ...worlds, ...requests };
