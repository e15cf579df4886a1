// Waits for something slow before it knows what to run.
module.exports = async () => {
  const secret = await Promise.resolve("from the vault");
  return [{ script: "server.js", name: "late", env: { SECRET: secret } }];
};
