// Plain `ws`: one buffer for all, and `send` for each client.
import { serveRooms } from "./ws-rooms.mjs";

serveRooms((socket, message) => socket.send(message, { binary: false }));
