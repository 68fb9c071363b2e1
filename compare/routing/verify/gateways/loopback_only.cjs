// Preloaded into a gateway that has no option for its address: whatever it listens on, it is this machine alone.
"use strict";

const net = require("node:net");

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (...given) {
  const [first, ...rest] = given;
  if (first !== null && typeof first === "object" && !Array.isArray(first) && "port" in first) {
    return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  }
  if (typeof first === "number" || /^\d+$/.test(String(first))) {
    return listen.call(this, { port: Number(first), host: "127.0.0.1" }, ...rest.filter((each) => typeof each === "function"));
  }
  throw new Error("this gateway may only listen on a port of 127.0.0.1");
};
