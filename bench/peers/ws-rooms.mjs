// Rooms of a plain `ws` server.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { listen } from "./listening.mjs";
import { acknowledged, channelAskedFor, hear, onMessage } from "./rooms.mjs";

/** @param {(socket: import("ws").WebSocket, message: Buffer) => void} send */
export function serveRooms(send) {
  const rooms = new Map();
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (socket) => {
    socket.on("message", (data) => {
      const channel = channelAskedFor(data);
      if (channel === undefined) socket.send(acknowledged);
      else enter(channel, socket);
    });
  });
  onMessage((channel, message) => {
    for (const socket of rooms.get(channel) ?? []) send(socket, message);
  });
  listen(server);

  function enter(channel, socket) {
    let room = rooms.get(channel);
    if (room === undefined) {
      room = new Set();
      rooms.set(channel, room);
      hear(channel);
    }
    room.add(socket);
    socket.on("close", () => room.delete(socket));
  }
}
