// Loaded before a program (`node --import`): keeps what Node compiled for the next start, also of a program that is
// never asked to end. NODE_COMPILE_CACHE names the folder.
import { flushCompileCache } from "node:module";

for (const seconds of [3, 15]) setTimeout(flushCompileCache, seconds * 1000).unref();
