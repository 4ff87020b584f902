// Loaded before a program of a test (`node --import`): it ends in order when whoever started it is gone.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
}, 500).unref();
