module.exports = [
  { name: "ready", script: "server.js", wait_ready: true, listen_timeout: 8000, instances: 2 },
  { name: "ready-camel", script: "server.js", waitReady: true, listenTimeout: "8s" },
];
