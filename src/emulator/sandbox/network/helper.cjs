// Runs in a private network, with nothing but Node's own modules: makes sockets there and hands them to the tool over Node's IPC channel.
// What was handed over is closed here, or this process would swallow connections.
// CommonJS starts 10 ms sooner.
const { connect, createServer } = require("node:net");

/** Ends with the tool, also where that was killed. */
process.on("disconnect", () => process.exit());
process.on("message", ({ id, listen, dial }) => {
  const fail = (error) => process.send({ id, error: error.message });
  if (listen !== undefined) {
    const server = createServer();
    server.once("error", fail);
    server.listen(listen, "127.0.0.1", () => process.send({ id }, server, () => server.close()));
  } else {
    const socket = connect({ host: "127.0.0.1", port: dial });
    // Whatever the other side says first is for the tool.
    socket.pause();
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.off("error", fail);
      socket.on("error", () => {});
      process.send({ id }, socket);
    });
  }
});
process.send({ pid: process.pid });
