import { basename } from "node:path";

const app = (script, port) => ({
  name: basename(script, ".mjs"),
  script,
  port,
  env: { HOST: "127.0.0.1" },
});

export default { apps: [app("./ssr.mjs", 4173), app("./preview.mjs", 4174)] };
