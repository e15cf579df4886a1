export const apps = ["server.js", "dist/main.js"].map((script, number) => ({
  name: `package-${number}`,
  script,
  cwd: "work",
  env: { NUMBER: number, WHERE: import.meta.url.startsWith("file:") },
}));
export const deploy = { staging: { host: "staging.example.org" } };
