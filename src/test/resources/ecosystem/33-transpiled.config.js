"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.default = { apps: [{ name: "typed", script: "dist/main.js", interpreter: "node", node_args: "--import ./ssr.mjs" }] };
