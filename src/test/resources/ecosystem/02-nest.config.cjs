const name = "nest";
module.exports = {
  apps: ["api", "worker"].map((part) => ({
    name: `${name}-${part}`,
    script: "dist/main.js",
    args: ["--part", part],
    node_args: "--enable-source-maps --max-old-space-size=512",
    namespace: name,
    wait_ready: part === "api",
    listen_timeout: 10000,
    kill_timeout: 5000,
    time: true,
  })),
};
