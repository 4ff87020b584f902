// Listens on any free port, and says which.

/** @param {import("node:http").Server} server */
export function listen(server) {
  server.listen(0, "127.0.0.1", () => console.log(`listening http://127.0.0.1:${server.address().port}`));
}
