module.exports = [
  { name: "per-core", script: "server.js", instances: "max", exec_mode: "cluster" },
  { name: "per-core-0", script: "server.js", instances: 0 },
  { name: "text", script: "server.js", instances: "3", merge_logs: true },
  { name: "forked", script: "server.js", instances: 2, exec_mode: "fork" },
  { name: "forked-mode", script: "server.js", instances: 2, exec_mode: "fork_mode" },
  { name: "executed", script: "server.js", instances: 2, execute_command: true },
];
