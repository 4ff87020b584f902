// Plain `ws`, what is due to a client in one turn of the event loop in one write.
import { serveRooms } from "./ws-rooms.mjs";

let corked = new Set();

serveRooms((socket, message) => {
  if (corked.size === 0) setImmediate(uncork);
  if (!corked.has(socket)) {
    corked.add(socket);
    socket._socket.cork();
  }
  socket.send(message, { binary: false });
});

function uncork() {
  const due = corked;
  corked = new Set();
  for (const socket of due) socket._socket?.uncork();
}
