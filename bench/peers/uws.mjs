// uWebSockets.js: its own publish, the same bytes for all.
import uWS from "@trufflesuite/uws-js-unofficial";
import { acknowledged, channelAskedFor, hear, onMessage } from "./rooms.mjs";

const heard = new Set();
const app = uWS.App();

app.ws("/graphql", {
  compression: uWS.DISABLED,
  idleTimeout: 0,
  maxBackpressure: 64 * 1024 * 1024,
  upgrade: (response, request, context) => {
    const key = request.getHeader("sec-websocket-key");
    const protocol = request.getHeader("sec-websocket-protocol");
    response.upgrade({}, key, protocol, request.getHeader("sec-websocket-extensions"), context);
  },
  message: (socket, message) => {
    const channel = channelAskedFor(Buffer.from(message).toString());
    if (channel === undefined) {
      socket.send(acknowledged);
      return;
    }
    socket.subscribe(channel);
    if (heard.has(channel)) return;
    heard.add(channel);
    hear(channel);
  },
});
onMessage((channel, message) => app.publish(channel, message, false));
app.listen("127.0.0.1", 0, (token) => {
  console.log(`listening http://127.0.0.1:${uWS.us_socket_local_port(token)}`);
});
